"""The proportional-hazards test against R's cox.zph, and where there is none."""

import numpy as np
import pytest

from crlm.statistics.cox import Term, cox
from crlm.statistics.proportional_hazards import proportional_hazards_test
from tests.statistics.cox_golden import GOLDEN, SETS, fit_case, name_of, scalar

CASES = [(case, transform) for case in GOLDEN["cases"] for transform in case["zph"]]


def label(value):
    return name_of(value) if isinstance(value, dict) else value


def by_term(fit, transform):
    found = proportional_hazards_test(fit, transform)
    return [test for test in found.terms.values() if test.p is not None], found


@pytest.mark.parametrize(
    ("case", "transform"), [c for c in CASES if scalar(c[0]["set"]) not in ("sparse", "reference")], ids=label
)
def test_agrees_with_r(case, transform):
    terms, found = by_term(fit_case(case), transform)
    expected = case["zph"][transform]
    ours = [*terms, found.overall]
    assert [test.statistic for test in ours] == pytest.approx(expected["statistic"], rel=1e-9)
    assert [test.df for test in ours] == expected["df"]
    assert [test.p for test in ours] == pytest.approx(expected["p"], rel=1e-8)


@pytest.mark.parametrize(
    ("case", "transform"), [c for c in CASES if scalar(c[0]["set"]) in ("sparse", "reference")], ids=label
)
def test_a_coefficient_without_estimate_is_left_out_with_its_degree_of_freedom(case, transform):
    # R's statistics are the same to the digits its iterations reached; it counts a df for a constant 0.
    fit = fit_case(case)
    terms, found = by_term(fit, transform)
    expected = [
        s
        for s, n in zip(case["zph"][transform]["statistic"], [*case["terms"], "all"], strict=True)
        if n != "rare"
    ]
    assert [test.statistic for test in [*terms, found.overall]] == pytest.approx(expected, rel=1e-6)
    assert found.overall.df == len(fit.solution.kept) < scalar(case["wald"]["df"])
    assert "no finite estimate" in found.overall.notes[0]
    for name in {"rare", "stage"} & set(found.terms):
        test = found.terms[name]
        assert "no finite estimate" in (test.reason or test.notes[0])


def test_a_factor_is_one_term():
    data = SETS["veteran"]
    names = ["cellsmallcell", "celladeno", "celllarge"]
    X = np.column_stack([data[name].astype(float) for name in names])
    apart = proportional_hazards_test(cox(data["time"], data["event"], X, names))
    together = proportional_hazards_test(
        cox(data["time"], data["event"], X, names, terms=[Term("cell", tuple(names))])
    )
    assert list(apart.terms) == names and list(together.terms) == ["cell"]
    assert (
        together.terms["cell"] == together.overall and apart.overall.statistic == together.overall.statistic
    )


def test_a_crossing_effect_is_found_and_a_constant_one_is_not():
    rng = np.random.default_rng(11)
    x = rng.integers(0, 2, 2000)
    constant = rng.exponential(1 / np.exp(0.7 * x))
    # Hazard 2 against 1 before time 0.5, 0.5 against 1 after it.
    early = rng.exponential(np.where(x == 1, 0.5, 1.0))
    crossing = np.where(early < 0.5, early, 0.5 + rng.exponential(np.where(x == 1, 2.0, 1.0)))
    for time, changes in ((constant, False), (crossing, True)):
        fit = cox(time, np.ones(2000), x[:, None], ["x"])
        for transform in ("km", "rank", "identity", "log"):
            assert (proportional_hazards_test(fit, transform).overall.p < 1e-4) == changes


def fit_of(time, event, x):
    return cox(time, event, np.array(x, float)[:, None], ["x"])


def test_no_logarithm_of_time_zero():
    fit = fit_of([0.0, 1.0, 2.0, 3.0], [1, 1, 1, 0], [1, 0, 1, 0])
    assert (
        proportional_hazards_test(fit, "log").overall.reason == "a patient has time 0, which has no logarithm"
    )
    assert proportional_hazards_test(fit, "km").overall.p is not None


def test_one_event_time_cannot_show_a_change():
    found = proportional_hazards_test(fit_of([2.0, 2.0, 2.0, 3.0], [1, 1, 1, 0], [1, 0, 3, 2]))
    assert found.terms["x"].p is None and "too few" in found.terms["x"].reason


@pytest.mark.parametrize(
    ("event", "x", "reason"),
    [
        ([0, 0, 0, 0], [1, 0, 1, 0], "no events"),
        ([1, 1, 1, 0], [1, 1, 1, 1], "constant"),
        ([1, 1, 0, 0], [1, 1, 0, 0], "no finite estimate"),
    ],
)
def test_without_an_estimate_there_is_no_test(event, x, reason):
    found = proportional_hazards_test(fit_of([1.0, 2.0, 3.0, 4.0], event, x))
    assert found.terms["x"].p is None and reason in found.terms["x"].reason
    assert found.overall.p is None and reason in found.overall.reason


def test_an_unknown_transform_is_refused():
    with pytest.raises(ValueError, match="'km', 'rank', 'identity' or 'log'"):
        proportional_hazards_test(fit_of([1.0, 2.0, 3.0, 4.0], [1, 1, 1, 0], [1, 0, 1, 0]), "square")
