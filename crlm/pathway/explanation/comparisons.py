"""One comparison of a condition as a sentence about the case: "Future liver remnant 28 % is below 30 %"."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from crlm.dictionary.expressions.syntax import (
    Arithmetic,
    Call,
    Comparison,
    Membership,
    Name,
    Negative,
    Node,
    Number,
    Text,
    every_node,
)
from crlm.pathway.conditions.compiled import Compiler
from crlm.pathway.conditions.language import id_of, is_of_rule
from crlm.pathway.conditions.values import Span, compare
from crlm.pathway.explanation.words import (
    NOT_RECORDED,
    all_of,
    amount,
    answers_yes_or_no,
    any_of,
    capital,
    date_words,
    plain,
    value_words,
)
from crlm.pathway.facts import CaseFacts
from crlm.pathway.model import Input

Sign = Literal["==", "!=", "<", "<=", ">", ">="]
TURNED: dict[Sign, Sign] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
"""The sign when the sides change places."""
OPPOSITE: dict[Sign, Sign] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
SIGN_WORDS: dict[Sign, str] = {
    "<": "below", "<=": "at most", ">": "above", ">=": "at least", "==": "exactly", "!=": "other than",
}  # fmt: skip
ARITHMETIC_WORDS = {"+": "plus", "-": "minus", "*": "×", "/": "÷"}


@dataclass(frozen=True)
class Sentence:
    """A comparison in words: the inputs compared, what is recorded of them, the sentence, and another rule's id."""

    inputs: tuple[str, ...]
    value: str
    words: str
    rule: str | None = None


