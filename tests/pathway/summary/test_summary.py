"""What the summary says of patients whose results are worked out by hand, and what it never does."""

import random

import pytest

from crlm.pathway.load import shipped_rules

from ..random_cases import changed_case, random_case
from .cases import BASELINE, NAMES, changed, given, summed_up, vignette

RULES = shipped_rules()
SIGNS = {"met": {"yes", "warning"}, "not_met": {"no"}, "unknown": {"unknown"}, "gate_unknown": {"unknown"}}


def every_answer(summary):
    """All answers of a summary."""
    found = [summary.remnant, *summary.warnings]
    found += [
        one
        for group in summary.factors
        for one in (*group.left, *group.right, *group.neither, *group.unknown)
    ]
    return found + [one for option in summary.options for one in option.conditions]


def group(summary, title):
    """The group of factors with a title."""
    return next(one for one in summary.factors if title in one.title)


def option(summary, title):
    """The option with a title, None when it is not on the page."""
    return next((one for one in summary.options if one.title == title), None)


def test_everything_for_surgery():
    """C01: one metastasis of 32 mm, one lobe, 20 months, remnant 60 % of a normal liver."""
    _, summary = summed_up(vignette("C01"))
    assert summary.technical_class == "resectable" and not summary.class_open
    assert [one.answer for one in summary.biology] == ["n/a", "no", "no"]
    factors = group(summary, "Liver first")
    assert [one.rule for one in factors.left] == [f"UPF-0{k}" for k in range(1, 8)]
    assert factors.right == () and all(one.result == "not_met" for one in factors.neither)
    first = option(summary, "Operate on the liver first")
    assert first.applies == "yes" and {one.rule: one.result for one in first.conditions}["UPF-09"] == "met"
    assert option(summary, "Enlarge the remnant") is None


def test_unknown_parenchyma_leaves_the_class_open_and_is_missing_first():
    """26 % is enough for a normal liver (20) and too little for an injured one (30)."""
    _, summary = summed_up(given("bilobar"))
    assert summary.technical_class == "undetermined" and not summary.class_known and summary.class_open
    first = summary.missing[0]
    assert first.input == "parenchyma_status" and first.decides_class and first.urgency == 0
    assert first.question == RULES.inputs["parenchyma_status"].question
    assert "the technical class" in first.holds_up
    assert option(summary, "Enlarge the remnant").applies == "unknown"
    _, normal = summed_up(changed(given("bilobar"), parenchyma_status="normal", liver_involvement_pct=20))
    assert normal.technical_class == "resectable"
    _, injured = summed_up(changed(given("bilobar"), parenchyma_status="chemo_injury"))
    assert injured.technical_class == "borderline"
    assert option(injured, "Enlarge the remnant").applies == "yes"


def test_chemotherapy_already_given_takes_the_factors_of_surgery_first_away():
    _, summary = summed_up(given("bilobar"))
    factors = group(summary, "Liver first")
    assert factors.left == factors.right == () and "chemotherapy has been given" in factors.not_applicable


def test_a_flag_of_biology_is_unknown_and_never_no():
    _, summary = summed_up({"prior_chemo": "yes"})
    assert {one.answer for one in summary.biology} == {"unknown ?"}
    _, raised = summed_up({"response_category": "PD"})
    assert (raised.biology[0].flag, raised.biology[0].answer) == ("progression", "! yes")
    _, half = summed_up({"response_category": "SD"})
    assert half.biology[0].answer == "unknown ?", "new lesions are not known"


def test_contradictions_stand_beside_the_result():
    _, summary = summed_up(given("recurrence"))
    assert [one.id for one in summary.contradictions] == ["metachronous-without-interval"]
    assert summary.contradictions[0].used
    _, impossible = summed_up({"flr_pct": 140})
    assert not impossible.contradictions[0].used


def test_four_metastases_bring_both_sides():
    """AMB-01: fewer than five, and more than three."""
    _, summary = summed_up(changed(BASELINE, n_crlm=4))
    found = next(one for one in summary.disagreements if one.id == "AMB-01")
    assert found.bites == "yes" and found.about_values and len(found.sides) >= 2
    factors = group(summary, "Liver first")
    assert "UPF-03" in {one.rule for one in factors.left}
    assert "PER-08" in {one.rule for one in factors.right}


