"""Whether a quantity that is printed in several places is the same everywhere: tables, text, abstract, figures.

Counts, percentages, sizes, summaries, p values, survival, medians and their intervals. Two printed numbers agree when
one true value may have been printed as both, so 19 and 18.6 agree, and so do "<0.001" and "<0.0001". Which places are
the same quantity follows from the tables' own words (variable, level, group, endpoint, time); boxes of the flow chart
are matched by name. Effects have a check of their own.

Silent: the same quantity in one place only; intervals of different kinds (a quartile range beside a confidence
interval). Not run: a number that is words in one of the places.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Literal

from crlm.evidence.audit.checks.quantities import Quantity, quantities
from crlm.evidence.audit.explain import is_slip
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, NotRun
from crlm.evidence.audit.printed import Printed, printed, shown

if TYPE_CHECKING:
    from crlm.evidence import Paper

ID = "same-quantity"
WHOLE = ("count", "of")
"""Parts that are whole numbers, printed without rounding."""


def same_quantity(paper: Paper) -> CheckResult:
    """Every quantity that stands in two places or more, compared pair by pair."""
    places: dict[str, list[Quantity]] = {}
    for one in quantities(paper):
        places.setdefault(one.subject, []).append(one)
    tested = 0
    findings: list[Finding] = []
    not_run: list[NotRun] = []
    for subject, members in places.items():
        pairs = [pair for pair in combinations(members, 2) if pair[0].quoted.row_id != pair[1].quoted.row_id]
        common = [(one, other, _common(one, other)) for one, other in pairs]
        comparable = [each for each in common if each[2]]
        tested += len(comparable)
        not_run += (
            [NotRun(subject, "no number is printed in one of the places")] if pairs and not comparable else []
        )
        apart = [each for each in comparable if any(_verdict(part) != "agree" for part in each[2])]
        if apart:
            findings.append(_finding(subject, members, apart))
    return CheckResult(ID, tested, tuple(findings), tuple(not_run))


Part = tuple[str, Printed, Printed]
"""A part of a quantity (count, percentage, lower limit ...) as printed in the two places."""
Apart = tuple[Quantity, Quantity, list[Part]]


def _common(one: Quantity, other: Quantity) -> list[Part]:
    second = dict(other.parts)
    pairs = [(name, printed(text), printed(second.get(name, ""))) for name, text in one.parts]
    return [(name, first, then) for name, first, then in pairs if first is not None and then is not None]


def _verdict(part: Part) -> Literal["agree", "touch", "apart"]:
    """Whether two printed numbers agree; "touch": only a true value on the very edge, rounded up and down, does."""
    name, one, other = part
    if name in WHOLE and one.operator == other.operator == "=":
        return "agree" if one.value == other.value else "apart"
    if not one.overlaps(other.low, other.high):
        return "apart"
    exact = one.operator == other.operator == "=" and one.decimals == other.decimals
    return "touch" if exact and one.value != other.value else "agree"


def _finding(subject: str, members: list[Quantity], apart: list[Apart]) -> Finding:
    involved = [one for one in members if any(one is each for pair in apart for each in pair[:2])]
    texts = list(dict.fromkeys(f"{one.quoted.text} ({one.quoted.place})" for one in involved))
    edge = all(_verdict(part) != "apart" for pair in apart for part in pair[2])
    parts = [part for pair in apart for part in pair[2] if _verdict(part) == "touch"]
    halves = (
        {shown((one.value + other.value) / 2, one.decimals + 1) for _, one, other in parts} if edge else set()
    )
    return Finding(
        check=ID,
        severity="doubtful" if edge else "contradiction",
        title=f"{subject} is printed differently in {len(texts)} places",
        printed=tuple(one.quoted for one in involved),
        arithmetic=" is not ".join(texts)
        + (
            f"; only exactly {' and '.join(sorted(halves))}, rounded up here and down there, is both"
            if halves
            else ""
        ),
        explanations=tuple(_slips(apart)),
        affects=tuple(dict.fromkeys(each for one in involved for each in one.affects)),
    )


def _slips(apart: list[Apart]) -> list[Explanation]:
    """One digit between two places that otherwise print the same."""
    found: dict[str, Explanation] = {}
    for _, _, parts in apart:
        differing = [part for part in parts if _verdict(part) != "agree"]
        if len(differing) != 1:
            continue
        name, one, other = differing[0]
        slip, longer = is_slip(one.text.strip("% "), other.text.strip("% "))
        if slip:
            kind = "lost-sign-or-digit" if longer else "misprint"
            sentence = f"{one.text} and {other.text} ({name}) differ by one digit."
            found.setdefault(sentence, Explanation(kind, sentence))  # type: ignore[arg-type]
    return list(found.values())


CHECK = Check(
    ID,
    "The same number in several places",
    "Counts, percentages, summaries, p values and survival that stand in more than one place are compared, each as the "
    "interval of true values that it may stand for. Silent when one true value may have been printed as both.",
    same_quantity,
)
