"""Whether two names may be of one place: the cases are real hospitals and registries, spelt as papers spell them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crlm.evidence import CohortSource
from crlm.evidence.pooling.overlap import shared_patients
from crlm.evidence.pooling.places import plain, shared_name

ONE_PLACE = [
    ("Amsterdam UMC", "VU Medical Center"),
    ("VUmc", "Amsterdam University Medical Centers"),
    ("AmCORE", "Amsterdam UMC, location AMC"),
    ("MSKCC", "Memorial Sloan Kettering Cancer Center, New York"),
    ("Memorial Sloan-Kettering", "memorial sloan kettering cancer centre"),
    ("Erasmus MC, Rotterdam", "Erasmus University Medical Centre"),
    ("Hôpital Paul Brousse", "HOPITAL PAUL-BROUSSE, Villejuif"),
    ("Universitätsklinikum München", "Munich University Hospital"),
    ("Fondazione Policlinico Universitario Agostino Gemelli IRCCS, Rome", "Gemelli Roma"),
    ("Azienda Ospedaliero-Universitaria Pisana", "AOUP"),
    ("Amsterdm", "Amsterdam University Medical Centers"),
    ("Københavns Universitetshospital", "Copenhagen (Kobenhavn)"),
    ("UMC Utrecht", "University Medical Center Utrecht"),
]
DIFFERENT = [
    ("Leiden University Medical Center", "Leeds Teaching Hospital"),
    ("UMC Utrecht", "Maastricht UMC+"),
    ("Rotterdam", "Amsterdam"),
    ("Royal Marsden Hospital", "Royal Free Hospital"),
    ("San Raffaele", "San Camillo"),
    ("National Cancer Center, Tokyo", "National Cancer Institute, Bethesda"),
]


@pytest.mark.parametrize(("one", "other"), ONE_PLACE)
def test_spelling_accents_abbreviations_and_known_names_do_not_tell_places_apart(one, other):
    assert shared_name(one, other) and shared_name(other, one)
    first, second = CohortSource(source=one, start="2010"), CohortSource(source=other, end="2015")
    found = shared_patients(first, second)
    assert found is not None and found.named is (plain(one) == plain(other))
    if not found.named:
        assert f'"{one}" and "{other}" may be one place' in found.words


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_hospitals_with_the_usual_words_are_other_hospitals(one, other):
    assert shared_name(one, other) is None and shared_name(other, one) is None
    assert shared_patients(CohortSource(source=one), CohortSource(source=other)) is None


@pytest.mark.parametrize(
    "vague", ["a single academic centre", "Prospective liver database", "university hospitals"]
)
def test_a_source_that_does_not_say_where_is_not_taken_for_another_place(vague):
    one, other = CohortSource(source=vague), CohortSource(source="Oslo University Hospital")
    for found in (shared_patients(one, other), shared_patients(other, one)):
        assert found is not None and not found.named and "does not say where" in found.words
    named = CohortSource(source=vague, centres=("Bern",))
    assert shared_patients(named, other) is None


@pytest.mark.parametrize(("one", "other"), [("a", "y"), ("centre A", "Centre B"), ("cohort 1", "cohort 2")])
def test_codes_are_names(one, other):
    assert shared_patients(CohortSource(source=one), CohortSource(source=other)) is None
    assert shared_patients(CohortSource(source=one), CohortSource(source=one.upper())).named


def test_years_that_do_not_meet_tell_patients_apart():
    one, other = (
        CohortSource(source="MSKCC", end="2009"),
        CohortSource(source="Memorial Sloan Kettering", start="2010"),
    )
    assert shared_patients(one, other) is None


@given(st.text(max_size=30), st.text(max_size=30))
def test_the_order_does_not_matter_and_a_name_is_its_own(one, other):
    assert (shared_name(one, other) is None) is (shared_name(other, one) is None)
    assert shared_name(one, one.upper().lower()) or plain(one) != plain(one.upper().lower())
