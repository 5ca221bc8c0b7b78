"""Systemic therapy, from tiny registries: what was given by the day before, for this episode."""

import pytest

from tests.pathway.filling.small import SECOND, case, values

HEADER = (
    "therapy_id | patient_id | episode_id | intent | regimen | targeted_agent | date_start | date_end | n_cycles"
    " | best_response\n"
)
OTHER = "CX | P2 | EX | - | - | - | - | - | - | -\n"
FOLFOX = "C1 | P1 | E1 | neoadjuvant | FOLFOX | bevacizumab | 2015-02-01 | 2015-05-03 | 6 | PR\n"
OPERATED = """
    procedure_id | patient_id | episode_id | date_procedure | procedure_modalities
    O1           | P1         | E1         | 2015-06-15     | resection
"""
NO_PRIMARY_CHEMO = """
    primary_id | patient_id | date_primary_diagnosis | adjuvant_chemotherapy_after_primary
    T1         | P1         | 2013-12-01             | {}
"""


def given(date, rows, *names, **tables):
    return values(date, *names, systemic_therapy=HEADER + OTHER + rows, **tables)


@pytest.mark.parametrize(
    ("rows", "prior", "months", "cycles"),
    [
        # 1 February to 3 May: 91 days / 30.44
        (FOLFOX, "yes", "2.9894875164", "6"),
        ("", "no", None, None),
        # it starts on the day of the decision: that is what is being decided
        (FOLFOX.replace("2015-02-01", "2015-06-01").replace("2015-05-03", "2015-08-01"), "no", None, None),
        # the day before: one cycle at least, and less than a day
        (
            FOLFOX.replace("2015-02-01", "2015-05-31").replace("2015-05-03", "2015-08-01"),
            "yes",
            {"at_least": "0", "at_most": "0.0328515112"},
            {"at_least": "1"},
        ),
        # without a last dose it lasted at most until the day: 120 days
        (
            FOLFOX.replace("2015-05-03", "-"),
            "yes",
            {"at_least": "0", "at_most": "3.9421813403"},
            {"at_least": "1"},
        ),
        # a last dose in a month: from 1 to 31 May, 89 to 119 days
        (
            FOLFOX.replace("2015-05-03", "2015-05"),
            "yes",
            {"at_least": "2.9237844941", "at_most": "3.9093298292"},
            "6",
        ),
        # begun in the year of the decision: it cannot be told whether before
        (FOLFOX.replace("2015-02-01", "2015").replace("2015-05-03", "-"), None, None, None),
        (FOLFOX.replace("2015-02-01", "-").replace("2015-05-03", "-"), None, None, None),
        # no start, but it had ended
        (FOLFOX.replace("2015-02-01", "-"), "yes", None, "6"),
        # no start, and an end that is later: it may have begun
        (FOLFOX.replace("2015-02-01", "-").replace("2015-05-03", "2015-08-01"), None, None, None),
        (FOLFOX.replace("neoadjuvant", "adjuvant"), "no", None, None),
        (FOLFOX.replace("2015-05-03", "2015-01-03"), "yes", None, "6"),  # it ends before it begins
        (FOLFOX.replace("FOLFOX", "immunotherapy"), "no", None, None),
        (FOLFOX.replace("FOLFOX", "other"), None, None, None),
        (FOLFOX.replace("FOLFOX", "-"), None, None, None),
        (FOLFOX.replace("P1 | E1", "P2 | EX"), "no", None, None),
        # it names no episode: begun after the diagnosis of this one, or before it
        (FOLFOX.replace("E1", "-"), "yes", "2.9894875164", "6"),
        (FOLFOX.replace("E1", "-").replace("2015-02-01", "2015-01-09"), "no", None, None),
        (FOLFOX.replace("E1", "-").replace("2015-02-01", "2015-01"), None, None, None),
        # two courses, 91 and 28 days: 119 / 30.44; eight cycles
        (
            FOLFOX + "C2 | P1 | E1 | neoadjuvant | FOLFIRI | none | 2015-05-03 | 2015-05-31 | 2 | -\n",
            "yes",
            "3.9093298292",
            "8",
        ),
        (
            FOLFOX + "C2 | P1 | E1 | neoadjuvant | FOLFIRI | none | 2015-05-02 | 2015-05-31 | - | -\n",
            "yes",
            None,
            {"at_least": "7"},
        ),
    ],
)
def test_preoperative_chemotherapy(rows, prior, months, cycles):
    names = ("prior_chemo", "preop_chemo_months", "chemo_cycles")
    assert given("2015-06-01", rows, *names) == [prior, months, cycles]


