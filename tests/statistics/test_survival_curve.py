from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.statistics.curve_readings import (
    at_risk_at,
    censored_before,
    collett_median,
    events_before,
    median,
    quantile,
    survival_at,
)
from crlm.statistics.distinct_times import distinct_times
from crlm.statistics.survival_curve import SurvivalCurve, kaplan_meier, reverse_kaplan_meier
from crlm.statistics.times import tie_times, validate_survival
from tests.data import survival_set
from tests.golden import golden
from tests.oracles import survival as oracle

GOLDEN = golden("curves")
INTERVALS = {"arcsin": "arcsine", **{name: name for name in ("log-log", "log", "plain", "logit")}}
VALIDATION_PAGE = Path(__file__).parents[2] / "docs" / "validation" / "survival-curves.md"

follow_up = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 1)), min_size=1, max_size=25).map(
    lambda rows: tuple(list(column) for column in zip(*rows, strict=True))
)


def close(ours, theirs, rel=1e-12):
    """Equal to R, where an undefined number (null) is undefined here as well."""
    return ours == pytest.approx(theirs, rel=rel, abs=1e-14)


def data(name, group="everyone"):
    values = GOLDEN["sets"].get(name) or survival_set(name)
    keep = [i for i, g in enumerate(values["group"]) if group in ("everyone", g)]
    return [values["time"][i] for i in keep], [values["event"][i] for i in keep]


def assert_curve(curve: SurvivalCurve, expected):
    assert close(curve.time.tolist(), expected["time"])
    assert curve.at_risk.tolist() == close_list(expected["at_risk"])
    assert curve.events.tolist() == close_list(expected["events"])
    assert curve.censored.tolist() == close_list(expected["censored"])
    assert close(curve.survival.tolist(), expected["survival"])
    for at, row in enumerate(curve.has_interval):
        if row:
            assert close(curve.standard_error[at], expected["standard_error"][at])
            assert close(curve.lower[at], expected["lower"][at])
            assert close(curve.upper[at], expected["upper"][at])
        else:  # R has 0 or NaN for the standard error and NA or the curve itself for the limits
            assert expected["survival"][at] in (0, 1)
            assert expected["standard_error"][at] in (0, None)
            assert expected["lower"][at] in (expected["survival"][at], None)
    found = median(curve)
    assert [found.value, found.lower, found.upper] == list(map(close_or_none, expected["printed_median"]))
    for probability, theirs in zip((0.25, 0.5, 0.75), expected["quartiles"], strict=True):
        # R's quantile() puts a flat that lasts to the end at the middle of that flat; its print does not.
        if abs(curve.survival[-1] - (1 - probability)) > 1e-8:
            assert quantile(curve, probability).value == close_or_none(theirs)


def assert_readings(curve: SurvivalCurve, expected):
    assert at_risk_at(curve, expected["time"]).tolist() == close_list(expected["at_risk"])
    for row, found in enumerate(survival_at(curve, expected["time"])):
        assert close(found.value, expected["survival"][row])
        if found.lower is not None:
            assert close(found.lower, expected["lower"][row])
            assert close(found.upper, expected["upper"][row])
            assert close(found.standard_error, expected["standard_error"][row])
        else:
            assert found.value in (0, 1)
            assert found.reason


def close_list(values):
    return pytest.approx(values, rel=1e-12, abs=1e-12)


def close_or_none(value):
    return None if value is None else pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    "case", GOLDEN["curves"], ids=lambda case: "-".join(case[k][0] for k in ("set", "group", "interval"))
)
def test_the_curve_is_the_one_of_r(case):
    time, event = data(case["set"][0], case["group"][0])
    curve = kaplan_meier(time, event, level=case["level"][0], interval=INTERVALS[case["interval"][0]])
    assert_curve(curve, case)
    if case["set"][0] not in ("noise", "long"):  # R ties times in the data, but not those that are asked for
        assert_readings(curve, case["at"])


@pytest.mark.parametrize("name", GOLDEN["reversed"])
def test_follow_up_is_the_reversed_curve_of_r(name):
    curve = reverse_kaplan_meier(*data(name))
    assert_curve(curve, GOLDEN["reversed"][name])
    assert_readings(curve, GOLDEN["reversed"][name]["at"])


@pytest.mark.parametrize("name", GOLDEN["entered"])
def test_delayed_entry_is_as_in_r(name):
    rows = GOLDEN["entered"][name]["rows"]
    curve = kaplan_meier(rows["time"], rows["event"], entry=rows["entry"])
    assert_curve(curve, GOLDEN["entered"][name]["curve"])
    # R's number at risk at a time in between is that of the next row; ours counts who has entered by then.
    times = [1, 2, 2.5, 4, 6]
    for time, found in zip(times, at_risk_at(curve, times), strict=True):
        inside = [e < time <= t for e, t in zip(rows["entry"], rows["time"], strict=True)]
        assert found == sum(inside)


