"""Does the width of an interval fit the number of events that the other rows of its table imply?"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from crlm.evidence.audit.effect_sizes import Behind, behind
from crlm.evidence.audit.finding import Check, CheckResult, Finding
from crlm.evidence.audit.ratio import Interval, Ratio, fits, quoted, ratios

if TYPE_CHECKING:
    from crlm.evidence import Paper

ID = "precision-in-table"
ENOUGH = 6
"""Rows of a table that together say how many events there were."""
LEAST = 20
"""People in the smaller level; below this, chance moves the events of a level too far."""
TOLERANCE = 1.35


@dataclass(frozen=True, slots=True)
class _Row:
    ratio: Ratio
    behind: Behind
    rate: Interval


def precision_in_table(paper: Paper) -> CheckResult:
    """Univariable hazard ratios of two levels, endpoint by endpoint."""
    tables: dict[tuple[str, str, str], list[_Row]] = defaultdict(list)
    for one in ratios(paper.numbers.effects):
        row = one.row
        error = one.standard_error
        if row.measure != "HR" or row.model != "univariable" or error is None or error[0] <= 0:
            continue
        here = behind(paper, row)
        if here is None or min(here.n_level, here.n_reference) < LEAST:
            continue
        rate = _rate(here, error)
        if rate[0] <= 1 and fits(one, with_p=False):
            tables[row.locator, row.endpoint, row.population].append(_Row(one, here, rate))
    findings: list[Finding] = []
    tested = 0
    for rows in tables.values():
        if len(rows) < ENOUGH:
            continue
        tested += len(rows)
        usual = median((low + high) / 2 for low, high in (one.rate for one in rows))
        most = max(one.behind.n for one in rows)
        findings += [_finding(one, usual, most, len(rows)) for one in rows if not _is_usual(one, usual, most)]
    return CheckResult(ID, tested, tuple(findings))


def _rate(here: Behind, error: Interval) -> Interval:
    """The share with the event that gives a standard error: 1 / SE^2 = rate x n1 n0 / (n1 + n0)."""
    scale = here.n / (here.n_level * here.n_reference)
    return scale / error[1] ** 2, scale / error[0] ** 2


def _is_usual(one: _Row, usual: float, most: int) -> bool:
    """Whether the rate is one that the usual share of events allows.

    The level with the larger hazard has more of the events: up to the ratio itself. People with a known value may all
    be among those with the event, or few of them.
    """
    n1, n0 = one.behind.n_level, one.behind.n_reference
    assert one.ratio.estimate is not None
    expected = []
    for share in (1.0, float(one.ratio.estimate.value)):
        reference = usual * one.behind.n / (n1 * share + n0)
        level = min(share * reference, 1.0)
        expected.append(one.behind.n / (n0 / level + n1 / min(reference, 1.0)))
    known = most / one.behind.n
    least, greatest = min(expected) / known / TOLERANCE, max(expected) * known * TOLERANCE
    return one.rate[0] <= greatest and one.rate[1] >= least


def _finding(one: _Row, usual: float, most: int, rows: int) -> Finding:
    low, high = (rate * one.behind.n for rate in one.rate)
    narrow = one.rate[0] > usual
    n1, n0 = one.behind.n_level, one.behind.n_reference
    error = one.ratio.standard_error
    assert error is not None
    return Finding(
        ID,
        "doubtful",
        f"The interval {one.ratio.row.ci_printed} is {'narrower' if narrow else 'wider'} than its table's events",
        (quoted(one.ratio.row),),
        f"SE of ln(HR) {error[0]:.3f} to {error[1]:.3f} with {n1} and {n0} people: about 1 / SE^2 x {n1 + n0}^2 / "
        f"({n1} x {n0}) = {low:.0f} to {high:.0f} events; the {rows} rows of this endpoint imply {usual:.0%} with the "
        f"event, {usual * most:.0f} of {most}",
        suspects=(one.ratio.row.row_id,),
    )


CHECK = Check(
    ID,
    "Width of intervals within a table",
    "Univariable hazard ratios of one endpoint share their events: 1 / SE^2 is about the events times the shares of "
    "the two levels. A row is doubtful when it implies a third more or fewer events than the middle of its table, "
    "after allowing for its hazard ratio and for people whose value is unknown. Levels below 20 people are not judged.",
    precision_in_table,
)
