"""What each missing input would settle: every value that it could have, tried; no value counts as more likely."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from crlm.pathway.explanation.model import ADDS_A_FLAG, Missing, Resolve, RuleExplanation, Settles
from crlm.pathway.explanation.prepared import Prepared
from crlm.pathway.explanation.search import Search
from crlm.pathway.explanation.words import capital, count_of, named
from crlm.pathway.model import Input
from crlm.pathway.ruleset import RuleSet

SETTLES: dict[Settles, str] = {
    "every": "settles this whatever it is",
    "some": "settles this for some of its values",
    "no": "does not settle this alone",
}


class Settling:
    """For each rule of a case that is not settled which missing inputs settle it, alone."""

    def __init__(self, prepared: Prepared, search_of: Callable[[str], Search]) -> None:
        self._prepared, self._search_of = prepared, search_of

    def of_rule(self, rule: str, could_change: frozenset[str]) -> tuple[Missing, ...]:
        """The inputs that one rule's result hangs on, those that settle it first."""
        if not could_change:
            return ()
        search = self._search_of(rule)
        settled = search.rule(rule).settled
        kinds: dict[Settles, list[str]] = {kind: [] for kind in SETTLES}
        for name in sorted(could_change, key=self._prepared.order.__getitem__):
            # settled in the case itself: only a flag hangs on something
            wanted = 0 if settled & 1 else search.dials[name].learnable
            block = search.grids.singles.block(name, settled) & wanted
            kinds["every" if block and block == wanted else "some" if block else "no"].append(name)
        flag = bool(settled & 1)
        return tuple([self._missing(name, kind, flag) for kind, names in kinds.items() for name in names])

    def _missing(self, name: str, settles: Settles, flag: bool) -> Missing:
        words, key = self._prepared.missing, (name, settles, flag)
        if key not in words:
            one = self._prepared.rules.inputs[name]
            said = f"{capital(named(one))} {ADDS_A_FLAG if flag else SETTLES[settles]}"
            words[key] = Missing(name, one.called, settles, said)
        return words[key]


def resolves(prepared: Prepared, told: Mapping[str, RuleExplanation]) -> tuple[Resolve, ...]:
    """Every input that something hangs on, what settles most first."""
    blocks: dict[str, dict[Settles, list[str]]] = {}
    for id_, one in told.items():
        for missing in one.missing:
            if missing.input not in blocks:
                blocks[missing.input] = {kind: [] for kind in SETTLES}
            blocks[missing.input][missing.settles].append(id_)
    rules, order = prepared.rules, prepared.order
    found = [
        _resolve(rules, rules.inputs[name], blocks[name], prepared.place_of)
        for name in sorted(blocks, key=order.__getitem__)
    ]
    return tuple(
        sorted(
            found,
            key=lambda one: (
                -len(one.settles) - len(one.labels),
                -len(one.may_settle) - len(one.may_label),
            ),
        )
    )


def _resolve(
    rules: RuleSet, one: Input, blocked: Mapping[Settles, Sequence[str]], place_of: Mapping[str, int]
) -> Resolve:
    settles, labels = _split(rules, blocked["every"])
    may_settle, may_label = _split(rules, blocked["some"])
    blocks = tuple(sorted((id_ for ids in blocked.values() for id_ in ids), key=place_of.__getitem__))
    return Resolve(
        input=one.name,
        label=one.called,
        question=one.question,
        judgement=one.judgement,
        settles=settles,
        may_settle=may_settle,
        labels=labels,
        may_label=may_label,
        blocks=blocks,
        words=_words(len(blocked["every"]), len(blocked["some"]), len(blocks)),
    )


def _split(rules: RuleSet, ids: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Rules and rules that give labels."""
    labels = tuple([id_ for id_ in ids if rules.rules[id_].labels])
    return tuple([id_ for id_ in ids if id_ not in labels]), labels


def _words(every: int, some: int, blocked: int) -> str:
    if every and some:
        return f"Settles {count_of(every, 'rule')} whatever it is, {some} more for some of its values"
    if every:
        return f"Settles {count_of(every, 'rule')} whatever it is"
    if some:
        return f"Settles {count_of(some, 'rule')} for some of its values"
    hang = "hang" if blocked > 1 else "hangs"
    return f"Settles nothing alone; {count_of(blocked, 'rule')} {hang} on it with other things"
