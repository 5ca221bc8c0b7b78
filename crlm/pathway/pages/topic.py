"""The page of one topic: every rule of it in words, with its source, its evidence and what is wrong or disputed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from crlm.pathway.description import KINDS, Described, Outcome, Part, described
from crlm.pathway.explanation.words import date_words
from crlm.pathway.model import Topic
from crlm.pathway.pages.evidence import TopicEvidence
from crlm.pathway.pages.markdown import clause_after, code, escape, linked, page, rule_link, rule_links, table
from crlm.pathway.ruleset import RuleSet


def topic_page(rules: RuleSet, topic: Topic) -> str:
    """The page of a topic as Markdown."""
    found = described(rules, [one.id for one in topic.rule])
    evidence = TopicEvidence(rules, found)
    lines = [*_opening(rules, topic, found)]
    for one in found:
        lines += [*_rule(rules, one, evidence), ""]
    lines += evidence.appendix()
    return page(f"{topic.number} {escape(topic.title)}", lines)


def _opening(rules: RuleSet, topic: Topic, found: tuple[Described, ...]) -> Iterator[str]:
    kinds = Counter(one.kind for one in found)
    counts = ", ".join(f"{kinds[kind]} {KINDS[kind]}" for kind in KINDS if kinds[kind])
    yield (
        f"Of its {len(found)} rules: {counts}. No clinician has reviewed them; one should by "
        f"{date_words(topic.review_date)}. [How to read a rule](README.md#how-to-read-a-rule)."
    )
    yield ""
    yield from table(
        ("rule", "kind"),
        (
            (f"{rule_link(rules, one.id)} {escape(one.title)}", KINDS[one.kind] + _label(one.origin_label))
            for one in found
        ),
    )
    yield ""


def _label(origin: str) -> str:
    return f". **{origin}**" if origin else ""


def _rule(rules: RuleSet, one: Described, evidence: TopicEvidence) -> Iterator[str]:
    yield from (f"## {one.id}", "", f"**{escape(one.title)}**", "")
    if one.origin_label:
        yield from (f"> **{one.origin_label.upper()}.**", "")
    strength = f" {linked(rules, one.strength.rstrip('.'))}." if one.strength else ""
    yield from (f"*{KINDS[one.kind][0].upper()}{KINDS[one.kind][1:]}.*{strength}", "")
    if one.applies is None:
        yield "**Applies** always."
    else:
        yield from clause_after(rules, "**Applies when:**", one.applies.clause)
    yield ""
    yield from _result(rules, one)
    yield from (f"**Says:** {linked(rules, one.conclusion)}", "")
    for name, words in one.computed:
        yield from (f"**Shown with it:** {name}: {escape(words)}.", "")
    if one.two_valued:
        yield from (f"**“Not known” counts as an answer here.** {linked(rules, one.two_valued)}", "")
    yield from _notes(rules, one)
    yield ""
    yield from evidence.of(one)


def _result(rules: RuleSet, one: Described) -> Iterator[str]:
    if one.condition is not None:
        lead = "**Met, as a warning or a prompt, when:**" if one.fires else "**Met when:**"
        yield from clause_after(rules, lead, one.condition.clause)
    elif one.labels:
        yield from ("**The first of these that is certain is the result:**", "")
        yield from _outcomes(rules, one.labels, numbered=True)
        if one.flags:
            yield from ("", f"**Beside it, as {escape(str(one.flags_heading))}, each that is certain:**", "")
            yield from _outcomes(rules, one.flags, numbered=False)
    else:
        yield "**Shown** whenever it applies; there is nothing to decide."
    yield ""


def _outcomes(rules: RuleSet, outcomes: tuple[Outcome, ...], *, numbered: bool) -> Iterator[str]:
    for number, one in enumerate(outcomes, 1):
        mark = f"{number}." if numbered else "-"
        name = f"{mark} `{one.name}`"
        if one.part is None:
            yield f"{name} when none of them is"
        else:
            yield from clause_after(rules, f"{name} when:", one.part.clause, indent=" " * (len(mark) + 1))


def _notes(rules: RuleSet, one: Described) -> Iterator[str]:
    """What else there is to know, one item each."""
    decide = [f"{item.label} (`{item.name}`)" for item in one.inputs if not item.displayed]
    shown = [f"{item.label} (`{item.name}`)" for item in one.inputs if item.displayed]
    if decide:
        yield f"- *Decided by:* {', '.join(decide)}"
    if one.asks:
        yield f"- *Uses the rules:* {rule_links(rules, one.asks)}"
    if shown:
        yield f"- *Shown beside it, not tested:* {', '.join(shown)}"
    questions = [escape(item.question) for item in one.inputs if item.question]
    if questions:
        yield f"- *Asked of the board:* {' '.join(questions)}"
    for place in one.source:
        yield f"- *Source:* {escape(place)}"
    if one.ambiguity:
        yield f"- *To note:* {linked(rules, one.ambiguity)}"
    for conflict in one.conflicts:
        yield f"- *Sources disagree:* {linked(rules, conflict.id)}, {escape(conflict.subject)}"
    for error in one.corrections:
        link = f"[{error.id}](errors-of-the-deck.md#{error.id.lower()})"
        yield f"- *Error of the deck,* {link}*:* {escape(error.prints)} **Correction note:** {escape(error.note)}"
    for gap in one.gaps:
        yield f"- *Picture missing,* [{gap.id}](gaps.md#{gap.id.lower()})*:* {escape(gap.missing)}"
    yield f"- *Version* {one.version}; to be looked at again by {date_words(one.review_date)}"
    yield from (f"- *As code:* {words}" for words in _as_code(one))


def _as_code(one: Described) -> Iterator[str]:
    def said(key: str, part: Part | None) -> Iterator[str]:
        if part is not None:
            yield f"`{key}` {code(part.code)}"

    yield from said("applies_when", one.applies)
    yield from said("condition", one.condition)
    for outcome in (*one.labels, *one.flags):
        yield from said(outcome.name, outcome.part)
