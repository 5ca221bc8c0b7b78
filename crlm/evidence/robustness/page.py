"""The assessment as a document: in short, E-values, the known confounder, fragility, and what none of them says."""

from __future__ import annotations

from collections.abc import Iterator

from crlm.evidence.robustness.assessment import ARRAY_PREVALENCES, ArrayCell, Robustness, nearer_limit
from crlm.evidence.robustness.effect import Confounder
from crlm.evidence.robustness.figures import e_value_figure, tipping_figure
from crlm.rendering import numbers
from crlm.rendering.figures.svg import Drawing
from crlm.rendering.numbering import Numbering, sentence_case
from crlm.rendering.tree import (
    Block,
    BulletList,
    Cell,
    Column,
    Document,
    Figure,
    Footnote,
    HeaderCell,
    Paragraph,
    Row,
    Table,
    cell,
    inline,
)
from crlm.statistics.fragility import MOST_CHANGES, Fragility
from crlm.statistics.results import Estimate
from crlm.statistics.unmeasured_confounding import EValue

APPROXIMATE = (
    " For hazard ratios of a common outcome the arithmetic is approximate: off by up to 6% for a confounder's ratio of "
    "1.5, 17% for 2 and 45% for 3."
)
WORDS = {"HR": "hazard ratio", "OR": "odds ratio", "RR": "risk ratio"}


def document(found: Robustness, *, title: str, created: str) -> Document:
    """The document; `title`: of the paper, or what the numbers are; `created`: ISO 8601 in UTC."""
    number = Numbering()
    sections = [number.section("short", "In short", [Paragraph(inline(one)) for one in in_short(found)])]
    sections.append(number.section("e-value", "A confounder of any kind", list(_e_values(found, number))))
    if found.confounder is not None:
        heading = f"{found.confounder.name} as the confounder"
        sections.append(number.section("known", heading, list(_known(found, found.confounder, number))))
    sections.append(number.section("fragility", "A few other outcomes", list(_fragility(found))))
    sections.append(number.section("limits", "What this cannot say", list(_limits(found))))
    return Document(
        id="robustness",
        title=f"How robust is it? {sentence_case(found.effect.label).rstrip('.')}",
        subtitle=title,
        authors=(),
        banner=None,
        data=found.effect.place,
        created=created,
        sections=tuple(sections),
    )


def in_short(found: Robustness) -> Iterator[str]:
    """The assessment in a few sentences."""
    effect = found.effect
    shown = numbers.ratio_interval(Estimate(effect.estimate, effect.lower, effect.upper))
    yield f"{sentence_case(effect.label).rstrip('.')}: {WORDS[effect.measure]} {shown} ({effect.place})."
    for name, one in found.e_values:
        outcome = "" if name == "any" else f" if the outcome is {name}"
        limit = "" if one.limit is None else f", of the nearer limit {numbers.rounded(one.limit, 2)}"
        yield f"E-value{outcome}: {numbers.rounded(one.estimate, 2)}{limit}."
    if found.confounder is not None:
        yield from (_in_words(found, found.confounder, k) for k in range(len(found.tipping)))
    else:
        yield f"No known confounder was tried: {found.confounder_reason}."
    if found.fragility is not None:
        yield _fragility_words(found.fragility)


def _in_words(found: Robustness, confounder: Confounder, k: int) -> str:
    one = found.tipping[k]
    opening = f"{confounder.name} with a ratio of {numbers.rounded(one.known.value, 2)} ({one.known.place})"
    others = f"against {confounder.prevalence:.0%} of the others"
    if one.estimate.value is not None:
        return f"{opening} explains the estimate away if {one.estimate.value:.0%} of the exposed have it, {others}."
    who = "everybody" if one.most_exposed == 1.0 else "nobody"
    left = f"it leaves {numbers.rounded(one.most, 2)} even if {who} of the exposed has it, {others}"
    if one.limit is not None and one.limit.value is not None:
        return (
            f"{opening} cannot explain the estimate away: {left}. The interval reaches 1 if "
            f"{one.limit.value:.0%} of the exposed have it."
        )
    return f"{opening} cannot explain it away: {left}."


