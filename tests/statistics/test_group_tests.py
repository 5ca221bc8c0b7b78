import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crlm.statistics.group_tests import anova, chi_square, fisher, kruskal_wallis, mann_whitney, t_test
from crlm.statistics.results import chi_square_p, f_p, interval_multiplier, normal_p, normal_quantile, t_p
from tests.golden import golden
from tests.oracles import group_tests as oracle

GOLDEN = golden("group_tests")


def same(value, rel=1e-10):
    return pytest.approx(value, rel=rel, abs=1e-300)


def counts(case):
    return np.array(case["counts"]).reshape(case["rows"][0], -1)


def split(case):
    return np.split(np.array(case["values"], dtype=float), np.cumsum(case["sizes"])[:-1])


# Tables of counts


@pytest.mark.parametrize("name", GOLDEN["tables"])
def test_fisher_is_the_one_of_r(name):
    case = GOLDEN["tables"][name]
    found = fisher(counts(case))
    assert found.p == same(case["fisher"][0])
    assert (found.method, found.statistic, found.df, found.n) == ("fisher", None, None, sum(case["counts"]))
    assert len(case["counts"]) > 10 or fisher(counts(case).T).p == same(found.p, rel=1e-12)


@pytest.mark.parametrize("name", GOLDEN["tables"])
def test_chi_square_is_the_one_of_r(name):
    case = GOLDEN["tables"][name]
    found = chi_square(counts(case))
    assert found.statistic == same(case["chi_square"][0], rel=1e-12)
    assert found.df == case["df"][0]
    assert found.p == same(case["p"][0])
    corrected = chi_square(counts(case), correction=True)
    assert corrected.statistic == same(case["corrected"][0], rel=1e-12)
    assert corrected.p == same(case["corrected_p"][0])
    cells, small = len(case["counts"]), case["small"][0]
    note = f"expected count below 5 in {small} of {cells} cells"
    assert (note in found.notes) == (small > 0.2 * cells)


@given(st.lists(st.lists(st.integers(0, 4), min_size=2, max_size=3), min_size=2, max_size=3))
@settings(max_examples=100, deadline=None)
def test_fisher_is_the_sum_over_all_tables(table):
    assume(len({len(row) for row in table}) == 1)
    found = fisher(table)
    if found.p is None:
        assert found.reason
    else:
        assert found.p == same(float(oracle.fisher(table)), rel=1e-11)


@given(st.tuples(*[st.integers(0, 200)] * 4).filter(lambda t: sum(t[:2]) and sum(t[2:])))
@settings(max_examples=60)
def test_fisher_for_two_by_two_is_the_hypergeometric_sum(cells):
    table = np.array(cells).reshape(2, 2)
    assume(table.sum(axis=0).all())
    assert fisher(table).p == same(scipy.stats.fisher_exact(table)[1], rel=1e-9)


def test_the_far_tail_of_fisher_is_a_number_and_not_zero():
    # All of 500 against none of 500: one table on either side, 2 x 500! 500! / 1000!
    log_p = np.log(2) + 2 * scipy.special.gammaln(501) - scipy.special.gammaln(1001)
    assert fisher([[500, 0], [0, 500]]).p == same(np.exp(log_p))


@given(st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=2, max_size=5))
def test_chi_square_is_the_one_of_scipy(table):
    values = np.array(table)
    occupied = values[np.ix_(values.any(axis=1), values.any(axis=0))]
    assume(min(occupied.shape) >= 2)
    expected = scipy.stats.chi2_contingency(occupied, correction=False)
    found = chi_square(table)
    assert found.statistic == same(expected.statistic, rel=1e-10)
    assert found.df == expected.dof


def test_empty_rows_and_columns_are_left_out_and_named():
    found = chi_square([[3, 0, 4], [0, 0, 0], [9, 0, 2]])
    assert found.df == 1
    assert found.notes[:2] == ("1 empty row left out of the test", "1 empty column left out of the test")
    assert found.p == chi_square([[3, 4], [9, 2]]).p
    assert fisher([[3, 0, 0, 4], [9, 0, 0, 2]]).notes == ("2 empty columns left out of the test",)


