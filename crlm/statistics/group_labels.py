"""From labels to positions: which of k groups (or strata) each patient belongs to."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.int64]
Labels = Sequence[Hashable] | NDArray[Any]

# Whole-number labels within this range are looked up in a table instead of one by one.
_TABLE = 1_000


def positions(
    labels: Labels, n: int, levels: Sequence[Hashable] | None, name: str = "group"
) -> tuple[tuple[Hashable, ...], Positions]:
    """The levels, and for each of n labels its position among them: shape (n,).

    `levels`: all labels in the order wanted; by default those that occur, in order of appearance. `ValueError` for a
    label that is missing (None or NaN), that is not among the levels, or for levels named twice; `name` is what the
    message calls the labels.
    """
    if len(labels) != n:
        raise ValueError(
            f"{name} has {len(labels)} labels and time has {n} values; each patient needs one of each"
        )
    if isinstance(labels, np.ndarray):
        if labels.ndim != 1:
            raise ValueError(f"{name} has {labels.ndim} dimensions; it must be one column of labels")
        counted = _whole_numbers(labels, levels) if labels.dtype.kind in "iu" and n else None
        if counted is not None:
            return counted
        labels = labels.tolist()
    known = tuple(dict.fromkeys(labels)) if levels is None else tuple(levels)
    for label in known:
        if label is None or (isinstance(label, float) and np.isnan(label)):
            raise ValueError(f"{name} has a missing label; leave out patients for whom it is not known")
    place = {label: i for i, label in enumerate(known)}
    if len(place) != len(known):
        raise ValueError(f"levels were {known!r}; each level is named once")
    try:
        found = np.fromiter(map(place.__getitem__, labels), dtype=np.int64, count=n)
    except KeyError as unknown:
        raise ValueError(
            f"{name} has {unknown.args[0]!r}, which is not one of the levels {known!r}"
        ) from None
    return known, found


def _whole_numbers(
    labels: NDArray[Any], levels: Sequence[Hashable] | None
) -> tuple[tuple[Hashable, ...], Positions] | None:
    """As `positions`, for whole numbers close together; None when they must be looked up one by one."""
    lowest, highest = int(labels.min()), int(labels.max())
    if highest - lowest >= _TABLE:
        return None
    steps = np.subtract(labels, lowest, dtype=np.int64)
    present = np.flatnonzero(np.bincount(steps))
    if levels is None:
        order = present[np.argsort([int(np.argmax(steps == step)) for step in present])]
        known: tuple[Hashable, ...] = tuple((order + lowest).tolist())
    else:
        known = tuple(levels)
        if len(set(known)) != len(known) or not set((present + lowest).tolist()) <= set(known):
            return None
        order = np.array([known.index(int(step) + lowest) for step in present], dtype=np.int64)
    place = np.zeros(highest - lowest + 1, dtype=np.int64)
    if levels is None:
        place[order] = np.arange(len(order))
    else:
        place[present] = order
    if np.array_equal(place, np.arange(len(place))):
        return known, steps
    return known, place[steps]
