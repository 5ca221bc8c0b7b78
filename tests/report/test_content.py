"""What the report says: denominators, reasons, references, and what is missing, visibly."""

from __future__ import annotations

import pytest

from crlm.rendering.numbering import Footnotes, listed, lower_first, sentence_case
from crlm.rendering.tree import BulletList, Document, KeyValues, Row, Section, Table, plain
from crlm.study.report import build_document
from crlm.study.results import Results

from .sample import sample_results
from .sample_models import SEPARATED


def table(document: Document, identifier: str) -> Table:
    return next(one for one in document.tables() if one.id == identifier)


def row(one: Table, label: str, *, after: str | None = None) -> Row:
    rows = iter(one.body)
    if after is not None:
        next(row for row in rows if row.cells[0].text == after)
    return next(row for row in rows if row.cells[0].text == label)


def texts(one: Row) -> list[str]:
    return [cell.text for cell in one.cells]


def note(one: Table, given: Row, place: int) -> list[str]:
    notes = {footnote.mark: footnote.text for footnote in one.footnotes}
    return [notes[mark] for mark in given.cells[place].marks]


@pytest.fixture(scope="module")
def results() -> Results:
    return sample_results(groups=2)


def test_sections_have_the_ids_that_the_checklist_points_to(two_groups: Document) -> None:
    assert [section.id for section in two_groups.sections] == [
        "summary", "background", "methods", "population", "baseline", "outcomes", "models", "subgroups", "discussion",
        "other-information", "data", "strobe", "protocol", "provenance",
    ]  # fmt: skip
    assert [section.number for section in two_groups.sections] == [str(k) for k in range(1, 15)]
    outcomes = two_groups.sections[5]
    within = [(block.number, block.id) for block in outcomes.blocks if isinstance(block, Section)]
    assert within == [("6.1", "endpoint-os"), ("6.2", "endpoint-dfs"), ("6.3", "endpoint-liver-dfs")]


def test_ids_are_unique_and_numbers_run_on(document: Document) -> None:
    named = [block.id for block in document.blocks() if hasattr(block, "id")]
    assert len(named) == len(set(named))
    assert [one.number for one in document.tables()] == list(range(1, len(document.tables()) + 1))


def test_counts_stand_with_percentages_and_missing_without(two_groups: Document, results: Results) -> None:
    baseline = table(two_groups, "table-baseline")
    sex = results.baseline[0].blocks[0].rows[1]
    male = sex.levels[0].cells["all"]
    assert texts(row(baseline, "Male"))[1] == f"{male.n} ({100 * male.n / male.denominator:.1f})"
    missing = row(baseline, "Missing", after="Carcinoembryonic antigen, ng/mL; median (IQR)")
    assert texts(missing) == ["Missing", "29", "29", "29", "", ""]
    assert missing.role == "missing"
    assert note(baseline, missing, 0) == ["Missing: not available, 29."]
    complete = [one for one in baseline.body if one.role == "missing"]
    assert len(complete) == 4  # a variable without missing values has no such line


def test_yes_no_is_one_line_and_a_category_is_one_per_level(two_groups: Document) -> None:
    baseline = table(two_groups, "table-baseline")
    assert len(texts(row(baseline, "Major comorbidity"))[1].split(" (")) == 2
    assert "No" not in [one.cells[0].text for one in baseline.body]
    asa = [one.cells[0].text for one in baseline.body if one.role == "level"]
    assert asa[2:6] == ["I", "II", "III", "IV"]


def test_each_p_names_its_test_and_an_absent_one_its_reason(two_groups: Document) -> None:
    baseline = table(two_groups, "table-baseline")
    age = row(baseline, "Age at operation, years; mean (SD)")
    assert texts(age)[4] == "<0.001"
    assert note(baseline, age, 4) == ["Student's t test."]
    asa = row(baseline, "ASA class")
    assert texts(asa)[4:] == ["\u2013", "\u2013"]
    assert note(baseline, asa, 4) == [
        "No p value (Pearson's chi-square test without correction): one level has no patients."
    ]
    assert note(baseline, asa, 5) == [
        "No standardised mean difference: a level without patients in both groups."
    ]
    marks = [footnote.mark for footnote in baseline.footnotes if footnote.mark]
    assert marks == [chr(ord("a") + k) for k in range(len(marks))]


def test_without_a_comparison_there_is_no_p() -> None:
    baseline = table(build_document(sample_results(groups=0)), "table-baseline")
    assert [one.text for one in baseline.header[0]] == ["Characteristic", "All\nn = 194"]