def _e_values(found: Robustness, number: Numbering) -> Iterator[Block]:
    yield Paragraph(
        inline(
            "The E-value is the least risk ratio that a confounder must have with the exposure and with the outcome, "
            "beyond everything adjusted for, to explain the effect away. A confounder that is weaker on one side must "
            "be stronger on the other; the line of the figure is the border."
        )
    )
    yield Paragraph(inline(sentence_case(found.effect.common_because)), "muted")
    body = tuple(_e_row(name, one) for name, one in found.e_values)
    heads = ("Outcome", "As a risk ratio", "E-value", "E-value of the nearer limit", "How")
    columns = (
        Column("outcome"),
        Column("ratio", "right"),
        Column("e", "right"),
        Column("limit", "right"),
        Column("how"),
    )
    notes = tuple(
        dict.fromkeys(Footnote(sentence_case(one.reason)) for _, one in found.e_values if one.reason)
    )
    header = (tuple(HeaderCell(one) for one in heads),)
    yield Table("e-values", number.table(), "E-values", columns, header, body, notes)
    words = "Pairs of risk ratios that are just enough to explain the effect away"
    if found.e_values[0][1].estimate > 1.0:
        yield _figure("e-value-figure", number, words, e_value_figure(found, identifier="e-value"))


def _e_row(name: str, one: EValue) -> Row:
    limit = numbers.NONE if one.limit is None else numbers.rounded(one.limit, 2)
    values = (numbers.rounded(one.risk_ratio, 2), numbers.rounded(one.estimate, 2), limit, one.conversion)
    return Row((cell("any" if name == "any" else name), *(cell(value) for value in values)))


def _known(found: Robustness, confounder: Confounder, number: Numbering) -> Iterator[Block]:
    yield Paragraph(
        inline(
            f"{confounder.name} is taken to be as common among the others as where it was measured: "
            f"{confounder.prevalence:.0%} ({confounder.prevalence_place}). Its effect is taken as the same in both "
            f"groups.{APPROXIMATE if found.effect.measure == 'HR' else ''}"
        )
    )
    heads = (
        "Effect of the confounder",
        "Ratio",
        "Exposed, for the estimate",
        "Exposed, for the interval",
        "Left at the extreme",
    )
    columns = (
        Column("known"),
        Column("ratio", "right"),
        Column("estimate", "right"),
        Column("limit", "right"),
        Column("most", "right"),
    )
    body, notes = [], []
    for one in found.tipping:
        ratio = numbers.ratio_interval(Estimate(one.known.value, one.known.lower, one.known.upper))
        estimate = "none is enough" if one.estimate.value is None else f"{one.estimate.value:.0%}"
        if nearer_limit(found.effect) is None:
            limit = "includes 1 already"
        elif one.limit is None or one.limit.value is None:
            limit = "none is enough"
        else:
            limit = f"{one.limit.value:.0%}"
        most = f"{numbers.rounded(one.most, 2)} at {one.most_exposed:.0%}"
        body.append(
            Row(
                (
                    cell(f"{one.known.label} ({one.known.place})"),
                    cell(ratio),
                    cell(estimate),
                    cell(limit),
                    cell(most),
                )
            )
        )
        if one.estimate.reason:
            notes.append(Footnote(sentence_case(one.estimate.reason)))
    caption = f"How common {confounder.name} would have to be among the exposed to explain the effect away"
    header = (tuple(HeaderCell(one) for one in heads),)
    yield Table("tipping", number.table(), caption, columns, header, tuple(body), tuple(dict.fromkeys(notes)))
    words = f"Prevalence and effect of {confounder.name} that would explain the effect away"
    yield _figure("tipping-figure", number, words, tipping_figure(found, confounder, identifier="tipping"))
    yield _array(found, confounder, number)


