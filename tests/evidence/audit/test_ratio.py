"""The mathematics behind the checks of tests and effects, against slow and obvious ways to the same numbers."""

from itertools import product
from math import exp, inf, log, sqrt

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from crlm.evidence.audit.attainable import (
    ASYMPTOTIC,
    EDWARDS,
    EXACT,
    discordant,
    likelihood_ratio_p_value,
    mcnemar_attainable,
    t_test_range,
)
from crlm.evidence.audit.joint_wald import joint, least_joint, most_joint
from crlm.evidence.audit.precision import least_error_of_hazard_ratio, least_error_of_odds_ratio
from crlm.evidence.audit.printed import printed
from crlm.evidence.audit.ratio import (
    EVERYTHING,
    MULTIPLIER,
    Ratio,
    limits,
    logarithms,
    p_of,
    possible,
    values_of,
    z_of,
    z_range,
)
from crlm.evidence.audit.two_by_two import distances, nearest, totals_of_factor
from crlm.statistics.cox import cox
from crlm.statistics.logistic.fit import logistic
from tests.evidence.audit.small_papers import row


def logs(*texts):
    return tuple(logarithms(printed(text)) for text in texts)


def as_printed(value, decimals):
    return f"{value:.{decimals}f}"


@given(st.floats(-2, 2), st.floats(0.02, 1.2), st.sampled_from([2, 3]), st.sampled_from([2, 3]))
def test_what_is_rounded_from_one_truth_is_possible(estimate, error, decimals, p_decimals):
    low, high = estimate - MULTIPLIER * error, estimate + MULTIPLIER * error
    texts = [as_printed(exp(one), decimals) for one in (estimate, low, high)]
    p = printed(as_printed(2 * stats.norm.sf(abs(estimate) / error), p_decimals))
    regions = possible(*logs(*texts), z_of(*p.bounds(0.0, 1.0)))
    assert regions
    for values, true in zip(values_of(regions), (estimate, low, high), strict=True):
        assert values[0] * (1 - 1e-6) <= exp(true) <= values[1] * (1 + 1e-6)


@settings(max_examples=60)
@given(st.floats(0.3, 3), st.floats(0.3, 0.95), st.floats(1.05, 3), st.floats(0.001, 1))
def test_what_is_possible_agrees_with_a_fine_grid(estimate, down, up, p):
    texts = [as_printed(one, 2) for one in (estimate, estimate * down, estimate * up)]
    intervals, z = logs(*texts), z_of(max(p - 0.005, 0.0), min(p + 0.005, 1.0))
    regions = possible(*intervals, z)
    x = np.linspace(*intervals[1], 200)[:, None]
    y = np.linspace(*intervals[2], 200)[None, :]
    middle, deviate = (x + y) / 2, np.abs(MULTIPLIER * (x + y) / np.maximum(y - x, 1e-12))
    fits = (middle >= intervals[0][0]) & (middle <= intervals[0][1]) & (y > x)
    fits &= (deviate >= z[0]) & (deviate <= z[1])
    if fits.any():
        low, high = z_range(regions)
        assert low - 1e-9 <= deviate[fits].min() and deviate[fits].max() <= high + 1e-9
    if not regions:
        assert not fits.any()


@pytest.mark.parametrize(
    ("texts", "p", "expected"),
    [
        (("1.79", "1.17", "2.72"), "0.007", True),
        (("1.79", "1.17", "2.27"), "0.007", False),
        (("0.92", "0.70", "1.21"), "0.55", True),
        (("0.92", "0.70", "1.21"), "0.92", False),
        (("1.00", "1.00", "1.00"), "0.34", True),
        (("0.00", "0.00", "1.20"), "0.06", True),
        (("0.00", "0.00", "1.20"), "0.50", False),
    ],
)
def test_rows_worked_by_hand(texts, p, expected):
    z = z_of(*printed(p).bounds(0.0, 1.0))
    assert bool(possible(*logs(*texts), z)) is expected


def test_a_limit_left_out_is_implied_by_the_rest():
    regions = possible(*logs("1.79", "1.17"), EVERYTHING, z_of(0.0065, 0.0075))
    assert values_of(regions)[2] == pytest.approx((2.712, 2.756), abs=1e-3)


