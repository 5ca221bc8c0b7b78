"""The files of a document: what is written where, and the two processor cores that make the slow ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from crlm.rendering.html import render_html
from crlm.rendering.tables_csv import render_csv
from crlm.rendering.tree import Document, Figure

if TYPE_CHECKING:
    import typst

Format = Literal["html", "docx", "pdf", "csv", "figures"]
FORMATS: tuple[Format, ...] = ("html", "docx", "pdf", "csv", "figures")


def write_document(
    document: Document,
    directory: Path,
    *,
    formats: Collection[Format] = FORMATS,
    name: str = "report",
    tell: Callable[[str], None] = lambda _: None,
) -> tuple[Path, ...]:
    """Write a document into a directory, which is made when it is not there, and return the files in a stable order.

    html is NAME.html, docx NAME.docx, pdf NAME.pdf, csv tables/ID.csv, figures figures/ID.svg, .pdf and .png
    (300 to the inch). Files that are there are overwritten; nothing else is touched. `tell` hears what is being made.
    The same document gives the same bytes. Raises OSError when a file cannot be written.
    """
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown:
        raise ValueError(f"unknown formats {unknown}; allowed: {', '.join(FORMATS)}")
    directory.mkdir(parents=True, exist_ok=True)
    files: dict[Path, bytes] = {}
    with ThreadPoolExecutor(2, "report") as pool:
        tell("Drawing figures")
        slow = _start(document, formats, pool)
        if "html" in formats:
            tell("Writing HTML")
            files[directory / f"{name}.html"] = render_html(document).encode()
        if "csv" in formats:
            tell("Writing tables")
            names = _table_names(document)
            files |= {
                directory / "tables" / names[one.id]: render_csv(one, document) for one in document.tables()
            }
        if "figures" in formats:
            files |= {directory / "figures" / f"{one.id}.svg": one.svg.encode() for one in document.figures()}
        if "docx" in formats:
            from crlm.rendering.word import render_word

            tell("Writing Word")
            images = {one.id: slow[f"{one.id}.png"].result() for one in document.figures()}
            files[directory / f"{name}.docx"] = render_word(document, images)
        if "pdf" in formats:
            tell("Writing PDF")
            files[directory / f"{name}.pdf"] = slow["report.pdf"].result()
        if "figures" in formats:
            for one in document.figures():
                for suffix in ("pdf", "png"):
                    files[directory / "figures" / f"{one.id}.{suffix}"] = slow[f"{one.id}.{suffix}"].result()
    for path, content in files.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return tuple(sorted(files))


def _table_names(document: Document) -> dict[str, str]:
    """The file of each table: the id that the protocol gave it, unless another table has that name."""
    taken = {one.id for one in document.tables()}
    short = {one: one.removeprefix("table-") for one in taken}
    return {one: f"{one if name in taken else name}.csv" for one, name in short.items()}


def _start(
    document: Document, formats: Collection[Format], pool: ThreadPoolExecutor
) -> dict[str, Future[bytes]]:
    """Give the pool what typst makes: the PDF of the report first, it takes longest; then every figure."""
    started: dict[str, Future[bytes]] = {}
    if not {"pdf", "docx", "figures"} & set(formats):
        return started
    from crlm.rendering import pdf

    own = threading.local()

    def compiler() -> typst.Compiler:
        """A compiler of this thread's own: they cannot be shared, and loading the fonts takes a moment."""
        if not hasattr(own, "compiler"):
            own.compiler = pdf.compiler()
        made: typst.Compiler = own.compiler
        return made

    def png(figure: Figure) -> bytes:
        return pdf.figure_png(figure, compiler())

    def page(figure: Figure) -> bytes:
        return pdf.figure_pdf(figure, document, compiler())

    if "pdf" in formats:
        started["report.pdf"] = pool.submit(pdf.render_pdf, document)
    for one in document.figures():
        if {"docx", "figures"} & set(formats):
            started[f"{one.id}.png"] = pool.submit(png, one)
        if "figures" in formats:
            started[f"{one.id}.pdf"] = pool.submit(page, one)
    return started
