"""Which place of the results each published row belongs to, from `mappings/<study>.toml`; or why it has none.

Most rows follow from the words of the paper: the table or model that its locator names, the variable, the level and the
group, each translated where the protocol's word is another. A `[[rule]]` says what does not follow: the rows that it
matches (by any column of the published row, exactly) and their place, or the reason why they have none.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from crlm.evidence import (
    PublishedCount,
    PublishedEffect,
    PublishedRow,
    PublishedSummary,
    PublishedSurvival,
    PublishedTest,
)

FOLDER = Path(__file__).with_name("mappings")
YES_NO = {"Yes": "yes", "No": "no"}


@dataclass(frozen=True)
class Destination:
    """The place of a published row in the results, or the reason why it has none."""

    place: str | None
    reason: str | None = None


@dataclass(frozen=True)
class MappingTable:
    """The words of one paper in the words of its protocol."""

    tables: Mapping[str, str]
    models: Mapping[str, str]
    endpoints: Mapping[str, str]
    groups: Mapping[str, str]
    names: Mapping[str, str]
    levels: Mapping[str, Mapping[str, str]]
    subgroups: str
    rules: tuple[Mapping[str, Any], ...]

    def destination(self, row: PublishedRow) -> Destination:
        """Where a row belongs; a KeyError names the word that the mapping does not know."""
        for rule in self.rules:
            if _matches(rule, row):
                if "reason" in rule:
                    return Destination(None, rule["reason"])
                return Destination(rule["place"].format_map(_Words(self, row)))
        return Destination(self._usual(row))

    def level(self, variable: str, level: str) -> str:
        """The protocol's level for a printed one; a number's single row has the level ""."""
        own = self.levels.get(variable, {})
        if level in own:
            return own[level]
        if level in YES_NO:
            return YES_NO[level]
        raise KeyError(f"level {level!r} of {variable}")

    def name(self, variable: str) -> str:
        """The protocol's variable for a printed one."""
        return self.names.get(variable, variable)

    def model(self, row: PublishedEffect) -> str:
        """The model of an effect, by its locator, or by locator and endpoint."""
        both = f"{row.locator}/{row.endpoint}"
        return self.models[both] if both in self.models else self.models[row.locator]

    def _usual(self, row: PublishedRow) -> str:
        if isinstance(row, PublishedCount):
            at = f"{self.tables[row.locator]}/{self.name(row.variable)}"
            group = self.groups[row.group]
            if row.is_missing_row:
                return f"missing {at}/{group}"
            return f"cell {at}/{self.level(row.variable, row.level)}/{group}"
        if isinstance(row, PublishedSummary):
            return f"summary {self.tables[row.locator]}/{self.name(row.variable)}/{self.groups[row.group]}"
        if isinstance(row, PublishedTest):
            return f"test {self.tables[row.locator]}/{self.name(row.variable)}"
        if isinstance(row, PublishedEffect):
            return self._effect(row)
        if isinstance(row, PublishedSurvival):
            return self._survival(row)
        raise KeyError(f"a place for {row.row_id}")

    def _effect(self, row: PublishedEffect) -> str:
        if row.subgroup_variable:
            level = self.level(row.subgroup_variable, row.subgroup_level)
            return f"subgroup {self.subgroups}/{self.name(row.subgroup_variable)}/{level}"
        at = f"{self.model(row)}/{self.name(row.term)}"
        if row.model == "(missing)":
            return f"term-missing {at}"
        column = {"multivariable_final": "final"}.get(row.model, row.model)
        if row.p_kind == "overall_factor":
            return f"overall {at}/{column}"
        level = "" if row.term_type == "continuous" else self.level(row.term, row.level)
        if row.est_printed == "Reference":
            return f"reference {at}/{level}"
        return f"effect {at}/{level}/{column}"

    def _survival(self, row: PublishedSurvival) -> str:
        endpoint = self.endpoints[row.endpoint]
        if row.statistic == "logrank_p":
            return f"log-rank {endpoint}"
        group = self.groups[row.group]
        if row.statistic == "survival_rate":
            return f"survival {endpoint}/{group}/{row.time_months:g}"
        kind = "follow-up" if row.statistic == "median_follow_up" else "median"
        return f"{kind} {endpoint}/{group}"


class _Words(dict[str, str]):
    """What a rule's place may use in braces: the columns of the row, in the protocol's words where there are any."""

    def __init__(self, table: MappingTable, row: PublishedRow) -> None:
        super().__init__()
        self.table, self.row = table, row

    def __missing__(self, key: str) -> str:
        value = str(getattr(self.row, key, ""))
        variable = getattr(self.row, "variable", getattr(self.row, "term", ""))
        if key == "group":
            return self.table.groups[value]
        if key == "level":
            return self.table.level(variable, value)
        if key == "subgroup":
            return self.table.level(
                getattr(self.row, "subgroup_variable", ""), getattr(self.row, "subgroup_level", "")
            )
        if key in ("variable", "term"):
            return self.table.name(value)
        return value


def _matches(rule: Mapping[str, Any], row: PublishedRow) -> bool:
    wanted: Mapping[str, str | list[str]] = rule["match"]
    return all(
        hasattr(row, key)
        and (getattr(row, key) in value if isinstance(value, list) else getattr(row, key) == value)
        for key, value in wanted.items()
    )


@cache
def mapping_of(study: str) -> MappingTable:
    """The mapping of a study by its protocol's id."""
    given = tomllib.loads((FOLDER / f"{study}.toml").read_text(encoding="utf-8"))
    return MappingTable(
        tables=given.get("tables", {}),
        models=given.get("models", {}),
        endpoints=given.get("endpoints", {}),
        groups=given.get("groups", {}),
        names=given.get("names", {}),
        levels=given.get("levels", {}),
        subgroups=given.get("subgroups", ""),
        rules=tuple(given.get("rule", ())),
    )


def mapped_studies() -> tuple[str, ...]:
    """The ids of the studies whose papers have a mapping, and so can be compared."""
    return tuple(sorted(one.stem for one in FOLDER.glob("*.toml")))
