"""Restricted cubic splines and interactions against Hmisc, rms and survival, and by their definition."""

import math

import numpy as np
import pytest

from crlm.statistics.cox import (
    Term,
    columns_likelihood_ratio_test,
    columns_wald_test,
    cox,
    linear_predictors,
    term_likelihood_ratio_test,
)
from crlm.statistics.splines import default_knots, interaction_columns, restricted_cubic_spline
from tests.data.public import public_data
from tests.golden import golden
from tests.statistics.cox_golden import scalar
from tests.statistics.cox_more_golden import close

GOLDEN = golden("penalised")


@pytest.mark.parametrize("case", GOLDEN["splines"], ids=lambda case: scalar(case["set"]))
def test_agrees_with_r(case):
    data, covariate = public_data(scalar(case["set"])), scalar(case["covariate"])
    rows = data.known([covariate])
    x = data.frame[covariate].to_numpy()[rows]
    knots = default_knots(x, scalar(case["k"]))
    close(knots, case["knots"])
    spline = restricted_cubic_spline(x, covariate, knots)
    close(spline.columns[case["rows"]], case["basis"])
    entry = None if data.entry is None else data.entry[rows]
    fit = cox(data.time[rows], data.event[rows], spline.columns, spline.names, entry=entry)
    close([one.value for one in fit.coefficients], case["coefficients"], rel=1e-7)
    close([one.standard_error for one in fit.coefficients], case["standard_errors"])
    test = columns_wald_test(fit, spline.names[1:])
    close(test.statistic, case["nonlinear"], rel=1e-7)
    assert test.df == scalar(case["k"]) - 2
    close(fit.log_likelihood, case["loglik"])


def test_nonlinearity_agrees_with_rms():
    data = public_data("gbsg2")
    age, nodes = (data.frame[name].to_numpy() for name in ("age", "nodes"))
    spline = restricted_cubic_spline(age, "age", default_knots(age, 4))
    names = [*spline.names, "nodes"]
    X = np.column_stack((spline.columns, nodes))
    fit = cox(data.time, data.event, X, names, terms=[Term("age", spline.names), Term("nodes", ("nodes",))])
    test = columns_wald_test(fit, spline.names[1:])
    statistic, df = GOLDEN["rms"]
    assert test.df == df
    close(test.statistic, statistic, rel=1e-6)  # rms stops earlier
    ratio = columns_likelihood_ratio_test(fit, spline.names[1:])
    straight = cox(data.time, data.event, np.column_stack((age, nodes)), ["age", "nodes"])
    assert ratio.statistic == pytest.approx(2 * (fit.log_likelihood - straight.log_likelihood), rel=1e-9)
    assert columns_likelihood_ratio_test(fit, spline.names) == term_likelihood_ratio_test(fit, "age")


def test_the_curve_is_straight_outside_and_smooth_inside():
    knots = (1.0, 2.0, 4.0, 7.0)
    x = np.linspace(-3, 12, 1501)
    columns = restricted_cubic_spline(x, "x", knots).columns
    bend = np.diff(columns, n=2, axis=0)
    outside = (x[1:-1] < 0.98) | (x[1:-1] > 7.02)
    assert np.abs(bend[outside]).max() < 1e-10
    assert np.abs(np.diff(bend, axis=0)).max() < 2 * 6 * 0.01**3  # the third derivative is bounded: no kinks
    assert columns[:, 0].tolist() == x.tolist()
    # By hand at x = 3: the first spline column is (3 - 1)^3 / (7 - 1)^2.
    assert restricted_cubic_spline([3.0], "x", knots).columns[0].tolist() == pytest.approx(
        [3, 8 / 36, 1 / 36]
    )


def test_hazard_ratio_along_the_curve_against_a_reference():
    data = public_data("gbsg2")
    age = data.frame["age"].to_numpy()
    spline = restricted_cubic_spline(age, "age", default_knots(age, 3))
    fit = cox(data.time, data.event, spline.columns, spline.names)
    points = restricted_cubic_spline([40.0, 55.0, 70.0], "age", spline.knots).columns
    found = linear_predictors(fit, points, relative_to=points[1])
    assert found[1].value == 0 and found[1].lower == found[1].upper == 0
    b = np.array([one.value for one in fit.coefficients])
    away = points[0] - points[1]
    assert found[0].value == pytest.approx(away @ b, rel=1e-9)
    assert found[0].standard_error == pytest.approx(math.sqrt(away @ fit.covariance @ away), rel=1e-9)


def test_what_is_refused():
    with pytest.raises(ValueError, match="it is 3 to 7"):
        default_knots(np.arange(100.0), 8)
    with pytest.raises(ValueError, match="too few different values for 4 knots"):
        default_knots(np.repeat([0.0, 1.0], 60), 4)
    with pytest.raises(ValueError, match="too few to place knots"):
        default_knots([1.0, 2.0], 3)
    with pytest.raises(ValueError, match="increasing"):
        restricted_cubic_spline([1.0], "x", [1, 1, 2])
    with pytest.raises(ValueError, match=r"x\[1\] is nan"):
        restricted_cubic_spline([1.0, math.nan], "x", [1, 2, 3])
    with pytest.raises(ValueError, match="rows and names must fit"):
        interaction_columns([[1.0]], ("a",), [[1.0], [2.0]], ("b",))
    fit = cox([1, 2, 3], [1, 1, 0], [[1.0], [0.0], [2.0]], ["x"])
    with pytest.raises(ValueError, match="some of"):
        columns_wald_test(fit, ["y"])


def test_interactions_are_products():
    columns, names = interaction_columns(
        [[1.0, 0.0], [0.0, 1.0]], ("a", "b"), [[5.0, 2.0], [7.0, 3.0]], ("x", "y")
    )
    assert names == ("a:x", "a:y", "b:x", "b:y")
    assert columns.tolist() == [[5, 2, 0, 0], [0, 0, 7, 3]]
