"""A protocol in plain English, section by section: what `crlm study check` prints and the report's appendix shows."""

from __future__ import annotations

from crlm.dictionary.expressions import in_words, names_of_values, parse
from crlm.dictionary.variables import Variable
from crlm.dictionary.wording import as_sentence, in_sentence, listed, number, set_off, with_article
from crlm.study.protocol import phrases
from crlm.study.protocol.methods import methods_paragraphs, methods_sentences
from crlm.study.protocol.model import Baseline, Endpoint, Model, Paired, Protocol, Row, Subgroups
from crlm.study.unit_words import EPISODES, PATIENTS, words_of

__all__ = ["methods_paragraphs", "methods_sentences", "protocol_in_words"]

Section = tuple[str, tuple[str, ...]]


def protocol_in_words(protocol: Protocol) -> tuple[Section, ...]:
    """Sections of (title, sentences); a section without anything to say is left out.

    For a protocol that `check_protocol` found without errors.
    """
    sections = (
        ("Study", _study(protocol)),
        ("Data", _data(protocol)),
        ("Derived variables", _derived(protocol)),
        ("Checks of the data", _checks(protocol)),
        ("Population", _population(protocol)),
        ("Groups", _groups(protocol)),
        ("Endpoints", [_endpoint(one, protocol) for one in protocol.endpoint]),
        ("Tables of characteristics", [_table(one, protocol) for one in protocol.baseline]),
        ("Tables of pairs", [_paired(one, protocol) for one in protocol.paired]),
        ("Models", _models(protocol)),
        ("Subgroups", [_subgroups(one, protocol) for one in protocol.subgroups]),
    )
    return tuple((title, tuple(sentences)) for title, sentences in sections if sentences)


def _sentences(*parts: str | None) -> str:
    return " ".join(_ended(part) for part in parts if part)


