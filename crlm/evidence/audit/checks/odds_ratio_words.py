"""What the check of odds ratios against counts says, and the explanations that it tries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.p_against_interval import p_text
from crlm.evidence.audit.factors import Factor, Table
from crlm.evidence.audit.finding import Explanation, Finding, Quoted
from crlm.evidence.audit.printed import shown
from crlm.evidence.audit.ratio import quoted
from crlm.evidence.audit.two_by_two import nearest, p_values, printed_like

if TYPE_CHECKING:
    from crlm.evidence import Events

Nearest = tuple[float, tuple[int, ...], int]
ROUNDED, SLIGHT = 0.5, 1.0
NAMES = {"estimate": "estimate", "low": "lower limit", "high": "upper limit", "p": "p"}
SIZES = "sizes"


def own_finding(
    check: str,
    one: Factor,
    events: int | None,
    everybody: int,
    allowed: range,
    found: Nearest | None,
    other: Explanation | None,
) -> Finding:
    """A factor that no table reproduces; `other` is what the paper says against the model's own standard errors."""
    explanations = (*_explanations(one, events, everybody, allowed), *(() if other is None else (other,)))
    other_test = any(each.kind == "other-test" for each in explanations)
    total = f" with {_range(allowed)} events in all" if events is not None else ""
    if found is None:
        arithmetic = f"no table of {_sizes(one)}{total} comes near"
    else:
        arithmetic = f"nearest{total}: " + "; ".join(_redone(one, found))
    return Finding(
        check,
        "doubtful" if other_test else "impossible",
        f"No counts give the odds ratio of {one.term} with its interval and p",
        tuple(_quoted(one)),
        arithmetic,
        explanations,
        suspects=tuple(level.row.row_id for level in one.levels),
    )


def slight_finding(
    check: str,
    table: Table,
    slight: Sequence[tuple[Factor, tuple[int, ...], int]],
    rows: int,
) -> Finding:
    """Rows that a table reproduces but for one step in a last digit, together."""
    redone: list[str] = []
    off: list[tuple[Factor, int]] = []
    for factor, chosen, reference in slight:
        texts = _redone(factor, (0.0, chosen, reference))
        for at, (level, away, events) in enumerate(zip(factor.levels, factor.distances, chosen, strict=True)):
            if away[events, reference] > ROUNDED:
                redone.append(f"{factor.term} {level.row.level}: {texts[at]}")
                off.append((factor, at))
    cut = [factor.term for factor, chosen, reference in slight if _cut_only(factor, chosen, reference)]
    return Finding(
        check,
        "doubtful",
        f"{table[0]}, {table[1]}: {len(redone)} of {rows} odds ratios are off by one in a last digit",
        tuple(_quoted_level(factor, at) for factor, at in off),
        "; ".join(redone),
        (_cut_words(cut, len(slight)),) if cut else (),
        suspects=tuple(factor.levels[at].row.row_id for factor, at in off),
    )


def _cut_words(terms: Sequence[str], rows: int) -> Explanation:
    which = "all of them" if len(terms) == rows else f"{len(terms)} of the {rows} ({', '.join(terms)})"
    return Explanation("truncation", f"Some digits cut off instead of rounded give {which}.")


def total_finding(
    check: str, table: Table, members: Sequence[Factor], events: int, printed: Events
) -> Finding:
    """The odds ratios come from another number of events than is printed."""
    agreeing = [
        one
        for one in members
        if (near := nearest(one.distances, range(events, events + 1))) and near[0] <= ROUNDED
    ]
    first = agreeing[0]
    near = nearest(first.distances, range(events, events + 1))
    assert near is not None
    return Finding(
        check,
        "contradiction",
        f"The odds ratios of {table[1]} come from {events} events, {printed.n} are printed",
        (
            Quoted(
                f"events:{table[1]}",
                printed.place,
                f"events of {table[1]}",
                f"{printed.n}. {printed.note}".strip(". "),
            ),
            *(q for one in agreeing[:3] for q in _quoted(one)),
        ),
        f"{len(agreeing)} of {len(members)} factors are reproduced by {events} events and by no other common number; "
        f"for example {first.term}: {_redone(first, near)[0]}",
        (
            Explanation(
                "other-population",
                f"{abs(events - printed.n)} {'more' if events > printed.n else 'fewer'} events than printed were "
                "analysed: the two places count other events (a composite endpoint against a part) or other people.",
            ),
        ),
        affects=tuple(level.row.row_id for one in members for level in one.levels),
        suspects=(f"events:{table[1]}",),
    )


