"""A small registry that breaks no check, and for each check the change that breaks it."""

import datetime

import polars as pl

from crlm.dictionary.records import ROW, DataSource, Records, Registry
from crlm.dictionary.registry import registry_dictionary
from crlm.dictionary.registry.frames import schema_of

DICTIONARY = registry_dictionary()

TREATED_TWICE = "P1"
ROWS = {
    "centre": [
        {"centre_id": "C1", "registry_start_date": "2000-01-01", "registry_end_date": "2020-12-31"},
    ],
    "patient": [
        {
            "patient_id": "P1", "centre_id": "C1", "sex": "male", "date_of_birth": "1950-06-01",
            "vital_status": "dead", "date_of_death": "2018-03-01", "cause_of_death": "crc",
            "date_last_vital_status": "2018-03-01", "date_last_disease_assessment": "2018-01-10",
            "lost_to_follow_up": False, "consent_status": "waived",
            "hepatic_arterial_anatomy_variant": "standard",
        },
        {
            "patient_id": "P2", "centre_id": "C1", "sex": "female", "date_of_birth": "1960-02-02",
            "vital_status": "alive", "date_last_vital_status": "2019-12-01",
            "date_last_disease_assessment": "2019-11-01",
        },
    ],
    "primary_tumour": [
        {
            "primary_id": "T1", "patient_id": "P1", "date_primary_diagnosis": "2012-01-10",
            "primary_subsite": "sigmoid", "primary_resected": True, "date_primary_resection": "2012-02-01",
            "primary_resection_status": "R0", "pt_stage": "T3", "pn_stage": "N1a", "kras_status": "wild_type",
            "kras_g12c": False, "nras_status": "wild_type", "braf_status": "wild_type",
            "adjuvant_chemotherapy_after_primary": True,
        },
        {
            "primary_id": "T2", "patient_id": "P2", "date_primary_diagnosis": "2015-05-05",
            "primary_resected": False, "primary_resection_status": "not_resected",
            "adjuvant_chemotherapy_after_primary": False,
        },
    ],
    "crlm_episode": [
        {
            "episode_id": "E1", "patient_id": "P1", "episode_number": 1, "date_crlm_diagnosis": "2014-03-01",
            "crlm_timing_recorded": "metachronous", "asa_class": "asa_2", "height_cm": 180.0,
            "weight_kg": 80.0, "n_crlm": 2, "size_largest_crlm_mm": 25.0, "bilobar_at_diagnosis": True,
            "n_segments_involved": 2, "liver_involvement_pct": 10.0, "extrahepatic_disease": False,
            "resectability_class": "resectable", "mdt_date": "2014-03-10", "upfront_locally_treatable": True,
            "mdt_decision": "upfront_local", "vascular_invasion_unresectable": False,
        },
        {
            "episode_id": "E2", "patient_id": "P1", "episode_number": 2, "date_crlm_diagnosis": "2016-01-15",
            "n_crlm": 1, "size_largest_crlm_mm": 18.0, "bilobar_at_diagnosis": False,
            "n_segments_involved": 1, "mdt_decision": "neoadjuvant_then_local", "mdt_date": "2016-01-20",
        },
        {
            "episode_id": "E3", "patient_id": "P2", "episode_number": 1, "date_crlm_diagnosis": "2015-05-20",
            "crlm_timing_recorded": "synchronous", "extrahepatic_disease": True, "asa_class": "asa_3",
            "extrahepatic_disease_sites": ["lung"], "extrahepatic_disease_resectable": False,
            "resectability_class": "unresectable", "unresectability_reason": ["technical"],
        },
    ],
    "metastasis": [
        {
            "lesion_id": "L1", "episode_id": "E1", "patient_id": "P1", "lesion_number": 1,
            "segments": ["segment_2"], "lobe": "left", "diameter_baseline_mm": 25.0,
            "major_vessels_in_contact": ["none"], "vascular_relation": "none",
            "date_first_seen": "2014-03-01", "fiducial_placed": True, "date_fiducial": "2014-03-05",
        },
        {
            "lesion_id": "L2", "episode_id": "E1", "patient_id": "P1", "lesion_number": 2,
            "segments": ["segment_6"], "lobe": "right", "diameter_baseline_mm": 12.0,
            "date_first_seen": "2014-03-01", "fiducial_placed": False,
        },
        {
            "lesion_id": "L3", "episode_id": "E2", "patient_id": "P1", "lesion_number": 1,
            "segments": ["segment_7"], "lobe": "right", "diameter_baseline_mm": 18.0,
            "date_first_seen": "2016-01-15",
        },
    ],
    "imaging": [
        {
            "imaging_id": "I1", "patient_id": "P1", "episode_id": "E1", "date_imaging": "2014-03-01",
            "timepoint": "baseline", "modality": "ceMRI", "contrast_agent": "gadoxetic_acid", "n_lesions": 2,
            "max_lesion_diameter_mm": 25.0, "n_segments_involved": 2, "bilobar": True,
            "n_lesions_major_vessel_contact": 0,
        },
        {
            "imaging_id": "I2", "patient_id": "P1", "episode_id": "E1", "date_imaging": "2014-03-20",
            "timepoint": "pre_surgery", "modality": "ceCT", "contrast_agent": "iodinated",
            "recist_response": "SD",
        },
    ],
    "lesion_imaging": [
        {"lesion_id": "L1", "imaging_id": "I1", "visible": True, "diameter_mm": 25.0, "vessel_contact": False},
        {"lesion_id": "L1", "imaging_id": "I2", "visible": False, "diameter_mm": 0.0, "vessel_contact": False},
    ],
    "liver_volumetry": [
        {
            "volumetry_id": "V1", "episode_id": "E1", "date_volumetry": "2014-03-12",
            "total_liver_volume_ml": 1500.0, "flr_volume_ml": 600.0, "volumetry_phase": "baseline",
        },
    ],
    "systemic_therapy": [
        {
            "therapy_id": "S1", "patient_id": "P1", "episode_id": "E2", "intent": "neoadjuvant", "line": 1,
            "route": "intravenous_oral", "regimen": "CAPOX", "targeted_agent": ["bevacizumab"],
            "date_start": "2016-02-01", "date_end": "2016-04-01", "n_cycles": 4,
            "given_before_local_treatment": True, "concurrent_systemic": False, "prior_lines": 0,
        },
        {
            "therapy_id": "S2", "patient_id": "P1", "episode_id": "E2", "intent": "adjuvant", "line": 2,
            "route": "hepatic_arterial_infusion", "regimen": "FUDR", "targeted_agent": ["none"],
            "date_start": "2016-06-20", "date_end": "2016-09-01", "n_cycles": 3,
            "given_before_local_treatment": False, "prior_lines": 1,
        },
    ],
    "haip": [
        {
            "haip_id": "H1", "patient_id": "P1", "episode_id": "E2", "date_pump_placement": "2016-05-20",
            "haip_setting": "adjuvant", "haip_drug": "floxuridine", "date_haip_start": "2016-06-20",
            "haip_cycles": 3, "haip_toxicity_grade_max": 1,
        },
    ],
    "local_treatment": [
        {
            "procedure_id": "O1", "patient_id": "P1", "episode_id": "E1", "date_procedure": "2014-04-01",
            "procedure_modalities": ["resection", "rfa"], "approach": "open", "conversion": "none",
            "hepatectomy_strategy": "two_stage", "planned_stages": 2, "stage_number": 1,
            "second_stage_completed": True, "flr_augmentation": ["none"], "n_segments_resected": 1,
            "hepatectomy_extent_recorded": "minor", "concurrent_ablation": True, "residual_disease": "R0",
            "resection_margin_mm": 4.0, "margin_category_recorded": "negative",
            "date_admission": "2014-03-31", "date_discharge": "2014-04-08", "icu_days": 1.0,
        },
        {
            "procedure_id": "O2", "patient_id": "P1", "episode_id": "E1", "date_procedure": "2014-05-10",
            "procedure_modalities": ["resection"], "approach": "open", "planned_stages": 2, "stage_number": 2,
            "n_segments_resected": 3, "hepatectomy_extent_recorded": "major", "residual_disease": "R0",
            "resection_margin_mm": 3.0, "date_admission": "2014-05-09", "date_discharge": "2014-05-15",
        },
        {
            "procedure_id": "O3", "patient_id": "P1", "episode_id": "E2", "date_procedure": "2016-05-20",
            "procedure_modalities": ["mwa"], "approach": "percutaneous", "concurrent_ablation": False,
            "date_admission": "2016-05-19", "date_discharge": "2016-05-22",
        },
    ],
    "treated_lesion": [
        {
            "treated_lesion_id": "X1", "procedure_id": "O1", "lesion_id": "L1", "modality": "rfa",
            "ablation_device": "Cool_tip", "margin_mm": 5.0, "margin_type": "A0", "complete_ablation": True,
            "date_post_ablation_scan": "2014-04-20", "ltp": True, "date_ltp": "2015-01-10",
            "ltp_evidence": "fdg_avid", "ltp_treatment": "ablation",
        },
        {
            "treated_lesion_id": "X2", "procedure_id": "O2", "lesion_id": "L2", "modality": "resection",
            "resection_extent": "major_ge3_segments", "margin_mm": 3.0, "margin_type": "R0", "ltp": False,
        },
        {
            "treated_lesion_id": "X3", "procedure_id": "O3", "lesion_id": "L3", "modality": "mwa",
            "ablation_device": "Emprint", "margin_mm": 6.0, "margin_type": "A0", "ltp": False,
        },
    ],
    "pathology_liver": [
        {
            "procedure_id": "O2", "chemotherapy_associated_liver_injury": ["steatosis"],
            "pathologic_response_pct_viable": 40.0,
        },
    ],
    "complication": [
        {
            "complication_id": "K1", "procedure_id": "O1", "date_onset": "2014-04-03", "category": "bile_leak",
            "ctcae_grade": 2, "ctcae_version": "5.0", "clavien_dindo_grade": "IIIa",
            "complication_status_known": True, "consequence": "reintervention",
        },
        {
            "complication_id": "K2", "therapy_id": "S1", "date_onset": "2016-02-20", "category": "nausea",
            "ctcae_grade": 1, "ctcae_version": "5.0", "clavien_dindo_grade": "I",
            "complication_status_known": True, "consequence": "none",
        },
    ],
    "lab": [
        {
            "lab_id": "A1", "patient_id": "P1", "date_sample": "2014-03-02", "analyte": "CEA", "value": 20.0,
            "unit": "ng_per_mL", "timepoint": "baseline", "below_detection": False,
        },
        {
            "lab_id": "A2", "patient_id": "P2", "date_sample": "2015-05-21", "analyte": "platelets",
            "value": 250.0, "unit": "billion_per_L", "timepoint": "baseline",
        },
    ],
    "followup_event": [
        {
            "event_id": "F1", "patient_id": "P1", "date_event": "2015-01-10",
            "event_type": "local_tumour_progression", "sites": ["liver_local"], "lesion_id": "L1",
            "relative_to_procedure_id": "O1",
        },
        {
            "event_id": "F2", "patient_id": "P1", "date_event": "2016-01-15",
            "event_type": "intrahepatic_recurrence", "sites": ["liver_distant"],
        },
        {
            "event_id": "F3", "patient_id": "P1", "date_event": "2017-01-01",
            "event_type": "extrahepatic_recurrence", "sites": ["lung"],
        },
        {"event_id": "F4", "patient_id": "P1", "date_event": "2018-03-01", "event_type": "death"},
        {"event_id": "F5", "patient_id": "P2", "date_event": "2019-11-01", "event_type": "last_follow_up"},
    ],
    "post_relapse_treatment": [
        {
            "prt_id": "R1", "patient_id": "P1", "event_id": "F3", "date_start": "2017-02-01",
            "prt_type": "lung_surgery", "curative_intent": True,
        },
    ],
    "follow_up_schedule": [{"protocol": "every 3 months", "centre_id": "C1"}],
}  # fmt: skip


