"""`crlm evidence curve`: from a published survival curve to data that draw it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crlm.cli import pages, terminal
from crlm.cli.evidence_papers import Endpoint, Library, find_paper
from crlm.cli.terminal import Json, Quiet

if TYPE_CHECKING:
    from crlm.evidence.curves import PrintedOutcome, ReadCurve, Recovery

ENTRIES = ("pseudo-patients.csv", "recovery.json", *pages.entries("curve"))


def curve(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A paper of the library, a paper's folder, or a CSV file of digitised points.",
        ),
    ],
    endpoint: Endpoint = None,
    reference: Annotated[
        str | None, typer.Option("--reference", metavar="ARM", help="The arm that others are compared with.")
    ] = None,
    patients: Annotated[
        list[str] | None,
        typer.Option("--patients", metavar="ARM=N", help="Patients of an arm without numbers at risk."),
    ] = None,
    events: Annotated[
        list[str] | None, typer.Option("--events", metavar="ARM=N", help="Total events of an arm.")
    ] = None,
    landmarks: Annotated[
        bool,
        typer.Option("--landmarks", help="The points are a few printed values, not the curve: join them."),
    ] = False,
    slip: Annotated[
        float,
        typer.Option(
            "--slip", metavar="FRACTION", help="How far a click may err, as a fraction of the axis."
        ),
    ] = 0.02,
    format_: pages.Formats = None,
    out: pages.Out = None,
    library: Library = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Reconstruct pseudo-individual data from a published survival curve, and show how well they give it back.

    Without digitised points, survival that the paper prints at some times is joined into a coarse curve.
    """
    terminal.use_json(json)
    from crlm.evidence.curves import as_json, pseudo_patients, recover
    from crlm.evidence.curves.page import document as curve_page
    from crlm.output import refuse_foreign

    wanted = pages.chosen_formats(format_, out)
    if out is not None:
        refuse_foreign(out, ENTRIES)
    own, total = _counts(patients, "--patients"), _counts(events, "--events")
    found, printed, title, words = _read(source, endpoint, reference, own, total, landmarks, slip, library)
    recovery = recover(found, printed, title=title)
    document = {"exit_code": 0, "source": words, **as_json(recovery)}
    if out is not None:
        texts = {"pseudo-patients.csv": pseudo_patients(recovery)}
        if "json" in wanted:
            texts["recovery.json"] = pages.in_json(document)
        page = {"curve": lambda: curve_page(recovery, source=words, created=pages.now())}
        pages.write_files(out, page, texts, [*wanted, "figures"], ours=ENTRIES)
    if json:
        terminal.print_json(document)
    elif not quiet:
        _print(recovery, out)


def _read(
    source: str,
    endpoint: str | None,
    reference: str | None,
    patients: dict[str, int],
    events: dict[str, int],
    landmarks: bool,
    slip: float,
    library: Path | None,
) -> tuple[ReadCurve, PrintedOutcome, str, str]:
    """The curve, what is printed beside it, its title, and in words what was read."""
    from crlm.evidence.curves import PrintedOutcome, curve_of, endpoints, read_curve
    from crlm.problems import ArgumentError, Problem

    path = Path(source)
    if path.suffix == ".csv" or path.is_file():
        if endpoint is not None:
            raise ArgumentError(
                Problem(
                    "curve-option",
                    "--endpoint chooses among the endpoints of a paper, and this is a file.",
                    "a paper's id or folder with --endpoint, or a file without.",
                    "leave --endpoint out.",
                )
            )
        read = read_curve(path, patients=patients, events=events, slip=slip, landmarks=landmarks)
        if reference is not None:
            read = _with_reference(read, reference)
        return read, PrintedOutcome({}, {}, {}, None), path.stem, f"Digitised points in {path.name}"
    if patients or events or landmarks:
        raise ArgumentError(
            Problem(
                "curve-option",
                "--patients, --events and --landmarks belong to a file; a paper's own numbers are used for a paper.",
                "a CSV file.",
                "leave them out, or enter the numbers in the paper's folder.",
            )
        )
    paper = find_paper(source, library)
    known = endpoints(paper)
    if endpoint is None and len(known) != 1:
        raise ArgumentError(
            Problem(
                "curve-endpoint",
                f'"{paper.id}" has {"curves of " + ", ".join(known) if known else "no curve"}.',
                "one endpoint."
                if known
                else "a paper with digitised curves, or survival at landmarks by group.",
                f"add --endpoint {known[0]}." if known else "digitise the figure (docs/evidence/curves.md).",
            )
        )
    name = endpoint or known[0]
    read, printed = curve_of(paper, name, reference=reference)
    return read, printed, f"{name}, {paper.id}", f"{paper.about.title} ({paper.id})"


def _with_reference(read: ReadCurve, reference: str) -> ReadCurve:
    from dataclasses import replace

    from crlm.problems import ArgumentError, Problem, did_you_mean

    names = [one.arm for one in read.arms]
    if reference not in names:
        given = f'--reference names the arm "{reference}", of which there is no curve.'
        raise ArgumentError(
            Problem("curve-arm-unknown", given, f"{', '.join(names)}.", did_you_mean(reference, names))
        )
    return replace(read, arms=tuple(sorted(read.arms, key=lambda one: one.arm != reference)))


def _counts(given: list[str] | None, option: str) -> dict[str, int]:
    from crlm.problems import ArgumentError, Problem

    found = {}
    for one in given or []:
        arm, equals, number = one.rpartition("=")
        if not equals or not arm or not number.strip().isdigit():
            raise ArgumentError(
                Problem(
                    "curve-option",
                    f'{option} was "{one}".',
                    "the name of an arm, an equals sign and a whole number.",
                    f"write {option} ARM=120.",
                )
            )
        found[arm] = int(number)
    return found


def _print(recovery: Recovery, out: Path | None) -> None:
    from crlm.rendering import numbers

    typer.echo(f"{recovery.title}: reconstructed, not patients{' (coarse)' if recovery.coarse else ''}")
    for arm in recovery.arms:
        printed = f" of {arm.events_printed} printed" if arm.events_printed is not None else ""
        median = arm.median.printed
        beside = f", printed {numbers.rounded(median.value, 1)}" if median is not None else ""
        typer.echo(
            f"  {arm.label}: n = {arm.n}, events {arm.events_recovered}{printed}; "
            f"median {numbers.time_interval(arm.median.recovered)}{beside}; "
            f"curve within {numbers.probability(arm.largest_distance)} points"
        )
        for words in arm.assumptions:
            typer.echo(f"    assumed: {words}")
    for one in recovery.comparisons:
        ratio = one.hazard_ratio.printed
        beside = f"; printed {numbers.ratio_interval(ratio)} ({ratio.place})" if ratio is not None else ""
        typer.echo(
            f"  {one.arm} against {one.reference}: hazard ratio "
            f"{numbers.ratio_interval(one.hazard_ratio.recovered)}{beside}"
        )
    pages.say_written(out)
