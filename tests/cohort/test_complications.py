"""Complications of the procedure and toxicity of chemotherapy: rows in, worst grade and index out."""

import pytest

from tests.cohort.registry_tables import registry, seen

EPISODE = "episode_id | patient_id | episode_number | date_crlm_diagnosis\nE1 | P1 | 2 | 2015-01-01"
PROCEDURE = """
    procedure_id | patient_id | episode_id | date_procedure | treatment_intent | procedure_modalities
    O1           | P1         | E1         | 2015-06-01     | curative         | resection
"""
THERAPY = """
    therapy_id | patient_id | episode_id | intent      | date_start | date_end
    C1         | P1         | E1         | neoadjuvant | 2015-02-01 | 2015-04-15
"""
COLUMNS = (
    "date_onset | category | ctcae_grade | clavien_dindo_grade | relatedness | complication_status_known"
)


def of(*rows: str, death="-", last="2020-01-01"):
    table = "\n".join(f"K{place} | {row}" for place, row in enumerate(rows, 1))
    return registry(
        patient=f"patient_id | date_of_death | date_last_vital_status\nP1 | {death} | {last}",
        crlm_episode=EPISODE,
        local_treatment=PROCEDURE,
        systemic_therapy=THERAPY,
        complication=f"complication_id | procedure_id | therapy_id | {COLUMNS}\n{table}",
    )


NONE_KNOWN = "O1 | - | - | - | - | - | - | yes"
NOT_KNOWN = "O1 | - | - | - | - | - | - | no"


def grade(value: str, clavien: str = "-", onset: str = "2015-06-05"):
    return f"O1 | - | {onset} | bile_leak | {value} | {clavien} | - | yes"


@pytest.mark.parametrize(
    ("rows", "worst", "happened"),
    [
        ([NONE_KNOWN], "none", False),
        ([NOT_KNOWN], None, None),
        ([grade("1"), grade("3"), grade("2")], "grade_3", True),
        ([grade("2"), grade("-")], None, True),  # one without a grade may be the worst, and is a complication
        ([grade("5"), grade("-")], "grade_5", True),  # nothing is worse than 5
        ([grade("2"), NOT_KNOWN], None, True),
        (
            ["- | C1 | 2015-02-03 | nausea | 4 | - | definite | yes"],
            None,
            None,
        ),  # of chemotherapy, not of surgery
    ],
)
def test_worst_periprocedural_grade(rows, worst, happened):
    here = of(*rows)
    assert seen(here, "periprocedural_ctcae_grade", "periprocedural_complication_any") == [(worst, happened)]


def toxicity(value: str, onset: str, related: str):
    return f"- | C1 | {onset} | nausea | {value} | - | {related} | yes"


@pytest.mark.parametrize(
    ("rows", "worst", "happened"),
    [
        ([toxicity("2", "2015-04-02", "-")], "grade_2", True),  # day 60 after the first dose counts
        (
            [toxicity("2", "2015-04-03", "possible")],
            "none",
            False,
        ),  # day 61 only when it is definitely related
        ([toxicity("2", "2015-04-03", "definite")], "grade_2", True),
        ([toxicity("2", "2015-04-03", "-")], None, None),
        ([toxicity("2", "-", "definite")], "grade_2", True),
        ([toxicity("2", "-", "possible")], None, None),  # whether it came within 60 days is not known
        (["- | C1 | - | - | - | - | - | yes"], "none", False),
        (["- | C1 | - | - | - | - | - | no"], None, None),
    ],
)
def test_toxicity_of_neoadjuvant_chemotherapy(rows, worst, happened):
    assert seen(of(*rows), "nac_ctcae_grade", "nac_toxicity_any") == [(worst, happened)]


@pytest.mark.parametrize(
    ("grades", "expected"),
    [
        (["I"], 8.7),
        (["II"], 20.9),
        (["IIIa"], 26.2),
        (["IIIb"], 33.7),
        (["IVa"], 42.4),
        (["IVb"], 46.2),
        (["V"], 100.0),
        (["I", "V"], 100.0),
        (["II", "IIIb"], 39.7),  # sqrt(1750 + 4550) / 2
    ],
)
def test_comprehensive_complication_index_of_the_published_table(grades, expected):
    """The values that Slankamenac (2013) prints for one complication of each grade; the last by hand."""
    here = of(*(grade("-", clavien) for clavien in grades))
    assert round(seen(here, "comprehensive_complication_index")[0], 1) == expected


def test_the_index_is_0_without_complications_unknown_with_an_ungraded_one_and_never_above_100():
    assert seen(of(NONE_KNOWN), "comprehensive_complication_index") == [0.0]
    assert seen(of(NOT_KNOWN), "comprehensive_complication_index") == [None]
    assert seen(of(grade("2"), grade("1", "I")), "comprehensive_complication_index") == [None]
    assert seen(of(*[grade("-", "IVb")] * 6), "comprehensive_complication_index") == [100.0]


@pytest.mark.parametrize(
    ("rows", "death", "last", "expected"),
    [
        ([grade("-", "IIIa", "2015-08-30")], "-", "2020-01-01", True),  # day 90
        ([grade("-", "IIIa", "2015-08-31")], "-", "2020-01-01", False),
        ([grade("-", "II")], "-", "2020-01-01", False),
        ([grade("-", "-")], "-", "2020-01-01", None),
        ([grade("-", "IIIb", "-")], "-", "2020-01-01", None),
        ([NONE_KNOWN], "-", "2015-07-01", None),  # followed for a month only
        ([NONE_KNOWN], "2015-07-01", "2015-07-01", None),  # a death is not "none"; it was not graded
        ([NONE_KNOWN], "-", "2020-01-01", False),
        ([], "-", "2020-01-01", None),
    ],
)
def test_major_complication_within_90_days(rows, death, last, expected):
    assert seen(of(*rows, death=death, last=last), "major_complication_90d") == [expected]
