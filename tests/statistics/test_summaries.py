from fractions import Fraction
from math import floor, sqrt
from statistics import stdev

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crlm.statistics.summaries import (
    mean_and_spread,
    proportion,
    quantiles,
    standardised_difference,
    standardised_difference_of_counts,
)
from tests.golden import golden

GOLDEN = golden("group_tests")
counts = st.lists(st.integers(0, 20), min_size=3, max_size=3)


@pytest.mark.parametrize("name", GOLDEN["quantiles"])
def test_quantiles_mean_and_standard_deviation_are_those_of_r(name):
    case = GOLDEN["quantiles"][name]
    for definition in ("r7", "spss"):
        found = quantiles(case["values"], case["probabilities"], definition=definition)
        assert found == pytest.approx(case[definition], rel=1e-13)
    found = mean_and_spread(case["values"])
    assert found.mean == pytest.approx(case["mean"][0], rel=1e-13)
    assert (found.sd is None) == (case["sd"][0] is None)
    if found.sd is not None:
        assert found.sd == pytest.approx(case["sd"][0], rel=1e-13)
    assert (found.minimum, found.maximum) == (min(case["values"]), max(case["values"]))
    assert found.n == len(case["values"])


def test_the_two_definitions_by_hand():
    # Five values. R: position (5 - 1) / 4 + 1 = 2, the second. SPSS: (5 + 1) / 4 = 1.5, between first and second.
    assert quantiles([1, 2, 4, 8, 16], [0.25], definition="r7") == (2,)
    assert quantiles([1, 2, 4, 8, 16], [0.25], definition="spss") == (1.5,)
    assert quantiles([16, 1], [0.25, 0.5, 0.75], definition="spss") == (1, 8.5, 16)


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=20), st.integers(0, 16))
def test_quantiles_are_their_definition(values, sixteenth):
    ordered, n, p = sorted(values), len(values), Fraction(sixteenth, 16)
    for definition, position in (("r7", (n - 1) * p + 1), ("spss", (n + 1) * p)):
        place = min(max(position, Fraction(1)), Fraction(n))
        below = floor(place)
        above = min(below + 1, n)
        expected = ordered[below - 1] + (place - below) * (ordered[above - 1] - ordered[below - 1])
        assert quantiles(values, [sixteenth / 16], definition=definition)[0] == pytest.approx(float(expected))


def test_what_one_or_no_value_cannot_give_says_so():
    assert mean_and_spread([]).reason == "there are no values"
    assert mean_and_spread([4]).reason == "one value has no standard deviation"
    assert (mean_and_spread([4]).mean, mean_and_spread([4]).sd) == (4, None)
    assert quantiles([], [0.25, 0.5], definition="r7") == (None, None)


def test_wrong_input_of_a_summary_is_refused():
    with pytest.raises(ValueError, match="leave out what is missing"):
        mean_and_spread([1, np.nan])
    with pytest.raises(ValueError, match='"r7" or "spss"'):
        quantiles([1, 2], [0.5], definition="tukey")
    with pytest.raises(ValueError, match="between 0 and 1"):
        quantiles([1, 2], [50], definition="r7")


@pytest.mark.parametrize("case", GOLDEN["shares"])
def test_the_intervals_of_a_proportion_are_those_of_r(case):
    for interval in ("wilson", "exact"):
        found = proportion(case["count"][0], case["total"][0], interval=interval)
        assert found.value == case["count"][0] / case["total"][0]
        assert [found.lower, found.upper] == pytest.approx(case[interval], rel=1e-10, abs=1e-14)


def test_a_proportion_of_nobody_is_undefined():
    assert proportion(0, 0).value is None
    assert proportion(0, 0).reason == "there are no patients"
    with pytest.raises(ValueError, match="count was 3 of 2"):
        proportion(3, 2)
    with pytest.raises(ValueError, match='"wilson" or "exact"'):
        proportion(1, 2, interval="wald")


@given(st.integers(1, 60), st.data())
def test_intervals_of_a_proportion_hold_it_and_mirror(total, data):
    count = data.draw(st.integers(0, total))
    for interval in ("wilson", "exact"):
        found, mirrored = (
            proportion(count, total, interval=interval),
            proportion(total - count, total, interval=interval),
        )
        assert 0 <= found.lower <= found.value <= found.upper <= 1
        assert 1 - mirrored.upper == pytest.approx(found.lower, abs=1e-12)


