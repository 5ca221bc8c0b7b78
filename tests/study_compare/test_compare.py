"""Every row that a paper printed has a cell in the output, or a reason why not."""

import json

import pytest

from crlm.study.compare import as_json, compare, counts
from crlm.study.compare.cells import quantities
from crlm.study.compare.comparison import in_words
from crlm.study.compare.doubts import short
from crlm.study.compare.mapping import mapped_studies, mapping_of
from crlm.study.compare.page import page
from crlm.study.compare.places import READERS, read
from crlm.study.compare.printed_once import printed_once
from crlm.study.compare.simulated import Simulated, as_text, stored, summarised, values_of
from tests.registry_study.runs import results

STUDIES = mapped_studies()
WITHOUT_PLACE = {"dijkstra-2021": 1, "moretto-2024": 1, "buisman-2020": 8, "hellingman-2021": 0}
"""Boxes of flow charts that are images, or that count patients where the protocol counts episodes."""


NO_SUCH_PLACE = (
    "the results have no",
    *(
        f"has no {part}"
        for part in ("row", "level", "column", "covariate", "group", "numbers", "landmark", "exposure")
    ),
)
"""How a reader of places says that there is no such place."""


def compared(study):
    found = results(study)
    return compare(study, found.study.title, found.study.source, found)


def test_printed_rows_are_facts_with_a_place():
    seen = set()
    for study in STUDIES:
        for row in printed_once(study).rows():
            assert row.row_id not in seen and row.locator and row.status
            seen.add(row.row_id)
    assert len(seen) == 427 + 41 + 64 + 590 + 75 + 28
    with pytest.raises(KeyError):
        printed_once("nothing-2020")


@pytest.mark.parametrize("study", STUDIES)
def test_every_row_has_a_place_or_a_declared_reason(study):
    mapping, reasons = mapping_of(study), 0
    for row in printed_once(study).rows():
        destination = mapping.destination(row)
        assert (destination.place is None) != (destination.reason is None), row.row_id
        if destination.place is not None:
            assert destination.place.split(" ")[0] in READERS, row.row_id
        reasons += destination.place is None
    assert reasons == WITHOUT_PLACE[study]


@pytest.mark.parametrize("study", STUDIES)
def test_every_place_exists_in_a_run(study):
    """A place may be without a number for a reason of the data, never because the results have no such place."""
    mapping, found = mapping_of(study), results(study)
    for row in printed_once(study).rows():
        place = mapping.destination(row).place
        if place is None:
            continue
        there = read(place, found)
        absent = there.reason or ""
        for words in NO_SUCH_PLACE:
            assert words not in absent, (row.row_id, place, absent)
        missing = {one.name for one in quantities(row)} - set(there.values)
        assert not missing or there.reason, (row.row_id, place, missing)


@pytest.mark.parametrize("study", STUDIES)
def test_every_row_is_on_the_page(study):
    comparison = compared(study)
    text = page(comparison, "2026-01-01T00:00:00Z")
    for row in comparison.rows:
        assert f">{row.row_id}<" in text
        assert row.run is not None or row.reason is not None or not row.numbers, row
    assert "SYNTHETIC DATA" in text
    assert json.loads(json.dumps(as_json(comparison)))["counts"] == counts(comparison)


def test_numbers_of_a_run_are_those_of_its_results():
    comparison = {row.row_id: row for row in compared("dijkstra-2021").rows}
    found = results("dijkstra-2021")
    sex = next(one for block in found.baseline[0].blocks for one in block.rows if one.variable == "sex")
    male = next(one for one in sex.levels if one.level == "male").cells["nac"]
    row = comparison["C0004"]
    assert [one.run for one in row.numbers] == [male.n, male.percent]
    assert row.run == f"{male.n} ({male.percent:.1f})"
    nac = next(one for one in found.models[0].terms[0].levels if one.level == "nac").univariable.hazard_ratio
    assert comparison["E0003"].numbers[0].run == nac.value


