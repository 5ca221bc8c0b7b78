"""An explanation as lines for a terminal: everything in brief, or some rules in full."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from crlm.pathway.evaluate import Evaluation
from crlm.pathway.explanation.model import ADDS_A_FLAG, Explanation, Reason, Resolve, RuleExplanation
from crlm.pathway.explanation.words import NOT_RECORDED, capital, count_of, value_words
from crlm.pathway.ruleset import RuleSet

WIDTH = 110
MOST_MISSING = 12
WHERE = "S10 is slide 10 of the deck; --rule ID says everything of one rule."
SHORTER = re.compile("[,:]")
"""Where a title can be cut."""
IN_BRIEF = 3
"""Changes shown of each rule where all rules are shown."""
FEW = 3
"""Unknown inputs that are each shown with what is asked of them; more are named together."""
ORDER = {"unknown": 1, "not_met": 2}
"""Where a result stands among those of its topic; what is met, and labels, come first."""
FIRST = ("DER-01", "DER-02", "DER-03", "DER-05", "SYN-01")
"""What a board asks first: class, remnant, factors, anti-EGFR, presentation."""


def in_brief(rules: RuleSet, evaluation: Evaluation, explanation: Explanation) -> Iterator[str]:
    """What is recorded and what is missing, then every rule that applies in a few lines; all others are named."""
    yield f"Rule set {explanation.version}. It informs a board and decides nothing."
    yield explanation.remark
    yield WHERE
    yield from _recorded(rules, evaluation)
    yield from _contradictions(rules, evaluation)
    yield from _missing(rules, explanation, MOST_MISSING)
    yield from _part(rules, "In short", [explanation.rules[id_] for id_ in FIRST if id_ in explanation.rules])
    for topic in rules.topics:
        yield from _part(
            rules, topic.title, [explanation.rules[rule.id] for rule in topic.rule if rule.id not in FIRST]
        )
    everything = explanation.rules.values()
    yield from _grouped(
        rules, "Not known whether they apply", [one for one in everything if one.result == "gate_unknown"]
    )
    yield from _grouped(rules, "Do not apply", [one for one in everything if one.result == "na"])


def in_full(
    rules: RuleSet, evaluation: Evaluation, explanation: Explanation, ids: Collection[str]
) -> Iterator[str]:
    """Some rules with everything that is known of them."""
    yield explanation.remark
    yield from _contradictions(rules, evaluation)
    for id_ in ids:
        yield ""
        yield from _full(explanation.rules[id_])


def _contradictions(rules: RuleSet, evaluation: Evaluation) -> Iterator[str]:
    if evaluation.contradictions:
        yield ""
        yield "CANNOT BE"
        for one in evaluation.contradictions:
            yield from _wrapped(one.says, "  ")


def _recorded(rules: RuleSet, evaluation: Evaluation) -> Iterator[str]:
    """What the case says; where a value came from is said of a case that was filled from records."""
    values, origins = evaluation.case.values, evaluation.case.origins
    said = [
        f"{one.called}: {value_words(one, values[name])}"
        for name, one in rules.inputs.items()
        if name in values
    ]
    yield ""
    yield "RECORDED"
    if not origins:
        yield from _wrapped(f"{capital('; '.join(said))}." if said else "Nothing.", "  ")
        return
    for words, name in zip(said, (name for name in rules.inputs if name in values), strict=True):
        origin = f" ({origins[name]})" if name in origins else ""
        yield from _wrapped(f"{capital(words)}{origin}", "  ", "    ")


def _missing(rules: RuleSet, explanation: Explanation, most: int) -> Iterator[str]:
    if not explanation.resolves:
        return
    yield ""
    yield "MISSING, what settles most first"
    for one in explanation.resolves[:most]:
        asked = f" ({one.question})" if one.question else ""
        yield from _wrapped(f"{capital(one.label)}{asked}. {one.words}.", "  ", "    ")
        yield from _wrapped(_blocked(rules, one), "    ", "    ")
    rest = explanation.resolves[most:]
    if rest:
        alone = [one.label for one in rest if one.settles or one.may_settle or one.labels or one.may_label]
        others = len(rest) - len(alone)
        if alone:
            yield from _wrapped(
                f"And {len(alone)} more that settle something: {', '.join(alone)}.", "  ", "    "
            )
        if others:
            yield from _wrapped(
                f"{others} more settle something only together with others (--json lists them).", "  "
            )


def _blocked(rules: RuleSet, one: Resolve) -> str:
    """What hangs on a missing input: what a board asks first by name, the rest counted by topic."""
    first = [f"{SHORTER.split(rules.rules[id_].title)[0]} ({id_})" for id_ in FIRST if id_ in one.blocks]
    rest = [id_ for id_ in one.blocks if id_ not in FIRST]
    counts = Counter(rules.rules[id_].topic for id_ in rest)
    titles = {topic.topic: topic.title for topic in rules.topics}
    named = counts.most_common(FEW)
    said = [*first, *(f"{count_of(count, 'rule')} of “{titles[topic]}”" for topic, count in named)]
    others = sum(counts.values()) - sum(count for _, count in named)
    return f"Blocks {'; '.join([*said, *([f'{others} of other topics'] if others else [])])}."


def _part(rules: RuleSet, title: str, own: Sequence[RuleExplanation]) -> Iterator[str]:
    """The rules of a topic that apply; what is met comes first, then what is not known."""
    decided = [one for one in own if one.result not in ("na", "show", "gate_unknown")]
    shown = [one for one in own if one.result == "show"]
    if not decided and not shown:
        return
    yield ""
    yield title.upper()
    for one in sorted(decided, key=lambda one: ORDER.get(one.result, 0)):
        yield from _brief(rules, one)
    if shown:
        yield from _wrapped(
            f"To be read: {'; '.join(f'{one.id} {one.title}' for one in shown)}.", "  ", "    "
        )


def _grouped(rules: RuleSet, what: str, own: Sequence[RuleExplanation]) -> Iterator[str]:
    """Rules with the same reasons on one line."""
    if not own:
        return
    groups: dict[str, list[str]] = {}
    for one in own:
        groups.setdefault("; ".join(_said(rules, one.reasons)), []).append(one.id)
    yield ""
    yield what.upper()
    for reasons, ids in groups.items():
        yield from _wrapped(
            f"{', '.join(ids)}. {reasons}." if reasons else f"{', '.join(ids)}.", "  ", "    "
        )


def _brief(rules: RuleSet, one: RuleExplanation) -> Iterator[str]:
    places = dict.fromkeys(source.slide or source.paper for source in rules.rules[one.id].source)
    where = f" ({', '.join(str(place) for place in places)})" if places else ""
    yield from _wrapped(f"{_headline(one)}{where}", "  ", "          ")
    decisive = [reason for reason in one.reasons if reason.part != "gate"] or list(one.reasons)
    if decisive:
        yield from _wrapped(f"{'; '.join(_said(rules, decisive))}.", "          ")
    for note in one.notes:
        yield from _wrapped(f"{note}.", "          ")
    if one.follows and one.result == "met":
        yield from _wrapped(f"What follows. {one.follows}", "          ")
    if one.changes and not _asked_already(one):
        first = {change.becomes: change for change in reversed(one.changes)}  # of each other result the first
        chosen = [change for change in one.changes if first[change.becomes] is change][:IN_BRIEF]
        said = [change.words for change in chosen]
        more = len(one.changes) - len(said)
        rest = f" ({more} more: --rule {one.id})" if more else ""
        yield from _wrapped(f"{'; '.join(said)}{rest}.", "          ")


def _asked_already(one: RuleExplanation) -> bool:
    """Whether the reason is the one question that a rule hangs on: `... is not recorded (above 70 %?)`."""
    asks = all(reason.value == NOT_RECORDED for reason in one.reasons)
    return one.result == "unknown" and len(one.missing) == 1 and asks


def _said(rules: RuleSet, reasons: Sequence[Reason]) -> list[str]:
    """The sentences; many inputs that are not recorded are named together."""
    unknown = [reason for reason in reasons if reason.value == NOT_RECORDED and len(reason.inputs) == 1]
    if len(unknown) <= FEW:
        return list(dict.fromkeys(reason.words for reason in reasons))
    others = dict.fromkeys(reason.words for reason in reasons if reason not in unknown)
    names = dict.fromkeys(rules.inputs[reason.inputs[0]].called for reason in unknown)
    return [*others, f"Not recorded: {', '.join(names)}"]


def _headline(one: RuleExplanation) -> str:
    warning = " (a warning or a prompt)" if one.unwelcome and one.result == "met" else ""
    label = f" [{one.origin_label}]" if one.origin_label else ""
    answered = one.result not in ("unknown", "gate_unknown")
    if answered and any(not missing.words.endswith(ADDS_A_FLAG) for missing in one.missing):
        warning += " (not settled: what is missing can still change it)"
    return f"{one.id:<8}{one.result_words.upper()}{warning}: {one.title}{label}"


def _full(one: RuleExplanation) -> Iterator[str]:
    yield from _wrapped(_headline(one), "", "  ")
    applies = [reason for reason in one.reasons if reason.part == "gate"]
    decisive = [reason for reason in one.reasons if reason.part in ("condition", "label")]
    flags = [reason for reason in one.reasons if reason.part == "flag"]
    yield from _reasons("Whether it applies", applies)
    yield from _reasons("Because", decisive)
    yield from _reasons("Flags", flags)
    for note in one.notes:
        yield from _wrapped(f"{note}.", "  ", "    ")
    if one.follows:
        yield from _wrapped(f"What follows. {one.follows}", "  ", "    ")
    yield from _list("What would change it", [change.words for change in one.changes])
    yield from _list("What is missing", [missing.words for missing in one.missing])
    if one.ambiguity:
        yield from _wrapped(f"Note. {one.ambiguity}", "  ", "    ")
    if one.conflicts:
        yield from _wrapped(f"Sources disagree: {', '.join(one.conflicts)}.", "  ", "    ")
    if one.strength:
        yield from _wrapped(f"Strength. {one.strength}", "  ", "    ")
    yield from _list("Source", one.source)


def _reasons(title: str, reasons: Sequence[Reason]) -> Iterator[str]:
    yield from _list(
        title,
        [
            reason.words + (f" [{reason.through}]" if reason.through and reason.inputs else "")
            for reason in reasons
        ],
    )


def _list(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"  {title}"
        for line in lines:
            yield from _wrapped(line, "    - ", "      ")


def _wrapped(text: str, indent: str, hanging: str | None = None) -> list[str]:
    following = hanging if hanging is not None else indent + "  "
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=following, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
