"""The same numbers in many synthetic registries: their means and standard deviations, kept in `simulated/`.

A paper is one sample. The standard deviation of a number over synthetic registries of the paper's size is the
Monte-Carlo standard error of that number, and how far the printed number lies from the mean is told in it. Ratios are
compared as logarithms.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log, sqrt
from pathlib import Path

from crlm.study.compare.cells import RATIOS, quantities
from crlm.study.compare.mapping import mapping_of
from crlm.study.compare.places import read
from crlm.study.compare.printed_once import printed_once
from crlm.study.results import Results

FOLDER = Path(__file__).with_name("simulated")
FEWEST = 20
"""Runs in which a number must exist for its spread to be used."""
DIGITS = 5
SAME = 1e-9
"""A relative standard deviation below this is rounding of the machine."""

Values = dict[str, dict[str, float]]
"""Numbers by published row and quantity; ratios as logarithms."""


@dataclass(frozen=True)
class Simulated:
    """What many synthetic registries gave: (mean, standard deviation, runs) by row and quantity."""

    study: str
    patients: int
    runs: int
    first_seed: int
    cells: Mapping[str, Mapping[str, tuple[float, float, int]]]

    def distance(self, row_id: str, quantity: str, value: float) -> float | None:
        """How many Monte-Carlo standard errors a printed number lies above the mean; None when that is not known."""
        found = self.cells.get(row_id, {}).get(quantity)
        number = on_its_scale(quantity, value, row_id)
        if found is None or number is None or found[2] < FEWEST:
            return None
        mean, sd, _ = found
        if sd <= SAME * max(1.0, abs(mean)):
            return None  # the number is the same in every registry
        return (number - mean) / sd


def on_its_scale(quantity: str, value: float | None, row_id: str) -> float | None:
    """The number as it is compared: the logarithm of a ratio of a model, anything else as it is."""
    if value is None or not (quantity in RATIOS and row_id.startswith("E")):
        return value
    return log(value) if value > 0 else None


def values_of(results: Results) -> Values:
    """Every number of a run that a published row has a place for."""
    mapping = mapping_of(results.study.id)
    found: Values = {}
    for row in printed_once(results.study.id).rows():
        place = mapping.destination(row).place
        if place is None:
            continue
        there = read(place, results).values
        numbers = {
            one.name: number
            for one in quantities(row)
            if (number := on_its_scale(one.name, there.get(one.name), row.row_id)) is not None
        }
        if numbers:
            found[row.row_id] = numbers
    return found


def summarised(study: str, patients: int, first_seed: int, runs: Iterable[Values]) -> Simulated:
    """The means and standard deviations of many runs; a number that a run does not have is left out of its own."""
    collected: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    count = 0
    for run in runs:
        count += 1
        for row_id, numbers in run.items():
            for name, value in numbers.items():
                collected[row_id][name].append(value)
    cells = {
        row_id: {name: _moments(values) for name, values in numbers.items()}
        for row_id, numbers in sorted(collected.items())
    }
    return Simulated(study, patients, count, first_seed, cells)


def _moments(values: list[float]) -> tuple[float, float, int]:
    n = len(values)
    mean = sum(values) / n
    sd = sqrt(sum((one - mean) ** 2 for one in values) / (n - 1)) if n > 1 else 0.0
    return float(f"{mean:.{DIGITS}g}"), float(f"{sd:.{DIGITS}g}"), n


def stored(study: str) -> Simulated | None:
    """The stored summary of a study; None when there is none."""
    path = FOLDER / f"{study}.json"
    if not path.is_file():
        return None
    given = json.loads(path.read_text(encoding="utf-8"))
    cells = {row: {name: tuple(one) for name, one in found.items()} for row, found in given["cells"].items()}
    return Simulated(given["study"], given["patients"], given["runs"], given["first_seed"], cells)


def as_text(summary: Simulated) -> str:
    """The summary as it is stored: JSON, one published row on a line."""
    head = {
        "study": summary.study,
        "patients": summary.patients,
        "runs": summary.runs,
        "first_seed": summary.first_seed,
    }
    lines = ",\n".join(f"  {json.dumps(row)}: {json.dumps(found)}" for row, found in summary.cells.items())
    return f'{json.dumps(head)[:-1]}, "cells": {{\n{lines}\n}}}}\n'
