"""The report of a reconstruction as a document: what came back beside what is printed, and what was assumed."""

from __future__ import annotations

from collections.abc import Iterator

from crlm.evidence.curves.figure import recovery_figure
from crlm.evidence.curves.printed import PrintedNumber
from crlm.evidence.curves.recovery import Beside, Recovery
from crlm.rendering import numbers
from crlm.rendering.numbering import sentence_case
from crlm.rendering.tree import (
    BulletList,
    Column,
    Document,
    Figure,
    Footnote,
    HeaderCell,
    Paragraph,
    Row,
    Section,
    Table,
    cell,
    inline,
)
from crlm.statistics.results import Estimate

BANNER = "RECONSTRUCTED: these are no patients, but numbers that draw a published curve"
SMALL_SHIFT = 0.1


def document(recovery: Recovery, *, source: str, created: str) -> Document:
    """The document; `source`: what was read, in words; `created`: ISO 8601 in UTC."""
    drawing = recovery_figure(recovery, identifier="curve")
    picture = Figure(
        "curve",
        1,
        "Reconstructed curves (lines) over what they were reconstructed from (crosses)",
        "Survival curves as lines with crosses on them; the numbers at risk stand under the axis.",
        drawing.svg,
        drawing.width,
        drawing.height,
    )
    return Document(
        id=f"curve-{recovery.id}".lower(),
        title=f"Reconstructed survival: {recovery.title}",
        subtitle="Pseudo-individual data from a published survival curve",
        authors=(),
        banner=BANNER,
        data=source,
        created=created,
        sections=(
            Section("summary", "1", "What came back", (*_summary(recovery), picture, _table(recovery))),
            Section("assumed", "2", "What was assumed", tuple(_assumed(recovery))),
        ),
    )


def _summary(recovery: Recovery) -> Iterator[Paragraph]:
    if recovery.coarse:
        yield Paragraph(
            inline(
                "This is a coarse reconstruction: not the figure but a few printed numbers were read. Between two of "
                "them the hazard is taken as constant, so that the curves have an assumed shape and the comparison of "
                "the arms leans on that shape. The table shows how far off it is, where the paper prints more."
            ),
            "attention",
        )
    for one in recovery.comparisons:
        own, printed = one.hazard_ratio.recovered, one.hazard_ratio.printed
        words = f"{one.arm} against {one.reference}: hazard ratio {_ratio(own)} in the reconstructed data"
        if printed is not None:
            words += f", {_ratio(printed)} printed ({printed.place}, {printed.row_id})"
            if own.value is not None:
                shift = own.value / printed.value - 1.0
                words += f": {abs(shift):.0%} {'higher' if shift > 0 else 'lower'}"
        yield Paragraph(inline(f"{words}."))
    if len(recovery.arms) > 1 and recovery.log_rank_p.recovered.value is not None:
        p = recovery.log_rank_p
        words = f"Log-rank test: {numbers.p_words(p.recovered.value or 0.0)} in the reconstructed data"
        if p.printed is not None:
            words += f", {numbers.p_words(p.printed.value)} printed ({p.printed.place}, {p.printed.row_id})"
        yield Paragraph(inline(f"{words}."))


def _table(recovery: Recovery) -> Table:
    columns = (Column("what"), Column("printed", "right"), Column("back", "right"), Column("place"))
    heads = ("", "Printed", "Reconstructed", "Where")
    body: list[Row] = []
    for arm in recovery.arms:
        body.append(Row((cell(arm.label, columns=4),), role="group"))
        printed = numbers.NONE if arm.events_printed is None else numbers.count(arm.events_printed)
        body.append(_row("Patients", numbers.count(arm.n), numbers.count(arm.n), "used"))
        body.append(
            _row(
                "Events",
                printed,
                numbers.count(arm.events_recovered),
                "used" if arm.events_printed is not None else "not printed",
                wrong=arm.events_printed not in (None, arm.events_recovered),
            )
        )
        unit = f", {recovery.time_unit}" if recovery.time_unit else ""
        body.append(_beside(f"Median{unit}", arm.median, numbers.time_interval))
        for at, beside in arm.landmarks:
            body.append(_beside(f"Survival at {numbers.number(at)}, %", beside, numbers.survival_interval))
        away = [abs(one.given - one.recovered) for one in arm.at_risk]
        body.append(
            _row(
                "Numbers at risk, largest difference",
                f"at {len(away)} time{'s' if len(away) > 1 else ''}",
                numbers.count(max(away)),
                "used",
                wrong=max(away) > 0,
            )
        )
        distance = f"{numbers.probability(arm.root_mean_square)}; {numbers.probability(arm.largest_distance)}"
        body.append(
            _row("Distance from the points, points of survival", numbers.NONE, distance, "rms; largest")
        )
    return Table(
        "recovery",
        1,
        "Printed and reconstructed",
        columns,
        (tuple(HeaderCell(one) for one in heads),),
        tuple(body),
        (
            Footnote(
                "Intervals (95%) take the reconstructed data for patients: what reading adds is not in them."
            ),
            Footnote(
                '"used": the number went into the reconstruction, so that its coming back proves little.'
            ),
        ),
    )


def _row(what: str, printed: str, back: str, place: str, *, wrong: bool = False) -> Row:
    tone = "attention" if wrong else "normal"
    return Row((cell(what), cell(printed), cell(back, tone=tone), cell(place, tone="muted")), indent=1)  # type: ignore[arg-type]


def _beside(what: str, beside: Beside, words: object) -> Row:
    shown = words(beside.recovered) if callable(words) else ""
    if beside.recovered.value is None and beside.recovered.reason:
        shown = beside.recovered.reason
    if beside.printed is None:
        return _row(what, numbers.NONE, shown, "not printed")
    printed = _printed(beside.printed, percent="Survival" in what)
    used = "; used" if beside.used else ""
    return _row(what, printed, shown, f"{beside.printed.place}, {beside.printed.row_id}{used}")


def _printed(one: PrintedNumber, *, percent: bool) -> str:
    def words(value: float) -> str:
        return numbers.probability(value) if percent else numbers.rounded(value, 1)

    if one.lower is None or one.upper is None:
        return words(one.value)
    return f"{words(one.value)} ({words(one.lower)} to {words(one.upper)})"


def _ratio(one: Estimate | PrintedNumber) -> str:
    return numbers.ratio_interval(one)


def _assumed(recovery: Recovery) -> Iterator[Paragraph | BulletList]:
    for arm in recovery.arms:
        made = arm.cleaning
        items = [f"known besides the curve: {arm.support}", *arm.assumptions]
        if made.moved:
            items.append(
                f"{made.moved} of {made.given} points were moved to make the curve monotone, by "
                f"{numbers.probability(made.largest_move)} percentage points at most"
            )
        items.append(f"read from: {'; '.join(arm.places)}")
        yield Paragraph(inline(f"{arm.label}:"))
        yield BulletList(tuple(inline(sentence_case(one)) for one in items))
