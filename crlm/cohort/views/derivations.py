"""The list of derived variables: each is one function of a view, found by its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from crlm.dictionary.registry.load import registry_dictionary
from crlm.dictionary.variables import Level, Variable, VariableType

if TYPE_CHECKING:
    from crlm.cohort.views.episodes import EpisodeView
    from crlm.cohort.views.lesions import LesionView

EpisodeFunction = Callable[["EpisodeView"], pl.Series]
LesionFunction = Callable[["LesionView"], pl.Series]


@dataclass(frozen=True)
class Derivation:
    """A derived variable, the function that computes it, and the date at which it is known (None: not stated)."""

    variable: Variable
    function: EpisodeFunction
    known_at: str | None


@dataclass(frozen=True)
class LesionDerivation:
    """The same for what one treated lesion has of its own."""

    variable: Variable
    function: LesionFunction
    known_at: str | None


OF_EPISODES: dict[str, Derivation] = {}
OF_LESIONS: dict[str, LesionDerivation] = {}


def of_episode(function: EpisodeFunction) -> EpisodeFunction:
    """Registers the function of the derived variable that has the function's name in the dictionary."""
    name = function.__name__
    definition = next(one for one in registry_dictionary().derived if one.name == name)
    OF_EPISODES[name] = Derivation(definition.variable, function, definition.known_at)
    return function


def of_lesion(function: LesionFunction) -> LesionFunction:
    """The same for a variable of a treated lesion."""
    name = function.__name__
    definition = next(one for one in registry_dictionary().derived if one.name == name)
    OF_LESIONS[name] = LesionDerivation(definition.variable, function, definition.known_at)
    return function


def helper_of_episode(
    label: str,
    kind: VariableType,
    *,
    unit: str | None = None,
    levels: Sequence[tuple[str, str]] = (),
    known_at: str | None = None,
) -> Callable[[EpisodeFunction], EpisodeFunction]:
    """Registers a value that protocols make their own variables of; the dictionary does not have it.

    `levels` are names with labels; the first line of the function's docstring is the definition.
    """

    def register(function: EpisodeFunction) -> EpisodeFunction:
        name = function.__name__
        variable = Variable(
            name=name,
            label=label,
            type=kind,
            unit=unit,
            levels=tuple(Level(code=level, name=level, label=words) for level, words in levels),
            definition=(function.__doc__ or "").split("\n")[0],
        )
        OF_EPISODES[name] = Derivation(variable, function, known_at)
        return function

    return register


def date_of_episode(label: str) -> Callable[[EpisodeFunction], EpisodeFunction]:
    """Registers a date that endpoints are made of; it is no variable of the dictionary and is described here."""

    def register(function: EpisodeFunction) -> EpisodeFunction:
        name = function.__name__
        variable = Variable(
            name=name, label=label, type="date", definition=(function.__doc__ or "").split("\n")[0]
        )
        OF_EPISODES[name] = Derivation(variable, function, name)
        return function

    return register
