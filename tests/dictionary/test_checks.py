"""Every check finds its violation and nothing else, as the slow oracle says, whatever the registry."""

import time

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crlm.dictionary.records import ROW
from crlm.dictionary.registry import RecordCheck
from crlm.dictionary.registry.check_syntax import CheckSyntaxError, columns_of, resolve
from crlm.dictionary.registry.checking import run_checks
from crlm.dictionary.registry.frames import precision_column
from tests.dictionary.small_registry import DICTIONARY, ROWS, changed, registry_of
from tests.dictionary.violations import VIOLATIONS
from tests.oracles.record_checks import holds

CHECKS = {check.id: check for check in DICTIONARY.checks}


def world_of(registry):
    return {name: records.frame.to_dicts() for name, records in registry.tables.items()}


def by_oracle(registry):
    """For each broken check: how many rows break it, the rows, and for how many it is not known."""
    world, broken = world_of(registry), {}
    for check in DICTIONARY.checks:
        outcome = holds(check, world, DICTIONARY)
        rows = [row[ROW] for row, one in zip(world[check.table], outcome, strict=True) if one is False]
        if rows:
            broken[check.id] = (len(rows), tuple(rows[:10]), outcome.count(None))
    return broken


def found(registry):
    return {one.rule: (one.count, one.rows, one.unknown) for one in run_checks(registry)}


def test_the_small_registry_breaks_no_check():
    assert found(registry_of(ROWS)) == {}


def test_an_empty_registry_breaks_no_check():
    assert found(registry_of({})) == {}


def test_there_is_a_violation_for_each_check():
    assert list(VIOLATIONS) == list(CHECKS)


@pytest.mark.parametrize("rule", list(VIOLATIONS))
def test_a_violation_is_found(rule):
    registry, check = registry_of(changed(*VIOLATIONS[rule])), CHECKS[rule]
    (finding,) = run_checks(registry, checks=[check])
    assert (finding.rule, finding.table) == (rule, check.table)
    assert (finding.severity, finding.sentence) == (check.severity, check.sentence)
    outcome = holds(check, world_of(registry), DICTIONARY)
    assert (finding.count, finding.unknown) == (outcome.count(False), outcome.count(None))


@pytest.mark.parametrize("check", DICTIONARY.checks, ids=lambda check: check.id)
def test_a_check_is_decided_in_the_small_registry(check):
    """A check that is unknown in every row would be tested by nothing."""
    world = world_of(registry_of(ROWS))
    assert holds(check, world, DICTIONARY).count(True)


def _values(variable):
    dates = st.sampled_from(
        ["1950-06-01", "2014-03-01", "2014-05-10", "2016-01-15", "2018-03-01", "2018-03-02"]
    )
    return {
        "number": st.sampled_from([0.0, 1.0, 5.0, 25.0, 700.0]),
        "integer": st.integers(0, 5),
        "yes_no": st.booleans(),
        "date": dates,
        "category": st.sampled_from(variable.level_names or ("",)),
        "several": st.lists(st.sampled_from(variable.level_names or ("",)), unique=True, max_size=3),
        "text": st.just("elsewhere"),
    }[variable.type]


@st.composite
def disturbed(draw):
    """The small registry with some values changed or unknown, and some rows gone."""
    rows = changed()
    for _ in range(draw(st.integers(1, 25))):
        table = DICTIONARY.table(draw(st.sampled_from([name for name in rows if rows[name]])))
        row = draw(st.sampled_from(rows[table.name]))
        variable = draw(st.sampled_from(table.variables))
        if variable.name in table.key:
            continue
        if variable.name in [link.column for link in table.links]:
            same = [one[variable.name] for one in rows[table.name] if one.get(variable.name)]
            row[variable.name] = draw(st.none() | st.sampled_from(same or ["nowhere"]))
        else:
            row[variable.name] = draw(st.none() | _values(variable))
    gone = draw(st.sampled_from([None, *rows]))
    if gone and rows[gone]:
        rows[gone].pop()
    return rows


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=disturbed())
def test_the_findings_are_those_of_the_oracle(rows):
    registry = registry_of(rows)
    assert found(registry) == by_oracle(registry)


def test_unknown_is_no_violation_and_is_counted_beside():
    rows = changed(
        ("local_treatment", 0, {"date_discharge": "2014-03-30"}),
        ("local_treatment", 1, {"date_discharge": None}),
    )
    assert found(registry_of(rows))["discharge-before-admission"] == (1, (2,), 1)


def test_a_partial_date_is_a_violation_only_when_every_day_of_it_is():
    later = [("patient", 0, {"date_of_death": "2018-03", "date_last_vital_status": None})]
    same_month = registry_of(changed(*later, ("followup_event", 2, {"date_event": "2018-03-20"})))
    assert "event-after-death" not in found(same_month)
    next_month = registry_of(changed(*later, ("followup_event", 2, {"date_event": "2018-04-01"})))
    assert found(next_month)["event-after-death"] == (1, (4,), 1)
    both_partial = registry_of(changed(*later, ("followup_event", 2, {"date_event": "2018"})))
    assert "event-after-death" not in found(both_partial)
    year_after = registry_of(changed(*later, ("followup_event", 2, {"date_event": "2019"})))
    assert found(year_after)["event-after-death"][0] == 1
    frame = next_month.tables["patient"].frame
    assert frame[precision_column("date_of_death")].to_list() == ["month", "day"]


def test_a_check_reads_few_dates():
    """Partial dates are tried at both ends of each column's periods: 2 to the power of the columns."""
    for check in DICTIONARY.checks:
        read = columns_of(resolve(check.expect, check.table, DICTIONARY))
        dates = [1 for table, name in read if DICTIONARY.table(table).variable(name).type == "date"]
        assert len(dates) <= 4, check.id


