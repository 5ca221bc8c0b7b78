"""The worlds that are tried, laid out as bits: one for each cell of an input, one for each pair of cells of two inputs.

A layout knows no case. That of the rules' own thresholds is made once and serves every case; only where a rule computes
with several numbers is one made for a single case, with the thresholds that follow from its values.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from crlm.pathway.conditions.values import Value
from crlm.pathway.explanation.cells import Cell, joined
from crlm.pathway.explanation.words import readable, value_words
from crlm.pathway.explanation.worlds import Grid
from crlm.pathway.model import Input

MOST_KEPT = 5000
"""Regions remembered: an input has few cells, and most sets of them never come up."""


@dataclass(frozen=True, eq=False)
class Region:
    """Some cells of an input that belong in one sentence, with the values they have together, and those in words."""

    cells: tuple[int, ...]
    to: Value
    to_words: str


Group = tuple[tuple[str, Region], ...]
"""One region of each of some inputs: together they are values with which a result holds."""


class Grids:
    """The layouts of some inputs with their cells, and the regions that cells make."""

    def __init__(self, inputs: Mapping[str, Input], cells: Mapping[str, tuple[Cell, ...]]) -> None:
        self.inputs, self.cells = inputs, cells
        self._pairs: dict[tuple[str, ...], Pairs] = {}
        self._regions: dict[tuple[str, int], tuple[Region, ...]] = {}

    @cached_property
    def singles(self) -> Singles:
        """One world per cell of each input."""
        return Singles(self.cells)

    def pairs(self, inputs: tuple[str, ...]) -> Pairs:
        """One world per pair of cells of each two of some inputs."""
        if inputs not in self._pairs:
            self._pairs[inputs] = Pairs({name: self.cells[name] for name in inputs})
        return self._pairs[inputs]

    def regions(self, name: str, chosen: int) -> tuple[Region, ...]:
        """The regions that cells of an input make, each cell a bit: neighbouring numbers; levels all together."""
        key = (name, chosen)
        if key not in self._regions:
            if len(self._regions) >= MOST_KEPT:
                self._regions.clear()
            self._regions[key] = tuple(self._region(name, run) for run in self._runs(name, chosen))
        return self._regions[key]

    def _runs(self, name: str, chosen: int) -> list[tuple[int, ...]]:
        cells = self.cells[name]
        numbers = [number for number in range(len(cells)) if chosen >> number & 1]
        if isinstance(cells[0], str):
            return [tuple(numbers)]
        runs: list[list[int]] = []
        for number in numbers:
            if runs and runs[-1][-1] == number - 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        return [tuple(run) for run in runs]

    def _region(self, name: str, run: tuple[int, ...]) -> Region:
        cells = self.cells[name]
        to = readable(joined([cells[number] for number in run]))
        whatever = len(run) == len(cells)
        return Region(run, to, "recorded, whatever it is" if whatever else value_words(self.inputs[name], to))


class Singles:
    """One world per cell of each input, after the case itself as the first world."""

    def __init__(self, cells: Mapping[str, tuple[Cell, ...]]) -> None:
        self.starts: dict[str, int] = {}
        at, changed = 1, dict[str, list[tuple[Value, int]]]()
        for name, own in cells.items():
            self.starts[name] = at
            changed[name] = [(cell, 1 << (at + number)) for number, cell in enumerate(own)]
            at += len(own)
        self.grid = Grid((1 << at) - 1, changed)
        self._ends = {name: self.starts[name] + len(own) for name, own in cells.items()}
        self._owners = ["", *(name for name, own in cells.items() for _ in own)]

    def worlds(self, turns: Mapping[str, int]) -> int:
        """The worlds of some cells of each input."""
        return sum(cells << self.starts[name] for name, cells in turns.items())

    def input_of(self, mask: int) -> str:
        """The input that is changed in the first world of a mask."""
        return self._owners[(mask & -mask).bit_length() - 1]

    def after(self, name: str, mask: int) -> int:
        """The worlds of a mask beyond those of an input."""
        return (mask >> self._ends[name]) << self._ends[name]

    def block(self, name: str, mask: int) -> int:
        """The worlds of one input out of a mask, its first cell as the lowest bit."""
        return (mask & ((1 << self._ends[name]) - 1)) >> self.starts[name]


class Pairs:
    """One world per pair of cells of each two inputs."""

    def __init__(self, cells: Mapping[str, tuple[Cell, ...]]) -> None:
        masks = {name: [0] * len(own) for name, own in cells.items()}
        self._blocks: list[tuple[str, str, int, int, int]] = []
        at = 0
        for first, second in itertools.combinations(cells, 2):
            rows, columns = len(cells[first]), len(cells[second])
            row = (1 << columns) - 1
            column = sum(1 << (n * columns) for n in range(rows))
            for n in range(rows):
                masks[first][n] |= row << (at + n * columns)
            for n in range(columns):
                masks[second][n] |= column << (at + n)
            self._blocks.append((first, second, at, rows, columns))
            at += rows * columns
        changed = {name: list(zip(own, masks[name], strict=True)) for name, own in cells.items()}
        self.grid = Grid((1 << at) - 1, changed)

    def alike(self, mask: int, turns: Mapping[str, int]) -> list[tuple[str, int, str, int]]:
        """Where a mask holds, as cells of one input with the same cells of another; only of cells that may be tried."""
        found: list[tuple[str, int, str, int]] = []
        while mask:
            first, second, at, rows, columns = self._block_of(mask)
            size = rows * columns
            block = (mask >> at) & ((1 << size) - 1)
            mask = mask >> (at + size) << (at + size)
            patterns: dict[int, int] = {}
            for n in range(rows) if turns[second] else ():
                pattern = (block >> (n * columns)) & turns[second]
                if pattern and turns[first] >> n & 1:
                    patterns[pattern] = patterns.get(pattern, 0) | 1 << n
            found += [(first, chosen, second, pattern) for pattern, chosen in patterns.items()]
        return found

    def _block_of(self, mask: int) -> tuple[str, str, int, int, int]:
        """The two inputs that are changed in the first world of a mask, where their worlds begin, and how many."""
        first = (mask & -mask).bit_length() - 1
        return self._blocks[bisect_right(self._blocks, first, key=itemgetter(2)) - 1]


def numbers_of(cells: Sequence[int]) -> int:
    """Numbers of cells as bits."""
    return sum(1 << number for number in cells)
