"""What the audit of a paper of the library finds of some of its printed numbers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from crlm.evidence import paper as library_paper
from crlm.evidence.audit import Finding, audit


def findings_about(paper: str, rows: Iterable[str], series: str = "") -> tuple[str, ...]:
    """What is found of the numbers of some rows, each with its arithmetic and the severity in brackets.

    Of a finding about several series only the part of `series` is given; one without such a part has its title.
    """
    wanted = set(rows)
    return tuple(
        f"{_said(one, series)} ({one.severity})"
        for one in _findings(paper)
        if wanted & {*one.rows, *(at.row_id for at in one.printed)}
    )


@cache
def _findings(paper: str) -> tuple[Finding, ...]:
    return audit(library_paper(paper)).findings


def _said(one: Finding, series: str) -> str:
    own = [part for part in one.arithmetic.split("; ") if series and part.startswith(series)]
    return "; ".join(own) if own else f"{one.title}: {one.arithmetic}"
