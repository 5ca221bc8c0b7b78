"""Reading a rule set from its folder: every problem of every file at once, each with its line."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from crlm.dictionary.toml_lines import lines_of
from crlm.pathway.check import RuleSetError, check_rules
from crlm.pathway.model import (
    ChangesFile,
    ConflictsFile,
    ContradictionsFile,
    CorrectionsFile,
    DefinitionsFile,
    GapsFile,
    InputsFile,
    Rule,
    SlidesFile,
    Topic,
)
from crlm.pathway.ruleset import RuleSet
from crlm.problems import Place, Problem, did_you_mean

SHIPPED = Path(__file__).parent
File = TypeVar("File", bound=BaseModel)


@cache
def shipped_rules() -> RuleSet:
    """The rule set that this version of the software ships."""
    return load_rules(SHIPPED)


def load_rules(folder: Path) -> RuleSet:
    """The rule set in a folder; a RuleSetError lists everything that is wrong in any of its files.

    `inputs.toml` and at least one file of rules must be there; of the files beside the rules each may be absent.
    """
    texts = _Texts(folder)
    inputs = texts.read("inputs.toml", InputsFile, needed=True)
    paths = sorted(path for path in (folder / "rules").glob("*.toml") if path.name != "definitions.toml")
    if not paths:
        texts.problems.append(
            Problem(
                "rules-file",
                "there are no rules",
                "one file a topic in the folder rules.",
                "name the folder that holds inputs.toml and rules.",
                Place(str(folder)),
            )
        )
    topics = [texts.read_topic(f"rules/{path.name}") for path in paths]
    definitions = texts.read("rules/definitions.toml", DefinitionsFile)
    conflicts = texts.read("conflicts.toml", ConflictsFile)
    contradictions = texts.read("contradictions.toml", ContradictionsFile)
    slides = texts.read("slides.toml", SlidesFile)
    corrections = texts.read("corrections.toml", CorrectionsFile)
    gaps = texts.read("gaps.toml", GapsFile)
    changes = texts.read("changes.toml", ChangesFile)
    if texts.problems:
        raise RuleSetError(texts.problems)
    ordered = tuple(sorted((one for one in topics if one is not None), key=lambda one: one.number))
    rules = [rule for topic in ordered for rule in topic.rule]
    assert inputs is not None
    shaped = RuleSet(
        inputs={one.name: one for one in inputs.input},
        topics=ordered,
        rules={rule.id: rule for rule in rules},
        definitions={one.name: one for one in definitions.definition} if definitions else {},
        conflicts=conflicts.conflict if conflicts else (),
        contradictions=contradictions.contradiction if contradictions else (),
        slides={one.id: one for one in slides.slide} if slides else {},
        changes=changes.change if changes else (),
        corrections=corrections.correction if corrections else (),
        gaps=gaps.gap if gaps else (),
        version=changes.change[-1].version if changes and changes.change else "0",
        sha256=texts.sha256(),
    )
    problems = texts.repeated() + check_rules(shaped, texts.place)
    if problems:
        raise RuleSetError(problems)
    return shaped


@dataclass(frozen=True)
class _Read:
    text: str
    content: Mapping[str, Any]


class _Texts:
    """The files as they are read, with the problems found so far and the place of every key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self._read: dict[str, _Read] = {}

    def read(self, name: str, model: type[File], *, needed: bool = False) -> File | None:
        """A file as its model; None when it is absent or has problems."""
        content = self._toml(name, needed)
        return None if content is None else self._shaped(name, model, content)

    def read_topic(self, name: str) -> Topic | None:
        """A file of rules; what the file says once holds for each of its rules."""
        content = self._toml(name, True)
        if content is None:
            return None
        once = {key: content[key] for key in ("topic", "version", "review_date") if key in content}
        rules = content.get("rule", [])
        if isinstance(rules, list):
            content = {
                **content,
                "rule": [{**once, **one} if isinstance(one, dict) else one for one in rules],
            }
        return self._shaped(name, Topic, content)

    def _toml(self, name: str, needed: bool) -> dict[str, Any] | None:
        try:
            text = (self.folder / name).read_text(encoding="utf-8")
            content = tomllib.loads(text)
        except FileNotFoundError:
            if needed:
                self._problem("there is no such file", name, None, "give the folder of a rule set.")
            return None
        except UnicodeDecodeError:
            self._problem("the file is not UTF-8", name, None, "save it as UTF-8.")
            return None
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            self._problem(
                f"this is not TOML: {error}", name, int(line.group(1)) if line else None, "mend the line."
            )
            return None
        self._read[name] = _Read(text, content)
        return content

    def _shaped(self, name: str, model: type[File], content: Mapping[str, Any]) -> File | None:
        try:
            return model.model_validate(content)
        except ValidationError as error:
            for one in error.errors(include_url=False, include_input=False):
                path = [part for part in one["loc"] if part != "[key]"]
                self._problem(
                    *_in_words(one["type"], one["msg"], path, model), self._line(name, path), name=name
                )
            return None

    def _problem(
        self, given: str, fix_or_name: str, line: int | None, fix: str | None = None, name: str | None = None
    ) -> None:
        file, mend = (fix_or_name, fix) if name is None else (name, fix_or_name)
        self.problems.append(Problem("rules-file", given, None, mend, Place(file, line)))

    def _line(self, name: str, path: Sequence[str | int]) -> int | None:
        return lines_of(self._read[name].text).of(path)

    def place(self, *path: str | int) -> Place:
        """Where a key of a rule, definition, conflict or contradiction stands: ("rule", "RES-04", "condition")."""
        table, wanted = path[0], path[1]
        for name, one in self._read.items():
            entries = one.content.get(str(table), [])
            for index, entry in enumerate(entries if isinstance(entries, list) else []):
                if wanted in (entry.get("id"), entry.get("name")):
                    line = lines_of(one.text).of((table, index, *path[2:]))
                    return Place(name, line, key=".".join(str(part) for part in path[1:]))
        return Place()

    def repeated(self) -> list[Problem]:
        """Ids and names that stand twice, in one file or in two."""
        problems = []
        for table in (
            "rule",
            "input",
            "definition",
            "conflict",
            "contradiction",
            "slide",
            "correction",
            "gap",
        ):
            seen: dict[str, str] = {}
            for name, one in self._read.items():
                for index, entry in enumerate(one.content.get(table, [])):
                    id_ = entry.get("id") if table not in ("input", "definition") else entry["name"]
                    if id_ in seen:
                        given = f"{id_} stands twice, here and in {seen[id_]}"
                        place = Place(name, lines_of(one.text).of((table, index)))
                        problems.append(Problem("rules-file", given, None, "remove one.", place))
                    seen.setdefault(str(id_), name)
        return problems

    def sha256(self) -> str:
        """The hash of every file that was read, names included."""
        digest = hashlib.sha256()
        for name in sorted(self._read):
            digest.update(f"{name}\0{self._read[name].text}\0".encode())
        return digest.hexdigest()


def _in_words(kind: str, message: str, path: Sequence[str | int], model: type[BaseModel]) -> tuple[str, str]:
    """What pydantic found, in our words, and the fix."""
    key = str(path[-1]) if path else "the file"
    if kind == "extra_forbidden":
        keys = list(Rule.model_fields if "rule" in path and len(path) == 3 else model.model_fields)
        return f"there is no key `{key}` here", did_you_mean(key, keys)
    if kind == "missing":
        return f"the key `{key}` is missing", "add it."
    said = message.removeprefix("Value error, ")
    return f"`{key}`: {said[:1].lower()}{said[1:]}", "see docs/pathway/language.md."
