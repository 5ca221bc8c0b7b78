"""A study reads the columns that it needs: with them alone every variable of the views is what it is with all."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from crlm.cohort import views
from crlm.cohort.views import unit_records, view_variables
from crlm.cohort.views.columns import COMPUTED_WITH, REASONS, needed_columns
from crlm.cohort.views.derivations import OF_EPISODES, OF_LESIONS
from crlm.cohort.views.episodes import EARLIER
from crlm.dictionary.records import ROW
from crlm.dictionary.registry import registry_dictionary
from tests.cohort.random_registries import random_tables
from tests.cohort.registry_tables import registry_of

NOT_COMPUTED = ("columns.py", "reference.py")


def test_the_names_are_those_in_the_source():
    """When this fails: add the names that are missing to crlm/cohort/views/columns.py, or take out the others."""
    recorded = {one.name for table in registry_dictionary().tables for one in table.variables}
    found = set()
    for path in Path(views.__file__).parent.glob("*.py"):
        if path.name not in NOT_COMPUTED:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
                elif isinstance(node, ast.FunctionDef):
                    found.add(node.name)
    found |= {name.removeprefix(prefix) for name in found for prefix in EARLIER}
    assert recorded & found == COMPUTED_WITH


def only(registry, names):
    """The registry with the columns that are needed for these names, and no others."""
    needed = needed_columns(names)
    tables = {}
    for name, records in registry.tables.items():
        frame = records.frame.select([ROW, *(one for one in records.frame.columns if one in needed[name])])
        kept = [one for one in records.reasons.columns if name in REASONS and one in frame.columns]
        tables[name] = replace(
            records, frame=frame, reasons=records.reasons.select(list(dict.fromkeys((ROW, *kept))))
        )
    return replace(registry, tables=tables)


@pytest.mark.parametrize("unit", ["patient", "episode", "lesion"])
@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_derived_variables_need_nothing_else(unit, seed):
    registry = registry_of(random_tables(seed))
    names = [*OF_EPISODES, *(OF_LESIONS if unit == "lesion" else ())]
    some, every = unit_records(only(registry, ()), unit, names), unit_records(registry, unit, names)
    assert_frame_equal(some.frame, every.frame)
    assert_frame_equal(some.reasons, every.reasons)
    assert some.unusable == every.unusable


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 2**32), data=st.data())
def test_a_recorded_variable_is_there_when_it_is_asked_for(seed, data):
    registry = registry_of(random_tables(seed))
    names = data.draw(st.lists(st.sampled_from(sorted(view_variables("lesion"))), min_size=1, max_size=12))
    some, every = (
        unit_records(only(registry, names), "lesion", names),
        unit_records(registry, "lesion", names),
    )
    assert_frame_equal(some.frame, every.frame)
