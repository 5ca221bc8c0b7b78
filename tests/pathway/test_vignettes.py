"""The vignettes of the catalogue: what is recorded, and what the rules say of it."""

import tomllib
from pathlib import Path

import pytest

from crlm.pathway.case import read_case
from crlm.pathway.evaluate import evaluate
from crlm.pathway.load import shipped_rules

FOLDER = Path(__file__).parent / "vignettes"
BASELINE = tomllib.loads((FOLDER / "baseline.toml").read_text(encoding="utf-8"))
VIGNETTES = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("C*.toml"))
}
CASES = {
    **{name: (one["inputs"], one["expected"]) for name, one in VIGNETTES.items()},
    **{
        f"{name}: {', '.join(f'{key} {value}' for key, value in variant['inputs'].items())}": (
            {**one["inputs"], **variant["inputs"]},
            variant["expected"],
        )
        for name, one in VIGNETTES.items()
        for variant in one.get("variant", [])
    },
}


def test_all_are_here():
    assert len(VIGNETTES) == 18
    assert sum(len(one.get("variant", [])) for one in VIGNETTES.values()) == 19


@pytest.mark.parametrize("name", CASES)
def test_vignette(name):
    recorded, expected = CASES[name]
    rules = shipped_rules()
    evaluation = evaluate(rules, read_case({**BASELINE, **recorded}, rules.inputs))
    assert {rule: evaluation.result(rule) for rule in expected} == expected


@pytest.mark.parametrize("name", VIGNETTES)
def test_contradictions_of_a_vignette(name):
    """Three vignettes take a minor hepatectomy from the baseline and say that it is not feasible."""
    rules = shipped_rules()
    evaluation = evaluate(rules, read_case({**BASELINE, **VIGNETTES[name]["inputs"]}, rules.inputs))
    found = {one.id for one in evaluation.contradictions}
    assert found == ({"minor-planned-not-feasible"} if name in ("C07", "C08", "C09") else set())
