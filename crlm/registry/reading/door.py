"""The door: from a path to a table, or to a refusal that says what to do."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from crlm.problems import ArgumentError, Place, Problem, did_you_mean
from crlm.registry.reading.delimited import read_delimited
from crlm.registry.reading.parquet import read_parquet
from crlm.registry.reading.spss import read_spss
from crlm.registry.reading.stata import read_stata
from crlm.registry.reading.table import RawTable, ReadOptions, no_rows, refuse
from crlm.registry.reading.workbook import read_workbook

SIZE_LIMIT = 2_000_000_000
"""Larger files are refused before they are read, in bytes: a table of patients is never that large."""

Reader = Callable[[bytes, str, str, str, ReadOptions], RawTable]

READERS: dict[str, Reader] = {
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".tab": read_delimited,
    ".txt": read_delimited,
    ".xlsx": read_workbook,
    ".xlsm": read_workbook,
    ".sav": read_spss,
    ".zsav": read_spss,
    ".dta": read_stata,
    ".parquet": read_parquet,
}
SUPPORTED = tuple(READERS)
"""The extensions of the files that can be read."""

OLDER_WORKBOOKS = (".xls", ".xlsb", ".ods")


def read_table(
    path: Path | str, options: ReadOptions | None = None, *, size_limit: int = SIZE_LIMIT
) -> RawTable:
    """The table in a file: its headers, its cells as they stand, their rows, and the file's SHA-256.

    The extension says the format: text (.csv, .tsv, .tab, .txt), Excel (.xlsx, .xlsm), SPSS (.sav, .zsav),
    Stata (.dta) or Parquet. Nothing is interpreted yet: see `typed_records`. A file that does not exist is an
    ArgumentError; one that cannot be a table of records, or is larger than `size_limit` bytes, a DataError.
    """
    path = Path(path)
    reader = _reader(path)
    data = _bytes(path, size_limit)
    form = path.suffix.lower().lstrip(".")
    return reader(data, path.name, form, hashlib.sha256(data).hexdigest(), options or ReadOptions())


def _reader(path: Path) -> Reader:
    if path.is_dir():
        raise ArgumentError(
            Problem(
                "data-is-a-folder",
                f"{path} is a folder.",
                "one file with one row per patient.",
                "name the file in it.",
                Place(file=path.name),
            )
        )
    if not path.exists():
        beside = path.parent.iterdir() if path.parent.is_dir() else ()
        names = sorted(one.name for one in beside if one.suffix.lower() in READERS)
        raise ArgumentError(
            Problem(
                "data-not-found",
                f"there is no file {path}.",
                "a file that exists.",
                did_you_mean(path.name, names) if names else "check the path.",
                Place(file=path.name),
            )
        )
    extension = path.suffix.lower()
    if extension in READERS:
        return READERS[extension]
    if extension in OLDER_WORKBOOKS:
        raise refuse(
            "format-not-supported",
            f"{extension} workbooks are not read: an error in a cell could not be told from an empty cell.",
            file=path.name,
            allowed=f"{', '.join(SUPPORTED)}.",
            fix='open it and save it as "Excel Workbook (.xlsx)".',
        )
    raise refuse(
        "format-not-supported",
        f'a file "{extension}" is not a known kind of table.' if extension else "the file has no extension.",
        file=path.name,
        allowed=f"{', '.join(SUPPORTED)}.",
        fix="export the table as one of these; text gets the extension .csv.",
    )


def _bytes(path: Path, size_limit: int) -> bytes:
    """The whole file, once: what is hashed is what is read."""
    try:
        size = path.stat().st_size
        if size > size_limit:
            raise refuse(
                "file-too-large",
                f"the file has {size / 1e9:.1f} GB; it was not read.",
                file=path.name,
                allowed=f"up to {size_limit / 1e9:.1f} GB.",
                fix="export only the columns that the protocol names, or save the table as Parquet.",
            )
        data = path.read_bytes()
    except OSError as error:
        raise refuse(
            "file-not-readable",
            f"the file cannot be read: {error.strerror or error}.",
            file=path.name,
            allowed="a file that you may read.",
            fix="check its permissions, and that no other program keeps it locked.",
        ) from None
    if not data:
        raise no_rows(path.name)
    return data
