"""Databases, read only and in one transaction: SQLite files, and PostgreSQL where psycopg is installed."""

from __future__ import annotations

import datetime
import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import polars as pl

from crlm.dictionary.registry import RegistryDictionary
from crlm.problems import ArgumentError, DataError, Place, Problem
from crlm.registry.importing.declared import Declared
from crlm.registry.importing.issues import of_problem
from crlm.registry.importing.mapped_sources import collect
from crlm.registry.importing.mapping import TableSource
from crlm.registry.importing.mapping_file import LoadedMapping
from crlm.registry.importing.sources import Collected, Progress, unknown_table
from crlm.registry.reading import RawColumn, RawTable

SQLITE_FILES = (".sqlite", ".sqlite3", ".db")
MAGIC = b"SQLite format 3\0"
POSTGRES = ("postgresql://", "postgres://")

Query = Callable[[str], tuple[list[str], list[Sequence[Any]]]]
"""Runs a SELECT; gives the names of columns, and the rows."""


def is_database(path: str) -> bool:
    """Whether a path or URL is a database."""
    return path.startswith(POSTGRES) or Path(path).suffix.lower() in SQLITE_FILES


def database_name(path: str) -> str:
    """What a database is called in reports: never with a user, a password or a machine."""
    if path.startswith(POSTGRES):
        return urlsplit(path).path.strip("/") or "postgresql"
    return Path(path).name


def read_database(
    path: str, loaded: LoadedMapping | None, dictionary: RegistryDictionary, progress: Progress
) -> Collected:
    """The tables of a database by their names, or as a mapping's `sql` finds them; nothing is written to it."""
    reader = _postgres if path.startswith(POSTGRES) else _sqlite
    found = Collected()
    with closing(reader(path)) as database:
        names = database.names()

        def fetch(table: str, sql: str) -> RawTable | None:
            progress(f"Reading {table}")
            try:
                raw = _raw(database.query, database_name(path), database.form, table, sql)
            except DataError as error:
                found.issues += [of_problem(problem, table) for problem in error.problems]
                found.unread.add(table)
                return None
            found.add_file(raw, table)
            return raw if raw.height else None

        if loaded is not None:

            def fetch_source(source: TableSource) -> RawTable | None:
                wanted = (source.sql or source.name).strip().rstrip(";")
                sql = (
                    wanted
                    if wanted.lower().startswith(("select", "with"))
                    else f"SELECT * FROM {_quoted(wanted)}"
                )
                return fetch(source.name, sql)

            collect(found, loaded, dictionary, fetch_source)
            return found
        for name in names:
            if name not in dictionary.by_name:
                found.issues.append(unknown_table(name, database_name(path), names, dictionary, "table"))
        for table in dictionary.tables:
            if (
                table.name in names
                and (raw := fetch(table.name, f"SELECT * FROM {_quoted(table.name)}")) is not None
            ):
                found.add(Declared(table.name, raw))
    return found


def _quoted(name: str) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in name.split("."))


class _SQLite:
    form = "sqlite"

    def __init__(self, path: str) -> None:
        file = Path(path)
        try:
            with file.open("rb") as opened:
                if opened.read(16) != MAGIC:
                    raise _refused(file.name, "this is not an SQLite database, whatever its extension says.")
            self._connection = sqlite3.connect(
                f"{file.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None
            )
            self._connection.execute("PRAGMA query_only = ON")
            self._connection.execute("BEGIN")
            self._name = file.name
        except (sqlite3.Error, OSError) as error:
            raise _refused(file.name, f"the database cannot be opened: {error}.") from None

    def names(self) -> list[str]:
        sql = (
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' "
            "ORDER BY name"
        )
        return [str(row[0]) for row in self.query(sql)[1]]

    def query(self, sql: str) -> tuple[list[str], list[Sequence[Any]]]:
        try:
            cursor = self._connection.execute(sql)
            rows: list[Sequence[Any]] = cursor.fetchall()
        except (sqlite3.Error, sqlite3.Warning, UnicodeDecodeError, OverflowError) as error:
            raise _refused(self._name, f"the database answers: {error}.") from None
        return [str(one[0]) for one in cursor.description or ()], rows

    def close(self) -> None:
        self._connection.close()


class _Postgres:
    form = "postgresql"

    def __init__(self, url: str) -> None:
        try:
            import psycopg  # type: ignore[import-not-found,unused-ignore]
        except ImportError:
            raise ArgumentError(
                Problem(
                    "postgresql-not-installed",
                    "a PostgreSQL database is read with psycopg, which is not installed.",
                    "crlm with its extra postgres.",
                    "pip install 'crlm[postgres]'",
                )
            ) from None
        self._name = database_name(url)
        self._error: type[Exception] = psycopg.Error
        try:
            self._connection = psycopg.connect(url, connect_timeout=10)
            self._connection.read_only = True
            self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        except psycopg.Error as error:
            # its message may hold the user and the machine, which are the user's own; the password is never in it
            raise _refused(self._name, f"the database cannot be reached: {_first_line(error)}.") from None

    def names(self) -> list[str]:
        sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY 1"
        return [str(row[0]) for row in self.query(sql)[1]]

    def query(self, sql: str) -> tuple[list[str], list[Sequence[Any]]]:
        try:
            cursor = self._connection.execute(sql)
            rows: list[Sequence[Any]] = cursor.fetchall()
        except self._error as error:
            raise _refused(self._name, f"the database answers: {_first_line(error)}.") from None
        return [one.name for one in cursor.description or ()], rows

    def close(self) -> None:
        self._connection.close()


def _sqlite(path: str) -> _SQLite:
    return _SQLite(path)


def _postgres(path: str) -> _Postgres:
    return _Postgres(path)


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0]


def _refused(name: str, given: str) -> DataError:
    return DataError(
        Problem(
            "database-not-readable",
            given,
            "a database that you may read.",
            "check the path or URL, and the SELECT of the mapping.",
            Place(file=name),
        )
    )


def _raw(query: Query, name: str, form: str, table: str, sql: str) -> RawTable:
    """The rows of a query as text, in the order of all columns: a database has no order of its own."""
    headers, rows = query(sql)
    cells = [[_text(cell, name, table) for cell in row] for row in rows]
    cells.sort(key=lambda row: [(cell is not None, cell or "") for cell in row])
    digest = hashlib.sha256(repr([headers, cells]).encode("utf-8", "surrogatepass")).hexdigest()
    columns = tuple(
        RawColumn(header.strip(), header, pl.Series(header, [row[place] for row in cells], dtype=pl.String))
        for place, header in enumerate(headers)
    )
    rows_ = pl.Series("row", range(2, len(cells) + 2), dtype=pl.Int64)
    return RawTable(name, form, digest, columns, rows_, decimal=".", sheet=table)


def _text(cell: Any, name: str, table: str) -> str | None:
    """A database's value as a CSV file would hold it."""
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, list | tuple):
        return ";".join(str(one) for one in cell) or ";"
    if isinstance(cell, str | int | float | Decimal | datetime.date):
        return str(cell)
    if isinstance(cell, bytes):
        raise _refused(name, f"{table} holds binary values, which are no variable of a registry.")
    return str(cell)
