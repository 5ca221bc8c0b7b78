"""Does a multivariable table hold the variables that the stated rule lets in?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding, NotRun, Quoted
from crlm.evidence.audit.printed import Printed, printed, shown
from crlm.evidence.audit.ratio import quoted

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedEffect, Selection

ID = "selection-rule"
ENOUGH = 3
"""Univariable terms that make a list of candidates; a sentence that quotes one effect is none."""


@dataclass(frozen=True)
class _Candidate:
    term: str
    rows: tuple[PublishedEffect, ...]
    ps: tuple[Printed, ...]

    def let_in(self, rule: Selection) -> bool | None:
        """Whether the rule lets it in; None when rounding, or levels on both sides, leave it open."""
        sides = {_passes(p, rule) for p in self.ps}
        return sides.pop() if len(sides) == 1 else None


def selection_rule(paper: Paper) -> CheckResult:
    """Every table that prints univariable and multivariable effects side by side, against every rule that covers it."""
    findings: list[Finding] = []
    not_run: list[NotRun] = []
    tested = 0
    if not paper.selections:
        not_run.append(NotRun("multivariable tables", "the paper states no rule of selection"))
    for rule in paper.selections:
        if rule.univariable_p is None:
            not_run.append(NotRun(rule.place, "the rule names no p"))
            continue
        for (locator, endpoint, population), effects in _tables(paper, rule).items():
            candidates = tuple(_candidates(effects))
            inside = {one.term for one in effects if one.model != "univariable"}
            if len(candidates) < ENOUGH or not inside:
                continue
            complete = _is_complete(candidates, inside, rule)
            for one in candidates:
                if one.term in (*rule.always, *rule.excluded):
                    continue
                let_in = one.let_in(rule)
                if let_in is None:
                    not_run.append(
                        NotRun(
                            f"{locator}, {endpoint}: {one.term}",
                            "rounding or its levels leave its side open",
                        )
                    )
                    continue
                tested += 1
                if (one.term in inside) == let_in or (let_in and not complete):
                    continue
                affected = tuple(row.row_id for row in effects if row.model != "univariable")
                findings.append(
                    _finding(one, rule, (locator, endpoint, population), one.term in inside, affected)
                )
            findings += _kept(effects, rule)
    return CheckResult(ID, tested, tuple(findings), tuple(not_run))


def _is_complete(candidates: tuple[_Candidate, ...], inside: set[str], rule: Selection) -> bool:
    """Whether a variable that is let in has to be found: nothing was eliminated, and the list shows more than what was.

    A sentence quotes the variables that were let in; a table prints those that were not as well.
    """
    refused = any(one.let_in(rule) is False for one in candidates if one.term not in rule.always)
    return rule.method == "enter" and refused and len(inside) > 1


def _tables(paper: Paper, rule: Selection) -> dict[tuple[str, str, str], list[PublishedEffect]]:
    found: dict[tuple[str, str, str], list[PublishedEffect]] = {}
    for one in paper.numbers.effects:
        multivariable = one.model == rule.model or (not rule.model and one.model.startswith("multivariable"))
        if rule.endpoint in ("", one.endpoint) and (multivariable or one.model == "univariable"):
            found.setdefault((one.locator, one.endpoint, one.population), []).append(one)
    return found


def _candidates(effects: list[PublishedEffect]) -> Iterator[_Candidate]:
    """Each term with its univariable p: that of the factor where one is printed, else those of its levels."""
    terms: dict[str, list[PublishedEffect]] = {}
    for one in effects:
        if one.model == "univariable":
            terms.setdefault(one.term, []).append(one)
    for term, rows in terms.items():
        overall = [one for one in rows if one.p_kind == "overall_factor"]
        carrying = [(one, p) for one in overall or rows if (p := _p(one)) is not None]
        if carrying:
            yield _Candidate(term, tuple(one for one, _ in carrying), tuple(p for _, p in carrying))


def _p(row: PublishedEffect) -> Printed | None:
    sign = row.p_op if row.p_op in ("<", ">") and row.p_printed[:1] not in "<>" else ""
    return printed(f"{sign}{row.p_printed}")


def _passes(p: Printed, rule: Selection) -> bool | None:
    limit = Fraction(str(rule.univariable_p))
    low, high = p.low or Fraction(0), Fraction(1) if p.high is None else p.high
    if high < limit:
        return True
    return False if low > limit else None


def _finding(
    one: _Candidate, rule: Selection, table: tuple[str, str, str], inside: bool, affected: tuple[str, ...]
) -> Finding:
    p = one.ps[0]
    limit = Fraction(str(rule.univariable_p))
    decimals = len(str(rule.univariable_p).partition(".")[2])
    explanations = []
    if inside and p.operator == "=" and Fraction(shown(p.value, max(decimals, 2))) <= limit:
        rounded = shown(p.value, max(decimals, 2))
        explanations.append(Explanation("truncation", f"Rounded to {rounded} the p meets the rule."))
    sign = "" if p.operator != "=" else "= "
    return Finding(
        ID,
        "contradiction",
        f"{one.term}, univariable p {sign}{p.text}, is {'in' if inside else 'not in'} the model of {table[1]}",
        (
            *(quoted(row) for row in one.rows),
            Quoted(
                "rule",
                rule.place,
                "rule of selection",
                f"univariable p {rule.op} {rule.univariable_p:g}",
            ),
        ),
        f"p {sign}{p.text} {'does not meet' if inside else 'meets'} p {rule.op} {rule.univariable_p:g}, yet the "
        f"variable is {'there' if inside else 'missing'} in the multivariable column of {table[0]}",
        tuple(explanations),
        affects=affected,
        suspects=tuple(row.row_id for row in one.rows),
    )


def _kept(effects: list[PublishedEffect], rule: Selection) -> Iterator[Finding]:
    """Variables that stepwise elimination would have removed."""
    if rule.keep_p is None or rule.method not in ("backward", "stepwise"):
        return
    limit = Fraction(str(rule.keep_p))
    for one in effects:
        p = _p(one)
        if (
            one.model == "univariable"
            or one.term in rule.always
            or p is None
            or p.low is None
            or p.low <= limit
        ):
            continue
        if one.p_kind != "overall_factor" and one.term_type == "categorical":
            continue
        yield Finding(
            ID,
            "contradiction",
            f"{one.term} stays in the multivariable model of {one.endpoint} with p {p.text}",
            (quoted(one), Quoted("rule", rule.place, "rule", f"kept with p {rule.op} {rule.keep_p:g}")),
            f"{p.text} is above {rule.keep_p:g}: elimination would have removed the variable",
        )


CHECK = Check(
    ID,
    "Multivariable tables against the stated rule",
    "Where a paper says which univariable p lets a variable into its multivariable model, every candidate whose p lies "
    "clearly on one side is looked for: too large a p and in the model, or small enough and left out (only where "
    "nothing was eliminated afterwards). A p that rounding leaves on either side of the limit is not judged.",
    selection_rule,
)
