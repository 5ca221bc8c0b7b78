from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.statistics.competing_risks import (
    cause_specific,
    cumulative_incidence,
    incidence_at,
    restricted_time_lost,
)
from crlm.statistics.curve_readings import at_risk_at
from crlm.statistics.restricted_mean import restricted_mean
from crlm.statistics.survival_curve import kaplan_meier
from tests.data.public import public_data
from tests.golden import golden
from tests.oracles import competing_risks as oracle

GOLDEN = golden("competing_risks")
CAUSES = {"censored": 0, "malignancy": 1, "death": 2}

follow_up = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2)), min_size=1, max_size=22).map(
    lambda rows: tuple(list(column) for column in zip(*rows, strict=True))
)


def close(ours, theirs, rel=1e-11):
    return ours == pytest.approx(theirs, rel=rel, abs=1e-14)


def data(name):
    if name == "mgus2":
        frame = public_data("mgus2").frame
        return frame["time"].to_list(), [CAUSES[one] for one in frame["cause"]]
    return GOLDEN["sets"][name]["time"], GOLDEN["sets"][name]["cause"]


def assert_like_survfit(found, expected, counts=True):
    assert list(found.causes) == expected["causes"]
    assert close(found.time.tolist(), expected["time"])
    for k in range(len(found.causes)):
        if counts:  # survfit counts rows, not weights, where there are several states
            assert close(found.events[k].tolist(), expected["events"][k])
        assert close(found.incidence[k].tolist(), expected["incidence"][k])
        assert close(found.standard_error[k].tolist(), expected["standard_error"][k])
        for column in np.flatnonzero(found.has_interval[k]):
            assert close(found.lower[k, column], expected["lower"][k][column])
            assert close(found.upper[k, column], expected["upper"][k][column])
        outside = ~found.has_interval[k]
        assert set(found.incidence[k][outside]) <= {0.0, 1.0}
        assert np.all(found.standard_error[k][outside] == 0)
        assert np.all(found.lower[k] <= found.incidence[k])
        assert np.all(found.incidence[k] <= found.upper[k])


@pytest.mark.parametrize("expected", GOLDEN["curves"], ids=lambda c: f"{c['set'][0]}-{c['interval'][0]}")
def test_incidence_is_survfit(expected):
    time, cause = data(expected["set"][0])
    options = {"level": expected["level"][0], "interval": expected["interval"][0]}
    found = cumulative_incidence(time, cause, **options)
    assert found.variance == "delta"
    assert close(found.event_free.at_risk.tolist(), expected["at_risk"])
    assert_like_survfit(found, expected)
    assert_like_survfit(cumulative_incidence(time, cause, variance="robust", **options), expected)

    at = expected["at"]
    for k, of in enumerate(found.causes):
        for row, one in enumerate(incidence_at(found, of, at["time"])):
            assert close(one.value, at["incidence"][k][row])
            if one.reason is None:
                assert close(one.standard_error, at["standard_error"][k][row])
                assert close((one.lower, one.upper), (at["lower"][k][row], at["upper"][k][row]))
        for lost in expected["lost"]:
            one = restricted_time_lost(time, cause, of, lost["tau"][0])
            assert close(one.value, lost["value"][k])
            assert close(one.standard_error or 0.0, lost["standard_error"][k])


@pytest.mark.parametrize("name", GOLDEN["aalen"])
def test_aalen_s_variance_is_cuminc(name):
    time, cause = data(name)
    found = cumulative_incidence(time, cause, variance="aalen")
    for k, expected in enumerate(GOLDEN["aalen"][name]):
        # cuminc lists two points per step, the value before it and the value after it
        for t, F, variance in list(
            zip(expected["time"], expected["incidence"], expected["variance"], strict=True)
        )[2::2]:
            column = np.searchsorted(found.time, t, side="right") - 1
            assert close(found.incidence[k, column], F)
            assert found.standard_error[k, column] ** 2 == pytest.approx(variance, rel=1e-10, abs=1e-15)


def test_delayed_entry():
    case = GOLDEN["entered"]
    rows = case["rows"]
    found = cumulative_incidence(rows["time"], rows["cause"], entry=rows["entry"], variance="robust")
    assert_like_survfit(found, case["robust"])
    delta = cumulative_incidence(rows["time"], rows["cause"], entry=rows["entry"])
    assert delta.variance == "delta"
    for k, of in enumerate((1, 2)):
        for row, one in enumerate(incidence_at(delta, of, case["delta"]["time"])):
            assert close(one.value, case["delta"]["incidence"][k][row])
            assert (one.standard_error or 0.0) ** 2 == pytest.approx(
                case["delta"]["variance"][k][row], rel=1e-10
            )
        for lost in case["robust"]["lost"]:
            one = restricted_time_lost(rows["time"], rows["cause"], of, lost["tau"][0], entry=rows["entry"])
            assert close(one.value, lost["value"][k])


