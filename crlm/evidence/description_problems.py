"""What is wrong with a paper.toml: every problem with its line, what is allowed and the smallest fix."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from crlm.dictionary.toml_lines import Lines
from crlm.evidence.description import Description
from crlm.problems import Place, Problem, did_you_mean, nearest

IN_WORDS = {
    "string_type": ("a text", 'put it in quotes: "..."'),
    "int_type": ("a whole number", "write it without quotes and without a point."),
    "float_type": ("a number", "write it without quotes, with a point."),
    "tuple_type": ("a list", "put it in square brackets: [...]."),
    "model_type": ("a table", "write its keys under a heading in square brackets."),
}
PATTERNS = {
    "[a-z0-9]": "small letters, digits, dots, underscores and hyphens.",
    "10": "a DOI without its address: 10.1000/xyz123.",
    r"\d{4}": "YYYY, YYYY-MM or YYYY-MM-DD.",
}


def description_problems(text_as_json: str, file: str, lines: Lines) -> tuple[Problem, ...]:
    """Every problem of the shape of a paper.toml (its values as JSON), by line; none when it can be loaded."""
    try:
        Description.model_validate_json(text_as_json)
    except ValidationError as error:
        found = [_problem(one, file, lines) for one in _without_misspelt(error.errors())]
        return tuple(sorted(found, key=lambda problem: problem.place.line or 0))
    return ()


def _without_misspelt(errors: list[Any]) -> Iterator[Any]:
    """The errors; `titel = ...` is one mistake, not an unknown key and an absent one."""
    unknown = [one["loc"] for one in errors if one["type"] == "extra_forbidden"]
    for one in errors:
        beside = [str(path[-1]) for path in unknown if path[:-1] == one["loc"][:-1]]
        if one["type"] != "missing" or nearest(str(one["loc"][-1]), beside) is None:
            yield one


def _problem(error: Any, file: str, lines: Lines) -> Problem:
    path = tuple(error["loc"])
    kind, context = error["type"], error.get("ctx", {})
    parent, key = path[:-1], str(path[-1]) if path else ""
    place = Place(file=file, line=lines.of(path), key=_words(path))
    value = error.get("input")
    if kind == "extra_forbidden":
        keys = list(_keys(parent))
        where = f"[{_words(parent)}]" if parent else "paper.toml"
        return Problem(
            "evidence-key",
            f'{where} has no key "{key}"',
            f"{', '.join(keys)}.",
            did_you_mean(key, keys),
            place,
        )
    if kind == "missing":
        where = f"[{_words(parent)}]" if parent else "paper.toml"
        fix = f"add [{key}]." if not parent else f"add `{key} = ...`."
        return Problem("evidence-key", f'{where} needs "{key}"', _description(parent, key), fix, place)
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"])
        return Problem(
            "evidence-key",
            f'"{value}" is not allowed',
            f"{', '.join(allowed)}.",
            did_you_mean(str(value), allowed),
            place,
        )
    if kind == "string_pattern_mismatch":
        allowed_form = next(words for part, words in PATTERNS.items() if part in context["pattern"])
        return Problem("evidence-key", f'"{value}" has not the right form', allowed_form, None, place)
    if kind in IN_WORDS:
        allowed_kind, fix = IN_WORDS[kind]
        return Problem("evidence-key", f"{value!r} is not {allowed_kind}", f"{allowed_kind}.", fix, place)
    return Problem(
        "evidence-key", f"{value!r}: {error['msg'][:1].lower()}{error['msg'][1:]}", None, None, place
    )


def _words(path: tuple[str | int, ...]) -> str:
    words = ""
    for part in path:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else part
    return words


def _model_at(path: tuple[str | int, ...]) -> type[BaseModel] | None:
    model: Any = Description
    for part in path:
        if isinstance(part, int):
            continue
        model = next(
            (_inner(one.annotation) for name, one in model.model_fields.items() if name == part), None
        )
        if model is None:
            return None
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


def _inner(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is tuple else annotation


def _keys(path: tuple[str | int, ...]) -> Iterator[str]:
    """The keys of a table as they are written in the file."""
    model = _model_at(path)
    for name, field in model.model_fields.items() if model is not None else ():
        yield field.alias or name


def _description(path: tuple[str | int, ...], key: str) -> str | None:
    model = _model_at(path)
    found = None if model is None else model.model_fields.get(key)
    return None if found is None else found.description
