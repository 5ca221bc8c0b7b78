"""The time axis and the numbers at risk under it, placed by one axis object from the same times."""

from __future__ import annotations

from crlm.rendering import numbers
from crlm.rendering.figures import svg
from crlm.rendering.figures.axis import Axis, every
from crlm.rendering.typeface import text_width, wrap
from crlm.study.results import EndpointResult, RiskRow

_ROW = 10.0
_LABEL_GAP = 14.0
"""Points between the words at the left and the axis: room for half a number."""


def risk_table(
    endpoint: EndpointResult, rows: tuple[RiskRow, ...], time: Axis, bottom: float
) -> tuple[list[str], float]:
    """Ticks of the time axis and the table under it, both at the same places."""
    times = endpoint.risk_table.times
    counts = [count for row in rows for counts in (row.at_risk, row.events, row.censored) for count in counts]
    widest = max(
        *(text_width(numbers.count(count), svg.SMALL) for count in counts),
        *(text_width(numbers.number(at), svg.NORMAL) for at in times),
    )
    step = every(times, time, widest)
    parts = []
    for k, at in enumerate(times):
        labelled = k % step == 0
        parts.append(
            svg.line(
                time(at), bottom, time(at), bottom + (4 if labelled else 2.5), role="tick" if labelled else ""
            )
        )
        if labelled:
            parts.append(svg.text(time(at), bottom + 13, numbers.number(at), anchor="middle"))
    y = bottom + 25
    unit = endpoint.time_unit[:1].upper() + endpoint.time_unit[1:]
    words = f"{unit} from {endpoint.time_zero}" if endpoint.time_zero else unit
    lines = wrap(words, time.end - time.start, svg.NORMAL, bold=True)
    parts += svg.lines_of_text((time.start + time.end) / 2, y, lines, 10, bold=True, anchor="middle")
    y += 5 + 10 * len(lines)
    for index, row in enumerate(rows):
        drawn, y = _risk_rows(
            row,
            index,
            time,
            y,
            [(k, at) for k, at in enumerate(times) if k % step == 0],
            named=len(rows) > 1 or row.group is not None,
        )
        parts += drawn
    return parts, y - 4


def _risk_rows(
    row: RiskRow, index: int, time: Axis, y: float, times: list[tuple[int, float]], *, named: bool
) -> tuple[list[str], float]:
    color, dash = svg.series(index)
    parts = []
    if named:
        parts.append(svg.line(4, y - 2.6, 24, y - 2.6, stroke=color, width=1.6, dash=dash))
        for words in wrap(row.label, svg.PAGE_WIDTH - 36, svg.SMALL, bold=True):
            parts.append(svg.text(28, y, words, size=svg.SMALL, bold=True))
            y += _ROW
    for label, counts, fill in (
        ("At risk", row.at_risk, svg.INK),
        ("Censored", row.censored, svg.MUTED),
        ("Events", row.events, svg.MUTED),
    ):
        parts.append(svg.text(time.start - _LABEL_GAP, y, label, size=svg.SMALL, anchor="end", fill=fill))
        for k, at in times:
            parts.append(
                svg.text(
                    time(at),
                    y,
                    numbers.count(counts[k]),
                    size=svg.SMALL,
                    anchor="middle",
                    fill=fill,
                    role="at-risk" if label == "At risk" else "",
                )
            )
        y += _ROW
    return parts, y + 4
