import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crlm.statistics.competing_risks import (
    fine_gray,
    predicted_incidence,
    predicted_incidence_curves,
)
from crlm.statistics.cox import Term, cox
from crlm.statistics.results import chi_square_p
from tests.data import published
from tests.golden import golden
from tests.oracles import fine_gray as oracle

GOLDEN = golden("fine_gray")
STRATA = golden("fine_gray_strata")


def close(ours, theirs, rel=1e-9):
    return np.asarray(ours) == pytest.approx(np.asarray(theirs), rel=rel, abs=1e-12)


def data(name):
    if name == "mgus2":
        table = {column: np.array(cells) for column, cells in published("mgus2").items()}
        kept = table["year"].astype(int) >= 1985
        for column in ("hgb", "creat", "mspike"):
            kept &= table[column] != ""
        table = {column: cells[kept] for column, cells in table.items()}
        age = table["age"].astype(int)
        columns = {
            "below_65": age < 65,
            "from_80": age >= 80,
            **{column: table[column] for column in ("hgb", "creat", "mspike")},
            "male": table["sex"] == "M",
        }
        X = np.column_stack([x.astype(float) for x in columns.values()])
        time, cause = (table[x].astype(float) for x in ("months", "end"))
        return time, cause, X, list(columns), table["sex"].tolist()
    values = GOLDEN["sets"][name]
    return values["time"], values["cause"], np.column_stack(values["X"]), values["names"], values["group"]


def random_set(seed, n=24, p=2, groups=False, causes=3):
    rng = np.random.default_rng(seed)
    time = rng.integers(1, 12, n).tolist()
    cause = rng.integers(0, causes, n).tolist()
    X = np.column_stack([np.round(rng.normal(size=n), 1), *(rng.integers(0, 2, n) for _ in range(p - 1))])
    return time, cause, X, rng.integers(0, 2, n).tolist() if groups else None


@pytest.mark.parametrize(
    "expected",
    GOLDEN["fits"],
    ids=lambda f: f"{f['set'][0]}-{f['of'][0]}-{'groups' if f['grouped'][0] else 'one'}",
)
def test_fine_gray_is_crr(expected):
    time, cause, X, names, group = data(expected["set"][0])
    found = fine_gray(
        time, cause, expected["of"][0], X, names, censoring_groups=group if expected["grouped"][0] else None
    )
    assert found.converged
    assert found.estimable == (True,) * len(names)
    assert close([one.value for one in found.coefficients], expected["coefficients"])
    assert close(found.log_likelihood, expected["log_likelihood"][0], rel=1e-12)
    assert close(found.log_likelihood_null, expected["null"][0], rel=1e-12)
    assert close(found.solution.moments.information.ravel(), expected["information"])
    rise = 2 * (expected["log_likelihood"][0] - expected["null"][0])
    assert close(found.likelihood_ratio_test.statistic, rise)
    time, incidence = predicted_incidence_curves(found, X[[int(i) for i in expected["rows"]]])
    assert close(time, expected["time"])
    for ours, theirs in zip(incidence, expected["incidence"], strict=True):
        assert close(ours, theirs)
    if "variance" in expected:
        assert found.covariance.ravel() == pytest.approx(expected["variance"], rel=1e-8, abs=1e-12)
        assert close(
            [one.standard_error for one in found.coefficients], expected["standard_errors"], rel=1e-8
        )
        assert close([test.p for test in found.wald_tests], expected["p"], rel=1e-7)


@pytest.mark.parametrize(
    "expected",
    STRATA["fits"],
    ids=lambda f: "-".join(name for name in ("stratified", "grouped", "weighted") if f[name][0]) or "plain",
)
def test_strata_and_weights_are_those_of_finegray_and_coxph(expected):
    d = STRATA["data"]
    stratified, grouped, weighted = (expected[name][0] for name in ("stratified", "grouped", "weighted"))
    found = fine_gray(
        d["time"],
        d["cause"],
        1,
        np.column_stack((d["a"], d["b"])),
        ["a", "b"],
        strata=d["stratum"] if stratified else None,
        censoring_groups=d["stratum"] if grouped else None,
        weights=d["weight"] if weighted else None,
    )
    assert close([one.value for one in found.coefficients], expected["coefficients"])
    assert close(found.log_likelihood, expected["log_likelihood"][0], rel=1e-12)
    assert close(found.log_likelihood_null, expected["null"][0], rel=1e-12)
    assert close(found.solution.moments.information.ravel(), expected["information"])
    time, incidence = predicted_incidence_curves(found, [[0.5, 1]], stratum="y" if stratified else None)
    assert close(time, expected["time"])
    assert close(incidence[0], expected["incidence"])


