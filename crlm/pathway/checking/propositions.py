"""Rules that speak about the same thing: where they say the opposite, and where none of them says anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import z3

from crlm.pathway.checking.findings import ChecksFile, Finding, Known, Proposition
from crlm.pathway.checking.reach import comes_out
from crlm.pathway.checking.search import Search
from crlm.pathway.checking.thresholds import comparisons
from crlm.pathway.facts import CaseFacts
from crlm.pathway.ruleset import RuleSet


@dataclass(frozen=True)
class Statement:
    """A rule with one of its results."""

    rules: RuleSet
    rule: str
    result: str

    def __str__(self) -> str:
        """`RES-04 met`."""
        return f"{self.rule} {self.result}"

    @cached_property
    def reads(self) -> frozenset[str]:
        """The inputs from which it is drawn: those of the condition or the labels, not of the gate."""
        own = self.rules.programs[self.rule].without_gate()
        return frozenset().union(*(self.rules.inputs_behind(one) for one in own))

    def when(self, search: Search) -> Any:
        """When it comes out."""
        return search.encoding.results(self.rule)[self.result]

    def shown(self, facts: CaseFacts) -> bool:
        """Whether the evaluator brings it out."""
        return comes_out(self.rule, self.result)(facts)


@dataclass(frozen=True)
class Pairs:
    """How many pairs of opposite statements there are, and what was found."""

    all: int
    findings: list[Finding]


def opposites(search: Search, declared: ChecksFile) -> Pairs:
    """Pairs of results that say the opposite on one possible case, with the case.

    A conflict that names both rules, or that `checks.toml` names for the pair, explains it if the board is shown the
    conflict on every such case. Factors count only where they are drawn from the same input: different facts may well
    point in different directions.
    """
    named = {(one.check, subject): one for one in declared.known for subject in one.subjects if one.shown_by}
    count, found = 0, []
    for one in declared.proposition:
        pairs = [*product(one.says_so, one.says_not)]
        weak = [*product(one.speaks_for, one.speaks_against)]
        for so, other in dict.fromkeys([*pairs, *weak]):
            a, b = _statement(search, so), _statement(search, other)
            if a.rule == b.rule or ((so, other) not in pairs and not a.reads & b.reads):
                continue
            count += 1
            subject = f"{one.name}: {a} / {b}"
            finding = _opposite(search, one, (a, b), named.get(("opposites", subject)))
            if finding is not None:
                found.append(finding)
    return Pairs(count, found)


def _opposite(
    search: Search, about: Proposition, sides: tuple[Statement, Statement], known: Known | None
) -> Finding | None:
    a, b = sides
    both = [a.when(search), b.when(search)]
    if search.never(*both):
        return None
    conflicts = [one for one in search.rules.conflicts if {a.rule, b.rule} <= set(one.rules)]
    if known is not None:
        conflicts += [one for one in search.rules.conflicts if one.id in known.shown_by]
    # a conflict about content is shown wherever one of its rules applies, and these two do
    content = [
        one for one in conflicts if search.rules.bites[one.id] is None and {a.rule, b.rule} & set(one.rules)
    ]
    bites = [expr for one in conflicts if (expr := search.rules.bites[one.id]) is not None]
    silent = [search.encoding.pair(one).false for one in bites]
    always = bool(content) or (bool(bites) and search.never(*both, *silent))
    hidden = [] if always else bites

    def shown(facts: CaseFacts) -> bool:
        return a.shown(facts) and b.shown(facts) and all(facts.answer(one) is False for one in hidden)

    names = search.rules.support[a.rule] | search.rules.support[b.rule]
    names |= frozenset().union(*(search.rules.inputs_behind(one) for one in bites))
    case = search.case(names, shown, *both, *([] if always else silent))
    says = f"{a} and {b} on one case: {about.means}, and not."
    if conflicts and not always:
        says += f" {', '.join(one.id for one in conflicts)} is not shown there."
    reason = None
    if always:
        words = known.reason if known is not None else "The board is shown the conflict."
        reason = f"{words} ({', '.join(one.id for one in content or conflicts)})"
    return Finding("opposites", f"{about.name}: {a} / {b}", says, case, reason)


def gaps(search: Search, propositions: tuple[Proposition, ...]) -> Iterator[Finding]:
    """Values of an input about which no rule of a proposition can say anything, although rules on both sides read it.

    Looked at are statements drawn from one input or two. A proposition that says `complete` is asked more: whatever
    is known, one of its rules must answer.
    """
    for one in propositions:
        sides = [
            [_statement(search, said) for said in (*strong, *weak)]
            for strong, weak in ((one.says_so, one.speaks_for), (one.says_not, one.speaks_against))
        ]
        for name in search.rules.inputs:
            reading = [[a for a in side if name in a.reads and len(a.reads) <= 2] for side in sides]
            if all(reading):
                yield from _gaps_of(search, one, name, [*reading[0], *reading[1]])
        if one.complete:
            yield from _incomplete(search, one)


def _gaps_of(search: Search, about: Proposition, name: str, statements: list[Statement]) -> Iterator[Finding]:
    anyone = z3.Or([one.when(search) for one in statements])
    for words, within in _regions(search, name, statements):
        there = [search.encoding.known[name], within]
        model = search.possible(*there)
        if model is not None and search.never(*there, anyone):
            rules = list(dict.fromkeys(one.rule for one in statements))
            spoken = ", ".join(str(one) for one in statements)
            says = f"{name} {words}: none of {spoken}."
            reason = _shown_by(search, rules, there)
            yield Finding("gap", f"{about.name}: {name} {words}", says, search.read(model, [name]), reason)


def _shown_by(search: Search, rules: list[str], known: list[Any]) -> str | None:
    """The conflict that names two of the rules and that the board is shown there."""
    for one in search.rules.conflicts:
        bites = search.rules.bites[one.id]
        if len(set(rules) & set(one.rules)) < 2 or bites is None:
            continue
        if search.never(*known, search.encoding.pair(bites).false):
            return f"The board is shown the conflict. ({one.id})"
    return None


def _regions(search: Search, name: str, statements: list[Statement]) -> Iterator[tuple[str, Any]]:
    """The levels of a category; of a number each threshold and each stretch between two."""
    one, value = search.rules.inputs[name], search.encoding.values[name]
    if one.levels:
        for level in one.levels:
            yield f"= {level}", value == search.encoding.codes.of(level)
        return
    points = sorted(
        {
            compared.constant
            for statement in statements
            for expr in search.rules.programs[statement.rule].without_gate()
            for compared in comparisons(search.rules, expr)
            if compared.name == name
        }
    )
    for below, point in zip([None, *points], points, strict=False):
        at = z3.RealVal(str(point))
        if below is None:
            yield f"< {point}", value < at
        else:
            yield f"between {below} and {point}", z3.And(value > z3.RealVal(str(below)), value < at)
        yield f"= {point}", value == at
    if points:
        yield f"> {points[-1]}", value > z3.RealVal(str(points[-1]))


def _incomplete(search: Search, about: Proposition) -> Iterator[Finding]:
    """A case of which everything is known and about which none of the rules says so, or not."""
    statements = [_statement(search, said) for said in (*about.says_so, *about.says_not)]
    names = frozenset().union(*(search.rules.support[one.rule] for one in statements))
    known = [search.encoding.known[name] for name in sorted(names)]
    nobody = [z3.Not(one.when(search)) for one in statements]

    def shown(facts: CaseFacts) -> bool:
        everything = all(facts.values.get(name) is not None for name in names)
        return everything and not any(one.shown(facts) for one in statements)

    case = search.case(names, shown, *known, *nobody)
    if case is not None:
        says = f"Everything is known and no rule answers: {about.means}"
        yield Finding("gap", f"{about.name}: everything known", says, case)


def _statement(search: Search, said: str) -> Statement:
    rule, result = said.split(" ", 1)
    return Statement(search.rules, rule, result)