@pytest.mark.parametrize(
    ("table", "expect", "words"),
    [
        ("patient", "patients.x == 1", "does not belong"),
        ("crlm_episode", "patient.date_death > 1", "no variable date_death"),
        ("patient", "count(lesion_imaging) > 0", "belongs to a row"),
        ("patient", "any(crlm_episode)", "takes 2 to 2 arguments"),
        ("patient", "date_of_birth >", "not understood"),
    ],
)
def test_a_check_that_names_what_is_not_there_is_refused(table, expect, words):
    with pytest.raises(CheckSyntaxError, match=words):
        resolve(expect, table, DICTIONARY)


def test_a_centre_can_add_checks_of_its_own():
    own = RecordCheck(
        id="own", table="patient", expect="sex == 'female'", severity="info", sentence="The patient is male."
    )
    (finding,) = run_checks(registry_of(ROWS), checks=[own])
    assert (finding.rule, finding.count, finding.rows) == ("own", 1, (2,))


def test_a_large_registry_is_checked_in_seconds():
    """170,000 rows of all tables in well under the time that their import may take."""
    copies = 10_000
    registry = registry_of(ROWS)
    tables = {}
    for table in DICTIONARY.tables:
        records = registry.tables[table.name]
        keys = {
            column for column in (*table.key, *(link.column for link in table.links)) if column != "protocol"
        }
        many = records.frame.join(pl.DataFrame({"copy": range(copies)}), how="cross")
        frame = many.with_columns(pl.format("{}-{}", key, "copy").alias(key) for key in sorted(keys)).drop(
            "copy"
        )
        frame = frame.with_columns(
            pl.when(pl.lit(True) & many[key].is_not_null()).then(pl.col(key)).alias(key)
            for key in sorted(keys)
        )
        tables[table.name] = type(records)(frame, records.variables, frame.select(ROW), records.source)
    large = type(registry)(tables, registry.source, None, registry.dictionary_version)
    began = time.perf_counter()
    assert run_checks(large) == ()
    assert time.perf_counter() - began < 20


E1_LESIONS = [(True, 25.0), (None, 12.0), (False, None)]
"""Three lesions of one episode: whether a fiducial was placed, and the diameter."""


@pytest.mark.parametrize(
    ("lesions", "expression", "violated", "unknown"),
    [
        (E1_LESIONS, "any(metastasis, fiducial_placed)", 0, 0),
        (E1_LESIONS, "not any(metastasis, fiducial_placed)", 1, 0),
        (E1_LESIONS[1:], "any(metastasis, fiducial_placed)", 0, 1),
        (E1_LESIONS[2:], "any(metastasis, fiducial_placed)", 1, 0),
        ([], "any(metastasis, fiducial_placed)", 1, 0),
        (E1_LESIONS, "every(metastasis, fiducial_placed)", 1, 0),
        (E1_LESIONS[:2], "every(metastasis, fiducial_placed)", 0, 1),
        ([], "every(metastasis, fiducial_placed)", 0, 0),
        (E1_LESIONS, "count(metastasis) == 3", 0, 0),
        (E1_LESIONS, "count(metastasis, fiducial_placed) == 1", 0, 1),
        (E1_LESIONS, "count(metastasis, known(fiducial_placed)) == 2", 0, 0),
        ([], "count(metastasis, fiducial_placed) == 0", 0, 0),
        (E1_LESIONS, "highest(metastasis, diameter_baseline_mm) == 25", 0, 1),
        (E1_LESIONS[:2], "highest(metastasis, diameter_baseline_mm) == 25", 0, 0),
        (E1_LESIONS[:2], "lowest(metastasis, diameter_baseline_mm) == 25", 1, 0),
        (E1_LESIONS, "lowest(metastasis, diameter_baseline_mm, known(diameter_baseline_mm)) == 12", 0, 0),
        ([], "known(lowest(metastasis, diameter_baseline_mm))", 1, 0),
        (E1_LESIONS[:2], "distinct(metastasis, diameter_baseline_mm) == 2", 0, 0),
        (E1_LESIONS, "distinct(metastasis, lesion_id) == 3", 0, 0),
        (E1_LESIONS, "count(patient.crlm_episode) == 1", 0, 0),
        (E1_LESIONS, "missing(previous.episode_id)", 0, 0),
    ],
)
def test_aggregates_by_hand(lesions, expression, violated, unknown):
    rows = {
        "patient": [{"patient_id": "P1"}],
        "crlm_episode": [{"episode_id": "E1", "patient_id": "P1", "episode_number": 1}],
        "metastasis": [
            {
                "lesion_id": f"L{number}",
                "episode_id": "E1",
                "fiducial_placed": fiducial,
                "diameter_baseline_mm": diameter,
            }
            for number, (fiducial, diameter) in enumerate(lesions)
        ],
    }
    check = RecordCheck(
        id="by-hand", table="crlm_episode", expect=expression, severity="info", sentence="It is so."
    )
    registry = registry_of(rows)
    outcome = holds(check, world_of(registry), DICTIONARY)
    assert (outcome.count(False), outcome.count(None)) == (violated, unknown)
    findings = run_checks(registry, checks=[check])
    assert [one.count for one in findings] == [violated] * violated
    opposite = RecordCheck(**{**check.model_dump(), "expect": f"not ({expression})"})
    findings = run_checks(registry, checks=[opposite])
    assert sum(one.count for one in findings) == 1 - violated - unknown
