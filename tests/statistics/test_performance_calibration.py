import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.statistics.performance.binary_calibration import binary_auc, binary_brier, binary_calibration
from crlm.statistics.performance.calibration_curve import (
    binary_calibration_curve,
    survival_calibration_curve,
)
from crlm.statistics.performance.survival_calibration import pseudo_observations, survival_calibration
from tests.golden import golden
from tests.oracles import performance as oracle

GOLDEN = golden("performance")
Z = 1.959963984540054


def close(ours, theirs, rel=1e-9):
    return ours == pytest.approx(theirs, rel=rel, abs=1e-12)


def numbers(estimate):
    assert close(estimate.upper - estimate.lower, 2 * Z * estimate.standard_error)
    return [estimate.value, estimate.standard_error]


def survival_case(expected):
    data = GOLDEN["sets"][expected["set"][0]]
    risk = [min(max(p, 0.005), 0.995) for p in data["risk"]]
    return data["time"], data["event"], risk, expected["horizon"][0]


def check_curve(curve, theirs, rel):
    assert curve.reason is None
    for ours, name in ((curve.observed, "observed"), (curve.lower, "lower"), (curve.upper, "upper")):
        assert close(ours.tolist(), theirs[name], rel=rel)
    assert close(
        [curve.ici.value, curve.e50.value, curve.e90.value], [theirs[k][0] for k in ("ici", "e50", "e90")]
    )


@pytest.mark.parametrize("expected", GOLDEN["calibration"], ids=lambda c: f"{c['set'][0]}-{c['horizon'][0]}")
def test_calibration_at_a_horizon_is_that_of_r(expected):
    time, event, risk, horizon = survival_case(expected)
    found = survival_calibration(time, event, risk, horizon)
    share, error = expected["observed"]
    assert close([found.observed.value, found.observed.standard_error], [share, error])
    assert close(found.expected, expected["expected"][0])
    ratio = share / expected["expected"][0]
    reach = math.exp(Z * error / share)
    assert close(
        [found.ratio.value, found.ratio.lower, found.ratio.upper], [ratio, ratio / reach, ratio * reach]
    )
    assert close(pseudo_observations(time, event, horizon).tolist(), expected["pseudo"])
    assert close(numbers(found.slope), expected["slope"])
    assert close(numbers(found.intercept), expected["intercept"], rel=1e-8)
    both = expected["pseudo_both"]
    assert close(numbers(found.pseudo_intercept), [both[0], both[2]], rel=1e-8)
    assert close(numbers(found.pseudo_slope), [both[1], both[3]], rel=1e-8)
    for theirs in expected["curves"]:
        curve = survival_calibration_curve(
            time, event, risk, horizon, at=expected["grid"], knots=theirs["knots"][0]
        )
        check_curve(curve, theirs, 1e-8)


@pytest.mark.parametrize("expected", GOLDEN["binary"], ids=lambda c: c["set"][0])
def test_binary_predictions_are_those_of_r(expected):
    outcome, risk = expected["outcome"], expected["risk"]
    found = binary_calibration(outcome, risk)
    assert close(numbers(found.intercept), expected["large"])
    assert close(numbers(found.slope), expected["slope"])
    assert close(numbers(found.intercept_with_slope), expected["intercept"])
    n, events = len(outcome), sum(outcome)
    assert (found.n, found.n_events) == (n, events)
    ratio, reach = events / sum(risk), math.exp(Z * math.sqrt((1 - events / n) / events))
    assert close(
        [found.ratio.value, found.ratio.lower, found.ratio.upper], [ratio, ratio / reach, ratio * reach]
    )
    auc = binary_auc(outcome, risk)
    assert close([auc.value, auc.standard_error], expected["auc"])
    score = binary_brier(outcome, risk)
    assert close([score.value, score.standard_error], [expected["brier"][0], expected["brier_error"][0]])
    for theirs in expected["curves"]:
        curve = binary_calibration_curve(outcome, risk, at=expected["grid"], knots=theirs["knots"][0])
        check_curve(curve, theirs, 1e-8)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 1)), min_size=2, max_size=12),
    st.integers(1, 6),
)
def test_pseudo_observations_leave_one_out(rows, horizon):
    time, event = [r[0] for r in rows], [r[1] for r in rows]
    n = len(rows)
    try:
        found = pseudo_observations(time, event, horizon)
    except ValueError:
        assert max(time) < horizon
        return

    def risk(keep):
        return oracle.incidence([time[i] for i in keep], [event[i] for i in keep], [1.0] * len(keep), horizon)

    everyone = risk(range(n))
    assert close(
        found.tolist(), [n * everyone - (n - 1) * risk([j for j in range(n) if j != i]) for i in range(n)]
    )


