"""A second reading of the catalogue: results worked by hand before the rule files or any result were looked at."""

import tomllib
from pathlib import Path

import pytest

from crlm.pathway.case import read_case
from crlm.pathway.evaluate import evaluate
from crlm.pathway.load import shipped_rules

FOLDER = Path(__file__).parents[1] / "vignettes"
BASELINE = tomllib.loads((FOLDER / "baseline.toml").read_text(encoding="utf-8"))
GROUPS = tomllib.loads((FOLDER / "second_reading.toml").read_text(encoding="utf-8"))["group"]


@pytest.mark.parametrize("group", GROUPS, ids=[one["title"] for one in GROUPS])
def test_second_reading(group):
    rules = shipped_rules()
    for one in group["cases"]:
        evaluation = evaluate(rules, read_case({**BASELINE, **one["inputs"]}, rules.inputs))
        found = {rule: evaluation.result(rule) for rule in one["expected"]}
        assert found == one["expected"], one["inputs"]
        bite = {each.conflict.id for each in evaluation.conflicts if each.bites == "yes"}
        assert set(one.get("conflicts", [])) <= bite, one["inputs"]
        assert not bite & set(one.get("without", [])), one["inputs"]


def test_how_much_was_read():
    cases = [one for group in GROUPS for one in group["cases"]]
    assert len(cases) > 400
    assert len({rule for one in cases for rule in one["expected"]}) > 100
