"""Optimism: the procedures here are top-level functions, so that processes can run them."""

import numpy as np
import pytest

from crlm.statistics.concordance import concordance
from crlm.statistics.cox import cox
from crlm.statistics.performance.optimism import optimism, take_rows
from crlm.statistics.performance.resampling import bootstrap_intervals, draw_rows, run_replicates
from crlm.statistics.results import Estimate

NAMES = tuple(f"x{j}" for j in range(8))


def patients(n=90, seed=3):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 8))
    time = rng.exponential(np.exp(-0.5 * X[:, 0]))
    end = rng.uniform(0.2, 3.0, n)
    X[rng.random((n, 8)) < 0.05] = np.nan
    columns = dict(zip(NAMES, X.T, strict=True))
    return {"time": np.minimum(time, end), "event": time <= end, **columns}


def impute_select_fit(data, rng):
    """Hot-deck imputation, a screen at p < 0.2, a Cox model: all from the data at hand."""
    X = np.column_stack([data[name] for name in NAMES])
    for column in X.T:
        known = column[~np.isnan(column)]
        column[np.isnan(column)] = rng.choice(known, int(np.isnan(column).sum()))
    single = [cox(data["time"], data["event"], X[:, [j]], (NAMES[j],)).wald_tests[0].p for j in range(8)]
    chosen = [j for j in range(8) if single[j] < 0.2] or [0]
    fit = cox(data["time"], data["event"], X[:, chosen], [NAMES[j] for j in chosen])
    beta = np.zeros(8)
    beta[chosen] = [one.value for one in fit.coefficients]
    return beta, np.nanmean(X, axis=0)


def measures(model, data):
    beta, means = model
    X = np.column_stack([data[name] for name in NAMES])
    index = np.where(np.isnan(X), means, X) @ beta
    slope = cox(data["time"], data["event"], index[:, None], ("index",)).coefficients[0]
    return {"c": concordance(data["time"], data["event"], index).estimate, "slope": slope}


def mean_only(data, rng):
    if len(np.unique(data)) < len(data) * 0.55:
        raise RuntimeError("too few patients")
    return float(data.mean())


def error_of_mean(model, data):
    return {"error": float(np.mean((data - model) ** 2))}


def test_optimism_is_a_plain_loop_over_the_whole_procedure():
    data, replicates, seed = patients(), 12, 7
    found = optimism(impute_select_fit, data, measures, replicates=replicates, seed=seed)
    model = impute_select_fit(data, np.random.default_rng(np.random.SeedSequence(seed)))
    excess, own = {"c": [], "slope": []}, {"c": [], "slope": []}
    for stream in np.random.SeedSequence(seed).spawn(replicates):
        rng = np.random.default_rng(stream)
        rows = rng.integers(0, 90, size=90)
        sample = {name: column[rows] for name, column in data.items()}
        its = impute_select_fit(sample, rng)
        on_sample, on_all = measures(its, sample), measures(its, data)
        for name, values in excess.items():
            own[name].append(on_sample[name].value)
            values.append(on_sample[name].value - on_all[name].value)
    for name, one in found.items():
        assert one.apparent == measures(model, data)[name].value
        assert one.optimism == pytest.approx(np.mean(excess[name]), rel=1e-12)
        assert one.corrected.value == pytest.approx(one.apparent - np.mean(excess[name]), rel=1e-12)
        assert one.simulation_error == pytest.approx(np.std(excess[name], ddof=1) / np.sqrt(replicates))
        assert (one.used, one.failed) == (replicates, ())
        limits = np.quantile(own[name], [0.025, 0.975]) - np.mean(excess[name])
        assert [one.corrected.lower, one.corrected.upper] == pytest.approx(limits.tolist(), rel=1e-12)
    # Choosing among noise looks better than it is.
    assert found["c"].optimism > 0 and found["slope"].optimism > 0


def test_the_numbers_do_not_depend_on_the_workers():
    data = patients(60)
    alone, three = (
        optimism(impute_select_fit, data, measures, replicates=7, seed=1, workers=w) for w in (1, 3)
    )
    assert alone == three
    assert alone != optimism(impute_select_fit, data, measures, replicates=7, seed=2)


