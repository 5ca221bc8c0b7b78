"""The numbers of a paper as quantities with a name, so that the same one is found wherever it is printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crlm.evidence.audit.checks.blocks import dependants
from crlm.evidence.audit.finding import Quoted

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedCount, PublishedSummary, PublishedSurvival


@dataclass(frozen=True, slots=True)
class Quantity:
    """A printed quantity: what it is (`subject`), its parts (name, text), how a finding quotes it, what rests on it."""

    subject: str
    parts: tuple[tuple[str, str], ...]
    quoted: Quoted
    affects: tuple[str, ...] = ()


def quantities(paper: Paper) -> Iterator[Quantity]:
    """Every quantity of the paper's own tables, flow chart and description, in that order; effects apart."""
    yield from _counts(paper)
    yield from _summaries(paper)
    yield from _tests(paper)
    yield from _survival(paper)
    yield from _flow(paper)
    yield from _sizes(paper)


def _subject(variable: str, level: str, group: str, unit: str) -> str:
    return f"{variable} ({level}) in {group}" + ("" if unit == "patient" else f", {unit}s")


def _counts(paper: Paper) -> Iterator[Quantity]:
    for row in paper.numbers.counts:
        quoted = Quoted(row.row_id, row.locator, f"{row.variable}, {row.level}, {row.group}", row.as_printed)
        affects = dependants(paper, row.variable, row.group)
        subject = _subject(row.variable, row.level, row.group, row.unit)
        denominator = str(row.denominator) if row.denominator_basis == "printed" and row.denominator else ""
        parts = (("count", row.n_printed), ("percentage", row.percent_as_printed), ("of", denominator))
        yield Quantity(subject, parts, quoted, affects)
        group = _group_of(paper, row)
        if group is not None:
            yield Quantity(f"size of {group} ({row.unit}s)", (("count", row.n_printed),), quoted)


def _group_of(paper: Paper, row: PublishedCount) -> str | None:
    """The group that a row of a table counts: a level of the group's own variable in the group it is of."""
    for one in paper.groups:
        same = one.variable == row.variable and one.of == row.group and one.unit == row.unit
        if same and plain(row.level) in (plain(one.id), plain(one.level)) and not row.is_missing_row:
            return one.id
    return None


def _summaries(paper: Paper) -> Iterator[Quantity]:
    for row in paper.numbers.summaries:
        quoted = Quoted(row.row_id, row.locator, f"{row.variable}, {row.group}", row.as_printed)
        subject = f"{row.variable} in {row.group}"
        yield Quantity(
            f"{subject} ({_kind(row)})",
            summary_parts(row),
            quoted,
            dependants(paper, row.variable, row.group),
        )


def _kind(row: PublishedSummary) -> str:
    return (
        "mean"
        if row.statistic.startswith("mean")
        else "median"
        if row.statistic.startswith("median")
        else row.statistic
    )


def summary_parts(row: PublishedSummary) -> tuple[tuple[str, str], ...]:
    """The texts of a summary's numbers, taken from the printed cell in their order."""
    texts = re.findall(r"\d+(?:[.,·]\d+)?", row.as_printed)
    names = [
        name
        for name, value in (
            ("centre", row.centre),
            ("SD", row.sd),
            ("lower quartile", row.q1),
            ("upper quartile", row.q3),
            ("lowest", row.range_low),
            ("highest", row.range_high),
        )
        if value is not None
    ]
    return tuple(zip(names, texts, strict=True)) if len(names) == len(texts) else ()


def _tests(paper: Paper) -> Iterator[Quantity]:
    for row in paper.numbers.tests:
        quoted = Quoted(row.row_id, row.locator, f"p of {row.variable}, {row.groups_compared}", row.p_printed)
        yield Quantity(f"p of {row.variable} between {row.groups_compared}", (("p", row.p_printed),), quoted)


def _survival(paper: Paper) -> Iterator[Quantity]:
    for row in paper.numbers.survival:
        when = f" at {row.time_months:g} months" if row.time_months is not None else ""
        subject = (
            f"{row.statistic.replace('_', ' ')} of {row.endpoint}{when} in {row.group} ({row.population})"
        )
        text = row.value_printed + (
            f" ({_bounds(row)}, {row.interval_kind})"
            if row.ci_low is not None and row.ci_high is not None
            else ""
        )
        quoted = Quoted(row.row_id, row.locator, f"{row.endpoint}, {row.group}{when}", text)
        parts = [("value", row.value_printed)]
        if row.ci_low is not None and row.ci_high is not None:
            parts += [
                (f"lower {row.interval_kind}", f"{row.ci_low:g}"),
                (f"upper {row.interval_kind}", f"{row.ci_high:g}"),
            ]
        yield Quantity(subject, tuple(parts), quoted)


def _bounds(row: PublishedSurvival) -> str:
    return f"{row.ci_low:g} to {row.ci_high:g}"


def _flow(paper: Paper) -> Iterator[Quantity]:
    """Boxes named as a group, or as a level of a variable in a group ("no_haip_emc": Erasmus MC in no_haip).

    Before the patients who were analysed stand alone in a box, a level's name is that of something else.
    """
    included = [one.step for one in paper.numbers.flow if one.n is not None and one.n == paper.about.n]
    for row in paper.numbers.flow:
        quoted = Quoted(row.row_id, row.locator, row.description or row.node, row.n_printed)
        parts = (("count", row.n_printed), ("percentage", row.pct_printed))
        for one in paper.groups:
            if plain(row.node) == plain(one.id) and one.unit == "patient" and one.n is not None:
                yield Quantity(f"size of {one.id} (patients)", (("count", row.n_printed),), quoted)
        for cell in {
            (one.variable, one.level, one.group, one.unit): one for one in paper.numbers.counts
        }.values():
            after = any(row.step > step for step in included)
            if cell.unit == "patient" and _names(row.node, cell) and (cell.group != "all" or after):
                yield Quantity(_subject(cell.variable, cell.level, cell.group, cell.unit), parts, quoted)


def _names(node: str, cell: PublishedCount) -> bool:
    """Whether a box's name is the group and then the level, or the level alone in everybody."""
    levels = {plain(cell.level), initials(cell.level)}
    if cell.group != "all":
        return node.startswith(f"{cell.group}_") and plain(node.removeprefix(f"{cell.group}_")) in levels
    return len(plain(cell.level)) > 1 and plain(node) == plain(cell.level)


def _sizes(paper: Paper) -> Iterator[Quantity]:
    for one in paper.groups:
        if one.n is not None:
            quoted = Quoted(f"group:{one.id}", one.place, f"size of {one.id}", str(one.n))
            yield Quantity(f"size of {one.id} ({one.unit}s)", (("count", str(one.n)),), quoted)


def plain(text: str) -> str:
    """Letters and digits only, in small letters."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def initials(text: str) -> str:
    """The first letters of its words, whole words of capitals as they are: "Erasmus MC" is "emc"."""
    words = re.findall(r"[A-Za-z]+", text)
    return "".join(one if one.isupper() else one[0] for one in words).lower() if len(words) > 1 else ""
