"""Batch kernels against the numpy reference, replicate by replicate: numbers, refusals and reasons."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.statistics.batch import engine
from crlm.statistics.batch.cox_bootstrap import bootstrap_backward_elimination, bootstrap_cox
from crlm.statistics.batch.logistic_bootstrap import NO_OUTCOME, bootstrap_logistic
from crlm.statistics.batch.resampling import replicate_counts
from crlm.statistics.batch.screen import screen_cox
from crlm.statistics.batch.trials import analyse_trials
from crlm.statistics.cox.fit import cox

pytest.importorskip("numba")


def cohort(seed: int, n: int, p: int, *, spread: float = 0.5, step: float = 1.0):
    """Times on a grid of `step`, so that ties are many; binary, continuous and count covariates."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    X[:, ::3] = X[:, ::3] > 0.4
    X[:, 2::3] = np.round(np.exp(X[:, 2::3] / 2))
    time = rng.exponential(size=n) * 20 / np.exp(spread * X @ rng.normal(size=p))
    censoring = rng.uniform(2, 40, size=n)
    observed = np.ceil(np.minimum(time, censoring) / step) * step
    return observed, (time <= censoring).astype(int), X, [f"x{j}" for j in range(p)]


def same(one, other, tolerance: float = 1e-9) -> None:
    """Two masked arrays with the same mask and the same numbers."""
    np.testing.assert_array_equal(np.ma.getmaskarray(one), np.ma.getmaskarray(other))
    np.testing.assert_allclose(one.compressed(), other.compressed(), rtol=tolerance, atol=tolerance)


def bits(*arrays) -> bytes:
    return b"".join(np.ma.getdata(one).tobytes() for one in arrays)


def test_replicate_counts_against_plain_python() -> None:
    def mixed(z: int) -> int:
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
        return z ^ (z >> 31)

    n, seed = 7, 20
    for replicate, counts in enumerate(replicate_counts(n, 3, seed)):
        state = mixed((mixed(seed) + replicate * 0x9E3779B97F4A7C15) % 2**64)
        expected = [0] * n
        for _ in range(n):
            state = (state + 0x9E3779B97F4A7C15) % 2**64
            expected[(mixed(state) >> 32) * n >> 32] += 1
        assert counts.tolist() == expected


def test_replicates_are_numbered_and_draw_everybody_alike() -> None:
    counts = replicate_counts(40, 2000, 5)
    assert (counts.sum(axis=1) == 40).all()
    np.testing.assert_array_equal(replicate_counts(40, 3, 5, first=17), counts[17:20])
    # Each patient's total is binomial(80000, 1/40): mean 2000, standard deviation 44.
    assert np.abs(counts.sum(axis=0) - 2000).max() < 5 * 44
    assert abs((counts == 0).mean() - (39 / 40) ** 40) < 0.01
    assert len(np.unique(counts, axis=0)) == 2000


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_cox_bootstrap_is_cox_of_the_repeated_rows(ties) -> None:
    time, event, X, names = cohort(1, 120, 5)
    fast = bootstrap_cox(time, event, X, names, replicates=25, seed=3, ties=ties)
    assert fast.engine == "numba" and not fast.by_reference
    for r, counts in enumerate(replicate_counts(120, 25, 3)):
        rows = np.repeat(np.arange(120), counts)
        slow = cox(time[rows], event[rows], X[rows], names, ties=ties)
        np.testing.assert_allclose(fast.coefficients[r], [one.value for one in slow.coefficients], atol=1e-10)


