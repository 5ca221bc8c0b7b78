"""`crlm pathway case`: a case from a patient's records at a date, with where everything came from."""

from __future__ import annotations

from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crlm.cli import terminal
from crlm.cli.pathway_input import Date, Episode, fill_patient
from crlm.cli.terminal import Json

if TYPE_CHECKING:
    from crlm.pathway.filling import FilledCase

WHY = {
    "later": "later than the date",
    "undated": "without a date",
    "undecided": "with a date that does not decide",
}


def case(
    source: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help="A snapshot, or a folder or workbook of registry tables."),
    ],
    patient: Annotated[str, typer.Argument(metavar="PATIENT", help="The patient_id.")],
    episode: Episode = None,
    date: Date = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the case to this JSON file.")
    ] = None,
    json: Json = False,
) -> None:
    """Fill a case from a patient's records: what was known on a day, and what is left to ask.

    Each value comes with the records it rests on. Nothing is guessed; judgements are listed with their question;
    records that contradict each other are shown and not resolved.
    """
    from crlm.pathway.filling import filled_document
    from crlm.pathway.filling.document import case_json

    terminal.use_json(json)
    filled = fill_patient(source, patient, date, episode)
    if out is not None:
        from crlm.output import write_file

        write_file(out, dumps(case_json(filled), indent=2, ensure_ascii=False) + "\n")
    if json:
        terminal.print_json(filled_document(filled))
    else:
        _print(filled)
        if out is not None:
            typer.echo(f"\nCase written to {out}")


def _print(filled: FilledCase) -> None:
    from crlm.pathway.filling.document import as_json

    synthetic = " SYNTHETIC records." if filled.synthetic else ""
    typer.echo(
        f"Patient {filled.patient}, liver episode {filled.episode_number}, as known on {filled.date}.{synthetic}"
    )
    typer.echo(f"\nKnown ({len(filled.given)})")
    for name, value in filled.given.items():
        typer.echo(f"  {name} = {dumps(as_json(value), ensure_ascii=False)}")
        typer.echo(f"    {filled.provenance[name]}")
    if filled.conflicts:
        typer.echo("\nRecords that contradict each other, not resolved")
        for name, one in filled.conflicts.items():
            typer.echo(f"  {name}: {one.says}")
            for where in one.origins:
                typer.echo(f"    {where}")
    _print_open(filled)


def _print_open(filled: FilledCase) -> None:
    from crlm.pathway.filling.document import unused_counts

    typer.echo(f"\nTo be asked ({len(filled.asked)})")
    for name, asked in filled.asked.items():
        typer.echo(f"  {name}: {asked.question}")
        for where in asked.noted:
            typer.echo(f"    noted, and not used: {where}")
    typer.echo(f"\nNot filled ({len(filled.left)})")
    for name, reason in filled.left.items():
        typer.echo(f"  {name}: {reason}")
    if filled.unused:
        typer.echo("\nRecords that were not used")
        for table, why, count in unused_counts(filled):
            typer.echo(f"  {table}: {count} {WHY[why]}")
        for unused in filled.unused:
            if unused.why != "later":
                what = f"{unused.variable} of " if unused.variable else ""
                typer.echo(f"  {what}{unused.table} {unused.key}: {WHY[unused.why]}")
    if filled.undated:
        typer.echo(f"\nThe registry does not say when these were determined: {', '.join(filled.undated)}.")
