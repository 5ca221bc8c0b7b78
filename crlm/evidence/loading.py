"""From a folder of small tables to a paper; the shipped papers, and those of a user's own folder."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from crlm.evidence.columns import Column, table_columns
from crlm.evidence.description import Description
from crlm.evidence.numbers import ROWS, Published
from crlm.evidence.paper import Paper
from crlm.evidence.reading import read_cell
from crlm.problems import DataError

SHIPPED = Path(__file__).with_name("library")
DESCRIPTION = "paper.toml"
EMPTY = ("", "*")
"""No number: an empty cell, and the mark that papers print for what they leave out."""

Row = TypeVar("Row")


def papers(library: Path | None = None) -> tuple[str, ...]:
    """The ids of the shipped papers, and of those in a user's library when one is given, sorted."""
    return tuple(sorted(_folders(library)))


def paper(paper_id: str, library: Path | None = None) -> Paper:
    """A paper by its id, the user's library first; a KeyError when there is none, a DataError when it is no paper."""
    return load_paper(_folders(library)[paper_id])


def load_paper(folder: Path) -> Paper:
    """The paper in a folder; a DataError lists everything that is wrong with it."""
    folder = folder.resolve()
    if folder.parent == SHIPPED:
        return _shipped(folder)
    from crlm.evidence.checking import check_paper

    errors = [problem for problem in check_paper(folder) if problem.severity == "error"]
    if errors:
        raise DataError(errors)
    return _read(folder)


@cache
def published_numbers(study: str) -> Published:
    """The numbers of a shipped paper by its id; a KeyError when there are none."""
    return paper(study).numbers


@cache
def published_studies() -> tuple[str, ...]:
    """The ids of the shipped papers that report effects of their own."""
    return tuple(one for one in papers() if (SHIPPED / one / "effects.csv").is_file())


def paper_folders(library: Path) -> dict[str, Path]:
    """The folders of a library that hold a paper.toml, by name."""
    return {one.parent.name: one.parent for one in sorted(library.glob(f"*/{DESCRIPTION}"))}


def _folders(library: Path | None) -> dict[str, Path]:
    own = paper_folders(library) if library is not None else {}
    return {**paper_folders(SHIPPED), **own}


@cache
def _shipped(folder: Path) -> Paper:
    return _read(folder)


def _read(folder: Path) -> Paper:
    given = tomllib.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    description = Description.model_validate_json(description_json(given))
    study = description.paper.id
    parts: dict[str, Any] = {name: _table(folder, name, study) for name in ROWS}
    return Paper(description, Published(study=study, **parts), folder)


def description_json(given: dict[str, Any]) -> str:
    """TOML's arrays as JSON's, which a strict model takes for tuples."""
    return json.dumps(given, default=str)


def _table(folder: Path, name: str, study: str) -> tuple[Any, ...]:
    path = folder / f"{name}.csv"
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        absent = absent_readable(name, reader.fieldnames or ())
        return tuple(
            _row(ROWS[name], {**completed(row, name, absent), "study": study})
            for row in reader
            if any(cell and cell.strip() for cell in row.values())
        )


def absent_readable(name: str, header: Sequence[str]) -> tuple[Column, ...]:
    """The columns that a table does not have and that are read from its printed ones."""
    return tuple(one for one in table_columns(name).columns if one.read_from and one.name not in header)


def completed(row: dict[str, str], name: str, absent: tuple[Column, ...]) -> dict[str, str]:
    """A row of cells with its absent columns read from what is printed."""
    if not absent:
        return row
    read = {
        one.name: read_cell(one.name, name, row.get(one.read_from) or "", row.get("statistic") or "")
        for one in absent
    }
    return {**row, **read}


def _row(kind: type[Row], cells: dict[str, str]) -> Row:
    """A row with its cells typed; a column that the table does not have is empty."""
    return kind(**{one.name: _typed(cells.get(one.name) or "", str(one.type)) for one in fields(kind)})  # type: ignore[arg-type]


def _typed(cell: str, wanted: str) -> object:
    if wanted == "str":
        return cell
    if wanted == "bool":
        return cell == "1"
    if cell in EMPTY:
        return None
    return int(float(cell)) if wanted.startswith("int") else float(cell)
