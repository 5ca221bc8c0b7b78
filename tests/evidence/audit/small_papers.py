"""Papers of a few rows, written in the test that uses them."""

from dataclasses import fields
from pathlib import Path

from crlm.evidence import (
    Paper,
    Published,
    PublishedCount,
    PublishedEffect,
    PublishedFlow,
    PublishedStatement,
    PublishedSummary,
    PublishedSurvival,
    PublishedTest,
)
from crlm.evidence.description import Description

KINDS = {
    "counts": PublishedCount,
    "summaries": PublishedSummary,
    "tests": PublishedTest,
    "effects": PublishedEffect,
    "survival": PublishedSurvival,
    "flow": PublishedFlow,
    "statements": PublishedStatement,
}
ALL = {"id": "all", "n": 100, "variable": "", "of": ""}
TWO = (ALL, {"id": "a", "n": 40}, {"id": "b", "n": 60})
"""A hundred patients in two groups."""


def row(kind, number, **cells):
    """One printed row; what is not given is empty, and what a digitiser noted is nonsense that nobody may read."""
    empty = {
        "row_id": f"R{number}",
        "study": "small",
        "locator": "Table 1",
        "status": "n_error",
        "unit": "patient",
    }
    values = {}
    for one in fields(KINDS[kind]):
        plain = {"str": "", "bool": False}.get(str(one.type))
        values[one.name] = cells.get(one.name, empty.get(one.name, plain))
    return KINDS[kind](**values)


def count(number, variable, level, group, text, **cells):
    """A cell "26 (83.9)" of a table of counts; "26" or "83.9%" alone as well."""
    n, _, percent = text.partition(" (")
    if text.endswith("%"):
        n, percent = "", text
    percent = percent.rstrip(")")
    n_best = {"n_best": -1, "pct_best": -1.0}
    return row(
        "counts",
        number,
        variable=variable,
        level=level,
        group=group,
        as_printed=text,
        n_printed=n,
        percent_as_printed=percent,
        n=int(n.replace(",", "")) if n.replace(",", "").isdigit() else None,
        is_missing_row=level == "Missing",
        **n_best,
        **cells,
    )


def table(variable, cells, **same):
    """Cells of one variable: {(level, group): text}."""
    return [
        count(f"{variable}-{level}-{group}", variable, level, group, text, **same)
        for (level, group), text in cells.items()
    ]


def paper(groups=TWO, events=(), n=100, scores=(), about=None, **tables):
    """A paper of these rows."""
    about = {"id": "small", "kind": "cohort", "title": "A small paper", "n": n, **(about or {})}
    described = Description.model_validate(
        {
            "paper": about,
            "group": tuple(groups),
            "events": tuple(events),
            "score": tuple(scores),
        }
    )
    parts = {name: tuple(tables.get(name, ())) for name in (*KINDS, "two_by_two")}
    return Paper(described, Published(study="small", **parts), Path("small"))


def found(check, a_paper):
    """The findings of a check."""
    return check.function(a_paper).findings
