"""The summary as CDS Hooks cards: one per rule that says something, per contradiction, and one for what is missing.

Fields as published for a card of CDS Hooks 2.0: uuid, summary (below 140 characters), detail (GitHub-flavoured
markdown), indicator, and source with label and topic. There are no suggestions, links or system actions: nothing is
ordered, and nothing asks to be clicked away.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

from crlm.pathway.document import json_value
from crlm.pathway.evaluate import MET, Evaluation
from crlm.pathway.ruleset import RuleSet
from crlm.pathway.summary.build import CLASS, every_factor, place_words
from crlm.pathway.summary.model import Answer, Disagreement, Summary
from crlm.pathway.summary.wording import evidence_words
from crlm.rendering.numbering import listed

LONGEST = 139
"""Characters of a summary: fewer than 140."""
TOPICS = "urn:crlm:pathway"
"""The system of the topic's code, which is the id of a rule, a conflict or a contradiction."""
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, TOPICS)
_REMARK = "Supports a board and decides nothing."
_LABELLED = (CLASS, "DER-03", "DER-05")


def cds_document(rules: RuleSet, evaluation: Evaluation, summary: Summary) -> dict[str, Any]:
    """The response of a CDS service: contradictions first, then what is missing, then rules in the order of the page.

    Indicators: `critical` only for contradictions, because every result may then be wrong; `warning` for a rule that is
    met and unwelcome or a prompt, for sources that disagree about values of this patient, and for missing values while
    the technical class hangs on one of them; `info` for everything else. Rules that are not met or not known make no
    cards of their own: what an unknown rule waits for is in the card of what is missing. The same rules and case give
    the same cards with the same uuids.
    """
    cards = _Cards(rules, evaluation, summary)
    return {"cards": list(cards.all())}


