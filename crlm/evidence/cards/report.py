"""Evidence cards as a document to read or print: what rests on which study, and what is in doubt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crlm.evidence.cards.model import CardEffect, CardStudy, EvidenceCard, SeriesCard, words
from crlm.rendering import numbers
from crlm.rendering.figures.forest import ForestRow, forest_figure
from crlm.rendering.numbering import Numbering, listed, sentence_case
from crlm.rendering.tree import (
    Block,
    BulletList,
    Column,
    Document,
    Figure,
    HeaderCell,
    KeyValues,
    Paragraph,
    Row,
    Table,
    cell,
    inline,
)

DOTS = " \u00b7 "


def cards_report(cards: Sequence[EvidenceCard], created: str) -> Document:
    """The cards, one section each; `created` is ISO 8601 in UTC."""
    numbering = Numbering()
    names = list(dict.fromkeys(words(one.comparison) for one in cards))
    papers = {study.paper for one in cards for study in one.studies}
    return Document(
        id="evidence-cards",
        title="Evidence cards",
        subtitle=names[0] if len(names) == 1 else "What has been published, with its doubts",
        authors=(),
        banner=None,
        data=f"{len(papers)} {'paper' if len(papers) == 1 else 'papers'} of the library",
        created=created,
        sections=tuple(
            numbering.section(f"card-{k}", card.title, list(_card(card, k, numbering)))
            for k, card in enumerate(cards, start=1)
        ),
    )


def _card(card: EvidenceCard, k: int, numbering: Numbering) -> Iterator[Block]:
    if card.direction:
        yield Paragraph(inline(sentence_case(card.direction)), "muted")
    yield Paragraph(inline(pooled_sentence(card)), "normal" if card.pooled.estimate else "attention")
    if card.pooled.warnings:
        yield BulletList(tuple(inline(sentence_case(one)) for one in card.pooled.warnings))
    figure = _forest(card, k, numbering)
    if figure is not None:
        yield figure
    for study in card.studies:
        yield from _study(study)
    if card.overlaps:
        yield Paragraph(inline("Patients may be counted twice:"), "attention")
        yield BulletList(tuple(inline(sentence_case(one)) for one in card.overlaps))
    if card.related:
        yield Paragraph(inline(sentence_case("; ".join(card.related))))
    if card.series:
        yield _series(card.series, k, numbering)


def pooled_sentence(card: EvidenceCard) -> str:
    """The pooled effect in a sentence, or the reasons for which there is none."""
    found = card.pooled
    if found.estimate is None:
        return f"Not pooled: {'; '.join(found.refusals)}."
    span = numbers.ratio_interval(_Span(found.estimate, found.lower, found.upper))
    parts = [f"Pooled {found.measure} of {len(found.studies)} studies: {span} ({found.method})"]
    if found.prediction is not None:
        low, high = (numbers.rounded(one, 2) for one in found.prediction)
        parts.append(f"another study would lie between {low} and {high}")
    return f"{'; '.join(parts)}."


def _turned_words(card: EvidenceCard) -> str:
    turned = any(one.turned for study in card.studies for one in study.effects)
    return "; turned are those printed the other way round" if turned else ""


@dataclass(frozen=True)
class _Span:
    value: float | None
    lower: float | None
    upper: float | None


def _forest(card: EvidenceCard, k: int, numbering: Numbering) -> Figure | None:
    rows: list[ForestRow] = []
    for study in card.studies:
        rows.append(ForestRow(study.label))
        for one in study.effects:
            if one.ratio is not None and one.ratio_lower is not None and one.ratio_upper is not None:
                span = _Span(one.ratio, one.ratio_lower, one.ratio_upper)
                label = f"{effect_kind(one)}, {one.place}{', turned' if one.turned else ''}"
                printed = numbers.ratio_interval(span) if one.turned else one.printed.partition(", p ")[0]
                p = one.printed.partition(", p ")[2].removeprefix("= ")
                rows.append(ForestRow(label, indent=1, columns=("", ""), ratio=printed, interval=span, p=p))
    if not any(row.interval for row in rows):
        return None
    measure = card.studies[0].effects[0].measure
    name = {"HR": "Hazard ratio", "OR": "Odds ratio"}.get(measure, measure)
    drawing = forest_figure(
        rows,
        everything=rows,
        identifier=f"card-{k}-forest",
        title=card.title,
        alt=f"Forest plot of the printed effects: {card.title}.",
        heads=("Study", "", "", name, "p"),
        favours=("fewer with the first", "more with the first"),
        banner=None,
        axis=name,
    )
    return Figure(
        f"card-{k}-forest",
        numbering.figure(),
        f"{card.title}: effects as printed{_turned_words(card)}. Rows of one study rest on the same patients.",
        f"Forest plot of the printed effects: {card.title}.",
        drawing.svg,
        drawing.width,
        drawing.height,
    )


def _study(study: CardStudy) -> Iterator[Block]:
    yield Paragraph(inline(f"{study.label}. {study.title}"))
    facts = [
        ("Design", study.design),
        ("Patients", study_size(study)),
        ("Population", study.setting or words(study.population)),
        ("Published", study_age(study)),
        (
            "Effect",
            "; ".join(f"{effect_kind(one)} {effect_words(one)} [{one.place}]" for one in study.effects),
        ),
        ("Audit", sentence_case(study.audit.words)),
        ("Note", study.note),
    ]
    yield KeyValues(tuple((name, inline(text)) for name, text in facts if text))
    cautions = [f"{bias_words(one.kind)}: {one.sentence}" for one in study.cautions]
    if study.not_noted:
        cautions.append(not_noted_words(study))
    if cautions:
        yield BulletList(tuple(inline(one) for one in cautions))


def study_size(study: CardStudy) -> str:
    """How many, in which groups, with how many events."""
    events = f"{study.events[0]} events" if study.events else "events not printed"
    return DOTS.join([f"n = {study.n}" if study.n is not None else "n not printed", *study.groups, events])


def study_age(study: CardStudy) -> str:
    """When it was published, how long ago, and when its patients were included."""
    if study.year is None:
        return "year not known"
    old = f"{study.year}, {study.age_years} years ago" if study.age_years else str(study.year)
    return f"{old}{DOTS}included {study.inclusion}" if study.inclusion else old


def effect_kind(effect: CardEffect) -> str:
    """Adjusted or crude; and in whom, where that differs between the effects of a study."""
    kind = "adjusted" if effect.adjusted else "crude"
    return f"{kind}, {effect.population}" if effect.population else kind


def effect_words(effect: CardEffect) -> str:
    """An effect as printed; one printed the other way round than the card asks with what that is when turned."""
    if not effect.turned:
        return effect.printed
    turned = numbers.ratio_interval(_Span(effect.ratio, effect.ratio_lower, effect.ratio_upper))
    return f"{turned}, turned: printed for {effect.level} against {effect.reference} as {effect.printed}"


def bias_words(kind: str) -> str:
    """A kind of caution in words: "missing-ras" is "Missing RAS"."""
    return words(kind)


def not_noted_words(study: CardStudy) -> str:
    """Which of the usual biases nobody has noted; that is not a finding that they are absent."""
    names = [one.replace("-", " ").replace("ras", "RAS") for one in study.not_noted]
    return f"Not noted, which is not absent: {listed(names)}."


def _series(series: Sequence[SeriesCard], k: int, numbering: Numbering) -> Table:
    rows = [
        Row(
            (
                cell(one.label),
                cell(one.design),
                cell(", ".join(one.n)),
                cell(DOTS.join(part for part in (number.arm, number.outcome, number.timepoint) if part)),
                cell(f"{number.printed}, p {number.p}" if number.p else number.printed),
                cell(number.row),
            )
        )
        for one in series
        for number in one.numbers
    ]
    heads = ("Series", "Design", "n", "What", "Value", "Row")
    return Table(
        id=f"card-{k}-series",
        number=numbering.table(),
        caption=f"Series that {', '.join(dict.fromkeys(one.quoted_by for one in series))} quotes",
        columns=tuple(Column(f"column-{i}") for i in range(len(heads))),
        header=(tuple(HeaderCell(one) for one in heads),),
        body=tuple(rows),
    )
