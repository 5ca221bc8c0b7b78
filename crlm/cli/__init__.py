"""The `crlm` command: thin; every command calls one function of a room and prints what it returns.

Exit codes: 0 done, 1 a fault of crlm itself, 2 wrong arguments, 3 a bad protocol, 4 bad data, 5 output that cannot be
written, 6 refused for disclosure, 130 interrupted (docs/reference/command-line.md).
"""

from __future__ import annotations

import gc
import sys
from typing import Annotated, Any

import typer

from crlm import __version__
from crlm.cli import data, evidence, pathway, schema, study, terminal
from crlm.problems import ArgumentError, CrlmError, Problem

EPILOG = """\b
Examples:
  crlm study check my-study.toml
  crlm data check my-study.toml --data patients.xlsx
  crlm study run my-study.toml --data patients.xlsx --out report

\b
Exit codes: 0 done, 1 a fault of crlm itself, 2 wrong arguments,
3 bad protocol, 4 bad data, 5 output cannot be written, 130 interrupted.
"""

WRONG_ARGUMENTS: Any = typer.BadParameter.__mro__[1]
"""What typer raises for a wrong command line; the class has no public name."""

app = typer.Typer(
    name="crlm",
    help="From a table of patients with colorectal liver metastases to a finished, checkable cohort study.",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
app.add_typer(study.app, name="study")
app.add_typer(data.app, name="data")
app.add_typer(evidence.app, name="evidence")
app.add_typer(pathway.app, name="pathway")
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


def _wrong_arguments(error: Any) -> Problem:
    command = error.ctx.command_path if error.ctx is not None else "crlm"
    return Problem("arguments", error.format_message(), fix=f"see `{command} --help`.")


def main() -> None:
    """Run the command line; a user's mistake is a message and an exit code, never a traceback."""
    # A run makes many objects that live to its end; looking through them for garbage takes a tenth of a cold run.
    gc.set_threshold(200_000, 50, 50)
    # Terminals and pipes that are not UTF-8 must not turn a sentence with a dash into a crash.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    terminal.use_json(False)
    try:
        sys.exit(app(prog_name="crlm", standalone_mode=False))
    except WRONG_ARGUMENTS as error:
        # They are noticed before any command has run, so nobody has asked for --json yet.
        if "--json" in sys.argv[1:]:
            terminal.use_json(True)
            terminal.print_problems(ArgumentError(_wrong_arguments(error)))
        else:
            error.show()
        sys.exit(ArgumentError.exit_code)
    except CrlmError as error:
        terminal.print_problems(error)
        sys.exit(error.exit_code)
    except MemoryError:
        typer.echo(
            "error: not enough memory for this table. Fix: read fewer columns or rows, or use a larger machine.",
            err=True,
        )
        sys.exit(4)
