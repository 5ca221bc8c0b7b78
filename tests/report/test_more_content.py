"""What the report says of odds, exposures, clusters, pairs, cumulative incidence, and of whom."""

from __future__ import annotations

import pytest

from crlm.rendering.tree import Document, Paragraph, Section, plain
from crlm.study.report import build_document

from .sample_more import LATE, rich_results
from .test_content import note, row, table, texts


@pytest.fixture(scope="module")
def rich() -> Document:
    return build_document(rich_results())


def notes(document: Document, identifier: str) -> str:
    return " ".join(one.text for one in table(document, identifier).footnotes)


def test_a_logistic_table_speaks_of_odds_and_of_whom(rich: Document) -> None:
    found = table(rich, "table-logistic-early")
    assert "OR (95% CI)" in [one.text for one in found.header[1]]
    said = notes(rich, "table-logistic-early")
    assert "OR: odds ratio" in said and "profile likelihood" in said and "ties" not in said
    assert "165 tumours, 92 events" in said and "Only tumours of whom this is known to hold" in said
    assert "190 tumours with a known outcome. Left out: Early recurrence unknown: 4." in said
    assert "area under the ROC curve: 0.66" in said and "Proportional hazards" not in said
    figure = next(one for one in rich.figures() if one.id == "forest-logistic-early")
    assert "Odds ratio" in figure.svg and "Hazard ratio" not in figure.svg


def test_a_fine_gray_table_has_no_concordance(rich: Document) -> None:
    said = notes(rich, "table-fine-gray")
    assert "SHR: subdistribution hazard ratio" in said and "concordance" not in said


def test_the_exposure_has_a_line_for_each_model_and_its_corrected_effect_stands_with_the_others(
    rich: Document,
) -> None:
    found = table(rich, "exposure-logistic-early")
    assert [one.cells[0].text for one in found.body] == [
        "Crude", "Multivariable model", "Adjusted for the potential confounders", "Corrected",
    ]  # fmt: skip
    assert texts(found.body[0])[1:4] == ["nothing", "190", "90"]
    said = notes(rich, "exposure-logistic-early")
    assert (
        "more than 10 %" in said and "The crude effect is of 190 tumours and the adjusted one of 180" in said
    )
    main = table(rich, "table-logistic-early").body[-1]
    assert main.cells[0].text.endswith("corrected effect") and texts(main)[5:] == texts(found.body[3])[4:]


def test_the_trail_goes_on_to_the_confounders(rich: Document) -> None:
    found = table(rich, "selection-logistic-early")
    assert [one.text for one in found.header[0]][1] == "Stage" and "PH p" not in [
        one.text for one in found.header[0]
    ]
    assert [texts(one)[1] for one in found.body[-2:]] == ["Potential confounders", "Change of the effect"]


def test_robust_intervals_have_a_table_of_their_own(rich: Document) -> None:
    assert "150 clusters (Patient)" in notes(rich, "robust-logistic-early")
    assert not [one for one in rich.tables() if one.id == "robust-cox-os"]


def test_pairs(rich: Document) -> None:
    found = table(rich, "table-before-after")
    assert [one.text for one in found.header[0]] == [
        "Characteristic",
        "Baseline",
        "Before resection",
        "Pairs",
        "p",
    ]
    cea = row(found, "CEA, ng/mL; median (IQR)")
    assert texts(cea)[1:] == ["12 (10 to 14)", "7 (5 to 9)", "80", "0.002"]
    assert note(found, cea, 4) == ["Wilcoxon signed-rank test.", "3 equal pairs left out of the test."]
    touched = row(found, "Vessels touched")
    assert texts(touched)[1:] == ["40 (40.0)", "20 (22.2)", "90", "\u2013"]
    assert note(found, touched, 4) == ["No p value (McNemar's test): no pair differs."]
    assert texts(row(found, "Bilobar"))[1:3] == ["70 (70.0)", "\u2013"]
    assert texts(row(found, "Lobes"))[3:] == ["\u2013", "\u2013"]


def test_cumulative_incidence(rich: Document) -> None:
    found = table(rich, "survival-dfs")
    assert texts(row(found, "Competing events"))[1:] == ["3", "3", "3"]
    at = row(found, "12 months", after="Cumulative incidence, % (95% CI); at risk")
    assert texts(at)[1].startswith("0.0 (no interval);") and note(found, at, 1) == ["No event up to 12."]
    gray = row(found, "p, Gray's test")
    assert texts(gray)[2] == "0.034" and note(found, gray, 2) == ["Gray's test: chi-square 4.50 on 1 df."]
    figure = next(one for one in rich.figures() if one.id == "incidence-dfs")
    assert "Gray's test p = 0.034" in figure.svg.replace("&#39;", "'").replace("&#x27;", "'")


def test_tumours_are_called_tumours_and_late_groups_are_named(rich: Document) -> None:
    outcomes = next(one for one in rich.sections if one.id == "outcomes")
    endpoint = next(one for one in outcomes.blocks if isinstance(one, Section) and one.id == "endpoint-os")
    paragraphs = [one for one in endpoint.blocks if isinstance(one, Paragraph)]
    assert "194 tumours were analysed" in plain(paragraphs[0].runs)
    assert (plain(paragraphs[1].runs), paragraphs[1].tone) == (LATE, "attention")
    found = table(rich, "survival-os")
    assert found.body[0].cells[0].text == "Tumours" and LATE not in notes(rich, "survival-os")
    assert (
        texts(row(found, "Follow-up of those without the event, months; median (IQR)"))[1]
        == "40.5 (20.3 to 60.0)"
    )
    assert not [one for one in found.body if one.cells[0].text.startswith("Median follow-up")]
    assert "plus and minus a multiple of its standard error" in notes(rich, "survival-os")
    figure = next(one for one in rich.figures() if one.id == "km-groups-os")
    assert "tumours at risk" in figure.caption and "patients" not in figure.caption
