"""The door for registries: from a path or URL to a checked registry, or to every reason why not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from crlm.dictionary.records import Registry
from crlm.dictionary.registry import RegistryDictionary, registry_dictionary
from crlm.problems import ArgumentError, DataError, Place, Problem
from crlm.registry.importing.checked import Checked, checked_registry, refuse_errors
from crlm.registry.importing.database import database_name, is_database, read_database
from crlm.registry.importing.mapped_sources import read_mapped_files
from crlm.registry.importing.mapping_file import LoadedMapping, find_mapping
from crlm.registry.importing.redcap import is_redcap, redcap_tables
from crlm.registry.importing.sources import WORKBOOKS, Collected, Progress, read_by_name
from crlm.registry.reading import ReadOptions, read_table


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
    per table, a REDCap export (CSV), an SQLite file or a postgresql:// URL; with a `mapping` (a file, or the id of a
    shipped one) any file, folder or database that it describes. Missing values have their reasons; a variable or table
    that the source lacks is missing with the reason "not in the source". Tables are sorted by key, so the order of
    rows and files never matters; ROW is the row in the source's file.

    `accept_errors` goes on in spite of errors that leave a registry: cells that are not values are then missing with
    the reason "not a value", and what contradicts the dictionary's checks stays as recorded.
    """
    checked = check_registry(path, mapping, progress=progress)
    refuse_errors(checked, accept_errors=accept_errors)
    return checked.registry


def check_registry(
    path: Path | str, mapping: Path | str | None = None, *, progress: Progress = silent
) -> Checked:
    """The same as a dry run: nothing is refused that can be read at all, everything is told."""
    dictionary = registry_dictionary()
    loaded = find_mapping(mapping, dictionary) if mapping is not None else None
    found, name, form = _collected(str(path), loaded, dictionary, progress)
    synthetic = loaded is not None and loaded.mapping.data.synthetic
    checked = checked_registry(name, form, found, dictionary, progress, synthetic=synthetic)
    return checked if loaded is None else replace(checked, mapping=(loaded.name, loaded.sha256))


def _collected(
    given: str, loaded: LoadedMapping | None, dictionary: RegistryDictionary, progress: Progress
) -> tuple[Collected, str, str]:
    """The source's tables, its name without folders, and its form."""
    path = Path(given)
    if not is_database(given) or not given.startswith("postgres"):
        if not path.exists():
            raise ArgumentError(_not_found(path))
        path = path.absolute()
    if is_database(given) and not path.is_dir():
        form = "postgresql" if given.startswith("postgres") else "sqlite"
        return read_database(given, loaded, dictionary, progress), database_name(given), form
    form = "folder" if path.is_dir() else path.suffix.lower().lstrip(".")
    if loaded is not None:
        return read_mapped_files(path, loaded, dictionary, progress), path.name, form
    if path.is_dir() or path.suffix.lower() in WORKBOOKS:
        return read_by_name(path, dictionary, ReadOptions(), progress), path.name, form
    return _redcap(path, dictionary, progress), path.name, "redcap"


def _redcap(path: Path, dictionary: RegistryDictionary, progress: Progress) -> Collected:
    progress(f"Reading {path.name}")
    raw = read_table(path)
    if not is_redcap(raw):
        raise DataError(_one_table(path))
    found = Collected()
    found.add_file(raw, None)
    declared, issues = redcap_tables(raw, dictionary)
    found.issues += issues
    for one in declared:
        found.add(one)
    return found


def _not_found(path: Path) -> Problem:
    return Problem(
        "data-not-found",
        f"there is no file or folder {path}.",
        "a folder, workbook, database or snapshot that exists.",
        "check the path.",
        Place(file=path.name),
    )


def _one_table(path: Path) -> Problem:
    return Problem(
        "registry-not-recognised",
        "this is one table, and a registry has several.",
        "a folder with a file per table, a workbook with a sheet per table, a REDCap export with "
        "redcap_repeat_instrument, a database, or a snapshot.",
        "say in a mapping which columns belong to which table: --mapping FILE.",
        Place(file=path.name),
    )
