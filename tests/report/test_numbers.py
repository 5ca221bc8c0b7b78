"""How numbers are printed: the little tables are the manual."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crlm.rendering import numbers
from crlm.rendering.typeface import text_width, wrap
from crlm.study.results import Interval


def interval(value: float | None, lower: float | None, upper: float | None) -> Interval:
    return Interval(value=value, lower=lower, upper=upper, level=0.95, reason="because")


@pytest.mark.parametrize(
    ("value", "decimals", "printed"),
    [
        (0.125, 2, "0.13"),  # half up, not half to even
        (2.675, 2, "2.68"),  # on the decimal that was meant, not on the binary one
        (12.55, 1, "12.6"),
        (0.5, 0, "1"),
        (1234.5, 0, "1,235"),
        (-3.25, 1, "\u22123.3"),
        (-0.001, 2, "0.00"),  # no negative zero
        (1e15, 0, "1,000,000,000,000,000"),
        (1e300, 0, "1" + ",000" * 100),
    ],
)
def test_rounding(value: float, decimals: int, printed: str) -> None:
    assert numbers.rounded(value, decimals) == printed


@pytest.mark.parametrize(
    ("p", "printed", "sentence"),
    [
        (0.0, "<0.001", "p < 0.001"),
        (0.00099, "<0.001", "p < 0.001"),
        (0.001, "0.001", "p = 0.001"),
        (0.0496, "0.050", "p = 0.050"),
        (0.0999, "0.100", "p = 0.100"),
        (0.1, "0.10", "p = 0.10"),
        (0.245, "0.25", "p = 0.25"),
        (0.99, "0.99", "p = 0.99"),
        (0.9901, ">0.99", "p > 0.99"),
        (1.0, ">0.99", "p > 0.99"),
    ],
)
def test_p_values(p: float, printed: str, sentence: str) -> None:
    assert numbers.p_value(p) == printed
    assert numbers.p_words(p) == sentence


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ((1.377, 1.0151, 1.8486), "1.38 (1.02 to 1.85)"),
        ((1.0004, 1.0001, 1.0007), "1.0004 (1.0001 to 1.0007)"),  # would be 1.00 (1.00 to 1.00)
        ((1.009, 1.0001, 1.03), "1.01 (1.00 to 1.03)"),
        ((12.345, 2.0, 250.4), "12.35 (2.00 to 250)"),
        ((3.0, 0.00001, 2.5e7), "3.00 (<0.01 to 2.5 \u00d7 10\u2077)"),
        ((None, None, None), "not estimable"),
        ((1.2, None, None), "1.20 (no interval)"),
    ],
)
def test_hazard_ratios(given: tuple[float | None, ...], printed: str) -> None:
    assert numbers.ratio_interval(interval(*given)) == printed


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ((76.04, 66.11, 98.88), "76.0 (66.1 to 98.9)"),
        ((76.04, 66.11, None), "76.0 (66.1 to not reached)"),
        ((None, 66.11, None), "not reached (66.1 to not reached)"),
        ((None, None, None), "not reached"),
    ],
)
def test_medians(given: tuple[float | None, ...], printed: str) -> None:
    assert numbers.time_interval(interval(*given)) == printed


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ((0.6265, 0.548, 0.696), "62.7 (54.8 to 69.6)"),
        ((1.0, None, None), "100.0 (no interval)"),
        ((None, None, None), "not estimable"),
    ],
)
def test_survival(given: tuple[float | None, ...], printed: str) -> None:
    assert numbers.survival_interval(interval(*given)) == printed


@pytest.mark.parametrize(
    ("values", "whole", "decimals"),
    [
        ([61.0, 53.0, 70.0], True, 0),
        ([61.5, 53.0, 70.0], True, 1),
        ([61.0, 53.0, 70.0], False, 1),  # a mean has a decimal even when it is whole
        ([0.35, 0.2, 0.6], True, 2),
        ([0.04, None, 0.06], True, 3),
        ([1500.5, 2.0], True, 0),
        ([None], True, 0),
    ],
)
def test_decimals_of_a_row(values: list[float | None], whole: bool, decimals: int) -> None:
    assert numbers.decimals_for(values, whole=whole) == decimals


def test_levels_and_chosen_numbers() -> None:
    assert [numbers.level_words(level) for level in (0.95, 0.9, 0.975)] == ["95%", "90%", "97.5%"]
    assert [numbers.number(value) for value in (12.0, 2.5, 0.1)] == ["12", "2.5", "0.1"]


@given(st.floats(min_value=-1e9, max_value=1e9), st.integers(0, 4))
def test_rounding_is_never_further_than_half_a_unit(value: float, decimals: int) -> None:
    back = float(numbers.rounded(value, decimals).replace(",", "").replace("\u2212", "-"))
    assert abs(back - value) <= 0.5 * 10.0**-decimals * (1 + 1e-9) + abs(value) * 1e-12


@given(st.floats(min_value=1e-12, max_value=1e12), st.floats(min_value=1.0001, max_value=50))
def test_an_interval_never_looks_like_one_number(value: float, width: float) -> None:
    printed = numbers.ratio_interval(interval(value, value / width, value * width))
    estimate, bounds = printed.rstrip(")").split(" (", 1)
    lower, upper = bounds.split(" to ")
    assert estimate and lower and upper
    if width > 1.01 and 0.01 < value < 50:
        assert len({estimate, lower, upper}) == 3


# Advance widths of Helvetica in thousandths of an em, from Adobe's font metrics (AFM); Liberation Sans was drawn
# to the same widths.
HELVETICA = {
    " ": 278,
    "A": 667,
    "W": 944,
    "a": 556,
    "i": 222,
    "m": 833,
    "0": 556,
    "(": 333,
    "%": 889,
    ".": 278,
    "\u2013": 556,
}
HELVETICA_BOLD = {" ": 278, "A": 722, "W": 944, "a": 556, "i": 278, "m": 889, "0": 556, "(": 333, "%": 889}


@pytest.mark.parametrize(("widths", "bold"), [(HELVETICA, False), (HELVETICA_BOLD, True)])
def test_text_is_as_wide_as_helvetica(widths: dict[str, int], bold: bool) -> None:
    for character, thousandths in widths.items():
        assert text_width(character, 1000, bold=bold) == pytest.approx(thousandths, abs=1)
    word = "".join(widths)
    assert text_width(word, 9, bold=bold) == pytest.approx(9 * sum(widths.values()) / 1000, rel=2e-3)


@given(
    st.text(alphabet="abc defghi-W\u2265", min_size=1, max_size=80), st.floats(min_value=20, max_value=200)
)
def test_wrapping_loses_nothing_and_fits(text: str, width: float) -> None:
    lines = wrap(text, width, 8.5)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(text_width(line.rstrip(), 8.5) <= width for line in lines if len(line.strip()) > 1)
    assert not math.isnan(sum(map(len, lines)))
