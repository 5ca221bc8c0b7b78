"""Saying once what many share: clauses with those that they hold for, so that only exceptions are named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crlm.dictionary.wording import in_sentence, listed


def gathered(said: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Each clause with the labels that it holds for, both in the order in which they are met."""
    by_clause: dict[str, list[str]] = {}
    for clause, label in said:
        labels = by_clause.setdefault(clause, [])
        if label not in labels:
            labels.append(label)
    return by_clause


def shared(said: Iterable[tuple[str, str]]) -> str:
    """What holds for all, once; otherwise each with the labels that it holds for, in brackets."""
    by_clause = gathered(said)
    return next(iter(by_clause)) if len(by_clause) == 1 else each(by_clause)


def each(by_clause: dict[str, list[str]]) -> str:
    """Clauses in a row, each with the labels that it holds for."""
    return listed([f"{clause} ({labelled(labels)})" for clause, labels in by_clause.items()])


def labelled(labels: Sequence[str]) -> str:
    """Labels in a row inside a sentence."""
    return listed([in_sentence(label) for label in labels])
