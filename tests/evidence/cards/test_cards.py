"""Evidence cards of small invented papers: what is shown, what is pooled, and why not."""

import datetime
import json
import math

import jsonschema
import pytest

from crlm.evidence import load_paper, paper, papers
from crlm.evidence.audit.finding import CheckResult, Finding, Quoted
from crlm.evidence.audit.run import Audit
from crlm.evidence.cards import evidence_cards, questions, series_cards
from crlm.evidence.cards.document import cards_document, cards_schema
from crlm.evidence.cards.report import cards_report, effect_words, not_noted_words, pooled_sentence
from crlm.evidence.paper import Paper
from crlm.statistics.meta_analysis import pool
from tests.evidence.library.small_paper import TOML, written

DAY = datetime.date(2026, 11, 22)
LIBRARY = [paper(one) for one in papers()]


def silent(one: Paper) -> Audit:
    """An audit that found nothing in three tests."""
    return Audit(one.id, (CheckResult("nothing", 3),))


def small(folder, name, *, ratio=("0,84", "0.50–1.41"), centre="Example Hospital", more="", kind="cohort"):
    """The small paper under another id, with another ratio, centre or kind."""
    path = written(folder, name, effects=('"0,84",0.50–1.41', f'"{ratio[0]}",{ratio[1]}'))
    text = (
        TOML.replace("small-2024", name).replace("Example Hospital", centre).replace('"cohort"', f'"{kind}"')
    )
    (path / "paper.toml").write_text(text + more, encoding="utf-8")
    return load_paper(path)


def card(*given, **asked):
    """The one card of these papers."""
    (one,) = evidence_cards(given, as_of=DAY, auditor=silent, **asked)
    return one


def test_one_study_is_shown_with_everything_and_not_pooled(tmp_path):
    one = card(small(tmp_path, "small-2024"))
    (study,) = one.studies
    assert (study.n, study.year, study.age_years, study.inclusion) == (120, 2024, 2, "2015 to 2020")
    assert study.groups == ("ablation: 40 patients", "resection: 80 patients")
    assert study.events == ("45",)
    (effect,) = study.effects
    assert effect.printed == "0,84 (0.50–1.41), p <0.001" and effect.adjusted
    assert (effect.estimate, effect.lower, effect.upper) == (0.84, 0.5, 1.41)
    assert one.title == "Ablation against resection: overall survival (OS)"
    assert one.pooled.estimate is None
    assert one.pooled.refusals == (
        "only one study, Example 2024, has an effect that fits: there is nothing to pool",
    )
    assert "Not pooled: only one study" in pooled_sentence(one)


def test_two_alike_studies_are_pooled(tmp_path):
    """The pooled ratio is that of the statistics room for the same logarithms and standard errors."""
    one = card(
        small(tmp_path, "a-2024"), small(tmp_path, "b-2024", ratio=("0,60", "0.40–0.90"), centre="Other")
    )
    errors = [math.log(high / low) / 2 / 1.959963984540054 for low, high in ((0.5, 1.41), (0.4, 0.9))]
    expected = pool(
        [math.log(0.84), math.log(0.6)], [e * e for e in errors], method="REML", interval="knapp-hartung"
    )
    assert one.pooled.estimate == pytest.approx(math.exp(expected.estimate.value), rel=1e-9)
    assert one.pooled.studies == ("a-2024", "b-2024")
    assert not one.pooled.refusals


def test_the_same_patients_are_not_pooled(tmp_path):
    one = card(small(tmp_path, "a-2024"), small(tmp_path, "b-2024"))
    assert one.pooled.estimate is None
    assert any("may hold the same patients" in reason for reason in one.pooled.refusals)
    assert one.overlaps


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"population": ("small-crlm", "large-crlm")}, "different populations"),
        ({"kind": "trial"}, "randomised trial"),
    ],
)
def test_what_is_not_alike_is_not_pooled(tmp_path, change, reason):
    other = small(tmp_path, "b-2024", centre="Other", kind=change.get("kind", "cohort"))
    if "population" in change:
        text = (other.folder / "paper.toml").read_text(encoding="utf-8").replace(*change["population"])
        (other.folder / "paper.toml").write_text(text, encoding="utf-8")
        other = load_paper(other.folder)
    one = card(small(tmp_path, "a-2024"), other)
    assert one.pooled.estimate is None
    assert any(reason in said for said in one.pooled.refusals)


def test_an_impossible_number_is_not_pooled_and_is_named(tmp_path):
    def doubting(one: Paper) -> Audit:
        quoted = Quoted("E1", "Table 2", "OS", "0,84")
        finding = Finding("interval", "impossible", "The estimate lies outside", (quoted,), "0.84 > 0.5")
        return Audit(one.id, (CheckResult("interval", 1, (finding,)),))

    given = (small(tmp_path, "a-2024"), small(tmp_path, "b-2024", centre="Other"))
    (one,) = evidence_cards(given, as_of=DAY, auditor=doubting)
    assert one.studies[0].audit.doubts[0].title == "The estimate lies outside"
    assert any("impossible as printed" in said for said in one.pooled.refusals)


