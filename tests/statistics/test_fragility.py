"""The fragility index: printed examples, and every table enumerated."""

from fractions import Fraction
from itertools import product
from math import comb

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from crlm.statistics.fragility import fragility
from tests.golden import golden


def p_of(events, sizes):
    table = [[e, n - e] for e, n in zip(events, sizes, strict=True)]
    return fisher_exact(table).pvalue


@pytest.mark.parametrize(
    ("events", "sizes", "p", "index"),
    [
        # 1 of 100 against 9 of 100, the teaching example: p = 0.02, and 0.06 with one more event
        ((1, 9), (100, 100), 0.02, 1),
        # 15 of 40 against 6 of 40, the read-me of the R package fragilityindex: 0.0406, then 0.0784
        ((15, 6), (40, 40), 0.04060921, 1),
    ],
)
def test_printed_examples(events, sizes, p, index):
    found = fragility(events, sizes)
    assert found.p == pytest.approx(p, abs=5e-3 if p == 0.02 else 5e-9)
    assert found.index == index
    assert found.significant
    assert found.quotient == index / sum(sizes)
    assert found.changed_group == (0 if events[0] < events[1] else 1)


def test_after_the_index_the_printed_p():
    assert fragility((15, 6), (40, 40)).p_after == pytest.approx(0.07836101, abs=5e-9)


@pytest.mark.parametrize("case", golden("robustness")["indices"])
def test_against_r(case):
    found = fragility(tuple(case["events"]), tuple(case["sizes"]))
    assert found.p == pytest.approx(case["p"][0], rel=1e-10)
    assert found.index == case["index"][0]
    if found.index is not None:
        assert found.p_after == pytest.approx(case["p_after"][0], rel=1e-10)


def exact_p(events, sizes):
    """Fisher's p as a fraction: all tables of the same margins, drawn one by one from an urn."""
    ways = [
        comb(sizes[0], x) * comb(sizes[1], sum(events) - x)
        for x in range(sum(events) + 1)
        if x <= sizes[0] and sum(events) - x <= sizes[1]
    ]
    seen = comb(sizes[0], events[0]) * comb(sizes[1], events[1])
    return Fraction(sum(one for one in ways if one <= seen), sum(ways))


def slow(events, sizes, alpha):
    """Walsh's index by counting up, and the fewest changes over every table there is, in whole numbers."""
    alpha = Fraction(repr(alpha))
    significant = exact_p(events, sizes) < alpha
    few = [g for g in (0, 1) if events[g] == min(events)]
    if len(few) == 2:
        share = [e / n for e, n in zip(events, sizes, strict=True)]
        few = [g for g in (0, 1) if share[g] == min(share)]
    index = None
    for group in few:
        for k in range(1, sizes[group] + 1):
            other = list(events)
            other[group] += k if significant else -k
            if 0 <= other[group] <= sizes[group] and (exact_p(other, sizes) >= alpha) == significant:
                index = k if index is None else min(index, k)
                break
    others = [
        abs(a - events[0]) + abs(b - events[1])
        for a, b in product(range(sizes[0] + 1), range(sizes[1] + 1))
        if (exact_p((a, b), sizes) >= alpha) == significant
    ]
    return significant, index, min(others, default=None)


@st.composite
def small_tables(draw):
    sizes = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    return tuple(draw(st.integers(0, one)) for one in sizes), sizes


@settings(max_examples=60, deadline=None)
@given(table=small_tables(), alpha=st.sampled_from([0.05, 0.1, 0.2]))
# 3 of 8 against 0 of 7 is 0.2 exactly, and not below it; through logarithms it comes out at 0.19999999999999993
@example(table=((1, 0), (8, 7)), alpha=0.2)
def test_against_every_table(table, alpha):
    events, sizes = table
    found = fragility(events, sizes, alpha=alpha)
    assert (found.significant, found.index, found.fewest) == slow(events, sizes, alpha)
    assert (found.reason is None) == (found.index is not None)
    if found.index is not None:
        assert found.fewest <= found.index
        assert found.p_after >= alpha * (1 - 1e-12) if found.significant else found.p_after < alpha


@settings(max_examples=40, deadline=None)
@given(table=small_tables())
def test_exchanging_the_groups_changes_nothing(table):
    events, sizes = table
    one, other = fragility(events, sizes), fragility(events[::-1], sizes[::-1])
    assert (one.index, one.fewest, one.p) == pytest.approx((other.index, other.fewest, other.p))


def test_a_reverse_index():
    # 10 of 50 against 18 of 50: p = 0.12; by hand, 9: 0.073, 8: 0.043
    found = fragility((10, 18), (50, 50))
    assert not found.significant
    assert found.index == 2
    assert found.p_after == pytest.approx(p_of((8, 18), (50, 50)))


def test_too_small_to_ever_be_significant():
    found = fragility((1, 2), (3, 3))
    assert found.index is None
    assert found.fewest is None
    assert "never" in found.reason


def test_large_tables_are_answered_soon():
    found = fragility((1_000, 1_500), (20_000, 20_000))
    assert found.index > 100
    assert found.fewest is None


@pytest.mark.parametrize(
    ("events", "sizes"), [((3, 1), (2, 5)), ((-1, 1), (2, 5)), ((1, 1), (0, 5)), ((1, 1), (90_000, 90_000))]
)
def test_refusals(events, sizes):
    with pytest.raises(ValueError, match="patients"):
        fragility(events, sizes)
    with pytest.raises(ValueError, match="alpha"):
        fragility((1, 1), (5, 5), alpha=1.0)
