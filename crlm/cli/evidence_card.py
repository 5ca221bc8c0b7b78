"""`crlm evidence card`: what is known about a clinical question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from crlm.cli import pages, terminal
from crlm.cli.evidence_papers import Endpoint, Library, Population, find_paper, known_papers, meant
from crlm.cli.terminal import Json, Quiet
from crlm.problems import ArgumentError, Problem

if TYPE_CHECKING:
    from crlm.evidence import Paper
    from crlm.evidence.cards import EvidenceCard


def card(
    comparison: Annotated[
        str | None,
        typer.Argument(metavar="COMPARISON", help="Such as adjuvant-haip-versus-none; without it, all."),
    ] = None,
    endpoint: Endpoint = None,
    population: Population = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="The day to which ages are counted; default today."),
    ] = None,
    format_: pages.Formats = None,
    out: pages.Out = None,
    library: Library = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Show what is known about a clinical question: the studies, their doubts, and a pooled effect where sensible."""
    terminal.use_json(json)
    from crlm.evidence.cards import evidence_cards
    from crlm.evidence.cards.document import cards_document
    from crlm.evidence.cards.report import cards_report
    from crlm.output import refuse_foreign

    wanted = pages.chosen_formats(format_, out)
    if out is not None:
        refuse_foreign(out, pages.entries("cards"))
    papers = [find_paper(one, library) for one in known_papers(library)]
    _check(papers, comparison, endpoint, population)
    found = evidence_cards(
        papers,
        comparison=comparison,
        endpoint=endpoint,
        population=population,
        as_of=pages.day(as_of, "--as-of"),
    )
    document = {"exit_code": 0, **cards_document(found)}
    if out is not None:
        pages.write_pages(out, "cards", wanted, document, lambda: cards_report(found, pages.now()))
    if json:
        terminal.print_json(document)
    elif not quiet:
        for one in found:
            _print(one)
        pages.say_written(out)


def _check(papers: list[Paper], comparison: str | None, endpoint: str | None, population: str | None) -> None:
    """An ArgumentError that names the nearest question when nothing answers the one that was asked."""
    asked = [one for paper in papers for one in paper.questions]
    for name, given, known in (
        ("comparison", comparison, [one.comparison for one in asked]),
        ("endpoint", endpoint, [one.endpoint for one in asked if comparison in (None, one.comparison)]),
        ("population", population, [one.population for one in asked if comparison in (None, one.comparison)]),
    ):
        choices = sorted(set(known))
        if given is not None and given not in choices:
            problem = f'no paper answers a question with the {name} "{given}"'
            raise ArgumentError(
                Problem("evidence-question", problem, f"{', '.join(choices)}.", meant(given, choices))
            )


def _print(one: EvidenceCard) -> None:
    from crlm.evidence.cards.report import (
        bias_words,
        effect_kind,
        effect_words,
        not_noted_words,
        pooled_sentence,
        study_age,
        study_size,
    )

    typer.echo(one.title)
    for study in one.studies:
        typer.echo(f"  {study.label}: {study.design or study.kind}; {study_size(study)}; {study_age(study)}")
        for effect in study.effects:
            kind, rows = effect_kind(effect), ", ".join(effect.rows)
            typer.echo(f"    {effect.measure} {effect_words(effect)}, {kind} ({effect.place}; {rows})")
        typer.echo(f"    audit: {study.audit.words}")
        for caution in study.cautions:
            typer.echo(f"    {bias_words(caution.kind).lower().replace('ras', 'RAS')}: {caution.sentence}")
        if study.not_noted:
            typer.echo(f"    {not_noted_words(study)}")
        if study.note:
            typer.echo(f"    note: {study.note}")
    if one.direction:
        typer.echo(f"  {one.direction}")
    typer.echo(f"  {pooled_sentence(one)}")
    for sentence in (*one.overlaps, *one.related):
        typer.echo(f"  {sentence}")
    if one.series:
        typer.echo(f"  quoted: {', '.join(series.label for series in one.series)}")
    typer.echo("")
