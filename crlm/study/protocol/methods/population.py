"""Whom a study is of, and which groups it compares."""

from __future__ import annotations

from crlm.dictionary.expressions import in_words, parse
from crlm.dictionary.wording import as_sentence, in_sentence, listed, set_off
from crlm.study.protocol import phrases
from crlm.study.protocol.methods.sharing import gathered
from crlm.study.protocol.model import Protocol
from crlm.study.unit_words import EPISODES, PATIENTS, words_of

MOST_CONDITIONS = 3
"""Of more criteria only the labels are told: the appendix has the conditions."""


def design(protocol: Protocol) -> list[str]:
    """The design, as a sentence."""
    said = protocol.study.design
    if not said:
        return []
    words = in_sentence(said.strip().rstrip("."))
    article = "" if words.startswith(("a ", "an ")) else "an " if words[0] in "aeiou" else "a "
    return [f"This was {article}{words}"]


def population(protocol: Protocol) -> list[str]:
    """The description, and the criteria in order; whom the unknown leaves out is said once when it is several times."""
    declared, variables = protocol.population, protocol.variables()
    found = []
    if declared.description:
        found.append(
            f"The study population consisted of {in_sentence(declared.description.strip().rstrip('.'))}"
        )
    several = len(declared.criteria) > 1
    together = len(declared.criteria) > MOST_CONDITIONS
    steps, unknowns = [], []
    words = PATIENTS if declared.unit == "patient" else EPISODES
    for index, one in enumerate(declared.criteria, 1):
        step = f"({index}) {one.label}" if several else one.label
        if one.first_by:
            steps.append(f"{step} ({phrases.first_of_patient(one.first_by, variables)})")
            words = PATIENTS
            continue
        side = "included" if one.include is not None else "excluded"
        unknown = ""
        if one.unknown and together:
            unknowns.append((f"{one.unknown}d", f"({index})"))
        elif one.unknown:
            unknown = f"; {words.many} for {words.whom} this was unknown were {one.unknown}d"
        if len(declared.criteria) > MOST_CONDITIONS:
            steps.append(f"{step} ({side})")
            continue
        steps.append(f"{step} ({side} if {in_sentence(in_words(parse(one.expression), variables))}{unknown})")
    if steps:
        order = "These criteria were applied in order" if several else "This criterion was applied"
        if len(steps) > MOST_CONDITIONS:
            order += " (their conditions stand in the appendix “The protocol in words”)"
        found.append(f"{order}: {'; '.join(steps)}")
    if unknowns:
        told = " and ".join(f"{fate} at {listed(steps)}" for fate, steps in gathered(unknowns).items())
        many = PATIENTS.many if declared.unit == "patient" else EPISODES.many
        found.append(f"When a criterion was unknown, {many} were {told}")
    return found


def comparison(protocol: Protocol) -> list[str]:
    """The groups, the reference last."""
    declared = protocol.comparison
    if declared is None:
        return []
    variable = protocol.variables()[declared.variable]
    reference = phrases.group_reference(variable, declared.reference)
    others = [name for name in variable.level_names if name != reference]
    many = words_of(protocol, None).many
    unknown = f"; {many} whose group was unknown were excluded" if declared.unknown else ""
    return [
        f"{as_sentence(many)} were compared by {set_off(variable.label)}: {phrases.levels_of(variable, others, 'and')} "
        f"against {phrases.levels_of(variable, [reference])} (reference){unknown}"
    ]