def test_the_standardised_difference_of_means_by_hand():
    # Means 2 and 5, variances 1 and 7: 3 / sqrt((1 + 7) / 2) = 1.5
    assert standardised_difference([[1, 2, 3], [3, 4, 8]]).value == pytest.approx(3 / sqrt((1 + 7) / 2))
    # Three groups: the largest of the pairs is between the first and the last
    found = standardised_difference([[1, 2, 3], [2, 3, 4], [5, 6, 7]])
    assert found.value == pytest.approx(4)
    assert found.pair == (0, 2)


@given(*[st.lists(st.integers(0, 30), min_size=2, max_size=12)] * 2)
def test_the_standardised_difference_of_means_is_its_formula(first, second):
    assume(len(set(first)) > 1 or len(set(second)) > 1)
    spread = sqrt((stdev(first) ** 2 + stdev(second) ** 2) / 2)
    expected = abs(sum(first) / len(first) - sum(second) / len(second)) / spread
    assert standardised_difference([first, second]).value == pytest.approx(expected, rel=1e-9, abs=1e-12)
    far = standardised_difference([np.array(second) + 1e7, np.array(first) + 1e7]).value
    assert far == pytest.approx(expected, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("case", GOLDEN["smd_counts"])
def test_the_distance_of_counts_is_the_formula_in_r(case):
    found = standardised_difference_of_counts([case["first"], case["second"]])
    assert found.value == pytest.approx(case["value"][0], rel=1e-12)


def test_the_distance_of_two_levels_by_hand():
    # 10 of 20 against 5 of 20: (0.5 - 0.25) / sqrt((0.25 + 0.1875) / 2)
    found = standardised_difference_of_counts([[10, 10], [5, 15]])
    assert found.value == pytest.approx(0.25 / sqrt((0.25 + 0.1875) / 2))


@given(counts, counts, st.permutations(range(3)))
def test_the_distance_of_counts_does_not_depend_on_the_order(first, second, order):
    def value(a, b):
        return standardised_difference_of_counts([a, b])

    here, there = value(first, second), value([second[i] for i in order], [first[i] for i in order])
    assert here.reason == there.reason
    if here.value is not None:
        assert here.value == pytest.approx(there.value, rel=1e-9, abs=1e-12)
        assert value([*first, 0], [*second, 0]).value == here.value


@given(counts, counts)
def test_the_distance_of_counts_is_never_zero_for_different_shares(first, second):
    found = standardised_difference_of_counts([first, second])
    if found.value is not None:
        alike = [Fraction(a, sum(first)) for a in first] == [Fraction(b, sum(second)) for b in second]
        assert (found.value < 1e-12) == alike


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (standardised_difference([[1, 2]]), "a difference needs two groups"),
        (standardised_difference([[1, 2], [3]]), "a group has fewer than two values"),
        (standardised_difference([[1, 1], [3, 3]]), "the values do not vary within the groups"),
        (
            standardised_difference_of_counts([[5, 0], [0, 5]]),
            "infinitely different: the groups have no level",
        ),
        (standardised_difference_of_counts([[5, 3, 0, 0], [0, 0, 4, 4]]), "infinitely different"),
        (
            standardised_difference_of_counts([[5, 0], [7, 0]]),
            "all patients of both groups have the same value",
        ),
        (standardised_difference_of_counts([[0, 0], [7, 1]]), "a group has no values"),
        (standardised_difference_of_counts([[3, 1], [7, 1], [0, 0]]), "a group has no values"),
    ],
)
def test_a_difference_that_is_undefined_says_why(found, reason):
    assert found.value is None
    assert found.reason.startswith(reason)


def test_wrong_counts_are_refused():
    with pytest.raises(ValueError, match="a count for each level"):
        standardised_difference_of_counts([[1, 2], [1, 2, 3]])
    with pytest.raises(ValueError, match="whole numbers"):
        standardised_difference_of_counts([[1, 2.5], [1, 2]])
