"""When the value of a variable becomes known: the date variable that says so, for each variable of a view."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from crlm.cohort.views.derivations import OF_EPISODES, OF_LESIONS
from crlm.cohort.views.episodes import EARLIER, episode_variables, home_of
from crlm.cohort.views.lesions import home_of_lesion, lesion_variables

OF_TABLE = {
    "crlm_episode": "date_crlm_diagnosis",
    "local_treatment": "date_procedure",
    "primary_tumour": "date_primary_diagnosis",
    "treated_lesion": "date_procedure",
    "metastasis": "date_crlm_diagnosis",
}
"""What is recorded of a patient or a centre has no date."""
OTHERWISE = {
    "primary_resected": "date_primary_resection",
    "primary_resection_status": "date_primary_resection",
    "pt_stage": "date_primary_resection",
    "pn_stage": "date_primary_resection",
    "lymphovascular_invasion": "date_primary_resection",
    "found_in_specimen_or_ablated": "date_procedure",
    "pathology_diameter_mm": "date_procedure",
    "histologically_confirmed": "date_procedure",
    "icu_days": "date_discharge",
    "reoperation_30d": "date_discharge",
    "discharge_destination": "date_discharge",
    "progression_on_preop_chemo": "date_procedure",
    "ltp": "date_ltp",
    "ltp_evidence": "date_ltp",
    "ltp_treatment": "date_ltp",
    "dlm_in_situ_recurrence": "date_last_disease_assessment",
    "vital_status": "date_last_vital_status",
    "cause_of_death": "date_of_death",
    "lost_to_follow_up": "date_last_vital_status",
}
"""Recorded variables that become known at another time than the rest of their table."""
NO_DATE = frozenset({
    "adjuvant_chemotherapy_after_primary", "synchronous_strategy", "kras_status", "kras_g12c", "nras_status",
    "braf_status", "mmr_msi_status_raw", "her2_amplified", "tp53_mutant", "smad4_mutant", "fbxw7_mutant",
    "pole_pold1_mutant", "readmission_30d", "second_stage_completed", "dropout_reason",
})  # fmt: skip
"""Recorded variables of those tables about which the registry does not say when they became known."""


@cache
def known_at(name: str) -> str | None:
    """The date variable at which a variable of a view becomes known; None when nobody says when.

    A date is known on its day. A derived variable is known when the dictionary says, a recorded one with the event that
    its table describes. With the prefix `initial_` or `previous_` it is the same date of that episode.
    """
    variables = lesion_variables() | episode_variables()
    if name in variables and variables[name].type == "date":
        return name
    found = OF_EPISODES.get(name) or OF_LESIONS.get(name)
    if found is not None:
        return found.known_at
    if name in NO_DATE:
        return None
    if name in OTHERWISE:
        return OTHERWISE[name]
    home = home_of(name) or home_of_lesion(name)
    if home is not None:
        return OF_TABLE.get(home)
    prefix = next((one for one in EARLIER if name.startswith(one)), None)
    date = known_at(name.removeprefix(prefix)) if prefix else None
    earlier = f"{prefix}{date}"
    return earlier if earlier in variables else date


def dates_known(names: Iterable[str]) -> tuple[str, ...]:
    """The date variables at which all of some variables are known, in order; those without a date add none."""
    dates = (known_at(name) for name in names)
    return tuple(sorted({date for date in dates if date is not None}))