def test_the_p_of_an_interval():
    low, high = p_of(z_range(possible(*logs("0.92", "0.70", "1.21"))))
    assert low < 2 * stats.norm.sf(abs(log(0.92)) * 2 * MULTIPLIER / log(1.21 / 0.70)) < high


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0.70-1.21", ("0.70", "1.21")), ("0.70 – 1.21", ("0.70", "1.21")), ("0.7 to 1.2", ("0.7", "1.2")),
     ("(0,70; 1,21)", ("0,70", "1,21")), ("0.70, 1.21", ("0.70", "1.21")), ("0.082–148.0", ("0.082", "148.0"))],
)  # fmt: skip
def test_limits_of_an_interval(text, expected):
    assert tuple(one.text for one in limits(text)) == expected


@pytest.mark.parametrize("text", ["", "*", "NA", "0.70", "0.237.6.388"])
def test_no_interval(text):
    assert limits(text) == (None, None)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(-1.5, 1.5), st.floats(0.1, 0.9))
def test_no_cox_model_is_more_precise_than_its_events_allow(seed, effect, share):
    make = np.random.default_rng(seed)
    x, other = (make.random(60) < share).astype(float), make.normal(size=60)
    time, censored = make.exponential(np.exp(-effect * x)), make.exponential(1.5, 60)
    event = time <= censored
    events = [int(event[x == level].sum()) for level in (1, 0)]
    assume(min(events) > 1)
    least, _, _ = least_error_of_hazard_ratio(
        int(x.sum()), int(60 - x.sum()), int(event.sum()), events[0], events[1]
    )
    for columns in (x[:, None], np.column_stack((x, other))):
        names = ["x", "other"][: columns.shape[1]]
        fitted = cox(np.minimum(time, censored), event, columns, names)
        error = fitted.coefficients[0].standard_error
        assert error is None or error >= least * (1 - 1e-8)


def test_the_least_error_with_only_a_total_of_events_divides_them_evenly():
    assert least_error_of_hazard_ratio(100, 200, 80)[0] == pytest.approx(sqrt(1 / 40 + 1 / 40))
    assert least_error_of_hazard_ratio(10, 200, 80)[0] == pytest.approx(sqrt(1 / 10 + 1 / 70))
    assert least_error_of_hazard_ratio(10, 0)[0] == inf


def test_the_least_error_of_an_odds_ratio_has_half_of_each_group_with_the_event():
    errors = [
        sqrt(1 / a + 1 / (20 - a) + 1 / c + 1 / (30 - c)) for a, c in product(range(1, 20), range(1, 30))
    ]
    assert least_error_of_odds_ratio(20, 30) == pytest.approx(min(errors))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_the_joint_statistic_of_a_real_factor_lies_in_its_range(seed, survival):
    make = np.random.default_rng(seed)
    level = make.integers(0, 3, 90)
    x = np.column_stack([level == 1, level == 2]).astype(float)
    if survival:
        time, censored = make.exponential(np.exp(-0.4 * level)), make.exponential(2.0, 90)
        fitted = cox(np.minimum(time, censored), time <= censored, x, ["b", "c"])
    else:
        event = make.random(90) < 0.3 + 0.15 * level
        fitted = logistic(event.astype(float).tolist(), x.tolist(), ["b", "c"])
    b = np.array([one.value for one in fitted.coefficients][-2:])
    covariance = np.asarray(fitted.covariance)[-2:, -2:]
    statistic = float(b @ np.linalg.solve(covariance, b))
    errors = np.sqrt(np.diag(covariance))
    boxes = [((b[at], b[at]), (errors[at], errors[at])) for at in (0, 1)]
    assert least_joint(*boxes) <= statistic * (1 + 1e-8)
    assert statistic <= most_joint(*boxes) * (1 + 1e-8)


@given(st.floats(-2, 2), st.floats(0.1, 1), st.floats(-2, 2), st.floats(0.1, 1), st.floats(0, 0.02))
def test_the_range_of_the_joint_statistic_agrees_with_a_grid(b1, s1, b2, s2, half):
    boxes = [((b - half, b + half), (s, s)) for b, s in ((b1, s1), (b2, s2))]
    low, high = least_joint(*boxes), most_joint(*boxes)
    for one, other in product(np.linspace(b1 - half, b1 + half, 3), np.linspace(b2 - half, b2 + half, 3)):
        for covariance in np.linspace(0, min(s1, s2) ** 2, 60)[:-1]:
            assert low * (1 - 1e-9) - 1e-12 <= joint((one, s1), (other, s2), covariance) <= high * (1 + 1e-9)


