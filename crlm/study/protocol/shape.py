"""What is wrong with a protocol's shape: unknown and absent keys, values of the wrong kind, values not allowed.

Everything is listed at once, with the line, what was given, what is allowed and the smallest fix. Types are as strict
as TOML's: a number in quotes is a text, and is refused rather than converted.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from crlm.dictionary.toml_lines import Lines, Path
from crlm.dictionary.variables import Level
from crlm.problems import Place, Problem, did_you_mean, nearest
from crlm.study.protocol.model import Candidate, Protocol, Row

BARE_FORMS = (Row, Candidate, Level)
"""Tables for which a bare text may stand."""

IN_WORDS: dict[type, str] = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
NAME_RULE = "a letter, then letters, digits or underscores."
IDENTIFIER_RULE = "small letters, digits, dots, underscores and hyphens."


def shape_problems(given: Mapping[str, Any], file: str, lines: Lines) -> tuple[Problem, ...]:
    """Every problem of a parsed protocol's shape, in the order of the lines; none when it can be loaded."""
    finder = _Finder(given, file, lines)
    finder.mistyped(Protocol, given, ())
    try:
        Protocol.model_validate(given)
    except ValidationError as error:
        for one in error.errors():
            finder.refused(one)
    finder.drop_absent_keys_that_were_misspelt()
    return tuple(sorted(finder.problems.values(), key=lambda problem: problem.place.line or 0))


