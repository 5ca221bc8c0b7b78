"""The pages behind the first one: everything in full, every rule with its result."""

from __future__ import annotations

from collections.abc import Iterator

from crlm.pathway.evaluate import GATE_UNKNOWN, NOT_APPLICABLE, Evaluation
from crlm.pathway.explanation.words import result_words, value_words
from crlm.pathway.ruleset import RuleSet
from crlm.pathway.summary.build import place_words
from crlm.pathway.summary.model import OptionItem, Summary
from crlm.pathway.summary.wording import evidence_words
from crlm.rendering.numbering import Numbering
from crlm.rendering.tree import (
    Block,
    BulletList,
    Column,
    HeaderCell,
    Paragraph,
    Row,
    Run,
    Section,
    Table,
    cell,
    inline,
)


def appendix(rules: RuleSet, evaluation: Evaluation, summary: Summary) -> tuple[Section, ...]:
    """The sections behind the sheet."""
    numbering = Numbering()
    parts = (
        ("contradictions", "Recorded values that cannot all be true", _contradictions(summary)),
        ("missing", "Everything that is missing", _missing(summary, numbering)),
        ("options", "Options in full", _options(summary)),
        ("disagreements", "Sources that disagree", _disagreements(summary)),
        ("recorded", "What was recorded", _recorded(rules, evaluation, numbering)),
        ("rules", "Every rule that applies", _rules(rules, evaluation, numbering)),
        ("origins", "What is not in the deck, and errors of the deck", _origins(rules, evaluation, summary)),
    )
    found = ((f"appendix-{id_}", title, list(blocks)) for id_, title, blocks in parts)
    return tuple(numbering.section(id_, title, blocks) for id_, title, blocks in found if blocks)


def _contradictions(summary: Summary) -> Iterator[Block]:
    if summary.contradictions:
        items = (
            f"{one.says} ({'taken as recorded' if one.used else 'not used: it counts as unknown'})"
            for one in summary.contradictions
        )
        yield BulletList(tuple(inline(one) for one in items))


def _missing(summary: Summary, numbering: Numbering) -> Iterator[Block]:
    waited = [one for one in summary.missing if one.holds_up]
    rest = [one.label for one in summary.missing if not one.holds_up]
    rows = [
        Row((cell(one.label), cell(one.question or ""), cell(one.words), cell(_first(one.holds_up))))
        for one in waited
    ]
    heads = ("Missing", "Asked as", "What it would settle", "Waits for it")
    if rows:
        caption = "What is not known, with what it would settle; no value is taken to be likelier"
        yield _table(numbering, "missing", caption, heads, rows)
    if rest:
        yield Paragraph(
            inline(f"Also missing, and nothing on the first page waits for it: {', '.join(rest)}.")
        )


def _first(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more}"


def _options(summary: Summary) -> Iterator[Block]:
    """Options that apply in full, the others by their conditions."""
    for one in summary.options:
        if one.applies == "yes":
            yield Paragraph(inline(Run(one.title, bold=True)))
            yield BulletList(tuple(inline(words) for words in _option(one)))
    may = [one for one in summary.options if one.applies == "unknown"]
    if may:
        yield Paragraph(inline(Run("Not known whether they apply", bold=True)))
        yield BulletList(tuple(inline(f"{one.title}: {_waiting(one)}.") for one in may))


def _waiting(option: OptionItem) -> str:
    return "; ".join(f"{one.rule} {'; '.join(one.reasons) or one.answer}" for one in option.conditions)


def _option(option: OptionItem) -> Iterator[str]:
    for one in option.conditions:
        because = f": {'; '.join(one.reasons)}" if one.reasons else ""
        follows = f" {one.follows}" if one.follows else ""
        label = f" [{one.origin_label}]" if one.origin_label else ""
        yield f"{one.answer}: {one.rule} {one.title}{because}.{follows}{label} [{one.place}]"
    for line in option.evidence:
        yield f"{evidence_words(line)} [{line.place}; {', '.join(line.rows)}]"


def _disagreements(summary: Summary) -> Iterator[Block]:
    for one in summary.disagreements:
        whether = (
            "" if one.bites == "yes" else f" Whether it matters here is not known: {', '.join(one.needs)}."
        )
        yield Paragraph(inline(Run(f"{one.id} {one.subject}.", bold=True), f"{whether} {one.behaviour}"))
        yield BulletList(tuple(inline(f"{side.place}: {side.says}") for side in one.sides))


def _recorded(rules: RuleSet, evaluation: Evaluation, numbering: Numbering) -> Iterator[Block]:
    rows = []
    for name, value in evaluation.case.values.items():
        described = rules.inputs[name]
        origin = evaluation.case.origins.get(name, "as given")
        rows.append(Row((cell(described.called), cell(value_words(described, value)), cell(origin))))
    if rows:
        heads = ("Input", "Value", "Where it came from")
        yield _table(numbering, "recorded", "The values that the rules were given", heads, rows)


def _rules(rules: RuleSet, evaluation: Evaluation, numbering: Numbering) -> Iterator[Block]:
    rows: list[Row] = []
    left_out: dict[str, list[str]] = {NOT_APPLICABLE: [], GATE_UNKNOWN: []}
    for topic in rules.topics:
        shown = []
        for rule in topic.rule:
            result = evaluation.result(rule.id)
            if result in left_out:
                left_out[result].append(rule.id)
                continue
            sources = "; ".join(place_words(rules, source) for source in rule.source)
            said = result_words(result) + (" (unwelcome)" if rule.fires and result == "met" else "")
            shown.append(Row((cell(rule.id), cell(rule.title), cell(said), cell(sources))))
        if shown:
            rows += [Row((cell(topic.title, columns=4),), role="group"), *shown]
    yield _table(numbering, "rules", "Rules with their results", ("Rule", "Title", "Result", "Source"), rows)
    for result, words in (
        (GATE_UNKNOWN, "Not known whether they apply"), (NOT_APPLICABLE, "Do not apply to this patient"),
    ):  # fmt: skip
        if left_out[result]:
            yield Paragraph(inline(f"{words}: {', '.join(left_out[result])}."), "muted")


def _origins(rules: RuleSet, evaluation: Evaluation, summary: Summary) -> Iterator[Block]:
    if summary.conventions:
        yield BulletList(tuple(inline(one) for one in summary.conventions))
    named = {id_ for option in summary.options for line in option.evidence for id_ in line.corrections}
    errors = [one for one in rules.corrections if one.id in named]
    if errors:
        yield Paragraph(inline("Errors of the deck that touch numbers on these pages; nothing is repaired:"))
        yield BulletList(tuple(inline(f"{one.id}: {one.prints} {one.note}") for one in errors))


def _table(numbering: Numbering, id_: str, caption: str, heads: tuple[str, ...], rows: list[Row]) -> Table:
    return Table(
        id=f"table-{id_}",
        number=numbering.table(),
        caption=caption,
        columns=tuple(Column(f"column-{k}") for k in range(len(heads))),
        header=(tuple(HeaderCell(one) for one in heads),),
        body=tuple(rows),
    )