@pytest.mark.parametrize("seed", range(30, 33))
def test_the_robust_variance_is_the_jackknife_with_strata_and_weights(seed):
    time, cause, X, groups = random_set(seed, n=40, groups=seed != 30)
    rng = np.random.default_rng(100 + seed)
    strata, copies = rng.integers(0, 2, 40).tolist(), np.round(rng.uniform(0.3, 2.5, 40), 1)
    rows, times = [X[0], X[5]], [4, 6, 9]
    found = fine_gray(time, cause, 1, X, ["a", "b"], censoring_groups=groups, strata=strata, weights=copies)
    by_beta, by_hazard = oracle.jackknife(
        time, cause, 1, X, groups, rows, times, strata=strata, copies=copies
    )
    assert found.covariance == pytest.approx(by_beta.T @ by_beta, rel=1e-5)
    predictions = predicted_incidence(found, rows, times, stratum=0)
    for i in range(len(rows)):
        for j, one in enumerate(predictions[i]):
            hazard = -math.log1p(-one.value)
            error = math.sqrt(np.sum(by_hazard[:, i, j] ** 2))
            assert one.standard_error == pytest.approx(error * hazard * math.exp(-hazard), rel=1e-5)


@pytest.mark.parametrize("seed", range(20, 24))
def test_the_robust_variance_is_the_jackknife(seed):
    time, cause, X, groups = random_set(seed, groups=seed % 2 == 1)
    rows, times = [X[0], X[5] + [0.5, 0]], [3, 5, 8, max(time)]
    found = fine_gray(time, cause, 1, X, ["a", "b"], censoring_groups=groups)
    assert all(found.estimable)
    by_beta, by_hazard = oracle.jackknife(time, cause, 1, X, groups, rows, times)
    assert found.covariance == pytest.approx(by_beta.T @ by_beta, rel=1e-6)
    predictions = predicted_incidence(found, rows, times)
    for i in range(len(rows)):
        for j, one in enumerate(predictions[i]):
            hazard = -math.log1p(-one.value)
            error = math.sqrt(np.sum(by_hazard[:, i, j] ** 2))
            assert one.standard_error == pytest.approx(error * hazard * math.exp(-hazard), rel=1e-6)
            z = 1.959963984540054
            assert one.lower == pytest.approx(-math.expm1(-hazard * math.exp(-z * error)), rel=1e-6)
            assert one.upper == pytest.approx(-math.expm1(-hazard * math.exp(z * error)), rel=1e-6)


columns = st.integers(8, 20).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(1, 7), min_size=n, max_size=n),
        st.lists(st.integers(0, 2), min_size=n, max_size=n),
        st.lists(st.tuples(st.integers(-2, 2), st.integers(0, 1)), min_size=n, max_size=n),
        st.none() | st.lists(st.integers(0, 1), min_size=n, max_size=n),
    )
)


