"""Where rules draw their lines: the thresholds of each input, and the inputs of which rules draw different ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from crlm.dictionary.expressions.syntax import Comparison, Expr, Membership, Name, Node, Number, every_node
from crlm.pathway.checking.findings import Finding
from crlm.pathway.conditions.language import rules_named
from crlm.pathway.ruleset import RuleSet

MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True)
class Compared:
    """An input beside a number, the input on the left."""

    name: str
    sign: str
    constant: Decimal


def comparisons(rules: RuleSet, expr: Expr, *, through_rules: bool = True) -> list[Compared]:
    """Every comparison of an input alone with a number, through definitions and, unless told not to, other rules."""
    found: list[Compared] = []
    waiting, seen = [expr], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        for node in every_node(one.root):
            found.extend(_compared(node))
            if isinstance(node, Name) and node.name in rules.shared:
                waiting.append(rules.shared[node.name])
        if through_rules:
            for rule in rules_named(one):
                waiting.extend(rules.programs[rule].without_gate())
    return [one for one in dict.fromkeys(found) if one.name in rules.inputs]


def _compared(node: Node) -> Iterator[Compared]:
    match node:
        case Comparison(sign, Name(name), Number(value)):
            yield Compared(name, sign, Decimal(repr(value)))
        case Comparison(sign, Number(value), Name(name)):
            yield Compared(name, MIRRORED[sign], Decimal(repr(value)))
        case Membership(Name(name), values):
            yield from (Compared(name, "==", Decimal(repr(v.value))) for v in values if isinstance(v, Number))


@dataclass(frozen=True)
class Cut:
    """A line between two values: `number` belongs above it when `starts`, else below."""

    number: Decimal
    starts: bool

    def place(self) -> tuple[Decimal, bool]:
        """For the order: just below a number comes before just above it."""
        return self.number, not self.starts

    def in_words(self, whole: bool) -> str:
        """`< 50 | 50 and more`, `up to 50 | > 50`; of whole numbers `4 | 5`."""
        if whole:
            return (
                f"{self.number - 1} | {self.number}" if self.starts else f"{self.number} | {self.number + 1}"
            )
        return f"< {self.number} | >= {self.number}" if self.starts else f"<= {self.number} | > {self.number}"


def cuts(compared: Compared, whole: bool) -> list[Cut]:
    """The lines that a comparison draws; `== 6` draws one on each side."""
    n = compared.constant
    found = {
        "<": [Cut(n, True)],
        ">=": [Cut(n, True)],
        "<=": [Cut(n, False)],
        ">": [Cut(n, False)],
    }.get(compared.sign, [Cut(n, True), Cut(n, False)])
    # of whole numbers `> 4` and `>= 5` draw the same line
    return [Cut(one.number + 1, True) if whole and not one.starts else one for one in found]


def lines_drawn(rules: RuleSet) -> dict[str, dict[Cut, list[str]]]:
    """Of every input the lines, with the rules that draw them in their own conditions and gates."""
    found: dict[str, dict[Cut, list[str]]] = {}
    for id_, own in rules.programs.items():
        for expr in own.expressions():
            for compared in comparisons(rules, expr, through_rules=False):
                for cut in cuts(compared, rules.inputs[compared.name].type == "integer"):
                    drawn = found.setdefault(compared.name, {}).setdefault(cut, [])
                    if id_ not in drawn:
                        drawn.append(id_)
    return {
        name: dict(sorted(found[name].items(), key=lambda item: item[0].place()))
        for name in rules.inputs
        if name in found
    }


def differing(rules: RuleSet) -> Iterator[Finding]:
    """Inputs of which two rules draw different lines; lines within sums and products are not compared."""
    for name, drawn in lines_drawn(rules).items():
        by_rule: dict[str, set[Cut]] = {}
        for cut, ids in drawn.items():
            for id_ in ids:
                by_rule.setdefault(id_, set()).add(cut)
        if len({frozenset(one) for one in by_rule.values()}) < 2:
            continue
        whole = rules.inputs[name].type == "integer"
        words = [cut.in_words(whole) for cut in drawn]
        who = "; ".join(f"{cut.in_words(whole)}: {', '.join(ids)}" for cut, ids in drawn.items())
        yield Finding(
            "thresholds", f"{name}: {'; '.join(words)}", f"Rules draw different lines in {name}. {who}."
        )
