"""Where a registry's tables stand: files of a folder, sheets of a workbook, tables of a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

from crlm.dictionary.registry import RegistryDictionary
from crlm.problems import ArgumentError, DataError, Place, Problem, nearest
from crlm.registry.importing.declared import Declared
from crlm.registry.importing.issues import Issue, of_problem
from crlm.registry.reading import SUPPORTED, RawTable, ReadOptions, read_table

WORKBOOKS = (".xlsx", ".xlsm")
ALIKE = 0.75
"""A file or sheet named so like an absent table is taken for a slip, an error (the software's own threshold)."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class SourceFile:
    """One file, sheet or database table that was read: for manifests and reports."""

    name: str
    format: str
    sha256: str
    rows: int
    table: str | None = None
    sheet: str | None = None
    notes: tuple[str, ...] = ()


@dataclass
class Collected:
    """What was found in a source so far. Tables in `unread` are there and cannot be read."""

    declared: dict[str, list[Declared]] = field(default_factory=dict)
    files: list[SourceFile] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)

    def add(self, declared: Declared) -> None:
        """Another source of a table's rows."""
        self.declared.setdefault(declared.table, []).append(declared)

    def add_file(self, raw: RawTable, table: str | None) -> None:
        """The file that was read."""
        self.files.append(
            SourceFile(raw.name, raw.format, raw.sha256, raw.height, table, raw.sheet, raw.notes)
        )

    def refuse(self, error: DataError, table: str) -> None:
        """A table that cannot be read."""
        self.issues += [of_problem(problem, table) for problem in error.problems]
        self.unread.add(table)


def read_by_name(
    path: Path, dictionary: RegistryDictionary, options: ReadOptions, progress: Progress
) -> Collected:
    """The tables of a folder or workbook whose files or sheets have the names of the dictionary's tables."""
    return (
        _folder(path, dictionary, options, progress)
        if path.is_dir()
        else _workbook(path, dictionary, options, progress)
    )


def _folder(
    path: Path, dictionary: RegistryDictionary, options: ReadOptions, progress: Progress
) -> Collected:
    found = Collected()
    files = table_files(path)
    by_stem: dict[str, list[Path]] = {}
    for one in files:
        by_stem.setdefault(one.stem.strip(), []).append(one)
    for stem, same in by_stem.items():
        if stem not in dictionary.by_name:
            found.issues.append(unknown_table(stem, same[0].name, by_stem, dictionary, "file"))
        elif len(same) > 1:
            found.issues.append(_two_files(stem, same))
            found.unread.add(stem)
    for table in dictionary.tables:
        same = by_stem.get(table.name, [])
        if len(same) == 1:
            progress(f"Reading {same[0].name}")
            add_table(found, table.name, same[0], options)
    if not any(stem in dictionary.by_name for stem in by_stem):
        raise DataError(_no_tables(path, [one.name for one in files], dictionary))
    return found


def _workbook(
    path: Path, dictionary: RegistryDictionary, options: ReadOptions, progress: Progress
) -> Collected:
    found = Collected()
    sheets = sheet_names(path)
    for sheet in sheets:
        if sheet.strip() not in dictionary.by_name:
            found.issues.append(unknown_table(sheet.strip(), path.name, sheets, dictionary, "sheet"))
    for table in dictionary.tables:
        for sheet in sheets:
            if sheet.strip() == table.name:
                progress(f"Reading sheet {sheet}")
                add_table(found, table.name, path, _with_sheet(options, sheet))
    if not found.files and not found.unread:
        raise DataError(_no_tables(path, sheets, dictionary))
    return found


def add_table(found: Collected, table: str, path: Path, options: ReadOptions) -> None:
    """Read a file under the dictionary's own names; one with headers only has no rows."""
    raw = raw_table(found, table, path, options)
    if raw is not None:
        found.add(Declared(table, raw))


def raw_table(found: Collected, table: str, path: Path, options: ReadOptions) -> RawTable | None:
    """The table in a file or sheet, noted with what went wrong; None where there are no rows to speak of."""
    try:
        raw = read_table(path, options)
    except DataError as error:
        if all(problem.code == "table-without-records" for problem in error.problems):
            found.files.append(SourceFile(path.name, path.suffix[1:], "", 0, table, options.sheet))
            return None
        found.refuse(error, table)
        return None
    found.add_file(raw, table)
    return raw


def table_files(path: Path) -> list[Path]:
    """The files of a folder that can hold a table, by name; hidden ones and Excel's lock files are passed over."""
    try:
        entries = sorted(path.iterdir(), key=lambda one: one.name)
    except OSError as error:
        raise ArgumentError(
            Problem(
                "data-not-found",
                f"the folder cannot be read: {error.strerror}.",
                "a folder that you may read.",
                "check its permissions.",
                Place(file=path.name),
            )
        ) from None
    return [
        one
        for one in entries
        if one.suffix.lower() in SUPPORTED and not one.name.startswith((".", "~$")) and not one.is_dir()
    ]


def sheet_names(path: Path) -> list[str]:
    """The sheets of a workbook; a DataError when it is none."""
    import fastexcel

    try:
        return list(fastexcel.read_excel(path.read_bytes()).sheet_names)
    except (fastexcel.FastExcelError, OSError):
        read_table(path)  # says in words what is wrong with it
        raise


def _with_sheet(options: ReadOptions, sheet: str) -> ReadOptions:
    return ReadOptions(sheet, options.header_row, options.delimiter, options.decimal, options.encoding)


def unknown_table(
    name: str,
    file: str,
    present: Sequence[str] | dict[str, list[Path]],
    dictionary: RegistryDictionary,
    what: str,
) -> Issue:
    """A file or sheet that has no table's name: a slip (an error) where it is like an absent table's."""
    absent = [table.name for table in dictionary.tables if table.name not in {one.strip() for one in present}]
    ratios = {one: SequenceMatcher(None, name.casefold(), one).ratio() for one in absent}
    close = max(ratios, key=lambda one: ratios[one], default=None)
    like = close is not None and ratios[close] >= ALIKE
    hint = f' Did you mean "{close}"?' if like else ""
    return Issue(
        "table-unknown",
        "error" if like else "warning",
        f'the {what} "{name if what == "sheet" else file}" is no table of the dictionary: it is not read.{hint}',
        file=file,
        sheet=name if what == "sheet" else None,
        count=1,
        allowed="the names of the dictionary's tables: patient, primary_tumour, crlm_episode ...",
        fix=f"rename the {what}, or name it in a mapping.",
        structural=like,
    )


def _two_files(table: str, same: Sequence[Path]) -> Issue:
    return Issue(
        "table-twice",
        "error",
        f"{' and '.join(one.name for one in same)} both hold the table {table}.",
        table,
        count=1,
        allowed="one file per table.",
        fix="remove one of them.",
        structural=True,
        file=same[0].name,
    )


def _no_tables(path: Path, names: Sequence[str], dictionary: RegistryDictionary) -> Problem:
    close = next(
        (
            f'did you mean "{near}" for "{one}"? '
            for one in names
            if (near := nearest(one, dictionary.by_name))
        ),
        "",
    )
    shown = ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")
    return Problem(
        "registry-without-tables",
        f"there is no table of a registry in it{f' ({shown})' if names else ''}.",
        f"files or sheets named {', '.join(list(dictionary.by_name)[:6])} ...",
        f"{close}Name the tables so, or say in a mapping which is which.",
        Place(file=path.name),
    )
