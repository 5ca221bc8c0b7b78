"""`crlm pathway`: the tumour board's rules for one case."""

from __future__ import annotations

from typing import Annotated

import typer

from crlm.cli import pathway_case, pathway_check, pathway_explain, pathway_rules, pathway_summary, terminal
from crlm.cli.pathway_input import CaseArgument, Date, Episode, Patient, read_case_or_patient
from crlm.cli.terminal import Json

app = typer.Typer(
    help="What the tumour board's rules say of a case. It informs a board and decides nothing.",
    no_args_is_help=True,
)


@app.callback()
def _pathway() -> None:
    pass


@app.command()
def evaluate(
    case: CaseArgument,
    patient: Patient = None,
    date: Date = None,
    episode: Episode = None,
    derive: Annotated[
        bool,
        typer.Option(
            "--derive",
            help="Fill in the RAS status, the total of chemotherapy and the interval after "
            "bevacizumab where they are absent and follow from what is recorded.",
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Print the result of every rule, what is missing, conflicts and contradictions, as JSON.

    What is absent, null or "unknown" is unknown, and never read as no. Errors are in words unless --json is given.
    """
    from crlm.pathway.derived import with_derived_inputs
    from crlm.pathway.document import evaluation_document
    from crlm.pathway.evaluate import evaluate as evaluate_case
    from crlm.pathway.load import shipped_rules

    terminal.use_json(json)
    rules = shipped_rules()
    read, _ = read_case_or_patient(rules, case, patient, date, episode)
    if derive:
        read = with_derived_inputs(read, rules.inputs)
    terminal.print_json(evaluation_document(rules, evaluate_case(rules, read)))


app.command()(pathway_case.case)
app.command()(pathway_check.check)
app.command()(pathway_explain.explain)
app.command()(pathway_rules.rules)
app.command()(pathway_summary.summary)
