"""Logistic models held against R on public data sets: tests/golden/logistic.R made the numbers."""

import numpy as np
import pytest

from crlm.statistics.logistic import (
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
from crlm.statistics.regression import Term
from tests.data import published
from tests.data.public import public_data
from tests.golden import golden

GOLDEN = golden("logistic")
BINARY = list(GOLDEN["binary"])
REL = 1e-8


def number(value):
    return value[0] if isinstance(value, list) else value


def close(ours, theirs, rel=REL):
    return ours == pytest.approx(theirs, rel=rel, abs=1e-12)


def assert_test(found, expected, rel=REL):
    assert close(found.statistic, number(expected["statistic"]), max(rel, 1e-8))
    assert found.df == number(expected["df"])
    p = number(expected["p"])
    # A tail probability is as exact as its statistic, relative to the statistic.
    assert found.p == pytest.approx(p, rel=rel * (2 + found.statistic), abs=1e-300)


def assert_estimates(found, values, errors):
    assert close([one.value for one in found], values)
    assert close([one.standard_error for one in found], errors)
    half = 1.959963984540054
    for one in found:
        assert close(one.lower, one.value - half * one.standard_error)
        assert close(one.upper, one.value + half * one.standard_error)


def assert_limits(found, expected):
    assert close([one.lower for one in found], expected["profile_lower"])
    assert close([one.upper for one in found], expected["profile_upper"])


def assert_binary(fit, expected):
    assert (fit.n, fit.counts[1]) == (number(expected["n"]), number(expected["events"]))
    assert list(fit.names) == expected["names"]
    assert_estimates(fit.coefficients, expected["coefficients"], expected["standard_errors"])
    intercept, error = expected["intercept"]
    assert close(fit.intercepts[0].value, intercept)
    assert close(fit.intercepts[0].standard_error, error)
    assert close(fit.deviance, number(expected["deviance"]))
    assert close(fit.null_deviance, number(expected["null_deviance"]))
    assert close(fit.aic, number(expected["aic"]))
    assert_test(fit.likelihood_ratio_test, expected["likelihood_ratio"])
    assert_test(fit.score_test, expected["score"])
    assert_test(fit.wald_test, expected["wald"])
    for term, wald, ratio in zip(
        fit.terms, expected["term_wald"], expected["term_likelihood_ratio"], strict=True
    ):
        assert_test(term_wald_test(fit, term.name), wald)
        # The difference of two deviances has their absolute rounding.
        found = term_likelihood_ratio_test(fit, term.name)
        assert found.statistic == pytest.approx(number(ratio["statistic"]), rel=REL, abs=1e-9)
        assert found.df == number(ratio["df"])
    assert_sandwich(fit, expected)
    if "profile_lower" in expected:
        assert_limits(profile_coefficients(fit), expected)


def assert_sandwich(fit, expected):
    robust = with_robust_variance(fit)
    assert close([one.standard_error for one in robust.coefficients], expected["sandwich"])
    assert [one.value for one in robust.coefficients] == [one.value for one in fit.coefficients]
    if "clustered" in expected:
        clusters = 17 if fit.data.offset is not None else 23
        robust = with_robust_variance(fit, cluster=np.arange(1, fit.n + 1) % clusters)
        assert close([one.standard_error for one in robust.coefficients], expected["clustered"])
        if len(set(np.arange(1, fit.n + 1) % clusters)) > len(fit.names):
            assert_test(robust.wald_test, expected["clustered_wald"], 1e-6)


def assert_predictions(fit, expected):
    rows = np.array(expected["rows"], dtype=int)
    offset = None if fit.data.offset is None else fit.data.offset[rows]
    found = predict(fit, fit.data.X[rows], offset=offset)
    theirs = expected["predicted"]
    assert close([one.value for one in found], theirs["value"])
    assert close([one.lower for one in found], theirs["lower"])
    assert close([one.upper for one in found], theirs["upper"])
    assert close([one.standard_error for one in found], theirs["se"])


def assert_firth(fit, expected):
    assert fit.method == "firth"
    assert close([one.value for one in fit.coefficients], expected["coefficients"])
    assert close([one.standard_error for one in fit.coefficients], expected["standard_errors"])
    assert close(fit.intercepts[0].value, number(expected["intercept"]))
    assert close(fit.penalised_log_likelihood, number(expected["penalised_log_likelihood"]))
    assert fit.likelihood_ratio_test.method == "penalised likelihood-ratio"
    assert_test(fit.likelihood_ratio_test, expected["likelihood_ratio"], 1e-8)
    for term, ratio in zip(fit.terms, expected["term_likelihood_ratio"], strict=True):
        found = term_likelihood_ratio_test(fit, term.name)
        assert found.statistic == pytest.approx(number(ratio["statistic"]), rel=REL, abs=1e-9)
        assert found.df == number(ratio["df"])
    if "profile_lower" in expected:
        assert_limits(profile_coefficients(fit), expected)


def public_model(name, expected):
    data = public_data(name)
    response = number(expected["response"])
    covariates = expected["covariates"]
    covariates = covariates if isinstance(covariates, list) else [covariates]
    rows = data.known([response, *covariates])
    X, names, terms = data.design(covariates)
    return data.frame[response].to_numpy()[rows], X[rows], names, terms, np.arange(1, len(rows) + 1)


@pytest.mark.parametrize("name", BINARY)
def test_binary_models_agree_with_glm(name):
    expected = GOLDEN["binary"][name]
    event, X, names, terms, i = public_model(name, expected)
    plain = logistic(event, X, names, terms=terms)
    assert_binary(plain, expected["plain"])
    assert_predictions(plain, expected["plain"])
    whole = logistic(event, X, names, terms=terms, weights=1 + i % 3, offset=(i % 5) / 10)
    assert_binary(whole, expected["whole_weights"])
    sampling = logistic(event, X, names, terms=terms, weights=0.5 + (i % 7) / 4)
    assert_binary(sampling, expected["sampling_weights"])


@pytest.mark.parametrize("name", BINARY)
def test_firth_agrees_with_brglm2_and_the_definition(name):
    expected = GOLDEN["binary"][name]
    event, X, names, terms, i = public_model(name, expected)
    assert_firth(logistic(event, X, names, terms=terms, method="firth"), expected["firth"])
    weighted = logistic(event, X, names, terms=terms, method="firth", weights=1 + i % 3)
    assert_firth(weighted, expected["firth_weighted"])


def test_vasoconstriction_agrees_with_r_and_with_print():
    table = published("vasoconstriction")
    X = np.log([[float(v), float(r)] for v, r in zip(table["volume"], table["rate"], strict=True)])
    event = [int(one) for one in table["constricted"]]
    fit = logistic(event, X, ["log_volume", "log_rate"])
    assert_binary(fit, GOLDEN["vasoconstriction"]["plain"])
    # Pregibon 1981 (Ann Stat 9:705) prints -2.875, 5.179 and 4.562, deviance 29.23.
    printed = [fit.intercepts[0].value, *(one.value for one in fit.coefficients)]
    assert [round(one, 3) for one in printed] == [-2.875, 5.179, 4.562]
    assert round(fit.deviance, 2) == 29.23
    assert_firth(logistic(event, X, fit.names, method="firth"), GOLDEN["vasoconstriction"]["firth"])


def test_separated_coefficients_leave_the_others_at_the_limit():
    expected = GOLDEN["separated"]
    rows = expected["rows"]
    X = np.column_stack([rows["marker"], rows["stage"], rows["age"]])
    fit = logistic(rows["y"], X, ["marker", "stage", "age"])
    limit = expected["limit"]
    assert fit.estimable == (False, True, True)
    assert fit.reasons[0] == "no finite estimate: no events when marker = 1 (the odds ratio tends to 0)"
    assert_estimates(fit.coefficients[1:], limit["coefficients"], limit["standard_errors"])
    assert close(fit.deviance, number(limit["deviance"]))
    assert close([fit.intercepts[0].value, fit.intercepts[0].standard_error], limit["intercept"])
    marker, *others = profile_odds_ratios(fit)
    assert (marker.value, marker.lower) == (None, None)
    assert close(marker.upper, np.exp(number(expected["marker_upper"])))
    assert close([np.log(one.lower) for one in others], limit["profile_lower"])
    assert_firth(logistic(rows["y"], X, fit.names, method="firth"), expected["firth"])


def assert_categorical(fit, expected):
    assert close(fit.log_likelihood, number(expected["log_likelihood"]))
    assert close(fit.log_likelihood_null, number(expected["log_likelihood_null"]))
    assert_estimates(fit.coefficients, expected["coefficients"], expected["standard_errors"])
    assert_test(fit.likelihood_ratio_test, expected["likelihood_ratio"])
    for term, wald, ratio in zip(
        fit.terms, expected["term_wald"], expected["term_likelihood_ratio"], strict=True
    ):
        assert_test(term_wald_test(fit, term.name), wald)
        found = term_likelihood_ratio_test(fit, term.name)
        assert found.statistic == pytest.approx(number(ratio["statistic"]), rel=REL, abs=1e-8)
        assert found.df == number(ratio["df"])


def categorical_model(name, expected):
    data = public_data(name)
    outcome = number(expected["outcome"])
    covariates = expected["covariates"]
    rows = data.known([outcome, *covariates])
    X, names, terms = data.design(covariates)
    labels = data.frame[outcome].to_numpy()[rows].tolist()
    return labels, X[rows], names, terms, data.levels[outcome]


@pytest.mark.parametrize("name", list(GOLDEN["multinomial"]))
def test_multinomial_models_agree_with_multinom(name):
    expected = GOLDEN["multinomial"][name]
    labels, X, names, terms, levels = categorical_model(name, expected)
    fit = multinomial_logistic(labels, X, names, levels=levels, terms=terms)
    assert_categorical(fit, expected)
    assert close([one.value for one in fit.intercepts], expected["intercepts"])
    assert close([one.standard_error for one in fit.intercepts], expected["intercept_errors"])
    found = predict_categories(fit, X[:3])
    for row, theirs in zip(found, expected["probabilities"], strict=True):
        assert close([one.value for one in row], theirs)


@pytest.mark.parametrize("name", list(GOLDEN["ordinal"]))
def test_proportional_odds_models_agree_with_clm(name):
    expected = GOLDEN["ordinal"][name]
    labels, X, names, terms, levels = categorical_model(name, expected)
    fit = proportional_odds(labels, X, names, levels=levels, terms=terms)
    assert_categorical(fit, expected)
    assert close([one.value for one in fit.intercepts], expected["cutpoints"])
    assert close([one.standard_error for one in fit.intercepts], expected["cutpoint_errors"])
    found = predict_categories(fit, X[:3])
    for row, theirs in zip(found, expected["probabilities"], strict=True):
        assert close([one.value for one in row], theirs)


def test_cheese_tasting_agrees_with_clm_and_with_print():
    table = published("cheese")
    judges = np.array([int(one) for one in table["judges"]])
    tasted = judges > 0
    X = np.array([[additive == level for level in "BCD"] for additive in table["additive"]], dtype=float)
    names = ["B", "C", "D"]
    fit = proportional_odds(
        np.array(table["taste"])[tasted].tolist(),
        X[tasted],
        names,
        levels=list("123456789"),
        weights=judges[tasted],
        terms=[Term("additive", tuple(names))],
    )
    assert_categorical(fit, GOLDEN["cheese"])
    assert close([one.value for one in fit.intercepts], GOLDEN["cheese"]["cutpoints"])
    # McCullagh & Nelder 1989, section 5.6.1: A, B, C against D are 1.613, 4.965, 3.323 (-1.613 + ...).
    b, c, d = (one.value for one in fit.coefficients)
    assert [round(d, 3), round(d - b, 3), round(d - c, 3)] == [1.613, 4.965, 3.323]