def test_failures_are_counted_and_told():
    data = np.arange(8.0)
    found = optimism(mean_only, data, error_of_mean, replicates=30, seed=1)["error"]
    assert 0 < len(found.failed) < 30 and found.used + len(found.failed) == 30
    assert {one.reason for one in found.failed} == {"RuntimeError: too few patients"}
    assert found.corrected.reason == f"{len(found.failed)} of 30 replicates failed"
    streams = np.random.SeedSequence(1).spawn(30)
    short = [
        i
        for i, stream in enumerate(streams)
        if len(set(np.random.default_rng(stream).integers(0, 8, size=8).tolist())) < 8 * 0.55
    ]
    assert [one.replicate for one in found.failed] == short

    def nothing(model, data):
        return {"a": None if len(data) < 8 or not np.array_equal(data, np.arange(8.0)) else 1.0}

    none = optimism(lambda d, rng: 0, data, nothing, replicates=3, seed=1)["a"]
    assert none.corrected.value is None and none.optimism is None and none.apparent == 1.0
    assert none.corrected.reason.startswith("all 3 replicates failed, the first one with: on the resample")

    def refused(model, data):
        return {"a": Estimate(None, None, None, reason="no events"), "b": float("nan"), "c": 1.0}

    found = optimism(lambda d, rng: 0, data, refused, replicates=3, seed=1)
    assert found["a"].corrected.reason == "no apparent value: no events"
    assert found["b"].corrected.reason == "no apparent value: the measure is nan"
    assert found["c"].corrected.value == 1.0 and found["c"].optimism == 0.0
    assert found["c"].corrected.reason == "no interval: the measure is the same on every resample"
    with pytest.raises(ZeroDivisionError):  # on all patients an error is the caller's
        optimism(lambda d, rng: 1 / 0, data, refused, replicates=3, seed=1)
    assert optimism(lambda d, rng: 0, data, refused, replicates=1, seed=1)["c"].corrected.lower is None


def test_rows_of_a_patient_stay_together():
    patient = np.array([2, 0, 0, 1, 2, 2])
    for seed in range(20):
        rows = draw_rows(6, np.random.default_rng(seed), patient)
        counts = np.bincount(rows, minlength=6)
        assert counts[0] == counts[4] == counts[5] and counts[1] == counts[2]
        assert counts[0] + counts[1] + counts[3] == 3
    seen = []
    optimism(
        lambda d, rng: seen.append(sorted(set(d.tolist()))),
        np.arange(6),
        lambda m, d: {"a": 1.0},
        replicates=5,
        seed=1,
        patient=["z", "x", "x", "y", "z", "z"],
    )
    assert all(({0, 4, 5} <= set(s) or not {0, 4, 5} & set(s)) for s in seen)


def test_what_cannot_be_resampled_is_refused():
    def same(data, rng):
        return 0

    def one(model, data):
        return {"a": 1.0}

    with pytest.raises(ValueError, match="give `take` and `size`"):
        optimism(same, [1, 2], one, seed=1)
    assert optimism(same, [1, 2], one, seed=1, replicates=2, size=2, take=lambda d, r: [d[i] for i in r])
    with pytest.raises(ValueError, match="different lengths"):
        optimism(same, {"a": [1], "b": [1, 2]}, one, seed=1)
    with pytest.raises(ValueError, match="no rows"):
        optimism(same, np.empty(0), one, seed=1)
    with pytest.raises(ValueError, match="patient has shape"):
        optimism(same, np.arange(3), one, seed=1, patient=[1, 2])
    with pytest.raises(ValueError, match="replicates was below 1"):
        optimism(same, np.arange(3), one, seed=1, replicates=0)
    with pytest.raises(ValueError, match="workers 1 or more"):
        run_replicates(lambda s: 0, 3, 1, workers=0)
    assert take_rows(np.arange(4), np.array([3, 3])).tolist() == [3, 3]


def test_percentile_intervals():
    values = np.random.default_rng(1).normal(size=50)
    (found,), failed = bootstrap_intervals(lambda rows: [values[rows].mean()], 50, replicates=300, seed=9)
    means = [
        values[np.random.default_rng(s).integers(0, 50, size=50)].mean()
        for s in np.random.SeedSequence(9).spawn(300)
    ]
    assert [found.lower, found.upper] == pytest.approx(np.quantile(means, [0.025, 0.975]).tolist(), rel=1e-12)
    assert found.standard_error == pytest.approx(np.std(means, ddof=1)) and not failed

    def fails(rows):
        if not np.array_equal(rows, np.arange(50)):
            raise ValueError("not today")
        return [1.0]

    (found,), failed = bootstrap_intervals(fails, 50, replicates=4, seed=9)
    assert found.reason == "no interval: 4 of 4 bootstrap replicates failed"
    assert [one.replicate for one in failed] == [0, 1, 2, 3] and failed[0].reason == "not today"