def test_cox_bootstrap_with_strata_and_weights_is_by_the_reference() -> None:
    time, event, X, names = cohort(3, 100, 3)
    rng = np.random.default_rng(3)
    strata, weights = np.array(["a", "b"])[rng.integers(0, 2, size=100)], rng.uniform(0.5, 2.0, size=100)
    options = {"strata": strata, "weights": weights}
    found = bootstrap_cox(time, event, X, names, replicates=5, seed=3, **options)
    kept = bootstrap_backward_elimination(
        time, event, X, names, threshold=1.0, inclusive=True, replicates=5, seed=3, **options
    )
    assert found.engine == kept.engine == "numpy"
    for r, counts in enumerate(replicate_counts(100, 5, 3)):
        rows = np.repeat(np.arange(100), counts)
        slow = cox(time[rows], event[rows], X[rows], names, strata=strata[rows], weights=weights[rows])
        expected = [one.value for one in slow.coefficients]
        np.testing.assert_allclose(found.coefficients[r], expected, atol=1e-10)
        np.testing.assert_allclose(kept.coefficients[r], expected, atol=1e-10)
    with pytest.raises(ValueError, match="no strata and no weights"):
        bootstrap_cox(time, event, X, names, replicates=5, seed=3, engine="numba", weights=weights)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    n=st.integers(4, 40),
    p=st.integers(1, 3),
    step=st.sampled_from([1.0, 10.0, 1e-6]),
)
def test_cox_bootstrap_of_small_samples(seed, n, p, step) -> None:
    """Few patients: separation, constant columns, resamples without events are everyday here."""
    time, event, X, names = cohort(seed, n, p, spread=1.5, step=step)
    fast = bootstrap_cox(time, event, X, names, replicates=6, seed=seed, threads=1)
    slow = bootstrap_cox(time, event, X, names, replicates=6, seed=seed, engine="numpy")
    same(fast.coefficients, slow.coefficients, 1e-8)
    assert fast.reasons == slow.reasons
    assert fast.n_estimated == slow.n_estimated


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(15, 60), inclusive=st.booleans())
def test_backward_elimination_in_resamples(seed, n, inclusive) -> None:
    time, event, X, names = cohort(seed, n, 4)
    options = {"threshold": 0.3, "inclusive": inclusive, "always": ["x1"], "replicates": 4, "seed": seed}
    fast = bootstrap_backward_elimination(time, event, X, names, **options, threads=1)
    slow = bootstrap_backward_elimination(time, event, X, names, **options, engine="numpy")
    np.testing.assert_array_equal(fast.selected, slow.selected)
    same(fast.coefficients, slow.coefficients, 1e-8)
    assert fast.apart == slow.apart


def test_every_result_is_the_same_to_the_last_bit_on_any_number_of_threads() -> None:
    time, event, X, names = cohort(4, 90, 4)
    R = 60
    trial_times = np.random.default_rng(2).exponential(size=(R, 50)).round(1)
    arm = np.arange(50) % 2

    def everything(threads: int) -> bytes:
        one = bootstrap_cox(time, event, X, names, replicates=R, seed=1, threads=threads)
        two = bootstrap_backward_elimination(
            time, event, X, names, threshold=0.2, replicates=R, seed=1, threads=threads
        )
        three = bootstrap_logistic(event, X, names, replicates=R, seed=1, threads=threads)
        four = screen_cox(
            [(time, event)] * 5, np.tile(X, (1, 30)), [str(j) for j in range(120)], threads=threads
        )
        five = analyse_trials(trial_times, trial_times < 2, arm, threads=threads)
        return bits(
            one.coefficients,
            two.coefficients,
            two.selected,
            three.coefficients,
            four.coefficients,
            four.standard_errors,
            five.chi_square,
            five.coefficient,
        )

    assert everything(1) == everything(2) == everything(5)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(5, 200), ties=st.sampled_from(["efron", "breslow"]))
def test_screen_is_cox_of_each_column(seed, n, ties) -> None:
    time, event, X, names = cohort(seed, n, 6)
    X[:, 4] = 3.0  # a column that is constant
    X[:, 5] = event  # and one that separates
    X[:, 3] += 1e6
    second = (time[::-1], event)
    fast = screen_cox([(time, event), second], X, names, ties=ties, threads=1)
    slow = screen_cox([(time, event), second], X, names, ties=ties, engine="numpy")
    same(fast.coefficients, slow.coefficients, 1e-8)
    same(fast.standard_errors, slow.standard_errors, 1e-7)
    same(fast.likelihood_ratios, slow.likelihood_ratios, 1e-7)
    assert fast.reasons == slow.reasons
    assert fast.coefficient(0, 4).value is None and fast.coefficient(0, 4).reason


