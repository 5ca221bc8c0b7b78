"""Sums over patients who come under observation late, without ever subtracting.

The usual way subtracts those who have not entered yet from a running sum. That loses every digit when they
weigh much more than those at risk, so here each stay [first, last] over event blocks is cut once, at the
block m where the numbers first and last part in their highest binary digit. The left piece ends at m - 1
and the right piece starts at m, so all pieces of one level are sums that run towards or away from known
borders.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.times import FloatArray

IntArray = NDArray[np.intp]


@dataclass(frozen=True, eq=False, repr=False)
class Level:
    """The stays that are cut at an odd multiple of `half` blocks.

    patients: each of them twice, once for either piece, in order of `blocks`, the far end of the piece.
    starts: the first patient of each run of the same block. run_blocks: those blocks.
    """

    half: int
    patients: IntArray
    blocks: IntArray
    starts: IntArray
    run_blocks: IntArray


@dataclass(frozen=True, eq=False, repr=False)
class LateStays:
    """Stays of the patients (m,) in `patients` that begin after the first block of their stratum."""

    patients: IntArray
    n_blocks: int
    levels: tuple[Level, ...]

    def add_at_risk(self, by_patient: FloatArray, blocks: FloatArray) -> None:
        """Add to `blocks` (..., K) the sum of `by_patient` (..., n) over the late patients at risk."""
        for level in self.levels:
            values = np.zeros((*blocks.shape[:-1], self._padded(level)))
            values[..., level.run_blocks] = np.add.reduceat(
                by_patient[..., level.patients], level.starts, axis=-1
            )
            if level.half:
                _run(values, level.half, towards_cut=True)
            blocks += values[..., : self.n_blocks]

    def add_while_at_risk(self, by_block: FloatArray, patients: FloatArray) -> None:
        """Add to `patients` (n,) the sum of `by_block` (K,) over each late patient's own stay."""
        for level in self.levels:
            values = np.zeros(self._padded(level))
            values[: self.n_blocks] = by_block
            if level.half:
                _run(values, level.half, towards_cut=False)
            np.add.at(patients, level.patients, values[level.blocks])

    def _padded(self, level: Level) -> int:
        whole = 2 * max(level.half, 1)
        return -(-self.n_blocks // whole) * whole


def late_stays(patients: IntArray, first: IntArray, last: IntArray, n_blocks: int) -> LateStays | None:
    """Prepare the stays `first` to `last` (m,) of `patients` (m,), or None when there are none."""
    if not patients.size:
        return None
    digit = np.frexp((first ^ last).astype(np.float64))[1]  # 0: one block only; else highest digit + 1
    return LateStays(
        patients, n_blocks, tuple(_level(d, patients, first, last, digit) for d in np.unique(digit))
    )


def _level(d: int, patients: IntArray, first: IntArray, last: IntArray, digit: IntArray) -> Level:
    here = digit == d
    ends = first[here] if d == 0 else np.concatenate((first[here], last[here]))
    who = patients[here] if d == 0 else np.tile(patients[here], 2)
    order = np.argsort(ends, kind="stable")
    run_blocks, starts = np.unique(ends[order], return_index=True)
    return Level(0 if d == 0 else 1 << (int(d) - 1), who[order], ends[order], starts, run_blocks)


def _run(values: FloatArray, half: int, *, towards_cut: bool) -> None:
    """Running sums in place, in stretches of `half` blocks; a cut lies between an even and the next odd stretch."""
    stretches = values.reshape(*values.shape[:-1], values.shape[-1] // (2 * half), 2, half)
    left, right = stretches[..., 0, :], stretches[..., 1, ::-1]
    if not towards_cut:
        left, right = left[..., ::-1], right[..., ::-1]
    np.cumsum(left, axis=-1, out=left)
    np.cumsum(right, axis=-1, out=right)
