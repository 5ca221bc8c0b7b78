"""Groups made by what happens after time zero: counted, said, and counted again from when the group is known."""

import pytest

from crlm.cohort.time_zero import counted_from_known, late_knowledge
from crlm.cohort.views import dates_known, known_at, unit_records, view_variables
from tests.cohort.registry_tables import registry

STRATEGY = registry(
    patient="""
        patient_id | date_of_death | date_last_vital_status
        P1         | 2016-01-01    | 2016-01-01
        P2         | -             | 2018-01-01
        P3         | 2015-02-01    | 2015-02-01
        P4         | -             | 2015-01-20
    """,
    crlm_episode="""
        episode_id | patient_id | episode_number | date_crlm_diagnosis
        E1         | P1         | 2              | 2015-01-01
        E2         | P2         | 2              | 2015-01-01
        E3         | P3         | 2              | 2015-01-01
        E4         | P4         | 2              | 2015-01-01
    """,
    local_treatment="""
        procedure_id | patient_id | episode_id | date_procedure | treatment_intent | procedure_modalities
        O1           | P1         | E1         | 2015-01-31     | curative         | resection
        O2           | P2         | E2         | 2015-07-01     | curative         | mwa
    """,
    systemic_therapy="""
        therapy_id | patient_id | episode_id | intent      | date_start | date_end
        C2         | P2         | E2         | neoadjuvant | 2015-02-01 | 2015-05-01
        C3         | P3         | E3         | palliative  | 2015-01-15 | 2015-01-30
        C4         | P4         | E4         | palliative  | 2015-01-15 | 2015-01-30
    """,
)
NAMES = [
    "treatment_strategy", "date_crlm_diagnosis", "date_procedure", "date_of_death", "date_last_vital_status",
    "n_crlm", "date_first_line_start",
]  # fmt: skip
RECORDS = unit_records(STRATEGY, "episode", NAMES)


def test_a_group_made_by_later_treatment_is_late():
    """P1 was operated on 30 days after diagnosis, P2 181 days after; P3 and P4 never were."""
    found = late_knowledge(
        RECORDS, "treatment_strategy", dates_known(["treatment_strategy"]), "date_crlm_diagnosis", "patient"
    )
    assert (found.records, found.late, found.undated) == (4, 2, 2)
    assert found.median_months == pytest.approx((30 + 181) / 2 / 30.4375)
    assert found.longest_months == pytest.approx(181 / 30.4375)
    assert found.sentence == (
        "Treatment strategy became known only after time zero (date of diagnosis of the liver metastases) in 2 of 4 "
        "patients, a median of 3.5 and at most 5.9 months later. Whoever had the event or left before then could not "
        "be counted there, so times from time zero favour the groups that take longest to be recognised; in 2 the "
        "registry has no date of it."
    )


def test_counted_from_the_procedure_the_same_group_is_in_time():
    found = late_knowledge(RECORDS, "treatment_strategy", ["date_procedure"], "date_procedure", "patient")
    assert (found.records, found.late, found.undated) == (2, 0, 0)
    assert found.median_months is None and found.longest_months is None
    assert found.sentence.startswith("Treatment strategy was known at time zero (")


def test_the_latest_of_several_dates_counts():
    """A variable made of the strategy and of the first line is known when both are; late as soon as one is."""
    found = late_knowledge(
        RECORDS, "treatment_strategy", ["date_procedure", "date_first_line_start"], "date_crlm_diagnosis"
    )
    assert (found.records, found.late, found.undated) == (4, 4, 0)  # P3 and P4 by their therapy on 15 January


def test_without_any_date_nothing_is_said_to_be_late():
    found = late_knowledge(RECORDS, "treatment_strategy", [], "date_crlm_diagnosis")
    assert (found.records, found.late, found.undated) == (4, 0, 4)
    assert found.sentence == "The registry has no date at which treatment strategy became known."


def test_counting_from_when_the_group_is_known_leaves_out_and_counts_those_who_ended_before():
    """P3 and P4 never had the procedure that makes the group known."""
    found = counted_from_known(
        RECORDS, ["date_procedure"], "date_crlm_diagnosis", ["date_of_death"], [], "date_last_vital_status"
    )
    months = [
        335 / 30.4375,
        915 / 30.4375,
    ]  # 31 January 2015 to 1 January 2016; 1 July 2015 to 1 January 2018
    assert found.time.to_list() == pytest.approx([*months, None, None])
    assert found.status.to_list() == ["event", "censored", None, None]
    assert found.left_out == (("no date on which the group was known", 2),)


def test_an_end_before_the_group_was_known_is_left_out():
    frame = RECORDS.frame.with_columns(date_procedure=RECORDS.frame["date_of_death"].dt.offset_by("1d"))
    late = RECORDS.with_columns(frame, {})
    found = counted_from_known(
        late, ["date_procedure"], "date_crlm_diagnosis", ["date_of_death"], [], "date_last_vital_status"
    )
    assert found.time.to_list() == [None] * 4
    assert dict(found.left_out) == {
        "no date on which the group was known": 2,
        "the event, or the end of follow-up, came before the group was known": 2,
    }


def test_an_event_on_the_very_day_has_time_0():
    frame = RECORDS.frame.with_columns(date_procedure=RECORDS.frame["date_of_death"])
    found = counted_from_known(
        RECORDS.with_columns(frame, {}), ["date_procedure"], "date_crlm_diagnosis", ["date_of_death"], [],
        "date_last_vital_status",
    )  # fmt: skip
    assert found.time.to_list() == [0.0, None, 0.0, None]


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("treatment_strategy", "date_procedure"),
        ("adjuvant_haip", "date_haip_start"),
        ("any_lrt_after_relapse", "date_first_locoregional_treatment"),
        ("n_crlm", "date_crlm_diagnosis"),
        ("initial_n_crlm", "initial_date_crlm_diagnosis"),
        ("previous_residual_disease", "previous_date_procedure"),
        ("initial_clinical_risk_score", "initial_date_procedure"),
        ("date_procedure", "date_procedure"),
        ("pn_stage", "date_primary_resection"),
        ("ltp", "date_ltp"),
        ("sex", None),
        ("braf_status", None),
        ("no_such_variable", None),
    ],
)
def test_when_a_variable_is_known(name, date):
    assert known_at(name) == date


def test_every_variable_is_known_at_a_date_of_its_view():
    variables = view_variables("lesion")
    dates = {known_at(name) for name in variables} - {None}
    assert all(variables[name].type == "date" for name in dates)
    assert dates_known(["sex", "n_crlm", "residual_disease"]) == ("date_crlm_diagnosis", "date_procedure")
