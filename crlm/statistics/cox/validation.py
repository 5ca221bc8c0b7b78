"""What a Cox model may be given: shapes, missing values, rows of the same patient that contradict each other."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.cox.delayed_entry import IntArray
from crlm.statistics.cox.model import CoxData
from crlm.statistics.regression import Term
from crlm.statistics.times import (
    FloatArray,
    tie_times,
    validate_entry,
    validate_survival,
    validate_weights,
)


def validate_data(
    time: ArrayLike,
    event: ArrayLike,
    X: ArrayLike,
    *,
    strata: ArrayLike | None,
    weights: ArrayLike | None,
    entry: ArrayLike | None,
    offset: ArrayLike | None,
    patient: ArrayLike | None,
) -> CoxData:
    """The arrays of a model with ties made exact, or `ValueError`."""
    times, events = validate_survival(time, event)
    n = len(times)
    covariates = np.asarray(X, dtype=np.float64)
    if covariates.ndim != 2 or len(covariates) != n:
        raise ValueError(f"X has shape {covariates.shape} and time has {n} values; X is one row per patient")
    if not (finite := np.isfinite(covariates)).all():
        row, column = np.argwhere(~finite)[0].tolist()
        raise ValueError(
            f"X[{row}, {column}] is {covariates[row, column]}; every value must be a finite number"
        )
    entries = None if entry is None else validate_entry(entry, times)
    tied = tie_times(times if entries is None else np.concatenate((times, entries)))
    stratum = None
    stratum_labels: tuple[Hashable, ...] = ()
    if strata is not None:
        labels, stratum = np.unique(np.asarray(strata), return_inverse=True)
        if stratum.shape != (n,):
            raise ValueError(
                f"strata has shape {stratum.shape} and time has {n} values; each patient needs one of each"
            )
        stratum_labels = tuple(labels.tolist())
        stratum = None if len(labels) < 2 else stratum
    return CoxData(
        time=tied[:n],
        event=events,
        X=covariates,
        stratum=stratum,
        entry=None if entries is None else tied[n:],
        weights=None if weights is None else validate_weights(weights, n),
        offset=None if offset is None else _validated_offset(offset, n),
        patient=None if patient is None else _validated_patients(patient, tied, n),
        stratum_labels=stratum_labels,
    )


def _validated_offset(offset: ArrayLike, n: int) -> FloatArray:
    values = np.asarray(offset, dtype=np.float64)
    if values.shape != (n,):
        raise ValueError(
            f"offset has shape {values.shape} and time has {n} values; each row needs one of each"
        )
    wrong = np.flatnonzero(~np.isfinite(values))
    if wrong.size:
        raise ValueError(f"offset[{wrong[0]}] is {values[wrong[0]]}; every value must be a finite number")
    return values


def _validated_patients(patient: ArrayLike, tied: FloatArray, n: int) -> IntArray:
    """The patient of each row as a number; the rows of one patient must follow each other in time."""
    labels = np.asarray(patient)
    if labels.shape != (n,):
        raise ValueError(
            f"patient has shape {labels.shape} and time has {n} values; each row needs one of each"
        )
    distinct, place = np.unique(labels, return_inverse=True)
    if len(distinct) == n:
        return place
    if len(tied) == n:
        twice = distinct[np.bincount(place).argmax()]
        raise ValueError(
            f"patient {twice} has several rows; each needs its entry, the time at which it begins"
        )
    time, entry = tied[:n], tied[n:]
    order = np.lexsort((time, place))
    same = place[order][1:] == place[order][:-1]
    overlap = np.flatnonzero(same & (entry[order][1:] < time[order][:-1]))
    if overlap.size:
        first, second = order[overlap[0]], order[overlap[0] + 1]
        raise ValueError(
            f"rows {first} and {second} of patient {labels[first]} overlap: "
            f"one ends at {time[first]:g}, the next begins at {entry[second]:g}"
        )
    return place


def validate_names(
    names: Sequence[str], terms: Sequence[Term] | None, p: int
) -> tuple[tuple[str, ...], tuple[Term, ...]]:
    """Column names and terms that fit together, or `ValueError`."""
    columns = tuple(names)
    if len(columns) != p or len(set(columns)) != p:
        raise ValueError(f"names must be {p} different names, one per column of X; they were {list(columns)}")
    if terms is None:
        return columns, tuple(Term(name, (name,)) for name in columns)
    grouped = [column for term in terms for column in term.columns]
    if sorted(grouped) != sorted(columns):
        raise ValueError(f"terms must hold each of {list(columns)} exactly once; they hold {grouped}")
    return columns, tuple(terms)
