"""What in a case cannot be: reported beside the results, never repaired."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crlm.dictionary.expressions.syntax import names
from crlm.pathway.facts import CaseFacts


@dataclass(frozen=True)
class Contradicted:
    """Values that cannot be true: which rule of thumb they break, in which inputs, in words.

    `used` says whether the values still took part in the evaluation as recorded: contradictory values do, impossible
    ones (an FLR of 140 %) do not, and count as unknown.
    """

    id: str
    inputs: tuple[str, ...]
    says: str
    used: bool


def contradictions_in(facts: CaseFacts) -> Iterator[Contradicted]:
    """The contradictions of the rule set that are true of a case, in the order of their file."""
    for one in facts.rules.contradictions:
        expr = facts.rules.cannot_be[one.id]
        if facts.answer(expr) is True:
            named = names(expr)
            inputs = tuple(name for name in facts.rules.inputs if name in named)
            yield Contradicted(one.id, inputs, one.says, used=True)
