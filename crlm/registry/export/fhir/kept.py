"""What a FHIR bundle keeps of a registry, variable by variable: everything else is lost, and the page says so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kept:
    """One variable that a bundle keeps, where it stands, and what to know about it."""

    table: str
    variable: str
    element: str
    note: str = ""


AT_DIAGNOSIS = "dated with the diagnosis of the liver episode to which it belongs"
AS_TEXT = "as words, without a code"

KEPT = (
    Kept("patient", "patient_id", "Patient.identifier", "the registry's study number, a pseudonym"),
    Kept("patient", "sex", "Patient.gender", "unknown where missing: the element is required"),
    Kept("patient", "date_of_birth", "Patient.birthDate"),
    Kept("patient", "vital_status", "Patient.deceasedBoolean; Observation.valueCodeableConcept", AS_TEXT),
    Kept("patient", "date_of_death", "Patient.deceasedDateTime"),
    Kept("patient", "date_last_vital_status", "Observation.effectiveDateTime of the vital status"),
    Kept("primary_tumour", "primary_id", "Condition.identifier"),
    Kept("primary_tumour", "patient_id", "Condition.subject"),
    Kept("primary_tumour", "date_primary_diagnosis", "Condition.extension assertedDate"),
    Kept("primary_tumour", "primary_subsite", "Condition.bodySite"),
    Kept("crlm_episode", "episode_id", "Observation.identifier", "of an ECOG status, height or weight"),
    Kept("crlm_episode", "patient_id", "Observation.subject", "where there is such an observation"),
    Kept("crlm_episode", "date_crlm_diagnosis", "Observation.effectiveDateTime", "where there is such an observation"),
    Kept("crlm_episode", "ecog_ps", "Observation.valueInteger", AT_DIAGNOSIS),
    Kept("crlm_episode", "height_cm", "Observation.valueQuantity", AT_DIAGNOSIS),
    Kept("crlm_episode", "weight_kg", "Observation.valueQuantity", AT_DIAGNOSIS),
    Kept("metastasis", "lesion_id", "Condition.identifier; BodyStructure.identifier"),
    Kept("metastasis", "patient_id", "Condition.subject; BodyStructure.patient"),
    Kept("metastasis", "date_first_seen", "Condition.extension assertedDate"),
    Kept("metastasis", "segments", "Condition.bodySite.text", AS_TEXT),
    Kept("metastasis", "diameter_baseline_mm", "Observation.component.valueQuantity", "dated when first seen"),
    Kept("lesion_imaging", "lesion_id", "Observation.focus", "where a diameter was measured"),
    Kept("lesion_imaging", "imaging_id", "Observation.identifier", "where a diameter was measured"),
    Kept("lesion_imaging", "diameter_mm", "Observation.component.valueQuantity"),
    Kept("imaging", "date_imaging", "Observation.effectiveDateTime", "where a lesion was measured on it"),
    Kept("lab", "lab_id", "Observation.identifier"),
    Kept("lab", "patient_id", "Observation.subject"),
    Kept("lab", "date_sample", "Observation.effectiveDateTime"),
    Kept("lab", "analyte", "Observation.code", "in words where LOINC's code is not certain"),
    Kept("lab", "value", "Observation.valueQuantity.value"),
    Kept("lab", "unit", "Observation.valueQuantity.unit and code"),
    Kept("lab", "below_detection", "Observation.valueQuantity.comparator", "yes only: it becomes <"),
    Kept("local_treatment", "procedure_id", "Procedure.identifier"),
    Kept("local_treatment", "patient_id", "Procedure.subject"),
    Kept("local_treatment", "date_procedure", "Procedure.performedDateTime"),
    Kept("local_treatment", "procedure_modalities", "Procedure.code.text", AS_TEXT),
    Kept("treated_lesion", "procedure_id", "Procedure.reasonReference"),
    Kept("treated_lesion", "lesion_id", "Procedure.reasonReference"),
    Kept("systemic_therapy", "therapy_id", "MedicationStatement.identifier"),
    Kept("systemic_therapy", "patient_id", "MedicationStatement.subject"),
    Kept("systemic_therapy", "regimen", "MedicationStatement.medicationCodeableConcept.text", AS_TEXT),
    Kept("systemic_therapy", "targeted_agent", "MedicationStatement.medicationCodeableConcept.text", AS_TEXT),
    Kept("systemic_therapy", "date_start", "MedicationStatement.effectivePeriod.start"),
    Kept("systemic_therapy", "date_end", "MedicationStatement.effectivePeriod.end"),
    Kept("systemic_therapy", "dose", "MedicationStatement.dosage.text"),
)  # fmt: skip
