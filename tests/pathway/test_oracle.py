"""The evaluator beside the oracle: the same entries read from the catalogue twice, on random cases."""

import random
import tomllib
from collections import defaultdict
from pathlib import Path

from crlm.pathway.case import read_case
from crlm.pathway.evaluate import evaluate, result_of
from crlm.pathway.facts import CaseFacts
from crlm.pathway.load import shipped_rules
from tests.pathway.oracle import ENTRIES, oracle
from tests.pathway.random_cases import changed_case, random_case

CASES = 2000
BASELINE = tomllib.loads((Path(__file__).parent / "vignettes" / "baseline.toml").read_text(encoding="utf-8"))


def drawn(seed, inputs):
    """Every other case is a plausible one with some inputs changed."""
    rng = random.Random(seed)
    return changed_case(rng, inputs, BASELINE) if seed % 2 else random_case(rng, inputs)


def disagreements(seeds):
    """Every entry of every case on which evaluator and oracle differ; and the results that were reached."""
    rules, different, reached = shipped_rules(), [], defaultdict(set)
    for seed in seeds:
        case = drawn(seed, rules.inputs)
        facts, expected = CaseFacts(rules, read_case(case, rules.inputs).values), oracle(case)
        for id_ in rules.rules:
            found = result_of(facts, id_)
            reached[id_].add(found)
            if found != expected[id_]:
                different.append((seed, id_, found, expected[id_]))
    return different, reached


NEVER = {
    rule: set(results.split())
    for rules, results in {
        "EVAL-01 EVAL-02 EVAL-03 SYN-02 DLP-04": "not_met",
        "EVAL-07 FLR-04 MSI-03 CLI-04": "unknown",
        "RES-02 FLR-01 FLR-02 FLR-03 TEC-03 DER-05": "gate_unknown",
        "ALP-02 MAR-03 MAR-10 MAR-11 MAR-12 PTM-05 BEV-02": "unknown na",
        "RES-19 OSH-03 TSH-06 MAR-01 MAR-02 MAR-06 MAR-07 MAR-08 MAR-09 MAR-13 PTM-06": "na",
    }.items()
    for rule in rules.split()
}
"""Results that the catalogue rules out: `recorded` is never false, a two-valued test never unknown."""


def test_the_oracle_has_every_entry():
    assert sorted(ENTRIES) == sorted(shipped_rules().rules)
    assert len(ENTRIES) == 195


def test_the_evaluator_agrees_with_the_oracle():
    """`make prove` runs 100,000 cases."""
    different, reached = disagreements(range(CASES))
    assert not different
    for id_, rule in shipped_rules().rules.items():
        possible = {"show"} if rule.show else {"met", "not_met", "unknown"} if rule.condition else set()
        possible |= {"na", "gate_unknown"} if rule.applies_when else set()
        assert possible - reached[id_] == NEVER.get(id_, set()), id_


def test_the_whole_evaluation_gives_the_same_results():
    rules = shipped_rules()
    for seed in range(50):
        case = drawn(seed, rules.inputs)
        evaluation = evaluate(rules, read_case(case, rules.inputs))
        assert {id_: one.result for id_, one in evaluation.results.items()} == oracle(case)
