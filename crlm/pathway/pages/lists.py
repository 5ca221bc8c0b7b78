"""The pages beside the topics: inputs, conflicts, errors of the deck, missing pictures, changes."""

from __future__ import annotations

from collections.abc import Iterator

from crlm.evidence import paper
from crlm.pathway.conditions.language import parse
from crlm.pathway.conditions.words import ConditionWords
from crlm.pathway.description import place
from crlm.pathway.explanation.words import date_words
from crlm.pathway.model import Correction, Input
from crlm.pathway.pages.evidence import DECK
from crlm.pathway.pages.markdown import clause_after, code, escape, linked, page, rule_links, table
from crlm.pathway.ruleset import RuleSet


def inputs_page(rules: RuleSet) -> str:
    """What a case can hold, topic by topic."""
    topics = tuple(dict.fromkeys(one.topic for one in rules.inputs.values()))
    judged = sum(one.judgement for one in rules.inputs.values())
    lines = [
        f"{len(rules.inputs)} inputs; {judged} of them are judgements: the board is asked, and nothing is worked out. "
        "Every value can be unknown. [A case](case.md) is a JSON object of these names.",
        "",
    ]
    for topic in topics:
        lines += [f"## {topic.replace('_', ' ').capitalize()}", ""]
        lines += table(
            ("input", "what it is", "values", "rules"),
            (_input(rules, one) for one in rules.inputs.values() if one.topic == topic),
        )
        lines.append("")
    return page("The inputs of the rules", lines)


def _input(rules: RuleSet, one: Input) -> tuple[str, str, str, str]:
    what = f"**{escape(one.called)}**. {escape(one.definition)}"
    if one.question:
        what += f"<br>*Asked of the board:* {escape(one.question)}"
    if one.derived:
        what += f"<br>*Follows from:* {escape(one.derived)}"
    if one.levels:
        values = ", ".join(f"`{level}`" for level in one.levels)
    else:
        limits = f", {one.range.in_words()}" if one.range else ""
        values = f"{one.type}{f' ({one.unit})' if one.unit else ''}{limits}"
    values += "; one for each lesion" if one.per_lesion else ""
    used = rule_links(rules, rules.listed_by[one.name]) or "none"
    return f"`{one.name}`", what, values, used + (" (displayed only)" if one.display_only else "")


def conflicts_page(rules: RuleSet) -> str:
    """What the sources disagree about: every side, where it bites, what the software does."""
    words = ConditionWords(rules)
    lines = [
        "Nothing here is resolved: where a conflict bites, every side is shown with the result. A conflict about "
        "content is shown wherever one of its rules applies.",
        "",
        *table(
            ("conflict", "about", "bites"),
            (
                (linked(rules, one.id), escape(one.subject), escape(one.where or "content only"))
                for one in rules.conflicts
            ),
        ),
        "",
    ]
    for one in rules.conflicts:
        lines += [f"## {one.id}", "", f"**{escape(one.subject)}**", ""]
        lines += table(
            ("what is said", "where"),
            ((escape(side.says), escape(place(rules, side.source))) for side in one.sides),
        )
        lines.append("")
        if one.bites:
            lines += [*clause_after(rules, "**Bites when:**", words.clauses(parse(one.bites))), ""]
        else:
            lines += ["**About content:** shown where one of its rules applies.", ""]
        lines += [f"**What the software does:** {linked(rules, one.behaviour)}", ""]
        lines.append(f"- *Rules:* {rule_links(rules, one.rules)}")
        if one.bites:
            lines.append(f"- *As code:* {code(one.bites)}")
        lines.append("")
    return page("What the sources disagree about", lines)


def errors_page(rules: RuleSet) -> str:
    """The deck's own errors: what it prints, with a note beside it."""
    lines = [
        "What the deck prints is shown as it stands, with the note beside it. Nothing is repaired silently, and no "
        "rule rests on a corrected number.",
        "",
    ]
    for one in rules.corrections:
        lines += [f"## {one.id}", "", *_correction(rules, one), ""]
    return page("Errors of the deck", lines)


def _correction(rules: RuleSet, one: Correction) -> Iterator[str]:
    yield from table(
        ("the deck prints", "correction note"), ((escape(one.prints), f"**{escape(one.note)}**"),)
    )
    yield ""
    for slide in (rules.slides[id_] for id_ in one.slides):
        yield f"- *On* slide {slide.id} “{escape(slide.heading)}” (lines {slide.lines[0]}-{slide.lines[1]})"
    if one.rules:
        yield f"- *Shown with:* {rule_links(rules, one.rules)}"
    if one.evidence:
        deck = paper(DECK)
        yield f"- *Numbers it is about:* {', '.join(deck.row(id_).row_id for id_ in one.evidence)}"


def gaps_page(rules: RuleSet) -> str:
    """The pictures that the deck as we have it lacks."""
    lines = [
        "Pictures that were lost when the deck was turned into text. No rule is made up for them; they have to be "
        "asked of the deck's owner.",
        "",
    ]
    for one in rules.gaps:
        slide = rules.slides[one.slide]
        left = "the slide is nothing but a picture" if slide.captured == "no" else "its other text was read"
        lines += [f"## {one.id}", "", escape(one.missing), ""]
        lines.append(
            f"- *On* slide {slide.id} “{escape(slide.heading)}” (lines {slide.lines[0]}-{slide.lines[1]}); {left}"
        )
        if one.rules:
            lines.append(f"- *Rules that would need it:* {rule_links(rules, one.rules)}")
        lines.append("")
    return page("Pictures missing from the deck", lines)


def changes_page(rules: RuleSet) -> str:
    """The versions of the rules, the newest first."""
    lines = [
        "A change of what a rule means raises its version and the version of the rules. Every evaluation names the "
        "version and the hash of the files that it read.",
        "",
    ]
    for one in reversed(rules.changes):
        named = rule_links(rules, one.rules) if one.rules else "all"
        lines += [f"## {one.version}", "", f"{date_words(one.date)}. {linked(rules, one.what)}", ""]
        lines += [f"- *Rules:* {named}", ""]
    return page("Changes of the rules", lines)
