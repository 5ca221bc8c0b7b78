"""Is an effect that stands in several places the same everywhere?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from crlm.evidence.audit.explain import is_slip
from crlm.evidence.audit.finding import Check, CheckResult, Explanation, Finding
from crlm.evidence.audit.printed import Printed, printed, shown
from crlm.evidence.audit.ratio import limits, place_of, quoted

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedEffect

ID = "repeated-effects"
COLUMN = 3
"""Terms that make a column of a table."""
TELLING = 2
"""Numbers of an effect that have to be the same before it is taken for another's."""
_PROSE = re.compile(r"(abstract|introduction|text|results?|discussion|conclusions?)\b(?!.*table)")
"""Places that quote an effect or two of a table."""
Numbers = dict[str, Printed]
Pair = tuple["PublishedEffect", "PublishedEffect"]


def repeated_effects(paper: Paper) -> CheckResult:
    """Every effect (endpoint, model, term, level, reference, population, subgroup) that is printed twice or more."""
    places: dict[tuple[str, ...], list[PublishedEffect]] = defaultdict(list)
    for row in paper.numbers.effects:
        if _numbers(row):
            places[_identity(row)].append(row)
    findings = []
    tested = 0
    for rows in places.values():
        pairs = [pair for pair in combinations(rows, 2) if set(_numbers(pair[0])) & set(_numbers(pair[1]))]
        tested += len(pairs)
        apart = [(pair, names) for pair in pairs if (names := _apart(*pair))]
        if apart:
            findings.append(_finding(apart, paper.numbers.effects))
    for row, of in _of_another_model(paper):
        tested += 1
        if of is not None:
            findings.append(_misnamed(row, of))
    return CheckResult(ID, tested, tuple(findings))


def _of_another_model(paper: Paper) -> Iterator[tuple[PublishedEffect, PublishedEffect | None]]:
    """Effects that are quoted of a model whose column in the table has no such row.

    With the row of the table that prints the very numbers as another model's, None where none does.
    """
    places: dict[tuple[str, ...], list[PublishedEffect]] = defaultdict(list)
    for row in paper.numbers.effects:
        places[row.locator, row.endpoint, row.population].append(row)
    for row in paper.numbers.effects:
        if len(_numbers(row)) < TELLING or row.subgroup_variable or not _PROSE.match(row.locator.lower()):
            continue
        for (_, endpoint, population), members in places.items():
            if (endpoint, population) != (row.endpoint, row.population) or not _is_column(members, row.model):
                continue
            same = [one for one in members if _cell(one) == _cell(row) and _numbers(one)]
            if same and not any(_related(one.model, row.model) for one in same):
                yield row, next((one for one in same if _prints(one, row)), None)


def _is_column(members: list[PublishedEffect], model: str) -> bool:
    """Whether these rows of one place hold a column of this model; a sentence that quotes an effect or two does not."""
    return len({one.term for one in members if one.model == model}) >= COLUMN


def _related(one: str, other: str) -> bool:
    """Whether one model's name begins with the other's: a final model may be the model."""
    return one.startswith(other) or other.startswith(one)


def _cell(row: PublishedEffect) -> tuple[str, ...]:
    return row.term, row.level, row.reference, row.measure, row.subgroup_variable, row.subgroup_level


def _prints(table: PublishedEffect, row: PublishedEffect) -> bool:
    """Whether everything that is quoted stands in the table with the same digits."""
    inside, quoted_ = _numbers(table), _numbers(row)
    return all(name in inside and inside[name].text == one.text for name, one in quoted_.items())


def _misnamed(row: PublishedEffect, of: PublishedEffect) -> Finding:
    called, printed_as = (one.model.replace("_", " ") for one in (row, of))
    return Finding(
        ID,
        "contradiction",
        f"{place_of(row)}: called {called} in {row.locator}, printed as {printed_as} in {of.locator}",
        (quoted(row), quoted(of)),
        f"the numbers of {row.locator} are those of the {printed_as} column of {of.locator}, whose {called} column has "
        "no such row",
        (Explanation("swapped-labels", f"The {printed_as} effect was quoted as the {called} one."),),
        suspects=(row.row_id,),
    )


def _identity(row: PublishedEffect) -> tuple[str, ...]:
    names = "population endpoint unit_of_analysis model subgroup_variable subgroup_level term level reference measure"
    return tuple(str(getattr(row, name)) for name in names.split())


def _numbers(row: PublishedEffect) -> Numbers:
    low, high = limits(row.ci_printed)
    sign = row.p_op if row.p_op in ("<", ">") and row.p_printed[:1] not in "<>" else ""
    found = {
        "estimate": printed(row.est_printed),
        "lower limit": low,
        "upper limit": high,
        "p": printed(f"{sign}{row.p_printed}"),
    }
    return {name: number for name, number in found.items() if number is not None}


