"""The codebook as one HTML page that needs nothing else: for printing, and for those who do not read Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from crlm.dictionary.registry.model import DerivedDefinition, RecordedVariable, RegistryDictionary, Table
from crlm.dictionary.registry.words import (
    bounds_in_words,
    codes_in_words,
    kind_in_words,
    levels_of,
    users_in_words,
)

STYLE = """\
body { font: 15px/1.5 system-ui, sans-serif; color: #1c2733; max-width: 75rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.7rem } h2 { font-size: 1.25rem; margin-top: 2.5rem }
table { border-collapse: collapse; width: 100% } caption { text-align: left; padding: .3rem 0 }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid #d5dde5 }
th { border-bottom: 2px solid #51616f } code { font-size: .92em; overflow-wrap: anywhere }
small { color: #51616f } ul { margin: 0; padding-left: 1.1rem } nav a { margin-right: .8rem }
@media print { body { font-size: 10px; max-width: none } a { color: inherit; text-decoration: none } }
"""


def codebook_html(dictionary: RegistryDictionary) -> str:
    """All tables, derived variables and checks of a dictionary as one page of HTML."""
    links = " ".join(f'<a href="#{one.name}">{escape(one.label)}</a>' for one in dictionary.tables)
    missing = ", ".join(f"<code>{escape(str(one.code))}</code>" for one in dictionary.missing)
    parts = [
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Data dictionary {escape(dictionary.version)}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>",
        f"<h1>Data dictionary, version {escape(dictionary.version)}</h1>",
        f'<nav aria-label="Tables">{links} <a href="#derived">Derived variables</a> <a href="#checks">Checks</a></nav>',
        f"<p>Missing in every column: an empty cell, {missing}.</p>",
        *(_table(one) for one in dictionary.tables),
        _derived(dictionary.derived),
        _checks(dictionary),
        "</body>\n</html>\n",
    ]
    return "\n".join(parts)


def _rows(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    header = "".join(f'<th scope="col">{one}</th>' for one in head)
    body = "\n".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table>\n<thead><tr>{header}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def _table(table: Table) -> str:
    rows = ((_name(one), _meaning(one), _values(one), escape(users_in_words(one))) for one in table.variables)
    key = ", ".join(f"<code>{column}</code>" for column in table.key)
    links = "".join(f" <code>{one.column}</code> → <code>{one.table}</code>." for one in table.links)
    return (
        f'<h2 id="{table.name}">{escape(table.label)} <code>{table.name}</code></h2>\n'
        f"<p>{escape(table.row.capitalize())}. {escape(table.definition or '')} Key: {key}.{links}</p>\n"
        + _rows(("Variable", "Meaning", "Values", "Needed by"), rows)
    )


def _name(variable: RecordedVariable) -> str:
    return f"<code>{variable.name}</code>"


def _meaning(variable: RecordedVariable) -> str:
    codes = codes_in_words(variable)
    more = f"<br><small>{escape('; '.join(codes))}</small>" if codes else ""
    return (
        f"<strong>{escape(variable.label)}</strong><br>{escape(variable.definition or '')}"
        f"<br><small>{escape(variable.source or '')}</small>{more}"
    )


def _values(variable: RecordedVariable) -> str:
    lines = "<br>".join(escape(one) for one in (kind_in_words(variable), *bounds_in_words(variable)))
    levels = "".join(
        f"<li><code>{escape(str(one.code))}</code> {escape(one.words)}</li>" for one in levels_of(variable)
    )
    return f"{lines}<ul>{levels}</ul>" if levels else lines


def _derived(derived: Iterable[DerivedDefinition]) -> str:
    rows = (
        (
            _name(one.variable),
            _meaning(one.variable),
            _values(one.variable),
            one.unit,
            f"{'endpoint' if one.endpoint else one.computed_in}, from {escape(one.derived_from)}",
            f"<code>{one.known_at}</code>" if one.known_at else "differs",
        )
        for one in derived
    )
    head = ("Variable", "Meaning", "Values", "Of a", "Computed", "Known at")
    return f'<h2 id="derived">Derived variables</h2>\n{_rows(head, rows)}'


def _checks(dictionary: RegistryDictionary) -> str:
    rows = (
        (
            f"<code>{one.id}</code>",
            f"<code>{one.table}</code>",
            one.severity,
            escape(one.sentence),
            f"<code>{escape(' '.join(one.expect.split()))}</code>",
        )
        for one in dictionary.checks
    )
    head = ("Id", "Table", "Severity", "A row that breaks it", "Must be true")
    return f'<h2 id="checks">Checks</h2>\n{_rows(head, rows)}'