def test_survival_says_what_was_not_reached_and_why(two_groups: Document, results: Results) -> None:
    survival = table(two_groups, "survival-liver-dfs")
    median = row(survival, "Median survival, months (95% CI)")
    assert texts(median)[2] == "not reached"
    assert note(survival, median, 2) == [f"{results.endpoints[2].groups[0].median.reason}.".capitalize()]
    first = results.endpoints[0].overall.landmarks[0]
    value, lower, upper = (
        round(100 * (one or 0), 1)
        for one in (first.survival.value, first.survival.lower, first.survival.upper)
    )
    assert (
        texts(row(table(two_groups, "survival-os"), "12 months"))[1]
        == f"{value} ({lower} to {upper}); {first.at_risk}"
    )
    assert "100.0 (no interval)" in texts(row(survival, "12 months"))[2]
    assert texts(row(survival, "p, log-rank test")) == ["p, log-rank test", "\u2013", "0.012"]
    assert note(survival, row(survival, "p, log-rank test"), 2) == ["Log-rank test: chi-square 6.31 on 1 df."]


def test_reference_rows_and_what_did_not_enter(two_groups: Document) -> None:
    cox = table(two_groups, "table-cox-os")
    assert texts(row(cox, "No", after="Lymph node metastases of the primary"))[3:] == [
        "1 (reference)",
        "",
        "1 (reference)",
        "",
    ]
    assert texts(row(cox, "No", after="Bilobar disease"))[3:] == ["1 (reference)", "", "\u2013", "\u2013"]
    assert texts(row(cox, "Yes", after="Bilobar disease"))[5:] == ["\u2013", "\u2013"]


def test_an_overall_p_stands_on_the_line_of_a_factor_with_more_levels(two_groups: Document) -> None:
    cox = table(two_groups, "table-cox-os")
    assert texts(row(cox, "Location of the primary tumour"))[3:] == ["", "0.031", "", "0.047"]
    assert texts(row(cox, "Sex"))[3:] == ["", "", "", ""]  # with two levels it stands with the hazard ratio
    assert texts(row(cox, "Female"))[4] == "0.41"


def test_what_cannot_be_estimated_says_so_and_the_rest_stays(two_groups: Document) -> None:
    cox = table(two_groups, "table-cox-os")
    yes = row(cox, "Yes", after="Portal vein embolisation before resection")
    assert texts(yes)[:5] == ["Yes", "9", "0", "not estimable", "\u2013"]
    assert note(cox, yes, 3) == [sentence_case(SEPARATED)]
    assert texts(row(cox, "Missing", after="Carcinoembryonic antigen, ng/mL"))[:2] == ["Missing", "29"]


def test_a_number_says_what_its_ratio_is_per(two_groups: Document) -> None:
    labels = [one.cells[0].text for one in table(two_groups, "table-cox-os").body]
    assert labels[:2] == ["Age at operation, per 10 years", "Carcinoembryonic antigen, ng/mL"]


def test_notes_under_the_model_they_concern(two_groups: Document) -> None:
    notes = [one.text for one in table(two_groups, "table-cox-os").footnotes if one.mark is None]
    assert any(
        text.startswith(
            "Multivariable model: 165 patients, 92 events; 29 left out because a covariate is missing."
        )
        for text in notes
    )
    assert any(
        "Events per coefficient: 8.4 (fewer than 10)" in text and "concordance: 0.66 (0.61 to 0.72)" in text
        for text in notes
    )
    hazards = next(text for text in notes if text.startswith("Proportional hazards"))
    assert "whole model, p = 0.18" in hazards and "carcinoembryonic antigen, p = 0.012" in hazards
    warned = [one.text for one in table(two_groups, "table-cox-os").footnotes if one.tone == "attention"]
    assert warned == ["Two candidates measure nearly the same: clinical risk score and its class."]


def test_a_model_without_a_multivariable_part_says_why(two_groups: Document) -> None:
    cox = table(two_groups, "table-cox-liver-dfs")
    assert len(cox.columns) == 5
    assert "No candidate has a univariable p below 0.10." in [one.text for one in cox.footnotes]


def test_subgroups_give_the_interaction(two_groups: Document) -> None:
    subgroups = table(two_groups, "table-subgroups")
    assert texts(row(subgroups, "Location of the primary tumour")) == [
        "Location of the primary tumour", "", "", "", "", "0.043",
    ]  # fmt: skip
    extrahepatic = row(subgroups, "Yes", after="Extrahepatic disease")
    assert texts(extrahepatic)[3] == "not estimable"
    assert note(subgroups, extrahepatic, 3) == ["Fewer than 5 events in the subgroup."]


