"""A user's own table of studies: one row a study, an effect with its interval or p, or counts of two groups."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from crlm.evidence.description import CohortSource
from crlm.evidence.pooling.estimate import Estimate, LeftOut, Source
from crlm.evidence.pooling.find import Found
from crlm.problems import DataError, Place, Problem, did_you_mean, nearest
from crlm.statistics.meta_analysis import effect_from_interval, effect_from_p, effects_from_counts
from crlm.statistics.meta_analysis.effect_sizes import CountMeasure

COUNTS = ("events", "n", "events_reference", "n_reference")
COLUMNS = ("study", "estimate", "lower", "upper", "p", *COUNTS, "year", "group", "cohort", "note")
"""study is needed; then estimate with lower and upper, or with p; or the four counts. The others are optional."""


def read_table(path: Path, *, measure: str, level: float = 0.95, more: Sequence[str] = ()) -> Found:
    """The estimates of a CSV file (UTF-8; comma, semicolon or tab; a header of the names in `COLUMNS`).

    measure: what the ratios are (HR, OR, RR), and what is made of counts (OR, RR). more: further columns that the table
    has, for moderators and groups (`Estimate.more`). A row without an effect is left out
    with its reason; where neither group or everybody of both had an event, too. Rows of one `cohort` are taken to hold
    the same patients. What cannot be read is a DataError that names every place.
    """
    problems: list[Problem] = []
    rows = _rows(path, more, problems)
    if problems:
        raise DataError(problems)
    estimates: list[Estimate] = []
    left_out: list[LeftOut] = []
    for line, row in rows:
        one = _estimate(row, path, line, measure, level, problems)
        if isinstance(one, Estimate):
            one = replace(one, more=tuple((name, row.get(name.casefold(), "")) for name in more))
        if isinstance(one, Estimate):
            estimates.append(one)
        elif one is not None:
            left_out.append(one)
    names = [one.id for one in estimates]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        given = f'the study "{name}" has {names.count(name)} rows'
        problems.append(
            Problem("pool-table", given, "one row a study.", "name them apart.", Place(str(path)))
        )
    if problems:
        raise DataError(problems)
    return Found(tuple(estimates), tuple(left_out))


def _rows(path: Path, more: Sequence[str], problems: list[Problem]) -> list[tuple[int, dict[str, str]]]:
    place = Place(str(path))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        problems.append(
            Problem("pool-table", f"the table cannot be read: {why}", fix="give a CSV file.", place=place)
        )
        return []
    header = text.partition("\n")[0]
    mark = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text), delimiter=mark)
    names = [one.strip().casefold() for one in next(reader, [])]
    wanted = tuple(one.strip().casefold() for one in more)
    for name in dict.fromkeys(names):
        if name not in (*COLUMNS, *wanted):
            given = f'there is no column "{name}" in a table of studies'
            near = nearest(name, COLUMNS)
            use = f"use it with --moderator {name} or --group {name}, or delete it."
            fix = f'did you mean "{near}"?' if near else use
            problems.append(Problem("pool-table", given, f"{', '.join(COLUMNS)}.", fix, place))
        if names.count(name) > 1:
            given = f'the column "{name}" is there {names.count(name)} times'
            problems.append(Problem("pool-table", given, "each column once.", "delete the others.", place))
    for name in ("study", *wanted):
        if name not in names:
            fix = did_you_mean(name, names) if name != "study" else "name each study."
            problems.append(
                Problem("pool-table", f'the column "{name}" is missing', f"{', '.join(names)}.", fix, place)
            )
    rows = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            given = f"the row has {len(cells)} cells, and the header {len(names)}"
            fix = (
                f'put a cell that has a "{mark}" in it in quotes, or leave a cell empty between two of them.'
            )
            at = Place(str(path), row=reader.line_num)
            problems.append(Problem("pool-table", given, "a cell for each column.", fix, at))
        rows.append((reader.line_num, dict(zip(names, (cell.strip() for cell in cells), strict=False))))
    return rows


def _estimate(
    row: dict[str, str], path: Path, line: int, measure: str, level: float, problems: list[Problem]
) -> Estimate | LeftOut | None:
    study = row.get("study", "")
    if not study:
        place = Place(str(path), row=line, column="study")
        problems.append(Problem("pool-table", "a row has no study", fix="name it.", place=place))
        return None
    wanted = (*COUNTS, "estimate", "lower", "upper", "p", "year")
    numbers = {name: _number(row, name, path, line, problems) for name in wanted}
    if any(isinstance(one, str) for one in numbers.values()):
        return None
    known = {name: value for name, value in numbers.items() if isinstance(value, float)}
    year = int(known["year"]) if "year" in known else None
    label = f"{study} {year}" if year is not None and str(year) not in study else study
    counts: tuple[int, int, int, int] | None = None
    if all(name in known for name in COUNTS) and "estimate" not in known:
        made = _of_counts(known, measure, path, line, problems)
        if not isinstance(made, tuple):
            return LeftOut(study, label, made) if made else None
        value, error, counts, cautions = made
        obtained, printed = "counts", "{}/{} against {}/{}".format(*counts)
    else:
        one = _of_ratio(known, row, level)
        if isinstance(one, str):
            return LeftOut(study, label, one)
        value, error, obtained, printed = one
        cautions = (
            () if obtained == "interval" else (f"{label}: the standard error comes from a p, and is rough",)
        )
    return Estimate(
        id=study,
        label=label,
        measure=measure,
        value=value,
        standard_error=error,
        obtained=obtained,
        printed=printed,
        sources=(Source(path.name, str(line), f"row {line}"),),
        year=year,
        group=row.get("group", ""),
        cautions=cautions,
        cohorts=(CohortSource(source=row["cohort"]),) if row.get("cohort") else (),
        counts=counts,
    )


def _of_ratio(
    known: dict[str, float], row: dict[str, str], level: float
) -> tuple[float, float, str, str] | str:
    ratio = known.get("estimate")
    if ratio is None:
        return "neither an estimate nor the four counts are given"
    if ratio <= 0.0:
        return f"{ratio:g} is not a ratio"
    if "lower" in known and "upper" in known:
        if not known["lower"] <= ratio <= known["upper"]:
            return f"{ratio:g} lies outside its interval from {known['lower']:g} to {known['upper']:g}"
        found, obtained = effect_from_interval(known["lower"], known["upper"], level=level), "interval"
        printed = f"{row['estimate']} ({row['lower']} to {row['upper']})"
    elif "p" in known:
        found, obtained = effect_from_p(ratio, known["p"]), "p"
        printed = f"{row['estimate']}, p {row['p']}"
    else:
        return "neither an interval nor a p stands beside the estimate"
    if found.standard_error is None:
        return found.reason or "no standard error"
    return math.log(ratio), found.standard_error, obtained, printed


def _of_counts(
    known: dict[str, float], measure: str, path: Path, line: int, problems: list[Problem]
) -> tuple[float, float, tuple[int, int, int, int], tuple[str, ...]] | str | None:
    place = Place(str(path), row=line)
    which: Sequence[CountMeasure] = ("OR", "RR")
    kind = next((one for one in which if one == measure), None)
    if kind is None:
        given = f"counts do not make a {measure}"
        problems.append(Problem("pool-table", given, "OR, RR.", "give --measure OR or RR.", place))
        return None
    cells = [known[name] for name in COUNTS]
    try:
        found = effects_from_counts(*([one] for one in cells), measure=kind)
    except ValueError as error:
        problems.append(Problem("pool-table", str(error), place=place))
        return None
    if found.uninformative[0]:
        return "nobody or everybody of both groups had an event: no ratio can be told"
    a, n, c, m = (int(one) for one in cells)
    caution = ("1/2 was added to the cells of a table with a 0",) if found.corrected[0] else ()
    return float(found.values[0]), float(found.variances[0]) ** 0.5, (a, n, c, m), caution


def _number(
    row: dict[str, str], name: str, path: Path, line: int, problems: list[Problem]
) -> float | str | None:
    """The number of a cell, None where it is empty, the words where they are none."""
    words = row.get(name, "")
    if not words:
        return None
    place = Place(str(path), row=line, column=name)
    whole = name in (*COUNTS, "year")
    try:
        value = float(
            words.replace(",", ".") if words.count(",") == 1 and "." not in words and not whole else words
        )
    except ValueError:
        value = math.nan
    if math.isfinite(value) and (not whole or value == int(value) >= 0):
        return value
    allowed = "a whole number, without blanks, commas or words." if whole else "a number: 0.84 or 0,84."
    given = f'"{words}" is not {"a whole number" if whole else "a number"}'
    problems.append(Problem("pool-table", given, allowed, "leave it empty if it is not known.", place))
    return words
