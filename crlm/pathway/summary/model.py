"""What a tumour-board summary holds: finished sentences with the rules and places that they rest on."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from crlm.dictionary.variables import Frozen

Sign = Literal["yes", "no", "unknown", "warning", "plain"]


class Known(Frozen):
    """One value of the case."""

    input: str = Field(description="The input.")
    label: str = Field(description="What sentences call it.")
    words: str = Field(
        description="How the line of recorded values puts it; of one not recorded, what it is called."
    )
    value: str | None = Field(description="Its value in words; null: not recorded.")
    origin: str | None = Field(description="Where it came from, when it was not just given.")


class KnownGroup(Frozen):
    """Values that belong together."""

    title: str
    values: tuple[Known, ...]
    sources: str | None = Field(
        description="The dates and tables of the records that the values rest on; null: not from a registry."
    )


class MissingItem(Frozen):
    """Something that is not known, and what hangs on it."""

    input: str
    label: str
    question: str | None = Field(description="How a judgement is asked for.")
    noted: tuple[str, ...] = Field(description="What the records hold on a judgement, which fills nothing.")
    words: str = Field(description="What knowing it would settle, as a sentence.")
    settles: tuple[str, ...] = Field(description="Rules that it settles whatever its value is.")
    may_settle: tuple[str, ...] = Field(description="Rules that it settles for some of its values.")
    blocks: tuple[str, ...] = Field(description="Every rule whose result or label hangs on it.")
    holds_up: tuple[str, ...] = Field(description="What on the page hangs on it, by name.")
    urgency: int = Field(
        description="0: the technical class or the remnant waits for it; 1: a factor or an option that applies "
        "does; 2: it only tells whether an option applies; 3: nothing on the first page waits for it."
    )
    decides_class: bool = Field(description="Whether the technical class hangs on it.")


class ContradictionItem(Frozen):
    """Recorded values that cannot all be true."""

    id: str
    says: str
    inputs: tuple[str, ...]
    used: bool = Field(description="Whether the values took part in the evaluation all the same.")
    records: tuple[str, ...] = Field(
        description="The records that contradict each other, when it is about those."
    )


class Answer(Frozen):
    """A rule with its result and the comparison behind it."""

    rule: str
    topic: str = Field(description="The topic that it belongs to, in words.")
    title: str
    result: str
    sign: Sign = Field(description="How the answer is framed: not by colour.")
    answer: str = Field(description="The result in a word.")
    reasons: tuple[str, ...] = Field(description="The comparisons that the result rests on.")
    follows: str = Field(description="What the rule concludes where it is met, or lists; else empty.")
    origin_label: str = Field(description="What to say of it when it is not in the deck; empty for the deck.")
    place: str = Field(description="Where it stands.")


class Factors(Frozen):
    """Factors in two columns; they are listed, never counted or weighed."""

    title: str
    left_title: str
    right_title: str
    left: tuple[Answer, ...]
    right: tuple[Answer, ...]
    neither: tuple[Answer, ...] = Field(description="Factors that are known not to be present.")
    unknown: tuple[Answer, ...] = Field(description="Factors that are not known: on neither side.")
    not_applicable: str | None = Field(description="Why the group does not apply to this patient.")


class EvidenceLine(Frozen):
    """What one study printed."""

    rule: str = Field(description="The rule that it belongs to.")
    study: str
    design: str
    n: str
    numbers: str = Field(description="The numbers as printed.")
    age: str = Field(description="Age of the evidence on the day of the summary.")
    rows: tuple[str, ...] = Field(description="Ids of the statements or rows.")
    place: str
    corrections: tuple[str, ...] = Field(description="Errors of the deck that touch these numbers.")
    paper: str = Field(description="The paper of the library that prints them, or quotes the study.")
    findings: tuple[str, ...] = Field(
        description="What `crlm evidence audit` finds of these numbers, with its arithmetic; none: it finds nothing."
    )


class OptionItem(Frozen):
    """An option that the sources name, with its conditions."""

    title: str
    applies: Literal["yes", "unknown"] = Field(description="unknown: whether it applies is not known.")
    would_tell: tuple[str, ...] = Field(description="The comparisons that would tell whether it applies.")
    conditions: tuple[Answer, ...]
    evidence: tuple[EvidenceLine, ...]


class SideItem(Frozen):
    """One side of a disagreement."""

    says: str
    place: str


class Disagreement(Frozen):
    """Sources that disagree about this patient."""

    id: str
    subject: str
    bites: Literal["yes", "unknown"]
    about_values: bool = Field(description="Whether it is about values of this patient, or content only.")
    sides: tuple[SideItem, ...]
    needs: tuple[str, ...] = Field(description="What would tell whether it matters here.")
    behaviour: str


class Flag(Frozen):
    """A biology flag."""

    flag: str
    sign: Sign
    answer: str
    words: str


class Summary(Frozen):
    """Everything that the page shows, in its order."""

    question: str | None
    patient_label: str
    date: str = Field(description="The day of the board, ISO 8601; ages of evidence are counted to it.")
    synthetic: bool
    records: str | None = Field(
        description="The day on which the records that the values are from were known, and the registry; null: the "
        "values were given."
    )
    rules_version: str
    rules_sha256: str
    known: tuple[KnownGroup, ...]
    missing: tuple[MissingItem, ...]
    contradictions: tuple[ContradictionItem, ...]
    technical_class: str
    class_words: str
    class_known: bool = Field(description="Whether there is a class.")
    class_open: bool = Field(description="Whether a missing value could still change the class.")
    class_reasons: tuple[str, ...]
    remnant: Answer
    biology: tuple[Flag, ...]
    factors: tuple[Factors, ...]
    warnings: tuple[Answer, ...]
    options: tuple[OptionItem, ...]
    disagreements: tuple[Disagreement, ...]
    conventions: tuple[str, ...] = Field(
        description="Rules on the page that are not in the deck, with their origin."
    )

    @property
    def still_open(self) -> bool:
        """Whether there is a class, and a missing value could still change it."""
        return self.class_open and self.class_known
