"""The methods paragraph of a paper, written from the protocol alone: past tense, complete, exact.

It says only what the software does when it runs the protocol. What was found in the data (how many, which test was
exact) stands with the results.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crlm.dictionary.expressions import in_words, parse
from crlm.dictionary.variables import Variable
from crlm.dictionary.wording import as_sentence, in_sentence, listed, number, set_off, with_unit
from crlm.study.protocol import phrases
from crlm.study.protocol.model import Baseline, Endpoint, Model, Protocol, Row, Subgroups
from crlm.study.protocol.usage import used_in_analyses


def methods_paragraphs(protocol: Protocol) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The methods of a paper as titled paragraphs, in the order of a paper, a sentence each; none is empty.

    For a protocol that `check_protocol` found without errors. The name of the software is given, its version is not:
    that belongs to the run.
    """
    found = (
        ("Study population", [*_design(protocol), *_population(protocol), *_comparison(protocol)]),
        ("Variables", [*_missing_codes(protocol), *_derived(protocol)]),
        ("Characteristics", _tables(protocol)),
        ("Outcomes", [*_endpoints(protocol), *_curves(protocol)]),
        ("Regression models", [*_models(protocol), *_subgroups(protocol)]),
        ("All analyses", _closing(protocol)),
    )
    return tuple((title, tuple(map(_closed, sentences))) for title, sentences in found if sentences)


def methods_sentences(protocol: Protocol) -> tuple[str, ...]:
    """The sentences of `methods_paragraphs`, one after another."""
    return tuple(sentence for _, sentences in methods_paragraphs(protocol) for sentence in sentences)


def _closed(sentence: str) -> str:
    return sentence if sentence.endswith(".") else f"{sentence}."


def _design(protocol: Protocol) -> list[str]:
    design = protocol.study.design
    if not design:
        return []
    words = in_sentence(design.strip().rstrip("."))
    article = "" if words.startswith(("a ", "an ")) else "an " if words[0] in "aeiou" else "a "
    return [f"This was {article}{words}"]


def _missing_codes(protocol: Protocol) -> list[str]:
    codes = protocol.data.missing
    if not codes:
        return []
    listed_codes = listed([f"{one.code} ({one.reason})" for one in codes])
    return [f"Values recorded as {listed_codes} were treated as missing"]


def _population(protocol: Protocol) -> list[str]:
    population, variables = protocol.population, protocol.variables()
    found = []
    if population.description:
        found.append(
            f"The study population consisted of {in_sentence(population.description.strip().rstrip('.'))}"
        )
    steps = []
    for one in population.criteria:
        if one.first_by:
            steps.append(f"{one.label} ({phrases.first_of_patient(one.first_by, variables)})")
            continue
        side = "included" if one.include is not None else "excluded"
        unknown = f"; patients for whom this was unknown were {one.unknown}d" if one.unknown else ""
        steps.append(
            f"{one.label} ({side} if {in_sentence(in_words(parse(one.expression), variables))}{unknown})"
        )
    if steps:
        order = "This criterion was applied" if len(steps) == 1 else "These criteria were applied in order"
        numbered = [f"({index}) {step}" for index, step in enumerate(steps, 1)] if len(steps) > 1 else steps
        found.append(f"{order}: {'; '.join(numbered)}")
    return found


def _comparison(protocol: Protocol) -> list[str]:
    comparison = protocol.comparison
    if comparison is None:
        return []
    variable = protocol.variables()[comparison.variable]
    reference = phrases.group_reference(variable, comparison.reference)
    others = [name for name in variable.level_names if name != reference]
    unknown = "; patients whose group was unknown were excluded" if comparison.unknown else ""
    return [
        f"Patients were compared by {set_off(variable.label)}: {phrases.levels_of(variable, others, 'and')} "
        f"against {phrases.levels_of(variable, [reference])} (reference){unknown}"
    ]


def _derived(protocol: Protocol) -> list[str]:
    """How the derived variables that an analysis uses were computed."""
    used = used_in_analyses(protocol)
    variables = protocol.variables()
    return [
        f"{one.label} was computed as {in_sentence(in_words(parse(one.expression), variables))}"
        if one.type != "yes_no"
        else f"{one.label} was defined as: {in_sentence(in_words(parse(one.expression), variables))}"
        for one in protocol.derived
        if one.name in used
    ]


# -- tables of characteristics -----------------------------------------------------------------------------------------


def _tables(protocol: Protocol) -> list[str]:
    if not protocol.baseline:
        return []
    several = len(protocol.baseline) > 1
    found: list[str] = []
    for table in protocol.baseline:
        clauses = _table(table, protocol)
        if several:
            found.append(f"In the table “{table.title}”, {'; '.join(clauses)}")
        else:
            found.extend(as_sentence(clause) for clause in clauses)
    found.append("Missing values were counted per group and took no part in summaries and tests")
    return found


