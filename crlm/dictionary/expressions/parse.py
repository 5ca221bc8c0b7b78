"""From text to nodes: Python's own parser reads the expression, an allow-list decides what it may mean.

Nothing is ever evaluated by Python. Whatever is not on the list is refused with a hint.
"""

from __future__ import annotations

import ast
import itertools
import math
import re
import warnings
from collections.abc import Callable, Mapping
from functools import lru_cache

from crlm.dictionary.expressions.functions import ELSEWHERE, FUNCTIONS, Function
from crlm.dictionary.expressions.hints import mask_quoted, neighbours, slips
from crlm.dictionary.expressions.syntax import (
    And,
    Arithmetic,
    ArithmeticSign,
    Call,
    Comparison,
    ComparisonSign,
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
    Side,
    Text,
    Truth,
)
from crlm.problems import did_you_mean

MOST_CHARACTERS = 2000
DEEPEST = 100
"""How deeply an expression may nest: more than anyone can read, less than would exhaust the machine."""

COMPARISONS: dict[type[ast.cmpop], ComparisonSign] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], ArithmeticSign] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}


@lru_cache(maxsize=2000)
def parse(text: str) -> Expr:
    """The expression that a text says; an ExpressionError lists what cannot be understood.

    At most 2000 characters and 100 levels deep. Names are not looked up here: `check` does that. A run asks for the
    same few hundred texts again and again (to check, to compute, to say in words): they are kept.
    """
    return parse_with(text, FUNCTIONS)


def parse_with(text: str, functions: Mapping[str, Function]) -> Expr:
    """The expression that a text says in a language with other functions; otherwise as `parse`."""
    faults = _first_look(text)
    if faults:
        raise ExpressionError(text, faults)
    line = text.translate(str.maketrans("\r\n\t", "   "))
    indent = len(line) - len(line.lstrip())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # "5and x" is a warning to Python; here it is not an expression
            tree = ast.parse(line.lstrip(), mode="eval")
    except (SyntaxError, SyntaxWarning, DeprecationWarning, ValueError, MemoryError, RecursionError) as error:
        raise ExpressionError(text, (_not_understood(text, error, indent),)) from None
    if _depth(tree.body) > DEEPEST:
        raise ExpressionError(text, (_too_deep(),))
    return Expr(text, _Reader(text, line.lstrip(), indent, functions).node(tree.body))


def _first_look(text: str) -> tuple[Fault, ...]:
    if not text.strip():
        return (
            Fault(
                "expression-syntax",
                "there is nothing here",
                0,
                fix="write an expression, for example age >= 70.",
            ),
        )
    if len(text) > MOST_CHARACTERS:
        given = f"the expression has {len(text)} characters"
        return (
            Fault(
                "expression-syntax",
                given,
                MOST_CHARACTERS,
                f"{MOST_CHARACTERS} at most.",
                "split it into derived variables.",
            ),
        )
    return tuple(sorted(slips(text), key=lambda fault: fault.at))


def _too_deep() -> Fault:
    return Fault(
        "expression-syntax",
        "the expression is nested too deeply",
        0,
        f"{DEEPEST} levels at most.",
        "split it into derived variables.",
    )


def _not_understood(text: str, error: Exception, indent: int) -> Fault:
    if isinstance(error, MemoryError | RecursionError) or "nested" in str(error):
        return _too_deep()
    beside = neighbours(mask_quoted(text))
    if beside is not None:
        return beside
    offset = getattr(error, "offset", None) or 1
    at = min(max(offset - 1 + indent, 0), len(text) - 1)
    if re.search(r"(\b(and|or|not|in)|[-+*/<>=,])\s*$", text):
        last = len(text.rstrip()) - 1
        given = "the expression stops in the middle"
        return Fault("expression-syntax", given, last, fix="say what comes after the last word.")
    return Fault(
        "expression-syntax",
        f"not understood at `{text[at:].strip()[:20]}`",
        at,
        fix="compare it with the examples in the expression reference.",
    )


def _depth(tree: ast.AST) -> int:
    """The nesting depth, found without recursion."""
    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting.extend((child, depth + 1) for child in ast.iter_child_nodes(node))
    return deepest


