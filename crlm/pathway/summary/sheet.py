"""The first page: the summary as one sheet, as full as fits on A4. What does not fit is counted, and stands behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from crlm.pathway.summary.model import (
    Answer,
    Disagreement,
    EvidenceLine,
    Factors,
    Known,
    MissingItem,
    OptionItem,
    Summary,
)
from crlm.rendering.numbering import listed
from crlm.rendering.sheet import HEIGHT, head_height, sheet_height
from crlm.rendering.tree import (
    Box,
    Check,
    Checklist,
    Columns,
    Inline,
    Paragraph,
    Ruled,
    Run,
    SheetBlock,
    Sign,
    inline,
)

TITLE = "Tumour board: colorectal liver metastases"
NO_QUESTION = "Question: none was given"
REMARK = (
    "Supports a board and decides nothing. ? = not recorded, which is not a no. ! = unwelcome, or a prompt."
)
DOTS = " \u00b7 "
_NAMED = 3
"""Things by name that a missing value blocks."""
_ONLY_WHETHER = 2
"""The urgency of what only tells whether an option applies."""


@dataclass(frozen=True)
class Detail:
    """How much of each part is said; the rest is named or counted, and stands on the next pages.

    `spelt`: factors stand one a line, not together behind one answer. `follows`: what follows from what is met is said.
    `evidence` counts lines in all; every option gets its first before one gets its second.
    """

    missing: int
    spelt: bool
    reasons: int
    follows: bool
    options: int
    evidence: int
    disagreements: int


TERSEST = Detail(missing=2, spelt=False, reasons=0, follows=False, options=0, evidence=0, disagreements=0)
RICHER: tuple[dict[str, int | bool], ...] = (
    *({"options": count} for count in range(1, 4)),
    {"disagreements": 1},
    {"evidence": 1},
    {"options": 4},
    *({"evidence": count} for count in (2, 3)),
    *({"options": count} for count in (5, 6)),
    *({"missing": count} for count in (3, 4)),
    *({"evidence": count} for count in range(4, 7)),
    {"options": 9},
    {"disagreements": 2},
    *({"evidence": count} for count in range(7, 13)),
    {"reasons": 1},
    {"missing": 6},
    {"disagreements": 3},
    {"follows": True},
    {"spelt": True},
    {"reasons": 2},
    {"missing": 9},
    {"disagreements": 5},
)
"""What is added to the tersest page, in this order, each where it still fits."""


def subtitle(summary: Summary) -> str:
    """The question for the board."""
    return f"Question: {summary.question}" if summary.question else NO_QUESTION


def origin(summary: Summary) -> str:
    """The patient, the day and the rules, for the head and the foot."""
    parts = [
        summary.patient_label,
        f"board of {summary.date}",
        f"rules {summary.rules_version} ({summary.rules_sha256[:8]})",
    ]
    return DOTS.join(parts)


def sheet(summary: Summary) -> tuple[SheetBlock, ...]:
    """The blocks of the page: the tersest form, with what still fits on A4 by the estimated height."""
    head = head_height(TITLE, subtitle(summary), f"{origin(summary)}{DOTS}created 2026-01-01 00:00 UTC")
    best = TERSEST
    blocks = tuple(_blocks(summary, best))
    for change in RICHER:
        fuller = replace(best, **change)  # type: ignore[arg-type]
        tried = tuple(_blocks(summary, fuller))
        if head + sheet_height(tried) <= HEIGHT:
            best, blocks = fuller, tried
    return blocks


def _blocks(summary: Summary, detail: Detail) -> Iterator[SheetBlock]:
    yield _missing(summary, detail)
    if summary.contradictions:
        shown = summary.contradictions[: detail.missing]
        checks = [
            Check(
                "warning", "! check", inline(one.says, "" if one.used else " Not used: it counts as unknown.")
            )
            for one in shown
        ]
        blocks: list[SheetBlock] = [Checklist(tuple(checks))]
        blocks += _more(len(summary.contradictions) - len(shown), "contradictions")
        yield Box("Recorded values that cannot all be true", tuple(blocks), "heavy")
    yield _known(summary)
    yield Box("", (Columns(((_class(summary, detail),), (_biology(summary),)), (1.15, 1.0)),))
    yield _factors(summary, detail)
    if summary.warnings:
        yield _warnings(summary, detail)
    yield _options(summary, detail)
    if summary.disagreements:
        yield _disagreements(summary, detail)
    yield _decision()
    yield Paragraph(inline(REMARK, _conventions(summary)), "muted")


def _missing(summary: Summary, detail: Detail) -> Box:
    """What the page waits for, inputs that block the same things together; the rest by name."""
    if not summary.missing:
        return Box("Missing", (Paragraph(inline("Nothing that a rule asks for is missing.")),), "heavy")
    together: dict[str, list[MissingItem]] = {}
    for one in summary.missing:
        if one.urgency < _ONLY_WHETHER:
            together.setdefault(one.holds_up[0], []).append(one)
    groups = list(together.values())
    shown = groups[: detail.missing]
    checks = [
        Check(
            "unknown",
            "missing ?",
            inline(Run(_capital(listed([one.label for one in group])), bold=True), _blocked(group)),
        )
        for group in shown
    ]
    blocks: list[SheetBlock] = [Checklist(tuple(checks))] if checks else []
    said = {one.input for group in shown for one in group}
    others = [one.label for one in summary.missing if one.input not in said]
    if others:
        more = f" and {len(others) - 6} more" if len(others) > 6 else ""
        first = (
            "Also missing: "
            if checks
            else "Nothing on this page waits for a missing value. Missing elsewhere: "
        )
        blocks.append(Paragraph(inline(f"{first}{', '.join(others[:6])}{more} (next pages)."), "muted"))
    return Box("Missing, and what it blocks", tuple(blocks), "heavy")


def _names(group: list[MissingItem]) -> str:
    return _capital(listed([one.label for one in group]))


def _blocked(group: list[MissingItem]) -> str:
    """What on the page hangs on missing values, and how many rules in all."""
    shared = set.intersection(*(set(one.holds_up) for one in group))
    names = [name for name in group[0].holds_up if name in shared][:_NAMED]
    rules = len({rule for one in group for rule in one.blocks})
    verb = "blocks" if len(group) == 1 else "block"
    return f" {verb} {listed(names)} ({rules} rule{'' if rules == 1 else 's'} in all)."


def _known(summary: Summary) -> Box:
    runs: list[str | Run] = []
    for k, group in enumerate(summary.known):
        runs.append(Run(f"{'  ' if k else ''}{group.title}: ", bold=True))
        said = [_said(one) for one in group.values if one.value is not None]
        absent = [one.short or one.label for one in group.values if one.value is None]
        if absent:
            said.append(f"[? not recorded: {', '.join(absent)}]")
        runs.append(f"{'; '.join(said)}.")
    return Box("", (Paragraph(inline(*runs)),))


def _said(one: Known) -> str:
    if not one.short:
        return one.value or ""
    return f"{one.short}{' ' if one.number else ': '}{one.value}"


def _class(summary: Summary, detail: Detail) -> Box:
    still = " (something missing could still change it)" if summary.class_open and summary.class_known else ""
    reasons = summary.class_reasons[: 2 + 2 * detail.reasons]
    more = len(summary.class_reasons) - len(reasons)
    because = f"{'; '.join(reasons)}{f'; and {more} more' if more else ''}."
    remnant = summary.remnant
    told = _told(remnant, replace(detail, follows=False), name="Remnant adequate")
    blocks: list[SheetBlock] = [
        Paragraph(inline(Run(f"{summary.class_words}{still}", bold=True))),
        Paragraph(inline(because if summary.class_reasons else "No reason could be given.")),
        Checklist((Check(remnant.sign, remnant.answer, told),)),
    ]
    return Box("Technical class (a convention of this software)", tuple(blocks), "none")


def _biology(summary: Summary) -> Box:
    flags = Checklist(tuple(Check(one.sign, one.answer, inline(one.words)) for one in summary.biology))
    note = Paragraph(inline("An axis of its own: it never changes the technical class."), "muted")
    return Box("Biology", (flags, note), "none")


def _factors(summary: Summary, detail: Detail) -> Box:
    """The groups of factors in one box, each in two columns."""
    blocks: list[SheetBlock] = []
    for group in summary.factors:
        if group.not_applicable is not None:
            blocks.append(
                Paragraph(inline(Run(f"{group.title}. ", bold=True), group.not_applicable), "muted")
            )
            continue
        columns = []
        for title, answers in ((group.left_title, group.left), (group.right_title, group.right)):
            content: SheetBlock = Checklist(_checks(answers, spelt=True))
            if not answers:
                content = Paragraph(inline("None."), "muted")
            elif not detail.spelt:
                content = Paragraph(_running(answers))
            columns.append((Box(title, (content,), "none"),))
        parts: list[SheetBlock] = [Columns(tuple(columns), _shares(group))]
        if group.neither:
            names = "; ".join(_lower(one.title) for one in group.neither)
            parts.append(Paragraph(inline(f"Known not to be so: {names}."), "muted"))
        blocks += parts
    return Box("Factors for and against: listed, never added up or weighed", tuple(blocks))


def _by_topic(answers: tuple[Answer, ...]) -> Inline:
    """Warnings in running text, under the names of their topics: some titles mean little without."""
    together: dict[str, list[Answer]] = {}
    for one in answers:
        together.setdefault(one.topic, []).append(one)
    runs: list[str | Run] = []
    for topic, warned in together.items():
        titles = DOTS.join(_lower(one.title) for one in warned)
        runs += [
            "\u2002 " if runs else "",
            Run(warned[0].answer, sign=warned[0].sign),
            f"\u00a0{topic}: {titles}",
        ]
    return inline(*runs)


def _shares(group: Factors) -> tuple[float, float]:
    """The side with more to say has more room, within reason."""
    left, right = (sum(len(one.title) for one in side) + 40 for side in (group.left, group.right))
    ratio = min(2.0, max(0.5, left / right))
    return ratio, 1.0


def _checks(answers: tuple[Answer, ...], *, spelt: bool) -> tuple[Check, ...]:
    """Answers one a line, or those with the same result together behind it."""
    if spelt:
        return tuple(Check(one.sign, one.answer, inline(one.title)) for one in answers)
    together: dict[tuple[Sign, str], list[str]] = {}
    for one in answers:
        together.setdefault((one.sign, one.answer), []).append(one.title)
    return tuple(Check(*key, inline(DOTS.join(titles))) for key, titles in together.items())


def _running(answers: tuple[Answer, ...]) -> Inline:
    """Answers in running text, each framed word before what it is the answer to."""
    runs: list[str | Run] = []
    for one in _checks(answers, spelt=False):
        runs += ["\u2002 " if runs else "", Run(one.answer, sign=one.sign), "\u00a0", *one.runs]
    return inline(*runs)


def _warnings(summary: Summary, detail: Detail) -> Box:
    """All warnings, whatever the room."""
    if not detail.follows:
        return Box("Warnings and prompts", (Paragraph(_by_topic(summary.warnings)),))
    checks = (Check(one.sign, one.answer, _told(one, detail, follows=True)) for one in summary.warnings)
    return Box("Warnings and prompts", (Checklist(tuple(checks)),))


def _options(summary: Summary, detail: Detail) -> Box:
    """Options in rows: the name, then its conditions and the evidence."""
    certain = [one for one in summary.options if one.applies == "yes"]
    shown, rest = certain[: detail.options], certain[detail.options :]
    may = [one for one in summary.options if one.applies == "unknown"]
    lines = _evidence_each(shown, detail.evidence)
    blocks: list[SheetBlock] = [
        Columns(((Paragraph(inline(Run(one.title, bold=True))),), _option(one, detail, count)), (1.0, 4.2))
        for one, count in zip(shown, lines, strict=True)
    ]
    if rest:
        blocks += [Paragraph(inline(f"Further options (next pages): {_answered(rest)}."), "muted")]
    if may:
        blocks += [Paragraph(inline(f"Not known whether they apply: {_titles(may)}."), "muted")]
    if not summary.options:
        blocks.append(Paragraph(inline("No option of the sources applies to what is recorded.")))
    return Box("Options that the sources name, in their order, with their conditions", tuple(blocks))


def _evidence_each(options: list[OptionItem], count: int) -> list[int]:
    """How many lines of evidence each option shows of so many in all: the first of each, then the second."""
    turns = [k for turn in range(2) for k, one in enumerate(options) if len(one.evidence) > turn]
    return [turns[:count].count(k) for k in range(len(options))]


def _option(option: OptionItem, detail: Detail, evidence_lines: int) -> tuple[SheetBlock, ...]:
    conditions: SheetBlock
    if detail.reasons:
        conditions = Checklist(
            tuple(Check(one.sign, one.answer, _told(one, detail)) for one in option.conditions)
        )
    else:
        conditions = Paragraph(_running(option.conditions))
    evidence = [Paragraph(inline(evidence_words(one)), "muted") for one in option.evidence[:evidence_lines]]
    return (conditions, *evidence)


def evidence_words(one: EvidenceLine) -> str:
    """A line of evidence: study, design, n, numbers, age, and what is in error."""
    known = [one.study, one.design, f"n = {one.n}" if one.n else "n not given"]
    errors = f" [error of the deck: {', '.join(one.corrections)}]" if one.corrections else ""
    return f"{', '.join(known)}: {one.numbers}. {_capital(one.age)}.{errors}"


def _told(one: Answer, detail: Detail, *, name: str = "", follows: bool = False) -> Inline:
    """The rule's title with the comparison, and what follows where something does."""
    parts: list[str | Run] = [Run(name or one.title, bold=False)]
    reasons = one.reasons[: detail.reasons]
    if reasons:
        more = len(one.reasons) - len(reasons)
        parts.append(f": {'; '.join(_lower(reason) for reason in reasons)}{'; ...' if more else ''}")
    if (detail.follows or follows) and one.result == "met" and one.follows:
        parts.append(f" \u2192 {one.follows}")
    return inline(*parts)


