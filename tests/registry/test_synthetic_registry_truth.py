"""Synthetic registries hold what they declare: margins, effects, and times that follow the declared hazards."""

from functools import cache

import numpy as np
import polars as pl
import pytest

from crlm.registry.synthetic_registry import (
    STUDIES,
    Truth,
    buisman_patients,
    hellingman_patients,
    make_registry,
    moretto_patients,
)
from crlm.registry.synthetic_registry.buisman_model import BuismanModel
from crlm.registry.synthetic_registry.draws import Draws
from crlm.registry.synthetic_registry.hellingman_model import HellingmanModel
from crlm.registry.synthetic_registry.moretto_model import MorettoModel
from crlm.registry.synthetic_registry.times import Hazard, days_after, event_months, excess, partner_months
from tests.registry.synthetic_cohorts import known
from tests.registry.synthetic_fits import cohort_frames, fit_effect
from tests.registry.synthetic_margins import ELSEWHERE, observed

PATIENTS, SEED = 20_000, 12
EVERY = tuple(STUDIES)


@cache
def made(study: str) -> tuple[dict[str, pl.DataFrame], Truth, dict[str, pl.DataFrame]]:
    tables, truth = make_registry(study, PATIENTS, SEED)
    return tables, truth, cohort_frames(study, tables)[0]


@pytest.mark.parametrize("study", EVERY)
def test_every_declared_effect_is_recovered(study):
    """Within 4 standard errors, by the software's own models; for simulated truths with their own error beside."""
    _, truth, frames = made(study)
    columns = cohort_frames(study, made(study)[0])[1]
    assert {one.kind for one in truth.effects} == {"exact", "monte-carlo"}
    for effect in truth.effects:
        value, error = fit_effect(effect, frames[effect.unit], columns)
        assert abs(value - effect.log_value) < 4 * np.hypot(error, effect.standard_error), effect.name
        assert error < 0.09, effect.name  # precise enough that another truth would be noticed


@pytest.mark.parametrize("study", EVERY)
def test_every_declared_margin_is_met(study):
    _, truth, frames = made(study)
    looked_at = 0
    for margin in truth.margins:
        if margin.variable in ELSEWHERE:
            continue
        value, error = observed(margin, frames["patient"])
        assert (
            abs(value - margin.value) < 4.5 * error + 0.005 * (margin.statistic != "share") * margin.value
        ), (
            margin,
            value,
        )
        looked_at += 1
    assert looked_at >= 10


def test_treatment_characteristics_and_complications_of_dijkstra_follow_the_published_shares():
    tables, truth, frames = made("dijkstra-2021")
    cohort = frames["patient"]
    complications = tables["complication"].filter(
        pl.col("complication_status_known").cast(pl.String) == "yes"
    )
    for variable, link in (("periprocedural_ctcae_grade", "procedure_id"), ("nac_ctcae_grade", "therapy_id")):
        of_cohort = complications.join(cohort.select(link).drop_nulls(), on=link)
        grade = of_cohort["ctcae_grade"].cast(pl.String).fill_null("none")
        for margin in truth.margins:
            if margin.variable == variable:
                error = (margin.value * (1 - margin.value) / grade.len()) ** 0.5
                assert abs((grade == margin.level).mean() - margin.value) < 4.5 * error + 1e-12, margin
    lesions = frames["lesion"]
    upfront = lesions.filter(~pl.col("nac") & known("ablation_device").is_not_null())
    assert abs((upfront["ablation_device"].cast(pl.String) == "LeVeen").mean() - 58 / 141) < 0.02
    assert abs(lesions.height / cohort.height - 267 / 152) < 0.05
    stay = (cohort["date_discharge"] - cohort["date_procedure"]).dt.total_days()
    assert stay.median() == 1.0


def test_values_are_missing_as_declared():
    _, truth, frames = made("dijkstra-2021")
    for nac in (True, False):
        group = frames["patient"].filter(pl.col("nac") == nac)
        declared = {name: shares[0 if nac else 1] for name, shares in truth.model["missing"].items()}
        for name, column in (
            ("crlm_timing_initial", pl.col("timing")),
            ("size_largest_recurrent", pl.col("size_recurrent")),
            ("size_largest_initial", pl.col("initial_size")),
            ("extrahepatic_disease_initial", known("initial_extra")),
            ("approach", known("approach")),
        ):
            share = group.select(column.is_null().mean()).item()
            error = (declared[name] * (1 - declared[name]) / group.height) ** 0.5
            assert abs(share - declared[name]) < 4.5 * error + 1e-12, (name, nac)
    _, truth, frames = made("buisman-2020")
    assert (
        abs(frames["patient"]["cea"].is_null().mean() - truth.model["missing"]["cea_at_recurrence"]) < 0.015
    )


def test_treatment_is_confounded_by_indication():
    """Neoadjuvant chemotherapy goes to synchronous disease and many tumours; crude and adjusted effects differ."""
    _, truth, frames = made("dijkstra-2021")
    cohort = frames["patient"]
    nac, upfront = cohort.filter("nac"), cohort.filter(~pl.col("nac"))
    assert abs(cohort["nac"].mean() - 32 / 152) < 0.02
    assert (nac["timing"] == "synchronous").mean() > (upfront["timing"] == "synchronous").mean() + 0.1
    for endpoint in ("OS", "DPFS", "LTPFS"):
        crude, adjusted = (
            truth.effect(f"{endpoint} treatment_group=nac, {kind}").log_value
            for kind in ("crude", "adjusted")
        )
        assert abs(crude - adjusted) > 0.03


