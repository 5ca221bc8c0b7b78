"""`python -m tests.study_compare.pages`: write the generated part of docs/studies/<id>.md."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from pathlib import Path

from crlm.study.compare import recomputations
from crlm.study.compare.cells import quantities
from crlm.study.compare.doubts import doubts_of, short
from crlm.study.compare.mapping import mapped_studies, mapping_of
from crlm.study.compare.printed_once import printed_once
from crlm.study.compare.simulated import stored
from crlm.study.protocol.load import find_protocol

FOLDER = Path(__file__).parents[2] / "docs" / "studies"
BEGIN = "<!-- From here on written by `python -m tests.study_compare.pages`. Change that, not this. -->"
KINDS = {
    "percentage": "percentages",
    "sum": "sums of the groups",
    "test": "p values of tests of counts and means",
    "odds ratio": "odds ratios from the counts behind them",
    "wald": "p values from ratios and their intervals",
}
FAR = 3.0
"""Monte-Carlo standard errors beyond which a printed number is named."""


def decisions(text: str) -> list[str]:
    """The decisions of a protocol: its comments from "Decided:" to the end of the comment."""
    found = []
    for comment, lines in groupby(text.splitlines(), key=lambda line: line.startswith("# ")):
        words = " ".join(line[2:].strip() for line in lines) if comment else ""
        found += [f"{part[0].upper()}{part[1:]}" for part in words.split("Decided: ")[1:]]
    return [one.strip() for one in found]


def generated(study: str) -> str:
    """The generated part of a study's page."""
    lines = [BEGIN, "", "## Decisions where the paper leaves something open", ""]
    lines += [f"- {one}" for one in decisions(find_protocol(study).text)]
    lines += ["", *_places(study), "", *_recomputed(study), "", *_distances(study)]
    return "\n".join(lines) + "\n"


def _places(study: str) -> list[str]:
    mapping, published = mapping_of(study), printed_once(study)
    rows: Counter[str] = Counter()
    placed: Counter[str] = Counter()
    reasons: dict[str, set[str]] = {}
    for row in published.rows():
        destination = mapping.destination(row)
        rows[row.locator] += 1
        placed[row.locator] += destination.place is not None
        if destination.reason:
            reasons.setdefault(row.locator, set()).add(destination.reason)
    lines = ["## What the paper printed, and where it is in the results", ""]
    lines += ["| in the paper | rows | with a place | why not the others |", "|---|---|---|---|"]
    lines += [
        f"| {one} | {rows[one]} | {placed[one]} | {'; '.join(sorted(reasons.get(one, ())))} |" for one in rows
    ]
    return lines


def _recomputed(study: str) -> list[str]:
    found = recomputations(study)
    lines = ["## What the printed numbers determine", ""]
    lines += ["| | numbers | agree |", "|---|---|---|"]
    for kind, words in KINDS.items():
        these = [one for one in found if one.kind == kind]
        if these:
            lines.append(f"| {words} | {len(these)} | {sum(one.agrees for one in these)} |")
    wrong = [one for one in found if not one.agrees]
    if wrong:
        audit = f"[audit of the paper](../evidence/audits/{study}.md)"
        lines += [
            "",
            f"Printed numbers that do not follow from the others; the {audit} has the arithmetic:",
            "",
        ]
        lines += [
            "| in the paper | printed | computed again | from | what would explain it |",
            "|---|---|---|---|---|",
        ]
        lines += [
            f"| {_cell(one.what)} | {_cell(one.printed)} | {_cell(one.recomputed)} "
            f"| {_cell(one.method)}{f' ({_cell(one.note)})' if one.note else ''} "
            f"| {_cell(' '.join(one.explanations))} |"
            for one in wrong
        ]
    return lines


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _distances(study: str) -> list[str]:
    summary = stored(study)
    if summary is None:
        return []
    mapping = mapping_of(study)
    far, numbers, near = [], 0, 0
    for row in printed_once(study).rows():
        for one in quantities(row):
            distance = summary.distance(row.row_id, one.name, one.printed.value)
            if distance is None or one.name == "p":
                continue
            numbers += 1
            near += abs(distance) <= 2
            if abs(distance) > FAR:
                far.append((row.row_id, mapping.destination(row).place, one, distance))
    lines = ["## How far synthetic registries are from the paper", ""]
    lines.append(
        f"Over {summary.runs} synthetic registries of {summary.patients} patients, {near} of {numbers} printed numbers "
        "(p values aside) lie within 2 Monte-Carlo standard errors of the mean. This measures the generator, not the "
        "paper."
    )
    if far:
        lines += [
            "",
            "Farther than 3:",
            "",
            "| row | place | number | printed | distance | the audit of the paper doubts it |",
            "|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {row} | `{place}` | {one.name} | {one.printed.value:g} | {distance:+.1f} "
            f"| {short(doubts_of(study).get(row, ()))} |"
            for row, place, one, distance in far
        ]
    return lines


def main() -> None:
    """Write the generated part of every page, below what people wrote."""
    for study in mapped_studies():
        page = FOLDER / f"{study}.md"
        written = page.read_text(encoding="utf-8").split(BEGIN)[0]
        page.write_text(written + generated(study), encoding="utf-8")


if __name__ == "__main__":
    main()