def test_what_is_not_answered_is_seen(two_groups: Document) -> None:
    strobe = table(two_groups, "strobe-checklist")
    bias = next(one for one in strobe.body if one.cells[0].text == "9")
    assert texts(bias)[2] == "not answered"
    assert bias.cells[2].tone == "attention"
    design = next(one for one in strobe.body if one.cells[0].text == "1a")
    assert texts(design)[3] == "1 Study summary"
    assert design.cells[3].runs[0].target == "summary"


def test_the_places_that_the_checklist_names_are_sections(two_groups: Document) -> None:
    from crlm.study.analysis import strobe

    named = [
        one
        for one in vars(strobe).values()
        if isinstance(one, tuple) and len(one) == 2 and isinstance(one[0], str)
    ]
    sections = {(section.title, section.id) for section in two_groups.sections}
    assert len(named) >= 8 and set(named) <= sections


def test_a_place_that_is_not_in_the_report_is_no_link(results: Results) -> None:
    item = results.strobe[0].model_copy(update={"anchor": "nowhere", "where": "Nowhere"})
    strobe = table(build_document(results.model_copy(update={"strobe": (item,)})), "strobe-checklist")
    assert strobe.body[1].cells[3].text == "Nowhere"
    assert strobe.body[1].cells[3].runs[0].target is None


def test_the_worst_findings_come_first(two_groups: Document) -> None:
    assert [one.cells[0].text for one in table(two_groups, "findings").body] == ["Error", "Warning", "Note"]


def test_the_summary_tells_the_main_numbers(two_groups: Document, results: Results) -> None:
    bullets = next(block for block in two_groups.sections[0].blocks if isinstance(block, BulletList))
    first = plain(bullets.items[0])
    overall = results.endpoints[0].overall
    assert first.startswith(
        f"Overall survival. {overall.events} events in 194 patients; median {overall.median.value:.1f} months"
    )
    assert "event-free at 12 months" in first and first.endswith("log-rank test: p = 0.012.")
    assert "median not reached" in plain(bullets.items[2])


def test_provenance_holds_both_hashes_in_full(two_groups: Document, results: Results) -> None:
    items = next(block for block in two_groups.sections[-1].blocks if isinstance(block, KeyValues))
    told = {term: plain(value) for term, value in items.items}
    assert results.provenance.protocol_sha256 in told["Protocol"]
    assert results.provenance.data.sha256 in told["Data"]
    assert told["Synthetic"] == "yes" and told["Seed"] == "1"


def test_sections_without_anything_to_say_are_absent(results: Results) -> None:
    from crlm.study.protocol.model import Reporting

    silent = results.model_copy(
        update={"reporting": Reporting(), "models": (), "baseline": (), "subgroups": (), "findings": ()}
    )
    document = build_document(silent)
    assert [section.id for section in document.sections] == [
        "summary", "methods", "population", "outcomes", "data", "strobe", "protocol", "provenance",
    ]  # fmt: skip


def test_every_number_of_the_results_is_only_formatted(results: Results) -> None:
    """Changing a number in the results changes the report; nothing is worked out anew."""
    flow = results.flow.model_copy(update={"final": 123456})
    document = build_document(results.model_copy(update={"flow": flow}))
    figure = next(one for one in document.figures() if one.id == "flow-chart")
    assert "n = 123,456" in figure.svg


def test_footnotes_share_marks_and_run_past_z() -> None:
    notes = Footnotes()
    marks = [notes.mark(f"note {k}") for k in range(28)]
    assert (marks[0], marks[25], marks[26], marks[27]) == ("a", "z", "aa", "ab")
    assert notes.mark("note 0") == "a"
    assert notes.mark(None) == notes.mark("") == ""


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("no events", "No events."),
        ("p is undefined", "p is undefined."),
        ("CEA is constant.", "CEA is constant."),
        ("p", "p."),
    ],
)
def test_sentences(given: str, expected: str) -> None:
    assert sentence_case(given) == expected


def test_words_in_a_row() -> None:
    assert [listed(one) for one in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert [lower_first(one) for one in ("Overall survival", "ASA class", "R0", "I")] == [
        "overall survival",
        "ASA class",
        "R0",
        "I",
    ]
