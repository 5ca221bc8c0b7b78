"""Selection rules: every decision, in order, and the cases in which there is none to take."""

import math

import numpy as np
import pytest

from crlm.statistics.cox import Term, cox, term_wald_test
from crlm.statistics.results import Estimate, TestResult
from crlm.statistics.selection import (
    Step,
    backward_elimination,
    change_in_estimate,
    relative_change,
    univariable_screen,
)
from tests.statistics.cox_golden import GOLDEN, SETS, scalar


def p(value, reason=None):
    return TestResult("wald", None, None, value, 10, reason)


def effect(coefficient, reason=None):
    return Estimate(coefficient, None, None, reason=reason)


# --- univariable screen --------------------------------------------------------------------------------------------


def test_screen_tells_what_entered_and_why():
    found = univariable_screen(
        ["age", "sex", "stage", "site"],
        {"age": p(0.03), "sex": p(0.10), "stage": p(0.4), "site": p(None, "no events")},
        0.10,
        inclusive=True,
        always=["stage"],
    )
    assert found.chosen == ("age", "sex", "stage")
    assert found.steps == (
        Step("entered", "age", 0.03, "p ≤ 0.1"),
        Step("entered", "sex", 0.10, "p ≤ 0.1"),
        Step("forced", "stage", 0.4, "in the model whatever its p"),
        Step("not entered", "site", None, "no univariable p: no events"),
    )
    assert found.apart == {"site": "no events"}


def test_screen_at_the_threshold():
    tests = {"below": p(0.0999), "at": p(0.10), "above": p(0.1001)}
    names = list(tests)
    assert univariable_screen(names, tests, 0.10, inclusive=True).chosen == ("below", "at")
    strict = univariable_screen(names, tests, 0.10, inclusive=False)
    assert strict.chosen == ("below",)
    assert strict.steps[1] == Step("not entered", "at", 0.10, "not p < 0.1")


def test_screen_of_nothing():
    assert univariable_screen([], {}, 0.1, inclusive=True).chosen == ()


# --- backward elimination ------------------------------------------------------------------------------------------


def test_backward_drops_the_largest_p_and_fits_again():
    models = {
        ("a", "b", "c"): {"a": p(0.30), "b": p(0.60), "c": p(0.01)},
        ("a", "c"): {"a": p(0.15), "c": p(0.02)},
    }
    found = backward_elimination(models.__getitem__, ["a", "b", "c"], 0.2, inclusive=True)
    assert found.chosen == ("a", "c")
    assert found.steps == (
        Step("dropped", "b", 0.60, "largest p of 3, not p ≤ 0.2"),
        Step("kept", "a", 0.15, "p ≤ 0.2 in the final model"),
        Step("kept", "c", 0.02, "p ≤ 0.2 in the final model"),
    )


def test_backward_never_drops_what_must_stay():
    models = {("a", "b"): {"a": p(0.9), "b": p(0.8)}, ("a",): {"a": p(0.95)}}
    found = backward_elimination(models.__getitem__, ["a", "b"], 0.05, inclusive=True, always=["a"])
    assert found.chosen == ("a",)
    assert [step.action for step in found.steps] == ["dropped", "forced"]


def test_backward_can_drop_everything():
    found = backward_elimination(lambda names: dict.fromkeys(names, p(0.9)), ["a", "b"], 0.05, inclusive=True)
    assert found.chosen == () and [step.variable for step in found.steps] == ["b", "a"]


def test_backward_sets_apart_what_has_no_p_and_judges_the_rest_without_it():
    models = {
        ("a", "b", "c"): {"a": p(0.01), "b": p(None, "no finite estimate"), "c": p(None, "aliased with a")},
        ("a", "b"): {"a": p(0.02), "b": p(0.03)},
    }
    found = backward_elimination(models.__getitem__, ["a", "b", "c"], 0.05, inclusive=True)
    assert found.chosen == ("a", "b") and found.apart == {"c": "aliased with a"}
    assert found.steps[0] == Step("dropped", "c", None, "no p in the model: aliased with a")


def test_backward_fits_each_model_once():
    asked = []

    def fit(names):
        asked.append(names)
        return {name: p(0.5 / (i + 1)) for i, name in enumerate(names)}

    backward_elimination(fit, ["a", "b", "c"], 0.05, inclusive=True)
    assert asked == [("a", "b", "c"), ("b", "c"), ("c",)]


