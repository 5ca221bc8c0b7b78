"""What commands that make documents share: formats, folder, days, and the files, all or none."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crlm.problems import ArgumentError, Problem, did_you_mean

if TYPE_CHECKING:
    from crlm.rendering.tree import Document

FORMATS = ("html", "docx", "pdf", "json")

Formats = Annotated[
    str | None,
    typer.Option(
        "--format", metavar="LIST", help="html, docx, pdf, json, with commas: files in --out. [default: all]"
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="A folder for what is made: documents, figures, data."),
]


def entries(name: str) -> tuple[str, ...]:
    """What a folder of such a document may hold."""
    return (*(f"{name}.{one}" for one in FORMATS), "figures")


def chosen_formats(
    given: str | None,
    out: Path | None,
    formats: tuple[str, ...] = FORMATS,
    *,
    printable: Collection[str] = (),
) -> tuple[str, ...]:
    """The formats of `--format`, all of them when it is absent.

    An ArgumentError for others, and without a folder unless each is `printable`.
    """
    if given is None:
        return formats
    wanted = tuple(dict.fromkeys(one.strip() for one in given.split(",")))
    unknown = [one for one in wanted if one not in formats]
    if unknown:
        said, fix = f'--format names "{unknown[0]}".', did_you_mean(unknown[0], formats)
        raise ArgumentError(Problem("arguments", said, f"{', '.join(formats)}.", fix))
    if out is None and not {*wanted} <= {*printable}:
        said = "--format is for files, and no folder is given."
        raise ArgumentError(Problem("arguments", said, "--format with --out.", "add --out FOLDER."))
    return wanted


def day(given: str | None, option: str = "--date") -> datetime.date:
    """The day of an option, today when it is absent; an ArgumentError for what is no day."""
    if given is None:
        return datetime.date.today()
    try:
        return datetime.datetime.strptime(given, "%Y-%m-%d").date()
    except ValueError:
        said = f'{option} is "{given}"'
        raise ArgumentError(
            Problem("arguments", said, "a day: 2026-01-31.", "write year-month-day.")
        ) from None


def now() -> str:
    """The present moment, ISO 8601 in UTC, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def in_json(data: Any) -> str:
    """A document as the text of a file."""
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def write_files(
    out: Path,
    documents: Mapping[str, Callable[[], Document]],
    texts: Mapping[str, str],
    formats: Collection[str],
    *,
    ours: Collection[str],
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """A folder with texts by their file names and documents by theirs without ending, in one piece.

    A document is written in each of the formats html, docx and pdf; `figures` and `csv` (tables) among them are
    folders. Nothing of it is made when none is asked for. `ours`: what a folder that is replaced may hold.
    """
    from crlm.output import staged_folder
    from crlm.rendering.files import FORMATS as RENDERED
    from crlm.rendering.files import write_document

    shown = [one for one in RENDERED if one in formats]
    with staged_folder(out, ours=tuple(ours)) as folder:
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
        for name, document in documents.items():
            if shown:
                write_document(document(), folder, formats=shown, name=name, tell=tell)


def write_pages(
    out: Path, name: str, formats: tuple[str, ...], data: dict[str, Any], page: Callable[[], Document]
) -> None:
    """NAME.json, NAME.html, NAME.docx, NAME.pdf and the figures, whichever were asked for, in one piece."""
    texts = {f"{name}.json": in_json(data)} if "json" in formats else {}
    rendered = [one for one in formats if one != "json"]
    write_files(out, {name: page}, texts, [*rendered, *(["figures"] if rendered else [])], ours=entries(name))


def say_written(out: Path | None) -> None:
    """What is in the folder now."""
    if out is not None:
        typer.echo(f"Written to {out}: {', '.join(sorted(entry.name for entry in out.iterdir()))}")