def test_a_doubted_row_says_so_beside_the_run():
    """Table 1 of dijkstra-2021 prints 6 (83.9) of 31: three checks say that the 6 is wrong, and the page names them."""
    comparison = compared("dijkstra-2021")
    (row,) = [one for one in comparison.rows if one.row_id == "C0067"]
    assert {one.check for one in row.doubts} == {"percent-of-count", "count-of-total", "group-tests"}
    assert short(row.doubts).startswith("Percentages of counts (impossible), ")
    (fine,) = [one for one in comparison.rows if one.row_id == "C0004"]
    assert fine.doubts == ()
    text = page(comparison, "2026-01-01T00:00:00Z")
    assert text.count("The audit doubts the paper here: ") == counts(comparison)["doubted"] > 0
    assert f"The audit doubts the paper here: {short(row.doubts)}" in text


def test_without_a_run_there_are_the_paper_and_what_it_determines():
    comparison = compare("hellingman-2021", "Title", None, None)
    assert counts(comparison)["in_run"] == 0 and comparison.data is None
    assert {row.reason for row in comparison.rows} == {"no run was given"}
    assert len(comparison.recomputed) == 2


def test_numbers_side_by_side():
    assert in_words({"n": "32", "percent": "21.1"}) == "32 (21.1)"
    shown = {"estimate": "0.66", "lower": "0.25", "upper": "1.76", "p": "0.41", "n": "74"}
    assert in_words(shown) == "0.66 (0.25 to 1.76), p 0.41, n 74"
    assert in_words({"median": "6.8", "q1": "4.0", "q3": "13.0"}) == "6.8 (4.0 to 13.0)"
    assert in_words({"percent": "98.6"}) == "98.6%"


def test_distance_in_monte_carlo_standard_errors():
    """By hand: 1, 2 and 3 have mean 2 and standard deviation 1, so 4 lies two away; ratios are logarithms."""
    runs = [{"C0001": {"n": value}} for value in (1.0, 2.0, 3.0)]
    summary = summarised("dijkstra-2021", 3, 1, runs)
    assert summary.cells["C0001"]["n"] == (2.0, 1.0, 3)
    assert summary.distance("C0001", "n", 4.0) is None
    many = Simulated(
        "dijkstra-2021", 3, 50, 1, {"C0001": {"n": (2.0, 1.0, 50)}, "E0003": {"estimate": (0.0, 0.5, 50)}}
    )
    assert many.distance("C0001", "n", 4.0) == 2.0
    assert many.distance("E0003", "estimate", 2.718281828459045) == pytest.approx(2.0)
    assert many.distance("C0002", "n", 4.0) is None
    same = Simulated("dijkstra-2021", 3, 50, 1, {"K0010": {"maximum": (85.0, 1e-13, 50)}})
    assert same.distance("K0010", "maximum", 83.0) is None


def test_a_summary_is_read_as_it_was_written(tmp_path, monkeypatch):
    summary = summarised("dijkstra-2021", 152, 1, [values_of(results("dijkstra-2021"))])
    (tmp_path / "dijkstra-2021.json").write_text(as_text(summary), encoding="utf-8")
    monkeypatch.setattr("crlm.study.compare.simulated.FOLDER", tmp_path)
    assert stored("dijkstra-2021") == summary
    assert stored("moretto-2024") is None


@pytest.mark.parametrize("study", STUDIES)
def test_stored_simulations_are_of_the_rows_that_have_a_place(study):
    """When this fails: python -m tests.prove.compare_studies."""
    summary, mapping = stored(study), mapping_of(study)
    assert summary is not None and summary.runs >= 50
    placed = {row.row_id for row in printed_once(study).rows() if mapping.destination(row).place is not None}
    assert set(summary.cells) <= placed
    assert len(summary.cells) > 0.7 * len(placed)
