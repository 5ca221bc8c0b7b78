"""The sentences, each written here by hand: a case, a rule, and what a surgeon is to read."""

import re

import pytest

from crlm.pathway.evaluate import evaluate
from crlm.pathway.explanation import explain
from crlm.pathway.explanation.explain import follows
from tests.pathway.explanation.cases import RULES, case_of, drawn, full


def explained(given, rule):
    return explain(RULES, evaluate(RULES, case_of(given))).rules[rule]


def reasons(given, rule):
    return [one.words for one in explained(given, rule).reasons]


INJURED = {"flr_pct": 28, "parenchyma_status": "chemo_injury"}
SENTENCES = [
    (
        {"flr_pct": 28, "parenchyma_status": "chemo_injury"}, "FLR-02",
        "Future liver remnant 28 % is below the 30 % asked for",
    ),
    ({"flr_pct": 20, "parenchyma_status": "normal"}, "FLR-01", "Future liver remnant is exactly 20 %"),
    ({"parenchyma_status": "normal"}, "FLR-01", "Future liver remnant is not recorded (at least 20 %?)"),
    (
        {"flr_pct": ">= 30", "parenchyma_status": "normal"}, "FLR-01",
        "Future liver remnant is known to be at least 30 %, so at least 20 %",
    ),
    (
        {"flr_pct": "15 to 25", "parenchyma_status": "normal"}, "FLR-01",
        "Future liver remnant is known to be 15 to 25 %, which leaves open whether it is at least 20 %",
    ),
    ({"max_diameter_mm": 50}, "UPF-01", "Largest metastasis is exactly 50 mm, not below it"),
    ({"max_diameter_mm": 49.9}, "UPF-01", "Largest metastasis 49.9 mm is below 50 mm"),
    ({"liver_involvement_pct": 70}, "RES-04", "Share of the liver involved is exactly 70 %, not above it"),
    ({"n_crlm": 6}, "PER-03", "Number of metastases 6 is above 4"),
    ({"distribution": "bilobar"}, "UPF-02", "Distribution: bilobar, not unilobar"),
    ({"r0_expected": "possible"}, "RES-08", "R0 resection expected: possible, not yes"),
    ({"r0_expected": "no"}, "RES-08", "R0 resection expected: no"),
    ({}, "RES-08", "R0 resection expected: not recorded"),
    ({"portal_vein_invasion": {"one_of": ["left", "both"]}}, "RES-06", "Portal vein invasion: left or both"),
    ({}, "FLR-04", "Future liver remnant is not recorded"),
    ({"n_crlm": 6, "max_diameter_mm": 50}, "MAR-12", "Tumour burden score 7.81 is above 4.5"),
    ({"n_crlm": 6}, "MAR-12", "Largest metastasis is not recorded"),
    (
        {"postop_chemo_planned_months": 3, "preop_chemo_months": 4}, "PTM-06",
        "Perioperative months 7 months is above 6 months",
    ),
    ({"max_diameter_mm": 29}, "PER-01", "Largest metastasis 29 mm is below 50 mm"),
    (
        {"prior_chemo": "yes", "primary_pt_stage": 3, "primary_site": "sigmoid"}, "DLP-09",
        "T stage of the primary: 3, not 1 or 2",
    ),
    ({"prior_chemo": "yes", "primary_pt_stage": 2}, "DLP-09", "T stage of the primary: 2"),
    (
        {"r0_expected": "possible"}, "UNR-01",
        "Technical class (DER-01): borderline, neither unresectable nor borderline or unresectable (MDT judgement)",
    ),
    ({"liver_involvement_pct": 71}, "RES-19", "Technical class (DER-01): unresectable"),
    ({"presentation": "synchronous"}, "SYN-05", "Technical class (DER-01): undetermined"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "rule", "sentence"), SENTENCES)
def test_sentence(given, rule, sentence):
    assert sentence in reasons(given, rule)


def test_a_reason_says_whether_what_is_asked_is_so_and_where_it_stands():
    found = {one.words: one for one in explained({**INJURED, "r0_expected": "no"}, "RES-01").reasons}
    remnant = found["Future liver remnant 28 % is below the 30 % asked for"]
    assert (remnant.holds, remnant.part, remnant.through, remnant.value) == (
        "false",
        "condition",
        "DER-02",
        "28 %",
    )
    assert found["R0 resection expected: no"].through is None
    gate = explained(INJURED, "FLR-02").reasons[0]
    assert (gate.part, gate.holds, gate.words) == (
        "gate",
        "true",
        "Background liver: injured by chemotherapy",
    )


