"""The outcomes: what was measured and from when, and how survival was estimated and compared."""

from __future__ import annotations

from collections.abc import Sequence

from crlm.dictionary.wording import as_sentence, listed, set_off, with_unit
from crlm.study.protocol import phrases
from crlm.study.protocol.methods.sharing import each, gathered, labelled, shared
from crlm.study.protocol.model import Endpoint, Protocol
from crlm.study.unit_words import words_of


def endpoints(protocol: Protocol) -> list[str]:
    """The endpoints, those that differ in nothing else together; then what was censored and who was left out."""
    declared, variables = protocol.endpoint, protocol.variables()
    told: list[tuple[str, str]] = []
    censored: list[tuple[str, str]] = []
    left_out: list[tuple[str, str]] = []
    for one in declared:
        many = words_of(protocol, one.unit).many
        told.append((_measured(one, variables, many), one.label))
        if one.competing:
            levels = phrases.levels_of(variables[one.status], one.competing)
            what = "Competing events were" if one.dates else f"{levels} was"
            censored.append((f"{what} treated as censoring (cause-specific analysis)", one.label))
        if one.unknown:
            left_out.append(
                (f"{as_sentence(many)} without a known time or status were left out of", one.label)
            )
    found = [
        f"{as_sentence(labelled(labels)) if len(labels) > 1 else labels[0]} "
        f"{'was' if len(labels) == 1 else 'were'} measured{clauses}"
        for clauses, labels in gathered(told).items()
    ]
    for clause, labels in gathered(censored).items():
        found.append(clause if len(labels) == len(declared) else f"{clause} for {labelled(labels)}")
    for clause, labels in gathered(left_out).items():
        of = (
            labelled(labels)
            if len(declared) > len(labels)
            else "the endpoint"
            if len(labels) == 1
            else "an endpoint"
        )
        found.append(f"{clause} {of}")
    return found


def _measured(endpoint: Endpoint, variables: phrases.Variables, many: str) -> str:
    """What follows "was measured": the unit, time zero, the event and whom it is restricted to."""
    unit = variables[endpoint.time].unit
    measured = f" in {unit}" if unit else ""
    measured += f" from {endpoint.time_zero}" if endpoint.time_zero else ""
    measured += f", for each {many[:-1]}" if endpoint.unit else ""
    clauses = [f"{measured}; the event was {phrases.event_of(endpoint, variables)}"]
    if endpoint.horizon is not None:
        limit = with_unit(endpoint.horizon, unit)
        clauses.append(f"follow-up beyond {limit} was censored at {limit}")
    restricted = phrases.restriction(endpoint.where, many, variables)
    return "; ".join([*clauses, *([restricted] if restricted else [])])


def curves(protocol: Protocol) -> list[str]:
    """How survival, follow-up and cumulative incidence were estimated, and how groups were compared."""
    variables, declared = protocol.variables(), protocol.endpoint
    level = phrases.percent(protocol.study.level)
    scales = shared([(phrases.SCALES[one.interval], one.label) for one in declared])
    reported = [
        (phrases.times(one.landmarks, variables[one.time].unit), one.label)
        for one in declared
        if one.landmarks
    ]
    found = [
        f"Survival was estimated by the Kaplan-Meier method with Greenwood's variance; {level} confidence intervals "
        f"were computed on {scales}, and those of medians were {_medians(declared)}",
    ]
    if reported:
        everyone = len(reported) == len(declared)
        found.append(f"Survival is reported at {shared(reported) if everyone else each(gathered(reported))}")
    ways = shared(
        [(listed([phrases.FOLLOW_UP[way] for way in one.follow_up]), one.label) for one in declared]
    )
    usual = all(one.follow_up == ("reverse-kaplan-meier",) for one in declared)
    found.append(
        "Median follow-up was estimated by the reverse Kaplan-Meier method"
        if usual
        else f"Follow-up is given as {ways}"
    )
    return found + _groups(protocol)


def _groups(protocol: Protocol) -> list[str]:
    """The log-rank test, other groups than those of the study, cumulative incidence with Gray's test."""
    variables, declared = protocol.variables(), protocol.endpoint
    found = []
    tested = [one for one in declared if one.by_group and (protocol.comparison is not None or one.group)]
    if tested:
        of = "" if len(tested) == len(declared) else f" for {labelled([one.label for one in tested])}"
        found.append(f"Survival of the groups was compared with the log-rank test{of}")
        others = [(set_off(variables[one.group].label), one.label) for one in tested if one.group]
        found += [
            f"For {labelled(labels)} the groups were those of {groups}"
            for groups, labels in gathered(others).items()
        ]
    incidences = [one for one in declared if one.cumulative_incidence]
    if incidences:
        both = any(one in tested for one in incidences)
        gray = ", and compared between groups with Gray's test" if both else ""
        found.append(
            "The cumulative incidence of the event in the presence of competing events was estimated by the "
            f"Aalen-Johansen method for {labelled([one.label for one in incidences])}{gray}"
        )
    return found


def _medians(declared: Sequence[Endpoint]) -> str:
    """How intervals of medians are made."""
    words = {
        "curve": "read off them (Brookmeyer and Crowley)",
        "spss": "computed as the median plus and minus a multiple of its standard error (Collett)",
    }
    return shared([(words[one.median_interval], one.label) for one in declared])
