"""Who is at risk at which event: patients sorted once so that every sum over a risk set is a running sum."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from crlm.statistics.cox.delayed_entry import IntArray, LateStays, late_stays
from crlm.statistics.times import BoolArray, FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class TiedDeaths:
    """The event blocks with more than one death, for Efron's denominators.

    blocks: (B,) block numbers. deaths: (D,) places among all deaths, by block. starts: (B,) first of each
    block in `deaths`. run: (D,) which of the B. fraction: (D,) the share j/d of the dying that denominator
    j leaves out.
    """

    blocks: IntArray
    deaths: IntArray
    starts: IntArray
    run: IntArray
    fraction: FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class RiskSets:
    """Patients in order of stratum and last event survived to, the dying first, and the events they are at risk for.

    An *event block* is one distinct event time within one stratum; blocks are numbered by stratum, then time.
    A patient is at risk in the blocks `first_block` to `last_block` of the own stratum. Patients at risk at
    no event tell the partial likelihood nothing and are left out.

    X: shape (p, n), covariates by row. weights: (n,). rows: (n,) place of each patient in the caller's
    arrays. starts: (K,) first patient whose last block is k; every block has one, because it has a death.
    deaths: (E,) the patients with the event, by block. death_starts: (K,) the first death of each block.
    death_block: (E,). death_weight: (E,) mean weight of the deaths of the block. tied: None for Breslow and
    without ties. block_stratum: (K,). strata: block ranges, one per stratum. offset: (n,)
    part of the log hazard ratio that is known. weighted: False where all weights are 1.
    """

    X: FloatArray
    weights: FloatArray
    rows: IntArray
    first_block: IntArray
    last_block: IntArray
    starts: IntArray
    deaths: IntArray
    death_starts: IntArray
    death_block: IntArray
    death_weight: FloatArray
    tied: TiedDeaths | None
    block_stratum: IntArray
    strata: tuple[tuple[int, int], ...]
    late: LateStays | None
    offset: FloatArray | None = None
    weighted: bool = True

    @property
    def n_blocks(self) -> int:
        """Distinct event times, counted per stratum."""
        return len(self.starts)

    @cached_property
    def block_weight(self) -> FloatArray:
        """Weight of the deaths of each event block: shape (K,)."""
        if len(self.death_weight) == self.n_blocks:  # one death in every block
            return self.death_weight
        return np.asarray(np.add.reduceat(self.death_weight, self.death_starts))

    @cached_property
    def deaths_x(self) -> FloatArray:
        """Sum of w x over the deaths of each event block: shape (p, K)."""
        weighted = self.X[:, self.deaths] * self.weights[self.deaths]
        return np.asarray(np.add.reduceat(weighted, self.death_starts, axis=1))

    def with_columns(self, columns: IntArray) -> RiskSets:
        """The same risk sets with only these covariates."""
        if len(columns) == len(self.X):
            return self
        return replace(self, X=np.ascontiguousarray(self.X[columns]))

    def at_risk_sums(self, by_patient: FloatArray) -> FloatArray:
        """Sum a quantity over each risk set: (..., n) per patient in, (..., K) per event block out."""
        prompt = by_patient
        if self.late is not None:
            prompt = by_patient.copy()
            prompt[..., self.late.patients] = 0.0
        blocks = np.add.reduceat(prompt, self.starts, axis=-1)
        for begin, end in self.strata:
            part = blocks[..., begin:end]
            np.cumsum(part[..., ::-1], axis=-1, out=part[..., ::-1])
        if self.late is not None:
            self.late.add_at_risk(by_patient, blocks)
        return blocks

    def sums_while_at_risk(self, by_block: FloatArray) -> FloatArray:
        """Sum a quantity over the blocks each patient is at risk in: (K,) in, (n,) out."""
        running = np.empty(len(by_block))
        for begin, end in self.strata:
            np.cumsum(by_block[begin:end], out=running[begin:end])
        result = running[self.last_block]
        if self.late is not None:
            result[self.late.patients] = 0.0
            self.late.add_while_at_risk(by_block, result)
        return result

    def at_risk_maximum(self, by_patient: FloatArray) -> FloatArray:
        """Largest value in each risk set: (n,) per patient in, (K,) per event block out.

        Each stay at risk is covered by two overlapping runs of 2^level blocks; the runs are then halved level
        by level. Works in the same way with and without delayed entry.
        """
        length = self.last_block - self.first_block + 1
        level_of = np.frexp(length.astype(np.float64))[1] - 1
        top = int(level_of.max())
        K = self.n_blocks
        flat = np.full((top + 1) * K, -np.inf)  # a plain index is many times as fast as a pair
        np.maximum.at(flat, level_of * K + self.first_block, by_patient)
        np.maximum.at(flat, level_of * K + self.last_block + 1 - (1 << level_of), by_patient)
        covered = flat.reshape(top + 1, K)
        for level in range(top, 0, -1):
            half = 1 << (level - 1)
            np.maximum(covered[level - 1], covered[level], out=covered[level - 1])
            np.maximum(covered[level - 1][half:], covered[level][:-half], out=covered[level - 1][half:])
        result: FloatArray = covered[0]
        return result


def build_risk_sets(
    time: FloatArray,
    event: BoolArray,
    X: FloatArray,
    *,
    stratum: IntArray | None,
    entry: FloatArray | None,
    weights: FloatArray | None,
    efron: bool,
    offset: FloatArray | None = None,
) -> RiskSets:
    """Sort patients into risk sets; at least one event.

    time, event, entry, weights, stratum: shape (n,); X: shape (p, n). Ties in `time` must already be exact
    (`tie_times`). A patient is at risk at t when entry < t <= time, as in R.
    """
    if stratum is None and entry is None:
        rows, last = _order_in_one_stratum(time, event)
        first = begins = np.zeros(len(rows), dtype=np.intp)
        n_blocks = int(last[-1]) + 1
        block_stratum = np.zeros(n_blocks, dtype=np.intp)
    else:
        block_stratum, rows, first, last, begins = _order(time, event, stratum, entry)
        n_blocks = len(block_stratum)
    case_weights = np.ones(len(rows)) if weights is None else weights[rows]

    (deaths,) = event[rows].nonzero()
    death_block = last[deaths]
    counts = np.bincount(death_block, minlength=n_blocks)
    death_starts = counts.cumsum() - counts
    if weights is None:
        death_weight = np.ones(len(deaths))
    else:
        death_weight = (np.add.reduceat(case_weights[deaths], death_starts) / counts)[death_block]

    borders = [] if stratum is None else (np.flatnonzero(np.diff(block_stratum)) + 1).tolist()
    edges = [0, *borders, n_blocks]
    return RiskSets(
        X=np.ascontiguousarray(X.T.take(rows, axis=0).T),  # patients are mostly given by row
        weights=case_weights,
        rows=rows,
        first_block=first,
        last_block=last,
        starts=deaths[death_starts],  # the dying stand first in their block
        deaths=deaths,
        death_starts=death_starts,
        death_block=death_block,
        death_weight=death_weight,
        tied=_tied_deaths(counts, death_starts) if efron else None,
        block_stratum=block_stratum,
        strata=tuple(pairwise(edges)),
        late=None if entry is None else _late(first, last, begins, n_blocks),
        offset=None if offset is None else offset[rows],
        weighted=weights is not None,
    )


def _order(
    time: FloatArray, event: BoolArray, stratum: IntArray | None, entry: FloatArray | None
) -> tuple[IntArray, IntArray, IntArray, IntArray, IntArray]:
    """The stratum of each block, the rows in order, and of each the first and last block and the stratum's first."""
    codes = np.zeros(len(time), dtype=np.intp) if stratum is None else stratum
    block_stratum, block_time = _distinct_pairs(codes[event], time[event])
    last = _blocks_up_to(time, codes, block_time, block_stratum) - 1
    begins = np.searchsorted(block_stratum, codes, side="left")
    first = begins if entry is None else _blocks_up_to(entry, codes, block_time, block_stratum)
    ever = np.flatnonzero(last >= first)
    rows = ever[np.lexsort((~event[ever], last[ever]))]
    return block_stratum, rows, first[rows], last[rows], begins[rows]


