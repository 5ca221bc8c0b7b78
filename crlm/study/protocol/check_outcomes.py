"""Checks of what is compared and of what is measured: the groups and the endpoints."""

from __future__ import annotations

from itertools import pairwise

from crlm.cohort.endpoints import LOOKS_CENSORED
from crlm.dictionary.expressions import names, parse
from crlm.dictionary.variables import Variable
from crlm.dictionary.wording import with_article
from crlm.problems import did_you_mean
from crlm.study.protocol.checking import Checking, quoted
from crlm.study.protocol.model import Endpoint

Key = tuple[str | int, ...]


def compared_variable(checking: Checking) -> Variable | None:
    """The variable of the comparison, when there is one and it has levels."""
    comparison = checking.protocol.comparison
    found = checking.variables.get(comparison.variable) if comparison is not None else None
    return found if found is not None and found.is_categorical else None


def check_comparison(checking: Checking) -> None:
    """The groups are levels of a categorical variable, known at time zero."""
    comparison = checking.protocol.comparison
    if comparison is None:
        return
    key = ("comparison", "variable")
    variable = checking.variable(key, comparison.variable)
    if variable is None:
        return
    if not variable.is_categorical:
        given = f'"{variable.name}" is {with_article(variable.type)} and has no groups'
        fix = f"derive a category first: cut({variable.name}, [...], ['low', 'high'], side='right')."
        checking.error(
            key, "protocol-comparison", given, "a category or a yes_no.", fix if variable.is_numeric else None
        )
        return
    if comparison.reference is not None and comparison.reference not in variable.level_names:
        given = f'the reference "{comparison.reference}" is not a level of "{variable.name}"'
        fix = did_you_mean(comparison.reference, variable.level_names)
        checking.error(
            ("comparison", "reference"), "protocol-unknown-level", given, quoted(variable.level_names), fix
        )
    warn_of_outcome(checking, key, variable.name, "the groups are made by")


def warn_of_outcome(checking: Checking, key: tuple[str | int, ...], name: str, doing: str) -> None:
    """A warning when a variable is known only after time zero."""
    if name in checking.outcomes:
        endpoint = checking.outcomes[name]
        given = (
            f'{doing} "{name}", which belongs to the endpoint "{endpoint}" and is known only after time zero'
        )
        checking.warning(key, "protocol-outcome-as-exposure", given, "use what is known at time zero.")


def check_endpoints(checking: Checking) -> None:
    """Times are numbers, statuses have levels, and every level has one meaning."""
    for index, endpoint in enumerate(checking.protocol.endpoint):
        key = ("endpoint", index)
        check_scope(checking, key, endpoint.unit, endpoint.where, endpoint.group)
        if endpoint.dates is not None:
            _check_dates(checking, (*key, "dates"), endpoint)
            _check_times(checking, key, endpoint)
            continue
        time = checking.variable((*key, "time"), endpoint.time)
        if time is not None and not time.is_numeric:
            given = f'the time "{time.name}" is {with_article(time.type)}'
            fix = (
                "derive the time first: one date minus another is a number of days."
                if time.type == "date"
                else None
            )
            checking.error((*key, "time"), "protocol-endpoint-time", given, "a number or an integer.", fix)
        elif time is not None and not time.unit:
            given = f'the time "{time.name}" has no unit, and the report cannot say what the times are in'
            checking.warning(
                (*key, "time"), "protocol-endpoint-unit", given, 'give the variable unit = "months".'
            )
        status = checking.variable((*key, "status"), endpoint.status)
        if status is not None:
            _check_status(checking, key, endpoint, status)
        _check_times(checking, key, endpoint)


def _check_dates(checking: Checking, key: Key, endpoint: Endpoint) -> None:
    """Every date of an outcome is a date of the registry."""
    dates = endpoint.dates
    if dates is None:
        return
    if not checking.protocol.data.registry:
        given = "dates make an outcome of a registry, and the data are a table"
        fix = "name the columns with time and status, or write registry = true in [data]."
        checking.error(key, "protocol-endpoint-dates", given, None, fix)
        return
    several = [
        ((*key, what, place), name)
        for what in ("event", "competing")
        for place, name in enumerate(getattr(dates, what))
    ]
    for place, name in [((*key, "start"), dates.start), ((*key, "until"), dates.until), *several]:
        variable = checking.variable(place, name, checking.protocol.recorded())
        if variable is not None and variable.type != "date":
            given = f'"{name}" is {with_article(variable.type)}, and an outcome is made of dates'
            checking.error(
                place, "protocol-endpoint-dates", given, "a date.", "name a date of the dictionary."
            )
        elif variable is not None and endpoint.unit != "lesion":
            of_base_unit(checking, place, name)


