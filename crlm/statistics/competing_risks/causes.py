"""What ended a patient's follow-up: 0 for censoring, or the code of one of several causes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crlm.statistics.times import BoolArray, FloatArray, validate_survival

CauseArray = NDArray[np.int64]


def validate_competing(time: ArrayLike, cause: ArrayLike) -> tuple[FloatArray, CauseArray]:
    """Return times as floats and causes as whole numbers, or refuse what is not competing-risks data.

    `time`: shape (n,), finite and >= 0. `cause`: shape (n,), 0 for censored, otherwise the code (a whole number
    above 0) of what happened first. Nothing is dropped or filled in. Raises `ValueError`.
    """
    codes = np.asarray(cause, dtype=np.float64)
    times, _ = validate_survival(time, np.zeros(len(np.atleast_1d(codes))))
    if codes.ndim != 1:
        raise ValueError(f"cause has {codes.ndim} dimensions; it must be one column of numbers")
    wrong = np.flatnonzero(~np.isfinite(codes) | (codes < 0) | (codes != np.floor(codes)))
    if wrong.size:
        raise ValueError(
            f"cause[{wrong[0]}] is {codes[wrong[0]]:g}; a cause is a whole number above 0, and censoring is 0"
        )
    return times, codes.astype(np.int64)


def validate_causes(causes: Sequence[int] | None, cause: CauseArray) -> tuple[int, ...]:
    """The causes asked for, by default those that occur in order of their codes; raises `ValueError`."""
    occurring = np.unique(cause[cause != 0]).tolist()
    if causes is None:
        return tuple(occurring)
    wanted = tuple(int(code) for code in causes)
    if len(set(wanted)) != len(wanted) or any(code <= 0 for code in wanted):
        raise ValueError(f"causes were {tuple(causes)!r}; each is a different whole number above 0")
    left_out = [code for code in occurring if code not in wanted]
    if left_out:
        raise ValueError(f"cause {left_out[0]} occurs but is not one of the causes {wanted!r}")
    return wanted


def cause_specific(time: ArrayLike, cause: ArrayLike, of: int) -> tuple[FloatArray, BoolArray]:
    """Times and events for the hazard of one cause: the other causes end follow-up as censoring does.

    The result goes into `cox` or `log_rank` for cause-specific hazards. It is no input for a Kaplan-Meier
    curve of the cause: 1 - S is not the probability of the cause when others act too; `cumulative_incidence`
    is. `time`, `cause`: see `validate_competing`. `of`: the code of the cause.
    """
    times, causes = validate_competing(time, cause)
    return times, causes == validate_cause(of)


def validate_cause(of: int) -> int:
    """The code of one cause, a whole number above 0; raises `ValueError`."""
    if int(of) != of or of <= 0:
        raise ValueError(f"the cause was {of!r}; it is a whole number above 0")
    return int(of)
