"""The formulas beside the evaluator: two readings of the same conditions, on random cases and on every shape of one."""

import random

import pytest
import z3

from crlm.pathway.case import read_case
from crlm.pathway.checking.encoding import FLAG, Encoding
from crlm.pathway.evaluate import result_of
from crlm.pathway.facts import CaseFacts
from crlm.pathway.load import load_rules, shipped_rules
from tests.pathway.checking.tiny import INPUTS, labels, rule, written
from tests.pathway.random_cases import random_case, values_of
from tests.pathway.test_oracle import drawn

CASES = 150


def fixed(encoding, values):
    """A model in which the inputs have these values and nothing else is known."""
    solver = z3.Solver()
    for name in encoding.rules.inputs:
        value = values.get(name)
        solver.add(encoding.known[name] == (value is not None))
        if isinstance(value, str):
            solver.add(encoding.values[name] == encoding.codes.of(value))
        elif hasattr(value, "toordinal"):
            solver.add(encoding.values[name] == value.toordinal())
        elif value is not None and not isinstance(value, tuple):
            solver.add(encoding.values[name] == z3.RealVal(str(value)))
    assert solver.check() == z3.sat
    return solver.model()


def holds(model, formula):
    answer = model.eval(formula, model_completion=True)
    assert z3.is_true(answer) or z3.is_false(answer), answer
    return z3.is_true(answer)


def answers(model, pair):
    true, false = holds(model, pair.true), holds(model, pair.false)
    assert not (true and false)
    return True if true else False if false else None


def differences(encoding, values):
    """Every rule, conflict and contradiction on which formulas and evaluator differ in one case."""
    rules, facts, model = encoding.rules, CaseFacts(encoding.rules, values), fixed(encoding, values)
    for id_, own in rules.programs.items():
        given, *flags = result_of(facts, id_).split(" | ")
        found = {result for result, when in encoding.results(id_).items() if holds(model, when)}
        raised = set(flags[0].split(": ")[1].split(", ")) if flags else set()
        if found != {given} | {FLAG + flag for flag in raised}:
            yield id_, given, found
        assert own.gate is None or answers(model, encoding.gate(id_)) is facts.answer(own.gate)
    beside = {**rules.bites, **rules.cannot_be, **rules.shared}
    for name, expr in beside.items():
        if expr is not None and answers(model, encoding.pair(expr)) is not facts.answer(expr):
            yield name, facts.answer(expr), answers(model, encoding.pair(expr))


def test_the_formulas_agree_with_the_evaluator_on_random_cases():
    rules = shipped_rules()
    encoding = Encoding(rules)
    for seed in range(CASES):
        values = read_case(drawn(seed, rules.inputs), rules.inputs).values
        assert not list(differences(encoding, values)), seed


SHAPES = [
    "size < 2.5", "size <= 2.5", "size > 2.5", "size >= 2.5", "size == 2.5", "size != 2.5", "2 <= size <= 4",
    "5 - number < size", "number + size <= 6", "-size < -2", "0.01 * size * size + number * number >= 20.25",
    "number in [1, 2, 7]", "number not in [1, 2, 7]", "lobe in ['left', 'both']", "lobe not in ['left']",
    "lobe == 'left' or size < 3", "not (lobe == 'left' and size < 3)", "recorded(size)", "not recorded(size)",
    "certainly(size < 3)", "possibly(size < 3)", "undecided(size < 3)", "known(size)", "missing(size)",
    "certainly(size < 3) or missing(lobe)", "not possibly(size < 3 and lobe == 'left')", "right", "not right",
    "met('CLS-02') and size < 3", "not_met('CLS-02')", "extent == 'small'", "extent != 'small'", "recorded(extent)",
    "extent in ['small', 'large']", "label('CLS-01') == 'open'", "label('CLS-01') not in ['open', 'small']",
    "day > '2026-02-01'", "day != '2026-02-12'", "day - other_day >= 42", "true and size < 3", "lobe != 'both'",
]  # fmt: skip
DAYS = """
[[input]]
name = "day"
topic = "t"
type = "date"
definition = "d"
[[input]]
name = "other_day"
topic = "t"
type = "date"
definition = "d"
"""


@pytest.fixture(scope="module")
def shapes(tmp_path_factory):
    lines = labels(("small", "size < 3"), ("large", 'size >= 3 and lobe != "left"'), ("open", None))
    rules = [
        rule("CLS-01", 'two_valued = "w"', 'name = "extent"', 'unknown_labels = ["open"]', lines),
        rule("CLS-02", 'applies_when = "number > 3"', 'condition = "size < 10"'),
    ]
    for index, text in enumerate(SHAPES):
        two_valued = any(
            word in text for word in ("certainly", "possibly", "undecided", "known(", "missing", "label(")
        )
        lines = [f'condition = """{text}"""', *(['two_valued = "w"'] if two_valued else [])]
        rules.append(rule(f"SH-{index:02}", *lines))
        rules.append(rule(f"GA-{index:02}", f'applies_when = """{text}"""', *lines[1:], "show = true"))
    every = [one.replace('"lobe"]', '"lobe", "day", "other_day"]') for one in rules]
    folder = written(tmp_path_factory.mktemp("shapes") / "r", *every, inputs=INPUTS + DAYS)
    (folder / "rules" / "definitions.toml").write_text(
        '[[definition]]\nname = "right"\nmeans = "m"\ncondition = "lobe == \'right\' or number > 8"\n',
        encoding="utf-8",
    )
    return load_rules(folder)


VALUES = {
    "number": [None, 0, 1, 2, 3, 4, 7, 8, 9],
    "size": [None, "0.01", "2", "2.4999999999999999999", "2.5", "3", "10", "45"],
    "lobe": [None, "left", "right", "both"],
    "day": [None, "2026-02-01", "2026-02-12", "2026-03-26"],
    "other_day": [None, "2026-01-01", "2026-02-12"],
}


def test_every_shape_of_a_condition(shapes):
    rng = random.Random(1)
    encoding = Encoding(shapes)
    for _ in range(250):
        case = {name: rng.choice(values) for name, values in VALUES.items()}
        values = read_case(case, shapes.inputs).values
        assert not list(differences(encoding, values)), case


def test_what_is_not_known_has_no_value():
    """Whatever value an unknown input is given in the formulas, no result changes."""
    rules = shipped_rules()
    encoding = Encoding(rules)
    for seed in range(20):
        rng = random.Random(seed)
        case = random_case(rng, rules.inputs, unknown=0.5)
        values = dict(read_case(case, rules.inputs).values)
        filled = {**{name: rng.choice(values_of(one)) for name, one in rules.inputs.items()}, **case}
        secret = fixed(encoding, read_case(filled, rules.inputs).values)
        hidden = [(encoding.known[name], z3.BoolVal(name in values)) for name in rules.inputs]
        facts = CaseFacts(rules, values)
        for id_ in rng.sample(sorted(rules.rules), 25):
            when = encoding.results(id_)[result_of(facts, id_).split(" | ")[0]]
            assert holds(secret, z3.substitute(when, *hidden)), (seed, id_)
