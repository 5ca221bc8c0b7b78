import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.statistics.competing_risks import gray_test
from crlm.statistics.results import chi_square_p
from tests.data.public import public_data
from tests.golden import golden
from tests.oracles import competing_risks as oracle
from tests.oracles.survival import solve

GOLDEN = golden("competing_risks")
CAUSES = {"censored": 0, "malignancy": 1, "death": 2}

rows = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 2), st.sampled_from("abc")), min_size=1, max_size=18
)


def data(name):
    if name == "mgus2":
        frame = public_data("mgus2").frame
        cause = [CAUSES[one] for one in frame["cause"]]
        group = ["below 65" if age < 65 else "below 80" if age < 80 else "older" for age in frame["age"]]
        return frame["time"].to_list(), cause, group, frame["sex"].to_list()
    values = GOLDEN["sets"][name]
    stratum = values["stratum"] * (len(values["time"]) // len(values["stratum"]))
    return values["time"], values["cause"], values["group"], stratum


@pytest.mark.parametrize(
    "expected", GOLDEN["gray"], ids=lambda g: f"{g['set'][0]}-{g['rho'][0]}-{g['stratified'][0]}"
)
def test_gray_is_cuminc(expected):
    time, cause, group, stratum = data(expected["set"][0])
    strata = stratum if expected["stratified"][0] else None
    for k, of in enumerate(expected["cause"]):
        found = gray_test(time, cause, of, group, strata=strata, rho=expected["rho"][0])
        assert found.test.statistic == pytest.approx(expected["statistic"][k], rel=1e-10)
        assert found.test.p == pytest.approx(expected["p"][k], rel=1e-10)
        assert found.test.df == expected["df"][k]
        assert found.test.n == len(time)
        assert sum(g.observed for g in found.groups) == sum(c == of for c in cause)
        assert sum(g.expected for g in found.groups) == pytest.approx(sum(c == of for c in cause))


@given(rows, st.integers(0, 1))
@settings(deadline=None, max_examples=80)
def test_gray_is_the_definition(rows, rho):
    time, cause, group = (list(column) for column in zip(*rows, strict=True))
    levels = sorted(set(group))
    found = gray_test(time, cause, 1, group, levels=levels, rho=rho)
    try:
        score, covariance = oracle.gray(time, cause, 1, group, levels, rho)
    except ZeroDivisionError:
        assert found.test.p is None
        return
    used = [g for g, one in zip(levels, found.groups, strict=True) if one.expected > 0]
    solution = solve([[covariance[g, h] for h in used[1:]] for g in used[1:]], [score[g] for g in used[1:]])
    if len(used) < 2 or solution is None:
        assert found.test.p is None
        assert found.test.reason
        return
    if found.test.p is None:  # with rho, 1 - F below 0 has no power in general
        assert "common incidence" in found.test.reason
        return
    statistic = float(sum(score[g] * x for g, x in zip(used[1:], solution, strict=True)))
    assert found.test.statistic == pytest.approx(statistic, rel=1e-8, abs=1e-12)
    assert found.test.p == pytest.approx(chi_square_p(statistic, len(used) - 1), rel=1e-7)


@given(rows, st.permutations("abc"), st.integers(1, 3))
@settings(deadline=None)
def test_order_unit_and_repetition_of_time_do_not_matter(rows, levels, unit):
    time, cause, group = (list(column) for column in zip(*rows, strict=True))
    one = gray_test(time, cause, 1, group, levels="abc").test
    other = gray_test(
        [unit * t for t in reversed(time)], list(reversed(cause)), 1, list(reversed(group)), levels=levels
    ).test
    assert (one.p is None) == (other.p is None)
    if one.p is not None:
        assert one.p == pytest.approx(other.p, rel=1e-8)


@given(rows)
@settings(deadline=None, max_examples=30)
def test_a_stratum_of_one_group_adds_nothing(rows):
    time, cause, group = (list(column) for column in zip(*rows, strict=True))
    alone = gray_test(time, cause, 1, group, levels="abc").test
    stratum = [1] * len(rows) + [2] * 3
    both = gray_test(
        [*time, 1, 2, 3], [*cause, 1, 2, 1], 1, [*group, "a", "a", "a"], levels="abc", strata=stratum
    )
    if alone.p is not None and not alone.notes and both.test.p is not None:
        assert both.test.statistic == pytest.approx(alone.statistic, rel=1e-8, abs=1e-12)


def test_without_competing_events_and_censoring_expected_counts_are_the_log_rank_ones():
    found = gray_test([1, 2, 3, 4], [1, 1, 1, 1], 1, ["a", "b", "a", "b"])
    # At 1: 4 at risk, half in each group; at 2: 1 of 3 is in a; at 3: 1 of 2; at 4: only b is left
    assert found.groups[0].expected == pytest.approx(2 / 4 + 1 / 3 + 1 / 2)
    assert found.groups[1].expected == pytest.approx(2 / 4 + 2 / 3 + 1 / 2 + 1)


@pytest.mark.parametrize(
    ("time", "cause", "group", "options", "reason"),
    [
        ([], [], [], {}, "there are no patients"),
        ([1, 2], [1, 1], ["a", "a"], {"levels": "ab"}, "all patients are in one group"),
        ([1, 2], [2, 0], ["a", "b"], {}, "nobody had an event of this cause"),
        ([1, 2, 3], [0, 1, 1], ["a", "b", "b"], {}, "at every event of this cause only one group"),
    ],
)
def test_a_comparison_without_an_answer_says_why(time, cause, group, options, reason):
    found = gray_test(time, cause, 1, group, **options).test
    assert (found.statistic, found.df, found.p) == (None, None, None)
    assert found.reason.startswith(reason)


def test_a_common_incidence_above_one_is_noted_and_refused_where_it_has_a_power():
    # Group a is all gone after one half of the events: those of b then count for everybody.
    time, cause, group = [1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 2, 1, 1, 1, 1, 1], list("aaabbbbb")
    found = gray_test(time, cause, 1, group).test
    assert found.p is not None
    assert "rises to" in found.notes[0]
    assert "reaches 1" in gray_test(time, cause, 1, group, rho=1).test.reason


def test_groups_left_out_are_named():
    found = gray_test([1, 2, 3, 4, 5, 6], [0, 1, 1, 2, 1, 0], 1, list("abcbcb"), levels="abcd").test
    assert found.df == 1
    assert found.notes == (
        "a: nobody at risk at any event of this cause, left out of the test",
        "d: no patients, left out of the test",
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"group": ["a"]}, "each patient needs one of each"),
        ({"group": ["a", "b"], "levels": ["a"]}, "not one of the levels"),
        ({"group": ["a", "b"], "levels": ["a", "b", "a"]}, "named once"),
        ({"group": ["a", "b"], "strata": [1]}, "strata has 1 labels"),
        ({"group": ["a", "b"], "rho": float("inf")}, "rho was"),
    ],
)
def test_wrong_input_is_refused(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        gray_test([1, 2], [1, 0], 1, **options)
