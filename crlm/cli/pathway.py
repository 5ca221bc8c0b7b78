"""`crlm pathway`: the tumour board's rules for one case."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from crlm.cli import pathway_check, terminal
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
    case: Annotated[
        str,
        typer.Argument(
            metavar="CASE", help="A JSON file: an object of input name to value; - reads standard input."
        ),
    ],
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
    from crlm.pathway.case import read_case_file, read_case_text
    from crlm.pathway.derived import with_derived_inputs
    from crlm.pathway.document import evaluation_document
    from crlm.pathway.evaluate import evaluate as evaluate_case
    from crlm.pathway.load import shipped_rules

    terminal.use_json(json)
    rules = shipped_rules()
    if case == "-":
        read = read_case_text(sys.stdin.read(), rules.inputs)
    else:
        read = read_case_file(Path(case), rules.inputs)
    if derive:
        read = with_derived_inputs(read, rules.inputs)
    terminal.print_json(evaluation_document(rules, evaluate_case(rules, read)))


app.command()(pathway_check.check)
