"""A registry seen from one unit: an episode or a treated lesion with everything that is known of it in one row.

The functions that derive variables are in the modules of this package, a theme each; importing it registers them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal

import polars as pl

from crlm.cohort.views import (  # noqa: F401  (their functions register)
    after_relapse,
    chemotherapy,
    complications,
    events,
    guideline,
    margins,
    people,
    procedures,
    risk_score,
    timepoints,
    tumours,
    volumetry,
)
from crlm.cohort.views.episodes import EPISODE, PATIENT, EpisodeView, episode_variables
from crlm.cohort.views.knowledge import dates_known, known_at
from crlm.cohort.views.lesions import LESION, LesionView, lesion_variables
from crlm.dictionary.records import ROW, Records, Registry
from crlm.dictionary.variables import Variable

Unit = Literal["patient", "episode", "lesion"]

__all__ = ["dates_known", "known_at", "unit_records", "view_variables"]


@cache
def view_variables(unit: Unit) -> Mapping[str, Variable]:
    """The variables that a protocol may name for a unit, by name; no data are needed."""
    if unit == "lesion":
        return episode_variables() | lesion_variables()
    return episode_variables()


def unit_records(registry: Registry, unit: Unit, names: Iterable[str]) -> Records:
    """One row per unit with the variables asked for, and the keys of the units above it.

    A patient is the patient's first episode (the one with the lowest number); patients without any are counted as
    unusable. Why a recorded value of the episode itself is missing is kept; a value
    that was brought from another table or derived says "not known" there.
    """
    variables = view_variables(unit)
    view = LesionView(registry) if unit == "lesion" else EpisodeView(registry)
    keys = (LESION, EPISODE, PATIENT) if unit == "lesion" else (EPISODE, PATIENT)
    wanted = dict.fromkeys((*keys, *names))
    frame = pl.DataFrame([view[ROW], *(view[name] for name in wanted)])
    reasons = _reasons(registry, unit, frame)
    unusable: tuple[tuple[str, int], ...] = ()
    if unit == "patient":
        first = _is_first(view)
        frame, reasons = frame.filter(first), reasons.filter(first)
        without = registry.tables["patient"].frame.join(frame, on=PATIENT, how="anti").height
        unusable = (("patient without a liver episode", without),) if without else ()
    return Records(
        frame=frame,
        variables={name: variables[name] for name in wanted},
        reasons=reasons,
        source=registry.source,
        findings=registry.findings,
        unusable=unusable,
    )


def _is_first(view: EpisodeView | LesionView) -> pl.Series:
    """Whether an episode is its patient's first; one without a number comes last."""
    ordered = (
        view.frame(ROW, PATIENT, "episode_number", EPISODE)
        .sort("episode_number", EPISODE, nulls_last=True)
        .unique(PATIENT, keep="first", maintain_order=True)
    )
    return view[ROW].is_in(ordered[ROW].implode())


def _reasons(registry: Registry, unit: Unit, frame: pl.DataFrame) -> pl.DataFrame:
    """Why values are missing, where the unit's own table says so."""
    if unit == "lesion":
        return frame.select(ROW)
    own = registry.tables["crlm_episode"].reasons
    return frame.select(ROW).with_columns(
        own[name] for name in own.columns if name in frame.columns and name != ROW
    )
