"""What chained equations are told about each variable: its kind, how it is imputed, and from what."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crlm.statistics.times import BoolArray, FloatArray

Kind = Literal["number", "binary", "categorical", "ordered"]
Method = Literal[
    "predictive-mean-matching",
    "normal",
    "logistic",
    "multinomial",
    "proportional-odds",
    "passive",
    "complete",
]
Values = NDArray[Any]  # one column as people read it: numbers, or the labels of levels

_METHODS: dict[Kind, tuple[Method, ...]] = {
    "number": ("predictive-mean-matching", "normal", "passive", "complete"),
    "binary": ("logistic", "passive", "complete"),
    "categorical": ("multinomial", "passive", "complete"),
    "ordered": ("proportional-odds", "multinomial", "passive", "complete"),
}


@dataclass(frozen=True)
class Variable:
    """One variable of an imputation model.

    kind: "number", "binary" (two levels), "categorical" or "ordered" (levels from low to high).
    method: by default the first that the kind has: predictive mean matching (type 1, `donors` donors),
    logistic, multinomial or proportional-odds regression. "normal" is Bayesian linear regression. "complete"
    says that nothing may be missing: for outcomes, which are never imputed. "passive" is a function of other
    variables: `compute` gets the columns named in `of` and returns the column; it is computed again whenever
    one of them changes. levels: every possible value, the reference first; a binary variable has (0, 1)
    unless it is told others. predictors: the variables it is imputed from (its row of the predictor matrix);
    by default all others except those computed from it.
    """

    name: str
    kind: Kind
    method: Method | None = None
    levels: tuple[Hashable, ...] = ()
    predictors: tuple[str, ...] | None = None
    donors: int = 5
    of: tuple[str, ...] = ()
    compute: Callable[[Mapping[str, Values]], ArrayLike] | None = None

    def __post_init__(self) -> None:
        if self.kind not in _METHODS:
            raise ValueError(f"{self.name}: kind was {self.kind!r}; it is one of {', '.join(_METHODS)}")
        if self.imputed_by not in _METHODS[self.kind]:
            allowed = ", ".join(_METHODS[self.kind])
            raise ValueError(f"{self.name}: method was {self.method!r}; a {self.kind} variable has {allowed}")
        if self.kind == "number" and self.levels:
            raise ValueError(f"{self.name}: a number has no levels")
        if len(set(self.all_levels)) != len(self.all_levels) or (
            self.kind != "number" and len(self.all_levels) < 2
        ):
            raise ValueError(f"{self.name}: levels were {self.levels!r}; name two or more different ones")
        if self.kind == "binary" and len(self.all_levels) != 2:
            raise ValueError(f"{self.name}: levels were {self.levels!r}; a binary variable has two")
        if self.donors < 1:
            raise ValueError(f"{self.name}: donors was {self.donors}; one or more are needed")
        if (self.imputed_by == "passive") != (self.compute is not None) or bool(self.of) != (
            self.compute is not None
        ):
            raise ValueError(f'{self.name}: "passive", of and compute belong together')
        if self.name in self.of or self.name in (self.predictors or ()):
            raise ValueError(f"{self.name}: a variable is not imputed from itself")

    @property
    def imputed_by(self) -> Method:
        """The method: the one named, else the first that the kind has."""
        return self.method or _METHODS[self.kind][0]

    @property
    def all_levels(self) -> tuple[Hashable, ...]:
        """The levels, with (0, 1) for a binary variable that names none; empty for a number."""
        return self.levels or ((0, 1) if self.kind == "binary" else ())


@dataclass(frozen=True, eq=False)
class Column:
    """A variable with its values: numbers, or the index of the level (as floats); 0 where `missing`."""

    variable: Variable
    values: FloatArray
    missing: BoolArray


def read_column(variable: Variable, given: Sequence[object] | NDArray[Any]) -> Column:
    """Code one column; None and NaN are missing. `ValueError` for infinite numbers and unknown levels."""
    given = list(given)
    missing = np.array([value is None or value != value for value in given], dtype=bool)  # noqa: PLR0124
    values = np.zeros(len(given))
    known = np.flatnonzero(~missing)
    if variable.kind == "number":
        for i in known:
            value = given[i]
            if isinstance(value, str) or not hasattr(value, "__float__"):
                raise ValueError(f"{variable.name}[{i}] is {value!r}; {variable.name} is said to be a number")
            values[i] = float(value)
        if not np.all(np.isfinite(values)):
            row = int(np.flatnonzero(~np.isfinite(values))[0])
            raise ValueError(f"{variable.name}[{row}] is {values[row]}; a number is finite, or missing")
    else:
        code = {level: i for i, level in enumerate(variable.all_levels)}
        for i in known:
            if given[i] not in code:
                raise ValueError(
                    f"{variable.name}[{i}] is {given[i]!r}; its levels are {variable.all_levels!r}"
                )
            values[i] = code[given[i]]
    if variable.imputed_by == "complete" and missing.any():
        row = int(np.flatnonzero(missing)[0])
        raise ValueError(f'{variable.name}[{row}] is missing, and {variable.name} was said to be "complete"')
    return Column(variable, values, missing)


def labelled(variable: Variable, values: FloatArray) -> Values:
    """The values as people read them: numbers, or the labels of the levels."""
    if variable.kind == "number":
        return values.copy()
    levels = variable.all_levels
    one_type = len({type(level) for level in levels}) == 1 and isinstance(levels[0], str | int | float)
    labels = np.array(levels) if one_type else np.empty(len(levels), dtype=object)
    if not one_type:
        labels[:] = levels
    chosen: Values = labels[values.astype(np.intp)]
    return chosen
