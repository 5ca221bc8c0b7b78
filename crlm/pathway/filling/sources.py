"""The inputs that are copied, asked or not filled, as `sources.toml` says."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from crlm.pathway.conditions.values import Value
from crlm.pathway.filling.answers import Answer, Asked, Left, Origin, agreed, origin, shown
from crlm.pathway.filling.history import Row, of_episode

FILE = Path(__file__).with_name("sources.toml")


@dataclass(frozen=True)
class Copy:
    """A plain copy: the variable, and its levels as the input's (None: the same words); `left` of the others."""

    name: str
    table: str
    variable: str
    levels: Mapping[str, Value] | None
    left: str | None


@dataclass(frozen=True)
class Sources:
    """`sources.toml`, by input; `noted` holds the `table.variable` shown beside a question."""

    copies: Mapping[str, Copy]
    noted: Mapping[str, tuple[tuple[str, str], ...]]
    not_filled: Mapping[str, str]


@cache
def sources() -> Sources:
    """What `sources.toml` says."""
    document = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return Sources(
        copies={one["input"]: _copy(one) for one in document["copy"]},
        noted={one["input"]: tuple(_split(name) for name in one["variables"]) for one in document["noted"]},
        not_filled={name: one["reason"] for one in document["not_filled"] for name in one["inputs"]},
    )


def _copy(one: Mapping[str, object]) -> Copy:
    table, variable = _split(str(one["variable"]))
    given = one.get("levels")
    levels: dict[str, Value] | None = None
    if isinstance(given, Mapping):
        levels = {name: Decimal(level) if isinstance(level, int) else level for name, level in given.items()}
    return Copy(str(one["input"]), table, variable, levels, str(one["left"]) if "left" in one else None)


def _split(name: str) -> tuple[str, str]:
    table, _, variable = name.partition(".")
    return table, variable


def copied(case: Asked, copy: Copy) -> Answer:
    """The value of the variable in the patient's records, in the input's words; a clash where records differ."""
    each: list[tuple[Value, Origin]] = []
    if copy.table == "primary_tumour" and case.unsure("primary_tumour"):
        return undated_primary(case)
    for row in _rows(case, copy.table):
        if row[copy.variable] is None:
            continue
        level = shown(row[copy.variable])
        value: Value = level if copy.levels is None else copy.levels.get(level)
        if value is None:
            return Left(copy.left or f"{copy.variable} is {level}.")
        each.append((value, origin(row, copy.variable)))
    levels = "" if copy.levels is None else ", in the words of the input"
    answer = agreed(each, f"as recorded{levels}", f"The records differ in {copy.variable}.")
    return answer or Left(f"{copy.table}.{copy.variable} is not recorded by then.")


def undated_primary(case: Asked) -> Left:
    """Why nothing is said of the primary while there is one of which it is not known whether it was known by then."""
    return Left(f"Whether primary {case.unsure('primary_tumour')[0].key} was known by then is not recorded.")


def noted(case: Asked, name: str) -> tuple[Origin, ...]:
    """What the registry holds on the subject of a judgement."""
    return tuple(
        origin(row, variable)
        for table, variable in sources().noted.get(name, ())
        for row in _rows(case, table)
        if row[variable] is not None
    )


def _rows(case: Asked, table: str) -> tuple[Row, ...]:
    """The rows of a table that speak of the episode, or of the patient where they name no episode."""
    if table == "crlm_episode":
        return (case.episode,)
    if table == "metastasis":
        return of_episode(case.rows(table), case.episode.key)
    if table == "pathology_liver":
        mine = {row.key for row in of_episode(case.rows("local_treatment"), case.episode.key)}
        return tuple(row for row in case.rows(table) if row["procedure_id"] in mine)
    return case.rows(table)
