import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.statistics.cox import cox
from crlm.statistics.cox.likelihood import moments
from crlm.statistics.imputation import (
    CompletedData,
    Imputations,
    Variable,
    compare_nested,
    failed_fit,
    fit_and_pool,
    fitted_coefficients,
    pool_chi_squares,
    pool_estimates,
    pool_fits,
    pool_likelihood_ratio,
    pool_medians,
    pool_survival_probabilities,
    pool_wald,
    pooled_term_test,
)
from crlm.statistics.imputation.several_parameters import D2_NOTE, LOG_RANK_NOTE, NO_SMALL_SAMPLE_DF
from crlm.statistics.imputation.variables import read_column
from crlm.statistics.logistic import logistic
from crlm.statistics.results import Estimate, TestResult, chi_square_p
from tests.golden import golden
from tests.oracles import imputation as oracle

GOLDEN = golden("rubin")
STAGE = Variable("stage", "categorical", levels=("A", "B", "C"))
MODELS = sorted(GOLDEN["models"])


def close(theirs, rel=1e-10):
    return pytest.approx(theirs, rel=rel, abs=1e-13)


def fits_of(model, names=None):
    case = GOLDEN["models"][model]
    return [
        fitted_coefficients(names or case["names"], values, covariance, 90)
        for values, covariance in zip(case["values"], case["covariances"], strict=True)
    ]


def stored_imputations():
    variables = (Variable("age", "number"), Variable("marker", "number"), STAGE)
    kinds = (
        *variables,
        Variable("time", "number"),
        Variable("event", "binary"),
        Variable("response", "binary"),
    )
    sets = tuple(
        CompletedData(tuple(read_column(one, rows[one.name]) for one in kinds)) for rows in GOLDEN["sets"]
    )
    return Imputations(kinds, 90, len(sets), 5, 11, (), sets, (), ())


# ------------------------------------------------------------------------------------------- one quantity


@pytest.mark.parametrize("case", GOLDEN["scalars"])
def test_one_quantity_is_pooled_as_in_mice(case):
    (df,) = case["complete_df"]
    found = pool_estimates(case["estimates"], case["variances"], complete_df=math.inf if df is None else df)
    assert found.value == close(case["value"][0])
    assert found.within == close(case["within"][0])
    assert found.between == close(case["between"][0])
    assert found.standard_error**2 == close(case["total"][0])
    assert found.df == close(case["df"][0])
    assert found.relative_increase_in_variance == close(case["increase"][0])
    assert found.fraction_of_missing_information == close(case["fmi"][0])


@pytest.mark.parametrize("size", ["small", "large"])
@pytest.mark.parametrize("model", MODELS)
def test_coefficients_are_pooled_as_in_mice(model, size):
    expected = GOLDEN["models"][model][size]
    df = GOLDEN["models"][model]["dfcom"][0] if size == "small" else math.inf
    pooled = pool_fits(fits_of(model), complete_df=df)
    assert pooled.reason is None
    for j, one in enumerate(pooled.estimates):
        assert one.value == close(expected["estimate"][j])
        assert one.standard_error == close(expected["standard_error"][j])
        assert (one.within, one.between) == close((expected["within"][j], expected["between"][j]))
        if expected["share"][j] > 1e-4:  # mice never takes it smaller, so that its df are a little off there
            assert one.df == close(expected["df"][j])
            assert (one.lower, one.upper) == close((expected["lower"][j], expected["upper"][j]), rel=1e-9)
            assert one.p == close(expected["p"][j], rel=1e-9)
            assert one.fraction_of_missing_information == close(expected["fmi"][j])
        assert one.statistic == close(expected["statistic"][j])
        assert one.relative_increase_in_variance == close(expected["increase"][j])
        assert one.share_due_to_missing == close(expected["share"][j])
    assert np.sqrt(np.diag(pooled.covariance)) == close([one.standard_error for one in pooled.estimates])


fractions = st.fractions(-5, 5, max_denominator=20)


