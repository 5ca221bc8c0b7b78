"""`crlm study`: run, check, show, list and compare protocols."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from crlm.cli import terminal
from crlm.cli.compare import compare
from crlm.cli.terminal import Json, Quiet

if TYPE_CHECKING:
    from crlm.study.protocol.load import LoadedProtocol
    from crlm.study.results import Results

app = typer.Typer(help="Check a protocol, run it on a table, see the shipped ones.", no_args_is_help=True)

ProtocolName = Annotated[
    str, typer.Argument(metavar="PROTOCOL", help="The path of a .toml file, or the id of a shipped protocol.")
]
DataFile = Annotated[
    Path,
    typer.Option(
        "--data",
        metavar="PATH",
        help="The table, one row per patient: .csv, .tsv, .xlsx, .sav, .dta or .parquet; for a protocol of a "
        "registry its snapshot, folder, workbook or database.",
    ),
]
MappingFile = Annotated[
    Path | None,
    typer.Option(
        "--mapping",
        metavar="FILE",
        help="A .toml file that says which column of a registry's files is which variable.",
    ),
]
ALWAYS: tuple[Literal["csv", "figures"], ...] = ("csv", "figures")
OPTIONAL: tuple[Literal["html", "docx", "pdf"], ...] = ("html", "docx", "pdf")
RUN_EXAMPLES = """\b
Examples:
  crlm study run my-study.toml --data patients.xlsx --out report
  crlm study run my-study.toml --data patients.sav --out report --formats docx
  crlm study run resected-crlm-public --data clinical.csv --out report
  crlm study run dijkstra-2021 --data snapshot --out report
"""
SHOW_EXAMPLES = """\b
Start from a shipped protocol:
  crlm study show resected-crlm-public > my-study.toml
"""
COMPARE_EXAMPLES = """\b
Examples:
  crlm data synth dijkstra-2021 --patients 152 --seed 1 --out amcore
  crlm study compare dijkstra-2021 --data amcore --out beside-the-paper
"""
REPORT_ENTRIES = ("results.json", "report.html", "report.docx", "report.pdf", "tables", "figures")


class Format(StrEnum):
    """The renderings that can be asked for."""

    html = "html"
    docx = "docx"
    pdf = "pdf"


@app.command(short_help="Run a protocol on a table: write the report.", epilog=RUN_EXAMPLES)
def run(
    protocol: ProtocolName,
    data: DataFile,
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="DIR", help="The folder to write; an earlier report there is replaced."
        ),
    ],
    formats: Annotated[
        list[Format] | None,
        typer.Option(
            "--formats",
            metavar="FORMAT",
            help="html, docx or pdf; repeat for several. All three when not given. "
            "results.json, tables and figures are always written.",
        ),
    ] = None,
    mapping: MappingFile = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Run a protocol on a table or a registry: write the report, its tables and figures, and results.json.

    The folder appears complete or not at all.
    """
    terminal.use_json(json)
    from crlm.cli.flow import checked_protocol, read_source
    from crlm.output import refuse_foreign, staged_folder
    from crlm.study.report import write_report
    from crlm.study.run import run_study

    refuse_foreign(out, REPORT_ENTRIES)
    with terminal.progress(quiet=quiet) as tell:
        loaded = checked_protocol(protocol, quiet=quiet)
        # No name is kept for what was read, so that it can be forgotten as soon as the population is selected.
        results = run_study(loaded, read_source(loaded.protocol, data, mapping, tell), tell=tell)
        with staged_folder(out, ours=REPORT_ENTRIES) as folder:
            (folder / "results.json").write_text(results.model_dump_json(indent=1), encoding="utf-8")
            asked = [
                one for one in ALWAYS + OPTIONAL if one in ALWAYS or not formats or Format(one) in formats
            ]
            write_report(results, folder, formats=asked, tell=tell)
    if json:
        terminal.print_json(_summary(results, out))
    elif not quiet:
        _print_summary(results, out)


