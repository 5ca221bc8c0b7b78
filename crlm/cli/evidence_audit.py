"""`crlm evidence audit`: what does not fit among the printed numbers of papers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crlm.cli import pages, terminal
from crlm.cli.evidence_papers import Library, find_paper, known_papers
from crlm.cli.terminal import Json, Quiet
from crlm.problems import ArgumentError, Problem, did_you_mean

if TYPE_CHECKING:
    from crlm.evidence.audit import Audit, Severity
    from crlm.evidence.paper import Paper

SHOWN = 12
"""How many findings of a paper the terminal shows."""


def audit(
    papers: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PAPER", help="Ids of papers of the library, or folders; without any, all papers."
        ),
    ] = None,
    format_: pages.Formats = None,
    out: pages.Out = None,
    severity: Annotated[
        str,
        typer.Option(
            "--severity", metavar="LEAST", help="The mildest to show: impossible, contradiction or doubtful."
        ),
    ] = "doubtful",
    library: Library = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Find what is impossible or contradictory among papers' printed numbers, with arithmetic and what rests on it.

    Numbers that disagree are misprints more often than anything else. Exit code 0 whatever is found.
    """
    terminal.use_json(json)
    wanted = pages.chosen_formats(format_, out, printable=("json",))
    least = _severity(severity)
    from crlm.evidence.audit import audit as audited

    with terminal.progress(quiet=quiet) as tell:
        pairs: list[tuple[Paper, Audit]] = []
        for name in papers or known_papers(library):
            paper = find_paper(name, library)
            tell(f"Checking {paper.id}")
            pairs.append((paper, audited(paper)))
        if out is not None:
            _write(pairs, least, wanted, out, tell)
    if json or (out is None and format_ is not None):
        from crlm.evidence.audit.document import audits_document

        terminal.print_json(audits_document(pairs, least=least).model_dump(mode="json"))
    elif not quiet:
        for paper, found in pairs:
            _print(paper, found, least)
        pages.say_written(out)


def _severity(given: str) -> Severity:
    from crlm.evidence.audit import SEVERITIES

    for one in SEVERITIES:
        if one == given:
            return one
    raise ArgumentError(
        Problem(
            "audit-severity",
            f'"{given}" is no severity',
            f"{', '.join(SEVERITIES)}.",
            did_you_mean(given, SEVERITIES),
        )
    )


def _write(
    pairs: list[tuple[Paper, Audit]],
    least: Severity,
    wanted: tuple[str, ...],
    out: Path,
    tell: Callable[[str], None],
) -> None:
    """The files of all papers, all or nothing."""
    from crlm.evidence import papers
    from crlm.evidence.audit.document import audits_document
    from crlm.evidence.audit.report import report

    created = pages.now()
    names = {*papers(), *(paper.id for paper, _ in pairs)}
    texts = {}
    if "json" in wanted:
        texts["audit.json"] = audits_document(pairs, least=least).model_dump_json(indent=1) + "\n"
    documents = {paper.id: partial(report, paper, found, created, least=least) for paper, found in pairs}
    ours = ("audit.json", *(entry for name in names for entry in pages.entries(name)))
    pages.write_files(out, documents, texts, wanted, ours=ours, tell=tell)


def _print(paper: Paper, audit: Audit, least: Severity) -> None:
    from crlm.evidence.audit import SEVERITIES
    from crlm.evidence.audit.report import entries

    found = entries(audit, least)
    counts = Counter(one.severity for one in found)
    tally = ", ".join(f"{counts[one]} {one}" for one in SEVERITIES if counts[one]) or "nothing found"
    tested = sum(one.tested for one in audit.results)
    typer.echo(f"{paper.id}: {tally}; {tested:,} comparisons by {len(audit.results)} checks")
    for one in found[:SHOWN]:
        typer.echo(f"  {one.number}. [{one.severity}] {one.place}: {one.title}")
        for line in one.arithmetic[:2]:
            typer.echo(f"       {line}")
    if len(found) > SHOWN:
        typer.echo(f"  and {len(found) - SHOWN} more: --out DIR writes the report.")
