"""Every derived variable of the dictionary has one function, and each says what it computes."""

import polars as pl
import pytest

from crlm.cohort.views import known_at, unit_records, view_variables
from crlm.cohort.views.derivations import OF_EPISODES, OF_LESIONS
from crlm.cohort.views.reference import PAGE, page
from crlm.dictionary.registry import registry_dictionary
from tests.cohort.registry_tables import STORED, registry

DERIVED = {one.name: one for one in registry_dictionary().derived}
FUNCTIONS = {**OF_EPISODES, **OF_LESIONS}


def test_what_the_cohort_computes_has_a_function_and_what_protocols_state_has_none():
    cohort = {name for name, one in DERIVED.items() if one.computed_in == "cohort"}
    protocol = {name for name, one in DERIVED.items() if one.computed_in == "protocol"}
    assert cohort <= set(FUNCTIONS)
    assert not protocol & set(FUNCTIONS)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_is_called_as_its_variable_and_described(name):
    found = FUNCTIONS[name]
    assert found.function.__name__ == name
    assert found.function.__doc__ and found.function.__doc__.split("\n")[0].endswith((".", ":"))
    if name in DERIVED:
        assert found.variable is DERIVED[name].variable
        assert found.known_at == DERIVED[name].known_at


def test_when_a_value_is_known_is_a_date_of_the_view():
    variables = view_variables("lesion")
    for name in FUNCTIONS:
        if known_at(name) is not None:
            assert variables[known_at(name)].type == "date", name


@pytest.mark.parametrize("unit", ["patient", "episode", "lesion"])
def test_a_registry_of_nothing_but_an_episode_knows_nothing_and_fails_nowhere(unit):
    """Tables that the registry does not hold give unknown, never no."""
    bare = registry(
        patient="patient_id\nP1", crlm_episode="episode_id | patient_id | episode_number\nE1 | P1 | 1"
    )
    names = [name for name in view_variables(unit) if name not in {"patient_id", "episode_id"}]
    frame = unit_records(bare, unit, names).frame
    said = [name for name in frame.columns if frame[name].drop_nulls().len()]
    assert set(said) - {"__row"} <= {
        "patient_id", "episode_id", "episode_number", "initial_patient_id", "initial_episode_id",
        "initial_episode_number", "is_repeat_of_crlm", "initial_is_repeat_of_crlm",
    }  # fmt: skip


@pytest.mark.parametrize("unit", ["episode", "lesion"])
def test_values_have_the_type_that_their_variable_declares(unit):
    bare = registry(
        patient="patient_id\nP1", crlm_episode="episode_id | patient_id | episode_number\nE1 | P1 | 1"
    )
    variables = view_variables(unit)
    frame = unit_records(bare, unit, variables).frame
    wrong = {
        name: (frame[name].dtype, variable.type)
        for name, variable in variables.items()
        if frame[name].dtype not in (STORED[variable.type], pl.Null)
    }
    assert wrong == {}


def test_the_page_of_variables_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m crlm.cohort.views.reference"
