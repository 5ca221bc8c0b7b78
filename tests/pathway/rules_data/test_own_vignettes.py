"""Our own vignettes: thresholds from both sides and on them, gates and labels, and every way a rule can come out."""

import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

from crlm.pathway.case import read_case
from crlm.pathway.evaluate import evaluate
from crlm.pathway.load import shipped_rules

FOLDER = Path(__file__).parents[1] / "vignettes"
FILES = ("thresholds", "gates", "reach")


def _all():
    for name in FILES:
        document = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
        for one in document["vignette"]:
            patient = document["patients"][one["patient"]] if "patient" in one else {}
            for step, variant in enumerate([one | {"inputs": {}}, *one.get("variants", [])]):
                yield f"{one['id']}-{step}", patient | one["inputs"] | variant["inputs"], variant


VIGNETTES = {name: (inputs, wanted) for name, inputs, wanted in _all()}


@pytest.mark.parametrize("name", VIGNETTES)
def test_vignette(name):
    inputs, wanted = VIGNETTES[name]
    rules = shipped_rules()
    evaluation = evaluate(rules, read_case(inputs, rules.inputs))
    assert {rule: evaluation.result(rule) for rule in wanted["expected"]} == wanted["expected"]
    bite = {one.conflict.id for one in evaluation.conflicts if one.bites == "yes"}
    assert set(wanted.get("conflicts", [])) <= bite
    assert not bite & set(wanted.get("without", []))


def test_there_are_more_than_sixty_patients():
    assert len({name.split("-")[0] for name in VIGNETTES}) >= 60


def test_every_rule_is_reached_in_every_way_it_can_come_out():
    reached = defaultdict(set)
    for _, wanted in VIGNETTES.values():
        for rule, result in wanted["expected"].items():
            reached[rule].add(result.split(" | ")[0])
    left = {id_: _ways(rule) - reached[id_] for id_, rule in shipped_rules().rules.items()}
    assert {id_: ways for id_, ways in left.items() if ways} == {}


# An entry that asks for the very input that opens it cannot be unknown: with the input known it is decided.
DECIDED_BY_THEIR_GATE = {"ALP-02", "MAR-11"}
# "Not recorded" is an answer in these prompts.
TWO_VALUED = {"EVAL-07", "FLR-04", "MSI-03", "CLI-04"}
# Their gates are never unknown.
GATE_IS_CERTAIN = {"FLR-01", "FLR-02", "FLR-03", "RES-02", "TEC-03", "DER-05"}


def _ways(rule):
    if rule.show:
        ways = {"show"}
    elif rule.labels:
        ways = {one.label for one in rule.labels}
    else:
        ways = {"met"}
        if "recorded(" not in rule.condition:  # recording something is never refuted
            ways |= {"not_met"}
        if rule.id not in TWO_VALUED | DECIDED_BY_THEIR_GATE:
            ways |= {"unknown"}
    if rule.applies_when:
        ways |= {"na", "gate_unknown"}
        if "recorded" in rule.applies_when:
            ways -= {"na"}
        if rule.id in GATE_IS_CERTAIN:
            ways -= {"gate_unknown"}
    return ways
