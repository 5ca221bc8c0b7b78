"""E-values and binary confounders: published examples, a search over all confounders, a world of patients."""

import json
from itertools import product
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crlm.statistics.unmeasured_confounding import (
    bounding_factor,
    confounding_ratio,
    e_value,
    needed_effect,
    needed_prevalence,
    risk_ratio_of,
)
from tests.golden import golden

ratios = st.floats(0.05, 20.0)
fractions = st.floats(0.0, 1.0)


@pytest.mark.parametrize(
    ("estimate", "lower", "upper", "printed", "printed_limit"),
    [
        # VanderWeele & Ding 2017, text: breast-feeding and respiratory deaths of infants
        (3.9, 1.8, 8.7, "7.26", "3.00"),
        # the leukaemia example of the same paper, as the documentation of EValue has it
        (0.80, 0.71, 0.91, "1.81", "1.43"),
        # EValue's vignette on CRAN: smoking and lung cancer (Hammond & Horn)
        (10.73, 8.02, 14.36, "20.95", "15.52"),
    ],
)
def test_published_e_values(estimate, lower, upper, printed, printed_limit):
    found = e_value(estimate, lower, upper, measure="RR", outcome_common=False)
    assert f"{found.estimate:.2f}" == printed
    assert f"{found.limit:.2f}" == printed_limit
    assert found.reason is None


@pytest.mark.parametrize("case", golden("robustness")["e_values"])
def test_against_r(case):
    measure, _, outcome = case["scale"][0].partition("_")
    estimate, lower, upper = (case[name][0] for name in ("estimate", "lower", "upper"))
    found = e_value(estimate, lower, upper, measure=measure, outcome_common=outcome == "common")
    assert found.risk_ratio == pytest.approx(case["risk_ratio"][0], rel=1e-12)
    assert found.estimate == pytest.approx(case["e_value"][0], rel=1e-12)
    assert found.limit == pytest.approx(case["limit"][0], rel=1e-12)


def test_common_outcomes_are_converted_first():
    # By hand: OR 0.64 is RR 0.8; R = 1.25, E = 1.25 + sqrt(1.25 x 0.25) = 1.8090
    found = e_value(0.64, measure="OR", outcome_common=True)
    assert found.risk_ratio == pytest.approx(0.8)
    assert found.estimate == pytest.approx(1.25 + sqrt(0.3125))
    # HR 4: (1 - 0.5^2) / (1 - 0.5^0.5) = 0.75 / 0.292893 = 2.5607
    convert, words = risk_ratio_of("HR", outcome_common=True)
    assert convert(4.0) == pytest.approx(0.75 / (1 - sqrt(0.5)))
    assert "common" in words
    assert risk_ratio_of("HR", outcome_common=False)[0](4.0) == 4.0


@pytest.mark.parametrize("measure", ["RR", "OR", "HR"])
@pytest.mark.parametrize("common", [False, True])
@given(estimate=ratios, width=st.floats(1.01, 5.0))
def test_what_holds_for_every_e_value(measure, common, estimate, width):
    lower, upper = estimate / width, estimate * width
    found = e_value(estimate, lower, upper, measure=measure, outcome_common=common)
    mirrored = e_value(1 / estimate, 1 / upper, 1 / lower, measure=measure, outcome_common=common)
    assert 1.0 <= found.limit <= found.estimate
    assert mirrored.estimate == pytest.approx(found.estimate)
    assert mirrored.limit == pytest.approx(found.limit)
    assert (found.limit == 1.0) == (lower <= 1.0 <= upper)
    assert (found.reason is None) == (found.limit > 1.0)
    # A confounder as strong as the E-value on both sides moves the estimate exactly to 1.
    observed = max(found.risk_ratio, 1 / found.risk_ratio)
    assert bounding_factor(found.estimate, found.estimate) == pytest.approx(observed)


def test_no_weaker_confounder_would_do():
    """The definition, by search: the smallest maximum of both ratios whose bounding factor reaches the estimate."""
    grid = [1.0 + k / 200 for k in range(0, 2400)]
    for observed in (1.1, 1.5, 2.0, 3.9):
        enough = [one for one in grid if bounding_factor(one, one) >= observed]
        found = e_value(observed, measure="RR", outcome_common=False).estimate
        assert min(enough) - 1 / 200 < found <= min(enough)
        # with unequal ratios the larger of the two is never below the E-value
        for smaller in (1.2, 1.6, 2.5):
            larger = next((one for one in grid if bounding_factor(one, smaller) >= observed), None)
            assert larger is None or max(larger, smaller) >= found - 1e-9


def test_without_interval_there_is_no_limit():
    found = e_value(2.0, measure="RR", outcome_common=False)
    assert found.limit is None
    assert found.reason == "no interval is printed"


def test_another_target():
    # Moving 2.5 to 1.5: R = 2.5 / 1.5, E = 1.6667 + sqrt(1.6667 x 0.6667) = 2.7208
    found = e_value(2.5, 2.2, 3.0, measure="RR", outcome_common=False, target=1.5)
    assert round(found.estimate, 4) == 2.7208
    inside = e_value(2.5, 1.4, 3.0, measure="RR", outcome_common=False, target=1.5)
    assert inside.limit == 1.0
    assert "includes 1.5" in inside.reason


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((0.0, None, None), "a ratio is above 0"),
        ((float("nan"), None, None), "a ratio is above 0"),
        ((1.0, 1.2, 1.4), "outside its interval"),
        ((2.0, 1.2, 1.4), "outside its interval"),
    ],
)
def test_refusals(arguments, words):
    with pytest.raises(ValueError, match=words):
        e_value(*arguments, measure="HR", outcome_common=True)


