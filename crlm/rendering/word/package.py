"""A Word document as the zip file that it is, with the same bytes for the same content."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from crlm.rendering.escaping import escape
from crlm.rendering.tree import Document

HERE = Path(__file__).parent
MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MOMENT = (1980, 1, 1, 0, 0, 0)
HEADER, FOOTER = "rId4", "rId5"


def image_relation(index: int) -> str:
    """The relation id of the image of the first, second ... figure."""
    return f"rId{index + 10}"


def write_package(document: Document, parts: Mapping[str, str], images: list[bytes]) -> bytes:
    """The zip file: `parts` are document.xml, header.xml and footer.xml by name, `images` PNGs in order."""
    texts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _package_relations(),
        "docProps/core.xml": _core(document),
        "docProps/app.xml": _application(),
        "word/_rels/document.xml.rels": _document_relations(len(images)),
        **{f"word/{name}": text for name, text in parts.items()},
        **{f"word/{name}": (HERE / name).read_text(encoding="utf-8") for name in _SHIPPED},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in texts.items():
            archive.writestr(_entry(name, zipfile.ZIP_DEFLATED), text.encode())
        for k, image in enumerate(images):
            archive.writestr(_entry(f"word/media/figure{k + 1}.png", zipfile.ZIP_STORED), image)
    return buffer.getvalue()


_SHIPPED = ("styles.xml", "numbering.xml", "settings.xml")


def _entry(name: str, compression: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.compress_type = compression
    entry.external_attr = 0o644 << 16
    return entry


def _content_types() -> str:
    parts = {
        "document": f"{_WORD}.document.main+xml",
        "styles": f"{_WORD}.styles+xml",
        "numbering": f"{_WORD}.numbering+xml",
        "settings": f"{_WORD}.settings+xml",
        "header": f"{_WORD}.header+xml",
        "footer": f"{_WORD}.footer+xml",
    }
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{kind}"/>' for name, kind in parts.items()
    )
    return (
        f'{_DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
        f"{overrides}"
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        '<Override PartName="/docProps/app.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/></Types>'
    )


def _relations(relations: list[tuple[str, str, str]]) -> str:
    made = "".join(
        f'<Relationship Id="{one}" Type="{kind}" Target="{target}"/>' for one, kind, target in relations
    )
    return f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{made}</Relationships>'


def _package_relations() -> str:
    return _relations(
        [
            ("rId1", f"{RELATIONS}/officeDocument", "word/document.xml"),
            ("rId2", f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            ("rId3", f"{RELATIONS}/extended-properties", "docProps/app.xml"),
        ]
    )


def _document_relations(images: int) -> str:
    named = [
        ("rId1", "styles"),
        ("rId2", "numbering"),
        ("rId3", "settings"),
        (HEADER, "header"),
        (FOOTER, "footer"),
    ]
    relations = [(one, f"{RELATIONS}/{name}", f"{name}.xml") for one, name in named]
    relations += [
        (image_relation(k), f"{RELATIONS}/image", f"media/figure{k + 1}.png") for k in range(images)
    ]
    return _relations(relations)


def _core(document: Document) -> str:
    stamp = escape(document.created)
    return (
        f'{_DECLARATION}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(document.title)}</dc:title><dc:subject>{escape(document.data)}</dc:subject>"
        f"<dc:creator>{escape('; '.join(document.authors))}</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{stamp}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{stamp}</dcterms:modified>'
        f"<dc:language>{document.language}</dc:language></cp:coreProperties>"
    )


def _application() -> str:
    schema = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
    return f'{_DECLARATION}<Properties xmlns="{schema}"><Application>crlm</Application></Properties>'
