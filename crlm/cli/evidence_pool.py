"""`crlm evidence pool`: published effects pooled, or the reasons why not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crlm.cli import pages, terminal
from crlm.cli.evidence_papers import Endpoint, Library, Population, find_paper, known_papers, meant
from crlm.cli.terminal import Json, Quiet
from crlm.problems import ArgumentError, Problem, did_you_mean

if TYPE_CHECKING:
    from crlm.evidence.paper import Paper
    from crlm.evidence.pooling import Found, Pooling
    from crlm.statistics.meta_analysis.heterogeneity import Method
    from crlm.statistics.meta_analysis.pooled import Interval

METHODS: dict[str, Method] = {
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
OWN = ("year", "group")
ENTRIES = (*pages.entries("pooling"), "tables")


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
    endpoint: Endpoint = None,
    population: Population = None,
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
    apart: Annotated[
        list[str] | None,
        typer.Option(
            "--apart", metavar="STUDY", help="You know that this one shares no patients with the others."
        ),
    ] = None,
    measure: Annotated[
        str | None, typer.Option("--measure", metavar="HR|OR|RR", help="What the ratios of TABLE are.")
    ] = None,
    method: Annotated[str, typer.Option("--method", metavar="NAME", help=f"{', '.join(METHODS)}.")] = "reml",
    knapp_hartung: Annotated[
        bool, typer.Option("--knapp-hartung", help="Hartung and Knapp's confidence interval.")
    ] = False,
    never_narrower: Annotated[
        bool,
        typer.Option("--never-narrower", help="With --knapp-hartung: the factor on the variance at least 1."),
    ] = False,
    moderator: Annotated[
        list[str] | None,
        typer.Option(
            "--moderator",
            metavar="COLUMN",
            help="Meta-regression on this column of TABLE (numbers, or words as categories), or year; again for more.",
        ),
    ] = None,
    group: Annotated[
        str, typer.Option("--group", metavar="COLUMN", help="The column of TABLE that makes the subgroups.")
    ] = "group",
    confidence: Annotated[
        float,
        typer.Option("--confidence", metavar="LEVEL", help="The level of intervals; those of TABLE too."),
    ] = 0.95,
    reverse: Annotated[bool, typer.Option("--reverse", help="Turn every ratio round: 1 / ratio.")] = False,
    title: Annotated[str | None, typer.Option("--title", metavar="WORDS", help="The report's title.")] = None,
    format_: pages.Formats = None,
    out: pages.Out = None,
    library: Library = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Pool published effects of one question: from the library, or from a table of your own.

    Studies that may hold the same patients, or measure different things, are not pooled, and the reasons are the
    answer: exit code 0.
    """
    terminal.use_json(json)
    from crlm.evidence.pooling import pooling_document
    from crlm.evidence.pooling.report import report
    from crlm.output import refuse_foreign

    wanted = pages.chosen_formats(format_, out)
    if out is not None:
        refuse_foreign(out, ENTRIES)
    how = _How(
        METHODS[_one_of("method", method.casefold(), tuple(METHODS))],
        _interval(knapp_hartung, never_narrower),
        _level(confidence),
    )
    group = group.strip().casefold()
    moderators = [one.strip().casefold() for one in moderator or []]
    more = tuple(dict.fromkeys(one for one in (*moderators, group) if one not in OWN))
    asked = _Asked(comparison, term, endpoint, population, level, reference, model, per, tuple(row or ()))
    kind = _one_of("measure", measure.upper(), MEASURES) if measure is not None else None
    with terminal.progress(quiet=quiet) as tell:
        tell("Looking for effects")
        papers = [] if table is not None else [find_paper(name, library) for name in known_papers(library)]
        if table is None:
            if group not in OWN:
                raise _wrong("--group names a column of TABLE", "TABLE with --group.", "leave it out.")
            found = asked.found(papers)
        else:
            found = _of_table(table, asked, kind, how.level, more)
        answer = _pooled(
            found,
            papers,
            how,
            question=title or _title(table, comparison, term, endpoint),
            keep=_studies("--keep", keep or [], found),
            apart=_studies("--apart", apart or [], found),
            reverse=reverse,
            by=group,
            moderators=moderators,
        )
        document = pooling_document(answer)
        if out is not None:
            tell("Writing the report")
            formats = [*wanted, "csv", *(["figures"] if answer.pooled is not None else [])]
            page = {"pooling": lambda: report(answer, pages.now())}
            text = {"pooling.json": pages.in_json(document)}
            pages.write_files(out, page, text if "json" in wanted else {}, formats, ours=ENTRIES, tell=tell)
    if json:
        terminal.print_json(document)
    elif not quiet:
        from crlm.evidence.pooling.words import in_short

        for line in in_short(answer):
            typer.echo(line)
        pages.say_written(out)


@dataclass(frozen=True)
class _How:
    """How effects are pooled."""

    method: Method
    interval: Interval
    level: float


