"""Who is in the study: little tables of patients in, counts out. The flow is the selection."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crlm.cohort.groups import groups_of, known_group, level_indices
from crlm.cohort.population import Criterion, select
from crlm.dictionary.records import ROW, DataSource, Records
from crlm.dictionary.variables import Level, Variable
from crlm.problems import DataError


def records(**columns):
    """Records of numbers and yes_no columns, rows counted from 2 as a spreadsheet does."""
    frame = pl.DataFrame(columns)
    variables = {
        name: Variable(
            name=name, label=name.capitalize(), type="yes_no" if frame[name].dtype == pl.Boolean else "number"
        )
        for name in columns
    }
    rows = pl.Series(ROW, range(2, frame.height + 2))
    return Records(
        frame=frame.with_columns(rows),
        variables=variables,
        reasons=pl.DataFrame({ROW: rows}),
        source=DataSource(
            name="table.csv", format="csv", sha256="0" * 64, rows=frame.height, columns=len(columns)
        ),
    )


def test_each_criterion_sees_those_left_by_the_one_before():
    population = select(
        records(age=[50.0, 60.0, 70.0, 80.0], treated=[True, False, True, True]),
        [
            Criterion("Treated", "include", "treated"),
            Criterion("Older than 75", "exclude", "age > 75"),
            Criterion("Younger than 18", "exclude", "age < 18"),
        ],
    )
    assert [(step.before, step.met, step.removed, step.after) for step in population.steps] == [
        (4, 3, 1, 3),
        (3, 1, 1, 2),
        (2, 0, 0, 2),  # a criterion that removes nobody is still shown
    ]
    assert population.first == 4
    assert population.records.frame["age"].to_list() == [50.0, 70.0]


def test_unknown_must_be_decided_by_the_protocol():
    with pytest.raises(DataError) as error:
        select(records(age=[50.0, None, None]), [Criterion("Adults", "include", "age >= 18")])
    problem = error.value.problems[0]
    assert problem.code == "criterion-unknown"
    assert "unknown for 2 of 3 records" in problem.given and "rows: 3, 4" in problem.given
    assert 'unknown = "exclude"' in problem.fix


@pytest.mark.parametrize(
    ("kind", "unknown", "left"),
    [
        ("include", "exclude", [50.0]),
        ("include", "include", [50.0, None]),
        ("exclude", "exclude", [10.0]),
        ("exclude", "include", [10.0, None]),
    ],
)
def test_unknown_goes_where_the_protocol_says_and_is_counted(kind, unknown, left):
    population = select(records(age=[50.0, 10.0, None]), [Criterion("Adults", kind, "age >= 18", unknown)])
    assert sorted(population.records.frame["age"].to_list(), key=str) == sorted(left, key=str)
    assert population.steps[0].unknown == 1


def test_an_unknown_that_the_other_side_decides_is_not_unknown():
    population = select(
        records(age=[50.0, None], treated=[True, False]),
        [Criterion("Treated adults", "include", "treated and age >= 18")],
    )
    assert population.steps[0].unknown == 0 and population.steps[0].not_met == 1


def test_nobody_left_is_an_error_that_shows_where_everyone_left():
    with pytest.raises(DataError) as error:
        select(records(age=[50.0]), [Criterion("Children", "include", "age < 18")])
    assert error.value.problems[0].code == "population-empty"
    assert '"Children" left 0 of 1' in error.value.problems[0].given


def test_an_unknown_group_is_an_error_or_a_step_of_the_flow():
    population = select(records(treated=[True, None, False]), [])
    with pytest.raises(DataError) as error:
        known_group(population, "treated", None)
    assert error.value.problems[0].code == "comparison-unknown"
    narrowed = known_group(population, "treated", "exclude")
    assert (narrowed.n, narrowed.steps[-1].removed, narrowed.first) == (2, 1, 3)
    groups = groups_of(narrowed.records, "treated", reference=None, label=None)
    assert [(level.level, level.n) for level in groups.levels] == [("no", 1), ("yes", 1)]
    assert groups.reference == "no"


@given(
    ages=st.lists(st.none() | st.integers(0, 100).map(float), min_size=1, max_size=30),
    cuts=st.lists(
        st.tuples(
            st.sampled_from(["include", "exclude"]),
            st.integers(0, 100),
            st.sampled_from(["include", "exclude"]),
        ),
        max_size=4,
    ),
)
def test_nobody_is_lost_or_counted_twice(ages, cuts):
    """Slow oracle: patient by patient; and in every step the counts add up."""
    criteria = [
        Criterion(f"step {place}", kind, f"age >= {cut}", unknown)
        for place, (kind, cut, unknown) in enumerate(cuts)
    ]
    left = list(ages)
    for kind, cut, unknown in cuts:
        left = [
            age
            for age in left
            if (unknown == "include" if age is None else (age >= cut) == (kind == "include"))
        ]
    if not left:
        with pytest.raises(DataError):
            select(records(age=pl.Series(ages, dtype=pl.Float64)), criteria)
        return
    population = select(records(age=pl.Series(ages, dtype=pl.Float64)), criteria)
    assert population.records.frame["age"].to_list() == left
    before = len(ages)
    for step in population.steps:
        assert step.before == before == step.met + step.not_met + step.unknown
        assert step.before - step.removed == step.after
        before = step.after
    assert before == population.n


def test_levels_become_indices_and_unknown_becomes_minus_one():
    table = records(treated=[True, None, False])
    variable = Variable(name="treated", label="Treated", type="yes_no")
    assert level_indices(table.frame, variable).tolist() == [1, -1, 0]
    turned = Variable(
        name="treated",
        label="Treated",
        type="yes_no",
        levels=(Level(code=1, name="yes"), Level(code=0, name="no")),
    )
    assert level_indices(table.frame, turned).tolist() == [0, -1, 1]
    stage = Variable(
        name="stage",
        label="Stage",
        type="category",
        levels=tuple(Level(code=c, name=c) for c in ("T2", "T1")),
    )
    frame = pl.DataFrame({"stage": ["T1", None, "T2"]})
    assert level_indices(frame, stage).tolist() == [1, -1, 0]
