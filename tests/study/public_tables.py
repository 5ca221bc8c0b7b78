"""The tables that the protocols beside this file are run on: public data as a clinic would have recorded them.

`python -m tests.study.public_tables FOLDER` writes them as CSV for tests/golden/studies.R.
"""

import datetime
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import polars as pl
import pyreadstat

from tests.data.public import UNKNOWN, raw_table

Cells = dict[str, list[str]]


@dataclass(frozen=True)
class Layout:
    """How a text file or a workbook is laid out; what is above the headers; the sheet, and one more."""

    delimiter: str = ","
    decimal: str = "."
    encoding: str = "utf-8"
    above: Sequence[str] = ()
    sheet: str = "Patients"
    other_sheet: str | None = None


def whole(cells: Sequence[str], missing: int | None = None) -> list[int | None]:
    """Numbers without a fraction; `missing` is the code that the clinic writes for an unknown one."""
    return [missing if cell in UNKNOWN else int(float(cell)) for cell in cells]


def fractions(cells: Sequence[str]) -> list[float | None]:
    return [None if cell in UNKNOWN else float(cell) for cell in cells]


def dates(cells: Sequence[str]) -> list[datetime.date]:
    return [datetime.datetime.strptime(cell, "%d-%m-%Y").date() for cell in cells]


def numbered(n: int, prefix: str) -> list[str]:
    return [f"{prefix}{place:04d}" for place in range(1, n + 1)]


def gbsg2() -> pl.DataFrame:
    raw = raw_table("gbsg2")
    kept = {name: raw[name] for name in ("horTh", "menostat", "tgrade")}
    numbers = {
        name: whole(raw[name]) for name in ("age", "tsize", "pnodes", "progrec", "estrec", "time", "cens")
    }
    return pl.DataFrame({"id": list(range(1, 687)), **kept, **numbers})


def rossi() -> pl.DataFrame:
    raw = raw_table("rossi")
    return pl.DataFrame({"person": numbered(432, "R"), **{name: whole(cells) for name, cells in raw.items()}})


def lung() -> pl.DataFrame:
    """Unknown scores are written 999, unknown calories -999; the rest is left empty."""
    raw = raw_table("lung")
    scores = {"ph_karno": whole(raw["ph.karno"], 999), "pat_karno": whole(raw["pat.karno"], 999)}
    institution = ["" if cell in UNKNOWN else f"centre {int(float(cell))}" for cell in raw["inst"]]
    return pl.DataFrame(
        {
            "patient": numbered(228, "L"),
            "institution": [cell or None for cell in institution],
            **{name: whole(raw[name]) for name in ("time", "status", "age", "sex")},
            "ph_ecog": whole(raw["ph.ecog"]),
            **scores,
            "meal_cal": whole(raw["meal.cal"], -999),
            "wt_loss": whole(raw["wt.loss"]),
        }
    )


def veteran() -> pl.DataFrame:
    raw = raw_table("veteran")
    text = {name: raw[name] for name in ("treatment", "cell_type", "prior_therapy")}
    numbers = {
        name: whole(raw[name]) for name in ("time", "died", "karnofsky", "months_from_diagnosis", "age")
    }
    return pl.DataFrame({"number": list(range(1, 138)), **text, **numbers})


def lymph_node() -> pl.DataFrame:
    raw = raw_table("lymph_node")
    days = {name: dates(raw[name]) for name in ("diagdateb", "recdate", "deathdate")}
    others = [name for name in raw if name not in (*days, "id")]
    return pl.DataFrame({"id": whole(raw["id"]), **days, **{name: whole(raw[name]) for name in others}})


def mgus() -> pl.DataFrame:
    raw = raw_table("mgus2")
    numbers = {name: whole(raw[name]) for name in ("age", "year", "months", "end")}
    measured = {name: fractions(raw[name]) for name in ("hgb", "creat", "mspike")}
    return pl.DataFrame({"id": numbered(1384, "M"), "sex": raw["sex"], **numbers, **measured})


def pbc() -> pl.DataFrame:
    """Who was not randomised has no treatment; ages have two decimals; unknown laboratory values are written -9."""
    raw = raw_table("pbc")
    laboratory = {
        name: [-9.0 if value is None else value for value in fractions(raw[name])]
        for name in ("bilirubin", "albumin", "cholesterol", "platelet", "prothrombin_time")
    }
    return pl.DataFrame(
        {
            "case": list(range(1, 419)),
            **{name: whole(raw[name]) for name in ("time", "status", "trt")},
            "age": [round(float(cell), 2) for cell in raw["age"]],
            "edema": fractions(raw["edema"]),
            "sex": raw["sex"],
            **{name: whole(raw[name]) for name in ("ascites", "hepato", "spiders", "stage")},
            **laboratory,
        }
    )


