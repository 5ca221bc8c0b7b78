"""`crlm evidence audit`: what does not fit among the printed numbers of papers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crlm.cli import terminal
from crlm.cli.evidence_papers import Library, find_paper, known_papers
from crlm.cli.terminal import Json, Quiet

if TYPE_CHECKING:
    from crlm.evidence.audit import Audit, Severity
    from crlm.evidence.paper import Paper
    from crlm.rendering.files import Format

DOCUMENTS: tuple[Format, ...] = ("html", "docx", "pdf")
FORMATS = (*DOCUMENTS, "json")
SHOWN = 12
"""How many findings of a paper the terminal shows."""


def audit(
    papers: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PAPER", help="Ids of papers of the library, or folders; without any, all papers."
        ),
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="LIST",
            help="html, docx, pdf, json, with commas: files in --out; json alone can be printed.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="A folder for PAPER.html, .docx, .pdf and audit.json."),
    ] = None,
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
    wanted = _formats(format_, out, json=json)
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
    if json or (out is None and "json" in wanted):
        from crlm.evidence.audit.document import audits_document

        terminal.print_json(audits_document(pairs, least=least).model_dump(mode="json"))
    elif not quiet:
        for paper, found in pairs:
            _print(paper, found, least)
        if out is not None:
            typer.echo(f"Written to {out}: {', '.join(sorted(entry.name for entry in out.iterdir()))}")


def _formats(given: str | None, out: Path | None, *, json: bool) -> tuple[str, ...]:
    from crlm.problems import ArgumentError, Problem, did_you_mean

    if given is None:
        return FORMATS if out is not None else ()
    wanted = tuple(dict.fromkeys(part.strip() for part in given.split(",")))
    for one in wanted:
        if one not in FORMATS:
            raise ArgumentError(
                Problem(
                    "audit-format",
                    f'the format "{one}" is not known',
                    f"{', '.join(FORMATS)}.",
                    did_you_mean(one, FORMATS),
                )
            )
    if out is None and (files := [one for one in wanted if one != "json"]):
        raise ArgumentError(
            Problem(
                "audit-out",
                f"{' and '.join(files)} can only be written to files, and no folder is given",
                fix="add --out DIR.",
            )
        )
    return wanted


def _severity(given: str) -> Severity:
    from crlm.evidence.audit import SEVERITIES
    from crlm.problems import ArgumentError, Problem, did_you_mean

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
    from crlm.output import staged_folder
    from crlm.rendering import write_document

    names = {*papers(), *(paper.id for paper, _ in pairs)}
    ours = ["audit.json", *(f"{name}.{one}" for name in names for one in FORMATS)]
    created = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    with staged_folder(out, ours=ours) as folder:
        for paper, found in pairs:
            document = report(paper, found, created, least=least)
            files = [one for one in DOCUMENTS if one in wanted]
            write_document(document, folder, formats=files, name=paper.id, tell=tell)
        if "json" in wanted:
            text = audits_document(pairs, least=least).model_dump_json(indent=1)
            (folder / "audit.json").write_text(text + "\n", encoding="utf-8")


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
