"""What the checks of a protocol share: its variables, its outcomes, and the list of problems with their places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from crlm.dictionary.expressions import ExpressionError, Kind, check, names, parse
from crlm.dictionary.variables import Variable
from crlm.problems import Problem, did_you_mean
from crlm.study.protocol.load import LoadedProtocol

Key = Sequence[str | int]


class Checking:
    """A protocol under examination."""

    def __init__(self, loaded: LoadedProtocol) -> None:
        self.loaded = loaded
        self.protocol = loaded.protocol
        self.variables = loaded.protocol.variables()
        self.outcomes = _outcomes(loaded)
        self.problems: list[Problem] = []

    def error(
        self, key: Key, code: str, given: str, allowed: str | None = None, fix: str | None = None
    ) -> None:
        """Something that cannot be run."""
        self._add("error", key, code, given, allowed, fix)

    def warning(self, key: Key, code: str, given: str, fix: str | None = None) -> None:
        """Something that can be run and is probably not meant."""
        self._add("warning", key, code, given, None, fix)

    def _add(
        self,
        severity: Literal["error", "warning"],
        key: Key,
        code: str,
        given: str,
        allowed: str | None,
        fix: str | None,
    ) -> None:
        self.problems.append(Problem(code, given, allowed, fix, self.loaded.place(*key), severity))

    def variable(self, key: Key, name: str, known: Mapping[str, Variable] | None = None) -> Variable | None:
        """The variable of that name; an error with the nearest name when there is none."""
        known = self.variables if known is None else known
        if name not in known:
            fix = did_you_mean(name, list(known))
            self.error(
                key,
                "protocol-unknown-variable",
                f'there is no variable "{name}"',
                "a column or a derived variable.",
                fix,
            )
            return None
        return known[name]

    def endpoint(self, key: Key, name: str) -> bool:
        """Whether there is an endpoint of that id; an error when not."""
        known = [one.id for one in self.protocol.endpoint]
        if name not in known:
            fix = did_you_mean(name, known)
            self.error(
                key,
                "protocol-unknown-endpoint",
                f'there is no endpoint "{name}"',
                "the id of an [[endpoint]].",
                fix,
            )
        return name in known

    def expression(
        self, key: Key, text: str, known: Mapping[str, Variable], later: Iterable[str] = ()
    ) -> Kind | None:
        """The kind of an expression over known variables; its faults become errors of the key."""
        try:
            expr = parse(text)
            early = sorted(names(expr) & set(later))
            if early:
                given = f'the expression uses "{early[0]}", which is not derived yet'
                fix = f'put the [[derived]] table of "{early[0]}" before this one.'
                self.error(
                    key, "protocol-derived-order", given, "columns, and variables derived before.", fix
                )
                return None
            kind = check(expr, known)
        except ExpressionError as error:
            self.problems.extend(error.problems_at(self.loaded.place(*key)))
            return None
        if not names(expr):
            self.warning(
                key, "protocol-constant", "the expression names no variable, so it is the same for everyone"
            )
        return kind

    def condition(self, key: Key, text: str, known: Mapping[str, Variable]) -> bool:
        """Whether an expression is a condition; an error when it is something else."""
        kind = self.expression(key, text, known)
        if kind is not None and kind.type != "boolean":
            given = f"the expression gives a {kind.type}"
            self.error(
                key,
                "protocol-condition",
                given,
                "a condition, which is yes or no.",
                "compare it with something.",
            )
        return kind is not None and kind.type == "boolean"

    def levels(self, key: Key, given: Sequence[str], variable: Variable) -> None:
        """An error for each name that is not a level of the variable, at its own place in the list."""
        for index, name in enumerate(given):
            if name not in variable.level_names:
                self.error(
                    (*key, index),
                    "protocol-unknown-level",
                    f'"{name}" is not a level of "{variable.name}"',
                    quoted(variable.level_names),
                    did_you_mean(name, variable.level_names),
                )

    def repeated(self, keys: Iterable[tuple[Key, str]], what: str) -> None:
        """An error for each name that was given before."""
        seen: dict[str, Key] = {}
        for key, name in keys:
            if name in seen:
                line = self.loaded.lines.of(seen[name])
                where = f" (line {line})" if line else ""
                self.error(
                    key,
                    "protocol-duplicate",
                    f'the {what} "{name}" is given twice{where}',
                    "each once.",
                    "rename or remove one.",
                )
            seen.setdefault(name, key)


def quoted(names: Iterable[str]) -> str:
    """Names as a list of what is allowed."""
    return ", ".join(f'"{name}"' for name in names) + "."


def _outcomes(loaded: LoadedProtocol) -> dict[str, str]:
    """The variables that are known only after time zero, each with the endpoint (its id) that it belongs to.

    They are the times and statuses of endpoints, and whatever is derived from them.
    """
    found: dict[str, str] = {}
    for endpoint in loaded.protocol.endpoint:
        dates = () if endpoint.dates is None else (*endpoint.dates.event, *endpoint.dates.competing)
        for name in (endpoint.time, endpoint.status, *dates):
            found.setdefault(name, endpoint.id)
    for derived in loaded.protocol.derived:
        try:
            used = sorted(names(parse(derived.expression)))
        except ExpressionError:
            continue
        of = next((found[name] for name in used if name in found), None)
        if of is not None:
            found.setdefault(derived.name, of)
    return found
