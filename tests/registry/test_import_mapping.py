"""Mappings: units, codes, dates, keys made of columns; the public table and multi-row data sets become registries."""

import datetime
from pathlib import Path

import polars as pl
import pytest

from crlm.problems import ProtocolError
from crlm.registry.importing import check_registry
from crlm.registry.importing.annotate import annotated_files
from crlm.registry.importing.mapping import conversion
from crlm.registry.snapshot import keep_checked
from tests.data import survival_package
from tests.registry.small_registry import folder

TCIA = Path(__file__).parents[3] / "shared" / "data" / "crlm-tcia" / "clinical.csv"
START = datetime.date(2000, 1, 1)

WIDE = """\
Study nr;Gender;Born;Number;Largest (cm);Seen;Site lung;Site bone;Size 1;Size 2
A 1;1;03-04-1950;2;3,1;41000;x;;31;14
A 2;2;04-1961;1;-999;41001;no;no;12;
A 3;9;1970;;1,25;;;;7;
"""
MAPPING = """\
schema_version = "1.0"

[data]
date_format = ["%d-%m-%Y", "%m-%Y"]
missing = [{ code = -999, reason = "not available" }]

[[table]]
name = "patient"
[table.columns]
patient_id = "Study nr"
sex = { column = "Gender", values = { "1" = "male", "2" = "female" }, missing = [{ code = 9, reason = "withheld" }] }
date_of_birth = "Born"

[[table]]
name = "crlm_episode"
[table.columns]
episode_id = { template = "{Study nr}/1" }
patient_id = "Study nr"
episode_number = { constant = 1 }
date_crlm_diagnosis = { column = "Seen", days_after = 1899-12-30 }
n_crlm = "Number"
size_largest_crlm_mm = { column = "Largest (cm)", unit = "cm" }
extrahepatic_disease_sites = { ticked = { lung = "Site lung", bone = "Site bone" } }

[[table]]
name = "metastasis"
[table.columns]
lesion_id = { template = "{Study nr}/1/1" }
episode_id = { template = "{Study nr}/1" }
patient_id = "Study nr"
lesion_number = { constant = 1 }
diameter_baseline_mm = "Size 1"

[[table]]
name = "metastasis"
rows = { column = "Size 2", filled = true }
[table.columns]
lesion_id = { template = "{Study nr}/1/2" }
episode_id = { template = "{Study nr}/1" }
patient_id = "Study nr"
lesion_number = { constant = 2 }
diameter_baseline_mm = "Size 2"
"""


def checked(tmp_path, table, mapping, name="source.csv"):
    (tmp_path / "mapping.toml").write_text(mapping, encoding="utf-8")
    source = folder(tmp_path / "source", {name: table}) / name
    return check_registry(source, tmp_path / "mapping.toml")


@pytest.fixture
def wide(tmp_path):
    found = checked(tmp_path, WIDE, MAPPING)
    assert not found.errors
    return found.registry


def test_codes_dates_and_units(wide):
    patients = wide.table("patient")
    assert patients.frame["sex"].to_list() == ["male", "female", None]
    assert patients.reasons["sex"].to_list() == [None, None, "withheld"]
    assert patients.frame["date_of_birth"].to_list() == [
        datetime.date(1950, 4, 3),
        datetime.date(1961, 4, 15),
        datetime.date(1970, 7, 1),
    ]
    assert patients.frame["date_of_birth__precision"].to_list() == ["day", "month", "year"]
    episodes = wide.table("crlm_episode")
    assert episodes.frame["size_largest_crlm_mm"].to_list() == [31.0, None, 12.5]
    assert episodes.reasons["size_largest_crlm_mm"].to_list() == [None, "not available", None]
    assert episodes.frame["date_crlm_diagnosis"].to_list() == [
        datetime.date(2012, 4, 1),
        datetime.date(2012, 4, 2),
        None,
    ]
    assert episodes.frame["episode_id"].to_list() == ["A 1/1", "A 2/1", "A 3/1"]


