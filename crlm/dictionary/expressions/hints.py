"""Hints for the commonest slips in an expression, found in the text before Python's parser meets it.

Whoever writes a protocol knows SPSS, R, Excel or SQL; their
spellings are recognised here and answered with ours.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator

from crlm.dictionary.expressions.syntax import Fault

OPENING_QUOTES = "'\""
TYPOGRAPHIC_QUOTES = "‘’“”„‚«»`´"

KEYWORDS = ("and", "or", "not", "in", "true", "false")
RESERVED = frozenset({*KEYWORDS, "is", "if", "else", "null", "none", "nan", "between", *keyword.kwlist})
"""Words (in any case) that no variable can be called, because an expression could not use it."""

SLIPS: tuple[tuple[str, str, str], ...] = (
    (r"&&?", "`{}` is not used here", "write `and`."),
    (r"\|\|?", "`{}` is not used here", "write `or`."),
    (r"<>|≠", "`{}` is not used here", "write `!=`."),
    (r"=<|≤", "`{}` is not used here", "write `<=`."),
    (r"=>|≥", "`{}` is not used here", "write `>=`."),
    (r"===", "`{}` is not used here", "write `==`."),
    (r":=", "`{}` is not used here", "write `==` to compare."),
    (r"(?<![=!<>])=(?!=)", "a single `=` does not compare", "write `==`."),
    (r"!(?!=)", "`{}` is not used here", "write `not`."),
    (r"\*\*|\^", "there are no powers", "multiply: x * x."),
    (r"//|%", "`{}` is not used here", "write `/` for division; a fraction as 0.4, not 40 %."),
    (r"[×·]", "`{}` is not used here", "write `*`."),
    (r"÷", "`{}` is not used here", "write `/`."),
    (r"[−–—]", "`{}` is a typographic dash", "write a plain minus sign `-`."),
    (r"#", "a comment cannot stand inside an expression", "put it on a line of its own, outside the quotes."),
    (
        r"[;{}\\@~$?]",
        "`{}` is not used here",
        "use names, numbers, 'texts', comparisons, and/or/not and + - * /.",
    ),
    (r"\bis\s+not\s+(null|none|na|missing)\b", "`{}` is not used here", "write known(name)."),
    (r"\bis\s+(null|none|na|missing)\b", "`{}` is not used here", "write missing(name)."),
    (r"\bis\s+not\b", "`{}` is not used here", "write `!=`."),
    (r"\bis\b", "`{}` is not used here", "write `==`, or known(name) or missing(name)."),
    (r"\bbetween\s+[^(\s]", "`between` is a function", "write between(age, 18, 80)."),
    (r"\b(null|none|nan)\b", "`{}` is not a value", "write missing(name) or known(name)."),
    (r"\b(if|else)\b", "`{}` is not used here", "write when(condition, value, otherwise)."),
    (
        r"\b\d+(\.\d+)?\s*(years?|months?|weeks?|days?|cm|mm|kg|ng|mg|ml)\b",
        "`{}` has a unit",
        "write the number alone; the unit belongs to the variable.",
    ),
)
"""Pattern in the text outside quotes, what is wrong, and the fix."""

ANY_SLIP = re.compile("|".join(f"(?:{pattern})" for pattern, _, _ in SLIPS), re.IGNORECASE)
LETTERS = re.compile(r"[A-Za-z]+")


def mask_quoted(text: str) -> str:
    """The text with everything inside straight quotes replaced by blanks: same length, same offsets.

    Raises nothing: an unclosed quote masks the rest (`unclosed_quote` reports it).
    """
    masked, inside = [], ""
    for character in text:
        if inside:
            masked.append(character if character == inside else " ")
            inside = "" if character == inside else inside
        else:
            inside = character if character in OPENING_QUOTES else ""
            masked.append(character)
    return "".join(masked)


def unclosed_quote(text: str) -> Fault | None:
    """The opening quote that never closes, if there is one."""
    inside, opened = "", 0
    for offset, character in enumerate(text):
        if inside:
            inside = "" if character == inside else inside
        elif character in OPENING_QUOTES:
            inside, opened = character, offset
    if not inside:
        return None
    return Fault(
        "expression-syntax",
        f"the quote {inside} opens and never closes",
        opened,
        fix=f"close the text with {inside}.",
    )


def unbalanced_bracket(masked: str) -> Fault | None:
    """The first bracket without its partner, if there is one."""
    partner = {")": "(", "]": "["}
    opened: list[tuple[str, int]] = []
    for offset, character in enumerate(masked):
        if character in "([":
            opened.append((character, offset))
        elif character in partner:
            if not opened or opened[-1][0] != partner[character]:
                return Fault(
                    "expression-syntax",
                    f"`{character}` closes nothing",
                    offset,
                    fix=f"remove it, or add `{partner[character]}` before it.",
                )
            opened.pop()
    if not opened:
        return None
    bracket, offset = opened[-1]
    closing = {"(": ")", "[": "]"}[bracket]
    return Fault(
        "expression-syntax", f"`{bracket}` is opened and never closed", offset, fix=f"add `{closing}`."
    )


def slips(text: str) -> Iterator[Fault]:
    """Every recognised slip: typographic quotes and unclosed quotes first, because they hide the rest."""
    masked = mask_quoted(text)
    typographic = [offset for offset, character in enumerate(masked) if character in TYPOGRAPHIC_QUOTES]
    if typographic:
        found = masked[typographic[0]]
        yield Fault(
            "expression-syntax",
            f"{found} is a typographic quote",
            typographic[0],
            fix="write plain quotes: 'text'.",
        )
        return
    unclosed = unclosed_quote(text)
    if unclosed is not None:
        yield unclosed
        return
    if "\\" in text:
        yield Fault(
            "expression-syntax", "a backslash has no meaning here", text.index("\\"), fix="leave it out."
        )
        return
    yield from _spelt_otherwise(masked)
    unbalanced = unbalanced_bracket(masked)
    if unbalanced is not None:
        yield unbalanced


def _spelt_otherwise(masked: str) -> Iterator[Fault]:
    masked = re.sub(r"(,\s*side\s*)=(?!=)", r"\1 ", masked)  # the one `=` that belongs here, in cut(...)
    taken: set[int] = set()
    for pattern, given, fix in SLIPS if ANY_SLIP.search(masked) else ():
        for found in re.finditer(pattern, masked, flags=re.IGNORECASE):
            if taken.isdisjoint(range(*found.span())):
                taken.update(range(*found.span()))
                yield Fault(
                    "expression-syntax", given.format(" ".join(found.group().split())), found.start(), fix=fix
                )
    for found in LETTERS.finditer(masked):
        word = found.group()
        if word in KEYWORDS or word.lower() not in KEYWORDS:
            continue
        whole = not re.match(r"\w", masked[found.end() : found.end() + 1]) and not re.match(
            r"\w", masked[max(found.start() - 1, 0) : found.start()]
        )
        if whole:
            yield Fault(
                "expression-syntax",
                f"`{word}` is written in small letters",
                found.start(),
                fix=f"write `{word.lower()}`.",
            )


def neighbours(masked: str) -> Fault | None:
    """Two words or values with nothing between them: a name with a blank in it, or a forgotten operator."""
    for found in re.finditer(r"([A-Za-z_]\w*|[\d.]+)\s+(?=([A-Za-z_]\w*|['\"\d]))", masked):
        first, second = found.group(1), found.group(2)
        if first not in KEYWORDS and second not in KEYWORDS:
            return Fault(
                "expression-syntax",
                f"nothing stands between `{first}` and `{second}`",
                found.start(),
                allowed="a name has no blanks; values are joined by a comparison, and, or, + - * /.",
                fix="write a blank in a name as `_`, or put the operator that is meant.",
            )
    return None
