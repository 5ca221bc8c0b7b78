"""Baseline hazards and predictions of Cox's model, against R, by hand and where there is none."""

import math

import numpy as np
import pytest

from crlm.statistics.cox import cox, with_robust_variance
from crlm.statistics.cox.prediction import baseline_hazards, linear_predictors, predicted_survival
from tests.data.public import public_data
from tests.statistics.cox_more_golden import CASES, chosen, close, fitted, name_of


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_agrees_with_r(case):
    fit, arguments = fitted(case), chosen(case)[0]
    new, times = case["new"], case["times"]
    rows = arguments["X"][new]
    strata = None if arguments["strata"] is None else arguments["strata"][new].tolist()
    offset = None if arguments["offset"] is None else arguments["offset"][new]
    for interval, curves in case["curves"].items():
        found = predicted_survival(fit, rows, times, strata=strata, offset=offset, interval=interval)
        compared = 0
        for ours, theirs in zip(found, curves, strict=True):
            for k, one in enumerate(ours):
                if one.value is None:
                    assert "follow-up ends" in one.reason
                    continue
                close(one.value, theirs["survival"][k], abs=1e-300)
                if one.lower is None:
                    assert one.value == 1 and "no event up to" in one.reason
                    continue
                compared += 1
                close(one.standard_error, theirs["standard_error"][k], abs=1e-300)
                close([one.lower, one.upper], [theirs["lower"][k], theirs["upper"][k]], abs=1e-300)
        assert compared >= len(times)
    robust = with_robust_variance(fit, cluster=chosen(case)[2])
    first = predicted_survival(
        robust,
        rows[:1],
        times,
        strata=None if strata is None else strata[:1],
        offset=None if offset is None else offset[:1],
    )[0]
    for one, theirs in zip(first, case["robust_error"], strict=True):
        if one.standard_error is not None:
            close(one.standard_error, theirs, abs=1e-300)
    linear = linear_predictors(fit, rows)
    close([one.value for one in linear], case["linear"]["value"])
    close([one.standard_error for one in linear], case["linear"]["standard_error"])


def levels_of(case):
    return public_data(case["set"][0]).levels[case["strata"][0]]


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_baseline_hazards_agree_with_r(case):
    lines = {one.stratum: one for one in baseline_hazards(fitted(case))}
    base = case["base"]
    labels = [None] * len(base["time"])
    if base["stratum"]:
        labels = [levels_of(case).index(one) for one in base["stratum"]]
    for time, label, hazard in zip(base["time"], labels, base["hazard"], strict=True):
        line = lines[label]
        place = int(np.searchsorted(line.time, time + 1e-9)) - 1
        close(0.0 if place < 0 else line.cumulative[place], hazard, abs=1e-300)


SIX = ([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1], [[1], [1], [1], [0], [0], [0]])


def test_six_patients_by_hand():
    # docs/validation/cox.md: the weights at risk are 3r + 3, r + 3 and 1 with r the hazard ratio.
    fit = cox(*SIX, ["x"], ties="breslow")
    r = (3 + math.sqrt(33)) / 2
    hazards = np.cumsum([1 / (3 * r + 3), 2 / (r + 3), 1])
    (line,) = baseline_hazards(fit)
    assert line.time.tolist() == [1, 6, 9] and line.cumulative == pytest.approx(hazards, rel=1e-12)
    ((early, at_six),) = predicted_survival(fit, [[1.0]], [0.5, 7])
    assert at_six.value == pytest.approx(math.exp(-r * hazards[1]), rel=1e-12)
    assert early.value == 1 and early.lower is None and "no event up to 0.5" in early.reason
    # The second part of the variance: the mean of x is r/(r + 1) at 1, r/(r + 3) at 6.
    information = r / (r + 1) ** 2 + 6 * r / (r + 3) ** 2
    q = (r / (r + 1) - 1) / (3 * r + 3) + 2 * (r / (r + 3) - 1) / (r + 3)
    variance = r**2 * (1 / (3 * r + 3) ** 2 + 2 / (r + 3) ** 2 + q**2 / information)
    assert at_six.standard_error == pytest.approx(at_six.value * math.sqrt(variance), rel=1e-12)


def test_nothing_is_predicted_beyond_the_data():
    fit = cox(*SIX, ["x"])
    ((late,),) = predicted_survival(fit, [[0.0]], [9.5])
    assert late.value is None and late.reason == "follow-up ends at 9"
    ((last,),) = predicted_survival(fit, [[0.0]], [9])
    assert last.value is not None


def test_a_row_unlike_all_patients():
    X = [[x[0], 3.0] for x in SIX[2]]
    fit = cox(SIX[0], SIX[1], X, ["x", "unit"])
    same, other = predicted_survival(fit, [[1, 3], [1, 4]], [6])
    assert same[0].value is not None
    assert other[0].value is None and "unit: no patient in the data is like this row" in other[0].reason


def test_no_finite_estimate_no_prediction():
    fit = cox([1, 2, 3, 4, 5], [1, 1, 0, 1, 0], [[0], [0], [1], [0], [0]], ["rare"])
    ((one,),) = predicted_survival(fit, [[0]], [2])
    assert one.reason == "rare has no finite estimate"
    assert linear_predictors(fit, [[0]])[0].reason == "rare has no finite estimate"
    with pytest.raises(ValueError, match="rare has no finite estimate"):
        baseline_hazards(fit)
    none = cox([1, 2], [0, 0], [[0], [1]], ["x"])
    assert predicted_survival(none, [[0]], [1])[0][0].reason == "no events"


def test_wrong_questions():
    fit = cox(*SIX, ["x"], strata=list("ababab"))
    with pytest.raises(ValueError, match="the model has strata"):
        predicted_survival(fit, [[0]], [1])
    with pytest.raises(ValueError, match="stratum 'c' is not in the data"):
        predicted_survival(fit, [[0]], [1], strata=["c"])
    with pytest.raises(ValueError, match="no offset"):
        predicted_survival(fit, [[0]], [1], strata=["a"], offset=[0])
    with pytest.raises(ValueError, match="times were"):
        predicted_survival(fit, [[0]], [-1], strata=["a"])
    with pytest.raises(ValueError, match="interval was"):
        predicted_survival(fit, [[0]], [1], strata=["a"], interval="arcsine")


def test_means_of_the_data_as_reference():
    fit = cox(*SIX, ["x"])
    b = fit.coefficients[0].value
    one, other = linear_predictors(fit, [[0], [1]], relative_to="mean")
    assert (one.value, other.value) == pytest.approx((-b / 2, b / 2))
