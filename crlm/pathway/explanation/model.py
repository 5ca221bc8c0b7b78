"""What an explanation holds: plain data, every sentence ready to print, every claim with the values that prove it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from crlm.pathway.conditions.values import Value

Holds = Literal["true", "false", "unknown"]
Settles = Literal["every", "some", "no"]
Part = Literal["gate", "condition", "label", "flag"]
ADDS_A_FLAG = "can add a flag"
"""What is said of a missing input that changes no result, only the flags beside it."""
LOGIC_NOT_ADVICE = "What would change a result is logic: how the rules read, not what should be done."


@dataclass(frozen=True)
class Reason:
    """One comparison that the result rests on.

    `inputs` are the inputs compared, `value` what is recorded of them in words ("28 %", "not recorded"), `words` the
    comparison as a sentence without a full stop ("Future liver remnant 28 % is below 30 %"). `holds` says whether what
    the rule asks for here is so. `part` says for what: whether the rule applies (gate), its condition, the label that
    was given, or a flag. `through` names the other rule that the comparison stands in, None for the rule's own.
    """

    inputs: tuple[str, ...]
    value: str
    words: str
    holds: Holds
    part: Part = "condition"
    through: str | None = None


@dataclass(frozen=True)
class Step:
    """One input of a change: from what is recorded (`was`) to any value within `to`, each in words.

    `to` is an exact value, a level, several levels (`OneOf`) or limits (`Span`): every value in it gives the result.
    """

    input: str
    label: str
    was: Value
    to: Value
    was_words: str
    to_words: str


@dataclass(frozen=True)
class Change:
    """What would give another result: one step, or two that only work together; everything else as recorded.

    `becomes` is the result then (of a rule with labels the label, without flags).
    """

    steps: tuple[Step, ...]
    becomes: str
    words: str


@dataclass(frozen=True)
class Missing:
    """An unknown input of one rule: whether knowing it alone settles the rule, for every, for some or for no value."""

    input: str
    label: str
    settles: Settles
    words: str


@dataclass(frozen=True)
class RuleExplanation:
    """One rule: its result, why, and what would change it.

    `result` is as the evaluation gives it, `result_words` in words. `reasons` are the comparisons that decide it; of an
    unknown result those that cannot be made. `follows` is what the rule concludes, worded for this result (empty where
    nothing follows), so that it can stand beside the result. `notes` are further facts: computed values, the threshold
    that is asked of this patient, the earliest date. `changes` are logic, not advice. `origin_label` is empty for what
    is in the deck, and must be shown where it is not empty. `unwelcome` is true when `met` is a warning or a prompt.
    """

    id: str
    title: str
    topic: str
    kind: str
    result: str
    result_words: str
    reasons: tuple[Reason, ...]
    follows: str
    notes: tuple[str, ...]
    source: tuple[str, ...]
    changes: tuple[Change, ...]
    missing: tuple[Missing, ...]
    ambiguity: str | None
    conflicts: tuple[str, ...]
    origin: str
    origin_label: str
    strength: str | None
    unwelcome: bool
    version: int


@dataclass(frozen=True)
class Resolve:
    """A missing input and how much knowing it would resolve, everything else as it is.

    `settles` are the rules that are settled whatever its value is, `may_settle` those settled for some of its values;
    `labels` and `may_label` the same of rules that give labels (flags aside). Settled means that no other missing input
    can change the result any more. `blocks` are all rules whose result or label hangs on it. `question` is how a
    judgement is asked for. No value is more likely than another here.
    """

    input: str
    label: str
    question: str | None
    judgement: bool
    settles: tuple[str, ...]
    may_settle: tuple[str, ...]
    labels: tuple[str, ...]
    may_label: tuple[str, ...]
    blocks: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class Explanation:
    """The explanation of an evaluation: every rule in the order of the catalogue, and what is missing.

    `resolves` has first what would settle most whatever its value is, then what would settle most for some value; ties
    are in the order of the inputs.
    """

    version: str
    rules: Mapping[str, RuleExplanation]
    resolves: tuple[Resolve, ...]
    remark: str = LOGIC_NOT_ADVICE