def test_case_weights_are_copies_and_sampling_weights_have_the_robust_variance():
    time, cause = data("months")
    for name, variance in (("whole", "delta"), ("sampling", "robust")):
        case = GOLDEN["weighted"][name]
        found = cumulative_incidence(time, cause, weights=case["weights"])
        assert found.variance == variance
        assert_like_survfit(found, case["curve"], counts=name == "whole")
        for k, of in enumerate(found.causes):
            one = restricted_time_lost(time, cause, of, 30, weights=case["weights"])
            assert close(one.value, case["curve"]["lost"][0]["value"][k])
            assert close(one.standard_error, case["curve"]["lost"][0]["standard_error"][k])


@given(follow_up, st.data())
def test_incidence_is_the_definition(rows, more):
    time, cause = rows
    weights = more.draw(
        st.none() | st.lists(st.integers(1, 3), min_size=len(time), max_size=len(time)), label="weights"
    )
    delta, aalen = (
        cumulative_incidence(time, cause, causes=(1, 2), variance=variance, weights=weights)
        for variance in ("delta", "aalen")
    )
    for k, of in enumerate((1, 2)):
        expected = list(zip(*oracle.incidence(time, cause, of, weights), strict=True))
        assert delta.time.tolist() == list(expected[0])
        assert delta.event_free.at_risk.tolist() == list(expected[1])
        assert delta.events[k].tolist() == list(expected[2])
        assert delta.incidence[k] == pytest.approx([float(x) for x in expected[3]], rel=1e-12)
        assert delta.standard_error[k] ** 2 == pytest.approx([float(x) for x in expected[4]], abs=1e-13)
        assert aalen.standard_error[k] ** 2 == pytest.approx([float(x) for x in expected[5]], abs=1e-13)
    assert delta.incidence.sum(axis=0) + delta.event_free.survival == pytest.approx(1.0, abs=1e-12)


@given(follow_up)
def test_of_a_single_cause_it_is_one_minus_kaplan_meier(rows):
    time, cause = rows[0], [min(c, 1) for c in rows[1]]
    found, curve = cumulative_incidence(time, cause, causes=[1]), kaplan_meier(time, cause)
    assert found.incidence[0] == pytest.approx(1 - curve.survival, abs=1e-12)
    assert found.standard_error[0] == pytest.approx(curve.standard_error, abs=1e-7)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 6), st.integers(0, 2)), min_size=2, max_size=12),
    st.integers(1, 9),
)
@settings(max_examples=40, deadline=None)
def test_the_robust_variance_is_the_jackknife(rows, at):
    rows = [(entry, entry + stay, c) for entry, stay, c in rows] + [(0, 12, 1)] * 2
    entry, time, cause = (list(column) for column in zip(*rows, strict=True))
    found = cumulative_incidence(time, cause, causes=(1, 2), entry=entry, variance="robust")
    column = np.searchsorted(found.time, at, side="right") - 1
    if column < 0 or not found.event_free.survival[column]:
        return
    for k, of in enumerate((1, 2)):
        expected = oracle.jackknife_variance(
            lambda weights, of=of: oracle.incidence_at(rows, of, at, weights), [1.0] * len(rows)
        )
        assert found.standard_error[k, column] ** 2 == pytest.approx(expected, rel=1e-6, abs=1e-9)


@given(follow_up, st.integers(1, 9))
def test_the_times_lost_and_the_time_left_add_up(rows, tau):
    time, cause = rows
    lost = [restricted_time_lost(time, cause, of, tau) for of in (1, 2)]
    left = restricted_mean(time, [c > 0 for c in cause], tau)
    assert len({one.value is None for one in (*lost, left)}) == 1
    if left.value is not None:
        assert lost[0].value + lost[1].value + left.value == pytest.approx(tau, rel=1e-12)
        found = cumulative_incidence(time, cause, causes=(1, 2))
        for k, one in enumerate(lost):
            assert one.value == pytest.approx(
                oracle.area(found.time, found.incidence[k], 0.0, tau), abs=1e-12
            )


@given(follow_up, st.integers(1, 9), st.lists(st.sampled_from([0.5, 1.25, 3.0]), min_size=22, max_size=22))
def test_the_variance_of_the_time_lost_is_that_of_its_jackknife(rows, tau, weights):
    time, cause = [*rows[0], 10, 10], [*rows[1], 0, 1]
    weights = [0.75, 0.75, *weights][: len(time)]
    found = restricted_time_lost(time, cause, 1, tau, weights=weights)
    rows = [(-1, t, c) for t, c in zip(time, cause, strict=True)]

    def lost(w):
        times = sorted(set(time))
        return oracle.area(times, [oracle.incidence_at(rows, 1, t, w) for t in times], 0.0, tau)

    assert found.value == pytest.approx(lost(weights), rel=1e-9, abs=1e-12)
    expected = oracle.jackknife_variance(lost, weights)
    assert (found.standard_error or 0.0) ** 2 == pytest.approx(expected, rel=1e-5, abs=1e-9)


