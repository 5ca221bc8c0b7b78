"""Curves back into pseudo-individual data: by hand, against a slow version, and on real curves whose truth is known."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.statistics.curve_readings import at_risk_at, survival_at
from crlm.statistics.curve_reconstruction import (
    clean_points,
    distance_from_points,
    join_landmarks,
    reconstruct,
)
from crlm.statistics.survival_curve import kaplan_meier


def corners(time, event):
    """Top and bottom of every step, as a careful hand clicks them, from (0, 1) to the end of the curve."""
    curve = kaplan_meier(time, event)
    points, level = [(0.0, 1.0)], 1.0
    for at, survival, died in zip(curve.time, curve.survival, curve.events, strict=True):
        if died:
            points += [(at, level), (at, survival)]
            level = survival
    points.append((curve.time[-1], level))
    return clean_points(*zip(*points, strict=True))


def test_by_hand():
    """Ten patients: falls to 0.9 at 2 and to 0.72 at 5, seven at risk at 4, two at 8; the curve ends at 10.

    From 0 to 4: 10 x (1 - 0.9) = 1 has the event at 2, so 10 - 1 - c = 7 and c = 2, censored at 4/3 and 8/3. (One of
    them leaves before 2, so 9 are at risk there; 9 x 0.1 = 0.9 rounds to 1 all the same, and the level is 8/9.)
    From 4 to 8: 7 x (1 - 0.72 / (8/9)) = 7 x 0.19 = 1.33, so 1 at 5; then 7 - 1 - c = 2, c = 4 at 4.8, 5.6, 6.4 and
    7.2. One of these leaves before 5: 6 x 0.19 = 1.14 is 1 as well. The two that are left follow at the rate before, 6
    censored in 8 months: 0.75 x 2 = 1.5, in whole patients 2, at 8 2/3 and 9 1/3.
    """
    curve = clean_points([0, 2, 2, 5, 5, 10], [1, 1, 0.9, 0.9, 0.72, 0.72])
    arm = reconstruct(curve, [0, 4, 8], [10, 7, 2])
    expected = sorted(
        [(2, 1), (5, 1)] + [(one, 0) for one in (4 / 3, 8 / 3, 4.8, 5.6, 6.4, 7.2, 8 + 2 / 3, 8 + 4 / 3)]
    )
    assert list(zip(arm.time.tolist(), arm.event.tolist(), strict=True)) == [
        (pytest.approx(time), bool(event)) for time, event in expected
    ]
    assert [(one.given, one.recovered) for one in arm.at_risk] == [(10, 10), (7, 7), (2, 2)]
    assert arm.support == "numbers at risk"


def test_the_end_of_the_axis_is_a_number_at_risk_too():
    curve = clean_points([0, 2, 10], [1, 0.9, 0.9])
    arm = reconstruct(curve, [0, 10], [10, 9])
    assert arm.event.tolist() == [True] + [False] * 9
    assert arm.time[1:].tolist() == [10.0] * 9  # followed to the end, not censored before


def test_weaker_support_is_said():
    curve = clean_points([0, 2, 5, 10], [1, 0.9, 0.72, 0.72])
    most, events = reconstruct(curve, [0], [100]), reconstruct(curve, [0], [100], events=20)
    assert most.support == "number of patients"
    assert most.events_recovered == 28
    assert "nobody is censored" in most.assumptions[0]
    assert events.support == "number of patients and events"
    # 100 - c t / 10: about 10 have the event at 2, and 10 more leave room for c
    assert events.events_recovered == 20
    assert len(events.time) == len(most.time) == 100
    both = reconstruct(curve, [0, 5], [100, 80], events=25)
    assert both.support == "numbers at risk and events"


def test_contradictions_stand_in_the_numbers():
    """The curve halves, and the numbers at risk do not: nobody can be added, and the difference is told."""
    arm = reconstruct(clean_points([0, 2, 10], [1, 0.5, 0.5]), [0, 4], [10, 8])
    assert [(one.given, one.recovered) for one in arm.at_risk] == [(10, 10), (8, 5)]
    arm = reconstruct(clean_points([0, 2, 10], [1, 0.5, 0.5]), [0], [10], events=2)
    # ten censored evenly to month 10: two have left by month 2, and half of the eight have the event
    assert (arm.events_given, arm.events_recovered) == (2, 4)
    arm = reconstruct(clean_points([0, 2, 10], [1, 0.5, 0.5]), [0, 3], [10, 5], events=2)
    assert (arm.events_given, arm.events_recovered) == (2, 5)


def test_events_at_once_and_a_curve_that_falls_to_nothing():
    arm = reconstruct(clean_points([0, 0, 3], [1, 0.8, 0.0]), [0], [5])
    assert arm.time.tolist() == [0, 3, 3, 3, 3]
    assert arm.event.all()


@st.composite
def cohorts(draw):
    n = draw(st.integers(5, 80))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    death = random.exponential(draw(st.floats(5, 60)), n)
    leave = random.uniform(draw(st.floats(0, 10)), 60, n)
    time = np.ceil(np.minimum(death, leave) / draw(st.sampled_from([1.0, 0.1]))) * 0.5 + 0.5
    event = death <= leave
    event[0] = True
    return time, event


@settings(max_examples=80, deadline=None)
@given(cohort=cohorts())
def test_what_holds_for_every_exact_curve(cohort):
    time, event = cohort
    truth = kaplan_meier(time, event)
    curve = corners(time, event)
    ticks = [one for one in np.linspace(0, 30, 6) if one <= truth.time[-1]]
    given_numbers = at_risk_at(truth, ticks).tolist()
    for number, events in ((6, None), (6, truth.n_events), (1, truth.n_events), (1, None)):
        arm = reconstruct(curve, ticks[:number], given_numbers[:number], events=events)
        assert arm.n == truth.n
        assert np.all(np.diff(arm.time) >= 0)
        assert arm.time[0] >= 0
        assert arm.time[-1] <= truth.time[-1] + 1e-9
        assert set(arm.time[arm.event].tolist()) <= set(curve.time.tolist())
        assert arm.at_risk[0].recovered == truth.n
        if number > 1:
            assert all(abs(one.given - one.recovered) <= 2 for one in arm.at_risk)
        rms, largest = distance_from_points(arm)
        assert 0 <= rms <= largest
        if events is None and number == 1:
            # Nobody leaves, so each level is rounded by half a patient of all at most.
            assert largest <= 0.5 / truth.n + 1e-9


@settings(max_examples=60, deadline=None)
@given(cohort=cohorts())
def test_without_censoring_the_data_come_back_exactly(cohort):
    time, _ = cohort
    arm = reconstruct(corners(time, np.ones(len(time))), [0], [len(time)])
    assert arm.event.all()
    assert arm.time.tolist() == sorted(time.tolist())


def slow_arm(curve, ticks, numbers):
    """The same steps in plain Python, trying every number of censored from 0 on: patients as (time, event)."""
    times = sorted(set(curve.time.tolist()) | set(ticks))
    level_of = {
        at: min(s for t, s in zip(curve.time, curve.survival, strict=True) if t <= at) for at in times
    }
    at_risk, level, patients = numbers[0], 1.0, []
    ends = [*ticks[1:], times[-1]]
    for k, (left, right) in enumerate(zip(ticks, ends, strict=True)):
        last = k == len(ticks) - 1
        inside = [at for at in times if left <= at and (at <= right if last else at < right)]

        def go(c, inside=inside, left=left, right=right, at_risk=at_risk, level=level):
            found = []
            leaving = [left + (right - left) * j / (c + 1) for j in range(1, c + 1)]
            for place, at in enumerate(inside):
                following = inside[place + 1] if place + 1 < len(inside) else math.inf
                died = min(max(round(at_risk * (1 - level_of[at] / level)), 0), at_risk) if level > 0 else 0
                if died:
                    level = level * (1 - died / at_risk) if died < at_risk else 0.0
                    at_risk -= died
                found += [(at, True)] * died
                gone = [one for one in leaving if at <= one < following][:at_risk]
                at_risk -= len(gone)
                found += [(one, False) for one in gone]
            return at_risk, level, found

        if last:
            rate = sum(not event for _, event in patients) / left if left else 0
            chosen = min(round(rate * (right - left)), at_risk)
        else:
            chosen = min(range(at_risk + 1), key=lambda c: (abs(go(c)[0] - numbers[k + 1]), c))
        at_risk, level, found = go(chosen)
        patients += found
    patients += [(times[-1], False)] * at_risk
    return sorted(patients, key=lambda one: (one[0], not one[1]))


@settings(max_examples=60, deadline=None)
@given(cohort=cohorts())
def test_against_a_slow_version(cohort):
    time, event = cohort
    truth = kaplan_meier(time, event)
    curve = corners(time, event)
    ticks = [float(one) for one in np.linspace(0, 30, 6) if one < truth.time[-1]]
    numbers = at_risk_at(truth, ticks).tolist()
    arm = reconstruct(curve, ticks, numbers)
    slow = slow_arm(curve, ticks, numbers)
    recovered = [sum(one >= at for one, _ in slow) for at in ticks]
    # Bisection may settle on another of several numbers that lead equally close.
    assert [abs(one.recovered - one.given) for one in arm.at_risk] == [
        abs(one - other) for one, other in zip(recovered, numbers, strict=True)
    ]
    assert abs(arm.events_recovered - sum(event for _, event in slow)) <= 1


@settings(max_examples=60, deadline=None)
@given(cohort=cohorts(), shift=st.integers(0, 2**32 - 1))
def test_clicks_that_shake_are_made_a_curve(cohort, shift):
    time, event = cohort
    points = corners(time, event)
    random = np.random.default_rng(shift)
    survival = points.survival + random.normal(0, 0.003, len(points.survival)).clip(-0.009, 0.009)
    curve = clean_points(points.time, survival)
    assert curve.time[0] == 0
    assert np.all(np.diff(curve.time) > 0)
    assert np.all(np.diff(curve.survival) <= 0)
    assert curve.cleaning.given == len(points.time)
    assert curve.cleaning.largest_move <= 0.02
    assert np.abs(curve.at(points.time) - points.survival).max() <= 0.02


def test_cleaning_is_told():
    curve = clean_points([1, 1, 2, 2.01, 4], [0.9, 0.8, 0.5, 0.51, 0.4])
    assert curve.time.tolist() == [0, 1, 2, 2.01, 4]
    assert curve.survival.tolist() == pytest.approx([1, 0.8, 0.505, 0.505, 0.4])
    assert curve.cleaning.start_added
    assert (curve.cleaning.given, curve.cleaning.moved, curve.cleaning.joined) == (5, 2, 1)
    assert curve.cleaning.largest_move == pytest.approx(0.005)


def test_landmarks_are_joined_at_a_constant_hazard():
    curve = join_landmarks(clean_points([0, 12, 36], [1, 0.5, 0.0]), steps=1)
    assert curve.time.tolist() == [0, 6, 12, 24, 36]
    assert curve.survival.tolist() == pytest.approx([1, math.sqrt(0.5), 0.5, 0.25, 0])
    with pytest.raises(ValueError, match="at least one"):
        join_landmarks(curve, steps=0)


@pytest.mark.parametrize(
    ("time", "survival", "words"),
    [
        ([0], [1], "at least two"),
        ([0, 1, 2], [1, 0.9], "each point needs one of each"),
        ([0, 1, math.nan], [1, 0.9, 0.8], "finite number"),
        ([0, 1, 2], [1, 0.9, math.inf], "finite number"),
        ([-1, 1, 2], [1, 0.9, 0.8], "starts at 0"),
        ([0, 1, 2], [100, 90, 80], "divided by 100"),
        ([0, 1, 2], [1, 0.9, -0.1], "between 0 and 1"),
        ([0, 5, 2], [1, 0.9, 0.8], "left to right"),
        ([0, 1, 2], [1, 0.8, 0.9], "never rises"),
        ([0, 1, 2], [0, 0.1, 0.2], "cumulative incidence"),
        ([0, 1, 2], [1, 1, 1], "never falls"),
        ([0, 0, 0], [1, 0.8, 0.7], "no length"),
    ],
)
def test_points_that_are_no_curve(time, survival, words):
    with pytest.raises(ValueError, match=words):
        clean_points(time, survival)


@pytest.mark.parametrize(
    ("times", "numbers", "events", "words"),
    [
        ([], [], None, "each time has one"),
        ([0, 4], [10], None, "each time has one"),
        ([2, 4], [10, 8], None, "start at 2"),
        ([0, 4, 4], [10, 8, 7], None, "rise strictly"),
        ([0, 4], [10, 11], None, "never rise"),
        ([0, 4], [10, 8.5], None, "whole numbers"),
        ([0, 4], [10, -1], None, "whole numbers"),
        ([0], [0], None, "nobody"),
        ([0, 12], [10, 3], None, "follow the curve to its end"),
        ([0], [10], 11, "from 1 to 10"),
        ([0], [10], 0, "from 1 to 10"),
    ],
)
def test_numbers_that_are_refused(times, numbers, events, words):
    with pytest.raises(ValueError, match=words):
        reconstruct(clean_points([0, 2, 10], [1, 0.9, 0.5]), times, numbers, events=events)


def test_zero_at_risk_after_the_end_is_the_end_of_the_table():
    arm = reconstruct(clean_points([0, 2, 10], [1, 0.9, 0.5]), [0, 5, 15], [10, 8, 0])
    assert [one.time for one in arm.at_risk] == [0, 5]


def test_survival_at_landmarks_comes_back():
    """A real curve: remission on 6-mercaptopurine (Freireich 1963), 21 patients."""
    weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    relapsed = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    truth = kaplan_meier(weeks, relapsed)
    arm = reconstruct(corners(weeks, relapsed), [0, 10, 20, 30], [21, 15, 8, 4], events=9)
    found = kaplan_meier(arm.time, arm.event)
    assert found.n_events == 9
    for ours, theirs in zip(survival_at(found, [7, 13, 23]), survival_at(truth, [7, 13, 23]), strict=True):
        assert ours.value == pytest.approx(theirs.value, abs=0.025)  # half a patient
