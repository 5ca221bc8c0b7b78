import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.statistics.imputation.categories import augmented_rows, impute_ordered, impute_unordered
from crlm.statistics.imputation.category_models import (
    fit_multinomial,
    fit_proportional_odds,
    multinomial_probabilities,
    proportional_odds_probabilities,
)
from crlm.statistics.imputation.donors import nearest_donors
from crlm.statistics.imputation.numbers import (
    draw_regression,
    impute_by_matching,
    impute_normal,
    residual_df,
)
from crlm.statistics.imputation.outcome import survival_outcome
from crlm.statistics.imputation.predictors import choose_predictors
from crlm.statistics.imputation.refusal import CannotImpute
from tests.golden import golden
from tests.oracles import imputation as oracle

GOLDEN = golden("imputation")
CATEGORIES = GOLDEN["categories"]
LEVELS = CATEGORIES["multinomial"] + CATEGORIES["ordered"]


class Scripted:
    """A generator whose standard normal draws are given; the rest is that of numpy."""

    def __init__(self, normal):
        self.normal = np.asarray(normal, dtype=float)
        self.other = np.random.default_rng(1)

    def standard_normal(self, size):
        assert np.shape(self.normal) == (size,)
        return self.normal

    def __getattr__(self, name):
        return getattr(self.other, name)


def close(theirs, rel=1e-9):
    return pytest.approx(np.asarray(theirs), rel=rel, abs=1e-11)


# ------------------------------------------------------------------------------------------------ regression


def test_the_regression_draw_is_that_of_mice():
    case = GOLDEN["regression"]
    known = np.array(case["known"])
    y = np.array(case["y"])[known]
    predictors = choose_predictors(np.array(case["x"]), ~known)
    chi_square = case["chi_square"][0]
    assert residual_df(predictors) == case["df"][0]
    centre = draw_regression(predictors, y, chi_square, np.zeros(5))
    assert centre.sigma == close(case["sigma"][0])
    assert centre.fitted == close(case["fitted"])
    assert centre.drawn == close(case["centre"])
    # The draw is linear in its normal deviates, and their images make up the posterior covariance.
    moves = [
        draw_regression(predictors, y, chi_square, deviate).drawn - centre.drawn for deviate in np.eye(5)
    ]
    covariance = sum(np.outer(one, one) for one in moves)
    assert covariance == close(np.array(case["covariance"]) * centre.sigma**2)


@given(st.integers(0, 10_000))
def test_the_regression_draw_is_the_normal_equations(seed):
    rng = np.random.default_rng(seed)
    n, q = int(rng.integers(6, 15)), int(rng.integers(0, 4))
    X = rng.normal(rng.normal(0, 50, q), np.exp(rng.normal(0, 3, q)), (n + 3, q))
    missing = np.arange(n + 3) >= n
    y = rng.normal(size=n)
    predictors = choose_predictors(X, missing)
    full = np.column_stack([np.ones(n + 3), X])
    b, *_ = np.linalg.lstsq(full[:n], y, rcond=None)
    found = draw_regression(predictors, y, 3.0, np.zeros(q + 1))
    assert found.fitted == pytest.approx(full[:n] @ b, rel=1e-7, abs=1e-7)
    assert found.drawn == pytest.approx(full[n:] @ b, rel=1e-6, abs=1e-6)
    assert found.sigma == pytest.approx(math.sqrt(np.sum((y - full[:n] @ b) ** 2) / 3.0), rel=1e-7)


def test_a_regression_without_degrees_of_freedom_is_refused():
    predictors = choose_predictors(np.array([[1.0, 5], [2, 3], [4, 4], [1, 1]]), np.array([0, 0, 0, 1]) == 1)
    with pytest.raises(CannotImpute, match="3 known values and 2 predictor columns"):
        residual_df(predictors)


def test_a_normal_imputation_is_the_drawn_mean_and_noise():
    X = np.array([[-1.0], [0], [1], [2]])
    predictors = choose_predictors(X, np.array([0, 0, 0, 1]) == 1)

    class Fixed(Scripted):
        def chisquare(self, df):
            assert df == 1
            return 2.0

        def standard_normal(self, size):
            return np.array([1.0, -1.0]) if size == 2 else np.array([0.5])

    # y = 1, 2, 6: mean 3, slope 5/2, residuals 1/2, -1, 1/2, sum of squares 3/2, sigma^2 = 3/4
    sigma = math.sqrt(0.75)
    drawn = 3 + sigma / math.sqrt(3) + (2.5 - sigma / math.sqrt(2)) * 2
    assert impute_normal(predictors, np.array([1.0, 2, 6]), 5, Fixed([])) == close([drawn + 0.5 * sigma])


