"""The counts of levels in everybody, under the names that the tables of effects give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crlm.evidence.audit.effect_sizes import WHOLE
from crlm.evidence.audit.finding import Quoted
from crlm.evidence.audit.printed import printed

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedCount


@dataclass(frozen=True)
class Counted:
    """A printed count of a level."""

    row: PublishedCount
    n: int

    @property
    def quoted(self) -> Quoted:
        """The count as a finding quotes it."""
        row = self.row
        return Quoted(row.row_id, row.locator, f"{row.variable}, {row.level}, {row.group}", row.as_printed)


LevelCounts = dict[tuple[str, str], Counted]
"""By term and level."""


def level_counts(paper: Paper, unit: str) -> LevelCounts:
    """Counts by term and level, the first place of each.

    A term is a variable in everybody ("sex"), or a variable at one reading of everybody, the reading's name before it
    ("baseline_size_ge_5" of size_ge_5 in the group baseline). A yes/no variable whose name is a level of the term is
    the same count: bilobar Yes at pre_surgery is pre_surgery_lobe_involvement Bilobar.
    """
    found: LevelCounts = {}
    terms: dict[str, set[str]] = {}
    for effect in paper.numbers.effects:
        terms.setdefault(effect.term, set()).add(effect.level)
    for row in paper.numbers.counts:
        n = printed(row.n_printed)
        if row.unit != unit or row.is_missing_row or n is None or n.value.denominator != 1:
            continue
        one = Counted(row, int(n.value))
        if row.group in WHOLE:
            found.setdefault((row.variable, row.level), one)
        found.setdefault((f"{row.group}_{row.variable}", row.level), one)
        if row.level == "Yes":
            for term, levels in terms.items():
                same = next((level for level in levels if level.casefold() == row.variable.casefold()), None)
                if same is not None and term.startswith(f"{row.group}_"):
                    found.setdefault((term, same), one)
    return found
