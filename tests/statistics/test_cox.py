"""Cox's model against R, against the definition, by hand, and where there is no estimate."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.statistics.cox import Term, cox, term_likelihood_ratio_test, term_wald_test
from crlm.statistics.cox.risk_sets import build_risk_sets
from tests.oracles import partial_likelihood as oracle
from tests.statistics.cox_golden import GOLDEN, SETS, fit_case, name_of, scalar

CASES = GOLDEN["cases"]
FINITE = [case for case in CASES if case["set"] not in (["sparse"], ["reference"])]
INFINITE = [case for case in CASES if case not in FINITE]


def close(given, expected, tolerance):
    assert given == pytest.approx(scalar(expected), rel=tolerance, abs=1e-300)


@pytest.mark.parametrize("case", FINITE, ids=name_of)
def test_agrees_with_r(case):
    fit = fit_case(case)
    assert fit.converged and fit.n == scalar(case["n"]) and fit.n_events == scalar(case["events"])
    for ours, coefficient, error in zip(
        fit.coefficients, case["coefficients"], case["standard_errors"], strict=True
    ):
        if coefficient is None:
            assert ours.value is None and ours.standard_error is None and ours.reason
        else:
            # R itself stops a little short of the maximum; 2e-11 is its worst case here.
            close(ours.value, coefficient, 1e-10)
            close(ours.standard_error, error, 1e-11)
    assert fit.covariance.ravel().tolist() == pytest.approx(case["covariance"], rel=1e-10, abs=1e-14)
    close(fit.log_likelihood_null, case["log_likelihood"][0], 1e-13)
    close(fit.log_likelihood, case["log_likelihood"][1], 1e-13)
    for ours, name in (
        (fit.likelihood_ratio_test, "likelihood_ratio"),
        (fit.score_test, "score"),
        (fit.wald_test, "wald"),
    ):
        close(ours.statistic, case[name]["statistic"], 1e-9)
        assert ours.df == scalar(case[name]["df"])
        close(ours.p, case[name]["p"], 1e-9)
    for term, wald in zip(fit.terms, case["term_wald"], strict=True):
        ours = term_wald_test(fit, term.name)
        if not wald:
            assert ours.p is None and ours.reason
        else:
            close(ours.statistic, wald["statistic"], 1e-9)
            assert ours.df == scalar(wald["df"])


@pytest.mark.parametrize("case", INFINITE, ids=name_of)
def test_agrees_with_r_on_what_stays_finite_when_a_coefficient_does_not(case):
    # R stops while exp(coefficient) is about 1e-9 (or 1e9), so it is that far from the limit.
    fit = fit_case(case)
    lost = [name for name, reason in zip(fit.names, fit.reasons, strict=True) if reason]
    for name, ours, coefficient, error in zip(
        fit.names, fit.coefficients, case["coefficients"], case["standard_errors"], strict=True
    ):
        if name in lost:
            assert abs(coefficient) > 18 and error > 1e3
            assert ours.value is None and "no finite estimate: no events when" in ours.reason
            assert ("tends to 0" in ours.reason) == (coefficient < 0)
        else:
            close(ours.value, coefficient, 1e-9)
            close(ours.standard_error, error, 1e-8)
    assert (
        lost
        == {"sparse": [n for n in fit.names if n in ("rare", "stageD")], "reference": list(fit.names[1:4])}[
            scalar(case["set"])
        ]
    )
    close(fit.log_likelihood, case["log_likelihood"][1], 1e-9)
    close(fit.likelihood_ratio_test.statistic, case["likelihood_ratio"]["statistic"], 1e-7)
    close(fit.score_test.statistic, case["score"]["statistic"], 1e-12)
    close(fit.wald_test.statistic, case["wald"]["statistic"], 1e-5)
    assert fit.wald_test.df == scalar(case["wald"]["df"]) and "limit" in fit.wald_test.notes[0]
    for term, wald in zip(fit.terms, case["term_wald"], strict=True):
        ours = term_wald_test(fit, term.name)
        if ours.p is None:
            assert term.columns == ("rare",)
        else:
            close(ours.statistic, wald["statistic"], 1e-5)
            assert ours.df == scalar(wald["df"]) and bool(ours.notes) == (term.name == "stage")


NAMES = ["x", "y", "z"]


@st.composite
def studies(draw):
    """Small studies with ties, strata, weights and delayed entry; covariates of every kind, often degenerate."""
    n = draw(st.integers(3, 14))
    p = draw(st.integers(1, 3))
    values = st.sampled_from([-1.5, 0.0, 0.0, 1.0, 1.0, 2.0])

    def column(of):
        return draw(st.lists(of, min_size=n, max_size=n))

    time = column(st.integers(1, 6))
    event = column(st.sampled_from([0, 1, 1]))
    event[0] = 1
    optional = draw(st.sets(st.sampled_from(["stratum", "weights", "entry"])))
    return {
        "time": time,
        "event": event,
        "X": [list(row) for row in zip(*[column(values) for _ in range(p)], strict=True)],
        "stratum": column(st.integers(0, 1)) if "stratum" in optional else None,
        "weights": column(st.sampled_from([0.5, 1.0, 2.0])) if "weights" in optional else None,
        "entry": [max(t - stay, 0) for t, stay in zip(time, column(st.integers(1, 4)), strict=True)]
        if "entry" in optional
        else None,
        "ties": draw(st.sampled_from(["efron", "breslow"])),
    }


def fit_study(study):
    return cox(
        study["time"],
        study["event"],
        study["X"],
        NAMES[: len(study["X"][0])],
        ties=study["ties"],
        strata=study["stratum"],
        weights=study["weights"],
        entry=study["entry"],
    )


def definition(study, beta):
    rest = {key: study[key] for key in ("ties", "stratum", "weights", "entry")}
    return oracle.derivatives(beta, study["time"], study["event"], study["X"], **rest)


@given(studies())
@settings(max_examples=100, deadline=None)
def test_is_the_maximum_of_the_likelihood_by_definition(study):
    fit = fit_study(study)
    null, score, information = definition(study, [0.0] * len(fit.names))
    assert fit.log_likelihood_null == pytest.approx(null, rel=1e-12, abs=1e-12)
    separates = oracle.separates(study["time"], study["event"], study["X"], study["stratum"], study["entry"])
    assert separates == any("no finite" in (reason or "") for reason in fit.reasons)
    free = np.flatnonzero(fit.estimable)
    assert fit.likelihood_ratio_test.df in (None, np.linalg.matrix_rank(information, tol=1e-9))
    if separates or not free.size:
        return
    within = np.ix_(free, free)
    statistic = score[free] @ np.linalg.solve(information[within], score[free])
    assert fit.score_test.statistic == pytest.approx(statistic, rel=1e-9, abs=1e-12)
    beta = [0.0 if estimate.value is None else estimate.value for estimate in fit.coefficients]
    best, score, information = definition(study, beta)
    assert fit.log_likelihood == pytest.approx(best, rel=1e-12, abs=1e-12)
    assert np.abs(score).max() < 1e-9
    assert fit.covariance @ information[within] == pytest.approx(np.eye(len(free)), abs=1e-8)


@given(studies())
@settings(max_examples=100, deadline=None)
def test_where_there_is_no_maximum_the_limit_is_approached_from_below(study):
    fit = fit_study(study)
    if fit.solution is None or not len(fit.solution.directions):
        return
    # From the finite coefficients along the separating directions, so far along each that what it separates is
    # apart by 30 on the log scale whatever the directions after it say.
    X = np.array(study["X"])
    beta = np.zeros(len(fit.names))
    beta[fit.solution.kept] = fit.solution.beta
    for direction in reversed(fit.solution.directions):
        gaps = np.diff(np.unique(X @ direction))
        beta += (30 + np.ptp(X @ beta)) / gaps[gaps > 1e-6].min() * direction
    if np.abs(X @ beta).max() < 600:
        there = definition(study, beta)[0]
        # A direction is known to 1e-7, here times 30 and more: patients that it calls equal are so to about 1e-5.
        assert there == pytest.approx(fit.log_likelihood, rel=1e-6, abs=1e-6)
    assert fit.log_likelihood > fit.log_likelihood_null


def same(one, other):
    """Two fits with the same estimates and the same refusals."""
    assert one.reasons == other.reasons
    for a, b in zip(one.coefficients, other.coefficients, strict=True):
        if a.value is not None:
            assert a.value == pytest.approx(b.value, rel=1e-9, abs=1e-9)
            assert a.standard_error == pytest.approx(b.standard_error, rel=1e-9, abs=1e-9)


@given(studies(), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_the_order_of_patients_does_not_matter(study, random):
    order = list(range(len(study["time"])))
    random.shuffle(order)
    shuffled = {
        key: [value[i] for i in order] if isinstance(value, list) else value for key, value in study.items()
    }
    same(fit_study(study), fit_study(shuffled))


@given(studies())
@settings(max_examples=50, deadline=None)
def test_whole_weights_are_repeated_patients(study):
    # True for Breslow only: Efron's denominators see more ties when patients are repeated.
    whole = [int(2 * w) for w in study["weights"] or [1.0] * len(study["time"])]
    weighted = study | {"weights": [float(w) for w in whole], "ties": "breslow"}
    repeated = {
        key: [v for v, w in zip(value, whole, strict=True) for _ in range(w)]
        if isinstance(value, list)
        else value
        for key, value in weighted.items()
    } | {"weights": None}
    same(fit_study(weighted), fit_study(repeated))


def test_what_an_earlier_step_left_over_takes_no_part_in_a_separation():
    # -4x - 3y separates: it is 0, the largest, at both events. The iterations arrive there with 1.2e-7 left in z.
    rows = {(0, 0, 1): 1, (0, 1, 1): 0, (0, 0, 2): 0, (-1.5, 2, -1.5): 0, (1, 0, 1): 0, (-1.5, 2, 1): 1}
    X = [*rows, (1, 0, 1), *[(-1.5, -1.5, -1.5)] * 4]
    event = [*rows.values(), 0, *[1] * 4]
    fit = cox([1] * 11, event, X, ["x", "y", "z"], strata=[0] * 7 + [1] * 4, ties="breslow")
    x, y, z = fit.coefficients
    assert x.value is None
    assert y.value is None
    # By hand: z = 1 and 2 with (x, y) = (0, 0) and z = -1.5 and 1 with (-1.5, 2) are left, an event at z = 1 in each.
    # The likelihood of the two, u = exp(beta): 1 / (1 + u) = (u**2.5 - 1.5) / (u**2.5 + 1).
    u = math.exp(z.value)
    assert 1 / (1 + u) == pytest.approx((u**2.5 - 1.5) / (u**2.5 + 1), rel=1e-9)


@given(studies(), st.integers(0, 1000))
@settings(max_examples=100, deadline=None)
def test_sums_over_risk_sets_lose_no_digits_to_those_who_enter_later(study, seed):
    # Patients who weigh up to 1e24 times as much as others: a difference of running sums would be noise.
    n = len(study["time"])
    weights = 10.0 ** np.random.default_rng(seed).uniform(-12, 12, n)
    time, event = np.array(study["time"], float), np.array(study["event"], bool)
    entry = np.maximum(time - 2, 0) if study["entry"] is None else np.array(study["entry"], float)
    stratum = None if study["stratum"] is None else np.array(study["stratum"])
    sets = build_risk_sets(
        time, event, np.zeros((1, n)), stratum=stratum, entry=entry, weights=weights, efron=True
    )
    groups = [0] * n if stratum is None else stratum
    pairs = sorted({(groups[i], time[i]) for i in range(n) if event[i]})
    present = [oracle.at_risk(time, groups, entry, t, group) for group, t in pairs]
    expected = [math.fsum(weights[i] for i in who) for who in present]
    assert sets.at_risk_sums(sets.weights) == pytest.approx(expected, rel=1e-13)
    assert sets.at_risk_maximum(sets.weights).tolist() == [max(weights[i] for i in who) for who in present]
    by_block = 10.0 ** np.random.default_rng(seed + 1).uniform(-12, 12, len(pairs))
    while_there = [
        math.fsum(b for b, who in zip(by_block, present, strict=True) if i in who) for i in sets.rows
    ]
    assert sets.sums_while_at_risk(by_block) == pytest.approx(while_there, rel=1e-13)


# --- nothing to estimate
# ------------------------------------------------------------------------------------------

TIME = [5.0, 6.0, 6.0, 2.0, 4.0, 9.0, 3.0, 1.0, 8.0, 7.0]
EVENT = [1, 0, 1, 1, 1, 0, 1, 1, 0, 1]
AGE = [61.0, 55.0, 70.0, 64.0, 58.0, 49.0, 66.0, 59.0, 52.0, 63.0]


def reasons(columns, event=EVENT, time=TIME, **options):
    names = list(columns)
    fit = cox(time, event, np.column_stack([columns[name] for name in names]).astype(float), names, **options)
    return dict(zip(names, fit.reasons, strict=True)), fit


def test_a_constant_column_is_named_and_the_rest_is_kept():
    found, fit = reasons({"unit": [0.1] * 10, "age": AGE})
    assert found == {"unit": "constant: unit is 0.1 in every row", "age": None}
    _, alone = reasons({"age": AGE})
    assert fit.coefficients[1] == alone.coefficients[0]
    assert fit.likelihood_ratio_test.df == 1


def test_the_later_of_two_columns_with_the_same_information_goes():
    found, _ = reasons({"age": AGE, "months": [12 * a for a in AGE]})
    assert found == {"age": None, "months": "aliased with age: it says nothing that they do not"}


def test_a_column_that_others_add_up_to_names_them():
    x = [0, 1, 0, 2, 1, 0, 1, 3, 0, 1]
    found, _ = reasons({"age": AGE, "x": x, "sum": [a - 2 * b + 7 for a, b in zip(AGE, x, strict=True)]})
    assert found["sum"] == "aliased with age and x: it says nothing that they do not"
    assert found["age"] is found["x"] is None


def test_nearly_the_same_is_the_same():
    found, _ = reasons({"age": AGE, "noisy": [a + 1e-9 * (-1) ** i for i, a in enumerate(AGE)]})
    assert "aliased with age" in found["noisy"]


def test_a_column_that_varies_only_where_nothing_happens():
    # The two censored before the first event are never at risk at one.
    found, fit = reasons(
        {"late": [1, 1, *[0] * 10], "age": [60.0, 61.0, *AGE]}, event=[0, 0, *EVENT], time=[0.5, 0.7, *TIME]
    )
    assert found == {"late": "late does not vary among the patients at risk at any event", "age": None}
    assert (fit.n, fit.n_at_risk) == (12, 10)


def test_a_column_that_is_constant_within_strata():
    site = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    found, _ = reasons({"site": site, "age": AGE}, strata=["ab"[s] for s in site])
    assert found["site"] == "site does not vary among the patients of the same stratum at risk at any event"


def test_no_events():
    found, fit = reasons({"age": AGE}, event=[0] * 10)
    assert found == {"age": "no events"} and fit.reason == "no events"
    assert fit.log_likelihood is None and fit.wald_test.p is None and fit.wald_test.reason == "no events"
    assert term_wald_test(fit, "age").reason == term_likelihood_ratio_test(fit, "age").reason == "no events"


def test_no_patients():
    fit = cox([], [], np.zeros((0, 1)), ["age"])
    assert fit.reasons == ("no patients",) and fit.hazard_ratios[0].reason == "no patients"


def test_one_patient():
    found, fit = reasons({"age": [61.0]}, event=[1], time=[5.0])
    assert found == {"age": "constant: age is 61 in every row"}
    assert fit.score_test.reason == "no covariate can be estimated"


def test_no_covariates():
    fit = cox(TIME, EVENT, np.zeros((10, 0)), [])
    assert fit.log_likelihood == fit.log_likelihood_null and fit.likelihood_ratio_test.p is None


def test_all_tied():
    found, fit = reasons({"age": AGE}, time=[3.0] * 10)
    assert found == {"age": None} and fit.converged


def test_a_level_without_events_and_the_one_with_all_of_them():
    rare = [0, 1, 0, 0, 0, 1, 0, 0, 1, 0]
    found, _ = reasons({"rare": rare, "age": AGE})
    assert found["rare"] == "no finite estimate: no events when rare = 1 (the hazard ratio tends to 0)"
    found, _ = reasons({"common": [1 - r for r in rare], "age": AGE})
    assert (
        found["common"]
        == "no finite estimate: no events when common = 0 (the hazard ratio tends to infinity)"
    )


def test_the_only_carrier_of_a_covariate_dies_first():
    # A first Newton step of about n in the coefficient, to where the likelihood is flat in every digit.
    time = [float(t) for t in range(1, 61)]
    found, fit = reasons(
        {"carrier": [1] + [0] * 59, "age": [float(i * 7 % 31) for i in range(60)]},
        time=time,
        event=[1, 1, 0] * 20,
    )
    assert found["carrier"].startswith("no finite estimate: carrier separates") and found["age"] is None
    assert fit.coefficients[1].value is not None


def test_a_continuous_covariate_that_separates():
    found, fit = reasons({"score": [-t for t in TIME], "age": AGE})
    assert found["score"] == (
        "no finite estimate: score separates; at every event the patient with the event has the highest value "
        "of those at risk (the hazard ratio tends to infinity)"
    )
    assert term_wald_test(fit, "score").reason == found["score"]
    ratio = term_likelihood_ratio_test(fit, "score")
    assert ratio.p is not None and ratio.p < 0.01


def test_what_is_left_when_one_covariate_takes_all_the_information():
    distinct = [float(t) for t in range(1, 11)]
    found, fit = reasons({"score": [-t for t in distinct], "age": AGE}, time=distinct)
    assert found["age"] == (
        "no finite estimate: nothing is left to estimate it from, because score separates the events"
    )
    assert fit.log_likelihood == pytest.approx(0.0, abs=1e-12)
    assert fit.wald_test.reason == "no coefficient has a finite estimate"


def test_columns_that_separate_only_together():
    x = [1.0, -2.0, 0.5, 3.0, -1.0, 2.0, 0.0, 1.0, 4.0, -3.0]
    columns = {"x": x, "y": [-t - a for t, a in zip(TIME, x, strict=True)]}
    found, _ = reasons(columns)
    assert found["x"].startswith("no finite estimate: x and y together separate the events")


def test_more_columns_than_events_is_said():
    rng = np.random.default_rng(5)
    columns = {f"x{j}": rng.normal(size=40) for j in range(4)}
    _, fit = reasons(columns, time=np.arange(40.0), event=[1, 1, 1] + [0] * 37)
    assert fit.notes == ("4 coefficients for 3 events: the model is overfitted",)


def test_a_hazard_ratio_too_large_to_write_keeps_its_coefficient():
    _, fit = reasons({"tiny": [a * 1e-6 for a in AGE]})
    assert fit.coefficients[0].value > 1e4
    assert fit.hazard_ratios[0].value is None and "unit" in fit.hazard_ratios[0].reason
    _, plain = reasons({"age": AGE})
    assert fit.wald_tests[0].p == pytest.approx(plain.wald_tests[0].p, rel=1e-9)


def test_covariates_of_very_different_size():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(60, 2)) * [1e-9, 1e9] + [5e-9, 3e9]
    time, event = rng.exponential(size=60), rng.integers(0, 2, 60)
    fit = cox(time, event, X, ["a", "b"])
    scaled = cox(time, event, X * [1e9, 1e-9], ["a", "b"])
    for ours, other in zip(fit.wald_tests, scaled.wald_tests, strict=True):
        assert ours.p == pytest.approx(other.p, rel=1e-6)


def test_times_that_differ_by_rounding_noise_are_tied():
    x = [[0.0], [1.0], [3.0], [1.0], [2.0]]
    exact = cox([0.3, 0.3, 0.6, 0.6, 0.9], [1, 1, 1, 0, 1], x, ["x"])
    noisy = cox([0.1 + 0.2, 0.3, 0.6, 0.3 + 0.3, 0.9], [1, 1, 1, 0, 1], x, ["x"])
    assert noisy.coefficients == exact.coefficients


def test_an_offset_of_the_covariates_changes_nothing():
    data = SETS["veteran"]
    one = cox(data["time"], data["event"], data["karnofsky"][:, None], ["k"])
    other = cox(data["time"], data["event"], data["karnofsky"][:, None] + 1e6, ["k"])
    assert other.coefficients[0].value == pytest.approx(one.coefficients[0].value, rel=1e-9)


# --- terms, intervals, refusals
# ------------------------------------------------------------------------------------


def test_interval_and_tests_of_one_coefficient():
    fit = cox(TIME, EVENT, np.array(AGE)[:, None], ["age"], level=0.9)
    coefficient, ratio, test = fit.coefficients[0], fit.hazard_ratios[0], fit.wald_tests[0]
    assert coefficient.upper - coefficient.value == pytest.approx(
        1.6448536269514722 * coefficient.standard_error
    )
    assert ratio.value == pytest.approx(math.exp(coefficient.value)) and ratio.level == 0.9
    assert ratio.lower == pytest.approx(math.exp(coefficient.lower))
    assert (
        test.statistic == pytest.approx((coefficient.value / coefficient.standard_error) ** 2)
        and test.df == 1
    )


def test_the_likelihood_ratio_test_of_a_factor_compares_two_models():
    data = SETS["veteran"]
    levels = ["cellsmallcell", "celladeno", "celllarge"]
    X = np.column_stack([data[name].astype(float) for name in [*levels, "karnofsky"]])
    fit = cox(
        data["time"],
        data["event"],
        X,
        [*levels, "karnofsky"],
        terms=[Term("cell", tuple(levels)), Term("k", ("karnofsky",))],
    )
    without = cox(data["time"], data["event"], X[:, 3:], ["karnofsky"])
    test = term_likelihood_ratio_test(fit, "cell")
    assert test.statistic == pytest.approx(2 * (fit.log_likelihood - without.log_likelihood)) and test.df == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"names": ["a"]}, "2 different names"),
        ({"names": ["a", "a"]}, "2 different names"),
        ({"X": [[1.0, 2.0]]}, "one row per patient"),
        ({"X": [[1.0, math.nan], [0.0, 1.0], [2.0, 2.0]]}, r"X\[0, 1\] is nan"),
        ({"X": [[1.0, 2.0], [math.inf, 1.0], [2.0, 2.0]]}, r"X\[1, 0\] is inf"),
        ({"time": [1.0, -2.0, 3.0]}, "never below 0"),
        ({"time": [1.0, math.nan, 3.0]}, "finite"),
        ({"event": [1, 2, 0]}, "coded 1"),
        ({"weights": [1.0, 0.0, 1.0]}, "weights"),
        ({"entry": [0.0, 2.0, 0.0]}, "entry must come first"),
        ({"strata": ["a", "b"]}, "strata has shape"),
        ({"ties": "discrete"}, "'efron', 'breslow' or 'exact'"),
        ({"ties": "exact", "method": "firth"}, "exact ties are there for maximum likelihood"),
        ({"ties": "exact", "weights": [1, 1, 1]}, "exact ties are there for maximum likelihood"),
        ({"method": "bayes"}, "'maximum likelihood' or 'firth'"),
        ({"level": 95}, "between 0 and 1"),
        ({"terms": [Term("a", ("a",))]}, "exactly once"),
    ],
)
def test_wrong_input_is_refused_in_words(change, message):
    given = {
        "time": [1.0, 2.0, 3.0],
        "event": [1, 1, 0],
        "X": [[1.0, 2.0], [0.0, 1.0], [2.0, 2.0]],
        "names": ["a", "b"],
    }
    with pytest.raises(ValueError, match=message):
        cox(**(given | change))
