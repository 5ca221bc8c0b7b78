import pytest
from hypothesis import given
from hypothesis import strategies as st

from crlm.statistics.comparison import log_rank
from crlm.statistics.results import chi_square_p
from tests.data import survival_set
from tests.golden import golden
from tests.oracles import survival as oracle

GOLDEN = golden("curves")


@pytest.mark.parametrize("name", GOLDEN["logrank"])
def test_log_rank_is_survdiff(name):
    values = GOLDEN["sets"].get(name) or survival_set(name)
    expected = GOLDEN["logrank"][name]
    found = log_rank(values["time"], values["event"], values["group"], levels=expected["group"])
    assert [g.n for g in found.groups] == expected["n"]
    assert [g.observed for g in found.groups] == expected["observed"]
    assert [g.expected for g in found.groups] == pytest.approx(expected["expected"], rel=1e-12)
    assert found.test.statistic == pytest.approx(expected["chi_square"][0], rel=1e-11)
    assert found.test.df == expected["df"][0]
    assert found.test.p == pytest.approx(expected["p"][0], rel=1e-10)
    assert found.test.n == len(values["time"])


def test_a_group_whose_follow_up_ends_before_the_first_event_is_left_out_and_named():
    case = GOLDEN["logrank_early"]
    found = log_rank(case["time"], case["event"], case["group"], levels=["gone", "x", "y"])
    assert [g.expected for g in found.groups] == pytest.approx(case["expected"], rel=1e-12)
    assert found.test.statistic == pytest.approx(case["chi_square"][0], rel=1e-12)
    assert found.test.df == case["df"][0]
    assert found.test.p == pytest.approx(case["p"][0], rel=1e-12)
    assert found.test.notes == (
        "gone: follow-up of all patients ends before the first event, left out of the test",
    )


@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 1), st.sampled_from("abc")), min_size=1, max_size=24)
)
def test_log_rank_is_the_definition(rows):
    time, event, group = (list(column) for column in zip(*rows, strict=True))
    levels = sorted(set(group))
    found = log_rank(time, event, group, levels=levels)
    observed, expected, covariance = oracle.log_rank(time, event, group)
    assert [g.observed for g in found.groups] == [observed[g] for g in levels]
    assert [g.expected for g in found.groups] == pytest.approx(
        [float(expected[g]) for g in levels], rel=1e-12
    )

    kept = [g for g in levels if expected[g] > 0][1:]
    excess = [observed[g] - expected[g] for g in kept]
    solution = oracle.solve([[covariance[g, h] for h in kept] for g in kept], excess)
    if not kept or solution is None:
        assert found.test.p is None
        assert found.test.reason
    else:
        statistic = sum(a * b for a, b in zip(excess, solution, strict=True))
        assert found.test.df == len(kept)
        assert found.test.statistic == pytest.approx(float(statistic), rel=1e-9, abs=1e-12)
        assert found.test.p == pytest.approx(chi_square_p(float(statistic), len(kept)), rel=1e-9)


@given(
    st.lists(
        st.tuples(st.integers(0, 8), st.integers(0, 1), st.sampled_from("abcd")), min_size=2, max_size=30
    ),
    st.permutations("abcd"),
)
def test_the_order_of_the_groups_does_not_matter(rows, levels):
    columns = [list(column) for column in zip(*rows, strict=True)]
    one, other = log_rank(*columns, levels="abcd").test, log_rank(*columns, levels=levels).test
    assert (one.p is None) == (other.p is None)
    if one.p is not None:
        assert one.p == pytest.approx(other.p, rel=1e-9)
        assert one.df == other.df


@pytest.mark.parametrize(
    ("time", "event", "group", "levels", "reason"),
    [
        ([], [], [], ["a", "b"], "there are no patients"),
        ([1, 2], [1, 1], ["a", "a"], ["a", "b"], "all patients are in one group; a comparison needs two"),
        ([1, 2], [0, 0], ["a", "b"], None, "nobody had the event"),
        ([1, 2], [0, 1], ["a", "b"], None, "at every event only one group was still at risk"),
        (
            [3, 3],
            [1, 1],
            ["a", "b"],
            None,
            "at the events that could tell the groups apart, everybody at risk had the event",
        ),
    ],
)
def test_a_comparison_without_an_answer_says_why(time, event, group, levels, reason):
    found = log_rank(time, event, group, levels=levels)
    assert (found.test.statistic, found.test.df, found.test.p) == (None, None, None)
    assert found.test.reason.startswith(reason)


def test_a_level_without_patients_is_named():
    found = log_rank([1, 2, 3], [1, 1, 0], ["a", "b", "a"], levels=["a", "b", "c"])
    assert found.test.df == 1
    assert found.test.notes == ("c: no patients, left out of the test",)
    assert [g.n for g in found.groups] == [2, 1, 0]


@pytest.mark.parametrize(
    ("group", "levels", "sentence"),
    [
        (["a"], None, "each patient needs one of each"),
        (["a", "b"], ["a"], "not one of the levels"),
        (["a", "b"], ["a", "b", "a"], "named once"),
    ],
)
def test_wrong_groups_are_refused(group, levels, sentence):
    with pytest.raises(ValueError, match=sentence):
        log_rank([1, 2], [1, 0], group, levels=levels)
