"""Workbooks, REDCap exports, databases and files of statistical packages give the same registry as a folder of CSV."""

import io
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
import zipfile
from pathlib import Path

import openpyxl
import polars as pl
import pyreadstat
import pytest
from polars.testing import assert_frame_equal

from crlm.dictionary.records import ROW
from crlm.dictionary.registry import registry_dictionary
from crlm.dictionary.registry.redcap import redcap_fields
from crlm.problems import DataError
from crlm.registry.importing import check_registry, read_registry
from crlm.registry.importing.annotate import annotated_files, annotated_text, annotated_workbook
from crlm.registry.importing.database import database_name
from crlm.registry.importing.redcap import NO_BOX
from tests.registry.small_registry import TABLES, changed, folder


def cells(table):
    return [line.split(",") for line in TABLES[table].splitlines()]


def same(one, other):
    for name, records in one.tables.items():
        assert_frame_equal(
            records.frame.drop(ROW), other.table(name).frame.drop(ROW), check_column_order=False
        )
        mine = records.reasons.drop(ROW)
        assert_frame_equal(mine, other.table(name).reasons.drop(ROW), check_column_order=False)


@pytest.fixture
def registry(tmp_path):
    return read_registry(folder(tmp_path / "csv"))


def workbook(path, tables=TABLES):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, text in tables.items():
        sheet = book.create_sheet(name)
        for line in text.splitlines():
            sheet.append(
                [
                    float(one) if one.replace(".", "", 1).isdigit() and len(one) < 4 else one
                    for one in line.split(",")
                ]
            )
    book.create_sheet("read me").append(["notes"])
    book.save(path)
    return path


def test_a_workbook(tmp_path, registry):
    checked = check_registry(workbook(tmp_path / "registry.xlsx"))
    assert [(one.rule, one.severity, one.sheet) for one in checked.issues] == [
        ("table-unknown", "warning", "read me")
    ]
    same(registry, checked.registry)


def database(path, tables=TABLES):
    with sqlite3.connect(path) as connection:
        for name, text in tables.items():
            header, *rows = (line.split(",") for line in text.splitlines())
            connection.execute(f"CREATE TABLE {name} ({', '.join(header)})")
            marks = ", ".join("?" * len(header))
            connection.executemany(
                f"INSERT INTO {name} VALUES ({marks})", [[one or None for one in row] for row in rows]
            )
    connection.close()
    return path


def test_an_sqlite_database_is_read_and_never_written(tmp_path, registry):
    path = database(tmp_path / "registry.sqlite")
    before = path.read_bytes()
    same(registry, read_registry(path))
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("registry.sqlite-*"))


def test_a_select_of_a_mapping_cannot_write(tmp_path):
    path = database(tmp_path / "registry.sqlite")
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        'schema_version = "1.0"\n[[table]]\nname = "patient"\nsql = "WITH a AS (SELECT 1) DELETE FROM patient"\n'
    )
    with pytest.raises(DataError, match=r"readonly|read-only|query_only"):
        read_registry(path, mapping)
    assert sqlite3.connect(path).execute("SELECT count(*) FROM patient").fetchone() == (2,)


def test_statistical_packages(tmp_path, registry):
    pandas = pytest.importorskip("pandas")
    path = tmp_path / "sav"
    path.mkdir()
    for name in TABLES:
        header, *rows = cells(name)
        frame = pl.DataFrame(rows, schema=header, orient="row")
        writer, suffix = (pyreadstat.write_dta, "dta") if name == "patient" else (pyreadstat.write_sav, "sav")
        writer(pandas.DataFrame(frame.to_dict(as_series=False)), str(path / f"{name}.{suffix}"))
    same(registry, read_registry(path))


def redcap_export():
    """The small registry as REDCap exports it: a row per form, boxes for several levels, 1 and 0 for yes and no."""
    dictionary = registry_dictionary()
    fields = redcap_fields(dictionary)
    rows = []
    for table, _ in TABLES.items():
        header, *records = cells(table)
        for number, record in enumerate(records, start=1):
            given = dict(zip(header, record, strict=True))
            row = {"patient_id": given.get("patient_id", "-")}
            if table != "patient":
                row |= {"redcap_repeat_instrument": table, "redcap_repeat_instance": str(number)}
            for name, value in given.items():
                variable = dictionary.table(table).variable(name)
                field = fields[table, name]
                if variable.type == "several":
                    chosen = {str(one.strip()) for one in value.replace("|", ";").split(";")}
                    for level in variable.levels:
                        row[f"{field}___{level.name.lower()}"] = str(
                            int(bool(chosen & {level.name, str(level.code)}))
                        )
                elif variable.type == "yes_no":
                    row[field] = {"yes": "1", "no": "0"}.get(value, value)
                else:
                    row[field] = value
            rows.append(row)
    columns = list(
        dict.fromkeys(name for row in rows for name in ("patient_id", "redcap_repeat_instrument", *row))
    )
    return "\n".join([",".join(columns), *(",".join(row.get(one, "") for one in columns) for row in rows)])


def test_a_redcap_export(tmp_path, registry):
    path = tmp_path / "export.csv"
    path.write_text(redcap_export(), encoding="utf-8")
    read = read_registry(path)
    for name, records in registry.tables.items():
        assert_frame_equal(
            records.frame.drop(ROW), read.table(name).frame.drop(ROW), check_column_order=False
        )
    assert read.source.format == "redcap"


