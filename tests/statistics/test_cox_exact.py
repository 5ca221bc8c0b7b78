"""Cox's exact partial likelihood against R, against all subsets, and as the conditional logistic model it is."""

import numpy as np
import pytest
from hypothesis import given, settings

from crlm.statistics.concordance import model_concordance
from crlm.statistics.cox import cox
from crlm.statistics.cox.exact import exact_moments
from crlm.statistics.cox.fit import risk_sets_of
from crlm.statistics.cox.prediction import baseline_hazards, predicted_survival
from crlm.statistics.cox.residuals import (
    deviance_residuals,
    dfbeta_residuals,
    martingale_residuals,
    schoenfeld_residuals,
    score_residuals,
)
from crlm.statistics.cox.robust import with_robust_variance
from crlm.statistics.cox.validation import validate_data
from crlm.statistics.proportional_hazards import proportional_hazards_test
from tests.data.public import public_data
from tests.golden import golden
from tests.oracles import cox_exact as oracle
from tests.statistics.cox_golden import scalar
from tests.statistics.cox_more_golden import close, strata_of
from tests.statistics.test_cox import studies

EXACT = golden("cox_more")["exact"]


def fitted(case):
    data = public_data(scalar(case["set"]))
    covariates = [scalar(one) for one in case["covariates"]]
    rows = data.known(covariates + (case["strata"] or []))
    X, names, terms = data.design(covariates)
    return cox(
        data.time[rows],
        data.event[rows],
        X[rows],
        names,
        ties="exact",
        terms=terms,
        entry=None if data.entry is None else data.entry[rows],
        strata=strata_of(data, case["strata"], rows),
        offset=(np.arange(len(rows)) % 5 - 2) / 4 if scalar(case["offset"]) else None,
    )


@pytest.mark.parametrize("case", EXACT, ids=lambda case: scalar(case["set"]))
def test_agrees_with_r(case):
    fit = fitted(case)
    close([one.value for one in fit.coefficients], case["coefficients"])
    close(fit.covariance, case["covariance"], abs=1e-15)
    close([fit.log_likelihood_null, fit.log_likelihood], case["log_likelihood"])
    close(fit.score_test.statistic, case["score"])
    close(martingale_residuals(fit)[case["rows"]], case["martingale"])
    close(deviance_residuals(fit)[case["rows"]], case["deviance"], abs=1e-7)
    # Not with a patient's rows as one cluster: these do not say which rows are of one patient.
    c = model_concordance(fit).estimate
    close([c.value, c.standard_error], case["concordance"])


@pytest.mark.parametrize(
    "case", [one for one in EXACT if one["curves"]], ids=lambda case: scalar(case["set"])
)
def test_predicts_as_r_does(case):
    # Breslow's hazard at the exact coefficients. R's survfit refuses such a model of start-stop rows.
    fit = fitted(case)
    new = case["new"]
    strata = None
    if fit.data.stratum is not None:
        strata = [fit.data.stratum_labels[fit.data.stratum[i]] for i in new]
    offset = None if fit.data.offset is None else fit.data.offset[new]
    found = predicted_survival(fit, fit.data.X[new], case["times"], strata=strata, offset=offset)
    compared = 0
    for ours, theirs in zip(found, case["curves"], strict=True):
        for k, one in enumerate(ours):
            if one.value is None:
                assert "follow-up ends" in one.reason
                continue
            close(one.value, theirs["survival"][k], abs=1e-300)
            if one.lower is None:
                assert one.value == 1 and "no event up to" in one.reason
                continue
            compared += 1
            close(one.standard_error, theirs["standard_error"][k], abs=1e-300)
            close([one.lower, one.upper], [theirs["lower"][k], theirs["upper"][k]], abs=1e-300)
    assert compared >= 5


def test_residuals_and_hazard_by_hand():
    # Two of four die at 1, one of the two with x = 1: r = 1, so each has 2/4 of an event expected at 1.
    fit = cox([1, 1, 2, 2], [1, 1, 0, 0], [[1.0], [0.0], [1.0], [0.0]], ["x"], ties="exact")
    assert martingale_residuals(fit) == pytest.approx([0.5, 0.5, -0.5, -0.5], abs=1e-12)
    (line,) = baseline_hazards(fit)
    assert line.time.tolist() == [1] and line.cumulative == pytest.approx([0.5], rel=1e-12)
    ((at_one,),) = predicted_survival(fit, [[0.0]], [1])
    assert at_one.value == pytest.approx(np.exp(-0.5), rel=1e-12)
    # Variance: 2/4^2 of the baseline, and (2/4)^2 (mean of x - 0)^2 = 1/16 times the variance of the coefficient, 3.
    assert at_one.standard_error == pytest.approx(np.exp(-0.5) * np.sqrt(2 / 16 + 3 / 16), rel=1e-12)


