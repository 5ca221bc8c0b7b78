"""How wide a text is: advance widths read from the Liberation Sans files that are shipped.

Figures and column widths are laid out with these, so that nothing is clipped or collides, on every machine alike.
Liberation Sans is as wide as Arial and Helvetica, which browsers and Word use where it is not installed.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from pathlib import Path

FONTS = Path(__file__).with_name("fonts")
FAMILY = "Liberation Sans, Arial, Helvetica, sans-serif"


class Widths:
    """The advance widths of one font, in units of the em square."""

    def __init__(self, data: bytes) -> None:
        tables = {}
        for k in range(struct.unpack_from(">H", data, 4)[0]):
            tag, _, offset, _ = struct.unpack_from(">4sIII", data, 12 + 16 * k)
            tables[tag] = offset
        self._data = data
        self._units = struct.unpack_from(">H", data, tables[b"head"] + 18)[0]
        self._metrics = struct.unpack_from(">H", data, tables[b"hhea"] + 34)[0]
        self._hmtx = tables[b"hmtx"]
        self._segments = _character_map(data, tables[b"cmap"])

    def of(self, character: str) -> float:
        """The width of a character in ems; a character that the font lacks is as wide as its replacement box."""
        glyph = self._glyph(ord(character))
        return float(
            struct.unpack_from(">H", self._data, self._hmtx + 4 * min(glyph, self._metrics - 1))[0]
            / self._units
        )

    def has(self, character: str) -> bool:
        """Whether the font has the character."""
        return self._glyph(ord(character)) != 0

    def _glyph(self, code: int) -> int:
        for first, last, delta, address in self._segments:
            if first <= code <= last:
                if not address:
                    return (code + delta) & 0xFFFF
                glyph: int = struct.unpack_from(">H", self._data, address + 2 * (code - first))[0]
                return (glyph + delta) & 0xFFFF if glyph else 0
        return 0


def _character_map(data: bytes, start: int) -> tuple[tuple[int, int, int, int], ...]:
    """Segments (first, last, delta, address of the glyph array or 0) of the Unicode map of format 4."""
    for k in range(struct.unpack_from(">H", data, start + 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHI", data, start + 4 + 8 * k)
        table = start + offset
        if (platform, encoding) == (3, 1) and struct.unpack_from(">H", data, table)[0] == 4:
            count = struct.unpack_from(">H", data, table + 6)[0] // 2
            last = struct.unpack_from(f">{count}H", data, table + 14)
            first = struct.unpack_from(f">{count}H", data, table + 16 + 2 * count)
            delta = struct.unpack_from(f">{count}h", data, table + 16 + 4 * count)
            ranges = table + 16 + 6 * count
            shift = struct.unpack_from(f">{count}H", data, ranges)
            address = (ranges + 2 * k + shift[k] if shift[k] else 0 for k in range(count))
            return tuple(zip(first, last, delta, address, strict=True))
    raise ValueError("the font has no Unicode character map of format 4")


@lru_cache(maxsize=2)
def _font(bold: bool) -> Widths:
    return Widths((FONTS / f"LiberationSans-{'Bold' if bold else 'Regular'}.ttf").read_bytes())


@lru_cache(maxsize=4096)
def _character(character: str, bold: bool) -> float:
    return _font(bold).of(character)


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """The width in points of one line of text at a font size in points."""
    return size * sum(_character(character, bold) for character in text)


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> tuple[str, ...]:
    """The text in lines no wider than `width` points; a word that is wider is broken. Newlines are kept."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if text_width(longer, size, bold=bold) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            line = word
            while text_width(line, size, bold=bold) > width and len(line) > 1:
                cut = next(
                    k
                    for k in range(len(line) - 1, 0, -1)
                    if k == 1 or text_width(line[:k], size, bold=bold) <= width
                )
                lines.append(line[:cut])
                line = line[cut:]
        lines.append(line)
    return tuple(lines)
