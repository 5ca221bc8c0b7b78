"""The compiled Fine-Gray model: the numbers of `crr`, and those of the reference whatever the rows."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.statistics.batch.large_fine_gray import LargeFineGrayFit, large_fine_gray
from crlm.statistics.competing_risks import FineGrayFit, fine_gray
from tests.statistics.test_competing_risks_fine_gray import GOLDEN, close, data

pytest.importorskip("numba")

PLAIN = [one for one in GOLDEN["fits"] if not one["grouped"][0]]


def assert_same(fast: LargeFineGrayFit, slow: FineGrayFit) -> None:
    for field in ("cause", "names", "n", "n_events", "n_competing", "n_censored", "reason", "notes"):
        assert getattr(fast, field) == getattr(slow, field), field
    for one, other in zip(fast.coefficients, slow.coefficients, strict=True):
        assert_same_values(one, other)
    for one, other in zip(fast.hazard_ratios, slow.hazard_ratios, strict=True):
        assert_same_values(one, other)
    information = np.zeros((0, 0)) if slow.solution is None else slow.solution.moments.information
    for ours, theirs in ((fast.covariance, slow.covariance), (fast.information, information)):
        assert ours.shape == theirs.shape
        largest = np.sqrt(np.outer(np.diagonal(theirs), np.diagonal(theirs)))
        assert np.all(np.abs(ours - theirs) <= 1e-10 * np.maximum(largest, 1e-300))
    assert same(fast.log_likelihood, slow.log_likelihood, 1e-12)
    assert same(fast.log_likelihood_null, slow.log_likelihood_null, 1e-12)
    assert_same_values(fast.wald_test, slow.wald_test)
    assert_same_values(fast.likelihood_ratio_test, slow.likelihood_ratio_test)


def assert_same_values(one: object, other: object) -> None:
    """The same dataclass: numbers within 1e-10 of each other, and the same reasons."""
    for field in dataclasses.fields(one):
        ours, theirs = getattr(one, field.name), getattr(other, field.name)
        assert same(ours, theirs, 1e-10), field.name


def same(ours: object, theirs: object, within: float) -> bool:
    if isinstance(theirs, float):
        return bool(ours == pytest.approx(theirs, rel=within, abs=within))
    return bool(ours == theirs)


def cohort(seed: int, n: int, p: int, step: float = 0.1, scale: float = 30.0):
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.normal(size=n) if j % 2 else rng.integers(0, 2, n) for j in range(p)])
    first, second = (rng.exponential(scale / np.exp(X @ rng.normal(scale=0.4, size=p))) for _ in range(2))
    censoring = rng.uniform(0.0, 2 * scale, n)
    time = np.minimum(np.minimum(first, second), censoring)
    cause = np.where(time == censoring, 0, np.where(first < second, 1, 2))
    return np.round(time / step) * step, cause, X, [f"x{j}" for j in range(p)]


@pytest.mark.parametrize("expected", PLAIN, ids=lambda one: f"{one['set'][0]}-{one['of'][0]}")
def test_it_is_crr(expected) -> None:
    time, cause, X, names, _ = data(expected["set"][0])
    found = large_fine_gray(time, cause, expected["of"][0], X, names)
    assert found.engine == "numba"
    assert close([one.value for one in found.coefficients], expected["coefficients"])
    assert close(found.log_likelihood, expected["log_likelihood"][0], rel=1e-12)
    assert close(found.log_likelihood_null, expected["null"][0], rel=1e-12)
    assert close(found.information.ravel(), expected["information"])
    assert close([one.standard_error for one in found.coefficients], expected["standard_errors"], rel=1e-8)
    assert found.covariance.ravel() == pytest.approx(expected["variance"], rel=1e-8, abs=1e-12)


rows = st.integers(1, 30).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 9), min_size=n, max_size=n),
        st.lists(st.integers(0, 3), min_size=n, max_size=n),
        st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 1)), min_size=n, max_size=n),
    )
)


@settings(deadline=None, max_examples=300)
@given(rows, st.sampled_from([1.0, 0.1, 1 / 3, 1e-7]), st.sampled_from([0.0, 1e4]))
def test_it_is_the_reference_with_ties_and_with_all_that_is_unusual(drawn, unit, away) -> None:
    time, cause, X = (np.array(one, dtype=float) for one in drawn)
    X[:, 0] += away
    fast = large_fine_gray(time * unit, cause, 1, X, ["a", "b"])
    slow = fine_gray(time * unit, cause, 1, X, ["a", "b"])
    assert_same(fast, slow)
    assert fast.engine == "numpy" or all(slow.estimable)


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    n=st.integers(60, 700),
    p=st.integers(1, 7),
    step=st.sampled_from([1.0, 0.1, 1e-6, 1 / 3]),
)
def test_it_is_the_reference_in_a_study(seed, n, p, step) -> None:
    time, cause, X, names = cohort(seed, n, p, step)
    fast, slow = large_fine_gray(time, cause, 1, X, names), fine_gray(time, cause, 1, X, names)
    assert_same(fast, slow)


@pytest.mark.parametrize("strong", [1.0, 4.0])
def test_it_is_the_reference_in_many_rows_and_with_strong_covariates(strong) -> None:
    time, cause, X, names = cohort(4, 20_000, 6)
    X *= strong
    X[:, 3] = X[:, 3] ** 3
    fast, slow = large_fine_gray(time, cause, 2, X, names), fine_gray(time, cause, 2, X, names)
    assert fast.engine == "numba"
    assert_same(fast, slow)


def test_without_numba_it_is_the_reference() -> None:
    time, cause, X, names = cohort(1, 100, 2)
    found = large_fine_gray(time, cause, 1, X, names, engine="numpy")
    assert found.engine == "numpy"
    assert_same(found, fine_gray(time, cause, 1, X, names))


@pytest.mark.parametrize("what", ["constant", "copied", "separating", "no events"])
def test_what_cannot_be_estimated_has_the_reasons_of_the_reference(what) -> None:
    time, cause, X, names = cohort(5, 300, 3)
    if what == "constant":
        X[:, 1] = 0.1
    elif what == "copied":
        X[:, 1] = 3.0 - 2.0 * X[:, 0]
    elif what == "separating":
        X[:, 1] = cause == 1
    else:
        cause = np.where(cause == 1, 0, cause)
    fast, slow = large_fine_gray(time, cause, 1, X, names), fine_gray(time, cause, 1, X, names)
    assert_same(fast, slow)
    assert fast.engine == "numpy"
    assert any(one.reason for one in fast.coefficients)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"X": [[1.0], [2.0]]}, "one row per patient"),
        ({"X": [[1.0], [math.inf], [2.0]]}, "finite number"),
        ({"X": [[1.0], [math.nan], [2.0]]}, r"X\[1, 0\]"),
        ({"names": ["x", "y"]}, "names must be 1"),
        ({"X": [[], [], []], "names": []}, "no columns"),
        ({"level": 1}, "level was"),
        ({"of": 0}, "the cause was"),
        ({"cause": [1, 0, -2]}, "whole number"),
        ({"time": [1, math.nan, 3]}, r"time\[1\]"),
        ({"time": [1, 2]}, "each patient needs one of each"),
        ({"engine": "fast"}, "engine was"),
    ],
)
def test_wrong_input_is_refused(change, sentence) -> None:
    arguments = {"time": [1, 2, 3], "cause": [1, 0, 2], "of": 1, "X": [[1.0], [2.0], [0.0]], "names": ["x"]}
    with pytest.raises(ValueError, match=sentence):
        large_fine_gray(**arguments | change)
