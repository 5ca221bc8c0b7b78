"""Propensity score weighting: held against R, against the whole procedure, and what it says without overlap."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crlm.statistics.logistic import logistic
from crlm.statistics.summaries import standardised_difference, standardised_difference_of_counts
from crlm.statistics.weighting import (
    balance,
    bootstrap_difference,
    contributions,
    effective_sample_size,
    propensity_weights,
    sandwich,
    weighted_cox,
    weighted_difference,
)
from tests.data.public import public_data
from tests.golden import golden
from tests.oracles import weighting as oracle

GOLDEN = golden("weighting")["studies"]
ESTIMANDS = ["ATE", "ATT", "overlap"]


def close(ours, theirs, rel=1e-8):
    return ours == pytest.approx(theirs, rel=rel, abs=1e-12)


def study(name):
    expected = GOLDEN[name]
    data = public_data(name)
    treatment, outcome = expected["treatment"][0], expected["outcome"][0]
    rows = data.known([treatment, outcome, *expected["covariates"]])
    X, names, terms = data.design(expected["covariates"])
    treated = (data.frame[treatment] == data.levels[treatment][1]).to_numpy()[rows]
    y = data.frame[outcome].to_numpy()[rows]
    return expected, logistic(treated, X[rows], names, terms=terms), y, data.time[rows], data.event[rows]


@pytest.mark.parametrize("estimand", ESTIMANDS)
@pytest.mark.parametrize("name", list(GOLDEN))
def test_weights_balance_and_differences_agree_with_r(name, estimand):
    expected, fit, y, time, event = study(name)
    theirs = expected[estimand]
    weighting = propensity_weights(fit, estimand)
    treated = weighting.treated
    assert (len(y), int(treated.sum())) == (expected["n"][0], expected["treated"][0])
    ranges = (weighting.positivity.treated_range, weighting.positivity.control_range)
    assert close([min(low for low, _ in ranges), max(high for _, high in ranges)], expected["score_range"])
    assert close(weighting.weights[:6].tolist(), theirs["weights"])
    normalised = propensity_weights(fit, estimand, normalised=True)
    assert close(normalised.weights[:6].tolist(), theirs["normalised"])
    assert close(normalised.weights[treated].sum(), treated.sum())
    assert close([weighting.effective_treated, weighting.effective_control], theirs["effective"])
    variants = [weighting, normalised]
    if estimand != "overlap":
        stabilised = propensity_weights(fit, estimand, stabilised=True)
        assert close(stabilised.weights[:6].tolist(), theirs["stabilised"])
        variants.append(stabilised)

    for spread, key in (("pooled", "pooled"), ("treated", "by_treated")):
        rows = balance(fit.data.X, fit.names, treated, weighting.weights, spread=spread)
        assert close([row.difference for row in rows], expected["before"][key])
        assert close([row.weighted_difference for row in rows], theirs[key])
        for row, before, after in zip(
            rows, expected["before"]["variance_ratio"], theirs["variance_ratio"], strict=True
        ):
            assert row.variance_ratio == (before if before is None else pytest.approx(before, rel=1e-8))
            assert row.weighted_variance_ratio == (after if after is None else pytest.approx(after, rel=1e-8))

    for variant in variants:  # a factor common to a group changes nothing
        found = weighted_difference(y, variant)
        assert close([found.treated_mean.value, found.control_mean.value], theirs["means"])
        assert close([found.treated_mean.standard_error, found.control_mean.standard_error], theirs["errors"])
        assert close(found.difference.standard_error, theirs["error"][0])
        half = 1.959963984540054 * found.difference.standard_error
        assert close(found.difference.upper - found.difference.value, half)
        assert found.test.p == pytest.approx(
            math.erfc(abs(found.difference.value) / found.difference.standard_error / math.sqrt(2))
        )
    known = weighted_difference(y, weighting, scores="known")
    assert close(
        [known.treated_mean.standard_error, known.control_mean.standard_error], theirs["known_errors"]
    )
    assert close(known.difference.standard_error, theirs["known_error"][0])

    fit_cox = weighted_cox(time, event, weighting, scores="known")
    assert close([fit_cox.coefficients[0].value, fit_cox.coefficients[0].standard_error], theirs["cox"])


def patients(n=24, seed=5):
    rng = np.random.default_rng(seed)
    X = np.column_stack((rng.normal(size=n).round(2), rng.integers(0, 2, n)))
    treated = (rng.random(n) < 1 / (1 + np.exp(-0.8 * X[:, 0]))).astype(int)
    y = (X[:, 0] + treated + rng.normal(size=n)).round(2)
    time = rng.exponential(10, n).round() + 1
    return X, treated, y, time, (rng.random(n) < 0.8).astype(int)


VARIANTS = [
    (one, *flags)
    for one in ESTIMANDS
    for flags in ((0, 0), (1, 0), (0, 1))
    if (one, flags) != ("overlap", (1, 0))
]


@pytest.mark.parametrize(("estimand", "stabilised", "normalised"), VARIANTS)
def test_variances_are_those_of_the_whole_procedure(estimand, stabilised, normalised):
    X, treated, y, time, event = patients(16, 21)
    kinds = {"stabilised": bool(stabilised), "normalised": bool(normalised)}
    weighting = propensity_weights(logistic(treated, X, ["a", "b"]), estimand, **kinds)
    ones = [1.0] * len(y)
    expected = oracle.weights(estimand, X.tolist(), treated, ones, **kinds)
    assert close(weighting.weights.tolist(), expected)

    def difference(case):
        one, other = oracle.weighted_means(y, treated, oracle.weights(estimand, X, treated, case, **kinds))
        return one - other

    found = weighted_difference(y, weighting)
    assert found.difference.value == pytest.approx(difference(ones))
    variance = oracle.jackknife_variance(difference, len(y))
    assert found.difference.standard_error**2 == pytest.approx(variance, rel=1e-6)

    def log_hazard_ratio(case):
        return oracle.breslow(time, event, treated, oracle.weights(estimand, X, treated, case, **kinds))

    if stabilised or normalised or estimand == "overlap":
        fit = weighted_cox(time, event, weighting)
        assert fit.coefficients[0].value == pytest.approx(log_hazard_ratio(ones))
        variance = oracle.jackknife_variance(log_hazard_ratio, len(y))
        assert fit.coefficients[0].standard_error ** 2 == pytest.approx(variance, rel=1e-6)
        assert fit.wald_test.p == fit.wald_tests[0].p


@given(st.lists(st.tuples(st.integers(-2, 2), st.booleans()), min_size=4, max_size=30))
@settings(max_examples=60, deadline=None)
def test_weighting_balances_what_the_theory_says(rows):
    x, treated = [float(a) for a, _ in rows], [int(t) for _, t in rows]
    assume(0 < sum(treated) < len(treated))
    fit = logistic(treated, np.array(x)[:, None], ["x"])
    for estimand in ESTIMANDS:
        weighting = propensity_weights(fit, estimand)
        if weighting.weights is None:
            assert weighting.reason
            continue
        w, who = weighting.weights, weighting.treated
        assert np.all(np.isfinite(w)) and np.all(w >= 0)
        assert 1 <= weighting.effective_treated <= who.sum() + 1e-9
        if estimand == "overlap":  # exact balance of means (Li, Morgan & Zaslavsky 2018, theorem 3)
            row = balance(np.array(x)[:, None], ["x"], treated, w)[0]
            assert row.weighted_treated_mean == pytest.approx(row.weighted_control_mean, abs=1e-8)
        if estimand == "ATT":
            assert np.all(w[who] == 1)


def test_before_weighting_the_differences_are_those_of_the_summaries():
    X, treated, y, _, _ = patients()
    columns = np.column_stack((X, y))
    rows = balance(columns, ["a", "b", "y"], treated, np.ones(len(y)))
    groups = [columns[treated == 1], columns[treated == 0]]
    for j in (0, 2):
        expected = standardised_difference([group[:, j] for group in groups])
        assert abs(rows[j].difference) == pytest.approx(expected.value)
    counts = [[int(np.sum(group[:, 1] == level)) for level in (0, 1)] for group in groups]
    assert abs(rows[1].difference) == pytest.approx(standardised_difference_of_counts(counts).value)
    assert rows[1].variance_ratio is None
    assert rows[0].weighted_difference == pytest.approx(rows[0].difference)


def test_balance_says_what_is_not_defined():
    constant, single = balance([[7.0, 1.5], [7.0, 2.5], [7.0, 3.0]], ["c", "s"], [1, 0, 0], [1, 1, 1])
    assert constant.difference is constant.weighted_difference is None
    assert constant.reason == "a group has fewer than two values"
    assert single.reason == "a group has fewer than two values"
    row = balance([[7.0], [7.0], [7.0], [7.0]], ["c"], [1, 0, 0, 1], [1, 1, 1, 1])[0]
    assert (row.difference, row.reason) == (None, "the values do not vary within the groups")
    for weights, message in (
        ([1, 1, 1, -1], "finite numbers >= 0"),
        ([0, 1, 1, 0], "the treated have no weight"),
    ):
        with pytest.raises(ValueError, match=message):
            balance([[1.0], [2.0], [3.0], [4.0]], ["x"], [1, 0, 0, 1], weights)


def test_the_effective_sample_size_is_kish():
    assert effective_sample_size([2, 2, 2]) == pytest.approx(3)
    assert effective_sample_size([3, 1]) == pytest.approx(16 / 10)
    assert effective_sample_size([1e-300, 1e-300]) == pytest.approx(2)
    with pytest.raises(ValueError, match="not all of them 0"):
        effective_sample_size([0, 0])


# Nobody with x = 1 was left untreated.
SEPARATED = ([[0], [0], [0], [0], [1], [1]], [0, 1, 0, 1, 1, 1])


def test_without_overlap_there_are_no_weights_and_the_reason_says_who():
    X, treated = SEPARATED
    fit = logistic(treated, X, ["x"])
    for estimand in ("ATE", "ATT"):
        weighting = propensity_weights(fit, estimand)
        assert weighting.weights is None
        who = "treated patients" if estimand == "ATT" else "patients"
        assert weighting.reason == (
            f"no weights: 2 {who} have no comparable patient in the other group, because x decides the treatment"
        )
        assert weighting.positivity.n_outside == 2
        found = weighted_difference([1, 0, 1, 0, 1, 1], weighting)
        assert found.difference.value is None
        assert found.difference.reason == found.test.reason == weighting.reason
        with pytest.raises(ValueError, match="no weights"):
            weighted_cox([1, 2, 3, 4, 5, 6], [1] * 6, weighting)
        with pytest.raises(ValueError, match="no weights"):
            contributions(weighting, np.zeros((6, 1)))
    overlap = propensity_weights(fit, "overlap")
    assert overlap.weights.tolist() == pytest.approx([0.5, 0.5, 0.5, 0.5, 0, 0])
    assert "2 patients have the weight 0: the covariates decide their treatment" in overlap.warnings
    inside = weighted_difference([1, 0, 1, 0, 1, 1], overlap)
    assert inside.difference.value == -1.0
    assert inside.difference.reason == "no interval: the outcome does not vary"


def test_the_att_needs_no_partner_for_the_untreated():
    X, treated = SEPARATED
    fit = logistic([1 - t for t in treated], X, ["x"])  # nobody with x = 1 was treated
    assert propensity_weights(fit, "ATE").weights is None
    att = propensity_weights(fit, "ATT")
    assert att.weights.tolist() == pytest.approx([1, 1, 1, 1, 0, 0])


def test_everybody_apart_is_refused_for_every_estimand():
    fit = logistic([0, 0, 1, 1], [[1], [2], [3], [4]], ["x"])
    for estimand in ESTIMANDS:
        assert propensity_weights(fit, estimand).weights is None
    nobody = logistic([0, 0], [[1], [2]], ["x"])
    assert propensity_weights(nobody, "ATE").reason == "nobody was treated"
    everybody = logistic([1, 1], [[1], [2]], ["x"])
    assert propensity_weights(everybody, "ATE").reason == "everybody was treated"


def test_extreme_scores_and_heavy_patients_are_warned_about():
    X = [[0]] * 20 + [[1]] * 20
    treated = [1] + [0] * 19 + [1] * 15 + [0] * 5
    weighting = propensity_weights(logistic(treated, X, ["x"]), "ATE")
    assert weighting.positivity.n_extreme == 20
    first, second = weighting.warnings
    assert first.startswith(
        "20 patients have a propensity score below 0.1 or above 0.9 (range 0.050 to 0.750)"
    )
    # The one treated of twenty has the weight 20, the fifteen others 20/15 each.
    assert weighting.positivity.largest_share == pytest.approx(20 / 40)
    assert second == "one patient has 50% of the total weight of the group"


def test_the_bootstrap_is_the_procedure_on_each_resample_and_the_same_for_a_seed():
    X, treated, y, _, _ = patients(60, 2)
    found = bootstrap_difference(y, treated, X, ["a", "b"], "ATE", replicates=40, seed=11)
    again = bootstrap_difference(y, treated, X, ["a", "b"], "ATE", replicates=40, seed=11)
    assert found == again
    assert found != bootstrap_difference(y, treated, X, ["a", "b"], "ATE", replicates=40, seed=12)
    drawn = []
    for child in np.random.SeedSequence(11).spawn(40):
        rows = np.random.default_rng(child).integers(0, 60, 60)
        weighting = propensity_weights(logistic(treated[rows], X[rows], ["a", "b"]), "ATE")
        drawn.append(weighted_difference(y[rows], weighting).difference.value)
    assert found.failed == 0
    assert found.difference.standard_error == pytest.approx(np.std(drawn, ddof=1))
    in_order = sorted(drawn)  # (40 + 1) 0.025 = 1.025
    assert found.difference.lower == pytest.approx(in_order[0] + 0.025 * (in_order[1] - in_order[0]))
    plain = weighted_difference(y, propensity_weights(logistic(treated, X, ["a", "b"]), "ATE"))
    assert found.difference.value == plain.difference.value


def test_resamples_without_an_estimate_are_counted():
    rng = np.random.default_rng(0)
    X = np.concatenate((np.zeros(20), np.ones(6)))[:, None]
    treated = np.array(
        [0, 1] * 10 + [1, 0, 1, 1, 1, 1]
    )  # x = 1: one untreated, left out of a third of resamples
    found = bootstrap_difference(rng.normal(size=26), treated, X, ["x"], "ATE", replicates=60, seed=3)
    assert 10 <= found.failed <= 35
    assert found.difference.value is not None
    assert found.difference.lower is found.difference.standard_error is found.test.p is None
    assert found.difference.reason == f"{found.failed} of 60 resamples have no estimate" == found.notes[-1]
    overlap = bootstrap_difference(rng.normal(size=26), treated, X, ["x"], "overlap", replicates=60, seed=3)
    assert overlap.failed == 0
    with pytest.raises(ValueError, match="at the very least"):
        bootstrap_difference([1, 2], [0, 1], [[1], [2]], ["x"], "ATE", replicates=1, seed=1)


def test_a_sandwich_by_cluster_sums_first():
    parts = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.0]])
    inverse = np.array([[2.0, 0.3], [0.3, 1.0]])
    by_hand = (
        inverse
        @ (np.outer(parts[0] + parts[1], parts[0] + parts[1]) + np.outer(parts[2], parts[2]))
        @ inverse
    )
    assert sandwich(parts, inverse, cluster=["p", "p", "q"]) == pytest.approx(by_hand)
    assert sandwich(parts, inverse) == pytest.approx(inverse @ parts.T @ parts @ inverse)
    with pytest.raises(ValueError, match="needs one label"):
        sandwich(parts, inverse, cluster=["p", "q"])


def test_input_of_the_wrong_shape_or_content_is_refused():
    X, treated, y, time, event = patients()
    fit = logistic(treated, X, ["a", "b"])
    weighting = propensity_weights(fit, "ATE")
    for call, message in (
        (lambda: propensity_weights(fit, "ATC"), "estimand was 'ATC'"),
        (lambda: propensity_weights(fit, "overlap", stabilised=True), "nothing to stabilise"),
        (
            lambda: propensity_weights(logistic(treated, X, ["a", "b"], weights=time), "ATE"),
            "without case weights",
        ),
        (
            lambda: propensity_weights(logistic(treated, X, ["a", "b"], method="firth"), "ATE"),
            "maximum likelihood",
        ),
        (lambda: weighted_difference(y[:-1], weighting), "outcome has shape"),
        (lambda: weighted_difference([math.nan, *y[1:]], weighting), r"outcome\[0\] is nan"),
        (lambda: weighted_difference(y, weighting, scores="fixed"), "scores was 'fixed'"),
        (lambda: weighted_cox(time[:-1], event, weighting), "time has shape"),
        (lambda: contributions(weighting, y), "one row for each"),
        (lambda: balance(X, ["a"], treated, weighting.weights), "names has 1 entries"),
        (lambda: balance(X, ["a", "b"], treated, weighting.weights, spread="all"), "spread was 'all'"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
