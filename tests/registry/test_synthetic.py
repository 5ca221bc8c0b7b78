"""Synthetic tables: the right shape, marked, the same for the same seed, and true to what they declare."""

import hashlib

import numpy as np
import polars as pl
import pytest
from statsmodels.duration.hazard_regression import PHReg

from crlm.problems import ArgumentError, OutputError
from crlm.registry.reading import read_table
from crlm.registry.synthetic import synthetic_table, write_synthetic
from crlm.registry.typed import typed_records
from crlm.study.protocol.load import find_protocol
from tests.registry.tables import one_problem
from tests.shared import CLINICAL, needs

KIND = "resected-crlm-public"


def test_the_shipped_protocol_reads_it_without_a_problem_and_it_is_marked(tmp_path):
    protocol = find_protocol(KIND).protocol
    path = write_synthetic(KIND, 300, 4, tmp_path / "synthetic")
    assert path == tmp_path / "synthetic" / "clinical.csv"
    typed = typed_records(read_table(path), protocol.column, protocol.data.identifier, protocol.data.missing)
    assert typed.source.synthetic and typed.frame.height == 300
    assert all(typed.frame[name].null_count() < 300 for name in typed.variables)
    assert all(typed.frame[name].n_unique() > 1 for name in typed.variables)
    months = typed.frame.select("dfs_months", "liver_dfs_months", "os_months")
    assert (months["dfs_months"] <= months["liver_dfs_months"]).all()
    assert (months["liver_dfs_months"] <= months["os_months"]).all()
    assert months["os_months"].is_duplicated().any()  # months to one decimal are tied


def test_the_same_seed_gives_the_same_bytes_and_another_another():
    first, again, other = (synthetic_table(KIND, 50, seed).csv() for seed in (1, 1, 2))
    assert first == again != other


def test_a_longer_table_begins_with_the_shorter_one():
    short, long = synthetic_table(KIND, 20, 3).frame, synthetic_table(KIND, 200, 3).frame
    assert long.head(20).equals(short)


def test_identifiers_and_the_mark_say_what_it_is():
    frame = synthetic_table(KIND, 3, 1).frame
    assert frame["Patient-ID"].to_list() == ["SYNTHETIC-0001", "SYNTHETIC-0002", "SYNTHETIC-0003"]
    assert frame["synthetic"].to_list() == [1, 1, 1]
    assert frame.columns[-1] == "synthetic"


def test_disease_free_survival_has_the_declared_hazard_ratios_and_no_others():
    """Cox's model by statsmodels on many patients: each estimate within 4 standard errors of the declared value."""
    table = synthetic_table(KIND, 12_000, 11)
    frame = table.frame.filter(pl.col("carcinoembryonic_antigen") != -999)
    declared = dict(table.model.disease_free_log_hazard_ratios)
    columns = {}
    for name in declared:
        column, _, threshold = name.partition(" > ")
        columns[name] = frame[column] > float(threshold) if threshold else frame[column]
    without_effect = (
        "sex",
        "major_comorbidity",
        "synchronous_crlm",
        "bilobar_disease",
        "chemo_before_liver_resection",
    )
    columns |= {name: frame[name] for name in without_effect}
    truth = np.array([*declared.values(), *(0.0 for _ in without_effect)])
    covariates = np.column_stack([column.cast(pl.Float64).to_numpy() for column in columns.values()])
    fitted = PHReg(
        frame["months_to_DFS_progression"].to_numpy(), covariates, status=frame["vital_status_DFS"].to_numpy(),
        ties="efron",
    ).fit()  # fmt: skip
    assert np.abs((fitted.params - truth) / fitted.bse).max() < 4
    assert (
        (truth / fitted.bse)[: len(declared)] > 4
    ).all()  # so many patients that no effect would be noticed


def test_what_happens_follows_the_declared_shares():
    table = synthetic_table(KIND, 20_000, 5)
    frame, model = table.frame, table.model
    share = (frame["clinrisk_score"] == -999).mean()
    assert abs(share - model.preoperative_missing) < 0.01
    assert ((frame["clinrisk_score"] == -999) == (frame["carcinoembryonic_antigen"] == -999)).all()
    events = frame.filter(pl.col("vital_status_DFS") == 1)
    died_first = 1 - model.first_event_liver - model.first_event_elsewhere
    assert abs((events["progression_or_recurrence"] == 0).mean() - died_first) < 0.01
    parts = frame.filter(pl.col("total_response_percent") != -999)
    total = parts["necrosis_percent"] + parts["fibrosis_percent"] + parts["mucin_percent"]
    assert (total - parts["total_response_percent"]).abs().max() < 1e-9


def test_the_readme_says_synthetic_and_holds_the_declared_figures(tmp_path):
    path = write_synthetic(KIND, 30, 1, tmp_path / "synthetic")
    readme = (path.parent / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# SYNTHETIC data: no patient is in this table")
    assert hashlib.sha256(path.read_bytes()).hexdigest() in readme
    assert "node_positive_primary: +0.40 (hazard ratio 1.49)" in readme
    assert f"crlm data synth {KIND} --patients 30 --seed 1" in readme


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    problem = one_problem(write_synthetic, KIND, 30, 1, tmp_path, kind=OutputError)
    assert "thesis.docx" in problem.given and [one.name for one in tmp_path.iterdir()] == ["thesis.docx"]


def test_an_unknown_kind_suggests_the_nearest_and_numbers_have_bounds():
    problem = one_problem(synthetic_table, "resected-crlm", 10, 1, kind=ArgumentError)
    assert problem.code == "synthetic-kind-unknown" and f'"{KIND}"' in problem.fix
    for patients, seed in ((0, 1), (10, -1)):
        assert (
            one_problem(synthetic_table, KIND, patients, seed, kind=ArgumentError).code == "synthetic-numbers"
        )


@pytest.mark.shared
@needs(CLINICAL)
def test_it_has_the_headers_of_the_public_table_and_none_of_its_rows():
    public, synthetic = read_table(CLINICAL), synthetic_table(KIND, 1000, 1).frame
    assert (*public.headers, "synthetic") == tuple(synthetic.columns)
    measured = [
        name
        for name in public.headers
        if name not in ("Patient-ID", "De-identify Scout Name", "relevant_notes")
    ]
    real = pl.DataFrame(
        [column.values.cast(pl.Float64) for column in public.columns if column.header in measured],
        schema=measured,
    )
    assert synthetic.select(pl.col(measured).cast(pl.Float64)).join(real, on=measured).is_empty()
