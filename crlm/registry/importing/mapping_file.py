"""Loading a mapping: from a file, or by the id of a shipped one; every fault with its line."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

from pydantic import ValidationError

from crlm.dictionary.registry import RecordedVariable, RegistryDictionary
from crlm.dictionary.toml_lines import Lines, lines_of
from crlm.problems import ArgumentError, Place, Problem, ProtocolError, did_you_mean, nearest
from crlm.registry.importing.mapping import ColumnSource, Mapping, TableSource, conversion

SHIPPED = Path(__file__).parent.parent / "mappings"
LARGEST = 1_000_000
"""Bytes: a mapping is a text that people read."""


@dataclass(frozen=True)
class LoadedMapping:
    """A mapping, the name and SHA-256 of its file, and the line of each key."""

    mapping: Mapping
    name: str
    sha256: str
    lines: Lines

    def place(self, *path: str | int) -> Place:
        """Where a key stands."""
        return Place(file=self.name, line=self.lines.of(path), key=_key(path))


def find_mapping(name: Path | str, dictionary: RegistryDictionary) -> LoadedMapping:
    """The mapping at a path, or the shipped one of that id; a ProtocolError lists everything that is wrong with it."""
    text = str(name)
    shipped = sorted(path.stem for path in SHIPPED.glob("*.toml"))
    if text in shipped and not Path(text).is_file():
        return load_mapping(SHIPPED / f"{text}.toml", dictionary)
    if not Path(text).is_file():
        close = nearest(text, shipped)
        raise ArgumentError(
            Problem(
                "mapping-unknown",
                f'there is no mapping "{text}".',
                f"a path, or {', '.join(shipped)}.",
                f'did you mean "{close}"?' if close else "check the path.",
            )
        )
    return load_mapping(Path(text), dictionary)


def load_mapping(path: Path, dictionary: RegistryDictionary) -> LoadedMapping:
    """The mapping in a TOML file, checked against the dictionary."""
    place = Place(file=path.name)
    try:
        if path.stat().st_size > LARGEST:
            raise ProtocolError(
                Problem(
                    "mapping-file",
                    "the file is too large for a mapping.",
                    "a short text.",
                    "check that it is the mapping.",
                    place,
                )
            )
        content = path.read_bytes()
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        given = tomllib.loads(text)
    except OSError as error:
        fault = f"the file cannot be read: {error.strerror}."
        raise ProtocolError(Problem("mapping-file", fault, None, "check its permissions.", place)) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        fault = f"this is not TOML: {str(error).split(chr(10), 1)[0]}."
        raise ProtocolError(
            Problem("mapping-syntax", fault, "TOML in UTF-8.", "correct the line.", place)
        ) from None
    lines = lines_of(text)
    try:
        mapping = Mapping.model_validate(given)
    except ValidationError as error:
        raise ProtocolError([_shape_problem(one, path.name, lines) for one in error.errors()]) from None
    loaded = LoadedMapping(mapping, path.name, hashlib.sha256(content).hexdigest(), lines)
    problems = list(_problems(loaded, dictionary))
    if problems:
        raise ProtocolError(problems)
    return loaded


def _shape_problem(error: Any, file: str, lines: Lines) -> Problem:
    path = tuple(part for part in error["loc"] if part not in ("function-after[_fits(), ColumnSource]",))
    place = Place(file=file, line=lines.of(path), key=_key(path))
    match error["type"]:
        case "extra_forbidden":
            known = _known_keys(path)
            return Problem(
                "mapping-key-unknown",
                f'there is no key "{path[-1]}" here.',
                None,
                did_you_mean(str(path[-1]), known),
                place,
            )
        case "missing":
            return Problem(
                "mapping-key-missing", f'"{path[-1]}" is missing.', None, f"add {path[-1]} = ...", place
            )
        case "value_error":
            return Problem("mapping-value", f"{error['ctx']['error']}.", None, "correct the line.", place)
        case _:
            return Problem(
                "mapping-value",
                f"{error['msg'][0].lower()}{error['msg'][1:]}.",
                None,
                "correct the value.",
                place,
            )


def _known_keys(path: Sequence[str | int]) -> list[str]:
    from crlm.registry.importing.mapping import Reading, RowChoice

    models: dict[str, Any] = {"data": Reading, "rows": RowChoice}
    parents = [part for part in path[:-1] if isinstance(part, str)]
    if not parents:
        return list(Mapping.model_fields)
    if "columns" in parents:
        return list(ColumnSource.model_fields)
    return list(models.get(parents[-1], TableSource).model_fields)


def _key(path: Sequence[str | int]) -> str | None:
    words = ""
    for part in path:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else part
    return words or None


def _problems(loaded: LoadedMapping, dictionary: RegistryDictionary) -> Iterator[Problem]:
    """Names that the dictionary does not have, levels that a variable does not have, units that cannot be converted."""
    for number, source in enumerate(loaded.mapping.table):
        if source.name not in dictionary.by_name:
            yield Problem(
                "mapping-table-unknown",
                f'"{source.name}" is no table of the dictionary.',
                None,
                did_you_mean(source.name, list(dictionary.by_name)),
                loaded.place("table", number, "name"),
            )
            continue
        if (
            sum(one is not None for one in (source.file, source.sheet, source.sql)) > 1
            and source.sql is not None
        ):
            yield Problem(
                "mapping-value",
                "sql is for a database, file and sheet are for files.",
                None,
                "keep one of them.",
                loaded.place("table", number, "sql"),
            )
        table = dictionary.table(source.name)
        if source.columns is None:
            continue
        for name, column in source.columns.items():
            place = loaded.place("table", number, "columns", name)
            if name not in table.by_name:
                yield Problem(
                    "mapping-variable-unknown",
                    f"{source.name} has no variable {name}.",
                    None,
                    did_you_mean(name, list(table.by_name)),
                    place,
                )
            else:
                yield from _column_problems(column, table.by_name[name], place)
        for name in table.key:
            if name not in source.columns:
                yield Problem(
                    "mapping-key-column",
                    f"{name} is not mapped, and it tells the rows of {source.name} apart.",
                    None,
                    f"add {name} = ... (a column, or a template of columns).",
                    loaded.place("table", number, "columns"),
                )


def _column_problems(column: ColumnSource, variable: RecordedVariable, place: Place) -> Iterator[Problem]:
    name = variable.name
    faults = [*_unit_faults(column, variable), *_template_faults(column), *_level_faults(column, variable)]
    if (column.date_format is not None or column.days_after is not None) and variable.type != "date":
        faults.append((f"{name} is no date.", "remove date_format and days_after."))
    if column.ticked is not None and variable.type != "several":
        faults.append((f"{name} does not hold several levels.", "use column and values."))
    for given, fix in faults:
        yield Problem("mapping-value", given, None, fix, place)


Fault = tuple[str, str]
"""What is wrong, and what to do."""


def _unit_faults(column: ColumnSource, variable: RecordedVariable) -> Iterator[Fault]:
    if column.unit is None and column.multiply is None:
        return
    if not variable.is_numeric:
        yield f"{variable.name} is no number and has no unit.", "remove unit and multiply."
    elif column.unit is not None and variable.unit is None:
        yield f"{variable.name} has no unit in the dictionary.", "remove unit, or use multiply."
    elif column.unit is not None and conversion(column.unit, variable.unit or "") is None:
        yield f"how {column.unit} becomes {variable.unit} is not known.", "give the factor: multiply = ..."


def _template_faults(column: ColumnSource) -> Iterator[Fault]:
    if column.template is None:
        return
    try:
        parts = placeholders(column.template)
    except ValueError as error:
        yield f"the template is not understood: {error}.", 'write columns in braces: "{Patient-ID}-1".'
    else:
        if not parts:
            yield "the template names no column.", "use constant = ... for a fixed value."


def _level_faults(column: ColumnSource, variable: RecordedVariable) -> Iterator[Fault]:
    if not variable.level_names:
        return
    meant = [*(column.values or {}).values(), *([] if column.constant is None else [column.constant])]
    parts = [
        part.strip()
        for one in meant
        for part in (str(one).split(";") if variable.type == "several" else [str(one)])
    ]
    for level in (*parts, *(column.ticked or {})):
        if level not in variable.level_names and level not in MISSING_NAMES:
            yield f'"{level}" is no level of {variable.name}.', did_you_mean(level, variable.level_names)


MISSING_NAMES = ("unknown", "not_done", "not_applicable", "refused", "")
"""What a code may also be mapped to."""


def placeholders(template: str) -> list[str]:
    """The columns that a template names; a ValueError when it is not one."""
    found = []
    for _, name, form, conversion_ in Formatter().parse(template):
        if name is None:
            continue
        if not name or form or conversion_:
            raise ValueError("only plain names of columns may stand in braces")
        found.append(name)
    return found


def needed_headers(source: TableSource) -> dict[str, list[str]]:
    """The source's headers that each variable of a table needs."""
    needed: dict[str, list[str]] = {}
    for name, column in (source.columns or {}).items():
        if column.column is not None:
            needed[name] = [column.column]
        elif column.template is not None:
            needed[name] = placeholders(column.template)
        elif column.ticked is not None:
            needed[name] = list(column.ticked.values())
    return needed
