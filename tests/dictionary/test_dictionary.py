"""The dictionary holds together, and holds every variable of the specification."""

import csv

import pytest

from crlm.dictionary.expressions.hints import RESERVED
from crlm.dictionary.registry import MISSING_CODES, registry_dictionary
from tests.shared import SHARED, needs

DICTIONARY = registry_dictionary()
SPECIFICATION = SHARED / "spec" / "data_dictionary.csv"
needs_specification = needs(SPECIFICATION)

TYPES = {
    "id": {"text"}, "fk": {"text"}, "enum": {"category"}, "bool": {"yes_no"}, "float": {"number"},
    "integer": {"integer"}, "date": {"date"}, "enum_multi": {"several"}, "string": {"text"},
    "time-to-event": {"number"}, "enum/float": {"number"},
}  # fmt: skip
FREE_TEXT = {
    ("centre", "centre_name"): "any centre can take part, not only those of the four studies",
    ("patient", "ethnicity"): "the specification says free",
    ("analysis", "exclusion_reason"): "the reasons are a study's own criteria",
}
UNITS = {"count": None, "min": "minutes", "h": "hours", "kg/m2": "kg/m²", "ug/L": "µg/L", "": None}
EXPLAINED = {"clinical_risk_score_group", "hepatectomy_extent"}
"""The specification explains their levels in the same cell: low 0-2|high 3-5."""
NOT_A_UNIT_HERE = {"size_largest_recurrent": "mm"}
"""The specification gives mm or cm, by study; the dictionary has one unit."""


def specification():
    if not SPECIFICATION.exists():
        return []
    with SPECIFICATION.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def found(table, name):
    """The variable of a row of the specification; the derived ones of a table stand with the derived."""
    if table != "analysis" and name in DICTIONARY.table(table).by_name:
        return DICTIONARY.table(table).variable(name)
    derived = {one.name: one for one in DICTIONARY.derived if one.table in (None, table)}
    return derived[name].variable


def levels_of(row):
    """The level texts of a row: `a|b`, `study: a|b; study: c`, with a unit or an explanation after the last."""
    levels = []
    for text in row["allowed_values"].split(";"):
        group = text.split(": ", 1)[-1]
        for suffix in (" (5 mm unassigned)", " mm", " cm", " months", " ug/L"):
            group = group.removesuffix(suffix)
        levels += [level.strip() for level in group.split("|")]
    if row["variable"] in EXPLAINED:
        levels = [level.split(" ")[0] for level in levels]
    missing = {str(code.code) for code in MISSING_CODES} | {"na"}
    return [level.removesuffix(" mm") for level in levels if level not in missing]


ROWS = [pytest.param(row, id=f"{row['table']}.{row['variable']}") for row in specification()]


@needs_specification
def test_all_406_variables_of_the_specification_are_here_and_no_other():
    rows = {(row["table"], row["variable"]) for row in specification()}
    recorded = {(table.name, one.name) for table in DICTIONARY.tables for one in table.variables}
    derived = {(one.table or "analysis", one.name) for one in DICTIONARY.derived}
    assert recorded | derived == rows
    assert len(recorded) + len(derived) == 406


@needs_specification
@pytest.mark.parametrize("row", ROWS)
def test_a_variable_has_the_type_unit_and_levels_of_the_specification(row):
    variable = found(row["table"], row["variable"])
    key = (row["table"], row["variable"])
    if key in FREE_TEXT:
        assert variable.type == "text"
        return
    if row["variable"] == "nac_monoclonal_antibody" or row["type"] != "enum":
        assert variable.type in TYPES[row["type"]]
    else:
        assert variable.type == "category"
    expected = NOT_A_UNIT_HERE.get(row["variable"], UNITS.get(row["unit"], row["unit"]))
    if row["unit"]:
        assert variable.unit == expected
    if variable.type in ("category", "several"):
        assert {str(level.code) for level in variable.levels} == set(levels_of(row))
    if row["definition"]:
        assert variable.definition


@needs_specification
def test_derived_variables_are_those_that_the_specification_derives():
    derived = {row["variable"] for row in specification() if row["recorded_or_derived"] == "derived"}
    assert {one.name for one in DICTIONARY.derived} == derived


@needs_specification
def test_links_are_the_foreign_keys_of_the_specification():
    keys = {
        (row["table"], row["variable"], row["allowed_values"].split(".")[0])
        for row in specification()
        if row["type"] == "fk" and row["table"] != "analysis"
    }
    assert {(t.name, link.column, link.table) for t in DICTIONARY.tables for link in t.links} == keys


def test_links_lead_to_keys_and_never_in_a_circle():
    levels = {}
    while len(levels) < len(DICTIONARY.tables):
        free = [
            t.name
            for t in DICTIONARY.tables
            if t.name not in levels and all(link.table in levels for link in t.links)
        ]
        assert free, "the links of the remaining tables form a circle"
        levels |= dict.fromkeys(free, len(levels))


def every_variable():
    for table in DICTIONARY.tables:
        for one in table.variables:
            yield f"{table.name}.{one.name}", one
    for derived in DICTIONARY.derived:
        yield f"derived.{derived.name}", derived.variable


@pytest.mark.parametrize(("place", "variable"), list(every_variable()))
def test_a_variable_can_be_used_and_explained(place, variable):
    assert variable.name.lower() not in RESERVED
    assert variable.definition.endswith(".") and variable.source and variable.used_by
    assert variable.label[0].isupper() or variable.label[:2] in ("pT", "pN")
    for level in variable.levels:
        assert level.label
        assert level.name not in {code.code for code in MISSING_CODES}
    if variable.plausible and variable.range:
        assert variable.range[0] <= variable.plausible[0] <= variable.plausible[1] <= variable.range[1]


def test_recorded_numbers_have_a_hard_range_and_measures_a_unit():
    for place, variable in every_variable():
        if not place.startswith("derived.") and variable.is_numeric:
            assert variable.range, place
        if variable.name.endswith("_mm"):
            assert variable.unit == "mm", place


def test_a_derived_variable_says_what_it_belongs_to_and_when_it_is_known():
    recorded_dates = {
        variable.name
        for table in DICTIONARY.tables
        for variable in table.variables
        if variable.type == "date"
    }
    of_the_view = {
        "date_first_relapse", "date_first_distant_progression", "date_first_locoregional_treatment",
        "date_first_postoperative_chemotherapy",
    }  # fmt: skip
    for derived in DICTIONARY.derived:
        assert derived.unit in ("patient", "episode", "lesion", "procedure")
        assert derived.derived_from
        if derived.known_at is not None:
            assert derived.known_at.removeprefix("initial_") in recorded_dates | of_the_view, derived.name
        if derived.endpoint:
            assert derived.computed_in == "protocol" and derived.variable.unit == "months"


def test_endpoints_are_the_seven_of_the_studies():
    endpoints = [one.name for one in DICTIONARY.derived if one.endpoint]
    assert endpoints == ["OS", "LTPFS", "DPFS", "hDFS", "DFS", "PFS", "post_relapse_OS"]


def test_yes_no_is_recorded_as_yes_or_no():
    for place, variable in every_variable():
        if variable.type == "yes_no":
            assert [(level.code, level.name) for level in variable.levels] == [
                ("no", "no"),
                ("yes", "yes"),
            ], place
