"""Loading a protocol: from a file, or by the id of a shipped one, to frozen models that know their lines."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crlm.dictionary.toml_lines import Lines, lines_of
from crlm.problems import ArgumentError, Place, Problem, ProtocolError, nearest
from crlm.study.protocol.model import Protocol
from crlm.study.protocol.shape import shape_problems

SHIPPED = Path(__file__).parent.parent / "protocols"
LARGEST = 1_000_000
"""Bytes: a protocol is a text that people read."""
DATA_FILES = {".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".sav", ".dta", ".parquet"}


@dataclass(frozen=True)
class LoadedProtocol:
    """A protocol with the text that it was read from.

    `sha256` is the hash of the file's bytes, as `sha256sum` prints it; `name` is the file's name without its folder.
    """

    protocol: Protocol
    text: str
    sha256: str
    lines: Lines
    name: str

    def place(self, *path: str | int) -> Place:
        """Where a key stands: the file, the line, and the key in words."""
        return Place(file=self.name, line=self.lines.of(path), key=key_in_words(path, self.protocol))


def key_in_words(path: tuple[str | int, ...], protocol: Protocol) -> str:
    """A path as people read it: `endpoint.os.landmarks`; a table without a name by its number, from 1."""
    words = ""
    here: Any = protocol
    for part in path:
        if isinstance(part, str):
            here = getattr(here, part, None)
            words += f".{part}" if words else part
        else:
            here = here[part] if isinstance(here, tuple) and part < len(here) else None
            named = getattr(here, "id", None) or getattr(here, "name", None)
            words += f".{named}" if named else f"[{part + 1}]"
    return words


def find_protocol(name: str | Path) -> LoadedProtocol:
    """The protocol at a path, or the shipped one of that id; an ArgumentError says which ids there are."""
    text = str(name)
    if isinstance(name, Path) or Path(text).suffix or "/" in text or "\\" in text or Path(text).is_file():
        return load_protocol(Path(text))
    shipped = sorted(path.stem for path in SHIPPED.glob("*.toml"))
    if text in shipped:
        return load_protocol(SHIPPED / f"{text}.toml")
    close = nearest(text, shipped)
    fix = f'did you mean "{close}"?' if close else "give the path of a .toml file, or one of these ids."
    if Path(f"{text}.toml").is_file():
        fix = f'did you mean the file "{text}.toml"?'
    raise ArgumentError(
        Problem(
            "protocol-unknown", f'there is no protocol "{text}"', f"{', '.join(shipped)}, or a path.", fix
        )
    )


def shipped_protocols() -> tuple[LoadedProtocol, ...]:
    """Every protocol that comes with the software, by id."""
    return tuple(load_protocol(path) for path in sorted(SHIPPED.glob("*.toml")))


def load_protocol(path: Path) -> LoadedProtocol:
    """The protocol in a TOML file; a ProtocolError lists everything that is wrong with its shape.

    Whether its parts fit together is for `check_protocol`.
    """
    content = _content(path)
    text = _text(content, path.name)
    lines = lines_of(text)
    given = _parsed(text, path.name)
    problems = shape_problems(given, path.name, lines)
    if problems:
        raise ProtocolError(problems)
    return LoadedProtocol(
        protocol=Protocol.model_validate(given),
        text=text,
        sha256=hashlib.sha256(content).hexdigest(),
        lines=lines,
        name=path.name,
    )


def _content(path: Path) -> bytes:
    place = Place(file=str(path))
    if path.suffix.lower() in DATA_FILES:
        given = "this is a table, and a protocol is expected here"
        raise ProtocolError(
            Problem("protocol-file", given, "a .toml file.", "give the table with --data.", place)
        )
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise IsADirectoryError
        if size > LARGEST:
            given = f"the file has {size:,} bytes, and a protocol is a short text"
            raise ProtocolError(
                Problem(
                    "protocol-file",
                    given,
                    f"at most {LARGEST:,} bytes.",
                    "check that it is the protocol.",
                    place,
                )
            )
        return path.read_bytes()
    except FileNotFoundError:
        folder = path.parent if path.parent.is_dir() else Path()
        close = nearest(path.name, [one.name for one in folder.glob("*.toml")])
        fix = (
            f'did you mean "{close}"?'
            if close
            else "check the path; `crlm study list` names the shipped protocols."
        )
        raise ProtocolError(Problem("protocol-file", "there is no such file", None, fix, place)) from None
    except IsADirectoryError:
        raise ProtocolError(
            Problem("protocol-file", "this is a folder", "a .toml file.", "name the file in it.", place)
        ) from None
    except OSError as error:
        given = f"the file cannot be read ({error.strerror})"
        raise ProtocolError(Problem("protocol-file", given, None, "check its permissions.", place)) from None


def _text(content: bytes, name: str) -> str:
    """The text without a byte order mark."""
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        given = f"the file is not UTF-8: byte {error.start + 1} cannot be read"
        raise ProtocolError(
            Problem(
                "protocol-encoding",
                given,
                "UTF-8.",
                "save the file as UTF-8 in your editor.",
                Place(name, line),
            )
        ) from None


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProtocolError(_syntax_problem(str(error), text, name)) from None
    except RecursionError:
        given = "brackets are nested too deeply"
        raise ProtocolError(
            Problem("protocol-toml", given, None, "check that every [ has its ].", Place(name))
        ) from None


HINTS: tuple[tuple[str, str], ...] = (
    (r"[‘’“”„«»]", 'write plain quotes: "text".'),
    (r"^\s*[\w.-]+\s*:", "write `key = value`, with an equals sign."),
    (r"=\s*(True|False)\b", "write true or false in small letters."),
    (r"=\s*(None|null|nil|NA)\b", "leave the key out; there is no empty value."),
    (r"=\s*[-+]?\d+,\d+\s*(#.*)?$", "write decimals with a point: 0.5."),
    (r"=\s*\.\d", "write a digit before the point: 0.5."),
    (r"=\s*(#.*)?$", "give the key a value, or remove it."),
    (r"^\s*\[[^\]]*$", "close the bracket: [table] or [[table]]."),
    (r"^\s*[A-Za-z]\w*( \w+)+\s*=", 'write a name without blanks, for example "max_size".'),
    (r"\\", "a backslash must be doubled, or the text be put in single quotes: 'a\\b'."),
    (r"=\s*[A-Za-z]", 'put a text in quotes: "text".'),
)
"""What a line that is not TOML looks like, and the fix; the first that fits is given."""


def _syntax_problem(message: str, text: str, name: str) -> Problem:
    """The parser's message with its line shown and the likeliest fix."""
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    rows = text.split("\n")
    line = int(found.group(1)) if found else len(text.rstrip().split("\n"))
    said = re.sub(r"\s*\(at .*\)$", "", message)
    said = re.sub(r"\('(\w+)',?\)", r"[\1]", said)
    shown = rows[line - 1].strip() if line <= len(rows) else ""
    if not shown and line > 1:
        line, shown = line - 1, rows[line - 2].strip()
    fix = next((fix for pattern, fix in HINTS if re.search(pattern, shown)), None)
    twice = re.search(r"Cannot (?:declare|overwrite|mutate)", said)
    if twice:
        fix = "a key or table may stand once; a table that repeats is written [[name]], as in [[column]]."
    elif "Unclosed array" in said or "Unclosed inline" in said or "after an array" in said.lower():
        fix = "check the commas and the closing bracket."
    elif fix is None and shown.count('"') % 2:
        fix = 'close the text with ".'
    given = f"this is not TOML: {said[0].lower()}{said[1:]}, in `{shown[:80]}`"
    return Problem(
        "protocol-toml", given, None, fix or "check the quotes, brackets and commas.", Place(name, line)
    )