def test_nothing_known_says_nothing():
    _, summary = summed_up({})
    assert summary.technical_class == "undetermined"
    assert all(one.value is None for group in summary.known for one in group.values)
    assert all(not (one.left or one.right or one.neither) for one in summary.factors)
    assert group(summary, "curative").unknown


@pytest.mark.parametrize("seed", range(12))
def test_answers_are_those_of_the_evaluation(seed):
    """Unknown is framed as unknown, not met as no; what is unwelcome is a warning outside the two columns."""
    rng = random.Random(seed)
    values = random_case(rng, RULES.inputs) if seed % 2 else changed_case(rng, RULES.inputs, BASELINE)
    evaluation, summary = summed_up(values)
    for one in every_answer(summary):
        assert one.result == evaluation.result(one.rule)
        assert one.sign in SIGNS.get(one.result, {"plain"})
    for factors in summary.factors:
        assert not {one.result for one in (*factors.left, *factors.right)} & {"unknown", "gate_unknown"}
        assert {one.result for one in factors.unknown} <= {"unknown", "gate_unknown"}
    for one in every_answer(summary):
        assert one.result != "na"
    for answer in (one for choice in summary.options for one in choice.conditions):
        unwelcome = RULES.rules[answer.rule].fires and answer.result == "met"
        assert (answer.sign == "warning") is unwelcome
    assert [one.id for one in summary.contradictions] == [one.id for one in evaluation.contradictions]
    hanging = {one.name for one in evaluation.missing if one.settles or one.open_labels}
    assert hanging <= {one.input for one in summary.missing} <= {one.name for one in evaluation.missing}
    assert {one.id for one in summary.disagreements} == {one.conflict.id for one in evaluation.conflicts}


@pytest.mark.parametrize("seed", range(8))
def test_every_unwelcome_result_is_on_the_page_or_a_prompt(seed):
    rng = random.Random(100 + seed)
    evaluation, summary = summed_up(random_case(rng, RULES.inputs, unknown=0.3))
    shown = {one.rule for one in every_answer(summary)}
    met = {id_ for id_, rule in RULES.rules.items() if rule.fires and evaluation.result(id_) == "met"}
    assert met - shown <= {"EVAL-07", "FLR-04", "MSI-03", "CLI-04"}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_missing_stands_by_urgency_then_as_it_settles(name):
    _, summary = summed_up(given(name))
    assert [one.urgency for one in summary.missing] == sorted(one.urgency for one in summary.missing)
    assert all(one.decides_class <= (one.urgency == 0) for one in summary.missing)


def test_what_is_not_in_the_deck_is_named():
    _, summary = summed_up(given("recurrence"))
    named = {one.split(" ")[0] for one in summary.conventions}
    shown = {one.rule for one in every_answer(summary)}
    assert {id_ for id_ in shown if RULES.rules[id_].origin != "deck"} <= named
    assert all(RULES.rules[id_].origin != "deck" for id_ in named)


def test_what_would_tell_whether_an_option_applies():
    """Anti-EGFR treatment is for whom systemic therapy is discussed for; a RAS mutation answers something else."""
    values = changed(BASELINE, ras_status="kras_mutant", systemic_therapy_considered=None)
    _, summary = summed_up(values)
    found = option(summary, "Anti-EGFR treatment")
    assert found.applies == "unknown"
    assert any("ystemic therapy" in one for one in found.would_tell)
    assert not any("mutant" in one for one in found.would_tell)
    _, asked = summed_up(changed(values, systemic_therapy_considered="yes"))
    assert option(asked, "Anti-EGFR treatment").applies == "yes"
    assert option(asked, "Anti-EGFR treatment").would_tell == ()
    _, not_asked = summed_up(changed(values, systemic_therapy_considered="no"))
    assert option(not_asked, "Anti-EGFR treatment") is None


@pytest.mark.parametrize("seed", range(6))
def test_an_option_that_may_apply_says_what_would_tell(seed):
    rng = random.Random(200 + seed)
    _, summary = summed_up(random_case(rng, RULES.inputs, unknown=0.5))
    for one in summary.options:
        assert bool(one.would_tell) is (one.applies == "unknown"), one.title
