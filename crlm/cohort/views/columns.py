"""Which recorded columns a study on a registry needs: those that it names, and those that the views compute with.

Of a large registry most of the memory is columns that a study never looks at; a snapshot is read without them.
"""

from __future__ import annotations

from collections.abc import Iterable

from crlm.cohort.views.episodes import EARLIER
from crlm.dictionary.registry.load import registry_dictionary

REASONS = frozenset({"crlm_episode"})
"""The tables whose reasons for missing values a view keeps."""

_NAMES = """
    accordion_grade adequate_inflow_outflow_biliary adjuvant_chemotherapy_after_primary analyte approach
    bilobar bilobar_at_diagnosis braf_status category cause_of_death centre_id
    chemotherapy_associated_liver_injury cirrhosis_or_fibrosis clavien_dindo_grade
    complication_status_known concurrent_ablation contrast_agent crlm_timing_recorded ctcae_grade
    curative_intent date_crlm_diagnosis date_discharge date_end date_event date_haip_start date_imaging
    date_last_disease_assessment date_last_vital_status date_ltp date_of_birth date_of_death date_onset
    date_primary_diagnosis date_primary_resection date_procedure date_sample date_start date_volumetry
    diameter_at_treatment_mm diameter_baseline_mm discharge_destination dlm_in_situ_recurrence
    dropout_reason episode_id episode_number event_type extrahepatic_disease fbxw7_mutant flr_volume_ml
    found_in_specimen_or_ablated given_before_local_treatment haip_setting height_cm
    hepatectomy_extent_recorded her2_amplified histologically_confirmed icu_days imaging_id intent
    kras_g12c kras_status lab_id lesion_id line liver_involvement_pct lobe lost_to_follow_up ltp
    ltp_evidence ltp_treatment lymphovascular_invasion margin_category_recorded margin_mm margin_type
    max_lesion_diameter_mm mmr_msi_status_raw modality n_crlm n_cycles n_lesions
    n_lesions_major_vessel_contact n_segments_involved n_segments_resected nras_status
    pathology_diameter_mm patient_id planned_stages pn_stage pole_pold1_mutant primary_id
    primary_resected primary_resection_status primary_subsite procedure_id procedure_modalities
    progression_on_preop_chemo prt_id prt_type pt_stage r0_achievable readmission_30d recist_response
    regimen relatedness relative_to_procedure_id reoperation_30d resection_margin_mm residual_disease
    route second_stage_completed segments sites size_largest_crlm_mm smad4_mutant stage_number
    synchronous_strategy targeted_agent therapy_id timepoint total_liver_volume_ml tp53_mutant
    treated_lesion_id treatment_intent unit value vascular_invasion_unresectable visible vital_status
    volumetry_id volumetry_phase weight_kg
"""
COMPUTED_WITH = frozenset(_NAMES.split())
"""The recorded names that stand in the modules of this package: tests/cohort/test_needed_columns.py looks them up."""


def needed_columns(names: Iterable[str]) -> dict[str, frozenset[str]]:
    """By table, the columns that the views need for these variables: recorded, derived or with a prefix."""
    asked = {one for name in names for one in (name, *(name.removeprefix(prefix) for prefix in EARLIER))}
    return {
        table.name: frozenset(name for name in table.by_name if name in asked or name in COMPUTED_WITH)
        for table in registry_dictionary().tables
    }
