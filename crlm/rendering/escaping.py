"""What users write stays text: the characters that HTML, SVG and WordprocessingML keep for themselves."""

from __future__ import annotations

_CONTROL: dict[int, str | None] = {
    code: None for code in (*range(32), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF) if chr(code) not in "\t\n"
}
_MARKUP: dict[int, str | None] = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;"}
_BOTH = _CONTROL | _MARKUP


def without_control_characters(text: str) -> str:
    """Text without what XML forbids and no font can show; tabs and line breaks stay."""
    return text.translate(_CONTROL)


def escape(text: str) -> str:
    """Text as an element's content or a quoted attribute."""
    return text.translate(_BOTH)
