"""Reading a case: input names and values, strict about what it takes and helpful about what it refuses.

What cannot be read as the input's own (a name or a level that does not exist) stops with an error. A number that is no
number, or that is impossible, is reported beside the results and counts as unknown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from crlm.pathway.case_values import ForeignValueError, UnusableValueError, is_number, read_value
from crlm.pathway.conditions.values import Value
from crlm.pathway.contradictions import Contradicted
from crlm.pathway.input_names import fix_for_name
from crlm.pathway.model import Input
from crlm.problems import DataError, Place, Problem, nearest

LARGEST = 1_000_000
"""Bytes: a case is a page of values."""
MOST_NAMED = 25
"""Names that are told one by one, with the nearest input; whoever gives more has given something else than a case."""
ALLOWED_NAMES = "the inputs of the pathway."


class CaseError(DataError):
    """A case that cannot be read; it lists everything that is wrong."""


@dataclass(frozen=True)
class Case:
    """The values of one patient at one date.

    `values` holds what is known, wholly or in part; an input that is absent is unknown. `given` is what was written.
    `findings` are values that could not be used. `origins` says where a value came from, when it was not just given.
    `as_text` names the numbers that were given as text, and used.
    """

    values: Mapping[str, Value]
    given: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Contradicted, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    as_text: tuple[str, ...] = ()


def read_case_file(path: Path, inputs: Mapping[str, Input]) -> Case:
    """The case in a JSON file, an object of input name to value; a CaseError lists everything that is wrong."""
    name = path.name or str(path)
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        folder = path.parent if path.parent.is_dir() else Path()
        close = nearest(name, [one.name for one in folder.glob("*.json")])
        fix = f'did you mean "{close}"?' if close else "check the path."
        raise CaseError(Problem("case-file", f"there is no file {name}", None, fix)) from None
    except OSError as error:
        raise CaseError(
            Problem("case-file", f"{name} cannot be read: {error.strerror}", None, "give a file.")
        ) from None
    return read_case_bytes(data, inputs, name)


def read_case_bytes(data: bytes, inputs: Mapping[str, Input], name: str | None = None) -> Case:
    """The case in the bytes of a JSON document: UTF-8, with or without a byte order mark."""
    if len(data) > LARGEST:
        given = f"this has more than {LARGEST:,} bytes"
        raise CaseError(_problem(given, "a case is a page of values.", Place(name)))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CaseError(_problem("this is not UTF-8", "UTF-8.", Place(name))) from None
    return read_case_text(text, inputs, name)


def read_case_text(text: str, inputs: Mapping[str, Input], name: str | None = None) -> Case:
    """The case in a JSON text; numbers keep their decimals exactly."""
    repeated: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                repeated.append(key)
            found[key] = value
        return found

    try:
        document = json.loads(text, parse_float=Decimal, parse_int=Decimal, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        place = Place(name, error.lineno)
        raise CaseError(
            Problem(
                "case-file", f"this is not JSON: {error.msg}", "an object of values.", "mend the line.", place
            )
        ) from None
    except (RecursionError, InvalidOperation) as error:
        given = (
            "this is nested too deeply"
            if isinstance(error, RecursionError)
            else "a number is too long to read"
        )
        raise CaseError(_problem(given, "an object of values.", Place(name))) from None
    problems = [
        Problem(
            "case-file",
            f'"{key}" stands twice',
            None,
            "keep one.",
            Place(name, _line(text, key)),
        )
        for key in list(dict.fromkeys(repeated))[:MOST_NAMED]
    ]
    try:
        case = read_case(document, inputs, name, text)
    except CaseError as error:
        raise CaseError([*problems, *error.problems]) from None
    if problems:
        raise CaseError(problems)
    return case


def read_case(document: Any, inputs: Mapping[str, Input], name: str | None = None, text: str = "") -> Case:
    """The case in a mapping of input name to value; a CaseError lists unknown names and every foreign value."""
    if not isinstance(document, Mapping):
        raise CaseError(_problem("this is not an object", "an object of input name to value.", Place(name)))
    problems, findings, as_text, foreign = [], [], [], 0
    values: dict[str, Value] = {}
    for key, given in document.items():
        if key not in inputs:
            foreign += 1
            if foreign <= MOST_NAMED:
                problems.append(_no_input(str(key), inputs, Place(name, _line(text, str(key)))))
            continue
        try:
            value = read_value(inputs[key], given)
        except ForeignValueError as refused:
            place = Place(name, _line(text, str(key)))
            problems.append(Problem("case-value", refused.given, refused.allowed, refused.fix, place))
        except UnusableValueError as finding:
            findings.append(Contradicted(finding.kind, (key,), finding.says, used=False))
        else:
            if value is not None:
                values[key] = value
            if isinstance(value, Decimal) and isinstance(given, str) and is_number(given):
                as_text.append(key)
    if foreign > MOST_NAMED:
        given = f"{foreign - MOST_NAMED} more names are no inputs"
        problems.append(Problem("case-input", given, ALLOWED_NAMES, "see crlm schema case.", Place(name)))
    if problems:
        raise CaseError(problems)
    ordered = {key: values[key] for key in inputs if key in values}
    return Case(values=ordered, given=dict(document), findings=tuple(findings), as_text=tuple(as_text))


def _no_input(name: str, inputs: Mapping[str, Input], place: Place) -> Problem:
    shown = name if len(name) <= 60 else f"{name[:57]}..."
    fix = fix_for_name(shown, inputs)
    return Problem("case-input", f'there is no input "{shown}"', ALLOWED_NAMES, fix, place)


def changed(case: Case, values: Mapping[str, Value]) -> Case:
    """The case with other values; None makes an input unknown."""
    found = {**case.values, **values}
    return replace(case, values={key: value for key, value in found.items() if value is not None})


def _problem(given: str, allowed: str, place: Place) -> Problem:
    return Problem("case-file", given, allowed, "see docs/pathway/language.md.", place)


def _line(text: str, key: str) -> int | None:
    """The line of a key in a JSON text."""
    found = re.search(rf'"{re.escape(key)}"\s*:', text)
    return text.count("\n", 0, found.start()) + 1 if found else None
