"""Explanations that were tried: what change of a printed number would make it fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from crlm.evidence.audit.finding import Explanation
from crlm.evidence.audit.printed import Printed, percentage, shown


def slips(text: str) -> Iterator[tuple[str, bool]]:
    """Texts one slip away from a printed number: a digit changed, two exchanged, a digit or the point lost or added.

    Each with whether its length differs, as when a character was lost in printing or extraction.
    """
    for at, character in enumerate(text):
        if character.isdigit():
            for digit in "0123456789":
                if digit != character:
                    yield text[:at] + digit + text[at + 1 :], False
    for at, (left, right) in enumerate(pairwise(text)):
        if left != right and left.isdigit() and right.isdigit():
            yield text[:at] + right + left + text[at + 2 :], False
    for at in range(len(text) + 1):
        for digit in "0123456789":
            yield text[:at] + digit + text[at:], True
        if "." not in text and 0 < at < len(text):
            yield text[:at] + "." + text[at:], True
    if len(text) > 1:
        for at in range(len(text)):
            yield text[:at] + text[at + 1 :], True


def whole_slips(count: int, fits: Callable[[int], bool]) -> tuple[tuple[int, bool], ...]:
    """The whole numbers one slip away from a count that fit, nearest first, each with whether its length differs."""
    found: dict[int, bool] = {}
    for text, longer in slips(str(count)):
        if (
            text.isdigit()
            and (text == "0" or not text.startswith("0"))
            and int(text) != count
            and fits(int(text))
        ):
            found.setdefault(int(text), longer)
    return tuple(sorted(found.items(), key=lambda one: abs(one[0] - count)))


def is_slip(text: str, wanted: str) -> tuple[bool, bool]:
    """Whether `wanted` is one slip away from `text`, and whether a character was lost or added."""
    for other, longer in slips(text):
        if other == wanted:
            return True, longer
    return False, False


def of_percentage(percent: Printed, count: int, denominator: int) -> Explanation | None:
    """Why a percentage does not belong to its count: cut instead of rounded, or one slip; None when neither fits."""
    true = percentage(count, denominator)
    low, high = percent.truncated()
    if low <= true < high:
        return Explanation(
            "truncation",
            f"{count}/{denominator} is {shown(true, percent.decimals + 2)}%: the digits were cut off at "
            f"{percent.text.rstrip('%')}, not rounded.",
        )
    wanted = {shown(true, decimals) for decimals in {percent.decimals, 1}}
    bare = percent.text.rstrip("% ")
    for text in sorted(wanted):
        slip, longer = is_slip(bare, text)
        if slip:
            kind = "lost-sign-or-digit" if longer else "misprint"
            return Explanation(
                kind,  # type: ignore[arg-type]
                f"{text}% instead of {bare}% is the percentage of {count}/{denominator}.",
            )
    return None
