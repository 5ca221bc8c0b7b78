"""`crlm study compare`: a study beside its paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crlm.cli import terminal
from crlm.cli.terminal import Json, Quiet

if TYPE_CHECKING:
    from crlm.study.compare import Comparison
    from crlm.study.protocol.load import LoadedProtocol
    from crlm.study.results import Results

ENTRIES = ("comparison.html", "comparison.json", "results.json")
SHOWN = 16
"""How many of the main comparisons the terminal shows."""


def compare(
    study: Annotated[
        str, typer.Argument(metavar="STUDY", help="The id of a shipped protocol that repeats a paper.")
    ],
    results: Annotated[
        Path | None, typer.Option("--results", metavar="FILE", help="A results.json of this study.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="PATH",
            help="A registry to run the study on: snapshot, folder, workbook, database.",
        ),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", metavar="FILE", help="A mapping for a registry that is not a snapshot."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="A folder for comparison.html and comparison.json."),
    ] = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Lay the numbers of a run beside those that the paper printed, cell by cell, and recompute what these determine.

    Without --results and --data there is no run: only what the paper's own numbers determine is shown.
    """
    terminal.use_json(json)
    from crlm.output import refuse_foreign, staged_folder
    from crlm.study.compare import as_json
    from crlm.study.compare import compare as compared

    loaded = _repeats_a_paper(study)
    if out is not None:
        refuse_foreign(out, ENTRIES)
    with terminal.progress(quiet=quiet) as tell:
        found = _results(loaded, results, data, mapping, tell)
        tell("Comparing with the paper")
        about = loaded.protocol.study
        comparison = compared(about.id, about.title, about.source, found)
        document = {"exit_code": 0, **as_json(comparison)}
        if out is not None:
            from crlm.study.compare.page import page

            created = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
            with staged_folder(out, ours=ENTRIES) as folder:
                (folder / "comparison.html").write_text(page(comparison, created), encoding="utf-8")
                (folder / "comparison.json").write_text(_text(document), encoding="utf-8")
                if found is not None:
                    (folder / "results.json").write_text(found.model_dump_json(indent=1), encoding="utf-8")
    if json:
        terminal.print_json(document)
    elif not quiet:
        _print(comparison, out)


def _text(document: dict[str, object]) -> str:
    import json

    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _repeats_a_paper(study: str) -> LoadedProtocol:
    from crlm.cli.flow import load
    from crlm.problems import ArgumentError, Problem
    from crlm.study.compare.mapping import mapped_studies

    if study not in mapped_studies():
        raise ArgumentError(
            Problem(
                "compare-study",
                f'the printed numbers of "{study}" are not known',
                f"{', '.join(mapped_studies())}.",
                "name one of these; other studies can be run, and have no paper to compare with.",
            )
        )
    return load(study)


def _results(
    loaded: LoadedProtocol,
    path: Path | None,
    data: Path | None,
    mapping: Path | None,
    tell: Callable[[str], None],
) -> Results | None:
    from crlm.problems import ArgumentError, Problem

    if path is not None and data is not None:
        given = "--results and --data are both given, and each is a run"
        raise ArgumentError(Problem("compare-two-runs", given, "one of the two.", "leave one out."))
    if path is not None:
        return _read(path, loaded.protocol.study.id)
    if data is None:
        return None
    from crlm.cli.flow import checked_protocol, read_source
    from crlm.study.run import run_study

    checked = checked_protocol(loaded.protocol.study.id, quiet=True)
    return run_study(checked, read_source(checked.protocol, data, mapping, tell), tell=tell)


def _read(path: Path, study: str) -> Results:
    """The results document in a file; an ArgumentError when it is none, or of another study."""
    from pydantic import ValidationError

    from crlm.problems import ArgumentError, Place, Problem
    from crlm.study.results import Results

    place = Place(file=str(path))
    fix = "give a results.json that `crlm study run` wrote with this version."
    try:
        found = Results.model_validate_json(path.read_bytes())
    except OSError as error:
        given = f"the file cannot be read ({error.strerror})"
        raise ArgumentError(Problem("compare-results", given, None, fix, place)) from None
    except ValidationError:
        given = "this is not a results document of this version"
        raise ArgumentError(Problem("compare-results", given, None, fix, place)) from None
    if found.study.id != study:
        given = f'these are results of "{found.study.id}"'
        fix = f"write `crlm study compare {found.study.id}`, or give other results."
        raise ArgumentError(Problem("compare-results", given, f'results of "{study}".', fix, place))
    return found


def _print(comparison: Comparison, out: Path | None) -> None:
    from crlm.study.compare import counts, main_rows
    from crlm.study.compare.doubts import short

    found = counts(comparison)
    synthetic = " SYNTHETIC" if comparison.synthetic else ""
    typer.echo(comparison.title)
    run = f"run on{synthetic} {comparison.data}" if comparison.data else "no run given"
    typer.echo(
        f"{found['rows']} printed rows; {found['with_place']} have a place in the protocol's results; {run}"
        + (f", which has {found['in_run']} of them." if comparison.data else ".")
    )
    for row in main_rows(comparison)[:SHOWN]:
        at = "" if row.distance is None else f"   {row.distance:+.1f} MC SE"
        doubt = f"   audit: {short(row.doubts)}" if row.doubts else ""
        typer.echo(
            f"  {row.locator}: {row.what}\n    paper {row.printed}{doubt}   run {row.run or row.reason}{at}"
        )
    typer.echo(
        f"{found['recomputed']} printed numbers follow from others; {found['agree']} agree when computed again."
    )
    for one in comparison.recomputed:
        if not one.agrees and one.kind == "test":
            said = "; ".join(filter(None, (one.note, *one.explanations)))
            note = f" ({said})" if said else ""
            typer.echo(f"  {one.what}: printed {one.printed}, computed {one.recomputed}{note}")
    if out is not None:
        typer.echo(f"Written to {out}: {', '.join(sorted(entry.name for entry in out.iterdir()))}")