def _ended(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _study(protocol: Protocol) -> list[str]:
    study = protocol.study
    found = [study.question, f"Design: {study.design}" if study.design else None]
    found.append(f"Source: {study.source}" if study.source else None)
    found.append(f"Confidence intervals are at the {phrases.percent(study.level)} level")
    return [_ended(one) for one in found if one]


def _data(protocol: Protocol) -> list[str]:
    data = protocol.data
    found = [_what_a_record_is(protocol)]
    if data.missing:
        codes = listed([f"{one.code} means {one.reason}" for one in data.missing])
        found.append(f"In every column {codes}; such a value is missing")
    for variable in protocol.column:
        if variable.missing:
            codes = listed([f"{one.code} means {one.reason}" for one in variable.missing])
            found.append(f"In {variable.label}, {codes}; such a value is missing")
    if data.synthetic:
        found.append("The data are synthetic")
    return [_ended(one) for one in found]


def _what_a_record_is(protocol: Protocol) -> str:
    if protocol.data.registry:
        one = "liver episode" if protocol.population.unit == "episode" else protocol.population.unit
        return f"The data are a registry of related tables; one record is one {one}"
    return (
        f'One row is one patient, identified by the column "{protocol.data.identifier}"; '
        f"{len(protocol.column)} columns are used"
    )


def _derived(protocol: Protocol) -> list[str]:
    variables = protocol.variables()
    return [
        _sentences(
            f"{one.label}: {in_sentence(in_words(parse(one.expression), variables))}",
            one.definition,
            f"Source: {one.source}" if one.source else None,
        )
        for one in protocol.derived
    ]


def _checks(protocol: Protocol) -> list[str]:
    variables = protocol.variables()
    otherwise = {
        "error": "Otherwise the run stops",
        "warning": "Otherwise a warning",
        "info": "Otherwise a remark",
    }
    return [
        _sentences(
            f"Expected: {in_sentence(in_words(parse(one.expect), variables))}",
            f"{otherwise[one.severity]}: {in_sentence(one.sentence)}",
        )
        for one in protocol.check
    ]


def _population(protocol: Protocol) -> list[str]:
    variables, population = protocol.variables(), protocol.population
    found = [population.description] if population.description else []
    words = words_of(protocol, None) if population.unit == "patient" else EPISODES
    for index, one in enumerate(population.criteria):
        if one.first_by:
            words = PATIENTS
            found.append(
                f"Step {index + 1}, {one.label}: {phrases.first_of_patient(one.first_by, variables)}"
            )
            continue
        side = "included" if one.include is not None else "excluded"
        expr = parse(one.expression)
        unknown = {
            None: f"The run stops at {with_article(words.one)} for {words.whom} this is unknown"
            if names_of_values(expr)
            else None,
            "include": f"{words.many.capitalize()} for {words.whom} this is unknown are included",
            "exclude": f"{words.many.capitalize()} for {words.whom} this is unknown are excluded",
        }[one.unknown]
        condition = in_sentence(in_words(expr, variables))
        found.append(_sentences(f"Step {index + 1}, {one.label}: {side} if {condition}", unknown))
    return [_ended(one) for one in found]


def _groups(protocol: Protocol) -> list[str]:
    comparison = protocol.comparison
    if comparison is None:
        return []
    variable = protocol.variables()[comparison.variable]
    reference = phrases.group_reference(variable, comparison.reference)
    label = comparison.label or variable.label
    one = with_article(words_of(protocol, None).one)
    unknown = (
        f"{as_sentence(one)} whose group is unknown leaves the population, as the last step of the flow."
        if comparison.unknown
        else f"The run stops at {one} whose group is unknown."
    )
    return [
        f"{label}: the groups are {phrases.levels_of(variable, variable.level_names, 'and')} of "
        f"{set_off(variable.label)}; the reference is {phrases.levels_of(variable, [reference])}.",
        unknown,
    ]


def _endpoint(endpoint: Endpoint, protocol: Protocol) -> str:
    variables = protocol.variables()
    status, unit = variables[endpoint.status], variables[endpoint.time].unit
    since = (
        f"from {endpoint.time_zero}"
        if endpoint.time_zero
        else "from time zero, which the protocol does not say"
    )
    codes = [f"{phrases.levels_of(status, endpoint.event)} is the event"]
    if endpoint.censor:
        codes.append(f"{phrases.levels_of(status, endpoint.censor)} is censored")
    if endpoint.competing:
        competing = phrases.levels_of(status, endpoint.competing)
        codes.append(f"{competing} prevents the event and is censored here (cause-specific)")
    words = words_of(protocol, endpoint.unit)
    unknown = (
        f"{as_sentence(with_article(words.one))} without a known time or status is left out of this endpoint, and "
        "counted"
        if endpoint.unknown
        else f"The run stops at {with_article(words.one)} without a known time or status"
    )
    return _sentences(
        f"{endpoint.label}: time {since}, in {unit or 'the unit of its column'} ({endpoint.time})",
        f"Each record is {with_article(words.one)}" if endpoint.unit else None,
        _restricted(endpoint.where, words.many, protocol),
        _dates(endpoint, protocol),
        f"In “{status.label}” ({endpoint.status}), {listed(codes)}",
        endpoint.definition,
        f"Follow-up ends at {phrases.times([endpoint.horizon], unit)}"
        if endpoint.horizon is not None
        else None,
        f"Survival is reported at {phrases.times(endpoint.landmarks, unit)}" if endpoint.landmarks else None,
        f"Intervals of the curve are computed on {phrases.SCALES[endpoint.interval]}",
        "That of the median is the median plus and minus a multiple of its standard error"
        if endpoint.median_interval == "spss"
        else None,
        _follow_up(endpoint),
        "The cumulative incidence is shown beside (Aalen-Johansen)"
        if endpoint.cumulative_incidence
        else None,
        f"The groups are those of {set_off(variables[endpoint.group].label)}" if endpoint.group else None,
        None if protocol.comparison is None or endpoint.by_group else "The groups are not compared",
        unknown,
    )


def _restricted(where: str | None, many: str, protocol: Protocol) -> str | None:
    clause = phrases.restriction(where, many, protocol.variables())
    return as_sentence(clause) if clause else None


def _dates(endpoint: Endpoint, protocol: Protocol) -> str | None:
    """The dates that an outcome is made of."""
    dates, variables = endpoint.dates, protocol.variables()
    if dates is None:
        return None
    found = f"Time runs from {phrases.label_of(dates.start, variables)} to "
    found += phrases.listed_or([phrases.label_of(name, variables) for name in dates.event])
    if dates.competing:
        competing = phrases.listed_or([phrases.label_of(name, variables) for name in dates.competing])
        found += f" (the event), or to {competing} (competing)"
    else:
        found += " (the event)"
    return f"{found}, whichever is first, and otherwise to {phrases.label_of(dates.until, variables)}"


def _follow_up(endpoint: Endpoint) -> str | None:
    """How follow-up is summarised, where that is not the usual way alone."""
    if endpoint.follow_up == ("reverse-kaplan-meier",):
        return None
    return f"Follow-up is {listed([phrases.FOLLOW_UP[one] for one in endpoint.follow_up])}"


def _table(table: Baseline, protocol: Protocol) -> str:
    variables = protocol.variables()
    by_way: dict[str, list[str]] = {}
    for row in (row for block in table.blocks for row in block.rows):
        variable = variables[row.variable]
        way = _way(row, variable, table, protocol)
        by_way.setdefault(way, []).append(in_sentence(row.label or variable.label))
    described = [as_sentence(f"{way}: {listed(labels)}") for way, labels in by_way.items()]
    smd = "Standardised mean differences are shown" if table.smd else None
    words = words_of(protocol, table.unit)
    return _sentences(
        f"{table.title} ({table.id})",
        f"Each record is {with_article(words.one)}" if table.unit else None,
        _restricted(table.where, words.many, protocol),
        f"The columns are the groups of {set_off(variables[table.group].label)}" if table.group else None,
        None if table.by_group or protocol.comparison is None else "There are no columns for groups",
        *described,
        smd,
    )


def _way(row: Row, variable: Variable, table: Baseline, protocol: Protocol) -> str:
    """How one row is summarised and compared."""
    if variable.is_numeric:
        summary, test = row.summary or table.number_summary, row.test or table.number_test
    else:
        summary, test = "count", row.test or table.category_test
    words = phrases.SUMMARIES[summary]
    compared = table.by_group and (protocol.comparison is not None or table.group is not None)
    if not compared or test == "none":
        return f"{words}, no test"
    return f"{words}, {phrases.TESTS[test].partition(' (')[0].removeprefix('the ')}"


def _paired(table: Paired, protocol: Protocol) -> str:
    variables, words = protocol.variables(), words_of(protocol, table.unit)
    by_way: dict[str, list[str]] = {}
    for row in table.rows:
        variable = variables[row.before or row.after or ""]
        summary = phrases.SUMMARIES[(row.summary or table.number_summary) if variable.is_numeric else "count"]
        test = phrases.paired_test(row, variables)
        way = (
            "no test" if test is None else phrases.PAIRED_TESTS[test].partition(" (")[0].removeprefix("the ")
        )
        if test == "mcnemar":
            way += " with continuity correction" if row.correction else " without continuity correction"
        by_way.setdefault(f"{summary}, {way}", []).append(in_sentence(row.label or variable.label))
    described = [as_sentence(f"{way}: {listed(labels)}") for way, labels in by_way.items()]
    return _sentences(
        f"{table.title} ({table.id}): “{table.before}” against “{table.after}” of the same {words.many}",
        _restricted(table.where, words.many, protocol),
        *described,
    )


def _models(protocol: Protocol) -> list[str]:
    """Each model; one that differs from an earlier one only in its endpoint is told in a sentence."""
    found: list[str] = []
    told: dict[str, Model] = {}
    for model in protocol.model:
        same = model.model_dump_json(exclude={"id", "endpoint", "outcome", "title"})
        label = phrases.outcome_of(model, protocol)
        if same in told:
            found.append(
                f"{model.title or label} ({model.id}): as {told[same].id}, for {in_sentence(label)}."
            )
        else:
            told[same] = model
            found.append(_model(model, protocol))
    return found


def _model(model: Model, protocol: Protocol) -> str:
    variables, label = protocol.variables(), phrases.outcome_of(model, protocol)
    many = words_of(protocol, protocol.unit_of(model)).many
    names = [
        phrases.per_unit(one, variables) if one.per is not None else phrases.label_of(one.variable, variables)
        for one in model.candidates
    ]
    rules: list[str | None] = ["There is no multivariable model"]
    if model.keep is not None:
        rules = [
            phrases.entering_rule(model, model.keep, variables, past=False),
            phrases.dropping_rule(model, model.keep, variables, past=False),
            phrases.confounder_rule(model, variables, past=False),
        ]
    rules += [phrases.intervals(model), phrases.clustered(model, variables, past=False)]
    return _sentences(
        f"{model.title or label} ({model.id}): {phrases.regression_of(model, in_sentence(label))}",
        _restricted(model.where, many, protocol),
        f"Each candidate alone: {listed(names)}",
        f"The effect in question is that of {phrases.label_of(model.exposure, variables)}"
        if model.exposure
        else None,
        *(as_sentence(rule) for rule in rules if rule),
        phrases.complete_cases(model, many, past=False),
        f"Proportional hazards are tested with {phrases.TIME_SCALES[model.proportional_hazards]}"
        if phrases.ratio_of(model) == "hazard"
        else None,
    )


def _subgroups(declared: Subgroups, protocol: Protocol) -> str:
    endpoint = protocol.endpoint_named(declared.endpoint)
    names = phrases.labels_of(declared.variables, protocol.variables())
    return _sentences(
        f"{declared.title or endpoint.label} ({declared.id}): the effect of the groups on "
        f"{in_sentence(endpoint.label)} within the levels of {names}, by Cox regression with "
        f"{phrases.TIES[declared.ties]} for tied times",
        _restricted(declared.where, words_of(protocol, endpoint.unit).many, protocol),
        f"A subgroup with fewer than {number(declared.minimum_events)} events has no estimate",
        "Each interaction is tested by the likelihood ratio",
    )