def test_delayed_entry_with_weights_is_as_in_r():
    rows, case = GOLDEN["entered"]["late_entry"]["rows"], GOLDEN["entered_weighted"]
    curve = kaplan_meier(
        rows["time"], rows["event"], entry=rows["entry"], weights=case["weights"], interval="logit"
    )
    assert curve.variance == "greenwood"
    assert_curve(curve, case["curve"])


@pytest.mark.parametrize(("name", "variance"), [("whole", "greenwood"), ("sampling", "robust")])
def test_weights_are_as_in_r(name, variance):
    case = GOLDEN["weighted"][name]
    time, event = data("months")
    curve = kaplan_meier(time, event, weights=case["weights"])
    assert curve.variance == variance
    assert_curve(curve, case["curve"])
    assert_readings(curve, case["curve"]["at"])


def test_noise_in_times_is_tied_and_real_differences_are_kept():
    assert tie_times([0.1 + 0.2, 0.3, 0.4]).tolist() == [0.3, 0.3, 0.4]
    assert tie_times([2.0, 2.0 + 4e-8]).tolist() == [2.0, 2.0 + 4e-8]
    assert tie_times([]).tolist() == []
    assert survival_at(kaplan_meier([0.1 + 0.2, 1], [1, 0]), [0.3])[0].value == 0.5
    assert at_risk_at(kaplan_meier([0.3, 1], [1, 0]), [0.1 + 0.2]).tolist() == [2]


@given(st.lists(st.sampled_from([1.0, 1.0 + 1e-8, 1.0 + 2e-8, 1.0 + 4e-8, 2.0, 2.0 - 1e-9]), min_size=1))
def test_chains_of_near_ties_join_as_in_the_definition(times):
    mean = np.mean(sorted(set(times)))
    assert tie_times(times).tolist() == oracle.tied(times, 2.0**-26 * max(1.0, mean))


@given(follow_up, st.sampled_from(["log-log", "log", "plain", "arcsine", "logit"]))
def test_the_curve_is_the_definition(rows, interval):
    time, event = rows
    curve = kaplan_meier(time, event, interval=interval)
    expected = oracle.kaplan_meier(time, event)
    assert curve.time.tolist() == [row[0] for row in expected]
    assert curve.at_risk.tolist() == [row[1] for row in expected]
    assert curve.events.tolist() == [row[2] for row in expected]
    assert curve.censored.tolist() == [row[3] for row in expected]
    assert curve.survival == pytest.approx([float(row[4]) for row in expected], rel=1e-13)
    assert curve.standard_error**2 == pytest.approx([float(row[5]) for row in expected], rel=1e-11)
    assert np.all(curve.lower <= curve.survival)
    assert np.all(curve.survival <= curve.upper)
    assert np.all((curve.lower >= 0) & (curve.upper <= 1))
    assert np.all(np.isfinite([curve.lower, curve.upper, curve.standard_error]))


@given(
    st.sampled_from([1, 10, 100, 30.4375, 365.25]),
    st.integers(1, 3_000),
    st.sampled_from([0.0, 5e-10, 2e-7]),
    st.integers(0, 9),
)
@settings(max_examples=25, deadline=None)
def test_times_on_a_grid_are_counted_as_if_sorted(per_unit, largest, noise, seed):
    make = np.random.default_rng(seed)
    times = make.integers(0, largest, 12_000) / per_unit
    times[make.integers(0, 12_000, 5)] += noise
    distinct, row = distinct_times(times)
    expected, place = np.unique(tie_times(times), return_inverse=True)
    assert distinct.tolist() == expected.tolist()
    assert np.array_equal(row, place)


@given(st.lists(st.sampled_from([0.0, 0.1 + 0.2, 0.3, 1.0, 1.0 + 1e-9, 1.0 + 1e-7])))
def test_distinct_times_are_those_without_noise(times):
    distinct, row = distinct_times(np.array(times))
    expected, place = np.unique(tie_times(times), return_inverse=True)
    assert (distinct.tolist(), row.tolist()) == (expected.tolist(), place.tolist())


@given(follow_up, st.sampled_from([Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(2, 3)]))
def test_a_quantile_is_the_definition(rows, probability):
    expected = oracle.quantile(*rows, probability)
    found = quantile(kaplan_meier(*rows), float(probability))
    assert found.value == (None if expected is None else float(expected))
    assert (found.reason is None) == (None not in (found.value, found.lower, found.upper))


@given(follow_up, st.lists(st.integers(0, 14), min_size=1, max_size=5))
def test_everybody_is_at_risk_or_had_the_event_or_was_censored(rows, times):
    curve = kaplan_meier(*rows)
    at_risk = at_risk_at(curve, times)
    assert at_risk.tolist() == [sum(t >= at for t in rows[0]) for at in times]
    assert np.all(at_risk + events_before(curve, times) + censored_before(curve, times) == curve.n)


@given(follow_up, st.data())
def test_a_whole_weight_is_that_many_patients(rows, data):
    time, event = rows
    weights = data.draw(st.lists(st.integers(1, 4), min_size=len(time), max_size=len(time)))
    weighted = kaplan_meier(time, event, weights=weights)
    repeated = kaplan_meier(np.repeat(time, weights), np.repeat(event, weights))
    for name in ("time", "at_risk", "events", "censored", "survival", "standard_error", "lower", "upper"):
        assert getattr(weighted, name) == pytest.approx(getattr(repeated, name), rel=1e-13)


