"""The STROBE checklist for cohort studies, answered from the protocol and the results.

Items and their order: von Elm E, et al. Lancet 2007;370:1453-7 (version 4, cohort studies); the topics are in our own
words. An item is answered only when the document holds the answer: what only a person knows comes from the protocol's
`[reporting]`, and is "not answered" when that is silent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from crlm.study.protocol.model import Protocol
from crlm.study.results import ChecklistItem, EndpointResult, Flow, ModelResult, SubgroupResult

Status = Literal["answered", "partly answered", "not answered", "not applicable"]


@dataclass(frozen=True)
class Evidence:
    """What the checklist looks at."""

    protocol: Protocol
    flow: Flow
    endpoints: tuple[EndpointResult, ...]
    models: tuple[ModelResult, ...]
    subgroups: tuple[SubgroupResult, ...]


@dataclass(frozen=True)
class Answer:
    """An item's status, the report section (title and anchor) that answers it, and a remark."""

    status: Status
    where: str | None = None
    anchor: str | None = None
    comment: str | None = None


METHODS = ("Methods", "methods")
FLOW = ("Study population", "population")
BASELINE = ("Characteristics", "baseline")
OUTCOMES = ("Outcomes", "outcomes")
MODELS = ("Regression models", "models")
DATA = ("Data report", "data")
SUMMARY = ("Study summary", "summary")
BACKGROUND = ("Background", "background")
DISCUSSION = ("Discussion", "discussion")
OTHER = ("Other information", "other-information")


def checklist(evidence: Evidence) -> tuple[ChecklistItem, ...]:
    """Every item with its status; the same evidence always gives the same list."""
    return tuple(
        ChecklistItem(
            item=item,
            section=section,
            topic=topic,
            status=answer.status,
            where=answer.where,
            anchor=answer.anchor,
            comment=answer.comment,
        )
        for item, section, topic, find in ITEMS
        for answer in (find(evidence),)
    )


def _told(field: str, place: tuple[str, str] = METHODS) -> Callable[[Evidence], Answer]:
    """Answered when the protocol's [reporting] says it."""

    def find(evidence: Evidence) -> Answer:
        if getattr(evidence.protocol.reporting, field):
            return Answer("answered", *place)
        return Answer("not answered", comment=f"say it in [reporting] {field}")

    return find


def _always(place: tuple[str, str], comment: str | None = None) -> Callable[[Evidence], Answer]:
    return lambda _: Answer("answered", *place, comment)


def _by_author(comment: str) -> Callable[[Evidence], Answer]:
    return lambda _: Answer("not answered", comment=comment)


def _when(
    holds: Callable[[Evidence], bool],
    place: tuple[str, str],
    otherwise: str,
    *,
    status: Status = "not answered",
) -> Callable[[Evidence], Answer]:
    return lambda evidence: (
        Answer("answered", *place) if holds(evidence) else Answer(status, comment=otherwise)
    )


def _design_in_title(evidence: Evidence) -> Answer:
    design = evidence.protocol.study.design
    if design is None:
        return Answer("not answered", comment="name the design in [study] design")
    if any(word in evidence.protocol.study.title.casefold() for word in ("cohort", "trial", "registry")):
        return Answer("answered", *SUMMARY)
    return Answer("partly answered", *SUMMARY, "the summary names the design, the title does not")


def _time_zero_stated(evidence: Evidence) -> Answer:
    silent = [one.label for one in evidence.endpoints if not (one.definition and one.time_zero)]
    if not silent:
        return Answer("answered", *METHODS)
    return Answer("partly answered", *METHODS, f"no definition or time zero for: {', '.join(silent)}")


def _missing_addressed(evidence: Evidence) -> Answer:
    return Answer("answered", *METHODS, "complete cases; the number left out stands under each model")


def _follow_up_loss(evidence: Evidence) -> Answer:
    return Answer(
        "partly answered",
        *OUTCOMES,
        "numbers censored and median follow-up are given; reasons for loss are not recorded",
    )


def _adjustment(evidence: Evidence) -> Answer:
    adjusted = [model for model in evidence.models if model.multivariable is not None]
    if not evidence.models:
        return Answer("not applicable", comment="no regression model")
    if len(adjusted) == len(evidence.models):
        return Answer("answered", *MODELS, "unadjusted and adjusted estimates side by side, with intervals")
    return Answer(
        "partly answered", *MODELS, "some models have no multivariable part; the reason stands there"
    )


