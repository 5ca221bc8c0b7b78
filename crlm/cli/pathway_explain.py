"""`crlm pathway explain`: why each result of a case is what it is, and what would change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from crlm.cli import terminal
from crlm.cli.pathway_input import CaseArgument, Date, Episode, Patient, read_case_or_patient
from crlm.cli.terminal import Json
from crlm.problems import ArgumentError, Problem, did_you_mean

if TYPE_CHECKING:
    from crlm.pathway.ruleset import RuleSet


def explain(
    case: CaseArgument,
    patient: Patient = None,
    date: Date = None,
    episode: Episode = None,
    rule: Annotated[
        list[str] | None,
        typer.Option("--rule", metavar="ID", help="This rule in full (RES-01); may be given again."),
    ] = None,
    topic: Annotated[
        list[str] | None,
        typer.Option("--topic", metavar="TOPIC", help="The rules of this topic in full, by name or number."),
    ] = None,
    json: Json = False,
) -> None:
    """Say in words what each result rests on, what would change it, and which missing input would settle most.

    What would change a result is logic: how the rules read, not what should be done.
    """
    from crlm.pathway.evaluate import evaluate
    from crlm.pathway.explanation import explain as explain_case
    from crlm.pathway.explanation.document import explanation_document
    from crlm.pathway.explanation.text import in_brief, in_full
    from crlm.pathway.load import shipped_rules

    terminal.use_json(json)
    rules = shipped_rules()
    chosen = _chosen(rules, rule or [], topic or [])
    read, _ = read_case_or_patient(rules, case, patient, date, episode)
    evaluation = evaluate(rules, read)
    explanation = explain_case(rules, evaluation)
    if json:
        terminal.print_json(explanation_document(explanation, chosen or None))
        return
    lines = (
        in_full(rules, evaluation, explanation, chosen)
        if chosen
        else in_brief(rules, evaluation, explanation)
    )
    for line in lines:
        typer.echo(line)


def _chosen(rules: RuleSet, wanted: list[str], topics: list[str]) -> list[str]:
    """The ids of the rules asked for, in the order of the catalogue; an ArgumentError names the nearest."""
    found: set[str] = set()
    problems: list[Problem] = []
    for id_ in wanted:
        if id_.upper() in rules.rules:
            found.add(id_.upper())
        else:
            fix = did_you_mean(id_.upper(), list(rules.rules))
            problems.append(Problem("pathway-rule", f'there is no rule "{id_}"', "a rule's id.", fix))
    for given in topics:
        own = [one for one in rules.topics if given.lower() in (one.topic, str(one.number))]
        if not own:
            fix = did_you_mean(given, [one.topic for one in rules.topics], most=len(rules.topics))
            problems.append(Problem("pathway-rule", f'there is no topic "{given}"', "a topic.", fix))
        found |= {one.id for topic in own for one in topic.rule}
    if problems:
        raise ArgumentError(problems)
    return [id_ for id_ in rules.rules if id_ in found]
