"""The `crlm` command: thin; every command calls one function of a room and prints what it returns.

Exit codes: 0 done, 1 a fault of crlm itself, 2 wrong arguments, 3 a bad protocol, 4 bad data, 5 output that cannot be
written, 6 refused for disclosure, 130 interrupted (docs/reference/command-line.md).
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from crlm import __version__
from crlm.cli import data, schema, study, terminal
from crlm.problems import CrlmError

app = typer.Typer(
    name="crlm",
    help="From registry to tumour board: cohort studies of colorectal liver metastases.",
    epilog="Exit codes: 0 done, 2 wrong arguments, 3 bad protocol, 4 bad data, 5 cannot write, 130 interrupted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
app.add_typer(study.app, name="study")
app.add_typer(data.app, name="data")
app.add_typer(schema.app, name="schema")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"crlm {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and stop.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; a user's mistake is a message and an exit code, never a traceback."""
    # Terminals and pipes that are not UTF-8 must not turn a sentence with a dash into a crash.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app()
    except CrlmError as error:
        terminal.print_problems(error)
        sys.exit(error.exit_code)
    except MemoryError:
        typer.echo(
            "error: not enough memory for this table. Fix: read fewer columns or rows, or use a larger machine.",
            err=True,
        )
        sys.exit(4)
