"""Fong's clinical risk score: presentations in, points and class out; unknown items bound it."""

from itertools import product

import pytest

from tests.cohort.registry_tables import registry, seen


def patient(
    pn="N0", resected="2013-01-01", diagnosed="2013-01-01", found="2015-01-01", number="1", size="20", cea="5"
):
    return registry(
        patient="patient_id\nP1",
        primary_tumour=f"""
            primary_id | patient_id | date_primary_diagnosis | date_primary_resection | pn_stage
            T1         | P1         | {diagnosed}            | {resected}             | {pn}
        """,
        crlm_episode=f"""
            episode_id | patient_id | episode_number | date_crlm_diagnosis | n_crlm   | size_largest_crlm_mm
            E1         | P1         | 1              | {found}             | {number} | {size}
        """,
        lab=f"""
            lab_id | patient_id | date_sample | analyte | value | unit  | timepoint
            B1     | P1         | 2015-01-01  | CEA     | {cea} | ng/mL | index_preoperative
        """,
    )


def score(**changes):
    return seen(patient(**changes), "clinical_risk_score", "clinical_risk_score_group")[0]


def test_each_item_is_worth_one_point_and_its_limit_is_strict():
    assert score() == (0, "low")
    assert score(pn="N1a") == (1, "low")
    assert score(number="2") == (1, "low")
    assert score(size="51") == (1, "low") and score(size="50") == (0, "low")
    assert score(cea="200.1") == (1, "low") and score(cea="200") == (0, "low")
    assert score(found="2014-01-01") == (1, "low")  # 365 days are 11.99 months of 30.4375 days
    assert score(found="2014-01-02") == (0, "low")  # 366 days are 12.02


def test_all_combinations_of_the_items_add_up():
    for pn, number, size, cea, early in product((0, 1), repeat=5):
        total = pn + number + size + cea + early
        found = score(
            pn="N2" if pn else "N0",
            number="4" if number else "1",
            size="60" if size else "30",
            cea="300" if cea else "3",
            found="2013-03-01" if early else "2016-01-01",
        )
        assert found == (total, "high" if total >= 3 else "low")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"cea": "-"}, (None, "low")),  # 0 or 1: low either way
        ({"cea": "-", "pn": "N1", "number": "2", "size": "60"}, (None, "high")),  # 3 or 4: high either way
        ({"cea": "-", "pn": "N1", "number": "2"}, (None, None)),  # 2 or 3
        ({"pn": "Nx"}, (None, "low")),
        ({"cea": "-", "pn": "-", "number": "-"}, (None, None)),
    ],
)
def test_with_unknown_items_the_class_is_known_when_the_bounds_agree(changes, expected):
    assert score(**changes) == expected


def test_without_resection_of_the_primary_its_diagnosis_bounds_the_interval():
    assert score(resected="-", found="2013-06-01") == (1, "low")  # before any resection can have been
    assert score(resected="-", found="2015-06-01") == (None, "low")
    assert score(resected="2013-09-01", found="2013-06-01") == (1, "low")  # synchronous: negative interval


def test_the_score_is_that_of_the_first_episode_for_every_episode():
    here = registry(
        patient="patient_id\nP1",
        primary_tumour="""
            primary_id | patient_id | date_primary_diagnosis | date_primary_resection | pn_stage
            T1         | P1         | 2013-01-01             | 2013-01-15             | N1
        """,
        crlm_episode="""
            episode_id | patient_id | episode_number | date_crlm_diagnosis | n_crlm | size_largest_crlm_mm
            E1         | P1         | 1              | 2015-01-01          | 2      | 60
            E2         | P1         | 2              | 2016-01-01          | 1      | 10
        """,
        lab="""
            lab_id | patient_id | date_sample | analyte | value | unit  | timepoint
            B1     | P1         | 2015-01-01  | CEA     | 5     | ng/mL | index_preoperative
        """,
    )
    # the second episode begins a new window for samples, and the first has no procedure: its diagnosis bounds it
    assert seen(here, "clinical_risk_score", "clinical_risk_score_group") == [(3, "high"), (3, "high")]
