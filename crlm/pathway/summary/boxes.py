"""The boxes of the page, each at a level of detail. What a box leaves out is named or counted in it."""

from __future__ import annotations

from crlm.pathway.summary.detail import Detail
from crlm.pathway.summary.model import Disagreement, Factors, MissingItem, OptionItem, Summary
from crlm.pathway.summary.wording import (
    NOT_IN_DECK,
    and_more,
    answered,
    by_topic,
    capital,
    evidence_words,
    lower,
    running,
    titled,
    told_of,
)
from crlm.rendering.numbering import listed
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
    inline,
)

REMARK = (
    "Supports a board and decides nothing. ? = not recorded, which is not a no. applies ? = not known whether the rule "
    "is for this patient. ! = unwelcome, or a prompt. S10 = slide 10 of the deck that the rules are from (March 2024)."
)
NO_EVIDENCE = "No study is linked to these rules."
REMNANT_NAME = f"Remnant adequate{NOT_IN_DECK}"
_NAMED = 3
"""Things by name that a missing value blocks."""
_ONLY_WHETHER = 2
"""The urgency of what only tells whether an option applies."""


def missing_box(summary: Summary, detail: Detail) -> Box:
    """What the page waits for, inputs that block the same things together; the rest by name."""
    if not summary.missing:
        return Box("Missing", (Paragraph(inline("Nothing that a rule asks for is missing.")),), "heavy")
    together: dict[str, list[MissingItem]] = {}
    for one in summary.missing:
        if one.urgency < _ONLY_WHETHER:
            together.setdefault(one.holds_up[0], []).append(one)
    groups = list(together.values())
    shown = groups[: detail.missing]
    asked = tuple(
        Check("unknown", "missing ?", inline(Run(_names(one), bold=True), _blocked(one))) for one in shown
    )
    blocks: list[SheetBlock] = [Checklist(asked)] if asked else []
    said = {one.input for group in shown for one in group}
    others = [one.label for one in summary.missing if one.input not in said]
    if others:
        more = f" and {len(others) - 6} more" if len(others) > 6 else ""
        none = "Nothing on this page waits for a missing value. Missing elsewhere: "
        first = "Also missing: " if asked else none
        blocks.append(Paragraph(inline(f"{first}{', '.join(others[:6])}{more} (next pages)."), "muted"))
    return Box("Missing, and what it blocks", tuple(blocks), "heavy")


def _names(group: list[MissingItem]) -> str:
    return capital(listed([one.label for one in group]))


def _blocked(group: list[MissingItem]) -> str:
    """What on the page hangs on missing values, and how many rules in all."""
    shared = set.intersection(*(set(one.holds_up) for one in group))
    names = [name for name in group[0].holds_up if name in shared][:_NAMED]
    rules = len({rule for one in group for rule in one.blocks})
    verb = "blocks" if len(group) == 1 else "block"
    return f" {verb} {listed(names)} ({rules} rule{'' if rules == 1 else 's'})."


def contradictions_box(summary: Summary, detail: Detail) -> Box:
    """Values that cannot all be true."""
    shown = summary.contradictions[: detail.contradictions]
    warned = (
        Check("warning", "! check", inline(one.says, "" if one.used else " Not used: it counts as unknown."))
        for one in shown
    )
    rest = and_more(len(summary.contradictions) - len(shown), "contradictions")
    return Box("Recorded values that cannot all be true", (Checklist(tuple(warned)), *rest), "heavy")


def class_and_biology_box(summary: Summary, detail: Detail) -> Box:
    """The two axes side by side."""
    return Box("", (Columns(((_class(summary, detail),), (_biology(summary),)), (1.15, 1.0)),))


def known_box(summary: Summary, detail: Detail) -> Box:
    """What was recorded: who the patient is, in a few lines; from a registry, with the records of each group."""
    runs: list[str | Run] = []
    for k, group in enumerate(summary.known):
        runs.append(Run(f"{'  ' if k else ''}{group.title}: ", bold=True))
        said = [one.words for one in group.values if one.value is not None]
        absent = [one.words for one in group.values if one.value is None]
        if absent:
            said.append(f"[? {', '.join(absent)}]")
        where = f" ({group.sources})" if group.sources and detail.sources else ""
        runs.append(f"{'; '.join(said)}{where}.")
    title = f"Recorded, {summary.records}" if summary.records else ""
    return Box(title, (Paragraph(inline(*runs)),))


