"""The case of a pathway command: a JSON file, standard input, or a patient of a registry at a date."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crlm.cli import pages
from crlm.problems import ArgumentError, Problem

if TYPE_CHECKING:
    from crlm.pathway.case import Case
    from crlm.pathway.filling import FilledCase
    from crlm.pathway.ruleset import RuleSet

CaseArgument = Annotated[
    str,
    typer.Argument(
        metavar="CASE",
        help="A JSON file: an object of input name to value; - reads standard input. With --patient: a snapshot, "
        "or a folder or workbook of registry tables.",
    ),
]
Patient = Annotated[
    str | None, typer.Option("--patient", metavar="ID", help="Fill the case from this patient's records.")
]
Episode = Annotated[
    int | None,
    typer.Option("--episode", metavar="N", min=1, help="The liver episode. [default: the latest by then]"),
]
Date = Annotated[
    str | None,
    typer.Option(
        "--date", metavar="DATE", help="Only what was known on that day, 2026-01-31. [default: today]"
    ),
]


def read_case_or_patient(
    rules: RuleSet, case: str, patient: str | None = None, date: str | None = None, episode: int | None = None
) -> tuple[Case, FilledCase | None]:
    """The case that a command was given, and, of a patient, how it was filled.

    Without `patient` the case is a file of JSON (`-`: standard input); `date` and `episode` are then refused.
    """
    from crlm.pathway.case import read_case_bytes, read_case_file

    if patient is not None:
        filled = fill_patient(case, patient, date, episode)
        return filled.case(rules.inputs), filled
    for option, given in (("--date", date), ("--episode", episode)):
        if given is not None:
            fix = "name the patient with --patient, or leave it out."
            raise ArgumentError(Problem("arguments", f"{option} is for a patient of a registry", None, fix))
    if case == "-":
        buffer = getattr(sys.stdin, "buffer", None)
        data = sys.stdin.read().encode() if buffer is None else buffer.read()
        return read_case_bytes(data, rules.inputs), None
    return read_case_file(Path(case), rules.inputs), None


def fill_patient(source: str, patient: str, date: str | None, episode: int | None) -> FilledCase:
    """The filled case of a patient of the registry at a path."""
    from crlm.pathway.filling import case_from_registry
    from crlm.registry.snapshot import open_registry

    return case_from_registry(open_registry(source), patient, pages.day(date), episode)