@app.command(short_help="Say what a protocol will do; list its problems.")
def check(protocol: ProtocolName, quiet: Quiet = False, json: Json = False) -> None:
    """Say in words what a protocol will do, and list every problem with its line and its fix."""
    terminal.use_json(json)
    from crlm.cli.flow import checked_protocol, load
    from crlm.study.protocol.check import check_protocol
    from crlm.study.protocol.words import protocol_in_words

    if json:
        loaded = load(protocol)
        problems = check_protocol(loaded)
        wrong = any(problem.severity == "error" for problem in problems)
        sections = (
            []
            if wrong
            else [
                {"title": title, "sentences": list(lines)}
                for title, lines in protocol_in_words(loaded.protocol)
            ]
        )
        terminal.print_json(
            {
                "exit_code": 3 if wrong else 0,
                "id": loaded.protocol.study.id,
                "sha256": loaded.sha256,
                "problems": [terminal.as_json(problem) for problem in problems],
                "protocol": sections,
            }
        )
        raise typer.Exit(3 if wrong else 0)
    loaded = checked_protocol(protocol, quiet=quiet)
    if not quiet:
        _print_words(loaded)
        typer.echo(f"\n{loaded.name}: no errors. SHA-256 {loaded.sha256}")


@app.command(short_help="Print a protocol, to read or to start from.", epilog=SHOW_EXAMPLES)
def show(protocol: ProtocolName, json: Json = False) -> None:
    """Print a protocol as it is written, or as JSON with its defaults filled in."""
    terminal.use_json(json)
    from crlm.cli.flow import load

    loaded = load(protocol)
    if json:
        terminal.print_json(loaded.protocol.model_dump(mode="json", exclude_none=True))
    else:
        typer.echo(loaded.text, nl=False)


app.command("compare", short_help="Lay a study beside its paper, cell by cell.", epilog=COMPARE_EXAMPLES)(
    compare
)


@app.command("list")
def list_protocols(json: Json = False) -> None:
    """List the shipped protocols: id, title and source."""
    terminal.use_json(json)
    from crlm.study.protocol.load import shipped_protocols

    shipped = [one.protocol.study for one in shipped_protocols()]
    if json:
        terminal.print_json(
            [
                {"id": one.id, "title": one.title, "version": one.version, "source": one.source}
                for one in shipped
            ]
        )
        return
    for one in shipped:
        typer.echo(f"{one.id}\n  {one.title}\n  {one.source or ''}")


def _print_words(loaded: LoadedProtocol) -> None:
    from crlm.study.protocol.words import protocol_in_words

    typer.echo(loaded.protocol.study.title)
    for title, sentences in protocol_in_words(loaded.protocol):
        typer.echo(f"\n{title}")
        for sentence in sentences:
            typer.echo(f"  - {sentence}")


def _summary(results: Results, out: Path) -> dict[str, object]:
    return {
        "exit_code": 0,
        "out": str(out),
        "study": results.study.id,
        "synthetic": results.provenance.data.synthetic,
        "patients": results.flow.final,
        "endpoints": [{"id": one.id, "n": one.n, "events": one.events} for one in results.endpoints],
        "findings": [finding.model_dump(mode="json", exclude={"rows"}) for finding in results.findings],
    }


def _print_summary(results: Results, out: Path) -> None:
    synthetic = " SYNTHETIC" if results.provenance.data.synthetic else ""
    typer.echo(f"{results.study.title}")
    typer.echo(f"{results.flow.read} rows read, {results.flow.final}{synthetic} patients analysed.")
    for one in results.endpoints:
        median = one.overall.median
        shown = (
            f"median {median.value:.1f} {one.time_unit}"
            if median.value is not None
            else f"median {median.reason}"
        )
        typer.echo(f"  {one.label}: {one.events} events, {shown}.")
        for note in one.notes:
            typer.echo(f"    note: {note}")
    warnings = [finding for finding in results.findings if finding.severity == "warning"]
    if warnings:
        typer.echo(f"{len(warnings)} warnings about the data (in the data report at the end of the report):")
        for finding in warnings:
            typer.echo(f"  - {finding.sentence}")
    typer.echo(f"Written to {out}: {', '.join(sorted(entry.name for entry in out.iterdir()))}")
