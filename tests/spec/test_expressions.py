"""The manual of the expression language holds: every table, every refusal, and the page itself."""

import polars as pl
import pytest

from crlm.dictionary.expressions import ExpressionError, check, evaluate, parse
from crlm.dictionary.expressions.functions import FUNCTIONS
from tests.expressions.samples import VARIABLES
from tests.spec.document import PAGE, page
from tests.spec.expressions import SECTIONS
from tests.spec.tables import frame, patients

EXAMPLES = [
    pytest.param(example, expression, id=expression)
    for section in SECTIONS
    for example in section.examples
    for expression in example.expressions
]
MISTAKES = [pytest.param(*mistake, id=mistake[0]) for section in SECTIONS for mistake in section.mistakes]


@pytest.mark.parametrize(("example", "expression"), EXAMPLES)
def test_the_table_holds(example, expression):
    values = evaluate(frame(example.table), expression, VARIABLES)
    assert dict(zip(patients(example.table), values, strict=True)) == example.expressions[expression]
    if all(isinstance(value, bool | None) for value in example.expressions[expression].values()):
        assert values.dtype == pl.Boolean


@pytest.mark.parametrize(("written", "words"), MISTAKES)
def test_the_mistake_is_answered_with_its_fix(written, words):
    with pytest.raises(ExpressionError) as raised:
        check(parse(written), VARIABLES)
    assert words in raised.value.faults[0].fix


def test_every_function_has_an_example():
    written = " ".join(text for section in SECTIONS for one in section.examples for text in one.expressions)
    assert [name for name in FUNCTIONS if f"{name}(" not in written] == []


def test_the_page_is_what_the_examples_say():
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.spec.document"
