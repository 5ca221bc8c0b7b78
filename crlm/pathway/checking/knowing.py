"""What knowing more can do: answers that turn into others, and inputs that can change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import z3

from crlm.dictionary.expressions.syntax import Expr
from crlm.dictionary.expressions.syntax import names as names_in
from crlm.pathway.checking.encoding import Encoding
from crlm.pathway.checking.findings import Finding
from crlm.pathway.checking.search import Search, UndecidedError, Values
from crlm.pathway.evaluate import GATE_UNKNOWN, UNKNOWN, result_of
from crlm.pathway.facts import CaseFacts
from crlm.pathway.ruleset import RuleSet

OPEN = (UNKNOWN, GATE_UNKNOWN)


@dataclass(frozen=True)
class Turn:
    """A case, what is known of it at first, and the two answers."""

    first: Values
    then: Values
    before: str
    after: str

    def in_words(self) -> str:
        """`turns from met to not_met when flr_pct becomes known`."""
        learnt = ", ".join(name for name in self.then if name not in self.first)
        return f"turns from {self.before} to {self.after} when {learnt} becomes known"


def turn(search: Search, rule: str) -> Turn | None:
    """A case in which knowing more turns one answer of a rule into another, None when there is none.

    None is a proof over all cases, contradictory ones too.
    """
    names = search.rules.support[rule]
    growing = [z3.Implies(search.less.known[name], search.encoding.known[name]) for name in sorted(names)]
    turned = _turned(search.less, search.encoding, rule)
    model = search.possible(*growing, turned)
    if model is None:
        model = search.possible(*growing, turned, contradictory=True)
    if model is None:
        return None
    then = search.read(model, names)
    first = search.read(model, names, search.less)
    return _fewer(search, rule, first, then)


def _turned(less: Encoding, more: Encoding, rule: str) -> Any:
    """An answer in the case that knows less, and not the same answer in the case that knows more."""
    before, after = less.results(rule), more.results(rule)
    turned = [z3.And(when, z3.Not(after[result])) for result, when in before.items() if result not in OPEN]
    own = more.rules.programs[rule].flags
    flags = [less.pair(when).true != more.pair(when).true for _, when in own]
    applies = z3.And(less.gate(rule).true, more.gate(rule).true)
    return z3.Or(*turned, z3.And(applies, z3.Or([z3.BoolVal(False), *flags])))


def _fewer(search: Search, rule: str, first: Values, then: Values) -> Turn:
    """The turn with nothing in it that it can do without: first less to learn, then less that is known."""

    def answers(known: Values, learnt: Values) -> tuple[str, str]:
        both = {
            name: learnt.get(name, known.get(name))
            for name in search.rules.inputs
            if name in {**known, **learnt}
        }
        return (
            result_of(CaseFacts(search.rules, known), rule),
            result_of(CaseFacts(search.rules, both), rule),
        )

    def turns(known: Values, learnt: Values) -> bool:
        before, after = answers(known, learnt)
        return before not in OPEN and before != after

    known, learnt = dict(first), {name: value for name, value in then.items() if name not in first}
    if not turns(known, learnt):
        raise UndecidedError(f"the evaluator does not turn the answer of {rule}: {first}, then {then}")
    for name in [*learnt, *known]:
        fewer_known = {key: value for key, value in known.items() if key != name}
        fewer_learnt = {key: value for key, value in learnt.items() if key != name}
        if turns(fewer_known, fewer_learnt):
            known, learnt = fewer_known, fewer_learnt
    before, after = answers(known, learnt)
    return Turn(known, {**known, **learnt}, before, after)


def turns(search: Search) -> dict[str, Turn | None]:
    """Of every rule the turn of an answer, or None as the proof that there is none."""
    return {id_: turn(search, id_) for id_ in search.rules.rules}


def about_turns(search: Search, found: dict[str, Turn | None]) -> Iterator[Finding]:
    """Answers that turn although nobody declared it, and declarations for nothing."""
    for id_, one in found.items():
        if one is not None and id_ not in search.rules.two_valued:
            yield Finding("answer-turns", id_, f"The answer of {id_} {one.in_words()}.", one.then)
        if one is None and search.rules.rules[id_].two_valued:
            says = f"{id_} says two_valued, and no answer of it ever turns into another."
            yield Finding("two-valued-for-nothing", id_, says)


def idle_inputs(search: Search) -> Iterator[Finding]:
    """Inputs that a rule's conditions name, and that can change no result of it in any case."""
    solved: dict[tuple[tuple[int, ...], str], bool] = {}
    for id_, own in search.rules.programs.items():
        same = tuple(id(one) for one in own.expressions())
        for name in sorted(own_inputs(search.rules, own.expressions())):
            if (same, name) not in solved:
                solved[same, name] = _matters(search, id_, name)
            if not solved[same, name]:
                yield Finding("idle-input", f"{id_} {name}", f"{name} can change no result of {id_}.")


def own_inputs(rules: RuleSet, expressions: Iterable[Expr]) -> set[str]:
    """The inputs that conditions name, through definitions and not through other rules."""
    found: set[str] = set()
    waiting = list(expressions)
    while waiting:
        named = names_in(waiting.pop())
        found |= named & set(rules.inputs)
        waiting += [rules.shared[name] for name in named if name in rules.shared]
    return found


def _matters(search: Search, rule: str, name: str) -> bool:
    known, value = search.encoding.known[name], search.encoding.values[name]
    other_known, other = z3.Const("other known", known.sort()), z3.Const("other value", value.sort())
    swapped = [(known, other_known), (value, other)]
    results = list(search.encoding.results(rule).values())
    results += [search.encoding.pair(when).true for _, when in search.rules.programs[rule].flags]
    differ = z3.Or([when != z3.substitute(when, *swapped) for when in results])
    within = [z3.substitute(one, *swapped) for one in search.encoding.domain([name])]
    return search.possible(differ, *within, contradictory=True) is not None