@pytest.mark.parametrize("case", GOLDEN["backward"], ids=lambda case: scalar(case["set"]))
def test_backward_takes_the_same_way_as_r(case):
    data = SETS[scalar(case["set"])]
    columns = {
        name: [c for c in data if c.startswith(name) and data[c].dtype.kind != "U"] for name in case["terms"]
    }

    def fit(names):
        terms = [Term(name, tuple(columns[name])) for name in names]
        flat = [column for term in terms for column in term.columns]
        X = np.column_stack([data[column].astype(float) for column in flat])
        model = cox(data["time"], data["event"], X, flat, terms=terms)
        return {name: term_wald_test(model, name) for name in names}

    found = backward_elimination(fit, case["terms"], scalar(case["threshold"]), inclusive=True)
    dropped = [step for step in found.steps if step.action == "dropped"]
    assert [step.variable for step in dropped] == [scalar(one["term"]) for one in case["dropped"]]
    assert [step.p for step in dropped] == pytest.approx(
        [scalar(one["p"]) for one in case["dropped"]], rel=1e-8
    )
    assert list(found.chosen) == case["kept"]
    assert [step.p for step in found.steps if step.action == "kept"] == pytest.approx(case["p"], rel=1e-8)


# --- change in estimate --------------------------------------------------------------------------------------------


def test_the_two_scales_differ():
    crude, adjusted = effect(math.log(0.80)), effect(math.log(0.85))
    assert relative_change(crude, adjusted, "ratio") == pytest.approx(0.05 / 0.80)
    assert relative_change(crude, adjusted, "log") == pytest.approx(1 - math.log(0.85) / math.log(0.80))


def test_the_change_does_not_depend_on_the_reference_level_on_the_log_scale():
    one = relative_change(effect(0.4), effect(0.5), "log")
    assert relative_change(effect(-0.4), effect(-0.5), "log") == one == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("crude", "adjusted", "reason"),
    [
        (effect(None, "no events"), effect(0.1), "no crude estimate: no events"),
        (effect(0.1), effect(None, "no events"), "no adjusted estimate: no events"),
        (effect(0.0), effect(0.1), "the crude coefficient is exactly 0"),
    ],
)
def test_a_change_that_cannot_be_told(crude, adjusted, reason):
    assert relative_change(crude, adjusted, "log") == reason


def test_confounders_together():
    effects = {(): effect(-0.20), ("a", "b"): effect(-0.23)}
    found = change_in_estimate(effects.__getitem__, ["a", "b"], 0.10, scale="log", together=True)
    assert found.chosen == ("a", "b")
    assert found.steps[0].change == pytest.approx(0.15)
    assert found.steps[0].why == "together with the others: changes the coefficient by 15 %, more than 10 %"
    on_ratio = change_in_estimate(effects.__getitem__, ["a", "b"], 0.10, scale="ratio", together=True)
    assert on_ratio.chosen == () and on_ratio.steps[0].action == "not entered"


def test_confounders_one_at_a_time():
    effects = {
        (): effect(1.0),
        ("a",): effect(0.95),
        ("b",): effect(0.70),
        ("c",): effect(0.85),
        ("b", "a"): effect(0.50),
        ("b", "c"): effect(0.71),
        ("b", "a", "c"): effect(0.51),
    }
    found = change_in_estimate(effects.__getitem__, ["a", "b", "c"], 0.10, scale="log", together=False)
    assert found.chosen == ("a", "b")
    assert [(step.action, step.variable) for step in found.steps] == [
        ("entered", "b"),
        ("entered", "a"),
        ("not entered", "c"),
    ]
    assert found.steps[2].change == pytest.approx(0.02)


def test_exactly_the_threshold_is_not_enough():
    effects = {(): effect(1.0), ("a",): effect(1.25)}
    assert not change_in_estimate(effects.__getitem__, ["a"], 0.25, scale="log", together=False).chosen


def test_a_confounder_with_which_there_is_no_estimate_is_set_apart():
    effects = {(): effect(1.0), ("a",): effect(None, "separates"), ("b",): effect(1.5)}
    effects[("b", "a")] = effects[("a",)]
    found = change_in_estimate(effects.__getitem__, ["a", "b"], 0.1, scale="log", together=False)
    assert found.chosen == ("b",) and found.apart == {"a": "no adjusted estimate: separates"}
    both = change_in_estimate(lambda names: effects[names[:1]], ["a", "b"], 0.1, scale="log", together=True)
    assert both.chosen == () and set(both.apart) == {"a", "b"}


def test_no_candidates():
    for together in (True, False):
        assert change_in_estimate(lambda _: effect(1.0), [], 0.1, scale="log", together=together).steps == ()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: univariable_screen(["a", "a"], {}, 0.1, inclusive=True), "must differ"),
        (lambda: univariable_screen(["a"], {"a": p(0.1)}, 10, inclusive=True), "between 0 and 1"),
        (lambda: univariable_screen(["a"], {"a": p(0.1)}, 0.1, inclusive=True, always=["b"]), "not among"),
        (lambda: relative_change(effect(1.0), effect(2.0), "percent"), "'log' or 'ratio'"),
    ],
)
def test_wrong_input_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()
