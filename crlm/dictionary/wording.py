"""Labels and numbers inside sentences: the small rules of English that every page of the software shares."""

from __future__ import annotations

from collections.abc import Sequence

EPONYMS = frozenset({
    "Barcelona", "Barrett", "Bismuth", "Brisbane", "Charlson", "Child", "Clavien", "Couinaud",
    "Cox", "Crohn", "Dindo", "Doppler", "Fong", "Glasgow", "Gleason", "Harrell", "Iwatsuki",
    "Kaplan", "Karnofsky", "Kawasaki", "Lynch", "Nordlinger", "Pringle", "Rees", "Schoenfeld",
    "Student", "Sydney", "Tokyo", "Whipple",
})  # fmt: skip
"""Proper names that begin labels of the field and keep their capital inside a sentence."""


def in_sentence(label: str) -> str:
    """A label as it stands inside a sentence: "Age at operation" becomes "age at operation".

    Abbreviations (CEA, T stage, pN) and the field's proper names (Fong score, Clavien-Dindo grade) keep their
    capital.
    """
    first = label.split(maxsplit=1)[0] if label.strip() else ""
    word = first.split("-")[0].split("'")[0].split("’")[0]
    ordinary = word[1:].islower() and len(word) > 1
    if not ordinary or word in EPONYMS:
        return label if word != "A" else f"a{label[1:]}"
    return label[0].lower() + label[1:]


def set_off(label: str) -> str:
    """A label inside a sentence; in quotation marks when its words would read as part of the sentence."""
    confusing = "," in label or any(
        word in label.split() for word in ("and", "or", "is", "not", "minus", "plus")
    )
    return f"“{label}”" if confusing else in_sentence(label)


def as_sentence(text: str) -> str:
    """A text with a capital at its beginning, unless it begins with a symbol like pN0."""
    word = text.split(maxsplit=1)[0].rstrip(",;:") if text.strip() else ""
    ordinary = word.replace("-", "").isalpha() and word.islower()
    return text[0].upper() + text[1:] if ordinary else text


def listed(items: Sequence[str], last: str = "and") -> str:
    """Items in a row: "a", "a and b", "a, b and c"; with semicolons when an item has a comma of its own."""
    if len(items) < 2:
        return "".join(items)
    if any("," in item or f" {last} " in item for item in items):
        return f"{'; '.join(items[:-1])}; {last} {items[-1]}"
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def number(value: float) -> str:
    """A number as a person writes it: every digit that it has, no trailing ".0"."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


UNITS_UNSAID = frozenset({"fraction", "proportion", "ratio"})
"""Units that a label has and a sentence leaves out."""


def with_unit(value: float, unit: str | None, *, several: bool = False) -> str:
    """A number with its unit: "70 years", "1 year", "40 %"; the unit of a fraction is not said.

    `several` numbers share the unit ("0 or 1 points"), so it stays in the plural.
    """
    if not unit or unit in UNITS_UNSAID:
        return number(value)
    singular = not several and value == 1 and unit in {"years", "months", "weeks", "days", "hours", "points"}
    return f"{number(value)} {unit[:-1] if singular else unit}"


def with_article(noun: str) -> str:
    """A noun with its indefinite article: `an integer`, `a category`."""
    return f"{'an' if noun[:1].lower() in tuple('aeiou') else 'a'} {noun}"


def counted(n: int, noun: str) -> str:
    """A count with its noun in the right number: `1 record`, `2 records`."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
