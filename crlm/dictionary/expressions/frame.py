"""An expression over a whole table: each part becomes one column, computed once, with unknown as null.
Columns are computed eagerly and not composed into one lazy polars expression: conditions and limits are
needed twice (is it known? what is it?), and a composed expression would double with each level of nesting.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from crlm.dictionary.expressions.parse import parse
from crlm.dictionary.expressions.syntax import (
    And,
    Arithmetic,
    Call,
    Comparison,
    Cut,
    Expr,
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
    names,
)
from crlm.dictionary.expressions.types import Kind, Kinds, check, iso_date, kind_of_variable
from crlm.dictionary.variables import Variable

SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
}  # fmt: skip
DATATYPES: dict[str, type[pl.DataType] | pl.DataType] = {
    "boolean": pl.Boolean,
    "number": pl.Float64,
    "category": pl.String,
    "several": pl.List(pl.String),
    "text": pl.String,
    "date": pl.Date,
}


def datatype(kind: Kind) -> type[pl.DataType] | pl.DataType:
    """How a result is stored: Boolean, Float64 (Int64 when whole), String, List(String) or Date."""
    return pl.Int64 if kind.whole else DATATYPES[kind.type]


def evaluate(frame: pl.DataFrame, text: str, variables: Mapping[str, Variable]) -> pl.Series:
    """The values of an expression for each row of a typed frame, null where unknown, named "expression".
    Boolean for a condition, Int64 for whole numbers, Float64 for other numbers, String (level names) for a
    category, Date for a date. Three-valued (Kleene): unknown decides nothing, but `false and unknown` is
    false. A division by zero and whatever leaves the range of numbers is unknown; NaN and infinity never
    appear. An ExpressionError says what the text or the variables do not allow.
    """
    expr = parse(text)
    check(expr, variables)
    return _values(expr, variables, {name: frame[name] for name in sorted(names(expr))}, frame.height)


def to_polars(expr: Expr, variables: Mapping[str, Variable]) -> pl.Expr:
    """The expression as a polars expression over a typed frame: checked first, same values as `evaluate`."""
    kind = check(expr, variables)
    used = sorted(names(expr))
    if not used:
        return pl.lit(_values(expr, variables, {}, 1)[0], dtype=datatype(kind))

    def compute(columns: Any) -> pl.Series:
        return _values(expr, variables, dict(zip(used, columns, strict=True)), len(columns[0]))

    return pl.map_batches(
        [pl.col(name) for name in used], compute, return_dtype=datatype(kind), is_elementwise=True
    )


def _values(
    expr: Expr, variables: Mapping[str, Variable], columns: Mapping[str, pl.Series], height: int
) -> pl.Series:
    columns_of = _Columns(variables, columns, height)
    values = columns_of.of(expr.root)
    kind = columns_of.kind(expr.root)
    return values.cast(datatype(kind), strict=False).alias("expression")


def _where(mask: pl.Series, value: pl.Series, otherwise: pl.Series | None = None) -> pl.Series:
    """`value` where the mask is true, `otherwise` (or null) where it is false or null."""
    chosen = pl.when(mask).then(value)
    return pl.select(chosen if otherwise is None else chosen.otherwise(otherwise)).to_series()


def _finite(values: pl.Series) -> pl.Series:
    finite = values.is_finite()
    return values if finite.all() else _where(finite, values)


class _Columns:
    """The column of values of each node; numbers are Float64 throughout."""

    def __init__(
        self, variables: Mapping[str, Variable], columns: Mapping[str, pl.Series], height: int
    ) -> None:
        self.columns = columns
        self.variables = variables
        self.height = height
        self.kinds = Kinds(variables)
        self._computed: dict[int, pl.Series] = {}

    def kind(self, node: Node) -> Kind:
        kind = self.kinds.of(node)
        if kind is None:  # pragma: no cover - `check` has run
            raise AssertionError("an unchecked expression reached evaluation")
        return kind

    def same(self, value: Any, dtype: type[pl.DataType]) -> pl.Series:
        """One value for every row."""
        return pl.repeat(value, self.height, dtype=dtype, eager=True)

    def of(self, node: Node) -> pl.Series:
        if id(node) not in self._computed:
            self._computed[id(node)] = self._compute(node)
        return self._computed[id(node)]

    def _compute(self, node: Node) -> pl.Series:
        match node:
            case Number(value):
                return self.same(float(value), pl.Float64)
            case Text(value):
                return self.same(value, pl.String)
            case Truth(value):
                return self.same(value, pl.Boolean)
            case Name(name):
                return self._variable(name)
            case Call():
                return self._call(node)
            case Cut():
                return self._cut(node)
            case _:
                return self._of_operator(node)

    def _of_operator(self, node: Node) -> pl.Series:
        match node:
            case Negative(value):
                return -self.of(value)
            case Arithmetic():
                return self._arithmetic(node)
            case Comparison(sign, left, right):
                return self._compared(sign, left, right)
            case Membership():
                return self._member(node)
            case Not(value):
                return ~self.of(value)
            case And(parts):
                return functools.reduce(operator.and_, map(self.of, parts))
            case Or(parts):
                return functools.reduce(operator.or_, map(self.of, parts))
            case _:  # pragma: no cover - `_compute` has the rest
                raise AssertionError(node)

    def _variable(self, name: str) -> pl.Series:
        kind = kind_of_variable(self.variables[name])
        values = self.columns[name].cast(DATATYPES[kind.type])
        return _finite(values) if kind.type == "number" else values

    def _arithmetic(self, node: Arithmetic) -> pl.Series:
        left, right = self.of(node.left), self.of(node.right)
        if self.kind(node.left).type == "date":
            return (left - right).dt.total_days().cast(pl.Float64)
        return _finite(SIGNS[node.sign](left, right))

    def _beside(self, literal: Node, kind: Kind) -> pl.Series:
        """A literal as the kind beside it has it: 'yes' is true beside a yes/no, an ISO date a date."""
        if isinstance(literal, Text) and kind.type == "boolean":
            return self.same(literal.value == "yes", pl.Boolean)
        if isinstance(literal, Text) and kind.type == "date":
            return self.same(iso_date(literal.value), pl.Date)
        return self.of(literal)

    def _compared(self, sign: str, left: Node, right: Node) -> pl.Series:
        kinds = self.kind(left), self.kind(right)
        first, second = self._beside(left, kinds[1]), self._beside(right, kinds[0])
        if sign not in ("==", "!=") and kinds[0].type == kinds[1].type == "category":
            levels = next(kind.levels for kind in kinds if kind.ordered)
            order = {level: index for index, level in enumerate(levels)}
            first, second = (
                one.replace_strict(order, default=None, return_dtype=pl.Int64) for one in (first, second)
            )
        return SIGNS[sign](first, second)  # type: ignore[no-any-return]

    def _member(self, node: Membership) -> pl.Series:
        subject, kind = self.of(node.subject), self.kind(node.subject)
        values: list[Literals] = list(node.values)
        found = functools.reduce(operator.or_, (subject == self._beside(value, kind) for value in values))
        return ~found if node.negated else found

    def _cut(self, node: Cut) -> pl.Series:
        values = self.of(node.value)
        chosen = self.same(node.labels[-1], pl.String)
        for point, label in reversed(list(zip(node.points, node.labels, strict=False))):
            below = values <= point if node.side == "right" else values < point
            chosen = _where(below, self.same(label, pl.String), chosen)
        return _where(values.is_not_null(), chosen)

    def _call(self, node: Call) -> pl.Series:
        match node.function, node.arguments:
            case "known", (value,):
                return self.of(value).is_not_null()
            case "missing", (value,):
                return self.of(value).is_null()
            case "points", (condition,):
                return self.of(condition).cast(pl.Float64)
            case "abs", (value,):
                return self.of(value).abs()
            case "includes", (value, *levels):
                return self._includes(self.of(value), levels)
            case "between", (value, low, high):
                return self._compared(">=", value, low) & self._compared("<=", value, high)
            case "when", (condition, value, *otherwise):
                return self._chosen(condition, value, *otherwise)
            case function, arguments:
                return self._extreme(function, arguments)

    def _includes(self, values: pl.Series, levels: Sequence[Node]) -> pl.Series:
        """Whether any of the levels is among the values; unknown where the list is."""
        wanted = [level.value for level in levels if isinstance(level, Text)]
        return functools.reduce(operator.or_, (values.list.contains(level) for level in wanted))

    def _chosen(self, condition: Node, value: Node, otherwise: Node | None = None) -> pl.Series:
        if otherwise is None:
            return _where(self.of(condition), self.of(value))
        kinds = self.kind(value), self.kind(otherwise)
        met = self.of(condition)
        chosen = _where(met, self._beside(value, kinds[1]), self._beside(otherwise, kinds[0]))
        return _where(met.is_not_null(), chosen)

    def _extreme(self, function: str, arguments: tuple[Node, ...]) -> pl.Series:
        columns = [self.of(argument) for argument in arguments]
        further = operator.lt if function == "min" else operator.gt
        chosen = columns[0]
        for column in columns[1:]:
            both = chosen.is_not_null() & column.is_not_null()
            chosen = _where(both, _where(further(column, chosen), column, chosen))
        return chosen
