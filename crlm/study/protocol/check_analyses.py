"""Checks of the tables: characteristics of groups, and what was measured twice."""

from __future__ import annotations

from crlm.dictionary.variables import Variable
from crlm.dictionary.wording import with_article
from crlm.study.protocol.check_outcomes import check_scope, compared_variable, of_base_unit
from crlm.study.protocol.checking import Checking, quoted
from crlm.study.protocol.model import Baseline, PairedRow, Row

NUMBER_TESTS = ("t", "welch", "anova", "mann-whitney", "kruskal-wallis", "none")
CATEGORY_TESTS = ("fisher", "chi-square", "none")
NUMBER_SUMMARIES = ("mean_sd", "median_iqr", "median_range")
FOR_SEVERAL_GROUPS = {"t": "anova", "welch": "anova", "mann-whitney": "kruskal-wallis"}
"""The test of two groups, and its counterpart for three or more."""

Key = tuple[str | int, ...]


def check_baselines(checking: Checking) -> None:
    """Rows exist, and are summarised and tested in ways that fit them and the number of groups."""
    for index, table in enumerate(checking.protocol.baseline):
        check_scope(checking, ("baseline", index), table.unit, table.where, table.group)
        compared = _columns_of(checking, table)
        rows = [
            (("baseline", index, "blocks", place, "rows", number), row)
            for place, block in enumerate(table.blocks)
            for number, row in enumerate(block.rows)
        ]
        seen: set[str] = set()
        numbers = 0
        for key, row in rows:
            variable = checking.variable(key, row.variable)
            if row.variable in seen:
                checking.warning(
                    key, "protocol-baseline-twice", f'"{row.variable}" stands in this table before'
                )
            seen.add(row.variable)
            if variable is None:
                continue
            if table.unit != "lesion":
                of_base_unit(checking, key, row.variable)
            numbers += variable.is_numeric and row.test is None
            if compared is not None and variable.name == compared.name:
                given = f'"{variable.name}" makes the groups: its row shows 100 % and 0 %'
                checking.warning(key, "protocol-baseline-comparison", given, "remove the row.")
            _check_row(checking, key, row, variable, table, compared)
        _check_table(checking, ("baseline", index), table, compared, numbers)


def _columns_of(checking: Checking, table: Baseline) -> Variable | None:
    """The variable whose levels are the columns of a table: its own, or the comparison's."""
    if not table.by_group:
        return None
    if table.group is None:
        return compared_variable(checking)
    found = checking.variables.get(table.group)
    return found if found is not None and found.is_categorical else None


def _has_groups(checking: Checking, table: Baseline) -> bool:
    return table.by_group and (table.group is not None or checking.protocol.comparison is not None)


def _check_table(
    checking: Checking, key: Key, table: Baseline, compared: Variable | None, numbers: int
) -> None:
    """The defaults of a table; `numbers` counts the rows that rely on its test of numbers."""
    if not _has_groups(checking, table):
        for name in ("number_test", "category_test"):
            if name in table.model_fields_set and getattr(table, name) != "none":
                _no_groups(checking, (*key, name), f'the test "{getattr(table, name)}"')
        if table.smd:
            _no_groups(checking, (*key, "smd"), "a standardised mean difference")
    elif compared is not None and numbers:
        _check_groups(checking, (*key, "number_test"), table.number_test, len(compared.levels))


def _no_groups(checking: Checking, key: Key, what: str) -> None:
    given = (
        f"{what} compares groups, and the table has none: there is no [comparison], or it is left out here"
    )
    checking.error(key, "protocol-test-without-groups", given, None, "add a [comparison], or remove the key.")


def _check_groups(checking: Checking, key: Key, test: str, groups: int) -> None:
    if groups > 2 and test in FOR_SEVERAL_GROUPS:
        given = f'the test "{test}" compares two groups, and there are {groups}'
        better = FOR_SEVERAL_GROUPS[test]
        checking.error(
            key, "protocol-test-groups", given, '"anova", "kruskal-wallis", "none".', f'write "{better}".'
        )


