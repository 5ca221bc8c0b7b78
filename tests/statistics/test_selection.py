"""Selection: little tables of p values in, decisions out; each decision can be checked by eye."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crlm.statistics.selection import backward_elimination, change_in_estimate, univariable_screen


@pytest.mark.parametrize(
    ("inclusive", "chosen"), [(True, ("age", "size", "nodes")), (False, ("age", "nodes"))]
)
def test_the_screen_compares_unrounded_and_says_which_side_the_threshold_is_on(inclusive, chosen):
    p = {"age": 0.09999, "size": 0.10, "sex": 0.1000001, "nodes": 0.7, "cea": None}
    found = univariable_screen(
        p, threshold=0.10, inclusive=inclusive, always=["nodes"], reasons={"cea": "no events"}
    )
    assert found.chosen == chosen
    assert [step.variable for step in found.steps] == list(p)
    by_name = {step.variable: step for step in found.steps}
    assert by_name["nodes"].action == "forced"
    assert by_name["cea"].action == "not entered" and "no events" in by_name["cea"].why


def test_backward_elimination_drops_the_largest_p_one_at_a_time():
    """Three models by hand: {a, b, c} drops c (0.6); without c, b falls to 0.15 and stays; a stays."""
    models = {
        ("a", "b", "c"): {"a": 0.01, "b": 0.30, "c": 0.60},
        ("a", "b"): {"a": 0.02, "b": 0.15},
    }
    found = backward_elimination(["a", "b", "c"], lambda names: models[tuple(names)], threshold=0.20)
    assert found.chosen == ("a", "b")
    assert [(step.action, step.variable, step.p) for step in found.steps] == [
        ("dropped", "c", 0.60), ("kept", "a", 0.02), ("kept", "b", 0.15),
    ]  # fmt: skip


def test_what_is_not_estimable_goes_first_and_what_is_forced_stays():
    models = {
        ("a", "b", "c"): {"a": 0.9, "b": 0.95, "c": None},
        ("a", "b"): {"a": 0.9, "b": 0.95},
        ("a",): {"a": 0.9},
    }
    found = backward_elimination(
        ["a", "b", "c"], lambda names: models[tuple(names)], threshold=0.2, always=["a"]
    )
    assert found.chosen == ("a",)
    assert [step.action for step in found.steps] == ["dropped", "dropped", "forced"]


def test_everything_may_go():
    found = backward_elimination(["a"], lambda names: {"a": 0.9}, threshold=0.2)
    assert found.chosen == () and found.steps[0].action == "dropped"


@given(st.dictionaries(st.sampled_from("abcdef"), st.floats(0, 1), min_size=1))
def test_with_fixed_p_values_elimination_keeps_exactly_those_not_above(p):
    found = backward_elimination(list(p), lambda names: {name: p[name] for name in names}, threshold=0.2)
    assert set(found.chosen) == {name for name, value in p.items() if value <= 0.2}
    dropped = [step.p for step in found.steps if step.action == "dropped"]
    assert dropped == sorted(dropped, reverse=True)


def test_change_in_estimate_on_both_scales():
    """Dijkstra 2021 (section 3.6), overall survival: crude HR 0.928, adjusted 0.839.

    Ratio scale: (0.928 - 0.839) / 0.928 = 9.6 %, no confounding by a 10 % rule. Log scale: ln 0.928 = -0.0747 and
    ln 0.839 = -0.1755, a change of 0.1008 / 0.0747 = 135 %: confounding.
    """
    crude, adjusted = math.log(0.928), math.log(0.839)
    changed, by = change_in_estimate(crude, adjusted, threshold=0.10, scale="ratio")
    assert not changed and round(100 * by, 1) == 9.6
    changed, by = change_in_estimate(crude, adjusted, threshold=0.10, scale="log")
    assert changed and round(100 * by) == 135
    assert change_in_estimate(0.0, 0.1, threshold=0.1, scale="log") == (True, math.inf)
    assert change_in_estimate(0.0, 0.0, threshold=0.1, scale="log") == (False, 0.0)


def test_a_name_that_is_no_candidate_is_refused():
    with pytest.raises(ValueError, match="'d' is always in the model but is not a candidate"):
        univariable_screen({"a": 0.1}, threshold=0.1, inclusive=True, always=["d"])
