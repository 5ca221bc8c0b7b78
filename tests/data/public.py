"""Public data sets for tests, typed: `public_data("lung")`. For R: `python -m tests.data.public FOLDER`."""

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import polars as pl

from crlm.statistics.cox import Term
from tests.data.public_sources import SOURCES
from tests.data.source import Factor, Source
from tests.data.survival_package import TABLES

ROOT = Path(__file__).parents[2]
UNKNOWN = ("", "NA")


@dataclass(frozen=True, eq=False)
class PublicData:
    """A data set: `frame` has `time`, `event` (0/1), `entry`, `cause` and `identifier` where they exist, numbers
    (Float64) and factors (String); null is unknown. The first of a factor's `levels` is the reference."""

    name: str
    source: Source
    frame: pl.DataFrame
    numbers: tuple[str, ...]
    levels: dict[str, tuple[str, ...]]

    @property
    def covariates(self) -> tuple[str, ...]:
        return (*self.numbers, *self.levels)

    @property
    def time(self) -> np.ndarray:
        return self.frame["time"].to_numpy()

    @property
    def event(self) -> np.ndarray:
        return self.frame["event"].to_numpy()

    @property
    def entry(self) -> np.ndarray | None:
        return self.frame["entry"].to_numpy() if "entry" in self.frame.columns else None

    def known(self, names: Sequence[str]) -> np.ndarray:
        """The rows without a missing value in these columns: indices."""
        return np.flatnonzero(self.frame.select(pl.all_horizontal(pl.col(*names).is_not_null())).to_series())

    def design(self, names: Sequence[str]) -> tuple[np.ndarray, list[str], list[Term]]:
        """Columns of a model, shape (n, p), with their names as R has them (stage, II -> stageII) and terms."""
        columns: dict[str, np.ndarray] = {}
        terms = []
        for name in names:
            own = dict(self._columns(name))
            terms.append(Term(name, tuple(own)))
            columns |= own
        return np.column_stack(list(columns.values())), list(columns), terms

    def _columns(self, name: str) -> Iterator[tuple[str, np.ndarray]]:
        values = self.frame[name]
        if name in self.numbers:
            yield name, values.to_numpy()
            return
        for level in self.levels[name][1:]:
            yield f"{name}{level}", (values == level).cast(pl.Float64).to_numpy()

    def samples(self, number: str, factor: str) -> list[np.ndarray]:
        """The known values of a number at each level of a factor."""
        return [
            self.frame.filter(pl.col(factor) == level)[number].drop_nulls().to_numpy()
            for level in self.levels[factor]
        ]

    def counts(self, rows: str, columns: str) -> np.ndarray:
        """A contingency table of two factors, of the records that have both."""
        tally = self.frame.group_by(rows, columns).len()
        found = {(row, column): n for row, column, n in tally.iter_rows()}
        return np.array(
            [[found.get((row, column), 0) for column in self.levels[columns]] for row in self.levels[rows]]
        )


def names(*, entry: bool | None = None, survival: bool = True) -> list[str]:
    """The data sets with (or without) a survival time; `entry`: only those with, or without, delayed entry."""
    return [
        name
        for name, source in SOURCES.items()
        if (source.time is not None) == survival and entry in (None, source.entry is not None)
    ]


@cache
def public_data(name: str) -> PublicData:
    """A data set by its name in `SOURCES`."""
    source = SOURCES[name]
    raw = raw_table(name)
    columns: dict[str, pl.Series] = {}
    if source.identifier:
        columns["identifier"] = pl.Series(raw[source.identifier])
    for role, column in (("entry", source.entry), ("time", source.time)):
        if column is not None:
            columns[role] = pl.Series([float(cell) for cell in raw[column]])
    if source.event:
        column, codes = source.event
        columns["event"] = pl.Series([int(cell in codes) for cell in raw[column]])
    if source.causes:
        columns["cause"] = _factor(raw, source.causes)
    for new, column in source.numbers.items():
        columns[new] = pl.Series(
            [None if cell in UNKNOWN else float(cell) for cell in raw[column]], dtype=pl.Float64
        )
    for new, factor in source.factors.items():
        columns[new] = _factor(raw, factor)
    levels = {
        new: tuple(dict.fromkeys([*factor.levels.values(), *filter(None, [factor.otherwise])]))
        for new, factor in source.factors.items()
    }
    return PublicData(name, source, pl.DataFrame(columns), tuple(source.numbers), levels)


def raw_table(name: str) -> dict[str, list[str]]:
    """The columns as they stand in the file, as text; of the package `survival`, as it hands them out."""
    source = SOURCES[name]
    package, _, inside = source.file.partition("/")
    if package == "survival":
        return TABLES[inside]()
    found = find_spec(package)  # does not import: the packages take seconds
    if package == "tests":
        path = ROOT / source.file
    else:
        assert found is not None and found.origin is not None, f"{package} is not installed"
        path = Path(found.origin).parent / inside
    text = path.read_text(encoding="utf-8")
    rows = list(_cells(text, source.separator))
    header = [cell.strip("'") for cell in rows[0]]
    return {column: [row[place] for row in rows[1:]] for place, column in enumerate(header)}


def _cells(text: str, separator: str) -> Iterator[list[str]]:
    if len(separator) == 1:
        yield from csv.reader(text.splitlines(), delimiter=separator)
        return
    for line in text.splitlines():  # columns are two blanks or more apart
        if line.strip():
            yield [cell.strip() for cell in line.split(separator) if cell.strip()]


def _factor(raw: dict[str, list[str]], factor: Factor) -> pl.Series:
    if isinstance(factor.column, str):
        codes = raw[factor.column]
    else:
        rows = zip(*(raw[column] for column in factor.column), strict=True)
        codes = [
            next((name for name, cell in zip(factor.column, row, strict=True) if cell == "1"), "")
            for row in rows
        ]
    return pl.Series([_level(factor, code) for code in codes], dtype=pl.String)


def _level(factor: Factor, code: str) -> str | None:
    if code in factor.levels:
        return factor.levels[code]
    if code in UNKNOWN:
        return None
    assert factor.otherwise is not None, f"{factor.column} has the code {code!r}, which is not declared"
    return factor.otherwise


def export(folder: Path) -> None:
    """Every data set as CSV, and `sets.json` that says what the columns are: what tests/golden/public.R reads."""
    folder.mkdir(parents=True, exist_ok=True)
    described = {}
    for name, source in SOURCES.items():
        data = public_data(name)
        data.frame.write_csv(folder / f"{name}.csv", null_value="NA")
        described[name] = {
            "time": source.time is not None,
            "entry": source.entry is not None,
            "numbers": list(data.numbers),
            "levels": data.levels,
            "compared": source.compared,
            "landmarks": list(source.landmarks),
        }
    (folder / "sets.json").write_text(json.dumps(described, indent=1), encoding="utf-8")


if __name__ == "__main__":
    export(Path(sys.argv[1]))
