"""Residuals of Cox's model against R, and what they must add up to."""

import numpy as np
import pytest
from hypothesis import given, settings

from crlm.statistics.cox import cox
from crlm.statistics.cox.residuals import (
    deviance_residuals,
    dfbeta_residuals,
    estimated_names,
    martingale_residuals,
    schoenfeld_residuals,
    score_residuals,
)
from tests.oracles import cox_residuals as oracle
from tests.statistics.cox_more_golden import CASES, close, fitted, name_of
from tests.statistics.test_cox import fit_study, studies


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_agrees_with_r(case):
    fit, rows, events = fitted(case), case["rows"], case["events"]
    close(martingale_residuals(fit)[rows], case["martingale"])
    close(deviance_residuals(fit)[rows], case["deviance"], abs=1e-7)
    close(score_residuals(fit)[rows], case["scores"], abs=1e-8)
    close(dfbeta_residuals(fit)[rows], case["dfbeta"])
    close(dfbeta_residuals(fit, scaled=True)[rows], case["dfbetas"])
    close(schoenfeld_residuals(fit).values[events], case["schoenfeld"], abs=1e-8)
    close(schoenfeld_residuals(fit, scaled=True).values[events], case["scaled_schoenfeld"], abs=1e-8)


@given(studies())
@settings(max_examples=100, deadline=None)
def test_agrees_with_the_definition(study):
    fit = fit_study(study)
    if fit.solution is None or not all(fit.estimable):
        return
    beta = [one.value for one in fit.coefficients]
    rest = {key: study[key] for key in ("ties", "stratum", "weights", "entry")}
    martingale, scores = oracle.residuals(beta, study["time"], study["event"], study["X"], **rest)
    close(martingale_residuals(fit), martingale, abs=1e-9)
    close(score_residuals(fit), scores, abs=1e-8)
    weights = np.ones(fit.n) if study["weights"] is None else np.array(study["weights"])
    assert np.abs(weights @ score_residuals(fit)).max() < 1e-7
    assert abs(weights @ martingale_residuals(fit)) < 1e-9
    residual = deviance_residuals(fit)
    assert np.all(np.isfinite(residual))


def test_no_model_has_no_residuals():
    with pytest.raises(ValueError, match="no residuals: no events"):
        martingale_residuals(cox([1, 2], [0, 0], [[1], [2]], ["x"]))


def test_columns_without_estimate_have_none():
    x = [2.0, 1.0, 3.0, 1.5, 2.5, 0.5]
    rare = [0, 0, 1, 0, 0, 0]
    X = np.column_stack((x, np.full(6, 5.0), rare))
    fit = cox([1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 0], X, ["x", "same", "rare"])
    assert fit.reasons[0] is None and fit.reasons[1] and fit.reasons[2]
    assert estimated_names(fit) == schoenfeld_residuals(fit).names == ("x",)
    assert score_residuals(fit).shape == (6, 1) and schoenfeld_residuals(fit).values.shape == (4, 1)
    assert martingale_residuals(fit)[2] == pytest.approx(0.0, abs=1e-12)  # it counts nowhere in the limit
