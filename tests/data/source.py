"""How a public data set is described: where it comes from, and what its columns and codes mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Code = str


@dataclass(frozen=True)
class Factor:
    """A category: its column, and the level that each code stands for, in order; the first level is the reference.

    `column` may name several 0/1 columns; then `levels` has the level of each, and "" is the level of all zeros. A code
    that is not among `levels` is `otherwise`, or an error.
    """

    column: str | tuple[str, ...]
    levels: Mapping[Code, str]
    otherwise: str | None = None


@dataclass(frozen=True)
class Source:
    """One data set. `event` says which codes of a column are the event; `causes` names codes when there are several."""

    what: str
    printed: str
    file: str
    numbers: Mapping[str, str]
    factors: Mapping[str, Factor] = field(default_factory=dict)
    time: str | None = None
    entry: str | None = None
    event: tuple[str, tuple[Code, ...]] | None = None
    causes: Factor | None = None
    identifier: str | None = None
    compared: str | None = None
    landmarks: tuple[float, ...] = ()
    separator: str = ","


def same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


def yes_no(column: str, yes: str = "1", no: str = "0") -> Factor:
    return Factor(column, {no: "no", yes: "yes"})


def as_named(column: str, *levels: str) -> Factor:
    return Factor(column, same(*levels))
