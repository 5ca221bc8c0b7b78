import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.statistics.performance.net_benefit import net_benefit, survival_net_benefit
from crlm.statistics.performance.royston import royston_d
from tests.golden import golden
from tests.oracles import performance as oracle

GOLDEN = golden("performance")
Z = 1.959963984540054

patients = st.lists(
    st.tuples(st.integers(1, 7), st.integers(0, 1), st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.8, 1.0])),
    min_size=2,
    max_size=14,
).map(lambda rows: tuple(list(column) for column in zip(*rows, strict=True)))


def close(ours, theirs, rel=1e-9):
    return ours == pytest.approx(theirs, rel=rel, abs=1e-12)


@pytest.mark.parametrize("expected", GOLDEN["royston"], ids=lambda r: r["set"][0])
def test_d_is_that_of_r(expected):
    data = GOLDEN["sets"][expected["set"][0]]
    risk = [min(max(p, 0.005), 0.995) for p in data["risk"]]
    found = royston_d(data["time"], data["event"], risk)
    assert close([found.d.value, found.d.standard_error, found.r_squared.value], expected["exact"])
    assert close(
        [found.d.value, found.d.standard_error, found.r_squared.value], expected["royston"], rel=1e-6
    )
    square = found.d.lower**2 * math.pi / 8
    assert close(found.r_squared.lower, square / (math.pi**2 / 6 + square))
    assert found.r_squared.lower < found.r_squared.value < found.r_squared.upper
    # Only the order of the risks counts, and the other way round D has the other sign.
    assert royston_d(data["time"], data["event"], [math.log(p) for p in risk]) == found
    turned = royston_d(data["time"], data["event"], [-p for p in risk])
    assert close([turned.d.value, turned.r_squared.value], [-found.d.value, found.r_squared.value])


def test_d_that_cannot_be_estimated_says_why():
    assert royston_d([1, 2, 3], [0, 0, 0], [1, 2, 3]).r_squared.reason == "no events"
    assert royston_d([1, 2, 3], [1, 1, 0], [1, 1, 1]).d.reason is not None
    perfect = royston_d([1, 2, 3, 4], [1, 1, 1, 1], [4, 3, 2, 1])
    assert perfect.d.value is None and perfect.r_squared.reason == perfect.d.reason is not None
    unclear = royston_d([1, 2, 3, 4], [1, 1, 1, 1], [2, 1, 4, 3])
    assert unclear.d.lower < 0 < unclear.d.upper and unclear.r_squared.lower == 0


def test_bootstrap_of_d_makes_the_scores_anew():
    data = GOLDEN["sets"]["tied"]
    rows = [np.array(data[name]) for name in ("time", "event", "risk")]
    found = royston_d(*rows, replicates=40, seed=2)
    drawn = [np.random.default_rng(s).integers(0, 120, size=120) for s in np.random.SeedSequence(2).spawn(40)]
    values = [royston_d(*(column[i] for column in rows)) for i in drawn]
    for ours, theirs in (
        (found.d, [v.d.value for v in values]),
        (found.r_squared, [v.r_squared.value for v in values]),
    ):
        assert close([ours.lower, ours.upper], np.quantile(theirs, [0.025, 0.975]).tolist())
    assert found.d.value == royston_d(*rows).d.value and not found.failed
    # In a sample of three, many resamples have no event or one risk only: each is told.
    few = royston_d([1, 2, 3], [1, 1, 0], [2, 3, 1], replicates=20, seed=1)
    assert few.failed and all(one.reason for one in few.failed)


@settings(deadline=None, max_examples=60)
@given(patients, st.integers(1, 7), st.sampled_from([0.05, 0.3, 0.6]))
def test_net_benefit_and_its_derivatives(rows, horizon, threshold):
    n = len(rows[0])
    (found,) = survival_net_benefit(*rows, horizon, [threshold])
    if found.by_prediction.value is not None:
        exact = oracle.net_benefit(*rows, [1.0] * n, horizon, threshold)
        assert close(found.by_prediction.value, exact)
        if found.by_prediction.standard_error is not None:
            error = oracle.jackknife(lambda w: oracle.net_benefit(*rows, w, horizon, threshold), n)
            assert close(found.by_prediction.standard_error, error, rel=1e-5)

    def versus_all(w):
        everyone = oracle.net_benefit(*rows[:2], [1.0] * n, w, horizon, threshold)
        return oracle.net_benefit(*rows, w, horizon, threshold) - everyone

    if found.versus_all.value is not None:
        assert close(found.versus_all.value, versus_all([1.0] * n))
        if found.versus_all.standard_error is not None:
            assert close(found.versus_all.standard_error, oracle.jackknife(versus_all, n), rel=1e-4)


@given(patients, st.sampled_from([0.05, 0.3, 0.6]))
def test_binary_net_benefit_is_that_of_uncensored_follow_up(rows, threshold):
    _, event, risk = rows
    (found,) = net_benefit(event, risk, [threshold])
    true = sum(e for e, r in zip(event, risk, strict=True) if r >= threshold)
    false = sum(1 - e for e, r in zip(event, risk, strict=True) if r >= threshold)
    assert close(found.by_prediction.value, (true - false * threshold / (1 - threshold)) / len(event))
    # Everybody is followed to 2; events come at 1.
    (timed,) = survival_net_benefit([1 if e else 2 for e in event], event, risk, 1.5, [threshold])
    for ours, theirs in (
        (found.by_prediction, timed.by_prediction),
        (found.treat_all, timed.treat_all),
        (found.versus_all, timed.versus_all),
    ):
        assert close(ours.value, theirs.value)
        if theirs.standard_error is not None and ours.standard_error is not None:
            assert close(ours.standard_error, theirs.standard_error, rel=1e-7)


def test_what_is_unknown_of_net_benefit_says_why():
    time, event, risk = [2.0, 3, 5, 8], [0, 1, 1, 0], [0.9, 0.2, 0.8, 0.5]
    some, high, nobody = survival_net_benefit(time, event, risk, 4, [0.1, 0.85, 0.95])
    assert some.n_treated == 4 and some.versus_all.reason == "no interval: everybody is treated"
    assert high.by_prediction.reason == "the follow-up of the treated ends at 2"
    assert high.versus_all.reason == high.by_prediction.reason and high.treat_all.value is not None
    assert nobody.by_prediction.value == 0.0 and nobody.by_prediction.reason.startswith(
        "no interval: nobody's"
    )
    (ended,) = survival_net_benefit(time, event, risk, 9, [0.95])
    assert ended.treat_all.reason == "the follow-up ends at 8"
    assert net_benefit([], [], [0.5])[0].by_prediction.reason == "there are no patients"
    assert survival_net_benefit([], [], [], 2, [0.5])[0].treat_all.reason == "there are no patients"
    for wrong in ([0.0], [1.0], [math.nan], [[0.1]]):
        with pytest.raises(ValueError, match="thresholds were"):
            net_benefit(event, risk, wrong)
    with pytest.raises(ValueError, match="level was"):
        net_benefit(event, risk, [0.1], level=0)
