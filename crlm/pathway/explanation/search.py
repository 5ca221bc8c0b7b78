"""The search: every cell of every input tried alone, and pairs, by many worlds at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from crlm.pathway.conditions.values import Value
from crlm.pathway.explanation.cells import Cell, holds_value, possible
from crlm.pathway.explanation.grids import Grids, Group, numbers_of
from crlm.pathway.explanation.worlds import Planner, RuleMasks, Worlds
from crlm.pathway.model import Input


@dataclass(frozen=True)
class Dial:
    """How far an input can be turned: `turns` are the cells that may be tried, `learnable` those that agree with what
    is known in part of it, none when it is known; each cell is a bit.
    """

    turns: int
    learnable: int


def dial(one: Input, cells: tuple[Cell, ...], value: Value) -> Dial:
    """An input as far as a board could learn it or alter it: a fixed one only as far as it is unknown."""
    everything = range(len(cells))
    if value is None or not isinstance(value, Decimal | str):  # unknown, or known in part
        learnable = numbers_of([number for number in everything if possible(cells[number], value)])
        return Dial(learnable if one.fixed else numbers_of(everything), learnable)
    turns = numbers_of([number for number in everything if not holds_value(cells[number], value)])
    return Dial(0 if one.fixed else turns, 0)


class Search:
    """One case in every world of some grids."""

    def __init__(
        self, planner: Planner, grids: Grids, dials: Mapping[str, Dial], values: Mapping[str, Value]
    ) -> None:
        self.planner, self.grids, self.dials, self.values = planner, grids, dials, values
        self.turns = {name: one.turns for name, one in dials.items()}
        self.singles = Worlds(grids.singles.grid, values)
        self._tried = grids.singles.worlds(self.turns)
        self._rules: dict[str, RuleMasks] = {}
        self._pairs: dict[tuple[str, ...], Worlds] = {}

    def rule(self, rule: str) -> RuleMasks:
        """A rule in every world with one input changed, and in the case itself."""
        found = self._rules.get(rule)
        if found is None:
            found = self._rules[rule] = self.planner.of_rule(rule, self.singles)
        return found

    def groups(self, mask: int) -> list[Group]:
        """The regions of single inputs in which a mask holds that does not hold in the case itself."""
        singles, found = self.grids.singles, list[Group]()
        left = mask & self._tried
        while left:
            name = singles.input_of(left)
            block = singles.block(name, left)
            found += [((name, region),) for region in self.grids.regions(name, block)]
            left = singles.after(name, left)
        return found

    def rule_in_pairs(self, rule: str, inputs: tuple[str, ...]) -> RuleMasks:
        """A rule in every world with two of some inputs changed."""
        if inputs not in self._pairs:
            self._pairs[inputs] = Worlds(self.grids.pairs(inputs).grid, self.values, self.singles.answers)
        return self.planner.of_rule(rule, self._pairs[inputs])

    def groups_of_two(self, mask: int, inputs: tuple[str, ...]) -> list[Group]:
        """The regions of two inputs in which a mask holds: cells of the first with the same cells of the second."""
        regions = self.grids.regions
        return [
            ((first, one), (second, other))
            for first, rows, second, columns in self.grids.pairs(inputs).alike(mask, self.turns)
            for one in regions(first, rows)
            for other in regions(second, columns)
        ]