def typed(value):
    """An ISO date as a date; a partial one (2019-05, 2019) is stored as the middle of its period."""
    if isinstance(value, str) and value[:2] in ("17", "18", "19", "20", "21") and value[4:5] in ("-", ""):
        middle = {10: "", 7: "-15", 4: "-07-01"}.get(len(value))
        return value if middle is None else datetime.date.fromisoformat(value + middle)
    return value


def frame_of(table, rows):
    """A table's typed frame; a partial date brings its precision column."""
    dates = [one.name for one in table.variables if one.type == "date"]
    schema = dict(schema_of(table))
    complete = [
        {ROW: number, **{name: typed(row.get(name)) for name in schema if name != ROW}}
        for number, row in enumerate(rows, start=2)
    ]
    frame = pl.DataFrame(complete, schema=schema)
    for name in dates:
        precisions = [{7: "month", 4: "year"}.get(len(row.get(name) or ""), "day") for row in rows]
        if set(precisions) - {"day"}:
            frame = frame.with_columns(pl.Series(f"{name}__precision", precisions))
    return frame


def registry_of(rows):
    """A registry of plain rows per table; tables without rows are there and empty."""
    tables = {}
    for table in DICTIONARY.tables:
        frame = frame_of(table, rows.get(table.name, []))
        source = DataSource(f"{table.name}.csv", "csv", "0" * 64, frame.height, frame.width)
        tables[table.name] = Records(frame, table.by_name, frame.select(ROW), source)
    source = DataSource("small", "folder", "0" * 64, 0, 0, synthetic=True)
    return Registry(tables, source, None, DICTIONARY.version)


def changed(*changes):
    """The small registry with other values: (table, place from 0, values); a place at the end adds a row."""
    rows = {table: [dict(row) for row in some] for table, some in ROWS.items()}
    for table, place, values in changes:
        if place == len(rows[table]):
            rows[table].append({})
        rows[table][place].update(values)
    return rows
