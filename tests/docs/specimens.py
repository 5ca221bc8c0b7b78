"""A way to make every problem and every finding happen: what docs/reference/problems.md shows is what these say.

Each specimen starts from the small study, which has no problem, changes one thing, and returns what was found. They
write into the working folder.
"""

import io
import json
import sys
from pathlib import Path

import polars as pl
import pytest

from crlm.cli import compare as compare_command
from crlm.cli import evidence_audit as audit_command
from crlm.cli import main
from crlm.cli.flow import read_records
from crlm.cohort.derived import DerivedVariable, add_derived
from crlm.cohort.endpoints import EndpointDefinition, survival_data
from crlm.dictionary.registry.redcap_reading import from_redcap
from crlm.dictionary.variables import Variable
from crlm.output import staged_folder
from crlm.problems import CrlmError, Problem
from crlm.registry.reading import door, read_table
from crlm.registry.synthetic import synthetic_table
from crlm.study.protocol.load import find_protocol, load_protocol
from tests.docs.curve_specimens import CURVE_SPECIMENS
from tests.docs.evidence_specimens import EVIDENCE_SPECIMENS
from tests.docs.export_specimens import EXPORT_SPECIMENS
from tests.docs.pathway_specimens import PATHWAY_SPECIMENS
from tests.docs.registry_specimens import REGISTRY_SPECIMENS
from tests.docs.small_study import HEADER, PROTOCOL, ROWS, changed, data_problems, protocol_problems, table


def in_protocol(old, new):
    """A problem of the protocol with one place changed."""
    return lambda: protocol_problems(changed(old, new))


def with_stage(model):
    """A problem of another model, with a category of three levels to speak of."""
    text = changed(
        "[[check]]",
        '[[derived]]\nname = "stage"\nlabel = "Stage"\ntype = "category"\nlevels = ["a", "b", "c"]\n'
        "expression = \"cut(age, [50, 60], ['a', 'b', 'c'], side='left')\"\n\n[[check]]",
    )
    return lambda: protocol_problems(
        text.replace('candidates = ["nodes", "age"]\nkeep = { all = true }', model)
    )


def criterion(expression):
    """A problem of the criterion with another expression."""
    return in_protocol('include = "age >= 18"', f'include = "{expression}"')


def in_cell(row, column, value, protocol=PROTOCOL):
    """A problem of the table with one cell changed."""
    return lambda: data_problems(table((row, column, value)), protocol)


def in_table(data, protocol=PROTOCOL, name="patients.csv"):
    """A problem of another table."""
    return lambda: data_problems(data, protocol, name)


def raised(call):
    """The problems that a call raises."""
    with pytest.raises(CrlmError) as error:
        call()
    return error.value.problems


def wrong_arguments():
    written, sys.stdout = sys.stdout, io.StringIO()
    given, sys.argv = sys.argv, ["crlm", "study", "run", "small.toml", "--json"]
    try:
        with pytest.raises(SystemExit):
            main()
        document = json.loads(sys.stdout.getvalue())
    finally:
        sys.stdout, sys.argv = written, given
    return [Problem(**one) for one in document["problems"]]


def output(name, *, before):
    """A problem of writing to a folder; `before` prepares what is there."""

    def write():
        with staged_folder(Path(name), ours=("results.json",)):
            pass

    def specimen():
        before(Path(name))
        return raised(write)

    return specimen


def folder_with_notes(path):
    path.mkdir()
    (path / "notes.docx").touch()


