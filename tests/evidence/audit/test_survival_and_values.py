"""Survival with its interval, values that no number can have, any against none, and sizes of subgroups."""

from math import exp, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crlm.evidence.audit.checks import (
    none_and_any,
    percent_of_count,
    possible_values,
    subgroup_sizes,
    survival_intervals,
)
from tests.evidence.audit.small_papers import ALL, count, found, paper, row, table
from tests.evidence.audit.test_effects import effect


def estimate(number, value, low, high, statistic="survival_rate", kind="95% CI", **cells):
    unit = "%" if statistic == "survival_rate" else "months"
    return row(
        "survival", number, endpoint="OS", population="all", group="all", statistic=statistic, unit=unit,
        time_months=12.0 * number if unit == "%" else None, value_printed=value, ci_low=low, ci_high=high,
        interval_kind=kind, **cells,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "findings"),
    [("57", 0), ("47", 0), ("67", 0), ("97", 1), ("46", 0), ("45", 1), ("46.4", 1), ("46.6", 0)],
)
def test_a_median_lies_in_its_interval(value, findings):
    one = paper(survival=[estimate(1, value, 47.0, 67.0, "median")])
    assert len(found(survival_intervals.CHECK, one)) == findings


BACK = {
    "plain": lambda s, e: (s - e, s + e),
    "log": lambda s, e: (s * exp(-e), s * exp(e)),
    "log-log": lambda s, e: (s ** exp(4 * e), s ** exp(-4 * e)),
}


def survivors(scale, decimals=1, wrong=None):
    """Nine percentages whose intervals were all made on one scale; `wrong` is printed instead of the fifth."""
    rows = []
    for n, s in enumerate((0.90, 0.88, 0.81, 0.72, 0.61, 0.55, 0.44, 0.31, 0.22), start=1):
        low, high = BACK[scale](s, 0.06 + 0.003 * n)
        text = wrong if wrong and n == 5 else f"{100 * s:.{decimals}f}"
        rows.append(estimate(n, text, round(100 * low, decimals), round(100 * high, decimals)))
    return paper(survival=rows)


@pytest.mark.parametrize("scale", BACK)
@pytest.mark.parametrize("decimals", [0, 1, 2])
def test_percentages_in_the_middle_of_their_intervals_are_silent(scale, decimals):
    assert not found(survival_intervals.CHECK, survivors(scale, decimals))


def test_a_percentage_off_the_middle_on_every_scale_is_found_and_can_be_redone():
    low, high = (round(100 * one, 1) for one in BACK["log-log"](0.61, 0.075))
    (one,) = found(survival_intervals.CHECK, survivors("log-log", wrong="65.0"))
    assert "8 of 9 percentages" in one.arithmetic
    by_hand = 100 * exp(-sqrt(log(low / 100) * log(high / 100)))
    assert by_hand == pytest.approx(61.0, abs=0.1)
    assert f"exp(-sqrt(ln {low} x ln {high}))" in one.arithmetic
    assert one.explanations[0].sentence.startswith("If only the survival is wrong, it is 60.9 to 61.")


def test_too_few_percentages_show_no_scale():
    rows = survivors("log-log", wrong="65.0").numbers.survival[3:7]
    assert not found(survival_intervals.CHECK, paper(survival=rows))


@pytest.mark.parametrize(
    ("p", "findings"), [("1.000", 0), ("1.0", 0), (">0.99", 0), ("7.146", 1), ("5.19", 1)]
)
def test_no_p_is_above_1(p, findings):
    one = paper(effects=[effect(1, "1.00", "0.50-2.00", p)])
    assert len(found(possible_values.CHECK, one)) == findings


def test_a_p_above_1_is_explained_by_its_first_digit():
    (one,) = found(possible_values.CHECK, paper(effects=[effect(1, "1.00", "0.50-2.00", "7.146")]))
    assert one.explanations[0].sentence == "With 0 before the decimal point it is 0.146."


@pytest.mark.parametrize(("text", "findings"), [("100%", 0), ("100.4%", 1), ("210%", 1)])
def test_no_share_is_above_100_percent(text, findings):
    one = paper(counts=[count(1, "sex", "Male", "all", text)])
    assert len(found(possible_values.CHECK, one)) == findings


GRADES = {("None", "all"): "80 (80)", ("Grade 1", "all"): "12 (12)", ("Grade 2", "all"): "8 (8)"}


