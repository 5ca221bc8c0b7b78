"""Firth's penalised likelihood for Cox's model: by hand, by its own gradient, and where others have no estimate."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import brentq, minimize

from crlm.statistics.cox import cox, term_likelihood_ratio_test
from crlm.statistics.cox.firth import penalised_at
from crlm.statistics.cox.fit import risk_sets_of
from crlm.statistics.cox.profile import profile_coefficients, profile_hazard_ratios
from crlm.statistics.cox.validation import validate_data
from crlm.statistics.proportional_hazards import proportional_hazards_test
from tests.data.public import public_data
from tests.golden import golden
from tests.statistics.cox_golden import scalar
from tests.statistics.cox_more_golden import close
from tests.statistics.test_cox import NAMES, definition, studies
from tests.statistics.test_public import fitted as fitted_public


def penalised(study, beta):
    """The definition: the log-likelihood and half the logarithm of the determinant of its information."""
    value, _, information = definition(study, beta)
    sign, log_det = np.linalg.slogdet(information)
    return value + log_det / 2 if sign > 0 else -math.inf


def sets_of(study):
    data = validate_data(
        study["time"],
        study["event"],
        study["X"],
        strata=study["stratum"],
        weights=study["weights"],
        entry=study["entry"],
        offset=None,
        patient=None,
    )
    return risk_sets_of(data, study["ties"])


@given(studies())
@settings(max_examples=100, deadline=None)
def test_the_gradient_is_that_of_the_definition(study):
    p = len(study["X"][0])
    information = definition(study, np.zeros(p))[2]
    if np.linalg.matrix_rank(information, tol=1e-6) < p:
        return
    beta, h = np.array([0.3, -0.4, 0.6])[:p], 1e-4
    at = penalised_at(sets_of(study), beta)
    assert at.value == pytest.approx(penalised(study, beta), rel=1e-9, abs=1e-9)
    for j, unit in enumerate(np.eye(p) * h):
        slope = (penalised(study, beta + unit) - penalised(study, beta - unit)) / (2 * h)
        assert at.score[j] == pytest.approx(slope, rel=1e-5, abs=1e-5)


@given(studies())
@settings(max_examples=60, deadline=None)
def test_the_estimate_is_finite_and_the_maximum(study):
    p = len(study["X"][0])
    rest = {
        key: study[value]
        for key, value in (
            ("strata", "stratum"),
            ("weights", "weights"),
            ("entry", "entry"),
            ("ties", "ties"),
        )
    }
    fit = cox(study["time"], study["event"], study["X"], NAMES[:p], method="firth", **rest)
    if np.linalg.matrix_rank(definition(study, np.zeros(p))[2], tol=1e-6) < p:
        assert any(reason is not None for reason in fit.reasons)
        return
    assert fit.reasons == (None,) * p
    beta = np.array([one.value for one in fit.coefficients])
    at = penalised_at(sets_of(study), beta)
    error = np.array([one.standard_error for one in fit.coefficients])
    assert np.abs(at.score * error).max() < 1e-7
    assert fit.penalised_log_likelihood == pytest.approx(penalised(study, beta), rel=1e-9, abs=1e-9)
    for away in np.vstack((np.eye(p), -np.eye(p))) * 0.3 * error:
        assert penalised(study, beta + away) < fit.penalised_log_likelihood


def test_two_patients_by_hand():
    # L = log(r / (r + 1)) has no maximum. I = r / (r + 1)^2, so L + log(I) / 2 = 1.5 log r - 2 log(r + 1), with the
    # maximum where 1.5 = 2 r / (r + 1): r = 3.
    fit = cox([1, 2], [1, 0], [[1.0], [0.0]], ["x"], method="firth")
    assert fit.hazard_ratios[0].value == pytest.approx(3, rel=1e-10)
    assert fit.coefficients[0].standard_error == pytest.approx(4 / math.sqrt(3), rel=1e-10)
    assert fit.log_likelihood == pytest.approx(math.log(3 / 4), rel=1e-10)
    top = 1.5 * math.log(3) - 2 * math.log(4)
    assert fit.penalised_log_likelihood == pytest.approx(top, rel=1e-12)
    test = fit.likelihood_ratio_test
    assert test.method == "penalised likelihood-ratio" and test.df == 1
    assert test.statistic == pytest.approx(math.log(27 / 16), rel=1e-10)
    assert term_likelihood_ratio_test(fit, "x").statistic == pytest.approx(math.log(27 / 16), rel=1e-10)
    assert fit.score_test.p is None and "penalised" in fit.score_test.reason

    def height(b):
        return 1.5 * b - 2 * math.log1p(math.exp(b)) - top + 3.841458820694124 / 2

    (limits,) = profile_coefficients(fit)
    roots = brentq(height, -10, 1, xtol=1e-14), brentq(height, 2, 30, xtol=1e-14)
    assert (limits.lower, limits.upper) == pytest.approx(roots, rel=1e-9)
    (ratio,) = profile_hazard_ratios(fit)
    assert ratio.upper == pytest.approx(math.exp(roots[1]), rel=1e-8)


def test_two_tied_deaths_by_hand():
    # Deaths with x = 1 and x = 0, and one patient with x = 0 who lives on. Efron: the denominators are r + 2 and
    # (r + 3) / 2, so L = b - log(r + 2) - log((r + 3) / 2) and I = 2r / (r + 2)^2 + 3r / (r + 3)^2.
    fit = cox([1, 1, 2], [1, 1, 0], [[1.0], [0.0], [0.0]], ["x"], method="firth")

    def minus(b):
        r = math.exp(b[0])
        information = 2 * r / (r + 2) ** 2 + 3 * r / (r + 3) ** 2
        return -(b[0] - math.log(r + 2) - math.log((r + 3) / 2) + math.log(information) / 2)

    best = minimize(minus, [0.0], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-15})
    assert fit.coefficients[0].value == pytest.approx(best.x[0], abs=1e-6)
    assert fit.penalised_log_likelihood == pytest.approx(-best.fun, rel=1e-12)


def separated():
    random = np.random.default_rng(11)
    n = 60
    X = np.column_stack((random.normal(size=n), np.arange(n) % 10 == 0)).astype(float)
    time = random.exponential(size=n)
    event = (random.random(n) < 0.5) & (X[:, 1] == 0)
    return time, event, X


def test_a_covariate_without_events_has_an_estimate_and_an_interval():
    time, event, X = separated()
    usual = cox(time, event, X, ["x", "rare"])
    assert usual.reasons[1] and any("firth" in note for note in usual.notes)
    fit = cox(time, event, X, ["x", "rare"], method="firth")
    assert not any("firth" in note for note in fit.notes)
    assert fit.coefficients[1].value < 0
    found = profile_coefficients(fit)
    study = {
        "time": time,
        "event": event,
        "X": X,
        "ties": "efron",
        "stratum": None,
        "weights": None,
        "entry": None,
    }
    for limit in (found[1].lower, found[1].upper):  # twice the fall of the profile is the quantile there
        best = minimize(lambda a: -penalised(study, np.array([a[0], limit])), [0.0], method="BFGS")  # noqa: B023
        fall = 2 * (fit.penalised_log_likelihood + best.fun)
        assert fall == pytest.approx(3.841458820694124, rel=1e-6)
    test = term_likelihood_ratio_test(fit, "rare")
    best = minimize(lambda a: -penalised(study, np.array([a[0], 0.0])), [0.0], method="BFGS")
    assert test.statistic == pytest.approx(2 * (fit.penalised_log_likelihood + best.fun), rel=1e-6)
    assert "penalised" in proportional_hazards_test(fit).overall.reason


def test_without_an_estimate_the_profile_may_have_one_limit():
    time, event, X = separated()
    fit = cox(time, event, X, ["x", "rare"])
    found = profile_coefficients(fit)[1]
    assert found.value is None and found.lower is None and found.upper is not None
    offset = cox(time, event, X[:, :1], ["x"], offset=found.upper * X[:, 1])
    assert 2 * (fit.log_likelihood - offset.log_likelihood) == pytest.approx(3.841458820694124, rel=1e-9)


@pytest.mark.parametrize("case", golden("cox_more")["profiles"], ids=lambda case: scalar(case["set"]))
def test_profile_limits_agree_with_r(case):
    data = public_data(scalar(case["set"]))
    fit = fitted_public(data, [scalar(one) for one in case["covariates"]], scalar(case["ties"]))
    one = profile_coefficients(fit)[fit.names.index(scalar(case["held"]))]
    close([one.lower, one.upper], case["limits"])


def test_many_patients_hardly_differ_from_maximum_likelihood():
    data = public_data("gbsg2")
    rows = data.known(["age", "grade"])
    X, names, _ = data.design(["age", "grade"])
    usual, firth = (
        cox(data.time[rows], data.event[rows], X[rows], names, method=method)
        for method in ("maximum likelihood", "firth")
    )
    for a, b in zip(usual.coefficients, firth.coefficients, strict=True):
        assert abs(a.value - b.value) < 0.2 * a.standard_error


def test_a_determined_column_is_still_left_out():
    time, event, X = separated()
    fit = cox(time, event, np.column_stack((X, X[:, 0])), ["x", "rare", "again"], method="firth")
    assert fit.reasons[2] == "aliased with x: it says nothing that they do not" and fit.reasons[1] is None
