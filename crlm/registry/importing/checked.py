"""From a source to a checked registry: typed tables, keys, links, the dictionary's checks, and all that was noticed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from crlm.dictionary.records import ROW, DataSource, Records, Registry
from crlm.dictionary.registry import RegistryDictionary, Table
from crlm.dictionary.registry.checking import run_checks
from crlm.problems import DataError
from crlm.registry.importing.declared import Declared
from crlm.registry.importing.issues import Issue, in_file
from crlm.registry.importing.keys import key_issues, link_issues
from crlm.registry.importing.sources import Collected, Progress, SourceFile
from crlm.registry.importing.tables import TypedTable, empty_table, typed_table


@dataclass(frozen=True)
class Checked:
    """A registry as far as its source goes, and everything that was noticed.

    Only where no issue is structural is `registry` one whose rows and links hold.
    """

    registry: Registry
    issues: tuple[Issue, ...]
    files: tuple[SourceFile, ...]
    mapping: tuple[str, str] | None = None
    """The name and SHA-256 of the mapping's file, where there was one."""
    places: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    """The file and sheet of each table that comes from one only, whose rows are therefore those of the file."""

    @property
    def errors(self) -> tuple[Issue, ...]:
        """The issues of severity error."""
        return tuple(issue for issue in self.issues if issue.severity == "error")


def checked_registry(
    name: str,
    form: str,
    found: Collected,
    dictionary: RegistryDictionary,
    progress: Progress,
    *,
    synthetic: bool = False,
) -> Checked:
    """Type every table, check keys and links, and, where these hold, run the dictionary's checks."""
    issues = list(found.issues)
    typed: dict[str, TypedTable] = {}
    places = {
        name: (declared[0].raw.name, declared[0].raw.sheet)
        for name, declared in found.declared.items()
        if len(declared) == 1
    }
    for table in dictionary.tables:
        declared = found.declared.pop(table.name, [])
        if declared:
            progress(f"Reading values of {table.name}")
        typed[table.name] = _table(table, declared, issues)
    frames = {key: one.frame for key, one in typed.items()}
    progress("Checking keys and links")
    for table in dictionary.tables:
        issues += key_issues(table, frames[table.name])
    issues += link_issues(dictionary, frames, found.unread)
    marked, mixed = _synthetic(typed)
    issues += mixed
    if not frames["patient"].height and not found.unread:
        issues.append(_no_patients(name))
    source = DataSource(
        name=name,
        format=form,
        sha256=_sha256(found.files),
        rows=sum(frame.height for frame in frames.values()),
        columns=sum(len(one.frame.columns) - 1 for one in typed.values()),
        synthetic=synthetic or marked,
        notes=tuple(dict.fromkeys(note for file in found.files for note in file.notes)),
    )
    tables = {
        table.name: _records(table, typed[table.name], source, dictionary) for table in dictionary.tables
    }
    registry = Registry(tables, source, None, dictionary.version)
    if not any(issue.structural and issue.severity == "error" for issue in issues):
        progress("Running the dictionary's checks")
        issues += _dictionary_checks(registry, dictionary)
    ordered = tuple(sorted(issues, key=lambda issue: ("error", "warning", "info").index(issue.severity)))
    registry = replace(registry, findings=tuple(issue.finding() for issue in ordered))
    return Checked(registry, ordered, tuple(found.files), places=places)


def refuse_errors(checked: Checked, *, accept_errors: bool = False) -> None:
    """A DataError with every error; structural ones are never accepted."""
    refused = [issue for issue in checked.errors if issue.structural or not accept_errors]
    if refused:
        raise DataError([issue.problem() for issue in refused])


def _table(table: Table, declared: list[Declared], issues: list[Issue]) -> TypedTable:
    """The rows of all sources of a table, sorted by key so that the order of files and rows never matters."""
    parts = []
    for one in declared:
        part = typed_table(table, one)
        issues += [in_file(issue, one.raw.name, one.raw.sheet) for issue in part.issues]
        parts.append(part)
    if not parts:
        return empty_table(table)
    whole = parts[0] if len(parts) == 1 else _together(parts)
    order = whole.frame.select(pl.arg_sort_by(list(table.key), maintain_order=True)).to_series()
    if order.is_sorted():
        return whole
    marks = whole.synthetic.gather(order) if whole.synthetic is not None else None
    return replace(whole, frame=whole.frame[order], reasons=whole.reasons[order], synthetic=marks)


def _together(parts: list[TypedTable]) -> TypedTable:
    """Rows of several sources; they are numbered through, because two files may each have a row 2."""
    frame = pl.concat([part.frame for part in parts], how="diagonal")
    reasons = pl.concat([part.reasons for part in parts], how="diagonal")
    row = pl.Series(ROW, range(2, frame.height + 2), dtype=pl.Int64)
    marks = [
        part.synthetic
        if part.synthetic is not None
        else pl.Series([False] * part.frame.height, dtype=pl.Boolean)
        for part in parts
    ]
    marked = any(part.synthetic is not None for part in parts)
    return TypedTable(
        frame.with_columns(row), reasons.with_columns(row), (), synthetic=pl.concat(marks) if marked else None
    )


def _records(table: Table, typed: TypedTable, source: DataSource, dictionary: RegistryDictionary) -> Records:
    height = typed.frame.height
    return Records(
        frame=typed.frame,
        variables=table.by_name,
        reasons=typed.reasons,
        source=replace(source, name=table.name, rows=height, columns=len(table.variables), notes=typed.notes),
    )


def _dictionary_checks(registry: Registry, dictionary: RegistryDictionary) -> list[Issue]:
    issues = []
    for finding in run_checks(registry, dictionary, most_rows=None):
        issues.append(
            Issue(
                finding.rule,
                finding.severity,
                finding.sentence,
                finding.table,
                finding.column,
                rows=pl.Series("row", finding.rows, dtype=pl.Int64),
                count=finding.count,
                unknown=finding.unknown,
                fix="correct the records.",
            )
        )
    return issues


def _synthetic(typed: Mapping[str, TypedTable]) -> tuple[bool, list[Issue]]:
    """Whether the source calls itself synthetic; real and synthetic records together are refused."""
    marked = {
        name: one.synthetic for name, one in typed.items() if one.synthetic is not None and one.frame.height
    }
    if not marked:
        return False, []
    every = {name: bool(marks.all()) for name, marks in marked.items()}
    none = {name: not marks.any() for name, marks in marked.items()}
    if all(every.values()) or all(none.values()):
        return all(every.values()), []
    name = next(name for name in marked if not every[name])
    return True, [
        Issue(
            "synthetic-and-real",
            "error",
            f'the column "synthetic" marks some records as synthetic, and not {int((~marked[name]).sum())} of {name}.',
            name,
            rows=typed[name].frame[ROW].filter(~marked[name]),
            allowed="synthetic records only, or none.",
            fix="take the two apart.",
            structural=True,
        )
    ]


def _no_patients(name: str) -> Issue:
    return Issue(
        "registry-without-patients",
        "error",
        "there is no patient in it.",
        "patient",
        count=1,
        allowed="a table patient with one row per patient.",
        fix="add the table, or say in the mapping where patients are.",
        structural=True,
        file=name,
    )


def _sha256(files: list[SourceFile]) -> str:
    """One hash for all files: of their names and hashes in name order."""
    lines = sorted(f"{file.name}\0{file.sheet or ''}\0{file.sha256}\n" for file in files)
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()
