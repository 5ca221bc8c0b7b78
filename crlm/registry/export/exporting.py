"""One door for every format: written aside, moved into place when it is whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from crlm.dictionary.records import Registry
from crlm.dictionary.registry import registry_dictionary
from crlm.output import staged_file, staged_folder
from crlm.problems import ArgumentError, Problem
from crlm.registry.export import redcap
from crlm.registry.export.fhir import BUNDLES, write_fhir
from crlm.registry.export.files import filled_tables, write_csv
from crlm.registry.export.limits import refuse_null_characters
from crlm.registry.export.lost import counted_losses
from crlm.registry.export.readme import README, TITLE, readme_text
from crlm.registry.export.spss import write_spss
from crlm.registry.export.stata import NAMES, write_stata
from crlm.registry.export.workbook import write_workbook

WORKBOOK = "registry.xlsx"


@dataclass(frozen=True)
class Exported:
    """What was written, and what of this registry is not in it."""

    format: str
    path: Path
    rows: Mapping[str, int]
    """The rows of each table that has any."""
    synthetic: bool
    lost: tuple[str, ...]


def _write_xlsx(registry: Registry, folder: Path) -> None:
    write_workbook(registry, folder / WORKBOOK)


WRITERS: Mapping[str, Callable[[Registry, Path], None]] = {
    "csv": write_csv,
    "sav": write_spss,
    "dta": write_stata,
    "xlsx": _write_xlsx,
    "redcap": redcap.write_redcap,
    "fhir": write_fhir,
}
"""How each format fills a folder."""


def export_registry(registry: Registry, form: str, out: Path | str) -> Exported:
    """Write a registry as csv, sav, dta, xlsx, redcap or fhir.

    `out` is a folder, which gets a README.md beside the data, or for xlsx a file that ends so. It appears complete or
    not at all; an earlier export in the same folder is replaced, a file never. What the format cannot hold is refused
    with a DataError or counted in `lost`. Raises ArgumentError for another format and OutputError where `out` cannot
    be written.
    """
    out = Path(out)
    if form not in WRITERS:
        raise ArgumentError(
            Problem(
                "export-format",
                f'there is no format "{form}".',
                ", ".join(WRITERS) + ".",
                "take one of these.",
            )
        )
    refuse_null_characters(registry)
    if form == "xlsx" and out.suffix.lower() == ".xlsx":
        with staged_file(out) as staged:
            write_workbook(registry, staged)
    else:
        with staged_folder(out, ours=_entries() if _is_export(out) else ()) as folder:
            WRITERS[form](registry, folder)
            (folder / README).write_text(readme_text(registry, form), encoding="utf-8")
    rows = {table.name: registry.tables[table.name].frame.height for table in filled_tables(registry)}
    return Exported(form, out, rows, registry.source.synthetic, counted_losses(registry, form))


def _is_export(folder: Path) -> bool:
    """Whether a folder is an earlier export: one of CSV files without our README may be somebody's registry."""
    try:
        return (folder / README).read_text("utf-8", "replace").startswith(TITLE)
    except OSError:
        return False


def _entries() -> tuple[str, ...]:
    """What an export's folder can hold."""
    tables = [
        f"{table.name}.{end}" for table in registry_dictionary().tables for end in ("csv", "sav", "dta")
    ]
    return (*tables, README, NAMES, WORKBOOK, BUNDLES, redcap.DATA, redcap.DICTIONARY)
