"""`python -m tests.evidence.audit_pages`: write the audit of every shipped paper as docs/evidence/audits/<paper>.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from crlm.evidence import paper, papers
from crlm.evidence.audit import audit
from crlm.evidence.audit.checks import CHECKS
from crlm.evidence.audit.report import entries, report
from crlm.evidence.audit.report.document import CHECKS_IN_WORDS
from crlm.rendering.tree import (
    Block,
    BulletList,
    Document,
    Inline,
    KeyValues,
    Paragraph,
    Section,
    Table,
)

FOLDER = Path(__file__).parents[2] / "docs" / "evidence" / "audits"
WRITTEN = (
    "<!-- Written by `python -m tests.evidence.audit_pages`: change the tables or the checks, not this. -->"
)
SPECIAL = re.compile(r"([\\`*\[\]|<>#~])")


def page(paper_id: str) -> str:
    """The audit of a paper as Markdown."""
    found = paper(paper_id)
    return markdown(report(found, audit(found), created=""))


def index() -> str:
    """The list of the pages."""
    lines = [
        WRITTEN,
        "",
        "# Audits of the papers",
        "",
        "What `crlm evidence audit` says of each paper of the library; [how it works](../audit.md).",
        "",
        "| paper | cannot be as printed | contradictions | doubtful | comparisons |",
        "|---|---|---|---|---|",
    ]
    for one in papers():
        checked = audit(paper(one))
        severities = [entry.severity for entry in entries(checked)]
        tested = sum(result.tested for result in checked.results)
        counts = " | ".join(
            str(severities.count(kind)) for kind in ("impossible", "contradiction", "doubtful")
        )
        lines.append(f"| [{one}]({one}.md) | {counts} | {tested:,} |")
    lines += [
        "",
        "## The checks",
        "",
        "| check | id | what it does, and when it is silent |",
        "|---|---|---|",
    ]
    lines += [f"| {escape(one.title)} | `{one.id}` | {escape(one.words)} |" for one in CHECKS]
    return "\n".join(lines) + "\n"


def pages() -> dict[str, str]:
    """Every page by the name of its file."""
    return {"README.md": index(), **{f"{one}.md": page(one) for one in papers()}}


def markdown(document: Document) -> str:
    """A document as Markdown; links inside it are left out."""
    lines = [WRITTEN, "", f"# {escape(document.title)}", "", escape(document.subtitle), ""]
    for section in document.sections:
        if section.id != CHECKS_IN_WORDS:
            lines += _section(section, 2)
    lines += ["[What each check does, and when it is silent](README.md#the-checks)"]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def _section(section: Section, level: int) -> Iterator[str]:
    yield from (f"{'#' * level} {escape(section.heading)}", "")
    for block in section.blocks:
        if isinstance(block, Section):
            yield from _section(block, level + 1)
        else:
            yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield from (_text(block.runs), "")
    elif isinstance(block, BulletList):
        yield from (*(f"- {_text(one)}" for one in block.items), "")
    elif isinstance(block, KeyValues):
        yield from _pairs(block)
    elif isinstance(block, Table):
        yield from _table(block)
    else:
        raise TypeError(type(block).__name__)


def _pairs(block: KeyValues) -> Iterator[str]:
    for term, value in block.items:
        lines = _text(value).split("<br>")
        if term.startswith("Finding"):
            yield from (f"**{term}.** {lines[0]}", "")
        elif len(lines) == 1:
            yield f"- *{escape(term)}*: {lines[0]}"
        else:
            yield f"- *{escape(term)}*:"
            yield from (f"  - {line}" for line in lines)
    yield ""


def _table(table: Table) -> Iterator[str]:
    yield from (f"**{table.label}.** {escape(table.caption)}", "")
    heads = [escape(one.text) for one in table.header[-1]]
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in table.body:
        yield f"| {' | '.join(_text(one.runs) for one in row.cells)} |"
    yield ""
    for note in table.footnotes:
        yield from (escape(note.text), "")


def _text(runs: Inline) -> str:
    parts = []
    for run in runs:
        text = escape(run.text).replace("\n", "<br>")
        parts.append(f"**{text}**" if run.bold else text)
    return "".join(parts)


def escape(text: str) -> str:
    """Text as itself in Markdown."""
    return SPECIAL.sub(r"\\\1", text)


def main() -> None:
    """Write every page, and remove those of papers that are gone."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    written = pages()
    for old in FOLDER.glob("*.md"):
        if old.name not in written:
            old.unlink()
    for name, text in written.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
