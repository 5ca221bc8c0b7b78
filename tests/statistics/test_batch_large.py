"""Long tables: the same answers as the numpy reference, in the order rows come in."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.statistics.batch import large_cox as module
from crlm.statistics.batch.large_cox import UNDECIDED, large_cox
from crlm.statistics.batch.large_curves import grouped_curves
from crlm.statistics.comparison import LogRank
from crlm.statistics.cox.fit import cox
from tests.statistics.test_batch import cohort

pytest.importorskip("numba")


def assert_same_test(one: LogRank, other: LogRank) -> None:
    assert one.test == dataclasses.replace(other.test, statistic=one.test.statistic, p=one.test.p)
    assert (one.test.p is None) == (other.test.p is None)
    if other.test.p is not None:
        assert one.test.statistic == pytest.approx(other.test.statistic, rel=1e-9, abs=1e-12)
        assert one.test.p == pytest.approx(other.test.p, rel=1e-8)
    for group, twin in zip(one.groups, other.groups, strict=True):
        assert group == dataclasses.replace(twin, expected=group.expected)
        assert group.expected == pytest.approx(twin.expected, rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    n=st.integers(1, 300),
    scale=st.sampled_from([1.0, 0.1, 0.01, 1 / 3, 1e-7, 1e7]),
    dtype=st.sampled_from([np.int64, np.int8, bool, np.float64]),
)
def test_curves_and_log_rank_are_those_of_the_reference(seed, n, scale, dtype) -> None:
    rng = np.random.default_rng(seed)
    time = rng.integers(0, 50, size=n) * scale
    event, group = rng.integers(0, 2, size=n).astype(dtype), rng.integers(0, 3, size=n)
    fast = grouped_curves(time, event, group, ["a", "b", "c"], threads=2)
    slow = grouped_curves(time, event, group, ["a", "b", "c"], engine="numpy")
    assert (fast.engine, slow.engine) == ("numba", "numpy")
    assert_same_test(fast.log_rank, slow.log_rank)
    if scale < 1e-3:
        return  # noise is removed over all groups together in the one, within groups in the other
    for one, other in zip(fast.curves, slow.curves, strict=True):
        for field in dataclasses.fields(one):
            np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name), field.name)


def test_curves_of_many_rows_on_any_number_of_threads() -> None:
    rng = np.random.default_rng(1)
    n = 300_000
    time, event, group = (
        rng.integers(0, 900, size=n) / 10,
        rng.integers(0, 2, size=n),
        rng.integers(0, 2, size=n),
    )
    one = grouped_curves(time, event, group, [0, 1], threads=1)
    four = grouped_curves(time, event, group, [0, 1], threads=4)
    assert one.log_rank == four.log_rank
    assert one.curves[0].survival.tobytes() == four.curves[0].survival.tobytes()
    assert one.curves[0].n + one.curves[1].n == n


def test_curves_refuse_what_is_not_survival_data() -> None:
    with pytest.raises(ValueError, match=r"time\[1\]"):
        grouped_curves([1.0, np.nan], [1, 0], [0, 0], ["a"])
    with pytest.raises(ValueError, match="never below 0"):
        grouped_curves([1.0, -2.0], [1, 0], [0, 0], ["a"])
    with pytest.raises(ValueError, match=r"event\[1\] is 2"):
        grouped_curves([1.0, 2.0], [1, 2], [0, 0], ["a"])
    with pytest.raises(ValueError, match="event"):
        grouped_curves([1.0, 2.0], np.array([1, 2], dtype=np.int8), [0, 0], ["a"])
    with pytest.raises(ValueError, match="codes 0 to 0"):
        grouped_curves([1.0, 2.0], [1, 0], [0, 1], ["a"])


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("step", [1.0, 0.1, 1e-6])
@pytest.mark.parametrize("scattered", [0, 8192])
@pytest.mark.parametrize("sampled", [500, 200_000])
def test_large_cox_is_cox(ties, step, scattered, sampled, monkeypatch) -> None:
    monkeypatch.setattr(module, "SCATTERED", scattered)
    monkeypatch.setattr(module, "SAMPLED", sampled)
    monkeypatch.setattr(module, "EVERY", 4)
    time, event, X, names = cohort(5, 700, 6, step=step)
    X[:, 1] += 1e4
    fast, slow = large_cox(time, event, X, names, ties=ties), cox(time, event, X, names, ties=ties)
    assert fast.reason is None and fast.engine == "numba"
    for one, other in zip(fast.coefficients, slow.coefficients, strict=True):
        assert one.value == pytest.approx(other.value, rel=1e-9, abs=1e-11)
        assert one.standard_error == pytest.approx(other.standard_error, rel=1e-9)
    np.testing.assert_allclose(fast.covariance, slow.covariance, rtol=1e-8, atol=1e-14)
    assert fast.log_likelihood == pytest.approx(slow.log_likelihood, rel=1e-11)
    assert fast.likelihood_ratio_test.p == pytest.approx(slow.likelihood_ratio_test.p, rel=1e-7)
    again = large_cox(time, event, X, names, ties=ties, threads=1)
    assert again.covariance.tobytes() == fast.covariance.tobytes()
    assert again.coefficients == fast.coefficients


def test_large_cox_refuses_with_a_reason() -> None:
    time, event, X, names = cohort(5, 300, 3)
    constant, copied, separating = X.copy(), X.copy(), X.copy()
    constant[:, 1] = 7.0
    copied[:, 1] = copied[:, 0]
    separating[:, 1] = event
    for wrong in (constant, copied, separating):
        fit = large_cox(time, event, wrong, names)
        assert fit.reason == UNDECIDED
        assert all(one.value is None and one.reason for one in fit.coefficients)
    assert large_cox(time, np.zeros(300, dtype=int), X, names).reason == "no events"
    X[17, 2] = np.inf
    with pytest.raises(ValueError, match=r"X\[17, 2\]"):
        large_cox(time, event, X, names)


@pytest.mark.parametrize("column", [0, 1])
def test_a_part_without_an_estimate_does_not_keep_the_whole_from_one(column, monkeypatch) -> None:
    monkeypatch.setattr(module, "SAMPLED", 200)
    time, event, X, names = cohort(5, 320, 3)
    X[::16, column] = event[::16] if column else 1.0  # separates, or is constant, among every 16th
    fast, slow = large_cox(time, event, X, names), cox(time, event, X, names)
    assert [one.value for one in fast.coefficients] == pytest.approx(
        [one.value for one in slow.coefficients], rel=1e-9
    )


def test_large_cox_by_the_reference() -> None:
    time, event, X, names = cohort(5, 300, 3)
    one, other = large_cox(time, event, X, names, engine="numpy"), cox(time, event, X, names)
    assert one.engine == "numpy"
    assert one.coefficients == other.coefficients