def _order_in_one_stratum(time: FloatArray, event: BoolArray) -> tuple[IntArray, IntArray]:
    """The same where everybody is at risk from the beginning, in one sort: the rows in order, the last block."""
    order = np.lexsort((~event, time))
    dies = event[order]
    died_at = time[order[dies]]
    first_of_block = np.ones(len(died_at), dtype=bool)
    np.not_equal(died_at[1:], died_at[:-1], out=first_of_block[1:])
    new = dies.copy()
    new[dies] = first_of_block
    last = new.cumsum() - 1
    never = int(new.argmax())
    return order[never:], last[never:]


def _late(first: IntArray, last: IntArray, begins: IntArray, n_blocks: int) -> LateStays | None:
    late = np.flatnonzero(first > begins)
    return late_stays(late, first[late], last[late], n_blocks)


def _tied_deaths(counts: IntArray, death_starts: IntArray) -> TiedDeaths | None:
    (blocks,) = (counts > 1).nonzero()
    if not blocks.size:
        return None
    size = counts[blocks]
    ends = size.cumsum()
    starts = ends - size
    run = np.arange(len(blocks)).repeat(size)
    within = np.arange(ends[-1]) - starts[run]
    return TiedDeaths(
        blocks=blocks,
        deaths=death_starts[blocks][run] + within,
        starts=starts,
        run=run,
        fraction=within / size[run],
    )


def split_strata(sets: RiskSets, group: IntArray, *, efron: bool) -> RiskSets:
    """The same patients, compared only within the same stratum and the same `group` (shape (n,))."""
    event = np.zeros(len(sets.rows), dtype=bool)
    event[sets.deaths] = True
    stratum = sets.block_stratum[sets.last_block]
    _, combined = np.unique(stratum * (int(group.max()) + 1) + group, return_inverse=True)
    split = build_risk_sets(
        sets.last_block.astype(np.float64),
        event,
        sets.X,
        stratum=combined,
        entry=sets.first_block.astype(np.float64) - 0.5 if sets.late is not None else None,
        weights=sets.weights if sets.weighted else None,
        efron=efron,
        offset=sets.offset,
    )
    return replace(split, rows=sets.rows[split.rows])


def _distinct_pairs(stratum: IntArray, time: FloatArray) -> tuple[IntArray, FloatArray]:
    order = np.lexsort((time, stratum))
    s, t = stratum[order], time[order]
    new = np.ones(len(s), dtype=bool)
    new[1:] = (s[1:] != s[:-1]) | (t[1:] != t[:-1])
    return s[new], t[new]


def _blocks_up_to(
    time: FloatArray, stratum: IntArray, block_time: FloatArray, block_stratum: IntArray
) -> IntArray:
    """The number, among all blocks, of the first block of the own stratum after each time."""
    if block_stratum[0] == block_stratum[-1] and not stratum.any():
        return np.searchsorted(block_time, time, side="right")
    distinct, rank = np.unique(np.concatenate((block_time, time)), return_inverse=True)
    size = len(distinct)
    keys = block_stratum * size + rank[: len(block_time)]
    return np.searchsorted(keys, stratum * size + rank[len(block_time) :], side="right")
