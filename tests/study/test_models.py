"""Rules of the models on small tables worked by hand: confounders, separation, clusters, restrictions."""

import math

import polars as pl
import pytest

from crlm.cli.flow import checked_protocol, read_records
from crlm.problems import DataError
from crlm.study.run import run_study

PROTOCOL = """
[study]
id = "hand"
title = "Worked by hand"

[data]
identifier = "id"

[[column]]
name = "treated"
label = "Treated"
type = "yes_no"

[[column]]
name = "severe"
label = "Severe"
type = "yes_no"

[[column]]
name = "centre"
label = "Centre"
type = "text"

[[column]]
name = "recurred"
label = "Recurrence"
type = "yes_no"

[[column]]
name = "months"
label = "Months"
type = "number"
unit = "months"

[[endpoint]]
id = "rfs"
label = "Recurrence-free survival"
time = "months"
status = "recurred"
event = ["yes"]
censor = ["no"]
"""
MODEL = """
[[model]]
id = "model"
type = "logistic"
outcome = "recurred"
candidates = ["treated", "severe"]
"""


def table(cells):
    """Records from (treated, severe, recurred): count."""
    rows = [(*key, k) for key, n in cells.items() for k in range(n)]
    return pl.DataFrame(
        {
            "id": list(range(1, len(rows) + 1)),
            "treated": [row[0] for row in rows],
            "severe": [row[1] for row in rows],
            "centre": [f"c{k % 7}" for k in range(len(rows))],
            "recurred": [row[2] for row in rows],
            "months": [1.0 + k % 5 for k in range(len(rows))],
        }
    )


CONFOUNDED = {
    ("yes", "yes", "yes"): 30, ("yes", "yes", "no"): 10,
    ("yes", "no", "yes"): 5, ("yes", "no", "no"): 15,
    ("no", "yes", "yes"): 15, ("no", "yes", "no"): 5,
    ("no", "no", "yes"): 10, ("no", "no", "no"): 30,
}  # fmt: skip
"""Within the severe 3 of 4 recur and within the others 1 of 4, treated or not: adjusted, the odds ratio is 1."""


@pytest.fixture
def model(tmp_path):
    """The result of the model on a table."""

    def run(frame, text=MODEL, more="", protocol=PROTOCOL):
        frame.write_csv(tmp_path / "table.csv")
        (tmp_path / "hand.toml").write_text(f"{protocol}{text}{more}", encoding="utf-8")
        loaded = checked_protocol(str(tmp_path / "hand.toml"), quiet=True)
        return run_study(loaded, read_records(loaded.protocol, tmp_path / "table.csv")).models[0]

    return run


def keep(change, scale):
    return (
        'exposure = "treated"\n'
        f'keep = {{ all = true, confounder = {{ p = 0.05, change_in_estimate = {change}, scale = "{scale}" }} }}\n'
    )


def effects(found):
    return {one.role: one.effects[0].effect for one in found.exposure.models}


def test_a_confounder_takes_the_whole_effect(model):
    """Crude odds 35/25 against 25/35: the ratio is 1.96. Adjusted it is 1, so the coefficient changes by 100 %."""
    found = model(table(CONFOUNDED), more=keep(0.10, "coefficient"))
    of = effects(found)
    assert of["crude"].odds_ratio.value == pytest.approx(1.96)
    assert of["crude"].standard_error == pytest.approx(math.sqrt(2 / 35 + 2 / 25))
    assert of["full"].odds_ratio.value == pytest.approx(1.0, abs=1e-9)
    assert of["final"].odds_ratio.value == pytest.approx(1.0, abs=1e-9)
    assert of["final"].hazard_ratio is None
    assert found.exposure.change.value == pytest.approx(1.0)
    assert found.exposure.confounders == ("severe",)
    assert "changes the coefficient by 100.0 %, more than 10 %" in found.exposure.sentence
    assert [(step.stage, step.action, step.variable) for step in found.selection[2:]] == [
        ("multivariable", "kept", "severe"),
        ("change-in-estimate", "kept", "severe"),
    ]


