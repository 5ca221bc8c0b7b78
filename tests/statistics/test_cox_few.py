"""The likelihood of few patients beside its definition and beside the one for many."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.statistics.cox import cox
from crlm.statistics.cox.few import FARTHEST, FEW, FewMoments, few_patients, moments_at
from crlm.statistics.cox.likelihood import Moments, moments
from crlm.statistics.cox.risk_sets import build_risk_sets
from tests.oracles import partial_likelihood as oracle


@st.composite
def models(draw):
    n, p = draw(st.integers(1, 25)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    event = rng.random(n) < draw(st.sampled_from([0.2, 0.6, 1.0]))
    event[draw(st.integers(0, n - 1))] = True
    return {
        "time": rng.integers(1, draw(st.sampled_from([1, 4, 60])) + 1, n).astype(float),
        "event": event,
        "X": rng.normal(size=(n, p)),
        "weights": rng.uniform(0.2, 4.0, n) if draw(st.booleans()) else None,
        "offset": rng.normal(size=n) if draw(st.booleans()) else None,
        "beta": rng.normal(size=p),
        "ties": draw(st.sampled_from(["efron", "breslow"])),
    }


def sets_of(model):
    return build_risk_sets(
        model["time"], model["event"], model["X"].T, stratum=None, entry=None,
        weights=model["weights"], offset=model["offset"], efron=model["ties"] == "efron",
    )  # fmt: skip


def close(one, other):
    np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-11 * max(np.abs(other).max(initial=1.0), 1.0))


@given(models())
@settings(max_examples=150, deadline=None)
def test_is_the_likelihood_by_definition(model):
    sets = sets_of(model)
    found = moments_at(sets, model["beta"], few_patients(sets))
    assert isinstance(found, FewMoments)
    # An offset is a covariate whose coefficient is 1.
    beta, X = list(model["beta"]), model["X"]
    p = len(beta)
    if model["offset"] is not None:
        beta, X = [*beta, 1.0], np.column_stack((X, model["offset"]))
    total, score, information = oracle.derivatives(
        beta, model["time"], model["event"], X, ties=model["ties"], weights=model["weights"]
    )
    close(found.log_likelihood, total)
    close(found.score, score[:p])
    close(found.information, information[:p, :p])
    np.testing.assert_array_equal(found.information, found.information.T)


@given(models(), st.floats(0.0, 40.0))
@settings(max_examples=100, deadline=None)
def test_extreme_coefficients_are_left_to_the_likelihood_for_many(model, scale):
    sets, beta = sets_of(model), model["beta"] * scale
    few = few_patients(sets)
    found, expected = moments_at(sets, beta, few), moments(sets, beta)
    far = np.abs(beta) @ few.farthest + few.outset > FARTHEST
    assert isinstance(found, Moments if far else FewMoments)
    close(found.log_likelihood, expected.log_likelihood)
    close(found.score, expected.score)
    close(found.information, expected.information)


def test_many_and_strata_and_late_entry_are_left_to_the_likelihood_for_many():
    rng = np.random.default_rng(5)
    n = FEW + 1
    time, event, X = rng.exponential(size=n) + 0.5, np.ones(n, dtype=bool), rng.normal(size=(1, n))
    stratum, entry = np.arange(n) % 2, np.full(n, 0.1)
    entry[0] = time[0] - 0.01
    for size, options in (
        (FEW, {}),
        (n, {}),
        (100, {"stratum": stratum[:100]}),
        (100, {"entry": entry[:100]}),
    ):
        sets = build_risk_sets(
            time[:size], event[:size], X[:, :size],
            **{"stratum": None, "entry": None, "weights": None, "efron": True} | options,
        )  # fmt: skip
        assert (few_patients(sets) is None) == (size > FEW or bool(options))


def test_a_copy_of_everybody_in_a_second_stratum_changes_no_estimate():
    # The two strata are summed by the likelihood for many, the one by that for few.
    rng = np.random.default_rng(6)
    X = rng.normal(size=(300, 3))
    time = np.round(rng.exponential(size=300) * np.exp(-X @ [0.5, 0.0, -1.0]), 1) + 0.1
    event = rng.random(300) < 0.6
    one = cox(time, event, X, "abc")
    two = cox(np.tile(time, 2), np.tile(event, 2), np.tile(X, (2, 1)), "abc", strata=np.repeat([0, 1], 300))
    close(one.solution.beta, two.solution.beta)
    close(one.solution.covariance, 2.0 * two.solution.covariance)
    close(2.0 * one.log_likelihood, two.log_likelihood)
    close(2.0 * one.score_test.statistic, two.score_test.statistic)
