"""The rules in words, for whoever reads them and not a case: finished sentences for the terminal and for the pages."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from crlm.dictionary.wording import as_sentence
from crlm.pathway.conditions.language import parse
from crlm.pathway.conditions.words import Clause, ConditionWords
from crlm.pathway.explanation.words import ORIGINS
from crlm.pathway.model import Conflict, Correction, Gap, Input, Kind, Origin, Rule, Source
from crlm.pathway.ruleset import RuleSet

KINDS: dict[Kind, str] = {
    "computable": "computed from recorded values",
    "judgement": "resting on a clinician's judgement",
    "evidence": "evidence, only shown",
}


@dataclass(frozen=True)
class Part:
    """A condition of a rule: in words, clause by clause, and as it is written in the file."""

    clause: Clause
    code: str


@dataclass(frozen=True)
class Outcome:
    """A label or a flag of a rule, and when it is given; `part` is None for the label that holds when no other does."""

    name: str
    part: Part | None


@dataclass(frozen=True)
class DescribedInput:
    """An input of a rule; `displayed` ones stand beside the result and do not change it."""

    name: str
    label: str
    displayed: bool
    question: str | None


@dataclass(frozen=True)
class Described:
    """One rule in words.

    `applies` is None for a rule that always applies. A rule has either `condition` or `labels`, or neither: then it is
    shown whenever it applies. `fires` says that "met" is a warning or a prompt. `computed` are values shown with the
    result. `asks` are the other rules whose results it uses, directly or through others. `origin_label` is empty for
    what the deck prints and must be shown where it is not empty. `evidence` are ids of statements of the deck in the
    library (`deck-2024`).
    """

    id: str
    title: str
    topic: str
    kind: Kind
    origin: Origin
    origin_label: str
    inputs: tuple[DescribedInput, ...]
    asks: tuple[str, ...]
    applies: Part | None
    condition: Part | None
    labels: tuple[Outcome, ...]
    flags_heading: str | None
    flags: tuple[Outcome, ...]
    computed: tuple[tuple[str, str], ...]
    fires: bool
    two_valued: str | None
    conclusion: str
    strength: str | None
    source: tuple[str, ...]
    evidence: tuple[str, ...]
    ambiguity: str | None
    conflicts: tuple[Conflict, ...]
    corrections: tuple[Correction, ...]
    gaps: tuple[Gap, ...]
    version: int
    review_date: datetime.date


def described(rules: RuleSet, chosen: Iterable[str] | None = None) -> tuple[Described, ...]:
    """The rules with these ids, all when none are named, in the order of the catalogue; a KeyError for other ids."""
    words = ConditionWords(rules)
    wanted = set(rules.rules) if chosen is None else {rules.rules[id_].id for id_ in chosen}
    return tuple(_described(rules, words, rule) for id_, rule in rules.rules.items() if id_ in wanted)


def _described(rules: RuleSet, words: ConditionWords, rule: Rule) -> Described:
    own = rules.programs[rule.id]

    def part(code: str | None) -> Part | None:
        return None if code is None else Part(words.clauses(parse(code)), code.strip())

    _, shown = rules.displayed[rule.id]
    behind = rules.rules_behind(rule.id)
    return Described(
        id=rule.id,
        title=rule.title,
        topic=rule.topic,
        kind=rule.kind,
        origin=rule.origin,
        origin_label=ORIGINS[rule.origin],
        inputs=tuple(_input(rules.inputs[name], displayed=name in shown) for name in rule.inputs),
        asks=tuple(id_ for id_ in rules.rules if id_ in behind),
        applies=part(rule.applies_when),
        condition=part(rule.condition),
        labels=tuple(Outcome(one.label, part(one.when)) for one in rule.labels),
        flags_heading=rule.flags_heading,
        flags=tuple(Outcome(one.flag, part(one.when)) for one in rule.flags),
        computed=tuple(
            (as_sentence(name.replace("_", " ")), words.sentence(expr)) for name, expr in own.computed.items()
        ),
        fires=rule.fires,
        two_valued=rule.two_valued,
        conclusion=rule.conclusion,
        strength=rule.strength,
        source=tuple(place(rules, one) for one in rule.source),
        evidence=rule.evidence,
        ambiguity=rule.ambiguity,
        conflicts=tuple(one for one in rules.conflicts if rule.id in one.rules),
        corrections=tuple(
            one for one in rules.corrections if rule.id in one.rules or {*one.evidence} & {*rule.evidence}
        ),
        gaps=tuple(one for one in rules.gaps if rule.id in one.rules),
        version=rule.version,
        review_date=rule.review_date,
    )


def _input(one: Input, *, displayed: bool) -> DescribedInput:
    return DescribedInput(one.name, one.called, displayed, one.question if one.judgement else None)


def clause_lines(
    lead: str, clause: Clause, said: Callable[[str], str] = str, indent: str = ""
) -> Iterator[str]:
    """A clause after the words that lead to it: on their line when it is one statement, else as a list below them.

    `said` changes each statement (links, escapes); an item of a list is indented by `indent`.
    """
    if not clause.parts:
        yield f"{lead} {said(clause.words)}"
        return
    words = clause.words
    while (
        len(clause.parts) == 1 and clause.parts[0].parts
    ):  # "it is not certain that" "at least one of these"
        clause = clause.parts[0]
        words = f"{words} {clause.words}"
    yield f"{lead} {words}:"
    for part in clause.parts:
        yield from clause_lines(f"{indent}-", part, said, f"{indent}  ")


def place(rules: RuleSet, source: Source) -> str:
    """Where a source stands: `slide S13 “Definition”, row 1 (lines 180-193)`, `buisman-2020, Discussion`."""
    at = f", {source.at}" if source.at else ""
    if source.slide is None:
        return f"{source.paper}{at}"
    slide = rules.slides[source.slide]
    return f"slide {slide.id} “{slide.heading}”{at} (lines {slide.lines[0]}-{slide.lines[1]})"
