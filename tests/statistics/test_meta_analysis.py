"""Pooling beside R's metafor, number by number."""

import math

import pytest

from crlm.statistics.meta_analysis import (
    begg,
    cumulative,
    effects_from_counts,
    egger,
    influence,
    leave_one_out,
    mantel_haenszel,
    meta_regression,
    peto,
    pool,
    subgroups,
    trim_and_fill,
)
from tests.golden import golden

GOLDEN = golden("meta_analysis")
SETS = GOLDEN["sets"]
METHODS = ("FE", "DL", "REML", "PM", "ML", "EB", "HE", "HS", "SJ")
INTERVALS = {
    "normal": "normal",
    "hartung": "knapp-hartung",
    "never_narrower": "knapp-hartung-never-narrower",
}


def ours(method):
    return "fixed" if method == "FE" else method


def close(value, rel=1e-8, floor=1e-11):
    return pytest.approx(value, rel=rel, abs=floor)


def line(found):
    one, test = found.estimate, found.test
    return [one.value, one.standard_error, test.statistic, test.p, one.lower, one.upper]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", SETS)
def test_pooling_is_rma(name, method):
    case = SETS[name]
    expected = case["methods"][method]
    for key, interval in INTERVALS.items():
        found = pool(case["y"], case["v"], method=ours(method), interval=interval)
        if name == "same_effects" and key == "hartung":  # R has a standard error of rounding alone
            assert found.estimate.value == close(0.25)
            assert found.estimate.lower is None and found.test.p is None and found.estimate.reason
            continue
        assert line(found) == [close(one) for one in expected["tests"][key]]
    q = found.heterogeneity.q
    assert [q.statistic, q.p] == [close(one, floor=1e-12) for one in expected["q"]]
    assert found.heterogeneity.i2.value == close(expected["i2"][0], floor=1e-8)
    assert found.heterogeneity.h2.value == close(expected["h2"][0], floor=1e-12)
    assert list(found.weights) == [close(one) for one in expected["weights"]]
    if method == "FE":
        assert found.heterogeneity.tau2.value is None
        return
    assert found.heterogeneity.tau2.value == close(expected["tau2"][0])
    if "log_likelihood" in expected:
        assert found.log_likelihood == close(expected["log_likelihood"][0])
        assert found.heterogeneity.tau2.standard_error == close(expected["se_tau2"][0])
    found = pool(case["y"], case["v"], method=ours(method))
    if "prediction" in expected:
        assert [found.prediction.lower, found.prediction.upper] == [
            close(one) for one in expected["prediction"]
        ]
    else:
        assert found.k == 2 and found.prediction.value is None and found.prediction.reason


@pytest.mark.parametrize("name", SETS)
def test_the_profile_of_q_is_confint(name):
    case = SETS[name]
    for method in METHODS[1:]:
        profile = case["methods"][method].get("profile")
        found = pool(case["y"], case["v"], method=method).heterogeneity
        if profile is None or profile["empty"][0]:
            assert found.tau2.lower is None and found.tau2.reason
            continue
        for key in ("tau2", "i2", "h2"):
            one = getattr(found, key)
            assert [one.lower, one.upper] == [close(limit, floor=1e-9) for limit in profile[key]]


@pytest.mark.parametrize("method", ["FE", "DL", "REML", "PM"])
@pytest.mark.parametrize("name", [one for one in SETS if "leave_one_out" in SETS[one]])
def test_leaving_out_and_adding_up(name, method):
    case = SETS[name]
    for function, key in ((leave_one_out, "leave_one_out"), (cumulative, "cumulative")):
        expected = case[key][method]
        for i, found in enumerate(function(case["y"], case["v"], method=ours(method))):
            if found.k == 1:
                assert found.estimate.value is None and "nothing to pool" in found.estimate.reason
                continue
            assert found.estimate.value is not None
            if expected["estimate"][i] is None:  # R's iteration did not converge
                continue
            assert found.estimate.value == close(expected["estimate"][i])
            assert found.estimate.standard_error == close(expected["se"][i])
            assert found.test.p == close(expected["p"][i])
            assert found.heterogeneity.q.statistic == close(expected["q"][i], floor=1e-12)
            if method != "FE":
                assert found.heterogeneity.tau2.value == close(expected["tau2"][i])


@pytest.mark.parametrize("method", ["FE", "DL", "REML", "PM"])
@pytest.mark.parametrize("name", [one for one in SETS if "influence" in SETS[one]])
def test_influence_is_influence(name, method):
    case = SETS[name]
    expected = case["influence"][method]
    for i, found in enumerate(influence(case["y"], case["v"], method=ours(method))):
        for key, column in expected.items():
            assert getattr(found, key) == close(column[i], floor=1e-10), key


