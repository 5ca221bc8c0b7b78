"""What was recorded, for the page: values in words, where each came from, and what cannot be true."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from crlm.pathway.evaluate import Evaluation
from crlm.pathway.explanation.words import value_words
from crlm.pathway.ruleset import RuleSet
from crlm.pathway.summary import model
from crlm.pathway.summary.content import KnownGroup, Page
from crlm.pathway.summary.wording import capital

if TYPE_CHECKING:
    from crlm.pathway.filling import FilledCase

_CALLED = {"crlm_episode": "liver episode"}
"""Tables whose name says less than what they hold."""


class Recorded:
    """The values of a case with its rules; `filled` says which records of a registry they are from."""

    def __init__(self, rules: RuleSet, evaluation: Evaluation, page: Page, filled: FilledCase | None) -> None:
        self.rules, self.evaluation, self.page, self.filled = rules, evaluation, page, filled

    def groups(self) -> Iterator[model.KnownGroup]:
        """The groups of values that are for this patient and have something to say."""
        for group in self.page.known:
            if group.only_if is None or self.evaluation.case.values.get(group.only_if) == "yes":
                values = self._values(group)
                if values:
                    yield model.KnownGroup(title=group.title, values=values)

    def _values(self, group: KnownGroup) -> tuple[model.Known, ...]:
        """The values of a group; one that is not recorded is named, unless the page keeps quiet about it."""
        found = (self._value(one) for one in group.inputs)
        quiet = self.page.quiet.inputs
        return tuple(one for one in found if one.value is not None or one.input not in quiet)

    def _value(self, name: str) -> model.Known:
        """One value in words; more than one decimal is shown as about."""
        described, value = self.rules.inputs[name], self.evaluation.case.values.get(name)
        shown = value_words(described, value)
        if isinstance(value, Decimal) and value != round(value, 1):
            shown = f"about {value_words(described, round(value, 1))}"
        absent = self.page.absent.get(name, described.called)
        said = self.page.short.get(name, f"{described.called} {{}}").replace("{}", shown)
        return model.Known(
            input=name,
            label=described.called,
            words=absent if value is None else said,
            value=None if value is None else shown,
            origin=self.evaluation.case.origins.get(name),
            source=None if value is None else self.source(name),
        )

    def source(self, name: str) -> str | None:
        """Where a value came from in a few words: "imaging 2024-03-25"; None for one that was just given."""
        if self.filled is None:
            return None
        provenance = self.filled.provenance.get(name)
        if provenance is None:
            return "derived" if name in self.evaluation.case.origins else None
        newest: dict[str, str] = {}
        for one in provenance.origins:
            newest[one.table] = max(newest.get(one.table, ""), one.date or "")
        undated = ", not dated" if name in self.filled.undated else ""
        records = ", ".join(
            f"{_CALLED.get(table, table.replace('_', ' '))} {date}".strip() for table, date in newest.items()
        )
        return f"{records}{undated}" if records else "no record of any"

    def contradictions(self) -> Iterator[model.ContradictionItem]:
        """What cannot be, with the input called as everywhere else on the page."""
        for one in self.evaluation.contradictions:
            says = one.says.removesuffix(" It counts as unknown.")
            for name in one.inputs:
                if says.startswith(f"{name} "):
                    says = capital(says.replace(name, self.rules.inputs[name].called, 1))
            yield model.ContradictionItem(id=one.id, says=says, inputs=one.inputs, used=one.used)


def records_words(filled: FilledCase) -> str:
    """Which records were read, and as known on which day."""
    snapshot = f", snapshot {filled.snapshot[:8]}" if filled.snapshot else ""
    return f"records as known on {filled.date}, registry {filled.source}{snapshot}"