def test_a_registry_without_therapies_does_not_say_no():
    assert values("2015-06-01", "prior_chemo", systemic_therapy="therapy_id | patient_id") is None


def test_what_begins_after_the_operation_is_not_preoperative():
    after = (
        FOLFOX.replace("neoadjuvant", "perioperative")
        .replace("2015-02-01", "2015-07-20")
        .replace("2015-05-03", "2015-10-01")
    )
    names = ("prior_chemo", "oxaliplatin_exposure")
    assert given("2015-12-01", after, *names, local_treatment=OPERATED) == ["no", "yes"]
    assert given("2015-12-01", FOLFOX, *names, local_treatment=OPERATED) == ["yes", "yes"]


def test_chemotherapy_for_this_recurrence_is_not_that_for_the_first_episode():
    names = ("prior_chemo", "prior_chemo_for_recurrence", "oxaliplatin_exposure")
    assert given("2016-04-01", FOLFOX, *names, crlm_episode=SECOND) == ["no", "no", "yes"]
    second = (
        FOLFOX.replace("E1", "E2").replace("2015-02-01", "2016-02-15").replace("2015-05-03", "2016-03-15")
    )
    assert given("2016-04-01", second, *names, crlm_episode=SECOND) == ["yes", "yes", "yes"]
    assert given("2015-06-01", FOLFOX, *names) == ["yes", None, "yes"]


@pytest.mark.parametrize(
    ("rows", "adjuvant", "expected"),
    [
        (FOLFOX, "no", ["yes", "yes", "no", "yes"]),
        (FOLFOX.replace("FOLFOX", "CAPIRI").replace("bevacizumab", "none"), "no", ["yes", "no", "yes", "no"]),
        (FOLFOX.replace("FOLFOX", "FOLFOXIRI"), "no", ["yes", "yes", "yes", "yes"]),
        (
            FOLFOX.replace("FOLFOX", "FUDR").replace("bevacizumab", "cetuximab"),
            "no",
            ["no", "no", "no", "no"],
        ),
        (FOLFOX.replace("FOLFOX", "other").replace("bevacizumab", "other"), "no", [None, None, None, None]),
        (FOLFOX.replace("bevacizumab", "-"), "no", ["yes", "yes", "no", None]),
        # whether and with what the primary was treated is not known: no is not certain
        (FOLFOX.replace("bevacizumab", "none"), "yes", ["yes", "yes", None, None]),
        (FOLFOX.replace("bevacizumab", "none"), "-", ["yes", "yes", None, None]),
        ("", "no", ["no", "no", "no", "no"]),
        ("", "-", [None, None, None, None]),
        # the course for the primary is recorded
        (FOLFOX.replace("2015-02-01", "2014-03-01").replace("E1", "-"), "yes", ["yes", "yes", "no", "yes"]),
    ],
)
def test_drugs_that_have_been_given(rows, adjuvant, expected):
    names = (
        "fluoropyrimidine_exposure",
        "oxaliplatin_exposure",
        "irinotecan_exposure",
        "bevacizumab_received",
    )
    primary = NO_PRIMARY_CHEMO.format(adjuvant)
    assert given("2015-06-01", rows, *names, primary_tumour=primary) == expected


@pytest.mark.parametrize(
    ("rows", "date"),
    [
        (FOLFOX, "2015-05-03"),
        (FOLFOX.replace("2015-05-03", "2015-06-01"), None),  # it goes on
        (FOLFOX.replace("2015-05-03", "2015-04"), None),
        (FOLFOX.replace("bevacizumab", "none"), None),
        (FOLFOX + FOLFOX.replace("C1", "C2").replace("2015-05-03", "2015-05-20"), "2015-05-20"),
        (FOLFOX + FOLFOX.replace("C1", "C2").replace("2015-05-03", "-"), None),
        # whether a later course had it is not recorded
        (
            FOLFOX
            + FOLFOX.replace("C1", "C2").replace("2015-05-03", "2015-05-20").replace("bevacizumab", "-"),
            None,
        ),
        (
            FOLFOX
            + FOLFOX.replace("C1", "C2").replace("2015-05-03", "2015-05-01").replace("bevacizumab", "-"),
            "2015-05-03",
        ),
        (
            FOLFOX
            + FOLFOX.replace("C1", "C2").replace("2015-05-03", "2015-05-20").replace("bevacizumab", "none"),
            "2015-05-03",
        ),
    ],
)
def test_the_last_bevacizumab(rows, date):
    assert given("2015-06-01", rows, "bevacizumab_last_dose_date") == date


