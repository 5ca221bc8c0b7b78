"""What a missing input settles is settled for every completion; what is open agrees with the trace of conditions."""

import random

import pytest

from crlm.pathway.case import changed
from crlm.pathway.conditions.values import OneOf, Span
from crlm.pathway.evaluate import evaluate
from crlm.pathway.explanation import explain
from crlm.pathway.explanation.prepared import prepared
from crlm.pathway.facts import CaseFacts
from tests.pathway.explanation.cases import (
    RULES,
    case_of,
    contains,
    drawn,
    full,
    representatives,
    results_with,
    sparse,
)

CASES = [
    case_of({}), sparse(0), sparse(3), sparse(11), full(6), full(15), *(drawn(seed) for seed in range(40, 46))
]  # fmt: skip


def could_be(case, name):
    """The values that an input may turn out to have."""
    known = case.values.get(name)
    if known is None:
        return representatives(name)
    return [value for value in representatives(name) if contains(known, value)]


def is_open(case, name):
    return isinstance(case.values.get(name), Span | OneOf | None)


def completion(rng, case, name):
    """Everything else that is unknown or known in part, filled in at random."""
    found = {}
    for other in RULES.inputs:
        if other != name and is_open(case, other):
            values = could_be(case, other)
            if values:
                found[other] = rng.choice(values)
    return found


def label_of(rule, result):
    return result.split(" | ")[0] if RULES.rules[rule].labels else result


@pytest.mark.parametrize("number", range(len(CASES)))
def test_settled_is_settled_for_every_completion(number):
    """Of every missing input, for each of its values: three random completions of everything else change nothing."""
    case, rng = CASES[number], random.Random(number)
    explanation = explain(RULES, evaluate(RULES, case))
    completions = 0
    for one in explanation.resolves:
        ids = [*one.settles, *one.labels]
        for value in could_be(case, one.input) if ids else []:
            alone = results_with(case, {one.input: value}, ids)
            assert not {"unknown", "gate_unknown"} & set(alone.values()), (one.input, value)
            for _ in range(3):
                filled = results_with(case, {**completion(rng, case, one.input), one.input: value}, ids)
                for rule in ids:
                    assert label_of(rule, filled[rule]) == label_of(rule, alone[rule]), (
                        one.input,
                        value,
                        rule,
                    )
                completions += 1
    assert completions > 20 or len(explanation.resolves) < 10


@pytest.mark.parametrize("number", range(len(CASES)))
def test_nothing_that_is_settled_is_left_out(number):
    """Of rules that never read "not known" as an answer: an answer is settled, and unknown is not; nothing between."""
    case = CASES[number]
    evaluation = evaluate(RULES, case)
    explanation = explain(RULES, evaluation)
    for one in explanation.resolves:
        ids = [
            rule
            for rule in RULES.rules
            if rule not in RULES.two_valued and evaluation.result(rule) in ("unknown", "gate_unknown")
        ]
        said = [results_with(case, {one.input: value}, ids) for value in could_be(case, one.input)]
        counts = {rule: sum(each[rule] not in ("unknown", "gate_unknown") for each in said) for rule in ids}
        every = {rule for rule, count in counts.items() if said and count == len(said)}
        some = {rule for rule, count in counts.items() if 0 < count < len(said)}
        assert every == {rule for rule in one.settles if rule not in RULES.two_valued}, one.input
        assert some == {rule for rule in one.may_settle if rule not in RULES.two_valued}, one.input


def test_the_order_is_what_settles_most():
    for case in CASES:
        resolves = explain(RULES, evaluate(RULES, case)).resolves
        rank = list(RULES.inputs).index
        keys = [
            (
                -len(one.settles) - len(one.labels),
                -len(one.may_settle) - len(one.may_label),
                rank(one.input),
            )
            for one in resolves
        ]
        assert keys == sorted(keys)


def test_everything_missing_that_something_hangs_on_is_there():
    for case in CASES:
        evaluation = evaluate(RULES, case)
        resolves = {one.input: one for one in explain(RULES, evaluation).resolves}
        for name, one in resolves.items():
            assert set(one.blocks) == {
                rule for rule, result in evaluation.results.items() if name in result.could_change
            }
            assert {*one.settles, *one.may_settle, *one.labels, *one.may_label} <= set(one.blocks)
        asked = {one.name for one in evaluation.missing if one.settles or one.open_labels}
        assert asked <= set(resolves)


@pytest.mark.parametrize("number", [0, 2, 5, 6, 9, 11])
def test_many_worlds_at_once_say_what_the_evaluator_says_of_each(number):
    """Results, labels and whether anything could still change them: of some worlds, by evaluation and its trace."""
    case, rng = CASES[number], random.Random(number)
    ready = prepared(RULES)
    search_of = ready.searches(case.values)
    computing = ready.computing  # in worlds of their own
    assert computing
    for ids in (set(RULES.rules) - computing, computing):
        search = search_of(min(ids))
        starts, cells = search.grids.singles.starts, search.grids.cells
        worlds = [
            (name, cell, starts[name] + n)
            for name in cells
            for n, cell in enumerate(cells[name])
            if search.turns[name] >> n & 1
        ]
        for name, value, bit in [(None, None, 0), *rng.sample(worlds, min(12, len(worlds)))]:
            there = case if name is None else changed(case, {name: value})
            compare_in_one_world(search, evaluate(RULES, there), ids, bit)


def compare_in_one_world(search, evaluation, ids, bit):
    for rule, result in evaluation.results.items():
        if rule not in ids:
            continue
        masks = search.rule(rule)
        own = RULES.programs[rule]
        if own.labels and own.gate is None:
            assert [label for label, mask in masks.labels.items() if mask >> bit & 1] == [
                label_of(rule, result.result)
            ]
            continue
        assert bool(masks.not_applicable >> bit & 1) == (result.result == "na")
        assert bool(masks.applies >> bit & 1) == (result.applies == "yes")
        if not own.labels:
            assert bool(masks.true >> bit & 1) == (result.result == "met")
            assert bool(masks.false >> bit & 1) == (result.result == "not_met")
            definite = result.result not in ("unknown", "gate_unknown")
            assert bool(masks.settled >> bit & 1) == (definite and not result.could_change), rule


@pytest.mark.parametrize("number", [0, 2, 5, 6, 9, 11])
def test_the_labels_that_are_open_are_those_of_the_trace(number):
    case = CASES[number]
    evaluation = evaluate(RULES, case)
    ready = prepared(RULES)
    search_of = ready.searches(case.values)
    facts = CaseFacts(RULES, case.values)
    for rule, own in RULES.programs.items():
        if own.labels and evaluation.results[rule].applies == "yes":
            gate_open = bool(own.gate is not None and facts.trace(own.gate)[1])
            closed = not facts.open_label(rule) and not gate_open
            assert bool(search_of(rule).rule(rule).settled & 1) == closed, rule
