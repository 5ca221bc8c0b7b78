"""Harrell's C against R, against every pair, and where there is none."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.statistics.concordance import NO_PAIRS, concordance, model_concordance
from crlm.statistics.cox import cox, with_robust_variance
from tests.golden import golden
from tests.oracles.pairs import harrell
from tests.statistics.cox_golden import GOLDEN, SETS, fit_case, name_of, scalar
from tests.statistics.cox_more_golden import CASES, chosen, fitted
from tests.statistics.cox_more_golden import name_of as name_of_more


def label(case):
    return " ".join(scalar(case[key]) for key in ("set", "predictor", "weights", "strata") if case.get(key))


@pytest.mark.parametrize("case", GOLDEN["concordance"], ids=label)
def test_agrees_with_r(case):
    data = SETS[scalar(case["set"])]
    options = {key: data[scalar(case[key])] for key in ("weights", "strata") if case.get(key)}
    found = concordance(data["time"], data["event"], data[scalar(case["predictor"])], **options)
    assert found.estimate.value == pytest.approx(scalar(case["value"]), rel=1e-13)
    assert found.estimate.standard_error == pytest.approx(math.sqrt(scalar(case["variance"])), rel=1e-12)
    counts = [found.concordant, found.discordant, found.tied_risk, found.tied_time]
    assert counts == [*case["counts"][:3], sum(case["counts"][3:])]


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=name_of)
def test_a_model_agrees_with_r(case):
    # Also where a coefficient has no finite estimate: R's large number orders patients as our limit does.
    found = model_concordance(fit_case(case)).estimate
    assert found.value == pytest.approx(scalar(case["concordance"]["value"]), rel=1e-13)
    assert found.standard_error == pytest.approx(scalar(case["concordance"]["standard_error"]), rel=1e-11)


LATE = golden("cox_more")["late_concordance"]


def options_of(case):
    return [scalar(one) for one in case["options"] or []]


@pytest.mark.parametrize("case", LATE["cases"], ids=lambda case: " ".join(options_of(case)))
def test_agrees_with_r_on_delayed_entry(case):
    data = LATE["data"]
    options = {key: data[key] for key in options_of(case)}
    found = concordance(data["time"], data["event"], data["risk"], entry=data["entry"], **options)
    assert found.estimate.value == pytest.approx(scalar(case["value"]), rel=1e-13)
    assert found.estimate.standard_error == pytest.approx(math.sqrt(scalar(case["variance"])), rel=1e-12)
    counts = [found.concordant, found.discordant, found.tied_risk, found.tied_time]
    assert counts == [*case["counts"][:3], sum(case["counts"][3:])]


@pytest.mark.parametrize("case", CASES, ids=name_of_more)
def test_models_with_offsets_and_rows_of_a_patient_agree_with_r(case):
    found = model_concordance(fitted(case)).estimate
    same = "grouped" if scalar(case["cluster"]) == "identifier" else "standard_error"
    assert found.value == pytest.approx(scalar(case["concordance"]["value"]), rel=1e-12)
    assert found.standard_error == pytest.approx(scalar(case["concordance"][same]), rel=1e-10)
    robust = model_concordance(with_robust_variance(fitted(case), cluster=chosen(case)[2])).estimate
    assert robust.value == found.value
    assert robust.standard_error == pytest.approx(scalar(case["concordance"]["grouped"]), rel=1e-10)


patients = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 1), st.integers(-3, 3), st.integers(0, 1), st.integers(1, 3)),
    min_size=1,
    max_size=30,
)


@given(patients)
@settings(max_examples=200, deadline=None)
def test_counts_every_pair(rows):
    time, event, risk, stratum, weights = (list(column) for column in zip(*rows, strict=True))
    same(
        concordance(time, event, risk, strata=stratum, weights=weights),
        harrell(time, event, risk, stratum, weights),
    )


late_patients = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.integers(1, 4),
        st.integers(0, 1),
        st.integers(-2, 2),
        st.integers(0, 1),
        st.integers(1, 3),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=30,
)


@given(late_patients, st.booleans())
@settings(max_examples=200, deadline=None)
def test_counts_every_pair_at_risk_together(rows, grouped):
    entry, stay, event, risk, stratum, weights, label = (list(column) for column in zip(*rows, strict=True))
    time = [a + b for a, b in zip(entry, stay, strict=True)]
    cluster = label if grouped else None
    same(
        concordance(time, event, risk, entry=entry, strata=stratum, weights=weights, cluster=cluster),
        harrell(time, event, risk, stratum, weights, entry, cluster),
    )


def same(found, expected):
    if expected is None:
        assert found.estimate.value is None and found.estimate.reason == NO_PAIRS
        return
    assert found.estimate.value == pytest.approx(float(expected[0]), rel=1e-12)
    if expected[1] == 0:
        assert found.estimate.standard_error is None and "no interval" in found.estimate.reason
    else:
        assert found.estimate.standard_error == pytest.approx(math.sqrt(expected[1]), rel=1e-9)


@given(patients)
@settings(max_examples=50, deadline=None)
def test_entry_before_all_events_changes_nothing(rows):
    time, event, risk, stratum, weights = (list(column) for column in zip(*rows, strict=True))
    options = {"strata": stratum, "weights": weights}
    assert concordance(time, event, risk, entry=[-1] * len(time), **options) == concordance(
        time, event, risk, **options
    )


@given(patients)
@settings(max_examples=50, deadline=None)
def test_the_opposite_risk_is_concordant_where_this_is_discordant(rows):
    time, event, risk, stratum, weights = (list(column) for column in zip(*rows, strict=True))
    one = concordance(time, event, risk, strata=stratum, weights=weights)
    other = concordance(time, event, [-r for r in risk], strata=stratum, weights=weights)
    assert (one.concordant, one.discordant, one.tied_risk) == (
        other.discordant,
        other.concordant,
        other.tied_risk,
    )


def test_by_hand():
    # Deaths at 1 (risk 3) and 2 (risk 1), censored at 2 (risk 2) and 4 (risk 1).
    # Death at 1 against the three others: 3 concordant. Death at 2 against censored at 2 (discordant) and
    # at 4 (tied).
    found = concordance([1, 2, 2, 4], [1, 1, 0, 0], [3, 1, 2, 1])
    assert (found.concordant, found.discordant, found.tied_risk, found.tied_time) == (3, 1, 1, 0)
    assert found.estimate.value == pytest.approx(3.5 / 5)


def test_the_interval_stays_within_0_and_1():
    rng = np.random.default_rng(1)
    time = rng.exponential(size=12)
    found = concordance(time, np.ones(12), -time + rng.normal(scale=0.1, size=12)).estimate
    assert found.value + 1.96 * found.standard_error > 1 and found.upper == 1.0 and found.lower > 0.5


def test_perfect_agreement_in_strata_and_with_fractions_as_weights_has_no_interval():
    rng = np.random.default_rng(5)
    time, stratum = rng.permutation(3000), rng.integers(0, 40, 3000)
    found = concordance(
        time, np.ones(3000), -time, strata=stratum, weights=rng.uniform(0.1, 3, 3000)
    ).estimate
    assert (
        found.value == pytest.approx(1.0, rel=1e-12) and found.lower is None and "no interval" in found.reason
    )


def test_many_strata():
    # Pairs, each a stratum: concordant where the first has the higher risk.
    rng = np.random.default_rng(6)
    risk, stratum = rng.integers(0, 4, 6000), np.repeat(np.arange(3000), 2)
    time = np.tile([1, 2], 3000) + rng.uniform(0, 0.5, 6000)
    first, second = risk[::2], risk[1::2]
    found = concordance(time, np.ones(6000), risk, strata=stratum)
    assert found.concordant == np.sum(first > second) and found.discordant == np.sum(first < second)
    assert found.tied_risk == np.sum(first == second)


def test_perfect_agreement_has_no_interval():
    found = concordance([1, 2, 3], [1, 1, 0], [3, 2, 1]).estimate
    assert found.value == 1.0 and found.lower is None and "no interval" in found.reason


@pytest.mark.parametrize("event", [[0, 0, 0], [0, 0, 1]])
def test_nobody_to_compare(event):
    found = concordance([1, 2, 3], event, [1, 2, 3])
    assert found.estimate.value is None and found.estimate.reason == NO_PAIRS and found.n == 3


def test_nobody_at_all():
    assert concordance([], [], []).estimate.reason == NO_PAIRS


def test_rounding_noise_in_time_is_a_tie():
    assert concordance([0.1 + 0.2, 0.3], [1, 1], [1, 2]).tied_time == 1


@pytest.mark.parametrize(
    ("event", "x", "reason"),
    [
        ([0, 0, 0, 0], [1, 2, 3, 4], "no events"),
        ([1, 1, 1, 0], [5, 5, 5, 5], "constant: x is 5 in every row"),
    ],
)
def test_a_model_without_estimates(event, x, reason):
    fit = cox([1, 2, 3, 4], event, np.array(x, float)[:, None], ["x"])
    assert model_concordance(fit).estimate.reason == reason


def test_delayed_entry_by_hand():
    # The death at 2 is compared with those who entered before it: the second (discordant) and the fourth (tied).
    # The third enters at 2. The death at 3 is compared with the third (concordant) and the fourth (discordant).
    late = concordance([2, 3, 5, 6], [1, 1, 0, 0], [1, 2, 1, 3], entry=[0, 1, 2, 0])
    assert (late.concordant, late.discordant, late.tied_risk) == (1, 3, 0)
    late = concordance([2, 3, 5, 6], [1, 1, 0, 0], [1, 2, 1, 1], entry=[0, 1, 2, 0])
    assert (late.concordant, late.discordant, late.tied_risk) == (2, 1, 1)
    assert late.estimate.value == pytest.approx(2.5 / 4)


def test_nobody_is_at_risk_together():
    apart = concordance([1, 2, 3], [1, 1, 1], [1, 2, 3], entry=[0, 1, 2], weights=[0.1, 0.7, 0.3])
    assert apart.estimate.value is None and apart.estimate.reason == NO_PAIRS


def test_rows_of_a_patient_count_once():
    # Every patient as two rows that follow each other: the same pairs, and the same error by patient.
    time, event, x = [2, 4, 6, 9, 11, 12], [1, 1, 0, 1, 1, 0], [3, 1, 2, 2, 3, 1]
    whole = concordance(time, event, x)
    rows = concordance(
        [1] * 6 + time, [0] * 6 + event, x * 2, entry=[0] * 6 + [1] * 6, cluster=list(range(6)) * 2
    )
    assert rows.estimate.value == whole.estimate.value
    assert rows.estimate.standard_error == pytest.approx(whole.estimate.standard_error, rel=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"risk": [1, 2]}, "3 finite numbers"),
        ({"risk": [1, math.nan, 2]}, "3 finite numbers"),
        ({"strata": ["a"]}, "strata has shape"),
        ({"cluster": ["a"]}, "cluster has shape"),
        ({"entry": [0, 2, 0]}, r"entry\[1\] is 2"),
        ({"weights": [1, 0, 1]}, "weights"),
        ({"time": [-1, 2, 3]}, "never below 0"),
    ],
)
def test_wrong_input_is_refused_in_words(change, message):
    given = {"time": [1, 2, 3], "event": [1, 1, 0], "risk": [1, 2, 3]}
    with pytest.raises(ValueError, match=message):
        concordance(**(given | change))