def colon() -> pl.DataFrame:
    """One row per patient: the days to recurrence and to death, and what happened then."""
    raw = raw_table("colon")
    numbers = {name: whole(cells) for name, cells in raw.items() if name != "rx"}
    return pl.DataFrame({"patient": numbered(929, "C"), "rx": raw["rx"], **numbers})


def larynx() -> pl.DataFrame:
    raw = raw_table("larynx")
    stages = {f"stage {stage}": whole(raw[f"Stage_{stage}"]) for stage in ("II", "III", "IV")}
    return pl.DataFrame(
        {
            "numéro": list(range(1, 91)),
            "âge": whole(raw["age"]),
            **stages,
            "durée (années)": fractions(raw["time"]),
            "décès": whole(raw["death"]),
        }
    )


def kidney() -> pl.DataFrame:
    raw = raw_table("kidney")
    return pl.DataFrame(
        {"Patient": numbered(863, "K"), **{name: whole(cells) for name, cells in raw.items()}}
    )


def invented() -> pl.DataFrame:
    raw = raw_table("invented")
    return pl.DataFrame(
        {"id": list(range(1, 201)), **{name: fractions(raw[name]) for name in ("var1", "var2", "var3", "T")}}
        | {"E": whole(raw["E"])}
    )


EVERY_FORMAT = (".csv", ".xlsx", ".sav", ".dta", ".parquet")

STUDIES: dict[str, tuple[Callable[[], pl.DataFrame], Layout, tuple[str, ...]]] = {
    "gbsg2": (gbsg2, Layout(), (".csv",)),
    "rossi": (rossi, Layout(), (".csv",)),
    "lung": (lung, Layout(), EVERY_FORMAT),
    "veteran": (veteran, Layout(), EVERY_FORMAT),
    "lymph-node": (lymph_node, Layout(), EVERY_FORMAT),
    "mgus": (mgus, Layout(delimiter="\t"), EVERY_FORMAT),
    "pbc": (pbc, Layout(), (".csv", ".xlsx")),
    "colon": (colon, Layout(), (".csv", ".parquet")),
    "larynx": (larynx, Layout(delimiter=";", decimal=",", encoding="windows-1252"), (".csv",)),
    "kidney": (
        kidney,
        Layout(above=("Kidney transplants", "exported for a test"), sheet="Transplants", other_sheet="Notes"),
        (".xlsx",),
    ),
    "invented": (invented, Layout(delimiter="|", encoding="utf-16"), (".csv",)),
}
"""By the id of the protocol: what makes its table, how a file of it is laid out, and in which formats it is tried."""


def write_study_table(name: str, path: Path) -> None:
    """The table of a study in the format of the path's suffix."""
    make, layout, _ = STUDIES[name]
    write = {
        ".csv": _write_text,
        ".xlsx": _write_book,
        ".sav": lambda frame, path, _: pyreadstat.write_sav(frame, str(path)),
        ".dta": lambda frame, path, _: pyreadstat.write_dta(frame, str(path), version=15),
        ".parquet": lambda frame, path, _: frame.write_parquet(path),
    }
    write[path.suffix](make(), path, layout)


def _write_text(frame: pl.DataFrame, path: Path, layout: Layout) -> None:
    def shown(cell: object) -> str:
        if cell is None:
            return ""
        return repr(cell).replace(".", layout.decimal) if isinstance(cell, float) else str(cell)

    lines = [[one] for one in layout.above] + [list(frame.columns), *frame.rows()]
    text = "".join(layout.delimiter.join(shown(cell) for cell in line) + "\n" for line in lines)
    path.write_bytes(text.encode(layout.encoding))


def _write_book(frame: pl.DataFrame, path: Path, layout: Layout) -> None:
    book = openpyxl.Workbook()
    if layout.other_sheet is not None:
        book.active.title = layout.other_sheet
        book.active.append(["Numbers as recorded."])
        sheet = book.create_sheet(layout.sheet)
    else:
        sheet = book.active
        sheet.title = layout.sheet
    for line in ([one] for one in layout.above):
        sheet.append(line)
    sheet.append(list(frame.columns))
    for row in frame.rows():
        sheet.append(list(row))
    book.save(path)


def export(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, (make, _, _) in STUDIES.items():
        make().write_csv(folder / f"{name}.csv", null_value="NA")


if __name__ == "__main__":
    export(Path(sys.argv[1]))
