"""Age, primary, interval free of disease and RAS, from tiny registries."""

import pytest

from tests.pathway.filling.small import FIRST, PRIMARY, SECOND, case, values


@pytest.mark.parametrize(("date", "age"), [("2015-03-14", "64"), ("2015-03-15", "65"), ("2015-03-16", "65")])
def test_age_in_completed_years(date, age):
    assert values(date, "age_years") == age


def test_a_birth_year_gives_limits():
    born = "patient_id | date_of_birth\nP1 | 1950"
    assert values("2015-06-01", "age_years", patient=born) == {"at_least": "64", "at_most": "65"}


@pytest.mark.parametrize(
    ("found", "months"),
    [
        ("2015-01-10", "11.9908015769"),  # 365 days / 30.44: below 12, which AMB-05 turns on
        ("2015-01-11", "12.023653088"),
        ("2014-01-10", "0"),
        ("2013-12-20", "0"),
    ],
)
def test_the_interval_runs_from_the_resection_of_the_primary_to_the_first_episode(found, months):
    episode = FIRST.replace("2015-01-10", found)
    assert (
        values("2016-01-01", "disease_free_interval_months", crlm_episode=episode, primary_tumour=PRIMARY)
        == months
    )


def test_of_a_recurrence_it_is_that_of_the_first_episode():
    assert (
        values("2016-03-01", "disease_free_interval_months", crlm_episode=SECOND, primary_tumour=PRIMARY)
        == "11.9908015769"
    )


def test_partial_dates_give_limits():
    primary = PRIMARY.replace("2014-01-10", "2014-01   ")
    # from 31 January to 10 January a year later 344 days, from 1 January 374
    assert values("2016-01-01", "disease_free_interval_months", primary_tumour=primary) == {
        "at_least": "11.3009198423",
        "at_most": "12.2864651774",
    }


LABELLED = """
    episode_id | patient_id | episode_number | date_crlm_diagnosis | crlm_timing_recorded
    E1         | P1         | 1              | 2015-01-10          | {label}
"""


def test_synchronous_without_dates_is_0_and_with_later_dates_a_conflict_that_keeps_both():
    episode = LABELLED.format(label="synchronous")
    names = ("presentation", "disease_free_interval_months")
    assert values("2016-01-01", *names, crlm_episode=episode) == ["synchronous", "0"]
    filled = case("2016-01-01", crlm_episode=episode, primary_tumour=PRIMARY)
    assert filled.given["presentation"] == "synchronous"
    assert str(filled.given["disease_free_interval_months"]) == "11.9908015769"
    conflict = filled.conflicts["disease_free_interval_months"]
    assert conflict.filled and "365 days" in conflict.says
    metachronous = LABELLED.format(label="metachronous")
    assert values("2016-01-01", *names, crlm_episode=metachronous) == ["metachronous", None]


PRIMARIES = """
    primary_id | patient_id | date_primary_diagnosis | date_primary_resection | primary_resected | pt_stage | pn_stage
    T1         | P1         | 2013-12-01             | {resected}             | {whether}        | T4b      | N0
"""


@pytest.mark.parametrize(
    ("resected", "whether", "expected"),
    [
        ("2014-01-10", "yes", ["no", "4", "no"]),
        ("2015-05-31", "yes", ["no", "4", "no"]),
        (
            "2015-06-01",
            "yes",
            [None, None, None],
        ),  # on the day of the decision: not done yet, and not known before
        ("2015-06", "-", [None, None, None]),
        ("2015-05", "-", ["no", "4", "no"]),
        ("-", "no", ["yes", None, None]),
        ("-", "yes", [None, None, None]),
        ("-", "-", [None, None, None]),
        ("2014-01-10", "no", ["conflict", "4", "no"]),
    ],
)
def test_the_primary_is_there_until_it_is_resected(resected, whether, expected):
    primary = PRIMARIES.format(resected=resected, whether=whether)
    names = ("primary_in_situ", "primary_pt_stage", "primary_pn_positive")
    assert values("2015-06-01", *names, primary_tumour=primary) == expected