def test_numbers_at_risk_are_those_of_the_curve_of_all_causes():
    found = cumulative_incidence([1, 2, 2, 3], [1, 2, 0, 1])
    assert at_risk_at(found.event_free, [0, 2, 3]).tolist() == [4, 3, 1]
    assert found.n_events == (2, 1)


def test_what_is_not_known_has_a_reason():
    found = cumulative_incidence([1, 2, 3], [0, 2, 0], causes=(1, 2))
    assert found.incidence[0].tolist() == [0, 0, 0]
    before, at, after = incidence_at(found, 2, [1, 2, 4])
    assert (before.value, before.reason) == (0.0, "no interval: no event of this cause up to 1")
    assert at.value == 0.5
    assert (after.value, after.reason) == (None, "follow-up ends at 3")
    assert incidence_at(found, 1, [3])[0].reason == "no interval: no event of this cause up to 3"
    assert incidence_at(cumulative_incidence([1, 2], [1, 1]), 1, [5])[0].value == 1.0
    assert incidence_at(cumulative_incidence([1, 2], [1, 2]), 1, [5])[0].value == 0.5
    empty = cumulative_incidence([], [], causes=(1,))
    assert incidence_at(empty, 1, [1])[0].reason == "there are no patients"


def test_no_time_lost_without_follow_up():
    lost = restricted_time_lost([1, 2, 3], [1, 2, 0], 1, 4)
    assert lost.reason == "follow-up ends at 3, before 4; choose an earlier time"
    assert restricted_time_lost([1, 2, 3], [1, 2, 0], 2, 2).reason == (
        "no interval: no event of this cause before 2"
    )
    assert restricted_time_lost([1, 2, 3], [1, 2, 0], 7, 2).value == 0.0
    assert (
        restricted_time_lost([1, 1], [1, 1], 1, 2).reason == "no interval: everybody at risk had it at once"
    )
    assert restricted_time_lost([], [], 1, 2).reason == "there are no patients"


def test_the_incidence_of_the_only_cause_reaches_exactly_one():
    found = cumulative_incidence([1, 2, 3, 4, 5, 6, 7], [1] * 7)
    assert found.incidence[0, -1] == 1.0
    assert not found.has_interval[0, -1]
    assert found.standard_error[0, -1] == 0.0


def test_exact_fractions_on_a_small_table():
    rows = oracle.incidence([1, 2, 2, 3], [1, 2, 0, 1], 1)
    assert [row[3] for row in rows] == [Fraction(1, 4), Fraction(1, 4), Fraction(3, 4)]


def test_cause_specific_events_censor_the_other_causes():
    time, event = cause_specific([3, 1, 2], [2, 1, 0], of=2)
    assert time.tolist() == [3, 1, 2]
    assert event.tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"time": [1, 2], "cause": [1]}, "each patient needs one of each"),
        ({"time": [1], "cause": [1.5]}, "a cause is a whole number above 0"),
        ({"time": [1], "cause": [-1]}, "a cause is a whole number above 0"),
        ({"time": [1], "cause": [float("nan")]}, "a cause is a whole number above 0"),
        ({"time": [1], "cause": [[1]]}, "one column"),
        ({"time": [-1], "cause": [1]}, "never below 0"),
        ({"time": [1], "cause": [2], "causes": [1]}, "not one of the causes"),
        ({"time": [1], "cause": [2], "causes": [2, 2]}, "different whole number"),
        ({"time": [1], "cause": [1], "interval": "logit"}, "interval was"),
        ({"time": [1], "cause": [1], "variance": "bootstrap"}, "variance was"),
        ({"time": [1], "cause": [1], "level": 95}, "level was"),
        ({"time": [1, 2], "cause": [1, 0], "weights": [0.5, 1], "variance": "aalen"}, "no 'aalen' variance"),
        ({"time": [1, 2], "cause": [1, 0], "weights": [0.5, 1], "entry": [0, 0]}, "cannot be combined"),
    ],
)
def test_what_is_not_competing_risks_data_is_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        cumulative_incidence(**arguments)


def test_wrong_questions_are_refused():
    found = cumulative_incidence([1, 2], [1, 0])
    with pytest.raises(ValueError, match="cause was 2"):
        incidence_at(found, 2, [1])
    with pytest.raises(ValueError, match="times were"):
        incidence_at(found, 1, [-1])
    with pytest.raises(ValueError, match="tau was"):
        restricted_time_lost([1, 2], [1, 0], 1, 0)
    with pytest.raises(ValueError, match="the cause was"):
        cause_specific([1], [1], 0)
