"""Records as FHIR R4 resources: what becomes of a patient, a tumour, a metastasis, a value, a treatment."""

from __future__ import annotations

from collections.abc import Iterable

from crlm.registry.export.fhir.elements import (
    FHIR,
    LIVER,
    LONGEST_DIMENSION,
    PRIMARY_CANCER,
    SECONDARY_CANCER,
    TUMOUR_MORPHOLOGY,
    TUMOUR_SIZE,
    Element,
    Identity,
    Row,
    category,
    certain_codes,
    coding,
    concept,
    date_of,
    dated,
    quantity,
    words_of,
)


def patient(identity: Identity, row: Row) -> list[Element]:
    """The patient without a name, and when he or she was last known to be alive or dead."""
    key = row["patient_id"]
    resource = {
        **identity.start("Patient", "patient", key, profile="mcode-cancer-patient"),
        "name": [{"extension": [{"url": f"{FHIR}data-absent-reason", "valueCode": "masked"}]}],
        "gender": row["sex"] or "unknown",
        **dated("birthDate", date_of(row, "date_of_birth")),
    }
    death = date_of(row, "date_of_death")
    if death is not None:
        resource["deceasedDateTime"] = death
    elif row["vital_status"] is not None:
        resource["deceasedBoolean"] = row["vital_status"] == "dead"
    if row["vital_status"] is None:
        return [resource]
    status = {
        **identity.start("Observation", "patient", key, "vital status"),
        "status": "final",
        "code": concept("Vital status"),
        "subject": identity.reference("patient", key),
        **dated("effectiveDateTime", date_of(row, "date_last_vital_status")),
        "valueCodeableConcept": concept(words_of("patient", "vital_status", [row["vital_status"]])),
    }
    return [resource, status]


def primary_cancer(identity: Identity, row: Row) -> Element:
    """A primary tumour with its site in ICD-O-3."""
    site = row["primary_subsite"]
    return {
        **identity.start(
            "Condition", "primary_tumour", row["primary_id"], profile="mcode-primary-cancer-condition"
        ),
        **_asserted(date_of(row, "date_primary_diagnosis")),
        "category": category("condition", "encounter-diagnosis"),
        "code": concept("Primary colorectal cancer", coding(PRIMARY_CANCER)),
        **(
            {
                "bodySite": [
                    concept(
                        words_of("primary_tumour", "primary_subsite", [site]),
                        *certain_codes("primary_tumour", "primary_subsite", site, "ICD-O-3"),
                    )
                ]
            }
            if site is not None
            else {}
        ),
        "subject": identity.reference("patient", row["patient_id"]),
    }


def _asserted(date: str | None, *more: Element) -> Element:
    extensions = [*more]
    if date is not None:
        extensions.append({"url": f"{FHIR}condition-assertedDate", "valueDateTime": date})
    return {"extension": extensions} if extensions else {}


def metastasis(identity: Identity, row: Row, primary: str | None) -> list[Element]:
    """A liver metastasis as a condition, as a tumour in the body, and its first diameter."""
    key, subject = row["lesion_id"], identity.reference("patient", row["patient_id"])
    related = []
    if primary is not None:
        reference = identity.reference("primary_tumour", primary)
        related.append({"url": f"{FHIR}condition-related", "valueReference": reference})
    site = words_of("metastasis", "segments", row["segments"]) if row["segments"] else ""
    condition = {
        **identity.start("Condition", "metastasis", key, profile="mcode-secondary-cancer-condition"),
        **_asserted(date_of(row, "date_first_seen"), *related),
        "category": category("condition", "encounter-diagnosis"),
        "code": concept("Colorectal liver metastasis", coding(SECONDARY_CANCER)),
        "bodySite": [concept(f"Liver: {site}" if site else "Liver", coding(LIVER))],
        "subject": subject,
    }
    tumour = identity.start("BodyStructure", "metastasis", key, "tumour", profile="mcode-tumor")
    kind = {"coding": [{"system": "http://hl7.org/fhir/resource-types", "code": "BodyStructure"}]}
    tumour |= {
        "identifier": [{"use": "usual", "type": kind, **tumour["identifier"][0]}],
        "morphology": concept("Metastasis", coding(TUMOUR_MORPHOLOGY)),
        "location": concept("Liver", coding(LIVER)),
        "patient": subject,
    }
    found: list[Element] = [condition, tumour]
    if row["diameter_baseline_mm"] is not None:
        date = date_of(row, "date_first_seen")
        found.append(
            _size(identity, ("metastasis", key), row["patient_id"], key, row["diameter_baseline_mm"], date)
        )
    return found


def measurement(identity: Identity, row: Row, patient_id: str, date: str | None) -> list[Element]:
    """The diameter of a lesion on one scan."""
    if row["diameter_mm"] is None:
        return []
    own = ("lesion_imaging", f"{row['lesion_id']}|{row['imaging_id']}")
    return [_size(identity, own, patient_id, row["lesion_id"], row["diameter_mm"], date)]


