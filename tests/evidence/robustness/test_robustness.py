"""The robustness of published effects: what is taken from papers, and the arithmetic done again."""

import json
from dataclasses import replace

import pytest

from crlm.evidence import paper, papers
from crlm.evidence.robustness import (
    Confounder,
    Effect,
    KnownEffect,
    as_json,
    assess,
    effect_of,
    nearer_limit,
    ras_mutation,
)
from crlm.evidence.robustness.page import document, in_short
from crlm.problems import ArgumentError, DataError
from crlm.rendering.html import render_html

RAS = Confounder("RAS mutation", (KnownEffect("", 2.0, None, None, ""),), 0.4, "")
EFFECT = Effect("an effect", "HR", 1.5, 1.2, 1.875, True, "", False, "")


def library():
    return [paper(one) for one in papers()]


def test_an_effect_of_a_paper():
    effect = effect_of(paper("hellingman-2021"), "E0589")
    assert (effect.measure, effect.estimate, effect.lower, effect.upper) == ("HR", 0.42, 0.25, 0.72)
    assert effect.outcome_common is None
    assert not effect.crude
    assert effect.place == "hellingman-2021, Abstract, E0589"


def test_whether_the_outcome_is_common_is_read_not_guessed():
    known = effect_of(paper("dijkstra-2021"), "E0134")
    assert known.outcome_common is True
    assert "49 of 152" in known.common_because
    assert len(assess(known, None).e_values) == 1
    unknown = assess(effect_of(paper("hellingman-2021"), "E0589"), None)
    assert [name for name, _ in unknown.e_values] == ["common", "rare"]


def test_what_the_library_prints_of_ras():
    """Moretto 2024: 140 of 264 mutated (Table 1); hazard ratios of death 1.38 and 1.53 (Table 3)."""
    found = ras_mutation(library(), "OS")
    assert found.prevalence == pytest.approx(140 / 264)
    assert [one.value for one in found.effects] == [1.38, 1.53]
    assert all("moretto-2024, Table 3" in one.place for one in found.effects)
    assert [one.value for one in ras_mutation(library(), "DFS").effects] == [1.09]
    assert [one.value for one in ras_mutation(library(), "LTPFS").effects] == [1.38, 1.53]
    assert [one.value for one in ras_mutation(library(), "relapse_or_death_6mo", "OR").effects] == [1.5]
    assert [one.value for one in ras_mutation(library(), "relapse_or_death_6mo", "HR").effects] == [
        1.38,
        1.53,
    ]
    assert ras_mutation([paper("buisman-2020")], "OS") is None


def test_by_hand():
    """1.5, a confounder that doubles the hazard in 40 % of the others: (1.5 x 1.4 - 1) / 1 = 1.1 is beyond everybody;
    the limit needs (1.2 x 1.4 - 1) = 68 %; with everybody, 1.5 / (2 / 1.4) = 1.05 is left."""
    (point,) = assess(EFFECT, RAS).tipping
    assert point.estimate.value is None
    assert point.limit.value == pytest.approx(0.68)
    assert (point.most, point.most_exposed) == (pytest.approx(1.05), 1.0)
    mirrored = replace(EFFECT, estimate=1 / 1.5, lower=1 / 1.875, upper=1 / 1.2)
    (point,) = assess(mirrored, RAS).tipping
    # (1.4 / 1.5 - 1) / 1 is below nobody; with nobody, 1.4 / 1.5 is left
    assert point.estimate.value is None
    assert (point.most, point.most_exposed) == (pytest.approx(1.4 / 1.5), 0.0)
    assert point.limit.value == pytest.approx(1.4 / 1.2 - 1)


