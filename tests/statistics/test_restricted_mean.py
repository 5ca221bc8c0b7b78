import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crlm.statistics.restricted_mean import compare_restricted_means, latest_tau, restricted_mean
from tests.data import survival_set
from tests.golden import golden
from tests.oracles import competing_risks as oracle

GOLDEN = golden("restricted_mean")

follow_up = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 1)), min_size=1, max_size=20).map(
    lambda rows: tuple(list(column) for column in zip(*rows, strict=True))
)


def close(ours, theirs, rel=1e-11):
    return ours == pytest.approx(theirs, rel=rel, abs=1e-13)


def data(name):
    return GOLDEN["sets"].get(name) or survival_set(name)


@pytest.mark.parametrize(
    "expected", GOLDEN["means"], ids=lambda m: f"{m['set'][0]}-{m['group'][0]}-{m['tau'][0]:g}"
)
def test_restricted_mean_is_survmean(expected):
    values, group = data(expected["set"][0]), expected["group"][0]
    rows = [i for i, g in enumerate(values["group"]) if group in ("everyone", g)]
    found = restricted_mean(
        [values["time"][i] for i in rows], [values["event"][i] for i in rows], expected["tau"][0]
    )
    assert close(found.value, expected["value"][0])
    assert close(found.standard_error or 0.0, expected["standard_error"][0])


@pytest.mark.parametrize("expected", GOLDEN["compared"], ids=lambda c: c["set"][0])
def test_comparison_is_that_of_the_groups_survmean(expected):
    sample = data(expected["set"][0])
    found = compare_restricted_means(
        sample["time"], sample["event"], sample["group"], expected["tau"][0], levels=tuple(expected["levels"])
    )
    assert close([m.value for m in found.means], expected["means"])
    assert close([m.standard_error for m in found.means], expected["standard_errors"])
    for estimate, test, numbers in (
        (found.difference, found.difference_test, expected["difference"]),
        (found.ratio, found.ratio_test, expected["ratio"]),
        (found.ratio_lost, found.ratio_lost_test, expected["ratio_lost"]),
    ):
        values = [estimate.value, estimate.lower, estimate.upper, estimate.standard_error, test.p]
        assert close(values, numbers, rel=1e-10)
        assert test.n == len(sample["time"])
    assert close([one.value for one in found.lost], [found.tau - m for m in expected["means"]])
    assert found.lost[0].lower == found.tau - found.means[0].upper


def test_weights_and_delayed_entry():
    values = GOLDEN["sets"]["months"]
    for name in ("whole", "sampling"):
        case = GOLDEN["weighted"][name]
        found = restricted_mean(values["time"], values["event"], case["tau"][0], weights=case["weights"])
        assert close([found.value, found.standard_error], case["found"])
    case = GOLDEN["weighted"]["late"]
    rows = case["rows"]
    found = restricted_mean(rows["time"], rows["event"], case["tau"][0], entry=rows["entry"])
    assert close([found.value, found.standard_error], case["found"])


@given(follow_up, st.integers(1, 10), st.lists(st.sampled_from([0.5, 1.5, 2.25]), min_size=20, max_size=20))
def test_the_robust_variance_is_the_jackknife(rows, tau, weights):
    time, event = [*rows[0], 10], [*rows[1], 0]
    weights = [0.75, *weights][: len(time)]

    def mean(w):
        patients = [(-1, t, e) for t, e in zip(time, event, strict=True)]
        times = sorted(set(time))
        heights = [1 - oracle.incidence_at(patients, 1, t, w) for t in times]
        return oracle.area(times, heights, 1.0, tau)

    found = restricted_mean(time, event, tau, weights=weights)
    assert found.value == pytest.approx(mean(weights), rel=1e-9)
    expected = oracle.jackknife_variance(mean, weights)
    assert (found.standard_error or 0.0) ** 2 == pytest.approx(expected, rel=1e-5, abs=1e-9)


