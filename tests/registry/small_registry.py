"""A small registry as CSV files, without any problem, for the tests to put one into."""

from pathlib import Path

TABLES = {
    "centre": "centre_id,registry_start_date\nC1,2000-01\n",
    "patient": (
        "patient_id,centre_id,sex,date_of_birth,vital_status,date_of_death,date_last_vital_status,lost_to_follow_up\n"
        "P1,C1,male,1950-06-01,dead,2018-03-01,2018-03-01,no\n"
        "P2,C1,female,1960,alive,,2019-12-01,unknown\n"
    ),
    "primary_tumour": (
        "primary_id,patient_id,date_primary_diagnosis,primary_subsite,pt_stage\n"
        "T1,P1,2012-01-10,sigmoid,T3\nT2,P2,2015-05,rectum,not_done\n"
    ),
    "crlm_episode": (
        "episode_id,patient_id,episode_number,date_crlm_diagnosis,height_cm,weight_kg,n_crlm,size_largest_crlm_mm\n"
        "E1,P1,1,2014-02-03,180,82.5,2,31\nE2,P1,2,2016-09-01,180,80,1,12.5\nE3,P2,1,2015-06-20,,,unknown,\n"
    ),
    "metastasis": (
        "lesion_id,episode_id,patient_id,lesion_number,segments,diameter_baseline_mm\n"
        "L1,E1,P1,1,5;6,31\nL2,E1,P1,2,7,14\nL3,E2,P1,1,2|3,12.5\n"
    ),
    "local_treatment": (
        "procedure_id,patient_id,episode_id,date_procedure,procedure_modalities,treatment_intent\n"
        "O1,P1,E1,2014-03-05,resection;mwa,curative\nO2,P1,E2,2016-10-02,mwa,curative\n"
    ),
    "treated_lesion": (
        "treated_lesion_id,procedure_id,lesion_id,modality,margin_mm\nX1,O1,L1,resection,4\nX2,O1,L2,mwa,\n"
        "X3,O2,L3,mwa,not_applicable\n"
    ),
    "followup_event": (
        "event_id,patient_id,date_event,event_type,sites\nV1,P1,2015-01-09,extrahepatic_recurrence,lung;bone\n"
    ),
}  # fmt: skip


def changed(table, old, new):
    """The tables with one place of one of them changed."""
    assert old in TABLES[table], (table, old)
    return {**TABLES, table: TABLES[table].replace(old, new, 1)}


def folder(path, tables=None):
    """Write the tables (bytes, or text as UTF-8) into a folder, a file each; the folder."""
    path = Path(path)
    path.mkdir(parents=True, exist_ok=True)
    for name, content in (TABLES if tables is None else tables).items():
        file = path / (name if "." in name else f"{name}.csv")
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
