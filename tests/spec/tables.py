"""Little tables: what an example of the language is, how it is read, and how the manual shows it."""

import datetime
from dataclasses import dataclass, field

import polars as pl

from tests.expressions.samples import VARIABLES, frame_of


@dataclass(frozen=True)
class Example:
    """A table (patient in the first column, a blank is unknown) and what each expression gives per patient."""

    table: str
    expressions: dict[str, dict[int, object]]


@dataclass(frozen=True)
class Section:
    title: str
    text: str
    examples: tuple[Example, ...] = ()
    mistakes: tuple[tuple[str, str], ...] = field(default=())
    """Expressions that are refused, and words of the answer."""


def cells(table):
    lines = [line for line in table.strip().splitlines() if set(line.strip()) - set("-|")]
    return [[cell.strip() for cell in line.split("|")] for line in lines]


def typed(name, text):
    if not text:
        return None
    match VARIABLES[name].type:
        case "yes_no":
            return {"yes": True, "no": False}[text]
        case "integer":
            return int(text)
        case "number":
            return float(text)
        case "several":
            return [] if text == "none" else text.split(";")
        case "date":
            return datetime.date.fromisoformat(text)
        case _:
            return text


def patients(table):
    return [int(row[0]) for row in cells(table)[1:]]


def frame(table) -> pl.DataFrame:
    header, *rows = cells(table)
    return frame_of(
        [{name: typed(name, text) for name, text in zip(header[1:], row[1:], strict=True)} for row in rows]
    )


def shown(value):
    """A result as the manual prints it."""
    match value:
        case None:
            return "unknown"
        case True:
            return "yes"
        case False:
            return "no"
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def markdown(example):
    """The example as one Markdown table: the inputs, then a column for each expression."""
    header, *rows = cells(example.table)
    lines = [[*header, *(f"`{expression}`" for expression in example.expressions)]]
    lines.append(["---"] * len(lines[0]))
    for row in rows:
        results = [shown(result[int(row[0])]) for result in example.expressions.values()]
        lines.append([*(cell or "–" for cell in row), *results])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
