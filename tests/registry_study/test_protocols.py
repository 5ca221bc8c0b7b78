"""The four protocols on synthetic registries: who is studied, and what the paper's order of tables and figures is."""

from datetime import UTC, datetime

import numpy as np
import pytest

from crlm.registry.snapshot import open_registry, read_snapshot, write_snapshot
from crlm.registry.synthetic_registry import write_registry
from crlm.statistics.cox import cox
from crlm.study.protocol.load import find_protocol
from crlm.study.run import run_study
from tests.registry import synthetic_cohorts as oracle
from tests.registry_study.runs import SEED, SIZES, results, tables

STUDIES = tuple(SIZES)
ORDER = {
    "dijkstra-2021": (
        ("table-1", "table-2", "table-3", "table-4", "table-5", "table-6"),
        ("ltpfs", "dpfs", "os"),
        ("table-7", "table-8", "table-9"),
    ),
    "moretto-2024": (
        ("table-1", "table-1-primary", "figure-1-6", "figure-1-12", "figure-s5-6", "figure-s5-12"),
        ("dfs", "os", "post-relapse-os"),
        ("table-2-6", "table-2-12", "table-3-dfs", "table-3-os"),
    ),
    "buisman-2020": (("table-1", "table-2"), ("hdfs", "os"), ("table-3", "supplementary-table-1")),
    "hellingman-2021": (("baseline",), ("os", "pfs"), ("table-os", "table-pfs-within-4")),
}
"""Tables, endpoints and models that begin each study, in the paper's order."""


@pytest.mark.parametrize("study", STUDIES)
def test_what_a_study_reads_of_a_snapshot_is_all_that_it_needs(study, tmp_path):
    """The command reads the columns that are needed: the results are those of every column, to the last digit."""
    from crlm.cli.flow import read_source

    write_registry(study, SIZES[study], SEED, tmp_path / "registry")
    write_snapshot(open_registry(tmp_path / "registry"), tmp_path / "snapshot")
    loaded = find_protocol(study)
    source = read_source(loaded.protocol, tmp_path / "snapshot", None, lambda _: None)
    assert "mdt_date" not in source.table("crlm_episode").frame.columns
    whole = read_snapshot(tmp_path / "snapshot")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    found, expected = (run_study(loaded, one, now=now) for one in (source, whole))
    assert found.model_dump_json() == expected.model_dump_json()


def endpoint(study, name):
    return next(one for one in results(study).endpoints if one.id == name)


def model(study, name):
    return next(one for one in results(study).models if one.id == name)


def row(study, table, variable):
    found = next(one for one in results(study).baseline if one.id == table)
    return next(one for block in found.blocks for one in block.rows if one.variable == variable)


@pytest.mark.parametrize("study", STUDIES)
def test_the_cohort_is_the_one_that_the_registry_was_made_for(study):
    """The generator adds patients whom each criterion must exclude, and says how many of the cohort there are."""
    assert results(study).flow.final == SIZES[study]
    assert results(study).flow.unit == "patient"
    assert sum(step.removed > 0 for step in results(study).flow.steps) >= 2


@pytest.mark.parametrize("study", STUDIES)
def test_tables_endpoints_and_models_stand_in_the_order_of_the_paper(study):
    wanted_tables, wanted_endpoints, wanted_models = ORDER[study]
    found = results(study)
    assert tuple(one.id for one in found.baseline)[: len(wanted_tables)] == wanted_tables
    assert tuple(one.id for one in found.endpoints)[: len(wanted_endpoints)] == wanted_endpoints
    assert tuple(one.id for one in found.models)[: len(wanted_models)] == wanted_models


@pytest.mark.parametrize("study", STUDIES)
def test_no_row_of_a_table_is_empty(study):
    for table in results(study).baseline:
        for block in table.blocks:
            for one in block.rows:
                everyone = max(column.n for column in table.columns)
                assert max(one.missing.values()) < everyone, (table.id, one.variable)


@pytest.mark.parametrize("study", STUDIES)
def test_groups_made_after_time_zero_are_said_to_be(study):
    assert "immortal time" in results(study).reporting.bias
    assert any("landmark" in one.id for one in results(study).endpoints)


COHORTS = {
    "dijkstra-2021": lambda: oracle.dijkstra(tables("dijkstra-2021"))[0],
    "moretto-2024": lambda: oracle.moretto(tables("moretto-2024")),
    "buisman-2020": lambda: oracle.buisman(tables("buisman-2020")),
    "hellingman-2021": lambda: oracle.hellingman(tables("hellingman-2021")),
}
OUTCOMES = [
    ("dijkstra-2021", "os", "os"),
    ("dijkstra-2021", "dpfs", "dp"),
    ("moretto-2024", "os", "os"),
    ("moretto-2024", "dfs", "dfs"),
    ("buisman-2020", "os", "os"),
    ("buisman-2020", "hdfs", "hdfs"),
    ("hellingman-2021", "os", "os"),
    ("hellingman-2021", "pfs", "pfs"),
]


