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
from tests.pathway.random_cases import random_case
from tests.pathway.test_oracle import drawn

CASES = 30


class Answers:
    """The formulas of a rule set in one solver, each under a name of its own, to be asked for many cases."""

    def __init__(self, rules):
        self.rules, self.encoding = rules, Encoding(rules)
        self.solver, self.named = z3.Solver(), {}
        for id_, own in rules.programs.items():
            for result, when in self.encoding.results(id_).items():
                self._name((id_, result), when)
            if own.gate is not None:
                self._pair(f"gate of {id_}", self.encoding.gate(id_))
        self.beside = {
            name: expr
            for name, expr in {**rules.bites, **rules.cannot_be, **rules.shared}.items()
            if expr is not None
        }
        for name, expr in self.beside.items():
            self._pair(name, self.encoding.pair(expr))

    def _name(self, key, formula):
        self.named[key] = z3.Bool(str(key))
        self.solver.add(self.named[key] == formula)

    def _pair(self, name, pair):
        self._name((name, True), pair.true)
        self._name((name, False), pair.false)

    def of(self, values, secret=None):
        """The names that are true where these values are known and nothing else is; the rest has secret values."""
        encoding = self.encoding
        self.solver.push()
        for name in self.rules.inputs:
            self.solver.add(encoding.known[name] == (name in values))
            value = values.get(name, (secret or {}).get(name))
            if isinstance(value, str):
                self.solver.add(encoding.values[name] == encoding.codes.of(value))
            elif hasattr(value, "toordinal"):
                self.solver.add(encoding.values[name] == value.toordinal())
            elif value is not None and not isinstance(value, tuple):
                self.solver.add(encoding.values[name] == z3.RealVal(str(value)))
        assert self.solver.check() == z3.sat
        model = self.solver.model()
        self.solver.pop()
        return {key for key, one in self.named.items() if z3.is_true(model[one])}

    def differences(self, values, secret=None):
        """Every rule, gate, conflict, contradiction and definition on which formulas and evaluator differ."""
        facts, true = CaseFacts(self.rules, values), self.of(values, secret)
        for id_, own in self.rules.programs.items():
            given, *flags = result_of(facts, id_).split(" | ")
            raised = set(flags[0].split(": ")[1].split(", ")) if flags else set()
            found = {result for result in self.encoding.results(id_) if (id_, result) in true}
            if found != {given} | {FLAG + flag for flag in raised}:
                yield id_, given, found
            if own.gate is not None:
                yield from self._beside(f"gate of {id_}", facts.answer(own.gate), true)
        for name, expr in self.beside.items():
            yield from self._beside(name, facts.answer(expr), true)

    def _beside(self, name, given, true):
        found = [answer for answer in (True, False) if (name, answer) in true]
        if found != ([] if given is None else [given]):
            yield name, given, found


def test_the_formulas_agree_with_the_evaluator_on_random_cases():
    """Unknown inputs are given secret values: whatever they are, no answer may hang on them."""
    rules = shipped_rules()
    answers = Answers(rules)
    for seed in range(CASES):
        values = read_case(drawn(seed, rules.inputs), rules.inputs).values
        rng = random.Random(seed)
        secret = read_case(random_case(rng, rules.inputs, unknown=0.0), rules.inputs).values
        assert not list(answers.differences(values, secret)), seed


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
    answers = Answers(shapes)
    for _ in range(120):
        case = {name: rng.choice(values) for name, values in VALUES.items()}
        values = read_case(case, shapes.inputs).values
        assert not list(answers.differences(values)), case