def test_no_box_ticked_is_not_none_of_the_sites_without_a_box(wide):
    episodes = wide.table("crlm_episode")
    assert episodes.frame["extrahepatic_disease_sites"].to_list() == [["lung"], None, None]
    why = episodes.reasons["extrahepatic_disease_sites"].to_list()
    assert why[1].startswith("none of lung, bone; peritoneum") and why[2] == "empty"


def test_a_wide_file_gives_several_rows(wide):
    lesions = wide.table("metastasis").frame
    assert lesions["lesion_id"].to_list() == ["A 1/1/1", "A 1/1/2", "A 2/1/1", "A 3/1/1"]
    assert lesions["diameter_baseline_mm"].to_list() == [31, 14, 12, 7]


def test_rows_of_a_table_from_several_sources_are_not_those_of_a_file(tmp_path):
    twice = checked(tmp_path, WIDE, MAPPING.replace('"{Study nr}/1/2"', '"{Study nr}/1/1"'))
    assert "metastasis" not in twice.places and twice.places["patient"] == ("source.csv", None)
    assert [issue.rule for issue in twice.errors] == ["key-repeated"]
    (tmp_path / "out").mkdir()
    assert annotated_files(twice, tmp_path / "source" / "source.csv", tmp_path / "out") == []


def test_the_mapping_stands_in_the_manifest_and_not_in_the_id(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
    one = checked(tmp_path / "a", WIDE, MAPPING)
    other = checked(tmp_path / "b", WIDE, "# the same\n" + MAPPING)
    assert one.mapping != other.mapping
    assert keep_checked(one, tmp_path / "a" / "s") == keep_checked(other, tmp_path / "b" / "s")


@pytest.mark.parametrize(
    ("given", "wanted", "factor"),
    [
        ("cm", "mm", 10),
        ("mm", "cm", 0.1),
        ("g", "kg", 0.001),
        ("hours", "minutes", 60),
        ("fraction", "%", 100),
        ("mg/dL", "mm", None),
    ],
)
def test_units(given, wanted, factor):
    assert conversion(given, wanted) == (pytest.approx(factor) if factor else None)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('"2" = "female"', '"2" = "woman"', 11),
        ('unit = "cm"', 'unit = "kg"', 22),
        ("days_after = 1899-12-30", 'date_format = "%d-%m-%y"', 20),
        ('lung = "Site lung"', 'lungs = "Site lung"', 23),
        ('{ template = "{Study nr}/1" }\npatient_id', '{ template = "{}/1" }\npatient_id', 17),
        ('name = "metastasis"', 'name = "metastases"', 26),
        ("constant = 1 }", 'constant = 1, column = "x" }', 19),
    ],
)
def test_faults_of_a_mapping_name_their_line(tmp_path, old, new, line):
    assert old in MAPPING
    with pytest.raises(ProtocolError) as refused:
        checked(tmp_path, WIDE, MAPPING.replace(old, new, 1))
    assert [problem.place.line for problem in refused.value.problems][:1] == [line]
    assert all(problem.fix for problem in refused.value.problems)


# real data


@pytest.mark.skipif(not TCIA.exists(), reason="the public table is not here")
def test_the_public_table_goes_as_far_as_it_goes(tmp_path):
    found = check_registry(TCIA, "tcia")
    assert not found.errors and not found.registry.source.synthetic
    tables = found.registry.tables
    flat = pl.read_csv(TCIA)
    assert tables["patient"].frame.height == flat.height == 197
    deaths = tables["patient"].frame["vital_status"].value_counts()
    assert dict(deaths.iter_rows())["dead"] == flat["vital_status"].sum() == 107
    assert tables["followup_event"].frame.height == 81
    assert tables["systemic_therapy"].frame.height == flat["chemo_before_liver_resection"].sum()
    sizes = flat.sort("Patient-ID")["max_tumor_size"]
    assert tables["crlm_episode"].frame["size_largest_crlm_mm"].to_list() == [
        pytest.approx(10 * size) if size else None for size in sizes
    ]
    assert tables["lab"].frame["value"].null_count() == 29
    assert set(tables["lab"].reasons["value"].drop_nulls()) == {"not available"}
    assert tables["crlm_episode"].frame["n_crlm"].drop_nulls().unique().to_list() == [
        1
    ]  # "several" has no number
    assert tables["patient"].frame["date_of_birth"].null_count() == 197  # an age is no date
    assert keep_checked(found, tmp_path / "snapshot")


