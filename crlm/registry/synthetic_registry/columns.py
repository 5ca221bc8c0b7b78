"""Columns of a synthetic registry from arrays: identifiers, levels, yes and no, dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from crlm.registry.synthetic_registry.draws import Booleans, Floats, Integers

EPOCH = date(1970, 1, 1)


def day(year: int, month: int, number: int = 1) -> float:
    """Days since 1970 of a date."""
    return float((date(year, month, number) - EPOCH).days)


class Names:
    """Identifiers `P0000012`, `E0000012-2`, `L0000012-2-1`: the patient's running number, then numbers within it."""

    def __init__(self, patients: int) -> None:
        running = pl.Series("number", np.arange(1, patients + 1)).cast(pl.String)
        self._digits = pl.DataFrame([running]).select(pl.col("number").str.zfill(7))["number"]

    def of(self, prefix: str, rows: Integers, *within: Integers | int) -> pl.Series:
        """The identifiers of these patients' rows, with numbers from 1 to 99 after them."""
        named = (pl.Series([prefix]) + self._digits).gather(pl.Series(rows))
        for number in within:
            if isinstance(number, int):
                named = named + pl.Series([f"-{number}"])
            else:
                named = named + _SUFFIXES.gather(pl.Series(number))
        return named


_SUFFIXES = pl.Series([f"-{number}" for number in range(100)])


def levels(index: Integers, names: Sequence[str], missing: Booleans | None = None) -> pl.Series:
    """The names of the levels at `index`; `unknown` where missing."""
    every = [*names, "unknown"] if "unknown" not in names else list(names)
    code = np.asarray(index, dtype=np.uint32)
    if missing is not None:
        code = np.where(missing, np.uint32(every.index("unknown")), code)
    return pl.Series(every, dtype=pl.Enum(every)).gather(pl.Series(code))


def yes_no(values: Booleans, missing: Booleans | None = None) -> pl.Series:
    """Yes and no; `unknown` where missing."""
    return levels(np.asarray(values).astype(np.int64), ("no", "yes"), missing)


def same(name: str, size: int) -> pl.Series:
    """One level in every row."""
    return levels(np.zeros(size, dtype=np.int64), (name,))


def dates(days: Floats | Integers, missing: Booleans | None = None) -> pl.Series:
    """Dates from days since 1970; empty where missing or not finite."""
    known = np.isfinite(days)
    if missing is not None:
        known &= ~missing
    whole = pl.Series(np.where(known, days, 0.0).astype(np.int32)).cast(pl.Date)
    return whole if known.all() else whole.set(pl.Series(~known), None)


def numbers(values: Floats | Integers, decimals: int, missing: Booleans | None = None) -> pl.Series:
    """Rounded numbers (whole where `decimals` is 0); empty where missing."""
    rounded = np.round(values, decimals)
    series = pl.Series(rounded).cast(pl.Int32) if decimals == 0 else pl.Series(rounded)
    if missing is None or not missing.any():
        return series
    return series.set(pl.Series(missing), None)


def repeated(counts: Integers) -> tuple[Integers, Integers]:
    """The rows of children: the parent's row of each, and the running number within the parent from 1."""
    parent = np.repeat(np.arange(counts.size), counts)
    first = np.cumsum(counts) - counts
    return parent, np.arange(parent.size) - first[parent] + 1


def in_patient_order(parts: Sequence[Integers]) -> tuple[Integers, Integers, Integers]:
    """Rows of several kinds as one table in patient order: the patient's row, the kind, and where each row was.

    In patient order the rows of a longer registry begin with those of a shorter one, and so do numbers drawn by row.
    """
    row = np.concatenate(parts)
    kind = np.repeat(np.arange(len(parts)), [one.size for one in parts])
    order = np.argsort(row, kind="stable")
    return row[order], kind[order], order