def _array(found: Robustness, confounder: Confounder, number: Numbering) -> Table:
    columns = (Column("ratio", "right"), *(Column(f"at-{one:g}", "right") for one in ARRAY_PREVALENCES))
    over = f"{confounder.name} among the exposed ({confounder.prevalence:.0%} of the others)"
    header = (
        (HeaderCell("Its ratio", rows=2), HeaderCell(over, columns=len(ARRAY_PREVALENCES))),
        tuple(HeaderCell(f"{one:.0%}") for one in ARRAY_PREVALENCES),
    )
    strengths = dict.fromkeys(one.confounder_effect for one in found.array)
    body = tuple(
        Row(
            (
                cell(numbers.rounded(strength, 1)),
                *(_left(one) for one in found.array if one.confounder_effect == strength),
            )
        )
        for strength in strengths
    )
    notes = (
        Footnote("In brackets the limit of the interval nearer to 1, where the interval does not include 1."),
        Footnote("Marked cells: the estimate is 1 or on its other side."),
    )
    return Table("array", number.table(), "The effect that is left", columns, header, body, notes)


def _left(one: ArrayCell) -> Cell:
    words = numbers.rounded(one.estimate, 2)
    if one.limit is not None:
        words += f" ({numbers.rounded(one.limit, 2)})"
    return cell(
        f"{words} *" if one.estimate_gone else words, tone="attention" if one.estimate_gone else "normal"
    )


def _fragility(found: Robustness) -> Iterator[Block]:
    if found.fragility is None:
        yield Paragraph(inline(sentence_case(f"no fragility index: {found.fragility_reason}")))
        return
    table = found.effect.table
    if table is not None:
        (a, n), (b, m) = table
        where = f" ({found.effect.table_place})" if found.effect.table_place else ""
        yield Paragraph(inline(f"{a} of {n} exposed and {b} of {m} others had the outcome{where}."))
    yield Paragraph(inline(_fragility_words(found.fragility)))
    one = found.fragility
    if one.fewest is not None and one.index is not None and one.fewest < one.index:
        yield Paragraph(
            inline(f"Changing both groups, {one.fewest} other outcomes are enough: events {_changes(one)}.")
        )
    elif one.index is not None and one.index > MOST_CHANGES and one.fewest is None:
        yield Paragraph(
            inline(f"Whether fewer than {MOST_CHANGES} changes in both groups do was searched: they do not.")
        )


def _fragility_words(one: Fragility) -> str:
    side = "significant" if one.significant else "not significant"
    opening = f"Fisher's exact {numbers.p_words(one.p)}, {side} at {numbers.number(one.alpha)}"
    name = "Fragility index" if one.significant else "Reverse fragility index"
    if one.index is None or one.quotient is None:
        return f"{name}: none ({one.reason}; {opening})."
    return (
        f"{name}: {one.index} other outcome{'s' if one.index > 1 else ''} of {one.n} patients would change the verdict "
        f"({numbers.probability(one.quotient)}%; {opening})."
    )


def _changes(one: Fragility) -> str:
    first, second = one.fewest_changes or (0, 0)
    return f"{first:+d} among the exposed, {second:+d} among the others".replace("-", numbers.MINUS)


def _limits(found: Robustness) -> Iterator[Block]:
    items = [
        "These are statements about how strong confounding would have to be, not about whether there is any.",
        "Selection, immortal time, misclassification and chance are other ways to be wrong; none is in these numbers.",
    ]
    if found.effect.crude:
        items.insert(
            0,
            "The effect is crude: what was measured and not adjusted for confounds it too, before anything unmeasured.",
        )
    yield BulletList(tuple(inline(one) for one in items))


def _figure(identifier: str, number: Numbering, words: str, drawing: Drawing) -> Figure:
    return Figure(identifier, number.figure(), words, words, drawing.svg, drawing.width, drawing.height)
