"""`crlm evidence robustness`: what would explain a published effect away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crlm.cli import pages, terminal
from crlm.cli.evidence_papers import Library, find_paper, known_papers
from crlm.cli.terminal import Json, Quiet
from crlm.problems import ArgumentError, DataError, Problem

if TYPE_CHECKING:
    from crlm.evidence.robustness import Confounder, Effect, Robustness
    from crlm.statistics.unmeasured_confounding import Measure

MEASURES = ("RR", "OR", "HR")


def robustness(
    paper: Annotated[
        str | None, typer.Argument(metavar="PAPER", help="A paper's id or folder; with ROW.")
    ] = None,
    row: Annotated[str | None, typer.Argument(metavar="ROW", help="The id of a row of its effects.")] = None,
    estimate: Annotated[
        float | None, typer.Option("--estimate", metavar="RATIO", help="A ratio, instead of PAPER and ROW.")
    ] = None,
    lower: Annotated[
        float | None, typer.Option("--lower", metavar="RATIO", help="The lower limit of its interval.")
    ] = None,
    upper: Annotated[
        float | None, typer.Option("--upper", metavar="RATIO", help="The upper limit of its interval.")
    ] = None,
    measure: Annotated[
        str | None, typer.Option("--measure", metavar="NAME", help="RR, OR or HR: what --estimate is.")
    ] = None,
    outcome_common: Annotated[
        bool | None,
        typer.Option(
            "--outcome-common/--outcome-rare",
            help="Whether more than 15 % have the outcome; without it what the paper prints, else both.",
        ),
    ] = None,
    table: Annotated[
        str | None,
        typer.Option(
            "--table", metavar="A/N,B/M", help="Events and patients of the exposed and of the others."
        ),
    ] = None,
    confounder: Annotated[
        str | None,
        typer.Option("--confounder", metavar="NAME", help="Another confounder than RAS mutation."),
    ] = None,
    confounder_effect: Annotated[
        list[float] | None,
        typer.Option("--confounder-effect", metavar="RATIO", help="Its ratio with the outcome; repeatable."),
    ] = None,
    prevalence: Annotated[
        float | None,
        typer.Option("--prevalence", metavar="FRACTION", help="How common it is among the others, 0 to 1."),
    ] = None,
    format_: pages.Formats = None,
    out: pages.Out = None,
    library: Library = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Say how strong an unmeasured confounder would have to be to explain an effect away: E-values, RAS, fragility."""
    terminal.use_json(json)
    from crlm.evidence.robustness import as_json, assess
    from crlm.evidence.robustness.page import document as page
    from crlm.output import refuse_foreign

    wanted = pages.chosen_formats(format_, out)
    if out is not None:
        refuse_foreign(out, pages.entries("robustness"))
    if estimate is None:
        effect, title, endpoint = _of_paper(paper, row, (lower, upper, measure), library)
    else:
        effect, title, endpoint = (
            _given(paper, estimate, lower, upper, measure),
            "An effect given by hand",
            "OS",
        )
    if outcome_common is not None:
        effect = replace(effect, outcome_common=outcome_common, common_because="as given on the command line")
    if table is not None:
        effect = replace(effect, table=_table(table), table_place="as given on the command line")
    known = _confounder(confounder, confounder_effect, prevalence, (endpoint, effect.measure), library)
    try:
        found = assess(effect, known)
    except ValueError as error:
        raise DataError(
            Problem(
                "robustness-estimate",
                f"the effect cannot be assessed: {error}.",
                "a ratio above 0 within its interval; events among patients.",
                "look at the print again: such numbers are misprints.",
            )
        ) from None
    document = {"exit_code": 0, **as_json(found)}
    if out is not None:
        created = pages.now()
        pages.write_pages(
            out, "robustness", wanted, document, lambda: page(found, title=title, created=created)
        )
    if json:
        terminal.print_json(document)
    elif not quiet:
        _print(found, out)


