"""A way to make every problem of importing a registry happen; see specimens.py."""

import sys
from pathlib import Path
from unittest import mock

import pytest

from crlm.cli import registry_data
from crlm.problems import CrlmError
from crlm.registry.importing import check_registry
from crlm.registry.importing.database import read_database
from crlm.registry.snapshot import keep_checked, read_snapshot
from tests.registry.small_registry import TABLES, changed, folder

MAPPING = """\
schema_version = "1.0"

[[table]]
name = "patient"
file = "people.csv"

[table.columns]
patient_id = "id"
sex = { column = "gender", values = { "1" = "male", "2" = "female" } }
"""
PEOPLE = "id,gender,born\n1,1,1950\n2,2,1951\n"


def issues(tables=None, mapping=None, path="registry"):
    """What a dry run notices, or what it raises."""
    folder("registry", tables)
    if mapping is not None:
        Path("mapping.toml").write_text(mapping, encoding="utf-8")
    try:
        return check_registry(path, "mapping.toml" if mapping is not None else None).issues
    except CrlmError as error:
        return error.problems


def in_registry(table, old, new):
    return lambda: issues(changed(table, old, new))


def with_file(name, content):
    return lambda: issues({**TABLES, name: content})


def mapped(old, new, people=PEOPLE):
    """With one place of the mapping changed."""
    assert old in MAPPING
    return lambda: issues({"people": people}, MAPPING.replace(old, new, 1))


def raised(call):
    with pytest.raises(CrlmError) as error:
        call()
    return error.value.problems


def snapshot(change, read=True):
    """The problem of a snapshot in which something was changed."""

    def specimen():
        keep_checked(check_registry(folder("registry")), "snapshot")
        change(Path("snapshot"))
        return raised(lambda: read_snapshot("snapshot")) if read else ()

    return specimen


def another_snapshot():
    keep_checked(check_registry(folder("registry")), "snapshot")
    other = check_registry(folder("registry", changed("crlm_episode", "82.5", "82")))
    return raised(lambda: keep_checked(other, "snapshot"))


def edited(old, new):
    def change(path):
        manifest = path / "manifest.json"
        manifest.chmod(0o644)
        text = manifest.read_text()
        assert old in text
        manifest.write_text(text.replace(old, new, 1))

    return change


def not_a_database():
    Path("registry.sqlite").write_text("not a database")
    return raised(lambda: check_registry("registry.sqlite"))


def without_psycopg():
    with mock.patch.dict(sys.modules, {"psycopg": None}):
        return raised(lambda: read_database("postgresql:///registry", None, None, print))


def one_table():
    folder("registry", {"patients": TABLES["patient"]})
    return raised(lambda: check_registry("registry/patients.csv"))


def redcap():
    Path("export.csv").write_text("patient_id,redcap_repeat_instrument,sex\nP1,,male\nP1,lesions,\n")
    return check_registry("export.csv").issues


def synthetic_column_of_one_table():
    text = TABLES["patient"].replace("\nP1", ",synthetic\nP1", 0)
    lines = text.splitlines()
    return issues(
        {**TABLES, "patient": "\n".join([f"{lines[0]},synthetic", f"{lines[1]},1", f"{lines[2]},0"])}
    )


REGISTRY_SPECIMENS = {
    "registry-not-recognised": one_table,
    "registry-without-tables": lambda: issues({"notes": "a,b\n1,2\n"}),
    "registry-without-patients": lambda: issues({"centre": TABLES["centre"]}),
    "table-unknown": with_file("notes", "a,b\n1,2\n"),
    "table-twice": with_file("patient.tsv", "patient_id\tsex\nP1\tmale\n"),
    "column-unknown": in_registry("crlm_episode", "height_cm", "shoe_size"),
    "key-column-missing": in_registry("crlm_episode", "episode_id,", "name,"),
    "key-missing": in_registry("crlm_episode", "E1,P1", ",P1"),
    "key-repeated": in_registry("crlm_episode", "E2,", "E1,"),
    "link-missing": in_registry("crlm_episode", "E2,P1", "E2,"),
    "link-orphan": in_registry("crlm_episode", "E2,P1", "E2,P9"),
    "precision-unknown": in_registry(
        "centre",
        "registry_start_date\nC1,2000-01",
        "registry_start_date,registry_start_date__precision\nC1,2000-01-15,weeks",
    ),
    "redcap-instrument-unknown": redcap,
    "database-not-readable": not_a_database,
    "postgresql-not-installed": without_psycopg,
    "mapping-unknown": lambda: raised(lambda: check_registry(folder("registry"), "tcai")),
    "mapping-file": lambda: (
        Path("m.toml").write_text("#" * 1_000_001),
        raised(lambda: check_registry(folder("registry"), "m.toml")),
    )[1],
    "mapping-syntax": mapped('name = "patient"', "name = patient"),
    "mapping-key-unknown": mapped("file =", "fiel ="),
    "mapping-key-missing": mapped('schema_version = "1.0"\n', ""),
    "mapping-value": mapped('"2" = "female"', '"2" = "woman"'),
    "mapping-table-unknown": mapped('name = "patient"', 'name = "patients"'),
    "mapping-variable-unknown": mapped("sex =", "gender ="),
    "mapping-key-column": mapped('patient_id = "id"\n', ""),
    "mapping-file-not-found": mapped('"people.csv"', '"persons.csv"'),
    "mapping-without-registry": lambda: raised(
        lambda: registry_data.refuse_registry_options(Path("m.toml"), None)
    ),
    "columns-not-mapped": mapped("schema", "schema"),
    "files-not-mapped": lambda: issues({"people": PEOPLE, "notes": "a,b\n1,2\n"}, MAPPING),
    "rows-left-out": mapped(
        "\n[table.columns]", 'rows = { column = "born", among = [1950] }\n\n[table.columns]'
    ),
    "snapshot-not-one": snapshot(lambda path: (path / "manifest.json").unlink()),
    "snapshot-changed": snapshot(edited('"rows": 3,', '"rows": 4,')),
    "snapshot-version": snapshot(edited('"schema_version": "1.0"', '"schema_version": "9.0"')),
    "snapshot-exists": another_snapshot,
}
"""By code or rule."""
