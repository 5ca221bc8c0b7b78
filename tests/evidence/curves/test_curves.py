"""Curves as files and as printed landmarks: what is read, what comes back, and what is refused."""

import csv
import json
from pathlib import Path

import pytest

from crlm.evidence import load_paper, paper
from crlm.evidence.curves import as_json, curve_of, endpoints, pseudo_patients, read_curve, recover
from crlm.evidence.curves.figure import recovery_figure
from crlm.evidence.curves.page import document
from crlm.problems import ArgumentError, DataError
from crlm.rendering.html import render_html
from tests.prove.curves import SETTINGS, measure, public_arms, rms

DOCS = Path(__file__).parents[3] / "docs" / "evidence"
POINTS = "arm,time,survival\na,0,1\na,2,1\na,2,0.9\na,10,0.9\n"
NUMBERS = "arm,time,at_risk\na,0,10\na,5,8\n"


def written(folder, points=POINTS, numbers=NUMBERS):
    path = folder / "OS.csv"
    path.write_text(points, encoding="utf-8")
    if numbers is not None:
        (folder / "OS.at_risk.csv").write_text(numbers, encoding="utf-8")
    return path


def test_a_file_and_its_numbers(tmp_path):
    curve = read_curve(written(tmp_path), events={"a": 1})
    (arm,) = curve.arms
    assert (arm.time, arm.survival) == ((0, 2, 2, 10), (1, 1, 0.9, 0.9))
    assert (arm.at_risk_time, arm.at_risk, arm.events) == ((0, 5), (10, 8), 1)


def test_percentages_and_marks_of_spreadsheets(tmp_path):
    text = "\ufeffarm , time,survival_percent\r\na,0,100\r\n,,\r\na,10, 90\r\n"
    assert read_curve(written(tmp_path, text)).arms[0].survival == (1.0, 0.9)


@pytest.mark.parametrize(
    ("points", "numbers", "code", "row", "column"),
    [
        (POINTS.replace("a,10,0.9", "a,10,nan"), NUMBERS, "curve-cell", 5, "survival"),
        (POINTS.replace("a,10,", "a,,"), NUMBERS, "curve-cell", 5, "time"),
        (POINTS, NUMBERS.replace("8", "7.5"), "curve-cell", 3, "at_risk"),
        (POINTS, NUMBERS.replace("8", "eight"), "curve-cell", 3, "at_risk"),
        (POINTS.replace("survival", "s"), NUMBERS, "curve-columns", 1, None),
        (POINTS.replace("survival", "survival,survival_percent"), NUMBERS, "curve-columns", 1, None),
        ("", NUMBERS, "curve-columns", 1, None),
        (POINTS, "arm,time\n", "curve-columns", 1, None),
    ],
)
def test_what_is_wrong_has_its_place(tmp_path, points, numbers, code, row, column):
    with pytest.raises(DataError) as error:
        read_curve(written(tmp_path, points, numbers))
    problem = error.value.problems[0]
    assert (problem.code, problem.place.row, problem.place.column) == (code, row, column)
    assert problem.fix


def test_every_wrong_row_is_named_at_once(tmp_path):
    points = POINTS.replace("0.9", "x").replace("a,0,", "a,y,")
    with pytest.raises(DataError) as error:
        read_curve(written(tmp_path, points))
    assert [one.place.row for one in error.value.problems] == [2, 4, 5]


def test_statistics_refuse_in_the_words_of_the_curve(tmp_path):
    curve = read_curve(written(tmp_path, POINTS + "a,11,0.95\n"))
    with pytest.raises(DataError, match=r'curve of "a".*never rises'):
        recover(curve)
    curve = read_curve(written(tmp_path, POINTS, NUMBERS + "a,20,3\n"))
    with pytest.raises(DataError, match="follow the curve to its end"):
        recover(curve)


def test_a_known_study_comes_back():
    """Freireich's 42 children: nine and 21 relapses, medians of 23 and 8 weeks, hazard ratio 0.21 in R."""
    curve = read_curve(DOCS / "freireich.csv", events={"6-mercaptopurine": 9, "placebo": 21})
    found = recover(curve)
    drug, placebo = found.arms
    assert (drug.n, drug.events_recovered, placebo.n, placebo.events_recovered) == (21, 9, 21, 21)
    assert drug.median.recovered.value == pytest.approx(23, abs=0.2)
    assert placebo.median.recovered.value == pytest.approx(8, abs=0.2)
    assert 1 / found.comparisons[0].hazard_ratio.recovered.value == pytest.approx(0.2076, abs=0.02)
    assert all(abs(one.given - one.recovered) <= 1 for arm in found.arms for one in arm.at_risk)


