"""What stands in the files of the pathway: frozen models, one per kind of table (docs/pathway/language.md)."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt, StringConstraints, model_validator

from crlm.dictionary.variables import Frozen, Name, Variable

RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}-\d{2}$")]
ConflictId = Annotated[str, StringConstraints(pattern=r"^AMB-\d{2}$")]
SlideId = Annotated[str, StringConstraints(pattern=r"^S\d{2}$")]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Kind = Literal["computable", "judgement", "evidence"]
Origin = Literal["deck", "paper", "software", "consequence", "inference"]


class Range(Frozen):
    """The limits of a number; each may be absent."""

    at_least: float | None = None
    more_than: float | None = None
    at_most: float | None = None

    def in_words(self) -> str:
        """`0 to 100`, `at least 0`, `more than 0`."""
        if self.at_least is not None and self.at_most is not None:
            return f"{self.at_least:g} to {self.at_most:g}"
        return (
            f"more than {self.more_than:g}" if self.more_than is not None else f"at least {self.at_least:g}"
        )


class Input(Frozen):
    """One input of a case.

    A value may always be unknown. `per_lesion` inputs hold one value for each lesion and are only displayed;
    `judgement` inputs are asked with their `question`, never worked out; `derived` says from what an input follows
    where a case is put together (the evaluation reads it as it is given). `display_only` inputs are named by no
    condition. `label` is what sentences call it, `level_words` what they call a level whose name is not its words.
    `fixed` inputs cannot become something else once they are known (a mutation, an age, what has been given).
    A `closed` integer has so few values that another one is refused, as a level is, where other numbers are reported.
    """

    name: Name
    label: Words | None = None
    fixed: StrictBool = False
    level_words: dict[Name, Words] = Field(default_factory=dict)
    topic: Words
    type: Literal["category", "number", "integer", "date"]
    unit: Words | None = None
    levels: tuple[Name, ...] = ()
    range: Range | None = None
    closed: StrictBool = False
    per_lesion: StrictBool = False
    judgement: StrictBool = False
    derived: Words | None = None
    display_only: StrictBool = False
    definition: Words
    question: Words | None = None

    @model_validator(mode="after")
    def _fits_its_type(self) -> Input:
        if (self.type == "category") != bool(self.levels):
            raise ValueError("a category has levels, and nothing else does")
        if self.range is not None and self.type not in ("number", "integer"):
            raise ValueError("only numbers have a range")
        ends = self.range is not None and self.range.at_least is not None and self.range.at_most is not None
        if self.closed and not (self.type == "integer" and ends):
            raise ValueError("only an integer with both ends of its range is closed")
        if self.judgement and self.question is None:
            raise ValueError("a judgement needs the question that asks for it")
        if not set(self.level_words) <= set(self.levels):
            raise ValueError("level_words are words for levels of the input")
        return self

    @property
    def called(self) -> str:
        """What sentences call the input: its label, else its name in words."""
        return self.label or self.name.replace("_", " ")

    def level_called(self, level: str) -> str:
        """What sentences call a level."""
        return self.level_words.get(level, level.replace("_", " "))

    def variable(self, source: str | None) -> Variable:
        """The input as a variable of the dictionary, for the check of conditions."""
        return Variable.model_validate(
            {
                "name": self.name, "label": self.name, "type": self.type, "unit": self.unit,
                "levels": self.levels, "source": source,
            }
        )  # fmt: skip


class Source(Frozen):
    """Where a rule stands: on a slide of the deck or in a paper, and where on it."""

    slide: SlideId | None = None
    paper: Words | None = None
    at: Words | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        if (self.slide is None) == (self.paper is None):
            raise ValueError("a source is a slide or a paper")
        return self


class Label(Frozen):
    """One label of a rule that gives labels; the last one has no `when`."""

    label: Words
    when: Words | None = None


class Flag(Frozen):
    """A flag that stands beside a label when it is raised."""

    flag: Words
    when: Words


class Rule(Frozen):
    """One entry of the catalogue."""

    id: RuleId
    title: Words
    topic: Words
    kind: Kind
    origin: Origin
    inputs: tuple[Name, ...]
    applies_when: Words | None = None
    condition: Words | None = None
    labels: tuple[Label, ...] = ()
    show: Literal[True] | None = None
    name: Name | None = None
    unknown_labels: tuple[Words, ...] = ()
    flags: tuple[Flag, ...] = ()
    flags_heading: Words | None = None
    computed: dict[Name, Words] = Field(default_factory=dict)
    two_valued: Words | None = None
    conclusion: Words
    fires: StrictBool = False
    strength: Words | None = None
    evidence: tuple[Words, ...] = ()
    source: tuple[Source, ...] = ()
    amb: tuple[ConflictId, ...] = ()
    ambiguity: Words | None = None
    version: StrictInt = Field(ge=1)
    review_date: datetime.date

    @model_validator(mode="after")
    def _decides_in_one_way(self) -> Rule:
        ways = [self.condition is not None, bool(self.labels), self.show is not None]
        if sum(ways) != 1:
            raise ValueError("a rule has exactly one of condition, labels and show = true")
        if len(set(self.inputs)) != len(self.inputs):
            raise ValueError("an input is listed twice")
        if not self.labels and (self.flags or self.name or self.unknown_labels):
            raise ValueError("flags, name and unknown_labels belong to a rule with labels")
        if self.labels and (
            self.labels[-1].when is not None or any(one.when is None for one in self.labels[:-1])
        ):
            raise ValueError("every label has a `when` but the last, which holds when no other does")
        if bool(self.flags) != (self.flags_heading is not None):
            raise ValueError("flags have a flags_heading, and nothing else does")
        names = {one.label for one in self.labels}
        if not set(self.unknown_labels) <= names:
            raise ValueError("unknown_labels are labels of the rule")
        return self


class Topic(Frozen):
    """One file of rules."""

    topic: Words
    title: Words
    number: StrictInt = Field(ge=1)
    version: StrictInt = Field(ge=1)
    review_date: datetime.date
    rule: tuple[Rule, ...] = ()


class Definition(Frozen):
    """A condition that several rules share."""

    name: Name
    means: Words
    condition: Words


class Side(Frozen):
    """What one source says in a conflict."""

    says: Words
    source: Source


class Conflict(Frozen):
    """What sources disagree about. Without `bites` it is about content: it is shown where one of its rules applies."""

    id: ConflictId
    subject: Words
    sides: tuple[Side, ...] = Field(min_length=1)
    bites: Words | None = None
    where: Words | None = None
    rules: tuple[RuleId, ...]
    behaviour: Words


class Contradiction(Frozen):
    """What cannot be true of one patient."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]+$")]
    when: Words
    says: Words


