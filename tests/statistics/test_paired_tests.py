import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crlm.statistics.contingency import chi_square, cochran_armitage
from crlm.statistics.normality import shapiro_wilk
from crlm.statistics.paired_tests import mcnemar, paired_t, wilcoxon_signed_rank
from tests.golden import golden
from tests.oracles import group_tests as oracle

GOLDEN = golden("paired_tests")


def same(value, rel=1e-10):
    return pytest.approx(value, rel=rel, abs=1e-300)


@pytest.mark.parametrize("name", GOLDEN["paired"])
def test_pairs_are_compared_as_in_r(name):
    case = GOLDEN["paired"][name]
    first, second = case["first"], case["second"]
    found = paired_t(first, second)
    assert [found.statistic, found.df, found.p] == same(case["t"])
    for convention in ("r", "spss", "exact"):
        found = wilcoxon_signed_rank(first, second, convention=convention)
        assert found.statistic == case["v"][0]
        assert found.p == same(case[convention][0])
        assert found.n == len(first)


def test_signed_ranks_say_how_they_were_computed():
    notes = {
        (name, convention): wilcoxon_signed_rank(case["first"], case["second"], convention=convention).notes
        for name, case in GOLDEN["paired"].items()
        for convention in ("r", "spss", "exact")
    }
    assert notes["distinct", "r"] == notes["forty_nine", "r"] == ("exact distribution",)
    assert notes["fifty", "r"] == ("normal approximation corrected for continuity",)
    assert notes["fifty", "spss"] == ("normal approximation",)
    assert notes["with_equal", "r"] == (
        "2 equal pairs left out of the test",
        "normal approximation corrected for ties and continuity",
    )
    assert notes["with_equal", "exact"] == ("2 equal pairs left out of the test", "exact distribution")


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=10))
def test_exact_signed_ranks_are_the_list_of_all_signs(pairs):
    first, second = zip(*pairs, strict=True)
    found = wilcoxon_signed_rank(first, second, convention="exact")
    if first == second:
        assert (found.p, found.reason) == (None, "no pair differs")
    else:
        assert found.p == same(float(oracle.signed_ranks(first, second)), rel=1e-12)
        for convention in ("r", "spss", "exact"):
            one = wilcoxon_signed_rank(first, second, convention=convention)
            other = wilcoxon_signed_rank(second, first, convention=convention)
            assert one.p == same(other.p, rel=1e-12)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=20))
def test_rounding_of_the_values_makes_no_differences(pairs):
    first, second = np.array(pairs, dtype=float).T
    whole = wilcoxon_signed_rank(first, second)
    # 0.3 - 0.1 is not 0.2 to a computer, but it is the same difference.
    tenths = wilcoxon_signed_rank(first / 10, second / 10)
    assert (tenths.statistic, tenths.p, tenths.notes) == (whole.statistic, whole.p, whole.notes)
    t, of_tenths = paired_t(first, second), paired_t(first / 10, second / 10)
    assert t.reason == of_tenths.reason
    if t.p is not None:
        assert of_tenths.p == same(t.p, rel=1e-9)


@pytest.mark.parametrize("case", GOLDEN["readings"], ids=lambda case: str(case["counts"]))
def test_mcnemar_is_the_one_of_r(case):
    table = np.array(case["counts"]).reshape(2, 2)
    found = mcnemar(table, method="asymptotic")
    assert [found.statistic, found.df, found.p] == same(case["plain"])
    found = mcnemar(table, method="asymptotic", correction=True)
    assert [found.statistic, found.df, found.p] == same(case["corrected"])
    assert mcnemar(table).p == same(case["exact"][0])
    differ = case["counts"][1] + case["counts"][2]
    assert mcnemar(table).notes == (f"{differ} of {sum(case['counts'])} pairs differ",)