# ---------------------------------------------------------------------------------------------------- donors


def test_donors_are_those_of_mice():
    case = GOLDEN["matched"]
    donors, recipients = np.array(case["donors"]), np.array(case["recipients"])
    n = len(recipients)
    nearest = nearest_donors(donors, recipients, np.zeros(n, dtype=np.intp), np.zeros(n))
    assert (nearest + 1).tolist() == case["nearest"]
    five = [nearest_donors(donors, recipients, np.full(n, rank), np.full(n, 0.5)) + 1 for rank in range(5)]
    assert [sorted(row) for row in np.transpose(five).tolist()] == case["five"]


@given(
    st.lists(st.integers(-6, 6), min_size=1, max_size=12),
    st.integers(-14, 14),
    st.integers(1, 6),
)
@settings(max_examples=60)
def test_every_donor_has_the_chance_of_the_definition(fitted, doubled, k):
    expected = oracle.donor_chances(fitted, doubled / 2, k)
    k = min(k, len(fitted))
    # All ranks, each with so many evenly spread ties that a group of any size is divided almost exactly.
    ties = (np.arange(5040) + 0.5) / 5040
    rank = np.repeat(np.arange(k), len(ties))
    wanted = np.full(len(rank), doubled / 2)
    drawn = nearest_donors(np.array(fitted, dtype=float), wanted, rank, np.tile(ties, k))
    assert np.bincount(drawn, minlength=len(fitted)) / len(rank) == pytest.approx(expected, abs=1e-3)


def test_rounding_does_not_decide_among_equal_donors():
    fitted = np.array([0.1 + 0.2, 0.3, 0.3, 5.0, -4.0])
    drawn = nearest_donors(fitted, np.full(3, 0.3), np.zeros(3, dtype=np.intp), np.array([0.1, 0.5, 0.9]))
    assert sorted(drawn.tolist()) == [0, 1, 2]
    alike = nearest_donors(np.full(4, 1e9), np.array([0.0, 1e9]), np.array([3, 0]), np.array([0.99, 0.0]))
    assert alike.tolist() == [3, 0]
    assert nearest_donors(fitted, np.zeros(0), np.zeros(0, dtype=np.intp), np.zeros(0)).tolist() == []
    far = nearest_donors(fitted, np.array([1e300, -1e300]), np.zeros(2, dtype=np.intp), np.zeros(2))
    assert far.tolist() == [3, 4]


def test_matching_gives_known_values_of_the_nearest():
    rng = np.random.default_rng(3)
    X = np.concatenate([np.repeat([0.0, 1.0], 30), [0.0] * 50, [1.0] * 50])[:, None]
    y = X[:60, 0] * 10 + rng.normal(size=60)
    found = impute_by_matching(choose_predictors(X, np.arange(160) >= 60), y, 5, rng)
    assert set(found.tolist()) <= set(y.tolist())
    assert set(found[:50].tolist()) <= set(y[:30].tolist())
    # Thirty donors predict the same; a recipient is not confined to the same five of them as the others.
    assert len(set(found[:50].tolist())) > 15


# ------------------------------------------------------------------------------------------------ categories


def augmented_data(level):
    X, known = np.array(CATEGORIES["x"]), np.array(CATEGORIES["known"])
    predictors = choose_predictors(X, ~known)
    k = max(level) + 1
    rows, extra, weight = augmented_rows(predictors.everybody, k)
    levels = np.concatenate([np.array(level)[known], extra])
    weights = np.concatenate([np.ones(known.sum()), np.full(len(extra), weight)])
    return predictors, np.vstack([predictors.known, rows]), levels, weights, k


def unstandardised(X, known):
    """Turns coefficients (intercept first) of standardised columns into those of the columns themselves."""
    mean, sd = X[known].mean(axis=0), X[known].std(axis=0, ddof=1)
    turn = np.diag(np.concatenate([[1.0], 1.0 / sd]))
    turn[0, 1:] = -mean / sd
    return turn