class _Reader:
    """Turns Python's nodes into ours, one method per kind; anything else is a fault at its place."""

    def __init__(self, text: str, line: str, indent: int, functions: Mapping[str, Function]) -> None:
        self.text = text
        self.functions = functions
        self.line = line
        self.bytes = line.encode()
        self.indent = indent
        self.kinds: dict[type[ast.expr], Callable[[ast.expr, int], Node]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.BoolOp: self._bool,
            ast.UnaryOp: self._unary,
            ast.BinOp: self._binary,
            ast.Compare: self._compare,
            ast.Call: self._call,
        }

    def node(self, tree: ast.expr) -> Node:
        kind = self.kinds.get(type(tree))
        if kind is None:
            raise self._refuse(tree)
        return kind(tree, self.at(tree))

    def at(self, tree: ast.expr) -> int:
        """Where a node starts, in characters (Python counts UTF-8 bytes)."""
        return self.indent + len(self.bytes[: tree.col_offset].decode(errors="ignore"))

    def written(self, tree: ast.expr) -> str:
        """What stands in the text for a node; there is one line only."""
        return self.bytes[tree.col_offset : tree.end_col_offset].decode(errors="ignore")

    def fault(
        self,
        tree: ast.expr,
        given: str,
        fix: str,
        *,
        allowed: str | None = None,
        code: str = "expression-syntax",
    ) -> ExpressionError:
        return ExpressionError(self.text, (Fault(code, given, self.at(tree), allowed, fix),))

    def _refuse(self, tree: ast.expr) -> ExpressionError:
        match tree:
            case ast.Tuple(elements):
                return self.fault(
                    elements[-1] if elements else tree,
                    "a comma stands where a single value is expected",
                    "write decimals with a point: 1.5; a list in square brackets.",
                )
            case ast.List():
                return self.fault(
                    tree,
                    "a list stands where a value is expected",
                    "use a list after `in`: sex in ['male', 'female'].",
                )
            case ast.Attribute():
                return self.fault(tree, "there are no dots in names", "write the variable's name alone.")
            case ast.IfExp():
                return self.fault(tree, "`if` is not used here", "write when(condition, value, otherwise).")
            case _:
                words = type(tree).__name__
                return self.fault(
                    tree,
                    f"this is not part of the language ({words})",
                    "use names, numbers, 'texts', comparisons, and/or/not, + - * / and the listed functions.",
                )

    def _constant(self, tree: ast.expr, at: int) -> Literals:
        assert isinstance(tree, ast.Constant)
        written = self.written(tree)
        if isinstance(tree.value, str) and re.fullmatch(r"'[^']*'|\"[^\"]*\"", written):
            return Text(tree.value, at)
        if isinstance(tree.value, int | float) and re.fullmatch(
            r"(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?", written
        ):
            return Number(self._finite(tree, tree.value), at)
        if isinstance(tree.value, str):
            raise self.fault(
                tree, f"`{written}` is not a single plain text", "write one text in one pair of quotes."
            )
        raise self.fault(
            tree, f"`{written}` is not a number here", "write a plain number such as 70, 0.4 or 1e6."
        )

    def _finite(self, tree: ast.expr, value: float) -> int | float:
        if value <= 2**53 or (isinstance(value, float) and math.isfinite(value)):
            return value
        raise self.fault(
            tree,
            "the number is too large to be exact",
            "write a number below 9007199254740992, or with an exponent: 1e20.",
        )

    def _name(self, tree: ast.expr, at: int) -> Node:
        assert isinstance(tree, ast.Name)
        if tree.id in ("true", "false"):
            return Truth(tree.id == "true", at)
        written = self.written(tree)
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", written):
            raise self.fault(
                tree,
                f"`{written}` is not a name",
                "a name has letters a-z, digits and underscores, and starts with a letter.",
            )
        return Name(tree.id, at)

    def _bool(self, tree: ast.expr, at: int) -> Node:
        assert isinstance(tree, ast.BoolOp)
        parts = tuple(self.node(part) for part in tree.values)
        return And(parts, at) if isinstance(tree.op, ast.And) else Or(parts, at)

    def _unary(self, tree: ast.expr, at: int) -> Node:
        assert isinstance(tree, ast.UnaryOp)
        if isinstance(tree.op, ast.Not):
            return Not(self.node(tree.operand), at)
        if isinstance(tree.op, ast.USub):
            value = self.node(tree.operand)
            return Number(-value.value, at) if isinstance(value, Number) else Negative(value, at)
        raise self.fault(tree, "a leading `+` does nothing", "leave it out.")

    def _binary(self, tree: ast.expr, at: int) -> Node:
        assert isinstance(tree, ast.BinOp)
        sign = ARITHMETIC.get(type(tree.op))
        if sign is None:
            raise self.fault(tree, "this operator is not part of the language", "use + - * /.")
        return Arithmetic(sign, self.node(tree.left), self.node(tree.right), at)

    def _compare(self, tree: ast.expr, at: int) -> Node:
        assert isinstance(tree, ast.Compare)
        if any(isinstance(op, ast.In | ast.NotIn) for op in tree.ops):
            if len(tree.ops) > 1:
                raise self.fault(
                    tree, "`in` cannot be chained with another comparison", "put one of them in parentheses."
                )
            return self._membership(tree, at)
        sides = [self.node(side) for side in (tree.left, *tree.comparators)]
        signs = [COMPARISONS[type(op)] for op in tree.ops]
        inside = (inner for middle in tree.comparators[:-1] for inner in ast.walk(middle))
        if any(isinstance(inner, ast.Compare) and len(inner.ops) > 1 for inner in inside):
            given = "a chain of comparisons stands in the middle of another"
            raise self.fault(tree, given, "write it in steps: a < b and b < c.")
        steps = tuple(Comparison(sign, sides[i], sides[i + 1], at) for i, sign in enumerate(signs))
        return steps[0] if len(steps) == 1 else And(steps, at)

    def _membership(self, tree: ast.Compare, at: int) -> Node:
        listed = tree.comparators[0]
        if not isinstance(listed, ast.List) or not listed.elts:
            raise self.fault(
                listed,
                "`in` is followed by a list of values",
                "write the values in square brackets: sex in ['male', 'female'].",
            )
        values = tuple(self._literal(value) for value in listed.elts)
        return Membership(self.node(tree.left), values, isinstance(tree.ops[0], ast.NotIn), at)

    def _literal(self, tree: ast.expr) -> Literals:
        value = self.node(tree)
        if isinstance(value, Number | Text | Truth):
            return value
        fix = (
            f"put it in quotes: '{value.name}'."
            if isinstance(value, Name)
            else "write numbers or quoted texts."
        )
        raise self.fault(tree, "a list holds plain values only", fix)

    def _call(self, tree: ast.expr, at: int) -> Node:
        assert isinstance(tree, ast.Call)
        name = tree.func.id if isinstance(tree.func, ast.Name) else ""
        if name not in self.functions:
            raise self._unknown_function(tree, name)
        if name == "cut":
            return self._cut(tree, at)
        function = self.functions[name]
        count = len(tree.args)
        if tree.keywords or count < function.least or (function.most is not None and count > function.most):
            given = f"`{name}` is given {count + len(tree.keywords)} value(s)"
            raise self.fault(tree, given, f"write {function.usage}.", code="expression-function")
        return Call(name, tuple(self.node(argument) for argument in tree.args), at)

    def _unknown_function(self, tree: ast.Call, name: str) -> ExpressionError:
        allowed = f"the functions are {', '.join(self.functions)}."
        meant = ELSEWHERE.get(name.lower(), "")
        if meant in self.functions:
            fix = f"write {self.functions[meant].usage}."
        elif name:
            fix = did_you_mean(name, list(self.functions))
        else:
            fix = "put the function's name before the parenthesis, or an operator such as `*`."
        given = (
            f"there is no function `{name}`"
            if name
            else "a parenthesis follows something that is not a function"
        )
        return self.fault(tree, given, fix, allowed=allowed, code="expression-function")

    def _cut(self, tree: ast.Call, at: int) -> Cut:
        usage = f"write {FUNCTIONS['cut'].usage}."
        sides = {keyword.arg: keyword.value for keyword in tree.keywords}
        if len(tree.args) != 3 or set(sides) != {"side"}:
            given = "`cut` takes a value, cut-points, labels and the side of a value equal to a cut-point"
            raise self.fault(tree, given, usage, code="expression-function")
        side = sides["side"]
        if not (isinstance(side, ast.Constant) and side.value in ("right", "left")):
            allowed = "side='right': a class includes its upper cut-point; side='left': its lower one."
            raise self.fault(
                side,
                "the side of a cut-point is not said",
                usage,
                allowed=allowed,
                code="expression-function",
            )
        value, listed_points, listed_labels = tree.args
        points = self._listed(listed_points, Number, usage)
        labels = self._listed(listed_labels, Text, usage)
        numbers = tuple(point.value for point in points if isinstance(point, Number))
        texts = tuple(label.value for label in labels if isinstance(label, Text))
        if any(low >= high for low, high in itertools.pairwise(numbers)):
            raise self.fault(
                listed_points,
                "the cut-points do not increase",
                "write them from low to high, each once.",
                code="expression-function",
            )
        if len(texts) != len(numbers) + 1 or len(set(texts)) != len(texts):
            given = (
                f"{len(numbers)} cut-points make {len(numbers) + 1} classes; {len(texts)} labels are given"
            )
            if len(set(texts)) != len(texts):
                given = "two classes have the same label"
            raise self.fault(
                listed_labels, given, "give each class one label of its own.", code="expression-function"
            )
        kept: Side = "right" if side.value == "right" else "left"
        return Cut(self.node(value), numbers, texts, kept, at)

    def _listed(self, tree: ast.expr, kind: type[Number] | type[Text], usage: str) -> tuple[Literals, ...]:
        values = tuple(self._literal(one) for one in tree.elts) if isinstance(tree, ast.List) else ()
        if not values or not all(isinstance(value, kind) for value in values):
            what = "numbers" if kind is Number else "texts"
            raise self.fault(tree, f"a list of {what} is expected here", usage, code="expression-function")
        return values