def test_an_adjusted_effect_that_cannot_be_used_is_named_rather_than_replaced(tmp_path):
    """The adjusted ratio lies outside its interval: the crude one is not pooled in its place."""
    one = written(tmp_path, "a-2024", effects=("0.50–1.41", "0.90–1.41"))
    rows = (one / "effects.csv").read_text(encoding="utf-8")
    rows += "E2,Table 2,OS,univariable,treatment_group,binary,Ablation,Resection,HR,0.80,0.50–1.28,0.35\n"
    (one / "effects.csv").write_text(rows, encoding="utf-8")
    text = TOML.replace("small-2024", "a-2024").replace('["E1"]', '["E1", "E2"]')
    (one / "paper.toml").write_text(text, encoding="utf-8")
    other = small(tmp_path, "b-2024", centre="Other")
    found = card(load_paper(one), other)
    assert found.pooled.estimate is None
    assert any(
        "E1 (Table 2): the ratio 0,84 lies outside its interval" in said for said in found.pooled.refusals
    )


def test_an_effect_printed_the_other_way_round_is_turned_and_says_so(tmp_path):
    """0.84 (0.50 to 1.41) of ablation is 1.19 (0.71 to 2.00) of resection: 1 / 0.84, 1 / 1.41, 1 / 0.50."""
    other = small(tmp_path, "b-2024")
    asked = 'endpoint = "OS"\ntreatment = "resection"\ncontrol = "ablation"\neffects'
    text = (other.folder / "paper.toml").read_text(encoding="utf-8")
    (other.folder / "paper.toml").write_text(
        text.replace('endpoint = "OS"\neffects', asked), encoding="utf-8"
    )
    one = card(load_paper(other.folder))
    (effect,) = one.studies[0].effects
    assert one.title.startswith("Resection against ablation") and effect.turned and effect.estimate == 0.84
    assert (effect.ratio, effect.ratio_lower, effect.ratio_upper) == pytest.approx((1 / 0.84, 1 / 1.41, 2.0))
    assert effect_words(effect).startswith(
        "1.19 (0.71 to 2.00), turned: printed for Ablation against Resection as 0,84"
    )
    assert "1.19 (0.71 to 2.00)" in cards_report([one], "2026-11-22T00:00:00Z").figures()[0].svg
    (plain,) = card(small(tmp_path, "a-2024")).studies[0].effects
    assert not plain.turned and effect_words(plain) == plain.printed and plain.ratio == plain.estimate


def test_other_endpoints_of_the_comparison_are_named(tmp_path):
    other = small(tmp_path, "b-2024")
    text = (
        (other.folder / "paper.toml")
        .read_text(encoding="utf-8")
        .replace('endpoint = "OS"\neffects', 'endpoint = "DFS"\neffects')
    )
    (other.folder / "paper.toml").write_text(text, encoding="utf-8")
    effects = (other.folder / "effects.csv").read_text(encoding="utf-8").replace(",OS,", ",DFS,")
    (other.folder / "effects.csv").write_text(effects, encoding="utf-8")
    cards = evidence_cards(
        (small(tmp_path, "a-2024"), load_paper(other.folder)), as_of=DAY, auditor=silent, endpoint="OS"
    )
    assert cards[0].related == ("Example 2024 has the same comparison with disease-free survival (DFS)",)
    assert "may hold the same patients" in cards[0].overlaps[0]


def test_every_question_of_the_shipped_library_has_a_card():
    shipped = [paper(one) for one in papers()]
    cards = evidence_cards(shipped, as_of=DAY, auditor=silent)
    assert [(one.comparison, one.endpoint) for one in cards] == list(questions(shipped))
    document = cards_document(cards)
    jsonschema.validate(json.loads(json.dumps(document)), cards_schema())
    page = cards_report(cards, "2026-11-22T00:00:00Z")
    assert len(page.sections) == len(cards)


