"""Files that are no table at all: refused before, or while, they are read."""

import pytest

from crlm.problems import ArgumentError, DataError
from crlm.registry.reading import SUPPORTED, read_table
from tests.registry.tables import WRITERS, one_problem, sha256, write_csv, write_xlsx


def test_a_file_of_5_gigabytes_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "patients.csv"
    with path.open("wb") as file:
        file.truncate(5_000_000_000)  # sparse: it takes no room
    monkeypatch.setattr(type(path), "read_bytes", lambda self: pytest.fail("it was read"))
    problem = one_problem(read_table, path, kind=DataError)
    assert problem.code == "file-too-large"
    assert "5.0 GB" in problem.given and "2.0 GB" in problem.allowed and "columns" in problem.fix


@pytest.mark.parametrize("extension", SUPPORTED)
def test_an_empty_file(tmp_path, extension):
    path = tmp_path / f"patients{extension}"
    path.touch()
    problem = one_problem(read_table, path, kind=DataError)
    assert problem.code == "table-empty" and problem.place.file == path.name


def test_a_file_that_does_not_exist_suggests_the_one_beside_it(tmp_path):
    (tmp_path / "patients.xlsx").touch()
    problem = one_problem(read_table, tmp_path / "patient.xlsx", kind=ArgumentError)
    assert problem.code == "data-not-found" and '"patients.xlsx"' in problem.fix


def test_a_folder(tmp_path):
    assert one_problem(read_table, tmp_path, kind=ArgumentError).code == "data-is-a-folder"


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    path = tmp_path / "patients.csv"
    path.write_text("id,x\n1,2\n")

    def denied(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "read_bytes", denied)
    problem = one_problem(read_table, path, kind=DataError)
    assert problem.code == "file-not-readable" and "Permission denied" in problem.given


@pytest.mark.parametrize("name", ["patients.pdf", "patients.rds", "patients"])
def test_an_unknown_kind_of_file_lists_the_known_ones(tmp_path, name):
    (tmp_path / name).write_bytes(b"something")
    problem = one_problem(read_table, tmp_path / name, kind=DataError)
    assert problem.code == "format-not-supported"
    assert all(extension in problem.allowed for extension in (".csv", ".xlsx", ".sav", ".dta", ".parquet"))


@pytest.mark.parametrize("extension", [".xls", ".xlsb", ".ods"])
def test_older_workbooks_are_refused_with_the_reason(tmp_path, extension):
    (tmp_path / f"patients{extension}").write_bytes(b"\xd0\xcf\x11\xe0 and so on")
    problem = one_problem(read_table, tmp_path / f"patients{extension}", kind=DataError)
    assert "error in a cell" in problem.given and ".xlsx" in problem.fix


@pytest.mark.parametrize("extension", [".xlsx", ".sav", ".dta", ".parquet"])
@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_truncated_file(tmp_path, extension, keep):
    path = tmp_path / f"patients{extension}"
    WRITERS[extension](path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(keep * len(whole))])
    problem = one_problem(read_table, path, kind=DataError)
    assert problem.code in ("file-damaged", "workbook-damaged") and problem.fix


@pytest.mark.parametrize("extension", [".xlsx", ".sav", ".dta", ".parquet"])
def test_text_under_the_extension_of_another_format(tmp_path, extension):
    path = tmp_path / f"patients{extension}"
    write_csv(path)
    assert one_problem(read_table, path, kind=DataError).code in ("file-damaged", "file-is-something-else")


@pytest.mark.parametrize("extension", [".xlsx", ".parquet", ".dta", ".sav"])
def test_another_format_under_the_extension_of_text(tmp_path, extension):
    path = tmp_path / "patients.csv"
    WRITERS[extension](path)
    problem = one_problem(read_table, path, kind=DataError)
    assert problem.code == "file-is-something-else" and extension in problem.fix


def test_an_old_workbook_under_the_new_extension(tmp_path):
    path = tmp_path / "patients.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    problem = one_problem(read_table, path, kind=DataError)
    assert problem.code == "file-is-something-else" and ".xls" in problem.given


def test_a_workbook_locked_with_a_password(tmp_path):
    # A locked workbook is an OLE2 container whose directory holds the entry EncryptedPackage ([MS-OFFCRYPTO] 2.3.1).
    path = tmp_path / "patients.xlsx"
    entry = "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1024 + entry + b"\0" * 512)
    problem = one_problem(read_table, path, kind=DataError)
    assert problem.code == "workbook-locked" and "password" in problem.fix


def test_a_workbook_that_unpacks_to_too_much(tmp_path, monkeypatch):
    path = tmp_path / "patients.xlsx"
    write_xlsx(path)
    monkeypatch.setattr("crlm.registry.reading.workbook.UNPACKED_LIMIT", 1000)
    problem = one_problem(read_table, path, kind=DataError)
    assert problem.code == "file-too-large" and "unpacks" in problem.given


@pytest.mark.parametrize("extension", WRITERS)
def test_the_hash_is_of_the_file_and_the_name_says_nothing_of_the_machine(tmp_path, extension):
    path = tmp_path / f"patients{extension}"
    WRITERS[extension](path)
    raw = read_table(path)
    assert raw.sha256 == sha256(path)
    assert (raw.name, raw.format) == (path.name, extension[1:])