def test_boxes_that_are_all_empty_are_unknown_not_none(tmp_path):
    text = redcap_export().splitlines()
    header = text[0].split(",")
    boxes = [place for place, name in enumerate(header) if name.startswith("segments___")]
    lines = [line.split(",") for line in text]
    lesion = next(line for line in lines if "metastasis" in line)
    for place in boxes:
        lesion[place] = "0"
    (tmp_path / "export.csv").write_text("\n".join(",".join(line) for line in lines), encoding="utf-8")
    read = read_registry(tmp_path / "export.csv").table("metastasis")
    assert read.frame["segments"][0] is None
    assert read.reasons["segments"][0] == NO_BOX


def test_the_name_of_a_database_holds_no_password():
    assert database_name("postgresql://user:secret@host:5432/registry?sslmode=require") == "registry"


# annotated copies


def test_annotated_text_keeps_every_byte_and_adds_a_cell():
    text = b'\xef\xbb\xbfid;name\r\nP1;"a;\r\nb"\r\n\r\nP2;  c \r\n'
    found = annotated_text(text, {4: 'error: "x" | y'}, ";")
    assert (
        found == b'\xef\xbb\xbfid;name;crlm_findings\r\nP1;"a;\r\nb";\r\n\r\nP2;  c ;"error: ""x"" | y"\r\n'
    )


def test_annotated_copies_are_the_files_with_a_column_more(tmp_path):
    tables = {**changed("crlm_episode", "82.5", "x"), "notes": "a,b\n"}
    checked = check_registry(folder(tmp_path / "r", tables))
    (tmp_path / "out").mkdir()
    assert annotated_files(checked, tmp_path / "r", tmp_path / "out") == ["crlm_episode.csv"]
    lines = (tmp_path / "out" / "crlm_episode.csv").read_text().splitlines()
    assert [
        line.rpartition(',"')[0] if '"' in line else line.removesuffix(",").removesuffix(",crlm_findings")
        for line in lines
    ] == tables["crlm_episode"].splitlines()
    assert lines[1].endswith('[cell-not-a-number]"')


def test_an_annotated_workbook_opens_and_has_the_words_in_their_rows(tmp_path):
    path = workbook(tmp_path / "registry.xlsx", changed("crlm_episode", "82.5", "x"))
    checked = check_registry(path)
    (tmp_path / "out").mkdir()
    assert annotated_files(checked, path, tmp_path / "out") == ["registry.xlsx"]
    before, after = (
        openpyxl.load_workbook(one)["crlm_episode"] for one in (path, tmp_path / "out" / "registry.xlsx")
    )
    assert [[cell.value for cell in row] for row in before] == [
        [cell.value for cell in row][:-1] for row in after
    ]
    added = [row[-1].value for row in after]
    assert added[0] == "crlm_findings" and "cell-not-a-number" in added[1] and not any(added[2:])


def test_an_annotated_workbook_shows_formulas_of_cells_as_text():
    book = openpyxl.Workbook()
    book.active.append(["id"])
    book.active.append(["=1+1"])
    data = io.BytesIO()
    book.save(data)
    found = annotated_workbook(data.getvalue(), {"Sheet": {2: "error: <b>&\x00 =cmd"}})
    assert zipfile.ZipFile(io.BytesIO(found)).testzip() is None
    assert openpyxl.load_workbook(io.BytesIO(found)).active["B2"].value == "error: <b>& =cmd"


# PostgreSQL, where a server can be started


@pytest.fixture
def server():
    """The URL of a PostgreSQL server of its own; it refuses to run as root, so a user without rights runs it then."""
    if shutil.which("initdb") is None:
        pytest.skip("no PostgreSQL server here")
    home = Path(tempfile.mkdtemp(prefix="crlm-postgres-"))
    user = "nobody" if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(home, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = ["initdb", "-D", home / "db", "-U", "crlm", "-A", "trust", "--no-sync"]
    subprocess.run(made, check=True, capture_output=True, user=user, cwd=home)
    process = subprocess.Popen(
        ["postgres", "-D", home / "db", "-p", str(port), "-k", home],
        user=user,
        cwd=home,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"postgresql://crlm@127.0.0.1:{port}/postgres"
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(home, ignore_errors=True)


def connected(psycopg, url):
    for _ in range(100):
        try:
            return psycopg.connect(url, autocommit=True)
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


def test_a_postgresql_database(tmp_path, registry, server):
    psycopg = pytest.importorskip("psycopg")
    with connected(psycopg, server) as connection:
        for name, text in TABLES.items():
            header, *rows = (line.split(",") for line in text.splitlines())
            connection.execute(f"CREATE TABLE {name} ({', '.join(f'{one} text' for one in header)})")
            marks = ", ".join(["%s"] * len(header))
            for row in rows:
                connection.execute(f"INSERT INTO {name} VALUES ({marks})", [one or None for one in row])
    same(registry, read_registry(server))
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        'schema_version = "1.0"\n[[table]]\nname = "patient"\n'
        'sql = "WITH a AS (DELETE FROM patient RETURNING *) SELECT * FROM a"\n'
    )
    assert {one.rule for one in check_registry(server, mapping).errors} >= {"database-not-readable"}
    with connected(psycopg, server) as connection:
        assert connection.execute("SELECT count(*) FROM patient").fetchone() == (2,)