def test_refused_measure():
    with pytest.raises(ValueError, match="RR, OR, HR"):
        e_value(1.2, measure="RD", outcome_common=True)


@given(
    effect=ratios,
    exposed=fractions,
    unexposed=fractions,
    base=st.floats(0.001, 0.04),
    true=st.floats(0.2, 1.2),
)
def test_confounding_ratio_in_a_world_of_patients(effect, exposed, unexposed, base, true):
    """Risks of the four kinds of patients; crude risk ratio / true risk ratio is the confounding ratio."""

    def risk(treated, fraction):
        own = base * (true if treated else 1.0)
        return fraction * own * effect + (1 - fraction) * own

    crude = risk(True, exposed) / risk(False, unexposed)
    assert confounding_ratio(effect, exposed, unexposed) == pytest.approx(crude / true)


def cox_in_the_limit(effect, exposed, unexposed, true, end, steps=400):
    """The hazard ratio that Cox's model finds among infinitely many patients, nobody censored before `end`.

    Two equal groups, hazard 1 without the confounder; the root of the score, sums over a fine grid of time.
    """
    time = (np.arange(steps) + 0.5) * end / steps

    def group(share, hazard):
        without, having = (1 - share) * np.exp(-hazard * time), share * np.exp(-hazard * effect * time)
        return without + having, hazard * (without + effect * having)

    (alive, dying), (others, their) = group(exposed, true), group(unexposed, 1.0)
    low, high = -6.0, 6.0
    for _ in range(60):
        middle = (low + high) / 2
        ratio = np.exp(middle)
        score = np.sum(dying - (dying + their) * ratio * alive / (ratio * alive + others))
        low, high = (middle, high) if score > 0 else (low, middle)
    return np.exp(middle)


@pytest.mark.parametrize(
    ("effect", "most"), [(1.2, 1.02), (1.38, 1.04), (1.53, 1.06), (2.0, 1.17), (3.0, 1.45)]
)
def test_how_far_hazard_ratios_of_common_outcomes_are_off(effect, most):
    """What the documentation promises; few events: exact."""
    for exposed, unexposed in product((0.0, 0.2, 0.6, 1.0), (0.0, 0.2, 0.53, 1.0)):
        formula = confounding_ratio(effect, exposed, unexposed)
        few = cox_in_the_limit(effect, exposed, unexposed, 1.0, 0.001)
        assert few == pytest.approx(formula, rel=0.003)
        for true, end in product((0.42, 1.0, 2.0), (0.3, 1.0, 3.0)):
            away = cox_in_the_limit(effect, exposed, unexposed, true, end) / true / formula
            assert 1 / most <= away <= most


@given(effect=ratios, exposed=fractions, unexposed=fractions)
def test_what_is_needed_undoes_the_ratio(effect, exposed, unexposed):
    ratio = confounding_ratio(effect, exposed, unexposed)
    if abs(exposed - unexposed) > 1e-3 and abs(effect - 1) > 1e-3:
        assert needed_effect(ratio, exposed, unexposed).value == pytest.approx(effect, rel=1e-6)
        assert needed_prevalence(ratio, effect, unexposed).value == pytest.approx(exposed, rel=1e-6, abs=1e-9)


@given(ratio=ratios, exposed=fractions, unexposed=fractions)
def test_when_nothing_is_enough(ratio, exposed, unexposed):
    """Slow and obvious: the ratio reached over all effects; None exactly when it never gets there."""
    found = needed_effect(ratio, exposed, unexposed)
    reached = [confounding_ratio(10.0 ** (k / 10), exposed, unexposed) for k in range(-120, 121)]
    inside = min(reached) <= ratio <= max(reached)
    if found.value is None:
        assert found.reason
        assert not inside or min(abs(ratio - one) for one in reached) < 1e-6
    else:
        assert confounding_ratio(found.value, exposed, unexposed) == pytest.approx(ratio, rel=1e-6)


def test_needed_prevalence_beyond_everybody():
    # a confounder that doubles the risk, in 40 % of the others, cannot make 1 into 2: 2 x 1.4 - 1 = 1.8 > 1
    found = needed_prevalence(2.0, 2.0, 0.4)
    assert found.value is None
    assert "everybody" in found.reason
    # and needs 2 x 1 - 1 = 1.0, all of them, when nobody of the others has it
    assert needed_prevalence(2.0, 2.0, 0.0).value == 1.0
    assert "nobody" in needed_prevalence(0.5, 1.5, 0.4).reason
    assert needed_prevalence(1.0, 1.0, 0.3).value == 0.3
    assert "without an effect" in needed_prevalence(2.0, 1.0, 0.3).reason
    assert "equally common" in needed_effect(2.0, 0.3, 0.3).reason
    assert needed_effect(1.0, 0.3, 0.3).value == 1.0


def test_results_are_json():
    found = e_value(2.0, 0.5, 3.0, measure="RR", outcome_common=False)
    json.dumps([found.estimate, found.limit, found.risk_ratio], allow_nan=False)
