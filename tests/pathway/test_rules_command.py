"""`crlm pathway rules`: what it lists, what it says of one rule, and what it says to a typo."""

import json

import pytest
from typer.testing import CliRunner

from crlm.cli import app
from crlm.pathway.load import shipped_rules
from crlm.problems import ArgumentError

RULES = shipped_rules()


def printed(*arguments):
    result = CliRunner().invoke(app, ["pathway", "rules", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_every_rule_is_listed_under_its_topic():
    lines = [line for line in printed().splitlines() if line]
    topics = [line for line in lines if not line.startswith(" ")]
    assert topics == [f"{one.number}. {one.title} ({one.topic})" for one in RULES.topics]
    assert [line.split()[0] for line in lines if line[:3] != "   " and line.startswith("  ")] == list(
        RULES.rules
    )


@pytest.mark.parametrize("topic", ["margins", "10", "Margins"])
def test_a_topic_by_name_or_number(topic):
    lines = printed(topic).splitlines()
    assert lines[0] == "10. Resection margins (margins)"
    assert sum(line.startswith("  MAR-") for line in lines) == 13


def test_what_is_not_in_the_deck_says_so_in_the_list_and_alone():
    assert "Not in the deck: a convention of this software" in printed("resectability")
    assert printed("DER-01").splitlines()[1].strip() == "NOT IN THE DECK: A CONVENTION OF THIS SOFTWARE"
    assert "NOT IN THE DECK" not in printed("RES-01")


@pytest.mark.parametrize("id_", RULES.rules)
def test_a_rule_says_everything(id_):
    rule, said = RULES.rules[id_], " ".join(printed(id_).split())
    for part in (rule.title, rule.conclusion, rule.strength, rule.ambiguity, rule.two_valued, *rule.evidence):
        assert part is None or " ".join(part.split()) in said
    for code in (rule.applies_when, rule.condition, *(one.when for one in rule.labels)):
        assert code is None or " ".join(code.split()) in said
    for error in RULES.corrections:
        assert (id_ not in error.rules) or (error.prints in said and f"Correction note: {error.note}" in said)


@pytest.mark.parametrize("conflict", RULES.conflicts, ids=lambda one: one.id)
def test_a_conflict_says_its_sides_and_lists_its_rules(conflict):
    said = printed(conflict.id.lower())
    flat = " ".join(said.split())
    for part in (conflict.subject, conflict.behaviour, *(side.says for side in conflict.sides)):
        assert " ".join(part.split()) in flat
    assert listed(said.partition("Rules that it concerns:")[2]) == {*conflict.rules}


@pytest.mark.parametrize("name", ["flr_pct", "FLR_pct", "n_crlm"])
def test_an_input_lists_the_rules_that_read_it(name):
    assert listed(printed(name)) == {id_ for id_, rule in RULES.rules.items() if name.lower() in rule.inputs}


def listed(said):
    return {line.split()[0] for line in said.splitlines() if line[:2] == "  " and line[2] != " "}


def test_the_case_of_an_id_does_not_matter():
    assert printed("flr-02") == printed("FLR-02")


def test_conditions_are_clauses():
    assert "\n  Applies when: It is certain that background liver is injured by chemotherapy\n" in printed(
        "FLR-02"
    )
    assert "\n  Met, as a warning or a prompt, when: Share of the liver involved is above 70 %\n" in printed(
        "RES-04"
    )


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("RES-1", "RES-1"),
        ("resectabilty", "resectability"),
        ("RSE-04", "RES-04"),
        ("flr_pc", "flr_pct"),
        ("AMB-99", "AMB-09"),
    ],
)
def test_a_typo_is_told_the_nearest(given, meant):
    with pytest.raises(ArgumentError) as error:
        CliRunner().invoke(app, ["pathway", "rules", given], catch_exceptions=False)
    (problem,) = error.value.problems
    assert given in problem.given and meant in problem.fix


def test_json_has_all_rules():
    document = json.loads(printed("--json"))
    assert [one["id"] for one in document["rules"]] == list(RULES.rules)
    rule = document["rules"][list(RULES.rules).index("FLR-02")]
    assert rule["condition"] == {
        "clause": {"words": "Future liver remnant is at least 30 %", "parts": []},
        "code": "flr_pct >= 30",
    }