def test_perfectly_calibrated_risks_have_slope_one_and_intercept_zero():
    rng = np.random.default_rng(5)
    risk = rng.uniform(0.05, 0.95, 4000)
    # Exponential times whose risk by 1 is `risk`; censored between 0.2 and 3, whatever the risk.
    time = rng.exponential(1.0, 4000) / -np.log1p(-risk)
    end = rng.uniform(0.2, 3.0, 4000)
    found = survival_calibration(np.minimum(time, end), time <= end, risk, 1.0)
    for estimate, truth in (
        (found.ratio, 1),
        (found.intercept, 0),
        (found.slope, 1),
        (found.pseudo_slope, 1),
    ):
        assert abs(estimate.value - truth) < 0.15 and estimate.lower < truth + 0.05
    curve = survival_calibration_curve(np.minimum(time, end), time <= end, risk, 1.0)
    assert np.max(np.abs(curve.observed - curve.risk)) < 0.06 and curve.ici.value < 0.03


def test_bootstrap_intervals_of_the_distances_are_the_same_for_a_seed():
    case = GOLDEN["calibration"][0]
    time, event, risk, horizon = survival_case(case)
    curves = [
        survival_calibration_curve(time, event, risk, horizon, replicates=20, seed=seed) for seed in (4, 4, 5)
    ]
    assert curves[0].ici == curves[1].ici != curves[2].ici
    assert curves[0].ici.lower < curves[0].ici.upper and not curves[0].failed
    # What fails in a sample is counted: here samples in which all knots fall together.
    few = [0.2] * 19 + [0.5] * 19 + [0.8]
    outcome = [0, 1] * 19 + [1]
    found = binary_calibration_curve(outcome, [*few[:-1], 0.9], replicates=10, seed=1)
    assert found.reason is not None or len(found.failed) <= 10
    with pytest.raises(ValueError, match="needs a seed"):
        survival_calibration_curve(time, event, risk, horizon, replicates=20)


def test_what_is_undefined_says_why():
    time, risk = [2.0, 3, 5, 8], [0.3, 0.2, 0.8, 0.5]
    none = survival_calibration(time, [0, 1, 1, 0], risk, 1)
    assert none.observed.value == 0.0 and none.ratio.value == 0.0
    assert none.ratio.reason == "no interval: nobody has the event"
    assert none.slope.reason == none.intercept.reason == "no event up to 1"
    ended = survival_calibration(time, [0, 1, 1, 0], risk, 9)
    assert ended.observed.reason == ended.slope.reason == "follow-up ends at 8"
    extreme = survival_calibration(time, [0, 1, 1, 0], [0, 1, 0.5, 0.5], 6)
    assert extreme.ratio.value is not None and "exactly 0 or 1" in extreme.slope.reason
    assert "expected share is 0" in survival_calibration(time, [0, 1, 1, 0], [0] * 4, 6).ratio.reason
    curve = survival_calibration_curve(time, [0, 1, 1, 0], risk, 1)
    assert curve.reason == "no event up to 1" == curve.ici.reason and not len(curve.risk)
    flat = survival_calibration_curve(time, [0, 1, 1, 0], [0.5] * 4, 6)
    assert flat.reason.startswith("the predictions take too few different values")
    assert survival_calibration([], [], [], 3).ratio.reason == "there are no patients"
    constant = survival_calibration(time, [0, 1, 1, 0], [0.5] * 4, 6)
    assert constant.slope.value is None and constant.pseudo_slope.value is None
    assert constant.intercept.value is not None

    tiny = survival_calibration(time, [0, 1, 1, 0], [1e-200] * 4, 6)
    assert close(tiny.intercept.value - constant.intercept.value, math.log(math.log(2)) + 200 * math.log(10))
    assert survival_calibration(time, [0, 1, 1, 0], [1e-310] * 4, 6).ratio.reason.startswith("too large")

    assert binary_calibration([], []).ratio.reason == "there are no patients"
    assert binary_calibration([0, 0], [0.1, 0.2]).slope.reason == "all patients have the same outcome"
    assert binary_calibration([0, 1], [0.0, 0.2]).ratio.value == 5.0
    assert "exactly 0 or 1" in binary_calibration([0, 1], [0.0, 0.2]).slope.reason
    apart = binary_calibration([0, 0, 1, 1], [0.1, 0.2, 0.7, 0.8])
    assert apart.slope.value is None and apart.slope.reason is not None
    assert binary_calibration_curve([0, 0, 1, 1], [0.1, 0.2, 0.7, 0.8]).reason is not None
    assert binary_auc([0, 0], [1, 2]).reason == "all patients have the same outcome"
    assert binary_auc([0, 1], [1, 2]).reason.startswith("no interval: it needs two")
    assert binary_auc([0, 0, 1, 1], [1, 2, 3, 4]).reason.startswith("no interval: every pair")
    assert binary_brier([], []).reason == "there are no patients"
    assert binary_brier([0, 1], [0.2, 0.8]).reason.startswith("no interval")
    for call in (lambda: binary_auc([0, 2], [1, 2]), lambda: binary_calibration([0, math.nan], [0.1, 0.2])):
        with pytest.raises(ValueError, match=r"event\[1\] is"):
            call()
    with pytest.raises(ValueError, match="no pseudo-observations at 9"):
        pseudo_observations(time, [0, 1, 1, 0], 9)
    with pytest.raises(ValueError, match="knots was 7"):
        binary_calibration_curve([0, 1, 1], [0.1, 0.2, 0.3], knots=7)
    with pytest.raises(ValueError, match="at must be"):
        binary_calibration_curve([0, 1, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.5], at=[0.0])
