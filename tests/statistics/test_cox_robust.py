"""Robust variances, offsets and start-stop rows of Cox's model, against R and against the definition."""

import numpy as np
import pytest

from crlm.statistics.cox import (
    cox,
    term_likelihood_ratio_test,
    term_wald_test,
    with_robust_variance,
)
from crlm.statistics.proportional_hazards import proportional_hazards_test
from tests.statistics.cox_more_golden import CASES, chosen, close, fitted, name_of


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_agrees_with_r(case):
    fit = fitted(case)
    close([one.value for one in fit.coefficients], case["coefficients"])
    close([one.standard_error for one in fit.coefficients], case["standard_errors"])
    close([fit.log_likelihood_null, fit.log_likelihood], case["log_likelihood"])
    close(fit.score_test.statistic, case["score"])
    test = proportional_hazards_test(fit, "identity")
    ours = [test.terms[term.name].statistic for term in fit.terms]
    close([*ours, test.overall.statistic][: len(case["zph"])], case["zph"], rel=1e-7)
    _, _, cluster = chosen(case)
    robust, expected = with_robust_variance(fit, cluster=cluster), case["robust"]
    assert robust.n_clusters == expected["clusters"][0]
    close(robust.covariance, expected["covariance"], abs=1e-18)
    close(robust.wald_test.statistic, expected["wald"])
    close(robust.score_test.statistic, expected["score"])
    close([one.p for one in robust.wald_tests], expected["p"], rel=1e-7, abs=1e-18)
    each = with_robust_variance(fit)
    close([one.standard_error for one in each.coefficients], expected["each"])


def example(n=12, seed=3):
    random = np.random.default_rng(seed)
    return (
        random.integers(1, 8, n),
        random.integers(0, 2, n) | (np.arange(n) == 0),
        random.normal(size=(n, 2)),
    )


def test_leaving_out_and_twice():
    time, event, X = example()
    fit = cox(time, event, X, ["a", "b"], ties="breslow")
    alone = with_robust_variance(fit)
    named = with_robust_variance(fit, cluster=[f"row {i}" for i in range(12)])
    close(alone.covariance, named.covariance)
    weighted = with_robust_variance(cox(time, event, X, ["a", "b"], ties="breslow", weights=np.full(12, 2.0)))
    # A row written twice, both in one cluster, is a row of weight 2.
    twice = cox(np.tile(time, 2), np.tile(event, 2), np.tile(X, (2, 1)), ["a", "b"], ties="breslow")
    twice = with_robust_variance(twice, cluster=np.tile(np.arange(12), 2))
    close(twice.covariance, weighted.covariance)
    close(twice.covariance, alone.covariance)


def test_one_cluster_carries_no_variance():
    time, event, X = example()
    fit = with_robust_variance(cox(time, event, X, ["a", "b"]), cluster=np.zeros(12))
    for one, test in zip(fit.coefficients, fit.wald_tests, strict=True):
        assert one.value is not None and one.lower is None and one.standard_error is None
        assert "robust variance is 0" in one.reason and test.p is None and test.reason
    assert fit.wald_test.p is None and "robust variance is 0" in fit.wald_test.reason
    assert fit.score_test.p is None
    assert "1 clusters for 2 coefficients" in fit.notes[-1]


def test_the_likelihood_ratio_test_is_gone():
    time, event, X = example()
    fit = with_robust_variance(cox(time, event, X, ["a", "b"]))
    assert fit.likelihood_ratio_test.p is None and "robust" in fit.likelihood_ratio_test.reason
    assert term_likelihood_ratio_test(fit, "a").p is None
    assert term_wald_test(fit, "a").p == pytest.approx(fit.wald_tests[0].p, rel=1e-12)


def test_a_second_time_starts_from_the_likelihood_again():
    time, event, X = example()
    fit = cox(time, event, X, ["a", "b"])
    once = with_robust_variance(with_robust_variance(fit, cluster=np.arange(12) // 2))
    assert once.coefficients == with_robust_variance(fit).coefficients


def test_beside_a_coefficient_without_estimate():
    rare = [0, 1, 0, 0, 0, 1, 0, 0, 1, 0]
    age = [61.0, 55.0, 70.0, 64.0, 58.0, 49.0, 66.0, 59.0, 52.0, 63.0]
    time, event = [5, 6, 6, 2, 4, 9, 3, 1, 8, 7], [1, 0, 1, 1, 1, 0, 1, 1, 0, 1]
    fit = with_robust_variance(cox(time, event, np.column_stack((rare, age)), ["rare", "age"]))
    rare_one, age_one = fit.coefficients
    assert rare_one.value is None and "no finite estimate" in rare_one.reason
    # In the limit only those with rare = 0 are compared: the same as leaving the others out.
    kept = np.flatnonzero(np.array(rare) == 0)
    without = cox(np.array(time)[kept], np.array(event)[kept], np.array(age)[kept, None], ["age"])
    assert age_one.standard_error == pytest.approx(
        with_robust_variance(without).coefficients[0].standard_error, rel=1e-10
    )


def test_what_is_refused():
    time, event, X = example()
    fit = cox(time, event, X, ["a", "b"])
    with pytest.raises(ValueError, match="cluster has shape"):
        with_robust_variance(fit, cluster=[1, 2])
    with pytest.raises(ValueError, match="offset has shape"):
        cox(time, event, X, ["a", "b"], offset=[1.0])
    with pytest.raises(ValueError, match=r"offset\[2\] is nan"):
        cox(time, event, X, ["a", "b"], offset=[0, 0, np.nan, *[0] * 9])
    assert with_robust_variance(cox(time, [0] * 12, X, ["a", "b"])).reason == "no events"


def test_an_offset_is_a_coefficient_that_is_known():
    time, event, X = example(n=60)
    both = cox(time, event, X, ["a", "b"])
    b = both.coefficients[1].value
    given = cox(time, event, X[:, :1], ["a"], offset=b * X[:, 1])
    assert given.coefficients[0].value == pytest.approx(both.coefficients[0].value, rel=1e-9)
    assert given.log_likelihood == pytest.approx(both.log_likelihood, rel=1e-12)
    shifted = cox(time, event, X[:, :1], ["a"], offset=b * X[:, 1] + 500.0)
    assert shifted.coefficients[0].value == pytest.approx(given.coefficients[0].value, rel=1e-9)
