"""What was recorded, for the page: values in words, where each came from, and what cannot be true."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from crlm.pathway.contradictions import Contradicted
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
                    sources = self._sources([one.input for one in values])
                    yield model.KnownGroup(title=group.title, values=values, sources=sources)

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
        )

    def _sources(self, names: Sequence[str]) -> str | None:
        """The records that some values rest on, in a few words: "2024-01-23 to 2024-03-25: imaging, liver episode"."""
        if self.filled is None:
            return None
        found = [self.filled.provenance[name] for name in names if name in self.filled.provenance]
        records = [one for provenance in found for one in provenance.origins]
        dates = sorted({one.date for one in records if one.date})
        said = [" to ".join(dict.fromkeys((dates[0], dates[-1])))] if dates else []
        said += dict.fromkeys(_CALLED.get(one.table, one.table.replace("_", " ")) for one in records)
        if any(not provenance.origins for provenance in found):
            said.append("no record of any")
        if any(name in self.filled.undated for name in names):
            said.append("not dated")
        return ", ".join(said) or None

    def noted(self, name: str) -> tuple[str, ...]:
        """What the records hold on a judgement that is asked."""
        asked = None if self.filled is None else self.filled.asked.get(name)
        return () if asked is None else tuple(str(one) for one in asked.noted)

    def contradictions(self) -> Iterator[model.ContradictionItem]:
        """What cannot be, with the input called as everywhere else; records that clash for two inputs are said once."""
        together: dict[tuple[str, str], list[Contradicted]] = {}
        for one in self.evaluation.contradictions:
            together.setdefault((one.id, self._said(one)), []).append(one)
        for (id_, says), found in together.items():
            inputs = tuple(dict.fromkeys(name for one in found for name in one.inputs))
            conflicts = self.filled.conflicts if self.filled is not None and id_ == "records" else {}
            records = [str(at) for name in inputs if name in conflicts for at in conflicts[name].origins]
            yield model.ContradictionItem(
                id=id_,
                says=says,
                inputs=inputs,
                used=all(one.used for one in found),
                records=tuple(dict.fromkeys(records)),
            )

    def _said(self, one: Contradicted) -> str:
        says = one.says.removesuffix(" It counts as unknown.")
        for name in one.inputs:
            if says.startswith(f"{name} "):
                return capital(says.replace(name, self.rules.inputs[name].called, 1))
        return says


def records_words(filled: FilledCase) -> str:
    """Which records were read, and as known on which day."""
    snapshot = f", snapshot {filled.snapshot[:8]}" if filled.snapshot else ""
    return f"as known on {filled.date} (registry {filled.source}{snapshot})"
