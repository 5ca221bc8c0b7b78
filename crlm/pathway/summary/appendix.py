"""The pages behind the first one: what did not fit there, and where everything came from. Nothing is said twice.

Rules that are not met, not known or not for this patient are counted and named by id; what they say is in the pages on
the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from crlm.pathway.evaluate import GATE_UNKNOWN, NOT_APPLICABLE, NOT_MET, SHOW, UNKNOWN, Evaluation
from crlm.pathway.explanation.words import value_words
from crlm.pathway.ruleset import RuleSet
from crlm.pathway.summary.build import label_words, place_words
from crlm.pathway.summary.model import MissingItem, OptionItem, Summary
from crlm.pathway.summary.wording import NOT_IN_DECK, capital, evidence_words, lower
from crlm.rendering.numbering import Numbering
from crlm.rendering.tree import (
    Block,
    BulletList,
    Column,
    HeaderCell,
    Inline,
    Paragraph,
    Row,
    Run,
    Section,
    Table,
    cell,
    inline,
)

_LEFT_OUT = {
    NOT_MET: "Not met",
    UNKNOWN: "Not known",
    GATE_UNKNOWN: "Not known whether they apply",
    SHOW: "Evidence and lists, with nothing to decide",
    NOT_APPLICABLE: "Do not apply to this patient",
}


def appendix(rules: RuleSet, evaluation: Evaluation, summary: Summary) -> tuple[Section, ...]:
    """The sections behind the sheet."""
    numbering = Numbering()
    parts = (
        ("contradictions", "Recorded values that cannot all be true", _contradictions(summary)),
        ("missing", "Everything that is missing", _missing(summary, numbering)),
        ("options", "Options in full", _options(summary)),
        ("disagreements", "Sources that disagree", _disagreements(summary)),
        ("recorded", "What was recorded", _recorded(rules, evaluation, summary, numbering)),
        ("rules", "Rules with their results", _rules(rules, evaluation)),
        ("origins", "What is not in the deck, and errors of the deck", _origins(rules, evaluation, summary)),
    )
    found = ((f"appendix-{id_}", title, list(blocks)) for id_, title, blocks in parts)
    return tuple(numbering.section(id_, title, blocks) for id_, title, blocks in found if blocks)


def _contradictions(summary: Summary) -> Iterator[Block]:
    if summary.contradictions:
        items = (
            f"{one.says.rstrip('.')} ({'taken as recorded' if one.used else 'not used: it counts as unknown'})"
            + (f": {'; '.join(one.records)}" if one.records else "")
            for one in summary.contradictions
        )
        yield BulletList(tuple(inline(one) for one in items))


def _missing(summary: Summary, numbering: Numbering) -> Iterator[Block]:
    waited = [one for one in summary.missing if one.holds_up]
    rest = [one.label for one in summary.missing if not one.holds_up]
    rows = [
        Row((cell(_asked(one)), cell(_first(one.holds_up)), cell(_count(one.settles)), cell(_count(one.may_settle))))
        for one in waited
    ]  # fmt: skip
    if rows:
        caption = (
            "What is not known. Settles: rules that any value would decide; may settle: rules that some values would; "
            "no value is taken to be likelier"
        )
        heads = ("Missing", "Waits for it", "Settles", "May settle")
        yield _table(numbering, "missing", caption, heads, rows, numbers=2)
    if rest:
        yield Paragraph(
            inline(f"Also missing, and nothing on the first page waits for it: {', '.join(rest)}.")
        )


def _asked(one: MissingItem) -> str:
    if one.noted:
        return f"{one.label} (a judgement; noted, and not used: {'; '.join(one.noted)})"
    return f"{one.label} (a judgement)" if one.question else one.label


def _count(rules: tuple[str, ...]) -> str:
    return str(len(rules)) if rules else "\u2013"


def _first(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return f"{', '.join(names[:2])}{more}"


def _options(summary: Summary) -> Iterator[Block]:
    """Options that apply in full; the others by what would tell whether they do."""
    for one in summary.options:
        if one.applies == "yes":
            yield Paragraph(_option(one))
    may: dict[str, list[str]] = {}
    for one in summary.options:
        if one.applies == "unknown":
            may.setdefault(_waiting(one), []).append(lower(one.title))
    if may:
        yield Paragraph(inline(Run("Not known whether they apply, and what would tell:", bold=True)))
        yield BulletList(tuple(inline(f"{'; '.join(titles)}: {why}.") for why, titles in may.items()))


def _waiting(option: OptionItem) -> str:
    reasons = [lower(one) for one in option.would_tell]
    more = f"; {len(reasons) - 3} more" if len(reasons) > 3 else ""
    return f"{'; '.join(reasons[:3])}{more}" if reasons else "not known"


def _option(option: OptionItem) -> Inline:
    """An option as one paragraph, a line for each condition and each study: no heading is left behind on a page."""
    runs: list[str | Run] = [Run(f"{option.title}.", bold=True)]
    for one in option.conditions:
        because = f" \u2013 {'; '.join(lower(reason) for reason in one.reasons)}" if one.reasons else ""
        follows = f" \u2192 {one.follows}" if one.follows else ""
        label = f" {one.origin_label}." if one.origin_label else ""
        runs += ["\n", Run(one.answer, bold=True), f": {one.title}{because}.{follows}{label}"]
        runs += [f" [{one.rule}; {one.place}]" if one.place else f" [{one.rule}]"]
    for line in option.evidence:
        runs.append(f"\n{evidence_words(line, in_full=True)} [{line.place}]")
    return inline(*runs)


def _disagreements(summary: Summary) -> Iterator[Block]:
    """Those about values of this patient with all sides; the others by their subject."""
    biting = [one for one in summary.disagreements if one.bites == "yes" and one.about_values]
    for one in biting:
        runs: list[str | Run] = [Run(f"{one.subject}.", bold=True), f" {one.behaviour} [{one.id}]"]
        runs += [f"\n{side.place}: {side.says}" for side in one.sides]
        yield Paragraph(inline(*runs))
    others = [one for one in summary.disagreements if one not in biting]
    if others:
        yield Paragraph(
            inline(Run("Not about a value recorded of this patient, or not known to be:", bold=True))
        )
        items = (
            f"{one.subject} [{one.id}]" + (f": would depend on {', '.join(one.needs)}" if one.needs else "")
            for one in others
        )
        yield BulletList(tuple(inline(one) for one in items))


def _recorded(
    rules: RuleSet, evaluation: Evaluation, summary: Summary, numbering: Numbering
) -> Iterator[Block]:
    """Values that were given in running text; those from records or other values each with where it came from."""
    case = evaluation.case
    words = {name: value_words(rules.inputs[name], value) for name, value in case.values.items()}
    given = [name for name in words if name not in case.origins]
    if given:
        said = "; ".join(f"{rules.inputs[name].called}: {words[name]}" for name in given)
        yield Paragraph(inline(Run("As given. ", bold=True), f"{capital(said)}."))
    rows = [
        Row((cell(rules.inputs[name].called), cell(words[name]), cell(case.origins[name])))
        for name in words
        if name in case.origins
    ]
    if rows:
        caption = "Values that were worked out, with what they rest on"
        if summary.records:
            caption = f"Values {summary.records}, each with what it rests on"
        heads = ("Input", "Value", "Where it came from")
        yield _table(numbering, "recorded", caption, heads, rows)


def _rules(rules: RuleSet, evaluation: Evaluation) -> Iterator[Block]:
    """Rules that are met or give a label, by topic with their sources; the rest counted, and named by id."""
    left_out: dict[str, list[str]] = {result: [] for result in _LEFT_OUT}
    topics: list[str | Run] = []
    for topic in rules.topics:
        said = []
        for rule in topic.rule:
            result = evaluation.result(rule.id)
            if result in left_out:
                left_out[result].append(rule.id)
                continue
            mark = "" if rule.origin == "deck" else NOT_IN_DECK
            label = f": {label_words(result)}" if rule.labels else ""
            sources = "; ".join(place_words(rules, source) for source in rule.source)
            said.append(f"{rule.id} {rule.title}{mark}{label} [{sources}]")
        if said:
            topics += ["\n" if topics else "", Run(f"{topic.title}. ", bold=True), f"{'; '.join(said)}."]
    if topics:
        yield Paragraph(inline(Run("Met, or with a label", bold=True)))
        yield Paragraph(inline(*topics))
    counted = [
        f"{_LEFT_OUT[result]} ({len(ids)}): {_ranges(ids)}." for result, ids in left_out.items() if ids
    ]
    total = sum(len(ids) for ids in left_out.values())
    head = f"Left out, with nothing more to say of this patient: {total} of {len(rules.rules)} rules"
    yield Paragraph(inline(Run(head, bold=True), *(f"\n{one}" for one in counted)))


def _ranges(ids: Iterable[str]) -> str:
    """Ids that follow one another as ranges: "PTM-05 to PTM-07, BEV-01"."""
    said = []
    numbered = ((id_.rpartition("-")[0], int(id_.rpartition("-")[2]), id_) for id_ in ids)
    for _, run in groupby(enumerate(_sorted(numbered)), key=lambda at: (at[1][0], at[1][1] - at[0])):
        found = [one[2] for _, one in run]
        joined = f"{found[0]} to {found[-1]}" if len(found) > 2 else ", ".join(found)
        said.append(joined)
    return ", ".join(said)


def _sorted(numbered: Iterable[tuple[str, int, str]]) -> list[tuple[str, int, str]]:
    """By prefix in the order of the rules, then by number."""
    found = list(numbered)
    order = {prefix: k for k, prefix in reversed(list(enumerate(one[0] for one in found)))}
    return sorted(found, key=lambda one: (order[one[0]], one[1]))


def _origins(rules: RuleSet, evaluation: Evaluation, summary: Summary) -> Iterator[Block]:
    together: dict[str, list[str]] = {}
    for one in summary.conventions:
        which, _, what = one.partition("): ")
        together.setdefault(what, []).append(which)
    if together:
        yield BulletList(
            tuple(inline(f"{capital(what)}: {'); '.join(which)}).") for what, which in together.items())
        )
    lines = [line for option in summary.options if option.applies == "yes" for line in option.evidence]
    named = {id_ for line in lines for id_ in line.corrections}
    errors = [f"{one.id}: {one.prints} {one.note}" for one in rules.corrections if one.id in named]
    if errors:
        yield Paragraph(inline("Errors of the deck that touch numbers on these pages; nothing is repaired:"))
        yield BulletList(tuple(inline(one) for one in errors))
    found = [line for line in lines if line.findings]
    if lines:
        papers = " ".join(sorted({line.paper for line in found}))
        said = (
            f"those of {len(found)} disagree; in full: crlm evidence audit {papers}"
            if found
            else "nothing was found"
        )
        yield Paragraph(
            inline(
                f"The printed numbers of {len(lines)} lines of evidence were audited; {said}. "
                "That an audit finds nothing does not make a number right."
            )
        )


def _table(
    numbering: Numbering, id_: str, caption: str, heads: tuple[str, ...], rows: list[Row], *, numbers: int = 0
) -> Table:
    """A table whose last columns may be numbers."""
    words = len(heads) - numbers
    return Table(
        id=f"table-{id_}",
        number=numbering.table(),
        caption=caption,
        columns=tuple(Column(f"column-{k}", "left" if k < words else "right") for k in range(len(heads))),
        header=(tuple(HeaderCell(one) for one in heads),),
        body=tuple(rows),
    )
