"""Printed numbers as intervals: every way of rounding is inside, the neighbours are not."""

import math
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crlm.evidence.audit.printed import counts_for, denominators_for, percentage, printed, shown


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0.048", "0.0475", "0.0485"),
        (".048", "0.0475", "0.0485"),
        ("0,048", "0.0475", "0.0485"),
        ("0·048", "0.0475", "0.0485"),
        ("p = 0.05", "0.045", "0.055"),
        ("12.5%", "12.45", "12.55"),
        ("100", "99.5", "100.5"),
        ("0.000", "-0.0005", "0.0005"),
        ("1,234", "1233.5", "1234.5"),
        ("1 234.5", "1234.45", "1234.55"),
        ("−1.2", "-1.25", "-1.15"),
        ("<0.001", None, "0.001"),
        (">0.99", "0.99", None),
        ("≤5", None, "5"),
    ],
)
def test_a_text_is_the_interval_of_what_rounds_to_it(text, low, high):
    one = printed(text)
    assert one.low == (None if low is None else Fraction(low))
    assert one.high == (None if high is None else Fraction(high))


@pytest.mark.parametrize("text", ["", "NS", "NR", "*", "8.06-11.55", "1.2.3", "0.5 to 2", "n/a", "-"])
def test_what_is_not_one_number_is_nothing(text):
    assert printed(text) is None


@given(st.integers(0, 3000), st.integers(1, 3000), st.integers(0, 3))
def test_every_common_rounding_of_a_percentage_is_inside(count, n, decimals):
    count = min(count, n)
    exact, step = Decimal(100 * count) / Decimal(n), Decimal(1).scaleb(-decimals)
    texts = {str(exact.quantize(step, mode)) for mode in (ROUND_HALF_UP, ROUND_HALF_EVEN)}
    texts |= {f"{100 * count / n:.{decimals}f}", f"{round(100 * count / n, decimals):.{decimals}f}"}
    for text in texts:
        assert printed(text).contains(percentage(count, n))
        assert count in counts_for(printed(text), n)
        assert n in denominators_for(count, printed(text), n)


@given(st.integers(0, 500), st.integers(1, 500), st.integers(0, 2))
def test_a_percentage_cut_off_is_inside_the_truncated_interval(count, n, decimals):
    count = min(count, n)
    text = f"{math.floor(Fraction(100 * count * 10**decimals, n)) / 10**decimals:.{decimals}f}"
    low, high = printed(text).truncated()
    assert low <= percentage(count, n) < high


@given(st.integers(1, 200), st.integers(0, 200))
def test_counts_of_a_percentage_are_those_that_a_search_finds(n, per_mille):
    one = printed(f"{per_mille / 2:.1f}")
    assert list(counts_for(one, n)) == [x for x in range(n + 1) if one.contains(Fraction(100 * x, n))]


@given(st.fractions(-50, 50), st.integers(0, 4))
def test_a_shown_number_prints_its_value(value, decimals):
    assert printed(shown(value, decimals)).contains(value)