def test_bevacizumab_in_conversion():
    conversion = FOLFOX.replace("neoadjuvant", "induction_conversion")
    for agent, expected in (("bevacizumab", "yes"), ("none", "no"), ("-", None), ("other", None)):
        rows = conversion.replace("bevacizumab", agent)
        assert given("2015-06-01", rows, "biologic_used_in_conversion") == expected
    assert given("2015-06-01", FOLFOX, "biologic_used_in_conversion") is None


SCANS = "imaging_id | patient_id | episode_id | timepoint | date_imaging | recist_response | new_hepatic_lesions\n"


@pytest.mark.parametrize(
    ("course", "scans", "response", "new"),
    [
        ("PR", "", "PR", None),
        ("-", "I1 | P1 | E1 | during_systemic | 2015-04-01 | SD | no\n", "SD", "no"),
        (
            "PR",
            "I1 | P1 | E1 | during_systemic | 2015-04-01 | SD | no\n"
            "I2 | P1 | E1 | pre_surgery | 2015-05-20 | PR | no\n",
            "PR",
            "no",
        ),
        ("PR", "I1 | P1 | E1 | pre_surgery | 2015-05-20 | PD | yes\n", "conflict", "yes"),
        ("PD", "", "PD", None),
        ("NE", "", None, None),
        ("-", "I1 | P1 | E1 | baseline | 2015-02-01 | PR | yes\n", None, None),  # not after the start
        ("-", "I1 | P1 | E1 | pre_surgery | 2015-06-02 | PR | yes\n", None, None),  # later
    ],
)
def test_response(course, scans, response, new):
    rows = FOLFOX.replace("PR", course)
    names = ("response_category", "new_hepatic_lesions_on_chemo")
    assert given("2015-06-01", rows, *names, imaging=SCANS + scans) == [response, new]


def test_the_best_response_of_a_course_is_known_when_it_has_ended():
    assert given("2015-05-03", FOLFOX, "response_category") is None
    assert given("2015-05-04", FOLFOX, "response_category") == "PR"


@pytest.mark.parametrize(
    ("grade", "expected"),
    [("complete", "major"), ("major", "major"), ("minor", "minor"), ("none", None), ("-", None)],
)
def test_pathological_response_needs_a_specimen(grade, expected):
    header = HEADER.replace("best_response", "pathological_response")
    therapy = header + OTHER + FOLFOX.replace("PR", grade)
    tables = {"systemic_therapy": therapy, "local_treatment": OPERATED}
    assert values("2015-06-15", "pathologic_response", **tables) is None
    assert values("2015-06-16", "pathologic_response", **tables) == expected


def test_infusion_into_the_hepatic_artery():
    pump = "haip_id | patient_id | episode_id | date_pump_placement | date_haip_start\nHX | P2 | EX | - | -\n"
    route = "therapy_id | patient_id | episode_id | route | date_start\nC1 | P1 | E1 | {} | 2015-02-01"
    iv = route.format("intravenous_oral")
    mine = pump + "H1 | P1 | E1 | 2015-05-01 | {}"
    for therapy, haip, expected in (
        (iv, pump, "no"),
        (iv, mine.format("2015-05-31"), "yes"),
        (iv, mine.format("2015-06-01"), None),  # the pump is there, and not in use
        (iv, mine.format("-"), None),
        (route.format("-"), pump, None),
        (route.format("hepatic_arterial_infusion"), pump, "yes"),
    ):
        assert values("2015-06-01", "hai_received", systemic_therapy=therapy, haip=haip) == expected


def test_what_was_not_used_is_counted_and_what_does_not_decide_is_named():
    rows = FOLFOX.replace("2015-05-03", "2015-08-01") + FOLFOX.replace("C1", "C2").replace(
        "2015-02-01", "2015-09-01"
    )
    rows += FOLFOX.replace("C1", "C3").replace("2015-02-01", "-").replace("2015-05-03", "-")
    filled = case("2015-06-01", systemic_therapy=HEADER + OTHER + rows)
    therapies = [one for one in filled.unused if one.table == "systemic_therapy"]
    whole = {(one.key, one.why, one.date) for one in therapies if one.variable is None}
    assert whole == {("C2", "later", "2015-09-01"), ("C3", "undated", None)}
    parts = {one.variable for one in therapies if one.key == "C1"}
    assert parts == {"date_end", "n_cycles", "best_response"}