def workbook(change):
    """The table as a workbook's bytes, after a change to the sheet."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Patients"
    for line in (HEADER, *ROWS):
        sheet.append(line)
    change(book)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def in_workbook(change, protocol=PROTOCOL):
    return lambda: data_problems(workbook(change), protocol, "patients.xlsx")


def set_cell(reference, value):
    def change(book):
        book["Patients"][reference] = value

    return change


def excel_error(book):
    cell = book["Patients"]["C3"]
    cell.value, cell.data_type = "#DIV/0!", "e"


def title_above(book):
    book["Patients"].insert_rows(1)
    book["Patients"]["A1"] = "Liver surgery"


def headers_below_each_other(book):
    sheet = book["Patients"]
    sheet.insert_rows(1)
    for column in "BC":
        sheet[f"{column}1"], sheet[f"{column}2"] = sheet[f"{column}2"].value, None


def second_sheet(book):
    book.create_sheet("Notes")["A1"] = "see the study's folder"


def unreadable_file():
    def refuse(_):
        raise PermissionError(13, "Permission denied")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        Path("patients.csv").write_text(table(), encoding="utf-8")
        return raised(lambda: read_table("patients.csv"))


def too_large():
    Path("patients.csv").write_text(table(), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            Path, "stat", lambda _, **__: type("Stat", (), {"st_size": 5_400_000_000, "st_mode": 0o100644})
        )
        return raised(lambda: door._bytes(Path("patients.csv"), door.SIZE_LIMIT))


def lists_in_parquet():
    lists = pl.DataFrame([*pl.read_csv(io.StringIO(table()))]).with_columns(age=pl.lit([1, 2]))
    kept = io.BytesIO()
    lists.write_parquet(kept)
    text = changed(
        'type = "integer"\nunit = "years"\nrange = [0, 120]\nplausible = [18, 95]', 'type = "text"'
    )
    text = text.replace('expression = "age >= 65"', 'expression = "cea >= 65"').replace(
        "age >= 18", "cea >= 18"
    )
    return data_problems(kept.getvalue(), text, "patients.parquet")


def labels_in_spss():
    import pyreadstat

    frame = pl.read_csv(io.StringIO(table()))
    pyreadstat.write_sav(
        frame, "patients.sav", variable_value_labels={"nodes": {0: "positive", 1: "negative"}}
    )
    return data_problems(None, PROTOCOL, "patients.sav")


def data_folder():
    Path("data").mkdir()
    return data_problems(None, name="data")


def two_alike():
    columns = "".join(
        f'[[column]]\nname = "{one}"\nheader = "age"\nlabel = "Age"\ntype = "number"\n' for one in "ab"
    )
    text = changed("[[derived]]\n", f"{columns}[[derived]]\n")
    return data_problems(table() + ",".join(map(str, ["P15", *ROWS[0][1:]])), text)


def small_records():
    Path("small.toml").write_text(PROTOCOL, encoding="utf-8")
    Path("patients.csv").write_text(table(), encoding="utf-8")
    return read_records(load_protocol(Path("small.toml")).protocol, Path("patients.csv"))


LOGISTIC = changed(
    "[[check]]",
    '[[derived]]\nname = "raised"\nlabel = "CEA raised"\ntype = "yes_no"\nexpression = "cea > 5"\n\n[[check]]',
).replace(
    'endpoint = "os"\ncandidates = ["nodes", "age"]',
    'type = "logistic"\noutcome = "raised"\ncandidates = ["nodes", "age"]',
)


def undeclared_status():
    definition = EndpointDefinition("Overall survival", "months", "status", ("dead",), ())
    return raised(lambda: survival_data(small_records(), definition))


def derived_fraction():
    half = Variable(name="half", label="Half the age", type="integer")
    return raised(lambda: add_derived(small_records(), [DerivedVariable(half, "age / 2")]))


def many(column, value):
    return [(row, column, value) for row in range(2, 16)]


MANY_ROWS = "\n".join(
    [",".join(HEADER), *(f"Q{n},{200 + n if n < 25 else 50},1,0,2015-01-01,{n},1" for n in range(30))]
)
MANY_BAD = MANY_ROWS.replace(",1,0,2015", ",high,0,2015")

SPECIMENS = {
    # the command line
    "arguments": wrong_arguments,
    "protocol-unknown": lambda: raised(lambda: find_protocol("resected-crlm")),
    "data-not-found": in_table(None, name="patient.csv"),
    "data-is-a-folder": data_folder,
    "synthetic-kind-unknown": lambda: raised(lambda: synthetic_table("my-study", 10, 1)),
    "synthetic-numbers": lambda: raised(lambda: synthetic_table("resected-crlm-public", 0, 1)),
    "output-is-a-file": output("report.pdf", before=lambda path: path.touch()),
    "output-not-ours": output("documents", before=folder_with_notes),
    "output-not-writable": output("notes.txt/report", before=lambda path: path.parent.touch()),
    "audit-severity": lambda: raised(lambda: audit_command._severity("grave")),
    "compare-study": lambda: raised(lambda: compare_command._repeats_a_paper("resected-crlm-public")),
    "compare-two-runs": lambda: raised(
        lambda: compare_command._results(None, Path("r"), Path("d"), None, print)
    ),
    "compare-results": lambda: raised(
        lambda: compare_command._read(Path(__file__).with_name("__init__.py"), "dijkstra-2021")
    ),
    # the protocol as a file
    "protocol-file": lambda: protocol_problems("", name="patients.csv"),
    "protocol-encoding": lambda: protocol_problems(PROTOCOL.encode("latin-1")),
    "protocol-toml": in_protocol('label = "Age"', "label = Age"),
    # keys and values
    "protocol-unknown-key": in_protocol('time = "months"', 'tiem = "months"'),
    "protocol-missing-key": in_protocol('time = "months"\n', ""),
    "protocol-type": in_protocol("range = [0, 120]", 'range = ["0", 120]'),
    "protocol-value": in_protocol('type = "integer"', 'type = "int"'),
    # names
    "protocol-reserved-name": in_protocol('name = "cea"', 'name = "if"'),
    "protocol-duplicate": in_protocol('name = "cea"', 'name = "age"'),
    "protocol-code-twice": in_protocol("code = -999", "code = 1"),
    "protocol-unknown-variable": in_protocol('variable = "nodes"', 'variable = "node"'),
    "protocol-unknown-level": in_protocol('event = ["dead"]', 'event = ["died"]'),
    "protocol-unknown-endpoint": in_protocol(
        'endpoint = "os"\ncandidates', 'endpoint = "overall"\ncandidates'
    ),
    # derived variables, criteria and checks
    "protocol-derived-order": in_protocol(
        'expression = "age >= 65"',
        'expression = "ratio > 1"\n\n[[derived]]\nname = "ratio"\nlabel = "CEA per year"\ntype = "number"\n'
        'expression = "cea / age"',
    ),
    "protocol-derived-type": in_protocol('expression = "age >= 65"', 'expression = "age / 65"'),
    "protocol-derived-level": in_protocol(
        'type = "yes_no"\nexpression = "age >= 65"',
        'type = "category"\nlevels = ["young", "old"]\n'
        "expression = \"cut(age, [65], ['young', 'older'], side='left')\"",
    ),
    "protocol-condition": criterion("age + 1"),
    "protocol-constant": criterion("1 == 1"),
    "protocol-selects-by-outcome": criterion("months > 1"),
    # groups and endpoints
    "protocol-comparison": in_protocol('variable = "nodes"\nreference = "negative"', 'variable = "cea"'),
    "protocol-outcome-as-exposure": in_protocol('expression = "age >= 65"', 'expression = "months < 12"'),
    "protocol-endpoint-time": in_protocol('time = "months"', 'time = "operated"'),
    "protocol-endpoint-unit": in_protocol('type = "number"\nunit = "months"', 'type = "number"'),
    "protocol-endpoint-status": in_protocol('status = "status"', 'status = "cea"'),
    "protocol-endpoint-levels": in_protocol('censor = ["alive"]', "censor = []"),
    "protocol-endpoint-reversed": in_protocol(
        'event = ["dead"]\ncensor = ["alive"]', 'event = ["alive"]\ncensor = ["dead"]'
    ),
    "protocol-endpoint-landmark": in_protocol("landmarks = [12, 36]", "landmarks = [12, 36]\nhorizon = 24"),
    "protocol-endpoint-axis": in_protocol("landmarks = [12, 36]", "axis_until = 60\naxis_step = 120"),
    "protocol-endpoint-dates": in_protocol(
        'time = "months"\nstatus = "status"\nevent = ["dead"]\ncensor = ["alive"]\n',
        'dates = { start = "operated", event = ["date_of_death"], until = "operated", death = "event" }\n',
    ),
    "protocol-unit": in_protocol("landmarks = [12, 36]", 'unit = "lesion"'),
    "protocol-first-by": in_protocol('include = "age >= 18"', 'first_by = "age"'),
    # analyses
    "protocol-baseline-type": in_protocol('rows = ["age", "older"]', 'rows = ["age", "operated"]'),
    "protocol-baseline-twice": in_protocol('rows = ["age", "older"]', 'rows = ["age", "age"]'),
    "protocol-baseline-comparison": in_protocol('rows = ["age", "older"]', 'rows = ["age", "nodes"]'),
    "protocol-baseline-summary": in_protocol(
        'rows = ["age", "older"]', 'rows = [{ variable = "older", summary = "mean_sd" }]'
    ),
    "protocol-baseline-test": in_protocol(
        'rows = ["age", "older"]', 'rows = [{ variable = "age", test = "fisher" }]'
    ),
    "protocol-test-without-groups": lambda: protocol_problems(
        changed('[comparison]\nvariable = "nodes"\nreference = "negative"\n', "").replace(
            "[[baseline]]\n", "[[baseline]]\nsmd = true\n"
        )
    ),
    "protocol-test-groups": lambda: protocol_problems(
        changed('{ code = 1, name = "positive" }', '{ code = 1, name = "n1" }, { code = 2, name = "n2" }')
    ),
    "protocol-model-type": in_protocol('["nodes", "age"]', '["nodes", "operated"]'),
    "protocol-model-per": in_protocol('["nodes", "age"]', '[{ variable = "nodes", per = 10 }]'),
    "protocol-model-outcome": in_protocol('["nodes", "age"]', '["nodes", "months"]'),
    "protocol-model-not-candidate": in_protocol('["nodes", "age"]', '["nodes", "age"]\nalways = ["cea"]'),
    "protocol-model-yes-no": in_protocol(
        'endpoint = "os"\ncandidates = ["nodes", "age"]',
        'type = "logistic"\noutcome = "age"\ncandidates = ["nodes", "cea"]',
    ),
    "protocol-model-exposure": with_stage(
        'candidates = ["stage", "age"]\nexposure = "stage"\n'
        "keep = { all = true, confounder = { p = 0.05, change_in_estimate = 0.1 } }"
    ),
    "protocol-model-competing": in_protocol('["nodes", "age"]', '["nodes", "age"]\ncompeting = "fine-gray"'),
    "protocol-paired-type": in_protocol(
        "[[model]]", '[[paired]]\nrows = [{ before = "age", after = "older" }]\n\n[[model]]'
    ),
    "protocol-paired-test": in_protocol(
        "[[model]]",
        '[[paired]]\nrows = [{ before = "age", after = "age", test = "mcnemar" }]\n\n[[model]]',
    ),
    "protocol-model-rule": in_protocol("keep = { all = true }", 'always = ["nodes"]'),
    "protocol-subgroups-comparison": in_protocol(
        '[comparison]\nvariable = "nodes"\nreference = "negative"\n', ""
    ),
    "protocol-subgroups-groups": lambda: protocol_problems(
        changed('{ code = 1, name = "positive" }', '{ code = 1, name = "n1" }, { code = 2, name = "n2" }')
    ),
    "protocol-subgroups-type": in_protocol('variables = ["older"]', 'variables = ["cea"]'),
    # expressions
    "expression-syntax": criterion("age => 18"),
    "expression-function": criterion("isnull(age)"),
    "expression-name": criterion("agee >= 18"),
    "expression-type": criterion("age >= '18'"),
    "expression-level": criterion("nodes == 'N0'"),
    # files
    "format-not-supported": in_table(b"x", name="patients.ods"),
    "file-too-large": too_large,
    "file-not-readable": unreadable_file,
    "file-is-something-else": in_table(b"PK\x03\x04"),
    "file-damaged": in_table(b"PAR1", name="patients.parquet"),
    "workbook-damaged": in_table(b"PK\x03\x04", name="patients.xlsx"),
    "workbook-locked": in_table(
        b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), name="patients.xlsx"
    ),
    "sheet-not-found": in_workbook(
        second_sheet, changed('identifier = "id"', 'identifier = "id"\nsheet = "Patient"')
    ),
    "sheet-not-named": in_workbook(second_sheet),
    # text and tables
    "table-empty": in_table(""),
    "table-without-records": in_table(",".join(HEADER)),
    "table-ragged": in_table(table() + "P15,70,12,5,1,2015-01-01,80,1\n"),
    "encoding-not-utf-8": in_table(table((3, "id", "Müller")).encode("cp1252")),
    "encoding-not-as-declared": in_table(
        table((3, "id", "M\x81ller")).encode("latin-1"),
        changed('identifier = "id"', 'identifier = "id"\nencoding = "windows-1252"'),
    ),
    "encoding-contradicts-mark": in_table(
        table().encode("utf-8-sig"),
        changed('identifier = "id"', 'identifier = "id"\nencoding = "windows-1252"'),
    ),
    "text-has-null-characters": in_table(table((3, "id", "P\0"))),
    "text-bad-quoting": in_table(table((3, "id", '"P02'))),
    "delimiter-not-found": in_table("id\nP01\n"),
    "delimiter-ambiguous": in_table("id;age,months\nP01;40,12\n"),
    # headers and columns
    "header-row-beyond-end": in_table(
        "id\tage\nP01\t40\n",
        changed('identifier = "id"', 'identifier = "id"\nheader_row = 9\ndelimiter = "\\t"'),
    ),
    "header-row-elsewhere": in_workbook(title_above),
    "headers-in-two-rows": in_workbook(
        headers_below_each_other, changed('identifier = "id"', 'identifier = "id"\nheader_row = 2')
    ),
    "header-repeated": in_table(
        table(header=["id", "age", "age", "nodes", "operated", "months", "status"]),
        changed('name = "cea"', 'name = "cea"\nheader = "age"'),
    ),
    "column-not-found": in_table(table(header=["id", "Age", *HEADER[2:]])),
    # decimals and cells
    "decimal-sign-mixed": in_table(table((3, "cea", "12,5"), delimiter=";")),
    "decimal-sign-ambiguous": in_table(
        table(*many("cea", 5), (3, "cea", "1,234"), *many("months", 7), delimiter=";")
    ),
    "cell-decimal-sign": in_table(
        table((3, "cea", "12,5"), delimiter=";"),
        changed('identifier = "id"', 'identifier = "id"\ndecimal = "."'),
    ),
    "cell-not-a-number": in_cell(3, "cea", "12 µg/L"),
    "cell-not-whole": in_cell(3, "age", "61.5"),
    "cell-not-finite": in_cell(3, "cea", "inf"),
    "cell-is-a-date": in_cell(3, "cea", "5-Jan"),
    "cell-not-a-date": in_cell(3, "operated", "03/04/2015"),
    "cell-not-text": lists_in_parquet,
    "cell-level-undeclared": in_cell(3, "nodes", "2"),
    "cell-workbook-error": in_workbook(excel_error),
    "cell-formula-without-value": in_workbook(set_cell("C3", "=2+3")),
    "cells-more": in_table(MANY_BAD),
    "redcap-dictionary": lambda: raised(lambda: from_redcap("a,b\n1,2\n")),
    # values, identifiers and checks
    "value-out-of-range": in_cell(3, "age", 460),
    "values-more": in_table(MANY_ROWS),
    "code-is-level-and-missing": in_cell(3, "age", 46, changed("code = -999", "code = 1")),
    "label-contradicts-level": labels_in_spss,
    "identifier-missing": in_cell(3, "id", None),
    "identifier-repeated": in_cell(3, "id", "P01"),
    "check-broken": in_cell(3, "months", 300, changed('sentence = "F', 'severity = "error"\nsentence = "F')),
    "synthetic-and-real": lambda: data_problems(
        "\n".join(
            f"{line},{'synthetic' if row == 0 else int(row > 4)}"
            for row, line in enumerate(table().splitlines())
        )
    ),
    # population, groups and endpoints
    "derived-value-not-allowed": derived_fraction,
    "criterion-unknown": in_cell(3, "age", None),
    "population-empty": in_table(table(), changed("age >= 18", "age > 95")),
    "comparison-unknown": in_cell(3, "nodes", None),
    "endpoint-time-negative": in_table(table((3, "months", -3), (4, "months", -1))),
    "endpoint-unknown": in_table(table((3, "months", None), (4, "months", -999))),
    "endpoint-status-undeclared": undeclared_status,
    "endpoint-empty": in_table(
        table(*many("months", None)), changed('censor = ["alive"]', 'censor = ["alive"]\nunknown = "exclude"')
    ),
    "model-empty": in_table(table(*many("cea", None)), LOGISTIC),
    "model-cluster-unknown": in_table(
        table((3, "cea", None)), changed('["nodes", "age"]', '["nodes", "age"]\ncluster = "cea"')
    ),
    # findings
    "headers-with-blanks": in_table(table(header=["id", " age", *HEADER[2:]])),
    "header-almost-repeated": lambda: data_problems(
        "\n".join(f"{line},{'age ' if row == 0 else 50}" for row, line in enumerate(table().splitlines()))
    ),
    "column-without-values": in_table(table(*many("cea", None))),
    "column-constant": in_table(table(*many("cea", 5.5))),
    "much-missing": in_table(table((3, "cea", None), (4, "cea", -999))),
    "missing-together": in_table(
        table((3, "cea", None), (4, "cea", None), (3, "operated", None), (4, "operated", None))
    ),
    "looks-like-missing": in_table(table((3, "cea", -99))),
    "value-implausible": in_cell(3, "age", 99),
    "identifiers-alike": in_cell(3, "id", "p-1"),
    "identifier-form": in_cell(3, "id", "Jansen"),
    "records-alike": two_alike,
    # registries and mappings
    # papers
    **CURVE_SPECIMENS,
    **EVIDENCE_SPECIMENS,
    **EXPORT_SPECIMENS,
    **PATHWAY_SPECIMENS,
    **REGISTRY_SPECIMENS,
}
"""By code or rule."""