def _of_paper(
    paper: str | None, row: str | None, other: tuple[object, ...], library: Path | None
) -> tuple[Effect, str, str]:
    """The effect of a row, the paper's title, and the endpoint."""
    from crlm.evidence.robustness import effect_of

    if paper is None or row is None:
        given = "neither a row of a paper nor --estimate is given." if paper is None else "ROW is missing."
        fix = "crlm evidence show PAPER --table effects lists the rows."
        raise _wrong(given, "PAPER ROW, or --estimate with --measure.", fix)
    if any(one is not None for one in other):
        given = "--lower, --upper and --measure belong to --estimate; a row has its own."
        raise _wrong(given, "PAPER ROW alone, or --estimate with them.", "leave them out.")
    found = find_paper(paper, library)
    effect = effect_of(found, row)
    endpoint = next(one.endpoint for one in found.numbers.effects if one.row_id == row)
    return effect, found.about.title, endpoint


def _given(
    paper: str | None, estimate: float, lower: float | None, upper: float | None, measure: str | None
) -> Effect:
    from crlm.evidence.robustness import Effect
    from crlm.evidence.robustness.effect import MEASURES as KNOWN

    if paper is not None:
        raise _wrong("both a paper and --estimate are given.", "one of the two.", "leave one out.")
    if measure is None or measure.upper() not in KNOWN:
        given = "--measure is missing." if measure is None else f'--measure was "{measure}".'
        raise _wrong(given, f"{', '.join(MEASURES)}.", "say what --estimate is: --measure HR.")
    return Effect(
        label="effect given on the command line",
        measure=KNOWN[measure.upper()],
        estimate=estimate,
        lower=lower,
        upper=upper,
        outcome_common=None,
        common_because="how common the outcome is was not said: --outcome-common or --outcome-rare",
        crude=None,
        place="given on the command line",
    )


def _confounder(
    name: str | None,
    effects: list[float] | None,
    prevalence: float | None,
    outcome: tuple[str, Measure],
    library: Path | None,
) -> Confounder | None:
    """RAS mutation as the library prints it, with what was given instead; another one must be described."""
    from crlm.evidence.robustness import Confounder, KnownEffect, ras_mutation

    if prevalence is not None and not 0.0 <= prevalence <= 1.0:
        raise _wrong(f"--prevalence was {prevalence:g}.", "a fraction from 0 to 1.", "write 0.4 for 40 %.")
    if any(not 0.0 < one < float("inf") for one in effects or ()):
        raise _wrong(
            f"--confounder-effect was {effects}.", "ratios above 0.", "write 1.5 for half as much again."
        )
    if name is not None and (not effects or prevalence is None):
        given = f'of the confounder "{name}" the effect or the prevalence is missing.'
        raise _wrong(given, "both.", "add --confounder-effect 2 --prevalence 0.3, for example.")
    ras = (
        None
        if name is not None
        else ras_mutation((find_paper(one, library) for one in known_papers(library)), *outcome)
    )
    own = tuple(
        KnownEffect("as given", one, None, None, "given on the command line") for one in effects or ()
    )
    if ras is None:
        if not own or prevalence is None:
            return None
        return Confounder(name or "RAS mutation", own, prevalence, "as given on the command line")
    if own:
        ras = replace(ras, effects=own)
    if prevalence is not None:
        ras = replace(ras, prevalence=prevalence, prevalence_place="as given on the command line")
    return ras


def _table(text: str) -> tuple[tuple[int, int], tuple[int, int]]:
    try:
        (a, n), (b, m) = (map(int, part.split("/")) for part in text.split(","))
    except ValueError:
        given = f'--table was "{text}".'
        raise _wrong(
            given, "events/patients of the exposed, a comma, the same of the others.", "--table 12/50,20/52"
        ) from None
    return (a, n), (b, m)


def _wrong(given: str, allowed: str, fix: str) -> ArgumentError:
    return ArgumentError(Problem("robustness-option", given, allowed, fix))


def _print(found: Robustness, out: Path | None) -> None:
    from crlm.evidence.robustness.page import in_short

    for words in in_short(found):
        typer.echo(words)
    if found.fragility is None:
        typer.echo(f"No fragility index: {found.fragility_reason}.")
    pages.say_written(out)
