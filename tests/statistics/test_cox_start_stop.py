"""Covariates that change with time: splitting rows, checking them, and the same answers as R."""

import math

import numpy as np
import pytest

from crlm.statistics.cox import cox, split_at, with_robust_variance
from tests.data.public import public_data
from tests.golden import golden
from tests.statistics.cox_more_golden import close


def test_agrees_with_tmerge():
    data, expected = public_data("larynx"), golden("cox_more")["changing"]
    row = np.arange(len(data.time))
    change = np.where(row % 4 == 0, np.inf, np.where(row % 4 == 1, data.time, data.time * (row % 7) / 5))
    # tmerge knows no change at the beginning: it counts from the first row, as here.
    rows = split_at(data.time, data.event, change)
    assert rows.row.tolist() == expected["row"]
    close(rows.entry, expected["entry"])
    close(rows.time, expected["time"])
    assert rows.event.tolist() == [bool(one) for one in expected["event"]]
    assert rows.after.tolist() == [bool(one) for one in expected["after"]]
    X = np.column_stack((data.frame["age"].to_numpy()[rows.row], rows.after))
    fit = cox(rows.time, rows.event, X, ["age", "changed"], entry=rows.entry, patient=rows.row)
    close([one.value for one in fit.coefficients], expected["coefficients"])
    close([one.standard_error for one in fit.coefficients], expected["standard_errors"])
    assert fit.n == len(rows.row) and fit.n_patients == 90


def test_by_hand():
    # Treated at 2, at 5 = the day of the event, never, and before follow-up began.
    rows = split_at([4, 5, 6, 7], [1, 1, 0, 1], [2, 5, math.inf, 0])
    assert rows.row.tolist() == [0, 0, 1, 2, 3]
    assert rows.entry.tolist() == [0, 2, 0, 0, 0] and rows.time.tolist() == [2, 4, 5, 6, 7]
    assert rows.event.tolist() == [False, True, True, False, True]
    assert rows.after.tolist() == [False, True, False, False, True]


def test_a_death_on_the_first_day_stays_one():
    time, event, X = [0, 3, 4, 2], [1, 1, 0, 1], np.array([[1.0], [0.5], [0.0], [2.0]])
    rows = split_at(time, event, [math.inf, 1, math.inf, math.inf])
    assert rows.entry.tolist() == [-1, -1, 1, -1, -1]
    split = cox(rows.time, rows.event, X[rows.row], ["x"], entry=rows.entry, patient=rows.row)
    whole = cox(time, event, X, ["x"])
    assert split.log_likelihood == pytest.approx(whole.log_likelihood, rel=1e-12)


def test_cutting_rows_changes_nothing():
    random = np.random.default_rng(5)
    time, event, X = random.integers(2, 9, 40), random.integers(0, 2, 40), random.normal(size=(40, 2))
    rows = split_at(time, event, random.uniform(0, 9, 40))
    whole = cox(time, event, X, ["a", "b"])
    split = cox(rows.time, rows.event, X[rows.row], ["a", "b"], entry=rows.entry, patient=rows.row)
    close(split.covariance, whole.covariance)
    close(
        with_robust_variance(split, cluster=rows.row).covariance,
        with_robust_variance(whole).covariance,
    )


def test_rows_of_one_patient_that_contradict_each_other():
    X = [[0.0], [1.0], [2.0]]
    with pytest.raises(ValueError, match="patient b has several rows; each needs its entry"):
        cox([1, 2, 3], [1, 1, 0], X, ["x"], patient=["a", "b", "b"])
    with pytest.raises(
        ValueError, match="rows 1 and 2 of patient b overlap: one ends at 2, the next begins at 1"
    ):
        cox([1, 2, 3], [1, 0, 1], X, ["x"], entry=[0, 0, 1], patient=["a", "b", "b"])
    with pytest.raises(ValueError, match="patient has shape"):
        cox([1, 2, 3], [1, 0, 1], X, ["x"], patient=["a"])


def test_several_events_of_one_patient_are_pointed_out():
    fit = cox([1, 2, 3], [1, 1, 1], [[0.0], [1.0], [0.0]], ["x"], entry=[0, 1, 0], patient=["a", "a", "b"])
    assert any("1 patients have more than one event" in note for note in fit.notes)


def test_what_cannot_be_split():
    with pytest.raises(ValueError, match=r"change\[0\] is nan"):
        split_at([1], [1], [math.nan])
    with pytest.raises(ValueError, match="change has shape"):
        split_at([1, 2], [1, 0], [1])