@settings(max_examples=50)
@given(
    st.lists(st.tuples(fractions, st.fractions("1/20", 5, max_denominator=20)), min_size=2, max_size=6),
    st.integers(1, 300),
)
def test_one_quantity_is_pooled_as_defined(rows, complete_df):
    estimates, variances = zip(*rows, strict=True)
    found = pool_estimates(
        [float(x) for x in estimates], [float(x) for x in variances], complete_df=complete_df
    )
    if len(set(estimates)) == 1:
        assert found.between == close(0.0)
        assert found.df == close((complete_df + 1) / (complete_df + 3) * complete_df)
        return
    expected = {k: float(v) for k, v in oracle.rubin(estimates, variances, Fraction(complete_df)).items()}
    assert found.value == close(expected["value"])
    assert found.standard_error**2 == close(expected["total"])
    assert found.share_due_to_missing == close(expected["share"])
    assert found.df == close(expected["df"])
    old = pool_estimates(estimates, variances, complete_df=complete_df, df_rule="rubin-1987")
    assert old.df == close(expected["old"])
    assert found.df <= complete_df
    assert found.lower <= found.value <= found.upper
    assert 0.0 <= found.p <= 1.0


def test_nothing_missing_is_the_analysis_itself():
    found = pool_estimates([0.3] * 4, [0.04] * 4, complete_df=math.inf)
    assert (found.df, found.relative_increase_in_variance, found.between) == (math.inf, 0, 0)
    assert found.standard_error == pytest.approx(0.2)
    assert found.upper == pytest.approx(0.3 + 0.2 * 1.959963984540054)


@pytest.mark.parametrize(
    ("estimates", "variances", "reason"),
    [
        ([], [], "no imputations"),
        ([1], [1], "one imputation"),
        ([1, 2, 3], [1, 0, 1], "imputation 2: the variance is 0"),
    ],
)
def test_what_cannot_be_pooled_has_a_reason(estimates, variances, reason):
    found = pool_estimates(estimates, variances, complete_df=math.inf)
    assert found.value is None
    assert found.estimate.value is None
    assert reason in found.reason


def test_no_interval_without_degrees_of_freedom():
    found = pool_estimates([0, 1e12], [1e-12, 1e-12], complete_df=1)
    assert found.value == 5e11
    assert (found.lower, found.upper) == (None, None)
    assert "no interval" in found.reason


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"estimates": [1, math.nan]}, "must be finite"),
        ({"estimates": [1, 2, 3]}, "each estimate needs one"),
        ({"variances": [1, -1]}, "never below 0"),
        ({"complete_df": 0}, "above 0"),
        ({"complete_df": math.nan}, "above 0"),
        ({"df_rule": "new"}, "barnard-rubin"),
        ({"level": 95}, "between 0 and 1"),
        ({"estimates": [[1, 2]]}, "dimensions"),
    ],
)
def test_a_wrong_argument_is_refused(arguments, sentence):
    given = {"estimates": [1, 2], "variances": [1, 1], "complete_df": 10} | arguments
    with pytest.raises(ValueError, match=sentence):
        pool_estimates(given.pop("estimates"), given.pop("variances"), **given)


# ---------------------------------------------------------------------------------- several parameters: D1-D3


def assert_test(found, expected):
    assert found.reason is None
    assert found.statistic == close(max(expected["statistic"][0], 0.0), rel=1e-9)
    assert found.df == expected["df"][0]
    assert found.df_denominator == close(expected["df_denominator"][0], rel=1e-9)
    assert found.p == close(expected["p"][0], rel=1e-8)
    assert found.relative_increase_in_variance == close(expected["increase"][0], rel=1e-9)


@pytest.mark.parametrize("size", ["small", "large"])
@pytest.mark.parametrize("model", sorted(GOLDEN["d1"]))
def test_d1_is_that_of_mice(model, size):
    case = GOLDEN["d1"][model]
    pooled = pool_fits(fits_of(model), complete_df=case["dfcom"][0] if size == "small" else math.inf)
    columns = [pooled.names[j] for j in case["columns"]]
    assert_test(pooled_term_test(pooled, columns), case[size])


