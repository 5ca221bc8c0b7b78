import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.statistics.performance.brier import brier, integrated_brier
from crlm.statistics.performance.discrimination import time_dependent_auc, uno_concordance
from tests.golden import golden
from tests.oracles import performance as oracle

GOLDEN = golden("performance")
SETS = GOLDEN["sets"]

patients = st.lists(
    st.tuples(st.integers(1, 7), st.integers(0, 1), st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.8, 1.0])),
    min_size=2,
    max_size=14,
).map(lambda rows: tuple(list(column) for column in zip(*rows, strict=True)))


def close(ours, theirs, rel=1e-10):
    return (ours is None and theirs is None) or ours == pytest.approx(theirs, rel=rel, abs=1e-13)


def columns(name):
    return SETS[name]["time"], SETS[name]["event"], SETS[name]["risk"]


@pytest.mark.parametrize("expected", GOLDEN["order"], ids=lambda o: f"{o['set'][0]}-{o['horizon'][0]}")
def test_order_and_error_are_those_of_r(expected):
    rows, horizon = columns(expected["set"][0]), expected["horizon"][0]
    n = len(rows[0])
    # R's standard errors: survival takes the weights as known; riskRegression divides by n - 1 and takes the
    # influence of the weights to first order.
    c = uno_concordance(*rows, tau=horizon)
    assert close(c.value, expected["uno_tau"][0])
    assert close(c.standard_error, expected["uno_tau"][1], rel=0.01)
    c = uno_concordance(*rows)
    assert close(c.value, expected["uno"][0])
    assert close(c.standard_error, expected["uno"][1], rel=0.03)
    auc = time_dependent_auc(*rows, horizon)
    assert close(auc.estimate.value, expected["auc"][0])
    assert close(auc.estimate.standard_error, expected["auc"][1] * math.sqrt(1 - 1 / n), rel=0.001)
    assert auc.n_cases + auc.n_controls + auc.n_undecided == n
    found = brier(*rows, horizon)
    assert close(found.estimate.value, expected["brier"][0])
    assert close(found.estimate.standard_error, expected["brier"][1] * math.sqrt(1 - 1 / n), rel=0.01)
    assert close([found.null, found.scaled.value], [expected["null"][0], expected["scaled"][0]])


@pytest.mark.parametrize("expected", GOLDEN["integrated"], ids=lambda o: o["set"][0])
def test_the_brier_score_over_time_is_that_of_pec(expected):
    time, event, risk = columns(expected["set"][0])
    times = expected["times"]
    risks = [[1 - (1 - r) ** ((t / 6) ** 1.1) for t in times] for r in risk]
    for j, t in enumerate(times[1:], start=1):
        assert close(brier(time, event, [r[j] for r in risks], t).estimate.value, expected["each"][j])
    found = integrated_brier(time, event, risks, times)
    assert close([found.estimate.value, found.null], [expected["step"][0], expected["null"][0]])
    lines = integrated_brier(time, event, risks, times, rule="trapezoid")
    each = expected["each"]
    area = sum((times[j + 1] - times[j]) * (each[j] + each[j + 1]) / 2 for j in range(len(times) - 1))
    assert close(lines.estimate.value, area / 10)


def weighted(statistic, rows, *arguments):
    return lambda w: statistic(*rows, w, *arguments)


@settings(deadline=None, max_examples=60)
@given(patients, st.integers(1, 8))
def test_every_pair_and_its_derivatives(rows, horizon):
    n = len(rows[0])
    ones = [1.0] * n
    found = uno_concordance(*rows, tau=horizon)
    assert close(found.value, oracle.uno(*rows, ones, horizon))
    if found.standard_error is not None:
        assert close(found.standard_error, oracle.jackknife(weighted(oracle.uno, rows, horizon), n), rel=1e-5)
    auc = time_dependent_auc(*rows, horizon).estimate
    assert auc.value is None or close(auc.value, oracle.auc(*rows, ones, horizon))
    assert auc.value is not None or oracle.auc(*rows, ones, horizon) is None
    if auc.standard_error is not None:
        assert close(auc.standard_error, oracle.jackknife(weighted(oracle.auc, rows, horizon), n), rel=1e-5)
    score = brier(*rows, horizon).estimate
    last_censored = not all(e for t, e in zip(*rows[:2], strict=True) if t == max(rows[0]))
    assert (score.value is None) == (max(rows[0]) <= horizon and last_censored)
    if score.value is not None:
        assert close(score.value, oracle.brier(*rows, ones, horizon))
    if score.standard_error is not None:
        assert close(
            score.standard_error, oracle.jackknife(weighted(oracle.brier, rows, horizon), n), rel=1e-5
        )


@settings(deadline=None, max_examples=30)
@given(patients, st.integers(1, 6))
def test_the_scaled_score_and_its_derivatives(rows, horizon):
    n = len(rows[0])

    def scaled(w):
        known = oracle.incidence(rows[0], rows[1], w, horizon)
        null = oracle.brier(rows[0], rows[1], [known] * n, w, horizon)
        return 1 - oracle.brier(*rows, w, horizon) / null

    found = brier(*rows, horizon).scaled
    if found.value is not None:
        assert close(found.value, scaled([1.0] * n), rel=1e-8)
    if found.standard_error is not None:
        assert close(found.standard_error, oracle.jackknife(scaled, n), rel=1e-4)