class Slide(Frozen):
    """One slide of the deck."""

    id: SlideId
    heading: Words
    lines: tuple[int, int]
    captured: Literal["text", "part", "no"]
    note: Words | None = None


class Correction(Frozen):
    """An error of the deck: what it prints, and the note that is shown beside it."""

    id: Annotated[str, StringConstraints(pattern=r"^COR-\d{2}$")]
    slides: tuple[SlideId, ...] = Field(min_length=1)
    prints: Words
    note: Words
    rules: tuple[RuleId, ...] = ()
    evidence: tuple[Words, ...] = ()


class Gap(Frozen):
    """A picture that is missing from the deck as we have it."""

    id: Annotated[str, StringConstraints(pattern=r"^GAP-\d{2}$")]
    slide: SlideId
    missing: Words
    rules: tuple[RuleId, ...] = ()


class Change(Frozen):
    """One version of the rule set: what changed, and in which rules (none named: all)."""

    version: Words
    date: datetime.date
    what: Words
    rules: tuple[RuleId, ...] = ()


class InputsFile(Frozen):
    """`inputs.toml`."""

    input: tuple[Input, ...]


class DefinitionsFile(Frozen):
    """`rules/definitions.toml`."""

    definition: tuple[Definition, ...] = ()


class ConflictsFile(Frozen):
    """`conflicts.toml`."""

    conflict: tuple[Conflict, ...] = ()


class ContradictionsFile(Frozen):
    """`contradictions.toml`."""

    contradiction: tuple[Contradiction, ...] = ()


class SlidesFile(Frozen):
    """`slides.toml`."""

    slide: tuple[Slide, ...] = ()


class ChangesFile(Frozen):
    """`changes.toml`, the newest version last."""

    change: tuple[Change, ...] = ()


class CorrectionsFile(Frozen):
    """`corrections.toml`."""

    correction: tuple[Correction, ...] = ()


class GapsFile(Frozen):
    """`gaps.toml`."""

    gap: tuple[Gap, ...] = ()
