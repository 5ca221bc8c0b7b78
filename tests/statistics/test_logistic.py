"""Logistic models: held against their definitions, and what they say where there is no estimate."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import chi2

from crlm.statistics.logistic import (
    fitted_probabilities,
    logistic,
    multinomial_logistic,
    predict,
    predict_categories,
    profile_coefficients,
    profile_odds_ratios,
    proportional_odds,
    term_likelihood_ratio_test,
    term_wald_test,
    with_robust_variance,
)
from crlm.statistics.logistic.separation import largest_separation
from crlm.statistics.regression import Term
from tests.oracles import logistic as oracle


@st.composite
def patients(draw, outcomes=2, most=12, columns=2):
    """Whole-number covariates (n, up to `columns`) and an outcome that takes all its values."""
    values = st.integers(-2, 2)
    p = draw(st.integers(1, columns))
    n = draw(st.integers(outcomes + 1, most))
    X = draw(st.lists(st.lists(values, min_size=p, max_size=p), min_size=n, max_size=n))
    outcome = draw(st.lists(st.integers(0, outcomes - 1), min_size=n, max_size=n))
    assume(set(outcome) == set(range(outcomes)))
    return X, outcome


def names(X):
    return [f"x{j}" for j in range(len(X[0]))]


def comparisons(kind, X, outcome, k):
    """What must be >= 0 along a direction without end, as whole numbers: rows and theta as in the package."""
    rows = []
    for x, c in zip(X, outcome, strict=True):
        if kind == "multinomial":
            for other in range(k):
                row = [0] * ((k - 1) * (1 + len(x)))
                for one, sign in ((c, 1), (other, -1)):
                    if one and other != c:
                        row[one - 1] += sign
                        start = k - 1 + (one - 1) * len(x)
                        row[start : start + len(x)] = [sign * value for value in x]
                if other != c:
                    rows.append(row)
        else:
            if c < k - 1:
                rows.append([int(j == c) for j in range(k - 1)] + [-value for value in x])
            if c > 0:
                rows.append([-int(j == c - 1) for j in range(k - 1)] + list(x))
    return rows


FITS = {"multinomial": multinomial_logistic, "proportional odds": proportional_odds}


@given(patients(), st.lists(st.integers(1, 3), min_size=12, max_size=12))
@settings(max_examples=150, deadline=None)
def test_binary_estimates_are_a_maximum_or_the_limit_of_a_separation(data, weights):
    X, event = data
    weights = weights[: len(X)]
    design = [[1, *x] for x in X]
    assume(oracle.rank(design) == len(design[0]))
    fit = logistic(event, X, names(X), weights=weights)
    signed = [[v if y else -v for v in row] for row, y in zip(design, event, strict=True)]
    won = oracle.rows_won(signed)
    left = [row for row, one in zip(design, won, strict=True) if not one]
    lost = oracle.undetermined(left, len(design[0]))
    assert [reason is not None for reason in (*fit.intercept_reasons, *fit.reasons)] == lost
    probabilities = fitted_probabilities(fit)
    for j in range(len(design[0])):
        rise = [
            w * (y - p) * row[j] for row, y, p, w in zip(design, event, probabilities, weights, strict=True)
        ]
        assert sum(rise) == pytest.approx(0, abs=1e-7)
    for y, p, certain in zip(event, probabilities, won, strict=True):
        assert (p == y) == certain
    if not any(lost):
        theta = [one.value for one in (*fit.intercepts, *fit.coefficients)]
        assert fit.log_likelihood == pytest.approx(oracle.binary(theta, X, event, weights), rel=1e-10)
    inside = sum(
        w * math.log(p if y else 1 - p) for y, p, w in zip(event, probabilities, weights, strict=True)
    )
    assert fit.log_likelihood == pytest.approx(inside, rel=1e-10, abs=1e-12)


def assert_lost(kind, X, outcome):
    rows = comparisons(kind, X, outcome, 3)
    won = oracle.rows_won(rows)
    lost = oracle.undetermined([row for row, one in zip(rows, won, strict=True) if not one], len(rows[0]))
    fit = FITS[kind](outcome, X, names(X), levels=[0, 1, 2])
    assert [reason is not None for reason in (*fit.intercept_reasons, *fit.reasons)] == lost


@given(patients(outcomes=3, most=6, columns=1))
@settings(max_examples=30, deadline=None)
def test_multinomial_models_lose_what_their_comparisons_separate(data):
    X, outcome = data
    assume(len({x for (x,) in X}) > 1)
    assert_lost("multinomial", X, outcome)


@given(patients(outcomes=3, most=8))
@settings(max_examples=40, deadline=None)
def test_proportional_odds_models_lose_what_their_comparisons_separate(data):
    X, outcome = data
    assume(oracle.rank([[1, *x] for x in X]) == 1 + len(X[0]))
    assert_lost("proportional odds", X, outcome)


@given(patients(outcomes=3, most=16), st.sampled_from(list(FITS)))
@settings(max_examples=25, deadline=None)
def test_models_of_three_categories_are_at_the_maximum_of_their_definition(data, kind):
    X, outcome = data
    fit = FITS[kind](outcome, X, names(X), levels=[0, 1, 2])
    assume(all(fit.estimable) and all(one is None for one in fit.intercept_reasons))
    p = len(X[0])

    def likelihood(theta):
        if kind == "multinomial":
            return oracle.multinomial(
                [[theta[e], *theta[2 + e * p : 2 + (e + 1) * p]] for e in range(2)], X, outcome
            )
        return oracle.proportional_odds(theta[:2], theta[2:], X, outcome)

    theta = [one.value for one in (*fit.intercepts, *fit.coefficients)]
    assume(max(map(abs, theta)) < 8)
    assert fit.log_likelihood == pytest.approx(likelihood(theta), rel=1e-10)
    assert oracle.gradient(likelihood, theta) == pytest.approx([0] * len(theta), abs=1e-6)
    found = predict_categories(fit, [X[0]])[0]
    assert sum(one.value for one in found) == pytest.approx(1)

    # The delta method by numerical derivatives of the log odds of each category.
    def log_odds(theta, c):
        row = X[0]
        if kind == "multinomial":
            odds = [1.0] + [
                math.exp(theta[e] + sum(b * v for b, v in zip(theta[2 + e * p :], row, strict=False)))
                for e in range(2)
            ]
            probability = odds[c] / sum(odds)
        else:
            shift = sum(b * v for b, v in zip(theta[2:], row, strict=True))
            below = [0, *(1 / (1 + math.exp(shift - zeta)) for zeta in theta[:2]), 1]
            probability = below[c + 1] - below[c]
        return math.log(probability / (1 - probability))

    hessian = [
        oracle.gradient(lambda at, j=j: oracle.gradient(likelihood, at, 1e-3)[j], theta, 1e-3)
        for j in range(len(theta))
    ]
    covariance = np.linalg.inv(-np.array(hessian))
    assume(np.linalg.cond(covariance) < 1e5)
    errors = [one.standard_error for one in (*fit.intercepts, *fit.coefficients)]
    assert errors == pytest.approx(np.sqrt(np.diag(covariance)), rel=1e-3)
    for c, one in enumerate(found):
        slope = np.array(oracle.gradient(lambda at, c=c: log_odds(at, c), theta))
        assert one.standard_error == pytest.approx(math.sqrt(slope @ covariance @ slope), rel=1e-3)


@given(patients(), st.lists(st.integers(1, 3), min_size=12, max_size=12))
@settings(max_examples=60, deadline=None)
def test_firth_is_finite_and_at_the_maximum_of_its_definition(data, weights):
    X, event = data
    weights = weights[: len(X)]
    assume(oracle.rank([[1, *x] for x in X]) == 1 + len(X[0]))
    fit = logistic(event, X, names(X), weights=weights, method="firth")
    assert all(fit.estimable)
    theta = [one.value for one in (*fit.intercepts, *fit.coefficients)]

    def likelihood(at):
        return oracle.penalised(at, X, event, weights)

    assert fit.penalised_log_likelihood == pytest.approx(likelihood(theta), rel=1e-9)
    assert oracle.gradient(likelihood, theta, 1e-3) == pytest.approx([0] * len(theta), abs=1e-6)
    for j in range(len(X[0])):
        for sign in (-1, 1):
            for step in (0.3, 3):
                moved = theta.copy()
                moved[1 + j] += sign * step
                assert likelihood(moved) < fit.penalised_log_likelihood


@given(st.lists(st.lists(st.integers(-2, 2), min_size=3, max_size=3), min_size=3, max_size=8))
@settings(max_examples=80, deadline=None)
def test_the_linear_programme_finds_what_the_edges_of_the_cone_say(rows):
    won = oracle.rows_won(rows)
    assume(won is not None)
    found = largest_separation(np.array(rows, dtype=float))
    assert (found is not None) == any(won)
    if found is not None:
        assert found.won.tolist() == won
        along = np.array(rows) @ found.direction
        assert np.all(along[found.won] > 0)
        assert along[~found.won] == pytest.approx(0, abs=1e-9)


@given(patients(most=14), st.floats(0.8, 0.99))
@settings(max_examples=25, deadline=None)
def test_profile_limits_are_where_the_likelihood_ratio_test_stops_rejecting(data, level):
    X, event = data
    assume(oracle.rank([[1, *x] for x in X]) == 1 + len(X[0]))
    fit = logistic(event, X, names(X), level=level)
    X = np.array(X, dtype=float)
    bound = chi2.ppf(level, 1)

    def fall(j, b):
        others = np.delete(X, j, axis=1)
        held = logistic(event, others, names(others), offset=b * X[:, j])
        return 2 * (fit.log_likelihood - held.log_likelihood)

    for j, (one, estimable) in enumerate(zip(profile_coefficients(fit), fit.estimable, strict=True)):
        if estimable:
            assert one.lower < one.value < one.upper
        for limit, side in ((one.lower, -1), (one.upper, 1)):
            if limit is not None:
                assert fall(j, limit) == pytest.approx(bound, rel=1e-7)
            else:  # nothing on this side is excluded
                assert not estimable
                assert fall(j, side * 20) < bound


def test_an_offset_that_makes_an_outcome_all_but_certain_hides_no_parameter():
    X, event = (
        np.array([[0.0], [0.0], [-1.0], [-2.0]]),
        [0, 0, 0, 1],
    )  # separated: a and the intercept run away
    fit = logistic(event, X, ["a"], offset=[0.0, 20.0, -20.0, -40.0])
    assert fit.log_likelihood == 0.0
    assert "separates" in fit.reasons[0]


@given(patients(most=20))
@settings(max_examples=40, deadline=None)
def test_two_categories_are_one_model_in_three_guises(data):
    X, event = data
    fits = [
        logistic(event, X, names(X)),
        multinomial_logistic(event, X, names(X), levels=[0, 1]),
        proportional_odds(event, X, names(X), levels=[0, 1]),
    ]
    assert len({fit.estimable for fit in fits}) == 1
    for other in fits[1:]:
        for one, two in zip(fits[0].coefficients, other.coefficients, strict=True):
            assert two.value == (None if one.value is None else pytest.approx(one.value, abs=1e-8))
    if fits[0].intercepts[0].value is not None:
        assert fits[2].intercepts[0].value == pytest.approx(-fits[0].intercepts[0].value, abs=1e-8)
    assert fits[1].log_likelihood == pytest.approx(fits[0].log_likelihood, rel=1e-9, abs=1e-12)


def sample(n=120, seed=3):
    rng = np.random.default_rng(seed)
    X = np.column_stack(
        (rng.normal(60, 10, n), rng.random(n) < 0.4, rng.integers(0, 3, n) == 1, rng.random(n))
    )
    X[:, 3] = (X[:, 2] == 0) & (X[:, 3] < 0.4)
    event = rng.random(n) < 1 / (1 + np.exp(-(X @ [0.05, 0.8, -0.5, 0.3] - 3.2)))
    return (
        event.astype(int),
        X,
        ["age", "n1", "b", "c"],
        [Term("age", ("age",)), Term("n1", ("n1",)), Term("site", ("b", "c"))],
    )


def test_weights_count_patients_and_swapping_the_outcome_turns_the_signs():
    event, X, columns, terms = sample()
    weights = np.arange(120) % 3 + 1
    for method in ("maximum likelihood", "firth"):
        weighted = logistic(event, X, columns, weights=weights, terms=terms, method=method)
        repeated = logistic(
            np.repeat(event, weights), np.repeat(X, weights, axis=0), columns, terms=terms, method=method
        )
        swapped = logistic(1 - event, X, columns, weights=weights, terms=terms, method=method)
        for one, two, three in zip(
            weighted.coefficients, repeated.coefficients, swapped.coefficients, strict=True
        ):
            assert two.value == pytest.approx(one.value, rel=1e-9)
            assert two.standard_error == pytest.approx(one.standard_error, rel=1e-9)
            assert three.value == pytest.approx(-one.value, rel=1e-9)
        ratio = term_likelihood_ratio_test(weighted, "site")
        assert ratio.statistic == pytest.approx(
            term_likelihood_ratio_test(repeated, "site").statistic, rel=1e-7
        )


def test_a_factor_is_tested_as_a_whole_whatever_its_reference():
    event, X, columns, terms = sample()
    fit = logistic(event, X, columns, terms=terms)
    a = (X[:, 2] == 0) & (X[:, 3] == 0)
    other = logistic(event, np.column_stack((X[:, :2], a, X[:, 2])), columns, terms=terms)
    assert term_wald_test(fit, "site").df == 2
    assert term_wald_test(other, "site").statistic == pytest.approx(term_wald_test(fit, "site").statistic)
    assert other.log_likelihood == pytest.approx(fit.log_likelihood)
    assert term_wald_test(fit, "age").p == pytest.approx(fit.wald_tests[0].p)
    with pytest.raises(KeyError):
        term_wald_test(fit, "b")


def test_the_unit_of_a_covariate_changes_nothing_but_the_unit():
    event, X, columns, _ = sample()
    fit = logistic(event, X, columns)
    far = logistic(event, X * [1e5, 1, 1, 1] + [2e8, 0, 0, 0], columns)
    assert far.coefficients[0].value * 1e5 == pytest.approx(fit.coefficients[0].value, rel=1e-6)
    assert far.coefficients[1].value == pytest.approx(fit.coefficients[1].value, rel=1e-8)


FOUR_AND_TWO = [[0], [0], [0], [0], [1], [1]]
SEPARATIONS = [
    ([0, 1, 0, 1, 0, 0], FOUR_AND_TWO, "no events when x0 = 1 (the odds ratio tends to 0)"),
    ([0, 1, 0, 1, 1, 1], FOUR_AND_TWO, "only events when x0 = 1 (the odds ratio tends to infinity)"),
    ([0, 0, 0, 0, 0, 1], FOUR_AND_TWO, "no events when x0 = 0 (the odds ratio tends to infinity)"),
    ([1, 1, 1, 1, 0, 1], FOUR_AND_TWO, "only events when x0 = 0 (the odds ratio tends to 0)"),
    (
        [0, 0, 1, 1],
        [[1.5], [2], [3], [4]],
        "x0 separates; it is at most 2 in all patients without the event and at least 3 in all with it (the odds "
        "ratio tends to infinity)",
    ),
    (
        [1, 0, 1, 0, 0],
        [[1], [2], [2], [2], [4]],
        "x0 separates; it is at most 2 in all patients with the event and at least 2 in all without it (the odds "
        "ratio tends to 0)",
    ),
    (
        [0, 0, 1, 1, 0, 1],
        [[0, 1], [1, 2], [1, 0], [2, 1], [3, 4], [4, 3]],
        "x0 and x1 together separate the events from the others",
    ),
]


@pytest.mark.parametrize(("event", "X", "reason"), SEPARATIONS)
def test_the_reason_says_what_separates(event, X, reason):
    fit = logistic(event, X, names(X))
    assert fit.reasons[0] == f"no finite estimate: {reason}"
    assert fit.coefficients[0].value is None
    assert (
        fit.coefficients[0].reason == fit.odds_ratios[0].reason == fit.wald_tests[0].reason == fit.reasons[0]
    )
    assert fit.converged
    assert fit.likelihood_ratio_test.p is not None
    firth = logistic(event, X, names(X), method="firth")
    assert all(firth.estimable)
    assert all(one.lower < one.value < one.upper for one in profile_coefficients(firth))


def test_a_factor_without_events_at_its_reference_is_named():
    X = [[0, 0]] * 3 + [[1, 0]] * 3 + [[0, 1]] * 3
    event = [0, 0, 0, 1, 0, 1, 0, 1, 1]
    fit = logistic(event, X, ["II", "III"], terms=[Term("stage", ("II", "III"))])
    expected = "no finite estimate: no events when II = 0 and III = 0 (the odds ratio tends to infinity)"
    assert fit.reasons == (expected, expected)
    # What can be told from the limit is the contrast of II and III, on which nothing rests here.
    assert term_wald_test(fit, "stage").reason == expected
    assert term_likelihood_ratio_test(fit, "stage").df == 2


def test_a_column_that_only_varies_where_all_is_certain_has_nothing_left():
    X = [[1, 1], [1, 5], [1, 2], [0, 3], [0, 3], [0, 3], [1, 5]]
    fit = logistic([1, 1, 1, 0, 1, 0, 1], X, ["male", "months"])
    assert fit.reasons == (
        "no finite estimate: only events when male = 1 (the odds ratio tends to infinity)",
        "no finite estimate: nothing is left to estimate it from, because male separates the events",
    )


def test_the_overall_tests_at_the_limit_keep_their_degrees_of_freedom():
    event, X, columns, terms = sample()
    marker = np.zeros(120)
    marker[np.flatnonzero(event == 0)[:10]] = 1
    fit = logistic(
        event, np.column_stack((marker, X)), ["marker", *columns], terms=[Term("marker", ("marker",)), *terms]
    )
    rest = logistic(event[marker == 0], X[marker == 0], columns, terms=terms)
    assert fit.likelihood_ratio_test.df == 5
    assert fit.wald_test.df == 5
    assert "at the limit" in fit.wald_test.notes[0]
    # The limit of R's b' V^-1 b: the marker adds nothing.
    event = np.asarray(event, dtype=float)
    large = 22.0
    held = logistic(event, X, columns, offset=-large * marker, terms=terms)
    theta = np.array([-large, *(one.value for one in held.coefficients)])
    design = np.column_stack((np.ones(120), marker, X))
    p = 1 / (1 + np.exp(-(design @ np.array([held.intercepts[0].value, *theta]))))
    information = (design * (p * (1 - p))[:, None]).T @ design
    left = information[1:, 1:] - np.outer(information[1:, 0], information[0, 1:]) / information[0, 0]
    assert fit.wald_test.statistic == pytest.approx(theta @ left @ theta, rel=1e-4)
    assert term_wald_test(fit, "site").statistic == pytest.approx(term_wald_test(rest, "site").statistic)


def test_what_cannot_be_told_apart_is_named():
    event, X, columns, _ = sample()
    X = np.column_stack((X, X[:, 1] + X[:, 2], np.full(120, 7.0), X[:, 0]))
    fit = logistic(event, X, [*columns, "sum", "seven", "age again"])
    assert fit.reasons[:4] == (None,) * 4
    assert fit.reasons[4] == "aliased with n1 and b: it says nothing that they do not"
    assert fit.reasons[5] == "constant: seven is 7 in every row"
    assert fit.reasons[6] == "aliased with age: it says nothing that they do not"
    assert fit.likelihood_ratio_test.df == 4
    assert len(fit.covariance) == 4
    assert [one.value for one in fit.coefficients[:4]] == pytest.approx(
        [one.value for one in logistic(event, X[:, :4], columns).coefficients]
    )
    assert predict(fit, X[:1])[0].value == pytest.approx(fitted_probabilities(fit)[0])


def test_outcomes_that_do_not_vary_and_models_without_covariates():
    X = [[1.0], [2.0], [4.0]]
    assert logistic([0, 0, 0], X, ["x"]).reason == "no events"
    assert logistic([1, 1, 1], X, ["x"]).reason == "everybody had the event"
    assert logistic([], np.zeros((0, 1)), ["x"]).reason == "no patients"
    nobody = logistic([0, 0, 0], X, ["x"], method="firth")
    assert nobody.coefficients[0].reason == nobody.likelihood_ratio_test.reason == "no events"
    assert predict(nobody, X)[0].reason == "no events"
    assert profile_coefficients(nobody)[0].reason == "no events"
    with pytest.raises(ValueError, match="no events"):
        fitted_probabilities(nobody)
    alone = logistic([0, 1, 1], np.zeros((3, 0)), [])
    assert alone.intercepts[0].value == pytest.approx(math.log(2))
    assert alone.likelihood_ratio_test.reason == "there are no covariates"
    same = multinomial_logistic(["b", "b"], [[1], [2]], ["x"], levels=["a", "b", "c"])
    assert same.reason == "everybody has the same outcome: b"
    fewer = proportional_odds(["a", "c", "a", "c"], [[1], [2], [3], [1]], ["x"], levels=["a", "b", "c"])
    assert fewer.notes[0] == "b: no patients, left out"
    assert fewer.data.levels == ("a", "c")


def test_an_offset_alone_is_calibration_in_the_large():
    log_odds = np.array([-2.0, -1.0, 0.0, 0.5, 1.5, -0.3])
    fit = logistic([0, 0, 1, 1, 1, 0], np.zeros((6, 0)), [], offset=log_odds)
    expected = 1 / (1 + np.exp(-(log_odds + fit.intercepts[0].value)))
    assert expected.sum() == pytest.approx(3)
    assert fitted_probabilities(fit) == pytest.approx(expected)


def test_more_coefficients_than_patients_with_the_outcome_are_noted():
    rng = np.random.default_rng(0)
    fit = logistic([0, 1, 0, 1, 0, 0], rng.normal(size=(6, 3)), ["a", "b", "c"])
    assert fit.notes == ("3 coefficients for 2 patients with the rarest outcome: the model is overfitted",)
    many = logistic([0, 1, 0, 1], rng.normal(size=(4, 6)), list("abcdef"))
    assert many.estimable == (False,) * 6
    crowd = logistic(rng.random(30) < 0.5, rng.normal(size=(30, 28)), [f"x{j}" for j in range(28)])
    assert crowd.reasons[0] == (
        "no finite estimate: x0, x1, x2, x3, x4 and 23 others together separate the events from the others"
    )
    tiny = logistic([0, 1, 0, 1], np.array([[1.0], [2.0], [3.0], [4.0]]) * 1e-200, ["x"])
    assert tiny.reasons == ("x varies too little to be told from a constant: choose a smaller unit",)


@pytest.mark.parametrize("kind", list(FITS))
def test_profiles_of_models_with_categories_by_a_general_optimiser(kind):
    rng = np.random.default_rng(4)
    X = rng.normal(size=(40, 2)).round(1)
    outcome = np.searchsorted([-0.5, 0.8], X[:, 0] + rng.logistic(size=40)).tolist()
    fit = FITS[kind](outcome, X, ["a", "b"], levels=[0, 1, 2])
    one = profile_coefficients(fit)[0]

    def fall(limit):
        def loss(others):
            zeta, slopes = list(others[:2]), np.array([limit, *others[2:]])
            if kind == "multinomial":
                slopes = slopes.reshape(2, 2)
                theta = [[zeta[e], *slopes[e]] for e in range(2)]
                return -oracle.multinomial(theta, X, outcome)
            zeta[1] = max(zeta[1], zeta[0] + 1e-3)  # the optimiser may try cutpoints in the wrong order
            return -oracle.proportional_odds(zeta, slopes, X, outcome)

        start = [*(e.value for e in fit.intercepts), *(e.value for e in fit.coefficients[1:])]
        found = minimize(loss, start, method="BFGS", options={"gtol": 1e-6})
        return 2 * (fit.log_likelihood + found.fun)

    assert [fall(one.lower), fall(one.upper)] == pytest.approx([chi2.ppf(0.95, 1)] * 2, rel=1e-6)


def test_robust_variance_of_clusters_of_copies_is_that_of_the_originals():
    event, X, columns, terms = sample()
    single = with_robust_variance(logistic(event, X, columns, terms=terms))
    doubled = with_robust_variance(
        logistic(np.tile(event, 2), np.tile(X, (2, 1)), columns, terms=terms),
        cluster=np.tile(np.arange(120), 2),
    )
    for one, two in zip(single.coefficients, doubled.coefficients, strict=True):
        assert two.standard_error == pytest.approx(one.standard_error, rel=1e-9)
    assert term_wald_test(single, "site").statistic == pytest.approx(
        term_wald_test(doubled, "site").statistic
    )
    assert single.likelihood_ratio_test.reason == "not defined with a robust variance: use the Wald test"
    assert term_likelihood_ratio_test(single, "site").reason == single.likelihood_ratio_test.reason
    with pytest.raises(ValueError, match="robust"):
        profile_coefficients(single)
    with pytest.raises(ValueError, match="binary models by maximum likelihood"):
        with_robust_variance(logistic(event, X, columns, method="firth"))
    few = with_robust_variance(logistic(event, X, columns), cluster=np.arange(120) % 3)
    assert few.wald_test.reason == "the robust variance is 0, too few patients contribute to it"
    assert "not reliable" in few.notes[-1]
    one_cluster = with_robust_variance(logistic(event, X, columns), cluster=["all"] * 120)
    for one, alone in zip(one_cluster.coefficients, one_cluster.wald_tests, strict=True):
        assert one.value is not None
        assert one.standard_error is one.lower is alone.p is None
        assert one.reason == "no interval: the robust variance is 0, too few patients contribute to it"
    assert predict(one_cluster, X[:1])[0].reason == one.reason


def test_predictions_are_refused_where_they_rest_on_what_is_lost():
    X = [[0, 1.0], [0, 2.0], [0, 3.0], [0, 2.5], [1, 1.0], [1, 2.0]]
    fit = logistic([0, 1, 0, 1, 0, 0], X, ["marker", "size"])
    without, with_marker = predict(fit, [[0, 2.0], [1, 2.0]])
    assert without.reason is None
    assert with_marker.value is None
    assert with_marker.reason == "no finite estimate: the row rests on coefficients that have none"
    assert fitted_probabilities(fit)[4:].tolist() == [0, 0]


REFUSED = [
    ("an event of 2", {"event": [0, 2, 1]}, r"event\[1\] is 2"),
    ("an unknown event", {"event": [0, math.nan, 1]}, r"event\[1\] is nan"),
    ("a missing covariate", {"X": [[1], [math.nan], [2]]}, r"X\[1, 0\] is nan"),
    ("an infinite covariate", {"X": [[1], [math.inf], [2]]}, r"X\[1, 0\] is inf"),
    ("too few rows", {"X": [[1], [2]]}, r"X has shape \(2, 1\) and there are 3 outcomes"),
    ("one name for two columns", {"X": [[1, 2], [2, 3], [3, 1]]}, "names must be 2 different names"),
    (
        "a covariate in absurd units",
        {"X": [[1], [1e200], [2]]},
        r"X\[1, 0\] is 1e\+200; choose a larger unit",
    ),
    ("no weight", {"weights": [1, 0, 1]}, r"weights\[1\] is 0"),
    ("a negative weight", {"weights": [1, -1, 1]}, r"weights\[1\] is -1"),
    ("a short offset", {"offset": [1, 0]}, "offset has 2 values"),
    ("an unknown method", {"method": "ridge"}, "method was 'ridge'"),
    ("a percentage", {"level": 95}, "level was 95"),
    ("terms that leave a column out", {"terms": []}, "exactly once"),
]


@pytest.mark.parametrize(("what", "changed", "message"), REFUSED)
def test_input_of_the_wrong_shape_or_content_is_refused(what, changed, message):
    given_ = {"event": [0, 1, 1], "X": [[1], [2], [4]], "names": ["x"]} | changed
    with pytest.raises(ValueError, match=message):
        logistic(given_.pop("event"), given_.pop("X"), given_.pop("names"), **given_)


def test_outcomes_outside_the_levels_are_refused():
    with pytest.raises(ValueError, match="'d', which is not one of the levels"):
        multinomial_logistic(["a", "d"], [[1], [2]], ["x"], levels=["a", "b"])
    with pytest.raises(ValueError, match="each named once"):
        proportional_odds(["a", "a"], [[1], [2]], ["x"], levels=["a", "a"])
    fit = multinomial_logistic(["a", "b", "a"], [[1], [2], [2]], ["x"], levels=["a", "b"])
    for wrong in (predict, lambda one, X: fitted_probabilities(one)):
        with pytest.raises(ValueError, match="use predict_categories"):
            wrong(fit, [[1]])
    with pytest.raises(ValueError, match="X has 2 columns"):
        predict_categories(fit, [[1, 2]])


def test_profile_odds_ratios_keep_one_limit_where_there_is_no_estimate():
    X = [[0]] * 20 + [[1]] * 10
    event = [0, 1] * 10 + [0] * 10
    one = profile_odds_ratios(logistic(event, X, ["x"]))[0]
    assert (one.value, one.lower) == (None, None)
    assert 0 < one.upper < 1


def test_a_separated_model_is_fitted_without_the_optimiser():
    code = (
        "import sys; from crlm.statistics.logistic import logistic;"
        "fit = logistic([0, 1, 0, 1, 0, 0], [[0], [0], [0], [0], [1], [1]], ['x']); assert fit.reasons[0];"
        "heavy = {'scipy.optimize', 'scipy.stats', 'scipy.linalg'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
