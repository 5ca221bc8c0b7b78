"""`crlm pathway summary`: one page for a tumour board."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crlm.cli import pages, terminal
from crlm.cli.pathway_input import CaseArgument, Episode, Patient, read_case_or_patient
from crlm.cli.terminal import Json, Quiet
from crlm.problems import ArgumentError, Problem

if TYPE_CHECKING:
    from crlm.pathway.filling import FilledCase

NAME = "tumour-board"
CDS_FILE = f"{NAME}.cds.json"
FORMATS = (*pages.FORMATS, "cds")
LONGEST_QUESTION, LONGEST_LABEL = 160, 60
"""Characters that have room in the head of the page."""


def summary(
    case: CaseArgument,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A folder for the page.")],
    question: Annotated[
        str | None,
        typer.Option(
            "--question", metavar="WORDS", help="What the board is asked, as it stands on the page."
        ),
    ] = None,
    patient_label: Annotated[
        str | None,
        typer.Option(
            "--patient-label", metavar="WORDS", help="What the page calls the patient; no name, no number."
        ),
    ] = None,
    patient: Patient = None,
    episode: Episode = None,
    date: Annotated[
        str | None,
        typer.Option(
            "--date",
            metavar="DATE",
            help="The day of the board; of a patient, what was known by then. [default: today]",
        ),
    ] = None,
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="Mark every page: this is no real patient.")
    ] = False,
    derive: Annotated[
        bool,
        typer.Option(
            "--derive/--as-given",
            help="Fill in what follows from other inputs, as `evaluate --derive` does.",
        ),
    ] = True,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="LIST", help="html, docx, pdf, json, cds, with commas; default all."
        ),
    ] = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Write one A4 page for a tumour board: what is missing, what the rules say, and room for the decision."""
    terminal.use_json(json)
    from crlm.output import refuse_foreign
    from crlm.pathway.derived import with_derived_inputs
    from crlm.pathway.evaluate import evaluate
    from crlm.pathway.load import shipped_rules
    from crlm.pathway.summary.build import summarise
    from crlm.pathway.summary.cds import cds_document
    from crlm.pathway.summary.document import summary_document, summary_report

    wanted = pages.chosen_formats(format_, out, FORMATS)
    asked = _short(question, "--question", LONGEST_QUESTION)
    label = _short(patient_label, "--patient-label", LONGEST_LABEL)
    day = pages.day(date)
    ours = (*pages.entries(NAME), CDS_FILE)
    refuse_foreign(out, ours)
    rules = shipped_rules()
    read, filled = read_case_or_patient(rules, case, patient, day.isoformat() if patient else None, episode)
    if derive:
        read = with_derived_inputs(read, rules.inputs)
    evaluation = evaluate(rules, read)
    found = summarise(
        rules,
        evaluation,
        date=day,
        question=asked,
        patient_label=label or _label(case, filled),
        synthetic=synthetic or (filled is not None and filled.synthetic),
        filled=filled,
    )
    document = {"exit_code": 0, **summary_document(rules, evaluation, found)}
    texts = {f"{NAME}.json": pages.in_json(document)} if "json" in wanted else {}
    if "cds" in wanted:
        texts[CDS_FILE] = pages.in_json(cds_document(rules, evaluation, found))
    page = {NAME: lambda: summary_report(rules, evaluation, found, pages.now())}
    pages.write_files(out, page, texts, wanted, ours=ours)
    if json:
        terminal.print_json(document)
    elif not quiet:
        missing, contradictions = len(found.missing), len(found.contradictions)
        typer.echo(f"{found.class_words}. Missing: {missing}. Contradictions: {contradictions}.")
        typer.echo(f"Written to {out}")


def _label(given: str, filled: FilledCase | None) -> str:
    """What the page calls a patient when nothing was said: the registry's id, else the name of the file."""
    if filled is not None:
        return f"patient {filled.patient}, liver episode {filled.episode_number}"
    name = "from standard input" if given == "-" else Path(given).stem
    return f"case {name[:LONGEST_LABEL]}"


def _short(given: str | None, option: str, longest: int) -> str | None:
    """Words for the head of the page; an ArgumentError when they are too long for it."""
    words = " ".join((given or "").split())
    if len(words) > longest:
        said = f"{option} has {len(words)} characters."
        raise ArgumentError(Problem("arguments", said, f"at most {longest}: it is one page.", "shorten it."))
    return words or None