def test_pseudo_patients_say_what_they_are():
    found = recover(read_curve(DOCS / "freireich.csv"))
    rows = list(csv.DictReader(pseudo_patients(found).splitlines()))
    assert len(rows) == 42
    assert {row["origin"] for row in rows} == {"reconstructed from a published curve: not patients"}
    assert sum(int(row["event"]) for row in rows if row["arm"] == "placebo") == 21


def test_landmarks_of_a_paper_with_what_is_printed_beside():
    """Distant progression in Dijkstra 2021: its own hazard ratio, 0.798, is not used and comes back."""
    curve, printed = curve_of(paper("dijkstra-2021"), "DPFS")
    assert [one.arm for one in curve.arms] == ["upfront", "nac"]  # the printed ratio's reference first
    assert [(one.at_risk, one.events) for one in curve.arms] == [((120,), 84), ((32,), 19)]
    found = recover(curve, printed)
    assert found.coarse
    ratio = found.comparisons[0].hazard_ratio
    assert (ratio.printed.value, ratio.printed.row_id) == (0.798, "E0066")
    assert ratio.recovered.value == pytest.approx(ratio.printed.value, rel=0.1)
    assert found.log_rank_p.printed.value == 0.377
    assert all(beside.used for arm in found.arms for _, beside in arm.landmarks)
    assert "constant" in found.arms[0].assumptions[0]


def test_only_the_ratio_of_the_arms_themselves_is_laid_beside():
    """Buisman's pump groups have no crude ratio of their own; another yes-or-no variable's is not theirs."""
    _, printed = curve_of(paper("buisman-2020"), "OS")
    assert printed.hazard_ratios == {}


def test_digitised_curves_in_a_paper_come_first(tmp_path):
    folder = tmp_path / "dijkstra-2021"
    (folder / "curves").mkdir(parents=True)
    source = paper("dijkstra-2021").folder
    for name in ("paper.toml", "survival.csv", "effects.csv"):
        (folder / name).write_bytes((source / name).read_bytes())
    points = "arm,time,survival\nupfront,0,1\nupfront,60,0.45\nnac,0,1\nnac,60,0.58\n"
    written(folder / "curves", points, None)
    own = load_paper(folder)
    assert endpoints(own)[0] == "OS"
    curve, printed = curve_of(own, "OS", reference="nac")
    assert [(one.arm, one.at_risk, one.events, one.landmarks) for one in curve.arms] == [
        ("nac", (32,), 10, False),
        ("upfront", (120,), 39, False),
    ]
    assert printed.medians["upfront"].value == 55.4
    with pytest.raises(ArgumentError, match="--reference"):
        curve_of(own, "OS", reference="upfrnt")


def test_what_has_no_curve_is_refused():
    with pytest.raises(ArgumentError, match="no curve"):
        curve_of(paper("moretto-2024"), "OS")


def test_document_and_json():
    curve, printed = curve_of(paper("dijkstra-2021"), "OS")
    found = recover(curve, printed, title="OS, dijkstra-2021")
    text = json.dumps(as_json(found), allow_nan=False)
    assert json.loads(text)["arms"][0]["events_printed"] == 39
    page = render_html(document(found, source="Dijkstra 2021", created="2026-01-01T00:00:00Z"))
    for words in ("these are no patients", "coarse reconstruction", "Table 9, E0134", "55.4", "not reached"):
        assert words in page
    drawing = recovery_figure(found, identifier="x")
    assert "RECONSTRUCTED, NOT PATIENTS" in drawing.svg


def test_public_curves_come_back():
    """A short version of tests/prove/curves.py: three data sets, 100 clicks."""
    from collections import defaultdict

    import numpy as np

    found = defaultdict(list)
    random = np.random.default_rng(1)
    for name, arms, landmarks in public_arms():
        if name in ("gbsg2", "veteran", "pbc"):
            measure(arms, landmarks, SETTINGS[1], random, found)
    assert rms(found["survival"]) < 2.5
    assert rms(found["log HR"]) < 0.08
    assert max(found["at risk"]) <= 2
