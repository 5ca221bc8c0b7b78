"""What must hold of every case: knowing less never turns an answer into another, order does not matter, and a result
hangs on what it is said to hang on.
"""

import dataclasses
import itertools
import math
import random

from crlm.pathway.case import read_case
from crlm.pathway.evaluate import evaluate, result_of
from crlm.pathway.facts import CaseFacts
from crlm.pathway.load import shipped_rules
from tests.pathway.random_cases import random_case, values_of
from tests.pathway.test_oracle import drawn

RULES = shipped_rules()
UNDECIDED = {"unknown", "gate_unknown"}
BY_THE_CATALOGUE = {
    "EVAL-07", "SYN-01", "RES-02", "RES-03", "RES-12", "DER-01", "FLR-01", "FLR-02", "FLR-03", "FLR-04", "UPF-10",
    "UPF-11", "DER-03", "TEC-03", "DER-05", "MSI-03", "CLI-04",
}  # fmt: skip
"""The entries whose words read "not known" as an answer, read by hand in the catalogue: labels and two-valued tests."""


def results(case, rules=RULES):
    facts = CaseFacts(rules, read_case(case, rules.inputs).values)
    return {id_: result_of(facts, id_) for id_ in rules.rules}


def without_some(rng, case):
    """The case with some of its inputs unknown."""
    removed = set(rng.sample(sorted(case), rng.randint(1, max(1, len(case) // 3)))) if case else set()
    return {name: value for name, value in case.items() if name not in removed}


def test_the_declared_exceptions_are_those_of_the_catalogue():
    assert {id_ for id_, rule in RULES.rules.items() if rule.two_valued} == BY_THE_CATALOGUE


def test_knowing_less_never_turns_an_answer_into_another():
    """Of every rule but the declared exceptions and what depends on them; any number of inputs at once."""
    monotone = [id_ for id_ in RULES.rules if id_ not in RULES.two_valued]
    assert len(monotone) > 130
    for seed in range(600):
        case = drawn(seed, RULES.inputs)
        if not case:
            continue
        more, less = results(case), results(without_some(random.Random(seed), case))
        changed = {
            id_: (less[id_], more[id_])
            for id_ in monotone
            if less[id_] not in UNDECIDED and less[id_] != more[id_]
        }
        assert not changed, (seed, changed)


def known_in_part(rng, one, value):
    """What is known of a value when only a part is: limits around a number, or several levels."""
    if one.type == "date" or one.per_lesion:
        return value
    if one.type == "category":
        return {"one_of": sorted({value, *rng.sample(one.levels, 2)})}
    low = {rng.choice(("at_least", "more_than")): value - rng.choice((1, 5, 100))}
    high = {rng.choice(("at_most", "less_than")): value + rng.choice((1, 5, 100))}
    return rng.choice((low, high, {**low, **high}, {"at_least": value}, {"at_most": value}))


def test_knowing_a_value_in_part_never_turns_an_answer_into_another():
    """Also of the exceptions that read "not known": what is known in part is known."""
    passed_over = {"DER-01", "DER-03", "SYN-01", "RES-02", "FLR-01", "FLR-02", "FLR-03"}
    """Their steps pass over what is undecided, as the catalogue wants; and so what depends on them."""
    held = [
        id_ for id_ in RULES.rules if not RULES.rules_behind(id_) & passed_over and id_ not in passed_over
    ]
    assert len(held) > 125 and {"DER-02", "FLR-04", "RES-12"} <= set(held)
    for seed in range(400):
        rng = random.Random(seed)
        case = drawn(seed, RULES.inputs)
        less = {
            name: known_in_part(rng, RULES.inputs[name], value) if rng.random() < 0.3 else value
            for name, value in case.items()
        }
        sure, unsure = results(case), results(less)
        changed = {
            id_: (unsure[id_], sure[id_])
            for id_ in (held if less.get("systemic_therapy_considered") != "yes" else [*held, "DER-05"])
            if unsure[id_] not in UNDECIDED and unsure[id_] != sure[id_]
        }
        assert not changed, (seed, changed, case, less)


def test_each_declared_exception_is_one():
    """Each exception does turn one answer into another on some case: none is declared for nothing."""
    wanted = {id_ for id_, rule in RULES.rules.items() if rule.two_valued}
    seen = set()
    for seed in range(2000):
        case = drawn(seed, RULES.inputs)
        if not case:
            continue
        more, less = results(case), results(without_some(random.Random(seed), case))
        seen |= {id_ for id_ in wanted - seen if less[id_] not in UNDECIDED and less[id_] != more[id_]}
        if seen == wanted:
            return
    assert seen == wanted


def test_order_does_not_matter():
    backwards = dataclasses.replace(
        RULES,
        rules=dict(reversed(RULES.rules.items())),
        inputs=dict(reversed(RULES.inputs.items())),
        definitions=dict(reversed(RULES.definitions.items())),
        _answers={},
        _tracers={},
    )
    for seed in range(60):
        case = drawn(seed, RULES.inputs)
        turned = dict(reversed(case.items()))
        one = evaluate(RULES, read_case(case, RULES.inputs))
        other = evaluate(backwards, read_case(turned, backwards.inputs))
        assert {id_: (x.result, x.could_change) for id_, x in one.results.items()} == {
            id_: (x.result, x.could_change) for id_, x in other.results.items()
        }
        assert {x.name for x in one.missing} == {x.name for x in other.missing}


def test_evaluation_is_pure():
    case = read_case(drawn(3, RULES.inputs), RULES.inputs)
    assert evaluate(RULES, case) == evaluate(RULES, case)


def test_what_a_result_does_not_hang_on_cannot_change_it():
    """Whatever the other unknown inputs turn out to be, the result stays."""
    for seed in range(150):
        rng = random.Random(seed)
        case = drawn(seed, RULES.inputs)
        evaluation = evaluate(RULES, read_case(case, RULES.inputs))
        for id_ in rng.sample(sorted(RULES.rules), 12):
            one = evaluation.results[id_]
            free = [name for name in RULES.support[id_] if name not in case and name not in one.could_change]
            for _ in range(3):
                filled = {**case, **{name: rng.choice(values_of(RULES.inputs[name])) for name in free}}
                facts = CaseFacts(RULES, read_case(filled, RULES.inputs).values)
                if one.applies == "unknown":  # what settles the gate is listed; the condition comes after
                    gate = RULES.programs[id_].gate
                    assert facts.answer(gate) is None, (seed, id_)
                else:
                    assert result_of(facts, id_) == one.result, (seed, id_)


def test_a_label_that_says_not_applicable_hangs_on_what_could_change_it():
    """DER-03 has no gate: its `na` is a label, and another one may come before it."""
    case = {"r0_expected": "possible", "segments_involved": 2}
    balance = evaluate(RULES, read_case(case, RULES.inputs)).results["DER-03"]
    assert (balance.result, balance.applies, balance.could_change) == ("na", "no", {"prior_chemo"})
    given = read_case({**case, "prior_chemo": "yes"}, RULES.inputs)
    assert evaluate(RULES, given).result("DER-03") == "na (chemotherapy already given)"


def test_what_a_result_hangs_on_can_change_it():
    """Each listed input matters: two cases differ in it alone, and in the result. Tried by enumeration.

    The other inputs listed take every value, unknown among them: a result may wait for two inputs at once.
    """
    listed, idle = 0, []
    for seed in range(300):
        rng = random.Random(seed)
        case = drawn(seed, RULES.inputs)
        evaluation = evaluate(RULES, read_case(case, RULES.inputs))
        for id_ in rng.sample(sorted(RULES.rules), 10):
            could = sorted(evaluation.results[id_].could_change)
            domains = {name: [None, *values_of(RULES.inputs[name])] for name in could}
            if not could or math.prod(map(len, domains.values())) > 400:
                continue
            listed += len(could)
            idle += [(seed, id_, name) for name in matters_not(case, id_, domains)]
    assert listed > 500
    assert not idle, idle[:20]


def matters_not(case, rule, domains):
    """The inputs that change no result."""
    found = {}
    for values in itertools.product(*domains.values()):
        filled = {**case, **dict(zip(domains, values, strict=True))}
        found[values] = result_of(CaseFacts(RULES, read_case(filled, RULES.inputs).values), rule)
    for place, name in enumerate(domains):
        by_rest = {}
        for values, result in found.items():
            by_rest.setdefault(values[:place] + values[place + 1 :], set()).add(result)
        if all(len(results_) == 1 for results_ in by_rest.values()):
            yield name


def test_random_cases_reach_every_value():
    for one in RULES.inputs.values():
        assert len(values_of(one)) >= 2, one.name
    assert random_case(random.Random(1), RULES.inputs, unknown=0.0).keys() == RULES.inputs.keys()
