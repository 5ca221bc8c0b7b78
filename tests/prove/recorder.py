"""A pytest plugin that notes each comparison of ours with a number of R's, while the tests themselves run.

The tests hold our numbers against tests/golden/*.json by `pytest.approx`, one number at a time in the end. The plugin
looks at each of these: what was expected is found again among the numbers of the JSON by its seventeen digits, and the
place where it stands there says which data set and quantity it is. No comparison is written twice.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.data.public_sources import SOURCES
from tests.golden import FOLDER, golden

Keys = tuple[str | int, ...]
NEAR_ZERO = 1e-9
NAMED = {
    "sets",
    "studies",
    "results",
    "reversed",
    "entered",
    "weighted",
    "logrank",
    "aalen",
    "binary",
    "multinomial",
}
NAMED |= {
    "ordinal",
    "hazards",
    "hazards_weighted",
    "paired",
    "two",
    "several",
    "tables",
    "quantiles",
    "normality",
}
FEWEST_DIGITS = 6  # 0, 12 or 0.5 may stand anywhere: such numbers are compared, but not noted
LOOSEST = 1e-3
"""A comparison that allows more is none with R."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a number stands: the file, the keys that lead to it, and the data set it comes from."""

    file: str
    path: Keys
    data_set: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One number of ours beside R's."""

    place: Place
    ours: float
    theirs: float

    @property
    def near_zero(self) -> bool:
        """Whether the absolute difference is the one to look at."""
        return abs(self.theirs) < NEAR_ZERO

    @property
    def difference(self) -> float:
        """Absolute near zero, else relative."""
        difference = abs(self.ours - self.theirs)
        return difference if self.near_zero else difference / abs(self.theirs)


@dataclass
class Recorder:
    """The plugin: hand it to `pytest.main`, then read `comparisons`."""

    comparisons: list[Comparison] = field(default_factory=list)
    places: dict[float, list[Place]] = field(default_factory=lambda: defaultdict(list))
    containers: dict[int, tuple[str, Keys]] = field(default_factory=dict)
    seen: set[Place] = field(default_factory=set)
    _scopes: tuple[tuple[str, Keys], ...] = ()

    def __post_init__(self) -> None:
        for file in sorted(one.stem for one in FOLDER.glob("*.json")):
            self._enter(golden(file), file, (), "tcia" if file == "tcia" else "")

    def _enter(self, value: Any, file: str, path: Keys, data_set: str) -> None:
        if isinstance(value, dict):
            self.containers[id(value)] = (file, path)
            named = value.get("set")
            named = named[0] if isinstance(named, list) and len(named) == 1 else named
            for key, one in value.items():
                own = named if isinstance(named, str) else data_set
                if not data_set and ((path and path[-1] in NAMED) or (not path and key in SOURCES)):
                    own = key.replace("-", "_")
                self._enter(one, file, (*path, key), own)
        elif isinstance(value, list):
            self.containers[id(value)] = (file, path)
            for number, one in enumerate(value):
                self._enter(one, file, (*path, number), data_set)
        elif isinstance(value, float) and long(value):
            self.places[value].append(Place(file, path, data_set))

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Drawn data are not R's: leave the property tests out."""
        drawn = [one for one in items if one.get_closest_marker("hypothesis")]
        items[:] = [one for one in items if not one.get_closest_marker("hypothesis")]
        config.hook.pytest_deselected(items=drawn)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Know which JSON, or part of one, a test was given."""
        given = list(getattr(item, "callspec", None).params.values()) if hasattr(item, "callspec") else []
        known = [self.containers[id(one)] for one in given if id(one) in self.containers]
        module = [
            self.containers[id(one)] for one in vars(item.module).values() if id(one) in self.containers
        ]
        self._scopes = tuple(known or module)
        plain = type(pytest.approx(1.0))
        original = plain.__eq__

        def noting(expectation: Any, actual: Any) -> bool:
            self._note(expectation, actual)
            return original(expectation, actual)

        plain.__eq__ = noting
        try:
            return (yield)
        finally:
            plain.__eq__ = original

    def _note(self, expectation: Any, actual: Any) -> None:
        try:
            ours, theirs = float(actual), float(expectation.expected)
        except (TypeError, ValueError):
            return  # arrays come back number by number; text is not ours
        if not (math.isfinite(ours) and math.isfinite(theirs) and long(theirs)):
            return
        if (expectation.rel or 0) > LOOSEST:
            return  # about equal by intention, to a number that R happens to have too
        place = self._place(theirs)
        if place is None:
            return  # worked by hand, or of an oracle
        self.seen.add(place)
        self.comparisons.append(Comparison(place, ours, theirs))

    def _place(self, value: float) -> Place | None:
        candidates = self.places.get(value, ())
        within = [
            one
            for one in candidates
            if any(one.file == file and one.path[: len(path)] == path for file, path in self._scopes)
        ]
        for one in within or candidates:
            if one not in self.seen:
                return one
        return next(iter(within or candidates), None)


def long(value: float) -> bool:
    """Whether a number has so many digits that it is found again by them."""
    return len(json.dumps(value).split("e")[0].replace(".", "").lstrip("-0")) >= FEWEST_DIGITS
