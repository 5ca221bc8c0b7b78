"""`python -m tests.evidence.library.format_page`: write docs/evidence/format.md from the models."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from crlm.evidence.columns import table_columns
from crlm.evidence.description import Description
from crlm.evidence.numbers import ROWS

PAGE = Path(__file__).parents[3] / "docs" / "evidence" / "format.md"
KINDS = {str: "text", int: "whole number", float: "number", bool: "true or false"}
HEAD = """# The format of a paper

<!-- Written by `python -m tests.evidence.library.format_page` from the models. Change those, not this. -->

A paper is a folder with a `paper.toml` and any of the tables below as CSV files (UTF-8, commas, one header).
[Adding a paper](adding-a-paper.md) shows a complete one; `crlm evidence check FOLDER` checks one; `crlm schema paper`
prints the same as JSON Schema.
"""


def generated() -> str:
    """The whole page."""
    lines = [HEAD, "## paper.toml", "", "Keys in **bold** are needed. Unknown keys are refused.", ""]
    for name, field in Description.model_fields.items():
        if get_origin(field.annotation) is dict:
            lines += [f"### [{name}]", "", field.description or "", ""]
            continue
        inner = _inner(field.annotation)
        many = get_origin(field.annotation) is tuple
        lines += [
            f"### {'[[' if many else '['}{name}{']]' if many else ']'}",
            "",
            field.description or "",
            "",
        ]
        lines += ["| key | kind | what it is |", "|---|---|---|"]
        lines += [_key(one.alias or key, one) for key, one in inner.model_fields.items()]
        lines.append("")
    lines += [
        "## Tables",
        "",
        "Columns in **bold** are needed in every row. A column that is *read from* a printed one may",
    ]
    lines += [
        "be left out. An empty cell means that nothing is printed; so does `*` in a column of numbers.",
        "",
    ]
    for name in ROWS:
        table = table_columns(name)
        lines += [
            f"### {name}.csv",
            "",
            f"A row is {table.row}.",
            "",
            "| column | kind | what it is |",
            "|---|---|---|",
        ]
        for one in table.columns:
            words = one.words
            if one.allowed:
                words += f" One of {', '.join(f'`{word}`' for word in one.allowed)}."
            if one.read_from:
                words += f" Read from `{one.read_from}`."
            lines.append(f"| {_bold(one.name, one.needed)} | {one.kind} | {words} |")
        lines.append("")
    return "\n".join(lines)


def _key(name: str, field: Any) -> str:
    words = field.description
    inner = _inner(field.annotation)
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        words += "".join(f" `{key}`: {one.description}" for key, one in inner.model_fields.items())
    kind = field.annotation
    if get_origin(kind) is Literal:
        words += f" One of {', '.join(f'`{word}`' for word in get_args(kind))}."
    if not field.is_required() and field.default not in ("", None, ()):
        words += f" Default: `{field.default}`."
    return f"| {_bold(name, field.is_required())} | {_kind(kind)} | {words} |"


def _bold(name: str, needed: bool) -> str:
    return f"**`{name}`**" if needed else f"`{name}`"


def _kind(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return "text"
    if get_origin(annotation) is tuple:
        inner = _inner(annotation)
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            return f"list of {{{', '.join(inner.model_fields)}}}"
        return "list of texts"
    several = [one for one in get_args(annotation) or (annotation,) if one is not type(None)]
    found = next((one for one in several if one in KINDS), None)
    if found is None and get_args(several[0]):
        return _kind(get_args(several[0])[0])
    return KINDS[found] if found is not None else "text"


def _inner(annotation: Any) -> type[BaseModel]:
    return get_args(annotation)[0] if get_origin(annotation) is tuple else annotation


if __name__ == "__main__":
    PAGE.write_text(generated(), encoding="utf-8")
