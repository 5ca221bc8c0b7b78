"""Keys and links: every row is told apart, and what it belongs to is there."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from crlm.dictionary.records import ROW
from crlm.dictionary.registry import RegistryDictionary, Table
from crlm.dictionary.wording import counted
from crlm.registry.importing.issues import Issue

MOST_LISTED = 20
"""So many repeated keys or orphans of a table are named; the rest is counted."""


def key_issues(table: Table, frame: pl.DataFrame) -> list[Issue]:
    """Rows without a key, and keys of several rows; all structural."""
    key, issues = list(table.key), []
    if not frame.height:
        return []
    for name in key:
        missing = frame[name].is_null()
        if missing.any():
            issues.append(
                Issue(
                    "key-missing",
                    "error",
                    f"no {name}: it tells the rows of {table.name} apart.",
                    table.name,
                    name,
                    rows=frame[ROW].filter(missing),
                    allowed=f"{', '.join(key)} in every row.",
                    fix="complete or remove these rows.",
                    structural=True,
                )
            )
    if not _may_repeat(frame, key):
        return issues
    known = frame.select(ROW, *key).drop_nulls(key)
    twice = known.select(key).is_duplicated()
    if twice.any():
        grouped = known.filter(twice).group_by(key, maintain_order=True).agg(ROW)
        issues += _listed(
            grouped,
            key,
            "key-repeated",
            table,
            key[-1],
            "{value} stands in {count} rows of " + table.name + ".",
            f"one row per {', '.join(key)}.",
            "keep one of them, or give each its own.",
        )
    return issues


def _may_repeat(frame: pl.DataFrame, key: list[str]) -> bool:
    """Whether two rows that follow each other have the same key, or rows are not in the order of their keys."""
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift() for name in key)
    return bool(frame.select(same.any()).item()) or not frame[key[0]].is_sorted()


def link_issues(
    dictionary: RegistryDictionary, frames: Mapping[str, pl.DataFrame], unread: Collection[str]
) -> list[Issue]:
    """Rows that name a row of another table which is not there, or name none where they must.

    Tables of `unread` could not be read: whether their rows are there is not known.
    """
    issues: list[Issue] = []
    for table in dictionary.tables:
        frame = frames[table.name]
        if not frame.height:
            continue
        for link in table.links:
            column = frame[link.column]
            if link.required and link.column not in table.key and column.null_count():
                issues.append(
                    Issue(
                        "link-missing",
                        "error",
                        f"no {link.column}: every row of {table.name} belongs to a row of {link.table}.",
                        table.name,
                        link.column,
                        rows=frame[ROW].filter(column.is_null()),
                        allowed=f"the {link.column} of a row of {link.table}.",
                        fix="complete or remove these rows.",
                        structural=True,
                    )
                )
            if link.table in unread:
                continue
            parent = dictionary.table(link.table)
            known = frames[link.table][parent.key[0]]
            orphan = column.is_not_null() & ~column.is_in(known.implode())
            if orphan.any():
                grouped = frame.filter(orphan).group_by(link.column, maintain_order=True).agg(ROW)
                issues += _listed(
                    grouped,
                    [link.column],
                    "link-orphan",
                    table,
                    link.column,
                    "{value} is no row of " + link.table + ", and {count} of " + table.name + " name it.",
                    f"a {link.column} that stands in {link.table}.",
                    f"add the row to {link.table}, or correct the cell.",
                )
    return issues


def _listed(
    grouped: pl.DataFrame,
    key: list[str],
    rule: str,
    table: Table,
    column: str,
    sentence: str,
    allowed: str,
    fix: str,
) -> list[Issue]:
    issues = []
    for *values, rows in grouped.head(MOST_LISTED).iter_rows():
        count = counted(len(rows), "row") if "name it" in sentence else str(len(rows))
        words = sentence.format(value=" with ".join(f'"{one}"' for one in values), count=count)
        if len(rows) == 1:
            words = words.replace("name it.", "names it.")
        where = pl.Series("row", rows, dtype=pl.Int64)
        issues.append(
            Issue(
                rule,
                "error",
                words,
                table.name,
                column,
                rows=where,
                allowed=allowed,
                fix=fix,
                structural=True,
            )
        )
    if grouped.height > MOST_LISTED:
        rest = grouped.slice(MOST_LISTED)[ROW].explode()
        words = (
            f"{counted(grouped.height - MOST_LISTED, 'more value')} of {', '.join(key)} with the same fault."
        )
        issues.append(
            Issue(
                rule, "error", words, table.name, column, rows=rest, allowed=allowed, fix=fix, structural=True
            )
        )
    return issues
