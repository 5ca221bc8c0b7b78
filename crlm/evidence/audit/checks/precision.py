"""Is an interval narrower than so many people and events allow?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from crlm.evidence.audit.effect_sizes import Behind, behind, total_events
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, NotRun
from crlm.evidence.audit.precision import least_error_of_hazard_ratio, least_error_of_odds_ratio
from crlm.evidence.audit.ratio import MULTIPLIER, Ratio, cells, possible, quoted, ratios
from crlm.evidence.audit.standard_errors import not_the_models_own

if TYPE_CHECKING:
    from crlm.evidence import Paper

ID = "precision"
HAZARD = "HR"
ODDS = "OR"


def precision(paper: Paper) -> CheckResult:
    """Every hazard or odds ratio of two levels whose sizes are printed."""
    odd: list[Ratio] = []
    sizes: dict[str, tuple[Behind, int | None]] = {}
    not_run: dict[str, int] = {}
    tested = 0
    for one in ratios(paper.numbers.effects):
        if not one.has_interval or one.row.measure not in (HAZARD, ODDS) or not one.row.reference:
            continue
        here = behind(paper, one.row)
        if here is None:
            not_run[one.row.locator] = not_run.get(one.row.locator, 0) + 1
            continue
        tested += 1
        printed_events = total_events(paper, one.row)
        events = None if printed_events is None else printed_events[0]
        if largest_error(one) < least_error(one, here, events)[0] * (1 - 1e-9):
            odd.append(one)
            sizes[one.row.row_id] = here, events
    findings = tuple(_finding(paper, same, *sizes[same[0].row.row_id]) for same in cells(odd))
    reasons = tuple(
        NotRun(
            f"{locator}: {many} ratio{'s' if many > 1 else ''}",
            "the sizes of the levels compared are not printed",
        )
        for locator, many in not_run.items()
    )
    return CheckResult(ID, tested, findings, reasons)


def largest_error(ratio: Ratio) -> float:
    """The largest standard error that prints as the interval does (with its estimate, when they agree)."""
    regions = possible(*ratio.logs)
    if regions:
        return max(y - x for region in regions for x, y in region) / (2 * MULTIPLIER)
    error = ratio.standard_error
    return float("inf") if error is None else error[1]


def least_error(ratio: Ratio, here: Behind, events: int | None) -> tuple[float, int, int]:
    """The smallest standard error, and the events (people, for odds ratios) of the two levels that give it."""
    if ratio.row.measure == ODDS:
        return least_error_of_odds_ratio(here.n_level, here.n_reference), here.n_level, here.n_reference
    return least_error_of_hazard_ratio(
        here.n_level, here.n_reference, events, here.events_level, here.events_reference
    )


def _finding(paper: Paper, same: tuple[Ratio, ...], here: Behind, events: int | None) -> Finding:
    ratio = same[0]
    least, first, second = least_error(ratio, here, events)
    largest = largest_error(ratio)
    top = "4/" if ratio.row.measure == ODDS else "1/"
    what = "people" if ratio.row.measure == ODDS else "events"
    known = here.events_level is not None and here.events_reference is not None
    bounds = "" if known or what == "people" else "at most "
    lower, upper = ratio.row.ci_printed, f"{largest:.3g}"
    other = not_the_models_own(paper, ratio.row)
    return Finding(
        ID,
        "impossible" if other is None else "doubtful",
        f"The interval {lower} is narrower than {first + second} {what} allow",
        (
            *(quoted(one.row) for one in same),
            *(quoted(one.row) for one in _per_unit(paper, ratio)),
            *here.rows,
        ),
        f"standard error of ln({ratio.row.measure}) from the interval: at most {upper}; with {bounds}{first} and "
        f"{second} {what} at least sqrt({top}{first} + {top}{second}) = {least:.3f}"
        + (f"; it would take 4/{upper}^2 = {_thousands(4 / float(upper) ** 2)} events" if bounds else ""),
        (*_explanations(paper, ratio, here, events), *(() if other is None else (other,))),
        affects=tuple(one.row.row_id for one in same),
        suspects=tuple(one.row.row_id for one in same),
    )


def _explanations(paper: Paper, ratio: Ratio, here: Behind, events: int | None) -> tuple[Explanation, ...]:
    """Rows of the same endpoint whose numbers this row could hold by exchange: of a numeric variable, per unit."""
    found = []
    for one in _per_unit(paper, ratio):
        other = one.row
        fits = largest_error(one) >= least_error(ratio, here, events)[0]
        found.append(
            Explanation(
                "swapped-labels",
                f"An interval this narrow is that of a ratio per unit: {other.term} prints {other.est_printed} "
                f"({other.ci_printed}), "
                + (
                    "exchanged with this row, both are possible."
                    if fits
                    else "which would be too narrow here as well."
                ),
            )
        )
    return tuple(found)


def _thousands(number: float) -> str:
    """A number to three digits."""
    return f"{round(number, min(3 - len(str(round(number))), 0)):,.0f}"


def _per_unit(paper: Paper, ratio: Ratio) -> Iterator[Ratio]:
    """The ratios per unit of the numeric variable that this row's levels divide, in the same column."""
    row = ratio.row
    for one in ratios(paper.numbers.effects):
        other = one.row
        near = other.locator == row.locator and other.endpoint == row.endpoint and other.model == row.model
        if near and one.has_interval and not other.reference and _stem(other.term) == _stem(row.term):
            yield one


def _stem(term: str) -> str:
    """A variable's name without the cut-off that made it binary."""
    for mark in ("_ge_", "_gt_", "_le_", "_lt_", "_group", "_index"):
        term = term.partition(mark)[0]
    return term


CHECK = Check(
    ID,
    "Intervals against people and events",
    "The standard error of a log hazard ratio of two groups is at least sqrt(1/d1 + 1/d0) with d1 and d0 events, of a "
    "log odds ratio at least sqrt(4/n1 + 4/n0); adjusting for other variables only makes it larger. Events not printed "
    "are taken as all of the group, so that only impossible intervals are named. Standard errors that are not the "
    "model's own (robust, clustered, weighted, penalised) can be smaller: doubtful only, where the paper states such "
    "ones or the rows are of tumours and not of patients.",
    precision,
)