def test_on_the_scale_of_the_ratio_the_change_is_another(model):
    """From 1.96 to 1 the ratio changes by 0.96 / 1.96 = 49 %."""
    found = model(table(CONFOUNDED), more=keep(0.5, "ratio"))
    assert found.exposure.change.value == pytest.approx(0.96 / 1.96)
    assert found.exposure.confounders == ()
    assert effects(found)["final"] == effects(found)["crude"]
    assert "not more than 50 %: the corrected effect is the crude one" in found.exposure.sentence


def test_without_a_significant_covariate_there_is_nothing_to_adjust_for(model):
    """The others recur as often when severe: its p is 1."""
    even = {(treated, severe, recurred): 10 for treated in ("yes", "no") for severe in ("yes", "no")
            for recurred in ("yes", "no")}  # fmt: skip
    even[("yes", "yes", "yes")] = even[("yes", "no", "yes")] = 20
    found = model(table(even), more=keep(0.10, "coefficient"))
    assert [one.role for one in found.exposure.models] == ["crude", "full", "final"]
    assert found.exposure.change.value is None and "no covariate" in found.exposure.change.reason
    assert effects(found)["final"] == effects(found)["crude"]
    assert effects(found)["crude"].odds_ratio.value == pytest.approx((40 * 20) / (20 * 20))


def test_separation_is_said_and_the_other_covariate_stays(model):
    separated = {key: n for key, n in CONFOUNDED.items() if key[1:] != ("yes", "no")}
    found = model(table(separated), more="keep = { all = true }\n")
    severe = found.terms[1].levels[1]
    for effect in (severe.univariable, severe.multivariable):
        assert effect.odds_ratio.value is None and "no finite estimate" in effect.odds_ratio.reason
        assert effect.p.p is None and effect.p.reason
    assert found.terms[0].levels[1].multivariable.odds_ratio.value is not None


def test_a_profile_interval_is_not_walds(model):
    wald, profile = (
        model(table(CONFOUNDED), more=more).terms[0].levels[1].univariable
        for more in ("", 'interval = "profile"\n')
    )
    assert wald.odds_ratio.value == pytest.approx(profile.odds_ratio.value)
    assert wald.odds_ratio.lower != pytest.approx(profile.odds_ratio.lower, rel=1e-6)
    assert wald.p == profile.p


def test_a_restriction_and_an_unknown_outcome_are_counted(model):
    frame = table(CONFOUNDED)
    unknown = frame.with_columns(
        recurred=pl.when(pl.col("id") <= 4).then(None).otherwise(pl.col("recurred")),
        severe=pl.when(pl.col("id") > 117).then(None).otherwise(pl.col("severe")),
        months=pl.lit(1.0),
    )
    endpoint = 'event = ["yes"]\ncensor = ["no"]\nunknown = "exclude"\n'
    text = MODEL.replace("candidates", 'where = "severe"\ncandidates').replace(', "severe"]', "]")
    found = model(unknown, text, protocol=PROTOCOL.replace('event = ["yes"]\ncensor = ["no"]\n', endpoint))
    assert {one.label: one.n for one in found.excluded} == {
        "condition not met (severe is yes)": 57,
        "unknown whether severe is yes": 3,
        "Recurrence unknown": 4,
    }
    assert found.n == 120 - 57 - 3 - 4
    assert found.where == "severe is yes"


def test_dependent_records_change_the_interval_and_not_the_estimate(model):
    found = model(table(CONFOUNDED), more='cluster = "centre"\n')
    effect = found.terms[0].levels[1].univariable
    assert found.clusters.n == 7
    assert effect.robust.ratio.value == pytest.approx(effect.odds_ratio.value)
    assert effect.robust.standard_error != pytest.approx(effect.standard_error, rel=1e-3)


def test_an_unknown_cluster_is_an_error(model):
    frame = table(CONFOUNDED).with_columns(
        centre=pl.when(pl.col("id") == 3).then(None).otherwise(pl.col("centre"))
    )
    with pytest.raises(DataError) as raised:
        model(frame, more='cluster = "centre"\n')
    assert [one.code for one in raised.value.problems] == ["model-cluster-unknown"]