class _Finder:
    def __init__(self, given: Mapping[str, Any], file: str, lines: Lines) -> None:
        self.given = given
        self.file = file
        self.lines = lines
        self.problems: dict[Path, Problem] = {}

    def add(
        self, path: Path, code: str, given: str, allowed: str | None = None, fix: str | None = None
    ) -> None:
        """A problem of a path, unless one is known there already."""
        if path not in self.problems:
            place = Place(file=self.file, line=self.lines.of(path), key=self._words(path) or None)
            self.problems[path] = Problem(code, given, allowed, fix, place)

    def _words(self, path: Path) -> str:
        words, here = "", self.given
        for part in path:
            here = _step(here, part)
            if isinstance(part, str):
                words += f".{part}" if words else part
            else:
                named = here.get("id") or here.get("name") if isinstance(here, Mapping) else None
                words += f".{named}" if isinstance(named, str) else f"[{part + 1}]"
        return words

    # -- kinds of values ---------------------------------------------------------------------------------------------

    def mistyped(self, wanted: Any, given: Any, path: Path) -> None:
        """Values of another kind than the models want, wherever they stand."""
        choices = _choices(wanted)
        if len(choices) > 1:  # a code: any plain value
            if isinstance(given, Mapping | list) or not isinstance(given, choices):
                self._kind(path, given, "a number, a text, true or false")
            return
        kind = choices[0]
        if get_origin(kind) is Literal:
            if not isinstance(given, str):
                self._kind(path, given, f"one of {_quoted(get_args(kind))}")
        elif get_origin(kind) is tuple:
            self._tuple(get_args(kind), given, path)
        elif issubclass(kind, BaseModel):
            self._table(kind, given, path)
        elif not _is(kind, given):
            self._kind(path, given, IN_WORDS[kind])
        elif isinstance(given, float) and not math.isfinite(given):
            self.add(
                path,
                "protocol-type",
                f"{given} is no number",
                "a finite number.",
                "leave the key out for no limit.",
            )

    def _kind(self, path: Path, given: Any, allowed: str) -> None:
        fix = None
        if (
            isinstance(given, str)
            and allowed in ("a number", "a whole number")
            and re.fullmatch(r"[-+]?[\d.]+", given)
        ):
            fix = f"write it without quotes: {given}."
        elif isinstance(given, str) and allowed == "true or false":
            fix = "write true or false without quotes."
        elif isinstance(given, int | float | datetime.date | datetime.time) and allowed == "a text":
            fix = f'put it in quotes: "{str(given).lower() if isinstance(given, bool) else given}".'
        self.add(path, "protocol-type", f"{_shown(given)} is not {allowed}", f"{allowed}.", fix)

    def _tuple(self, kinds: tuple[Any, ...], given: Any, path: Path) -> None:
        if not isinstance(given, list):
            table = isinstance(given, Mapping) and len(path) <= 2
            fix = (
                f"write [[{'.'.join(str(part) for part in path)}]], with double brackets." if table else None
            )
            if isinstance(given, str | int | float):
                fix = f"put it in square brackets: [{_shown(given)}]."
            self.add(path, "protocol-type", f"{_shown(given)} is not a list", "a list.", fix)
            return
        fixed = len(kinds) == 2 and kinds[1] is not ...
        if fixed and len(given) != 2:
            self.add(
                path,
                "protocol-value",
                f"the list has {len(given)} of its 2 values",
                "two: [lowest, highest].",
            )
        for index, one in enumerate(given):
            self.mistyped(kinds[0], one, (*path, index))

    def _table(self, kind: type[BaseModel], given: Any, path: Path) -> None:
        if isinstance(given, str) and kind in BARE_FORMS:
            return
        if not isinstance(given, Mapping):
            listed = isinstance(given, list) and len(path) == 1
            fix = f"write [{path[0]}], with single brackets." if listed else None
            allowed = "a table of keys" + (", or a name in quotes." if kind in BARE_FORMS else ".")
            self.add(path, "protocol-type", f"{_shown(given)} is not a table", allowed, fix)
            return
        for key, value in given.items():
            if key in kind.model_fields:
                self.mistyped(kind.model_fields[key].annotation, value, (*path, key))

    # -- what the models refuse ----------------------------------------------------------------------------------------

    def refused(self, error: Any) -> None:
        """One error of the models, in our words; type errors are already known from `mistyped`."""
        path = self._written(error["loc"], absent=error["type"] == "missing")
        context = error.get("ctx", {})
        given = _step_all(self.given, path)
        match error["type"]:
            case "extra_forbidden":
                self._unknown_key(path)
            case "missing" if isinstance(path[-1], str):
                self._absent_key(path)
            case "literal_error":
                self._choice(path, given, re.findall(r"'([^']*)'", context["expected"]))
            case "string_pattern_mismatch":
                self._pattern(path, str(given), context["pattern"])
            case "value_error":
                self.add(path, "protocol-value", _sentence(error["msg"].removeprefix("Value error, ")))
            case "too_short" if not given:
                self.add(path, "protocol-value", "the list is empty", "at least one.")
            case "string_too_short":
                self.add(path, "protocol-value", "the text is empty", "at least one letter.")
            case "string_too_long":
                self.add(
                    path,
                    "protocol-value",
                    "the text is too long",
                    f"at most {context['max_length']} characters.",
                )
            case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal" as bound:
                self._bound(path, given, bound, context)
            case _ if not self._known_around(path):
                self.add(path, "protocol-value", _sentence(error["msg"]))

    def _known_around(self, path: Path) -> bool:
        return any(path[:length] in self.problems for length in range(len(path) + 1)) or any(
            known[: len(path)] == path for known in self.problems
        )

    def _written(self, location: tuple[str | int, ...], *, absent: bool) -> Path:
        """The part of a location that the file has (the models add steps of their own), with an absent key."""
        path: Path = ()
        here: Any = self.given
        for part in location:
            if not _has(here, part):
                break
            here, path = _step(here, part), (*path, part)
        return (*path, location[len(path)]) if absent and len(path) < len(location) else path

    def _fields(self, path: Path) -> dict[str, Any]:
        model = _model_at(path)
        return dict(model.model_fields) if model is not None else {}

    def _unknown_key(self, path: Path) -> None:
        key, known = str(path[-1]), list(self._fields(path[:-1]))
        where = f"[{self._words(path[:-1])}]" if len(path) > 1 else "a protocol"
        homes = [name for name, field in Protocol.model_fields.items() if key in _keys_of(field.annotation)]
        fix = did_you_mean(key, known, most=20)
        if nearest(key, known) is None and homes:
            fix = f'"{key}" is a key of [{homes[0]}].'
        self.add(path, "protocol-unknown-key", f'{where} has no key "{key}"', f"{', '.join(known)}.", fix)

    def _absent_key(self, path: Path) -> None:
        key = str(path[-1])
        where = f"[{self._words(path[:-1])}]" if len(path) > 1 else "the protocol"
        if len(path) == 1:
            many = get_origin(_choices(Protocol.model_fields[key].annotation)[0]) is tuple
            fix = f"add {'[[' + key + ']]' if many else '[' + key + ']'}."
        else:
            fix = f"add `{key} = ...`."
        field = self._fields(path[:-1]).get(key)
        self.add(
            path, "protocol-missing-key", f'{where} needs "{key}"', field.description if field else None, fix
        )

    def drop_absent_keys_that_were_misspelt(self) -> None:
        """`tiem = ...` is one mistake, not an unknown key and an absent one."""
        unknown = [path for path, one in self.problems.items() if one.code == "protocol-unknown-key"]
        for path, problem in list(self.problems.items()):
            misspelt = [str(one[-1]) for one in unknown if one[:-1] == path[:-1]]
            if problem.code == "protocol-missing-key" and nearest(str(path[-1]), misspelt):
                del self.problems[path]

    def _choice(self, path: Path, given: Any, allowed: list[str]) -> None:
        fix = did_you_mean(str(given), allowed)
        self.add(path, "protocol-value", f"{_shown(given)} is not allowed", f"{_quoted(allowed)}.", fix)

    def _pattern(self, path: Path, given: str, pattern: str) -> None:
        identifier = pattern.startswith("^[a-z0-9]")
        kept = re.sub(
            r"[^a-z0-9._-]+" if identifier else r"\W+", "-" if identifier else "_", given, flags=re.ASCII
        )
        if identifier:
            kept = re.sub(r"[^a-z0-9._-]+", "-", given.lower()).strip("-._")
        kept = kept.strip("_") or "name"
        kept = kept if identifier or kept[0].isalpha() else f"x{kept}"
        rule = IDENTIFIER_RULE if identifier else NAME_RULE
        self.add(path, "protocol-value", f'"{given}" is not a name', rule, f'write "{kept}".')

    def _bound(self, path: Path, given: Any, bound: str, context: Mapping[str, Any]) -> None:
        words = {
            "greater_than": "above",
            "greater_than_equal": "at least",
            "less_than": "below",
            "less_than_equal": "at most",
        }
        limit = next(context[key] for key in ("gt", "ge", "lt", "le") if key in context)
        percent = path[-1] == "level" and isinstance(given, int | float) and 1 < given < 100
        fix = f"write {given / 100:g}." if percent else None
        allowed = f"a number {words[bound]} {limit:g}."
        self.add(path, "protocol-value", f"{_shown(given)} is not allowed", allowed, fix)


