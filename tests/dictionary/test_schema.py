"""The JSON Schema says yes to a good registry and no to each kind of mistake."""

import copy

import jsonschema
import pytest

from crlm.dictionary.registry import registry_dictionary
from crlm.dictionary.registry.schema import registry_schema

DICTIONARY = registry_dictionary()
VALIDATOR = jsonschema.Draft202012Validator(registry_schema(DICTIONARY))
GOOD = {
    "patient": [
        {
            "patient_id": "P1",
            "sex": "male",
            "date_of_birth": "1950-06",
            "lost_to_follow_up": "no",
            "synthetic": 1,
        },
        {"patient_id": "P2", "sex": "unknown", "date_of_birth": None, "date_of_death": "refused"},
    ],
    "crlm_episode": [
        {"episode_id": "E1", "patient_id": "P1", "episode_number": 1, "asa_class": "2", "height_cm": 180.5},
    ],
    "metastasis": [
        {"lesion_id": "L1", "episode_id": "E1", "patient_id": "P1", "segments": ["4a", "5"], "n": None},
    ],
}
del GOOD["metastasis"][0]["n"]


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(registry_schema(DICTIONARY))


def test_a_good_registry_is_valid():
    assert list(VALIDATOR.iter_errors(GOOD)) == []


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("patient", "patient_id", None),
        ("patient", "sex", "m"),
        ("patient", "date_of_birth", "31-05-1950"),
        ("patient", "date_of_birth", "1950-13"),
        ("patient", "lost_to_follow_up", 1),
        ("patient", "shoe_size", 43),
        ("crlm_episode", "episode_number", 0),
        ("crlm_episode", "episode_number", 1.5),
        ("crlm_episode", "height_cm", "180"),
        ("crlm_episode", "patient_id", "REMOVED"),
        ("metastasis", "segments", ["9"]),
        ("metastasis", "segments", ["5", "5"]),
        ("metastasis", "segments", "5"),
    ],
)
def test_a_mistake_is_invalid(table, column, value):
    wrong = copy.deepcopy(GOOD)
    if value == "REMOVED":
        del wrong[table][0][column]
    else:
        wrong[table][0][column] = value
    errors = list(VALIDATOR.iter_errors(wrong))
    assert len(errors) == 1
    assert list(errors[0].absolute_path)[:2] == [table, 0]


def test_an_unknown_table_is_invalid():
    assert not VALIDATOR.is_valid({"patients": []})