@pytest.mark.parametrize("use", sorted(GOLDEN["d2"]))
def test_d2_is_that_of_mice(use):
    case = GOLDEN["d2"][use]
    tests = [TestResult(use, x, 2, chi_square_p(x, 2), 90) for x in case["chi_squares"]]
    found = pool_chi_squares(tests)
    assert_test(found, case["test"])
    assert found.notes == (D2_NOTE,)


@pytest.mark.parametrize("model", sorted(GOLDEN["d3"]))
def test_d3_is_that_of_mice(model):
    case = GOLDEN["d3"][model]
    assert_test(pool_likelihood_ratio(case["own"], case["at_pooled"], df=2, n=90), case["test"])


def test_nested_models_are_compared_over_the_imputations():
    def design(columns, data):
        return np.column_stack([np.ones(len(data)), *(data.indicators(name) for name in columns)])

    def fit(columns):
        def one(data):
            X, y = design(columns, data), data["marker"]
            b = np.linalg.solve(X.T @ X, X.T @ y)
            variance = np.mean((y - X @ b) ** 2)
            names = [*(str(j) for j in range(len(b))), "residual variance"]
            squares = np.eye(len(names))  # D3 does not look at it
            return fitted_coefficients(names, [*b, variance], squares, 90)

        return one

    def log_likelihood(columns):
        def at(data, parameters):
            *b, variance = parameters
            residuals = data["marker"] - design(columns, data) @ b
            return float(-np.sum(residuals**2) / variance / 2 - 45 * math.log(2 * math.pi * variance))

        return at

    imputations = stored_imputations()
    larger, smaller = ["age", "stage", "event"], ["age", "event"]
    pooled = [fit_and_pool(imputations, fit(columns), complete_df=85) for columns in (larger, smaller)]
    found = compare_nested(imputations, *pooled, log_likelihood(larger), log_likelihood(smaller))
    assert_test(found, GOLDEN["d3_all"]["test"])
    other = pool_fits(fits_of("cox")[:3], complete_df=9)
    with pytest.raises(ValueError, match="same patients"):
        compare_nested(imputations, pooled[0], other, log_likelihood(larger), log_likelihood(smaller))


def test_a_cox_model_is_fitted_and_pooled_as_in_mice():
    def fit(data):
        X = np.column_stack([data["age"], data["marker"], data.indicators("stage")])
        return cox(data["time"], data["event"], X, ["age", "marker", "stage B", "stage C"])

    case = GOLDEN["models"]["cox"]
    pooled = fit_and_pool(stored_imputations(), fit, complete_df=case["dfcom"][0])
    assert [one.value for one in pooled.estimates] == close(case["small"]["estimate"], rel=1e-8)
    assert [one.p for one in pooled.estimates] == close(case["small"]["p"], rel=1e-8)
    assert pooled.ratios[0].upper == close(math.exp(case["small"]["upper"][0]), rel=1e-8)
    assert pooled.n == 90


def test_nested_cox_models_are_compared_over_the_imputations():
    def fit(columns):
        def one(data):
            X = np.column_stack([data.indicators(name) for name in columns])
            return cox(data["time"], data["event"], X, [str(j) for j in range(X.shape[1])])

        return one

    def log_likelihood(columns):
        return lambda data, b: moments(fit(columns)(data).solution.sets, b).log_likelihood

    imputations, expected = stored_imputations(), GOLDEN["d3_cox"]
    larger, smaller = ["age", "marker", "stage"], ["age", "marker"]
    pooled = [fit_and_pool(imputations, fit(columns), complete_df=40) for columns in (larger, smaller)]
    found = compare_nested(imputations, *pooled, log_likelihood(larger), log_likelihood(smaller))
    assert_test(pool_likelihood_ratio(expected["own"], expected["at_pooled"], df=2, n=90), expected["test"])
    assert found.statistic == close(expected["test"]["statistic"][0], rel=1e-8)
    assert found.p == close(expected["test"]["p"][0], rel=1e-8)