@pytest.mark.parametrize("k", [2, 3])
def test_augmented_rows_are_those_of_mice(k):
    case = CATEGORIES[f"augmented{k}"]
    rows, level, weight = augmented_rows(np.array(CATEGORIES["x"]), k)
    ours = sorted((one, *row) for one, row in zip(level.tolist(), rows.round(9).tolist(), strict=True))
    theirs = sorted(
        (one, *np.round(row, 9).tolist()) for one, row in zip(case["level"], case["rows"], strict=True)
    )
    assert np.array(ours) == close(theirs)
    assert weight == close(case["weight"][0])


@pytest.mark.parametrize("case", [CATEGORIES["logistic"], *CATEGORIES["multinomial"]])
def test_logistic_and_multinomial_regressions_are_those_of_r(case):
    X, known = np.array(CATEGORIES["x"]), np.array(CATEGORIES["known"])
    _, rows, level, weights, k = augmented_data(case["level"])
    fit = fit_multinomial(np.column_stack([np.ones(len(rows)), rows]), np.eye(k)[level.astype(int)], weights)
    turn = np.kron(np.eye(k - 1), unstandardised(X, known))
    assert turn @ fit.parameters == close(case["coefficients"], rel=1e-8)
    assert turn @ np.linalg.inv(fit.information) @ turn.T == close(case["covariance"], rel=1e-7)
    assert fit.log_likelihood == close(case["log_likelihood"][0])


@pytest.mark.parametrize("case", CATEGORIES["ordered"])
def test_proportional_odds_regressions_are_those_of_r(case):
    X, known = np.array(CATEGORIES["x"]), np.array(CATEGORIES["known"])
    predictors, rows, level, weights, k = augmented_data(case["level"])
    fit = fit_proportional_odds(rows, level, k, weights)
    assert fit.log_likelihood == close(case["log_likelihood"][0])
    first, gap, *slopes = fit.parameters
    mean, sd = X[known].mean(axis=0), X[known].std(axis=0, ddof=1)
    b = np.array(slopes) / sd
    cuts = np.array([first, first + math.exp(gap)]) + mean @ b
    assert b == close(case["coefficients"], rel=1e-8)
    assert cuts == close(case["cuts"], rel=1e-8)
    # R's Hessian is of the cuts and slopes themselves.
    turn = np.zeros((6, 6))
    turn[0, 0], turn[1, :2] = 1, [1, math.exp(gap)]
    turn[2:, 2:] = np.diag(1 / sd)
    turn[:2, 2:] = mean / sd
    inverse = np.linalg.inv(turn)
    ours = inverse.T @ fit.information @ inverse
    scale = np.sqrt(np.outer(np.diag(ours), np.diag(ours)))
    assert ours / scale == pytest.approx(np.array(case["hessian"]) / scale, abs=1e-8)
    probability = proportional_odds_probabilities(predictors.wanted, fit.parameters, k)
    up_to = 1 / (1 + np.exp(-(cuts - (X[~known] @ b)[:, None])))
    assert np.cumsum(probability, axis=1)[:, :2] == close(up_to)
    assert probability.sum(axis=1) == close(np.ones(len(probability)))


@given(st.integers(0, 10_000), st.integers(2, 4), st.integers(0, 3))
def test_category_regressions_are_the_maximum_of_the_definition(seed, k, q):
    rng = np.random.default_rng(seed)
    n = 25
    X = rng.normal(size=(n, q))
    level = np.concatenate([np.arange(k), rng.integers(k, size=n - k)])
    rows, extra, weight = augmented_rows(X, k)
    X, level = np.vstack([X, rows]), np.concatenate([level, extra])
    weights = np.concatenate([np.ones(n), np.full(len(extra), weight)])
    full = np.column_stack([np.ones(len(X)), X])
    plain = (level.astype(int).tolist(), weights.tolist())

    several = fit_multinomial(full, np.eye(k)[level.astype(int)], weights)
    ordered = fit_proportional_odds(X, level, k, weights)

    def multinomial(parameters):
        return oracle.multinomial_log_likelihood(
            full.tolist(), *plain, parameters.reshape(k - 1, q + 1).tolist()
        )

    def proportional(parameters):
        cuts = parameters[0] + np.concatenate([[0], np.cumsum(np.exp(parameters[1 : k - 1]))])
        return oracle.proportional_odds_log_likelihood(
            X.tolist(), *plain, cuts.tolist(), parameters[k - 1 :].tolist()
        )

    for fit, definition in ((several, multinomial), (ordered, proportional)):
        best = definition(fit.parameters)
        assert fit.log_likelihood == pytest.approx(best, rel=1e-10)
        direction = rng.normal(size=len(fit.parameters))
        step = 1e-3 * direction / math.sqrt(direction @ fit.information @ direction)
        up, down = definition(fit.parameters + step), definition(fit.parameters - step)
        assert (up - down) / 2e-3 == pytest.approx(0.0, abs=1e-4)
        assert (2 * best - up - down) / 1e-6 == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("ordered", [False, True])