@given(columns)
@settings(deadline=None, max_examples=120)
def test_it_is_the_maximum_of_the_definition_or_says_why_not(rows):
    time, cause, X, groups = rows
    X = np.array(X, dtype=float)
    found = fine_gray(time, cause, 1, X, ["a", "b"], censoring_groups=groups)
    if found.reason is not None:
        assert 1 not in cause
        return
    null = oracle.log_likelihood(time, cause, 1, X, [0, 0], groups)
    assert found.log_likelihood_null == pytest.approx(null, rel=1e-11, abs=1e-11)
    for one, reason in zip(found.coefficients, found.reasons, strict=True):
        assert (one.value is None) == (reason is not None)
        assert (one.standard_error is None) == (one.reason is not None)
    if all(found.estimable):
        beta = np.array([one.value for one in found.coefficients])
        top = oracle.log_likelihood(time, cause, 1, X, beta, groups)
        assert found.log_likelihood == pytest.approx(top, rel=1e-10, abs=1e-10)
        for move in ([1e-3, 0], [-1e-3, 0], [0, 1e-3], [0, -1e-3]):
            assert oracle.log_likelihood(time, cause, 1, X, beta + move, groups) <= top + 1e-12
    else:
        # What is left out is constant or determined, or raises the likelihood for ever towards its limit.
        assert found.converged
        size = 14.0
        directions = [np.array([x, y]) for x in (-1, -0.5, 0, 0.5, 1) for y in (-1, -0.5, 0, 0.5, 1)]
        rest = [0.0 if one.value is None else one.value for one in found.coefficients]
        best = max(oracle.log_likelihood(time, cause, 1, X, rest + size * d, groups) for d in directions)
        assert best <= found.log_likelihood + 1e-6


@given(columns, st.integers(0, 10**6))
@settings(deadline=None, max_examples=60)
def test_with_strata_and_weights_it_is_the_maximum_of_the_definition(rows, seed):
    time, cause, X, groups = rows
    X, rng = np.array(X, dtype=float), np.random.default_rng(seed)
    strata, copies = rng.integers(0, 3, len(time)).tolist(), rng.integers(1, 9, len(time)) / 2
    found = fine_gray(time, cause, 1, X, ["a", "b"], censoring_groups=groups, strata=strata, weights=copies)
    assume(found.reason is None)
    null = oracle.log_likelihood(time, cause, 1, X, [0, 0], groups, strata, copies)
    assert found.log_likelihood_null == pytest.approx(null, rel=1e-11, abs=1e-11)
    assume(all(found.estimable))
    beta = np.array([one.value for one in found.coefficients])
    top = oracle.log_likelihood(time, cause, 1, X, beta, groups, strata, copies)
    assert found.log_likelihood == pytest.approx(top, rel=1e-10, abs=1e-10)
    for move in ([1e-3, 0], [-1e-3, 0], [0, 1e-3], [0, -1e-3]):
        assert oracle.log_likelihood(time, cause, 1, X, beta + move, groups, strata, copies) <= top + 1e-12


@given(columns)
@settings(deadline=None, max_examples=50)
def test_with_a_single_cause_it_is_cox_s_model(rows):
    time, cause, X, _ = rows
    event = [min(c, 1) for c in cause]
    ours = fine_gray(time, event, 1, X, ["a", "b"])
    theirs = cox(time, event, X, ["a", "b"], ties="breslow")
    assert ours.reasons == tuple(
        "no events of this cause" if one == "no events" else one for one in theirs.reasons
    )
    assume(ours.reason is None)
    assert ours.log_likelihood == pytest.approx(theirs.log_likelihood, rel=1e-9, abs=1e-9)
    for one, other in zip(ours.coefficients, theirs.coefficients, strict=True):
        if one.value is not None:
            assert one.value == pytest.approx(other.value, rel=1e-7, abs=1e-9)


@given(columns)
@settings(deadline=None, max_examples=50)
def test_units_and_order_do_not_matter(rows):
    time, cause, X, groups = rows
    X = np.array(X, dtype=float)
    one = fine_gray(time, cause, 1, X, ["a", "b"], censoring_groups=groups)
    assume(one.reason is None and all(one.estimable))
    order = np.random.default_rng(0).permutation(len(time))
    other = fine_gray(
        np.array(time)[order] * 30.4,
        np.array(cause)[order],
        1,
        X[order] * [10.0, 1.0] + [1000.0, 0.0],
        ["a", "b"],
        censoring_groups=None if groups is None else [groups[i] for i in order],
    )
    assert other.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-9)
    for unit, ours, theirs in zip((10.0, 1.0), other.coefficients, one.coefficients, strict=True):
        assert ours.value * unit == pytest.approx(theirs.value, rel=1e-6, abs=1e-9)
        assert (ours.standard_error is None) == (theirs.standard_error is None)
        if ours.standard_error is not None:
            assert ours.standard_error * unit == pytest.approx(theirs.standard_error, rel=1e-6, abs=1e-8)


