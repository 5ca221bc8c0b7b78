"""What an expression means for given variables: the kind of every part, and the faults that kinds reveal.
All faults of an expression are found at once: a part that is faulty has no kind, and what contains it is
not judged.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from crlm.dictionary.expressions.functions import FUNCTIONS
from crlm.dictionary.expressions.syntax import (
    And,
    Arithmetic,
    Call,
    Comparison,
    Cut,
    Expr,
    ExpressionError,
    Fault,
    Literals,
    Membership,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Or,
    Text,
    Truth,
)
from crlm.dictionary.variables import Variable
from crlm.problems import did_you_mean, nearest

KindType = Literal["boolean", "number", "category", "several", "text", "date"]


@dataclass(frozen=True)
class Kind:
    """What an expression results in.
    `whole` numbers have no fraction. `levels` are the names that a category can have, in order when
    `ordered`; of `several` any number at once.
    """

    type: KindType
    whole: bool = False
    levels: tuple[str, ...] = ()
    ordered: bool = False


BOOLEAN = Kind("boolean")
NUMBER = Kind("number")
WHOLE = Kind("number", whole=True)
IN_WORDS: dict[KindType, str] = {
    "boolean": "yes or no",
    "number": "a number",
    "category": "a category",
    "several": "several levels at once",
    "text": "a text",
    "date": "a date",
}


def kind_of_variable(variable: Variable) -> Kind:
    """The kind of a variable's values in expressions."""
    match variable.type:
        case "yes_no":
            return BOOLEAN
        case "category":
            return Kind("category", levels=variable.level_names, ordered=variable.ordered)
        case "several":
            return Kind("several", levels=variable.level_names)
        case "integer":
            return WHOLE
        case "number":
            return NUMBER
        case other:
            return Kind(other)


def iso_date(text: str) -> datetime.date | None:
    """The date that a text writes as YYYY-MM-DD, or None when it writes none."""
    try:
        return datetime.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def check(expr: Expr, variables: Mapping[str, Variable]) -> Kind:
    """The kind of an expression's result; an ExpressionError lists every unknown name, level and mismatch.
    A text is compared with a category (and must be one of its levels), a text variable, a yes/no ('yes' or
    'no') or a date (as YYYY-MM-DD). Only numbers, dates and ordered categories are smaller or larger.
    """
    kinds = Kinds(variables)
    kind = kinds.of(expr.root)
    if kinds.faults or kind is None:
        raise ExpressionError(expr.text, tuple(sorted(kinds.faults, key=lambda fault: fault.at)))
    return kind