@pytest.mark.parametrize(("study", "name", "columns"), OUTCOMES)
def test_outcomes_are_those_of_plain_joins(study, name, columns):
    """Patients, events and time at risk, from the tables without the cohort room."""
    cohort, curve = COHORTS[study](), endpoint(study, name).overall
    assert curve.n == cohort.height
    assert curve.events == int(cohort[f"{columns}_event"].sum())
    ends = np.asarray(curve.events_at) + np.asarray(curve.censored_at)
    assert float(np.dot(curve.time, ends)) == pytest.approx(
        float(cohort[f"{columns}_months"].sum()), rel=1e-9
    )


def test_local_progression_is_per_tumour():
    lesions = oracle.dijkstra(tables("dijkstra-2021"))[1]
    found = endpoint("dijkstra-2021", "ltpfs")
    assert (found.unit, found.n, found.events) == ("tumour", lesions.height, int(lesions["lt_event"].sum()))
    assert model("dijkstra-2021", "table-7").clusters.n == 152


def test_the_crude_effect_of_chemotherapy_is_that_of_plain_joins():
    """SPSS's approximation for ties, upfront treatment as the reference."""
    cohort = oracle.dijkstra(tables("dijkstra-2021"))[0]
    fit = cox(
        cohort["os_months"].to_numpy(), cohort["os_event"].to_numpy(), cohort["nac"].cast(float).to_numpy()[:, None],
        ["nac"], ties="breslow",
    )  # fmt: skip
    term = model("dijkstra-2021", "table-9").terms[0]
    nac = next(one for one in term.levels if one.level == "nac")
    assert nac.univariable.coefficient == pytest.approx(fit.coefficients[0].value, rel=1e-8)


@pytest.mark.parametrize("table", ["table-7", "table-8", "table-9"])
def test_the_confounder_rule_follows_its_own_numbers(table):
    """Candidates p < 0.10, potential confounders p <= 0.05, confounders when the coefficient changes by over 10 %."""
    found = model("dijkstra-2021", table)
    entered = {one.variable for one in found.terms if one.entered}
    assert entered == {"treatment_group"} | {
        one.variable for one in found.terms if one.univariable.p is not None and one.univariable.p < 0.10
    }
    roles = {one.role: one for one in found.exposure.models}
    crude = roles["crude"].effects[0].effect.coefficient
    potential = {
        one.variable
        for one in found.terms
        if one.entered and one.variable != "treatment_group" and one.multivariable.p <= 0.05
    }
    if not potential:
        assert roles["final"].effects[0].effect.coefficient == crude
        return
    assert set(roles["adjusted"].adjusted_for) == potential
    adjusted = roles["adjusted"].effects[0].effect.coefficient
    confounded = abs(adjusted - crude) / abs(crude) > 0.10
    assert set(found.exposure.confounders) == (potential if confounded else set())
    expected = adjusted if confounded else crude
    assert roles["final"].effects[0].effect.coefficient == pytest.approx(expected)


def test_logistic_outcomes_count_relapse_or_death():
    cohort = oracle.moretto(tables("moretto-2024"))
    within = {
        months: int(((cohort["dfs_months"] <= months) & cohort["dfs_event"]).sum()) for months in (6, 12)
    }
    for months in (6, 12):
        assert model("moretto-2024", f"table-2-{months}").terms[0].events == within[months]


def test_stage_of_the_primary_is_of_those_resected_before():
    table = next(one for one in results("moretto-2024").baseline if one.id == "table-1-primary")
    resected = row("moretto-2024", "table-1", "primary_resected_at_diagnosis").levels
    assert table.columns[0].n == next(one.cells["all"].n for one in resected if one.level == "yes")


def test_a_margin_after_ablation_only_is_missing_in_the_model():
    levels = {
        one.level: one.cells["all"].n
        for one in row("buisman-2020", "table-1", "resection_margin_index").levels
    }
    missing = row("buisman-2020", "table-1", "resection_margin_index").missing["all"]
    term = next(one for one in model("buisman-2020", "table-3").terms if one.variable == "margin_r1")
    assert levels["rfa"] > 0
    assert term.missing == levels["rfa"] + missing
    assert {one.level: one.n for one in term.levels} == {"no": levels["negative"], "yes": levels["positive"]}


def test_early_recurrence_is_within_twelve_months_and_its_subgroup_within_four():
    cohort = oracle.hellingman(tables("hellingman-2021"))
    early = cohort.filter((cohort["interval"] <= 4) & cohort["local"])
    assert endpoint("hellingman-2021", "pfs-within-4").n == early.height