def test_levels_are_drawn_with_drawn_coefficients(ordered):
    """The normal deviates move the coefficients along a root of the inverse information."""
    case = CATEGORIES["ordered" if ordered else "multinomial"][0]
    known = np.array(CATEGORIES["known"])
    predictors, rows, level, weights, k = augmented_data(case["level"])
    observed = np.array(case["level"])[known].astype(float)
    if ordered:
        fit = fit_proportional_odds(rows, level, k, weights)
    else:
        fit = fit_multinomial(
            np.column_stack([np.ones(len(rows)), rows]), np.eye(k)[level.astype(int)], weights
        )
    impute = impute_ordered if ordered else impute_unordered
    root = np.linalg.inv(np.linalg.cholesky(fit.information)).T
    assert root @ root.T == close(np.linalg.inv(fit.information), rel=1e-7)
    deviates = np.linspace(-1.5, 1.5, len(fit.parameters))
    drawn = fit.parameters + root @ deviates
    if ordered:
        probability = proportional_odds_probabilities(predictors.wanted, drawn, k)
    else:
        wanted = np.column_stack([np.ones(len(predictors.wanted)), predictors.wanted])
        probability = multinomial_probabilities(wanted, drawn)
    uniform = np.random.default_rng(1).random(len(probability))
    expected = [
        int(np.searchsorted(np.cumsum(p), u, side="right")) for p, u in zip(probability, uniform, strict=True)
    ]
    assert impute(predictors, observed, k, Scripted(deviates)).tolist() == expected


def test_perfect_prediction_does_not_run_away():
    rng = np.random.default_rng(5)
    x = np.concatenate([rng.normal(-2, 0.5, 40), rng.normal(2, 0.5, 40), [-2.0] * 200, [2.0] * 200])
    level = np.repeat([0.0, 1.0], 40)
    predictors = choose_predictors(x[:, None], np.arange(480) >= 80)
    drawn = [impute_unordered(predictors, level, 2, rng) for _ in range(20)]
    assert np.mean([one[:200] for one in drawn]) < 0.1
    assert np.mean([one[200:] for one in drawn]) > 0.9
    assert len({one.tobytes() for one in drawn}) > 1  # nearly certain, and not quite


# ------------------------------------------------------------------------------------- predictors and outcome


def test_the_collinear_predictor_that_mice_leaves_out_is_left_out():
    case = GOLDEN["collinear"]
    names = list(case["columns"])
    matrix = np.column_stack([case["columns"][name] for name in names])
    found = choose_predictors(matrix, np.array(case["missing"]) == 1)
    assert [names[j] for j in found.collinear] == case["left_out"]
    assert found.known.shape == (40, 3)


def test_columns_that_say_nothing_new_are_left_out():
    rng = np.random.default_rng(2)
    x = rng.normal(size=20)
    missing = np.arange(20) > 14
    constant = np.where(missing, 1.0, 7.0)
    found = choose_predictors(np.column_stack([constant, x, 1e-9 * rng.normal(size=20), 3 - 2 * x]), missing)
    assert (found.constant, found.collinear) == ((0,), (3,))
    assert found.known.mean(axis=0) == close([0, 0])
    assert found.known.std(axis=0, ddof=1) == close([1, 1])
    nothing = choose_predictors(np.zeros((20, 0)), missing)
    assert nothing.known.shape == (15, 0)


@pytest.mark.parametrize("name", ["tied", "distinct"])
def test_the_cumulative_hazard_is_that_of_r(name):
    case = GOLDEN["outcome"][name]
    found = survival_outcome("os", case["time"], case["event"])[1]["os cumulative hazard"]
    assert found == close(case["cumulative_hazard"])
    if name == "distinct":
        assert found == close(case["mice"])


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 1)), min_size=1, max_size=15))
def test_the_cumulative_hazard_is_the_definition(rows):
    time, event = zip(*rows, strict=True)
    variables, columns = survival_outcome("os", time, event)
    assert [one.name for one in variables] == ["os event", "os cumulative hazard"]
    assert columns["os event"].tolist() == list(event)
    expected = [float(h) for h in oracle.cumulative_hazard(time, event)]
    assert columns["os cumulative hazard"] == close(expected)
