"""Conditions in words: hand-written sentences, and nothing gained or lost on the way."""

import random
import re
from dataclasses import replace

import pytest

from crlm.dictionary.expressions.syntax import And, Membership, Name, Not, Number, Or, every_node
from crlm.pathway.case import read_case
from crlm.pathway.conditions.language import id_of, is_of_rule, parse
from crlm.pathway.conditions.words import ConditionWords
from crlm.pathway.facts import CaseFacts
from crlm.pathway.load import shipped_rules
from tests.pathway.random_cases import random_case

RULES = shipped_rules()
WORDS = ConditionWords(RULES)
EVERY = [(id_, expr) for id_, own in RULES.programs.items() for expr in own.expressions()]


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ("n_crlm < 5", "Number of metastases is below 5"),
        ("flr_pct >= 30", "Future liver remnant is at least 30 %"),
        ("20 <= flr_pct < 40", "Future liver remnant is at least 20 and below 40 %"),
        ("fit_major_surgery == 'yes'", "Fit for major surgery: yes"),
        ("fit_major_surgery != 'yes'", "Fit for major surgery: not yes"),
        ("response_category in ['CR', 'PR']", "Response to chemotherapy is CR or PR"),
        ("not response_category in ['CR', 'PR']", "Response to chemotherapy is none of CR and PR"),
        ("recorded(ras_status)", "RAS is recorded"),
        ("not missing(ras_status)", "RAS is known"),
        ("not n_crlm < 5", "Number of metastases is at least 5"),
        (
            "not (n_crlm < 5 and flr_pct >= 30)",
            "Number of metastases is at least 5 or future liver remnant is below 30 %",
        ),
        (
            "n_crlm < 5 and (braf_status == 'V600E' or flr_pct >= 30)",
            "Number of metastases is below 5 and (BRAF is V600E mutant or future liver remnant is at least 30 %)",
        ),
        (
            "response_category in ['CR', 'PR'] and n_crlm < 5",
            "(response to chemotherapy is CR or PR) and number of metastases is below 5",
        ),
        (
            "not certainly(n_crlm < 5 or flr_pct > 30)",
            "It is not certain that (number of metastases is below 5 or future liver remnant is above 30 %)",
        ),
        (
            "preop_chemo_months + postop_chemo_planned_months <= 6",
            "Duration of preoperative chemotherapy plus planned duration of postoperative chemotherapy "
            "is at most 6 months",
        ),
        (
            "technical_class == 'borderline_or_unresectable (MDT judgement)'",
            "Technical class (DER-01) is “borderline or unresectable (MDT judgement)”",
        ),
        ("right_sided", "Site of the primary is caecum, ascending colon or hepatic flexure"),
    ],
)
def test_sentences(condition, sentence):
    assert WORDS.sentence(parse(condition)) == sentence


def test_another_rule_is_named_with_its_title():
    said = WORDS.sentence(parse("met('RES-04') and not_met('DER-02')"))
    assert re.fullmatch(r"RES-04 \(.+\) is met and DER-02 \(.+\) is not met", said)


@pytest.mark.parametrize(("id_", "expr"), EVERY)
def test_every_number_and_every_subject_is_said(id_, expr):
    said = WORDS.sentence(expr)
    for node in every_node(WORDS.spelt_out(expr.root)):
        if isinstance(node, Number):
            assert re.search(rf"(?<![\d.]){re.escape(f'{node.value:g}')}(?![\d.]*\d)", said), (
                id_,
                node.value,
            )
        elif isinstance(node, Name) and node.name in RULES.inputs:
            assert RULES.inputs[node.name].called.lower() in said.lower(), (id_, node.name)
        elif isinstance(node, Membership):
            assert len(node.values) == len({WORDS._level(node.subject, one) for one in node.values}), id_
        elif is_of_rule(node):
            assert id_of(node) in said, id_


def test_levels_of_an_input_have_words_of_their_own():
    for one in RULES.inputs.values():
        words = [one.level_called(level) for level in one.levels]
        assert len({*words}) == len(words), one.name


def test_labels_of_inputs_are_their_own():
    called = [one.called for one in RULES.inputs.values()]
    assert len({*called}) == len(called)


def test_spelling_out_changes_no_answer():
    """With definitions written out and `not` moved inside, a condition has the same answer in every case."""
    rng = random.Random(20261122)
    spelt = [(expr, replace(expr, root=WORDS.spelt_out(expr.root))) for _, expr in EVERY]
    for _ in range(300):
        facts = CaseFacts(RULES, read_case(random_case(rng, RULES.inputs), RULES.inputs).values)
        for expr, other in spelt:
            assert facts.answer(other) is facts.answer(expr), expr.text


def test_clauses_are_the_condition():
    """The clauses of a condition, put together again, are its parts in their order."""

    def leaves(clause):
        return [clause.words] if not clause.parts else [one for part in clause.parts for one in leaves(part)]

    def written(node):
        inner = node.value if isinstance(node, Not) else node
        if isinstance(inner, And | Or) and not WORDS._is_chain(inner):
            return [one for part in inner.parts for one in written(part)]
        arguments = getattr(inner, "arguments", ())
        if len(arguments) == 1 and isinstance(arguments[0], And | Or):
            return written(arguments[0])
        said = WORDS.condition(node)
        return [said[0].upper() + said[1:]]

    for id_, expr in EVERY:
        found = [one[0].upper() + one[1:] for one in leaves(WORDS.clauses(expr))]
        assert found == written(WORDS.spelt_out(expr.root)), id_
