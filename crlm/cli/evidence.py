"""`crlm evidence`: what has been published, as data."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crlm.cli import terminal
from crlm.cli.evidence_audit import audit
from crlm.cli.evidence_card import card
from crlm.cli.evidence_curve import curve
from crlm.cli.evidence_papers import Library, find_paper, known_papers
from crlm.cli.evidence_pool import pool
from crlm.cli.evidence_robustness import robustness
from crlm.cli.terminal import Json
from crlm.problems import ArgumentError, CrlmError, DataError, Problem, did_you_mean

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedRow

FORMATS = ("bibtex", "csl")
MOST = 20

app = typer.Typer(
    name="evidence",
    help="What papers printed: found, shown, cited, checked, pooled.",
    no_args_is_help=True,
)
app.command()(audit)
app.command()(card)
app.command()(pool)
app.command()(curve)
app.command()(robustness)


@app.command("list")
def list_(library: Library = None, json: Json = False) -> None:
    """List the papers: what they are, how many patients, how many rows of numbers."""
    terminal.use_json(json)
    papers = [_listed(name, library) for name in known_papers(library)]
    if json:
        terminal.print_json({"exit_code": 0, "papers": papers})
        return
    for one in papers:
        if "problems" in one:
            typer.echo(
                f"{one['id']}: cannot be read, {one['problems']} problems; crlm evidence check lists them."
            )
            continue
        size = "" if one["n"] is None else f", {one['n']} {one['unit']}s"
        typer.echo(f"{one['id']}: {one['kind']}{size}; {one['title']}")
        typer.echo("    " + ", ".join(f"{rows} {name}" for name, rows in one["rows"].items()))


def _listed(name: str, library: Path | None) -> dict[str, Any]:
    from crlm.evidence.numbers import ROWS

    try:
        paper = find_paper(name, library)
    except CrlmError as error:
        return {"id": name, "problems": len(error.problems)}
    rows = {table: len(getattr(paper.numbers, table)) for table in ROWS}
    return {
        **{key: getattr(paper.about, key) for key in ("id", "kind", "title", "year", "design", "n", "unit")},
        "rows": {table: count for table, count in rows.items() if count},
    }


@app.command()
def show(
    paper: Annotated[str, typer.Argument(metavar="PAPER", help="The id of a paper, or its folder.")],
    table: Annotated[
        str | None, typer.Option("--table", metavar="TABLE", help="Rows of one table: counts, effects, ...")
    ] = None,
    variable: Annotated[
        str | None,
        typer.Option(
            "--variable", metavar="WORD", help="Rows whose variable, endpoint or outcome has this word."
        ),
    ] = None,
    place: Annotated[
        str | None,
        typer.Option("--place", metavar="WORDS", help="Rows printed here: Table 2, Abstract, S33."),
    ] = None,
    row: Annotated[
        str | None, typer.Option("--row", metavar="ID", help="One row, every column of it.")
    ] = None,
    library: Library = None,
    json: Json = False,
) -> None:
    """Show a paper: what it is, its groups, cautions and tables; or some of its rows, each with its place."""
    terminal.use_json(json)
    found = find_paper(paper, library)
    if row is not None:
        _show_row(found, row, json=json)
    elif table is None and variable is None and place is None:
        _show_paper(found, json=json)
    else:
        _show_rows(found, _chosen(found, table, variable, place), json=json)


def _show_row(paper: Paper, row_id: str, *, json: bool) -> None:
    from crlm.evidence.document import row_document

    try:
        row = row_document(paper.row(row_id))
    except KeyError:
        known = [one.row_id for one in paper.numbers.every_row()]
        given = f'{paper.id} has no row "{row_id}"'
        raise ArgumentError(
            Problem("evidence-row", given, None, did_you_mean(row_id, known, most=3))
        ) from None
    if json:
        terminal.print_json({"exit_code": 0, "paper": paper.id, "row": row})
        return
    for key, value in row.items():
        if value not in (None, ""):
            typer.echo(f"{key}: {value}")


def _show_paper(paper: Paper, *, json: bool) -> None:
    from crlm.evidence.document import paper_document
    from crlm.evidence.numbers import ROWS

    if json:
        terminal.print_json({"exit_code": 0, **paper_document(paper)})
        return
    about = paper.about
    typer.echo(f"{about.id}: {about.title}")
    for words in (
        about.design,
        about.setting,
        f"read from {about.read_from}" if about.read_from else "",
        about.note,
    ):
        if words:
            typer.echo(f"  {words}")
    for cohort in paper.cohorts:
        between = " to ".join(one for one in (cohort.start, cohort.end) if one)
        typer.echo(f"  patients: {cohort.source}{f', {between}' if between else ''}")
    for group in paper.groups:
        size = "size not printed" if group.n is None else f"{group.n} {group.unit}s"
        typer.echo(f"  group {group.id}: {group.label or group.id}, {size}")
    for one in paper.events:
        of = "" if one.of is None else f" of {one.of}"
        typer.echo(f"  events {one.endpoint}, {one.group}: {one.n}{of} ({one.place})")
    for caution in paper.cautions:
        typer.echo(f"  caution ({caution.kind}): {caution.sentence}")
    for name in ROWS:
        rows = getattr(paper.numbers, name)
        if rows:
            typer.echo(f"  table {name}: {len(rows)} rows")


def _chosen(paper: Paper, table: str | None, variable: str | None, place: str | None) -> list[PublishedRow]:
    from crlm.evidence.wording import TABLE_OF, table_of, variable_of

    tables = tuple(TABLE_OF.values())
    if table is not None and table not in tables:
        given = f'there is no table "{table}"'
        raise ArgumentError(
            Problem("evidence-row", given, f"{', '.join(tables)}.", did_you_mean(table, tables))
        )
    rows = list(paper.numbers.every_row())
    chosen = [
        row
        for row in rows
        if (table is None or table_of(row) == table)
        and (
            variable is None
            or _has(variable_of(row), variable)
            or _has(str(getattr(row, "endpoint", "")), variable)
        )
        and (place is None or _has(row.locator, place))
    ]
    if not chosen:
        words = [one for one in (table, variable, place) if one is not None]
        known = [*dict.fromkeys([*(variable_of(row) for row in rows), *(row.locator for row in rows)])]
        given = f"{paper.id} has no row for {' and '.join(words)}"
        raise ArgumentError(Problem("evidence-row", given, None, did_you_mean(words[-1], known, most=6)))
    return chosen


def _has(text: str, word: str) -> bool:
    return word.casefold().replace(" ", "_") in text.casefold().replace(" ", "_")


def _show_rows(paper: Paper, rows: Iterable[PublishedRow], *, json: bool) -> None:
    from crlm.evidence.document import row_document
    from crlm.evidence.wording import table_of

    if json:
        listed = [{"table": table_of(row), **row_document(row)} for row in rows]
        terminal.print_json({"exit_code": 0, "paper": paper.id, "rows": listed})
        return
    table = ""
    for row in rows:
        if table_of(row) != table:
            table = table_of(row)
            typer.echo(f"{table}:")
        typer.echo(f"  {_line(paper, row)}")


def _line(paper: Paper, row: PublishedRow) -> str:
    from crlm.evidence.wording import printed, what

    return f"{row.row_id}  {what(row, paper.words)}: {printed(row) or 'no number printed'}  [{row.locator}]"


@app.command()
def search(
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS...", help="What to look for; every word must occur.")
    ],
    paper: Annotated[
        str | None, typer.Option("--paper", metavar="PAPER", help="Look only in this paper.")
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="How many rows to print.")] = MOST,
    library: Library = None,
    json: Json = False,
) -> None:
    """Find printed numbers by words: variables, levels, endpoints, series, places; the best first."""
    terminal.use_json(json)
    from crlm.evidence.document import row_document
    from crlm.evidence.search import search as searched
    from crlm.evidence.wording import printed, table_of, what

    names = known_papers(library) if paper is None else (paper,)
    found = searched(words, (find_paper(name, library) for name in names))
    if json:
        hits = [
            {
                "paper": hit.paper.id,
                "table": table_of(hit.row),
                "what": what(hit.row, hit.paper.words),
                "printed": printed(hit.row),
                "row": row_document(hit.row),
            }
            for hit in found.hits[:most]
        ]
        terminal.print_json(
            {
                "exit_code": 0,
                "words": found.words,
                "found": len(found.hits),
                "hits": hits,
                "instead": found.instead,
            }
        )
        return
    for hit in found.hits[:most]:
        typer.echo(f"{hit.paper.id}  {_line(hit.paper, hit.row)}")
    if len(found.hits) > most:
        typer.echo(f"{len(found.hits) - most} more; --most {len(found.hits)} prints them all.")
    if not found.hits:
        instead = f" Nearest words: {', '.join(found.instead)}." if found.instead else ""
        typer.echo(f"No row has {' and '.join(found.words)}.{instead}")


@app.command()
def cite(
    papers: Annotated[list[str], typer.Argument(metavar="PAPER...", help="Ids of papers, or their folders.")],
    format_: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="bibtex or csl (CSL-JSON).")
    ] = "bibtex",
    library: Library = None,
    json: Json = False,
) -> None:
    """Print citations, as BibTeX or CSL-JSON; what the source did not print is left out."""
    terminal.use_json(json)
    from crlm.evidence.citations import bibtex, csl

    if format_ not in FORMATS:
        given = f'"{format_}" is no format of citations'
        raise ArgumentError(
            Problem("evidence-format", given, f"{', '.join(FORMATS)}.", did_you_mean(format_, FORMATS))
        )
    found = [find_paper(name, library).about for name in papers]
    if format_ == "csl":
        terminal.print_json([csl(one) for one in found])
    elif json:
        terminal.print_json({"exit_code": 0, "bibtex": [bibtex(one) for one in found]})
    else:
        typer.echo("\n\n".join(bibtex(one) for one in found))


@app.command()
def check(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Folders of papers.")],
    json: Json = False,
) -> None:
    """Check that folders are papers in the format: every problem with its file, row and column, and the fix.

    Exit code 4 when there is an error. Whether the numbers agree with each other is for `crlm evidence audit`.
    """
    terminal.use_json(json)
    from crlm.evidence.checking import check_paper

    found = {str(folder): check_paper(folder) for folder in folders}
    errors = sum(problem.severity == "error" for problems in found.values() for problem in problems)
    exit_code = DataError.exit_code if errors else 0
    if json:
        listed = [
            {"folder": folder, "problems": [terminal.as_json(problem) for problem in problems]}
            for folder, problems in found.items()
        ]
        terminal.print_json({"exit_code": exit_code, "errors": errors, "papers": listed})
    else:
        for folder, problems in found.items():
            for problem in problems:
                typer.echo(terminal.in_words(problem))
            typer.echo(f"{folder}: {_verdict(problems)}")
    if exit_code:
        raise typer.Exit(exit_code)


def _verdict(problems: tuple[Problem, ...]) -> str:
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    if not problems:
        return "no problem; it can be read."
    return f"{errors} errors, {warnings} warnings."
