"""An audit as a document: what matters most, the findings one by one, and what every check did."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from crlm.evidence.audit.checks import CHECKS
from crlm.evidence.audit.finding import SEVERITIES, Severity
from crlm.evidence.audit.report.entries import Entry, dependent_lines, entries, printed_lines
from crlm.evidence.audit.report.headlines import Headline, headlines, weight
from crlm.evidence.audit.report.words import readable
from crlm.rendering.numbering import Numbering
from crlm.rendering.numbers import count
from crlm.rendering.tree import (
    Block,
    BulletList,
    Cell,
    Column,
    Document,
    Footnote,
    HeaderCell,
    Inline,
    KeyValues,
    Paragraph,
    Row,
    Run,
    Section,
    Table,
    cell,
    inline,
)

if TYPE_CHECKING:
    from crlm.evidence.audit.run import Audit
    from crlm.evidence.paper import Paper

FEW = 30
"""Comparisons below which finding nothing means little."""

_ROW_ID = re.compile(r"^[A-Z]+\d+, (?=\w)")

CHECKS_IN_WORDS = "checks-in-words"
"""The id of the section that says what each check does: the same in every report."""

FIRST = 5
"""How many entries the summary names."""

HEADINGS: dict[Severity, str] = {
    "impossible": "Numbers that cannot be as printed",
    "contradiction": "Numbers that contradict each other",
    "doubtful": "Numbers that fit only under an unusual assumption",
}
MEANINGS: dict[Severity, str] = {
    "impossible": "No true value, however rounded, gives what is printed, by the method that the paper names or by "
    "which the rest of the table was made.",
    "contradiction": "Each number is possible, but two places of the paper cannot both be right.",
    "doubtful": "Possible, but only under an assumption, or by a method, that the paper does not state and "
    "that the finding names.",
}
COUNTED: dict[Severity, tuple[str, str]] = {
    "impossible": ("cannot be as printed", "cannot be as printed"),
    "contradiction": ("contradicts another number", "contradict another number"),
    "doubtful": ("fits only under an unusual assumption", "fit only under an unusual assumption"),
}


def report(paper: Paper, audit: Audit, created: str, *, least: Severity = "doubtful") -> Document:
    """The review of one paper; `created` is the moment that it carries, ISO 8601 in UTC.

    `least` is the mildest severity that is shown; the table of checks counts all findings.
    """
    found = entries(audit, least)
    results = headlines(paper, [one.group for one in found])
    numbering = Numbering()
    sections = [
        numbering.section(
            "summary", "What matters most", list(_summary(paper, audit, found, results, numbering))
        )
    ]
    for severity in SEVERITIES:
        own = [one for one in found if one.severity == severity]
        if own:
            sections.append(
                numbering.section(severity, HEADINGS[severity], list(_findings(paper, own, severity)))
            )
    sections.append(numbering.section("checks", "What was checked", list(_checks(audit, numbering))))
    sections.append(numbering.section("reading", "How to read this", list(_reading())))
    ran = {one.check for one in audit.results if one.tested or one.not_run}
    meanings = tuple((one.title, inline(one.words)) for one in CHECKS if one.id in ran)
    if meanings:
        heading = "What each check does, and when it is silent"
        sections.append(numbering.section(CHECKS_IN_WORDS, heading, [KeyValues(meanings)]))
    return Document(
        id=f"audit-{paper.id}",
        title=f"Audit of the printed numbers: {paper.id}",
        subtitle=_subtitle(paper),
        authors=(),
        banner=None,
        data=f"{paper.id}, {count(sum(1 for _ in paper.numbers.every_row()))} printed rows, audit {audit.version}",
        created=created,
        sections=tuple(sections),
        contents=1,
    )


def _subtitle(paper: Paper) -> str:
    about = paper.about
    first = about.authors[0].split(",")[0] if about.authors else ""
    others = " and others" if len(about.authors) > 1 else ""
    published = " ".join(part for part in (about.journal, str(about.year or "")) if part)
    return ". ".join(part for part in (f"{first}{others}", about.title.rstrip("."), published) if part)


def _summary(
    paper: Paper, audit: Audit, found: tuple[Entry, ...], results: tuple[Headline, ...], numbering: Numbering
) -> Iterator[Block]:
    tested = sum(one.tested for one in audit.results)
    rows = sum(1 for _ in paper.numbers.every_row())
    yield Paragraph(
        inline(
            f"{_of(rows, 'printed row')} of numbers {'was' if rows == 1 else 'were'} read; "
            f"{_of(sum(1 for one in audit.results if one.tested), 'check')} held them against each other in "
            f"{_of(tested, 'comparison')}. {_tally(found, tested)}"
        )
    )
    yield Paragraph(
        inline(
            "Numbers that disagree are misprinted, mislabelled, rounded in an unusual way, or were damaged when the "
            "paper was copied. The audit says that they disagree, not whose slip it was, and not that a conclusion is "
            "wrong."
        ),
        "muted",
    )
    if paper.about.read_from:
        yield Paragraph(inline(f"Read from: {paper.about.read_from}."), "muted")
    if found:
        yield from _first(found, results)
    yield from _results(paper, found, results, numbering)


def _of(n: int, noun: str) -> str:
    return f"{count(n)} {noun}" if n == 1 else f"{count(n)} {noun}s"


def _tally(found: tuple[Entry, ...], tested: int) -> str:
    counts = Counter(one.severity for one in found)
    if not found:
        few = " With so few comparisons that says little." if tested < FEW else ""
        return f"Nothing was found that does not fit.{few}"
    parts = [f"{counts[one]} {COUNTED[one][counts[one] != 1]}" for one in SEVERITIES if counts[one]]
    return f"{_of(len(found), 'place')} to look at: " + ", ".join(parts) + "."


def _first(found: tuple[Entry, ...], results: tuple[Headline, ...]) -> Iterator[Block]:
    """The entries on which most rests."""
    weights = {one.number: weight(results, one.number - 1) for one in found}
    ranked = sorted(
        found,
        key=lambda one: (
            tuple(-part for part in weights[one.number]),
            SEVERITIES.index(one.severity),
            one.number,
        ),
    )
    heavy = [one for one in ranked if any(weights[one.number])]
    chosen = (heavy or [one for one in ranked if one.severity != "doubtful"] or ranked)[:FIRST]
    yield Paragraph(
        inline(
            Run(
                "To look at first, because results that the paper is quoted for rest on it"
                if heavy
                else "To look at first",
                bold=True,
            )
        )
    )
    yield BulletList(tuple(_pointer(one) for one in chosen))


def _pointer(entry: Entry) -> Inline:
    return inline(
        Run(f"Finding {entry.number}", target=_target(entry.severity, entry.place)),
        f" ({entry.place}): {entry.title}.",
    )


def _results(
    paper: Paper, found: tuple[Entry, ...], results: tuple[Headline, ...], numbering: Numbering
) -> Iterator[Block]:
    if not results:
        yield Paragraph(
            inline(
                "No result of this paper is entered as the answer to a question or as part of its abstract."
            ),
            "muted",
        )
        return
    touched = [one for one in results if one.question or one.direct or one.indirect]
    if not touched:
        yield Paragraph(
            inline(f"No finding touches any of the {_of(len(results), 'result')} that the abstract prints.")
        )
        return
    yield Paragraph(inline(_in_doubt(results)))
    heads = ("Result", "As printed", "Place", "In doubt itself", "Rests on, or repeated in")
    yield Table(
        id="results-touched",
        number=numbering.table(),
        caption="Results that the paper is quoted for, and the findings that touch them",
        columns=(Column("result"), Column("printed"), Column("place"), Column("direct"), Column("indirect")),
        header=(tuple(HeaderCell(one) for one in heads),),
        body=tuple(
            Row(
                (
                    cell(one.subject),
                    cell(one.result),
                    cell(one.place),
                    Cell(_numbers(one.direct, found), tone="attention" if one.direct else "normal"),
                    Cell(_numbers(one.indirect, found)),
                )
            )
            for one in touched
        ),
    )


def _in_doubt(results: tuple[Headline, ...]) -> str:
    """How many of the results are in doubt, in a sentence or two."""
    parts = []
    for question, subject in (
        (True, "that answer the paper's questions"),
        (False, "in the abstract besides"),
    ):
        own = [one for one in results if one.question == question]
        if not own:
            continue
        doubted = sum(bool(one.direct) for one in own)
        leaning = sum(bool(one.indirect) and not one.direct for one in own)
        if not doubted and not leaning:
            parts.append(f"No finding touches any of the {_of(len(own), 'result')} {subject}.")
            continue
        one, more = doubted < 2, leaning < 2
        parts.append(
            f"Of the {_of(len(own), 'result')} {subject}, {doubted or 'none'} {'is' if one else 'are'} in doubt "
            f"{'itself' if one else 'themselves'}, and {leaning or 'none'} {'rests' if more else 'rest'} on numbers "
            "that are."
        )
    return " ".join(parts)


def _numbers(places: tuple[int, ...], found: tuple[Entry, ...]) -> Inline:
    """The numbers of entries, each a link; "none" says that it was looked for."""
    if not places:
        return inline(Run("none"))
    links: list[str | Run] = []
    for place in places:
        one = found[place]
        links += [", ", Run(str(one.number), target=_target(one.severity, one.place))]
    return inline(*links[1:])


def _findings(paper: Paper, found: list[Entry], severity: Severity) -> Iterator[Block]:
    """The entries of one severity, a subsection for each place of the paper."""
    yield Paragraph(inline(MEANINGS[severity]), "muted")
    for where, own in groupby(found, key=lambda one: one.place):
        blocks: list[Block] = []
        for one in own:
            name = (f"Finding {one.number}", inline(Run(one.title, bold=True)))
            blocks.append(KeyValues((name, *_particulars(paper, one))))
        yield Section(_target(severity, where), "", where or "Elsewhere", tuple(blocks))


def _target(severity: Severity, where: str) -> str:
    """The id of the section in which the entries of a place stand."""
    return f"{severity}-{re.sub(r'[^a-z0-9]+', '-', where.lower()).strip('-') or 'elsewhere'}"


def _particulars(paper: Paper, entry: Entry) -> Iterator[tuple[str, Inline]]:
    yield "Printed", inline("\n".join(printed_lines(entry)))
    yield "Arithmetic", inline("\n".join(entry.arithmetic))
    if len(entry.findings) > 1:
        others = dict.fromkeys(readable(one.title, entry.words) for one in entry.findings[1:])
        yield "Also", inline("\n".join(others))
    likely = [readable(one.sentence, entry.words) for one in entry.explanations]
    yield "Would explain it", inline("\n".join(likely) if likely else "nothing that was tried")
    depends = list(dependent_lines(paper, entry))
    if depends:
        yield "Rests on it", inline("\n".join(depends))


def _checks(audit: Audit, numbering: Numbering) -> Iterator[Block]:
    by_check = {one.check: one for one in audit.results}
    heads = ("Check", "Tested", "Findings", "Not testable")
    body = []
    for one in CHECKS:
        result = by_check.get(one.id)
        if result is None:
            continue
        body.append(
            Row(
                (
                    cell(one.title),
                    cell(count(result.tested)),
                    cell(count(len(result.findings)), tone="attention" if result.findings else "normal"),
                    cell(count(len(result.not_run))),
                )
            )
        )
    yield Table(
        id="checks-run",
        number=numbering.table(),
        caption="The checks, and how many numbers each of them tested",
        columns=(
            Column("check"),
            Column("tested", "right"),
            Column("findings", "right"),
            Column("not_run", "right"),
        ),
        header=(tuple(HeaderCell(one) for one in heads),),
        body=tuple(body),
        footnotes=(
            Footnote(
                "Tested: comparisons of printed numbers. Findings that hang on the same numbers are one entry above, "
                "so entries are fewer than findings."
            ),
        ),
    )
    yield from _not_run(audit, numbering)


def _not_run(audit: Audit, numbering: Numbering) -> Iterator[Block]:
    titles = {one.id: one.title for one in CHECKS}
    rows = []
    for result in audit.results:
        reasons: dict[str, list[str]] = {}
        for one in result.not_run:
            reasons.setdefault(one.reason, []).append(one.subject)
        for reason, subjects in reasons.items():
            bare = (_ROW_ID.sub("", one) for one in subjects)
            named = list(dict.fromkeys(readable(one, audit.words) for one in bare))
            shown = ", ".join(named[:4]) + (f" and {len(named) - 4} more" if len(named) > 4 else "")
            rows.append(
                Row(
                    (
                        cell(titles[result.check]),
                        cell(count(len(subjects))),
                        cell(readable(reason, audit.words)),
                        cell(shown),
                    )
                )
            )
    if not rows:
        return
    yield Table(
        id="checks-not-run",
        number=numbering.table(),
        caption="What could not be checked, and why",
        columns=(Column("check"), Column("n", "right"), Column("reason"), Column("subject")),
        header=(tuple(HeaderCell(one) for one in ("Check", "Number", "Reason", "Of what")),),
        body=tuple(rows),
    )


def _reading() -> Iterator[Block]:
    yield KeyValues(tuple((HEADINGS[one], inline(MEANINGS[one])) for one in SEVERITIES))
    yield Paragraph(
        inline(
            "A printed number stands for every true value that is rounded to it, with halves rounded up or to even. A "
            "mismatch is reported only when no such value, no denominator that the paper may mean and no variant of a "
            "test that it does not exclude gives what is printed. Explanations were tried out: only those that make "
            "the numbers agree are named, and several may. What the audit finds can be redone with the line of "
            "arithmetic; what it does not find may still be wrong."
        )
    )