@dataclass(frozen=True)
class _Asked:
    """Which effects of the library."""

    comparison: str | None
    term: str | None
    endpoint: str | None
    population: str | None
    level: str | None
    reference: str | None
    model: str | None
    per: str | None
    rows: tuple[str, ...]

    def found(self, papers: list[Paper]) -> Found:
        """The effects that fit; an ArgumentError when nothing is asked for, or something that no paper has."""
        from crlm.evidence.pooling import by_question, by_rows, by_term

        self.in_one_way()
        if self.comparison is not None:
            asked = [one for paper in papers for one in paper.questions]
            _known("comparison", self.comparison, {one.comparison for one in asked})
            asked = [one for one in asked if one.comparison == self.comparison]
            _known("endpoint", self.endpoint, {one.endpoint for one in asked})
            _known("population", self.population, {one.population for one in asked})
            return by_question(papers, self.comparison, self.endpoint, self.population)
        if self.rows:
            return by_rows(papers, [_row(one, papers) for one in self.rows])
        assert self.term is not None
        effects = [one for paper in papers for one in paper.numbers.effects]
        _known("term", self.term, {one.term for one in effects})
        effects = [one for one in effects if one.term == self.term]
        ends = {one.endpoint for one in effects}
        if self.endpoint is None:
            raise _wrong("--term needs an endpoint", f"{', '.join(sorted(ends))}.", "add --endpoint.")
        _known("endpoint", self.endpoint, ends)
        _known("model", self.model, {one.model for one in effects})
        _known("population", self.population, {one.population for one in effects})
        levels = {name for one in effects for name in (one.level, one.reference) if name}
        _known("level", self.level, levels)
        _known("reference", self.reference, levels)
        return by_term(
            papers,
            self.term,
            self.endpoint,
            level=self.level,
            reference=self.reference,
            model=self.model,
            per=self.per,
            population=self.population,
        )

    def in_one_way(self, table: Path | None = None) -> None:
        """An ArgumentError unless effects are asked for in one way, with options that belong to it."""
        given = {"TABLE": table, "--comparison": self.comparison, "--term": self.term, "--row": self.rows}
        ways = [name for name, value in given.items() if value]
        if len(ways) != 1:
            said = f"{' and '.join(ways)} are given" if ways else "nothing says which effects to pool"
            raise _wrong(said, "one of TABLE, --comparison, --term, --row.", "give one.")
        with_term = ("level", "reference", "model", "per")
        of_way = {
            "--term": ("endpoint", "population", *with_term),
            "--comparison": ("endpoint", "population"),
        }
        for name in ("endpoint", "population", *with_term):
            if getattr(self, name) is not None and name not in of_way.get(ways[0], ()):
                fit = " or ".join(way for way, names in of_way.items() if name in names)
                raise _wrong(f"--{name} does not go with {ways[0]}", f"--{name} with {fit}.", "leave it out.")


def _one_of(what: str, given: str, allowed: tuple[str, ...]) -> str:
    if given not in allowed:
        words = f'"{given}" is no {what}'
        raise ArgumentError(
            Problem("pool-argument", words, f"{', '.join(allowed)}.", did_you_mean(given, allowed))
        )
    return given


def _wrong(given: str, allowed: str, fix: str) -> ArgumentError:
    return ArgumentError(Problem("pool-argument", given, allowed, fix))


def _level(confidence: float) -> float:
    if not 0.0 < confidence < 1.0:
        raise _wrong(f"{confidence:g} is no confidence level", "a number between 0 and 1.", "write 0.95.")
    return confidence


def _interval(knapp_hartung: bool, never_narrower: bool) -> Interval:
    if not knapp_hartung and never_narrower:
        allowed = "--never-narrower with --knapp-hartung."
        raise _wrong("--never-narrower is of Hartung and Knapp's interval", allowed, "add --knapp-hartung.")
    if never_narrower:
        return "knapp-hartung-never-narrower"
    return "knapp-hartung" if knapp_hartung else "normal"


def _of_table(table: Path, asked: _Asked, measure: str | None, level: float, more: tuple[str, ...]) -> Found:
    from crlm.evidence.pooling import read_table

    asked.in_one_way(table)
    if measure is None:
        given = "a table of studies does not say what its ratios are"
        allowed = f"{', '.join(MEASURES)}; of counts OR or RR is made."
        raise _wrong(given, allowed, "add --measure HR, for example.")
    return read_table(table, measure=measure, level=level, more=more)


def _known(what: str, given: str | None, known: set[str]) -> None:
    if given is not None and given not in known:
        names = tuple(sorted(known))
        words = f'no paper has the {what} "{given}"'
        allowed = f"{', '.join(names)}." if len(names) <= MOST_NAMES else None
        raise ArgumentError(Problem("pool-argument", words, allowed, meant(given, names)))


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


def _studies(option: str, given: list[str], found: Found) -> list[str]:
    """The ids of studies that an option names."""
    names = tuple(study.id for study in found.estimates)
    for one in given:
        if one not in names:
            words = f'{option} names "{one}", which is not among the studies'
            raise _wrong(words, f"{', '.join(names)}.", did_you_mean(one, names) or "name one of them.")
    return given


def _pooled(
    found: Found,
    papers: list[Paper],
    how: _How,
    *,
    question: str,
    keep: list[str],
    apart: list[str],
    reverse: bool,
    by: str,
    moderators: list[str],
) -> Pooling:
    from crlm.evidence.pooling import pool_estimates
    from crlm.evidence.pooling.audited import doubts

    return pool_estimates(
        found,
        question=question,
        method=how.method,
        interval=how.interval,
        level=how.level,
        keep=keep,
        apart=apart,
        reverse=reverse,
        by=by,
        moderators=moderators,
        doubts=doubts(found.estimates, papers),
    )


def _title(table: Path | None, comparison: str | None, term: str | None, endpoint: str | None) -> str:
    if table is not None:
        return f"Studies of {table.name}"
    from crlm.evidence.cards.model import words

    return f"{words(comparison or term or 'Chosen rows')}{f': {endpoint}' if endpoint else ''}"
