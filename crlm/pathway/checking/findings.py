"""What a check finds, and what a rule set says is known: `checks.toml`, beside the rules."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StringConstraints, ValidationError

from crlm.dictionary.toml_lines import lines_of
from crlm.dictionary.variables import Frozen, Name
from crlm.pathway.check import RuleSetError
from crlm.pathway.conditions.values import Value
from crlm.pathway.model import ConflictId, Words
from crlm.pathway.ruleset import RuleSet
from crlm.problems import Place, Problem, did_you_mean

FILE = "checks.toml"
Check = Literal[
    "unreachable",
    "only-contradictory",
    "never-unknown",
    "always-applies",
    "opposites",
    "gap",
    "class-without-rule",
    "idle-input",
    "thresholds",
    "answer-turns",
    "two-valued-for-nothing",
    "never-bites",
    "never-contradicts",
    "declared-for-nothing",
]
Said = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}-\d{2} \S.*$")]
"""A rule and one of its results: `RES-04 met`, `DER-01 resectable`."""


class Proposition(Frozen):
    """Something that several rules speak about.

    `says_so` and `says_not` are the results that say that it is so, and that it is not. `speaks_for` and
    `speaks_against` are factors: two of them may stand side by side, unless they are drawn from the same input.
    `complete` promises an answer, `says_so` or `says_not`, on every case of which everything is known.
    """

    name: Name
    means: Words
    says_so: tuple[Said, ...] = ()
    says_not: tuple[Said, ...] = ()
    speaks_for: tuple[Said, ...] = ()
    speaks_against: tuple[Said, ...] = ()
    complete: StrictBool = False


class Known(Frozen):
    """Findings that are known, with the reason why they stand.

    With `shown_by` the reason holds only if one of these conflicts is shown on every case of the finding; that is
    proved, and where it fails the finding is new.
    """

    check: Check
    subjects: tuple[Words, ...] = Field(min_length=1)
    reason: Words
    shown_by: tuple[ConflictId, ...] = ()


class ChecksFile(Frozen):
    """`checks.toml`."""

    proposition: tuple[Proposition, ...] = ()
    known: tuple[Known, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One thing that a check found.

    `subject` names it and stays the same while the rules do; `says` is a sentence; `case` shows it where a case can.
    `reason` says why it stands, when it is known: from `checks.toml`, or the conflict that shows it to the board.
    """

    check: Check
    subject: str
    says: str
    case: Mapping[str, Value] | None = None
    reason: str | None = None


def read_checks(folder: Path, rules: RuleSet) -> ChecksFile:
    """The `checks.toml` of a rule set, empty where there is none; a RuleSetError lists what is wrong in it."""
    try:
        text = (folder / FILE).read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except FileNotFoundError:
        return ChecksFile()
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        line = re.search(r"line (\d+)", str(error))
        place = Place(FILE, int(line.group(1)) if line else None)
        raise RuleSetError(_problem(f"this is not TOML: {error}", "mend the line.", place)) from None
    lines = lines_of(text)
    try:
        read = ChecksFile.model_validate(content)
    except ValidationError as error:
        raise RuleSetError(
            _problem(
                f"`{'.'.join(str(part) for part in one['loc'])}`: {one['msg']}",
                "see docs/pathway/checks.md.",
                Place(FILE, lines.of([part for part in one["loc"] if part != "[key]"])),
            )
            for one in error.errors(include_url=False, include_input=False)
        ) from None
    places = [Place(FILE, lines.of(("proposition", index))) for index in range(len(read.proposition))]
    problems = list(_foreign(read, rules, places))
    if problems:
        raise RuleSetError(problems)
    return read


def _foreign(read: ChecksFile, rules: RuleSet, places: list[Place]) -> Iterator[Problem]:
    """Results that no rule has, and conflicts that do not exist."""
    conflicts = [one.id for one in rules.conflicts]
    for known in read.known:
        for id_ in set(known.shown_by) - set(conflicts):
            given = f"{known.subjects[0]} is said to be shown by {id_}, and there is no such conflict"
            yield _problem(given, did_you_mean(id_, conflicts), Place(FILE))
    for one, where in zip(read.proposition, places, strict=True):
        for said in (*one.says_so, *one.says_not, *one.speaks_for, *one.speaks_against):
            id_, result = said.split(" ", 1)
            if id_ not in rules.rules:
                given = f"the proposition {one.name} names {id_}, and there is no such rule"
                yield _problem(given, did_you_mean(id_, list(rules.rules)), where)
            elif result not in results_of(rules, id_):
                given = f"the proposition {one.name} names the result {result}, which {id_} does not have"
                yield _problem(given, did_you_mean(result, results_of(rules, id_)), where)


def results_of(rules: RuleSet, rule: str) -> list[str]:
    """The results of a rule about which a proposition can speak."""
    one = rules.rules[rule]
    if one.condition is not None:
        return ["met", "not_met"]
    return list(dict.fromkeys(label.label for label in one.labels)) or ["show"]


def _problem(given: str, fix: str, place: Place) -> Problem:
    return Problem("rules-file", given, None, fix, place)


def explained(findings: list[Finding], known: tuple[Known, ...]) -> list[Finding]:
    """The findings with the reasons of those that are known; one declared and not found is a finding itself."""
    reasons = {
        (one.check, subject): None if one.shown_by else one.reason
        for one in known
        for subject in one.subjects
    }
    told = [replace(one, reason=one.reason or reasons.get((one.check, one.subject))) for one in findings]
    found = {(one.check, one.subject) for one in findings}
    for check, subject in reasons:
        if (check, subject) not in found:
            says = f"checks.toml declares {check} of {subject}, which is not found."
            told.append(Finding("declared-for-nothing", f"{check}: {subject}", says))
    return told
