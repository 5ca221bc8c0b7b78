"""The end of a report: data findings, the STROBE checklist, the protocol in words, and where the numbers come from."""

from __future__ import annotations

from crlm.rendering import numbers
from crlm.rendering.numbering import Footnotes, Numbering, sentence_case
from crlm.rendering.tree import (
    Block,
    BulletList,
    Column,
    HeaderCell,
    Inline,
    KeyValues,
    Paragraph,
    Row,
    Run,
    Section,
    Table,
    cell,
    inline,
)
from crlm.study.results import ChecklistItem, Finding, Results

_SEVERITY = {"error": "Error", "warning": "Warning", "info": "Note"}


def data_report(results: Results, numbering: Numbering) -> Section:
    """What was noticed in the data, worst first."""
    notes = [Paragraph(inline(text)) for text in results.provenance.data.notes]
    if not results.findings:
        return numbering.section(
            "data", "Data report", [*notes, Paragraph(inline("Nothing was noticed in the data."))]
        )
    order = {"error": 0, "warning": 1, "info": 2}
    findings = sorted(results.findings, key=lambda one: order[one.severity])
    footnotes = Footnotes()
    footnotes.note(
        "Rows are counted as a spreadsheet shows them: the header is row 1. At most the first few are listed."
    )
    table = Table(
        id="findings",
        number=numbering.table(),
        caption="What was noticed in the data; nothing was changed",
        columns=(
            Column("severity"),
            Column("column"),
            Column("finding"),
            Column("records", "right"),
            Column("rows"),
        ),
        header=(tuple(HeaderCell(text) for text in ("Kind", "Column", "Finding", "Records", "First rows")),),
        body=tuple(_finding(one) for one in findings),
        footnotes=footnotes.all(),
    )
    return numbering.section("data", "Data report", [*notes, table])


def _finding(finding: Finding) -> Row:
    rows = ", ".join(str(row) for row in finding.rows)
    return Row(
        (
            cell(_SEVERITY[finding.severity], tone="normal" if finding.severity == "info" else "attention"),
            cell(finding.column or numbers.NONE),
            cell(finding.sentence),
            cell(numbers.count(finding.count) if finding.count else numbers.NONE),
            cell(rows or numbers.NONE),
        )
    )


def strobe(results: Results, sections: list[Section], numbering: Numbering) -> Section:
    """The checklist; where an item is answered is a link to the section, with its number."""
    places = {section.id: f"{section.number} {section.title}" for section in sections}
    body: list[Row] = []
    for k, item in enumerate(results.strobe):
        if k == 0 or item.section != results.strobe[k - 1].section:
            body.append(Row((cell(item.section, columns=5),), "group"))
        body.append(_item(item, places))
    notes = Footnotes()
    notes.note(
        "STROBE: strengthening the reporting of observational studies in epidemiology, cohort studies, version 4; "
        "topics in our words."
    )
    table = Table(
        id="strobe-checklist",
        number=numbering.table(),
        caption="STROBE checklist: where each item is answered",
        columns=(Column("item"), Column("topic"), Column("status"), Column("where"), Column("comment")),
        header=(tuple(HeaderCell(text) for text in ("Item", "Topic", "Status", "Where", "Remark")),),
        body=tuple(body),
        footnotes=notes.all(),
    )
    return numbering.section("strobe", "STROBE checklist", [table])


def _item(item: ChecklistItem, places: dict[str, str]) -> Row:
    linked = item.anchor is not None and item.anchor in places
    where = places[item.anchor] if linked and item.anchor else item.where or numbers.NONE
    return Row(
        (
            cell(item.item),
            cell(item.topic),
            cell(
                item.status,
                tone="attention" if item.status in ("not answered", "partly answered") else "normal",
            ),
            cell(where, target=item.anchor if linked else None),
            cell(sentence_case(item.comment) if item.comment else ""),
        )
    )


def protocol(results: Results, numbering: Numbering) -> Section:
    """The protocol in words, as it was run."""
    blocks: list[Block] = [
        Section(f"protocol-{k}", "", one.title, (BulletList(tuple(inline(text) for text in one.sentences)),))
        for k, one in enumerate(results.protocol, start=1)
    ]
    return numbering.section("protocol", "The protocol in words", blocks)


def provenance(results: Results, numbering: Numbering) -> Section:
    """Hashes, versions, seed and time: what is needed to get the same numbers again."""
    source = results.provenance
    data = source.data
    items: list[tuple[str, Inline]] = [
        ("Study", inline(f"{results.study.id}, version {results.study.version}")),
        ("Protocol", inline(f"{source.protocol}, SHA-256 ", Run(source.protocol_sha256, code=True))),
        (
            "Data",
            inline(
                f"{data.name}{f', sheet {data.sheet}' if data.sheet else ''} ({data.format}), SHA-256 ",
                Run(data.sha256, code=True),
            ),
        ),
        (
            "Rows and columns",
            inline(f"{numbers.count(data.rows)} rows, {numbers.count(data.columns)} columns"),
        ),
        ("Synthetic", inline("yes" if data.synthetic else "no")),
        ("Software", inline("; ".join(f"{name} {version}" for name, version in source.software.items()))),
        ("Created", inline(source.created)),
        ("Seed", inline(str(source.seed))),
        ("Confidence level", inline(numbers.level_words(results.study.level))),
        ("How numbers are printed", inline(numbers.STYLE)),
        (
            "Unrounded numbers",
            inline(
                "results.json holds every number of this report, unrounded, with its denominator and method."
            ),
        ),
    ]
    return numbering.section("provenance", "Provenance", [KeyValues(tuple(items))])