class _Cards:
    def __init__(self, rules: RuleSet, evaluation: Evaluation, summary: Summary) -> None:
        self.rules, self.evaluation, self.summary = rules, evaluation, summary
        values = {name: json_value(value) for name, value in evaluation.case.values.items()}
        self._case = json.dumps([summary.patient_label, values], sort_keys=True, ensure_ascii=False)

    def all(self) -> Iterator[dict[str, Any]]:
        for one in self.summary.contradictions:
            used = "" if one.used else " The value is not used and counts as unknown."
            words = f"Recorded values cannot all be true: {one.says}"
            records = "".join(f"\n- {record}" for record in one.records)
            detail = f"{one.says}{used}\n{records}\n\nInputs: {', '.join(one.inputs)}."
            yield self._card(
                one.id, words, detail, "critical", "Case as recorded", "Contradiction in the case"
            )
        if self.summary.missing:
            yield self._missing()
        yield self._class()
        seen: set[str] = {CLASS}
        for answer in self._answers():
            if answer.rule not in seen:
                seen.add(answer.rule)
                yield self._rule(answer)
        for disagreement in self.summary.disagreements:
            if disagreement.bites == "yes":
                yield self._conflict(disagreement)

    def _answers(self) -> Iterator[Answer]:
        """What the page shows as met or listed, in its order."""
        shown = list(self.summary.warnings)
        shown += [one for group in self.summary.factors for one in every_factor(group)]
        shown += [one for option in self.summary.options for one in option.conditions]
        return (one for one in shown if one.sign in ("yes", "warning", "plain"))

    def _missing(self) -> dict[str, Any]:
        """What the page waits for by name; the rest in one line."""
        deciding = [one.label for one in self.summary.missing if one.decides_class]
        first = ", ".join((deciding or [one.label for one in self.summary.missing])[:3])
        words = f"Missing: {len(self.summary.missing)} items that rules ask for, first {first}"
        waited = [one for one in self.summary.missing if one.holds_up]
        rest = [one.label for one in self.summary.missing if not one.holds_up]
        lines = [
            f"- **{one.label}**{f' ({one.question})' if one.question else ''}: blocks {listed(list(one.holds_up))}"
            for one in waited
        ]
        lines += ["", f"Also missing, and nothing else waits for it: {', '.join(rest)}."] if rest else []
        indicator = "warning" if deciding else "info"
        return self._card(
            "DER-04", words, "\n".join(lines), indicator, self._origin("DER-04"), "What is missing"
        )

    def _class(self) -> dict[str, Any]:
        flags = [one.words for one in self.summary.biology if one.answer == "! yes"]
        open_ = " (something missing could still change it)" if self.summary.still_open else ""
        words = f"Technical class: {self.summary.class_words}{open_}"
        lines = [f"- {one}" for one in self.summary.class_reasons]
        lines += [
            "",
            "Biology, an axis of its own:",
            *(f"- {one.answer}: {one.words}" for one in self.summary.biology),
        ]
        indicator = "warning" if flags else "info"
        return self._card(CLASS, words, "\n".join(lines), indicator, self._origin(CLASS), "Technical class")

    def _rule(self, one: Answer) -> dict[str, Any]:
        rule = self.rules.rules[one.rule]
        unwelcome = rule.fires and one.result == MET
        lines = [f"**{one.answer}** {one.title}", "", *(f"- {reason}" for reason in one.reasons)]
        lines += ["", one.follows] if one.follows else []
        lines += [f"- {evidence_words(line, in_full=True)}" for line in self._evidence(one.rule)]
        lines += ["", f"{one.origin_label}."] if one.origin_label else []
        title = one.title if one.title.startswith(one.topic.split(":")[0]) else f"{one.topic}: {one.title}"
        words = f"{title} (met)" if one.result == MET else title
        indicator = "warning" if unwelcome else "info"
        return self._card(one.rule, words, "\n".join(lines), indicator, self._origin(one.rule), one.title)

    def _evidence(self, rule: str) -> list[Any]:
        return [line for option in self.summary.options for line in option.evidence if line.rule == rule]

    def _conflict(self, one: Disagreement) -> dict[str, Any]:
        lines = [f"- {side.place}: {side.says}" for side in one.sides]
        detail = "\n".join([*lines, "", one.behaviour])
        source = "; ".join(dict.fromkeys(side.place for side in one.sides))
        indicator = "warning" if one.about_values else "info"
        label = f"Deck of 2024: {source}"
        return self._card(one.id, f"Sources disagree: {one.subject}", detail, indicator, label, one.subject)

    def _origin(self, rule: str) -> str:
        """The primary source of a rule; a convention of the software is called one."""
        described = self.rules.rules[rule]
        places = "; ".join(place_words(self.rules, one) for one in described.source)
        if described.origin in ("software", "inference"):
            return f"crlm rules {self.summary.rules_version}, {described.origin}" + (
                f" from {places}" if places else ""
            )
        return f"Deck of 2024: {places}" if any(one.slide for one in described.source) else places

    def _card(
        self, id_: str, words: str, detail: str, indicator: str, label: str, display: str
    ) -> dict[str, Any]:
        version = (
            f"{self.rules.rules[id_].version}" if id_ in self.rules.rules else self.summary.rules_version
        )
        banner = "SYNTHETIC. " if self.summary.synthetic else ""
        return {
            "uuid": str(uuid.uuid5(_NAMESPACE, f"{id_}\n{version}\n{self._case}")),
            "summary": shortened(f"{banner}{words}"),
            "detail": f"{detail}\n\n*{_REMARK} Rules {self.summary.rules_version}.*",
            "indicator": indicator,
            "source": {
                "label": label,
                "topic": {"system": TOPICS, "code": id_, "display": display},
            },
        }


def shortened(text: str) -> str:
    """One line below 140 characters, cut between words and marked where it is."""
    line = " ".join(text.split())
    if len(line) <= LONGEST:
        return line
    return f"{line[: LONGEST - 1].rsplit(' ', 1)[0].rstrip(' ,;:')}\u2026"


def cds_schema() -> dict[str, Any]:
    """The JSON Schema of `cds_document`: the part of a CDS Hooks response that we use, and nothing else."""
    text = {"type": "string", "minLength": 1}
    card = {
        "type": "object",
        "required": ["uuid", "summary", "detail", "indicator", "source"],
        "additionalProperties": False,
        "properties": {
            "uuid": {"type": "string", "format": "uuid", "description": "Stable for a rule and a case."},
            "summary": {**text, "maxLength": LONGEST, "description": "One sentence, fewer than 140 characters."},
            "detail": {**text, "description": "GitHub-flavoured markdown."},
            "indicator": {"enum": ["info", "warning", "critical"]},
            "source": {
                "type": "object",
                "required": ["label", "topic"],
                "additionalProperties": False,
                "properties": {
                    "label": {**text, "description": "The primary source."},
                    "topic": {
                        "type": "object",
                        "required": ["system", "code", "display"],
                        "additionalProperties": False,
                        "properties": {"system": {"const": TOPICS}, "code": text, "display": text},
                    },
                },
            },
        },
    }  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:crlm:schema:cds:1.0",
        "title": "CDS Hooks cards of the pathway",
        "type": "object",
        "required": ["cards"],
        "additionalProperties": False,
        "properties": {"cards": {"type": "array", "items": card}},
    }
