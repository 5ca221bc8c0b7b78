"""Compiled: the patients of a resample from how often each is drawn, and the arrays its fit works in."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.batch.compiled import compiled
from crlm.statistics.times import FloatArray

IntArray = NDArray[Any]


@compiled
def work_space(
    p: int, m: int, K: int, most_events: int
) -> tuple[FloatArray, FloatArray, IntArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Z with room for means; vectors by patient (w, risk, expected, running, and two by patient and mean); places:
    begin, deaths_end, d, patient, tied blocks, deaths before, block of each event, exponents; numbers by block
    (S0, T0, root, share, rest, the first x'beta); by event (f, inverse and first denominator); running sums; (p,)
    score, step, trial, scale, observed; two (p, p).
    """
    return (
        np.empty((p, m + 2 * K)),
        np.empty((6, m + 2 * K + 1)),
        np.empty((8, max(m, most_events) + 1), np.int64),
        np.empty((6, K + 1)),
        np.empty((3, most_events + 1)),
        np.empty((m + 1, 4)),
        np.empty((5, p)),
        np.empty((2, p, p)),
    )


@compiled
def largest_number_of_events(rows: IntArray, counts: IntArray, died: FloatArray) -> int:
    """In any of the replicates; counts: (R, n)."""
    most = 0
    for r in range(len(counts)):
        events = 0
        for i in range(len(died)):
            events += counts[r, rows[i]] * np.int64(died[i])
        most = max(most, events)
    return most


@compiled
def resample(
    X: FloatArray,
    died: FloatArray,
    rows: IntArray,
    counts: IntArray,
    starts: IntArray,
    death_ends: IntArray,
    efron: bool,
    Z: FloatArray,
    vectors: FloatArray,
    places: IntArray,
    events: FloatArray,
    observed: FloatArray,
) -> tuple[int, int, int]:
    """Copy the patients that are drawn, and drop event times at which nobody drawn has an event.

    X: (p, m) sorted by last event block, deaths of a block first; died: (m,) 1 or 0; rows: (m,) their places in
    counts; starts: (K + 1,), death_ends: (K,). Returns the numbers of patients, of blocks and of events written to
    the arrays of `work_space`; observed: (p,) the sum of each covariate over the events. Nothing branches on who is
    drawn: that cannot be foretold.
    """
    w, dying, begin, deaths_end, d = vectors[0], vectors[1], places[0], places[1], places[2]
    place, before, deaths, block = places[3], places[4], places[5], places[6]
    m, drawn_rows, gone = X.shape[1], 0, 0
    for i in range(m):
        count = counts[rows[i]]
        place[drawn_rows], before[i], deaths[i], w[drawn_rows] = i, drawn_rows, gone, count
        drawn_rows += count > 0
        gone += count * np.int64(died[i])
    before[m], deaths[m] = drawn_rows, gone
    K = 0
    for k in range(len(death_ends)):
        total = deaths[death_ends[k]] - deaths[starts[k]]
        begin[K], deaths_end[K], d[K] = before[starts[k]], before[death_ends[k]], total
        K += total > 0
    if K == 0:
        return 0, 0, 0
    first = begin[0]  # before the first event nobody is at risk of one
    n, D = drawn_rows - first, 0
    begin[K] = drawn_rows
    for k in range(K + 1):
        begin[k] -= first
    for k in range(K):
        deaths_end[k] -= first
        share = 1.0 / d[k] if efron else 0.0
        for drawn in range(d[k]):
            block[D], events[0, D] = k, drawn * share
            D += 1
    for i in range(n):
        w[i] = w[first + i]
        dying[i] = w[i] * died[place[first + i]]
    for j in range(len(X)):
        total_x = 0.0
        for i in range(n):
            x = X[j, place[first + i]]
            Z[j, i] = x
            total_x += x * dying[i]
        observed[j] = total_x
    return n, K, D