def any_of(text, unit="patient", **cells):
    rows = table("complication_grade", GRADES, section="Complications")
    said = count("any", "complication_any", "Yes", "all", text, section="Complications", unit=unit, **cells)
    return found(none_and_any.CHECK, paper(counts=[*rows, said], groups=[ALL]))


@pytest.mark.parametrize(("text", "findings"), [("20 (20)", 0), ("24 (24)", 1), ("20%", 0), ("20.4%", 1)])
def test_any_is_everybody_but_those_with_none(text, findings):
    assert len(any_of(text)) == findings


def test_a_digit_between_any_and_the_grades_is_named():
    (one,) = any_of("28 (28)")
    assert "100 known - 80 with none = 20 patients with a grade" in one.arithmetic
    assert one.explanations[0].sentence == "20 instead of 28 agrees with the grades in all."


@pytest.mark.parametrize(("text", "findings"), [("20 (16)", 0), ("31 (25)", 0), ("19 (15)", 1)])
def test_of_procedures_there_are_at_least_as_many(text, findings):
    assert len(any_of(text, unit="procedure", denominator=124, denominator_basis="printed")) == findings


def test_another_section_is_something_else():
    rows = table("complication_grade", GRADES, section="Complications")
    said = count("any", "complication_any", "Yes", "all", "24 (24)", section="Toxicity")
    assert not found(none_and_any.CHECK, paper(counts=[*rows, said], groups=[ALL]))


GROUPS = (
    ALL,
    {"id": "a", "n": 40, "level": "A", "variable": "arm", "of": "all"},
    {"id": "b", "n": 60, "level": "B", "variable": "arm", "of": "all"},
)


SIZES = {
    "sex": {"Male": (15, 25), "Female": (25, 35)},
    "side": {"Left": (18, 40), "Right": (22, 20)},
    "age": {"Old": (10, 20), "Young": (30, 40)},
}


def subgroups(male):
    """Six subgroups whose levels are printed in the two groups only."""
    counts, effects = [], []
    for variable, levels in SIZES.items():
        cells = {
            (level, group): str(n) for level, ns in levels.items() for group, n in zip("ab", ns, strict=True)
        }
        counts += table(variable, cells)
        for level, ns in levels.items():
            n = male if level == "Male" else sum(ns)
            same = {"model": "subgroup", "subgroup_variable": variable, "subgroup_level": level, "n": n}
            effects.append(effect(level, "1.20", "0.80-1.80", **same))
    return found(subgroup_sizes.CHECK, paper(groups=GROUPS, counts=counts, effects=effects))


def test_a_subgroup_is_that_of_the_groups_together():
    assert not subgroups(40)
    (larger,) = subgroups(46)
    assert "46 (Table 1) is more than 15 + 25 = 40" in larger.arithmetic
    (smaller,) = subgroups(30)
    assert "is not 15 + 25 = 40" in smaller.arithmetic


def test_percentages_of_those_with_another_condition_are_recognised():
    """As Dijkstra's 31.8 and 37.9 %: of the 22 and 58 whose metastases were synchronous."""
    groups = ({**ALL, "n": 152}, {"id": "a", "n": 32}, {"id": "b", "n": 120})
    timing = table("timing", {("Synchronous", "a"): "22 (69)", ("Synchronous", "b"): "58 (48)"})
    sex = table("sex", {("Male", "a"): "26 (81)", ("Male", "b"): "89 (74)"})
    said = [count("c1", "chemo", "Yes", "a", "31.8%"), count("c2", "chemo", "Yes", "b", "37.9%")]
    one = paper(groups=groups, n=152, counts=[*timing, *sex, *said])
    explanations = [each.sentence for each in found(percent_of_count.CHECK, one)[0].explanations]
    assert "Of those with timing Synchronous: 7/22 = 31.8% in a and 22/58 = 37.9% in b." in explanations


@given(st.integers(1, 60), st.integers(1, 60))
def test_no_pair_of_any_and_none_that_fits_is_found(none, graded):
    cells = {("None", "all"): str(none), ("Grade 1", "all"): str(graded), ("Grade 2", "all"): "0"}
    rows = table("complication_grade", cells, section="C")
    said = count("any", "complication_any", "Yes", "all", str(graded), section="C")
    groups = [{**ALL, "n": none + graded}]
    assert not found(none_and_any.CHECK, paper(counts=[*rows, said], groups=groups, n=none + graded))
