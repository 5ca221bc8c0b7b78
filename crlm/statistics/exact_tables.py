"""Fisher's exact p-value: how much of the probability lies in tables no likelier than the observed one.

Given its margins, a table has a probability proportional to 1 / product of the factorials of its cells.
Everything is done with logarithms of that weight.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.times import BoolArray, FloatArray

# Two tables whose probabilities differ by less than this fraction count as equally likely, as in R.
_EQUALLY_LIKELY = 1e-7
# Two log weights this close belong to the same product of factorials, summed in another order.
_SAME_WEIGHT = 1e-10
# What the computation may cost before it is refused: some seconds, some hundred megabytes.
_MOST_WAYS = 500_000
_MOST_STEPS = 500_000_000
_MOST_BRANCHES = 50_000_000
_AT_ONCE = 1_000_000

IntArray = NDArray[np.int64]


def exact_p_two_by_two(table: IntArray) -> float:
    """Two-sided p of a 2 x 2 table without empty margins, for any counts; accurate in the far tails."""
    from scipy import special

    (a, b), (c, d) = table.tolist()
    low, high = max(0, a - d), min(a + b, a + c)
    cell = np.arange(low, high, dtype=np.float64)
    # From one table to the next, one patient moves into the first cell: the ratio of their probabilities.
    steps = np.log((a + b - cell) / (cell + 1.0)) + np.log((a + c - cell) / (d - a + cell + 1.0))
    here = a - low
    weight = np.concatenate((-np.cumsum(steps[:here][::-1])[::-1], [0.0], np.cumsum(steps[here:])))
    unlikely = weight <= np.log1p(_EQUALLY_LIKELY)
    return min(float(np.exp(special.logsumexp(weight[unlikely]) - special.logsumexp(weight))), 1.0)


def exact_p(table: IntArray) -> float | None:
    """Two-sided p of an r x c table without empty margins; `None` when it would take too long to compute.

    Column by column. What is left of the row margins is a state; partial tables in the same state and with
    the same weight so far are one branch with a count. For each state the largest, the smallest and the
    summed weight of all completions are known, so that a branch is counted or dropped as a whole as soon as
    the observed weight lies outside what it can still reach (Mehta & Patel 1983). The last two columns are
    looked up: per state, the weights of all completions in order with their running sum.
    """
    from scipy import special

    if table.shape[0] > table.shape[1]:
        table = table.T
    rows, columns = table.sum(axis=1), np.sort(table.sum(axis=0))[::-1]
    states = float(np.prod(rows[:-1] + 1.0))
    if max(special.comb(columns + len(rows) - 1, len(rows) - 1)) > _MOST_WAYS:
        return None
    divisions = [_divisions(int(column), rows) for column in columns]
    if states * sum(len(division) for division in divisions) > _MOST_STEPS:
        return None
    log_factorial = special.gammaln(np.arange(table.sum() + 1) + 1.0)
    observed = -float(log_factorial[table].sum()) + np.log1p(_EQUALLY_LIKELY)
    largest, smallest, summed = _completions(rows, columns, divisions, log_factorial)

    weight = np.full(1, -summed[0].flat[-1])
    observed -= float(summed[0].flat[-1])  # from here on, weights are probabilities
    branches = _Branches(np.array([summed[0].size - 1]), weight, np.ones(1))
    unlikely = 0.0
    for j, division in enumerate(divisions[:-2], start=1):
        if len(branches.state) * len(division) > _MOST_BRANCHES:
            return None
        undecided = []
        for filled in _next(branches, division, largest[j], log_factorial):
            counted = filled.weight + largest[j].flat[filled.state] <= observed
            sure = filled.those(counted)
            unlikely += float(sure.many @ np.exp(sure.weight + summed[j].flat[sure.state]))
            undecided.append(
                filled.those(~counted & (filled.weight + smallest[j].flat[filled.state] <= observed))
            )
        branches = _join(undecided)
        if not branches.state.size:
            return min(unlikely, 1.0)
    unlikely += _last_two_columns(branches, observed, (rows, columns), divisions[-2], log_factorial)
    return min(unlikely, 1.0)


class _Branches(NamedTuple):
    """Partial tables: the state of each (flat index), its log weight so far, how many tables are alike."""

    state: IntArray
    weight: FloatArray
    many: FloatArray

    def those(self, chosen: BoolArray | IntArray | slice) -> "_Branches":
        return _Branches(self.state[chosen], self.weight[chosen], self.many[chosen])


def _next(
    branches: _Branches, division: IntArray, largest: FloatArray, log_factorial: FloatArray
) -> Iterator[_Branches]:
    """Fill one more column in every possible way, some branches at a time."""
    grid = largest.shape
    offset = np.ravel_multi_index(tuple(division[:, :-1].T), grid)
    own = -log_factorial[division].sum(axis=1)
    at_once = max(_AT_ONCE // len(division), 1)
    for start in range(0, len(branches.state), at_once):
        part = branches.those(slice(start, start + at_once))
        left = np.stack(np.unravel_index(part.state, grid), axis=1)
        which, how = np.nonzero(np.all(left[:, None, :] >= division[None, :, :-1], axis=2))
        state = part.state[which] - offset[how]
        completable = np.isfinite(largest.ravel()[state])
        which, how, state = which[completable], how[completable], state[completable]
        yield _Branches(state, part.weight[which] + own[how], part.many[which])


def _join(parts: list[_Branches]) -> _Branches:
    """Make one branch of those in the same state with the same weight; in the order of their states."""
    state, weight, many = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((weight, state))
    state, weight, many = state[order], weight[order], many[order]
    first = np.ones(len(state), dtype=bool)
    first[1:] = (np.diff(state) != 0) | (np.diff(weight) > _SAME_WEIGHT)
    starts = np.flatnonzero(first)
    together = np.add.reduceat(many, starts) if len(starts) else many
    return _Branches(state[starts], weight[starts], together)


def _last_two_columns(
    branches: _Branches,
    observed: float,
    margins: tuple[IntArray, IntArray],
    division: IntArray,
    log_factorial: FloatArray,
) -> float:
    """The probability of the completions of all branches that are no likelier than the observed table."""
    rows, columns = margins
    found = 0.0
    states, starts = np.unique(branches.state, return_index=True)  # branches are in the order of their states
    for state, here in zip(states, np.split(np.arange(len(branches.state)), starts[1:]), strict=True):
        left = np.array(np.unravel_index(state, tuple(rows[:-1] + 1)))
        left = np.append(left, columns[-2:].sum() - left.sum())
        fitting = division[np.all(division <= left, axis=1)]
        ways = np.sort(-log_factorial[fitting].sum(axis=1) - log_factorial[left - fitting].sum(axis=1))
        running = np.insert(np.cumsum(np.exp(ways - ways[-1])), 0, 0.0)
        reach = np.searchsorted(ways, observed - branches.weight[here], side="right")
        found += float(branches.many[here] @ (np.exp(branches.weight[here] + ways[-1]) * running[reach]))
    return found


def _divisions(total: int, rows: IntArray) -> IntArray:
    """All ways to divide a column total over the rows without exceeding a row: shape (ways, rows)."""
    ways = np.zeros((1, 0), dtype=np.int64)
    for row in rows[:-1]:
        taken = ways.sum(axis=1)
        most = np.minimum(total - taken, row)
        ways = np.repeat(ways, most + 1, axis=0)
        starts = np.repeat(np.cumsum(most + 1) - (most + 1), most + 1)
        ways = np.column_stack((ways, np.arange(len(ways)) - starts))
    rest = total - ways.sum(axis=1)
    fits: IntArray = np.column_stack((ways, rest))[rest <= rows[-1]]
    return fits


def _completions(
    rows: IntArray, columns: IntArray, divisions: list[IntArray], log_factorial: FloatArray
) -> tuple[list[FloatArray], list[FloatArray], list[FloatArray]]:
    """Before each column, for each state: the largest, smallest and summed log weight of what is to come.

    The sum over all tables with given margins has a closed form: total! / product of the margins' factorials.
    A state that no filling completes has largest -inf and smallest +inf.
    """
    grid = tuple(rows[:-1] + 1)
    taken_by_first_rows = np.indices(grid)
    totals = columns[::-1].cumsum()[::-1]
    summed = []
    for j, total in enumerate(totals):
        last = np.maximum(total - taken_by_first_rows.sum(axis=0), 0)
        margins = log_factorial[taken_by_first_rows].sum(axis=0) + log_factorial[last]
        summed.append(log_factorial[total] - log_factorial[columns[j:]].sum() - margins)
    largest = [np.full(grid, -np.inf) for _ in range(len(columns) + 1)]
    smallest = [np.full(grid, np.inf) for _ in range(len(columns) + 1)]
    largest[-1].flat[0] = smallest[-1].flat[0] = 0.0
    for j in range(len(columns) - 1, -1, -1):
        own = -log_factorial[divisions[j]].sum(axis=1)
        for cells, weight in zip(divisions[j][:, :-1].tolist(), own.tolist(), strict=True):
            after = tuple(slice(cell, None) for cell in cells)
            before = tuple(slice(None, size - cell) for size, cell in zip(grid, cells, strict=True))
            np.maximum(largest[j][after], largest[j + 1][before] + weight, out=largest[j][after])
            np.minimum(smallest[j][after], smallest[j + 1][before] + weight, out=smallest[j][after])
    return largest, smallest, summed
