"""`crlm data codebook`: the data dictionary as pages, as a REDCap data dictionary, or as JSON."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from crlm.cli import terminal


class CodebookFormat(StrEnum):
    """What the dictionary is written as."""

    md = "md"
    html = "html"
    redcap = "redcap"
    json = "json"


def codebook(
    file_format: Annotated[
        CodebookFormat,
        typer.Option("--format", help="md, html, redcap (CSV that REDCap uploads) or json."),
    ] = CodebookFormat.md,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The file to write; else it is printed.")
    ] = None,
) -> None:
    """Print the data dictionary: what a registry can hold, what is computed from it, and how it is checked."""
    terminal.use_json(file_format is CodebookFormat.json)
    text = _text(file_format)
    if out is None:
        typer.echo(text, nl=not text.endswith("\n"))
        return
    from crlm.output import write_file

    write_file(out, text)


def _text(file_format: CodebookFormat) -> str:
    from crlm.dictionary.registry import registry_dictionary

    dictionary = registry_dictionary()
    match file_format:
        case CodebookFormat.md:
            from crlm.dictionary.registry.codebook import codebook_markdown

            return codebook_markdown(dictionary)
        case CodebookFormat.html:
            from crlm.dictionary.registry.codebook_html import codebook_html

            return codebook_html(dictionary)
        case CodebookFormat.redcap:
            from crlm.dictionary.registry.redcap import to_redcap

            return to_redcap(dictionary)
        case CodebookFormat.json:
            missing = [one.model_dump(mode="json") for one in dictionary.missing]
            rest = dictionary.model_dump(mode="json", exclude_defaults=True)
            whole = {"version": dictionary.version, "missing": missing, **rest}
            return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
