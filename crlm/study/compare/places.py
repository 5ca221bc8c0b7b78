"""Where a number stands in a results document, and reading it there.

A place is written `kind part/part/...`, for example `cell table-1/sex/male/nac`. Parts are the ids, variables, levels
and columns of the results document; the group "all" is everyone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from crlm.study.results import (
    BaselineRow,
    BaselineTable,
    Curve,
    EndpointResult,
    Interval,
    ModelResult,
    PairedRow,
    PairedValues,
    Results,
    Term,
    TermLevel,
    Test,
)

EVERYONE = "all"


@dataclass(frozen=True)
class Found:
    """The numbers at a place by the name of their quantity, and why there are none or not all."""

    values: dict[str, float | None] = field(default_factory=dict)
    reason: str | None = None


class _AbsentError(LookupError):
    """There is no such place in these results; the message says what is missing."""


def read(place: str, results: Results) -> Found:
    """The numbers at a place; a reason instead where the results have none."""
    kind, _, parts = place.partition(" ")
    try:
        return READERS[kind](results, *parts.split("/"))
    except _AbsentError as absent:
        return Found(reason=str(absent))


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


Identified = TypeVar("Identified", bound=_HasId)


def _named(candidates: Iterable[Identified], wanted: str, what: str) -> Identified:
    for one in candidates:
        if one.id == wanted:
            return one
    raise _AbsentError(f'the results have no {what} "{wanted}"')


def _table(results: Results, table: str) -> BaselineTable:
    return _named(results.baseline, table, "table")


def _row(results: Results, table: str, variable: str) -> BaselineRow:
    for block in _table(results, table).blocks:
        for row in block.rows:
            if row.variable == variable:
                return row
    raise _AbsentError(f'table "{table}" has no row "{variable}"')


def _cell(results: Results, table: str, variable: str, level: str, column: str) -> Found:
    row = _row(results, table, variable)
    for one in row.levels:
        if one.level == level and column in one.cells:
            count = one.cells[column]
            return Found(
                {"n": count.n, "denominator": count.denominator, "percent": count.percent},
                None if count.percent is not None else "nobody has a known value",
            )
    raise _AbsentError(f'the row "{variable}" of table "{table}" has no level "{level}" in column "{column}"')


def _missing(results: Results, table: str, variable: str, column: str) -> Found:
    row = _row(results, table, variable)
    if column not in row.missing:
        raise _AbsentError(f'table "{table}" has no column "{column}"')
    return Found({"n": row.missing[column]})


def _column(results: Results, table: str, column: str) -> Found:
    columns = {one.id: one.n for one in _table(results, table).columns}
    if column not in columns:
        raise _AbsentError(f'table "{table}" has no column "{column}"')
    total = columns.get(EVERYONE) or sum(columns.values())
    return Found({"n": columns[column], "percent": 100 * columns[column] / total if total else None})


def _summary(results: Results, table: str, variable: str, column: str) -> Found:
    numbers = _row(results, table, variable).numbers.get(column)
    if numbers is None:
        raise _AbsentError(f'the row "{variable}" of table "{table}" has no numbers in column "{column}"')
    return Found(numbers.model_dump(exclude={"reason"}), numbers.reason)


def _p(test: Test | None, what: str) -> Found:
    if test is None:
        raise _AbsentError(f"{what} has no test")
    return Found({"p": test.p}, test.reason)


def _test(results: Results, table: str, variable: str) -> Found:
    return _p(_row(results, table, variable).test, f'the row "{variable}" of table "{table}"')


def _pair(results: Results, table: str, variable: str) -> PairedRow:
    for row in _named(results.paired, table, "paired table").rows:
        if row.before is not None and row.before.variable == variable:
            return row
    raise _AbsentError(f'the paired table "{table}" has no row that begins with "{variable}"')


def _side(row: PairedRow, side: str) -> PairedValues:
    values = row.before if side == "before" else row.after
    if values is None:
        raise _AbsentError(f'"{row.label}" has no value {side}')
    return values


def _paired_cell(results: Results, table: str, variable: str, level: str, side: str) -> Found:
    row = _pair(results, table, variable)
    for one, count in zip(row.levels, _side(row, side).levels, strict=True):
        if one.level == level:
            return Found({"n": count.n, "denominator": count.denominator, "percent": count.percent})
    raise _AbsentError(f'the row "{variable}" of table "{table}" has no level "{level}"')


def _paired_missing(results: Results, table: str, variable: str, side: str) -> Found:
    return Found({"n": _side(_pair(results, table, variable), side).missing})


def _paired_summary(results: Results, table: str, variable: str, side: str) -> Found:
    number = _side(_pair(results, table, variable), side).number
    if number is None:
        raise _AbsentError(f'the row "{variable}" of table "{table}" is no number')
    return Found(number.model_dump(exclude={"reason"}), number.reason)


def _paired_test(results: Results, table: str, variable: str) -> Found:
    return _p(_pair(results, table, variable).test, f'the row "{variable}" of table "{table}"')


def _final(results: Results) -> Found:
    return Found({"n": results.flow.final})


def _group(results: Results, level: str) -> Found:
    for one in results.flow.groups:
        if one.level == level:
            return Found({"n": one.n, "percent": 100 * one.n / results.flow.final})
    raise _AbsentError(f'the comparison has no group "{level}"')


def _step(results: Results, label: str) -> Found:
    for one in results.flow.steps:
        if one.label == label:
            return Found({"n": one.removed, "percent": 100 * one.removed / results.flow.first})
    raise _AbsentError(f'the flow has no step "{label}"')


def _endpoint(results: Results, endpoint: str) -> EndpointResult:
    return _named(results.endpoints, endpoint, "endpoint")


def _curve(results: Results, endpoint: str, group: str) -> Curve:
    found = _endpoint(results, endpoint)
    if group == EVERYONE:
        return found.overall
    for curve in found.groups:
        if curve.group == group:
            return curve
    raise _AbsentError(f'the endpoint "{endpoint}" has no group "{group}"')


def _events(results: Results, endpoint: str, group: str) -> Found:
    curve = _curve(results, endpoint, group)
    return Found({"n": curve.events, "percent": 100 * curve.events / curve.n})


def _number_at_start(results: Results, endpoint: str, group: str) -> Found:
    return Found({"n": _curve(results, endpoint, group).n})


def _survival(results: Results, endpoint: str, group: str, time: str) -> Found:
    for one in _curve(results, endpoint, group).landmarks:
        if one.time == float(time):
            value = one.survival.value
            return Found({"percent": None if value is None else 100 * value}, one.survival.reason)
    raise _AbsentError(f'the endpoint "{endpoint}" has no landmark at {time}')


def _median(results: Results, endpoint: str, group: str) -> Found:
    curve = _curve(results, endpoint, group)
    extremes = {"minimum": curve.time[0] if curve.time else None, "maximum": curve.last_time}
    found = _interval(curve.median, "value")
    return Found({**found.values, **extremes}, found.reason)


def _follow_up(results: Results, endpoint: str, group: str) -> Found:
    return _interval(_curve(results, endpoint, group).follow_up, "value")


def _survivors(results: Results, endpoint: str, group: str) -> Found:
    summary = _curve(results, endpoint, group).survivors
    if summary is None:
        raise _AbsentError(f'the endpoint "{endpoint}" does not summarise the follow-up of survivors')
    return Found({"value": summary.median, "q1": summary.q1, "q3": summary.q3}, summary.reason)


def _log_rank(results: Results, endpoint: str) -> Found:
    return _p(_endpoint(results, endpoint).log_rank, f'the endpoint "{endpoint}"')


def _interval(interval: Interval, name: str) -> Found:
    values = {name: interval.value, "lower": interval.lower, "upper": interval.upper}
    return Found(values, interval.reason)


def _model(results: Results, model: str) -> ModelResult:
    return _named(results.models, model, "model")


def _term(results: Results, model: str, variable: str) -> Term:
    for term in _model(results, model).terms:
        if term.variable == variable:
            return term
    raise _AbsentError(f'the model "{model}" has no covariate "{variable}"')


def _term_level(results: Results, model: str, variable: str, level: str) -> TermLevel:
    for one in _term(results, model, variable).levels:
        if (one.level or "") == level:
            return one
    raise _AbsentError(f'the covariate "{variable}" of model "{model}" has no level "{level}"')


def _effect(results: Results, model: str, variable: str, level: str, column: str) -> Found:
    if column == "final":
        return _final_effect(results, model, level)
    row = _term_level(results, model, variable, level)
    effect = row.univariable if column == "univariable" else row.multivariable
    if row.reference:
        return Found({"n": row.n}, "it is the reference level here")
    if effect is None:
        return Found({"n": row.n}, f"not in the multivariable model: {_term(results, model, variable).why}")
    found = _interval(effect.ratio, "estimate")
    return Found({**found.values, "p": effect.p.p, "n": row.n}, found.reason)


def _final_effect(results: Results, model: str, level: str) -> Found:
    exposure = _model(results, model).exposure
    if exposure is None:
        raise _AbsentError(f'the model "{model}" has no exposure')
    final = next((one for one in exposure.models if one.role == "final"), None)
    effect = (
        next((one.effect for one in final.effects if (one.level or "") == level), None) if final else None
    )
    if effect is None:
        raise _AbsentError(f'the model "{model}" has no corrected effect of "{level}"')
    found = _interval(effect.ratio, "estimate")
    return Found({**found.values, "p": effect.p.p}, found.reason)


def _reference(results: Results, model: str, variable: str, level: str) -> Found:
    row = _term_level(results, model, variable, level)
    if not row.reference:
        return Found({"n": row.n}, "it is not the reference level here")
    return Found({"reference": 1.0, "n": row.n})


def _overall(results: Results, model: str, variable: str, column: str) -> Found:
    term = _term(results, model, variable)
    test = term.univariable if column == "univariable" else term.multivariable
    if test is None:
        return Found(reason=f"not in the multivariable model: {term.why}")
    return _p(test, variable)


def _term_missing(results: Results, model: str, variable: str) -> Found:
    return Found({"n": _term(results, model, variable).missing})


def _subgroup(results: Results, analysis: str, variable: str, level: str) -> Found:
    for one in _named(results.subgroups, analysis, "subgroup analysis").variables:
        for row in one.levels if one.variable == variable else ():
            if row.level == level:
                found = _interval(row.hazard_ratio, "estimate")
                return Found({**found.values, "p": row.p.p, "n": row.n}, found.reason)
    raise _AbsentError(f'the subgroups "{analysis}" have no level "{level}" of "{variable}"')


READERS: dict[str, Callable[..., Found]] = {
    "cell": _cell,
    "missing": _missing,
    "column": _column,
    "summary": _summary,
    "test": _test,
    "paired-cell": _paired_cell,
    "paired-missing": _paired_missing,
    "paired-summary": _paired_summary,
    "paired-test": _paired_test,
    "final": lambda results, _="": _final(results),
    "group": _group,
    "removed": _step,
    "events": _events,
    "size": _number_at_start,
    "survival": _survival,
    "median": _median,
    "follow-up": _follow_up,
    "survivors": _survivors,
    "log-rank": _log_rank,
    "effect": _effect,
    "reference": _reference,
    "overall": _overall,
    "term-missing": _term_missing,
    "subgroup": _subgroup,
}
"""How a place of each kind is read."""
