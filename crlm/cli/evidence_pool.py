"""`crlm evidence pool`: published effects pooled, or the reasons why not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crlm.cli import pages, terminal
from crlm.cli.evidence_papers import Library, find_paper, known_papers
from crlm.cli.terminal import Json, Quiet
from crlm.problems import ArgumentError, Problem, did_you_mean

if TYPE_CHECKING:
    from crlm.evidence.paper import Paper
    from crlm.evidence.pooling import Found, Pooling

METHODS = {
    "reml": "REML",
    "dl": "DL",
    "pm": "PM",
    "ml": "ML",
    "eb": "EB",
    "he": "HE",
    "hs": "HS",
    "sj": "SJ",
    "fixed": "fixed",
}
MOST_NAMES = 12
MEASURES = ("HR", "OR", "RR")
FORMATS = ("html", "docx", "pdf")
ENTRIES = (*(f"pooling.{one}" for one in (*FORMATS, "json")), "tables", "figures")


def pool(
    table: Annotated[
        Path | None,
        typer.Argument(
            metavar="TABLE", help="A CSV of studies, instead of the library: see docs/evidence/pooling.md."
        ),
    ] = None,
    comparison: Annotated[
        str | None, typer.Option("--comparison", metavar="ID", help="A comparison that papers answer.")
    ] = None,
    term: Annotated[
        str | None,
        typer.Option("--term", metavar="WORD", help="A term of the tables of effects; with --endpoint."),
    ] = None,
    endpoint: Annotated[str | None, typer.Option("--endpoint", metavar="WORD", help="The endpoint.")] = None,
    population: Annotated[
        str | None, typer.Option("--population", metavar="WORD", help="Only effects in this population.")
    ] = None,
    level: Annotated[
        str | None, typer.Option("--level", metavar="WORDS", help="The level of a factor.")
    ] = None,
    reference: Annotated[
        str | None, typer.Option("--reference", metavar="WORDS", help="The level it is compared with.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model", metavar="WORD", help="univariable, multivariable ...; else the most adjusted."
        ),
    ] = None,
    per: Annotated[
        str | None, typer.Option("--per", metavar="AMOUNT", help='Rescale a number: "per 10 mm".')
    ] = None,
    row: Annotated[
        list[str] | None, typer.Option("--row", metavar="PAPER:ROW", help="A row of effects; again for more.")
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            "--keep", metavar="STUDY", help="Of studies that may hold the same patients, use this one."
        ),
    ] = None,
    measure: Annotated[
        str | None, typer.Option("--measure", metavar="HR|OR|RR", help="What the ratios of TABLE are.")
    ] = None,
    method: Annotated[str, typer.Option("--method", metavar="NAME", help=f"{', '.join(METHODS)}.")] = "reml",
    knapp_hartung: Annotated[
        bool, typer.Option("--knapp-hartung", help="Hartung and Knapp's confidence interval.")
    ] = False,
    confidence: Annotated[
        float,
        typer.Option("--confidence", metavar="LEVEL", help="The level of intervals; those of TABLE too."),
    ] = 0.95,
    reverse: Annotated[bool, typer.Option("--reverse", help="Turn every ratio round: 1 / ratio.")] = False,
    title: Annotated[str | None, typer.Option("--title", metavar="WORDS", help="The report's title.")] = None,
    kinds: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="LIST", help="html, docx, pdf, with commas: what --out gets; else all."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="A folder for pooling.json, the report, tables and figures."
        ),
    ] = None,
    library: Library = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Pool published effects of one question: from the library, or from a table of your own.

    Studies that may hold the same patients, or measure different things, are not pooled, and the reasons are the
    answer: exit code 0.
    """
    terminal.use_json(json)
    way = _one_of("method", method.casefold(), tuple(METHODS))
    kind = _one_of("measure", measure.upper(), MEASURES) if measure is not None else None
    wanted = [_one_of("format", one.strip(), FORMATS) for one in (kinds or ",".join(FORMATS)).split(",")]
    if not 0.0 < confidence < 1.0:
        raise ArgumentError(
            Problem(
                "pool-argument",
                f"{confidence:g} is no confidence level",
                "a number between 0 and 1.",
                "write 0.95.",
            )
        )
    with terminal.progress(quiet=quiet) as tell:
        tell("Looking for effects")
        papers = [] if table is not None else [find_paper(name, library) for name in known_papers(library)]
        found = _found(
            table,
            papers,
            comparison,
            term,
            endpoint,
            population,
            level,
            reference,
            model,
            per,
            row,
            kind,
            confidence,
        )
        answer = _pooled(found, papers, title or _title(table, comparison, term, endpoint), way, confidence, keep or [],
                         knapp_hartung=knapp_hartung, reverse=reverse)  # fmt: skip
        if out is not None:
            tell("Writing the report")
            _write(answer, out, wanted)
    _print(answer, out, quiet=quiet, json=json)


