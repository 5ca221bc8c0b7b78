"""A condition in words, for people who read the rules on paper: as one sentence, or clause by clause.

The words say what the condition says and nothing more; no rule has words of its own for its condition.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from crlm.dictionary.expressions.syntax import (
    And,
    Call,
    Comparison,
    Expr,
    Literals,
    Membership,
    Name,
    Node,
    Not,
    Or,
    Text,
)
from crlm.dictionary.expressions.words import Words
from crlm.dictionary.variables import Variable
from crlm.dictionary.wording import as_sentence, in_sentence, listed
from crlm.pathway.check import names_of
from crlm.pathway.conditions.kinds import ConditionKinds
from crlm.pathway.conditions.language import OF_CONDITIONS, OF_RULES, PRESENCE, id_of
from crlm.pathway.model import Input
from crlm.pathway.ruleset import RuleSet

KNOWN = {
    "recorded": ("is recorded", "is not recorded"),
    "known": ("is known", "is not known"),
    "missing": ("is not known", "is known"),
}
"""`recorded` is unknown when nothing is recorded; the other two are true or false."""
DECIDED = {
    "certainly": ("it is certain that", "it is not certain that"),
    "possibly": ("it is possible that", "it is ruled out that"),
    "undecided": ("it is not known whether", "it is known whether"),
}


@dataclass(frozen=True)
class Clause:
    """One statement of a condition, or what holds several of them together ("all of these"); without full stops."""

    words: str
    parts: tuple[Clause, ...] = ()


class ConditionWords(Words):
    """The words of a rule set's conditions; definitions are said by the conditions that they stand for."""

    def __init__(self, rules: RuleSet) -> None:
        variables = {name: variable_in_words(one) for name, one in rules.inputs.items()}
        super().__init__(variables, ConditionKinds(names_of(rules)))
        self.rules = rules

    def sentence(self, expr: Expr) -> str:
        """The whole condition as one sentence without a full stop; a computed value as a phrase."""
        kind = self.kinds.of(expr.root)
        if kind is None or kind.type != "boolean":
            return as_sentence(self.value(expr.root))
        return as_sentence(self.condition(self.spelt_out(expr.root)))

    def clauses(self, expr: Expr) -> Clause:
        """The condition clause by clause."""
        return self._clause(self.spelt_out(expr.root))

    def spelt_out(self, node: Node, negated: bool = False) -> Node:
        """The condition with its definitions written out and every `not` at a single statement."""
        match node:
            case Not(value):
                return self.spelt_out(value, not negated)
            case Name(name) if name in self.rules.shared:
                return self.spelt_out(self.rules.shared[name].root, negated)
            case And(parts) | Or(parts):
                kind = And if isinstance(node, And) is not negated else Or
                inner: list[Node] = []
                for part in parts:
                    said = self.spelt_out(part, negated)
                    together = isinstance(said, kind) and not self._is_chain(said)
                    inner += said.parts if together and isinstance(said, And | Or) else (said,)
                return kind(tuple(inner))
            case Call(function, (asked,)) if function in OF_CONDITIONS:
                found: Node = replace(node, arguments=(self.spelt_out(asked),))
            case _:
                found = node
        return Not(found) if negated else found

    def _clause(self, node: Node) -> Clause:
        negated = isinstance(node, Not)
        match node.value if isinstance(node, Not) else node:
            case And(parts) if not self._is_chain(node):
                return Clause("all of these", tuple(self._clause(part) for part in parts))
            case Or(parts):
                return Clause("at least one of these", tuple(self._clause(part) for part in parts))
            case Call(function, (And() | Or() as asked,)) if function in OF_CONDITIONS:
                return Clause(DECIDED[function][negated], (self._clause(asked),))
            case _:
                return Clause(as_sentence(self.condition(node)))

    def condition(self, node: Node, negated: bool = False) -> str:
        """What a node says; of an input that is answered with yes or no, "fit for major surgery: yes"."""
        match node:
            case Comparison(("==" | "!=") as sign, Name(name) as asked, Text() as level) if self._asks(name):
                wanted = (sign == "==") is not negated
                return f"{self.value(asked)}: {'' if wanted else 'not '}{self._level(asked, level)}"
            case Membership(Name(name) as asked, values) if self._asks(name) and node.negated is negated:
                return f"{self.value(asked)}: {listed([self._level(asked, one) for one in values], 'or')}"
            case _:
                return super().condition(node, negated)

    def call(self, node: Call, negated: bool) -> str:
        """The functions of conditions, and those of every expression for computed values."""
        first = node.arguments[0]
        if node.function in PRESENCE:
            return f"{self.value(first)} {KNOWN[node.function][negated]}"
        if node.function in OF_CONDITIONS:
            return f"{DECIDED[node.function][negated]} {self._part(first, Or)}"
        if node.function in OF_RULES:
            holds = (node.function == "met") is not negated
            other = self.rules.rules[id_of(node)]
            return f"{other.id} ({in_sentence(other.title)}) is {'met' if holds else 'not met'}"
        return super().call(node, negated)

    def value(self, node: Node) -> str:
        """Inputs by their labels, rules that give labels by their names."""
        match node:
            case Name(name) if name in self.rules.named_labels:
                return f"{name.replace('_', ' ')} ({self.rules.named_labels[name]})"
            case Call("label"):
                return f"the label of {id_of(node)}"
            case Call("sqrt", (inner,)):
                return f"the square root of ({self.value(inner)})"
            case _:
                return super().value(node)

    def _asks(self, name: str) -> bool:
        variable = self.variables.get(name)
        return variable is not None and {"yes", "no"} <= {*variable.level_names}

    def _is_chain(self, node: Node) -> bool:
        """Whether a node is like 2 <= months <= 4, which is said in one statement."""
        return isinstance(node, And) and self._chain(node.parts) is not None

    def _part(self, node: Node, other: type[And] | type[Or]) -> str:
        """A part of a sentence, in brackets where its "and" or "or" could belong to something else."""
        several = isinstance(node, Membership) and len(node.values) > 1 and other is Or
        joined = isinstance(node, other) and not self._is_chain(node)
        return f"({self.condition(node)})" if several or joined else self.condition(node)

    def _level(self, subject: Node, value: Literals | str) -> str:
        """A level in its words; a label of another rule as it stands there, in quotation marks."""
        labels = isinstance(subject, Call) or (
            isinstance(subject, Name) and subject.name in self.rules.named_labels
        )
        if labels and isinstance(value, Text):
            return f"“{value.value.replace('_', ' ')}”"
        return super()._level(subject, value)


def variable_in_words(one: Input) -> Variable:
    """An input as a variable with the label, the unit and the levels of sentences."""
    return Variable.model_validate(
        {
            "name": one.name,
            "label": one.called,
            "type": one.type,
            "unit": None if one.unit == "count" else one.unit,
            "levels": [{"name": level, "label": one.level_called(level)} for level in one.levels],
        }
    )
