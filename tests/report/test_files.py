"""The files of a report: which there are, that their bytes are stable, and that each says it is synthetic."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import polars as pl
import pytest

from crlm.rendering.tables_csv import render_csv
from crlm.rendering.tree import Column, HeaderCell, Row, Table, cell
from crlm.study.report import FORMATS, build_document, write_report
from crlm.study.results import Results

from .sample import sample_results


@pytest.fixture(scope="module")
def results() -> Results:
    return sample_results(groups=2, small=True)


@pytest.fixture(scope="module")
def written(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_report(results, folder)
    return folder


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_every_file_is_there(results: Results, written: Path) -> None:
    document = build_document(results)
    figures = {f"figures/{one.id}.{suffix}" for one in document.figures() for suffix in ("svg", "pdf", "png")}
    tables = {
        "tables/baseline.csv",
        "tables/cox-os.csv",
        "tables/findings.csv",
        "tables/flow.csv",
        "tables/selection-cox-os.csv",
        "tables/strobe-checklist.csv",
        "tables/subgroups.csv",
        "tables/survival-os.csv",
    }
    assert set(hashes(written)) == figures | tables | {"report.html", "report.docx", "report.pdf"}


def test_the_same_results_give_the_same_bytes(results: Results, written: Path, tmp_path: Path) -> None:
    again = Results.model_validate_json(results.model_dump_json())
    write_report(again, tmp_path / "again")
    assert hashes(tmp_path / "again") == hashes(written)


def test_only_what_was_asked_for_is_made(results: Results, tmp_path: Path) -> None:
    said: list[str] = []
    files = write_report(results, tmp_path / "a" / "b", formats={"html"}, tell=said.append)
    assert files == (tmp_path / "a" / "b" / "report.html",)
    assert list(hashes(tmp_path)) == ["a/b/report.html"]
    assert said == ["Drawing figures", "Writing HTML"]


def test_an_unknown_format_is_refused(results: Results, tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"unknown formats \['odt'\]; allowed: html, docx, pdf, csv, figures"
    ):
        write_report(results, tmp_path, formats={"odt"})  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())
    assert FORMATS == ("html", "docx", "pdf", "csv", "figures")


def test_pictures_are_sharp_and_say_so(written: Path) -> None:
    content = (written / "figures" / "flow-chart.png").read_bytes()
    width = int.from_bytes(content[16:20], "big")
    assert content.startswith(b"\x89PNG") and width == pytest.approx(482 / 72 * 300, abs=1)
    assert (written / "figures" / "flow-chart.pdf").read_bytes().startswith(b"%PDF")
    assert (written / "figures" / "flow-chart.svg").read_text(encoding="utf-8").startswith("<svg ")


def test_a_table_opens_in_a_program(written: Path) -> None:
    for path in sorted((written / "tables").glob("*.csv")):
        frame = pl.read_csv(path, infer_schema=False)
        assert frame.columns[-2:] == ["notes", "data"]
        assert frame.height
        assert set(frame["data"]) == {"SYNTHETIC clinical.csv, SHA-256 9c0ade9c0ade"}


def test_a_line_of_a_table_stands_for_itself(written: Path) -> None:
    with (written / "tables" / "baseline.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    male = next(row for row in rows if row["level"] == "Male")
    assert (male["group"], male["variable"]) == ("Patient", "Sex")
    antigen = next(row for row in rows if row["variable"].startswith("Carcinoembryonic") and not row["level"])
    assert antigen["group"] == "Liver metastases"
    assert antigen["notes"] == "Mann-Whitney U test."
    missing = next(
        row for row in rows if row["variable"].startswith("Carcinoembryonic") and row["level"] == "Missing"
    )
    assert missing["notes"] == "Missing: not available, 29."
    heads = list(rows[0])
    assert "Nodal status of the primary tumour: Node-negative primary, n = 94" in heads


def test_a_label_is_not_a_formula() -> None:
    document = build_document(sample_results(groups=0, small=True))
    table = Table(
        "t", 1, "c", (Column("a"),), ((HeaderCell("A"),),), (Row((cell("=1+1"),)), Row((cell("-2"),)))
    )
    rows = list(csv.reader(io.StringIO(render_csv(table, document).decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["A", "'=1+1", "'-2"]
