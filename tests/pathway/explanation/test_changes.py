"""Every change that is claimed does what it says, and none is left out: brute force with the plain evaluator agrees."""

import itertools
import random

import pytest

from crlm.pathway.conditions.values import OneOf, Span
from crlm.pathway.evaluate import evaluate
from crlm.pathway.explanation import explain
from crlm.pathway.explanation.changes import result_is
from tests.pathway.explanation.cases import (
    RULES,
    VIGNETTES,
    case_of,
    contains,
    drawn,
    examples,
    full,
    representatives,
    results_with,
    sparse,
)

CASES = [
    *(full(number) for number in range(len(VIGNETTES))),
    *(sparse(number) for number in (0, 5, 11, 15)),
    *(drawn(seed) for seed in range(12)),
    case_of({}),
]


def explained(case):
    return explain(RULES, evaluate(RULES, case))


@pytest.mark.parametrize("number", range(len(CASES)))
def test_every_claimed_change_gives_the_claimed_result(number):
    case = CASES[number]
    tried = 0
    seen = set()
    for rule, one in explained(case).rules.items():
        for change in one.changes:
            values = [examples(step.input, step.to) for step in change.steps]
            assert all(values), change
            for chosen in itertools.product(*values):
                given = {step.input: value for step, value in zip(change.steps, chosen, strict=True)}
                key = (rule, change.becomes, tuple(given.items()))
                assert key not in seen, "two claims for the same values"
                seen.add(key)
                result = results_with(case, given, [rule])[rule]
                assert result_is(RULES, rule, result, change.becomes), (rule, change.words, given, result)
                tried += 1
    assert tried > 50


def may_vary(case, name):
    """Whether a board could learn or alter an input, and to which values: worked out here once more."""
    one, value = RULES.inputs[name], case.values.get(name)
    if value is None or not one.fixed:
        return [each for each in representatives(name) if each != value]
    if isinstance(value, Span | OneOf):
        return [each for each in representatives(name) if contains(value, each)]
    return []


@pytest.mark.parametrize("number", [0, 3, 6, 9, 14, 18, 19, 21, *range(22, 30)])
def test_no_single_change_is_left_out(number):
    case = CASES[number]
    evaluation, explanation = evaluate(RULES, case), explained(case)
    for name in RULES.inputs:
        ids = [rule for rule in RULES.rules if name in RULES.support[rule]]
        for value in may_vary(case, name):
            results = results_with(case, {name: value}, ids)
            for rule in ids:
                claimed = [
                    change.becomes
                    for change in explanation.rules[rule].changes
                    if len(change.steps) == 1
                    and change.steps[0].input == name
                    and contains(change.steps[0].to, value)
                ]
                expected = changes_to(rule, evaluation.result(rule), results[rule])
                assert claimed == expected, (rule, name, value, results[rule])


def changes_to(rule, before, after):
    """What a change from one result to another is claimed to be, as the page on explanations says."""
    undecided = {"unknown", "gate_unknown"}
    if rule == "DER-03":  # no gate: "na" is one of its labels
        return [] if after == before else [after]
    if before in ("na", "gate_unknown") and after not in ("na", "gate_unknown"):
        return ["applies"]
    if before == "na" or after == "gate_unknown":
        return []
    if RULES.rules[rule].labels and before != "gate_unknown":
        label = after.split(" | ")[0]
        return [] if after == "na" or label == before.split(" | ")[0] else [label]
    if after == "na":
        return ["na"] if before in ("gate_unknown", "show") else []
    return [] if after in undecided or after == before else [after]


@pytest.mark.parametrize("number", [1, 6, 8, 18, 20, 23, 25, 27])
def test_pairs_are_all_there_where_nothing_single_works(number):
    """Of some rules of each case every pair of values, one by one."""
    case = CASES[number]
    evaluation, explanation = evaluate(RULES, case), explained(case)
    rng = random.Random(number)
    together = {"MAR-12", "PTM-06"}  # two numbers in one formula: claimed only where whole regions agree
    ids = [rule for rule in RULES.rules if 2 <= len(RULES.support[rule]) <= 16 and rule not in together]
    tried = 0
    for rule in rng.sample(ids, 14):
        singles = {change.becomes for change in explanation.rules[rule].changes if len(change.steps) == 1}
        varied = {name: may_vary(case, name) for name in RULES.inputs if name in RULES.support[rule]}
        for one, other in itertools.combinations(varied, 2):
            for values in itertools.product(varied[one], varied[other]):
                if rng.random() > 0.3:
                    continue
                given = dict(zip((one, other), values, strict=True))
                result = results_with(case, given, [rule])[rule]
                expected = [
                    each for each in changes_to(rule, evaluation.result(rule), result) if each not in singles
                ]
                claimed = [
                    change.becomes
                    for change in explanation.rules[rule].changes
                    if len(change.steps) == 2
                    and all(
                        step.input in given and contains(step.to, given[step.input]) for step in change.steps
                    )
                ]
                assert claimed == expected, (rule, given, result)
                tried += 1
    assert tried > 100


def test_fixed_inputs_change_only_as_far_as_they_are_unknown():
    for case in CASES:
        for one in explained(case).rules.values():
            for change in one.changes:
                for step in change.steps:
                    known = case.values.get(step.input)
                    assert (
                        not RULES.inputs[step.input].fixed or known is None or isinstance(known, Span | OneOf)
                    )
