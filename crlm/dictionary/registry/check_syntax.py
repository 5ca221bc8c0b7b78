"""Checks across tables: what `patient.date_of_death` and `any(metastasis, ...)` stand for.

A check is an ordinary expression over the columns of its own table, with two additions. A dotted name is a column of
a row that this row belongs to: `patient.date_of_death`, `systemic_therapy.patient.vital_status`; `previous.column` is
the patient's liver episode before this one. An aggregate is one value for all rows that belong to this row:
`count(metastasis)`, `any(metastasis, fdg_avid)`; what is inside speaks of the other table.

Both are replaced by plain names here, so that the language itself stays as it is.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from crlm.dictionary.expressions import names, parse
from crlm.dictionary.registry.model import RegistryDictionary, Table

AGGREGATES: dict[str, tuple[int, int]] = {
    "count": (1, 2),
    "any": (2, 2),
    "every": (2, 2),
    "lowest": (2, 3),
    "highest": (2, 3),
    "distinct": (2, 3),
}
"""The aggregates, with how many arguments each takes: the table, an expression, and which of its rows."""

PREVIOUS = "previous"


class CheckSyntaxError(ValueError):
    """A check that names a table, column or aggregate which the dictionary does not have."""


@dataclass(frozen=True)
class FromParent:
    """A column of the row reached through a chain of tables."""

    path: tuple[str, ...]
    column: str | Aggregate


@dataclass(frozen=True)
class Aggregate:
    """One value for all rows of a child table that belong to a row."""

    function: str
    child: str
    value: Resolved | None
    where: Resolved | None


@dataclass(frozen=True)
class Resolved:
    """An expression in which every dotted name and aggregate has become a plain name, and what these stand for."""

    text: str
    table: str
    added: tuple[tuple[str, FromParent | Aggregate], ...]


def resolve(text: str, table: str, dictionary: RegistryDictionary) -> Resolved:
    """A check's expression with plain names only; a CheckSyntaxError when a table or a column does not exist."""
    line = " ".join(text.split())
    try:
        tree = ast.parse(line, mode="eval").body
    except SyntaxError as error:
        raise CheckSyntaxError(f"not understood: {line}") from error
    reader = _Reader(line, dictionary.table(table), dictionary)
    reader.visit(tree)
    return Resolved(reader.rewritten(), table, tuple(reader.added.items()))


class _Reader(ast.NodeVisitor):
    """Collects what is to be replaced; the offsets are characters because a check is plain ASCII outside quotes."""

    def __init__(self, line: str, table: Table, dictionary: RegistryDictionary) -> None:
        self.line = line
        self.table = table
        self.dictionary = dictionary
        self.added: dict[str, FromParent | Aggregate] = {}
        self.replaced: list[tuple[int, int, str]] = []

    def rewritten(self) -> str:
        text = self.line
        for start, end, name in sorted(self.replaced, reverse=True):
            text = text[:start] + name + text[end:]
        return text

    def visit_Attribute(self, node: ast.Attribute) -> None:
        *path, column = _dotted(node)
        chain = self._chain(path)
        self._replace(node, FromParent(chain, column), "__".join((*path, column)))
        last = self.dictionary.table(self._last(chain))
        if column not in last.by_name:
            raise CheckSyntaxError(f'table "{last.name}" has no variable {column}')

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in AGGREGATES:
            for argument in node.args:
                self.visit(argument)
            return
        least, most = AGGREGATES[name]
        if not least <= len(node.args) <= most:
            raise CheckSyntaxError(f"{name} takes {least} to {most} arguments: {self.line}")
        *path, child = _dotted(node.args[0])
        chain = self._chain(path) if path else ()
        parent = self._last(chain)
        if child not in self.dictionary.by_name or self.dictionary.table(child).link_to(parent) is None:
            raise CheckSyntaxError(f'no row of "{child}" belongs to a row of "{parent}"')
        aggregate = self._aggregate(name, child, node.args[1:])
        found = FromParent(chain, aggregate) if chain else aggregate
        known = {value: key for key, value in self.added.items()}
        self._replace(node, found, known.get(found, f"{name}_{len(self.added) + 1}"))

    def _aggregate(self, name: str, child: str, arguments: list[ast.expr]) -> Aggregate:
        inner = [
            resolve(ast.get_source_segment(self.line, one) or "", child, self.dictionary) for one in arguments
        ]
        if name == "count":
            return Aggregate(name, child, None, inner[0] if inner else None)
        return Aggregate(name, child, inner[0], inner[1] if len(inner) > 1 else None)

    def _replace(self, node: ast.expr, found: FromParent | Aggregate, name: str) -> None:
        self.added[name] = found
        self.replaced.append((node.col_offset, node.end_col_offset or 0, name))

    def _last(self, chain: tuple[str, ...]) -> str:
        if not chain:
            return self.table.name
        return "crlm_episode" if chain[-1] == PREVIOUS else chain[-1]

    def _chain(self, path: list[str]) -> tuple[str, ...]:
        """Every step of a path, with the tables between filled in."""
        here, steps = self.table.name, []
        for one in path:
            if one == PREVIOUS and here == "crlm_episode":
                steps.append(one)
                continue
            steps += way(here, one, self.dictionary)
            here = one
        return tuple(steps)


def way(table: str, target: str, dictionary: RegistryDictionary) -> tuple[str, ...]:
    """The shortest way up the links from a table to another, the link declared first where two are as short."""
    ways: dict[str, tuple[str, ...]] = {table: ()}
    waiting = [table]
    for here in waiting:
        for link in dictionary.table(here).links:
            if link.table not in ways:
                ways[link.table] = (*ways[here], link.table)
                waiting.append(link.table)
    if target not in ways or target == table:
        raise CheckSyntaxError(f'a row of "{table}" does not belong to a row of "{target}"')
    return ways[target]


def _dotted(node: ast.expr) -> list[str]:
    match node:
        case ast.Name(name):
            return [name]
        case ast.Attribute(inside, name):
            return [*_dotted(inside), name]
        case _:
            raise CheckSyntaxError(f"a name is expected, and this is {ast.unparse(node)}")


def columns_of(check: Resolved) -> frozenset[tuple[str, str]]:
    """Every (table, column) that a check reads, those inside aggregates included."""
    added = dict(check.added)
    found = {(check.table, name) for name in names(parse(check.text)) if name not in added}
    for one in added.values():
        found |= _columns_read(one, check.table)
    return frozenset(found)


def _columns_read(one: FromParent | Aggregate, table: str) -> set[tuple[str, str]]:
    if isinstance(one, FromParent):
        last = next((step for step in reversed(one.path) if step != PREVIOUS), table)
        return {(last, one.column)} if isinstance(one.column, str) else _columns_read(one.column, last)
    inside = [part for part in (one.value, one.where) if part is not None]
    return {column for part in inside for column in columns_of(part)}
