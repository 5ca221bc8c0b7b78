"""`crlm pathway check`: what can and cannot come out of a rule set, proved and shown by cases."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crlm.cli import terminal
from crlm.cli.terminal import Json
from crlm.problems import ArgumentError, Problem, ProtocolError

if TYPE_CHECKING:
    from crlm.pathway.checking.findings import Finding


def check(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="RULES", help="The folder of a rule set; without it, the rules that crlm ships."
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Show the known findings too, with the reasons why they stand.")
    ] = False,
    json: Json = False,
) -> None:
    """Check a rule set: what cannot come out, what contradicts, what is left out.

    Needs z3: pip install 'crlm[pathway-check]'. The exit code is 3 when something is found that checks.toml does not
    declare.
    """
    terminal.use_json(json)
    if find_spec("z3") is None:
        raise without_z3()
    from crlm.pathway.checking.findings import read_checks
    from crlm.pathway.checking.report import check_rule_set, counts, document
    from crlm.pathway.load import SHIPPED, load_rules

    rules = load_rules(folder or SHIPPED)
    report = check_rule_set(rules, read_checks(folder or SHIPPED, rules))
    if json:
        terminal.print_json(document(report))
    else:
        for one in report.findings if every else report.new:
            typer.echo(_in_words(one))
        typer.echo(_summary(counts(report)))
    if report.new:
        raise typer.Exit(ProtocolError.exit_code)


def without_z3() -> ArgumentError:
    """What to do where z3 is not installed."""
    return ArgumentError(
        Problem(
            "z3-not-installed",
            "the rules are checked with z3, which is not installed.",
            "crlm with its extra pathway-check.",
            "pip install 'crlm[pathway-check]'",
        )
    )


def _in_words(one: Finding) -> str:
    from crlm.pathway.checking.report import plain

    lines = [f"{one.check}: {one.subject}", f"  {one.says}"]
    if one.case is not None:
        values = ", ".join(f"{name} {plain(value)}" for name, value in one.case.items())
        lines.append(f"  case: {values or 'nothing known'}")
    lines.append(f"  known: {one.reason}" if one.reason else "  new: nothing in checks.toml explains it")
    return "\n".join(lines) + "\n"


def _summary(found: Mapping[str, int]) -> str:
    return (
        f"{found['rules']} rules. {found['results_reached']} of {found['results']} results come out of some case. "
        f"Of {found['rules_whose_answers_never_turn']} rules no answer turns into another when more becomes known. "
        f"{found['pairs_of_opposites']} pairs of opposite statements were held against each other. "
        f"{found['known']} findings are known, {found['new']} are new."
    )