def _size(
    identity: Identity,
    own: tuple[str, str],
    patient_id: str,
    lesion_id: str,
    diameter: float,
    date: str | None,
) -> Element:
    return {
        **identity.start("Observation", *own, "size", profile="mcode-tumor-size"),
        "status": "final",
        "code": concept("Tumour size", coding(TUMOUR_SIZE)),
        "subject": identity.reference("patient", patient_id),
        "focus": [identity.reference("metastasis", lesion_id, "tumour")],
        **dated("effectiveDateTime", date),
        "component": [
            {
                "code": concept("Longest diameter", coding(LONGEST_DIMENSION)),
                "valueQuantity": quantity(diameter, "mm", "mm"),
            }
        ],
    }


def episode(identity: Identity, row: Row) -> list[Element]:
    """ECOG performance status, height and weight at a liver episode, dated with its diagnosis."""
    found = []
    for name, kind, unit in (("ecog_ps", "survey", None), ("height_cm", "vital-signs", "cm"),
                             ("weight_kg", "vital-signs", "kg")):  # fmt: skip
        value = row[name]
        if value is None:
            continue
        words = {
            "ecog_ps": "ECOG performance status",
            "height_cm": "Body height",
            "weight_kg": "Body weight",
        }[name]
        profile = "mcode-ecog-performance-status" if unit is None else None
        found.append(
            {
                **identity.start("Observation", "crlm_episode", row["episode_id"], name, profile=profile),
                "status": "final",
                "category": category("observation", kind),
                "code": concept(words, *certain_codes("crlm_episode", name, None, "LOINC")),
                "subject": identity.reference("patient", row["patient_id"]),
                **dated("effectiveDateTime", date_of(row, "date_crlm_diagnosis")),
                **(
                    {"valueInteger": value}
                    if unit is None
                    else {"valueQuantity": quantity(value, unit, unit)}
                ),
            }
        )
    return found


def laboratory_value(identity: Identity, row: Row) -> list[Element]:
    """A measured value; CEA as a tumour marker. One without an analyte or a number says nothing and is left out."""
    if row["analyte"] is None or row["value"] is None:
        return []
    profile = "mcode-tumor-marker-test" if row["analyte"] == "CEA" else None
    unit, ucum = "", None
    if row["unit"] is not None:
        unit = words_of("lab", "unit", [row["unit"]])
        ucum = next((one["code"] for one in certain_codes("lab", "unit", row["unit"], "UCUM")), None)
    measured = quantity(row["value"], unit, ucum)
    if not unit:
        del measured["unit"]
    if row["below_detection"]:
        measured["comparator"] = "<"
    name = concept(
        words_of("lab", "analyte", [row["analyte"]]),
        *certain_codes("lab", "analyte", row["analyte"], "LOINC"),
    )
    return [
        {
            **identity.start("Observation", "lab", row["lab_id"], profile=profile),
            "status": "final",
            "category": category("observation", "laboratory"),
            "code": name,
            "subject": identity.reference("patient", row["patient_id"]),
            **dated("effectiveDateTime", date_of(row, "date_sample")),
            "valueQuantity": measured,
        }
    ]


def procedure(identity: Identity, row: Row, lesions: Iterable[str]) -> Element:
    """A local treatment of the liver and the metastases that it treated."""
    modalities = row["procedure_modalities"]
    words = words_of("local_treatment", "procedure_modalities", modalities) if modalities else ""
    reasons = [identity.reference("metastasis", lesion) for lesion in lesions]
    return {
        **identity.start("Procedure", "local_treatment", row["procedure_id"]),
        "status": "completed",
        "code": concept(words or "Local treatment of the liver"),
        "subject": identity.reference("patient", row["patient_id"]),
        **dated("performedDateTime", date_of(row, "date_procedure")),
        **({"reasonReference": reasons} if reasons else {}),
        "bodySite": [concept("Liver", coding(LIVER))],
    }


def systemic_therapy(identity: Identity, row: Row, lesions: Iterable[str]) -> Element:
    """A course of drugs, in words, and the metastases of the episode for which it was given."""
    regimen = (
        words_of("systemic_therapy", "regimen", [row["regimen"]]) if row["regimen"] else "Systemic therapy"
    )
    agents = [one for one in row["targeted_agent"] or [] if one != "none"]
    if agents:
        regimen += f" with {words_of('systemic_therapy', 'targeted_agent', agents)}"
    start, end = date_of(row, "date_start"), date_of(row, "date_end")
    period = {**dated("start", start), **dated("end", end)}
    reasons = [identity.reference("metastasis", lesion) for lesion in lesions]
    return {
        **identity.start("MedicationStatement", "systemic_therapy", row["therapy_id"]),
        "status": "unknown" if end is None else "completed",
        "medicationCodeableConcept": concept(regimen),
        "subject": identity.reference("patient", row["patient_id"]),
        **({"effectivePeriod": period} if period else {}),
        **({"reasonReference": reasons} if reasons else {}),
        **({"dosage": [{"text": row["dose"]}]} if row["dose"] else {}),
    }