@given(follow_up, st.integers(1, 12))
def test_without_censoring_it_is_the_mean_of_the_shorter_of_time_and_tau(rows, tau):
    time = rows[0]
    found = restricted_mean(time, [1] * len(time), tau)
    cut = [min(t, tau) for t in time]
    mean = sum(cut) / len(cut)
    assert found.value == pytest.approx(mean, rel=1e-12, abs=1e-12)
    variance = sum((c - mean) ** 2 for c in cut) / len(cut) ** 2
    assert (found.standard_error or 0.0) ** 2 == pytest.approx(variance, rel=1e-9, abs=1e-12)


@given(follow_up, st.integers(1, 12))
def test_either_a_mean_within_bounds_or_a_reason(rows, tau):
    found = restricted_mean(*rows, tau)
    if found.value is None:
        assert found.reason.startswith("follow-up ends at")
        assert latest_tau(*rows, ["one"] * len(rows[0])) < tau
    else:
        assert 0 <= found.value <= tau + 1e-12
        assert (found.standard_error is None) == (found.reason is not None)
        if found.lower is not None:
            assert 0 <= found.lower <= found.value <= found.upper <= tau


def test_beyond_follow_up_there_is_no_mean():
    assert restricted_mean([1, 2, 3], [1, 1, 0], 4).reason == (
        "follow-up ends at 3, before 4; choose an earlier time"
    )
    known = restricted_mean([1, 2, 3], [1, 1, 1], 4)
    assert known.value == pytest.approx(2.0)
    assert restricted_mean([], [], 4).reason == "there are no patients"
    assert restricted_mean([5, 6], [1, 1], 5).reason == "no interval: no event before 5"
    assert restricted_mean([2, 2], [1, 1], 5).reason == (
        "no interval: everybody at risk had the event at the first event time"
    )


def test_a_group_that_does_not_reach_tau_is_named():
    time, event, group = [1, 2, 3, 1, 5, 6], [1, 1, 0, 1, 1, 0], list("aaabbb")
    found = compare_restricted_means(time, event, group, 5, levels=("b", "a"))
    assert found.difference.reason == "a: follow-up ends at 3, before 5; choose an earlier time"
    assert (found.difference.value, found.difference_test.p, found.ratio_lost.value) == (None, None, None)
    assert found.means[0].value is not None
    assert latest_tau(time, event, group) == 3
    assert compare_restricted_means(time, event, group, 3, levels=("b", "a")).difference.value is not None


def test_without_an_event_in_one_group_the_values_stand_and_the_test_does_not():
    found = compare_restricted_means([1, 3, 4, 4], [1, 0, 0, 0], list("aabb"), 3, levels=("b", "a"))
    assert found.difference.value == pytest.approx(-1.0)
    assert found.ratio.value == pytest.approx(2 / 3)
    assert (found.difference.lower, found.ratio.lower) == (None, None)
    assert found.difference_test.reason == "b: no interval: no event before 3"
    assert found.ratio_lost.value is None
    assert found.ratio_lost.reason == "b: no interval: no event before 3"


def test_latest_tau():
    assert latest_tau([1, 5, 2, 9], [0, 0, 0, 0], list("aabb")) == 5
    assert latest_tau([1, 5, 2, 9], [0, 1, 0, 0], list("aabb")) == 9
    assert latest_tau([1, 5, 2, 9], [0, 1, 0, 1], list("aabb")) == 9
    assert latest_tau([], [], []) is None


@pytest.mark.parametrize("tau", [0, -1, math.inf, math.nan])
def test_tau_is_a_time(tau):
    with pytest.raises(ValueError, match="tau was"):
        restricted_mean([1, 2], [1, 0], tau)


@pytest.mark.parametrize(
    ("group", "levels", "sentence"),
    [
        (["a"], ("a", "b"), "each patient needs one of each"),
        (["a", "c"], ("a", "b"), "not one of the levels"),
        (["a", "b"], ("a", "a"), "two different groups"),
    ],
)
def test_wrong_groups_are_refused(group, levels, sentence):
    with pytest.raises(ValueError, match=sentence):
        compare_restricted_means([1, 2], [1, 0], group, 1, levels=levels)
