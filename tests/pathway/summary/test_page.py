"""`page.toml` against the rules, the inputs and the library: every id exists and belongs where it stands."""

import pytest

from crlm.evidence import paper
from crlm.pathway.load import shipped_rules
from crlm.pathway.summary.content import shipped_page
from crlm.pathway.summary.evidence_lines import DECK, evidence_lines

RULES = shipped_rules()
PAGE = shipped_page()
LINES = [(option.title, one) for option in PAGE.option for one in option.evidence]


def test_inputs_exist():
    for group in PAGE.known:
        assert set(group.inputs) <= set(RULES.inputs)
        assert group.only_if is None or group.only_if in RULES.inputs
    assert set(PAGE.short) <= {name for group in PAGE.known for name in group.inputs}


def test_rules_exist_and_no_option_has_one_twice():
    named = [id_ for one in PAGE.factors for id_ in (*one.criteria, *one.speaks_for, *one.against)]
    named += [one.when for one in PAGE.factors if one.when] + list(PAGE.prompts.rules)
    named += [id_ for one in PAGE.option for id_ in (*one.conditions, *one.always)]
    assert set(named) <= set(RULES.rules)
    for one in PAGE.option:
        both = [*one.conditions, *one.always]
        assert len(both) == len(set(both)), one.title
        assert any(RULES.rules[id_].applies_when for id_ in one.conditions), f"{one.title} is always there"


def test_factors_are_those_that_the_deck_puts_side_by_side():
    """DER-03 names the factors that it reads; the page adds the judgements that it only lists."""
    group = next(one for one in PAGE.factors if one.when == "DER-03")
    der = " ".join(one.when or "" for one in RULES.rules["DER-03"].labels)
    read = {id_ for id_ in (*group.speaks_for, *group.against) if f"'{id_}'" in der}
    judged = {id_ for id_ in RULES.rules if id_ in ("UPF-04", "PER-06", "PER-07")}
    only_one_slide = {"UPF-07"}
    assert {*group.speaks_for, *group.against} == read | judged | only_one_slide
    assert all(f"'{id_}'" not in der for id_ in judged)


def test_prompts_only_ask_for_something():
    assert all("missing(" in (RULES.rules[id_].condition or "") for id_ in PAGE.prompts.rules)


@pytest.mark.parametrize(("title", "choice"), LINES, ids=[f"{title} {one.rule}" for title, one in LINES])
def test_evidence_is_that_of_its_rule(title, choice):
    rule = RULES.rules[choice.rule]
    assert bool(choice.statements) != bool(choice.paper)
    if choice.paper is None:
        assert set(choice.statements) <= set(rule.evidence)
        rows = {row.row_id: row for row in paper(DECK).numbers.statements}
        assert all(choice.rule in rows[one].rule_ids for one in choice.statements)
    else:
        assert choice.paper in {source.paper for source in rule.source}
    lines = evidence_lines(RULES, [choice], 2026)
    assert all(line.numbers and line.age and line.place for line in lines), title


def test_a_line_of_the_deck_has_the_printed_numbers():
    """JCOG0603 on slide S18: five-year disease-free survival 38.7 and 49.8 %, p = 0.006."""
    choice = next(one for _, one in LINES if one.rule == "UPF-11")
    (line,) = evidence_lines(RULES, [choice], 2026)
    assert line.study == "JCOG0603 (Kanemitsu)" and line.design == "RCT II/III"
    assert "38.7 % (hepatectomy alone), 49.8 % (hepatectomy + mFOLFOX6), p = 0.006" in line.numbers
    assert line.age == "year not given" and line.rows == ("D0048", "D0049", "D0050")


def test_a_line_of_a_paper_has_its_effect_and_its_age():
    """Hellingman 2021: adjusted HR 0.42 (0.25-0.72), n = 135."""
    choice = next(one for _, one in LINES if one.rule == "REP-06")
    (line,) = evidence_lines(RULES, [choice], 2026)
    assert "HR 0.42 (0.25-0.72) for OS" in line.numbers and line.numbers.endswith("adjusted")
    assert (line.n, line.age) == ("135", "2021, 5 years old")


def test_an_error_of_the_deck_is_named_in_the_line():
    choice = next(one for _, one in LINES if one.rule == "TSH-02")
    (line,) = evidence_lines(RULES, [choice], 2026)
    assert "COR-05" in line.corrections
