"""The forest and the funnel of a pooling, as figures of a report."""

from __future__ import annotations

import math
from collections.abc import Iterator

from crlm.evidence.pooling.document import ratio, study_interval
from crlm.evidence.pooling.moderators import Moderation, value_of
from crlm.evidence.pooling.pooling import Pooling
from crlm.evidence.pooling.words import measure_words
from crlm.rendering import numbers
from crlm.rendering.figures.bubble import Bubble, bubble_figure
from crlm.rendering.figures.forest import ForestRow, forest_figure, pages_of
from crlm.rendering.figures.funnel import FunnelPoint, funnel_figure
from crlm.rendering.numbering import Numbering
from crlm.rendering.tree import Figure
from crlm.statistics.meta_analysis import Pooled
from crlm.statistics.results import Estimate, interval_multiplier


def forest(answer: Pooling, numbering: Numbering) -> Iterator[Figure]:
    """Studies as squares as large as their weights, what is pooled as diamonds, a new study as a bar; in pages."""
    rows = _rows(answer)
    counted = any(one.counts for one in answer.estimates)
    head = f"{answer.measure} ({numbers.level_words(answer.level)} CI)"
    caption = (
        "The studies and what they pool to. The area of a square is the study's weight; the diamond is the pooled "
        "effect with its confidence interval"
    )
    predicted = answer.pooled is not None and answer.pooled.prediction.lower is not None
    caption += "; the bar shows where a new study would lie." if predicted else "."
    pages = pages_of(rows)
    for k, page in enumerate(pages, 1):
        part = f" ({k} of {len(pages)})" if len(pages) > 1 else ""
        name = "forest" if k == 1 else f"forest-{k}"
        alt = f"Forest plot of {len(answer.estimates)} studies and their pooled {measure_words(answer).lower()}{part}."
        drawing = forest_figure(
            page,
            everything=rows,
            identifier=name,
            title=f"Forest plot: {answer.question}",
            alt=alt,
            heads=("Study", "Events" if counted else "", "Weight", head, "p"),
            favours=("ratio below 1", "ratio above 1"),
            banner=None,
            axis=f"{measure_words(answer)} (logarithmic)",
        )
        yield Figure(
            name, numbering.figure(), caption + part, alt, drawing.svg, drawing.width, drawing.height
        )


def _rows(answer: Pooling) -> list[ForestRow]:
    assert answer.pooled is not None
    groups = answer.groups
    rows: list[ForestRow] = []
    names = groups.levels if groups is not None else ("",)
    for k, name in enumerate(names):
        if groups is not None:
            rows.append(ForestRow(str(name)))
        for one, weight in zip(answer.estimates, answer.pooled.weights, strict=True):
            if groups is not None and one.group != name:
                continue
            interval = study_interval(one, answer.level)
            counts = "" if one.counts is None else "{}/{} v {}/{}".format(*one.counts)
            rows.append(
                ForestRow(
                    one.label,
                    indent=0 if groups is None else 1,
                    columns=(counts, f"{numbers.rounded(weight, 1)}%"),
                    ratio=numbers.ratio_interval(interval),
                    interval=interval,
                    weight=weight,
                )
            )
        if groups is not None and groups.pooled[k].k > 1:
            rows.append(_whole(f"Pooled, {name}", groups.pooled[k], indent=1))
    rows.append(_whole("All studies pooled", answer.pooled))
    prediction = answer.pooled.prediction
    if prediction.lower is not None:
        span = ratio(prediction)
        words = numbers.ratio_interval(span).partition("(")[2].rstrip(")")
        rows.append(ForestRow("Prediction interval", columns=("", ""), ratio=words, interval=span, span=True))
    return rows


def _whole(label: str, one: Pooled, indent: int = 0) -> ForestRow:
    tau2, i2 = one.heterogeneity.tau2.value, one.heterogeneity.i2.value
    remark = "" if i2 is None else f"I\u00b2 {numbers.rounded(i2, 0)}%"
    remark += "" if tau2 is None else f", \u03c4\u00b2 {numbers.rounded(tau2, 3)}"
    interval: Estimate = ratio(one.estimate)
    return ForestRow(
        label,
        remark=remark,
        indent=indent,
        columns=("", ""),
        ratio=numbers.ratio_interval(interval),
        interval=interval,
        p="" if one.test.p is None else numbers.p_value(one.test.p),
        whole=True,
    )


def bubbles(answer: Pooling, found: Moderation, numbering: Numbering) -> Iterator[Figure]:
    """The studies against a moderator that is a number and the only one, with the line of the regression."""
    if len(found.moderators) > 1 or not found.moderators[0].is_number or answer.pooled is None:
        return
    name = found.moderators[0].name
    intercept, slope = (one.value for one in found.model.coefficients)
    if intercept is None or slope is None:
        return
    start, rise = intercept, slope
    weights = zip(answer.estimates, answer.pooled.weights, strict=True)
    shown = [
        Bubble(float(value), math.exp(one.value), weight)
        for one, weight in weights
        if (value := value_of(one, name))
    ]
    alt = f"Bubble plot of {len(shown)} studies against {name}, with the line of the meta-regression."
    drawing = bubble_figure(
        shown,
        line=lambda at: math.exp(start + rise * at),
        identifier="bubbles",
        title=f"Bubble plot: {answer.question}",
        alt=alt,
        banner=None,
        axes=(name.capitalize(), f"{measure_words(answer)} (logarithmic)"),
    )
    caption = f"The studies against {name}; the area of a circle is the study's weight, the line the meta-regression."
    yield Figure("bubbles", numbering.figure(), caption, alt, drawing.svg, drawing.width, drawing.height)


def funnel(answer: Pooling, number: int) -> Figure:
    """The studies about the pooled effect, with those that trim and fill adds."""
    assert answer.pooled is not None and answer.pooled.estimate.value is not None
    points = [FunnelPoint(math.exp(one.value), one.standard_error) for one in answer.estimates]
    filled = answer.trim_and_fill
    if filled is not None and not isinstance(filled, str):
        k = len(answer.estimates)
        points += [
            FunnelPoint(math.exp(y), math.sqrt(v), filled=True)
            for y, v in zip(filled.values[k:], filled.variances[k:], strict=True)
        ]
    level = numbers.level_words(answer.level)
    alt = f"Funnel plot of {len(answer.estimates)} studies: effect against standard error."
    drawing = funnel_figure(
        points,
        centre=math.exp(answer.pooled.estimate.value),
        multiplier=interval_multiplier(answer.level),
        identifier="funnel",
        title=f"Funnel plot: {answer.question}",
        alt=alt,
        banner=None,
        axis=f"{measure_words(answer)} (logarithmic)",
        limits=f"the white triangle would hold {level} of the studies if only chance made them differ",
    )
    caption = "Effects of the studies against their standard errors; the precise ones stand at the top."
    return Figure("funnel", number, caption, alt, drawing.svg, drawing.width, drawing.height)
