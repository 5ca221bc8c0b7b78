"""Which patients a bootstrap replicate draws, from a seed and the number of the replicate alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Counts = NDArray[np.int32]

_GOLDEN = 0x9E3779B97F4A7C15
_MIX_1, _MIX_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def replicate_counts(n: int, replicates: int, seed: int, first: int = 0) -> Counts:
    """How often each of n patients is drawn in each replicate: shape (replicates, n), rows sum to n.

    Replicate r is the same whatever other replicates are asked for: `first` is the number of the first row. The
    generator is SplitMix64 (Steele, Lea & Flood 2014, OOPSLA), one stream per replicate with a start of its own; the
    upper 32 bits of a draw times n give a patient, whose probabilities differ by less than n / 2^32 of themselves.
    Checked against: a plain Python version (tests/statistics/test_batch.py).
    """
    if n < 1 or n >= 2**31:
        raise ValueError(f"n was {n}; it lies between 1 and 2^31 - 1")
    if replicates < 0 or first < 0:
        raise ValueError(f"replicates was {replicates} and first {first}; neither is below 0")
    numbers = np.arange(first, first + replicates, dtype=np.uint64)
    start = _mixed(_mixed(np.full(1, seed % 2**64, dtype=np.uint64)) + numbers * np.uint64(_GOLDEN))
    steps = np.arange(1, n + 1, dtype=np.uint64) * np.uint64(_GOLDEN)
    counts = np.empty((replicates, n), dtype=np.int32)
    for row in range(replicates):
        draws = _mixed(start[row] + steps) >> np.uint64(32)
        patients = (draws * np.uint64(n)) >> np.uint64(32)
        counts[row] = np.bincount(patients.astype(np.intp), minlength=n)
    return counts


def validate_counts(counts: ArrayLike, n: int) -> Counts:
    """Replicate counts given by the caller: whole numbers >= 0, shape (replicates, n); `ValueError`."""
    given = np.asarray(counts)
    if given.ndim != 2 or given.shape[1] != n or given.dtype.kind not in "iu":
        raise ValueError(
            f"counts has shape {given.shape} and type {given.dtype}; it has one row of {n} whole numbers "
            "per replicate"
        )
    if given.size and given.min() < 0:
        raise ValueError(f"counts holds {given.min()}; nobody is drawn less than 0 times")
    return np.ascontiguousarray(given, dtype=np.int32)


def drawn_rows(counts: Counts) -> NDArray[np.intp]:
    """The rows of one replicate, a patient drawn twice standing there twice."""
    return np.repeat(np.arange(len(counts)), counts)


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = (state ^ (state >> np.uint64(30))) * np.uint64(_MIX_1)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(_MIX_2)
    return np.asarray(z ^ (z >> np.uint64(31)))
