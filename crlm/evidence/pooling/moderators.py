"""Whether effects go with what the studies are: a meta-regression on columns of a table, or on the year."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from crlm.evidence.pooling.estimate import Estimate
from crlm.problems import ArgumentError, DataError, Problem, did_you_mean
from crlm.statistics.meta_analysis import MetaRegression, meta_regression
from crlm.statistics.meta_analysis.heterogeneity import Method
from crlm.statistics.meta_analysis.pooled import Interval

OWN = ("year", "group")
"""What an estimate knows of its study besides the columns that were asked for."""


@dataclass(frozen=True)
class Moderator:
    """What studies differ in: a number, or a category with its levels; the reference is the first study's level."""

    name: str
    levels: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return not self.levels


@dataclass(frozen=True)
class Moderation:
    """A meta-regression of the studies that have every moderator; `without` are the labels of the others."""

    moderators: tuple[Moderator, ...]
    without: tuple[str, ...]
    model: MetaRegression


def value_of(one: Estimate, name: str) -> str:
    """What a study has under a name, as it was written; empty where it has nothing."""
    if name == "year":
        return "" if one.year is None else str(one.year)
    return one.group if name == "group" else dict(one.more).get(name, "")


def moderation(
    estimates: Sequence[Estimate], names: Sequence[str], *, method: Method, interval: Interval, level: float
) -> Moderation:
    """Regress the effects on moderators, all in one model.

    A moderator is a number when all its values are, and a category when none is; a column with both is a DataError. A
    study without one of the values is left out and named. An ArgumentError names what no study has.
    """
    known = sorted({key for one in estimates for key, _ in one.more})
    for name in names:
        if not any(value_of(one, name) for one in estimates):
            raise ArgumentError(
                Problem(
                    "pool-argument",
                    f'no study has a value of the moderator "{name}"',
                    f"{', '.join(dict.fromkeys((*known, *OWN)))}; of the library, year.",
                    did_you_mean(name, [*known, *OWN]),
                )
            )
    used = [one for one in estimates if all(value_of(one, name) for name in names)]
    without = tuple(one.label for one in estimates if one not in used)
    moderators = tuple(_moderator(name, used) for name in names)
    columns: list[list[float]] = []
    terms: list[str] = []
    for one in moderators:
        values = [value_of(study, one.name) for study in used]
        if one.is_number:
            columns.append([float(value) for value in values])
            terms.append(one.name)
        for other in one.levels[1:]:
            columns.append([float(value == other) for value in values])
            terms.append(f"{one.name}: {other} against {one.levels[0]}")
    if not columns:
        same = ", ".join(one.name for one in moderators)
        raise ArgumentError(
            Problem(
                "pool-argument", f"the studies do not differ in {same}", "a column with two values or more."
            )
        )
    model = meta_regression(
        [one.value for one in used],
        [one.standard_error**2 for one in used],
        [list(row) for row in zip(*columns, strict=True)],
        names=terms,
        method=method,
        interval=interval,
        level=level,
    )
    return Moderation(moderators, without, model)


def _moderator(name: str, studies: Sequence[Estimate]) -> Moderator:
    values = [value_of(one, name) for one in studies]
    words = [value for value in values if not _is_number(value)]
    if words and len(words) < len(values):
        study = next(one for one in studies if value_of(one, name) == words[0])
        raise DataError(
            Problem(
                "pool-table",
                f'the moderator "{name}" has numbers, and "{words[0]}" of {study.label}',
                "numbers in every row, or words in every row.",
                "leave the cell empty if it is not known: the study is then left out of the meta-regression and named.",
            )
        )
    return Moderator(name, tuple(dict.fromkeys(values)) if words else ())


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
