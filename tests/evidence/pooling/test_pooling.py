"""Estimates from printed rows and tables, what is done to them, and when they are not pooled."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from crlm.evidence import CohortSource, load_paper, paper, papers
from crlm.evidence.pooling import (
    Estimate,
    Found,
    LeftOut,
    Source,
    by_question,
    by_rows,
    by_term,
    estimate_of_row,
    inverted,
    overlaps,
    pool_estimates,
    pooling_document,
    read_table,
    rescaled,
)
from crlm.evidence.pooling.audited import doubts
from crlm.evidence.pooling.estimate import amount_of
from crlm.evidence.pooling.overlap import shared_patients
from crlm.evidence.pooling.report import report
from crlm.problems import ArgumentError, DataError
from crlm.rendering.html import render_html
from crlm.statistics.meta_analysis import pool
from tests.golden import golden

TUBERCULOSIS = Path(__file__).parents[2] / "data" / "tuberculosis.csv"
PAPERS = [paper(one) for one in papers()]
BCG = golden("meta_analysis")["sets"]["tuberculosis_rr"]


def study(name, value=0.0, error=0.2, **changes):
    plain = Estimate(
        name, name, "HR", value, error, "interval", "", (Source(name, "E1", "Table 1"),), endpoint="OS"
    )
    return replace(plain, **changes)


def asked(*estimates, **options):
    return pool_estimates(Found(estimates), question="?", **options)


def kinds(answer):
    return [one.kind for one in answer.refusals]


def with_effects(tmp_path, rows):
    """A paper in the format with these effects."""
    folder = tmp_path / "smith-2020"
    folder.mkdir()
    (folder / "paper.toml").write_text(
        '[paper]\nid = "smith-2020"\nkind = "cohort"\ntitle = "T"\nauthors = ["Smith, A."]\nyear = 2020\n'
        '[[cohort]]\nsource = "Somewhere"\nfrom = "2001"\nto = "2010"\nplace = "Methods"\n'
        '[[question]]\ncomparison = "local-versus-systemic"\npopulation = "all"\nendpoint = "OS"\n'
        'treatment = "local"\ncontrol = "systemic"\neffects = ["E1"]\n'
    )
    header = (
        "row_id,locator,population,endpoint,unit_of_analysis,model,term,term_type,level,reference,measure,"
        "est_printed,ci_printed,p_printed,est,ci_low,ci_high,p_op,p,p_kind\n"
    )
    (folder / "effects.csv").write_text(header + "".join(f"{row}\n" for row in rows))
    return load_paper(folder)


BINARY = "Table 2,all,OS,patient,multivariable,strategy,binary"


def test_a_row_with_an_interval_gives_log_and_standard_error():
    one = paper("hellingman-2021")
    found = estimate_of_row(one, one.row("E0589"))
    assert found.printed == "0.42 (0.25-0.72)"
    assert found.value == pytest.approx(math.log(0.42))
    assert found.standard_error == pytest.approx((math.log(0.72) - math.log(0.25)) / (2 * 1.959963984540054))
    assert found.sources == (Source("hellingman-2021", "E0589", "Abstract"),)
    assert found.obtained == "interval" and found.label == "Hellingman 2021" and found.adjusted


def test_a_row_with_a_p_only_is_used_with_a_caution(tmp_path):
    one = with_effects(tmp_path, [f"E1,{BINARY},local,systemic,HR,0.50,,0.04,0.50,,,=,0.04,wald"])
    found = estimate_of_row(one, one.row("E1"))
    assert found.obtained == "p" and "rough" in found.cautions[0]
    assert found.standard_error == pytest.approx(math.log(2) / 2.053748910631823)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("0.50,,<0.001,0.50,,,<,0.001,wald", "neither an interval nor a p that is a number"),
        ("1.00,,0.99,1.00,,,=,0.99,wald", "same z"),
        ("Reference,,,,,,,,", "no ratio is printed"),
        ("2.50,1.1–2.2,,2.50,1.1,2.2,,,", "outside its interval"),
    ],
)
def test_a_row_that_makes_no_estimate_is_left_out_with_its_reason(tmp_path, cells, words):
    one = with_effects(tmp_path, [f"E1,{BINARY},local,systemic,HR,{cells}"])
    found = estimate_of_row(one, one.row("E1"))
    assert isinstance(found, LeftOut) and words in found.reason and "E1 (Table 2)" in found.reason


def test_a_row_printed_the_other_way_round_is_inverted(tmp_path):
    one = with_effects(tmp_path, [f"E1,{BINARY},systemic,local,HR,2.00,1.25–3.20,,2.00,1.25,3.20,,,wald"])
    (found,) = by_question([one], "local-versus-systemic").estimates
    assert math.exp(found.value) == pytest.approx(0.5)
    assert found.done == ('Smith 2020: inverted, printed as "systemic" against "local"',)
    assert found.reference == "systemic"
    (found,) = by_term([one], "strategy", "OS", level="local", reference="systemic").estimates
    assert math.exp(found.value) == pytest.approx(0.5) and found.done
    (found,) = by_term([one], "strategy", "OS", level="systemic").estimates
    assert math.exp(found.value) == pytest.approx(2.0) and not found.done


def test_units_are_brought_together():
    one = study("a", math.log(1.02), 0.01, unit="per mm")
    per_cm = rescaled(one, "per cm")
    assert math.exp(per_cm.value) == pytest.approx(1.02**10)
    assert per_cm.standard_error == pytest.approx(0.1)
    assert per_cm.done == ('a: from "per mm" to "per cm": logarithm and standard error times 10',)
    assert rescaled(per_cm, "per 10 mm").value == pytest.approx(per_cm.value)
    assert rescaled(study("b", unit="per year"), "per 6 months").standard_error == pytest.approx(0.1)
    left = rescaled(study("c", unit="per year"), "per cm")
    assert isinstance(left, LeftOut) and "cannot be turned" in left.reason
    assert isinstance(rescaled(study("d"), "per cm"), LeftOut)
    assert amount_of("per 5 points") == ("points", 5.0) and amount_of("High") is None


def test_inverting_twice_is_nothing():
    one = study("a", 0.3, counts=(1, 2, 3, 4))
    back = inverted(inverted(one, "x"), "y")
    assert (back.value, back.standard_error, back.counts) == (one.value, one.standard_error, one.counts)


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        (CohortSource(source="AmCORE", start="2010", end="2015"), True),
        (CohortSource(source="amcore ", start="2020-12", end="2022"), True),
        (CohortSource(source="AmCORE", start="2021-01", end="2022"), False),
        (CohortSource(source="AmCORE"), True),
        (CohortSource(source="Other", centres=("Amsterdam UMC",), start="2019"), True),
        (CohortSource(source="Other", centres=("Rotterdam",), start="2010"), False),
    ],
)
def test_the_same_registry_or_hospital_in_years_that_meet_may_share_patients(other, shared):
    one = CohortSource(source="AmCORE", centres=("Amsterdam UMC",), start="2002-05", end="2020-12")
    assert bool(shared_patients(one, other)) is shared
    assert bool(shared_patients(other, one)) is shared


def test_the_two_amsterdam_studies_overlap_and_are_not_pooled():
    rows = [("dijkstra-2021", "E0192"), ("hellingman-2021", "E0589"), ("buisman-2020", "E0563")]
    found = by_rows(PAPERS, rows)
    assert [(one.first, one.second) for one in overlaps(found.estimates)] == [
        ("dijkstra-2021", "hellingman-2021")
    ]
    same = Found(tuple(replace(one, comparison="x", population="") for one in found.estimates))
    refused = pool_estimates(same, question="?")
    assert kinds(refused) == ["overlap"] and refused.pooled is None
    chosen = pool_estimates(same, question="?", keep=["hellingman-2021"])
    assert chosen.pooled is not None and [one.id for one in chosen.estimates] == [
        "hellingman-2021",
        "buisman-2020",
    ]
    assert "dijkstra-2021: left out" in chosen.dropped[0]
    both = pool_estimates(same, question="?", keep=["hellingman-2021", "dijkstra-2021"])
    assert kinds(both) == ["overlap"]


def test_refusals_have_their_reasons():
    assert kinds(asked()) == ["too-few"] == kinds(asked(study("a")))
    assert kinds(asked(study("a"), study("b", measure="OR"))) == ["different-measures"]
    assert kinds(asked(study("a"), study("b", endpoint="PFS"))) == ["different-endpoints"]
    assert kinds(asked(study("a"), study("b", comparison="x"))) == ["different-comparisons"]
    assert kinds(asked(study("a", unit="per cm"), study("b"))) == ["different-units"]
    assert kinds(asked(study("a"), study("a", 0.3), study("b"))) == ["overlap"]
    for answer in (asked(), asked(study("a"), study("b", endpoint="PFS"))):
        assert answer.pooled is None and all(one.sentence for one in answer.refusals)
        assert "not pooled" in render_html(report(answer, "2026-01-01T00:00:00Z")).casefold()


def test_warnings_do_not_stop_the_pooling():
    answer = asked(
        study("a", population="young", adjusted=True),
        study("b", population="old", adjusted=False, cautions=("b: rough",)),
        doubts=("the audit doubts a",),
    )
    assert answer.pooled is not None
    words = " | ".join(answer.warnings)
    for one in (
        "different populations",
        "unadjusted ones (b)",
        "b: rough",
        "the audit doubts a",
        "2 studies say little",
    ):
        assert one in words


def test_what_the_audit_doubts_is_said():
    one = paper("dijkstra-2021")
    assert any("E0063" in found.rows for result in _audited(one) for found in result.findings)
    found = by_rows(PAPERS, [("dijkstra-2021", "E0063")])
    assert any("the audit of dijkstra-2021 finds" in words for words in doubts(found.estimates, PAPERS))


def _audited(one):
    from crlm.evidence.audit import audit

    return audit(one).results


def test_several_rows_that_fit_are_named_not_guessed():
    found = by_term(PAPERS, "size_largest_recurrent", "OS")
    left = {one.id: one.reason for one in found.left_out}
    assert "several rows fit: E0185" in left["dijkstra-2021"]
    (buisman,) = found.estimates
    assert buisman.unit == "per cm"
    tenth = by_term(PAPERS, "size_largest_recurrent", "OS", per="per mm").estimates[0]
    assert tenth.value == pytest.approx(buisman.value / 10)


TABLE = "study;year;events;n;events_reference;n_reference;group\n"


def bcg_table(tmp_path):
    rows = (line.split(",") for line in TUBERCULOSIS.read_text(encoding="utf-8").splitlines()[1:])
    text = TABLE + "".join(f"{r[0]} {r[1]};{r[1]};{r[2]};{r[3]};{r[4]};{r[5]};{r[7]}\n" for r in rows)
    file = tmp_path / "bcg.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_table_of_counts_is_pooled_as_r_does(tmp_path):
    answer = pool_estimates(read_table(bcg_table(tmp_path), measure="RR"), question="BCG")
    expected = BCG["methods"]["REML"]["tests"]["normal"]
    assert answer.pooled.estimate.value == pytest.approx(expected[0], rel=1e-8)
    assert answer.pooled.test.p == pytest.approx(expected[3], rel=1e-8)
    names = [one.name for one in answer.side_by_side]
    assert "Fixed effect, Mantel-Haenszel" in names and "Fixed effect, Peto" not in names
    assert answer.so_far[0].name == "Aronson 1948"
    assert list(answer.groups.levels) == ["random", "alternate", "systematic"]
    assert len(answer.without) == 13
    document = json.loads(json.dumps(pooling_document(answer), allow_nan=False))
    assert document["studies"][0]["sources"] == [{"paper": "bcg.csv", "row": "2", "place": "row 2"}]
    assert document["pooled"]["estimate"]["value"] == pytest.approx(math.exp(expected[0]))
    reversed_ = pool_estimates(read_table(bcg_table(tmp_path), measure="RR"), question="BCG", reverse=True)
    assert reversed_.pooled.estimate.value == pytest.approx(-expected[0], rel=1e-8)


def test_ratios_with_intervals_of_another_level(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("study,estimate,lower,upper,p\nA,0.5,0.3,0.8,\nB,0.9,,,0.4\nC,1.2,,,\nD,0,0.1,2,\n")
    found = read_table(file, measure="HR", level=0.9)
    first, second = found.estimates
    assert first.standard_error == pytest.approx((math.log(0.8) - math.log(0.3)) / (2 * 1.6448536269514722))
    assert second.obtained == "p" and second.cautions
    assert {one.id: one.reason for one in found.left_out} == {
        "C": "neither an interval nor a p stands beside the estimate",
        "D": "0 is not a ratio",
    }


def test_zeros_and_empty_studies_of_a_table(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text(
        "study,events,n,events_reference,n_reference,cohort\nA,0,20,3,20,x\nB,0,20,0,20,y\nC,2,30,6,31,x\n"
    )
    found = read_table(file, measure="OR")
    assert found.estimates[0].cautions == ("1/2 was added to the cells of a table with a 0",)
    assert found.left_out[0].id == "B" and "no ratio can be told" in found.left_out[0].reason
    assert kinds(pool_estimates(found, question="?")) == ["overlap"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("study,events\nA,1\nA,2\n", None),
        ("study,estimate,lower,upper\nA,1,0.5,2\nA,1,0.5,2\n", 'the study "A" has 2 rows'),
        ("studie,estimate\nA,1\n", 'no column "studie"'),
        ("study,estimate\nA,many\n", '"many" is not a number'),
        ("study,events,n,events_reference,n_reference\nA,5,4,1,4\n", "more events than patients"),
        ("study,estimate,lower,upper\n,1,0.5,2\n", "a row has no study"),
    ],
)
def test_a_table_that_cannot_be_read_says_where(tmp_path, text, words):
    file = tmp_path / "t.csv"
    file.write_text(text, encoding="utf-8")
    if words is None:
        assert len(read_table(file, measure="OR").left_out) == 2
        return
    with pytest.raises(DataError) as error:
        read_table(file, measure="OR")
    assert words in str(error.value) and "t.csv" in str(error.value)


def test_the_report_has_its_figures_and_tables(tmp_path):
    answer = pool_estimates(read_table(bcg_table(tmp_path), measure="RR"), question="BCG")
    document = report(answer, "2026-01-01T00:00:00Z")
    assert [one.id for one in document.figures()] == ["forest", "funnel"]
    assert [one.id for one in document.tables()] == [
        *(
            "methods-side-by-side",
            "studies",
            "leave-one-out",
            "influence",
            "cumulative",
            "subgroups",
            "small-studies-tests",
        )
    ]
    forest, funnel = document.figures()
    for study_ in answer.estimates:
        assert study_.label.split()[-1] in forest.svg
    assert "Prediction interval" in forest.svg
    filled = len(answer.trim_and_fill.values) - 13
    assert funnel.svg.count('fill="#ffffff" stroke') == filled + 1  # and one in the key
    assert funnel.svg.count("<circle") == 13 + filled + 2


def test_two_studies_and_sixty_have_reports_too():
    two = asked(study("a", 0.2), study("b", 9.5, 0.02))
    document = report(two, "2026-01-01T00:00:00Z")
    assert "three studies" in render_html(document)
    many = asked(*(study(f"s{k}", 0.01 * k, 0.1 + 0.01 * k, year=1950 + k) for k in range(60)))
    document = report(many, "2026-01-01T00:00:00Z")
    assert [one.id for one in document.figures()] == ["forest", "forest-2", "funnel"]
    assert [one.number for one in document.figures()] == [1, 2, 3]
    same = asked(study("a", 0.2), study("b", 0.2), study("c", 0.2), interval="knapp-hartung")
    assert "do not vary" in same.pooled.estimate.reason
    assert "no interval" in render_html(report(same, "2026-01-01T00:00:00Z"))


def test_the_result_is_that_of_the_statistics():
    answer = asked(
        study("a", 0.1, 0.2),
        study("b", 0.4, 0.3),
        study("c", -0.2, 0.5),
        method="PM",
        interval="knapp-hartung",
    )
    expected = pool([0.1, 0.4, -0.2], [0.04, 0.09, 0.25], method="PM", interval="knapp-hartung")
    assert answer.pooled.estimate.value == pytest.approx(expected.estimate.value, rel=1e-12)
    assert answer.pooled.estimate.lower == pytest.approx(expected.estimate.lower, rel=1e-12)
    assert answer.pooled.weights == pytest.approx(expected.weights, rel=1e-12)


def test_what_the_ratios_of_a_table_are_has_to_be_said(tmp_path):
    from crlm.cli.evidence_pool import pool

    file = tmp_path / "t.csv"
    file.write_text("study,estimate,lower,upper\nA,0.80,0.50,1.28\nB,0.90,0.60,1.35\n", encoding="utf-8")
    with pytest.raises(ArgumentError, match="does not say what its ratios are"):
        pool(file)
    assert read_table(file, measure="HR").estimates[0].printed == "0.80 (0.50 to 1.28)"
