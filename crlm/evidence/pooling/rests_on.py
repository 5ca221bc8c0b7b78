"""What a pooled effect rests on: without each study, the influence of each, by year, by group, on moderators."""

from __future__ import annotations

from collections.abc import Iterator

from crlm.evidence.pooling.document import ratio
from crlm.evidence.pooling.moderators import Moderation
from crlm.evidence.pooling.pictures import bubbles
from crlm.evidence.pooling.pooling import Pooling
from crlm.evidence.pooling.tables import head, method_row, p_cell, plain_table
from crlm.evidence.pooling.words import chi_square_words, moderation_words
from crlm.rendering import numbers
from crlm.rendering.numbering import Numbering
from crlm.rendering.tree import Block, Paragraph, inline

INFLUENCE = (
    "Residual: how far the study lies from the others pooled, in standard errors; beyond 2 is unusual. DFFITS and "
    "Cook's distance: how far the pooled logarithm moves without it. Variance: of the pooled logarithm, without over "
    "with the study; below 1 it becomes more certain without it. \u03c4\u00b2: without it."
)
REGRESSION = (
    "The intercept is the ratio where every number is 0 and every category its reference. The others are ratios of "
    "ratios: for one more of a number, or of a level to its reference. Studies differ in more than this: it explains "
    "nothing by itself."
)


def rests_on(answer: Pooling, n: Numbering) -> Iterator[Block]:
    """The tables of what the answer rests on; those that the studies do not allow are left away."""
    heads = ("", head(answer), "p", "\u03c4\u00b2", "I\u00b2")
    if answer.without:
        rows = [
            method_row(f"Without {one.label}", found)
            for one, found in zip(answer.estimates, answer.without, strict=True)
        ]
        yield plain_table("leave-one-out", n.table(), "Without each study in turn", heads, rows)
    if answer.influence:
        yield _influence(answer, n)
    if answer.so_far:
        rows = [method_row(one.name, one.pooled) for one in answer.so_far]
        notes = ("In the order of the years; each row pools the studies up to it.",)
        yield plain_table("cumulative", n.table(), "As the studies appeared", heads, rows, notes)
    if answer.groups is not None:
        rows = [
            method_row(str(name), one)
            for name, one in zip(answer.groups.levels, answer.groups.pooled, strict=True)
        ]
        said = f"Difference between the groups: {chi_square_words(answer.groups.test)}."
        yield plain_table("subgroups", n.table(), "By group", heads, rows, (said, *answer.groups.test.notes))
    if answer.moderation is not None:
        yield from _regression(answer, answer.moderation, n)


def _influence(answer: Pooling, n: Numbering) -> Block:
    def shown(value: float | None, decimals: int = 2) -> str:
        return numbers.NONE if value is None else numbers.rounded(value, decimals)

    rows = [
        (
            study.label,
            shown(one.residual),
            shown(one.dffits),
            shown(one.cook, 3),
            shown(one.variance_ratio),
            shown(one.tau2, 3),
            f"{numbers.rounded(100 * one.hat, 1)}%",
        )
        for study, one in zip(answer.estimates, answer.influence, strict=True)
    ]
    return plain_table(
        "influence",
        n.table(),
        "What each study does to the pooled effect",
        ("", "Residual", "DFFITS", "Cook", "Variance", "\u03c4\u00b2", "Leverage"),
        rows,
        (INFLUENCE,),
        right=range(1, 7),
    )


def _regression(answer: Pooling, found: Moderation, n: Numbering) -> Iterator[Block]:
    model = found.model
    yield Paragraph(inline(moderation_words(found)))
    if model.reason is not None:
        return
    rows = [
        (
            name.capitalize() if name == "intercept" else name,
            numbers.ratio_interval(ratio(one)),
            p_cell(test),
        )
        for name, one, test in zip(model.names, model.coefficients, model.tests, strict=True)
    ]
    level = numbers.level_words(answer.level)
    yield plain_table(
        "meta-regression",
        n.table(),
        "Do the effects go with what the studies are?",
        ("", f"Ratio ({level} CI)", "p"),
        rows,
        (REGRESSION,),
        right=(2,),
    )
    yield from bubbles(answer, found, n)
