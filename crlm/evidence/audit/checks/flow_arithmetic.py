"""Whether a flow chart adds up: what came in, what was excluded, what remained; and its percentages.

Boxes of one step are held together. Held against each other are: the first step less the excluded against the included
(boxes whose name begins so); the reasons for exclusion against the excluded; the boxes of a step whose percentages make
100 against the box they are of; a box whose name is another's with an ending ("no_haip_emc" of "no_haip") against its
fellows; and each percentage against its box in every box or step total printed before it.

Silent: boxes that are only some of what they come from (fewer, and no slip of a digit makes them all of it). Not run:
charts whose numbers were not captured.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from crlm.evidence.audit.explain import is_slip, of_percentage
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, NotRun, Quoted
from crlm.evidence.audit.printed import Printed, percentage, printed, shown

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedFlow

ID = "flow-arithmetic"


def flow_arithmetic(paper: Paper) -> CheckResult:
    """Every box that a number is printed in."""
    rows = [one for one in paper.numbers.flow if _n(one) is not None and one.locator != "derived"]
    lost = [one for one in paper.numbers.flow if _n(one) is None]
    not_run = tuple(NotRun(one.row_id, "the chart's numbers were not captured") for one in lost)
    found = [*_remainder(rows), *_reasons(rows), *_named_parts(rows), *_shares(rows)]
    tested = sum(ran for ran, _ in found)
    return CheckResult(ID, tested, tuple(one for _, one in found if one is not None), not_run)


def _n(row: PublishedFlow) -> int | None:
    whole = printed(row.n_printed)
    return int(whole.value) if whole is not None and whole.value.denominator == 1 else None


def _number(row: PublishedFlow) -> int:
    n = _n(row)
    assert n is not None
    return n


def _step(row: PublishedFlow) -> int:
    return int(row.step) if row.step.isdigit() else 0


def _quoted(rows: list[PublishedFlow]) -> tuple[Quoted, ...]:
    return tuple(Quoted(one.row_id, one.locator, one.description or one.node, one.n_printed) for one in rows)


Ran = tuple[int, Finding | None]


def _sum(rows: list[PublishedFlow], wanted: list[PublishedFlow], title: str, sign: int = 1) -> Ran:
    """A sum (or, with sign -1, the first rows less the last) against a printed box."""
    numbers = [_number(one) for one in rows]
    added = sum(numbers) if sign == 1 else sum(numbers[:-1]) - numbers[-1]
    target = sum(_number(one) for one in wanted)
    if added == target:
        return 1, None
    words = " + ".join(str(one) for one in (numbers if sign == 1 else numbers[:-1]))
    words += "" if sign == 1 else f" - {numbers[-1]}"
    explanations = []
    for at, one in enumerate(rows):
        way = -1 if sign == -1 and at == len(rows) - 1 else 1
        then = _number(one) + way * (target - added)
        slip, longer = is_slip(str(_number(one)), str(then)) if then >= 0 else (False, False)
        if slip:
            kind = "lost-sign-or-digit" if longer else "misprint"
            explanations.append(
                Explanation(kind, f"{then} instead of {_number(one)} ({one.node}) fits.")  # type: ignore[arg-type]
            )
    return 1, Finding(
        check=ID,
        severity="contradiction",
        title=title,
        printed=_quoted([*rows, *wanted]),
        arithmetic=f"{words} = {added}, printed {' + '.join(str(_number(one)) for one in wanted)}",
        explanations=tuple(explanations),
    )


def _remainder(rows: list[PublishedFlow]) -> list[Ran]:
    """The first step less all excluded is what was included."""
    out = [one for one in rows if one.node in ("excluded", "excluded_total")]
    kept = [one for one in rows if one.node in ("included", "analysed")]
    start = [one for one in rows if _step(one) == min(map(_step, rows)) and one not in (*out, *kept)]
    if len(out) != 1 or len(kept) != 1 or not start:
        return []
    return [_sum([*start, *out], kept, "What remains after the exclusions is not what was included", sign=-1)]


def _reasons(rows: list[PublishedFlow]) -> list[Ran]:
    """Reasons for exclusion may be fewer than all excluded (not each is printed), not more."""
    out = [one for one in rows if one.node in ("excluded", "excluded_total")]
    reasons = [one for one in rows if one.node.startswith("excl") and one not in out]
    if len(out) != 1 or len(reasons) < 2:
        return []
    if sum(map(_number, reasons)) <= _number(out[0]):
        return [(1, None)]
    return [_sum(reasons, out, "The reasons for exclusion are more than the excluded")]


def _named_parts(rows: list[PublishedFlow]) -> list[Ran]:
    """Boxes named by what they are of, two or more, at one step: "no_haip_emc" and "no_haip_mskcc" of "no_haip"."""
    found = []
    for whole in rows:
        steps: dict[int, list[PublishedFlow]] = {}
        for one in rows:
            if one.node.startswith(f"{whole.node}_") and _step(one) > _step(whole):
                steps.setdefault(_step(one), []).append(one)
        for parts in steps.values():
            if len(parts) > 1:
                ran, finding = _sum(parts, [whole], f"The boxes of {whole.node} do not add up to it")
                some = finding is not None and sum(map(_number, parts)) < _number(whole)
                found.append(
                    (ran, None if some and finding is not None and not finding.explanations else finding)
                )
    return found


def _shares(rows: list[PublishedFlow]) -> list[Ran]:
    """Percentages in every box, and total of a step, printed before; and the boxes of a step that make 100."""
    found: list[Ran] = []
    steps: dict[int, list[tuple[PublishedFlow, Printed, set[int]]]] = {}
    for row in rows:
        percent = printed(row.pct_printed)
        wholes = {whole: words for whole, words in _wholes(rows, row).items() if whole > 0}
        if percent is None or not wholes:
            continue
        n = _number(row)
        fitting = {whole for whole in wholes if whole >= n and percent.contains(percentage(n, whole))}
        found.append((1, None if fitting else _share(row, percent, wholes)))
        steps.setdefault(_step(row), []).append((row, percent, fitting))
    for members in steps.values():
        total = sum((percent.value for _, percent, _ in members), Fraction(0))
        width = sum((percent.unit for _, percent, _ in members), Fraction(0)) / 2
        common = set.intersection(*(fitting for _, _, fitting in members))
        boxes = [one for one, _, _ in members]
        if len(members) < 2 or total - 100 > width or 100 - total > width or not common:
            continue
        if sum(map(_number, boxes)) in common:
            found.append((1, None))
            continue
        whole = [one for one in rows if _number(one) in common and _step(one) < _step(boxes[0])]
        if whole:
            found.append(
                _sum(boxes, whole[-1:], f"The boxes that make 100% of {_number(whole[-1])} do not add up")
            )
    return found


def _share(row: PublishedFlow, percent: Printed, wholes: dict[int, str]) -> Finding:
    """A percentage that fits no box printed before, held against the nearest."""
    n = _number(row)
    nearest = min(wholes, key=lambda whole: abs(percentage(n, whole) - percent.value))
    explanation = of_percentage(percent, n, nearest)
    true = shown(percentage(n, nearest), percent.decimals + 1)
    return Finding(
        check=ID,
        severity="doubtful" if explanation and explanation.kind == "truncation" else "contradiction",
        title=f"{row.description or row.node}: the percentage is not that of the count",
        printed=(Quoted(row.row_id, row.locator, row.node, f"{row.n_printed} ({row.pct_printed}%)"),),
        arithmetic=f"{n}/{nearest} ({wholes[nearest]}) = {true}%, printed {percent.text}",
        explanations=(explanation,) if explanation else (),
    )


def _wholes(rows: list[PublishedFlow], row: PublishedFlow) -> dict[int, str]:
    """The numbers of earlier boxes, and of each earlier step together, in words."""
    found: dict[int, str] = {}
    for one in rows:
        if _step(one) < _step(row):
            found.setdefault(_number(one), one.node)
    for step in sorted({_step(one) for one in rows if _step(one) < _step(row)}):
        members = [one for one in rows if _step(one) == step and not one.node.startswith("excl")]
        if len(members) > 1:
            found.setdefault(sum(map(_number, members)), " + ".join(one.node for one in members))
    return found


CHECK = Check(
    ID,
    "Flow of patients",
    "What came in less what was excluded is what was included; boxes that make up another add up to it; percentages "
    "are those of their boxes in a box printed before. Silent for boxes that are only some of what they come from.",
    flow_arithmetic,
)