def _disagreements(summary: Summary, detail: Detail) -> Box:
    biting = [one for one in summary.disagreements if one.bites == "yes"]
    biting.sort(key=lambda one: not one.about_values)
    shown = biting[: detail.disagreements]
    blocks: list[SheetBlock] = [Paragraph(_sides(one)) for one in shown]
    others = [one.id for one in summary.disagreements if one not in shown]
    if others:
        blocks.append(
            Paragraph(
                inline(f"Others that concern or may concern this case (next pages): {', '.join(others)}."),
                "muted",
            )
        )
    return Box("Sources disagree", tuple(blocks))


def _sides(one: Disagreement) -> Inline:
    runs: list[str | Run] = [Run(f"{one.id} {one.subject}. ", bold=True)]
    sides = one.sides[:2]
    runs += [f"{side.place}: {side.says} " for side in sides]
    if len(one.sides) > len(sides):
        runs.append(f"({len(one.sides) - len(sides)} more on the next pages.)")
    return inline(*runs)


def _decision() -> Box:
    """Room to write: as high as who, when and in whose presence need."""
    people = (Ruled("Present", 1), Ruled("Decided by", 1), Ruled("Date", 1))
    columns = ((Ruled("Decision", 4),), (Ruled("Reason, and where it departs from the above", 4),), people)
    return Box("The board's decision", (Columns(columns, (1.0, 1.0, 0.75)),), "heavy")


def _conventions(summary: Summary) -> str:
    ids = [one.split(" ")[0] for one in summary.conventions]
    return f" Not in the deck but of this software, a paper or an inference: {', '.join(ids)}." if ids else ""


def _more(count: int, what: str) -> list[SheetBlock]:
    return [Paragraph(inline(f"And {count} more {what} (next pages)."), "muted")] if count > 0 else []


def _answered(options: list[OptionItem]) -> str:
    """Options with the answers of their conditions in brackets."""
    return "; ".join(
        f"{_lower(one.title)} ({', '.join(dict.fromkeys(answer.answer for answer in one.conditions))})"
        for one in options
    )


def _titles(options: list[OptionItem]) -> str:
    return "; ".join(_lower(one.title) for one in options)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _lower(text: str) -> str:
    """The text inside a sentence; an abbreviation keeps its capitals."""
    first = text.split(" ", 1)[0]
    return f"{text[:1].lower()}{text[1:]}" if first[1:].islower() or len(first) == 1 else text
