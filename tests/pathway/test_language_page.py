"""The page on the rule language: every table is run, every TOML block is read."""

import re
import tomllib
from pathlib import Path

import pytest

from crlm.pathway.case import read_case
from crlm.pathway.check import names_of
from crlm.pathway.conditions import check, parse
from crlm.pathway.facts import CaseFacts
from crlm.pathway.load import shipped_rules
from crlm.pathway.model import Conflict, Contradiction, Definition, Rule, Slide

PAGE = (Path(__file__).parents[2] / "docs" / "pathway" / "language.md").read_text(encoding="utf-8")
TRUTH = {"true": True, "false": False, "–": None}


def examples():
    """Each condition of each table with the values of its row and the answer that the page gives."""
    for lines in re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE):
        header, _, *rows = (
            [cell.strip() for cell in row.strip("|\n").split("|")] for row in lines.splitlines()
        )
        inputs = [name for name in header if name in shipped_rules().inputs]
        for row in rows if inputs else ():
            values = dict(zip(inputs, row, strict=False))
            for condition, answer in zip(header[len(inputs) :], row[len(inputs) :], strict=True):
                yield pytest.param(
                    values, condition.strip("`"), answer, id=f"{row[: len(inputs)]} {condition}"
                )


def given(value):
    """What a case holds for a cell: a dash is nothing, `one of a, b` some levels."""
    if value == "–":
        return None
    return {"one_of": value.removeprefix("one of ").split(", ")} if value.startswith("one of ") else value


@pytest.mark.parametrize(("values", "condition", "answer"), list(examples()))
def test_example(values, condition, answer):
    rules = shipped_rules()
    expr = parse(condition)
    check(expr, names_of(rules))
    facts = CaseFacts(
        rules, read_case({name: given(value) for name, value in values.items()}, rules.inputs).values
    )
    assert facts.answer(expr) is TRUTH[answer]


def test_there_are_many_examples():
    assert len(list(examples())) > 100


def test_toml_blocks_are_what_the_loader_reads():
    models = {
        "rule": Rule,
        "definition": Definition,
        "slide": Slide,
        "conflict": Conflict,
        "contradiction": Contradiction,
    }
    seen = set()
    for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL):
        content = tomllib.loads(block)
        once = {key: content[key] for key in ("topic", "version", "review_date") if key in content}
        for table, model in models.items():
            for entry in content.get(table, []):
                model.model_validate({**once, **entry})
                seen.add(table)
    assert seen == set(models)


def test_every_key_of_a_rule_is_explained():
    table = PAGE[PAGE.index("| key | what it holds |") : PAGE.index("### Results")]
    explained = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\|([^|]*)\|", table, re.MULTILINE))))
    explained |= {"show"} | set(re.findall(r"`(\w+) = ", PAGE))
    assert set(Rule.model_fields) - {"topic"} <= explained