class Comparisons:
    """Sentences about the comparisons of one case; whether the comparison holds is left to the caller."""

    def __init__(self, compiler: Compiler, facts: CaseFacts) -> None:
        self._compiler, self._facts = compiler, facts
        self._inputs = facts.rules.inputs

    def of_comparison(self, node: Comparison, negated: bool, unwelcome: bool) -> Sentence:
        """A comparison of an input or a label with a value, or of what is worked out of several inputs."""
        left, right, sign = node.left, node.right, node.sign
        if isinstance(left, Number | Text) or _is_constant(left):
            left, right, sign = right, left, TURNED[sign]
        sign = OPPOSITE[sign] if negated else sign
        subject = self._label_rule(left)
        if subject is not None:
            assert isinstance(right, Text), node
            return self._about_label(subject, [right.value])
        if isinstance(left, Name) and isinstance(right, Text) and self._inputs[left.name].levels:
            return self._about_levels(self._inputs[left.name], [right.value], sign != "==")
        if isinstance(left, Name) and isinstance(right, Text):
            return self._about_date(self._inputs[left.name], right.value, sign)
        threshold = self._compiler.value(right)(self._facts)
        if isinstance(left, Name) and isinstance(threshold, Decimal):
            return self._about_number(self._inputs[left.name], threshold, sign, unwelcome)
        return self._worked_out(left, right, sign)

    def of_membership(self, node: Membership, negated: bool) -> Sentence:
        """An input or a label in a list."""
        listed = [str(value.value) for value in node.values]
        others = node.negated != negated
        subject = self._label_rule(node.subject)
        if subject is not None:
            return self._about_label(subject, listed)
        assert isinstance(node.subject, Name), node
        one = self._inputs[node.subject.name]
        if one.levels:
            return self._about_levels(one, listed, others)
        value = self._facts.values.get(one.name)
        asked, tail = any_of(listed), ""
        if not isinstance(value, Decimal):
            tail = f" ({'other than ' if others else ''}{asked}?)"
        elif value not in [Decimal(each) for each in listed]:
            tail = f", not {asked}"
        words = f"{capital(one.called)}: {value_words(one, value)}{tail}"
        return Sentence((one.name,), value_words(one, value), words)

    def of_presence(self, node: Call) -> Sentence:
        """Whether an input, or a label under its name, is known."""
        asked = node.arguments[0]
        assert isinstance(asked, Name), node
        subject = self._label_rule(asked)
        if subject is not None:
            return self._about_label(subject, [])
        one = self._inputs[asked.name]
        value = self._facts.values.get(one.name)
        shown = value_words(one, value)
        words = (
            f"{capital(one.called)}: {shown}"
            if value is not None
            else f"{capital(one.called)} is not recorded"
        )
        return Sentence((one.name,), shown, words)

    def _about_number(self, one: Input, threshold: Decimal, sign: Sign, unwelcome: bool) -> Sentence:
        value = self._facts.values.get(one.name)
        shown, limit, subject = value_words(one, value), amount(one, threshold), capital(one.called)
        if value is None:
            words = f"{subject} is not recorded ({SIGN_WORDS[sign]} {limit}?)"
        elif isinstance(value, Span):
            words = _of_span(subject, shown, value, sign, threshold, limit)
        else:
            assert isinstance(value, Decimal), one
            words = _of_exact(subject, shown, value, sign, threshold, limit, unwelcome)
        return Sentence((one.name,), shown, words)

    def _about_date(self, one: Input, written: str, sign: Sign) -> Sentence:
        shown = value_words(one, self._facts.values.get(one.name))
        words = f"{capital(one.called)}: {shown} ({SIGN_WORDS[sign]} {written}?)"
        return Sentence((one.name,), shown, words)

    def _about_levels(self, one: Input, listed: list[str], others: bool) -> Sentence:
        value = self._facts.values.get(one.name)
        shown, subject = value_words(one, value), capital(one.called)
        asked = any_of([one.level_called(level) for level in listed])
        is_statement = answers_yes_or_no(one) and not others
        if value is None:
            hint = (
                "" if listed == ["yes"] and is_statement else f" ({'other than ' if others else ''}{asked}?)"
            )
            words = f"{subject}: {NOT_RECORDED}{hint}"
        elif isinstance(value, str):
            contrast = value not in listed
            clear = is_statement and value in ("yes", "no") and bool({"yes", "no"} & set(listed))
            words = f"{subject}: {shown}" + (f", not {asked}" if contrast and not clear else "")
        else:
            words = f"{subject}: {shown}"
        return Sentence((one.name,), shown, words)

    def _label_rule(self, node: Node) -> str | None:
        if isinstance(node, Name) and node.name in self._facts.rules.named_labels:
            return self._facts.rules.named_labels[node.name]
        return id_of(node) if is_of_rule(node) else None

    def _about_label(self, rule: str, listed: list[str]) -> Sentence:
        """A comparison with another rule's label: its own explanation says why it has that one."""
        described = self._facts.rules.rules[rule]
        label = self._facts.label_of(rule)
        subject = capital((described.name or described.title).replace("_", " "))
        shown = label.replace("_", " ")
        others_words = [one.replace("_", " ") for one in listed]
        contrast = bool(listed) and label not in listed and label not in described.unknown_labels
        none_of = (
            f"neither {' nor '.join(others_words)}" if len(listed) > 1 else f"not {''.join(others_words)}"
        )
        words = f"{subject} ({rule}): {shown}" + (f", {none_of}" if contrast else "")
        return Sentence((), shown, words, rule)

    def _worked_out(self, left: Node, right: Node, sign: Sign) -> Sentence:
        """A comparison of what is worked out of several inputs."""
        named = dict.fromkeys(
            one.name for side in (left, right) for one in every_node(side) if isinstance(one, Name)
        )
        inputs = [self._inputs[name] for name in named]
        values = [self._facts.values.get(one.name) for one in inputs]
        shown = "; ".join(
            f"{one.called} {value_words(one, v)}" for one, v in zip(inputs, values, strict=True)
        )
        unknown = [one.called for one, value in zip(inputs, values, strict=True) if value is None]
        left, right, name = self._under_its_name(left, right)
        subject, limit = capital(name or self._in_words(left)), self._amount_of(right, inputs)
        if unknown:
            are = "are" if len(unknown) > 1 else "is"
            asked = f"{subject[:1].lower()}{subject[1:]} {SIGN_WORDS[sign]} {limit}"
            words = f"{capital(all_of(unknown))} {are} not recorded ({asked}?)"
            return Sentence(tuple(named), shown, words)
        a, b = (self._compiler.value(side)(self._facts) for side in (left, right))
        answer = compare(sign, a, b)
        if answer is None:
            words = f"{subject}: {shown}, which leaves open whether it is {SIGN_WORDS[sign]} {limit}"
        else:
            relation = _relation(a, b, sign if answer else OPPOSITE[sign])
            value = f" {self._amount_of(left, inputs)}" if isinstance(a, Decimal) else ""
            words = f"{subject}{value} is {relation} {limit}"
        return Sentence(tuple(named), shown, words)

    def _under_its_name(self, left: Node, right: Node) -> tuple[Node, Node, str | None]:
        """The sides, and the name that a rule gives to what is compared; a square is compared as its root."""
        for rule in self._facts.rules.programs.values():
            for name, expr in rule.computed.items():
                if expr.root == left:
                    return left, right, name.replace("_", " ")
                match expr.root, right:
                    case Call("sqrt", (inside,)), Arithmetic("*", one, other) if (
                        inside == left and one == other
                    ):
                        return expr.root, one, name.replace("_", " ")
        return left, right, None

    def _in_words(self, node: Node) -> str:
        match node:
            case Name(name):
                return self._inputs[name].called
            case Number(value):
                return plain(Decimal(repr(value)))
            case Negative(value):
                return f"minus {self._in_words(value)}"
            case Arithmetic(sign, left, right):
                return f"{self._in_words(left)} {ARITHMETIC_WORDS[sign]} {self._in_words(right)}"
            case _:  # pragma: no cover - the check allows nothing else here
                raise AssertionError(node)

    def _amount_of(self, node: Node, inputs: list[Input]) -> str:
        """A side's value, with the unit where all inputs share one and nothing is multiplied."""
        value: Any = self._compiler.value(node)(self._facts)
        units = {one.unit for one in inputs}
        multiplied = any(isinstance(one, Arithmetic) and one.sign == "*" for one in every_node(node))
        if value is None:
            return NOT_RECORDED
        if not isinstance(value, Decimal):
            return date_words(value) if hasattr(value, "year") else str(value)
        if isinstance(node, Call):  # a root has more digits than anyone reads
            value = Decimal(f"{value:.3g}") if value < 100 else value.quantize(Decimal(1))
        return amount(inputs[0], value) if len(units) == 1 and not multiplied else plain(value)


