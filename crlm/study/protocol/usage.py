"""Which variables a protocol uses, and where: what must be read, and what only a lesion has."""

from __future__ import annotations

from collections.abc import Iterable

from crlm.dictionary.expressions import ExpressionError, names, parse
from crlm.study.protocol.model import Endpoint, Protocol


def names_in(*expressions: str | None) -> set[str]:
    """The variables of some expressions; one that cannot be parsed has none (`check_protocol` reports it)."""
    found: set[str] = set()
    for one in expressions:
        if one:
            try:
                found |= names(parse(one))
            except ExpressionError:
                continue
    return found


def used_in_analyses(protocol: Protocol) -> set[str]:
    """The variables that a criterion, an endpoint, a table or a model uses, with those that they are derived from."""
    used = {row.variable for table in protocol.baseline for block in table.blocks for row in block.rows}
    used |= {name for table in protocol.baseline for name in _named(table.group)} | names_in(
        *(table.where for table in protocol.baseline)
    )
    used |= {name for one in protocol.endpoint for name in (one.time, one.status, *_named(one.group))}
    used |= names_in(*(one.where for one in protocol.endpoint))
    used |= {name for one in protocol.paired for row in one.rows for name in _named(row.before, row.after)}
    used |= {one.variable for model in protocol.model for one in model.candidates}
    used |= {name for one in protocol.model for name in _named(one.outcome, one.cluster)}
    used |= {name for one in protocol.subgroups for name in one.variables}
    for table in (protocol.paired, protocol.model, protocol.subgroups):
        used |= names_in(*(one.where for one in table))
    for criterion in protocol.population.criteria:
        used |= {criterion.first_by} if criterion.first_by else names_in(criterion.expression)
    if protocol.comparison is not None:
        used.add(protocol.comparison.variable)
    return with_sources(protocol, used)


def with_sources(protocol: Protocol, used: Iterable[str]) -> set[str]:
    """The variables with those that they are computed from: derived ones, and the dates of endpoints."""
    found = set(used)
    for one in reversed(protocol.derived):
        if one.name in found:
            found |= names_in(one.expression)
    for endpoint in protocol.endpoint:
        if endpoint.dates is not None and found & {endpoint.time, endpoint.status}:
            dates = endpoint.dates
            found |= {dates.start, *dates.event, *dates.competing, dates.until}
    return found


def to_read(protocol: Protocol) -> set[str]:
    """The variables of the data that the protocol needs, its checks among them."""
    used = used_in_analyses(protocol) | with_sources(
        protocol, names_in(*(one.expect for one in protocol.check))
    )
    used |= {name for one in protocol.endpoint for name in dates_of_groups(protocol, one)}
    return used & protocol.recorded().keys()


def group_variable(protocol: Protocol, endpoint: Endpoint) -> str | None:
    """The variable that makes an endpoint's groups; None when it compares none."""
    if not endpoint.by_group:
        return None
    return endpoint.group or (protocol.comparison.variable if protocol.comparison is not None else None)


def dates_of_groups(protocol: Protocol, endpoint: Endpoint) -> tuple[str, ...]:
    """The dates at which the groups of an endpoint are known, as far as the dictionary has them (registry only)."""
    variable = group_variable(protocol, endpoint)
    if variable is None or endpoint.dates is None:
        return ()
    from crlm.cohort.views import dates_known

    return tuple(
        name
        for name in dates_known(with_sources(protocol, {variable}) & protocol.recorded().keys())
        if name in protocol.recorded()
    )


def only_of_lesions(protocol: Protocol) -> frozenset[str]:
    """The variables that a lesion has and its episode has not: the dictionary's, and what is made of them."""
    from crlm.cohort.views import view_variables

    found = set(view_variables("lesion").keys() - view_variables(protocol.population.unit).keys())
    for endpoint in protocol.endpoint:
        if endpoint.unit == "lesion":
            found |= {endpoint.time, endpoint.status}
    for one in protocol.derived:
        if names_in(one.expression) & found:
            found.add(one.name)
    return frozenset(found)


def _named(*names: str | None) -> tuple[str, ...]:
    return tuple(name for name in names if name is not None)