def _apart(one: PublishedEffect, other: PublishedEffect) -> tuple[str, ...]:
    """The numbers of which no true value prints as both, or only one on the very edge of both."""
    first, second = _numbers(one), _numbers(other)
    return tuple(name for name in first if name in second and not _agree(first[name], second[name]))


def _agree(one: Printed, other: Printed) -> bool:
    if not one.overlaps(other.low, other.high):
        return False
    touching = one.low == other.high or one.high == other.low
    return not (touching and one.operator == other.operator == "=")


def _finding(apart: list[tuple[Pair, tuple[str, ...]]], effects: Iterable[PublishedEffect]) -> Finding:
    rows = list({row.row_id: row for pair, _ in apart for row in pair}.values())
    names = list(dict.fromkeys(name for _, found in apart for name in found))
    parts = []
    for name in names:
        texts = [f"{_numbers(row)[name].text} ({row.locator})" for row in rows if name in _numbers(row)]
        parts.append(f"{name}: {', '.join(dict.fromkeys(texts))}")
    edge = all(_on_the_edge(pair, found) for pair, found in apart)
    return Finding(
        ID,
        "doubtful" if edge else "contradiction",
        f"{place_of(rows[0])}: printed differently in {len(rows)} places{_sides(rows)}",
        tuple(quoted(row) for row in rows),
        "; ".join(parts),
        (
            *dict.fromkeys(each for pair, found in apart for each in _explanations(pair, found)),
            *_of_other_models(rows, effects),
        ),
    )


def _of_other_models(
    rows: list[PublishedEffect], effects: Iterable[PublishedEffect]
) -> Iterator[Explanation]:
    """The column of another model in which some of the places find all their numbers."""
    found: dict[PublishedEffect, list[str]] = {}
    for row in rows:
        for other in effects:
            same = (other.endpoint, other.population, *_cell(other)) == (
                row.endpoint,
                row.population,
                *_cell(row),
            )
            complete = len(_numbers(row)) == len(_numbers(other)) > TELLING
            if same and complete and other.model != row.model and _prints(other, row):
                found.setdefault(other, []).append(row.locator)
    for other, places in found.items():
        model = other.model.replace("_", " ")
        sentence = (
            f"The numbers of {' and '.join(places)} are those of the {model} column of {other.locator}."
        )
        yield Explanation("swapped-labels", sentence)


def _sides(rows: list[PublishedEffect]) -> str:
    """That the estimates favour one side in one place and the other in another, where they do."""
    estimates = [number for row in rows if (number := _numbers(row).get("estimate")) is not None]
    above = any(one.low is not None and one.low > 1 for one in estimates)
    below = any(one.high is not None and one.high < 1 for one in estimates)
    return ", above 1 and below" if above and below else ""


def _on_the_edge(pair: Pair, names: tuple[str, ...]) -> bool:
    first, second = (_numbers(row) for row in pair)
    return all(first[name].overlaps(second[name].low, second[name].high) for name in names)


def _explanations(pair: Pair, names: tuple[str, ...]) -> Iterator[Explanation]:
    first, second = (_numbers(row) for row in pair)
    for name in names:
        one, other = first[name], second[name]
        finer, coarser = (one, other) if one.decimals > other.decimals else (other, one)
        low, high = coarser.truncated()
        if finer.decimals > coarser.decimals and low <= finer.value < high:
            yield Explanation("truncation", f"{coarser.text} is {finer.text} cut off, not rounded.")
            continue
        slip, longer = is_slip(one.text, other.text)
        if slip:
            yield Explanation(
                "lost-sign-or-digit" if longer else "misprint",
                f"{one.text} and {other.text} ({name}) differ by one digit.",
            )
    if "estimate" in names and {"lower limit", "upper limit"} <= set(first) & set(second):
        inverse = _inverse(first)
        if all(inverse[name].overlaps(second[name].low, second[name].high) for name in inverse):
            yield Explanation("swapped-labels", "One is the inverse of the other: the groups are exchanged.")


def _inverse(numbers: Numbers) -> Numbers:
    """The ratio read the other way round, at the same decimals and with a step to spare."""
    turned = {"estimate": "estimate", "lower limit": "upper limit", "upper limit": "lower limit"}
    found = {}
    for name, to in turned.items():
        number = numbers[name]
        if number.value > 0 and (again := printed(shown(1 / number.value, number.decimals))) is not None:
            found[to] = again
    return found


CHECK = Check(
    ID,
    "The same effect in several places",
    "Ratio, limits and p of an effect that stands in a table, its caption, the text or the abstract are compared as "
    "the intervals that they may stand for. Named when no true value, or only one on the very edge of both, "
    "prints as both. Effects of differently named models are different effects; an effect that is quoted of a model "
    "whose column in the table has no such row, with the numbers of another model, is named too.",
    repeated_effects,
)
