"""REDCap's data dictionary: as REDCap wants it, there and back without loss, and other projects' dictionaries."""

import csv
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.dictionary.registry import RegistryDictionary, registry_dictionary
from crlm.dictionary.registry.redcap import HEADER, redcap_fields, to_redcap
from crlm.dictionary.registry.redcap_reading import from_redcap
from crlm.problems import DataError

DICTIONARY = registry_dictionary()
ROWS = list(csv.DictReader(io.StringIO(to_redcap(DICTIONARY))))
NAME, FORM, KIND, CHOICES = HEADER[0], HEADER[1], HEADER[3], HEADER[5]


def test_there_and_back_gives_the_same_tables():
    back = from_redcap(to_redcap(DICTIONARY))
    assert {table.name: table for table in back.tables} == DICTIONARY.by_name
    assert back.left_out == ()


def test_the_header_is_that_of_redcap():
    """Compared with data dictionaries that projects have published."""
    assert to_redcap(DICTIONARY).splitlines()[0] == (
        "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
        '"Choices, Calculations, OR Slider Labels",Field Note,Text Validation Type OR Show Slider Number,'
        "Text Validation Min,Text Validation Max,Identifier?,Branching Logic (Show field only if...),"
        "Required Field?,Custom Alignment,Question Number (surveys only),Matrix Group Name,Matrix Ranking?,"
        "Field Annotation"
    )


def test_field_names_are_what_redcap_allows():
    names = [row[NAME] for row in ROWS]
    assert len(names) == len(set(names)) == 254
    for name in names:
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,99}", name) and "__" not in name
    assert names[0] == "patient_id"
    assert list(redcap_fields(DICTIONARY).values()).count("patient_id") == 1


def test_forms_follow_each_other_and_are_named_as_redcap_allows():
    forms = [row[FORM] for row in ROWS]
    changes = [form for before, form in zip([None, *forms], forms, strict=False) if form != before]
    assert sorted(changes) == sorted(DICTIONARY.by_name)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", form) for form in changes)


def test_choices_are_codes_and_labels():
    for row in ROWS:
        assert row[KIND] in ("text", "radio", "checkbox", "yesno")
        assert bool(row[CHOICES]) == (row[KIND] in ("radio", "checkbox"))
        codes = [choice.split(",")[0].strip() for choice in row[CHOICES].split("|") if choice]
        assert len(codes) == len(set(codes))
        assert all(re.fullmatch(r"\w+", code, re.ASCII) for code in codes)


def test_a_number_has_its_limits_and_a_date_its_format():
    by_name = {row[NAME]: row for row in ROWS}
    height, death = by_name["height_cm"], by_name["date_of_death"]
    assert [height[HEADER[index]] for index in (3, 4, 7, 8, 9)] == [
        "text",
        "Height, cm",
        "number",
        "100",
        "230",
    ]
    assert [death[HEADER[index]] for index in (3, 7)] == ["text", "date_ymd"]
    assert by_name["episode_number"][HEADER[7]] == "integer"


def edited(name, **columns):
    """Our dictionary after somebody changed a field in REDCap."""
    rows = [dict(row) for row in ROWS]
    for row in rows:
        if row[NAME] == name:
            row.update({HEADER[int(key[1:])]: value for key, value in columns.items()})
    return written(rows)


def written(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def test_what_is_changed_in_redcap_is_changed_here():
    back = from_redcap(edited("height_cm", c4="Body height, cm", c9="240"))
    (table,) = [one for one in back.tables if one.name == "crlm_episode"]
    height = table.variable("height_cm")
    assert (height.label, height.unit, height.range) == ("Body height", "cm", (100, 240))
    back = from_redcap(edited("sex", c5="male, Male | female, Female | intersex, Intersex"))
    (table,) = [one for one in back.tables if one.name == "patient"]
    assert table.variable("sex").level_names == ("male", "female", "intersex")


def field(name, kind="text", form="base", **columns):
    return {
        HEADER[0]: name, HEADER[1]: form, HEADER[3]: kind, HEADER[4]: name,
        **{HEADER[int(key[1:])]: value for key, value in columns.items()},
    }  # fmt: skip


def test_another_project():
    back = from_redcap(
        "\ufeff"
        + written(
            [
                field("record_id"),
                field("born", c7="date_dmy"),
                field("sex", "radio", c4="<b>Sex</b>", c5="1, Man | 2, Woman, any | -99, Refused"),
                field("asa", "dropdown", c5="I, one|II, two"),
                field("sites", "checkbox", form="relapse", c5="0, Liver | 1, Lung"),
                field("fit", "truefalse", form="relapse"),
                field("weight", form="relapse", c7="number_1dp", c8="30", c9="250"),
                field("bmi", "calc", form="relapse", c5="[weight]/2"),
                field("remarks", "notes", form="relapse"),
                field("letter", "file", form="relapse"),
                field("hello", "descriptive", form="relapse"),
            ]
        )
    )
    base, relapse = back.tables
    assert (base.key, relapse.key) == (("record_id",), ("record_id",))
    assert [one.name for one in relapse.variables] == [
        "record_id",
        "sites",
        "fit",
        "weight",
        "bmi",
        "remarks",
    ]
    sex = base.variable("sex")
    assert (sex.label, [(one.code, one.name, one.label) for one in sex.levels]) == (
        "Sex", [("1", "level_1", "Man"), ("2", "level_2", "Woman, any"), ("-99", "level_minus_99", "Refused")],
    )  # fmt: skip
    types = [one.type for table in back.tables for one in table.variables]
    assert types == [
        "text", "date", "category", "category", "text", "several", "yes_no", "number", "number", "text",
    ]  # fmt: skip
    assert relapse.variable("weight").range == (30, 250)
    assert back.left_out == (("letter", "file"), ("hello", "descriptive"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no 'Variable / Field Name'"),
        ("name,form\na,b\n", "has no 'Variable / Field Name'"),
        (written([]), "it has no field"),
        (written([field("a", "matrix")]), 'the field type "matrix"'),
        (written([field("a", "radio", c5="yes")]), 'the choice "yes" of "a"'),
        (written([field("a", "radio", c5="1, one")]), "needs at least two levels"),
        (written([field("a", c7="number", c8="low", c9="9")]), 'the limit "low"'),
        (written([field("a", c17="crlm: {")]), "the annotation"),
        (written([field("1st")]), "should match pattern"),
        (written([field("a"), field("a")]), "two variables called a"),
    ],
)
def test_what_is_no_data_dictionary_is_refused(text, words):
    with pytest.raises(DataError) as raised:
        from_redcap(text)
    (problem,) = raised.value.problems
    assert problem.code == "redcap-dictionary" and words in problem.given


@settings(max_examples=150, deadline=None)
@given(st.text() | st.lists(st.lists(st.text(max_size=20), min_size=18, max_size=18), max_size=4))
def test_nothing_makes_it_crash(given_text):
    text = (
        given_text
        if isinstance(given_text, str)
        else written([dict(zip(HEADER, row, strict=True)) for row in given_text])
    )
    try:
        from_redcap(text)
    except DataError as error:
        assert error.problems[0].code == "redcap-dictionary"


def test_a_dictionary_without_patients_is_written_too():
    centres = RegistryDictionary(version="0", tables=(DICTIONARY.table("centre"),))
    assert from_redcap(to_redcap(centres)).tables == centres.tables
