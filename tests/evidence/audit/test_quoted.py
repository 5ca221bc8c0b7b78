"""What is quoted of series: percentages, parts, survival, ranges, repeats."""

import pytest

from crlm.evidence.audit.checks import (
    statement_parts,
    statement_ranges,
    statement_repeats,
    statement_shares,
    statement_survival,
)
from tests.evidence.audit.small_papers import found, paper, row


def said(number, outcome, text, unit="%", **cells):
    value = float(text) if text.replace(".", "").isdigit() else None
    same = {
        "series": "Smith",
        "year": "2010",
        "context": "liver",
        "arm": "all",
        "locator": "Table 2",
        "n": 40,
    }
    return row(
        "statements", number, outcome=outcome, value_printed=text, value=value, unit=unit, **(same | cells)
    )


def quoted(check, *rows):
    return found(check.CHECK, paper(statements=rows))


@pytest.mark.parametrize(
    ("rows", "findings"),
    [
        ([said(1, "morbidity", "45")], 0),
        ([said(1, "morbidity", "46")], 1),
        ([said(1, "OS", "46", timepoint="5y")], 0),
        ([said(1, "OS 5y", "46")], 0),
        ([said(1, "morbidity", "45", numerator=18)], 0),
        ([said(1, "morbidity", "44", numerator=18)], 1),
        ([said(1, "morbidity", "56", numerator=18, denominator=32)], 0),
        (
            [
                said(1, "recurrence", "80", numerator=32),
                said(2, "operation for recurrence", "56", numerator=18),
            ],
            0,
        ),
        ([said(1, "reason: age", "88.6", arm="dropouts"), said(2, "patients", "44", "n", arm="dropout")], 0),
    ],
)
def test_a_quoted_percentage_is_that_of_a_count(rows, findings):
    assert len(quoted(statement_shares, *rows)) == findings


def test_percentages_of_another_denominator_name_it():
    rows = [said(1, "PVE", "64", n=24), said(2, "morbidity", "73", n=24), said(3, "mortality", "23", n=24)]
    (one,) = quoted(statement_shares, *rows)
    assert one.severity == "doubtful"
    assert "14/22 = 64%, 16/22 = 73%, 5/22 = 23%" in one.explanations[0].sentence
    two = [
        said(1, "left", "35.2", n=135),
        said(2, "patients", "44", "n", arm="b"),
        said(3, "patients", "81", "n", arm="c"),
    ]
    (other,) = quoted(statement_shares, *two)
    assert other.explanations[0].sentence.startswith("44/125 = 35.2%")


def test_a_series_without_size_is_not_run():
    result = statement_shares.CHECK.function(paper(statements=[said(1, "morbidity", "46", n=None)]))
    assert result.tested == 0
    assert "size" in result.not_run[0].reason


@pytest.mark.parametrize(
    ("rows", "findings"),
    [
        ([said(1, "OS median", "69", "months"), said(2, "OS", "37", timepoint="5y")], 1),
        ([said(1, "OS median", "36", "months"), said(2, "OS", "55", timepoint="5y")], 1),
        ([said(1, "OS median", "5.5", "years"), said(2, "OS", "49", timepoint="5y")], 1),
        ([said(1, "OS median", "36", "months"), said(2, "OS", "47", timepoint="5y")], 0),
        ([said(1, "OS median", "60", "months"), said(2, "OS", "50", timepoint="5y")], 0),
        ([said(1, "OS median", "60.4", "months"), said(2, "OS", "50", timepoint="5y")], 0),
        ([said(1, "DFS median", "69", "months"), said(2, "OS", "37", timepoint="5y")], 0),
        ([said(1, "OS 3y", "40"), said(2, "OS 5y", "45")], 1),
        ([said(1, "OS 3y", "45"), said(2, "OS 5y", "45")], 0),
        ([said(1, "DFS 3y", "50"), said(2, "OS 3y", "45")], 1),
        ([said(1, "DFS 3y", "50", arm="b"), said(2, "OS 3y", "45")], 0),
    ],
)
def test_quoted_survival_must_hold_together(rows, findings):
    assert len(quoted(statement_survival, *rows)) == findings