@pytest.mark.parametrize("name", [one for one in SETS if "begg" in SETS[one]])
def test_small_studies_are_regtest_ranktest_and_trimfill(name):
    case = SETS[name]
    y, v = case["y"], case["v"]
    for model, key in (("classical", "egger"), ("random", "egger_random")):
        if key in case:
            found = egger(y, v, model=model)
            limit = found.limit
            given = [found.test.statistic, found.test.p, limit.value, limit.lower, limit.upper]
            assert given == [close(one) for one in case[key]]
    found = begg(y, v)
    assert [found.statistic, found.p] == [close(one) for one in case["begg"]]
    for expected in case["trim_and_fill"]:
        estimator, side = expected["how"]
        filled = trim_and_fill(y, v, method="DL", estimator=estimator, side=side)
        assert filled.missing == expected["missing"][0]
        if expected["se"][0] is not None:  # R has the root of a negative number
            assert filled.standard_error == close(expected["se"][0])
        assert filled.pooled.estimate.value == close(expected["estimate"][0])
        limits = [filled.pooled.estimate.lower, filled.pooled.estimate.upper]
        assert limits == [close(one) for one in expected["ci"]]
        assert filled.pooled.heterogeneity.tau2.value == close(expected["tau2"][0])
    if "trim_side" in case:
        assert trim_and_fill(y, v, method="DL").side == case["trim_side"][0]


@pytest.mark.parametrize("name", GOLDEN["counts"])
def test_counts_are_escalc_rma_mh_and_rma_peto(name):
    case = GOLDEN["counts"][name]
    table = [case["table"][one] for one in ("a", "n1", "c", "n2")]
    for measure, expected in case["effects"].items():
        found = effects_from_counts(*table, measure=measure)
        assert list(found.values) == [close(one) for one in expected["y"]]
        assert list(found.variances) == [close(one) for one in expected["v"]]
    pooled = {
        measure: (mantel_haenszel(*table, measure=measure), one)
        for measure, one in case["mantel_haenszel"].items()
    }
    for found, expected in [*pooled.values(), (peto(*table), case["peto"])]:
        assert line(found) == [close(one) for one in expected["test"]]
        if found.k == 1:
            assert found.heterogeneity.q.p is None and found.heterogeneity.q.reason
            continue
        q = found.heterogeneity.q
        assert [q.statistic, q.p] == [close(one) for one in expected["q"]]
        assert found.heterogeneity.i2.value == close(expected["i2"][0])
        assert found.heterogeneity.h2.value == close(expected["h2"][0])


@pytest.mark.parametrize("name", GOLDEN["regressions"])
def test_meta_regression_is_rma_with_moderators(name):
    case = GOLDEN["regressions"][name]
    data = SETS[case["set"][0]]
    for method, by_test in case["fits"].items():
        for test, expected in by_test.items():
            interval = "normal" if test == "z" else "knapp-hartung"
            found = meta_regression(data["y"], data["v"], case["X"], method=ours(method), interval=interval)
            for key in ("value", "lower", "upper", "standard_error"):
                wanted = expected[{"value": "b", "standard_error": "se"}.get(key, key)]
                assert [getattr(one, key) for one in found.coefficients] == [close(one) for one in wanted]
            assert [one.statistic for one in found.tests] == [close(one) for one in expected["statistic"]]
            assert [one.p for one in found.tests] == [close(one) for one in expected["p"]]
            assert [found.moderators.statistic, found.moderators.p] == [
                close(one) for one in expected["moderators"]
            ]
            left = found.heterogeneity
            assert [left.q.statistic, left.q.p] == [close(one) for one in expected["q"]]
            assert left.i2.value == close(expected["i2"][0], floor=1e-8)
            if method == "FE":
                assert found.r2 is None and found.r2_reason
                continue
            assert left.tau2.value == close(expected["tau2"][0])
            if found.r2 is None:
                assert found.r2_reason
            else:
                assert found.r2 == close(expected["r2"][0], floor=1e-7)


def test_subgroups_are_the_groups_pooled_and_compared():
    case, expected = SETS["tuberculosis_rr"], GOLDEN["subgroups"]
    groups = [
        "random" if not any(row) else "alternate" if row[0] else "systematic"
        for row in GOLDEN["regressions"]["allocation"]["X"]
    ]
    found = subgroups(case["y"], case["v"], groups)
    assert list(found.levels) == expected["levels"]
    for one, wanted in zip(found.pooled, expected["pooled"], strict=True):
        assert line(one) == [close(number) for number in wanted]
    assert [found.test.statistic, found.test.p] == [close(one) for one in expected["between"]]
    common = subgroups(case["y"], case["v"], groups, tau2="common")
    wanted = GOLDEN["regressions"]["allocation"]["fits"]["REML"]["z"]
    assert [common.test.statistic, common.test.p] == [close(one) for one in wanted["moderators"]]
    assert not math.isnan(common.common.r2)
