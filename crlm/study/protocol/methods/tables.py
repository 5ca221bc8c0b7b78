"""How characteristics were summarised and compared: what the tables share once, exceptions by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crlm.dictionary.wording import as_sentence, in_sentence, listed, set_off
from crlm.study.protocol import phrases
from crlm.study.protocol.methods.sharing import gathered, shared
from crlm.study.protocol.model import Baseline, Protocol
from crlm.study.protocol.model import Row as DeclaredRow
from crlm.study.unit_words import words_of


@dataclass(frozen=True)
class _Row:
    """A row: its words, the title of its table, its summary and its test (None: no test)."""

    label: str
    table: str
    compared: bool
    summary: str
    test: str | None


def tables(protocol: Protocol) -> list[str]:
    """The tables of characteristics."""
    declared, variables = protocol.baseline, protocol.variables()
    if not declared:
        return []
    numbers: list[_Row] = []
    categories: list[_Row] = []
    for table in declared:
        for row in (row for block in table.blocks for row in block.rows):
            (numbers if variables[row.variable].is_numeric else categories).append(_row(row, table, protocol))
    many = listed(list(dict.fromkeys(words_of(protocol, table.unit).many for table in declared)), "or")
    found = []
    for what, rows in (("continuous variables", numbers), ("categorical variables", categories)):
        if rows:
            found.append(as_sentence(_summarised(what, rows, many)))
    found += _quartiles(declared, protocol)
    found += _differences(declared, protocol)
    found += _special(declared, protocol)
    found.append("Missing values were counted per group and took no part in summaries and tests")
    return found


def _compared(table: Baseline, protocol: Protocol) -> bool:
    return table.by_group and (protocol.comparison is not None or table.group is not None)


def _row(row: DeclaredRow, table: Baseline, protocol: Protocol) -> _Row:
    variable, compared = protocol.variables()[row.variable], _compared(table, protocol)
    if variable.is_numeric:
        summary, test = row.summary or table.number_summary, row.test or table.number_test
    else:
        summary, test = "count", row.test or table.category_test
    tested = test if compared and test != "none" else None
    return _Row(row.label or variable.label, table.title, compared, summary, tested)


def _summarised(what: str, rows: Sequence[_Row], many: str) -> str:
    """One sentence: the commonest summary and test for all, then each exception with its variables named."""
    summaries = [row.summary for row in rows]
    summary = max(dict.fromkeys(summaries), key=summaries.count)
    usual = [row.test for row in rows if row.summary == summary and row.compared] or [
        row.test for row in rows if row.compared
    ]
    test = max(dict.fromkeys(usual), key=usual.count) if usual else None
    compared = f" and were compared between groups with {phrases.TESTS[test]}" if test is not None else ""
    clauses = [f"{what} are summarised as {phrases.summary(summary, many)}{compared}"]
    ways = dict.fromkeys((row.summary, row.test, row.compared) for row in rows)
    for way in ways:
        ones = [row for row in rows if (row.summary, row.test, row.compared) == way]
        are, were = ("is", "was") if len({row.label for row in ones}) == 1 else ("are", "were")
        said = [] if way[0] == summary else [f"{are} summarised as {phrases.summary(way[0], many)}"]
        if way[2] and way[1] != test:
            tested = phrases.TESTS[way[1]] if way[1] is not None else None
            said.append(f"{were} compared between groups with {tested}" if tested else f"{were} not tested")
        if said:
            clauses.append(f"{_named(ones, rows)} {' and '.join(said)}")
    return "; ".join(clauses)


def _named(ones: Sequence[_Row], rows: Sequence[_Row]) -> str:
    """The variables of some rows; with the table, where another table has the same variable in another way."""
    names = []
    for row in ones:
        elsewhere = any(other.label == row.label and other not in ones for other in rows)
        names.append(f"{row.label} (in “{row.table}”)" if elsewhere else row.label)
    names = list(dict.fromkeys(names))
    return set_off(names[0]) if len(names) == 1 else listed([in_sentence(name) for name in names])


def _quartiles(declared: Sequence[Baseline], protocol: Protocol) -> list[str]:
    variables = protocol.variables()
    ways = [
        (phrases.QUARTILES[table.quartiles], f"“{table.title}”")
        for table in declared
        if any(
            variables[row.variable].is_numeric and (row.summary or table.number_summary) == "median_iqr"
            for block in table.blocks
            for row in block.rows
        )
    ]
    return [f"Quartiles were computed by {shared(ways)}"] if ways else []


def _differences(declared: Sequence[Baseline], protocol: Protocol) -> list[str]:
    """Standardised mean differences, where tables show them."""
    compared = [table for table in declared if _compared(table, protocol)]
    shown = [table for table in compared if table.smd]
    if not shown:
        return []
    groups = len(protocol.variables()[protocol.comparison.variable].levels) if protocol.comparison else 0
    largest = ", the largest over all pairs of groups" if groups > 2 else ""
    where = "" if len(shown) == len(compared) else f" in {_titles([table.title for table in shown])}"
    return [f"Standardised mean differences between the groups are given{where}{largest}"]


def _special(declared: Sequence[Baseline], protocol: Protocol) -> list[str]:
    """What single tables are of, where that is not the whole population or not its groups."""
    variables, said = protocol.variables(), []
    for table in declared:
        many = words_of(protocol, table.unit).many
        clauses = []
        if not table.by_group and protocol.comparison is not None:
            clauses.append("without the groups")
        if table.by_group and table.group:
            clauses.append(f"by {set_off(variables[table.group].label)}")
        if table.unit:
            clauses.append(f"of {many}")
        if clause := phrases.restriction(table.where, many, variables):
            clauses.append(f"of {clause}")
        if clauses:
            said.append((", ".join(clauses), table.title))
    return [
        f"{_titles(titles)} {'is' if len(titles) == 1 else 'are'} {clause}"
        for clause, titles in gathered(said).items()
    ]


def _titles(titles: Sequence[str]) -> str:
    return listed([f"“{title}”" for title in titles])


def paired(protocol: Protocol) -> list[str]:
    """Tables of pairs, each in a sentence."""
    variables = protocol.variables()
    found = []
    for table in protocol.paired:
        tests: dict[str, list[str]] = {}
        for row in table.rows:
            test = phrases.paired_test(row, variables)
            if test is None:
                continue
            words = phrases.PAIRED_TESTS[test]
            if test == "mcnemar":
                words += " with continuity correction" if row.correction else " without continuity correction"
            tests.setdefault(words, []).append(in_sentence(row.label or variables[row.before or ""].label))
        compared = [f"{listed(labels)} with {words}" for words, labels in tests.items()]
        many = words_of(protocol, table.unit).many
        clause = phrases.restriction(table.where, many, variables)
        of = f" ({clause})" if clause else ""
        told = f"In the table “{table.title}”{of}, values of the same {many} at two times are summarised side by side"
        found.append(f"{told}; pairs were compared: {'; '.join(compared)}" if compared else told)
    return found
