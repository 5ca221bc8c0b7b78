"""What a model is about: the records with a known outcome, as arrays, and how many were left out and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from crlm.dictionary.records import Records
from crlm.problems import DataError, Place, Problem
from crlm.study.analysis.endpoints import AnalysedEndpoint
from crlm.study.analysis.scope import restricted
from crlm.study.protocol.model import Model
from crlm.study.units import Units, UnitWords


@dataclass(frozen=True)
class Outcome:
    """The outcome of each record that has one: all arrays have shape (n,).

    `frame` has these records only. `event`: whether it happened, or whether the outcome is yes. `time` and `competing`
    are there for an endpoint only; `left_out` counts the records of the unit without a place here, and why.
    """

    label: str
    variables: Records
    frame: pl.DataFrame
    event: np.ndarray
    words: UnitWords
    left_out: tuple[tuple[str, int], ...]
    time: np.ndarray | None = None
    competing: np.ndarray | None = None

    @property
    def n(self) -> int:
        """Records with a known outcome."""
        return int(self.event.size)

    def at_risk(self, rows: np.ndarray) -> np.ndarray:
        """Whether each of some records was followed up to the first event among them; all where there is no time."""
        if self.time is None or not self.event[rows].any():
            return np.ones(rows.size, dtype=bool)
        time = self.time[rows]
        found: np.ndarray = time >= time[self.event[rows]].min()
        return found


def of_endpoint(analysed: AnalysedEndpoint, model: Model) -> Outcome:
    """The outcome of a Cox or Fine-Gray model, with the columns that the model uses."""
    records, data = analysed.records, analysed.data
    used = {one.variable for one in model.candidates} | {model.cluster}
    frame = records.frame.select([name for name in records.frame.columns if name in used])
    whole = np.array_equal(data.rows, np.arange(frame.height))
    return Outcome(
        label=analysed.protocol.label,
        variables=records,
        frame=frame if whole else frame[data.rows],
        event=data.event,
        words=analysed.words,
        left_out=(*analysed.left_out, *data.excluded),
        time=data.time,
        competing=data.competing,
    )


def of_yes_no(units: Units, model: Model) -> Outcome:
    """The outcome of a logistic model; raises DataError when nobody has a known one."""
    records, left_out = restricted(units.of(model.unit), model.where)
    name = model.outcome or ""
    variable = records.variables[name]
    known = records.frame[name].is_not_null()
    unknown = int((~known).sum())
    frame = records.frame.filter(known) if unknown else records.frame
    if not frame.height:
        raise DataError(_nobody(records, model, variable.label))
    if unknown:
        left_out.append((f"{variable.label} unknown", unknown))
    return Outcome(
        label=variable.label,
        variables=records,
        frame=frame,
        event=frame[name].to_numpy().astype(bool),
        words=units.words(model.unit),
        left_out=tuple(left_out),
    )


def _nobody(records: Records, model: Model, label: str) -> Problem:
    return Problem(
        code="model-empty",
        given=f'no record of the model "{model.id}" has a known value of {label}.',
        allowed="at least one.",
        fix="check the outcome, and the condition `where` when there is one.",
        place=Place(file=records.source.name, column=model.outcome),
    )


def clusters(outcome: Outcome, model: Model) -> np.ndarray | None:
    """The cluster of each record as a number, or None when the model has none; a DataError when one is unknown."""
    if model.cluster is None:
        return None
    labels = outcome.frame[model.cluster]
    missing = labels.null_count()
    if missing:
        variable = outcome.variables.variables[model.cluster]
        given = f"{variable.label} is unknown for {missing} of {outcome.n} records, so their cluster is"
        raise DataError(
            Problem(
                code="model-cluster-unknown",
                given=f'{given} (model "{model.id}").',
                allowed="a known cluster for every record.",
                fix="complete the data, or leave the records out with `where`.",
                place=Place(file=outcome.variables.source.name, column=variable.header or variable.name),
            )
        )
    found: np.ndarray = labels.rank("dense").to_numpy()
    return found