def _table(table: Baseline, protocol: Protocol) -> list[str]:
    variables = protocol.variables()
    rows = [row for block in table.blocks for row in block.rows]
    numbers = [row for row in rows if variables[row.variable].is_numeric]
    categories = [row for row in rows if variables[row.variable].is_categorical]
    compared = protocol.comparison is not None
    found: list[str] = []
    for what, kind, ways in (
        ("continuous variables", numbers, [_number_way(row, table, compared) for row in numbers]),
        ("categorical variables", categories, [_category_way(row, table, compared) for row in categories]),
    ):
        if kind:
            found.append(_summarised(what, kind, ways, variables))
    quartiles = any((row.summary or table.number_summary) == "median_iqr" for row in numbers)
    if quartiles:
        found.append(f"quartiles were computed by {phrases.QUARTILES[table.quartiles]}")
    if table.smd and compared:
        groups = len(variables[protocol.comparison.variable].levels) if protocol.comparison else 0
        largest = ", the largest over all pairs of groups" if groups > 2 else ""
        found.append(f"standardised mean differences between the groups are given{largest}")
    return found


Way = tuple[str, str | None]
"""A summary and a test (None: no test)."""


def _number_way(row: Row, table: Baseline, compared: bool) -> Way:
    test = row.test or table.number_test
    return row.summary or table.number_summary, test if compared and test != "none" else None


def _category_way(row: Row, table: Baseline, compared: bool) -> Way:
    test = row.test or table.category_test
    return "count", test if compared and test != "none" else None


def _summarised(what: str, rows: Sequence[Row], ways: Sequence[Way], variables: phrases.Variables) -> str:
    """One sentence: the commonest way for all, then each exception with its variables named."""
    common = max(dict.fromkeys(ways), key=ways.count)
    clauses = [_way_in_words(what, common, plural=True)]
    for way in dict.fromkeys(ways):
        if way != common:
            labels = [
                row.label or variables[row.variable].label
                for row, its in zip(rows, ways, strict=True)
                if its == way
            ]
            named = (
                set_off(labels[0]) if len(labels) == 1 else listed([in_sentence(label) for label in labels])
            )
            clauses.append(_way_in_words(named, way, plural=len(labels) > 1, common=common))
    return "; ".join(clauses)


def _way_in_words(what: str, way: Way, *, plural: bool, common: Way | None = None) -> str:
    """What was done with some variables; what they share with the common way is not said again."""
    are, were = ("are", "were") if plural else ("is", "was")
    summary, test = way
    said = [] if common and common[0] == summary else [f"{are} summarised as {phrases.SUMMARIES[summary]}"]
    if test is not None:
        said.append(f"{were} compared between groups with {phrases.TESTS[test]}")
    elif common is None or common[1] is not None:
        said.append(f"{were} not tested" if common and common[1] else "")
    return f"{what} {' and '.join(one for one in said if one)}"


# -- endpoints ---------------------------------------------------------------------------------------------------------


def _endpoints(protocol: Protocol) -> list[str]:
    variables = protocol.variables()
    return [_endpoint(one, variables) for one in protocol.endpoint]


def _endpoint(endpoint: Endpoint, variables: phrases.Variables) -> str:
    unit = variables[endpoint.time].unit
    status = variables[endpoint.status]
    measured = f"{endpoint.label} was measured"
    measured += f" from {endpoint.time_zero}" if endpoint.time_zero else ""
    measured += f" in {unit}" if unit else ""
    clauses = [f"{measured}; the event was {phrases.event_of(endpoint, variables)}"]
    if endpoint.competing:
        clauses.append(
            f"{phrases.levels_of(status, endpoint.competing)} was treated as censoring (cause-specific analysis)"
        )
    if endpoint.horizon is not None:
        limit = with_unit(endpoint.horizon, unit)
        clauses.append(f"follow-up beyond {limit} was censored at {limit}")
    if endpoint.unknown:
        clauses.append("patients without a known time or status were left out of this endpoint")
    return "; ".join(clauses)


def _curves(protocol: Protocol) -> list[str]:
    variables, endpoints = protocol.variables(), protocol.endpoint
    level = phrases.percent(protocol.study.level)
    scales = _shared([(phrases.SCALES[one.interval], one.label) for one in endpoints])
    reported = [
        (phrases.times(one.landmarks, variables[one.time].unit), one.label)
        for one in endpoints
        if one.landmarks
    ]
    found = [
        f"Survival was estimated by the Kaplan-Meier method with Greenwood's variance; {level} confidence intervals "
        f"were computed on {scales}, and those of medians were read off them (Brookmeyer and Crowley)",
    ]
    if reported:
        everyone = len(reported) == len(endpoints)
        found.append(f"Survival is reported at {_shared(reported) if everyone else _each(reported)}")
    found.append("Median follow-up was estimated by the reverse Kaplan-Meier method")
    tested = [one.label for one in endpoints if one.by_group]
    if protocol.comparison is not None and tested:
        of = "" if len(tested) == len(endpoints) else f" for {listed([in_sentence(one) for one in tested])}"
        found.append(f"Survival of the groups was compared with the log-rank test{of}")
    return found


