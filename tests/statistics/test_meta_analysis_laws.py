"""What pooling must obey whatever the data, and what it refuses."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from crlm.statistics.meta_analysis import (
    begg,
    effect_from_interval,
    effect_from_p,
    effects_from_counts,
    egger,
    leave_one_out,
    mantel_haenszel,
    meta_regression,
    peto,
    pool,
    subgroups,
    trim_and_fill,
)
from tests.oracles import meta_analysis as oracle

RANDOM = ("DL", "REML", "PM", "ML", "EB", "HE", "HS", "SJ")
EVERY = ("fixed", *RANDOM)
hundredths = st.integers(-300, 300).map(lambda n: n / 100)
errors = st.integers(5, 150).map(lambda n: n / 100)
studies = st.lists(st.tuples(hundredths, errors), min_size=2, max_size=9)
tables = st.lists(
    st.tuples(st.integers(0, 12), st.integers(12, 40), st.integers(0, 12), st.integers(12, 40)),
    min_size=2,
    max_size=7,
)


def split(rows):
    return [one for one, _ in rows], [error**2 for _, error in rows]


@settings(max_examples=25, deadline=None)
@given(studies)
def test_likelihoods_and_q_by_brute_force(rows):
    y, v = split(rows)
    top = (max(y) - min(y)) ** 2 + 1
    for method, function in (
        ("REML", oracle.restricted_log_likelihood),
        ("ML", oracle.log_likelihood),
    ):
        found = pool(y, v, method=method).heterogeneity.tau2.value
        wanted = oracle.highest(lambda tau2, f=function: f(y, v, tau2), top)
        # A likelihood is flat at its top: its height says whether ours is as high.
        assert function(y, v, found) >= function(y, v, wanted) - 1e-12
        assert found == pytest.approx(wanted, rel=1e-4, abs=1e-4)
    found = pool(y, v, method="PM").heterogeneity
    assert found.tau2.value == pytest.approx(oracle.where_q_is(y, v, len(y) - 1, top * 100), abs=1e-9)
    low, high = stats.chi2.ppf([0.025, 0.975], len(y) - 1)
    if found.tau2.lower is None:
        assert oracle.pooled(y, v, 0.0)[2] < low and found.tau2.reason
    else:
        assert found.tau2.lower == pytest.approx(oracle.where_q_is(y, v, high, top * 1e6), rel=1e-8, abs=1e-9)
        assert found.tau2.upper == pytest.approx(oracle.where_q_is(y, v, low, top * 1e6), rel=1e-8, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(studies, st.randoms(use_true_random=False), st.sampled_from(EVERY))
def test_order_sign_and_scale_do_not_matter(rows, random, method):
    y, v = split(rows)
    found = pool(y, v, method=method, interval="knapp-hartung-never-narrower")
    shuffled = list(range(len(y)))
    random.shuffle(shuffled)
    other = pool(
        [y[i] for i in shuffled],
        [v[i] for i in shuffled],
        method=method,
        interval="knapp-hartung-never-narrower",
    )
    close = {"rel": 1e-7, "abs": 1e-7}
    assert other.estimate.value == pytest.approx(found.estimate.value, **close)
    assert other.test.p == pytest.approx(found.test.p, **close)
    turned = pool([-one for one in y], v, method=method, interval="knapp-hartung-never-narrower")
    assert turned.estimate.value == pytest.approx(-found.estimate.value, **close)
    assert turned.estimate.lower == pytest.approx(-found.estimate.upper, **close)
    scaled = pool([3 * one for one in y], [9 * one for one in v], method=method)
    plain = pool(y, v, method=method)
    assert scaled.estimate.value == pytest.approx(3 * plain.estimate.value, **close)
    assert scaled.estimate.upper == pytest.approx(3 * plain.estimate.upper, **close)
    if method != "fixed":
        before, after = plain.heterogeneity, scaled.heterogeneity
        assert after.tau2.value == pytest.approx(9 * before.tau2.value, rel=1e-6, abs=1e-6)
        assert after.i2.value == pytest.approx(before.i2.value, rel=1e-6, abs=1e-4)


@given(studies, st.sampled_from(EVERY))
@settings(max_examples=40, deadline=None)
def test_the_pooled_effect_lies_among_the_studies(rows, method):
    y, v = split(rows)
    found = pool(y, v, method=method)
    assert min(y) - 1e-12 <= found.estimate.value <= max(y) + 1e-12
    assert sum(found.weights) == pytest.approx(100.0)
    differ = found.heterogeneity
    if differ.tau2.value is not None:
        assert differ.tau2.value >= 0.0 and 0.0 <= differ.i2.value <= 100.0
    if found.prediction.value is not None:
        narrow = found.estimate.upper - found.estimate.lower
        assert found.prediction.upper - found.prediction.lower > narrow


@given(tables)
@settings(max_examples=60, deadline=None)
def test_exchanging_the_groups_inverts_every_ratio(rows):
    a, n, c, m = (list(column) for column in zip(*rows, strict=True))
    one = effects_from_counts(a, n, c, m)
    other = effects_from_counts(c, m, a, n)
    assert other.values == pytest.approx(-one.values, abs=1e-12)
    assert other.variances == pytest.approx(one.variances)
    for function in (peto, mantel_haenszel):
        there, back = function(a, n, c, m), function(c, m, a, n)
        if there.estimate.value is None:
            assert back.estimate.value is None and back.estimate.reason and there.test.reason
        else:
            assert back.estimate.value == pytest.approx(-there.estimate.value, abs=1e-10)
            assert back.estimate.standard_error == pytest.approx(there.estimate.standard_error)


@given(studies)
@settings(max_examples=40, deadline=None)
def test_nothing_is_nan_and_what_is_none_has_a_reason(rows):
    y, v = split(rows)
    results = [
        pool(y, v, method=one, interval=width) for one in EVERY for width in ("normal", "knapp-hartung")
    ]
    results += leave_one_out(y, v)
    for found in results:
        for one in (found.estimate, found.prediction, found.heterogeneity.tau2, found.heterogeneity.i2):
            values = (one.value, one.lower, one.upper)
            assert all(value is None or math.isfinite(value) for value in values)
            assert None not in values or one.reason
        assert found.test.p is not None or found.test.reason
    for test in (begg(y, v), egger(y, v).test):
        assert test.reason if test.p is None else 0.0 <= test.p <= 1.0
    filled = trim_and_fill(y, v)
    assert isinstance(filled, str) or math.isfinite(filled.pooled.estimate.value)


def test_begg_is_kendalls_tau():
    rng = np.random.default_rng(3)
    for k in (4, 9, 30):
        y, v = rng.normal(size=k), rng.uniform(0.05, 1.0, size=k)
        w = 1 / v
        deviates = (y - w @ y / w.sum()) / np.sqrt(v - 1 / w.sum())
        expected = stats.kendalltau(deviates, v, method="exact")
        found = begg(y, v)
        assert found.statistic == pytest.approx(expected.statistic)
        assert found.p == pytest.approx(expected.pvalue)


def test_equal_effects_have_no_heterogeneity():
    for method in RANDOM:
        found = pool([0.3, 0.3, 0.3], [0.1, 0.2, 0.4], method=method)
        assert found.heterogeneity.tau2.value == 0.0
        assert found.estimate.value == pytest.approx(0.3)
    never = pool([0.3, 0.3, 0.3], [0.1, 0.2, 0.4], interval="knapp-hartung-never-narrower")
    assert never.estimate.lower is not None
    none = pool([0.3, 0.3, 0.3], [0.1, 0.2, 0.4], interval="knapp-hartung")
    assert none.estimate.lower is None and "do not vary" in none.estimate.reason


def test_one_study_is_not_pooled():
    for method in EVERY:
        found = pool([0.3], [0.1], method=method)
        assert found.estimate.value is None and found.estimate.reason == "one study: there is nothing to pool"
    assert pool([], []).estimate.reason == "there are no studies"
    two = pool([0.3, 0.5], [0.1, 0.2])
    assert (
        two.estimate.value is not None and two.prediction.value is None and "three" in two.prediction.reason
    )


def test_what_a_likelihood_with_two_maxima_is_given():
    # A cluster that differs little and one study far off: both "no variance" and "much" are local maxima for few sets.
    y, v = [0.0, 0.0, 0.0, 4.0], [1e-4, 1e-4, 1e-4, 3.0]
    found = pool(y, v, method="REML")
    wanted = oracle.highest(lambda tau2: oracle.restricted_log_likelihood(y, v, tau2), 20.0)
    height = oracle.restricted_log_likelihood(y, v, found.heterogeneity.tau2.value)
    assert height >= oracle.restricted_log_likelihood(y, v, wanted) - 1e-12


def test_intervals_and_p_values_give_their_standard_errors_back():
    found = effect_from_interval(0.5, 2.0)
    assert found.value == pytest.approx(0.0)
    assert found.standard_error == pytest.approx(math.log(2) / stats.norm.ppf(0.975))
    found = effect_from_p(0.5, 0.04)
    assert 2 * stats.norm.sf(abs(found.value / found.standard_error)) == pytest.approx(0.04)
    for one in (
        effect_from_interval(0.0, 2.0),
        effect_from_interval(2.0, 1.0),
        effect_from_interval(1.0, 1.0),
    ):
        assert one.standard_error is None and one.reason
    for one in (
        effect_from_p(1.0, 0.5),
        effect_from_p(0.5, 0.0),
        effect_from_p(0.5, 1.0),
        effect_from_p(-1.0, 0.5),
    ):
        assert one.standard_error is None and one.reason


def test_counts_that_tell_nothing_are_refused_with_reasons():
    nobody = mantel_haenszel([0, 0], [10, 20], [0, 0], [10, 20])
    assert nobody.estimate.value is None and nobody.estimate.reason == "no study has an event"
    one_sided = mantel_haenszel([0, 0], [10, 20], [3, 2], [10, 20])
    assert one_sided.estimate.value is None and "one group" in one_sided.estimate.reason
    assert peto([0], [10], [0], [10]).estimate.reason
    assert effects_from_counts([0], [10], [3], [10]).corrected == (True,)
    assert effects_from_counts([0], [10], [0], [10]).uninformative == (True,)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: pool([0.1, math.nan], [0.1, 0.1]), "not finite"),
        (lambda: pool([0.1, 0.2], [0.1, 0.0]), "not above 0"),
        (lambda: pool([0.1, 0.2], [0.1]), "one of each"),
        (lambda: pool([0.1, 0.2], [0.1, 0.1], method="reml"), "one of"),
        (lambda: pool([0.1, 0.2], [0.1, 0.1], level=1.5), "between 0 and 1"),
        (lambda: effects_from_counts([5], [4], [1], [4]), "more events"),
        (lambda: effects_from_counts([1.5], [4], [1], [4]), "whole numbers"),
        (lambda: effects_from_counts([0], [4], [1], [4], add=0), "cell of 0"),
        (lambda: meta_regression([0.1, 0.2], [0.1, 0.1], [1.0, 2.0]), "row of known numbers"),
        (lambda: subgroups([0.1, 0.2], [0.1, 0.1], ["a"]), "groups"),
    ],
)
def test_what_is_invalid_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_regression_that_cannot_be_fitted_says_why():
    few = meta_regression([0.1, 0.2], [0.1, 0.1], [[1.0], [2.0]])
    assert few.coefficients == () and "too few" in few.reason and few.moderators.reason
    constant = meta_regression([0.1, 0.2, 0.4], [0.1, 0.1, 0.2], [[1.0], [1.0], [1.0]])
    assert constant.reason.startswith("the moderators cannot be told apart")


def test_a_group_of_one_takes_part_with_its_own_variance():
    found = subgroups([0.1, 0.4, 0.2], [0.1, 0.2, 0.3], ["a", "b", "a"], method="fixed")
    assert found.pooled[1].estimate.value is None
    a = pool([0.1, 0.2], [0.1, 0.3], method="fixed").estimate
    means, weights = [a.value, 0.4], [1 / a.standard_error**2, 1 / 0.2]
    centre = sum(w * m for w, m in zip(weights, means, strict=True)) / sum(weights)
    q = sum(w * (m - centre) ** 2 for w, m in zip(weights, means, strict=True))
    assert found.test.statistic == pytest.approx(q)
    assert found.test.notes
