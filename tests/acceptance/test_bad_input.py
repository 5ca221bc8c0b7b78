"""What a user can get wrong, through the command line: an answer with a place and a fix, and nothing half-written.

Each row of the tables below is one way in which real tables go wrong.
"""

import json
import sys

import openpyxl
import pytest

from crlm.cli import main

PROTOCOL = """
[study]
id = "small"
title = "A small study"
[data]
identifier = "id"
[[column]]
name = "treated"
label = "Treated"
type = "yes_no"
[[column]]
name = "age"
label = "Age"
type = "number"
unit = "years"
[[column]]
name = "twin"
header = "age"
label = "Age again"
type = "number"
[[column]]
name = "constant"
label = "Constant"
type = "number"
[[column]]
name = "separating"
label = "Separating"
type = "yes_no"
[[column]]
name = "months"
label = "Survival time"
type = "number"
unit = "months"
[[column]]
name = "dead"
label = "Status"
type = "category"
levels = [{ code = 0, name = "alive" }, { code = 1, name = "dead" }]
[[population.criteria]]
label = "Adults"
include = "age >= 18"
[comparison]
variable = "treated"
[[endpoint]]
id = "os"
label = "Overall survival"
time = "months"
status = "dead"
event = ["dead"]
censor = ["alive"]
landmarks = [6]
[[baseline]]
blocks = [{ rows = ["age"] }]
[[model]]
id = "cox"
endpoint = "os"
candidates = ["treated", "age", "twin", "constant", "separating"]
keep = { all = true }
"""
HEADER = ["id", "treated", "age", "constant", "separating", "months", "dead"]
# Twelve patients: 6 deaths, all of them "separating".
PATIENTS = [
    ["P01", 0, 60, 1, 1, 4.0, 1], ["P02", 1, 52, 1, 1, 6.5, 1], ["P03", 0, 71, 1, 0, 30.0, 0],
    ["P04", 1, 66, 1, 0, 28.0, 0], ["P05", 0, 48, 1, 1, 9.0, 1], ["P06", 1, 77, 1, 1, 12.0, 1],
    ["P07", 0, 59, 1, 0, 25.0, 0], ["P08", 1, 63, 1, 0, 31.0, 0], ["P09", 0, 69, 1, 1, 15.0, 1],
    ["P10", 1, 55, 1, 1, 18.0, 1], ["P11", 0, 50, 1, 0, 22.0, 0], ["P12", 1, 74, 1, 0, 26.0, 0],
]  # fmt: skip


class Bench:
    """A folder with a protocol and a table, and the command line."""

    def __init__(self, folder, capsys, monkeypatch):
        self.folder, self.capsys, self.monkeypatch = folder, capsys, monkeypatch
        self.protocol = PROTOCOL
        self.rows = [list(row) for row in PATIENTS]
        self.header = list(HEADER)

    def cell(self, row, column, value):
        self.rows[row][HEADER.index(column)] = value

    def column(self, column, value):
        for row in range(len(self.rows)):
            self.cell(row, column, value)

    def table(self, name="patients.csv", *, delimiter=",", encoding="utf-8", decimal="."):
        lines = [self.header, *self.rows]
        text = "\n".join(
            delimiter.join("" if cell is None else str(cell).replace(".", decimal) for cell in line)
            for line in lines
        )
        (self.folder / name).write_bytes((text + "\n").encode(encoding))
        return self.folder / name

    def run(self, table, *options):
        """Exit code, standard output and standard error of `crlm study run`; the protocol is written first."""
        (self.folder / "small.toml").write_text(self.protocol, encoding="utf-8")
        out = self.folder / "report"
        arguments = [
            "crlm",
            "study",
            "run",
            str(self.folder / "small.toml"),
            "--data",
            str(table),
            "--out",
            str(out),
            *options,
        ]
        self.monkeypatch.setattr(sys, "argv", arguments)
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        printed = self.capsys.readouterr()
        return code, printed.out, printed.err

    def refused(self, table, code, *words):
        """The run is refused with that exit code, says those words, and leaves nothing behind."""
        found, _, error = self.run(table)
        assert found == code, error
        for word in words:
            assert word in error, f"{word!r} is not in:\n{error}"
        assert "Traceback" not in error and "fix:" in error
        assert not (self.folder / "report").exists()
        assert not [entry for entry in self.folder.iterdir() if entry.name.startswith(".report")]

    def results(self, table, *options):
        """The results document of a run that must succeed."""
        code, _, error = self.run(table, "--quiet", "--formats", "html", *options)
        assert code == 0, error
        return json.loads((self.folder / "report" / "results.json").read_text(encoding="utf-8"))


