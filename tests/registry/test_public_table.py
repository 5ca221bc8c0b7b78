"""The public table of 197 patients, where it lies beside the project: read exactly, and its quirks named.

The expected figures are those of the data set's own description, not ours.
"""

import csv

import openpyxl
import pytest

from crlm.cohort.derived import DerivedVariable, add_derived
from crlm.registry.findings import DeclaredCheck, with_findings
from crlm.registry.reading import read_table
from crlm.registry.typed import typed_records
from crlm.study.protocol.load import find_protocol
from tests.shared import CLINICAL, needs

pytestmark = [pytest.mark.shared, needs(CLINICAL)]


@pytest.fixture(scope="module")
def protocol():
    return find_protocol("resected-crlm-public").protocol


def typed(protocol, path):
    return typed_records(read_table(path), protocol.column, protocol.data.identifier, protocol.data.missing)


@pytest.fixture(scope="module")
def public(protocol):
    return typed(protocol, CLINICAL)


def test_every_cell_is_what_a_slow_reader_reads(protocol, public):
    with CLINICAL.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == public.frame.height == 197
    for variable in protocol.column:
        names = {str(level.code): level.name for level in variable.levels}
        expected = []
        for line in lines:
            cell = line[variable.header or variable.name]
            if float(cell) == -999:
                expected.append(None)
            elif variable.type == "yes_no":
                expected.append({"1": True, "0": False}[cell])
            else:
                expected.append(names[cell] if variable.levels else float(cell))
        assert public.frame[variable.name].to_list() == expected
        missing = [None if value is not None else "not available" for value in expected]
        reasons = public.reasons
        assert (
            reasons[variable.name].to_list() if variable.name in reasons.columns else [None] * 197
        ) == missing


def test_the_events_are_those_of_the_description(public):
    frame = public.frame
    assert (frame["vital_status"] == "dead").sum() == 107
    assert (frame["dfs_status"] == "event").sum() == 138 and frame["recurrence"].sum() == 131
    assert (frame["liver_dfs_status"] == "event").sum() == 122 and frame["liver_recurrence"].sum() == 81


def test_the_quirks_of_the_table_are_named(protocol, public):
    derived = [DerivedVariable(one.variable(), one.expression) for one in protocol.derived]
    checks = [DeclaredCheck(one.id, one.expect, one.sentence, one.severity) for one in protocol.check]
    findings = {
        (finding.rule, finding.column, finding.count): finding
        for finding in with_findings(add_derived(public, derived), checks).findings
    }
    together = findings["missing-together", None, 29].sentence
    assert all(
        header in together for header in ("clinrisk_score", "clinrisk_stratified", "carcinoembryonic_antigen")
    )
    assert ("missing-together", None, 3) in findings
    assert (
        "168 records could be judged, 29 could not"
        in findings["risk-score-matches-parts", None, 4 + 27].sentence
    )
    assert findings["bilobar-needs-several", None, 20].severity == "warning"
    assert findings["tumour-size-positive", None, 2].severity == "warning"
    assert ("value-implausible", "max_tumor_size", 2) in findings
    assert not public.source.synthetic


def test_the_same_table_as_a_workbook_gives_the_same_records(protocol, public, tmp_path):
    """As TCIA publishes it: a workbook with a second sheet and blanks behind headers."""
    with CLINICAL.open(newline="", encoding="utf-8") as file:
        header, *lines = csv.reader(file)

    def cell(text):
        try:
            return float(text)
        except ValueError:
            return text or None

    book = openpyxl.Workbook()
    book.active.title = "TCIA_n=197"
    book.active.append([f"{name} " if name.startswith("b") else name for name in header])
    for line in lines:
        book.active.append([cell(text) for text in line])
    book.save(tmp_path / "clinical.xlsx")
    again = typed(protocol, tmp_path / "clinical.xlsx")
    assert again.frame.equals(public.frame) and again.reasons.equals(public.reasons)
    assert any(finding.rule == "headers-with-blanks" and finding.count == 2 for finding in again.findings)
