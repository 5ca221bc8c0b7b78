"""The door for registries: from a path or URL to a checked registry, or to every reason why not."""

from __future__ import annotations

from pathlib import Path

from crlm.dictionary.records import Registry
from crlm.dictionary.registry import registry_dictionary
from crlm.problems import ArgumentError, DataError, Place, Problem
from crlm.registry.importing.checked import Checked, checked_registry, refuse_errors
from crlm.registry.importing.sources import WORKBOOKS, Collected, Progress, read_by_name
from crlm.registry.reading import ReadOptions


def silent(doing: str) -> None:
    """Progress that nobody sees."""


def read_registry(
    path: Path | str,
    mapping: Path | str | None = None,
    *,
    accept_errors: bool = False,
    progress: Progress = silent,
) -> Registry:
    """The registry in a source, typed and checked; a DataError carries every error.

    `path`: a folder of CSV, Parquet, SPSS or Stata files named after the dictionary's tables, a workbook with a sheet
    per table. Missing values have their reasons; a variable or table that the source lacks is missing with the reason
    "not in the source". Tables are sorted by key, so the order of rows and files never matters; ROW is the row in the
    source's file.
    """
    checked = check_registry(path, mapping, progress=progress)
    refuse_errors(checked, accept_errors=accept_errors)
    return checked.registry


def check_registry(
    path: Path | str, mapping: Path | str | None = None, *, progress: Progress = silent
) -> Checked:
    """The same as a dry run: nothing is refused that can be read at all, everything is told."""
    path = Path(path)
    dictionary = registry_dictionary()
    if not path.exists():
        raise ArgumentError(_not_found(path))
    if not path.is_dir() and path.suffix.lower() not in WORKBOOKS:
        raise DataError(_no_registry(path))
    found: Collected = read_by_name(path, dictionary, ReadOptions(), progress)
    form = "folder" if path.is_dir() else path.suffix.lower().lstrip(".")
    return checked_registry(path.name, form, found, dictionary, progress)


def _not_found(path: Path) -> Problem:
    return Problem(
        "data-not-found",
        f"there is no file or folder {path}.",
        "a folder, workbook or database that exists.",
        "check the path.",
        Place(file=path.name),
    )


def _no_registry(path: Path) -> Problem:
    return Problem(
        "registry-not-recognised",
        "one file of this kind is not a registry.",
        "a folder with a file per table, a workbook with a sheet per table, a database, or a snapshot.",
        "put the tables into a folder, or say in a mapping which columns belong to which table.",
        Place(file=path.name),
    )
