"""The arithmetic that kernels share."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

from crlm.statistics.batch.exponential_kernel import exponentials
from crlm.statistics.batch.ordering import order_by_event, order_by_event_compiled
from crlm.statistics.times import tie_times


def exponential(x):
    found = np.empty(len(x))
    exponentials(np.asarray(x, dtype=np.float64), len(x), np.empty(len(x), dtype=np.int64), found)
    return found


def test_exponentials_are_right_to_two_units_in_the_last_place() -> None:
    rng = np.random.default_rng(1)
    x = np.concatenate(
        (rng.uniform(-690, 690, 20000), rng.normal(size=20000), [0.0, 1e-300, -1e-17, 700, -700])
    )
    expected = np.exp(x)
    assert np.max(np.abs(exponential(x) - expected) / np.spacing(expected)) <= 2.0
    assert exponential([0.0])[0] == 1.0


def test_exponentials_beyond_what_a_number_holds_stay_finite() -> None:
    assert exponential([1e4, -1e4, np.inf, -np.inf]).tolist() == exponential([700, -700, 700, -700]).tolist()


@pytest.mark.parametrize("seed", range(20))
def test_the_compiled_order_is_that_of_the_reference(seed) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 60))
    time = rng.integers(0, 12, size=n) * rng.choice([1.0, 0.1, 1 / 3, 1e7, 1e-9])
    time = time + rng.choice([0.0, 1e-12], size=n)  # noise that must not break ties
    event = rng.integers(0, 2, size=n) == 1
    slow, fast = order_by_event(tie_times(time), event), order_by_event_compiled(time, event)
    np.testing.assert_array_equal(fast.starts, slow.starts)
    np.testing.assert_array_equal(fast.death_ends, slow.death_ends)
    for begin, end in zip(slow.starts, slow.death_ends, strict=False):
        assert set(fast.rows[begin:end]) == set(slow.rows[begin:end])
    for begin, end in zip(slow.death_ends, slow.starts[1:], strict=True):
        assert set(fast.rows[begin:end]) == set(slow.rows[begin:end])
