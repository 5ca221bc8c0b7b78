"""Reading the sources that a mapping names: each file or sheet once, whatever number of tables it fills."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crlm.dictionary.registry import RegistryDictionary
from crlm.problems import DataError, Place, Problem, did_you_mean
from crlm.registry.importing.issues import Issue
from crlm.registry.importing.mapped import mapped_table, unread_columns, used_headers
from crlm.registry.importing.mapping import TableSource
from crlm.registry.importing.mapping_file import LoadedMapping
from crlm.registry.importing.sources import (
    WORKBOOKS,
    Collected,
    Progress,
    raw_table,
    sheet_names,
    table_files,
)
from crlm.registry.reading import RawTable, ReadOptions

Fetch = Callable[[TableSource], RawTable | None]


def read_mapped_files(
    path: Path, loaded: LoadedMapping, dictionary: RegistryDictionary, progress: Progress
) -> Collected:
    """The tables that a mapping finds in a file, a workbook or the files of a folder."""
    found = Collected()
    read: dict[tuple[Path, str | None, int], RawTable | None] = {}

    def fetch(source: TableSource) -> RawTable | None:
        file, sheet = _file(path, source), source.sheet
        if sheet is None and file.suffix.lower() in WORKBOOKS and source.name in sheet_names(file):
            sheet = source.name
        header_row = source.header_row or loaded.mapping.data.header_row
        key = (file, sheet, header_row)
        if key not in read:
            progress(f"Reading {file.name}{f', sheet {sheet}' if sheet else ''}")
            options = loaded.mapping.data
            wanted = ReadOptions(sheet, header_row, options.delimiter, options.decimal, options.encoding)
            read[key] = raw_table(found, source.name, file, wanted)
        return read[key]

    collect(found, loaded, dictionary, fetch)
    if path.is_dir():
        _unread_files(path, found)
    return found


def collect(found: Collected, loaded: LoadedMapping, dictionary: RegistryDictionary, fetch: Fetch) -> None:
    """Every table of a mapping from the raw tables that `fetch` gives."""
    read: dict[tuple[str, str | None], tuple[RawTable, set[str]]] = {}
    for source in loaded.mapping.table:
        raw = fetch(source)
        if raw is None:
            continue
        used = used_headers(source) if source.columns is not None else set(raw.headers)
        read.setdefault((raw.name, raw.sheet), (raw, set()))[1].update(used)
        declared, issues = mapped_table(raw, source, dictionary.table(source.name), loaded.mapping.data)
        found.issues += issues
        if declared is None:
            found.unread.add(source.name)
        elif declared.raw.height:
            found.add(declared)
    for raw, used in read.values():
        found.issues += unread_columns(raw, used)


def _file(path: Path, source: TableSource) -> Path:
    if not path.is_dir():
        if source.file is None or source.file == path.name:
            return path
        raise DataError(
            Problem(
                "mapping-file-not-found",
                f'the mapping reads "{source.file}", and the source is the file "{path.name}".',
                "a folder with that file, or a mapping without file = ...",
                "give the folder, or remove file from the mapping.",
                Place(file=path.name),
            )
        )
    files = {one.name: one for one in table_files(path)}
    if source.file is not None:
        if source.file in files:
            return files[source.file]
        raise DataError(
            Problem(
                "mapping-file-not-found",
                f'there is no file "{source.file}", which the mapping reads for {source.name}.',
                "the names of files in the folder.",
                did_you_mean(source.file, list(files)),
                Place(file=path.name),
            )
        )
    same = [one for one in files.values() if one.stem == source.name]
    if len(same) == 1:
        return same[0]
    raise DataError(
        Problem(
            "mapping-file-not-found",
            f"the mapping does not say which file holds {source.name}.",
            "file = ... in its [[table]], or one file of the table's name.",
            f'add file = "{next(iter(files), "...")}".',
            Place(file=path.name),
        )
    )


def _unread_files(path: Path, found: Collected) -> None:
    used = {file.name for file in found.files}
    left = [one.name for one in table_files(path) if one.name not in used]
    if left:
        listed = ", ".join(left[:10]) + (" ..." if len(left) > 10 else "")
        sentence = f"{len(left)} files of the folder are not in the mapping and were not read: {listed}."
        found.issues.append(Issue("files-not-mapped", "info", sentence, file=path.name, count=len(left)))
