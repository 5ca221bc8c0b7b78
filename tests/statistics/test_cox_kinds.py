"""The likelihood of many patients of few kinds beside its definition and beside the one for patients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.statistics.cox import cox
from crlm.statistics.cox.few import FEW
from crlm.statistics.cox.kinds import CELLS, kind_moments, kinds_of
from crlm.statistics.cox.likelihood import moments
from crlm.statistics.cox.newton import KindMoments, moments_at_zero
from crlm.statistics.cox.risk_sets import build_risk_sets
from tests.oracles import partial_likelihood as oracle


@st.composite
def models(draw):
    """Some patients with factors and counts, on few days, so that they are of few kinds."""
    n, p = draw(st.integers(12, 60)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    event = rng.random(n) < draw(st.sampled_from([0.2, 0.6, 1.0]))
    event[draw(st.integers(0, n - 1))] = True
    return {
        "time": rng.integers(1, draw(st.sampled_from([1, 3, 6])) + 1, n).astype(float),
        "event": event,
        "X": rng.integers(0, draw(st.sampled_from([2, 3])), (n, p)) - 0.37,
        "weights": rng.uniform(0.2, 4.0, n) if draw(st.booleans()) else None,
        "offset": rng.integers(0, 2, n) * 0.7 if draw(st.booleans()) else None,
        "stratum": rng.integers(0, 2, n) if draw(st.booleans()) else None,
        "beta": rng.normal(size=p),
        "ties": draw(st.sampled_from(["efron", "breslow"])),
    }


def sets_of(model):
    return build_risk_sets(
        model["time"], model["event"], model["X"].T, stratum=model["stratum"], entry=None,
        weights=model["weights"], offset=model["offset"], efron=model["ties"] == "efron",
    )  # fmt: skip


def close(one, other):
    np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-11 * max(np.abs(other).max(initial=1.0), 1.0))


@given(models())
@settings(max_examples=200, deadline=None)
def test_is_the_likelihood_of_patients(model):
    sets = sets_of(model)
    kinds = kinds_of(sets)
    if kinds is None:
        assert len(np.unique(sets.X, axis=1).T) * sets.n_blocks > CELLS * len(sets.rows) / 2
        return
    found, expected = kind_moments(sets, kinds, model["beta"]), moments(sets, model["beta"])
    close(found.log_likelihood, expected.log_likelihood)
    close(found.score, expected.score)
    close(found.information, expected.information)
    np.testing.assert_array_equal(found.information, found.information.T)


@given(models())
@settings(max_examples=100, deadline=None)
def test_is_the_likelihood_by_definition(model):
    model["stratum"] = None
    sets = sets_of(model)
    kinds = kinds_of(sets)
    if kinds is None:
        return
    found = kind_moments(sets, kinds, model["beta"])
    beta, X = list(model["beta"]), model["X"]
    p = len(beta)
    if model["offset"] is not None:  # a covariate whose coefficient is 1
        beta, X = [*beta, 1.0], np.column_stack((X, model["offset"]))
    total, score, information = oracle.derivatives(
        beta, model["time"], model["event"], X, ties=model["ties"], weights=model["weights"]
    )
    close(found.log_likelihood, total)
    close(found.score, score[:p])
    close(found.information, information[:p, :p])


def table(n):
    rng = np.random.default_rng(7)
    X = np.column_stack((rng.integers(0, 2, n), rng.integers(0, 4, n), rng.random(n) < 0.3)).astype(float)
    time = np.ceil(40.0 * rng.exponential(size=n) * np.exp(-X @ [0.4, -0.2, 0.3]))
    return time, rng.random(n) < 0.7, X


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_patients_that_count_twice_are_two_patients(ties):
    """Few patients with weight 8 are summed patient by patient, eight times as many by their kinds."""
    time, event, X = table(FEW)
    many = [np.repeat(one, 8, axis=0) for one in (time, event, X)]
    fit = cox(*many, "abc", ties=ties)
    if ties == "breslow":  # Efron's denominators of a weighted death are not those of several deaths
        weighted = cox(time, event, X, "abc", ties=ties, weights=np.full(FEW, 8.0))
        close(fit.solution.beta, weighted.solution.beta)
        close(fit.solution.covariance, weighted.solution.covariance)
        close(fit.log_likelihood, weighted.log_likelihood)
    sets = fit.solution.sets
    assert isinstance(moments_at_zero(sets), KindMoments)
    at = moments(sets, fit.solution.beta)
    assert np.abs(at.score).max() < 1e-6 * np.sqrt(np.diagonal(at.information)).min()
    close(fit.solution.information, at.information)
    close(fit.log_likelihood, at.log_likelihood)


def test_numbers_that_hardly_repeat_are_summed_patient_by_patient():
    time, event, X = table(3 * FEW)
    X[:, 1] = np.random.default_rng(8).normal(size=3 * FEW)
    sets = build_risk_sets(
        time, event, X.T, stratum=None, entry=None, weights=None, efron=True
    )  # fmt: skip
    assert kinds_of(sets) is None
    assert not isinstance(moments_at_zero(sets), KindMoments)


def test_coefficients_beyond_numbers_have_no_likelihood():
    time, event, X = table(3 * FEW)
    time[X[:, 1] == 3.0] = 1.0  # those with the largest risk are gone after the first day
    sets = build_risk_sets(time, event, X.T, stratum=None, entry=None, weights=None, efron=False)
    kinds, beta = kinds_of(sets), np.array([0.0, 900.0, 0.0])
    assert kinds is not None
    assert kind_moments(sets, kinds, beta).log_likelihood == moments(sets, beta).log_likelihood == -np.inf