def _class(summary: Summary, detail: Detail) -> Box:
    still = " (something missing could still change it)" if summary.still_open else ""
    reasons = summary.class_reasons[: 2 + 2 * detail.reasons]
    more = len(summary.class_reasons) - len(reasons)
    because = f"{'; '.join(reasons)}{f'; and {more} more' if more else ''}."
    remnant = summary.remnant
    adequate = told_of(remnant, reasons=detail.reasons, follows=False, name=REMNANT_NAME)
    blocks: list[SheetBlock] = [
        Paragraph(inline(Run(f"{summary.class_words}{still}", bold=True))),
        Paragraph(inline(because if summary.class_reasons else "No reason could be given.")),
        Checklist((Check(remnant.sign, remnant.answer, adequate),)),
    ]
    return Box("Technical class (a convention of this software)", tuple(blocks), "none")


def _biology(summary: Summary) -> Box:
    flags = Checklist(tuple(Check(one.sign, one.answer, inline(one.words)) for one in summary.biology))
    note = Paragraph(inline("An axis of its own: it never changes the technical class."), "muted")
    return Box("Biology", (flags, note), "none")


def factors_box(summary: Summary, detail: Detail) -> Box:
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
            content: SheetBlock = Checklist(answered(answers, spelt=True))
            if not answers:
                content = Paragraph(inline("None."), "muted")
            elif not detail.spelt:
                content = Paragraph(running(answers))
            columns.append((Box(title, (content,), "none"),))
        parts: list[SheetBlock] = [Columns(tuple(columns), _shares(group))]
        if group.unknown:
            parts.append(Paragraph(running(group.unknown)))
        if group.neither:
            names = "; ".join(lower(titled(one)) for one in group.neither)
            parts.append(Paragraph(inline(f"Known not to be so: {names}."), "muted"))
        blocks += parts
    return Box("Factors for and against: listed, never added up or weighed", tuple(blocks))


def _shares(group: Factors) -> tuple[float, float]:
    """The side with more to say has more room, within reason."""
    left, right = (sum(len(one.title) for one in side) + 40 for side in (group.left, group.right))
    ratio = min(2.0, max(0.5, left / right))
    return ratio, 1.0


def warnings_box(summary: Summary, detail: Detail) -> Box:
    """All warnings, whatever the room."""
    if not detail.follows:
        return Box("Warnings and prompts", (Paragraph(by_topic(summary.warnings)),))
    warned = (
        Check(one.sign, one.answer, told_of(one, reasons=detail.reasons, follows=True))
        for one in summary.warnings
    )
    return Box("Warnings and prompts", (Checklist(tuple(warned)),))


def options_box(summary: Summary, detail: Detail) -> Box:
    """Options in rows, in the order of the sources: the name, then its conditions and the evidence.

    Where there is no room for all, those with a condition that is met have theirs before the others.
    """
    certain = [one for one in summary.options if one.applies == "yes"]
    first = sorted(certain, key=_most_met)[: detail.options]
    shown, rest = [one for one in certain if one in first], [one for one in certain if one not in first]
    may = [one for one in summary.options if one.applies == "unknown"]
    lines = _evidence_each(shown, detail.evidence)
    blocks: list[SheetBlock] = [
        Columns(((Paragraph(inline(Run(one.title, bold=True))),), _option(one, detail, count)), (1.0, 4.2))
        for one, count in zip(shown, lines, strict=True)
    ]
    if rest:
        blocks += [Paragraph(inline(f"Further options (next pages): {_answered(rest)}."), "muted")]
    if may:
        said = _titles(may) if detail.options else f"{len(may)} options (next pages)"
        blocks += [Paragraph(inline(f"Not known whether they apply: {said}."), "muted")]
    if not summary.options:
        blocks.append(Paragraph(inline("No option of the sources applies to what is recorded.")))
    return Box("Options that the sources name, in their order, with their conditions", tuple(blocks))


def _most_met(option: OptionItem) -> int:
    """0 with a condition that is met, 1 with one that is listed or has a label, 2 with an unknown one, else 3."""
    ranks = {"yes": 0, "warning": 0, "plain": 1, "unknown": 2, "no": 3}
    return min((ranks[one.sign] for one in option.conditions), default=3)


