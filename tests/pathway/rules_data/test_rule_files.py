"""The rule files by themselves: counts, references between the files, and what a reader of a page must be told."""

import tomllib
from collections import Counter

import pytest

from crlm.pathway.load import SHIPPED, shipped_rules

# The numbers that the catalogue prints of itself.
KINDS = {"computable": 98, "judgement": 40, "evidence": 57}
ORIGINS = {"deck": 177, "paper": 7, "software": 5, "consequence": 5, "inference": 1}
PER_TOPIC = [8, 9, 21, 7, 21, 22, 10, 9, 7, 13, 8, 9, 3, 9, 3, 4, 10, 5, 7, 6, 4]

# "Met" is unwelcome or a prompt, by the catalogue's own list.
FIRING = {
    "EVAL-07", "FLR-04", "CLI-04", "MSI-03", "OSH-01",
    "RES-04", "RES-05", "RES-06", "RES-07", "PTM-03", "PTM-04", "PTM-07", "MAR-02", "MAR-07", "EGF-02", "EGF-06",
    "HAI-08", "TSH-08", "BEV-03", "NCC-01",
}  # fmt: skip


def table(name):
    return tomllib.loads((SHIPPED / f"{name}.toml").read_text(encoding="utf-8"))


def test_counts():
    rules = shipped_rules()
    assert Counter(rule.kind for rule in rules.rules.values()) == KINDS
    assert Counter(rule.origin for rule in rules.rules.values()) == ORIGINS
    assert [len(topic.rule) for topic in rules.topics] == PER_TOPIC
    assert [topic.number for topic in rules.topics] == list(range(1, 22))


def test_files_are_named_after_their_topics():
    names = [path.stem for path in sorted((SHIPPED / "rules").glob("[0-9]*.toml"))]
    assert names == [f"{topic.number:02d}-{topic.topic}" for topic in shipped_rules().topics]


def test_what_is_unwelcome_fires():
    fires = {id_ for id_, rule in shipped_rules().rules.items() if rule.fires}
    assert fires >= FIRING
    assert all(rule.condition for rule in shipped_rules().rules.values() if rule.fires)


def test_rules_and_conflicts_name_each_other():
    rules = shipped_rules()
    by_conflict = {(id_, one.id) for one in rules.conflicts for id_ in one.rules}
    assert by_conflict == {(id_, amb) for id_, rule in rules.rules.items() for amb in rule.amb}
    assert [one.id for one in rules.conflicts] == [f"AMB-{number:02d}" for number in range(1, 19)]


def test_every_conflict_shows_both_sides():
    for conflict in shipped_rules().conflicts:
        assert len(conflict.sides) >= 2, conflict.id


def test_what_is_not_of_the_deck_says_so():
    for id_, rule in shipped_rules().rules.items():
        if rule.origin == "paper":
            assert rule.ambiguity.startswith("Not in the deck."), id_
            assert all(one.paper for one in rule.source), id_
        elif rule.origin == "software" and id_ != "DER-04":
            assert "convention of this software" in rule.ambiguity, id_
        elif rule.origin == "inference":
            assert "inference" in rule.conclusion, id_


def test_every_rule_but_the_list_of_gaps_in_a_case_has_a_place():
    assert [id_ for id_, rule in shipped_rules().rules.items() if not rule.source] == ["DER-04"]


@pytest.mark.parametrize("name", ["corrections", "gaps"])
def test_corrections_and_gaps_refer_to_what_exists(name):
    rules = shipped_rules()
    entries = table(name)[name.removesuffix("s")]
    for number, one in enumerate(entries, 1):
        assert one["id"] == f"{'COR' if name == 'corrections' else 'GAP'}-{number:02d}"
        slides = one.get("slides", [one.get("slide")])
        assert set(slides) <= set(rules.slides)
        assert set(one["rules"]) <= set(rules.rules)
        attached = {statement for id_ in one["rules"] for statement in rules.rules[id_].evidence}
        assert set(one.get("evidence", [])) <= attached, one["id"]


def test_every_missing_picture_is_a_gap_and_has_no_rule_made_up_for_it():
    rules = shipped_rules()
    missing = [id_ for id_, slide in rules.slides.items() if slide.captured != "text"]
    assert [one["slide"] for one in table("gaps")["gap"]] == missing
    for id_, slide in rules.slides.items():
        if slide.captured == "no":
            for rule in rules.rules.values():
                only_here = all(place.slide == id_ for place in rule.source)
                assert rule.show or not (rule.source and only_here), (rule.id, id_)


def test_evidence_is_listed_once_and_in_order():
    for id_, rule in shipped_rules().rules.items():
        assert list(rule.evidence) == sorted(set(rule.evidence)), id_


def test_displayed_inputs():
    """Inputs that an entry lists and no condition behind it names: those the catalogue says are only displayed."""
    rules = shipped_rules()
    shown = {id_: set(rule.inputs) - rules.support[id_] for id_, rule in rules.rules.items()}
    assert {id_: names for id_, names in shown.items() if names} == {
        "EVAL-01": {"braf_status", "mmr_status"},
        "EVAL-03": {"response_category"},
        "EVAL-07": {"kras_status", "nras_status"},
        "SYN-02": {"hepatic_burden_judgement"},
        "SYN-08": {"periop_chemo_total_months"},
        "RES-03": {"new_hepatic_lesions_on_chemo"},
        "FLR-01": {"flr_denominator"},
        "FLR-05": {"flr_augmentation_done"},
        "PER-04": {"ehd_limited"},
        "TSH-01": {"flr_pct"},
        "TSH-07": {"ras_status", "tp53_status", "response_category", "pathologic_response"},
        "REP-02": {"extrahepatic_disease"},
        "ABL-04": {"max_diameter_mm"},
        "MAR-09": {"ras_status", "tp53_status"},
        "UNR-02": {"kras_status"},
        "BEV-01": {"bevacizumab_last_dose_date", "planned_surgery_date"},
        "EGF-04": {"kras_status", "nras_status"},
        "DLP-07": {"cea_current_ng_ml"},
        "DLI-01": {"steatosis_present"},
        "DLI-03": {"ct_visible", "mri_visible"},
        "FID-01": {"lesion_depth"},
    }