@pytest.mark.parametrize("test", [chi_square, fisher])
@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ([[0, 0], [0, 0]], "there are no counts"),
        ([[3, 0], [4, 0]], "only one group has patients; a comparison needs two"),
        ([[3, 4], [0, 0]], "all patients have the same value"),
    ],
)
def test_a_table_without_a_comparison_says_why(test, table, reason):
    assert (test(table).p, test(table).statistic) == (None, None)
    assert test(table).reason == reason


def test_a_table_too_large_to_sum_over_says_so():
    found = fisher(np.full((6, 6), 40))
    assert found.p is None
    assert found.reason.startswith("a 6 x 6 table of 1440 patients has too many alternatives")


@pytest.mark.parametrize("table", [[1, 2], [[1, -1], [2, 2]], [[0.5, 1], [2, 2]], [[np.nan, 1], [2, 2]]])
def test_what_is_no_table_of_counts_is_refused(table):
    with pytest.raises(ValueError, match="table"):
        chi_square(table)


def test_yates_for_a_larger_table_is_said_not_to_exist():
    found = chi_square([[10, 20, 30], [30, 20, 10]], correction=True)
    assert found.notes == ("no continuity correction: it exists for 2 x 2 tables only",)


# Samples of numbers


@pytest.mark.parametrize("name", GOLDEN["two"])
def test_t_is_the_one_of_r(name):
    case = GOLDEN["two"][name]
    found = t_test(case["first"], case["second"], variances="pooled")
    assert [found.statistic, found.df, found.p] == same(case["pooled"])
    found = t_test(case["first"], case["second"], variances="welch")
    if "welch" in case:
        assert [found.statistic, found.df, found.p] == same(case["welch"])
    else:
        assert found.reason == "too few values to estimate a variance"


@pytest.mark.parametrize("name", GOLDEN["two"])
def test_mann_whitney_is_the_one_of_r_and_asymptotic_for_spss(name):
    case = GOLDEN["two"][name]
    found = mann_whitney(case["first"], case["second"])
    assert found.statistic == case["wilcoxon"][0]
    assert found.p == same(case["wilcoxon_p"][0])
    spss = mann_whitney(case["first"], case["second"], convention="spss")
    assert spss.statistic == min(
        case["wilcoxon"][0], len(case["first"]) * len(case["second"]) - case["wilcoxon"][0]
    )
    assert spss.p == same(case["asymptotic_p"][0])


def test_mann_whitney_says_how_it_was_computed():
    cases = GOLDEN["two"]
    notes = {name: mann_whitney(cases[name]["first"], cases[name]["second"]).notes for name in cases}
    assert notes["edge"] == ("exact distribution",)
    assert notes["mixed"] == ("normal approximation corrected for continuity",)
    assert notes["tied"] == ("normal approximation corrected for ties and continuity",)
    tied = cases["tied"]["first"], cases["tied"]["second"]
    assert mann_whitney(*tied, convention="spss").notes == ("normal approximation corrected for ties",)


@given(st.lists(st.integers(-99, 99), min_size=2, max_size=10, unique=True), st.data())
def test_exact_mann_whitney_is_the_list_of_all_arrangements(values, data):
    cut = data.draw(st.integers(1, len(values) - 1))
    expected = oracle.rank_sum(values[:cut], values[cut:])
    assert mann_whitney(values[:cut], values[cut:]).p == float(expected)


@pytest.mark.parametrize("name", GOLDEN["several"])
def test_kruskal_wallis_and_anova_are_those_of_r(name):
    case = GOLDEN["several"][name]
    found = kruskal_wallis(split(case))
    assert [found.statistic, found.df, found.p] == same(case["kruskal"])
    f, numerator, denominator, p = case["anova"]
    found = anova(split(case))
    assert [found.statistic, found.p] == same([f, p])
    assert found.df == numerator
    assert found.notes == (f"F on {numerator:g} and {denominator:g} degrees of freedom",)


