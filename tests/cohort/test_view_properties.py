"""Properties of the views: the order of rows and other patients change nothing; an oracle in plain Python agrees."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.cohort.views import unit_records, view_variables
from crlm.dictionary.records import ROW
from tests.cohort.random_registries import random_tables
from tests.cohort.registry_tables import registry_of, seen, shuffled

SEEDS = st.integers(0, 2**32)
KEYS = {"episode": "episode_id", "lesion": "treated_lesion_id"}


EARLIER = (
    "date_procedure",
    "n_crlm",
    "clinical_risk_score",
    "date_first_relapse",
    "size_largest_pathology_mm",
)


def everything(registry, unit):
    """The variables of a unit's view (of earlier episodes a few), a dictionary per key."""
    key = KEYS[unit]
    names = [name for name in view_variables(unit) if not name.startswith(("initial_", "previous_"))]
    names += [f"{prefix}_{name}" for prefix in ("initial", "previous") for name in EARLIER]
    frame = unit_records(registry, unit, names).frame.drop(ROW)
    return {row[key]: row for row in frame.to_dicts()}


@pytest.mark.parametrize("unit", ["episode", "lesion"])
@settings(max_examples=6, deadline=None)
@given(seed=SEEDS)
def test_the_order_of_rows_changes_nothing(unit, seed):
    here = registry_of(random_tables(seed))
    assert everything(here, unit) == everything(shuffled(here, seed % 1000), unit)


@pytest.mark.parametrize("unit", ["episode", "lesion"])
@settings(max_examples=6, deadline=None)
@given(seed=SEEDS)
def test_other_patients_change_nothing_unless_their_tables_were_not_held_before(unit, seed):
    """A table that had no rows at all said nothing; once another patient has one, no row is a statement."""
    mine, others = random_tables(seed), random_tables(seed + 1, prefix="Q")
    both = {
        name: [*mine[name], *(others[name] if mine[name] else [])] for name in mine
    }  # only tables that the registry held
    alone, together = everything(registry_of(mine), unit), everything(registry_of(both), unit)
    assert {key: together[key] for key in alone} == alone


# --- oracle: the definitions once more, row by row ------------------------------------------------------------------

TREATS = {"resection", "rfa", "mwa", "ire", "sbrt", "transplantation"}
LOCAL, LIVER, OUTSIDE = "local_tumour_progression", "intrahepatic_recurrence", "extrahepatic_recurrence"


def rows_of(tables, name, **where):
    return [row for row in tables[name] if all(row[column] == value for column, value in where.items())]


def day(cell):
    return None if cell in ("-", None) else date.fromisoformat(cell)


def index_procedure(tables, episode):
    sessions = [
        row
        for row in rows_of(tables, "local_treatment", episode_id=episode, treatment_intent="curative")
        if row["procedure_modalities"] != "-" and TREATS & set(row["procedure_modalities"].split(";"))
    ]
    sessions.sort(
        key=lambda row: (
            day(row["date_procedure"]) or date.max,
            row["stage_number"] if row["stage_number"] != "-" else "9",
            row["procedure_id"],
        )
    )
    if not sessions:
        return None
    second = [row for row in sessions if row["stage_number"] == "2"]
    return second[-1] if sessions[0]["planned_stages"] == "2" and second else sessions[0]


def relapse_dates(tables, patient):
    """(date, kind) of every recurrence of a patient."""
    procedures = {row["procedure_id"] for row in rows_of(tables, "local_treatment", patient_id=patient)}
    found = [
        (day(row["date_event"]), row["event_type"])
        for row in rows_of(tables, "followup_event", patient_id=patient)
        if row["event_type"] in (LOCAL, LIVER, OUTSIDE)
    ]
    found += [
        (day(row["date_ltp"]), LOCAL) for row in tables["treated_lesion"] if row["procedure_id"] in procedures
    ]
    found = [(when, kind) for when, kind in found if when]
    liver = [when for when, kind in found if kind != OUTSIDE]
    episodes = sorted(
        rows_of(tables, "crlm_episode", patient_id=patient), key=lambda row: int(row["episode_number"])
    )
    for before, row in pairwise(episodes):
        diagnosed = day(row["date_crlm_diagnosis"])
        index = index_procedure(tables, before["episode_id"])
        after = (
            (day(index["date_procedure"]) if index else None)
            or day(before["date_crlm_diagnosis"])
            or date.min
        )
        if diagnosed and not any(after < when <= diagnosed for when in liver):
            found.append((diagnosed, LIVER))
    return found


def first_relapse(tables, episode, kinds=(LOCAL, LIVER, OUTSIDE)):
    index = index_procedure(tables, episode["episode_id"])
    start = day(index["date_procedure"]) if index else None
    if start is None:
        return None
    dates = relapse_dates(tables, episode["patient_id"])
    return min((when for when, kind in dates if when > start and kind in kinds), default=None)


def episode_of_therapy(tables, therapy):
    if therapy["episode_id"] != "-":
        return therapy["episode_id"]
    start = day(therapy["date_start"])
    earlier = [
        (day(row["date_crlm_diagnosis"]), row["episode_id"])
        for row in rows_of(tables, "crlm_episode", patient_id=therapy["patient_id"])
        if start and day(row["date_crlm_diagnosis"]) and day(row["date_crlm_diagnosis"]) <= start
    ]
    return max(earlier)[1] if earlier else None


def any_of(answers):
    """Yes as soon as one is yes, unknown when one is unknown, else no."""
    return True if True in answers else None if None in answers else False


def strategy(tables, episode):
    index = index_procedure(tables, episode["episode_id"])
    mine = [
        row for row in tables["systemic_therapy"] if episode_of_therapy(tables, row) == episode["episode_id"]
    ]
    if not tables["systemic_therapy"]:
        return None
    if index is None:
        return "systemic_only" if mine else None
    diagnosed, operated = day(episode["date_crlm_diagnosis"]), day(index["date_procedure"])

    def before(row):
        start = day(row["date_start"])
        if start is None:
            return {"yes": True, "no": False, "-": None}[row["given_before_local_treatment"]]
        parts = (
            None if diagnosed is None else start >= diagnosed,
            None if operated is None else start < operated,
        )
        return False if False in parts else None if None in parts else True

    neoadjuvant = any_of([before(row) for row in mine if row["intent"] in ("neoadjuvant", "perioperative")])
    if neoadjuvant:
        return "nac_then_repeat_local"
    return "upfront_repeat_local" if any_of([before(row) for row in mine]) is False else None


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_an_oracle_finds_the_same_procedure_relapse_and_strategy(seed):
    tables = random_tables(seed)
    here = registry_of(tables)
    found = seen(
        here,
        "index_procedure_id",
        "date_first_relapse",
        "date_first_distant_progression",
        "treatment_strategy",
    )
    episodes = sorted(tables["crlm_episode"], key=lambda row: row["episode_id"])
    expected = [
        (
            (index_procedure(tables, row["episode_id"]) or {"procedure_id": None})["procedure_id"],
            first_relapse(tables, row),
            first_relapse(tables, row, (LIVER, OUTSIDE)),
            strategy(tables, row),
        )
        for row in episodes
    ]
    assert found == expected
