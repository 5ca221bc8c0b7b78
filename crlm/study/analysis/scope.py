"""Whom an analysis is about: the records for which its condition holds, and the groups among them."""

from __future__ import annotations

from dataclasses import replace

from crlm.cohort.groups import Groups, groups_of
from crlm.dictionary.expressions import evaluate, in_words, parse
from crlm.dictionary.records import Records
from crlm.dictionary.wording import in_sentence
from crlm.study.protocol.model import Comparison


def restricted(records: Records, where: str | None) -> tuple[Records, list[tuple[str, int]]]:
    """The records for which a condition holds, and how many were left out, each count with its words."""
    if where is None:
        return records, []
    holds = evaluate(records.frame, where, records.variables)
    kept = holds.fill_null(False)
    words = in_sentence(in_words(parse(where), records.variables))
    counts = [
        (f"condition not met ({words})", int((~holds).fill_null(False).sum())),
        (f"unknown whether {words}", int(holds.null_count())),
    ]
    narrowed = replace(records, frame=records.frame.filter(kept), reasons=records.reasons.filter(kept))
    return narrowed, [(label, n) for label, n in counts if n]


def groups_for(records: Records, comparison: Comparison | None, group: str | None) -> Groups | None:
    """The groups of an analysis: those of its own variable, else those of the comparison; None without either."""
    if group is not None:
        return groups_of(records, group, reference=None, label=None)
    if comparison is None:
        return None
    return groups_of(records, comparison.variable, reference=comparison.reference, label=comparison.label)


def group_words(groups: Groups) -> list[str]:
    """The groups' words, or their levels' names where two groups have the same words."""
    words = [one.label for one in groups.levels]
    return words if len(set(words)) == len(words) else [one.level for one in groups.levels]
