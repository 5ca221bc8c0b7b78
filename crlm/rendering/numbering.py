"""What runs through a whole report while it is built: numbers of sections, tables and figures, marks of footnotes."""

from __future__ import annotations

from dataclasses import dataclass, field

from crlm.rendering.tree import Block, Footnote, Section, Tone


@dataclass
class Numbering:
    """The next number of each kind, in reading order."""

    _tables: int = 0
    _figures: int = 0
    _sections: int = 0

    def table(self) -> int:
        """The number of the next table."""
        self._tables += 1
        return self._tables

    def figure(self) -> int:
        """The number of the next figure."""
        self._figures += 1
        return self._figures

    def section(self, identifier: str, title: str, blocks: list[Block]) -> Section:
        """The next section; the sections in it that have no number yet get one under it."""
        self._sections += 1
        within = 0
        numbered: list[Block] = []
        for block in blocks:
            if isinstance(block, Section):
                within += 1
                numbered.append(Section(block.id, f"{self._sections}.{within}", block.title, block.blocks))
            else:
                numbered.append(block)
        return Section(identifier, str(self._sections), title, tuple(numbered))


@dataclass
class Footnotes:
    """The notes under one table: the same words get the same mark, in the order in which they are met."""

    _marks: dict[str, str] = field(default_factory=dict)
    _general: list[Footnote] = field(default_factory=list)

    def mark(self, text: str | None) -> str:
        """The letter for a note; an empty string for no note."""
        if not text:
            return ""
        sentence = sentence_case(text)
        if sentence not in self._marks:
            self._marks[sentence] = _letters(len(self._marks))
        return self._marks[sentence]

    def note(self, text: str, tone: Tone = "normal") -> None:
        """A note on the whole table; repeated words are said once."""
        footnote = Footnote(sentence_case(text), None, tone)
        if footnote not in self._general:
            self._general.append(footnote)

    def all(self) -> tuple[Footnote, ...]:
        """The notes on the whole table, then the marked ones."""
        return (*self._general, *(Footnote(text, mark) for text, mark in self._marks.items()))


def _letters(index: int) -> str:
    """a, b ... z, aa, ab ..."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(ord("a") + rest) + text
    return text


def sentence_case(text: str) -> str:
    """A reason or note as a sentence: a capital in front, a full stop behind."""
    text = text.strip()
    first = text.split(" ", 1)[0]
    if first.islower() and first != "p":
        text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def listed(parts: list[str]) -> str:
    """Words in a list: "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def lower_first(text: str) -> str:
    """The words inside a sentence: a first capital goes, unless the first word is an abbreviation or a lone letter."""
    first = text.split(" ", 1)[0]
    return text[0].lower() + text[1:] if first[1:].islower() else text