def _evidence_each(options: list[OptionItem], count: int) -> list[int]:
    """How many lines of evidence each option shows of so many in all.

    Each gets its first before one gets its second, and those with a condition that is met before the others.
    """
    met = [any(answer.result == "met" for answer in one.conditions) for one in options]
    order = sorted(range(len(options)), key=lambda k: not met[k])
    turns = [k for turn in range(2) for k in order if len(options[k].evidence) > turn]
    return [turns[:count].count(k) for k in range(len(options))]


def _option(option: OptionItem, detail: Detail, evidence_lines: int) -> tuple[SheetBlock, ...]:
    conditions: SheetBlock
    if detail.reasons:
        conditions = Checklist(
            tuple(
                Check(
                    one.sign,
                    one.answer,
                    told_of(one, reasons=detail.reasons, follows=detail.follows, under=option.title),
                )
                for one in option.conditions
            )
        )
    else:
        conditions = Paragraph(running(option.conditions, option.title))
    evidence = [
        Paragraph(inline(evidence_words(one, in_full=False)), "muted")
        for one in option.evidence[:evidence_lines]
    ]
    if detail.reasons and not option.evidence:
        evidence = [Paragraph(inline(NO_EVIDENCE), "muted")]
    return (conditions, *evidence)


def _answered(options: list[OptionItem]) -> str:
    """Options with the answers of their conditions in brackets."""
    return "; ".join(
        f"{lower(one.title)} ({', '.join(dict.fromkeys(answer.answer for answer in one.conditions))})"
        for one in options
    )


def _titles(options: list[OptionItem]) -> str:
    return "; ".join(lower(one.title) for one in options)


def disagreements_box(summary: Summary, detail: Detail) -> Box:
    """Sources that disagree about values of this patient, both sides; the other disagreements by their subject."""
    biting = [one for one in summary.disagreements if one.bites == "yes" and one.about_values]
    shown = biting[: detail.disagreements]
    blocks: list[SheetBlock] = [Paragraph(_sides(one)) for one in shown]
    if not biting:
        blocks.append(Paragraph(inline("Not about any value recorded of this patient.")))
    others = [one for one in summary.disagreements if one not in shown]
    if others and not detail.subjects:
        blocks.append(Paragraph(inline(_counted(others, more=bool(shown))), "muted"))
    for whether, words in (("yes", "Also"), ("unknown", "Perhaps also")):
        subjects = [lower(one.subject) for one in others if one.bites == whether]
        if subjects and detail.subjects:
            blocks.append(Paragraph(inline(f"{words} (next pages): {'; '.join(subjects)}."), "muted"))
    return Box("Sources disagree", tuple(blocks))


def _counted(others: list[Disagreement], *, more: bool) -> str:
    """How many there are besides, apart from those that may not concern this patient."""
    sure = sum(one.bites == "yes" for one in others)
    also = " more" if more else ""
    parts = [f"{sure}{also} that concern this case"] if sure else []
    parts += [f"{len(others) - sure}{also} that may concern it"] if len(others) > sure else []
    return f"{' and '.join(parts)} (next pages)."


def _sides(one: Disagreement) -> Inline:
    runs: list[str | Run] = [Run(f"{one.id} {one.subject}. ", bold=True)]
    sides = one.sides[:2]
    runs += [f"{side.place}: {side.says} " for side in sides]
    if len(one.sides) > len(sides):
        runs.append(f"({len(one.sides) - len(sides)} more on the next pages.)")
    return inline(*runs)


def decision_box(detail: Detail) -> Box:
    """Room to write: at least as high as who, when and in whose presence need."""
    people = (Ruled("Present", detail.lines - 3), Ruled("Decided by (name, signature)", 1), Ruled("Date", 1))
    columns = (
        (Ruled("Decision", detail.lines),),
        (Ruled("Reason, and where it departs from the above", detail.lines),),
        people,
    )
    return Box("The board's decision", (Columns(columns, (1.0, 1.0, 0.75)),), "heavy")


def remark(summary: Summary) -> str:
    """The last line: what the page is, and how to read its marks."""
    marks = (
        f" {NOT_IN_DECK} = not in the deck: of this software, a paper or an inference."
        if summary.conventions
        else ""
    )
    return f"{REMARK}{marks}"
