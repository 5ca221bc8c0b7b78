"""The report of an audit: what it says first, in what order, and that its formats say the same."""

import json
import re

import pytest

from crlm.evidence import load_paper
from crlm.evidence.audit import SEVERITIES, audit
from crlm.evidence.audit.document import audit_schema, audits_document
from crlm.evidence.audit.report import entries, report
from crlm.evidence.audit.report.words import place_order, readable
from crlm.rendering import write_document
from crlm.rendering.html import render_html
from tests.evidence.audit_report.papers import by_hand

CREATED = "2026-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def wrong(tmp_path_factory):
    paper = load_paper(by_hand(tmp_path_factory.mktemp("wrong"), wrong=True))
    return paper, audit(paper)


@pytest.fixture(scope="module")
def right(tmp_path_factory):
    paper = load_paper(by_hand(tmp_path_factory.mktemp("right"), wrong=False))
    return paper, audit(paper)


def test_a_consistent_paper_has_no_entry(right):
    paper, found = right
    assert entries(found) == ()
    text = words(report(paper, found, CREATED))
    assert "Nothing was found that does not fit." in text


def test_both_slips_are_entries(wrong):
    _, found = wrong
    assert {one.place for one in entries(found)} == {"Abstract", "Table 1"}


def test_entries_are_ordered_by_severity_then_place(wrong):
    _, found = wrong
    ranks = [(SEVERITIES.index(one.severity), place_order(one.place)) for one in entries(found)]
    assert ranks == sorted(ranks)
    assert [one.number for one in entries(found)] == list(range(1, len(ranks) + 1))


def test_severity_is_a_threshold(wrong):
    _, found = wrong
    for least in SEVERITIES:
        wanted = SEVERITIES[: SEVERITIES.index(least) + 1]
        expected = [one for one in entries(found) if one.severity in wanted]
        assert [one.title for one in entries(found, least)] == [one.title for one in expected]


def test_the_summary_says_which_answer_is_in_doubt(wrong):
    paper, found = wrong
    document = report(paper, found, CREATED)
    ratio = next(one for one in entries(found) if one.place == "Abstract")
    (table,) = [one for one in document.tables() if one.id == "results-touched"]
    (row,) = table.body
    assert [one.text for one in row.cells][:4] == [
        "treated versus not: OS (univariable)",
        "HR 1.79 (1.17-2.27), p 0.007",
        "Abstract",
        str(ratio.number),
    ]
    assert f"Finding {ratio.number} (Abstract)" in words(document)


def test_every_finding_has_both_numbers_and_its_arithmetic(wrong):
    paper, found = wrong
    text = words(report(paper, found, CREATED))
    for entry in entries(found):
        for finding in entry.findings:
            assert readable(finding.arithmetic) in text
            for one in finding.printed:
                assert one.text in text


def test_links_lead_somewhere(wrong):
    paper, found = wrong
    document = report(paper, found, CREATED)
    html = render_html(document)
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(re.findall(r'id="([^"]+)"', html))


def test_every_check_is_listed_with_what_it_tested(wrong):
    paper, found = wrong
    (table,) = [one for one in report(paper, found, CREATED).tables() if one.id == "checks-run"]
    assert len(table.body) == len(found.results)
    assert sum(int(one.cells[1].text.replace(",", "")) for one in table.body) == sum(
        one.tested for one in found.results
    )


def test_all_formats_can_be_written(wrong, tmp_path):
    paper, found = wrong
    files = write_document(
        report(paper, found, CREATED), tmp_path, formats=("html", "docx", "pdf"), name="by-hand"
    )
    assert {one.name for one in files} == {"by-hand.html", "by-hand.docx", "by-hand.pdf"}
    assert all(one.stat().st_size > 1_000 for one in files)


def test_json_follows_its_schema(wrong, right):
    jsonschema = pytest.importorskip("jsonschema")
    document = json.loads(audits_document([wrong, right]).model_dump_json())
    jsonschema.validate(document, audit_schema())
    first, second = document["audits"]
    assert len(first["entries"]) == 2 and second["entries"] == []
    assert first["headlines"][0]["in_doubt"] and not second["headlines"][0]["in_doubt"]


def test_no_accusation(wrong):
    paper, found = wrong
    assert not re.search(
        r"\b(fraud|fabricat|manipulat|falsif|dishonest|cheat)", words(report(paper, found, CREATED))
    )


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("n_lesions in no_haip", "n lesions in no haip"),
        ("simulated/x_y", "simulated/x_y"),
        ("3.7_x", "3.7_x"),
        ("Yes in all: more", "Yes overall: more"),
        ("nearest with 96 events in all: 7", "nearest with 96 events in all: 7"),
        ("p of lrt_type[Lung surgery] is", "p of lrt type (Lung surgery) is"),
        ("median of OS in a_b (all)", "median of OS in a b"),
        ("ends with n_lesions.", "ends with n lesions."),
    ],
)
def test_readable(given, wanted):
    assert readable(given) == wanted


def test_the_papers_own_words_are_used():
    names = {"n_lesions": "number of lesions", "n_lesions_ge_4": "four lesions or more", "nac": "NAC"}
    assert (
        readable("n_lesions_ge_4, n_lesions in nac.", names)
        == "four lesions or more, number of lesions in NAC."
    )
    assert readable("n_lesions_x, nacs, Results/nac", names) == "n lesions x, nacs, Results/nac"


def test_places_are_in_the_order_of_a_paper():
    places = ["Discussion", "Figure 5", "Table 10", "Table 2", "text 3.1", "Abstract", "Suppl Table S1"]
    assert sorted(places, key=place_order) == [
        "Abstract",
        "Table 2",
        "Table 10",
        "text 3.1",
        "Figure 5",
        "Discussion",
        "Suppl Table S1",
    ]


def words(document):
    """The text of a document without its marks."""
    html = re.sub(r"<br>", "\n", re.sub(r"<style>.*?</style>", "", render_html(document), flags=re.DOTALL))
    return re.sub(
        r"&(amp|lt|gt|quot|#x27|#39);", lambda m: ENTITIES[m.group(1)], re.sub(r"<[^>]+>", "", html)
    )


ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "#x27": "'", "#39": "'"}
