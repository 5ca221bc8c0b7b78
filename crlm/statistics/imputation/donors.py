"""Donors for predictive mean matching: who is among the nearest, with ties drawn by lot."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.times import FloatArray

IntArray = NDArray[np.intp]

# Predictions are compared in steps of their range over this number: equal patients tie whatever the rounding.
_STEPS = 1e10
_FAR = 1e8  # in ranges; a recipient beyond it has the same nearest donors as one there


def nearest_donors(fitted: FloatArray, wanted: FloatArray, rank: IntArray, tie: FloatArray) -> IntArray:
    """For each recipient the donor that is the `rank`-th nearest (0: the nearest), ties broken by `tie`.

    fitted: (d,) predictions of the donors. wanted: (r,) those of the recipients. rank: (r,) below d.
    tie: (r,) uniform on 0 to 1; of the donors at the same distance, the one at that share of their list
    (in order of prediction, then of row). A uniform rank below k and a uniform tie draw evenly from the k
    nearest donors, those at the k-th distance being chosen by lot. Returns (r,) row numbers of donors.
    """
    if not len(wanted):
        return np.zeros(0, dtype=np.intp)
    middle = fitted.mean()
    width = float(np.abs(fitted - middle).max()) or 1.0
    donors = np.rint((fitted - middle) / width * _STEPS).astype(np.int64)
    targets = np.rint(np.clip((wanted - middle) / width, -_FAR, _FAR) * _STEPS).astype(np.int64)

    order = np.argsort(donors, kind="stable")
    distinct, start, count = np.unique(donors[order], return_index=True, return_counts=True)
    # The nearest `reach` donors are among the `reach` distinct predictions on either side.
    reach = int(rank.max()) + 1
    place = np.searchsorted(distinct, targets)[:, None] + np.arange(-reach, reach)
    exists = (place >= 0) & (place < len(distinct))
    place = np.clip(place, 0, len(distinct) - 1)
    distance = np.where(exists, np.abs(distinct[place] - targets[:, None]), np.iinfo(np.int64).max)
    donors_there = np.where(exists, count[place], 0)

    by_distance = np.argsort(distance, axis=1, kind="stable")
    nearer = np.cumsum(np.take_along_axis(donors_there, by_distance, axis=1), axis=1)
    reached = np.argmax(nearer > rank[:, None], axis=1)[:, None]
    at_distance = np.take_along_axis(distance, np.take_along_axis(by_distance, reached, axis=1), axis=1)

    # Rounding to steps moves either side of a distance by half a step.
    tied = np.where(np.abs(distance - at_distance) <= 2, donors_there, 0)
    up_to = np.cumsum(tied, axis=1)
    pick = np.minimum((tie * up_to[:, -1]).astype(np.intp), up_to[:, -1] - 1)
    chosen = np.argmax(up_to > pick[:, None], axis=1)
    row = np.arange(len(targets))
    before = up_to[row, chosen] - tied[row, chosen]
    return np.asarray(order[start[place[row, chosen]] + pick - before], dtype=np.intp)
