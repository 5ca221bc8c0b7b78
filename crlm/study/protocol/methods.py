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
from crlm.study.unit_words import EPISODES, PATIENTS, words_of


def methods_paragraphs(protocol: Protocol) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The methods of a paper as titled paragraphs, in the order of a paper, a sentence each; none is empty.

    For a protocol that `check_protocol` found without errors. The name of the software is given, its version is not:
    that belongs to the run.
    """
    found = (
        ("Study population", [*_design(protocol), *_population(protocol), *_comparison(protocol)]),
        ("Variables", [*_missing_codes(protocol), *_derived(protocol)]),
        ("Characteristics", [*_tables(protocol), *_paired(protocol)]),
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
    words = PATIENTS if population.unit == "patient" else EPISODES
    for one in population.criteria:
        if one.first_by:
            words = PATIENTS
            steps.append(f"{one.label} ({phrases.first_of_patient(one.first_by, variables)})")
            continue
        side = "included" if one.include is not None else "excluded"
        unknown = (
            f"; {words.many} for {words.whom} this was unknown were {one.unknown}d" if one.unknown else ""
        )
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
    many = words_of(protocol, None).many
    unknown = f"; {many} whose group was unknown were excluded" if comparison.unknown else ""
    return [
        f"{as_sentence(many)} were compared by {set_off(variable.label)}: {phrases.levels_of(variable, others, 'and')} "
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
            found.append(f"In the table “{table.title}”{_of_whom(table, protocol)}, {'; '.join(clauses)}")
        else:
            found.extend(as_sentence(clause) for clause in clauses)
    found.append("Missing values were counted per group and took no part in summaries and tests")
    return found


def _of_whom(table: Baseline, protocol: Protocol) -> str:
    """What a table counts, where that is not what the population is."""
    words = words_of(protocol, table.unit)
    of = f" of {words.many}" if table.unit else ""
    clause = phrases.restriction(table.where, words.many, protocol.variables())
    return f"{of} ({clause})" if clause else of


def _table(table: Baseline, protocol: Protocol) -> list[str]:
    variables = protocol.variables()
    rows = [row for block in table.blocks for row in block.rows]
    numbers = [row for row in rows if variables[row.variable].is_numeric]
    categories = [row for row in rows if variables[row.variable].is_categorical]
    compared = table.by_group and (protocol.comparison is not None or table.group is not None)
    many = words_of(protocol, table.unit).many
    found: list[str] = []
    for what, kind, ways in (
        ("continuous variables", numbers, [_number_way(row, table, compared) for row in numbers]),
        ("categorical variables", categories, [_category_way(row, table, compared) for row in categories]),
    ):
        if kind:
            found.append(_summarised(what, kind, ways, variables, many))
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


def _summarised(
    what: str, rows: Sequence[Row], ways: Sequence[Way], variables: phrases.Variables, many: str
) -> str:
    """One sentence: the commonest way for all, then each exception with its variables named."""
    common = max(dict.fromkeys(ways), key=ways.count)
    clauses = [_way_in_words(what, common, many, plural=True)]
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
            clauses.append(_way_in_words(named, way, many, plural=len(labels) > 1, common=common))
    return "; ".join(clauses)


def _way_in_words(what: str, way: Way, many: str, *, plural: bool, common: Way | None = None) -> str:
    """What was done with some variables; what they share with the common way is not said again."""
    are, were = ("are", "were") if plural else ("is", "was")
    summary, test = way
    said = (
        [] if common and common[0] == summary else [f"{are} summarised as {phrases.summary(summary, many)}"]
    )
    if test is not None:
        said.append(f"{were} compared between groups with {phrases.TESTS[test]}")
    elif common is None or common[1] is not None:
        said.append(f"{were} not tested" if common and common[1] else "")
    return f"{what} {' and '.join(one for one in said if one)}"


# -- endpoints ---------------------------------------------------------------------------------------------------------


def _endpoints(protocol: Protocol) -> list[str]:
    variables = protocol.variables()
    return [_endpoint(one, variables, words_of(protocol, one.unit).many) for one in protocol.endpoint]


def _endpoint(endpoint: Endpoint, variables: phrases.Variables, many: str) -> str:
    unit = variables[endpoint.time].unit
    status = variables[endpoint.status]
    measured = f"{endpoint.label} was measured"
    measured += f" from {endpoint.time_zero}" if endpoint.time_zero else ""
    measured += f" in {unit}" if unit else ""
    measured += f", for each {many[:-1]}" if endpoint.unit else ""
    clauses = [f"{measured}; the event was {phrases.event_of(endpoint, variables)}"]
    if endpoint.competing:
        clauses.append(
            f"{phrases.levels_of(status, endpoint.competing)} was treated as censoring (cause-specific analysis)"
        )
    if endpoint.horizon is not None:
        limit = with_unit(endpoint.horizon, unit)
        clauses.append(f"follow-up beyond {limit} was censored at {limit}")
    if endpoint.unknown:
        clauses.append(f"{many} without a known time or status were left out of this endpoint")
    restricted = phrases.restriction(endpoint.where, many, variables)
    return "; ".join([*clauses, *([restricted] if restricted else [])])


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
        f"were computed on {scales}, and those of medians were {_medians(endpoints)}",
    ]
    if reported:
        everyone = len(reported) == len(endpoints)
        found.append(f"Survival is reported at {_shared(reported) if everyone else _each(reported)}")
    ways = _shared(
        [(listed([phrases.FOLLOW_UP[way] for way in one.follow_up]), one.label) for one in endpoints]
    )
    usual = all(one.follow_up == ("reverse-kaplan-meier",) for one in endpoints)
    found.append(
        "Median follow-up was estimated by the reverse Kaplan-Meier method"
        if usual
        else f"Follow-up is given as {ways}"
    )
    compared = protocol.comparison is not None
    tested = [one for one in endpoints if one.by_group and (compared or one.group)]
    if tested:
        labels = [in_sentence(one.label) for one in tested]
        of = "" if len(tested) == len(endpoints) else f" for {listed(labels)}"
        found.append(f"Survival of the groups was compared with the log-rank test{of}")
        found += [
            f"For {in_sentence(one.label)} the groups were those of {set_off(variables[one.group].label)}"
            for one in tested
            if one.group
        ]
    if incidences := [one for one in endpoints if one.cumulative_incidence]:
        labels = [in_sentence(one.label) for one in incidences]
        gray = (
            ", and compared between groups with Gray's test"
            if any(one in tested for one in incidences)
            else ""
        )
        found.append(
            f"The cumulative incidence of the event in the presence of competing events was estimated by the "
            f"Aalen-Johansen method for {listed(labels)}{gray}"
        )
    return found


def _medians(endpoints: Sequence[Endpoint]) -> str:
    """How intervals of medians are made."""
    words = {
        "curve": "read off them (Brookmeyer and Crowley)",
        "spss": "computed as the median plus and minus a multiple of its standard error (Collett)",
    }
    return _shared([(words[one.median_interval], one.label) for one in endpoints])


def _paired(protocol: Protocol) -> list[str]:
    """Tables of pairs, each in a sentence."""
    variables = protocol.variables()
    found = []
    for table in protocol.paired:
        tests: dict[str, list[str]] = {}
        for row in table.rows:
            test = phrases.paired_test(row, variables)
            if test is None:
                continue
            words = phrases.PAIRED_TESTS[test]
            if test == "mcnemar":
                words += " with continuity correction" if row.correction else " without continuity correction"
            tests.setdefault(words, []).append(in_sentence(row.label or variables[row.before or ""].label))
        compared = [f"{listed(labels)} with {words}" for words, labels in tests.items()]
        many = words_of(protocol, table.unit).many
        clause = phrases.restriction(table.where, many, variables)
        of = f" ({clause})" if clause else ""
        told = f"In the table “{table.title}”{of}, values of the same {many} at two times are summarised side by side"
        found.append(f"{told}; pairs were compared: {'; '.join(compared)}" if compared else told)
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
        same = f"{model.model_dump_json(exclude={'id', 'endpoint', 'outcome', 'title'})}{protocol.unit_of(model)}"
        together.setdefault(same, []).append(model)
    return [sentence for models in together.values() for sentence in _alike(models, protocol)]


def _alike(models: Sequence[Model], protocol: Protocol) -> list[str]:
    variables, model = protocol.variables(), models[0]
    labels = [in_sentence(phrases.outcome_of(one, protocol)) for one in models]
    many = words_of(protocol, protocol.unit_of(model)).many
    kind = phrases.ratio_of(model)
    each = "each candidate was analysed alone" if len(model.candidates) > 1 else "it was analysed alone"
    found = [
        f"Factors associated with {listed(labels)} were analysed by {_regression(model)}",
        f"Candidates were {listed([phrases.label_of(one.variable, variables) for one in model.candidates])}; {each}",
    ]
    restricted = phrases.restriction(model.where, many, variables)
    if restricted:
        found.append(f"These analyses included {restricted}")
    found.extend(_coding(model, variables))
    if model.keep is not None:
        rule = phrases.entering_rule(model, model.keep, variables, past=True)
        dropping = phrases.dropping_rule(model, model.keep, variables, past=True)
        found.append(as_sentence(f"{rule}; {dropping}" if dropping else rule))
        correcting = phrases.confounder_rule(model, variables, past=True)
        found.extend([as_sentence(correcting)] if correcting else [])
    factors = any(len(variables[one.variable].levels) > 2 for one in model.candidates)
    overall = "; factors with more than two levels have one overall test" if factors else ""
    found.append(f"Covariates were tested with the {phrases.P_VALUES[model.p]} test{overall}")
    extra = (phrases.intervals(model), phrases.clustered(model, variables, past=True))
    found.extend(as_sentence(one) for one in extra if one)
    found.append(phrases.complete_cases(model, many, past=True))
    if kind == "odds" and model.keep is not None:
        found.append("Discrimination of the multivariable model is given as the area under the ROC curve")
    if kind != "hazard":
        return found
    found.append(
        "Proportional hazards were examined with the score test based on scaled Schoenfeld residuals, against "
        f"{phrases.TIME_SCALES[model.proportional_hazards]}"
    )
    if model.keep is not None:
        found.append("Discrimination of the multivariable model is given as Harrell's concordance")
    return found


def _regression(model: Model) -> str:
    if model.type == "logistic":
        return "logistic regression"
    if model.competing == "fine-gray":
        return (
            "Fine and Gray's proportional hazards regression of the subdistribution, in which those with a competing "
            "event stay at risk, with robust standard errors"
        )
    return f"Cox proportional hazards regression with {phrases.TIES[model.ties]} for tied times"


def _coding(model: Model, variables: phrases.Variables) -> list[str]:
    numbers = [one for one in model.candidates if variables[one.variable].is_numeric]
    stepped = [one for one in numbers if one.per not in (None, 1)]
    ratio = phrases.RATIOS[phrases.ratio_of(model)]
    if not numbers:
        return []
    if not stepped:
        return [f"Continuous covariates were entered as continuous, with {ratio}s per unit"]
    steps = listed([phrases.per_unit(one, variables) for one in stepped])
    others = "; those of other continuous covariates are per unit" if len(stepped) < len(numbers) else ""
    return [f"Continuous covariates were entered as continuous; {ratio}s are given for {steps}{others}"]


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
        f"than {events}{_restricted_to(declared, protocol)}",
        "Interactions were tested by likelihood-ratio tests between the models with and without the product terms",
    ]


def _restricted_to(declared: Subgroups, protocol: Protocol) -> str:
    many = words_of(protocol, protocol.endpoint_named(declared.endpoint).unit).many
    clause = phrases.restriction(declared.where, many, protocol.variables())
    return f"; {clause}" if clause else ""


def _closing(protocol: Protocol) -> list[str]:
    study = protocol.study
    return [
        f"Tests were two-sided, confidence intervals are at the {phrases.percent(study.level)} level, and no "
        "correction was made for the number of tests",
        f"All analyses were made with the software crlm from the study protocol {study.id}, version {study.version}",
    ]