def test_a_logistic_model_is_fitted_and_pooled_as_in_mice():
    def fit(data):
        X = np.column_stack([data["age"], data["marker"], data.indicators("stage")])
        return logistic(data["response"], X, ["age", "marker", "stage B", "stage C"])

    expected = GOLDEN["models"]["logistic"]["small"]
    pooled = fit_and_pool(stored_imputations(), fit, complete_df=GOLDEN["models"]["logistic"]["dfcom"][0])
    assert [one.value for one in pooled.estimates] == close(expected["estimate"][1:], rel=1e-8)
    assert [one.p for one in pooled.estimates] == close(expected["p"][1:], rel=1e-8)
    case = GOLDEN["d1"]["logistic"]
    assert_test(pooled_term_test(pooled, ["stage B", "stage C"]), case["small"])


def test_a_single_column_is_tested_as_in_the_table():
    pooled = pool_fits(fits_of("cox"), complete_df=40)
    found = pooled_term_test(pooled, ["marker"])
    assert found.p == pooled.estimates[1].p
    assert found.statistic == close(pooled.estimates[1].statistic ** 2)
    assert (found.df, found.df_denominator) == (1, pooled.estimates[1].df)


def test_the_limits_of_the_pooled_tests():
    same = [[1.0, 2.0]] * 3
    squares = [np.eye(2)] * 3
    found = pool_wald(same, squares, complete_df=math.inf, n=9)
    assert (found.statistic, found.df_denominator) == (2.5, math.inf)
    assert found.p == close(chi_square_p(5.0, 2))
    found = pool_wald(same, squares, complete_df=50, n=9)
    assert found.notes == (NO_SMALL_SAMPLE_DF,)
    found = pool_wald([[1.0, 2.0]] * 4, [np.eye(2)] * 4, complete_df=50, n=9)
    assert found.df_denominator == close(51 / 53 * 50)
    found = pool_wald([[1.0, 2.0], [3.0, 1.0], [0.0, 1.0], [1.0, 1.0]], [np.eye(2)] * 4, complete_df=5, n=9)
    assert (found.p, found.statistic) == (None, None)
    assert "too few" in found.reason
    found = pool_likelihood_ratio([3, 4, 5], [4, 5, 6], df=1, n=9)
    assert found.relative_increase_in_variance == 0
    assert "taken as 0" in found.notes[0]
    assert found.statistic == 5
    assert found.p == close(chi_square_p(5, 1))
    unlike = [TestResult("wald", x, 1, chi_square_p(x, 1), 9) for x in (0.0, 9.0, 0.0)]
    assert (pool_chi_squares(unlike).statistic, pool_chi_squares(unlike).p) == (0.0, 1.0)
    alike = [TestResult("wald", 4.0, 1, chi_square_p(4.0, 1), 9)] * 3
    assert pool_chi_squares(alike).p == close(chi_square_p(4.0, 1))


@pytest.mark.parametrize(
    ("estimates", "covariances", "reason"),
    [
        ([[1, 2]], [np.eye(2)], "one imputation"),
        ([[1, 2]] * 2, [np.zeros((2, 2))] * 2, "variance is 0"),
        ([[1, 2]] * 2, [np.ones((2, 2))] * 2, "determine each other"),
    ],
)
def test_a_wald_test_that_is_not_defined(estimates, covariances, reason):
    assert reason in pool_wald(estimates, covariances, complete_df=math.inf, n=5).reason