def test_without_events_at_one_level_the_others_are_those_of_the_limit():
    time, cause, X, _ = random_set(7, n=60)
    level = np.array([1.0 if c != 1 and i % 3 == 0 else 0.0 for i, c in enumerate(cause)])
    found = fine_gray(time, cause, 1, np.column_stack([X, level]), ["a", "b", "empty"])
    assert found.estimable == (True, True, False)
    assert found.reasons[2] == "no finite estimate: no events when empty = 1 (the hazard ratio tends to 0)"
    events, W = oracle.weights(time, cause, 1)
    W[level == 1] = 0.0
    beta, _ = oracle.maximum(time, cause, 1, X, W, events, np.ones(60))
    assert close([one.value for one in found.coefficients[:2]], beta)
    far = oracle.log_likelihood(time, cause, 1, np.column_stack([X, level]), [*beta, -35.0])
    assert found.log_likelihood == pytest.approx(far, rel=1e-10)
    # The robust variance tends to its limit as well
    by_beta, _ = oracle.jackknife(time, cause, 1, X, present=1 - level)
    assert found.covariance == pytest.approx(by_beta.T @ by_beta, rel=1e-6)
    assert "limit" in found.wald_test.notes[0]
    assert found.wald_test.df == 3
    assert predicted_incidence(found, [[0, 0, 0]], [5])[0][0].reason == "empty has no finite estimate"


def test_constant_and_aliased_columns_are_named():
    time, cause, X, _ = random_set(9)
    X = np.column_stack([X, np.ones(len(time)), 2 * X[:, 0] + 1])
    found = fine_gray(time, cause, 1, X, ["a", "b", "one", "twice"])
    plain = fine_gray(time, cause, 1, X[:, :2], ["a", "b"])
    assert found.reasons[2] == "constant: one is 1 in every row"
    assert found.reasons[3] == "aliased with a: it says nothing that they do not"
    assert close([one.value for one in found.coefficients[:2]], [one.value for one in plain.coefficients])
    assert close(found.covariance, plain.covariance)
    assert found.wald_test.df == 2
    same, other = predicted_incidence(found, [[0.5, 1, 1, 2], [0.5, 1, 1, 5]], [5])
    assert close(same[0].value, predicted_incidence(plain, [[0.5, 1]], [5])[0][0].value)
    assert other[0].reason.startswith("a, twice: no patient in the data is like this row")


def test_terms_are_tested_as_a_whole():
    time, cause, X, names, _ = data("mgus2")
    terms = [Term("age_class", ("below_65", "from_80")), *(Term(name, (name,)) for name in names[2:])]
    found = fine_gray(time, cause, 2, X, names, terms=terms)
    test = found.term_wald_test("age_class")
    b, V = np.array([one.value for one in found.coefficients])[:2], found.covariance[:2, :2]
    assert test.df == 2
    assert close(test.statistic, b @ np.linalg.inv(V) @ b)
    assert close(test.p, chi_square_p(test.statistic, 2))
    assert close(found.term_wald_test("hgb").p, found.wald_tests[2].p)
    ratio = found.hazard_ratios[2]
    assert close(ratio.value, math.exp(found.coefficients[2].value))
    assert ratio.standard_error == found.coefficients[2].standard_error
    with pytest.raises(KeyError):
        found.term("nothing")


def test_no_events_of_the_cause():
    found = fine_gray([1, 2, 3], [2, 0, 2], 1, [[1], [2], [3]], ["x"])
    assert found.reason == "no events of this cause"
    assert (found.n_events, found.n_competing, found.n_censored) == (0, 2, 1)
    assert found.coefficients[0].reason == found.wald_tests[0].reason == found.reason
    assert found.wald_test.p is None
    assert found.term_wald_test("x").reason == found.reason
    assert found.covariance.shape == (0, 0)
    assert predicted_incidence(found, [[1]], [2])[0][0].reason == found.reason
    with pytest.raises(ValueError, match="no events of this cause"):
        predicted_incidence_curves(found, [[1]])
    assert fine_gray([], [], 1, np.zeros((0, 1)), ["x"]).reason == "no patients"


