"""Stretches of WordprocessingML: runs, paragraphs, fields, links, bookmarks.

The order of elements inside a property block is the schema's; Word refuses documents that break it. Checked against
ECMA-376 Part 1, section 17.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from crlm.rendering.escaping import escape
from crlm.rendering.tree import Inline, Run, Sign, Tone

TWIPS = 20
"""Twentieths of a point, Word's unit of length."""
_COLOURS: dict[Tone, str] = {"normal": "", "muted": "595959", "attention": "A30000"}


@dataclass
class Bookmarks:
    """Names that Word accepts (letters, digits and underscores, at most 40) for the ids of the report."""

    known: frozenset[str]
    _names: dict[str, str] = field(default_factory=dict)

    def name(self, identifier: str) -> str:
        """The bookmark's name of an id."""
        if identifier not in self._names:
            letters = "".join(one if one.isascii() and one.isalnum() else "_" for one in identifier)
            self._names[identifier] = f"b{len(self._names) + 1}_{letters}"[:40]
        return self._names[identifier]

    def around(self, identifier: str, content: str) -> str:
        """Content inside the bookmark of an id."""
        name = self.name(identifier)
        number = name[1:].split("_", 1)[0]
        start = f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>'
        return f'{start}{content}<w:bookmarkEnd w:id="{number}"/>'


def run(
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    colour: str = "",
    vertical: str = "",
    link: bool = False,
    code: bool = False,
) -> str:
    """A run; a newline in the text becomes a line break."""
    properties = '<w:rStyle w:val="Hyperlink"/>' if link else ""
    if code:
        properties += '<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New" w:cs="Courier New"/>'
    properties += "<w:b/><w:bCs/>" if bold else ""
    properties += "<w:i/><w:iCs/>" if italic else ""
    properties += f'<w:color w:val="{colour}"/>' if colour else ""
    properties += '<w:sz w:val="17"/><w:szCs w:val="17"/>' if code else ""
    properties += f'<w:vertAlign w:val="{vertical}"/>' if vertical else ""
    block = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    lines = f'<w:t xml:space="preserve">{escape(text)}</w:t>'.replace(
        "\n", '</w:t><w:br/><w:t xml:space="preserve">'
    )
    return f"<w:r>{block}{lines}</w:r>"


def runs(content: Inline, bookmarks: Bookmarks, *, tone: Tone = "normal", bold: bool = False) -> str:
    """Runs in their styles; links lead to bookmarks."""
    return "".join(_run(one, bookmarks, _COLOURS[tone], bold) for one in content)


def _run(one: Run, bookmarks: Bookmarks, colour: str, bold: bool) -> str:
    if one.sign is not None:
        return sign(one.sign, one.text)
    linked = one.target is not None and one.target in bookmarks.known
    vertical = "superscript" if one.superscript else "subscript" if one.subscript else ""
    made = run(
        one.text,
        bold=one.bold or bold,
        italic=one.italic,
        colour="" if linked else colour,
        vertical=vertical,
        link=linked,
        code=one.code,
    )
    if linked and one.target is not None:
        return hyperlink(bookmarks.name(one.target), made)
    return made


_FRAMES: dict[Sign, tuple[str, int]] = {
    "yes": ("single", 4),
    "no": ("single", 4),
    "unknown": ("dashed", 6),
    "warning": ("single", 12),
}


def sign(kind: Sign, answer: str) -> str:
    """A framed word: the answer in front of a statement."""
    properties = "<w:b/><w:bCs/>"
    properties += '<w:color w:val="FFFFFF"/>' if kind == "yes" else ""
    properties += '<w:sz w:val="13"/><w:szCs w:val="13"/>'
    if kind in _FRAMES:
        line, size = _FRAMES[kind]
        properties += f'<w:bdr w:val="{line}" w:sz="{size}" w:space="0" w:color="1A1A1A"/>'
    properties += '<w:shd w:val="clear" w:color="auto" w:fill="1A1A1A"/>' if kind == "yes" else ""
    unbroken = answer.replace(" ", "\u00a0")
    text = escape(f"\u00a0{unbroken}\u00a0" if kind in _FRAMES else unbroken)
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def hyperlink(bookmark: str, content: str) -> str:
    """A link to a bookmark of the same document."""
    return f'<w:hyperlink w:anchor="{bookmark}" w:history="1">{content}</w:hyperlink>'


def marks(letters: tuple[str, ...]) -> str:
    """Footnote marks, raised."""
    return run(",".join(letters), vertical="superscript") if letters else ""


def paragraph(
    content: str,
    style: str = "",
    *,
    keep_next: bool = False,
    above: float | None = None,
    below: float | None = None,
    left: float = 0.0,
    hanging: float = 0.0,
    align: str = "",
    section: str = "",
) -> str:
    """A paragraph in a style; lengths in points; `section` holds the properties of a section that ends here."""
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    properties += "<w:keepNext/>" if keep_next else ""
    spacing = "" if above is None else f' w:before="{round(above * TWIPS)}"'
    spacing += "" if below is None else f' w:after="{round(below * TWIPS)}"'
    properties += f"<w:spacing{spacing}/>" if spacing else ""
    hangs = f' w:hanging="{round(hanging * TWIPS)}"' if hanging else ""
    properties += f'<w:ind w:left="{round(left * TWIPS)}"{hangs}/>' if left else ""
    properties += f'<w:jc w:val="{align}"/>' if align else ""
    properties += section
    block = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    return f"<w:p>{block}{content}</w:p>"


def simple_field(instruction: str, shown: str, *, bold: bool = False) -> str:
    """A field that Word computes (PAGE, SEQ ...), with what it shows until then."""
    return f'<w:fldSimple w:instr=" {escape(instruction)} ">{run(shown, bold=bold)}</w:fldSimple>'


def field_mark(kind: str) -> str:
    """The begin, separate or end of a field that spans paragraphs."""
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def field_instruction(instruction: str) -> str:
    """The instruction of a field that spans paragraphs."""
    return f'<w:r><w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText></w:r>'
