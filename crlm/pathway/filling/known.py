"""When what a registry records became known: one table for all rows and values, as data.

Findings (a scan, a sample, a diagnosis) are known on their day. What is done to a patient (an operation, a course of
chemotherapy) counts from the day after: what begins on the day of the decision is what is being decided. The registry
has no date for a pathologist's report, which therefore counts with the operation.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Moment:
    """The date on which something becomes known: a date variable of the row, or of the row that it names.

    `done` marks what is done to a patient, which has to lie before the day of the decision. A moment that is not
    `required` counts only where the date is recorded. `ends` marks a later day of what began on an unknown one: where
    it is not before the decision, nothing says whether the beginning was.
    """

    date: str
    done: bool = False
    required: bool = True
    ends: bool = False
    column: str | None = None
    table: str | None = None
    """With `column` the date is that of the row of `table` whose key stands there."""


PROCEDURE = Moment("date_procedure", done=True, column="procedure_id", table="local_treatment")

ROWS: dict[str, tuple[Moment, ...]] = {
    "patient": (),
    "primary_tumour": (
        Moment("date_primary_diagnosis"),
        Moment("date_primary_resection", done=True, ends=True),
    ),
    "crlm_episode": (Moment("date_crlm_diagnosis"),),
    "metastasis": (
        Moment("date_first_seen"),
        Moment("date_crlm_diagnosis", column="episode_id", table="crlm_episode"),
    ),
    "imaging": (Moment("date_imaging"),),
    "lesion_imaging": (Moment("date_imaging", column="imaging_id", table="imaging"),),
    "liver_volumetry": (Moment("date_volumetry"),),
    "systemic_therapy": (Moment("date_start", done=True), Moment("date_end", done=True, ends=True)),
    "haip": (
        Moment("date_pump_placement", done=True),
        Moment("date_haip_start", done=True, ends=True),
    ),
    "local_treatment": (Moment("date_procedure", done=True),),
    "treated_lesion": (PROCEDURE,),
    "pathology_liver": (PROCEDURE,),
    "lab": (Moment("date_sample"),),
    "followup_event": (Moment("date_event"),),
}
"""The tables that are read. The first of a row's moments whose date is recorded says when the row is known."""

_RESECTED = Moment("date_primary_resection", done=True)
_ENDED = Moment("date_end", done=True)
_DOCUMENTED = Moment("date_extrahepatic_first", required=False)

VALUES: dict[tuple[str, str], Moment] = {
    ("primary_tumour", "date_primary_resection"): _RESECTED,
    ("primary_tumour", "pt_stage"): _RESECTED,
    ("primary_tumour", "pn_stage"): _RESECTED,
    ("crlm_episode", "extrahepatic_disease"): _DOCUMENTED,
    ("crlm_episode", "extrahepatic_disease_sites"): _DOCUMENTED,
    ("crlm_episode", "date_extrahepatic_first"): _DOCUMENTED,
    ("metastasis", "fiducial_placed"): Moment("date_fiducial", done=True, required=False),
    ("metastasis", "date_fiducial"): Moment("date_fiducial", done=True, required=False),
    ("systemic_therapy", "date_end"): _ENDED,
    ("systemic_therapy", "n_cycles"): _ENDED,
    ("systemic_therapy", "best_response"): _ENDED,
    ("systemic_therapy", "pathological_response"): _ENDED,
    ("haip", "date_haip_start"): Moment("date_haip_start", done=True),
}
"""Values that become known at another time than their row."""

NEEDS_NO_DATE: dict[tuple[str, str], str] = {
    ("patient", "date_of_birth"): "it does not change",
    ("patient", "hepatic_arterial_anatomy_variant"): "it does not change",
    ("primary_tumour", "kras_status"): "it belongs to the tumour",
    ("primary_tumour", "kras_g12c"): "it belongs to the tumour",
    ("primary_tumour", "nras_status"): "it belongs to the tumour",
    ("primary_tumour", "braf_status"): "it belongs to the tumour",
    ("primary_tumour", "mmr_msi_status_raw"): "it belongs to the tumour",
    ("primary_tumour", "her2_amplified"): "it belongs to the tumour",
    ("primary_tumour", "tp53_mutant"): "it belongs to the tumour",
    ("primary_tumour", "pole_pold1_mutant"): "it belongs to the tumour",
    ("primary_tumour", "primary_resected"): "a primary that was never resected was not resected then",
    ("primary_tumour", "adjuvant_chemotherapy_after_primary"): "it precedes the liver metastases",
}
"""Values whose own date the registry does not hold and that are used all the same, and why. When they were
determined is
not recorded: whoever fills a case at a past date is told which inputs rest on them."""