def test_survival_is_near_the_published_curves():
    """Dijkstra: OS 98.6, 72.5, 47.7 % and DPFS 42.3, 24.1, 20.1 % at 12, 36, 60 months; Moretto: OS 49.7 months."""

    def surviving(frame, endpoint, month):
        data = frame.select(
            pl.col(f"{endpoint}_months").alias("t"), pl.col(f"{endpoint}_event").alias("e")
        ).sort("t")
        at_risk = np.arange(data.height, 0, -1)
        factors = 1 - data["e"].to_numpy() / at_risk
        return float(factors[data["t"].to_numpy() <= month].prod())

    dijkstra, moretto = made("dijkstra-2021")[2]["patient"], made("moretto-2024")[2]["patient"]
    for endpoint, published in (("os", (98.6, 72.5, 47.7)), ("dp", (42.3, 24.1, 20.1))):
        for month, percent in zip((12, 36, 60), published, strict=True):
            assert abs(100 * surviving(dijkstra, endpoint, month) - percent) < 2.5
    assert abs(surviving(moretto, "os", 49.7) - 0.5) < 0.03
    assert abs(surviving(moretto, "dfs", 9.7) - 0.5) < 0.04


def test_nobody_is_selected_by_surviving_until_treatment():
    """The device that keeps the hazard ratios exact: no event is possible before the last patient is treated."""
    dijkstra = made("dijkstra-2021")[2]["patient"]
    wait = (dijkstra["date_procedure"] - dijkstra["date_crlm_diagnosis"]).dt.total_days()
    assert wait.max() < 9 * 30.4375 < (dijkstra.filter("os_event")["os_months"].min() + 0.01) * 30.4375
    hellingman = made("hellingman-2021")[2]["patient"]
    wait = (hellingman["date_procedure"] - hellingman["date_crlm_diagnosis"]).dt.total_days().drop_nulls()
    assert wait.max() < 6 * 30.4375 < (hellingman.filter("pfs_event")["pfs_months"].min() + 0.01) * 30.4375


def test_months_to_an_event_invert_the_cumulative_hazard():
    hazard = Hazard((0.0, 2.0, 12.0, 30.0), (0.0, 0.1, 0.02, 0.0))
    months = np.array([2.5, 7.0, 11.9, 12.5, 29.0])
    by_hand = np.array([0.05, 0.5, 0.99, 1.01, 1.34])
    assert np.allclose(hazard.cumulative(months), by_hand)
    assert np.allclose(hazard.months(by_hand), months)
    assert hazard.months(np.array([1.37]))[0] == np.inf  # the cumulative hazard never exceeds 1.36
    exponential = np.random.default_rng(1).exponential(size=50_000)
    doubled = event_months(exponential, np.full(50_000, np.log(2.0)), hazard)
    assert abs((doubled > 7.0).mean() - np.exp(-1.0)) < 0.01
    assert days_after(np.array([0.0, 1.0, 6.0])).tolist() == [1.0, 31.0, 183.0]


def test_the_partner_of_an_event_makes_the_earlier_of_both_follow_what_was_asked():
    """Exponential margins: the earlier of the two is exponential again, and the two go together."""
    n, death_rate, either_rate = 40_000, 0.01, 0.05

    def alive(months):
        return np.exp(-death_rate * months)

    def event_free(months):
        return np.exp(-either_rate * months)

    draws = np.random.default_rng(7)
    lived = draws.exponential(size=n)
    second = partner_months(draws.random(n), np.exp(-lived), 1.5, event_free, alive, 2_000.0)
    death = lived / death_rate
    earlier = np.minimum(second, death)
    for month in (5.0, 14.0, 30.0, 60.0):
        assert abs((earlier > month).mean() - event_free(month)) < 4 * 0.5 / n**0.5
    assert np.corrcoef(np.log(second), np.log(death))[0, 1] > 0.4


@pytest.mark.parametrize("study", ["moretto-2024", "buisman-2020", "hellingman-2021"])
def test_the_declared_survival_leaves_room_for_the_second_event_in_every_patient(study):
    """The excess over death, from which the second event is drawn, never falls, whatever the patient's covariates."""
    draws = Draws(study, 3)
    if study == "moretto-2024":
        model = MorettoModel()
        p = moretto_patients.draw_patients(model, 4_000, draws)
        _, alive, event_free = moretto_patients.survival(model, p.x)
    elif study == "buisman-2020":
        model = BuismanModel()
        p = buisman_patients.draw_patients(model, 4_000, draws)
        _, alive, event_free = buisman_patients.survival(model, p.x, p.haip)
    else:
        model = HellingmanModel()
        p = hellingman_patients.draw_patients(model, 4_000, draws)
        _, alive, event_free = hellingman_patients.survival(model, p.x, p.strategy)
    before = np.zeros(p.size)
    for month in np.arange(0.25, 150, 0.25):
        now = excess(event_free, alive, model.dependence, np.full(p.size, month))
        # far in the tail both are so large that rounding is what is left of the difference
        assert (now >= before * (1 - 1e-9) - 1e-12).all(), month
        before = now


def test_a_stream_is_used_once_and_does_not_depend_on_how_many_are_drawn():
    assert np.array_equal(Draws("a", 1).uniform("x", 5), Draws("a", 1).uniform("x", 50)[:5])
    assert not np.array_equal(Draws("a", 1).uniform("x", 5), Draws("a", 1).uniform("y", 5))
    assert not np.array_equal(Draws("a", 1).uniform("x", 5), Draws("a", 2).uniform("x", 5))
    draws = Draws("a", 1)
    draws.uniform("x", 5)
    with pytest.raises(ValueError, match="already used"):
        draws.uniform("x", 5)