@given(studies())
@settings(max_examples=60, deadline=None)
def test_is_the_likelihood_of_all_subsets(study):
    rest = {key: study[key] for key in ("stratum", "entry")}
    data = validate_data(
        study["time"],
        study["event"],
        study["X"],
        strata=study["stratum"],
        weights=None,
        entry=study["entry"],
        offset=None,
        patient=None,
    )
    sets = risk_sets_of(data, "exact")
    p = len(study["X"][0])
    beta = np.array([0.4, -0.7, 0.2])[:p]

    def there(b):
        return oracle.log_likelihood(b, study["time"], study["event"], study["X"], **rest)

    at = exact_moments(sets, beta)
    assert at.log_likelihood == pytest.approx(there(beta), rel=1e-10, abs=1e-12)
    h = 1e-4
    for j, unit in enumerate(np.eye(p) * h):
        assert at.score[j] == pytest.approx((there(beta + unit) - there(beta - unit)) / (2 * h), abs=1e-6)
        up, down = exact_moments(sets, beta + unit).score, exact_moments(sets, beta - unit).score
        assert at.information[j] == pytest.approx((down - up) / (2 * h), abs=1e-6)


def test_without_ties_it_is_the_usual_likelihood():
    random = np.random.default_rng(8)
    time, event, X = random.permutation(60), random.integers(0, 2, 60), random.normal(size=(60, 2))
    exact, usual = (cox(time, event, X, ["a", "b"], ties=ties) for ties in ("exact", "efron"))
    close(exact.covariance, usual.covariance)
    assert exact.log_likelihood == pytest.approx(usual.log_likelihood, rel=1e-12)


def test_three_patients_by_hand():
    # At the only time two of three die: r (one with x = 1 and one of two with x = 0) against 2r + 1 in all.
    # At r: L = log(r / (2r + 1)), which rises for ever: 1/2 is never reached.
    fit = cox([1, 1, 2], [1, 1, 0], [[1.0], [0.0], [0.0]], ["x"], ties="exact")
    assert fit.coefficients[0].value is None and "separate" in fit.reasons[0]
    # Two of four die, one of two with x = 1: 4r / (r^2 + 4r + 1), largest at r = 1.
    fit = cox([1, 1, 2, 2], [1, 1, 0, 0], [[1.0], [0.0], [1.0], [0.0]], ["x"], ties="exact")
    assert fit.coefficients[0].value == pytest.approx(0.0, abs=1e-12)
    assert fit.log_likelihood == pytest.approx(np.log(1 / 6), rel=1e-12)  # one of six subsets
    assert fit.coefficients[0].standard_error == pytest.approx(np.sqrt(3), rel=1e-12)


def test_thousands_at_risk_and_hundreds_tied():
    random = np.random.default_rng(2)
    x = random.normal(size=(2000, 1))
    event = random.random(2000) < 1 / (1 + np.exp(1 - x[:, 0]))
    fit = cox(np.ones(2000), event, 10 * x, ["x"], ties="exact")
    # One time only: the conditional likelihood of a logistic model.
    assert fit.coefficients[0].value == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize("residuals", [score_residuals, dfbeta_residuals, schoenfeld_residuals])
def test_has_no_residuals_of_the_score(residuals):
    fit = cox([1, 1, 2, 3], [1, 1, 0, 1], [[1.0], [0.0], [1.0], [0.0]], ["x"], ties="exact")
    with pytest.raises(ValueError, match="martingale and deviance residuals only"):
        residuals(fit)


def test_what_else_it_has_not():
    fit = cox([1, 1, 2, 3], [1, 1, 0, 1], [[1.0], [0.0], [1.0], [0.0]], ["x"], ties="exact")
    with pytest.raises(ValueError, match="robust variance"):
        with_robust_variance(fit)
    assert "exact ties" in proportional_hazards_test(fit).overall.reason