@pytest.fixture
def bench(tmp_path, capsys, monkeypatch):
    return Bench(tmp_path, capsys, monkeypatch)


# --- times and status -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("months", -3, ("row 3", "months", "negative")),
        ("months", None, ("row 3", "months", "missing")),
        ("months", "12 mths", ("row 3", "months", "12 mths")),
        ("months", "inf", ("row 3", "months", "inf")),
        ("months", "nan", ("row 3", "months", "nan")),
        ("dead", 2, ("row 3", "dead", "2", "0", "1")),
        ("dead", None, ("row 3", "dead", "missing")),
        ("id", "P01", ("P01", "row")),
        ("id", None, ("row 3",)),
        ("treated", "maybe", ("row 3", "treated", "maybe")),
        ("treated", None, ("row 3", "treated", 'unknown = "exclude"')),
        ("age", None, ("row 3", "Adults", 'unknown = "exclude"')),
    ],
)
def test_a_bad_cell_is_named(bench, column, value, words):
    bench.cell(1, column, value)
    bench.refused(bench.table(), 4, "patients.csv", *words)


def test_every_bad_cell_is_listed_at_once(bench):  # "age" is read as two variables
    bench.cell(1, "age", "old")
    bench.cell(4, "months", "long")
    bench.refused(bench.table(), 4, "row 3", "row 6", "3 errors")


def test_a_column_that_is_not_there(bench):
    bench.header[HEADER.index("months")] = "Months "
    bench.refused(bench.table(), 4, '"months"', '"Months"')


def test_an_event_coded_the_wrong_way_round_is_doubted(bench):
    bench.protocol = PROTOCOL.replace(
        'event = ["dead"]\ncensor = ["alive"]', 'event = ["alive"]\ncensor = ["dead"]'
    )
    results = bench.results(bench.table())
    assert any("wrong way round" in note for note in results["endpoints"][0]["notes"])


# --- tables that say little --------------------------------------------------------------------------------------


def test_a_comparison_with_one_group(bench):
    bench.column("treated", 1)
    results = bench.results(bench.table())
    assert results["endpoints"][0]["log_rank"]["p"] is None and results["endpoints"][0]["log_rank"]["reason"]
    assert any("no patient" in note for note in results["endpoints"][0]["notes"])


def test_a_group_without_events(bench):
    for row in range(1, 12, 2):
        bench.cell(row, "dead", 0)
    results = bench.results(bench.table())
    endpoint = results["endpoints"][0]
    assert any("No event in the group" in note for note in endpoint["notes"])
    treated = next(term for term in results["models"][0]["terms"] if term["variable"] == "treated")
    effect = next(level for level in treated["levels"] if not level["reference"])["univariable"]
    assert (
        effect["hazard_ratio"]["value"] is None and "no finite estimate" in effect["hazard_ratio"]["reason"]
    )


def test_constant_duplicated_and_separating_covariates_are_not_estimable_and_the_rest_is_kept(bench):
    terms = {term["variable"]: term for term in bench.results(bench.table())["models"][0]["terms"]}

    def reason(name):
        effect = next(level for level in terms[name]["levels"] if not level["reference"])["multivariable"]
        return effect["hazard_ratio"]["value"], effect["hazard_ratio"]["reason"]

    assert reason("constant")[0] is None and "constant" in reason("constant")[1]
    assert reason("twin")[0] is None and "age" in reason("twin")[1]
    assert reason("separating")[0] is None and "no finite estimate" in reason("separating")[1]
    alone = next(iter(terms["age"]["levels"]))["univariable"]
    assert alone["hazard_ratio"]["value"] is not None


def test_all_censored(bench):
    bench.column("dead", 0)
    results = bench.results(bench.table())
    endpoint = results["endpoints"][0]
    assert endpoint["events"] == 0 and endpoint["overall"]["median"]["reason"]
    assert any("No event was observed" in note for note in endpoint["notes"])
    assert all(
        term["univariable"]["p"] is None and term["univariable"]["reason"]
        for term in results["models"][0]["terms"]
    )


def test_one_row(bench):
    bench.rows = bench.rows[:1]
    results = bench.results(bench.table())
    assert results["flow"]["final"] == 1
    assert results["models"][0]["terms"][0]["univariable"]["reason"]


def test_nobody_left(bench):
    bench.column("age", 12)
    bench.refused(bench.table(), 4, "no record is left", '"Adults" left 0 of 12')


def test_a_table_without_rows(bench):
    bench.rows = []
    bench.refused(bench.table(), 4, "patients.csv")


# --- files -------------------------------------------------------------------------------------------------------