def _cut_points(evidence: Evidence) -> Answer:
    return Answer(
        "answered", *BASELINE, "every category is defined in the protocol, reproduced in the appendix"
    )


ITEMS: tuple[tuple[str, str, str, Callable[[Evidence], Answer]], ...] = (
    ("1a", "Title and abstract", "The design is named in the title or abstract", _design_in_title),
    ("1b", "Title and abstract", "An informative, balanced abstract", _by_author("written by the authors")),
    ("2", "Introduction", "Background and rationale", _told("background", BACKGROUND)),
    (
        "3",
        "Introduction",
        "Objectives and hypotheses",
        _when(lambda e: e.protocol.study.question is not None, SUMMARY, "say it in [study] question"),
    ),
    (
        "4",
        "Methods",
        "Key elements of the design, early",
        _when(lambda e: e.protocol.study.design is not None, SUMMARY, "say it in [study] design"),
    ),
    ("5", "Methods", "Setting, locations and dates", _told("setting")),
    ("6a", "Methods", "Eligibility, sources, selection and follow-up of participants", _told("participants")),
    (
        "6b",
        "Methods",
        "Matching criteria, for matched studies",
        lambda _: Answer("not applicable", comment="not a matched study"),
    ),
    ("7", "Methods", "Outcomes, exposures, predictors and confounders defined", _time_zero_stated),
    ("8", "Methods", "Data sources and measurement of each variable", _told("data_sources")),
    ("9", "Methods", "Efforts against bias", _told("bias")),
    ("10", "Methods", "How the study size was arrived at", _told("study_size")),
    ("11", "Methods", "Handling of quantitative variables and their groupings", _cut_points),
    ("12a", "Methods", "Statistical methods, including control of confounding", _always(METHODS)),
    (
        "12b",
        "Methods",
        "Methods for subgroups and interactions",
        _when(lambda e: bool(e.subgroups), METHODS, "no subgroup analysis", status="not applicable"),
    ),
    ("12c", "Methods", "How missing data were addressed", _missing_addressed),
    (
        "12d",
        "Methods",
        "How loss to follow-up was addressed",
        _always(METHODS, "censoring at last follow-up"),
    ),
    ("12e", "Methods", "Sensitivity analyses", _by_author("none is declared in the protocol")),
    ("13a", "Results", "Numbers at each stage of the study", _always(FLOW)),
    ("13b", "Results", "Reasons for non-participation at each stage", _always(FLOW)),
    ("13c", "Results", "A flow diagram", _always(FLOW)),
    (
        "14a",
        "Results",
        "Characteristics of participants, exposures and confounders",
        _when(lambda e: bool(e.protocol.baseline), BASELINE, "no [[baseline]] table in the protocol"),
    ),
    (
        "14b",
        "Results",
        "Number with missing data for each variable",
        _when(lambda e: bool(e.protocol.baseline), BASELINE, "no [[baseline]] table in the protocol"),
    ),
    ("14c", "Results", "Follow-up time", _follow_up_loss),
    ("15", "Results", "Numbers of outcome events over time", _always(OUTCOMES)),
    ("16a", "Results", "Unadjusted and adjusted estimates with their precision", _adjustment),
    ("16b", "Results", "Category boundaries of continuous variables", _cut_points),
    (
        "16c",
        "Results",
        "Relative risks translated into absolute risks where relevant",
        _when(
            lambda e: any(one.landmarks for one in e.protocol.endpoint),
            OUTCOMES,
            "give landmarks to the endpoints",
        ),
    ),
    (
        "17",
        "Results",
        "Other analyses: subgroups, interactions, sensitivity",
        _when(lambda e: bool(e.subgroups), ("Subgroups", "subgroups"), "none", status="not applicable"),
    ),
    (
        "18",
        "Discussion",
        "Key results with reference to the objectives",
        _by_author("written by the authors"),
    ),
    ("19", "Discussion", "Limitations, sources and direction of bias", _told("limitations", DISCUSSION)),
    ("20", "Discussion", "Cautious overall interpretation", _told("interpretation", DISCUSSION)),
    ("21", "Discussion", "Generalisability", _told("generalisability", DISCUSSION)),
    ("22", "Other", "Funding and the role of funders", _told("funding", OTHER)),
)