def _one_of(what: str, given: str, allowed: tuple[str, ...]) -> str:
    if given not in allowed:
        words = f'"{given}" is no {what}'
        raise ArgumentError(
            Problem("pool-argument", words, f"{', '.join(allowed)}.", did_you_mean(given, allowed))
        )
    return given


def _found(
    table: Path | None,
    papers: list[Paper],
    comparison: str | None,
    term: str | None,
    endpoint: str | None,
    population: str | None,
    level: str | None,
    reference: str | None,
    model: str | None,
    per: str | None,
    row: list[str] | None,
    measure: str | None,
    confidence: float,
) -> Found:
    from crlm.evidence.pooling import by_question, by_rows, by_term, read_table

    ways = [
        name
        for name, given in (("TABLE", table), ("--comparison", comparison), ("--term", term), ("--row", row))
        if given
    ]
    if len(ways) != 1:
        given = f"{' and '.join(ways)} are given" if ways else "nothing says which effects to pool"
        raise ArgumentError(
            Problem("pool-argument", given, "one of TABLE, --comparison, --term, --row.", "give one.")
        )
    if table is not None:
        if measure is None:
            given = "a table of studies does not say what its ratios are"
            allowed = f"{', '.join(MEASURES)}; of counts OR or RR is made."
            raise ArgumentError(Problem("pool-argument", given, allowed, "add --measure HR, for example."))
        return read_table(table, measure=measure, level=confidence)
    if comparison is not None:
        _known("comparison", comparison, {one.comparison for paper in papers for one in paper.questions})
        return by_question(papers, comparison, endpoint, population)
    if row:
        return by_rows(papers, [_row(one, papers) for one in row])
    assert term is not None
    _known("term", term, {one.term for paper in papers for one in paper.numbers.effects})
    ends = {one.endpoint for paper in papers for one in paper.numbers.effects if one.term == term}
    if endpoint is None:
        given = "--term needs an endpoint"
        raise ArgumentError(Problem("pool-argument", given, f"{', '.join(sorted(ends))}.", "add --endpoint."))
    _known("endpoint", endpoint, ends)
    return by_term(
        papers, term, endpoint, level=level, reference=reference, model=model, per=per, population=population
    )


def _known(what: str, given: str, known: set[str]) -> None:
    if given not in known:
        names = tuple(sorted(known))
        words = f'no paper has the {what} "{given}"'
        allowed = f"{', '.join(names)}." if len(names) <= MOST_NAMES else None
        raise ArgumentError(Problem("pool-argument", words, allowed, did_you_mean(given, names)))


def _row(words: str, papers: list[Paper]) -> tuple[str, str]:
    paper, _, row = words.partition(":")
    rows = {one.id: tuple(effect.row_id for effect in one.numbers.effects) for one in papers}
    _known("id", paper, set(rows))
    if row not in rows[paper]:
        given = f'{paper} has no row of effects "{row}"'
        raise ArgumentError(
            Problem("pool-argument", given, "PAPER:ROW.", did_you_mean(row, rows[paper], most=3))
        )
    return paper, row