def joined_over_endpoints(findings: Sequence[Finding]) -> list[Finding]:
    """Findings with the same sizes explanation about the same factor at several endpoints made one."""
    joined: list[Finding] = []
    for one in findings:
        sizes = _about_sizes(one)
        same = next((at for at, other in enumerate(joined) if sizes and sizes == _about_sizes(other)), None)
        if same is None:
            joined.append(one)
            continue
        other = joined[same]
        (first,), (second,) = other.explanations, one.explanations
        joined[same] = replace(
            other,
            title=f"{other.title}, at several endpoints" if "several" not in other.title else other.title,
            printed=tuple(dict.fromkeys((*other.printed, *one.printed))),
            arithmetic=f"{other.arithmetic}; {one.arithmetic}",
            explanations=(
                replace(first, sentence=f"{first.sentence[:-1]}; {second.sentence.partition(': ')[2]}"),
            ),
            suspects=(*other.suspects, *one.suspects),
        )
    return joined


def _about_sizes(one: Finding) -> str:
    """What an explanation by the sizes of the groups says before it comes to counts; empty for any other finding."""
    if len(one.explanations) != 1 or not one.explanations[0].sentence.startswith("With "):
        return ""
    return one.explanations[0].sentence.partition(": ")[0]


def _explanations(one: Factor, events: int | None, everybody: int, allowed: range) -> Iterator[Explanation]:
    if len(one.sizes) == 1:
        exchanged = one.sized((one.reference,), one.sizes[0])
        near = nearest(exchanged.distances, allowed)
        if near is not None and near[0] <= SLIGHT:
            level = one.levels[0].row
            yield Explanation(
                "swapped-labels",
                f"With the sizes exchanged ({level.level} {one.reference}, {level.reference} {one.sizes[0]}), or the "
                f"ratio read as {level.reference} against {level.level}: {_redone(exchanged, near)[0]}.",
            )
            return
        if one.n != everybody:
            for sizes, reference, what in (
                ((one.sizes[0],), everybody - one.sizes[0], one.levels[0].row.reference),
                ((everybody - one.reference,), one.reference, one.levels[0].row.level),
            ):
                other = one.sized(sizes, reference)
                exact = range(events, events + 1) if events is not None else range(everybody + 1)
                near = nearest(other.distances, exact) if min(*sizes, reference) > 0 else None
                if near is not None and near[0] <= SLIGHT:
                    new = reference if what == one.levels[0].row.reference else sizes[0]
                    yield Explanation(
                        "misprint",
                        f"With {new} people in {what}, to make {everybody}: {_redone(other, near)[0]}.",
                    )
                    return
    for name, words in NAMES.items():
        without = one.without(name)
        near = nearest(without.distances, allowed)
        if near is None or near[0] > ROUNDED:
            continue
        yield Explanation("misprint", f"If only the {words} is wrong: {'; '.join(_redone(without, near))}.")
        if name == "p":
            yield from _other_tests(one, near)


def _other_tests(one: Factor, near: Nearest) -> Iterator[Explanation]:
    """The p by other tests of the same counts."""
    for level, size, events in zip(one.levels, one.sizes, near[1], strict=True):
        if level.p is None:
            continue
        table = events, size - events, near[2], one.reference - near[2]
        for test, p in p_values(table).items():
            if level.p.overlaps(p, p):
                yield Explanation("other-test", f"The p is that of {test} on these counts ({p_text(p)}).")


def _redone(one: Factor, near: Nearest) -> list[str]:
    """The counts of each level with the numbers that they give."""
    words = []
    for level, size, events in zip(one.levels, one.sizes, near[1], strict=True):
        value, low, high, p = printed_like(size, one.reference, (events, near[2]))
        decimals = (level.estimate.decimals if level.estimate else 2) + 2
        words.append(
            f"{events} of {size} against {near[2]} of {one.reference} gives {shown(value, decimals)} "
            f"({shown(low, decimals)} to {shown(high, decimals)}), p {p_text(p)}"
        )
    return words


def _cut_only(one: Factor, chosen: Sequence[int], reference: int) -> bool:
    for level, size, events in zip(one.levels, one.sizes, chosen, strict=True):
        values = printed_like(size, one.reference, (events, reference))
        for number, value in zip((level.estimate, level.low, level.high, level.p), values, strict=True):
            if number is None or number.operator != "=":
                continue
            low, high = number.truncated()
            if not (number.overlaps(value, value) or low <= value < high):
                return False
    return True


def _quoted(one: Factor) -> Iterator[Quoted]:
    return (_quoted_level(one, at) for at in range(len(one.levels)))


def _quoted_level(one: Factor, at: int) -> Quoted:
    base = quoted(one.levels[at].row)
    return replace(base, text=f"{base.text}; {one.sizes[at]} against {one.reference} people")


def _sizes(one: Factor) -> str:
    return " and ".join(str(size) for size in (*one.sizes, one.reference))


def _range(allowed: range) -> str:
    return str(allowed[0]) if len(allowed) == 1 else f"{allowed[0]} to {allowed[-1]}"
