"""A small table in every format, and what the tests of reading share."""

import datetime
import hashlib

import openpyxl
import polars as pl
import pytest

from crlm.dictionary.variables import MissingCode, Variable
from crlm.problems import CrlmError
from crlm.registry.reading import read_table
from crlm.registry.typed import typed_records

NOT_AVAILABLE = MissingCode(code=-999, reason="not available")


def number(name="x", **more):
    return Variable(name=name, label=name.capitalize(), type="number", **more)


def integer(name="x", **more):
    return Variable(name=name, label=name.capitalize(), type="integer", **more)


def yes_no(name="x", **more):
    return Variable(name=name, label=name.capitalize(), type="yes_no", **more)


def text(name="x", **more):
    return Variable(name=name, label=name.capitalize(), type="text", **more)


def date(name="x", **more):
    return Variable(name=name, label=name.capitalize(), type="date", **more)


def category(name="x", *, levels=((1, "male"), (2, "female")), **more):
    declared = [{"code": code, "name": level, "label": level.capitalize()} for code, level in levels]
    return Variable(name=name, label=name.capitalize(), type="category", levels=declared, **more)


SMALL_VARIABLES = (
    number("age"),
    number("months"),
    integer("nodes"),
    category("sex"),
    yes_no("bilobar"),
    date("operated"),
    text("remark"),
)
SMALL = {
    "id": ["P1", "P2", "P3", "P4"],
    "age": [61.5, 48.0, -999.0, 70.0],
    "months": [39.8333333333333, 0.1, 12.0, None],
    "nodes": [0.0, 3.0, None, 12.0],
    "sex": [1.0, 2.0, 2.0, 1.0],
    "bilobar": [1.0, 0.0, None, 1.0],
    "operated": [datetime.date(2020, 2, 29), None, datetime.date(1999, 12, 31), datetime.date(2021, 1, 1)],
    "remark": ["no complication", "Ménière", None, "12"],
}


def small_frame():
    return pl.DataFrame(SMALL)


def write_csv(path, *, delimiter=",", decimal=".", encoding="utf-8"):
    def shown(cell):
        if cell is None:
            return ""
        return f"{cell:.15g}".replace(".", decimal) if isinstance(cell, float) else str(cell)

    lines = [list(SMALL), *small_frame().rows()]
    written = "\n".join(delimiter.join(shown(cell) for cell in line) for line in lines) + "\n"
    path.write_bytes(written.encode(encoding))


def write_xlsx(path):
    write_book(path, [list(SMALL), *small_frame().rows()])


def write_sav(path):
    import pyreadstat

    pyreadstat.write_sav(small_frame(), str(path))


def write_dta(path):
    import pyreadstat

    pyreadstat.write_dta(small_frame(), str(path), version=15)


def write_parquet(path):
    small_frame().write_parquet(path)


WRITERS = {
    ".csv": write_csv,
    ".xlsx": write_xlsx,
    ".sav": write_sav,
    ".dta": write_dta,
    ".parquet": write_parquet,
}


def write_book(path, rows, *, merge=(), change=None):
    """A workbook with one sheet of rows, saved by openpyxl (which stores no results of formulas)."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Patients"
    for row in rows:
        sheet.append(list(row))
    for cells in merge:
        sheet.merge_cells(cells)
    if change is not None:
        change(sheet)
    book.save(path)


def raw_text(folder, content, name="patients.csv", options=None):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return read_table(path, options)


def records(raw, *variables, missing=(NOT_AVAILABLE,), identifier="id", **more):
    return typed_records(raw, variables, identifier, missing, **more)


def column(folder, variable, *cells, missing=(NOT_AVAILABLE,), options=None):
    """The typed values and the reasons of one column written as text, one cell per record."""
    lines = "\n".join(f"P{position};{cell}" for position, cell in enumerate(cells, start=1))
    raw = raw_text(folder, f"id;{variable.name}\n{lines}\n", options=options)
    typed = records(raw, variable, missing=missing)
    reasons = typed.reasons
    why = (
        reasons[variable.name].to_list() if variable.name in reasons.columns else [None] * typed.frame.height
    )
    return typed.frame[variable.name].to_list(), why


def refused(action, *arguments, kind=CrlmError, **more):
    """The problems with which an action is refused."""
    with pytest.raises(kind) as caught:
        action(*arguments, **more)
    return caught.value.problems


def one_problem(action, *arguments, kind=CrlmError, **more):
    (problem,) = refused(action, *arguments, kind=kind, **more)
    return problem


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
