"""Times and status into events: what is counted, what is refused, what is doubted."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from crlm.cohort.endpoints import EndpointDefinition, survival_data
from crlm.dictionary.records import ROW, DataSource, Records
from crlm.dictionary.variables import Level, Variable
from crlm.problems import DataError

OS = EndpointDefinition(
    label="Overall survival", time="months", status="status", event=("dead",), censor=("alive",)
)


def records(months, status, levels=("alive", "dead", "died_first")):
    rows = pl.Series(ROW, range(2, len(months) + 2))
    frame = pl.DataFrame(
        {
            "months": pl.Series(months, dtype=pl.Float64),
            "status": pl.Series(status, dtype=pl.String),
            ROW: rows,
        }
    )
    variables = {
        "months": Variable(
            name="months", header="Months", label="Survival time", type="number", unit="months"
        ),
        "status": Variable(
            name="status",
            label="Status",
            type="category",
            levels=tuple(Level(code=place, name=name) for place, name in enumerate(levels)),
        ),
    }
    return Records(
        frame, variables, pl.DataFrame({ROW: rows}), DataSource("t.csv", "csv", "0" * 64, len(months), 2)
    )


def test_events_and_censorings():
    data = survival_data(records([3, 0, 5], ["dead", "alive", "dead"]), OS)
    assert data.time.tolist() == [3, 0, 5] and data.event.tolist() == [True, False, True]
    assert data.excluded == () and data.notes == ()


def test_the_horizon_censors_what_comes_later_but_keeps_an_event_exactly_on_it():
    data = survival_data(records([12, 12.1, 5], ["dead", "dead", "alive"]), replace(OS, horizon=12))
    assert data.time.tolist() == [12, 12, 5] and data.event.tolist() == [True, False, False]


def test_competing_events_are_neither_events_nor_lost():
    data = survival_data(records([1, 2], ["died_first", "dead"]), replace(OS, competing=("died_first",)))
    assert data.competing.tolist() == [True, False] and data.event.tolist() == [False, True]


@pytest.mark.parametrize(
    ("months", "status", "code", "row"),
    [
        ([3, -1], ["dead", "alive"], "endpoint-time-negative", 3),
        ([None, 1], ["dead", "alive"], "endpoint-unknown", 2),
        ([1, 1], [None, "alive"], "endpoint-unknown", 2),
        ([1, 1], ["died_first", "alive"], "endpoint-status-undeclared", 2),
    ],
)
def test_what_cannot_be_true_is_refused_with_its_row(months, status, code, row):
    with pytest.raises(DataError) as error:
        survival_data(records(months, status), OS)
    problem = error.value.problems[0]
    assert (problem.code, problem.place.row) == (code, row)
    assert problem.fix and problem.place.file == "t.csv"


def test_unknown_is_left_out_and_counted_when_the_protocol_says_so():
    data = survival_data(records([None, 1, 4], ["dead", None, "dead"]), replace(OS, unknown="exclude"))
    assert data.rows.tolist() == [2]
    assert data.excluded == (("Survival time unknown", 1), ("Status unknown", 1))


def test_nobody_with_a_known_time_is_an_error():
    with pytest.raises(DataError) as error:
        survival_data(records([None], ["dead"]), replace(OS, unknown="exclude"))
    assert error.value.problems[0].code == "endpoint-empty"


def test_a_coding_that_looks_the_wrong_way_round_is_doubted_by_its_words():
    data = survival_data(records([1, 2], ["alive", "dead"]), replace(OS, event=("alive",), censor=("dead",)))
    assert len(data.notes) == 1 and "wrong way round" in data.notes[0]


def test_a_coding_that_looks_the_wrong_way_round_is_doubted_by_its_times():
    early, late = np.linspace(1, 10, 15), np.linspace(20, 60, 15)
    status = ["first"] * 15 + ["second"] * 15
    swapped = EndpointDefinition("Survival", "months", "status", event=("second",), censor=("first",))
    straight = EndpointDefinition("Survival", "months", "status", event=("first",), censor=("second",))
    table = records([*early, *late], status, levels=("first", "second"))
    assert "100 of 100 pairs" in survival_data(table, swapped).notes[0]
    assert survival_data(table, straight).notes == ()
