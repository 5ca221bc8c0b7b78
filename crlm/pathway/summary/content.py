"""What stands on the page, read from `page.toml`: ids of rules, statements and inputs, and no logic."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import Field

from crlm.dictionary.variables import Frozen, Name
from crlm.pathway.model import RuleId, Words


class KnownGroup(Frozen):
    """Inputs that say who the patient is; with `only_if`, only where that input is yes."""

    title: Words
    inputs: tuple[Name, ...]
    only_if: Name | None = None


class FactorGroup(Frozen):
    """Rules that stand in two columns: `for` and `against`, or `criteria` by their results."""

    title: Words
    left: Words
    right: Words
    criteria: tuple[RuleId, ...] = ()
    speaks_for: tuple[RuleId, ...] = Field(default=(), alias="for")
    against: tuple[RuleId, ...] = ()
    when: RuleId | None = None
    unless: tuple[Words, ...] = ()


class EvidenceChoice(Frozen):
    """Numbers that stand under an option: statements of the deck, or effects of a paper of the library."""

    rule: RuleId
    statements: tuple[Words, ...] = ()
    paper: Words | None = None
    effects: tuple[Words, ...] = ()


class OptionChoice(Frozen):
    """An option that the sources name."""

    title: Words
    conditions: tuple[RuleId, ...]
    always: tuple[RuleId, ...] = ()
    applies: tuple[RuleId, ...] = ()
    evidence: tuple[EvidenceChoice, ...] = ()


class Prompts(Frozen):
    """Rules that only ask for a missing value."""

    rules: tuple[RuleId, ...]


class Quiet(Frozen):
    """Inputs that are shown when they are recorded, and not named when they are not."""

    inputs: tuple[Name, ...]


class Page(Frozen):
    """The whole file."""

    known: tuple[KnownGroup, ...]
    short: dict[Name, str]
    absent: dict[Name, str]
    quiet: Quiet
    factors: tuple[FactorGroup, ...]
    prompts: Prompts
    option: tuple[OptionChoice, ...]


@cache
def shipped_page() -> Page:
    """The page that this version of the software ships."""
    return Page.model_validate(tomllib.loads(Path(__file__).with_name("page.toml").read_text("utf-8")))