def _check_row(
    checking: Checking, key: Key, row: Row, variable: Variable, table: Baseline, compared: Variable | None
) -> None:
    if not (variable.is_numeric or variable.is_categorical):
        given = f'"{variable.name}" is {with_article(variable.type)}, which a table cannot summarise'
        checking.error(
            key,
            "protocol-baseline-type",
            given,
            "a number, an integer, a category or a yes_no.",
            "remove the row.",
        )
        return
    what = "a number" if variable.is_numeric else f"a {variable.type}"
    summaries, tests = (
        (NUMBER_SUMMARIES, NUMBER_TESTS) if variable.is_numeric else (("count",), CATEGORY_TESTS)
    )
    if row.summary is not None and row.summary not in summaries:
        given = f'"{variable.name}" is {what} and cannot be summarised as "{row.summary}"'
        fix = f'write "{summaries[0]}", or remove the key.'
        checking.error((*key, "summary"), "protocol-baseline-summary", given, quoted(summaries), fix)
    if row.test is None:
        return
    if row.test not in tests:
        given = f'"{variable.name}" is {what} and cannot be compared by the test "{row.test}"'
        checking.error(
            (*key, "test"), "protocol-baseline-test", given, quoted(tests), f'write "{tests[-2]}".'
        )
    elif not _has_groups(checking, table) and row.test != "none":
        _no_groups(checking, (*key, "test"), f'the test "{row.test}"')
    elif compared is not None:
        _check_groups(checking, (*key, "test"), row.test, len(compared.levels))


def check_paired(checking: Checking) -> None:
    """Both variables of a row exist, are of one kind, and are compared by a test for that kind."""
    for index, table in enumerate(checking.protocol.paired):
        check_scope(checking, ("paired", index), table.unit, table.where, None)
        for place, row in enumerate(table.rows):
            _check_pair(checking, ("paired", index, "rows", place), row, lesions=table.unit == "lesion")


def _check_pair(checking: Checking, key: Key, row: PairedRow, *, lesions: bool) -> None:
    found: list[Variable] = []
    for side, name in (("before", row.before), ("after", row.after)):
        variable = checking.variable((*key, side), name) if name is not None else None
        if variable is None:
            continue
        found.append(variable)
        if not lesions:
            of_base_unit(checking, (*key, side), variable.name)
        if not (variable.is_numeric or variable.is_categorical):
            given = f'"{variable.name}" is {with_article(variable.type)}, which a table cannot summarise'
            allowed = "a number, an integer, a category or a yes_no."
            checking.error((*key, side), "protocol-paired-type", given, allowed, "remove the row.")
            return
    if found and row.summary is not None and not found[0].is_numeric:
        given = f'"{found[0].name}" is a {found[0].type} and cannot be summarised as "{row.summary}"'
        fix = "remove the key: levels are counted."
        checking.error((*key, "summary"), "protocol-baseline-summary", given, None, fix)
    if len(found) == 2:
        _check_alike(checking, key, row, *found)


def _check_alike(checking: Checking, key: Key, row: PairedRow, before: Variable, after: Variable) -> None:
    """Two values can be compared when they are numbers in one unit, or levels of one list."""
    if before.is_numeric != after.is_numeric or before.level_names != after.level_names:
        given = f'"{before.name}" and "{after.name}" have not the same values, and a pair is of one kind'
        allowed = "two numbers, or two categories with the same levels."
        checking.error(
            key, "protocol-paired-type", given, allowed, "derive the second from the first's levels."
        )
        return
    if before.is_numeric and before.unit != after.unit:
        given = (
            f'"{before.name}" is in {before.unit or "no unit"}, "{after.name}" in {after.unit or "no unit"}'
        )
        checking.error(
            key, "protocol-paired-type", given, "one unit.", "derive one in the unit of the other."
        )
    fitting = "wilcoxon" if before.is_numeric else "mcnemar"
    two = before.is_numeric or len(before.levels) == 2
    if row.test is not None and row.test != "none" and (row.test != fitting or not two):
        what = "a number" if before.is_numeric else f"a {before.type} with {len(before.levels)} levels"
        given = f'"{before.name}" is {what}, and pairs of it cannot be compared by the test "{row.test}"'
        allowed = quoted((fitting, "none") if two else ("none",))
        fix = f'write "{fitting}".' if two else "derive a yes_no, or remove the test."
        checking.error((*key, "test"), "protocol-paired-test", given, allowed, fix)
