"""How much work an explanation is, counted and not timed, and what is remembered between cases."""

import dataclasses
import random
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

import crlm.pathway
from crlm.pathway.case import changed
from crlm.pathway.evaluate import evaluate
from crlm.pathway.explanation import explain
from crlm.pathway.explanation.prepared import prepared
from tests.pathway.explanation.cases import RULES, VIGNETTES, case_of, drawn, full, sparse

CASES = [
    case_of({}),
    *(full(number) for number in range(len(VIGNETTES))),
    *(sparse(number) for number in range(len(VIGNETTES))),
    *(drawn(seed) for seed in range(60)),
]
FOLDER = str(Path(crlm.pathway.__file__).parent)


def calls(work):
    """How often functions of the pathway, of its conditions, and its comparisons of values are called."""
    found = Counter()

    def count(frame, event, _):
        file = frame.f_code.co_filename
        if event == "call" and file.startswith(FOLDER):
            found["all"] += 1
            found["conditions"] += "/conditions/" in file

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return found


def forget():
    prepared(RULES).told.clear()


EVALUATED, EXPLAINED = {"all": 8_000, "conditions": 3_500}, {"all": 35_000, "conditions": 5_500}
"""Limits on calls, a fifth above what the worst of these cases takes. To try one value after another takes millions."""


def test_the_work_of_a_case_that_is_seen_for_the_first_time():
    for case in CASES:  # compiles what the cases need; a rule set does that once
        explain(RULES, evaluate(RULES, case))
    for case in CASES:
        evaluation = evaluate(RULES, case)
        found = calls(lambda case=case: evaluate(RULES, case))
        assert all(found[key] <= most for key, most in EVALUATED.items()), found
        forget()
        found = calls(lambda evaluation=evaluation: explain(RULES, evaluation))
        assert all(found[key] <= most for key, most in EXPLAINED.items()), found


@pytest.mark.parametrize("number", range(0, len(CASES), 12))
def test_after_a_change_only_the_rules_that_read_the_input_are_told_again(number):
    case, ready = CASES[number], prepared(RULES)
    forget()
    explain(RULES, evaluate(RULES, case))
    known = {id_ for id_, _ in ready.told}
    assert known == set(RULES.rules)
    for name, value in (
        ("flr_pct", Decimal("31.5")),
        ("parenchyma_status", "normal"),
        ("n_crlm", Decimal(7)),
    ):
        before = set(ready.told)
        explain(RULES, evaluate(RULES, changed(case, {name: value})))
        again = {id_ for id_, _ in set(ready.told) - before}
        readers = {id_ for id_ in RULES.rules if name in ready.reads[id_]}
        assert again == (readers if case.values.get(name) != value else set())


def test_what_is_remembered_is_what_is_told_afresh():
    """In an order that mixes the cases, and each one with some input made unknown or known more exactly."""
    rng = random.Random(3)
    forget()
    for case in rng.sample([*CASES, *CASES], 60):
        name = rng.choice([*case.values] or ["flr_pct"])
        values = {name: rng.choice([None, case.values.get(name)])}
        for one in (case, changed(case, values)):
            evaluation = evaluate(RULES, one)
            remembered = explain(RULES, evaluation)
            kept = dict(prepared(RULES).told)
            forget()
            assert explain(RULES, evaluation) == remembered
            prepared(RULES).told.update(kept)


def test_a_number_is_shown_as_it_was_written():
    """28 and 28.0 are the same number and not the same record."""
    for written in ("28", "28.0", "28.00"):
        case = case_of({"flr_pct": Decimal(written), "parenchyma_status": "chemo_injury"})
        steps = explain(RULES, evaluate(RULES, case)).rules["FLR-02"].changes[0].steps
        assert str(steps[0].was) == written


def test_what_is_remembered_has_an_end(monkeypatch):
    monkeypatch.setattr(sys.modules["crlm.pathway.explanation.explain"], "MOST_TOLD", 500)
    for case in CASES[:20]:
        explain(RULES, evaluate(RULES, case))
        assert len(prepared(RULES).told) <= 500


def test_two_rule_sets_remember_apart():
    other = dataclasses.replace(RULES, version="other", _answers={}, _tracers={})
    assert prepared(other) is not prepared(RULES)
    assert explain(other, evaluate(other, CASES[3])).rules == explain(RULES, evaluate(RULES, CASES[3])).rules
