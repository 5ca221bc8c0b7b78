"""A case from a patient's records at a date: what was known then, where each value came from, and what is left to
ask.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crlm.dictionary.records import Registry
from crlm.pathway.case import Case, read_case
from crlm.pathway.contradictions import Contradicted
from crlm.pathway.filling import (  # noqa: F401  (their functions register)
    agents,
    baseline,
    chemotherapy,
    disappearing,
    extrahepatic,
    liver_now,
    operations,
    person,
    recurrence,
)
from crlm.pathway.filling.answers import FILLINGS, Answer, Asked, Clash, Found, Left, Origin, plain
from crlm.pathway.filling.episode import asked_about, placed
from crlm.pathway.filling.history import Unused, history_of
from crlm.pathway.filling.known import NEEDS_NO_DATE
from crlm.pathway.filling.sources import copied, noted, sources
from crlm.pathway.load import shipped_rules
from crlm.pathway.model import Input


@dataclass(frozen=True)
class Provenance:
    """Where a value came from: the records it rests on (none: a missing record means no) and what was done with
    them.
    """

    origins: tuple[Origin, ...]
    how: str

    def __str__(self) -> str:
        """`number at the diagnosis: crlm_episode E1 (2019-05-31): n_crlm = 4`."""
        return f"{self.how}: {'; '.join(str(one) for one in self.origins)}" if self.origins else self.how


@dataclass(frozen=True)
class Question:
    """A judgement to be asked, and what the registry holds on it, which fills nothing."""

    question: str
    noted: tuple[Origin, ...]


@dataclass(frozen=True)
class Conflict:
    """Records that contradict each other, shown and not resolved; `filled` where the input has a value all the same."""

    says: str
    origins: tuple[Origin, ...]
    filled: bool


@dataclass(frozen=True)
class FilledCase:
    """A case filled from a registry.

    `given` is the case as JSON writes it (numbers as exact decimals), in the order of the inputs. Every input is in
    exactly one of `given`, `asked`, `conflicts` (not filled) and `left`. `unused` holds the patient's records that were
    not used because they are later, have no date, or one that does not decide; `undated` the inputs that rest on
    something of which the registry does not say when it was determined.
    """

    patient: str
    episode: str
    episode_number: int | None
    date: datetime.date
    given: Mapping[str, Any]
    provenance: Mapping[str, Provenance]
    asked: Mapping[str, Question]
    conflicts: Mapping[str, Conflict]
    left: Mapping[str, str]
    unused: tuple[Unused, ...]
    undated: tuple[str, ...]
    source: str
    snapshot: str | None
    synthetic: bool

    def case(self, inputs: Mapping[str, Input]) -> Case:
        """The case, read as every case is: `origins` says where each value came from, `findings` also what
        contradicts.
        """
        read = read_case(dict(self.given), inputs)
        origins = {name: str(one) for name, one in self.provenance.items()}
        found = (
            Contradicted("records", (name,), one.says, one.filled) for name, one in self.conflicts.items()
        )
        return Case(read.values, read.given, (*read.findings, *found), origins)


def case_from_registry(
    registry: Registry, patient_id: str, date: datetime.date, episode: int | None = None
) -> FilledCase:
    """The case of a patient on a day, from what a registry shows to have been known by then.

    A finding counts from its day on, what is done to a patient from the day after. Nothing is guessed and no judgement
    worked out. `episode` is the number of a liver episode; by default the latest diagnosed by then. Raises DataError
    for a patient or an episode that is not there. Checked: later records, changed at will, change nothing.
    """
    case = asked_about(registry, history_of(registry, patient_id, date), patient_id, episode)
    given: dict[str, Any] = {}
    provenance: dict[str, Provenance] = {}
    asked: dict[str, Question] = {}
    conflicts: dict[str, Conflict] = {}
    left: dict[str, str] = {}
    for name, one in shipped_rules().inputs.items():
        if one.judgement:
            asked[name] = Question(one.question or one.definition, noted(case, name))
            continue
        answer = _answer(case, name)
        found = answer.found if isinstance(answer, Clash) else answer
        if isinstance(answer, Clash):
            conflicts[name] = Conflict(answer.says, answer.origins, found is not None)
        if isinstance(found, Found) and found.value is not None:
            given[name] = plain(found.value)
            provenance[name] = Provenance(found.origins, found.how)
        elif isinstance(answer, Left):
            left[name] = answer.reason
    return FilledCase(
        patient=patient_id,
        episode=case.episode.key,
        episode_number=case.number,
        date=date,
        given=given,
        provenance=provenance,
        asked=asked,
        conflicts=conflicts,
        left=left,
        unused=(*case.history.unused, *_unplaced(case)),
        undated=tuple(name for name, one in provenance.items() if _without_date(one)),
        source=registry.source.name,
        snapshot=registry.snapshot,
        synthetic=registry.source.synthetic,
    )


def _unplaced(case: Asked) -> list[Unused]:
    """Scans and samples that name no episode, and whose date does not say whether they belong to this one."""
    return [
        Unused(row.table, row.key, row.number, None, "undecided", str(row.since))
        for table, date in (("imaging", "date_imaging"), ("lab", "date_sample"))
        for row in placed(case, case.rows(table), date)[1]
    ]


def _answer(case: Asked, name: str) -> Answer:
    if name in FILLINGS:
        return FILLINGS[name].function(case)
    if name in sources().copies:
        return copied(case, sources().copies[name])
    return Left(sources().not_filled[name])


def _without_date(one: Provenance) -> bool:
    """Whether a value rests on something whose determination has no date (that of birth needs none)."""
    read = {(where.table, where.variable) for where in one.origins}
    return bool(read & (set(NEEDS_NO_DATE) - {("patient", "date_of_birth")}))