def csv_of(name):
    pytest.importorskip("survival")
    return pl.DataFrame(survival_package._loaded(name)).write_csv()


def after(days):
    return START + datetime.timedelta(days=int(days))


COLON = """\
schema_version = "1.0"
[[table]]
name = "patient"
rows = { column = "etype", among = [2] }
[table.columns]
patient_id = "id"
sex = { column = "sex", values = { "1" = "male", "0" = "female" } }
vital_status = { column = "status", values = { "1" = "dead", "0" = "alive" } }
date_last_vital_status = { column = "time", days_after = 2000-01-01 }

[[table]]
name = "followup_event"
rows = [{ column = "etype", among = [1] }, { column = "status", among = [1] }]
[table.columns]
event_id = { template = "{id}-{etype}" }
patient_id = "id"
event_type = { constant = "extrahepatic_recurrence" }
date_event = { column = "time", days_after = 2000-01-01 }

[[table]]
name = "followup_event"
rows = [{ column = "etype", among = [2] }, { column = "status", among = [1] }]
[table.columns]
event_id = { template = "{id}-{etype}" }
patient_id = "id"
event_type = { constant = "death" }
date_event = { column = "time", days_after = 2000-01-01 }
"""


def test_recurrence_and_death_as_two_rows_become_events(tmp_path):
    """`colon` has two rows for each of 929 patients; 468 recurred and 452 died."""
    found = checked(tmp_path, csv_of("colon"), COLON)
    assert not [issue for issue in found.errors if issue.structural]
    events = found.registry.table("followup_event").frame
    assert found.registry.table("patient").frame.height == 929
    assert dict(events["event_type"].value_counts().iter_rows()) == {
        "extrahepatic_recurrence": 468,
        "death": 452,
    }
    raw = survival_package._loaded("colon")
    expected = {
        f"{person}-{kind}": after(time)
        for person, kind, status, time in zip(
            raw["id"], raw["etype"], raw["status"], raw["time"], strict=True
        )
        if status == "1"
    }
    assert dict(zip(events["event_id"], events["date_event"], strict=True)) == expected


EPISODES = """\
schema_version = "1.0"
[[table]]
name = "patient"
rows = {{ column = "enum", among = [1] }}
[table.columns]
patient_id = "id"

[[table]]
name = "crlm_episode"
[table.columns]
episode_id = {{ template = "{{id}}-{{enum}}" }}
patient_id = "id"
episode_number = "enum"
date_crlm_diagnosis = {{ column = "{start}", days_after = 2000-01-01 }}
"""


@pytest.mark.parametrize(
    ("name", "start", "patients", "rows"), [("cgd", "tstart", 128, 203), ("bladder2", "start", 85, 178)]
)
def test_recurrent_events_become_episodes(tmp_path, name, start, patients, rows):
    """`cgd` has 203 intervals of 128 patients, `bladder2` 178 of 85: each begins an episode."""
    found = checked(tmp_path, csv_of(name), EPISODES.format(start=start))
    assert not [issue for issue in found.errors if issue.structural]
    episodes = found.registry.table("crlm_episode").frame
    assert (found.registry.table("patient").frame.height, episodes.height) == (patients, rows)
    raw = survival_package._loaded(name)
    expected = {
        f"{person}-{number}": after(day)
        for person, number, day in zip(raw["id"], raw["enum"], raw[start], strict=True)
    }
    assert dict(zip(episodes["episode_id"], episodes["date_crlm_diagnosis"], strict=True)) == expected