@settings(deadline=None, max_examples=20)
@given(patients, st.sampled_from(["step", "trapezoid"]))
def test_the_score_over_time_and_its_derivatives(rows, rule):
    n, times = len(rows[0]), [0, 1, 2.5, 4]
    risks = [[r * t / 4 for t in times] for r in rows[2]]
    shares = [1, 1.5, 1.5, 0] if rule == "step" else [0.5, 1.25, 1.5, 0.75]

    def over_time(w):
        each = [oracle.brier(*rows[:2], [r[j] for r in risks], w, t) for j, t in enumerate(times)]
        return sum(a * b for a, b in zip(shares, each, strict=True)) / 4

    found = integrated_brier(*rows[:2], risks, times, rule=rule).estimate
    if found.value is not None:
        assert close(found.value, over_time([1.0] * n))
    if found.standard_error is not None:
        assert close(found.standard_error, oracle.jackknife(over_time, n), rel=1e-5)


def test_without_censoring_the_weights_are_one():
    time, risk = [1, 2, 3, 4, 5], [0.9, 0.2, 0.6, 0.4, 0.1]
    event = [1] * 5
    assert close(uno_concordance(time, event, risk).value, 8 / 10)
    auc = time_dependent_auc(time, event, risk, 2.5)
    assert close(auc.estimate.value, 4 / 6)
    score = brier(time, event, risk, 2.5)
    assert close(score.estimate.value, (0.1**2 + 0.8**2 + 0.6**2 + 0.4**2 + 0.1**2) / 5)
    assert close(score.null, 0.4 * 0.6)


def test_what_is_undefined_says_why():
    time, risk = [2, 3, 5, 8], [0.3, 0.2, 0.8, 0.5]
    none = time_dependent_auc(time, [0, 1, 1, 0], risk, 1)
    assert none.estimate.reason == "no event up to 1, so that there are no cases"
    assert (none.n_cases, none.n_controls, none.n_undecided) == (0, 4, 0)
    ended = time_dependent_auc(time, [0, 1, 1, 0], risk, 8)
    assert ended.estimate.reason == "nobody is followed beyond 8: follow-up ends at 8"
    assert time_dependent_auc(time, [0, 0, 0, 0], risk, 9).estimate.reason.startswith(
        "everybody is censored by 9"
    )
    assert "no controls" in time_dependent_auc(time, [0, 1, 1, 1], risk, 8).estimate.reason
    assert brier(time, [0, 1, 1, 0], risk, 8).estimate.reason == ended.estimate.reason
    assert brier(time, [0, 1, 1, 0], risk, 8).scaled.value is None
    assert brier(time, [0, 1, 1, 1], risk, 8).estimate.value is not None  # S has fallen to 0: all is known
    assert brier([], [], [], 3).estimate.reason == "there are no patients"
    assert uno_concordance([], [], []).reason.startswith("no two patients")
    assert uno_concordance(time, [0, 0, 0, 1], risk).reason.startswith("no two patients")
    assert uno_concordance([1, 2], [1, 1], [2, 1]).reason.startswith("no interval")
    null = brier(time, [0, 1, 1, 0], [0.1] * 4, 1)
    assert null.scaled.reason == "the null score is 0: everybody has the same outcome"
    grid = [[0.1, 0.2, 0.3]] * 4
    assert integrated_brier(time, [0, 1, 1, 0], grid, [0, 4, 9], rule="trapezoid").estimate.value is None
    assert integrated_brier(time, [0, 1, 1, 0], grid, [0, 4, 9]).estimate.value is not None


def test_what_is_no_prediction_is_refused():
    rows = [1, 2, 3], [1, 0, 1]
    for wrong in ([0.1, 0.2, math.nan], [0.1, 0.2], [0.1, 0.2, math.inf]):
        with pytest.raises(ValueError, match="finite numbers, one per patient"):
            uno_concordance(*rows, wrong)
    with pytest.raises(ValueError, match=r"risk\[2\] is 1.5"):
        brier(*rows, [0.1, 0.2, 1.5], 2)
    for horizon in (0, -1, math.nan, math.inf):
        with pytest.raises(ValueError, match="horizon was"):
            time_dependent_auc(*rows, [1, 2, 3], horizon)
    with pytest.raises(ValueError, match="level was"):
        brier(*rows, [0.1, 0.2, 0.5], 2, level=95)
    grid = [[0.1, 0.2]] * 3
    for times in ([1], [2, 1], [-1, 2], [0, math.nan]):
        with pytest.raises(ValueError, match="times must"):
            integrated_brier(*rows, grid, times)
    with pytest.raises(ValueError, match=r"risk has shape \(3, 2\)"):
        integrated_brier(*rows, grid, [0, 1, 2])
    with pytest.raises(ValueError, match="rule was"):
        integrated_brier(*rows, grid, [0, 1], rule="lines")


def test_noise_in_times_ties_them():
    risk = [0.4, 0.2, 0.9, 0.1]
    noisy = brier([0.1 + 0.2, 0.3, 0.5, 0.9], [1, 0, 1, 0], risk, 0.3)
    assert noisy == brier([0.3, 0.3, 0.5, 0.9], [1, 0, 1, 0], risk, 0.1 + 0.2)