def test_semicolons_and_decimal_commas_are_read_and_said(bench):
    results = bench.results(bench.table(delimiter=";", decimal=","))
    assert results["endpoints"][0]["overall"]["time"][:2] == [4.0, 6.5]
    assert any("semicolon" in note for note in results["provenance"]["data"]["notes"])


def test_another_encoding_is_asked_for_not_guessed(bench):
    bench.rows[0][0] = "Pé1"
    bench.refused(bench.table(encoding="windows-1252"), 4, "patients.csv:2", 'encoding = "windows-1252"')


def test_a_merged_title_above_the_headers(bench):
    book = openpyxl.Workbook()
    book.active.append(["Database of the department"])
    book.active.merge_cells("A1:G1")
    for row in [HEADER, *PATIENTS]:
        book.active.append(row)
    book.save(bench.folder / "patients.xlsx")
    bench.refused(bench.folder / "patients.xlsx", 4, "header_row = 2")


def test_a_date_in_a_column_of_numbers(bench):
    import datetime

    book = openpyxl.Workbook()
    bench.rows[2][HEADER.index("months")] = datetime.date(2020, 3, 1)
    for row in [HEADER, *bench.rows]:
        book.active.append(row)
    book.save(bench.folder / "patients.xlsx")
    bench.refused(bench.folder / "patients.xlsx", 4, "row 4", "months", "date")


def test_a_file_of_5_gigabytes(bench):
    with (bench.folder / "patients.csv").open("wb") as file:
        file.truncate(5_000_000_000)
    bench.refused(bench.folder / "patients.csv", 4, "5.0 GB")


@pytest.mark.parametrize("name", ["patients.csv", "patients.pdf"])
def test_a_file_that_is_not_there_or_not_a_table(bench, name):
    if name.endswith("pdf"):
        (bench.folder / name).write_bytes(b"%PDF-1.7")
    bench.refused(bench.folder / name, 4 if name.endswith("pdf") else 2, name)


# --- output ------------------------------------------------------------------------------------------------------


def test_output_that_cannot_be_written(bench):
    (bench.folder / "report").write_text("a file in the way")
    code, _, error = bench.run(bench.table())
    assert code == 5 and "report is a file" in error and "Traceback" not in error
    assert (bench.folder / "report").read_text() == "a file in the way"


def test_output_beside_other_files_is_refused(bench):
    (bench.folder / "report").mkdir()
    (bench.folder / "report" / "thesis.docx").write_text("years of work")
    code, _, error = bench.run(bench.table())
    assert code == 5 and "thesis.docx" in error


def test_an_earlier_report_is_replaced_only_by_a_complete_one(bench):
    table = bench.table()
    first = bench.results(table)
    bench.cell(1, "months", "long")
    code, _, _ = bench.run(bench.table("later.csv"))
    assert code == 4
    assert json.loads((bench.folder / "report" / "results.json").read_text(encoding="utf-8")) == first


# --- protocol ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('variable = "treated"', 'varible = "treated"'), ("small.toml:", "varible", "variable")),
        (('variable = "treated"', 'variable = "treatd"'), ("small.toml:", "treatd", '"treated"')),
        (('event = ["dead"]', 'event = ["died"]'), ("small.toml:", "died", '"dead"')),
        (('censor = ["alive"]', "censor = []"), ("small.toml:", "alive")),
        (('include = "age >= 18"', 'include = "agee >= 18"'), ("small.toml:", "agee", '"age"')),
        (('include = "age >= 18"', 'include = "age => 18"'), ("small.toml:", ">=")),
        (('type = "category"', 'type = "categorical"'), ("small.toml:", "categorical", "category")),
        (('endpoint = "os"', 'endpoint = "pfs"'), ("small.toml:", "pfs", "os")),
        (("[study]", "[study"), ("small.toml:2",)),
    ],
)
def test_a_bad_protocol_is_named_by_line(bench, change, words):
    bench.protocol = PROTOCOL.replace(*change)
    assert bench.protocol != PROTOCOL
    bench.refused(bench.table(), 3, *words)


def test_a_protocol_that_does_not_exist_suggests_the_nearest(bench, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["crlm", "study", "show", "resected-crlm-publc"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    assert "resected-crlm-public" in capsys.readouterr().err


def test_wrong_arguments_exit_with_2(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["crlm", "study", "run"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2


def test_problems_as_json(bench):
    bench.cell(1, "months", "long")
    code, out, _ = bench.run(bench.table(), "--json")
    document = json.loads(out)
    assert code == document["exit_code"] == 4
    assert document["problems"][0]["place"]["row"] == 3 and document["problems"][0]["fix"]
