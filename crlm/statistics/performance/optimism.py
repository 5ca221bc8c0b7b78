"""Optimism: how much better a model looks on the patients it was made from, by repeating its making in resamples."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crlm.statistics.performance.resampling import (
    FailedReplicate,
    IntArray,
    draw_rows,
    run_replicates,
)
from crlm.statistics.results import Estimate, interval_multiplier

Data = TypeVar("Data")
Model = TypeVar("Model")
Measures = Mapping[str, float | Estimate | None]


@dataclass(frozen=True, slots=True)
class Optimism:
    """One measure of a modelling procedure, corrected for optimism.

    apparent: on the patients the model was made from, with no correction. optimism: mean over the replicates of
    (measure on the resample - measure on all patients) of the resample's model. corrected: apparent - optimism, with
    its interval. simulation_error: the Monte-Carlo standard error of the optimism: more replicates make it smaller.
    used: replicates that gave both values; failed: all others, with reasons.
    """

    apparent: float | None
    optimism: float | None
    corrected: Estimate
    simulation_error: float | None
    used: int
    failed: tuple[FailedReplicate, ...]


def optimism(
    procedure: Callable[[Data, np.random.Generator], Model],
    data: Data,
    metric: Callable[[Model, Data], Measures],
    *,
    replicates: int = 200,
    seed: int,
    take: Callable[[Data, IntArray], Data] | None = None,
    size: int | None = None,
    patient: ArrayLike | None = None,
    workers: int = 1,
    level: float = 0.95,
) -> dict[str, Optimism]:
    """Correct measures of performance for optimism by Harrell's bootstrap, the whole procedure in each resample.

    procedure(data, generator): makes a model from data, with everything that was decided from the data: imputation,
    choice of covariates, transformations, tuning. Chance comes from the generator only. metric(model, data): the
    measures of a model on data, by name; None, or an `Estimate` without value (with its reason), is no value.
    data: a mapping of columns of equal length, or an array whose rows are patients; for anything else give `take`
    (data, rows -> data) and `size`, the number of rows. Neither function may change the data it is given.
    patient: (rows,) labels; all rows of a drawn patient come along.

    The model and measures on all data are computed first, and what goes wrong there is raised. In a replicate every
    exception is a failure with its message, and so is a measure without value or that is not finite; none is dropped
    silently. The mean rests on the replicates that succeeded; if failures are many or not by chance, it is biased.
    The interval of the corrected measure is the location-shifted one: percentiles of the measure of each resample's
    model on its own resample, less the optimism (Noma 2021); with few patients and much selection it is too
    narrow (83 % of 60 studies in docs/validation/performance.md). A measure that is the same on every resample (the
    slope of an unpenalised model is 1 on its own) has none.

    Each replicate has its own stream (`SeedSequence.spawn`): the numbers are the same for a seed whatever the number
    of workers. workers > 1: processes; procedure, metric and take must be importable (no lambdas, no local functions).
    Sources: Efron 1983; Harrell 1996 (Stat Med 15:361); Noma 2021 (Stat Med 40:5691). Checked against: a
    plain loop (tests) and the performance on new patients (tests/prove/performance.py).
    """
    interval_multiplier(level)
    if replicates < 1:
        raise ValueError("replicates was below 1; take 200 or more")
    chosen: Callable[[Data, IntArray], Data] = take_rows if take is None else take
    n = _rows(data) if size is None else size
    codes = None
    if patient is not None:
        labels = np.asarray(patient)
        if labels.shape != (n,):
            raise ValueError(f"patient has shape {labels.shape} and the data have {n} rows")
        codes = np.unique(labels, return_inverse=True)[1].astype(np.intp)
    if n < 1:
        raise ValueError("the data have no rows")

    first = np.random.SeedSequence(seed)
    model = procedure(data, np.random.default_rng(first))
    apparent = {name: _number(value) for name, value in metric(model, data).items()}
    task = partial(_replicate, procedure, data, metric, chosen, n, codes)
    outcomes = run_replicates(task, replicates, seed, workers)
    return {name: _correct(name, own, outcomes, level) for name, own in apparent.items()}


def take_rows(data: Any, rows: IntArray) -> Any:
    """Rows of a mapping of columns, or of an array; what `optimism` uses unless told otherwise."""
    if isinstance(data, Mapping):
        return {name: np.asarray(column)[rows] for name, column in data.items()}
    return np.asarray(data)[rows]


@dataclass(frozen=True, slots=True)
class _Pair(Generic[Data]):
    """The measures of one resample's model: on the resample and on all patients; a text is the reason of none."""

    own: dict[str, float | str]
    everyone: dict[str, float | str]