def test_chi_squares_that_do_not_belong_together():
    good = TestResult("log-rank", 3.0, 2, chi_square_p(3.0, 2), 50)
    assert pool_chi_squares([good, good]).notes == (D2_NOTE, LOG_RANK_NOTE)
    for other, reason in (
        (
            TestResult("log-rank", None, None, None, 50, "nobody had the event"),
            "imputation 2: nobody had the event",
        ),
        (TestResult("gray", 3.0, 2, 0.2, 50), "different methods"),
        (TestResult("log-rank", 3.0, 1, 0.2, 50), "different degrees of freedom: 2 and 1"),
        (TestResult("log-rank", 3.0, 2, 0.2, 49), "different numbers of patients: 50 and 49"),
    ):
        found = pool_chi_squares([good, other])
        assert found.p is None
        assert reason in found.reason
    assert "one imputation" in pool_chi_squares([good]).reason
    assert "no imputations" in pool_chi_squares([]).reason
    with pytest.raises(ValueError, match="no chi-square"):
        pool_chi_squares([TestResult("fisher", None, None, 0.1, 50)] * 2)
    with pytest.raises(ValueError, match="is none"):
        pool_chi_squares([TestResult("x", -1.0, 1, 0.1, 50)] * 2)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: pool_wald([[1, 2]], [np.eye(3)], complete_df=9, n=1), "belong"),
        (
            lambda: pool_wald(np.zeros((2, 0)), np.zeros((2, 0, 0)), complete_df=9, n=1),
            "at least one parameter",
        ),
        (lambda: pool_wald([[1, 2]] * 2, [np.eye(2)] * 2, complete_df=-1, n=1), "above 0"),
        (lambda: pool_likelihood_ratio([1, 2], [1], df=1, n=1), "each imputation"),
        (lambda: pool_likelihood_ratio([1, 2], [1, 2], df=0, n=1), "one coefficient more"),
    ],
)
def test_wrong_arguments_of_pooled_tests_are_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


# ----------------------------------------------------------------------------------------------------- models


def test_models_that_are_not_estimates_of_the_same_thing_are_refused():
    good = fits_of("cox")
    names = GOLDEN["models"]["cox"]["names"]

    def reason(fits):
        pooled = pool_fits(fits, complete_df=40)
        assert [one.value for one in pooled.estimates] == [None] * len(pooled.estimates)
        assert pooled_term_test(pooled, pooled.names[:2]).p is None if pooled.names else True
        return pooled.reason

    assert reason([]) == "there are no imputations"
    assert "one imputation" in reason(good[:1])
    assert reason([*good[:2], failed_fit(names, 90, "no events")]) == "imputation 3: no events"
    assert "different coefficients" in reason(
        [good[0], *fits_of("cox", ["age", "marker", "stageB", "stageD"])[1:]]
    )
    assert "numbers of patients: 90 and 89" in reason(
        [good[0], fitted_coefficients(names, [1] * 4, np.eye(4), 89)]
    )
    X = np.array([[1.0, 0], [3, 0], [2, 1], [1, 1], [5, 0], [2, 1], [3, 0]])
    full = cox(np.arange(1.0, 8.0), [1, 1, 1, 1, 0, 1, 1], X, ["a", "b"])
    aliased = cox(np.arange(1.0, 8.0), [1, 1, 1, 1, 0, 1, 1], X[:, [0, 0]], ["a", "b"])
    assert full.reasons == (None, None)
    assert aliased.reasons[1] is not None
    assert (
        reason([full, aliased, full])
        == f"imputation 2: b: {aliased.reasons[1]}; in others it has an estimate"
    )
    assert reason([aliased, full]) == f"imputation 1: b: {aliased.reasons[1]}; in others it has an estimate"
    assert reason([cox([1.0], [0], [[1.0]], ["a"])] * 2) == "imputation 1: no events"


def test_a_coefficient_without_estimate_in_any_imputation_is_left_out():
    rng = np.random.default_rng(1)
    fits = []
    for _ in range(3):
        x = rng.normal(size=30)
        fits.append(
            cox(
                np.arange(1.0, 31.0),
                np.ones(30),
                np.column_stack([x, 2 * x, rng.normal(size=30)]),
                ["a", "twice", "c"],
            )
        )
    pooled = pool_fits(fits, complete_df=27)
    assert pooled.reason is None
    assert pooled.estimates[1].value is None
    assert pooled.estimates[1].reason == fits[0].reasons[1]
    assert pooled.ratios[1].value is None
    assert pooled.covariance.shape == (2, 2)
    assert pooled.estimates[2].within == close(np.mean([f.covariance[1, 1] for f in fits]))
    found = pooled_term_test(pooled, ["a", "twice", "c"])
    assert found.df == 2
    assert found.notes[0].startswith("without twice")
    assert pooled_term_test(pooled, ["twice"]).reason == fits[0].reasons[1]
    with pytest.raises(KeyError):
        pooled_term_test(pooled, ["d"])
    with pytest.raises(ValueError, match="at least one"):
        pooled_term_test(pooled, [])


