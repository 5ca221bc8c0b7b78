"""`crlm data`: look at a table before it is analysed, and make synthetic ones."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from crlm.cli import terminal
from crlm.cli.codebook import codebook
from crlm.cli.study import DataFile, ProtocolName
from crlm.cli.terminal import Json, Quiet

app = typer.Typer(help="Look at a table before it is analysed; make synthetic ones.", no_args_is_help=True)
app.command(short_help="Print the data dictionary of a registry.")(codebook)


@app.command(short_help="Say what is missing or odd in a table.")
def check(protocol: ProtocolName, data: DataFile, json: Json = False) -> None:
    """Read a table as a protocol declares it: what each column holds, and what is missing, odd or contradictory.

    Nothing is changed and nothing is written.
    """
    terminal.use_json(json)
    from crlm.cli.flow import checked_protocol, read_records
    from crlm.registry.findings import column_summaries

    loaded = checked_protocol(protocol, quiet=json)
    records = read_records(loaded.protocol, data)
    summaries = column_summaries(records)
    if json:
        terminal.print_json(
            {
                "exit_code": 0,
                "data": {
                    "name": records.source.name,
                    "sha256": records.source.sha256,
                    "rows": records.source.rows,
                },
                "notes": list(records.source.notes),
                "findings": [finding.__dict__ for finding in records.findings],
                "columns": [summary.__dict__ for summary in summaries],
            }
        )
        return
    typer.echo(f"{records.source.name}: {records.source.rows} records. SHA-256 {records.source.sha256}")
    for note in records.source.notes:
        typer.echo(f"  {note}")
    typer.echo("\nColumns")
    for summary in summaries:
        typer.echo(f"  {summary.in_words()}")
    typer.echo("\nFindings" if records.findings else "\nNo findings.")
    for finding in records.findings:
        rows = (
            f" (rows {', '.join(map(str, finding.rows))}{' ...' if finding.count > len(finding.rows) else ''})"
            if finding.rows
            else ""
        )
        typer.echo(f"  {finding.severity}: {finding.sentence}{rows} [{finding.rule}]")


class TableFormat(StrEnum):
    """The files of a synthetic registry."""

    csv = "csv"
    parquet = "parquet"


@app.command(short_help="Make SYNTHETIC data with a known truth.")
def synth(
    study: Annotated[
        str, typer.Argument(metavar="ID", help="The shipped protocol to make synthetic data for.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write.")],
    patients: Annotated[
        int | None,
        typer.Option(
            "--patients",
            metavar="N",
            min=1,
            max=1_000_000,
            help="How many synthetic patients (of a registry: in the study's cohort). "
            "By default as many as the study had.",
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", min=0, help="The same seed gives the same data.")
    ] = 1,
    file_format: Annotated[
        TableFormat,
        typer.Option(
            "--format",
            metavar="NAME",
            help="The files of a registry: csv or parquet. One table is always CSV.",
        ),
    ] = TableFormat.csv,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Make SYNTHETIC data of the shape that a shipped protocol reads, from a declared model with a known truth.

    DIR then holds the tables of a registry, or clinical.csv, and a README.md that says what is true in them.
    """
    terminal.use_json(json)
    from crlm.registry.synthetic_registry import STUDIES, write_registry

    if study in STUDIES:
        number = STUDIES[study][1] if patients is None else patients
        rows = write_registry(study, number, seed, out, file_format.value)
        written = out / f"patient.{file_format.value}"
        words = f"{rows['patient']} SYNTHETIC patients (seed {seed}), {number} of them in the cohort, written to {out}"
    else:
        from crlm.registry.synthetic import DEFAULT_PATIENTS, write_synthetic

        number = DEFAULT_PATIENTS if patients is None else patients
        written = write_synthetic(study, patients=number, seed=seed, directory=out)
        rows = {written.stem: number}
        words = f"{number} SYNTHETIC patients (seed {seed}) written to {written}"
    if json:
        terminal.print_json(
            {
                "exit_code": 0,
                "file": str(written),
                "tables": [{"table": name, "rows": count} for name, count in rows.items()],
                "patients": number,
                "seed": seed,
                "synthetic": True,
            }
        )
    elif not quiet:
        typer.echo(words)
