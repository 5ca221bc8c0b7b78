"""Published tables for tests; README.md names the publications."""

import csv
from pathlib import Path

from tests.data.survival_package import TABLES


def published(name: str) -> dict[str, list[str]]:
    """The columns of a table in this folder or of the package `survival`, as text."""
    if name in TABLES:
        return TABLES[name]()
    with (Path(__file__).parent / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {column: [row[column] for row in rows] for column in rows[0]}


def survival_set(name: str) -> dict[str, list]:
    """A published table as time, event and group."""
    time, event, group = {
        "freireich": ("weeks", "relapsed", "treatment"),
        "veteran": ("time", "died", "cell_type"),
        "leukaemia_maintenance": ("time", "relapsed", "maintained"),
    }[name]
    table = published(name)
    return {
        "time": [float(value) for value in table[time]],
        "event": [int(value) for value in table[event]],
        "group": table[group],
    }
