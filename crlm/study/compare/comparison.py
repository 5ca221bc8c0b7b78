"""A run's numbers beside those that the paper printed, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from crlm.evidence import (
    PublishedCount,
    PublishedEffect,
    PublishedFlow,
    PublishedRow,
    PublishedSummary,
    PublishedSurvival,
    PublishedTest,
)
from crlm.evidence.wording import printed
from crlm.study.compare.cells import Quantity, quantities
from crlm.study.compare.doubts import Doubt, doubts_of
from crlm.study.compare.mapping import mapping_of
from crlm.study.compare.places import EVERYONE, Found, read
from crlm.study.compare.printed import rounded
from crlm.study.compare.printed_once import printed_once
from crlm.study.compare.recomputation import Recomputation
from crlm.study.compare.recompute import recomputations
from crlm.study.compare.simulated import Simulated, stored
from crlm.study.protocol.load import find_protocol
from crlm.study.results import Results

NO_RUN = "no run was given"
EXPOSURES = ("treatment_group", "treatment_strategy", "adjuvant_haip", "any_lrt_after_relapse")
"""What the papers compare."""
UNPRINTED_DECIMALS = {"n": 0, "percent": 1, "estimate": 2, "lower": 2, "upper": 2, "p": 3}
"""Decimals of a number that the paper does not print."""


@dataclass(frozen=True)
class ComparedNumber:
    """One number: as printed, in the run (unrounded and as the paper would print it), and how far apart.

    `distance` is that of the printed number from the mean of synthetic registries, in Monte-Carlo standard errors.
    """

    quantity: str
    printed: float
    run: float | None
    run_shown: str | None
    distance: float | None


@dataclass(frozen=True)
class ComparedRow:
    """A published row beside its place in the run; `reason` says why the run has no number, or not all.

    `doubts` are the findings of the paper's audit that hang on the row: where there are any, the printed number may be
    what is wrong.
    """

    row_id: str
    kind: str
    locator: str
    what: str
    printed: str
    status: str
    place: str | None
    run: str | None
    reason: str | None
    numbers: tuple[ComparedNumber, ...]
    doubts: tuple[Doubt, ...] = ()

    @property
    def distance(self) -> float | None:
        """The distance of the row's main number: the first that has one."""
        return next((one.distance for one in self.numbers if one.distance is not None), None)


@dataclass(frozen=True)
class Comparison:
    """A study beside its paper."""

    study: str
    title: str
    source: str | None
    data: str | None
    synthetic: bool
    simulated_registries: int
    simulated_patients: int
    rows: tuple[ComparedRow, ...]
    recomputed: tuple[Recomputation, ...]


def compare(study: str, title: str, source: str | None, results: Results | None) -> Comparison:
    """A study's published numbers beside those of a run, or alone; and what they determine among themselves.

    `study` is the id of a protocol whose paper's numbers are known. A number of the run that does not exist has the
    results' own reason. Raises KeyError for a study without published numbers.
    """
    published = printed_once(study)
    simulation = stored(study)
    labels = _labels(study)
    return Comparison(
        study=study,
        title=title,
        source=source,
        data=None if results is None else results.provenance.data.name,
        synthetic=results is not None and results.provenance.data.synthetic,
        simulated_registries=0 if simulation is None else simulation.runs,
        simulated_patients=0 if simulation is None else simulation.patients,
        rows=tuple(_compared(row, labels, results, simulation) for row in published.rows()),
        recomputed=recomputations(study),
    )


def _labels(study: str) -> dict[str, str]:
    """The protocol's words for its variables."""
    variables = find_protocol(study).protocol.variables()
    return {name: variable.label for name, variable in variables.items()}


def _compared(
    row: PublishedRow, labels: Mapping[str, str], results: Results | None, simulation: Simulated | None
) -> ComparedRow:
    destination = mapping_of(row.study).destination(row)
    wanted = quantities(row)
    if destination.place is None:
        found = Found(reason=destination.reason)
    elif results is None:
        found = Found(reason=NO_RUN)
    else:
        found = read(destination.place, results)
    numbers = tuple(_number(row, one, found, simulation) for one in wanted)
    shown = {one.quantity: one.run_shown for one in numbers if one.run_shown is not None}
    if "reference" in found.values:
        shown["reference"] = "Reference"
    elif not wanted:
        shown = _unprinted(row, found)
    absent = [one.quantity for one in numbers if one.run is None]
    reason = found.reason if absent or not wanted else None
    if absent and reason is None and results is not None:
        reason = f"the run has no {', '.join(absent)} here"
    return ComparedRow(
        row_id=row.row_id,
        kind=_kind(row),
        locator=row.locator,
        what=_what(row, labels),
        printed=printed(row),
        status=row.status,
        place=destination.place,
        run=in_words(shown) or None,
        reason=reason,
        numbers=numbers,
        doubts=doubts_of(row.study).get(row.row_id, ()),
    )