def test_too_few_imputations_are_noted():
    notes = pool_fits(fits_of("cox"), complete_df=40).notes
    assert notes
    assert "these are 6" in notes[0]
    assert pool_fits([fitted_coefficients(["a"], [1.0], [[0.1]], 9)] * 3, complete_df=5).notes == ()


def test_a_ratio_too_large_to_write_is_refused():
    pooled = pool_fits([fitted_coefficients(["a"], [x], [[1.0]], 9) for x in (800.0, 801.0)], complete_df=5)
    assert pooled.ratios[0].value is None
    assert "unit" in pooled.ratios[0].reason


def test_imputations_that_failed_are_not_fitted():
    failed = Imputations((STAGE,), 5, 3, 1, 1, (), (), (), (), "stage: no value is known")
    pooled = fit_and_pool(failed, lambda data: pytest.fail("fitted"), complete_df=5)
    assert pooled.reason == "stage: no value is known"
    assert compare_nested(failed, pooled, pooled, lambda d, b: 0.0, lambda d, b: 0.0).reason == pooled.reason


def test_wrong_coefficients_are_refused():
    with pytest.raises(ValueError, match="different names"):
        fitted_coefficients(["a", "a"], [1, 2], np.eye(2), 5)
    with pytest.raises(ValueError, match="different names"):
        fitted_coefficients(["a", "b"], [1, 2], np.eye(3), 5)


# ----------------------------------------------------------------------------------------------------- curves


@pytest.mark.parametrize("case", GOLDEN["curves"])
def test_survival_is_pooled_on_the_log_log_scale(case):
    rows = zip(case["survival"], case["standard_error"], strict=True)
    found = pool_survival_probabilities([Estimate(s, None, None, 0.95, e) for s, e in rows], complete_df=40)
    assert found.value == close(case["value"][0])
    assert (found.lower, found.upper) == close((case["lower"][0], case["upper"][0]), rel=1e-9)
    assert found.df == close(case["df"][0])
    assert (found.within, found.between) == close((case["within"][0], case["between"][0]), rel=1e-9)
    assert (found.statistic, found.p) == (None, None)


def test_survival_that_cannot_be_pooled():
    good = Estimate(0.5, 0.3, 0.7, 0.95, 0.1)
    one = Estimate(1.0, None, None, reason="no interval: no event up to 2")
    bad = Estimate(None, None, None, reason="follow-up ends at 9")
    found = pool_survival_probabilities([one, one], complete_df=9)
    assert (found.value, found.lower) == (1.0, None)
    assert "in every imputation" in found.reason
    for row, reason in (
        ([good], "one imputation"),
        ([], "no imputations"),
        ([good, bad], "imputation 2: follow-up ends at 9"),
        ([good, one], "imputation 2: the curve is at 1, others are not"),
        ([good, Estimate(0.4, None, None)], "imputation 2: no standard error"),
        ([good, Estimate(0.4, None, None, 0.95, 0.0)], "imputation 2: the variance is 0"),
    ):
        found = pool_survival_probabilities(row, complete_df=9)
        assert found.value is None
        assert reason in found.reason
    with pytest.raises(ValueError, match="between 0 and 1"):
        pool_survival_probabilities([good, Estimate(1.2, None, None, 0.95, 0.1)], complete_df=9)


def test_medians_are_not_pooled():
    found = pool_medians([Estimate(20, 10, 30), Estimate(22, 12, None)])
    assert (found.value, found.m) == (None, 2)
    assert "survival probabilities" in found.reason
