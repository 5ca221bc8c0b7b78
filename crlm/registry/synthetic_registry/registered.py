"""What every synthetic registry draws of its patients, whatever the study, and their table `patient`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from crlm.registry.synthetic_registry.columns import Names, dates, levels, same, yes_no
from crlm.registry.synthetic_registry.draws import Booleans, Column, Floats, Integers


@dataclass(frozen=True, kw_only=True)
class Registered:
    """Arrays by registered patient; days since 1970, infinite where it did not happen.

    `kind`: 0 in the cohort, else why the selection excludes the patient (names in the study's module). `x`: covariates.
    `missing`: which values of a variable are not recorded.
    """

    kind: Integers
    x: Mapping[str, Column]
    days: Mapping[str, Floats]
    missing: Mapping[str, Booleans]
    names: Names

    @property
    def size(self) -> int:
        """How many patients are registered."""
        return self.kind.size


def patient_table(
    p: Registered, centre: pl.Series, consent: str, lost: Booleans | None = None
) -> pl.DataFrame:
    """The table `patient`: one row each, dead where there is a day of death; `lost` to follow-up where given."""
    dead = np.isfinite(p.days["death"])
    return pl.DataFrame(
        {
            "patient_id": p.names.of("P", np.arange(p.size)),
            "centre_id": centre,
            "sex": levels((~p.x["male"]).astype(np.int64), ("male", "female")),
            "date_of_birth": dates(p.days["birth"]),
            "vital_status": levels(dead.astype(np.int64), ("alive", "dead")),
            "date_of_death": dates(p.days["death"]),
            "date_last_vital_status": dates(p.days["last"]),
            "date_last_disease_assessment": dates(p.days["assessed"]),
            "lost_to_follow_up": same("no", p.size) if lost is None else yes_no(lost),
            "consent_status": same(consent, p.size),
            "synthetic": np.ones(p.size, dtype=np.int8),
        }
    )
