"""A registry as it would have been on a day: everything that came later is taken out, by rules of the tests' own.

What is done to a patient (an operation, a course, a pump, a marker) comes later from the day itself on; findings from
the day after. Only what is later for certain is taken out: a month that holds the day stays.
"""

from dataclasses import replace
from datetime import timedelta
from random import Random

import polars as pl

from crlm.dictionary.registry.frames import at_edge, precision_column

DONE = {
    "date_primary_resection", "date_procedure", "date_start", "date_end", "date_pump_placement", "date_haip_start",
    "date_fiducial",
}  # fmt: skip
ROWS_BY = {
    "primary_tumour": "date_primary_diagnosis",
    "crlm_episode": "date_crlm_diagnosis",
    "metastasis": "date_first_seen",
    "imaging": "date_imaging",
    "liver_volumetry": "date_volumetry",
    "systemic_therapy": "date_start",
    "haip": "date_pump_placement",
    "local_treatment": "date_procedure",
    "lab": "date_sample",
    "followup_event": "date_event",
}
VALUES_BY = {
    ("patient", "date_of_death"): ["cause_of_death"],
    ("primary_tumour", "date_primary_resection"): ["pt_stage", "pn_stage"],
    ("crlm_episode", "date_extrahepatic_first"): ["extrahepatic_disease", "extrahepatic_disease_sites"],
    ("metastasis", "date_fiducial"): ["fiducial_placed"],
    ("systemic_therapy", "date_end"): ["n_cycles", "best_response", "pathological_response"],
    ("haip", "date_haip_start"): [],
}
CHILDREN = {
    "metastasis": ("episode_id", "crlm_episode"),
    "lesion_imaging": ("imaging_id", "imaging"),
    "treated_lesion": ("procedure_id", "local_treatment"),
    "pathology_liver": ("procedure_id", "local_treatment"),
}


def is_later(frame, name, date):
    """Per row, whether a date is later for certain; no where it is missing."""
    first = at_edge(frame, name, "first")[name] if precision_column(name) in frame.columns else frame[name]
    return (first > (date - timedelta(days=1) if name in DONE else date)).fill_null(False)


def forgotten(registry, patient, date):
    """The registry without the rows of a patient that came later than a day; those of others tell what it records."""
    frames = {name: records.frame for name, records in registry.tables.items()}
    gone = {}
    for table, name in ROWS_BY.items():
        later = is_later(frames[table], name, date)
        if "patient_id" in frames[table].columns:
            later &= frames[table]["patient_id"] == patient
        key = frames[table].columns[1]
        gone[table] = frames[table].filter(later)[key]
        frames[table] = frames[table].filter(~later)
    for table, (column, parent) in CHILDREN.items():
        # A metastasis that was seen before its episode was diagnosed is known from then on.
        own = frames[table][ROWS_BY[table]].is_not_null() if table in ROWS_BY else pl.lit(False)
        frames[table] = frames[table].filter(
            own | ~pl.col(column).is_in(gone[parent].implode()).fill_null(False)
        )
    for (table, name), others in VALUES_BY.items():
        later = is_later(frames[table], name, date)
        frames[table] = frames[table].with_columns(
            pl.when(~later).then(pl.col(column)).alias(column) for column in (name, *others)
        )
    tables = {name: replace(registry.tables[name], frame=frame) for name, frame in frames.items()}
    return replace(registry, tables=tables)


def blurred(registry, seed):
    """The registry with some dates known to the month or the year only, at its middle as the importer puts them."""
    chance = Random(seed)
    tables = {}
    for table, records in registry.tables.items():
        frame = records.frame
        for name, variable in records.variables.items():
            if variable.type != "date" or chance.random() < 0.5:
                continue
            precision = [chance.choice(["day", "day", "month", "year"]) for _ in range(frame.height)]
            dates = [
                None if day is None else day.replace(day=15) if how == "month"
                else day.replace(month=7, day=1) if how == "year" else day
                for day, how in zip(frame[name], precision, strict=True)
            ]  # fmt: skip
            frame = frame.with_columns(
                pl.Series(name, dates, dtype=pl.Date),
                pl.Series(precision_column(name), precision, dtype=pl.String),
            )
        tables[table] = replace(records, frame=frame)
    return replace(registry, tables=tables)