def _pooled(
    found: Found,
    papers: list[Paper],
    title: str,
    way: str,
    confidence: float,
    keep: list[str],
    *,
    knapp_hartung: bool,
    reverse: bool,
) -> Pooling:
    from crlm.evidence.pooling import pool_estimates
    from crlm.evidence.pooling.audited import doubts

    unknown = [one for one in keep if one not in {study.id for study in found.estimates}]
    if unknown:
        names = tuple(study.id for study in found.estimates)
        given = f'--keep names "{unknown[0]}", which is not among the studies'
        raise ArgumentError(
            Problem("pool-argument", given, f"{', '.join(names)}.", did_you_mean(unknown[0], names))
        )
    return pool_estimates(
        found,
        question=title,
        method=METHODS[way],  # type: ignore[arg-type]
        interval="knapp-hartung" if knapp_hartung else "normal",
        level=confidence,
        keep=keep,
        reverse=reverse,
        doubts=doubts(found.estimates, papers),
    )


def _title(table: Path | None, comparison: str | None, term: str | None, endpoint: str | None) -> str:
    if table is not None:
        return f"Studies of {table.name}"
    what = (comparison or term or "Chosen rows").replace("-", " ").replace("_", " ")
    return f"{what[0].upper()}{what[1:]}{f': {endpoint}' if endpoint else ''}"


def _write(answer: Pooling, out: Path, formats: list[str]) -> None:
    import json

    from crlm.evidence.pooling import pooling_document
    from crlm.evidence.pooling.report import report
    from crlm.output import staged_folder
    from crlm.rendering import write_document

    with staged_folder(out, ours=ENTRIES) as folder:
        files = [*formats, "csv", *(["figures"] if answer.pooled is not None else [])]
        write_document(report(answer, pages.now()), folder, formats=files, name="pooling")  # type: ignore[arg-type]
        text = json.dumps(pooling_document(answer), indent=1, ensure_ascii=False, allow_nan=False)
        (folder / "pooling.json").write_text(text + "\n", encoding="utf-8")


def _print(answer: Pooling, out: Path | None, *, quiet: bool, json: bool) -> None:
    from crlm.evidence.pooling import pooling_document
    from crlm.evidence.pooling.document import ratio, study_interval
    from crlm.evidence.pooling.words import answer_words, differ_words
    from crlm.rendering import numbers

    if json:
        terminal.print_json({"exit_code": 0, **pooling_document(answer)})
        return
    if quiet:
        return
    typer.echo(answer.question)
    weights = answer.pooled.weights if answer.pooled is not None else ()
    for k, one in enumerate(answer.estimates):
        share = f"   weight {numbers.rounded(weights[k], 1)}%" if weights else ""
        where = "; ".join(f"{place.paper} {place.row}, {place.place}" for place in one.sources)
        words = numbers.ratio_interval(study_interval(one, answer.level))
        typer.echo(f"  {one.label}: {answer.measure} {words}{share}   [{where}]")
        for done in one.done:
            typer.echo(f"    {done}")
    for left in answer.left_out:
        typer.echo(f"  {left.label} is not used: {left.reason}")
    for dropped in answer.dropped:
        typer.echo(f"  {dropped}")
    if answer.pooled is None:
        typer.echo("Not pooled:")
        for refusal in answer.refusals:
            typer.echo(f"  {refusal.sentence}.")
    else:
        typer.echo(answer_words(answer))
        typer.echo(differ_words(answer))
        for named in answer.side_by_side:
            typer.echo(f"  {named.name}: {numbers.ratio_interval(ratio(named.pooled.estimate))}")
    for warning in answer.warnings:
        typer.echo(f"  to know: {warning}.")
    if out is not None:
        typer.echo(f"Written to {out}: {', '.join(sorted(entry.name for entry in out.iterdir()))}")