@pytest.mark.parametrize(
    ("parenchyma", "asked"),
    [
        ("normal", "Asked for in this patient: future liver remnant at least 20 %"),
        ("chemo_injury", "Asked for in this patient: future liver remnant at least 30 %"),
        ("fibrosis_cirrhosis", "Asked for in this patient: future liver remnant at least 40 %"),
        (
            None,
            "Asked for: future liver remnant at least 20 % with background liver normal, at least 30 % with background "
            "liver injured by chemotherapy and at least 40 % with background liver fibrotic or cirrhotic",
        ),
    ],
)
def test_the_remnant_that_is_asked_for(parenchyma, asked):
    assert explained({"flr_pct": 25, "parenchyma_status": parenchyma}, "DER-02").notes == (asked,)


def test_the_earliest_date_after_bevacizumab():
    given = {"bevacizumab_received": "yes", "bevacizumab_last_dose_date": "2026-01-05"}
    note = (
        "Earliest date for planned operation: 16 February 2026 (last bevacizumab 5 January 2026, and 42 days)"
    )
    assert explained(given, "BEV-01").notes == (note,)
    assert explained({**given, "bevacizumab_received": "no"}, "BEV-01").notes == ()


@pytest.mark.parametrize(
    ("days", "band"), [(41, "before 42 days"), (42, "42 to 55"), (55, "42 to 55"), (56, "56 days or")]
)
def test_the_band_of_the_restart(days, band):
    assert band in explained({"bevacizumab_restart_days_postop": days}, "BEV-02").notes[0]


def test_changes_in_words():
    said = {
        rule: [one.words for one in explained(INJURED, rule).changes]
        for rule in ("FLR-02", "RES-15", "RES-04")
    }
    assert said == {
        "FLR-02": ["Met if future liver remnant were at least 30 %"],
        "RES-15": ["Met if “fit for major surgery” is yes", "Not met if “fit for major surgery” is no"],
        "RES-04": [
            "Met if share of the liver involved is above 70 %",
            "Not met if share of the liver involved is at most 70 %",
        ],
    }
    two = explain(RULES, evaluate(RULES, full(6))).rules["RES-01"].changes
    assert [one.words for one in two] == [
        "Met if “R0 resection expected” were yes and future liver remnant were at least 20 %"
    ]


def test_a_conclusion_never_stands_bare_beside_a_result_that_it_does_not_belong_to():
    for seed in range(20):
        evaluation = evaluate(RULES, drawn(seed))
        for id_, one in explain(RULES, evaluation).rules.items():
            rule, result = RULES.rules[id_], evaluation.result(id_)
            if rule.labels:
                continue
            if result == "na":
                assert one.follows == ""
            elif result in ("not_met", "unknown", "gate_unknown") and not rule.conclusion.startswith("Met:"):
                assert re.match("If (met|it applies): ", one.follows), id_
            elif result in ("met", "show"):
                assert not one.follows.startswith("If ")
    assert follows(RULES.rules["DER-02"], "met").startswith("Adequate. With unknown parenchyma")
    assert follows(RULES.rules["DER-02"], "not_met").startswith("Inadequate. With unknown parenchyma")
    assert follows(RULES.rules["BEV-02"], "not_met") == "Too early."


def test_what_is_not_in_the_deck_is_labelled():
    for id_, one in explain(RULES, evaluate(RULES, case_of({}))).rules.items():
        assert (one.origin_label == "") == (RULES.rules[id_].origin == "deck")
    assert explained({}, "DER-01").origin_label == "Not in the deck: a convention of this software"


def test_every_result_but_cards_without_a_gate_has_a_reason():
    for seed in range(20):
        for id_, one in explain(RULES, evaluate(RULES, drawn(seed))).rules.items():
            own = RULES.programs[id_]
            assert one.reasons or not own.expressions(), (seed, id_)
            for reason in one.reasons:
                assert not re.search(r"_|None|Span|OneOf|Decimal", reason.words), reason.words


def test_every_input_has_words():
    labels = [one.label for one in RULES.inputs.values()]
    assert None not in labels and len(set(labels)) == len(labels)
    assert all("_" not in one.level_called(level) for one in RULES.inputs.values() for level in one.levels)