@pytest.mark.parametrize(
    ("rows", "findings"),
    [
        (
            [
                said(1, "DLM", "66", "n"),
                said(2, "patients with DLM", "38", "n"),
                said(3, "DLM per patient", "1.7", "n"),
            ],
            0,
        ),
        (
            [
                said(1, "DLM", "66", "n"),
                said(2, "patients with DLM", "38", "n"),
                said(3, "DLM per patient", "1.9", "n"),
            ],
            1,
        ),
        (
            [
                said(1, "DLM", "66", "n"),
                said(2, "CPR / resected DLM", "3/15", "n/N", numerator=3, denominator=15),
            ],
            0,
        ),
        (
            [
                said(1, "DLM", "12", "n"),
                said(2, "CPR / resected DLM", "3/15", "n/N", numerator=3, denominator=15),
            ],
            1,
        ),
        ([said(1, "CPR / resected DLM", "16/15", "n/N", numerator=16, denominator=15)], 1),
        ([said(1, "any relapse", "75", numerator=30), said(2, "no relapse", "25", numerator=10)], 0),
        ([said(1, "any relapse", "75", numerator=30), said(2, "no relapse", "28", numerator=11)], 1),
        (
            [
                said(1, "number at risk", "40", "n", timepoint="0y"),
                said(2, "number at risk", "20", "n", timepoint="1y"),
            ],
            0,
        ),
        (
            [
                said(1, "number at risk", "40", "n", timepoint="0y"),
                said(2, "number at risk", "41", "n", timepoint="1y"),
            ],
            1,
        ),
        ([said(1, "number at risk", "38", "n", timepoint="0y"), said(2, "patients", "40", "n")], 1),
        ([said(1, "number at risk", "18", "n", arm="a"), said(2, "number at risk", "22", "n", arm="b")], 0),
        ([said(1, "number at risk", "18", "n", arm="a"), said(2, "number at risk", "21", "n", arm="b")], 1),
    ],
)
def test_numbers_of_one_series_must_fit_each_other(rows, findings):
    assert len(quoted(statement_parts, *rows)) == findings


def series(*values, outcome="OS 3y"):
    return [said(n, outcome, value, series=f"Series {n}", n=None) for n, value in enumerate(values, 1)]


@pytest.mark.parametrize(
    ("ends", "severity"),
    [
        ((33.0, 84.0), None),
        ((35.0, 85.0), "contradiction"),
        ((35.0, 60.0), "doubtful"),
        ((30.0, 84.0), "contradiction"),
    ],
)
def test_a_range_in_the_text_is_that_of_its_table(ends, severity):
    text = said(
        9,
        "OS 3y",
        f"{ends[0]:g}–{ends[1]:g}",
        series="Summary",
        year="",
        n=None,
        range_low=ends[0],
        range_high=ends[1],
    )
    findings = quoted(statement_ranges, text, *series("33", "54", "84"))
    assert [one.severity for one in findings] == ([severity] if severity else [])


def test_a_range_without_a_table_is_not_run():
    text = said(9, "OS 3y", "33–84", series="Summary", year="", n=None, range_low=33.0, range_high=84.0)
    result = statement_ranges.CHECK.function(paper(statements=[text, *series("33", "84")]))
    assert result.tested == 0
    assert "three series" in result.not_run[0].reason


def test_a_series_quoted_twice_must_agree():
    twice = [said(1, "completion rate", "82", year=""), said(2, "completion", "80", locator="Table 9")]
    (one,) = quoted(statement_repeats, *twice)
    assert one.severity == "contradiction"
    assert quoted(statement_repeats, twice[0], said(2, "completion", "82", locator="Table 9")) == ()
    assert quoted(statement_repeats, twice[0], said(2, "completion", "80", locator="Table 9", n=41)) == ()


def test_two_series_with_the_same_ranges_are_named():
    def of(number, name, value, low, high):
        return said(number, "number", value, "n", series=name, n=None, range_low=low, range_high=high)

    rows = [of(1, "Owen", "14.5", 4.0, 39.0), of(2, "Owen", "3.5", 1.0, 30.0)]
    alike = [of(3, "Tani", "14.5", 4.0, 39.0), of(4, "Tani", "3.5", 1.0, 30.0)]
    (one,) = quoted(statement_repeats, *rows, *alike)
    assert one.severity == "doubtful"
    assert quoted(statement_repeats, *rows, alike[0]) == ()