@pytest.mark.parametrize("case", GOLDEN["trend"], ids=lambda case: str(case["with"]))
def test_the_trend_of_a_proportion_is_the_one_of_r(case):
    found = cochran_armitage([case["with"], case["without"]], scores=case["scores"])
    assert [found.statistic, found.df, found.p] == same(case["test"])
    again = cochran_armitage([case["without"], case["with"]], scores=[3 - 2 * s for s in case["scores"]])
    assert again.p == same(found.p)


@given(st.lists(st.integers(0, 30), min_size=4, max_size=4))
def test_the_trend_of_two_groups_is_their_chi_square(cells):
    table = np.array(cells).reshape(2, 2)
    trend, difference = cochran_armitage(table), chi_square(table)
    assert (trend.p is None) == (difference.p is None)
    if trend.p is not None:
        assert trend.p == same(difference.p, rel=1e-9)
        assert trend.statistic == pytest.approx(difference.statistic, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", GOLDEN["normality"])
def test_shapiro_wilk_is_the_one_of_r(name):
    case = GOLDEN["normality"][name]
    found = shapiro_wilk(case["values"])
    assert found.statistic == same(case["test"][0], rel=1e-8)
    # The p-value is an approximation of 1 - W, which has fewer digits than W; scipy and R differ in the seventh.
    assert found.p == same(case["test"][1], rel=1e-6)


def test_scipy_stats_is_loaded_only_when_it_is_needed():
    code = "import sys, crlm.statistics.normality, crlm.statistics.paired_tests; sys.exit('scipy.stats' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (paired_t([], []), "there are no pairs"),
        (paired_t([1], [2]), "too few pairs to estimate a variance"),
        (paired_t([1, 2, 3], [0.9, 1.9, 2.9]), "the differences do not vary"),
        (wilcoxon_signed_rank([], []), "there are no pairs"),
        (wilcoxon_signed_rank([0.1 + 0.2, 2], [0.3, 2]), "no pair differs"),
        (
            wilcoxon_signed_rank(np.arange(1.0, 502), np.zeros(501), convention="exact"),
            "501 pairs are too many to sum over exactly; the approximations are made for them",
        ),
        (mcnemar([[0, 0], [0, 0]]), "there are no pairs"),
        (mcnemar([[3, 0], [0, 8]], method="asymptotic"), "no pair differs"),
        (cochran_armitage([[0, 0], [0, 0]]), "there are no counts"),
        (cochran_armitage([[1, 2], [0, 0]]), "all patients have the same value"),
        (cochran_armitage([[1, 0], [2, 0]]), "only one group has patients; a comparison needs two"),
        (cochran_armitage([[1, 2], [2, 1]], scores=[4, 4]), "all groups have the same score"),
        (shapiro_wilk([1]), "1 value: the test needs 3"),
        (shapiro_wilk(np.arange(5001)), "5001 values: the test is made for up to 5000"),
        (shapiro_wilk([0.1, 0.1, 0.1]), "all values are equal"),
    ],
)
def test_what_has_no_answer_says_why(found, reason):
    assert (found.statistic, found.df, found.p) == (None, None, None)
    assert found.reason == reason


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: paired_t([1, np.nan], [1, 2]), "leave out what is missing"),
        (lambda: paired_t([1, 2], [1]), "a pair has one of each"),
        (lambda: wilcoxon_signed_rank([1], [2], convention="stata"), '"r", "spss" or "exact"'),
        (lambda: mcnemar([[1, 2, 3]]), "two rows and two columns"),
        (lambda: mcnemar([[1, 0.5], [1, 1]]), "whole numbers"),
        (lambda: mcnemar([[1, 2], [1, 1]], correction=True), "no continuity correction"),
        (lambda: mcnemar([[1, 2], [1, 1]], method="mid-p"), '"exact" or "asymptotic"'),
        (lambda: cochran_armitage([[1, 2]]), "two rows"),
        (lambda: cochran_armitage([[1, -2], [1, 1]]), "whole numbers"),
        (lambda: cochran_armitage([[1, 2], [1, 1]], scores=[1]), "each of the 2 groups"),
        (lambda: shapiro_wilk([1, 2, np.inf]), "leave out what is missing"),
    ],
)
def test_wrong_input_is_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