def test_when_nothing_can_be_estimated():
    found = fine_gray([1, 2, 3], [1, 0, 2], 1, [[1], [1], [1]], ["x"])
    assert found.coefficients[0].reason == "constant: x is 1 in every row"
    assert found.wald_test.reason == "no covariate can be estimated"
    assert predicted_incidence(found, [[1]], [2])[0][0].value == pytest.approx(-math.expm1(-1 / 3))
    separated = fine_gray([1, 2, 3, 4], [1, 1, 2, 0], 1, [[1], [1], [0], [0]], ["x"])
    assert "no events when x = 0" in separated.coefficients[0].reason
    assert separated.wald_test.reason == "no coefficient has a finite estimate"


def test_predictions_where_nothing_is_known_have_a_reason():
    time, cause, X, _ = random_set(10)
    found = fine_gray([t + 2 for t in time], cause, 1, X, ["a", "b"])
    before, _, after = predicted_incidence(found, X[:1], [1, 5, 14])[0]
    assert (before.value, before.reason) == (0.0, "no interval: no event of this cause up to 1")
    assert after.reason == "follow-up ends at 13"


def test_more_coefficients_than_events_is_noted():
    time, cause, X, _ = random_set(11, n=12)
    cause = [1, *(0 if c == 1 else c for c in cause[1:])]
    assert "overfitted" in fine_gray(time, cause, 1, X, ["a", "b"]).notes[0]


def test_times_that_differ_by_rounding_are_tied():
    time, cause, X, _ = random_set(12)
    noisy = [t / 10 * 3 / 3 + 1e-12 * i for i, t in enumerate(time)]
    exact, ours = (fine_gray(t, cause, 1, X, ["a", "b"]) for t in ([t / 10 for t in time], noisy))
    assert close(ours.log_likelihood, exact.log_likelihood, rel=1e-12)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"X": [[1.0], [2.0]]}, "one row per patient"),
        ({"X": [[1.0], [math.inf], [2.0]]}, "finite number"),
        ({"names": ["x", "y"]}, "names must be 1"),
        ({"names": []}, "names must be 1"),
        ({"X": [[], [], []], "names": []}, "no columns"),
        ({"terms": [Term("x", ("y",))]}, "terms must hold"),
        ({"censoring_groups": [1]}, "censoring_groups has 1"),
        ({"strata": [1]}, "strata has 1"),
        ({"strata": [1, 2, None]}, "missing label"),
        ({"weights": [1, 0, 1]}, "without weight"),
        ({"level": 1}, "level was"),
        ({"of": 0}, "the cause was"),
        ({"cause": [1, 0, -2]}, "whole number"),
        ({"time": [1, 2]}, "each patient needs one of each"),
    ],
)
def test_wrong_input_is_refused(change, sentence):
    arguments = {"time": [1, 2, 3], "cause": [1, 0, 2], "of": 1, "X": [[1.0], [2.0], [0.0]], "names": ["x"]}
    with pytest.raises(ValueError, match=sentence):
        fine_gray(**arguments | change)


def test_wrong_rows_and_times_are_refused():
    time, cause, X, _ = random_set(10)
    found = fine_gray(time, cause, 1, X, ["a", "b"])
    with pytest.raises(ValueError, match="2 columns"):
        predicted_incidence(found, [[1]], [2])
    with pytest.raises(ValueError, match="finite number"):
        predicted_incidence(found, [[1, math.nan]], [2])
    with pytest.raises(ValueError, match="times were"):
        predicted_incidence(found, [[1, 0]], [-2])
    with pytest.raises(ValueError, match="not stratified"):
        predicted_incidence(found, [[1, 0]], [2], stratum="x")
    within = fine_gray(time, cause, 1, X, ["a", "b"], strata=["x", "y"] * 12)
    with pytest.raises(ValueError, match="this model has 'x', 'y'"):
        predicted_incidence_curves(within, [[1, 0]])
