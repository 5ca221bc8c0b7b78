"""Are the printed numbers values that such a number can have: a p of at most 1, a share of at most 100 %?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, Quoted
from crlm.evidence.audit.printed import Printed, printed
from crlm.evidence.audit.ratio import place_of

if TYPE_CHECKING:
    from crlm.evidence import Paper

ID = "possible-values"
P, PERCENTAGE = "p", "percentage"
MOST = {P: 1, PERCENTAGE: 100}
WORDS = {P: "a p is at most 1", PERCENTAGE: "a share is at most 100%"}


def possible_values(paper: Paper) -> CheckResult:
    """Every p, and every percentage of people or of survival."""
    tested = 0
    findings: list[Finding] = []
    for kind, quoted, number in _numbers(paper):
        tested += 1
        if number.low is not None and number.low > MOST[kind]:
            findings.append(_finding(kind, quoted, number))
    return CheckResult(ID, tested, tuple(findings))


def _numbers(paper: Paper) -> Iterator[tuple[str, Quoted, Printed]]:
    """The kind of each number, how a finding quotes it, and the number."""
    found: list[tuple[str, Quoted]] = []
    numbers = paper.numbers
    for test in numbers.tests:
        what = f"p of {test.variable}, {test.groups_compared}"
        found.append((P, Quoted(test.row_id, test.locator, what, test.p_printed)))
    for effect in numbers.effects:
        found.append((P, Quoted(effect.row_id, effect.locator, f"p of {place_of(effect)}", effect.p_printed)))
    for line in numbers.survival:
        what = f"{line.endpoint}, {line.group}"
        found.append((P, Quoted(line.row_id, line.locator, f"p of {what}", line.p_printed)))
        if line.unit == "%":
            found.append((PERCENTAGE, Quoted(line.row_id, line.locator, what, line.value_printed)))
    for count in numbers.counts:
        what = f"{count.variable}, {count.level}, {count.group}"
        found.append((PERCENTAGE, Quoted(count.row_id, count.locator, what, count.percent_as_printed)))
    for kind, quoted in found:
        number = printed(quoted.text)
        if number is not None:
            yield kind, quoted, number


def _finding(kind: str, quoted: Quoted, number: Printed) -> Finding:
    bare = number.text.lstrip("p<>=≤≥ ").rstrip("% ")
    whole, _, rest = bare.replace("·", ".").replace(",", ".").partition(".")
    explanations = (
        (Explanation("misprint", f"With 0 before the decimal point it is 0.{rest}."),)
        if kind == P and rest and len(whole) == 1
        else ()
    )
    return Finding(
        ID,
        "impossible",
        f"{'The p' if kind == P else 'The percentage'} {number.text} is larger than {MOST[kind]}",
        (quoted,),
        f"{number.text} is more than {MOST[kind]}: {WORDS[kind]}",
        explanations,
    )


CHECK = Check(
    ID,
    "Values that a number can have",
    "A p above 1, or a share of people or of survivors above 100 %, is impossible whatever it was computed from. "
    "Silent for percentages that stand for something else than a share.",
    possible_values,
)