TITLES = {
    "adjuvant-haip-versus-none/OS": "Adjuvant hepatic arterial infusion pump chemotherapy against no pump "
    "chemotherapy: overall survival (OS)",
    "alpps-versus-two-stage-hepatectomy/OS": "ALPPS against two-stage hepatectomy: overall survival (OS)",
    "alpps-versus-two-stage-hepatectomy/resection": "ALPPS, as randomised against conventional two-stage hepatectomy, "
    "as randomised: resection",
    "nac-then-local-versus-upfront-local/LTPFS": "Tumours after neoadjuvant chemotherapy against tumours treated "
    "upfront: local tumour progression-free survival (LTPFS)",
    "nac-then-local-versus-upfront-local/PFS": "NAC followed by repeat local treatment against upfront repeat local "
    "treatment: progression-free survival (PFS)",
    "primary-resected-versus-in-place/relapse_or_death_6mo": "Primary tumour resected at baseline against primary "
    "tumour not resected at baseline: relapse or death within 6 months",
    "primary-resected-versus-in-place/DFS": "Primary tumour resected at baseline against primary tumour not resected "
    "at baseline: disease-free survival (DFS)",
    "local-treatment-after-relapse-versus-none/post_relapse_OS": "At least one locoregional treatment after relapse "
    "against no locoregional treatment after relapse: OS after relapse",
}
"""Written by hand from what the papers compare: a paper has several variables with the levels Yes and No."""


def test_a_card_names_the_groups_of_its_own_comparison():
    cards = {one.id: one for one in evidence_cards(LIBRARY, as_of=DAY, auditor=silent)}
    assert {name: cards[name].title for name in TITLES} == TITLES
    primary = cards["primary-resected-versus-in-place/DFS"]
    assert primary.studies[0].groups == (
        "primary tumour resected at baseline: 154 patients",
        "primary tumour not resected at baseline: 114 patients",
    )
    assert "fewer events in the same time with the first, so longer disease-free" in primary.direction
    resected = cards["alpps-versus-two-stage-hepatectomy/resection"]
    assert resected.direction.endswith("below 1: resection is less frequent with the first")
    deaths = cards["alpps-versus-two-stage-hepatectomy/death_90_days"].studies[0]
    assert [one.population for one in deaths.effects] == ["randomised", "resected"]
    assert cards["alpps-versus-two-stage-hepatectomy/OS"].pooled.refusals == (
        "no paper of the library prints an effect of its own that answers this",
    )
    assert cards["alpps-versus-two-stage-hepatectomy/OS"].related == (
        "ligro has the same comparison with resection and death within 90 days",
    )


def test_levels_that_say_nothing_alone_are_named_with_their_variable(tmp_path):
    """No group of the paper is a level of "kras": its Yes is not the Yes of another variable."""
    path = written(tmp_path, effects=("treatment_group,binary,Ablation,Resection", "kras,binary,Yes,No"))
    text = TOML.replace('level = "Ablation"', 'level = "Yes"').replace('level = "Resection"', 'level = "No"')
    (path / "paper.toml").write_text(text, encoding="utf-8")
    one = card(load_paper(path))
    assert one.title == "Kras: Yes against kras: No: overall survival (OS)"
    assert one.studies[0].groups == ()


def test_cautions_are_of_the_question_and_the_usual_biases_come_first():
    """Moretto's immortal time is of treatment after relapse, and not of the primary tumour."""
    (primary,) = evidence_cards(
        LIBRARY, comparison="primary-resected-versus-in-place", endpoint="DFS", as_of=DAY, auditor=silent
    )
    kinds = [one.kind for one in primary.studies[0].cautions]
    assert kinds[:2] == ["confounding-by-indication", "missing-ras"] and "immortal-time" not in kinds
    assert primary.studies[0].not_noted == ("immortal-time",)
    assert not_noted_words(primary.studies[0]) == "Not noted, which is not absent: immortal time."
    (relapse,) = evidence_cards(
        LIBRARY, comparison="local-treatment-after-relapse-versus-none", as_of=DAY, auditor=silent
    )
    assert relapse.studies[0].cautions[0].kind == "immortal-time"
    for one in evidence_cards(LIBRARY, as_of=DAY, auditor=silent):
        for study in one.studies:
            assert study.kind != "trial" or not study.not_noted
            assert not {*study.not_noted} & {caution.kind for caution in study.cautions}


def test_the_two_amsterdam_studies_are_never_pooled_silently():
    shipped = [paper(one) for one in papers()]
    cards = evidence_cards(
        shipped, comparison="nac-then-local-versus-upfront-local", as_of=DAY, auditor=silent
    )
    for one in cards:
        assert any(
            "Dijkstra 2021 and Hellingman 2021 may hold the same patients" in said for said in one.overlaps
        )


def test_statements_are_gathered_by_series():
    deck = paper("deck-2024")
    cards = series_cards(deck, ["D0317", "D0312", "D0316", "D0313"], 2026)
    assert [(one.label, len(one.numbers), one.age_years) for one in cards] == [
        ("Adam 2016", 2, 10), ("Baumgart 2019", 2, 7),
    ]  # fmt: skip
    assert [one.printed for one in cards[0].numbers] == ["20 months", "37 months"]
    with pytest.raises(KeyError):
        series_cards(deck, ["D9999"], 2026)