def _is(kind: type, given: Any) -> bool:
    """Whether a TOML value is of a kind: a whole number is a number too, true is neither."""
    if isinstance(given, bool):
        return kind is bool
    if kind is float:
        return isinstance(given, int | float)
    if kind is int:
        return isinstance(given, int) or (isinstance(given, float) and given.is_integer())
    return isinstance(given, kind)


def _choices(annotation: Any) -> tuple[Any, ...]:
    """The kinds that an annotation allows, without None and without its constraints."""
    if get_origin(annotation) is Annotated:
        return _choices(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return tuple(
            choice for one in get_args(annotation) if one is not type(None) for choice in _choices(one)
        )
    return (annotation,)


def _inside(annotation: Any) -> Any:
    """The kind of a list's elements, or the kind itself."""
    kind = _choices(annotation)[0]
    return _inside(get_args(kind)[0]) if get_origin(kind) is tuple else kind


def _model_at(path: Path) -> type[BaseModel] | None:
    """The model of the table at a path."""
    model: Any = Protocol
    for part in path:
        if isinstance(part, int):
            continue
        if not (isinstance(model, type) and issubclass(model, BaseModel)) or part not in model.model_fields:
            return None
        model = _inside(model.model_fields[part].annotation)
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


def _keys_of(annotation: Any) -> Iterator[str]:
    inside = _inside(annotation)
    if isinstance(inside, type) and issubclass(inside, BaseModel):
        yield from inside.model_fields


def _has(here: Any, part: str | int) -> bool:
    if isinstance(part, int):
        return isinstance(here, list) and part < len(here)
    return isinstance(here, Mapping) and part in here


def _step(here: Any, part: str | int) -> Any:
    return here[part] if _has(here, part) else None


def _step_all(here: Any, path: Path) -> Any:
    for part in path:
        here = _step(here, part)
    return here


def _shown(given: Any) -> str:
    """A value as the file has it, shortened."""
    say: Callable[[Any], str] = str
    match given:
        case str():
            text = f'"{given}"'
        case bool():
            text = say(given).lower()
        case list():
            text = "a list"
        case Mapping():
            text = "a table"
        case _:
            text = say(given)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _quoted(words: Any) -> str:
    return ", ".join(f'"{word}"' for word in words)


def _sentence(text: str) -> str:
    return text[0].lower() + text[1:] if text[:1].isupper() and text[1:2].islower() else text