class Kinds:
    """The kind of each node for given variables, worked out once per node; faults are collected beside."""

    def __init__(self, variables: Mapping[str, Variable]) -> None:
        self.variables = variables
        self.faults: list[Fault] = []
        self._known: dict[int, tuple[Node, Kind | None]] = {}
        self._functions: dict[str, Callable[[Call], Kind | None]] = {
            "known": self._presence,
            "missing": self._presence,
            "min": self._extreme,
            "max": self._extreme,
            "abs": self._absolute,
            "points": self._points,
            "when": self._when,
            "between": self._between,
            "includes": self._includes,
        }

    def of(self, node: Node) -> Kind | None:
        """The kind of a node, None when it or something in it is faulty."""
        if id(node) not in self._known:
            self._known[id(node)] = (node, self._find(node))
        return self._known[id(node)][1]

    def _find(self, node: Node) -> Kind | None:
        match node:
            case Number(value):
                return WHOLE if isinstance(value, int) else NUMBER
            case Text(value):
                return Kind("category", levels=(value,))
            case Truth():
                return BOOLEAN
            case Name():
                return self._name(node)
            case Call(function):
                return self._functions[function](node)
            case _:
                return self._of_operator(node)

    def _of_operator(self, node: Node) -> Kind | None:
        match node:
            case Negative(value):
                return self._needs(value, "number", "`-` needs a number")
            case Cut(value, _, labels):
                number = self._needs(value, "number", "cut needs a number")
                return Kind("category", levels=labels, ordered=True) if number else None
            case Arithmetic():
                return self._arithmetic(node)
            case Comparison():
                return self._comparison(node)
            case Membership():
                return self._membership(node)
            case Not(value):
                return self._condition(value)
            case And(parts) | Or(parts):
                conditions = [self._condition(part) for part in parts]
                return BOOLEAN if all(conditions) else None
            case _:  # pragma: no cover - `_find` has the rest
                raise AssertionError(node)

    def _membership(self, node: Membership) -> Kind | None:
        kind = self.of(node.subject)
        if kind is None:
            return None
        fits = [self._literal(node.subject, kind, value) for value in node.values]
        return BOOLEAN if all(fits) else None

    def _fault(self, node: Node, code: str, given: str, fix: str | None, allowed: str | None = None) -> None:
        self.faults.append(Fault(code, given, node.at, allowed, fix))

    def _name(self, node: Name) -> Kind | None:
        if node.name in self.variables:
            return kind_of_variable(self.variables[node.name])
        given = f'there is no variable "{node.name}"'
        homes = [one.name for one in self.variables.values() if node.name in one.level_names]
        headers = {one.header: one.name for one in self.variables.values() if one.header}
        if node.name in FUNCTIONS:
            fix = f"`{node.name}` is a function: write {FUNCTIONS[node.name].usage}."
        elif node.name in headers:
            fix = f'that is a header; the name of the variable is "{headers[node.name]}".'
        elif homes and nearest(node.name, self.variables) is None:
            fix = f"it is a level of {homes[0]}: put it in quotes, '{node.name}'."
        else:
            fix = did_you_mean(node.name, list(self.variables))
        self._fault(
            node,
            "expression-name",
            given,
            fix,
            "the names of columns, and of derived variables declared before.",
        )
        return None

    def _needs(self, node: Node, type_: KindType, given: str, fix: str | None = None) -> Kind | None:
        kind = self.of(node)
        if kind is None or kind.type == type_:
            return kind
        if type_ == "number" and kind.type == "boolean":
            fix = fix or "points(condition) makes 1 of yes and 0 of no."
        self._fault(node, "expression-type", f"{given}, and this is {IN_WORDS[kind.type]}", fix)
        return None

    def _condition(self, node: Node) -> Kind | None:
        kind = self.of(node)
        fix = "compare it with something."
        if isinstance(node, Name) and kind is not None:
            if kind.type == "number":
                fix = f"compare it: {node.name} > 0."
            elif kind.type == "several":
                fix = f"ask for a level: includes({node.name}, '{kind.levels[0]}')."
            elif kind.levels:
                fix = f"compare it: {node.name} == '{kind.levels[0]}'."
            else:
                fix = f"write known({node.name}), or compare it."
        return self._needs(node, "boolean", "yes or no is needed here", fix)

    def _arithmetic(self, node: Arithmetic) -> Kind | None:
        left, right = self.of(node.left), self.of(node.right)
        if left is not None and right is not None and left.type == right.type == "date" and node.sign == "-":
            return WHOLE
        given = f"`{node.sign}` needs numbers"
        first, second = self._needs(node.left, "number", given), self._needs(node.right, "number", given)
        if first is None or second is None:
            return None
        return WHOLE if node.sign != "/" and first.whole and second.whole else NUMBER

    def _comparison(self, node: Comparison) -> Kind | None:
        left, right = self.of(node.left), self.of(node.right)
        if left is None or right is None:
            return None
        if isinstance(node.right, Number | Text | Truth):
            fits = self._literal(node.left, left, node.right)
        elif isinstance(node.left, Number | Text | Truth):
            fits = self._literal(node.right, right, node.left)
        else:
            fits = self._two_expressions(node, left, right)
        if fits and node.sign not in ("==", "!="):
            fits = self._has_order(node, left, right)
        return BOOLEAN if fits else None

    def _two_expressions(self, node: Comparison, left: Kind, right: Kind) -> bool:
        if left.type != right.type:
            given = f"{IN_WORDS[left.type]} is compared with {IN_WORDS[right.type]}"
            self._fault(node, "expression-type", given, "compare two of the same kind.")
        elif left.type == "several":
            self._fault(
                node,
                "expression-type",
                "two lists of levels are compared",
                "ask for each level: includes(x, 'a').",
            )
        elif left.type == "category" and not set(left.levels) & set(right.levels):
            given = "the two categories have no level in common, so they can never be equal"
            self._fault(
                node,
                "expression-level",
                given,
                f"levels: {', '.join(left.levels)}; and {', '.join(right.levels)}.",
            )
        else:
            return True
        return False

    def _has_order(self, node: Comparison, left: Kind, right: Kind) -> bool:
        category = next((kind for kind in (left, right) if kind.type == "category" and kind.ordered), None)
        if category is not None and all(set(kind.levels) <= set(category.levels) for kind in (left, right)):
            if left.ordered and right.ordered and left.levels != right.levels:
                self._fault(
                    node,
                    "expression-type",
                    "the two categories have different orders",
                    "compare with a level in quotes.",
                )
                return False
            return True
        unordered = next((kind.type for kind in (left, right) if kind.type in ("boolean", "text")), None)
        if unordered is None and {left.type, right.type} != {"category"}:
            return True
        if unordered is not None:
            given, fix = (
                f"`{node.sign}` compares {IN_WORDS[unordered]}, which has no smaller or larger",
                "use == or !=.",
            )
        else:
            given = f"`{node.sign}` compares a category whose levels have no order"
            fix = "use in ['...', '...'], or declare ordered = true for the variable."
        self._fault(node, "expression-type", given, fix)
        return False

    def _literal(self, subject: Node, kind: Kind, literal: Literals) -> bool:
        """Whether a literal can be a value of the subject; a fault when it cannot."""
        words = f'"{subject.name}"' if isinstance(subject, Name) else "the expression"
        match kind.type, literal:
            case ("number", Number()) | ("boolean", Truth()) | ("text", Text()):
                return True
            case ("boolean", Text(value)):
                if value in ("yes", "no"):
                    return True
                self._level_fault(subject, Kind("category", levels=("yes", "no")), literal, words)
            case ("category", _):
                if isinstance(literal, Text) and literal.value in kind.levels:
                    return True
                self._level_fault(subject, kind, literal, words)
            case ("date", Text(value)):
                if iso_date(value) is not None:
                    return True
                self._fault(
                    literal,
                    "expression-type",
                    f"'{value}' is not a date",
                    "write it as 'YYYY-MM-DD', for example '2020-01-31'.",
                )
            case ("number", Text(value)):
                number = value.replace(",", ".", 1)
                fix = (
                    f"write it without quotes: {number}."
                    if _is_number(number)
                    else "compare it with a number."
                )
                self._fault(literal, "expression-type", f"{words} is a number and '{value}' is a text", fix)
            case ("boolean", Number()):
                self._code_fault(subject, literal, words)
            case ("several", _):
                fix = f"write includes({subject.name if isinstance(subject, Name) else 'x'}, '{literal.value}')."
                self._fault(literal, "expression-type", f"{words} holds several levels at once", fix)
            case _:
                self._fault(
                    literal,
                    "expression-type",
                    f"{words} is {IN_WORDS[kind.type]} and is compared with something else",
                    "compare two of the same kind.",
                )
        return False

    def _code_fault(self, subject: Node, literal: Literals, words: str) -> None:
        """A yes/no compared with a number: the condition that the code stands for is the fix."""
        variable = self.variables.get(subject.name) if isinstance(subject, Name) else None
        bare = variable.name if variable else "the condition"
        codes = {str(level.code): level.name for level in variable.levels} if variable else {}
        meant = {"yes": f"write `{bare}` alone.", "no": f"write `not {bare}`."}
        fix = meant.get(codes.get(str(literal.value), ""), f"write `{bare}` or `not {bare}`.")
        given = f"{words} is yes or no and {literal.value} is a number"
        self._fault(literal, "expression-type", given, fix)

    def _level_fault(self, subject: Node, kind: Kind, literal: Literals, words: str) -> None:
        """A value that is no level: the level with that label or code, else the nearest one, is the fix."""
        given = str(literal.value).lower() if isinstance(literal, Truth) else str(literal.value)
        variable = self.variables.get(subject.name) if isinstance(subject, Name) else None
        meant = None
        for level in variable.levels if variable else ():
            if given.casefold() in (level.words.casefold(), str(level.code).casefold()):
                meant = level.name
        fix = f"write '{meant}'." if meant else did_you_mean(given, list(kind.levels))
        allowed = ", ".join(f"'{name}'" for name in kind.levels) + "."
        self._fault(literal, "expression-level", f"'{given}' is not a level of {words}", fix, allowed)

    def _presence(self, node: Call) -> Kind | None:
        return BOOLEAN if self.of(node.arguments[0]) is not None else None

    def _points(self, node: Call) -> Kind | None:
        return WHOLE if self._condition(node.arguments[0]) is not None else None

    def _absolute(self, node: Call) -> Kind | None:
        return self._needs(node.arguments[0], "number", "abs needs a number")

    def _extreme(self, node: Call) -> Kind | None:
        kinds = [self.of(argument) for argument in node.arguments]
        if any(kind is not None and kind.type == "date" for kind in kinds):
            given = f"{node.function} compares dates here"
            dates = [self._needs(one, "date", given) for one in node.arguments]
            return Kind("date") if all(dates) else None
        numbers = [self._needs(one, "number", f"{node.function} needs numbers") for one in node.arguments]
        if not all(numbers):
            return None
        return Kind("number", whole=all(kind.whole for kind in cast("list[Kind]", numbers)))

    def _between(self, node: Call) -> Kind | None:
        subject = self.of(node.arguments[0])
        if subject is None:
            return None
        if subject.type not in ("number", "date"):
            self._fault(
                node,
                "expression-type",
                f"between needs a number or a date, and this is {IN_WORDS[subject.type]}",
                "use in ['...', '...'] for levels.",
            )
            return None
        fits = []
        for limit in node.arguments[1:]:
            if subject.type == "date" and isinstance(limit, Text):
                fits.append(self._literal(node.arguments[0], subject, limit))
            else:
                fits.append(
                    self._needs(limit, subject.type, f"the limit of between must be {IN_WORDS[subject.type]}")
                    is not None
                )
        return BOOLEAN if all(fits) else None

    def _includes(self, node: Call) -> Kind | None:
        subject, kind = node.arguments[0], self.of(node.arguments[0])
        if kind is None:
            return None
        if kind.type != "several":
            given = f"includes needs several levels at once, and this is {IN_WORDS[kind.type]}"
            fix = "use in ['...', '...'] for levels." if kind.type == "category" else None
            self._fault(node, "expression-type", given, fix)
            return None
        one_level = Kind("category", levels=kind.levels)
        fits = []
        for level in node.arguments[1:]:
            if isinstance(level, Number | Text | Truth):
                fits.append(self._literal(subject, one_level, level))
            else:
                self._fault(level, "expression-level", "includes asks for levels", "put the level in quotes.")
                fits.append(False)
        return BOOLEAN if all(fits) else None

    def _when(self, node: Call) -> Kind | None:
        condition, first, *rest = node.arguments
        second = rest[0] if rest else first
        met, kind, other = self._condition(condition), self.of(first), self.of(second)
        if met is None or kind is None or other is None:
            return None
        for literal, subject, wanted in ((first, second, other), (second, first, kind)):
            if isinstance(literal, Text) and wanted.type in ("text", "date"):
                return wanted if self._literal(subject, wanted, literal) else None
        if kind.type != other.type:
            given = f"when gives {IN_WORDS[kind.type]} in one case and {IN_WORDS[other.type]} in the other"
            self._fault(node, "expression-type", given, "give two of the same kind.")
            return None
        if kind.type == "several":
            self._fault(node, "expression-type", "when cannot give several levels at once", None)
            return None
        if kind.type == "category":
            levels = tuple(dict.fromkeys((*kind.levels, *other.levels)))
            return Kind("category", levels=levels, ordered=kind.ordered and kind.levels == other.levels)
        return Kind(kind.type, whole=kind.whole and other.whole)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
