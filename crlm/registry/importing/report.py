"""The report of a dry run: what a registry's source holds and everything that was noticed, as JSON and HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from crlm.registry.importing.checked import Checked
from crlm.registry.importing.issues import Issue

MOST_ROWS_IN_JSON = 10_000
MOST_ROWS_IN_HTML = 50
SEVERITIES = ("error", "warning", "info")

STYLE = """
body { font: 16px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 1rem; color: #1a1a1a; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #ccc; }
thead th { border-bottom: 2px solid #333; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
.error { color: #9b1c1c; font-weight: 600; } .warning { color: #7a4b00; font-weight: 600; } .info { color: #444; }
.banner { background: #fff3bf; border: 2px solid #7a4b00; padding: .6rem 1rem; font-weight: 700; }
code { font-size: .9em; } small { color: #444; }
@media print { body { max-width: none; } tr { break-inside: avoid; } }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def counts(checked: Checked) -> dict[str, int]:
    """How many issues of each severity there are."""
    return {one: sum(issue.severity == one for issue in checked.issues) for one in SEVERITIES}


def report_document(checked: Checked) -> dict[str, Any]:
    """The report as JSON: source, tables, and each issue with its rows (10,000 at most, `count` has them all)."""
    source = checked.registry.source
    return {
        "format": "crlm data report",
        "schema_version": "1.0",
        "source": {"name": source.name, "format": source.format, "sha256": source.sha256, "rows": source.rows},
        "synthetic": source.synthetic,
        "dictionary_version": checked.registry.dictionary_version,
        "mapping": {"name": checked.mapping[0], "sha256": checked.mapping[1]} if checked.mapping else None,
        "tables": {name: records.frame.height for name, records in checked.registry.tables.items()},
        "files": [
            {"name": one.name, "format": one.format, "sha256": one.sha256, "rows": one.rows, "table": one.table,
             "sheet": one.sheet, "notes": list(one.notes)}
            for one in checked.files
        ],
        **counts(checked),
        "findings": [_as_json(issue) for issue in checked.issues],
    }  # fmt: skip


def _as_json(issue: Issue) -> dict[str, Any]:
    return {
        "rule": issue.rule,
        "severity": issue.severity,
        "sentence": issue.sentence,
        "table": issue.table,
        "column": issue.column or issue.header,
        "file": issue.file,
        "sheet": issue.sheet,
        "count": issue.times,
        "rows": issue.rows.head(MOST_ROWS_IN_JSON).to_list(),
        "unknown": issue.unknown,
        "allowed": issue.allowed,
        "fix": issue.fix,
    }


def report_html(checked: Checked, annotated: Sequence[str] = ()) -> str:
    """The report as one HTML file without script; `annotated` names the copies of the user's files beside it."""
    source = checked.registry.source
    number = counts(checked)
    verdict = (
        f"{number['error']} errors: it cannot become a snapshot as it is."
        if number["error"]
        else "No error: it can become a snapshot."
    )
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Data check of {escape(source.name)}</title><style>{STYLE}</style></head><body>",
    ]
    if source.synthetic:
        parts.append('<div class="banner" role="note">SYNTHETIC DATA: not real patients.</div>')
    parts += [
        f"<h1>Data check of {escape(_visible(source.name))}</h1>",
        f"<p><strong>{verdict}</strong> {number['warning']} warnings, {number['info']} remarks. ",
        f"{source.rows:,} rows; data dictionary {escape(checked.registry.dictionary_version)}; ",
        f"SHA-256 of the source <code>{source.sha256[:12]}</code>.</p>",
    ]
    if annotated:
        listed = ", ".join(f"<code>{escape(_visible(one))}</code>" for one in annotated)
        parts.append(f"<p>Your files with a last column <code>crlm_findings</code>: {listed}.</p>")
    parts += [_issues_table(checked.issues), _tables_table(checked), "</body></html>", ""]
    return "\n".join(parts)


def _issues_table(issues: Sequence[Issue]) -> str:
    if not issues:
        return "<h2>Findings</h2><p>Nothing was noticed.</p>"
    head = "".join(
        f'<th scope="col">{one}</th>'
        for one in ("Severity", "Table", "Column", "What was found", "Rows", "Rule")
    )
    rows = "\n".join(_issue_row(issue) for issue in issues)
    return f"<h2>Findings</h2><table><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table>"


def _issue_row(issue: Issue) -> str:
    words = escape(_visible(issue.sentence))
    if issue.allowed:
        words += f"<br><small>Allowed: {escape(_visible(issue.allowed))}</small>"
    if issue.fix:
        words += f"<br><small>Fix: {escape(_visible(issue.fix))}</small>"
    if issue.unknown:
        words += f"<br><small>Not decided for {issue.unknown:,} rows, because a value is missing.</small>"
    shown = ", ".join(map(str, issue.rows.head(MOST_ROWS_IN_HTML)))
    more = " ..." if issue.rows.len() > MOST_ROWS_IN_HTML else ""
    count = f"{issue.times:,}" if issue.times else ""
    rows = f"{count}{f': row {shown}{more}' if shown else ''}"
    where = issue.table or issue.file or ""
    cells = (
        f'<td class="{issue.severity}">{issue.severity}</td>',
        f"<td>{escape(_visible(where))}</td>",
        f"<td>{escape(_visible(issue.header or issue.column or ''))}</td>",
        f"<td>{words}</td>",
        f"<td>{rows}</td>",
        f"<td><code>{escape(issue.rule)}</code></td>",
    )
    return f"<tr>{''.join(cells)}</tr>"


def _tables_table(checked: Checked) -> str:
    rows = "\n".join(
        f'<tr><td><code>{name}</code></td><td class="number">{records.frame.height:,}</td>'
        f"<td>{escape(_visible(_files_of(checked, name)))}</td></tr>"
        for name, records in checked.registry.tables.items()
    )
    head = '<th scope="col">Table</th><th scope="col">Rows</th><th scope="col">From</th>'
    return f"<h2>Tables</h2><table><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table>"


def _files_of(checked: Checked, table: str) -> str:
    named = [one for one in checked.files if one.table == table]
    return ", ".join(f"{one.name}{f', sheet {one.sheet}' if one.sheet else ''}" for one in named)


def _visible(text: str) -> str:
    """Text that shows what it holds: marks that turn the direction of writing, and other controls, by their code."""
    return "".join(
        character if character.isprintable() or character in "\n\t" else f"\\u{ord(character):04x}"
        for character in text
    )
