"""Digitised curves as files: points, numbers at risk, and every row that is wrong with its place.

A curve is two small tables: `NAME.csv` with the columns `arm`, `time` and `survival` (0 to 1) or `survival_percent`,
the points of each arm in the order of the curve, and `NAME.at_risk.csv` with `arm`, `time` and `at_risk`.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from crlm.problems import DataError, Place, Problem, did_you_mean
from crlm.statistics.curve_reconstruction.points import SLIP

AT_RISK = ".at_risk.csv"
MOST_PROBLEMS = 20


@dataclass(frozen=True)
class CurvePoints:
    """One arm as it was read: points (survival 0 to 1) and the numbers under the figure; `landmarks`: few, printed."""

    arm: str
    label: str
    time: tuple[float, ...]
    survival: tuple[float, ...]
    at_risk_time: tuple[float, ...]
    at_risk: tuple[int, ...]
    events: int | None
    landmarks: bool
    places: tuple[str, ...]
    """Where what was used stands, each place once."""


@dataclass(frozen=True)
class ReadCurve:
    """A curve with its arms, the first is the reference; `slip` is what a hand may err by."""

    id: str
    title: str
    arms: tuple[CurvePoints, ...]
    time_unit: str
    slip: float = SLIP


def read_curve(
    path: Path,
    *,
    patients: Mapping[str, int] | None = None,
    events: Mapping[str, int] | None = None,
    time_unit: str = "",
    slip: float = SLIP,
    landmarks: bool = False,
) -> ReadCurve:
    """The curve in a file, with `NAME.at_risk.csv` beside it when that is there.

    `patients`, `events`: of an arm, where no numbers at risk are printed, and the total of events. `landmarks`: the
    points are a few printed values, between which the curve is not known. Raises `DataError` with every row that is
    wrong.
    """
    problems: list[Problem] = []
    points = _points(path, problems)
    beside = path.with_name(f"{path.stem}{AT_RISK}")
    numbers = _numbers(beside, problems) if beside.is_file() else {}
    if problems:
        raise DataError(problems[:MOST_PROBLEMS])
    known = list(points)
    for given, option in ((patients or {}, "--patients"), (events or {}, "--events"), (numbers, beside.name)):
        for arm in given:
            if arm not in known:
                problems.append(
                    Problem(
                        "curve-arm-unknown",
                        f'{option} names the arm "{arm}", of which there is no curve.',
                        f"{', '.join(known)}.",
                        did_you_mean(arm, known),
                        Place(file=str(path)),
                    )
                )
    arms = []
    for arm, rows in points.items():
        table = numbers.get(arm)
        n = (patients or {}).get(arm)
        if table is None and n is not None:
            table = [(0.0, n)]
        elif table is None:
            problems.append(
                Problem(
                    "curve-without-numbers",
                    f'of the arm "{arm}" neither numbers at risk nor the number of patients is given.',
                    "one number at least: a curve alone does not say how many patients drew it.",
                    f"write {beside.name}, or give --patients {arm}=N.",
                    Place(file=str(path)),
                )
            )
            continue
        elif n is not None and n != table[0][1]:
            problems.append(
                Problem(
                    "curve-two-numbers",
                    f'--patients gives {n} for the arm "{arm}", and {beside.name} starts with {table[0][1]}.',
                    "one of the two.",
                    "leave --patients out, or mend the table.",
                    Place(file=str(beside)),
                )
            )
        arms.append(
            CurvePoints(
                arm=arm,
                label=arm,
                time=tuple(at for at, _ in rows),
                survival=tuple(level for _, level in rows),
                at_risk_time=tuple(at for at, _ in table),
                at_risk=tuple(number for _, number in table),
                events=(events or {}).get(arm),
                landmarks=landmarks,
                places=(path.name, beside.name) if arm in numbers else (path.name,),
            )
        )
    if problems:
        raise DataError(problems[:MOST_PROBLEMS])
    return ReadCurve(path.stem, path.stem, tuple(arms), time_unit, slip)


def _points(path: Path, problems: list[Problem]) -> dict[str, list[tuple[float, float]]]:
    rows, header = _table(path, problems, ("arm", "time"))
    scales = [name for name in ("survival", "survival_percent") if name in header]
    if header and len(scales) != 1:
        what = "survival and survival_percent are both there"
        if not scales:
            what = f"there is no column survival or survival_percent; the columns are {', '.join(header)}"
        problems.append(
            Problem(
                "curve-columns",
                f"{what}.",
                "arm, time, and either survival (0 to 1) or survival_percent (0 to 100).",
                "say by the column's name on which scale the points are.",
                Place(file=str(path), row=1),
            )
        )
        return {}
    found: dict[str, list[tuple[float, float]]] = {}
    for number, row in rows:
        at = _cell(path, number, row, "time", problems)
        level = _cell(path, number, row, scales[0], problems)
        if at is not None and level is not None:
            scaled = level / 100.0 if scales[0] == "survival_percent" else level
            found.setdefault(row["arm"].strip(), []).append((at, scaled))
    return found


def _numbers(path: Path, problems: list[Problem]) -> dict[str, list[tuple[float, int]]]:
    rows, _ = _table(path, problems, ("arm", "time", "at_risk"))
    found: dict[str, list[tuple[float, int]]] = {}
    for number, row in rows:
        at = _cell(path, number, row, "time", problems)
        count = _cell(path, number, row, "at_risk", problems)
        if count is not None and (count != int(count) or count < 0):
            problems.append(_wrong(path, number, "at_risk", row["at_risk"], "a whole number of 0 or more."))
        elif at is not None and count is not None:
            found.setdefault(row["arm"].strip(), []).append((at, int(count)))
    return found


def _table(
    path: Path, problems: list[Problem], wanted: tuple[str, ...]
) -> tuple[list[tuple[int, dict[str, str]]], list[str]]:
    """The rows with their numbers as a spreadsheet counts them, and the header; problems instead where it cannot be."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            header = [name.strip() for name in reader.fieldnames or ()]
            reader.fieldnames = header
            rows = [(number, row) for number, row in enumerate(reader, start=2) if any(row.values())]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        words = error.strerror if isinstance(error, OSError) else "it is no CSV file in UTF-8"
        problems.append(
            Problem(
                "curve-file",
                f"the curve cannot be read ({words}).",
                "a CSV file with the columns arm, time and survival.",
                "check the path; docs/evidence/curves.md shows the format.",
                Place(file=str(path)),
            )
        )
        return [], []
    missing = [name for name in wanted if name not in header]
    if missing:
        problems.append(
            Problem(
                "curve-columns",
                f"there is no column {', '.join(missing)}; the columns are {', '.join(header) or 'none'}.",
                f"{', '.join(wanted)}.",
                "name the columns in the first row.",
                Place(file=str(path), row=1),
            )
        )
        return [], []
    return rows, header


def _cell(path: Path, number: int, row: dict[str, str], column: str, problems: list[Problem]) -> float | None:
    text = (row.get(column) or "").strip()
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        problems.append(_wrong(path, number, column, text, "a number with a decimal point."))
        return None
    return value


def _wrong(path: Path, number: int, column: str, text: str, allowed: str) -> Problem:
    given = f'"{text}" is no such number.' if text else "the cell is empty."
    place = Place(file=str(path), row=number, column=column)
    return Problem("curve-cell", given, allowed, "click the point again, or leave the whole row out.", place)
