"""What is true in a synthetic registry: effects, margins and selection, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import exp
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True)
class TrueEffect:
    """One effect that a named analysis should recover.

    `log_value` is the log hazard or odds ratio of `level` against `reference` of the variable `term` (per unit where
    `level` is empty) in the model of `endpoint` that is adjusted for `adjust` (variables of the cohort, in the
    categories of the study). `kind` is "exact" (the model generates the data) or "monte-carlo": the value to which an
    unadjusted or reduced model converges under this registry's own follow-up, found on `simulated` patients, with the
    standard error `standard_error`.
    """

    name: str
    endpoint: str
    unit: str
    term: str
    level: str
    reference: str
    measure: str
    log_value: float
    adjust: tuple[str, ...] = ()
    kind: str = "exact"
    standard_error: float = 0.0
    simulated: int = 0
    where: str = ""
    note: str = ""

    @property
    def value(self) -> float:
        """The ratio."""
        return exp(self.log_value)


@dataclass(frozen=True)
class Margin:
    """A declared share of a level (or a declared median) among `group` of the cohort, non-missing values only."""

    variable: str
    level: str
    value: float
    group: str = "all"
    statistic: str = "share"


@dataclass(frozen=True)
class Truth:
    """Everything declared about one registry; `model` holds every figure that the generator uses."""

    study: str
    patients: int
    seed: int
    registered: int
    excluded: Mapping[str, int]
    effects: tuple[TrueEffect, ...]
    margins: tuple[Margin, ...]
    statements: tuple[str, ...]
    model: Mapping[str, Any] = field(default_factory=dict)

    def effect(self, name: str) -> TrueEffect:
        """The effect of this name; KeyError when there is none."""
        for one in self.effects:
            if one.name == name:
                return one
        raise KeyError(name)

    def as_json(self) -> dict[str, Any]:
        """The content of truth.json."""
        return {
            "synthetic": True,
            "warning": "SYNTHETIC: no patient is in this registry; nothing clinical can be learnt from it.",
            "study": self.study,
            "patients": self.patients,
            "registered": self.registered,
            "seed": self.seed,
            "excluded": dict(self.excluded),
            "effects": [{**asdict(one), "value": one.value} for one in self.effects],
            "margins": [asdict(one) for one in self.margins],
            "statements": list(self.statements),
            "model": dict(self.model),
        }


def declared_truth(
    study: str,
    patients: int,
    seed: int,
    drawn: tuple[np.ndarray, Sequence[str]],
    model: DataclassInstance,
    effects: tuple[TrueEffect, ...],
    margins: tuple[Margin, ...],
    statements: tuple[str, ...],
) -> Truth:
    """The truth of a registry of which `drawn` says each patient's kind, by its place among the names of the kinds.

    The first kind is in the cohort; the others are counted under their names as excluded.
    """
    kind, names = drawn
    counts = np.bincount(kind, minlength=len(names))
    return Truth(
        study=study,
        patients=patients,
        seed=seed,
        registered=int(kind.size),
        excluded={name: int(counts[k]) for k, name in enumerate(names) if k > 0},
        effects=effects,
        margins=margins,
        statements=statements,
        model=asdict(model),
    )


def conditional_effects(
    endpoint: str,
    unit: str,
    measure: str,
    declared: Mapping[str, float],
    references: Mapping[str, str],
    where: str = "",
) -> tuple[TrueEffect, ...]:
    """The exact effects of a declared model: `term=level`, or `term` per unit, each adjusted for all the others."""
    terms = tuple(dict.fromkeys(name.partition("=")[0] for name in declared))
    found = []
    for name, value in declared.items():
        term, _, level = name.partition("=")
        found.append(
            TrueEffect(
                name=f"{endpoint} {name}, adjusted",
                endpoint=endpoint,
                unit=unit,
                term=term,
                level=level,
                reference=references.get(term, ""),
                measure=measure,
                log_value=value,
                adjust=tuple(one for one in terms if one != term),
                where=where,
            )
        )
    return tuple(found)


def shares(
    variable: str, levels: tuple[str, ...], values: tuple[float, ...], group: str = "all"
) -> list[Margin]:
    """The declared shares of all levels of a variable."""
    total = sum(values)
    return [
        Margin(variable, level, value / total, group) for level, value in zip(levels, values, strict=True)
    ]
