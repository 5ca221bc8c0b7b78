"""How a survival outcome enters an imputation model: the event and the cumulative hazard up to its time."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.cumulative_hazard import cumulative_hazard
from crlm.statistics.imputation.variables import Variable
from crlm.statistics.times import FloatArray, tie_times, validate_survival


def survival_outcome(
    name: str, time: ArrayLike, event: ArrayLike
) -> tuple[tuple[Variable, Variable], dict[str, FloatArray]]:
    """Two variables and their columns that tell the imputation of covariates about a survival outcome.

    name: what they are called after ("os" gives "os event" and "os cumulative hazard"). time, event: (n,),
    nothing missing. Both are "complete": an outcome helps to impute and is never imputed. Add them to the
    variables and the data, and leave the time itself out. With competing events, call this once per cause.

    The cumulative hazard is Nelson and Aalen's at the patient's own time, the sum of events / at risk over the
    event times up to it. Source: White & Royston 2009 (Stat Med 28:1982). Checked against: R survival
    `survfit` and, without ties, mice `nelsonaalen` (which takes Efron's form at ties).
    """
    times, events = validate_survival(time, event)
    variables = (
        Variable(f"{name} event", "binary", "complete"),
        Variable(f"{name} cumulative hazard", "number", "complete"),
    )
    curve = cumulative_hazard(times, events)
    own = np.searchsorted(curve.time, tie_times(times))
    columns = (events.astype(np.float64), curve.hazard[own])
    return variables, {variable.name: column for variable, column in zip(variables, columns, strict=True)}
