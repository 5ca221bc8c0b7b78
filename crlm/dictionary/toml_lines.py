"""Where in a TOML text each key stands, so that a problem can name its line.

The text has been read by `tomllib` before: it is valid, and this scanner only needs to find its way through it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Path = tuple[str | int, ...]

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
BARE_VALUE = re.compile(r"[^,\]}#\n]*")
PLAIN = {'"': re.compile(r'[^"\\]+'), "'": re.compile(r"[^']+")}
"""A stretch of a text in either quotes that neither ends it nor starts an escape."""


@dataclass(frozen=True)
class Lines:
    """The line (from 1) of each table, key and array element, by its path: ("column", 3, "levels")."""

    at: Mapping[Path, int]

    def of(self, path: Sequence[str | int]) -> int | None:
        """The line of a path, or of the nearest table or key around it; None when there is none."""
        for length in range(len(path), 0, -1):
            if tuple(path[:length]) in self.at:
                return self.at[tuple(path[:length])]
        return None


def lines_of(text: str) -> Lines:
    """The lines of every table, key and array element of a valid TOML text."""
    scanner = _Scanner(text)
    with contextlib.suppress(IndexError, RecursionError):  # not TOML after all: what was found still helps
        scanner.document()
    return Lines(scanner.found)


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.line = 1
        self.found: dict[Path, int] = {}
        self.tables: dict[Path, int] = {}  # how many tables each array of tables has so far

    def document(self) -> None:
        table: Path = ()
        while self._next():
            if self._peek() == "[":
                table = self._header()
            else:
                self._pair(table)

    def _peek(self) -> str:
        return self.text[self.place]

    def _advance(self, count: int = 1) -> str:
        taken = self.text[self.place : self.place + count]
        self.line += taken.count("\n")
        self.place += count
        return taken

    def _next(self) -> bool:
        """Go to the next sign that means something; False at the end."""
        while self.place < len(self.text):
            if self._peek() == "#":
                end = self.text.find("\n", self.place)
                self._advance((end if end >= 0 else len(self.text)) - self.place)
            elif self._peek().isspace():
                self._advance()
            else:
                return True
        return False

    def _blanks(self) -> None:
        while self._peek() in " \t":
            self._advance()

    def _note(self, path: Path, line: int) -> None:
        self.found.setdefault(path, line)

    def _header(self) -> Path:
        line = self.line
        many = self.text.startswith("[[", self.place)
        self._advance(2 if many else 1)
        keys = self._keys()
        self._advance(2 if many else 1)
        path = self._current(keys[:-1], line)
        path = (*path, keys[-1])
        if many:
            self._note(path, line)
            self.tables[path] = self.tables.get(path, -1) + 1
            path = (*path, self.tables[path])
        else:
            path = self._latest(path)
        self._note(path, line)
        return path

    def _current(self, keys: Sequence[str], line: int) -> Path:
        path: Path = ()
        for key in keys:
            path = self._latest((*path, key))
            self._note(path, line)
        return path

    def _latest(self, path: Path) -> Path:
        """An array of tables stands for its last table so far."""
        return (*path, self.tables[path]) if path in self.tables else path

    def _keys(self) -> list[str]:
        """A dotted key: bare and quoted parts."""
        keys = []
        while True:
            self._blanks()
            if self._peek() in "\"'":
                keys.append(self._string()[1:-1])
            else:
                bare = BARE_KEY.match(self.text, self.place)
                if bare is None:
                    raise IndexError("no key")
                keys.append(self._advance(len(bare.group())))
            self._blanks()
            if self._peek() != ".":
                return keys
            self._advance()

    def _pair(self, table: Path) -> None:
        line = self.line
        keys = self._keys()
        if self._peek() != "=":
            raise IndexError("no value")
        self._advance()
        path = table
        for key in keys:
            path = (*path, key)
            self._note(path, line)
        self._blanks()
        self._value(path)

    def _value(self, path: Path) -> None:
        first = self._peek()
        if first in "\"'":
            self._string()
        elif first == "[":
            self._array(path)
        elif first == "{":
            self._inline_table(path)
        else:
            bare = BARE_VALUE.match(self.text, self.place)
            self._advance(max(1, len(bare.group()) if bare else 1))

    def _string(self) -> str:
        start = self.place
        quote = self.text[start : start + 3]
        quote = quote if quote in ('"""', "'''") else self._peek()
        self._advance(len(quote))
        while not self.text.startswith(quote, self.place):
            plain = PLAIN[quote[0]].match(self.text, self.place)
            if plain:
                self._advance(len(plain.group()))
            else:
                self._advance(2 if self._peek() == "\\" else 1)
        self._advance(len(quote))
        while len(quote) == 3 and self.place < len(self.text) and self._peek() == quote[0]:
            self._advance()  # up to two more quotes may end a multi-line string
        return self.text[start : self.place]

    def _array(self, path: Path) -> None:
        self._advance()
        index = 0
        while self._next() and self._peek() != "]":
            self._note((*path, index), self.line)
            self._value((*path, index))
            index += 1
            if self._next() and self._peek() == ",":
                self._advance()
        self._advance()

    def _inline_table(self, path: Path) -> None:
        self._advance()
        while self._next() and self._peek() != "}":
            self._pair(path)
            if self._next() and self._peek() == ",":
                self._advance()
        self._advance()