@given(st.integers(0, 12), st.integers(0, 12))
def test_the_pairs_that_margins_allow_are_all_joint_tables(first, second):
    n = 12
    tables = {
        (b, c)
        for both, b, c in product(range(n + 1), repeat=3)
        if both + b == first and both + c == second and both + b + c <= n
    }
    assert set(discordant(first, second, n)) == tables


def test_the_attainable_p_of_mcnemar():
    attained = dict(mcnemar_attainable(6, 2, 10))
    expected = {
        EXACT: [stats.binomtest(c, c + b).pvalue for b, c in discordant(6, 2, 10)],
        ASYMPTOTIC: [stats.chi2.sf((b - c) ** 2 / (b + c), 1) for b, c in discordant(6, 2, 10)],
        EDWARDS: [stats.chi2.sf((abs(b - c) - 1) ** 2 / (b + c), 1) for b, c in discordant(6, 2, 10)],
    }
    for name, values in expected.items():
        assert attained[name] == pytest.approx(values)


@given(st.integers(0, 10_000), st.booleans())
def test_a_t_test_lies_in_the_range_of_its_rounded_summaries(seed, pooled):
    make = np.random.default_rng(seed)
    samples = [make.normal(60 + make.normal(), 8, size) for size in (12, 25)]
    means = tuple((m - 0.05, m + 0.05) for m in (round(float(one.mean()), 1) for one in samples))
    sds = tuple((s - 0.05, s + 0.05) for s in (round(float(one.std(ddof=1)), 1) for one in samples))
    low, high = t_test_range(means, sds, (12, 25), pooled=pooled)
    p = stats.ttest_ind(*samples, equal_var=pooled).pvalue
    assert low - 1e-12 <= p <= high + 1e-12


@pytest.mark.parametrize("counts", [((12, 30), (8, 50)), ((5, 9), (7, 2), (20, 30)), ((0, 9), (7, 2))])
def test_the_likelihood_ratio_test_is_scipys(counts):
    expected = stats.chi2_contingency(counts, correction=False, lambda_="log-likelihood").pvalue
    assert likelihood_ratio_p_value(counts) == pytest.approx(expected)


def a_ratio(estimate, interval, p=""):
    low, high = limits(interval)
    return Ratio(row("effects", 1), printed(estimate), low, high, printed(p))


def woolf(a, n1, c, n0):
    value = log(a * (n0 - c) / (c * (n1 - a)))
    error = sqrt(1 / a + 1 / (n1 - a) + 1 / c + 1 / (n0 - c))
    p = 2 * stats.norm.sf(abs(value) / error)
    return exp(value), exp(value - MULTIPLIER * error), exp(value + MULTIPLIER * error), p


def test_tables_that_print_as_given_are_those_of_a_search_by_hand():
    one, n1, n0 = a_ratio("2.10", "0.80-5.49", "0.13"), 30, 41
    found = distances(one, n1, n0) <= 0.5
    for a, c in product(range(n1 + 1), range(n0 + 1)):
        if a in (0, n1) or c in (0, n0):
            assert not found[a, c]
            continue
        value, low, high, p = woolf(a, n1, c, n0)
        by_hand = (f"{value:.2f}", f"{low:.2f}-{high:.2f}", f"{p:.2f}") == ("2.10", "0.80-5.49", "0.13")
        assert found[a, c] == by_hand


@settings(max_examples=25)
@given(st.integers(1, 19), st.integers(1, 14), st.integers(1, 24))
def test_the_counts_behind_two_levels_are_found(a, b, c):
    levels = []
    for events, size in ((a, 20), (b, 15)):
        value, low, high, p = woolf(events, size, c, 25)
        levels.append(distances(a_ratio(f"{value:.2f}", f"{low:.2f}-{high:.2f}", f"{p:.2f}"), size, 25))
    assert totals_of_factor(tuple(levels), 0.5)[a + b + c]
    far, _, _ = nearest(tuple(levels), range(a + b + c, a + b + c + 1))
    assert far <= 0.5