def check_scope(checking: Checking, key: Key, unit: str | None, where: str | None, group: str | None) -> None:
    """Whom an analysis is about: a unit that the data have, a condition, and groups that are categories."""
    lesions = unit == "lesion"
    if unit is not None and unit != checking.protocol.population.unit and not checking.protocol.data.registry:
        given = f'a table has patients only, and the analysis is of the unit "{unit}"'
        checking.error((*key, "unit"), "protocol-unit", given, None, "remove the key.")
    check_where(checking, key, where, lesions=lesions)
    if group is None:
        return
    variable = checking.variable((*key, "group"), group)
    if variable is not None and not variable.is_categorical:
        given = f'"{group}" is {with_article(variable.type)} and makes no groups'
        checking.error((*key, "group"), "protocol-comparison", given, "a category or a yes_no.")
    elif variable is not None and not lesions:
        of_base_unit(checking, (*key, "group"), group)


def check_where(checking: Checking, key: Key, where: str | None, *, lesions: bool) -> None:
    """A restriction is a condition on variables that the records have."""
    if where is None or not checking.condition((*key, "where"), where, checking.variables) or lesions:
        return
    for name in sorted(names(parse(where))):
        of_base_unit(checking, (*key, "where"), name)


def of_base_unit(checking: Checking, key: Key, name: str) -> None:
    """An error when a variable is one that only lesions have, where patients or episodes are analysed."""
    if name in checking.protocol.lesion_variables:
        unit = checking.protocol.population.unit
        given = f'"{name}" belongs to a treated lesion, and this analysis is of the unit "{unit}"'
        fix = 'write unit = "lesion" in the analysis, or use a variable of the episode.'
        checking.error(key, "protocol-unit", given, None, fix)


def _check_status(
    checking: Checking, key: tuple[str | int, ...], endpoint: Endpoint, status: Variable
) -> None:
    if not status.is_categorical:
        given = f'the status "{status.name}" is {with_article(status.type)}'
        fix = "declare it as a category with levels, for example 0 = alive and 1 = dead."
        checking.error((*key, "status"), "protocol-endpoint-status", given, "a category or a yes_no.", fix)
        return
    for kind in ("event", "censor", "competing"):
        checking.levels((*key, kind), getattr(endpoint, kind), status)
    mentioned = {*endpoint.event, *endpoint.censor, *endpoint.competing}
    silent = [level for level in status.level_names if level not in mentioned]
    if silent:
        given = f"nothing says whether {quoted(silent)[:-1]} is event, censoring or competing"
        allowed = f'every level of "{status.name}" in one of event, censor and competing.'
        checking.error(
            key, "protocol-endpoint-levels", given, allowed, f'add "{silent[0]}" to one of the three.'
        )
    doubtful = [level for level in endpoint.event if level in LOOKS_CENSORED and level in status.level_names]
    if doubtful and not set(endpoint.censor) & set(LOOKS_CENSORED):
        given = f'the event of {endpoint.label} is "{doubtful[0]}", which usually means censoring'
        fix = "check that event and censor are not the wrong way round."
        checking.warning((*key, "event"), "protocol-endpoint-reversed", given, fix)


def _check_times(checking: Checking, key: tuple[str | int, ...], endpoint: Endpoint) -> None:
    for index, landmark in enumerate(endpoint.landmarks):
        if endpoint.horizon is not None and landmark > endpoint.horizon:
            given = f"the landmark {landmark:g} lies beyond the horizon {endpoint.horizon:g}"
            allowed = f"at most {endpoint.horizon:g}."
            fix = "remove it, or move the horizon."
            checking.error((*key, "landmarks", index), "protocol-endpoint-landmark", given, allowed, fix)
    if any(first >= second for first, second in pairwise(endpoint.landmarks)):
        given = "the landmarks are not in order, or one is given twice"
        checking.warning(
            (*key, "landmarks"), "protocol-endpoint-landmark", given, "write them from early to late."
        )
    if (
        endpoint.axis_until is not None
        and endpoint.axis_step is not None
        and endpoint.axis_step > endpoint.axis_until
    ):
        given = f"the axis ends at {endpoint.axis_until:g} before its first step of {endpoint.axis_step:g}"
        checking.error(
            (*key, "axis_step"), "protocol-endpoint-axis", given, f"at most {endpoint.axis_until:g}."
        )
