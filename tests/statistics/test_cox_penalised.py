"""Ridge and lasso for Cox's model against glmnet and survival, and by the conditions of their maximum."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.statistics.cox import cox
from crlm.statistics.cox.penalised import penalised_cox
from tests.data.public import public_data
from tests.golden import golden
from tests.statistics.cox_golden import scalar
from tests.statistics.cox_more_golden import close
from tests.statistics.test_cox import NAMES, definition, studies

GOLDEN = golden("penalised")


def prepared(case):
    data = public_data(scalar(case["set"]))
    covariates = [scalar(one) for one in case["covariates"]]
    rows = data.known(covariates)
    X, names, _ = data.design(covariates)
    entry = None if data.entry is None else data.entry[rows]
    return {"time": data.time[rows], "event": data.event[rows], "X": X[rows], "names": names, "entry": entry}


@pytest.mark.parametrize("case", GOLDEN["lasso"], ids=lambda case: scalar(case["set"]))
def test_agrees_with_glmnet(case):
    given, penalties = prepared(case), case["penalties"]
    weights = 1 + np.arange(len(given["time"])) % 3 / 2 if scalar(case["weights"]) else None
    path = penalised_cox(
        **given, alpha=scalar(case["alpha"]), ties="breslow", weights=weights, penalties=penalties
    )
    for fit, theirs in zip(path, case["coefficients"], strict=True):
        close(fit.coefficients, theirs, rel=1e-8)
        assert [b == 0 for b in fit.coefficients] == [b == 0 for b in theirs]
    whole = penalised_cox(**given, alpha=scalar(case["alpha"]), ties="breslow", weights=weights)
    assert whole[0].penalty == pytest.approx(scalar(case["largest"]), rel=1e-8)
    assert not any(whole[0].coefficients) and any(whole[1].coefficients)


@pytest.mark.parametrize("case", GOLDEN["ridge"], ids=lambda case: scalar(case["set"]))
def test_agrees_with_ridge_in_survival(case):
    given = prepared(case)
    n = len(given["time"])
    # theta multiplies the variance with divisor n - 1 there, with n here: s^2 n/(n - 1).
    penalty = scalar(case["theta"]) / (n - 1)
    (fit,) = penalised_cox(**given, alpha=0.0, ties=scalar(case["ties"]), penalties=[penalty])
    close(fit.coefficients, case["coefficients"])
    close(fit.effective_df, case["df"])


@given(studies(), st.sampled_from([0.0, 0.4, 1.0]), st.sampled_from([0.02, 0.2]))
@settings(max_examples=60, deadline=None)
def test_meets_the_conditions_of_the_maximum(study, alpha, penalty):
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
    (fit,) = penalised_cox(
        study["time"], study["event"], study["X"], NAMES[:p], alpha=alpha, penalties=[penalty], **rest
    )
    beta = np.array(fit.coefficients)
    X, w = np.array(study["X"]), np.ones(len(study["X"])) if study["weights"] is None else study["weights"]
    s = np.sqrt(np.average((X - np.average(X, axis=0, weights=w)) ** 2, axis=0, weights=w))
    score, n = definition(study, beta)[1], np.sum(w)
    for j in range(p):
        slope = score[j] / n - penalty * (1 - alpha) * s[j] ** 2 * beta[j]
        if beta[j]:
            assert slope == pytest.approx(penalty * alpha * s[j] * np.sign(beta[j]), abs=1e-9)
        else:
            assert abs(slope) <= penalty * alpha * s[j] + 1e-9


def test_a_weak_penalty_is_nearly_none():
    data = public_data("veteran")
    X = data.frame.select("karnofsky", "age").to_numpy()
    (fit,) = penalised_cox(data.time, data.event, X, ["karnofsky", "age"], penalties=[1e-9])
    usual = cox(data.time, data.event, X, ["karnofsky", "age"])
    close(fit.coefficients, [one.value for one in usual.coefficients], rel=1e-4)
    assert fit.effective_df == pytest.approx(2)


def test_more_columns_than_patients():
    random = np.random.default_rng(4)
    X = random.normal(size=(30, 80))
    time = random.exponential(size=30) * np.exp(-X[:, 0])
    path = penalised_cox(time, np.ones(30), X, [f"x{j}" for j in range(80)])
    known = [fit for fit in path if fit.reason is None]
    assert len(known) >= 20
    assert path[1].coefficients[0] > 0 and np.count_nonzero(path[1].coefficients) <= 2
    assert all(fit.reason and fit.coefficients is None for fit in path if fit not in known)


def test_an_unpenalised_column_stays():
    random = np.random.default_rng(6)
    X = random.normal(size=(50, 3))
    time = random.exponential(size=50)
    path = penalised_cox(time, np.ones(50), X, ["a", "b", "c"], factors=[0, 1, 1])
    alone = cox(time, np.ones(50), X[:, :1], ["a"])
    assert path[0].coefficients[0] == pytest.approx(alone.coefficients[0].value, rel=1e-8)
    assert path[0].coefficients[1:] == (0, 0) and any(path[1].coefficients[1:])


def test_unpenalised_columns_that_separate():
    X = [[0, 0.1], [0, 0.5], [1, -0.2], [0, 0.4], [0, 0.0]]
    (fit,) = penalised_cox([1, 2, 3, 4, 5], [1, 1, 0, 1, 0], X, ["a", "b"], factors=[0, 1], penalties=[0.1])
    assert fit.coefficients is None and "separate" in fit.reason


def test_what_is_refused():
    given = {"time": [1, 2], "event": [1, 0], "X": [[1.0], [0.0]], "names": ["x"]}
    with pytest.raises(ValueError, match="no largest one"):
        penalised_cox(**given, alpha=0.0)
    with pytest.raises(ValueError, match="finite numbers above 0"):
        penalised_cox(**given, penalties=[0.0])
    with pytest.raises(ValueError, match="alpha was"):
        penalised_cox(**given, alpha=2.0)
    with pytest.raises(ValueError, match="factors must be"):
        penalised_cox(**given, factors=[1, 2])
    with pytest.raises(ValueError, match="ties was"):
        penalised_cox(**given, ties="exact")
    (none,) = penalised_cox([1, 2], [0, 0], [[1.0], [0.0]], ["x"], penalties=[1.0])
    assert none.reason == "no events"
