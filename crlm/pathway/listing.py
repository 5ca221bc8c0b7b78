"""The rules for a terminal and as JSON: one line a rule, or everything about one."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from crlm.pathway.description import KINDS, Described, Outcome, clause_lines, place
from crlm.pathway.explanation.words import date_words
from crlm.pathway.model import Conflict
from crlm.pathway.ruleset import RuleSet

WIDTH = 100


def topics_listed(rules: RuleSet, found: Iterable[Described]) -> Iterator[str]:
    """One line a rule, under its topic."""
    titles = {one.topic: f"{one.number}. {one.title} ({one.topic})" for one in rules.topics}
    topic = None
    for one in found:
        if one.topic != topic:
            if topic is not None:
                yield ""
            topic = one.topic
            yield titles[topic]
        yield f"  {one.id}  {one.title}; {KINDS[one.kind]}"
        if one.origin_label:
            yield f"          {one.origin_label}"


def rule_listed(rules: RuleSet, one: Described) -> Iterator[str]:
    """Everything about one rule, wrapped for a terminal."""
    yield f"{one.id}  {one.title}"
    if one.origin_label:
        yield f"  {one.origin_label.upper()}"
    topic = next(topic for topic in rules.topics if topic.topic == one.topic)
    for line in _details(rules, one, topic.title):
        yield from _wrapped(line)


def conflict_listed(rules: RuleSet, one: Conflict) -> Iterator[str]:
    """What sources disagree about, both sides, and what the software does; its rules are listed after it."""
    yield f"{one.id}  {one.subject}"
    details = [*_sides(rules, one), f"Here: {one.behaviour}", "Rules that it concerns:"]
    for line in details:
        yield from _wrapped(line)


def _sides(rules: RuleSet, one: Conflict) -> Iterator[str]:
    yield from (f"  - {side.says} ({place(rules, side.source)})" for side in one.sides)


def _details(rules: RuleSet, one: Described, topic: str) -> Iterator[str]:
    yield f"{topic}; {KINDS[one.kind]}"
    yield from _condition(one)
    yield f"Says: {one.conclusion}"
    yield from (f"Shown with it: {name}: {words}" for name, words in one.computed)
    if one.two_valued:
        yield f"“Not known” counts as an answer here: {one.two_valued}"
    if one.strength:
        yield f"Strength: {one.strength}"
    yield from (f"Source: {source}" for source in one.source)
    if one.ambiguity:
        yield f"To note: {one.ambiguity}"
    yield from (f"Asked of the board: {item.question}" for item in one.inputs if item.question)
    for conflict in one.conflicts:
        yield f"Sources disagree, {conflict.id}: {conflict.subject}"
        yield from _sides(rules, conflict)
    for error in one.corrections:
        yield f"Error of the deck, {error.id}: {error.prints}"
        yield f"  Correction note: {error.note}"
    yield from (f"Picture missing, {gap.id}: {gap.missing}" for gap in one.gaps)
    if one.evidence:
        yield (
            f"Numbers: {len(one.evidence)} statements of deck-2024, {', '.join(one.evidence)} "
            f"(crlm evidence show deck-2024 --row {one.evidence[0]})"
        )
    yield f"Inputs: {', '.join(item.name for item in one.inputs) or 'none of its own'}"
    if one.asks:
        yield f"Uses the rules: {', '.join(one.asks)}"
    yield from (f"As code, {key}: {' '.join(code.split())}" for key, code in _codes(one))
    yield f"Version {one.version}; to be looked at again by {date_words(one.review_date)}"


def _condition(one: Described) -> Iterator[str]:
    if one.applies is None:
        yield "Applies always"
    else:
        yield from clause_lines("Applies when:", one.applies.clause, indent="  ")
    if one.condition is not None:
        lead = "Met, as a warning or a prompt, when:" if one.fires else "Met when:"
        yield from clause_lines(lead, one.condition.clause, indent="  ")
    elif one.labels:
        yield "The first of these that is certain is the result:"
        yield from _outcomes(one.labels)
        if one.flags:
            yield f"Beside it, as {one.flags_heading}, each that is certain:"
            yield from _outcomes(one.flags)
    else:
        yield "Shown whenever it applies; there is nothing to decide"


def _outcomes(outcomes: Iterable[Outcome]) -> Iterator[str]:
    for one in outcomes:
        if one.part is None:
            yield f"  - {one.name} when none of them is"
        else:
            yield from clause_lines(f"  - {one.name} when:", one.part.clause, indent="    ")


def _codes(one: Described) -> Iterator[tuple[str, str]]:
    parts = [("applies_when", one.applies), ("condition", one.condition)]
    parts += [(outcome.name, outcome.part) for outcome in (*one.labels, *one.flags)]
    yield from ((key, part.code) for key, part in parts if part is not None)


def _wrapped(line: str) -> list[str]:
    own = len(line) - len(line.lstrip(" "))
    item = 2 if line.lstrip().startswith("- ") else 4
    return textwrap.wrap(
        line.strip(),
        WIDTH,
        initial_indent=" " * (own + 2),
        subsequent_indent=" " * (own + 2 + item),
        break_long_words=False,
        break_on_hyphens=False,
    )


def rules_document(rules: RuleSet, found: Iterable[Described]) -> dict[str, Any]:
    """The rules as JSON-ready data, every word of the terminal in it."""
    return {"version": rules.version, "rules": [_as_json(one) for one in found]}


def _as_json(one: Described) -> dict[str, Any]:
    kept = ("conflicts", "corrections", "gaps", "review_date")
    data = {key: value for key, value in asdict(one).items() if key not in kept}
    return {
        **data,
        "computed": dict(one.computed),
        "conflicts": [part.model_dump(mode="json") for part in one.conflicts],
        "corrections": [part.model_dump(mode="json") for part in one.corrections],
        "gaps": [part.model_dump(mode="json") for part in one.gaps],
        "review_date": one.review_date.isoformat(),
    }