def _is_constant(node: Node) -> bool:
    return not any(isinstance(one, Name | Call) for one in every_node(node))


def _relation(value: Any, threshold: Any, sign: Sign) -> str:
    """A true relation, as plainly as can be: `exactly` where the two are equal."""
    if isinstance(value, Decimal) and isinstance(threshold, Decimal):
        return "exactly" if value == threshold else "below" if value < threshold else "above"
    return SIGN_WORDS[sign]


def _of_exact(
    subject: str, shown: str, value: Decimal, sign: Sign, threshold: Decimal, limit: str, unwelcome: bool
) -> str:
    holds = compare(sign, value, threshold)
    if value == threshold:
        tail = {"<": ", not below it", ">": ", not above it"}.get(sign, "")
        return f"{subject} is exactly {limit}{tail}"
    where = "below" if value < threshold else "above"
    asked = not holds and not unwelcome and sign == ">="
    return f"{subject} {shown} is {where} {'the ' if asked else ''}{limit}{' asked for' if asked else ''}"


def _of_span(subject: str, shown: str, value: Span, sign: Sign, threshold: Decimal, limit: str) -> str:
    answer = compare(sign, value, threshold)
    if answer is None:
        return f"{subject} is known to be {shown}, which leaves open whether it is {SIGN_WORDS[sign]} {limit}"
    true_sign = sign if answer else OPPOSITE[sign]
    return f"{subject} is known to be {shown}, so {SIGN_WORDS[true_sign]} {limit}"
