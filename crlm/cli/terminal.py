"""What the command line prints: problems, progress and JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from time import perf_counter
from typing import Annotated, Any

import typer

from crlm.problems import CrlmError, Problem

Json = Annotated[bool, typer.Option("--json", help="Print JSON to standard output, errors included.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]

_state = {"json": False}


def use_json(wanted: bool) -> None:
    """Remember that errors, too, are to be printed as JSON."""
    _state["json"] = wanted


def print_json(document: Any) -> None:
    """Print a document as JSON, keys in their own order."""
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


def print_problems(error: CrlmError) -> None:
    """Print every problem of an error: to standard error in words, or to standard output as JSON."""
    if _state["json"]:
        print_json(
            {"exit_code": error.exit_code, "problems": [as_json(problem) for problem in error.problems]}
        )
        return
    for problem in error.problems:
        typer.echo(in_words(problem), err=True)
    count = sum(problem.severity == "error" for problem in error.problems)
    if count > 1:
        typer.echo(f"{count} errors.", err=True)


def as_json(problem: Problem) -> dict[str, Any]:
    """A problem as JSON, without the parts that are not known."""
    found = asdict(problem)
    found["place"] = {key: value for key, value in found["place"].items() if value is not None}
    return {key: value for key, value in found.items() if value not in (None, {})}


def in_words(problem: Problem) -> str:
    """A problem as a short block: place and what was given, then what is allowed, then the fix."""
    where = str(problem.place)
    lines = [
        f"{problem.severity}: {where}: {problem.given}" if where else f"{problem.severity}: {problem.given}"
    ]
    if problem.allowed:
        lines.append(f"  allowed: {problem.allowed}")
    if problem.fix:
        lines.append(f"  fix: {problem.fix}")
    lines.append(f"  ({problem.code})")
    return "\n".join(lines)


def print_warnings(problems: Iterable[Problem], *, quiet: bool) -> None:
    """Print warnings to standard error, unless quiet or JSON."""
    if quiet or _state["json"]:
        return
    for problem in problems:
        typer.echo(in_words(problem), err=True)


class Progress:
    """Says on a terminal what is being done, once the whole takes more than a second."""

    def __init__(self, *, visible: bool) -> None:
        self._visible = visible and sys.stderr.isatty()
        self._started = perf_counter()
        self._shown = False

    def __call__(self, doing: str) -> None:
        """Announce the next stage."""
        if self._visible and perf_counter() - self._started > 1.0:
            typer.echo(f"\r\x1b[K{doing} ...", err=True, nl=False)
            self._shown = True

    def close(self) -> None:
        """Remove the line."""
        if self._shown:
            typer.echo("\r\x1b[K", err=True, nl=False)


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress]:
    """Progress on standard error, removed at the end."""
    shown = Progress(visible=not quiet and not _state["json"])
    try:
        yield shown
    finally:
        shown.close()
