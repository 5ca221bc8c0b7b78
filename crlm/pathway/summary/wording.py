"""Words and framed answers that the boxes of the page share."""

from __future__ import annotations

from crlm.pathway.summary.model import Answer, EvidenceLine
from crlm.rendering.tree import Check, Inline, Paragraph, Run, SheetBlock, Sign, inline

DOTS = " \u00b7 "


NOT_IN_DECK = "\u2020"
"""Stands behind the title of a rule that is a convention of this software, from a paper or an inference."""


def evidence_words(one: EvidenceLine, *, in_full: bool) -> str:
    """A line of evidence: study, design, n, numbers, age, what is in error and what the audit found, here or behind."""
    known = [one.study, one.design, f"n = {one.n}" if one.n else "n not given"]
    doubts = [f"error of the deck: {', '.join(one.corrections)}"] if one.corrections else []
    if one.findings and in_full:
        doubts.append(f"printed numbers disagree: {'; '.join(one.findings)}")
    elif one.findings:
        doubts.append("printed numbers disagree: see next pages")
    said = f" [{'; '.join(doubts)}]" if doubts else ""
    return f"{', '.join(known)}: {one.numbers}. {capital(one.age)}.{said}"


def titled(one: Answer, under: str = "") -> str:
    """The title of a rule, without the heading that it stands under, marked when it is not in the deck."""
    title = one.title
    if under and title.lower().startswith(f"{under.lower()}: "):
        title = capital(title[len(under) + 2 :])
    return f"{title}{NOT_IN_DECK}" if one.origin_label else title


def answered(answers: tuple[Answer, ...], *, spelt: bool, under: str = "") -> tuple[Check, ...]:
    """Answers one a line, or those with the same result together behind it."""
    if spelt:
        return tuple(Check(one.sign, one.answer, inline(titled(one, under))) for one in answers)
    together: dict[tuple[Sign, str], list[str]] = {}
    for one in answers:
        together.setdefault((one.sign, one.answer), []).append(titled(one, under))
    return tuple(Check(*key, inline(DOTS.join(titles))) for key, titles in together.items())


def running(answers: tuple[Answer, ...], under: str = "") -> Inline:
    """Answers in running text, each framed word before what it is the answer to."""
    runs: list[str | Run] = []
    for one in answered(answers, spelt=False, under=under):
        runs += ["\u2002 " if runs else "", Run(one.answer, sign=one.sign), "\u00a0", *one.runs]
    return inline(*runs)


def by_topic(answers: tuple[Answer, ...]) -> Inline:
    """Warnings in running text, under the names of their topics: some titles mean little without."""
    together: dict[str, list[Answer]] = {}
    for one in answers:
        together.setdefault(one.topic, []).append(one)
    runs: list[str | Run] = []
    for topic, warned in together.items():
        titles = DOTS.join(lower(titled(one)) for one in warned)
        runs += [
            "\u2002 " if runs else "",
            Run(warned[0].answer, sign=warned[0].sign),
            f"\u00a0{topic}: {titles}",
        ]
    return inline(*runs)


def told_of(one: Answer, *, reasons: int, follows: bool, name: str = "", under: str = "") -> Inline:
    """The rule's title with its first comparisons, and what follows where it is met and something does."""
    parts: list[str | Run] = [name or titled(one, under)]
    said = one.reasons[:reasons]
    if said:
        cut = f"; {len(one.reasons) - len(said)} more" if len(one.reasons) > len(said) else ""
        parts.append(f" \u2013 {'; '.join(lower(reason) for reason in said)}{cut}")
    if follows and one.result == "met" and one.follows:
        parts.append(f" \u2192 {one.follows}")
    return inline(*parts)


def and_more(count: int, what: str) -> list[SheetBlock]:
    """How many there are besides, when there are any."""
    return [Paragraph(inline(f"And {count} more {what} (next pages)."), "muted")] if count > 0 else []


def capital(text: str) -> str:
    """The text as a sentence begins; a first word with capitals inside, dMMR or pMMR, stays as it is."""
    first = text.split(" ", 1)[0].split("/", 1)[0].rstrip(",:;")
    return text if first[1:].lower() != first[1:] else f"{text[:1].upper()}{text[1:]}"


_NAMES = ("Glissonean", "Couinaud")


def lower(text: str) -> str:
    """The text inside a sentence; an abbreviation or a name keeps its capitals."""
    first = text.split(" ", 1)[0]
    if first in _NAMES:
        return text
    return f"{text[:1].lower()}{text[1:]}" if first[1:].islower() or len(first) == 1 else text
