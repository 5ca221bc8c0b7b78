"""Writes docs/reference/expressions.md from the examples that the tests run: `python -m tests.spec.document`."""

from pathlib import Path

from crlm.dictionary.expressions import ExpressionError, check, in_words, parse
from tests.expressions.samples import VARIABLES
from tests.spec.expressions import SECTIONS
from tests.spec.tables import markdown

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "expressions.md"

OPENING = """\
<!-- Written by `python -m tests.spec.document` from tests/spec/expressions.py, whose tables the tests run. Change
those, not this page. -->

# Expressions

Criteria, derived variables and checks of a [protocol](protocol.md) are small expressions over its variables, such as
`age >= 70 and not bilobar`. Names are the names of columns, and of derived variables declared before. Numbers have a
decimal point and no unit; texts stand in plain quotes. An expression has at most 2000 characters.

Every value can be unknown, and unknown is never taken for no. In the tables below a dash is an unknown value.
"""

WORDS = (
    "age >= 70 and not bilobar",
    "18 <= age < 80",
    "sex == 'female' or missing(cea)",
    "side in ['left', 'rectum']",
    "points(cea > 200) + points(size > 5) >= 2",
    "cut(size, [3, 5], ['small', 'middle', 'large'], side='right')",
    "operated - diagnosed <= 365",
)


def answer(expression):
    """What the language says to a mistake: the first fault, its fix."""
    try:
        check(parse(expression), VARIABLES)
    except ExpressionError as error:
        fault = error.faults[0]
        return f"{fault.given}; {fault.fix}" if fault.fix else fault.given
    raise AssertionError(f"{expression} is no mistake")


def in_table(text):
    return text.replace("|", "\\|")


def page():
    parts = [OPENING]
    for section in SECTIONS:
        parts.append(f"## {section.title}\n\n{section.text}\n")
        parts.extend(f"{markdown(example)}\n" for example in section.examples)
        if section.mistakes:
            lines = [
                f"| `{in_table(written)}` | {in_table(answer(written))} |" for written, _ in section.mistakes
            ]
            parts.append("\n".join(["| written | answered |", "| --- | --- |", *lines]) + "\n")
    parts.append(
        "## In words\n\n`crlm study check` says what an expression means, in the labels and units of the variables:\n"
    )
    lines = [f"| `{in_table(text)}` | {in_words(parse(text), VARIABLES)} |" for text in WORDS]
    parts.append("\n".join(["| expression | in words |", "| --- | --- |", *lines]) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
