"""From the bytes of a text file to its text; an encoding is found only where the bytes prove it."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Literal

from crlm.problems import DataError
from crlm.registry.reading.table import refuse

Encoding = Literal["utf-8", "windows-1252", "utf-16"]

FOREIGN_BEGINNINGS = (
    (b"PK\x03\x04", "an Excel workbook (or another zip file)", ".xlsx"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", ".xls"),
    (b"PAR1", "a Parquet file", ".parquet"),
    (b"$FL2", "an SPSS file", ".sav"),
    (b"$FL3", "a compressed SPSS file", ".zsav"),
    (b"<stata_dta>", "a Stata file", ".dta"),
)


def decode(data: bytes, declared: Encoding | None, name: str) -> tuple[str, str]:
    """The text and a sentence on the encoding.

    Undeclared: a byte order mark decides; without one the bytes must be UTF-8 to the last, which text in
    another encoding practically never is. Windows-1252 fits nearly any bytes, so it is never concluded, only
    declared. Raises DataError with the line, the byte and the fix. The text keeps its line ends.
    """
    for beginning, what, extension in FOREIGN_BEGINNINGS:
        if data.startswith(beginning):
            raise refuse(
                "file-is-something-else",
                f"this is {what}, not text.",
                file=name,
                allowed="delimited text in a .csv, .tsv or .txt file.",
                fix=f"give the file its own extension, {extension}.",
            )
    marked = _byte_order_mark(data)
    if declared and marked and declared != marked:
        raise refuse(
            "encoding-contradicts-mark",
            f"the protocol says {declared}, but the file begins with the mark of {marked}.",
            file=name,
            line=1,
            allowed=f'encoding = "{marked}", or none.',
            fix="remove encoding from [data]: the mark decides.",
        )
    if declared == "windows-1252":
        return _strictly(data, "cp1252", lambda at: _not_in_the_declared(data, at, declared, name)), ""
    if (declared or marked) == "utf-16":
        text = _strictly(data, "utf-16", lambda at: _not_in_the_declared(data, at, "utf-16", name))
        return text, "" if declared else "Encoding: UTF-16, by its byte order mark."
    text = _strictly(data, "utf-8-sig", lambda at: _not_utf_8(data, at, name))
    how = "by its byte order mark" if marked else "every byte fits"
    return text, "" if declared else f"Encoding: UTF-8 ({how})."


def refuse_null_characters(text: str, name: str) -> None:
    """A NUL inside text means a damaged or a binary file, or UTF-16 without its mark."""
    at = text.find("\0")
    if at < 0:
        return
    every_second = text[:400].count("\0") * 3 > len(text[:400])
    raise refuse(
        "text-has-null-characters",
        "the text holds NUL characters, so it is damaged, not text at all, or in another encoding.",
        file=name,
        line=text.count("\n", 0, at) + 1,
        allowed="text.",
        fix='set [data] encoding = "utf-16".' if every_second else "export the table again.",
    )


def _byte_order_mark(data: bytes) -> Encoding | None:
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8"
    return "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else None


def _strictly(data: bytes, codec: str, refused: Callable[[int], DataError]) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        mark = len(codecs.BOM_UTF8) if codec == "utf-8-sig" and data.startswith(codecs.BOM_UTF8) else 0
        raise refused(error.start + mark) from None


def _not_utf_8(data: bytes, at: int, name: str) -> DataError:
    return refuse(
        "encoding-not-utf-8",
        f"byte {at + 1} (0x{data[at]:02X}) is not UTF-8; in windows-1252 this would read "
        f'"{_around(data, at)}".',
        file=name,
        line=data.count(b"\n", 0, at) + 1,
        allowed="UTF-8 (or UTF-16 with its mark), unless the protocol declares the encoding.",
        fix='if that reads well, set [data] encoding = "windows-1252"; else export the table as UTF-8.',
    )


def _not_in_the_declared(data: bytes, at: int, declared: str, name: str) -> DataError:
    return refuse(
        "encoding-not-as-declared",
        f"byte {at + 1} (0x{data[at]:02X}) is not {declared}, which the protocol declares.",
        file=name,
        line=data.count(b"\n", 0, at) + 1,
        allowed=f"{declared} throughout.",
        fix="correct or remove encoding in [data], or export the table again.",
    )


def _around(data: bytes, at: int, width: int = 12) -> str:
    """The bytes around a place as windows-1252 shows them, within their line."""
    start = max(data.rfind(b"\n", 0, at) + 1, at - width)
    end = data.find(b"\n", at)
    end = min(end if end >= 0 else len(data), at + width)
    return data[start:end].decode("cp1252", errors="replace").strip()
