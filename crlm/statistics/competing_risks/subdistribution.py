"""Risk sets of the subdistribution hazard: who counts at each event of the cause, and with which weight.

At an event of the cause at time t there count everybody under observation, with weight 1, and everybody who had
another cause at X before t, with weight

    w(t) = G(t-) / G(X-)

G being the Kaplan-Meier curve of remaining uncensored: the chance of still being under observation at t for one who
was at X. Conventions are those of R's cmprsk: G is estimated over all patients (of one censoring group) with
censoring as the event, whoever fails at the time of a censoring is at risk of it, both values are taken just before
the time, and after a group's last follow-up time its patients count no more. Source: Fine & Gray 1999, J Am Stat
Assoc 94:496.

Both kinds of weight split into a factor per patient and one per event time, so every sum over a risk set is a
running sum: over those under observation from the end, over the others from the beginning.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.times import BoolArray, FloatArray

IntArray = NDArray[np.intp]


@dataclass(frozen=True, eq=False, repr=False)
class SubdistributionData:
    """What is analysed. Shapes (n,) but for distinct (T,), the distinct tied times, and X (p, n), centred.

    position: of each patient's time in `distinct`. event: of the cause; competing: of any other.
    censoring_group: codes 0, 1, ...; n_groups of them.
    """

    distinct: FloatArray
    position: IntArray
    event: BoolArray
    competing: BoolArray
    X: FloatArray
    censoring_group: IntArray
    n_groups: int

    def members(self, group: int) -> BoolArray | slice:
        """The patients of a censoring group."""
        return self.censoring_group == group if self.n_groups > 1 else slice(None)

    def with_columns(self, columns: IntArray) -> SubdistributionData:
        """The same patients with only these covariates."""
        return self if len(columns) == len(self.X) else replace(self, X=self.X[columns])


@dataclass(frozen=True, eq=False, repr=False)
class Censoring:
    """Censoring in one group at each distinct time, shapes (T,).

    at_risk: of censoring. censored: how many are. uncensored: G just before; 0 after the group's last time.
    """

    at_risk: FloatArray
    censored: FloatArray
    uncensored: FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class Kept:
    """The patients of one censoring group who stay in risk sets after another cause, by `after`.

    group: its code. rows: (m,) places in the caller's arrays. X: (p, m). share: (m,) 1 / G(X-). after: (m,) the first
    event block after the own time. starts, blocks: the runs of equal `after`. uncensored: (K,) G just before each
    block. censoring: of the group.
    """

    group: int
    rows: IntArray
    X: FloatArray
    share: FloatArray
    after: IntArray
    starts: IntArray
    blocks: IntArray
    uncensored: FloatArray
    censoring: Censoring


@dataclass(frozen=True, eq=False, repr=False)
class SubdistributionSets:
    """Patients sorted into the risk sets of K event blocks, a block being one event time of one stratum.

    X: (p, m) of those under observation at some event, in order of `last`, the last block they are under
    observation in; rows: (m,) their places in the caller's arrays; starts: (K,) the first patient whose last
    block is k (each block has one, who has the event). kept: those with another cause, by censoring group.
    deaths: (E,) places of the events in `rows`. d: (K,) events per block. position: (K,) of the block's time among
    the distinct times. strata: block ranges.
    """

    X: FloatArray
    rows: IntArray
    last: IntArray
    starts: IntArray
    kept: tuple[Kept, ...]
    deaths: IntArray
    d: FloatArray
    position: IntArray
    strata: tuple[tuple[int, int], ...]

    @cached_property
    def deaths_x(self) -> FloatArray:
        """Sum of x over the events: shape (p,)."""
        return np.asarray(self.X[:, self.deaths].sum(axis=1))

    def with_columns(self, columns: IntArray) -> SubdistributionSets:
        """The same risk sets with only these covariates."""
        if len(columns) == len(self.X):
            return self
        kept = tuple(replace(one, X=one.X[columns]) for one in self.kept)
        return replace(self, X=np.ascontiguousarray(self.X[columns]), kept=kept)

    def under_observation(self, by_patient: FloatArray) -> FloatArray:
        """Sum over those under observation at each block: (..., m) in, (..., K) out."""
        blocks = np.add.reduceat(by_patient, self.starts, axis=-1)
        for begin, end in self.strata:
            part = blocks[..., begin:end]
            np.cumsum(part[..., ::-1], axis=-1, out=part[..., ::-1])
        return blocks

    def after_another_cause(self, one: Kept, by_patient: FloatArray) -> FloatArray:
        """Sum over the patients of `one` with another cause before each block: (..., m) in, (..., K) out."""
        blocks = np.zeros((*by_patient.shape[:-1], len(self.d)))
        blocks[..., one.blocks] = np.add.reduceat(by_patient, one.starts, axis=-1)
        for begin, end in self.strata:
            np.cumsum(blocks[..., begin:end], axis=-1, out=blocks[..., begin:end])
        return blocks

    def while_under_observation(self, by_block: FloatArray) -> FloatArray:
        """Sum over the blocks each patient is under observation in: (..., K) in, (..., m) out."""
        running = np.empty_like(by_block)
        for begin, end in self.strata:
            np.cumsum(by_block[..., begin:end], axis=-1, out=running[..., begin:end])
        return np.asarray(running[..., self.last])

    def from_then_on(self, one: Kept, by_block: FloatArray) -> FloatArray:
        """Sum over the blocks after the own time of each patient of `one`: (..., K) in, (..., m) out."""
        running = np.empty_like(by_block)
        for begin, end in self.strata:
            part = by_block[..., begin:end][..., ::-1]
            np.cumsum(part, axis=-1, out=running[..., begin:end][..., ::-1])
        return np.asarray(running[..., one.after])


def censoring(data: SubdistributionData, group: int) -> Censoring:
    """The Kaplan-Meier curve of remaining uncensored in one censoring group."""
    rows, size = data.members(group), len(data.distinct)
    leaving = np.bincount(data.position[rows], minlength=size)
    at_risk = np.cumsum(leaving[::-1])[::-1].astype(np.float64)
    failed = (data.event | data.competing)[rows]
    censored = leaving - np.bincount(data.position[rows][failed], minlength=size)
    steps = 1.0 - censored / np.maximum(at_risk, 1.0)
    before = np.cumprod(np.concatenate(([1.0], steps[:-1])))
    return Censoring(at_risk, censored.astype(np.float64), np.where(at_risk > 0.0, before, 0.0))


def build_sets(data: SubdistributionData, stratum: IntArray | None = None) -> SubdistributionSets:
    """Sort patients into risk sets; at least one event of the cause. `stratum`: (n,) codes from 0."""
    with_event = np.zeros(len(data.distinct), dtype=bool)
    with_event[data.position[data.event]] = True
    passed = np.cumsum(with_event)[data.position]  # distinct event times up to the own time
    event_position = np.flatnonzero(with_event)
    if stratum is None:
        n_blocks, next_block, position, borders = len(event_position), passed, event_position, []
        ever, staying = passed > 0, data.competing & (passed < n_blocks)
    else:
        size = len(event_position) + 1
        blocks = np.unique(stratum[data.event] * size + passed[data.event])
        next_block = np.searchsorted(blocks, stratum * size + passed, side="right")
        ever = next_block > np.searchsorted(blocks, stratum * size, side="left")
        staying = data.competing & (next_block < np.searchsorted(blocks, (stratum + 1) * size, side="left"))
        n_blocks, position = len(blocks), event_position[blocks % size - 1]
        borders = (np.flatnonzero(np.diff(blocks // size)) + 1).tolist()

    # Short integers are sorted by counting.
    order = np.argsort(next_block.astype(np.uint16) if n_blocks < 2**16 else next_block, kind="stable")
    rows, stayers = order[ever[order]], order[staying[order]]
    last = next_block[rows] - 1
    group_of = data.censoring_group[stayers]
    deaths = np.flatnonzero(data.event[rows])
    return SubdistributionSets(
        X=np.take(data.X, rows, axis=1),
        rows=rows,
        last=last,
        starts=np.searchsorted(last, np.arange(n_blocks)),
        kept=tuple(
            _kept(data, group, stayers[group_of == group], next_block, position)
            for group in range(data.n_groups)
            if np.any(group_of == group)
        ),
        deaths=deaths,
        d=np.bincount(last[deaths], minlength=n_blocks).astype(np.float64),
        position=position,
        strata=tuple(pairwise([0, *borders, n_blocks])),
    )


def _kept(
    data: SubdistributionData, group: int, rows: IntArray, next_block: IntArray, block_position: IntArray
) -> Kept:
    after = next_block[rows]
    starts = np.flatnonzero(np.diff(after, prepend=-1))
    curve = censoring(data, group)
    return Kept(
        group=group,
        rows=rows,
        X=np.take(data.X, rows, axis=1),
        share=1.0 / curve.uncensored[data.position[rows]],
        after=after,
        starts=starts,
        blocks=after[starts],
        uncensored=curve.uncensored[block_position],
        censoring=curve,
    )
