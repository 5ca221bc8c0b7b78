"""The search: every cell of every input tried alone, and pairs, by many worlds at once."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from crlm.pathway.conditions.values import Value
from crlm.pathway.explanation.cells import Cell, holds_value, possible
from crlm.pathway.explanation.prepared import Prepared
from crlm.pathway.explanation.worlds import RuleMasks, Worlds
from crlm.pathway.model import Input

Group = tuple[tuple[str, tuple[int, ...]], ...]
"""Inputs with the numbers of their cells (neighbours in order): one region of values in which a result holds."""


@dataclass(frozen=True)
class Dial:
    """An input that can be turned: all its cells, those that are not the case's own, those that it may turn out to be.

    `turns` are the numbers of the cells that may be tried; `learnable` those that agree with what is known in part of
    it, none when it is known.
    """

    input: str
    cells: tuple[Cell, ...]
    turns: tuple[int, ...]
    learnable: tuple[int, ...]


def dial(one: Input, cells: tuple[Cell, ...], value: Value) -> Dial:
    """An input as far as a board could learn it or alter it: a fixed one only as far as it is unknown."""
    everything = range(len(cells))
    if value is None or not isinstance(value, Decimal | str):  # unknown, or known in part
        learnable = tuple(number for number in everything if possible(cells[number], value))
        return Dial(one.name, cells, learnable if one.fixed else tuple(everything), learnable)
    turns = tuple(number for number in everything if not holds_value(cells[number], value))
    return Dial(one.name, cells, () if one.fixed else turns, ())


class Singles:
    """One world per cell of each dial, and the case itself as the first world."""

    def __init__(self, prepared: Prepared, values: Mapping[str, Value], dials: Sequence[Dial]) -> None:
        self.planner = prepared.planner
        self.starts: dict[str, int] = {}
        at, changed = 1, dict[str, list[tuple[Value, int]]]()
        for one in dials:
            self.starts[one.input] = at
            changed[one.input] = [(one.cells[cell], 1 << (at + n)) for n, cell in enumerate(one.turns)]
            at += len(one.turns)
        self.dials = {one.input: one for one in dials}
        self.worlds = Worlds((1 << at) - 1, values, changed, {})
        self._rules: dict[str, RuleMasks] = {}

    def rule(self, rule: str) -> RuleMasks:
        """A rule in every world."""
        if rule not in self._rules:
            self._rules[rule] = self.planner.of_rule(rule, self.worlds)
        return self._rules[rule]

    def block(self, input_: str, mask: int) -> int:
        """The worlds of one input out of a mask, its first cell as the lowest bit."""
        return (mask >> self.starts[input_]) & ((1 << len(self.dials[input_].turns)) - 1)

    def groups(self, mask: int, inputs: Sequence[str]) -> list[Group]:
        """The regions of single inputs in which a mask holds."""
        found: list[Group] = []
        for name in inputs:
            block = self.block(name, mask)
            if block:
                chosen = _bits(block, self.dials[name].turns)
                found += [((name, run),) for run in _runs(self.dials[name], chosen)]
        return found


class Pairs:
    """One world per pair of cells of each two dials."""

    def __init__(
        self,
        prepared: Prepared,
        values: Mapping[str, Value],
        dials: Sequence[Dial],
        answers: dict[int, bool | None],
    ) -> None:
        self.dials = dials
        masks = {one.input: [0] * len(one.turns) for one in dials}
        self._blocks: list[tuple[Dial, Dial, int]] = []
        at = 0
        for first, second in itertools.combinations(dials, 2):
            rows, columns = len(first.turns), len(second.turns)
            row = (1 << columns) - 1
            column = sum(1 << (n * columns) for n in range(rows))
            for n in range(rows):
                masks[first.input][n] |= row << (at + n * columns)
            for n in range(columns):
                masks[second.input][n] |= column << (at + n)
            self._blocks.append((first, second, at))
            at += rows * columns
        changed = {
            one.input: [(one.cells[cell], masks[one.input][n]) for n, cell in enumerate(one.turns)]
            for one in dials
        }
        self.worlds = Worlds((1 << at) - 1, values, changed, answers)
        self._planner = prepared.planner

    def rule(self, rule: str) -> RuleMasks:
        """A rule in every world."""
        return self._planner.of_rule(rule, self.worlds)

    def groups(self, mask: int) -> list[Group]:
        """The regions of two inputs in which a mask holds: cells of the first with the same cells of the second."""
        found: list[Group] = []
        for first, second, at in self._blocks:
            rows, columns = len(first.turns), len(second.turns)
            block = (mask >> at) & ((1 << (rows * columns)) - 1)
            if not block:
                continue
            alike: dict[int, list[int]] = {}
            for n in range(rows):
                pattern = (block >> (n * columns)) & ((1 << columns) - 1)
                if pattern:
                    alike.setdefault(pattern, []).append(first.turns[n])
            for pattern, chosen in alike.items():
                found += [
                    ((first.input, one), (second.input, other))
                    for one in _runs(first, chosen)
                    for other in _runs(second, _bits(pattern, second.turns))
                ]
        return found


def _bits(mask: int, turns: Sequence[int]) -> list[int]:
    return [cell for n, cell in enumerate(turns) if mask >> n & 1]


def _runs(one: Dial, chosen: Sequence[int]) -> list[tuple[int, ...]]:
    """Cells that belong in one sentence: neighbouring numbers; levels all together."""
    if isinstance(one.cells[chosen[0]], str):
        return [tuple(chosen)]
    runs: list[list[int]] = []
    for cell in chosen:
        if runs and runs[-1][-1] == cell - 1:
            runs[-1].append(cell)
        else:
            runs.append([cell])
    return [tuple(run) for run in runs]
