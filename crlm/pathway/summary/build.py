"""From an evaluation and its explanation to what the page shows. Nothing is counted, weighed or ranked."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from crlm.dictionary.expressions.syntax import names
from crlm.pathway.evaluate import GATE_UNKNOWN, MET, NOT_APPLICABLE, NOT_MET, SHOW, UNKNOWN, Evaluation
from crlm.pathway.explanation.explain import explain
from crlm.pathway.explanation.model import Explanation, Reason, Resolve, RuleExplanation
from crlm.pathway.explanation.words import result_words
from crlm.pathway.facts import CaseFacts
from crlm.pathway.model import Source
from crlm.pathway.ruleset import RuleSet
from crlm.pathway.summary import model
from crlm.pathway.summary.content import FactorGroup, OptionChoice, Page, shipped_page
from crlm.pathway.summary.evidence_lines import evidence_lines
from crlm.pathway.summary.recorded import Recorded, records_words
from crlm.pathway.summary.wording import capital

if TYPE_CHECKING:
    from crlm.pathway.filling import FilledCase

CLASS, REMNANT = "DER-01", "DER-02"
CLASS_WORDS = {
    "resectable": "Resectable",
    "borderline": "Borderline",
    "unresectable": "Unresectable",
    "borderline_or_unresectable (MDT judgement)": "Borderline or unresectable: the board judges",
    "undetermined": "Undetermined: something is missing",
}
FLAG_WORDS = {
    "progression": "Progression or new lesions on chemotherapy",
    "extrahepatic": "Extrahepatic disease, certain or possible",
    "numerous": "Metastases judged numerous",
}
_ON_CHEMOTHERAPY = "progression"
"""The flag that has no answer in a patient without preoperative chemotherapy."""
_CONVENTIONS = (CLASS, REMNANT, "DER-03", "DER-05")


def summarise(
    rules: RuleSet,
    evaluation: Evaluation,
    *,
    date: datetime.date,
    question: str | None = None,
    patient_label: str = "case without a label",
    synthetic: bool = False,
    filled: FilledCase | None = None,
    page: Page | None = None,
) -> model.Summary:
    """What the page for a tumour board shows of an evaluation.

    `date` is the day of the board, to which the age of evidence is counted; `filled` says which records of a registry
    the values are from. Unknown stays unknown everywhere: a result that is not known is shown as such, and never among
    what is not met. Raises KeyError when `page` names a rule that does not exist, or evidence that was not gathered.
    """
    page = page or shipped_page()
    explanation = explain(rules, evaluation)
    recorded = Recorded(rules, evaluation, page, filled)
    using = _Using(rules, evaluation, explanation, recorded)
    factors = tuple(using.factors(group) for group in page.factors)
    options = tuple(using.options(page.option, date.year))
    on_page = {one.rule for group in factors for one in every_factor(group)}
    on_page |= {one.rule for option in options for one in option.conditions}
    warnings = tuple(using.warnings(on_page | set(page.prompts.rules)))
    label = evaluation.result(CLASS).split(" | ")[0]
    return model.Summary(
        question=question,
        patient_label=patient_label,
        date=date.isoformat(),
        synthetic=synthetic,
        records=None if filled is None else records_words(filled),
        rules_version=evaluation.version,
        rules_sha256=rules.sha256,
        known=tuple(recorded.groups()),
        missing=tuple(using.missing(factors, options)),
        contradictions=tuple(recorded.contradictions()),
        technical_class=label,
        class_words=CLASS_WORDS.get(label, capital(result_words(label))),
        class_known=label not in rules.rules[CLASS].unknown_labels,
        class_open=using.class_open(),
        class_reasons=using.class_reasons(),
        remnant=using.answer(REMNANT),
        biology=tuple(using.biology()),
        factors=factors,
        warnings=warnings,
        options=options,
        disagreements=tuple(using.disagreements(on_page)),
        conventions=tuple(
            using.conventions((*_CONVENTIONS, *sorted(on_page), *(one.rule for one in warnings)))
        ),
    )


class _Using:
    """An evaluation with its rules and explanation."""

    def __init__(
        self, rules: RuleSet, evaluation: Evaluation, explanation: Explanation, recorded: Recorded
    ) -> None:
        self.rules, self.evaluation, self.explanation = rules, evaluation, explanation
        self.recorded = recorded
        self.topics = {rule.id: topic.title for topic in rules.topics for rule in topic.rule}
        self.facts = CaseFacts(rules, evaluation.case.values)

    def missing(
        self, factors: Iterable[model.Factors], options: tuple[model.OptionItem, ...]
    ) -> Iterator[model.MissingItem]:
        """What is missing, with what hangs on it by name: what the class waits for, then a factor or an option that
        applies, then what only tells whether one applies, then the rest. Each in the order of how much it would settle.
        """
        deciding = self.facts.open_label(CLASS)
        named: dict[str, str] = {CLASS: "the technical class", REMNANT: "whether the remnant is adequate"}
        for group in factors:
            for answer in group.unknown:
                named.setdefault(answer.rule, f"\u201c{answer.title}\u201d")
        for option in sorted(options, key=lambda one: one.applies != "yes"):
            for answer in option.conditions:
                if answer.sign == "unknown" or self.rules.rules[answer.rule].labels:
                    named.setdefault(answer.rule, f"\u201c{option.title}\u201d")
        unsure = {f"\u201c{one.title}\u201d" for one in options if one.applies != "yes"}
        certain = {words for id_, words in named.items() if self.evaluation.results[id_].applies == "yes"}
        certain -= unsure
        found = [
            self._missing(one, named, certain, decides=one.input in deciding)
            for one in self.explanation.resolves
        ]
        yield from sorted(found, key=lambda one: one.urgency)

    def _missing(
        self, one: Resolve, named: Mapping[str, str], certain: set[str], *, decides: bool
    ) -> model.MissingItem:
        waiting = {id_ for id_ in one.blocks if id_ != CLASS} | ({CLASS} if decides else set())
        holds_up = tuple(dict.fromkeys(words for id_, words in named.items() if id_ in waiting))
        return model.MissingItem(
            holds_up=holds_up,
            urgency=0
            if {CLASS, REMNANT} & waiting
            else 1
            if certain & set(holds_up)
            else 2
            if holds_up
            else 3,
            input=one.input,
            label=one.label,
            question=one.question,
            noted=self.recorded.noted(one.input),
            words=one.words,
            settles=(*one.settles, *one.labels),
            may_settle=(*one.may_settle, *one.may_label),
            blocks=one.blocks,
            decides_class=decides,
        )

    def class_open(self) -> bool:
        """Whether something that is missing could still change the label, flags aside."""
        return bool(self.facts.open_label(CLASS))

    def class_reasons(self) -> tuple[str, ...]:
        """The comparisons behind the technical class; those about flags belong to the other axis."""
        reasons = self.explanation.rules[CLASS].reasons
        return tuple(dict.fromkeys(capital(one.words) for one in reasons if one.part != "flag"))

    def biology(self) -> Iterator[model.Flag]:
        """Each biology flag: raised, not raised, not known, or without chemotherapy not applicable."""
        for flag, when in self.rules.programs[CLASS].flags:
            words = FLAG_WORDS.get(flag, flag)
            answer, open_ = self.facts.trace(when)
            if answer is not None:
                yield model.Flag(
                    flag=flag,
                    sign="warning" if answer else "no",
                    answer="! yes" if answer else "no",
                    words=words,
                )
            elif flag == _ON_CHEMOTHERAPY and self.evaluation.case.values.get("prior_chemo") == "no":
                yield model.Flag(
                    flag=flag, sign="plain", answer="n/a", words="Progression: no chemotherapy was given"
                )
            else:
                could = [one.called for name, one in self.rules.inputs.items() if name in open_]
                named = f": {', '.join(could)}" if len(could) > 1 else ""
                yield model.Flag(
                    flag=flag, sign="unknown", answer="unknown ?", words=f"{words} (not recorded{named})"
                )

    def factors(self, group: FactorGroup) -> model.Factors:
        """A group of factors in its columns."""
        label = self.evaluation.result(group.when) if group.when else ""
        if any(label.startswith(one) for one in group.unless):
            why = f"Does not apply to this patient: {_why_not(self.evaluation)}."
            return _factors(group, {}, why)
        sides: dict[str, list[model.Answer]] = {"left": [], "right": [], "neither": [], "unknown": []}
        columns = (
            (group.criteria, "left", "right"),
            (group.speaks_for, "left", "neither"),
            (group.against, "right", "neither"),
        )
        for rules, met, not_met in columns:
            for rule in rules:
                result = self.evaluation.result(rule)
                if result != NOT_APPLICABLE:
                    side = met if result == MET else not_met if result == NOT_MET else "unknown"
                    sides[side].append(self.answer(rule, welcome=True))
        return _factors(group, sides, None)

    def options(self, choices: Iterable[OptionChoice], year: int) -> Iterator[model.OptionItem]:
        """The options of the sources that apply, or may apply, in the order of the page."""
        for choice in choices:
            deciding = choice.applies or choice.conditions
            applying = {self.evaluation.results[rule].applies for rule in deciding}
            if applying == {"no"}:
                continue
            shown = [
                self.answer(rule)
                for rule in (*choice.conditions, *choice.always)
                if self.evaluation.result(rule) != NOT_APPLICABLE
            ]
            open_ = [one for one in deciding if self.evaluation.result(one) == GATE_UNKNOWN]
            told = [words for one in open_ for words in _reasons(self.explanation.rules[one])]
            yield model.OptionItem(
                title=choice.title,
                applies="yes" if "yes" in applying else "unknown",
                would_tell=() if "yes" in applying else tuple(dict.fromkeys(told)),
                conditions=tuple(shown),
                evidence=evidence_lines(self.rules, choice.evidence, year),
            )

    def warnings(self, elsewhere: set[str]) -> Iterator[model.Answer]:
        """Rules whose `met` is unwelcome and that are met, where nothing else on the page says so."""
        for id_, rule in self.rules.rules.items():
            if rule.fires and self.evaluation.result(id_) == MET and id_ not in elsewhere:
                yield self.answer(id_)

    def disagreements(self, on_page: set[str]) -> Iterator[model.Disagreement]:
        """Conflicts between sources: those about values of this patient, first of what class and remnant are from;
        then those of rules on the page.
        """
        on_class = {name for one in self.explanation.rules[CLASS].reasons for name in one.inputs}
        on_class |= set(self.evaluation.results[REMNANT].used)
        found = []
        for one in self.evaluation.conflicts:
            about = self.rules.bites[one.conflict.id]
            inputs = set() if about is None else names(about)
            order = (
                one.bites != "yes", about is None, not inputs & on_class, not set(one.conflict.rules) & on_page,
            )  # fmt: skip
            found.append((order, one, about is not None))
        found.sort(key=lambda ranked: ranked[0])
        for _, one, about_values in found:
            telling = [name for name in self.rules.inputs if name in one.could_change]
            yield model.Disagreement(
                id=one.conflict.id,
                subject=one.conflict.subject,
                bites=one.bites,
                about_values=about_values,
                sides=tuple(
                    model.SideItem(says=side.says, place=place_words(self.rules, side.source))
                    for side in one.conflict.sides
                ),
                needs=tuple(self.rules.inputs[name].called for name in telling)
                if one.bites == "unknown"
                else (),
                behaviour=one.conflict.behaviour,
            )

    def conventions(self, ids: Iterable[str]) -> Iterator[str]:
        """What on the page is not in the deck: "DER-01 Technical class ... (a convention of this software)"."""
        for id_ in dict.fromkeys(ids):
            label = self.explanation.rules[id_].origin_label
            if label and self.evaluation.result(id_) != NOT_APPLICABLE:
                yield f"{id_} ({self.rules.rules[id_].title}): {label[:1].lower()}{label[1:]}"

    def answer(self, id_: str, *, welcome: bool = False) -> model.Answer:
        """A rule as the page shows it; `welcome`: it stands in a column that says what its result means."""
        rule, told = self.rules.rules[id_], self.explanation.rules[id_]
        result = self.evaluation.result(id_)
        sign, answer = _signed(result, unwelcome=rule.fires and not welcome)
        return model.Answer(
            rule=id_,
            topic=self.topics[id_],
            title=capital(rule.title.removeprefix("Box 1: "))
            + (f": {label_words(result)}" if rule.labels else ""),
            result=result,
            sign=sign,
            answer=answer,
            reasons=_reasons(told),
            follows=told.follows if result in (MET, SHOW) else "",
            origin_label=told.origin_label,
            place="; ".join(place_words(self.rules, one) for one in rule.source),
        )


def every_factor(group: model.Factors) -> tuple[model.Answer, ...]:
    """All factors of a group, on whatever side."""
    return (*group.left, *group.right, *group.unknown, *group.neither)


def label_words(label: str) -> str:
    """A label in words; one that begins with `na` says that the rule is not for this patient."""
    words = result_words(label)
    return f"does not apply{words[2:]}" if words.startswith("na (") else words


def place_words(rules: RuleSet, source: Source) -> str:
    """Where something stands, short: "S13, row 1", "Hellingman 2021, Abstract"."""
    if source.slide is not None:
        return ", ".join(one for one in (source.slide, source.at) if one)
    paper = (source.paper or "").replace("-", " ").capitalize()
    return ", ".join(one for one in (paper, source.at) if one)


def _signed(result: str, *, unwelcome: bool) -> tuple[model.Sign, str]:
    if result == MET:
        return ("warning", "! met") if unwelcome else ("yes", "met")
    if result in (UNKNOWN, GATE_UNKNOWN):
        return "unknown", "unknown ?" if result == UNKNOWN else "applies ?"
    if result == NOT_MET:
        return "no", "not met"
    return "plain", "listed" if result == SHOW else "result"


def _reasons(told: RuleExplanation) -> tuple[str, ...]:
    """The comparisons of a rule; of an unknown result only those that cannot be made.

    Why a rule applies is said only of one that has nothing else to say.
    """
    kept: list[Reason] = list(told.reasons)
    if told.result == UNKNOWN:
        kept = [one for one in kept if one.holds == "unknown"]
    elif told.result == GATE_UNKNOWN:
        kept = [one for one in kept if one.part == "gate" and one.holds == "unknown"]
    elif told.result in (MET, NOT_MET):
        kept = [one for one in kept if one.part != "gate"]
    else:
        kept = [one for one in kept if one.part != "gate"] or kept
    return tuple(dict.fromkeys(capital(one.words) for one in kept))


def _factors(group: FactorGroup, sides: Mapping[str, list[model.Answer]], why: str | None) -> model.Factors:
    return model.Factors(
        title=group.title,
        left_title=group.left,
        right_title=group.right,
        left=tuple(sides.get("left", ())),
        right=tuple(sides.get("right", ())),
        neither=tuple(sides.get("neither", ())),
        unknown=tuple(sides.get("unknown", ())),
        not_applicable=why,
    )


def _why_not(evaluation: Evaluation) -> str:
    if evaluation.case.values.get("prior_chemo") == "yes":
        return "chemotherapy has been given already"
    label = evaluation.result(CLASS).split(" | ")[0]
    return f"the technical class is {result_words(label)}"
