"""The expression language, slow and obvious: one row at a time, three-valued, straight from Python's syntax tree.

It shares no code with `crlm.dictionary.expressions`: neither its parser nor its nodes. None is unknown.
"""

import ast
import datetime
import math
import operator

SIGNS = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def row_by_row(text, rows, variables):
    """The expression's value in each row (a dict by variable name)."""
    tree = ast.parse(text.strip().replace("\n", " "), mode="eval").body
    return [value(tree, row, variables) for row in rows]


def number(x):
    """A float, or None for what is no finite number."""
    if x is None or not math.isfinite(x):
        return None
    return float(x)


def value(tree, row, variables):  # noqa: PLR0911 - one case per kind of node
    match tree:
        case ast.Constant(str() as text):
            return text
        case ast.Constant(constant):
            return number(constant)
        case ast.Name("true" | "false" as word):
            return word == "true"
        case ast.Name(name):
            found = row[name]
            return number(found) if variables[name].type in ("number", "integer") else found
        case ast.UnaryOp(ast.Not(), inside):
            return negation(value(inside, row, variables))
        case ast.UnaryOp(ast.USub(), inside):
            inner = value(inside, row, variables)
            return None if inner is None else -inner
        case ast.BoolOp(ast.And(), parts):
            return conjunction([value(part, row, variables) for part in parts])
        case ast.BoolOp(ast.Or(), parts):
            return negation(conjunction([negation(value(part, row, variables)) for part in parts]))
        case ast.BinOp(left, sign, right):
            return arithmetic(sign, value(left, row, variables), value(right, row, variables))
        case ast.Compare(left, signs, others):
            sides = [left, *others]
            return conjunction(
                [compare(sides[i], sign, sides[i + 1], row, variables) for i, sign in enumerate(signs)]
            )
        case ast.Call(ast.Name(function), arguments, keywords):
            return FUNCTIONS[function](arguments, keywords, row, variables)
    raise AssertionError(ast.dump(tree))


def negation(x):
    return None if x is None else not x


def conjunction(values):
    if any(x is False for x in values):
        return False
    return None if any(x is None for x in values) else True


def arithmetic(sign, left, right):
    if left is None or right is None:
        return None
    if isinstance(left, datetime.date):
        return float((left - right).days)
    if isinstance(sign, ast.Div) and right == 0:
        return None
    try:
        return number(SIGNS[type(sign)](left, right))
    except OverflowError:
        return None


def compare(left, sign, right, row, variables):
    if isinstance(sign, ast.In | ast.NotIn):
        found = [compare(left, ast.Eq(), one, row, variables) for one in right.elts]
        within = negation(conjunction([negation(one) for one in found]))
        return within if isinstance(sign, ast.In) else negation(within)
    first, second = value(left, row, variables), value(right, row, variables)
    if first is None or second is None:
        return None
    first, second = like(first, second), like(second, first)
    if not isinstance(sign, ast.Eq | ast.NotEq) and isinstance(first, str):
        levels = next(
            variables[side.id].level_names
            for side in (left, right)
            if isinstance(side, ast.Name) and variables[side.id].ordered
        )
        first, second = levels.index(first), levels.index(second)
    return SIGNS[type(sign)](first, second)


def like(one, other):
    """A text as the kind of what it is compared with: 'yes' as True, '2020-01-31' as a date."""
    if isinstance(one, str) and isinstance(other, bool):
        return one == "yes"
    if isinstance(one, str) and isinstance(other, datetime.date):
        return datetime.date.fromisoformat(one)
    return one


def _when(arguments, _, row, variables):
    condition, first, *rest = arguments
    met = value(condition, row, variables)
    if met is None or (not met and not rest):
        return None
    return value(first if met else rest[0], row, variables)


def _extreme(choose):
    def extreme(arguments, _, row, variables):
        found = [value(one, row, variables) for one in arguments]
        return None if any(one is None for one in found) else choose(found)

    return extreme


def _between(arguments, _, row, variables):
    subject, low, high = arguments
    return conjunction(
        [compare(subject, ast.GtE(), low, row, variables), compare(subject, ast.LtE(), high, row, variables)]
    )


def _cut(arguments, keywords, row, variables):
    subject, points, labels = arguments
    found = value(subject, row, variables)
    if found is None:
        return None
    includes_upper = keywords[0].value.value == "right"
    for point, label in zip(points.elts, labels.elts, strict=False):
        edge = value(point, row, variables)
        if found < edge or (includes_upper and found == edge):
            return label.value
    return labels.elts[-1].value


def _points(arguments, _, row, variables):
    met = value(arguments[0], row, variables)
    return None if met is None else float(met)


def _absolute(arguments, _, row, variables):
    found = value(arguments[0], row, variables)
    return None if found is None else abs(found)


def _includes(arguments, _, row, variables):
    found = value(arguments[0], row, variables)
    return None if found is None else any(level.value in found for level in arguments[1:])


FUNCTIONS = {
    "includes": _includes,
    "known": lambda arguments, _, row, variables: value(arguments[0], row, variables) is not None,
    "missing": lambda arguments, _, row, variables: value(arguments[0], row, variables) is None,
    "points": _points,
    "abs": _absolute,
    "when": _when,
    "min": _extreme(min),
    "max": _extreme(max),
    "between": _between,
    "cut": _cut,
}
