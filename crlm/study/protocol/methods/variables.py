"""How values were read, and how the derived variables came about: cut-offs and definitions, not whole expressions."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from crlm.dictionary.expressions import in_words, parse
from crlm.dictionary.expressions.syntax import Cut, Expr, Name, Node
from crlm.dictionary.variables import Variable
from crlm.dictionary.wording import as_sentence, in_sentence, listed, number, with_unit
from crlm.study.protocol.methods.sharing import gathered, labelled
from crlm.study.protocol.model import Protocol
from crlm.study.protocol.usage import used_in_analyses

LONGEST = 20
"""Words: a computation that takes more is for the appendix."""


def missing_codes(protocol: Protocol) -> list[str]:
    """The codes of missing values."""
    codes = protocol.data.missing
    if not codes:
        return []
    listed_codes = listed([f"{one.code} ({one.reason})" for one in codes])
    return [f"Values recorded as {listed_codes} were treated as missing"]


def derived(protocol: Protocol) -> list[str]:
    """The derived variables that an analysis uses: cut-offs together, then definitions; what is left out is named."""
    used, variables = used_in_analyses(protocol), protocol.variables()
    compared = protocol.comparison.variable if protocol.comparison else None
    cuts: list[tuple[str, str]] = []
    defined: list[str] = []
    elsewhere: list[str] = []
    for one in protocol.derived:
        if one.name not in used:
            continue
        expression = parse(one.expression)
        node = expression.root
        unit = _unit(node, variables)
        words = in_sentence(in_words(expression, variables))
        label = _without_unit(one.label, unit)
        short = one.type in ("yes_no", "number", "integer") and len(words.split()) <= LONGEST
        if one.definition and one.name == compared:
            defined.append(f"{label} was defined as follows: {one.definition.strip()}")
        elif isinstance(node, Cut):
            of = "" if isinstance(node.value, Name) else f" ({_cut_words(node, one.expression, variables)})"
            cuts.append((_classes(node, unit), f"{label}{of}"))
        elif one.name == compared or short:
            how = "defined as:" if one.type == "yes_no" else "computed as"
            defined.append(f"{one.label} was {how} {words}")
        else:
            elsewhere.append(label)
    found = []
    if cuts:
        grouped = [
            f"{labelled(labels)} {'was' if len(labels) == 1 else 'were'} grouped as {classes}"
            for classes, labels in gathered(cuts).items()
        ]
        found.append(as_sentence("; ".join(grouped)))
    found += defined
    if elsewhere:
        were = "was" if len(elsewhere) == 1 else "were"
        found.append(
            f"How {labelled(elsewhere)} {were} derived stands in the appendix “The protocol in words”"
        )
    return found


def _cut_words(node: Cut, text: str, variables: Mapping[str, Variable]) -> str:
    """What is cut, where it is computed."""
    return in_sentence(in_words(Expr(text, node.value), variables))


def _unit(node: Node, variables: Mapping[str, Variable]) -> str | None:
    """The unit of what is cut, where a variable itself is cut."""
    if isinstance(node, Cut) and isinstance(node.value, Name):
        return variables[node.value.name].unit
    return None


def _without_unit(label: str, unit: str | None) -> str:
    """A label without the unit at its end: the cut-offs have it."""
    return label.removesuffix(f" ({unit})") if unit else label


def _classes(node: Cut, unit: str | None) -> str:
    """The classes of a cut with their bounds: "≤ 30, > 30 to ≤ 50 and > 50 mm"."""
    points = node.points
    below, above = ("≤", ">") if node.side == "right" else ("<", "≥")
    first = f"{below} {number(points[0])}"
    middle = [f"{above} {number(low)} to {below} {number(high)}" for low, high in pairwise(points)]
    return listed([first, *middle, f"{above} {with_unit(points[-1], unit, several=True)}"])
