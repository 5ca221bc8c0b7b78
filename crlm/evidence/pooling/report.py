"""A pooling as a report: the answer, the forest, the studies with the place of every number, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crlm.evidence.pooling.document import ratio, study_interval
from crlm.evidence.pooling.pictures import forest, funnel
from crlm.evidence.pooling.pooling import Pooling
from crlm.evidence.pooling.rests_on import rests_on
from crlm.evidence.pooling.tables import head, method_row, p_cell, plain_table
from crlm.evidence.pooling.words import answer_words, differ_words, method_words, refusal_words
from crlm.rendering import numbers
from crlm.rendering.numbering import Numbering
from crlm.rendering.tree import Block, BulletList, Document, Paragraph, Section, inline


def report(answer: Pooling, created: str) -> Document:
    """The report of a pooling, or of the refusal to pool; `created` is ISO 8601 in UTC."""
    n = Numbering()
    parts = [
        ("answer", "The answer", tuple(_answer(answer, n))),
        ("studies", "The studies", tuple(_studies(answer, n))),
    ]
    if answer.pooled is not None:
        parts.append(("rests-on", "What it rests on", tuple(rests_on(answer, n))))
        parts.append(("small-studies", "Small studies", tuple(_small(answer, n))))
    parts.append(
        (
            "methods",
            "Methods",
            (Paragraph(inline(method_words(answer))), Paragraph(inline(numbers.STYLE), "muted")),
        )
    )
    return Document(
        id="pooling",
        title=answer.question,
        subtitle=f"Pooled from {len(answer.estimates)} studies" if answer.pooled else "Not pooled",
        authors=(),
        banner=None,
        data=f"{len(answer.estimates)} published effect{'' if len(answer.estimates) == 1 else 's'}",
        created=created,
        sections=tuple(
            Section(key, str(k), title, blocks) for k, (key, title, blocks) in enumerate(parts, 1) if blocks
        ),
    )


def _answer(answer: Pooling, n: Numbering) -> Iterator[Block]:
    if answer.pooled is None:
        yield Paragraph(inline("The effects are not pooled:"), "attention")
        yield BulletList(tuple(inline(refusal_words(one)) for one in answer.refusals))
    else:
        yield Paragraph(inline(answer_words(answer)))
        yield Paragraph(inline(differ_words(answer)))
    if answer.warnings:
        yield Paragraph(inline("To know before it is used:"), "attention")
        yield BulletList(tuple(inline(f"{one}.") for one in answer.warnings))
    if answer.dropped:
        yield Paragraph(inline("Left out, so that no patient counts twice:"))
        yield BulletList(tuple(inline(f"{one}.") for one in answer.dropped))
    if answer.pooled is None:
        return
    yield from forest(answer, n)
    yield plain_table(
        "methods-side-by-side",
        n.table(),
        "The same studies by other methods",
        ("Method", head(answer), "p", "\u03c4\u00b2", "I\u00b2"),
        [method_row(one.name, one.pooled) for one in answer.side_by_side],
        ("\u03c4\u00b2 is the variance between studies of the logarithm; a fixed effect has none.",),
    )


def _studies(answer: Pooling, n: Numbering) -> Iterator[Block]:
    weights: Sequence[float | None] = (
        answer.pooled.weights if answer.pooled else [None] * len(answer.estimates)
    )
    if answer.estimates:
        yield plain_table(
            "studies",
            n.table(),
            "Studies, as printed and as used",
            ("Study", "Printed", "Used", "Weight", "From", "Where"),
            [
                (
                    one.label,
                    one.printed,
                    numbers.ratio_interval(study_interval(one, answer.level)),
                    numbers.NONE if weight is None else f"{numbers.rounded(weight, 1)}%",
                    {"interval": "interval", "p": "p value", "counts": "counts"}[one.obtained],
                    "; ".join(f"{place.paper} {place.row} ({place.place})" for place in one.sources),
                )
                for one, weight in zip(answer.estimates, weights, strict=True)
            ],
            ("Used: the ratio with the interval that the standard error taken from the source gives.",),
            right=(3,),
        )
    done = [words for one in answer.estimates for words in one.done]
    if done:
        yield Paragraph(inline("What was changed before pooling:"))
        yield BulletList(tuple(inline(f"{words}.") for words in done))
    if answer.left_out:
        yield Paragraph(inline("What could not be used:"))
        yield BulletList(tuple(inline(f"{one.label}: {one.reason}.") for one in answer.left_out))


def _small(answer: Pooling, n: Numbering) -> Iterator[Block]:
    yield funnel(answer, n.figure())
    rows = []
    for name, test in (
        ("Egger's regression", None if answer.egger is None else answer.egger.test),
        ("Begg and Mazumdar's rank correlation", answer.begg),
    ):
        if test is not None:
            value = numbers.NONE if test.statistic is None else numbers.rounded(test.statistic, 2)
            rows.append((name, value, p_cell(test), test.reason or "; ".join(test.notes)))
    filled = answer.trim_and_fill
    if isinstance(filled, str):
        rows.append(("Trim and fill", numbers.NONE, numbers.NONE, filled))
    elif filled is not None:
        found = numbers.ratio_interval(ratio(filled.pooled.estimate))
        side = "smaller" if filled.side == "left" else "larger"
        many = "study" if filled.missing == 1 else "studies"
        rows.append(
            (
                "Trim and fill",
                str(filled.missing),
                numbers.NONE,
                f"{many} filled in with {side} ratios; pooled: {found}",
            )
        )
    yield plain_table(
        "small-studies-tests",
        n.table(),
        "Do small studies report other effects?",
        ("", "Statistic", "p", ""),
        rows,
        (
            "Egger: t; Begg: Kendall's tau; trim and fill: the number of studies filled in. An asymmetry may come from "
            "unpublished studies, from worse methods in small ones, or from chance.",
        ),
        right=(1, 2),
    )
