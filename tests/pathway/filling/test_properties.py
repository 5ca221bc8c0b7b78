"""What holds of every case that is filled: on synthetic registries of all four studies, and on ugly random ones."""

import datetime
import json
import random
from functools import cache

import pytest

from crlm.pathway.case import read_case_text
from crlm.pathway.contradictions import Contradicted
from crlm.pathway.filling import case_from_registry, filled_document
from crlm.pathway.filling.document import case_json
from crlm.pathway.filling.history import history_of
from crlm.pathway.load import shipped_rules
from crlm.problems import DataError
from crlm.registry.snapshot import open_registry
from crlm.registry.synthetic_registry.registries import STUDIES, write_registry
from tests.cohort.random_registries import random_tables
from tests.cohort.registry_tables import registry_of, shuffled
from tests.pathway.filling.forgetting import blurred, forgotten

RULES = shipped_rules()
DAY = datetime.timedelta(days=1)


@cache
def synthetic(study, folder):
    write_registry(study, 15, 7, folder)
    return open_registry(folder)


@pytest.fixture(params=STUDIES)
def study_registry(request, tmp_path_factory):
    return synthetic(request.param, tmp_path_factory.getbasetemp() / f"filling-{request.param}")


@cache
def ugly(seed):
    return blurred(registry_of(random_tables(seed)), seed) if seed % 2 else registry_of(random_tables(seed))


def moments(registry):
    """Every patient with the days of its procedures, and the days around them."""
    rows = registry.tables["local_treatment"].frame.select("patient_id", "date_procedure").drop_nulls().rows()
    return [(patient, day + shift) for patient, day in rows for shift in (-DAY, 0 * DAY, DAY)]


def some_moments(registry, seed):
    """Every patient with some days, at random."""
    chance = random.Random(seed)
    patients = registry.tables["patient"].frame["patient_id"].to_list()
    days = [datetime.date(2012, 1, 1) + datetime.timedelta(days=chance.randrange(1500)) for _ in range(3)]
    return [(patient, day) for patient in patients for day in (*days, datetime.date(2020, 1, 1))]


def filled_or_refused(registry, patient, day):
    try:
        return case_from_registry(registry, patient, day)
    except DataError:
        return None


def assert_whole(filled):
    """Every input is in one place, every value has its provenance, and the case is read."""
    unfilled = [name for name, one in filled.conflicts.items() if not one.filled]
    assert sorted([*filled.given, *filled.asked, *unfilled, *filled.left]) == sorted(RULES.inputs)
    assert set(filled.provenance) == set(filled.given)
    assert all(filled.left.values()) and all(one.how for one in filled.provenance.values())
    assert not {name for name in filled.given if RULES.inputs[name].judgement}
    case = filled.case(RULES.inputs)
    assert set(filled.given) == set(case.origins)
    clashes = {
        Contradicted("records", (name,), one.says, one.filled) for name, one in filled.conflicts.items()
    }
    impossible = set(case.findings) - clashes
    assert clashes <= set(case.findings)
    assert set(case.values) | {one.inputs[0] for one in impossible} == set(filled.given)
    assert {one.id for one in impossible} <= {"impossible-value"}
    read = read_case_text(json.dumps(case_json(filled)), RULES.inputs)
    assert read.values == case.values
    json.dumps(filled_document(filled))
    for one in filled.provenance.values():
        for where in one.origins:
            assert where.date is None or where.date[:4] <= str(filled.date)[:4]


def test_every_patient_at_every_procedure(study_registry):
    found = [case_from_registry(study_registry, patient, day) for patient, day in moments(study_registry)]
    assert len(found) > 50
    for one in found:
        assert one.synthetic
        assert_whole(one)
        assert {"age_years", "recurrence", "extrahepatic_disease"} & set(one.given)


def without_unused(filled):
    if filled is None:
        return None
    document = filled_document(filled)
    return {key: value for key, value in document.items() if not key.startswith("unused")}


def test_what_came_later_makes_no_difference(study_registry):
    for patient, day in moments(study_registry)[::3]:
        now = case_from_registry(study_registry, patient, day)
        then = case_from_registry(forgotten(study_registry, patient, day), patient, day)
        assert without_unused(now) == without_unused(then)
        assert any(one.why == "later" for one in now.unused) or not then.unused


@pytest.mark.parametrize("seed", range(12))
def test_what_came_later_makes_no_difference_in_ugly_registries(seed):
    registry = ugly(seed)
    for patient, day in some_moments(registry, seed):
        now = filled_or_refused(registry, patient, day)
        if now is not None:
            assert_whole(now)
        then = filled_or_refused(forgotten(registry, patient, day), patient, day)
        assert without_unused(now) == without_unused(then)


@pytest.mark.parametrize("seed", range(8))
def test_an_earlier_date_never_adds_knowledge(seed):
    registry = ugly(seed)
    for patient, day in some_moments(registry, seed):
        early = history_of(registry, patient, day - datetime.timedelta(days=200))
        late = history_of(registry, patient, day)
        for table, rows in early.rows.items():
            known = {row.key: row for row in late.rows[table]}
            for row in rows:
                assert row.key in known
                assert set(row.values) <= set(known[row.key].values)
                assert all(known[row.key][name] == value for name, value in row.values.items())


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_the_rows_makes_no_difference(seed):
    registry = ugly(seed)
    other = shuffled(registry, seed)
    for patient, day in some_moments(registry, seed):
        one, two = filled_or_refused(registry, patient, day), filled_or_refused(other, patient, day)
        assert (one is None) == (two is None)
        if one is not None and two is not None:
            assert one.given == two.given
            assert set(one.conflicts) == set(two.conflicts)
            assert set(one.left) == set(two.left)