def test_a_stage_that_could_not_be_assessed_is_not_a_stage():
    primary = (
        PRIMARIES.format(resected="2014-01-10", whether="yes").replace("T4b ", "Tx  ").replace("N0", "Nx")
    )
    filled = case("2015-06-01", primary_tumour=primary)
    assert filled.left["primary_pt_stage"].startswith("TX")
    assert filled.left["primary_pn_positive"].startswith("NX")


MOLECULAR = """
    primary_id | patient_id | date_primary_diagnosis | kras_status | nras_status | kras_g12c
    T1         | P1         | 2013-12-01             | {}          | {}          | {}
"""


@pytest.mark.parametrize(
    ("kras", "nras", "g12c", "ras"),
    [
        ("wild_type", "wild_type", "-", "wild_type"),
        ("mutant", "wild_type", "-", "kras_mutant"),
        ("mutant", "-", "yes", "kras_mutant"),
        ("wild_type", "mutant", "-", "nras_mutant"),
        ("mutant", "mutant", "-", "kras_mutant"),
        ("-", "mutant", "-", "nras_mutant"),
        ("wild_type", "-", "-", None),
        ("-", "-", "-", None),
        ("wild_type", "wild_type", "yes", "conflict"),
    ],
)
def test_ras(kras, nras, g12c, ras):
    assert values("2015-06-01", "ras_status", primary_tumour=MOLECULAR.format(kras, nras, g12c)) == ras


def test_two_primaries_that_differ_are_shown_and_not_resolved():
    two = (
        MOLECULAR.format("mutant", "wild_type", "-")
        + "    T2 | P1 | 2014-06-01 | wild_type | wild_type | -\n"
    )
    filled = case("2015-06-01", primary_tumour=two)
    for name in ("kras_status", "ras_status"):
        assert name not in filled.given
        assert {one.key for one in filled.conflicts[name].origins} == {"T1", "T2"}
    assert filled.given["nras_status"] == "wild_type"
    later = two.replace("2014-06-01", "2015-06-02")
    assert case("2015-06-01", primary_tumour=later).given["ras_status"] == "kras_mutant"


def test_a_primary_without_a_date_leaves_all_of_them_open():
    two = MOLECULAR.format("mutant", "wild_type", "-") + "    T2 | P1 | - | wild_type | wild_type | -\n"
    filled = case("2015-06-01", primary_tumour=two)
    assert not {"kras_status", "nras_status", "ras_status", "primary_in_situ"} & set(filled.given)
    assert "T2" in filled.left["kras_status"]
    assert [one.key for one in filled.unused if one.why == "undated"] == ["T2"]


def test_inputs_that_rest_on_something_without_a_date_are_named():
    filled = case("2015-06-01", primary_tumour=MOLECULAR.format("mutant", "wild_type", "-"))
    assert filled.undated == ("kras_status", "nras_status", "ras_status")


def test_what_changes_and_has_no_date_is_not_used():
    patient = """
        patient_id | date_of_birth | portal_vein_thrombosis | hepatic_arterial_anatomy_variant | cirrhosis_or_fibrosis
        P1         | 1950-03-15    | partial                | both_replaced                    | fibrosis
    """
    filled = case("2015-06-01", patient=patient)
    assert "without a date" in filled.left["portal_vein_thrombosis"]
    assert filled.given["hepatic_artery_anatomy"] == "completely_replaced_both"
    assert "parenchyma_status" not in filled.given
    (noted,) = filled.asked["parenchyma_status"].noted
    assert (noted.variable, noted.value, noted.date) == ("cirrhosis_or_fibrosis", "fibrosis", None)
    assert filled.asked["parenchyma_status"].question.startswith("Is the background liver")