def _shared(said: Iterable[tuple[str, str]]) -> str:
    """What holds for all, once; otherwise each with the endpoints that it holds for."""
    said = list(said)
    return said[0][0] if len({what for what, _ in said}) == 1 else _each(said)


def _each(said: Iterable[tuple[str, str]]) -> str:
    by_what: dict[str, list[str]] = {}
    for what, label in said:
        by_what.setdefault(what, []).append(in_sentence(label))
    return listed([f"{what} ({listed(labels)})" for what, labels in by_what.items()])


# -- models and subgroups ----------------------------------------------------------------------------------------------


def _models(protocol: Protocol) -> list[str]:
    """Models that differ only in their endpoint are told together."""
    together: dict[str, list[Model]] = {}
    for model in protocol.model:
        same = model.model_dump_json(exclude={"id", "endpoint", "title"})
        together.setdefault(same, []).append(model)
    return [sentence for models in together.values() for sentence in _alike(models, protocol)]


def _alike(models: Sequence[Model], protocol: Protocol) -> list[str]:
    variables, model = protocol.variables(), models[0]
    labels = [in_sentence(protocol.endpoint_named(one.endpoint).label) for one in models]
    each = "each candidate was analysed alone" if len(model.candidates) > 1 else "it was analysed alone"
    found = [
        f"Factors associated with {listed(labels)} were analysed by Cox proportional hazards regression with "
        f"{phrases.TIES[model.ties]} for tied times",
        f"Candidates were {listed([phrases.label_of(one.variable, variables) for one in model.candidates])}; {each}",
    ]
    found.extend(_coding(model, variables))
    if model.keep is not None:
        rule = phrases.entering_rule(model, model.keep, variables, past=True)
        dropping = phrases.dropping_rule(model, model.keep, variables, past=True)
        found.append(as_sentence(f"{rule}; {dropping}" if dropping else rule))
    factors = any(len(variables[one.variable].levels) > 2 for one in model.candidates)
    overall = "; factors with more than two levels have one overall test" if factors else ""
    found.append(f"Covariates were tested with the {phrases.P_VALUES[model.p]} test{overall}")
    found.append(phrases.complete_cases(model, past=True))
    found.append(
        "Proportional hazards were examined with the score test based on scaled Schoenfeld residuals, against "
        f"{phrases.TIME_SCALES[model.proportional_hazards]}"
    )
    if model.keep is not None:
        found.append("Discrimination of the multivariable model is given as Harrell's concordance")
    return found


def _coding(model: Model, variables: phrases.Variables) -> list[str]:
    numbers = [one for one in model.candidates if variables[one.variable].is_numeric]
    stepped = [one for one in numbers if one.per not in (None, 1)]
    if not numbers:
        return []
    if not stepped:
        return ["Continuous covariates were entered as continuous, with hazard ratios per unit"]
    steps = listed([phrases.per_unit(one, variables) for one in stepped])
    others = "; those of other continuous covariates are per unit" if len(stepped) < len(numbers) else ""
    return [f"Continuous covariates were entered as continuous; hazard ratios are given for {steps}{others}"]


def _subgroups(protocol: Protocol) -> list[str]:
    return [sentence for one in protocol.subgroups for sentence in _subgroup(one, protocol)]


def _subgroup(declared: Subgroups, protocol: Protocol) -> list[str]:
    comparison, variables = protocol.comparison, protocol.variables()
    if comparison is None:
        return []
    label = in_sentence(protocol.endpoint_named(declared.endpoint).label)
    compared: Variable = variables[comparison.variable]
    events = "1 event" if declared.minimum_events == 1 else f"{number(declared.minimum_events)} events"
    return [
        f"The hazard ratio of {set_off(compared.label)} for {label} was estimated by Cox regression "
        f"({phrases.TIES[declared.ties]} for tied times) within the levels of "
        f"{phrases.labels_of(declared.variables, variables)}; no estimate is given for a subgroup with fewer "
        f"than {events}",
        "Interactions were tested by likelihood-ratio tests between the models with and without the product terms",
    ]


def _closing(protocol: Protocol) -> list[str]:
    study = protocol.study
    return [
        f"Tests were two-sided, confidence intervals are at the {phrases.percent(study.level)} level, and no "
        "correction was made for the number of tests",
        f"All analyses were made with the software crlm from the study protocol {study.id}, version {study.version}",
    ]
