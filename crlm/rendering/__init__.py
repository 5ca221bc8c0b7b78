"""From finished words to ink: one tree of sections, tables and figures, written as HTML, Word, PDF, CSV and SVG."""

from crlm.rendering.files import FORMATS, Format, write_document

__all__ = ["FORMATS", "Format", "write_document"]
