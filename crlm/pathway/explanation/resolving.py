"""What each missing input would settle: every value that it could have, tried; no value counts as more likely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crlm.pathway.evaluate import Evaluation
from crlm.pathway.explanation.model import Missing, Resolve, Settles
from crlm.pathway.explanation.prepared import Prepared
from crlm.pathway.explanation.search import Dial, Singles
from crlm.pathway.explanation.words import capital, count_of, named
from crlm.pathway.model import Input

SETTLES: dict[Settles, str] = {
    "every": "settles this whatever it is",
    "some": "settles this for some of its values",
    "no": "does not settle this alone",
}
RANK = {kind: rank for rank, kind in enumerate(SETTLES)}


class Resolving:
    """For each rule that is not settled which missing inputs settle it, alone."""

    def __init__(
        self, prepared: Prepared, evaluation: Evaluation, dials: Mapping[str, Dial], singles: Singles
    ) -> None:
        self._rules, self._order = prepared.rules, prepared.order
        self._hanging: dict[str, list[str]] = {}
        self._every: dict[str, dict[str, None]] = {}
        self._some: dict[str, dict[str, None]] = {}
        self._settled_already: set[str] = set()
        self._missing: dict[tuple[str, Settles, bool], Missing] = {}
        learnable = {
            name: sum(1 << n for n, cell in enumerate(dial.turns) if cell in dial.learnable)
            for name, dial in dials.items()
        }
        for id_, result in evaluation.results.items():
            if not result.could_change:
                continue
            settled = singles.rule(id_).settled
            if settled & 1:  # the case itself: only a flag hangs on something
                self._settled_already.add(id_)
            for name in result.could_change:
                self._hanging.setdefault(name, []).append(id_)
                if settled & 1:
                    continue
                block, wanted = singles.block(name, settled), learnable[name]
                if wanted and block & wanted == wanted:
                    self._every.setdefault(name, {})[id_] = None
                elif block & wanted:
                    self._some.setdefault(name, {})[id_] = None

    def all(self) -> tuple[Resolve, ...]:
        """Every input that something hangs on, what settles most first."""
        found = [self._resolve(one) for name, one in self._rules.inputs.items() if name in self._hanging]
        return tuple(
            sorted(
                found,
                key=lambda one: (
                    -len(one.settles) - len(one.labels),
                    -len(one.may_settle) - len(one.may_label),
                ),
            )
        )

    def of_rule(self, rule: str, could_change: frozenset[str]) -> tuple[Missing, ...]:
        """The inputs that one rule's result hangs on, those that settle it first."""
        flag = rule in self._settled_already
        found = []
        for name in sorted(could_change, key=self._order.__getitem__):
            every, some = rule in self._every.get(name, ()), rule in self._some.get(name, ())
            found.append(self._missing_one(name, "every" if every else "some" if some else "no", flag))
        return tuple(sorted(found, key=lambda one: RANK[one.settles]))

    def _missing_one(self, name: str, settles: Settles, flag: bool) -> Missing:
        key = (name, settles, flag)
        if key not in self._missing:
            one = self._rules.inputs[name]
            words = f"{capital(named(one))} {'can add a flag' if flag else SETTLES[settles]}"
            self._missing[key] = Missing(name, one.called, settles, words)
        return self._missing[key]

    def _resolve(self, one: Input) -> Resolve:
        settles, labels = self._split(list(self._every.get(one.name, ())))
        may_settle, may_label = self._split(list(self._some.get(one.name, ())))
        return Resolve(
            input=one.name,
            label=one.called,
            question=one.question,
            judgement=one.judgement,
            settles=settles,
            may_settle=may_settle,
            labels=labels,
            may_label=may_label,
            blocks=tuple(self._hanging[one.name]),
            words=_words(
                len(settles) + len(labels), len(may_settle) + len(may_label), len(self._hanging[one.name])
            ),
        )

    def _split(self, ids: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Rules and rules that give labels."""
        labels = tuple(id_ for id_ in ids if self._rules.rules[id_].labels)
        return tuple(id_ for id_ in ids if id_ not in labels), labels


def _words(every: int, some: int, blocked: int) -> str:
    if every and some:
        return f"Settles {count_of(every, 'rule')} whatever it is, {some} more for some of its values"
    if every:
        return f"Settles {count_of(every, 'rule')} whatever it is"
    if some:
        return f"Settles {count_of(some, 'rule')} for some of its values"
    hang = "hang" if blocked > 1 else "hangs"
    return f"Settles nothing alone; {count_of(blocked, 'rule')} {hang} on it with other things"