def test_screen_gives_estimates_and_tests() -> None:
    time, event, X, names = cohort(9, 150, 3)
    screen = screen_cox([(time, event)], X, names)
    one = cox(time, event, X[:, [1]], ["x1"])
    assert screen.coefficient(0, 1).upper == pytest.approx(one.coefficients[0].upper, rel=1e-9)
    assert screen.likelihood_ratio_test(0, 1).p == pytest.approx(one.likelihood_ratio_test.p, rel=1e-8)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(2, 40), ties=st.sampled_from(["efron", "breslow"]))
def test_trials_are_log_rank_and_cox_of_each(seed, n, ties) -> None:
    rng = np.random.default_rng(seed)
    time = rng.exponential(size=(5, n)).round(1) * rng.choice([1.0, 0.1, 1 / 3])
    time += rng.choice([0.0, 1e-12], size=time.shape)  # noise that must not break ties
    event, arm = rng.integers(0, 2, size=(5, n)), rng.integers(0, 2, size=(5, n))
    fast = analyse_trials(time, event, arm, ties=ties, threads=1)
    slow = analyse_trials(time, event, arm, ties=ties, engine="numpy")
    for name in ("chi_square", "p", "coefficient", "standard_error"):
        same(getattr(fast, name), getattr(slow, name), 1e-8)
    assert fast.reasons == slow.reasons
    np.testing.assert_array_equal(fast.n_events, event.sum(axis=1))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(3, 60), p=st.integers(1, 3))
def test_logistic_bootstrap_is_logistic_of_the_repeated_rows(seed, n, p) -> None:
    _, event, X, names = cohort(seed, n, p, spread=1.0)
    event[0], event[1] = 0, 1
    fast = bootstrap_logistic(event, X, names, replicates=5, seed=seed, threads=1)
    slow = bootstrap_logistic(event, X, names, replicates=5, seed=seed, engine="numpy")
    same(fast.coefficients, slow.coefficients, 1e-7)
    same(fast.intercepts, slow.intercepts, 1e-7)
    assert fast.reasons == slow.reasons


def test_a_resample_with_one_outcome_says_so() -> None:
    counts = np.array([[2, 0, 0, 1], [1, 1, 1, 1]])
    result = bootstrap_logistic([1, 0, 0, 1], [[0.0], [1.0], [0.0], [1.0]], ["x"], counts=counts)
    assert result.reasons[0] == (NO_OUTCOME,)
    assert result.n_estimated == (1,)
    assert result.by_reference == (0,)


def test_without_numba_the_reference_answers_and_says_so(monkeypatch) -> None:
    time, event, X, names = cohort(7, 60, 2)
    fast = bootstrap_cox(time, event, X, names, replicates=3, seed=1)
    monkeypatch.setattr(engine, "has_numba", lambda: False)
    slow = bootstrap_cox(time, event, X, names, replicates=3, seed=1)
    assert (fast.engine, slow.engine) == ("numba", "numpy")
    same(fast.coefficients, slow.coefficients)
    with pytest.raises(ValueError, match="not installed"):
        bootstrap_cox(time, event, X, names, replicates=3, seed=1, engine="numba")


def test_wrong_input_is_refused() -> None:
    time, event, X, names = cohort(7, 20, 2)
    with pytest.raises(ValueError, match="either seed or counts"):
        bootstrap_cox(time, event, X, names)
    with pytest.raises(ValueError, match="one row of 20"):
        bootstrap_cox(time, event, X, names, counts=np.ones((3, 19), dtype=int))
    with pytest.raises(ValueError, match="less than 0"):
        bootstrap_cox(time, event, X, names, counts=-np.ones((3, 20), dtype=int))
    with pytest.raises(ValueError, match="finite"):
        bootstrap_cox(np.where(time == time[0], np.nan, time), event, X, names, seed=1)
    with pytest.raises(ValueError, match="always names"):
        bootstrap_backward_elimination(time, event, X, names, threshold=0.1, seed=1, always=["z"])
    with pytest.raises(ValueError, match="missing, infinite or below 0"):
        analyse_trials([[1.0, np.nan]], [[1, 1]], [0, 1])
    with pytest.raises(ValueError, match="event holds"):
        analyse_trials([[1.0, 2.0]], [[1, 2]], [0, 1])
    with pytest.raises(ValueError, match="threads was 0"):
        bootstrap_cox(time, event, X, names, seed=1, threads=0)
