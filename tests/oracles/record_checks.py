"""Checks across tables, slow and obvious: one row at a time, following keys through lists of dicts.

It shares no code with `crlm.dictionary.registry`; what is left after dotted names and aggregates have been given
their values is the language, and `tests.oracles.expressions` says what that means. None is unknown.
"""

import ast

from tests.oracles.expressions import value

AGGREGATES = ("count", "any", "every", "lowest", "highest", "distinct")


def holds(check, world, dictionary):
    """Whether the check holds, for each row of its table: True, False or None."""
    tree = ast.parse(" ".join(check.expect.split()), mode="eval").body
    return [_value(tree, row, check.table, world, dictionary) for row in world[check.table]]


def _value(tree, row, table, world, dictionary):
    known = dict(row)
    variables = dict(dictionary.table(table).by_name)
    replaced = _Replace(row, table, world, dictionary, known, variables).visit(
        ast.fix_missing_locations(_copy(tree))
    )
    return value(replaced, known, variables)


def _copy(tree):
    return ast.parse(ast.unparse(tree), mode="eval").body


class _Replace(ast.NodeTransformer):
    def __init__(self, row, table, world, dictionary, known, variables):
        self.row, self.table, self.world, self.dictionary = row, table, world, dictionary
        self.known, self.variables = known, variables

    def put(self, found, variable):
        name = f"given_{len(self.known)}"
        self.known[name], self.variables[name] = found, variable
        return ast.Name(name)

    def visit_Attribute(self, node):
        *path, column = ast.unparse(node).split(".")
        parent, table = follow(self.row, self.table, path, self.world, self.dictionary)
        found = None if parent is None else parent[column]
        return self.put(found, self.dictionary.table(table).variable(column))

    def visit_Call(self, node):
        if node.func.id not in AGGREGATES:
            return self.generic_visit(node)
        *path, child = ast.unparse(node.args[0]).split(".")
        parent, table = follow(self.row, self.table, path, self.world, self.dictionary)
        if parent is None:
            return self.put(None, _Plain)
        link = self.dictionary.table(child).link_to(table)
        key = self.dictionary.table(table).key[0]
        rows = [
            one for one in self.world[child] if parent[key] is not None and one[link.column] == parent[key]
        ]
        found = aggregate(node.func.id, node.args[1:], rows, child, self.world, self.dictionary)
        return self.put(found, _Plain)


class _Plain:
    type = "other"


def follow(row, table, path, world, dictionary):
    """The row reached by a path, and its table; the row is None where a key is missing or leads nowhere."""
    for step in path:
        if step == "previous":
            row = row and _first(
                world[table],
                lambda one, row=row: (
                    None not in (row["patient_id"], row["episode_number"])
                    and one["patient_id"] == row["patient_id"]
                    and one["episode_number"] == row["episode_number"] - 1
                ),
            )
            continue
        for hop in shortest(table, step, dictionary):
            column, key = dictionary.table(table).link_to(hop).column, dictionary.table(hop).key[0]
            wanted = None if row is None else row[column]
            row = None if wanted is None else _first(world[hop], lambda one, k=key, w=wanted: one[k] == w)
            table = hop
    return row, table


def shortest(table, target, dictionary):
    """Every way up the links, by length and then by the order of declaration; the first."""
    ways = [[table]]
    while not any(way[-1] == target for way in ways):
        ways = [[*way, link.table] for way in ways for link in dictionary.table(way[-1]).links]
    return next(way for way in ways if way[-1] == target)[1:]


def _first(rows, chosen):
    return next((row for row in rows if chosen(row)), None)


def aggregate(function, arguments, rows, child, world, dictionary):
    def of(tree):
        return [_value(tree, row, child, world, dictionary) for row in rows]

    if function == "count":
        chosen = of(arguments[0]) if arguments else [True] * len(rows)
        return None if None in chosen else sum(chosen)
    values = of(arguments[0])
    if function == "any":
        return True if True in values else None if None in values else False
    if function == "every":
        return False if False in values else None if None in values else True
    chosen = of(arguments[1]) if len(arguments) > 1 else [True] * len(rows)
    wanted = [one for one, which in zip(values, chosen, strict=True) if which]
    if None in chosen or None in wanted:
        return None
    if function == "distinct":
        return len(set(wanted))
    return None if not wanted else min(wanted) if function == "lowest" else max(wanted)