def test_the_array_is_the_effect_over_the_confounding():
    for one in assess(EFFECT, RAS).array:
        excess = one.confounder_effect - 1
        left = 1.5 * (1 + 0.4 * excess) / (1 + one.exposed * excess)
        assert one.estimate == pytest.approx(left)
        assert one.limit == pytest.approx(left * 1.2 / 1.5)
        assert one.estimate_gone == (left <= 1)
        assert one.limit_gone == (left * 1.2 / 1.5 <= 1)


def test_an_interval_that_includes_one_has_no_limit_to_explain():
    wide = replace(EFFECT, lower=0.9)
    assert nearer_limit(wide) is None
    found = assess(wide, RAS)
    assert found.tipping[0].limit is None
    assert found.e_values[0][1].limit == 1.0
    assert nearer_limit(replace(EFFECT, lower=None)) is None
    assert assess(replace(EFFECT, lower=None, upper=None), RAS).e_values[0][1].limit is None


def test_ras_is_not_its_own_confounder():
    found = assess(effect_of(paper("moretto-2024"), "E0507"), ras_mutation(library(), "OS"))
    assert found.confounder is None
    assert found.confounder_reason == "the effect is that of RAS mutation itself"
    assert (found.tipping, found.array) == ((), ())


def test_fragility_of_derived_counts_only():
    found = assess(effect_of(paper("moretto-2024"), "E0236"), None)
    assert found.effect.table == ((38, 112), (58, 156))
    assert "W0001" in found.effect.table_place
    assert not found.fragility.significant
    hazard = assess(effect_of(paper("hellingman-2021"), "E0589"), None)
    assert hazard.fragility is None
    assert "times" in hazard.fragility_reason


@pytest.mark.parametrize("row", ["E0001", "E0236x"])
def test_rows_that_are_no_effect(row):
    with pytest.raises((ArgumentError, DataError)) as error:
        effect_of(paper("dijkstra-2021"), row)
    assert error.value.problems[0].fix


def test_every_effect_of_the_library_can_be_assessed():
    """Or its estimate lies outside its own interval, which is a misprint, and is refused in words."""
    ras = ras_mutation(library(), "OS")
    assessed = 0
    for one in library():
        for row in one.numbers.effects:
            if row.est is None or row.est <= 0 or row.measure not in ("HR", "OR", "RR"):
                continue
            effect = effect_of(one, row.row_id)
            try:
                found = assess(effect, ras)
            except ValueError as error:
                assert "outside its interval" in str(error)
                continue
            json.dumps(as_json(found), allow_nan=False)
            assert list(in_short(found))
            assessed += 1
    assert assessed > 350


@pytest.mark.parametrize(
    ("name", "row", "words"),
    [
        (
            "hellingman-2021",
            "E0589",
            ["3.03", "1.82", "4.19", "moretto-2024, Table 3, E0507", "cannot explain"],
        ),
        ("dijkstra-2021", "E0134", ["includes 1", "explains the estimate away if 30%", "crude"]),
        ("moretto-2024", "E0236", ["Reverse fragility index: 10", "derived from the printed odds ratio"]),
    ],
)
def test_the_document(name, row, words):
    found = assess(effect_of(paper(name), row), ras_mutation(library(), "OS"))
    page = render_html(document(found, title=paper(name).about.title, created="2026-01-01T00:00:00Z"))
    for one in words:
        assert one in page
    assert "NaN" not in page


@pytest.mark.parametrize("estimate", [1.0, 1.0001, 0.02, 60.0])
@pytest.mark.parametrize("prevalence", [0.0, 0.5, 1.0])
def test_extreme_effects_are_drawn_too(estimate, prevalence):
    effect = replace(EFFECT, estimate=estimate, lower=estimate / 1.5, upper=estimate * 1.5)
    confounders = tuple(KnownEffect("", one, None, None, "") for one in (0.5, 1.0, 2.0, 30.0))
    found = assess(effect, replace(RAS, effects=confounders, prevalence=prevalence))
    page = render_html(document(found, title="", created="2026-01-01T00:00:00Z"))
    assert "nan" not in page
    assert "inf " not in page
