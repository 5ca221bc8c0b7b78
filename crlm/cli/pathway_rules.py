"""`crlm pathway rules`: the tumour board's rules, to be read without a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from crlm.cli import terminal
from crlm.cli.terminal import Json
from crlm.problems import ArgumentError, Problem, did_you_mean

if TYPE_CHECKING:
    from crlm.pathway.ruleset import RuleSet


def rules(
    which: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="A topic by its name or number (resectability, 3), a rule by its id (RES-13), a conflict (AMB-03) or "
            "an input (flr_pct): the rules that it concerns; without it, all.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """List the rules, one line each; or print everything about one of them."""
    terminal.use_json(json)
    from crlm.pathway.description import described
    from crlm.pathway.listing import conflict_listed, rule_listed, rules_document, topics_listed
    from crlm.pathway.load import shipped_rules

    shipped = shipped_rules()
    ids = _chosen(shipped, which.strip()) if which is not None else list(shipped.rules)
    found = described(shipped, ids)
    if json:
        terminal.print_json({"exit_code": 0, **rules_document(shipped, found)})
        return
    one_rule = which is not None and which.strip().upper() in shipped.rules
    for conflict in shipped.conflicts:
        if which is not None and which.strip().upper() == conflict.id:
            for line in conflict_listed(shipped, conflict):
                typer.echo(line)
    for line in rule_listed(shipped, found[0]) if one_rule else topics_listed(shipped, found):
        typer.echo(line)


def _chosen(shipped: RuleSet, which: str) -> list[str]:
    """The ids of a rule, or of those of a topic, a conflict or an input; an ArgumentError names the nearest."""
    if which.upper() in shipped.rules:
        return [which.upper()]
    for topic in shipped.topics:
        if which.lower() in (topic.topic, str(topic.number)):
            return [one.id for one in topic.rule]
    for conflict in shipped.conflicts:
        if which.upper() == conflict.id:
            return list(conflict.rules)
    if which.lower() in shipped.inputs:
        return [rule.id for rule in shipped.rules.values() if which.lower() in rule.inputs]
    conflicts = [one.id for one in shipped.conflicts]
    known = [*(one.topic for one in shipped.topics), *shipped.rules, *conflicts, *shipped.inputs]
    given, fix = (
        f'there is no rule, topic, conflict or input "{which}"',
        did_you_mean(which, known, most=len(shipped.topics)),
    )
    raise ArgumentError(
        Problem(
            "pathway-rule", given, "a topic, or the id of a rule or a conflict, or the name of an input.", fix
        )
    )