def _number(row: PublishedRow, one: Quantity, found: Found, simulation: Simulated | None) -> ComparedNumber:
    value = found.values.get(one.name)
    return ComparedNumber(
        quantity=one.name,
        printed=one.printed.value,
        run=value,
        run_shown=None if value is None else _shown(one, value),
        distance=None if simulation is None else simulation.distance(row.row_id, one.name, one.printed.value),
    )


def _unprinted(row: PublishedRow, found: Found) -> dict[str, str]:
    """What the run has where the paper prints a mark or nothing."""
    names = ("n", "percent") if isinstance(row, PublishedCount) else ("estimate", "lower", "upper", "p")
    values = {name: value for name in names if (value := found.values.get(name)) is not None}
    return {name: rounded(value, UNPRINTED_DECIMALS[name]) for name, value in values.items()}


def _shown(one: Quantity, value: float) -> str:
    if one.name == "p" and value < 0.001:
        return "<0.001"
    return rounded(value, one.printed.decimals)


def in_words(shown: dict[str, str]) -> str:
    """Numbers side by side as tables print them: "32 (21.1)", "0.66 (0.25 to 1.76), p 0.41"."""
    parts = []
    for main, low, high in (
        ("mean", "sd", ""),
        ("median", "q1", "q3"),
        ("estimate", "lower", "upper"),
        ("value", "lower", "upper"),
        ("n", "percent", ""),
    ):
        behind = " to ".join(shown[name] for name in (low, high) if name in shown and main in shown)
        if main == "n" and "estimate" in shown:
            continue
        if main in shown:
            parts.append(f"{shown[main]} ({behind})" if behind else shown[main])
    if "percent" in shown and "n" not in shown:
        parts.append(f"{shown['percent']}%")
    if "minimum" in shown and "maximum" in shown:
        parts.append(f"range {shown['minimum']} to {shown['maximum']}")
    if "reference" in shown:
        parts.append(shown["reference"])
    if "p" in shown:
        parts.append(f"p {shown['p']}")
    if "n" in shown and "estimate" in shown:
        parts.append(f"n {shown['n']}")
    return ", ".join(parts)


KINDS = {
    PublishedCount: "count",
    PublishedSummary: "summary",
    PublishedTest: "test",
    PublishedEffect: "effect",
    PublishedSurvival: "survival",
    PublishedFlow: "flow",
}


def _kind(row: PublishedRow) -> str:
    return KINDS[type(row)]


def _what(row: PublishedRow, labels: Mapping[str, str]) -> str:
    """The row in words: the protocol's for the variable, the paper's for level and group."""

    def words(variable: str) -> str:
        name = mapping_of(row.study).name(variable)
        return labels.get(name, variable.replace("_", " "))

    if isinstance(row, PublishedCount):
        parts = [words(row.variable), row.level, row.group]
    elif isinstance(row, PublishedSummary):
        parts = [words(row.variable), row.group]
    elif isinstance(row, PublishedTest):
        parts = [words(row.variable), row.groups_compared]
    elif isinstance(row, PublishedEffect):
        inside = f"in {words(row.subgroup_variable)} {row.subgroup_level}" if row.subgroup_variable else ""
        parts = [row.endpoint, words(row.term), row.level, row.model, inside]
    elif isinstance(row, PublishedSurvival):
        at = "" if row.time_months is None else f"at {row.time_months:g} months"
        where = "" if row.population in ("", EVERYONE) else row.population
        parts = [row.endpoint, row.statistic, at, row.group, where]
    elif isinstance(row, PublishedFlow):
        parts = [row.description]
    else:
        parts = [row.row_id]
    return ", ".join(part.replace("_", " ") for part in parts if part)


def as_json(comparison: Comparison) -> dict[str, Any]:
    """The whole comparison as plain data."""
    return {"schema_version": "1.0", **asdict(comparison), "counts": counts(comparison)}


def counts(comparison: Comparison) -> dict[str, int]:
    """How many rows there are, have a place, have a number in the run; how many recomputed numbers agree.

    `doubted` are the rows on which a finding of the audit hangs.
    """
    return {
        "rows": len(comparison.rows),
        "with_place": sum(row.place is not None for row in comparison.rows),
        "in_run": sum(row.run is not None for row in comparison.rows),
        "recomputed": len(comparison.recomputed),
        "agree": sum(one.agrees for one in comparison.recomputed),
        "doubted": sum(bool(row.doubts) for row in comparison.rows),
    }


def main_rows(comparison: Comparison) -> list[ComparedRow]:
    """The rows that a reader looks for first: effects of what is compared and log-rank tests, each place once."""
    if comparison.data is None:
        return []
    found: dict[str, ComparedRow] = {}
    for row in comparison.rows:
        place = row.place or ""
        if place.startswith("log-rank") or (place.startswith("effect") and _is_of_the_exposure(place)):
            found.setdefault(place, row)
    return list(found.values())


def _is_of_the_exposure(place: str) -> bool:
    return any(f"/{name}/" in place for name in EXPOSURES)
