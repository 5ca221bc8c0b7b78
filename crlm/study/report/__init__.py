"""The report of a study: the results document as HTML, Word, PDF, CSV and figures; a rendering computes nothing."""

from crlm.rendering.files import FORMATS, Format
from crlm.study.report.content import build_document
from crlm.study.report.files import write_report

__all__ = ["FORMATS", "Format", "build_document", "write_report"]
