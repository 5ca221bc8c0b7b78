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

Case weights multiply every count and every sum, those of G included. In a stratified model a patient counts at the
events of the own stratum only; how G is shared is another choice, that of the censoring groups.
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

    position: of each patient's time in `distinct`. event: of the cause; competing: of any other. weight: case weights
    or None. censoring_group: codes 0, 1, ...; n_groups of them. stratum: codes 0, 1, ... or None.
    """

    distinct: FloatArray
    position: IntArray
    event: BoolArray
    competing: BoolArray
    X: FloatArray
    weight: FloatArray | None
    censoring_group: IntArray
    n_groups: int
    stratum: IntArray | None

    @cached_property
    def censored(self) -> BoolArray:
        """Who is censored."""
        return ~(self.event | self.competing)

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
    """The patients of one censoring group who stay in risk sets after another cause, in order of their block.

    group: its code. rows: (m,) columns of `SubdistributionSets.design`; design: (1 + p, m) those columns. share: (m,)
    1 / G(X-). block: (m,) the last block up to the own time. uncensored: (K,) G just before each block. censoring: of
    the group.
    """

    group: int
    rows: IntArray
    design: FloatArray
    share: FloatArray
    block: IntArray
    uncensored: FloatArray
    censoring: Censoring


@dataclass(frozen=True, eq=False, repr=False)
class SubdistributionSets:
    """Patients sorted into the risk sets of K blocks, a block being one event time of one stratum.

    The first block of each stratum stands for the time before its first event and has none. rows: (n,) the places of
    all patients in the caller's arrays, first the `outside` who are in no risk set, then the m others by block.
    design: (1 + p, m) a row of ones, then x. block: (m,) the last block up to the own time. weight: (m,) or None.
    kept: those with another cause, by censoring group. deaths: (E,) columns of design with the event. d: (K,) events
    per block. position: (K,) of the block's time among the distinct times. strata: block ranges.
    """

    rows: IntArray
    outside: int
    design: FloatArray
    block: IntArray
    weight: FloatArray | None
    kept: tuple[Kept, ...]
    deaths: IntArray
    d: FloatArray
    position: IntArray
    strata: tuple[tuple[int, int], ...]

    @cached_property
    def X(self) -> FloatArray:  # noqa: N802 - as everywhere
        """The covariates of those in a risk set: shape (p, m)."""
        return self.design[1:]

    @cached_property
    def scratch(self) -> FloatArray:
        """Room for one product with `design`: new memory at every step would take longer than the product."""
        return np.empty_like(self.design)

    @cached_property
    def first(self) -> list[int]:
        """The first block of each stratum."""
        return [begin for begin, _ in self.strata]

    @cached_property
    def death_weight(self) -> FloatArray:
        """Case weights of the events: shape (E,)."""
        return np.ones(len(self.deaths)) if self.weight is None else self.weight[self.deaths]

    @cached_property
    def deaths_x(self) -> FloatArray:
        """Sum of x over the events: shape (p,)."""
        return np.asarray(np.take(self.X, self.deaths, axis=1) @ self.death_weight)

    def with_columns(self, columns: IntArray) -> SubdistributionSets:
        """The same risk sets with only these covariates."""
        if len(columns) == len(self.X):
            return self
        rows = np.concatenate(([0], columns + 1))
        kept = tuple(replace(one, design=one.design[rows]) for one in self.kept)
        return replace(self, design=self.design[rows], kept=kept)

    def under_observation(self, values: FloatArray, risk: FloatArray) -> FloatArray:
        """Sum of value times risk over those under observation at each block: (q, m) and (m,) in, (q, K) out."""
        blocks = weighted_sums(values, risk, self.block, len(self.d))
        for begin, end in self.strata:
            part = blocks[..., begin:end]
            np.cumsum(part[..., ::-1], axis=-1, out=part[..., ::-1])
        return blocks

    def after_another_cause(self, one: Kept, values: FloatArray, risk: FloatArray) -> FloatArray:
        """The same over the patients of `one` with another cause before each block."""
        blocks = weighted_sums(values, risk, one.block, len(self.d))
        before = np.zeros_like(blocks)
        for begin, end in self.strata:
            np.cumsum(blocks[..., begin : end - 1], axis=-1, out=before[..., begin + 1 : end])
        return before

    def while_under_observation(self, by_block: FloatArray) -> FloatArray:
        """Sum over the blocks each patient is under observation in: (..., K) in, (..., m) out."""
        running = np.empty_like(by_block)
        for begin, end in self.strata:
            np.cumsum(by_block[..., begin:end], axis=-1, out=running[..., begin:end])
        return np.take(running, self.block, axis=-1)

    def from_then_on(self, one: Kept, by_block: FloatArray) -> FloatArray:
        """Sum over the blocks after the own time of each patient of `one`: (..., K) in, (..., m) out."""
        running = np.zeros_like(by_block)
        for begin, end in self.strata:
            later = by_block[..., begin + 1 : end][..., ::-1]
            np.cumsum(later, axis=-1, out=running[..., begin : end - 1][..., ::-1])
        return np.take(running, one.block, axis=-1)


def weighted_sums(values: FloatArray, weight: FloatArray, place: IntArray, size: int) -> FloatArray:
    """Add up weight times value over the columns of `values` (q, m) that have the same place: shape (q, size)."""
    sums = np.empty((len(values), size))
    for row, of in zip(
        sums, values, strict=True
    ):  # one at a time: short arrays stay in the processor's cache
        row[:] = np.bincount(place, of * weight, minlength=size)
    return sums


def censoring(data: SubdistributionData, group: int) -> Censoring:
    """The Kaplan-Meier curve of remaining uncensored in one censoring group."""
    size = len(data.distinct)
    members = data.censoring_group == group if data.n_groups > 1 else np.ones(len(data.position), dtype=bool)
    censored_members = members & data.censored

    def count(rows: BoolArray) -> FloatArray:
        weight = None if data.weight is None else data.weight[rows]
        return np.bincount(data.position[rows], weight, minlength=size).astype(np.float64)

    at_risk = np.cumsum(count(members)[::-1])[::-1]
    censored = count(censored_members)
    steps = 1.0 - np.divide(censored, at_risk, out=np.zeros(size), where=at_risk > 0.0)
    before = np.cumprod(np.concatenate(([1.0], steps[:-1])))
    return Censoring(at_risk, censored, np.where(at_risk > 0.0, before, 0.0))


def build_sets(data: SubdistributionData, stratum: IntArray | None) -> SubdistributionSets:
    """Sort patients into risk sets; at least one event of the cause. `stratum`: (n,) codes 0, 1, ... or None."""
    with_event = np.zeros(len(data.distinct), dtype=bool)
    with_event[data.position[data.event]] = True
    passed = np.cumsum(with_event)[data.position]  # distinct event times up to the own time
    event_position = np.concatenate(([0], np.flatnonzero(with_event)))
    if stratum is None:
        block, position, edges = passed, event_position, [0, len(event_position)]
        at_risk, staying = passed > 0, data.competing & (passed < len(event_position) - 1)
    else:
        size, strata = len(event_position), np.arange(int(stratum.max()) + 1)
        code = stratum * size + passed
        blocks = np.unique(np.concatenate((strata * size, code[data.event])))
        block, position = np.searchsorted(blocks, code, side="right") - 1, event_position[blocks % size]
        begins = np.searchsorted(blocks, strata * size)
        edges = [*begins.tolist(), len(blocks)]
        at_risk = block > begins[stratum]
        staying = data.competing & (block < np.array(edges[1:])[stratum] - 1)

    inside = at_risk | staying
    key = np.where(inside, block + 1, 0)
    # Short integers are sorted by counting.
    rows = np.argsort(key.astype(np.uint16) if len(position) < 2**16 else key, kind="stable")
    outside = len(rows) - int(np.count_nonzero(inside))
    places = rows[outside:]
    sorted_block = block[places]
    design = np.ones((1 + len(data.X), len(places)))
    np.take(data.X, places, axis=1, out=design[1:], mode="clip")
    weight = None if data.weight is None else data.weight[places]
    deaths = np.flatnonzero(data.event[places])
    stayers = np.flatnonzero(staying[places])
    group_of = data.censoring_group[places[stayers]]
    members = (
        (group, stayers if data.n_groups == 1 else stayers[group_of == group])
        for group in range(data.n_groups)
    )
    d = np.bincount(sorted_block[deaths], None if weight is None else weight[deaths], minlength=len(position))
    return SubdistributionSets(
        rows=rows,
        outside=outside,
        design=design,
        block=sorted_block,
        weight=weight,
        kept=tuple(
            _kept(data, group, chosen, places, design, sorted_block, position)
            for group, chosen in members
            if len(chosen)
        ),
        deaths=deaths,
        d=d.astype(np.float64),
        position=position,
        strata=tuple(pairwise(edges)),
    )


def _kept(
    data: SubdistributionData,
    group: int,
    rows: IntArray,
    places: IntArray,
    design: FloatArray,
    block: IntArray,
    position: IntArray,
) -> Kept:
    own = block[rows]
    curve = censoring(data, group)
    return Kept(
        group=group,
        rows=rows,
        design=np.take(design, rows, axis=1),
        share=1.0 / curve.uncensored[data.position[places[rows]]],
        block=own,
        uncensored=curve.uncensored[position],
        censoring=curve,
    )