@given(follow_up, st.data())
def test_the_robust_variance_is_the_infinitesimal_jackknife(rows, data):
    time, event = rows
    weights = data.draw(
        st.lists(st.sampled_from([0.5, 0.75, 1.25, 2.5]), min_size=len(time), max_size=len(time))
    )
    curve = kaplan_meier(time, event, weights=weights)
    for row in np.flatnonzero(curve.has_interval):
        expected = oracle.influence_variance(time, event, weights, curve.time[row])
        assert curve.standard_error[row] ** 2 == pytest.approx(expected, rel=1e-6)


@given(follow_up)
def test_entering_at_the_start_is_not_entering_late(rows):
    time, event = [t + 1 for t in rows[0]], rows[1]
    plain, entered = kaplan_meier(time, event), kaplan_meier(time, event, entry=[0] * len(time))
    assert plain.at_risk.tolist() == entered.at_risk.tolist()
    assert plain.survival.tolist() == entered.survival.tolist()
    assert at_risk_at(entered, [0, 1, 5]).tolist() == at_risk_at(plain, [0, 1, 5]).tolist()


def test_what_is_not_reached_says_so():
    curve = kaplan_meier([10, 20, 117.4, 90], [1, 0, 0, 0])
    beyond = survival_at(curve, [120])[0]
    assert (beyond.value, beyond.lower, beyond.upper) == (None, None, None)
    assert beyond.reason == "follow-up ends at 117.4"
    assert median(curve).value is None
    assert median(curve).reason == "not reached: the curve stays above 0.5; follow-up ends at 117.4"
    assert survival_at(curve, [5])[0].reason == "no interval: no event up to 5"
    assert median(kaplan_meier([1, 2, 3], [1, 1, 1])).reason == "upper limit not reached"


def test_after_the_last_death_survival_is_known_to_be_zero():
    found = survival_at(kaplan_meier([1, 2, 5], [1, 1, 1]), [7])[0]
    assert found.value == 0
    assert found.lower is None
    assert found.reason == "no interval: everybody still at risk has had the event"


def test_no_patients_is_an_answer_without_numbers():
    curve = kaplan_meier([], [])
    assert curve.n == 0
    assert survival_at(curve, [0, 1])[1].reason == "there are no patients"
    assert median(curve).reason == "there are no patients"
    assert at_risk_at(curve, [0, 3]).tolist() == [0, 0]
    assert events_before(curve, [0, 3]).tolist() == [0, 0]


def test_the_interval_of_the_median_by_collett():
    # Collett's worked example (chapter 2): discontinuation of an intrauterine device, 18 women, weeks.
    weeks = [10, 13, 18, 19, 23, 30, 36, 38, 54, 56, 59, 75, 93, 97, 104, 107, 107, 107]
    stopped = [1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0, 1, 0, 0]
    found = collett_median(kaplan_meier(weeks, stopped))
    assert found.value == 93
    assert found.standard_error == pytest.approx(17.13, abs=0.005)
    assert [found.lower, found.upper] == pytest.approx([59.4, 126.6], abs=0.05)
    assert collett_median(kaplan_meier([1, 2], [0, 1])).reason.startswith("no interval")
    assert collett_median(kaplan_meier([1, 2], [0, 0])).value is None


@pytest.mark.parametrize(
    ("time", "event", "sentence"),
    [
        ([1, -2], [1, 0], "never below 0"),
        ([1, float("nan")], [1, 0], "finite"),
        ([1, float("inf")], [1, 0], "finite"),
        ([1, 2], [1, 2], "coded 1"),
        ([1, 2], [1], "each patient needs one of each"),
        ([[1, 2]], [[1, 0]], "one column"),
    ],
)
def test_what_is_not_survival_data_is_refused(time, event, sentence):
    with pytest.raises(ValueError, match=sentence):
        validate_survival(time, event)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"entry": [0, 2]}, "entry must come first"),
        ({"entry": [0, 2 - 1e-12]}, "rounding only"),
        ({"entry": [0]}, "each patient needs one of each"),
        ({"weights": [1, 0]}, "without weight"),
        ({"weights": [1]}, "each patient needs one of each"),
        ({"weights": [0.5, 1], "entry": [0, 0]}, "cannot be combined"),
        ({"level": 95}, "between 0 and 1"),
        ({"interval": "exact"}, "log-log"),
    ],
)
def test_a_wrong_argument_is_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        kaplan_meier([1, 2], [1, 0], **arguments)


def test_the_arrays_of_a_curve_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        kaplan_meier([1, 2], [1, 0]).survival[0] = 1


def test_the_page_of_worked_examples_is_right():
    blocks = VALIDATION_PAGE.read_text(encoding="utf-8").split("```python\n")[1:]
    assert blocks
    names: dict = {}
    for block in blocks:
        exec(block.split("```")[0], names)
