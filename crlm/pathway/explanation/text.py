"""An explanation as lines for a terminal: everything in brief, or some rules in full."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterator, Sequence

from crlm.pathway.evaluate import Evaluation
from crlm.pathway.explanation.model import Explanation, Reason, RuleExplanation
from crlm.pathway.explanation.words import NOT_RECORDED, capital, named
from crlm.pathway.ruleset import RuleSet

WIDTH = 110
MOST_MISSING = 12
IN_BRIEF = 3
"""Changes shown of each rule where all rules are shown."""
FEW = 3
"""Unknown inputs that are each shown with what is asked of them; more are named together."""
FIRST = ("DER-01", "DER-02", "DER-03", "DER-05", "SYN-01")
"""What a board asks first: class, remnant, factors, anti-EGFR, presentation."""


def in_brief(rules: RuleSet, evaluation: Evaluation, explanation: Explanation) -> Iterator[str]:
    """Every rule that applies, or may, in a few lines; what does not apply is named."""
    yield f"Rule set {explanation.version}. It informs a board and decides nothing."
    yield explanation.remark
    yield from _contradictions(rules, evaluation)
    yield from _missing(rules, explanation, MOST_MISSING)
    first = [explanation.rules[id_] for id_ in FIRST if id_ in explanation.rules]
    yield from _part(rules, "In short", first)
    for topic in rules.topics:
        own = [explanation.rules[rule.id] for rule in topic.rule if rule.id not in FIRST]
        yield from _part(rules, topic.title, own)


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


def _missing(rules: RuleSet, explanation: Explanation, most: int) -> Iterator[str]:
    if not explanation.resolves:
        return
    yield ""
    yield "MISSING, what settles most first"
    for one in explanation.resolves[:most]:
        asked = f" ({one.question})" if one.question else ""
        yield from _wrapped(f"{capital(named(rules.inputs[one.input]))}{asked}. {one.words}.", "  ")
    rest = explanation.resolves[most:]
    if rest:
        yield from _wrapped(f"And {len(rest)} more: {', '.join(one.label for one in rest)}.", "  ")


def _part(rules: RuleSet, title: str, own: Sequence[RuleExplanation]) -> Iterator[str]:
    decided = [one for one in own if one.result not in ("na", "show", "gate_unknown")]
    yield ""
    yield title.upper()
    for one in decided:
        yield from _brief(rules, one)
    shown = [one for one in own if one.result == "show"]
    if shown:
        yield from _wrapped(f"To be read: {'; '.join(f'{one.id} {one.title}' for one in shown)}.", "  ")
    yield from _grouped("Not known whether they apply", [one for one in own if one.result == "gate_unknown"])
    yield from _grouped("Do not apply", [one for one in own if one.result == "na"])


def _grouped(what: str, own: Sequence[RuleExplanation]) -> Iterator[str]:
    """Rules with the same reasons on one line."""
    groups: dict[str, list[str]] = {}
    for one in own:
        groups.setdefault("; ".join(dict.fromkeys(reason.words for reason in one.reasons)), []).append(one.id)
    for reasons, ids in groups.items():
        yield from _wrapped(
            f"{what}: {', '.join(ids)}. {reasons}." if reasons else f"{what}: {', '.join(ids)}.", "  "
        )


def _brief(rules: RuleSet, one: RuleExplanation) -> Iterator[str]:
    yield from _wrapped(f"{_headline(one)}", "  ", "          ")
    decisive = [reason for reason in one.reasons if reason.part != "gate"] or list(one.reasons)
    if decisive:
        yield from _wrapped(f"{'; '.join(_said(rules, decisive))}.", "          ")
    for note in one.notes:
        yield from _wrapped(f"{note}.", "          ")
    if one.changes:
        first = {change.becomes: change for change in reversed(one.changes)}  # of each other result the first
        chosen = [change for change in one.changes if first[change.becomes] is change][:IN_BRIEF]
        said = [change.words for change in chosen]
        more = len(one.changes) - len(said)
        rest = f" ({more} more: --rule {one.id})" if more else ""
        yield from _wrapped(f"{'; '.join(said)}{rest}.", "          ")


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
