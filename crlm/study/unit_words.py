"""What the records of each unit are called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from crlm.study.protocol.model import Protocol


@dataclass(frozen=True)
class UnitWords:
    """What a record is called: one of them, and several."""

    unit: Literal["patient", "episode", "tumour"]
    one: str
    many: str

    @property
    def whom(self) -> str:
        """The pronoun: for patients "whom", for episodes and tumours "which"."""
        return "whom" if self.unit == "patient" else "which"


PATIENTS = UnitWords("patient", "patient", "patients")
EPISODES = UnitWords("episode", "episode", "episodes")
TUMOURS = UnitWords("tumour", "tumour", "tumours")


def is_patients(protocol: Protocol) -> bool:
    """Whether each record of the population is a patient: by its unit, or because one episode of each was chosen."""
    return protocol.population.unit == "patient" or any(one.first_by for one in protocol.population.criteria)


def words_of(protocol: Protocol, unit: str | None) -> UnitWords:
    """What the records of an analysis are called: those of its unit, or of the population."""
    if unit == "lesion":
        return TUMOURS
    return PATIENTS if is_patients(protocol) else EPISODES
