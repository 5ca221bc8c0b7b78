"""The line of evidence under an option: study, design, n, numbers as printed, how old it is, and what its audit found.

The lines were gathered from the library by `evidence_made`; here they are only read, and their age is counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from crlm.pathway.ruleset import RuleSet
from crlm.pathway.summary.content import EvidenceChoice
from crlm.pathway.summary.model import EvidenceLine

FILE = Path(__file__).with_name("evidence.json")


def evidence_lines(rules: RuleSet, choices: Iterable[EvidenceChoice], year: int) -> tuple[EvidenceLine, ...]:
    """The lines of some choices; one per series, or per paper. `year` is the one that ages are counted to.

    Raises KeyError for a choice that was not gathered.
    """
    return tuple(_line(rules, one, made, year) for one in choices for made in _gathered()[key_of(one)])


def key_of(choice: EvidenceChoice) -> str:
    """What a choice is filed under: "UPF-11: D0048 D0049", "REP-06: hellingman-2021 E0589"."""
    named = (choice.paper, *choice.effects) if choice.paper is not None else choice.statements
    return f"{choice.rule}: {' '.join(named)}"


@cache
def _gathered() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def _line(rules: RuleSet, choice: EvidenceChoice, made: dict[str, Any], year: int) -> EvidenceLine:
    rows = tuple(made["rows"])
    return EvidenceLine(
        rule=choice.rule,
        study=made["study"],
        design=made["design"],
        n=made["n"],
        numbers=made["numbers"],
        age=_age(made["year"], None if made["newest"] is None else year - made["newest"]),
        rows=rows,
        place=made["place"],
        corrections=tuple(one.id for one in rules.corrections if set(rows) & set(one.evidence)),
        paper=made["paper"],
        findings=tuple(made["findings"]),
    )


def _age(printed: str, years: int | None) -> str:
    if years is None:
        return f"{printed}, age not known" if printed else "year not given"
    if years < 0:
        return f"{printed}, later than the board"
    return f"{printed}, {years} {'year' if years == 1 else 'years'} old"
