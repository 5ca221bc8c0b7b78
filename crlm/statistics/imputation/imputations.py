"""What chained equations give back: completed data sets, a report of what was done, traces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from crlm.statistics.imputation.predictors import code_columns
from crlm.statistics.imputation.variables import Column, Kind, Method, Values, Variable, labelled
from crlm.statistics.times import BoolArray, FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class CompletedData:
    """One completed data set: every column without missing values, in the order of the rows given.

    `data["age"]` is the column as people read it: floats for a number, labels of levels otherwise. It cannot
    be written to.
    """

    columns: tuple[Column, ...]

    def __getitem__(self, name: str) -> Values:
        column = self._column(name)
        values = labelled(column.variable, column.values)
        values.flags.writeable = False
        return values

    def __iter__(self) -> Iterator[str]:
        return (column.variable.name for column in self.columns)

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.columns[0].values)

    def codes(self, name: str) -> FloatArray:
        """The column as numbers: a number itself, a level by its place among the levels, from 0."""
        return self._column(name).values.copy()

    def indicators(self, name: str) -> FloatArray:
        """(n, columns) for a model: the number, or one 0/1 column per level but the first."""
        column = self._column(name)
        return code_columns(column.variable, column.values).copy()

    def was_missing(self, name: str) -> BoolArray:
        """(n,) True where the value was imputed."""
        return self._column(name).missing.copy()

    def _column(self, name: str) -> Column:
        for column in self.columns:
            if column.variable.name == name:
                return column
        raise KeyError(f"{name!r} is not one of {', '.join(self)}")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A predictor column that was not used: "constant" or "collinear", at so many of the visits."""

    column: str
    reason: str
    visits: int
    of_visits: int


@dataclass(frozen=True, slots=True)
class VariableReport:
    """What was done about one variable that has missing values."""

    name: str
    kind: Kind
    method: Method
    n_known: int
    n_missing: int
    predictors: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Trace:
    """How the imputed values of one variable moved: (iterations, m) arrays.

    For a number, `mean` and `sd` of the imputed values (`sd` is None when only one is missing). For levels
    there is one trace per level (for two levels, of the second): `mean` is the share imputed, `sd` None.
    Without trend, and with the m lines mingling, the chains have converged.
    """

    name: str
    level: str | None
    mean: FloatArray
    sd: FloatArray | None


@dataclass(frozen=True, eq=False)
class Imputations:
    """m completed data sets with their report and traces; empty, with a `reason`, when there can be none."""

    variables: tuple[Variable, ...]
    n: int
    m: int
    iterations: int
    seed: int
    visit: tuple[str, ...]
    data_sets: tuple[CompletedData, ...]
    report: tuple[VariableReport, ...]
    traces: tuple[Trace, ...]
    reason: str | None = None


def level_means(
    variable: Variable, imputed: FloatArray
) -> tuple[tuple[str | None, float, float | None], ...]:
    """Per trace of a variable: level, mean and standard deviation of the imputed values."""
    if variable.kind == "number":
        spread = float(imputed.std(ddof=1)) if len(imputed) > 1 else None
        return ((None, float(imputed.mean()), spread),)
    followed = list(enumerate(variable.all_levels))[1 if variable.kind == "binary" else 0 :]
    return tuple((str(level), float(np.mean(imputed == code)), None) for code, level in followed)