def _rows(data: Any) -> int:
    if isinstance(data, Mapping):
        lengths = {name: len(column) for name, column in data.items()}
        if len(set(lengths.values())) != 1:
            raise ValueError(f"the columns of data have different lengths: {lengths}")
        return next(iter(lengths.values()))
    if isinstance(data, np.ndarray):
        return len(data)
    raise ValueError("data is neither a mapping of columns nor an array: give `take` and `size`")


def _number(value: float | Estimate | None) -> float | str:
    """The value of a measure, or why there is none."""
    if isinstance(value, Estimate):
        if value.value is None:
            return value.reason or "the measure has no value"
        value = value.value
    if value is None:
        return "the measure has no value"
    return float(value) if math.isfinite(value) else f"the measure is {value}"


def _replicate(
    procedure: Callable[[Data, np.random.Generator], Model],
    data: Data,
    metric: Callable[[Model, Data], Measures],
    take: Callable[[Data, IntArray], Data],
    n: int,
    patient: NDArray[np.intp] | None,
    stream: np.random.SeedSequence,
) -> _Pair[Data] | str:
    generator = np.random.default_rng(stream)
    # Whatever stops one replicate must be told, and must not stop the others.
    try:
        sample = take(data, draw_rows(n, generator, patient))
        model = procedure(sample, generator)
        own, everyone = metric(model, sample), metric(model, data)
        return _Pair(
            {name: _number(value) for name, value in own.items()},
            {name: _number(value) for name, value in everyone.items()},
        )
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def _correct(name: str, apparent: float | str, outcomes: list[_Pair[Data] | str], level: float) -> Optimism:
    failed: list[FailedReplicate] = []
    own, everyone = [], []
    for i, outcome in enumerate(outcomes):
        if isinstance(outcome, str):
            failed.append(FailedReplicate(i, outcome))
            continue
        absent = f"the procedure's model has no measure {name!r}"
        a, b = outcome.own.get(name, absent), outcome.everyone.get(name, absent)
        if isinstance(a, str):
            failed.append(FailedReplicate(i, f"on the resample: {a}"))
        elif isinstance(b, str):
            failed.append(FailedReplicate(i, f"on all patients: {b}"))
        else:
            own.append(a)
            everyone.append(b)
    used, none = len(own), partial(Estimate, None, None, None, level, None)
    if isinstance(apparent, str):
        return Optimism(None, None, none(f"no apparent value: {apparent}"), None, used, tuple(failed))
    if not used:
        reason = f"all {len(outcomes)} replicates failed, the first one with: {failed[0].reason}"
        return Optimism(apparent, None, none(reason), None, 0, tuple(failed))
    excess = np.array(own) - np.array(everyone)
    mean = float(excess.mean())
    note = f"{len(failed)} of {len(outcomes)} replicates failed" if failed else None
    if used < 2:
        corrected = Estimate(
            apparent - mean, None, None, level, None, f"no interval: {note or 'one replicate'}"
        )
        return Optimism(apparent, mean, corrected, None, used, tuple(failed))
    error = float(np.std(excess, ddof=1) / math.sqrt(used))
    if float(np.ptp(own)) <= 1e-9 * max(abs(apparent), 1.0):
        # As with the calibration slope of a model without shrinkage: 1 on its own patients, by construction.
        reason = "no interval: the measure is the same on every resample"
        corrected = Estimate(
            apparent - mean, None, None, level, None, "; ".join(filter(None, (reason, note)))
        )
        return Optimism(apparent, mean, corrected, error, used, tuple(failed))
    tail = (1.0 - level) / 2.0
    lower, upper = (np.quantile(own, [tail, 1.0 - tail]) - mean).tolist()
    spread = float(np.std(own, ddof=1))
    corrected = Estimate(apparent - mean, lower, upper, level, spread, note)
    return Optimism(apparent, mean, corrected, error, used, tuple(failed))
