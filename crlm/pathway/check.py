"""Whether the parts of a rule set fit together: conditions, inputs, references, conventions that are declared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from crlm.dictionary.expressions.syntax import Expr, ExpressionError
from crlm.dictionary.expressions.syntax import names as names_in
from crlm.pathway.conditions.kinds import PER_LESION, Names, Use, check
from crlm.pathway.conditions.language import TWO_VALUED, functions_used, parse, rules_named
from crlm.pathway.model import Rule
from crlm.pathway.ruleset import RuleSet
from crlm.problems import Place, Problem, ProtocolError, did_you_mean

PlaceOf = Callable[..., Place]


class RuleSetError(ProtocolError):
    """A rule set that cannot be used as written."""


def check_rules(rules: RuleSet, place: PlaceOf) -> list[Problem]:
    """Everything that is wrong with the conditions and the references of a rule set, with its place."""
    names = names_of(rules)
    problems: list[Problem] = []
    for written in _conditions(rules):
        try:
            check(parse(written.text), names, written.use)
        except ExpressionError as error:
            problems.extend(error.problems_at(place(*written.path)))
    if not problems:  # what follows reads the conditions
        problems.extend(_cycles(rules, place))
    if not problems:
        for rule in rules.rules.values():
            problems.extend(_of_rule(rules, rule, place))
        problems.extend(_of_inputs(rules, place))
        problems.extend(_of_conflicts(rules, place))
    return problems


def names_of(rules: RuleSet) -> Names:
    """What a condition of this rule set may name."""
    return Names(
        inputs={
            name: one.variable(PER_LESION if one.per_lesion else None) for name, one in rules.inputs.items()
        },
        labels={
            rule.name: tuple(one.label for one in rule.labels)
            for rule in rules.rules.values()
            if rule.name is not None
        },
        definitions=frozenset(rules.definitions),
        conditions=frozenset(id_ for id_, rule in rules.rules.items() if rule.condition is not None),
        label_rules={
            id_: tuple(one.label for one in rule.labels) for id_, rule in rules.rules.items() if rule.labels
        },
    )


class _Written:
    """A condition or value as written, with its place."""

    def __init__(self, text: str, *path: str | int, use: Use = "condition") -> None:
        self.text = text
        self.path = path
        self.use: Use = use


def _conditions(rules: RuleSet) -> Iterator[_Written]:
    for rule in rules.rules.values():
        if rule.applies_when:
            yield _Written(rule.applies_when, "rule", rule.id, "applies_when")
        if rule.condition:
            yield _Written(rule.condition, "rule", rule.id, "condition")
        for index, label in enumerate(rule.labels):
            if label.when:
                yield _Written(label.when, "rule", rule.id, "labels", index)
        for index, flag in enumerate(rule.flags):
            yield _Written(flag.when, "rule", rule.id, "flags", index)
        for name, text in rule.computed.items():
            yield _Written(text, "rule", rule.id, "computed", name, use="value")
    for one in rules.definitions.values():
        yield _Written(one.condition, "definition", one.name, "condition")
    for conflict in rules.conflicts:
        if conflict.bites:
            yield _Written(conflict.bites, "conflict", conflict.id, "bites")
    for contradiction in rules.contradictions:
        yield _Written(contradiction.when, "contradiction", contradiction.id, "when")


def _cycles(rules: RuleSet, place: PlaceOf) -> list[Problem]:
    """Rules and definitions that depend on themselves, each cycle once."""
    asks: dict[str, set[str]] = {}
    for id_, own in rules.programs.items():
        asks[id_] = _asked(rules, *own.without_gate())
    for name, expr in rules.shared.items():
        asks[name] = _asked(rules, expr)
    problems: list[Problem] = []
    done: set[str] = set()
    for start in asks:
        path = _path_back(start, asks, done)
        if path:
            table = "rule" if start in rules.rules else "definition"
            given = f"{start} depends on itself: {' → '.join(path)}"
            problems.append(Problem("rules-cycle", given, None, "break the circle.", place(table, start)))
            done |= set(path)
    return problems


def _asked(rules: RuleSet, *expressions: Expr) -> set[str]:
    found: set[str] = set()
    for expr in expressions:
        found |= rules_named(expr)
        for name in names_in(expr):
            if name in rules.named_labels:
                found.add(rules.named_labels[name])
            elif name in rules.definitions:
                found.add(name)
    return found


def _path_back(start: str, asks: Mapping[str, set[str]], done: set[str]) -> list[str]:
    """A way from a node back to itself, or nothing."""
    waiting: list[list[str]] = [[start]]
    seen: set[str] = set()
    while waiting:
        path = waiting.pop()
        for following in sorted(asks[path[-1]] - done):
            if following == start:
                return [*path, start]
            if following not in seen:
                seen.add(following)
                waiting.append([*path, following])
    return []


def _of_rule(rules: RuleSet, rule: Rule, place: PlaceOf) -> Iterator[Problem]:
    for name in rule.inputs:
        if name not in rules.inputs:
            yield Problem(
                "rules-reference",
                f'there is no input "{name}"',
                "the inputs of inputs.toml.",
                did_you_mean(name, list(rules.inputs)),
                place("rule", rule.id, "inputs"),
            )
    used = _own_inputs(rules, rule)
    for name in sorted(used - set(rule.inputs)):
        given = f"{rule.id} names {name} in a condition and not among its inputs"
        yield Problem("rules-reference", given, None, "add it to `inputs`.", place("rule", rule.id, "inputs"))
    needs = sorted(rules.functions(rule.id) & TWO_VALUED)
    if (needs or rule.labels) and not rule.two_valued:
        why = f"uses {', '.join(needs)}" if needs else "gives labels"
        given = f'{rule.id} {why}, which makes an answer of "not known"'
        fix = 'say in `two_valued = "..."` which words of the catalogue demand it.'
        yield Problem("rules-two-valued", given, None, fix, place("rule", rule.id))
    if rule.two_valued and not (needs or rule.labels):
        given = f'{rule.id} says two_valued, and nothing in it makes an answer of "not known"'
        yield Problem("rules-two-valued", given, None, "remove it.", place("rule", rule.id, "two_valued"))
    for source in rule.source:
        if source.slide and rules.slides and source.slide not in rules.slides:
            given = f"there is no slide {source.slide}"
            yield Problem(
                "rules-reference",
                given,
                "slides.toml.",
                did_you_mean(source.slide, list(rules.slides)),
                place("rule", rule.id, "source"),
            )
    known = {conflict.id for conflict in rules.conflicts}
    for amb in rule.amb:
        if known and amb not in known:
            given = f"there is no conflict {amb}"
            yield Problem(
                "rules-reference", given, "conflicts.toml.", "add it there.", place("rule", rule.id, "amb")
            )


def _own_inputs(rules: RuleSet, rule: Rule) -> set[str]:
    """The inputs that a rule's conditions name, also through definitions, but not through other rules."""
    own = rules.programs[rule.id]
    waiting = [*own.expressions(), *own.computed.values()]
    found: set[str] = set()
    while waiting:
        for name in names_in(waiting.pop()):
            if name in rules.inputs:
                found.add(name)
            elif name in rules.shared:
                waiting.append(rules.shared[name])
    return found


