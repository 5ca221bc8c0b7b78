"""The vectorised evaluation never differs from the slow one, whatever the expression and the table."""

import math

import polars as pl
from hypothesis import HealthCheck, given, settings

from crlm.dictionary.expressions import evaluate, in_words, names, parse, to_polars
from tests.expressions.samples import EXPRESSIONS, ROWS, VARIABLES, frame_of
from tests.oracles.expressions import row_by_row

MANY = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


def as_stored(value, dtype):
    """An oracle's value as the column's type holds it; a whole number that no Int64 holds is unknown."""
    if value is None or dtype != pl.Int64:
        return value
    return int(value) if abs(value) < 2**63 else None


@MANY
@given(text=EXPRESSIONS, rows=ROWS)
def test_every_expression_has_the_value_that_the_oracle_says(text, rows):
    values = evaluate(frame_of(rows), text, VARIABLES)
    expected = [as_stored(value, values.dtype) for value in row_by_row(text, rows, VARIABLES)]
    assert values.to_list() == expected
    assert not any(isinstance(value, float) and not math.isfinite(value) for value in values)


@settings(MANY, max_examples=60)
@given(text=EXPRESSIONS, rows=ROWS)
def test_the_polars_expression_has_the_same_values_and_type(text, rows):
    frame = frame_of(rows)
    values = evaluate(frame, text, VARIABLES)
    column = frame.with_columns(result=to_polars(parse(text), VARIABLES))["result"]
    assert column.to_list() == values.to_list()
    assert column.dtype == values.dtype


@settings(MANY, max_examples=60)
@given(text=EXPRESSIONS)
def test_every_expression_can_be_said_in_words_and_names_its_variables(text):
    expr = parse(text)
    words = in_words(expr, VARIABLES)
    assert words and "_" not in words
    for name in names(expr):
        label = VARIABLES[name].label
        assert label.casefold() in words.casefold()


@settings(MANY, max_examples=60)
@given(text=EXPRESSIONS)
def test_parentheses_and_blanks_change_nothing(text):
    assert parse(f" ( {text} )\n").root == parse(text).root
