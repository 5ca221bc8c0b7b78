"""Makes `evidence.json`: the lines of evidence that `page.toml` names, from the library, with what its audit finds.

`python -m crlm.pathway.summary.evidence_made` writes it again; tests/pathway/summary/test_evidence.py holds it to the
library. Reading the papers and auditing them takes longer than everything else that a page needs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from crlm.evidence import paper as library_paper
from crlm.evidence.cards.model import SeriesCard, SeriesNumber
from crlm.evidence.cards.series import series_cards
from crlm.evidence.citations import short
from crlm.evidence.numbers import PublishedEffect
from crlm.evidence.paper import Paper
from crlm.evidence.pooling.estimate import ADJUSTED
from crlm.pathway.summary.audited import findings_about
from crlm.pathway.summary.content import EvidenceChoice, shipped_page
from crlm.pathway.summary.evidence_lines import FILE, key_of

DECK = "deck-2024"
"""The paper of the library that holds the deck's statements."""

Made = dict[str, Any]


def made() -> dict[str, list[Made]]:
    """Every line that the shipped page names, by the key of its choice. Raises KeyError for an unknown row."""
    choices = [one for option in shipped_page().option for one in option.evidence]
    return {key_of(one): list(lines_of(one)) for one in choices}


def lines_of(choice: EvidenceChoice) -> Iterator[Made]:
    """The lines of one choice: one for each series that the deck quotes, or one for a paper."""
    if choice.paper is not None:
        yield _of_paper(_paper(choice.paper), choice.effects)
    else:
        # Ages are counted when a page is made: the year given here is not used.
        yield from (_of_series(one) for one in series_cards(_paper(DECK), choice.statements, 0))


@cache
def _paper(name: str) -> Paper:
    return library_paper(name)


def _of_series(series: SeriesCard) -> Made:
    rows = [one.row for one in series.numbers]
    return {
        "study": series.series or "Series not named",
        "design": series.design,
        "n": ", ".join(dict.fromkeys(series.n)),
        "numbers": "; ".join(_numbers(series)),
        "year": series.year,
        "newest": None if series.age_years is None else -series.age_years,
        "rows": rows,
        "place": f"deck, {series.numbers[0].place.split(',')[0]}",
        "paper": DECK,
        "findings": list(findings_about(DECK, rows, series.series)),
    }


def _numbers(series: SeriesCard) -> Iterable[str]:
    """The numbers of each outcome together: "resection rate 92 % (ALPPS), 57 % (TSH), p <0.0001"."""
    grouped: dict[tuple[str, str], list[SeriesNumber]] = {}
    for one in series.numbers:
        grouped.setdefault((one.outcome, one.timepoint), []).append(one)
    several = len({one.arm for one in series.numbers}) > 1
    for (outcome, timepoint), numbers in grouped.items():
        values = ", ".join(
            f"{one.printed} ({one.arm})" if several and one.arm else one.printed for one in numbers
        )
        p = next((one.p for one in numbers if one.p), "")
        sign = "" if p.startswith(("<", ">")) else "= "
        yield " ".join(part for part in (outcome, timepoint, values) if part) + (
            f", p {sign}{p}" if p else ""
        )


def _of_paper(paper: Paper, effects: tuple[str, ...]) -> Made:
    rows = [row for id_ in effects if isinstance(row := paper.row(id_), PublishedEffect)]
    about = paper.about
    numbers = [
        f"{row.measure} {row.est_printed} ({row.ci_printed}) for {row.endpoint}, {row.level} against "
        f"{row.reference}, {'adjusted' if row.model in ADJUSTED else 'crude'}"
        for row in rows
    ]
    ids = [row.row_id for row in rows]
    return {
        "study": short(about),
        "design": about.design,
        "n": "" if about.n is None else str(about.n),
        "numbers": "; ".join(numbers),
        "year": str(about.year or ""),
        "newest": about.year,
        "rows": ids,
        "place": "; ".join(dict.fromkeys(row.locator for row in rows)),
        "paper": about.id,
        "findings": list(findings_about(about.id, ids)),
    }


def main() -> None:
    """Write the file."""
    text = json.dumps(made(), indent=1, ensure_ascii=False) + "\n"
    Path(FILE).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