@given(
    st.lists(st.integers(0, 20), min_size=2, max_size=12),
    st.lists(st.integers(0, 20), min_size=2, max_size=12),
)
def test_two_groups_give_the_same_answer_by_t_and_f(first, second):
    t, f = t_test(first, second, variances="pooled"), anova([first, second])
    assert t.reason == f.reason
    if t.p is not None:
        assert t.statistic**2 == pytest.approx(f.statistic, rel=1e-9, abs=1e-12)
        assert t.p == pytest.approx(f.p, rel=1e-9)
        shifted = anova([np.array(first) + 1e6, np.array(second) + 1e6])
        assert shifted.statistic == pytest.approx(f.statistic, rel=1e-9, abs=1e-10)


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=60), st.lists(st.integers(0, 6), min_size=1, max_size=60)
)
def test_two_groups_give_the_same_answer_by_ranks(first, second):
    spss, kruskal = mann_whitney(first, second, convention="spss"), kruskal_wallis([first, second])
    assert spss.reason == kruskal.reason
    if spss.p is not None:
        assert spss.p == pytest.approx(kruskal.p, rel=1e-9)
        assert mann_whitney(first, second).p == mann_whitney(second, first).p


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (t_test([], [1, 2], variances="welch"), "a group has no values"),
        (t_test([1], [2], variances="pooled"), "too few values to estimate a variance"),
        (t_test([1], [2, 3], variances="welch"), "too few values to estimate a variance"),
        (t_test([5, 5], [7, 7], variances="pooled"), "the values do not vary within the groups"),
        (t_test([0.1, 0.1], [0.1, 0.1], variances="welch"), "the values do not vary within the groups"),
        (mann_whitney([], [1]), "a group has no values"),
        (mann_whitney([3, 3], [3]), "all values are equal"),
        (kruskal_wallis([]), "there are no values"),
        (kruskal_wallis([[1, 2], []]), "only one group has values; a comparison needs two"),
        (kruskal_wallis([[2, 2], [2]]), "all values are equal"),
        (anova([[], []]), "there are no values"),
        (anova([[1], [2]]), "too few values to estimate a variance"),
        (anova([[1, 1], [2, 2]]), "the values do not vary within the groups"),
    ],
)
def test_samples_without_an_answer_say_why(found, reason):
    assert (found.statistic, found.df, found.p) == (None, None, None)
    assert found.reason == reason


def test_groups_without_values_are_left_out_and_named():
    found = kruskal_wallis([[1, 2], [], [3, 4]])
    assert found.df == 1
    assert found.notes == ("1 group without values left out of the test",)
    assert anova([[1, 2], [], [3, 4], []]).notes[0] == "2 groups without values left out of the test"


@pytest.mark.parametrize("sample", [[1, np.nan], [[1, 2]], [np.inf]])
def test_a_sample_with_missing_values_is_refused(sample):
    with pytest.raises(ValueError, match="leave out what is missing"):
        mann_whitney(sample, [1, 2])


def test_an_unknown_option_is_refused():
    with pytest.raises(ValueError, match='"pooled" or "welch"'):
        t_test([1, 2], [3, 4], variances="equal")
    with pytest.raises(ValueError, match='"r" or "spss"'):
        mann_whitney([1, 2], [3, 4], convention="stata")


# Tail probabilities


@pytest.mark.parametrize(
    ("ours", "r"),
    [  # R: 2 * pnorm(-37); pchisq(1400, 1, lower = FALSE); 2 * pt(-50, 3); 2 * pt(-20, 1e6); 2 * pt(-1e-9, 5); ...
        (normal_p(37), 1.1451142445049154e-299),
        (normal_p(-1.959963984540054), 0.05),
        (chi_square_p(1400, 1), 2.1010145162641344e-306),
        (chi_square_p(1300, 19), 3.5273215074226162e-264),
        (t_p(-50, 3), 1.7617152041271951e-05),
        (t_p(20, 1e6), 5.7330870473904482e-89),
        (t_p(1e-9, 5), 0.99999999924078664),
        (t_p(2, np.inf), 0.045500263896358424),
        (f_p(500, 3, 200), 1.2170074427728713e-92),
        (f_p(40, 1, 2000), 3.1242298586293901e-10),
        (normal_quantile(0.975), 1.959963984540054),
        (interval_multiplier(0.9), 1.6448536269514722),
    ],
)
def test_tails_are_those_of_r(ours, r):
    assert ours == pytest.approx(r, rel=2e-12, abs=0)


def test_nothing_is_certain():
    assert (chi_square_p(0, 3), normal_p(0), t_p(0, 4), f_p(0, 2, 9)) == (1, 1, 1, 1)
