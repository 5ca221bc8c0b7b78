"""`crlm data`: look at data before they are analysed, keep them as a snapshot, and make synthetic ones."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from crlm.cli import registry_data, terminal
from crlm.cli.codebook import codebook
from crlm.cli.study import MappingFile
from crlm.cli.terminal import Json, Quiet

app = typer.Typer(
    help="Look at data before they are analysed; keep a registry as a snapshot; make synthetic data.",
    no_args_is_help=True,
)
app.command(short_help="Print the data dictionary of a registry.")(codebook)


CHECK_EXAMPLES = """\b
Examples:
  crlm data check registry-folder --out checked
  crlm data check registry.xlsx --mapping my-mapping.toml
  crlm data check my-study.toml --data patients.xlsx
"""


@app.command(short_help="Say what is missing or odd in a registry or a table.", epilog=CHECK_EXAMPLES)
def check(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A registry: folder, workbook, REDCap export, SQLite file, postgresql:// URL or snapshot. "
            "With --data: the protocol that declares the data.",
        ),
    ],
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="PATH", help="The table (or registry) that the protocol SOURCE declares."
        ),
    ] = None,
    mapping: MappingFile = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Also write the report and the annotated files of a registry."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Read a registry, or the table of a protocol: say what is wrong, missing, odd or contradictory.

    Nothing is changed; nothing is written but what --out asks for. Exit code 4 when there is an error.
    """
    terminal.use_json(json)
    if data is None:
        registry_data.check(source, mapping, out, json=json)
        return
    from crlm.cli.flow import checked_protocol, read_records
    from crlm.registry.findings import column_summaries

    loaded = checked_protocol(source, quiet=json)
    if loaded.protocol.data.registry:
        registry_data.check(str(data), mapping, out, json=json)
        return
    registry_data.refuse_registry_options(mapping, out)
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


@app.command("import", short_help="Make an immutable snapshot of a registry.")
def import_(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="The registry: folder, workbook, REDCap export, SQLite file or postgresql:// URL.",
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="The snapshot's folder; it must not exist yet.")
    ],
    mapping: MappingFile = None,
    accept_errors: Annotated[
        bool,
        typer.Option(
            "--accept-errors",
            help="Go on in spite of errors that leave a registry: cells that are no values become missing.",
        ),
    ] = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Check a registry and keep it as a snapshot: typed tables, their hash as its id, and all that was noticed.

    The same records give the same id, in any order of rows and files. The folder appears complete or not at all.
    """
    terminal.use_json(json)
    registry_data.make_snapshot(source, mapping, out, accept_errors=accept_errors, quiet=quiet, json=json)


class ExportFormat(StrEnum):
    """What a registry can be written as."""

    csv = "csv"
    sav = "sav"
    dta = "dta"
    xlsx = "xlsx"
    redcap = "redcap"
    fhir = "fhir"


@app.command("export", short_help="Write a registry for other software.")
def export_(
    source: Annotated[
        str,
        typer.Argument(metavar="SNAPSHOT", help="A snapshot, or any registry that import reads."),
    ],
    file_format: Annotated[
        ExportFormat,
        typer.Option(
            "--format",
            help="CSV files, SPSS, Stata, an Excel workbook with codebook, REDCap, or mCODE FHIR bundles.",
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="PATH", help="The folder to write; for xlsx also a file.xlsx.")
    ],
    mapping: MappingFile = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Write a registry for other software, and say what its format cannot hold.

    The output appears complete or not at all. Synthetic records are marked as such in every format.
    """
    terminal.use_json(json)
    registry_data.export(source, mapping, file_format.value, out, quiet=quiet, json=json)


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