def _of_inputs(rules: RuleSet, place: PlaceOf) -> Iterator[Problem]:
    """An input that no condition uses says so, and no other does."""
    used = frozenset().union(*rules.support.values())
    for name, one in rules.inputs.items():
        if name not in used and not one.display_only:
            given, fix = f"no rule's result depends on {name}", "write display_only = true, or remove it."
        elif name in used and one.display_only:
            given, fix = f"{name} is display_only, and results depend on it", "remove display_only."
        else:
            continue
        yield Problem("rules-reference", given, None, fix, place("input", name))


def _of_conflicts(rules: RuleSet, place: PlaceOf) -> Iterator[Problem]:
    for conflict in rules.conflicts:
        for id_ in conflict.rules:
            if id_ not in rules.rules:
                given = f"there is no rule {id_}"
                fix = did_you_mean(id_, list(rules.rules))
                yield Problem("rules-reference", given, None, fix, place("conflict", conflict.id, "rules"))
    for name, one in rules.definitions.items():
        banned = sorted(functions_used(parse(one.condition)) & TWO_VALUED)
        if banned:
            given = f"the definition {name} uses {', '.join(banned)}"
            fix = "write it in the rule, which says why in `two_valued`."
            yield Problem("rules-two-valued", given, None, fix, place("definition", name, "condition"))
