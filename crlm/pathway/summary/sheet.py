"""The first page: the summary as one sheet, as full as fits on A4. What does not fit is counted, and stands behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from crlm.pathway.summary import boxes
from crlm.pathway.summary.detail import RICHER, TERSEST, Detail
from crlm.pathway.summary.model import Summary
from crlm.pathway.summary.wording import DOTS
from crlm.rendering.sheet import HEIGHT, head_height, sheet_height
from crlm.rendering.tree import Paragraph, SheetBlock, inline

TITLE = "Tumour board: colorectal liver metastases"
NO_QUESTION = "Question: none was given"


def subtitle(summary: Summary) -> str:
    """The question for the board."""
    return f"Question: {summary.question}" if summary.question else NO_QUESTION


def origin(summary: Summary) -> str:
    """The patient, the day and the rules, for the head and the foot."""
    parts = [
        summary.patient_label,
        f"board of {summary.date}",
        f"rules {summary.rules_version} ({summary.rules_sha256[:8]})",
    ]
    return DOTS.join(parts)


def sheet(summary: Summary) -> tuple[SheetBlock, ...]:
    """The blocks of the page: the tersest form, with what still fits on A4 by the estimated height."""
    head = head_height(TITLE, subtitle(summary), f"{origin(summary)}{DOTS}created 2026-01-01 00:00 UTC")
    best = TERSEST
    blocks = tuple(_blocks(summary, best))
    for change in RICHER:
        fuller = replace(best, **change)  # type: ignore[arg-type]
        tried = tuple(_blocks(summary, fuller))
        if head + sheet_height(tried) <= HEIGHT:
            best, blocks = fuller, tried
    return blocks


def _blocks(summary: Summary, detail: Detail) -> Iterator[SheetBlock]:
    """The boxes in the order in which a board reads: what is missing and what cannot be come first."""
    yield boxes.missing_box(summary, detail)
    if summary.contradictions:
        yield boxes.contradictions_box(summary, detail)
    yield boxes.known_box(summary, detail)
    yield boxes.class_and_biology_box(summary, detail)
    yield boxes.factors_box(summary, detail)
    if summary.warnings:
        yield boxes.warnings_box(summary, detail)
    yield boxes.options_box(summary, detail)
    if summary.disagreements:
        yield boxes.disagreements_box(summary, detail)
    yield boxes.decision_box(detail)
    yield Paragraph(inline(boxes.remark(summary)), "muted")
