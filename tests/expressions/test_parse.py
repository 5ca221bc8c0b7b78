"""What an expression may be made of, how far it may go, and where a fault stands."""

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crlm.dictionary.expressions import ExpressionError, check, names, parse
from crlm.dictionary.expressions.syntax import (
    And,
    Arithmetic,
    Call,
    Comparison,
    Membership,
    Name,
    Not,
    Number,
    Or,
    Text,
)
from crlm.problems import Place, ProtocolError
from tests.expressions.samples import VARIABLES

NOT_IN_THE_LANGUAGE = [
    "__import__('os')",
    "age.real",
    "age[0]",
    "lambda: 1",
    "[age for age in [1]]",
    "{'age': 1}",
    "{age}",
    "f'{age}'",
    "b'x' == remark",
    "'a' 'b' == remark",
    "(age := 3)",
    "*age",
    "await age",
    "...",
    "1j",
    "0x10",
    "1_000",
    "0o7",
    "age, cea",
    "age // 2",
    "age % 2",
    "age @ cea",
    "~bilobar",
    "+age",
    "age; cea",
    "import os",
    "age\\\n> 3",
    "age > 70  # old",
    "min(*[1, 2])",
    "min(a=1, b=2)",
    "(age)(3)",
    "'known'(age)",
    "age in (1, 2)",
    "age in []",
    "age in 3",
    "age in [cea]",
    "1 < age in [3]",
    "5and bilobar",
    "agé > 3",
    "_age > 3",
    "True",
    "NaN",
]


@pytest.mark.parametrize("text", NOT_IN_THE_LANGUAGE)
def test_what_is_not_on_the_list_is_refused_with_a_fix(text):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ExpressionError) as raised:
            parse(text)
    for fault in raised.value.faults:
        assert fault.fix
        assert 0 <= fault.at < len(text)


TOO_MUCH = {
    "parentheses": "(" * 1000 + "1" + ")" * 999,
    "balanced parentheses": "(" * 990 + "1" + ")" * 990,
    "brackets": "[" * 1000,
    "calls": "abs(" * 300 + "age" + ")" * 300,
    "minus signs": "-" * 1999 + "1",
    "nots": "not " * 499 + "bilobar",
    "a sum": "1" + "+1" * 900,
    "dots": "x." * 600 + "x",
    "a number": "9" * 2000,
    "characters": "a" * 2001,
    "nothing": "",
    "blanks": "  \n ",
    "a null character": "age > \x00",
    "half a character": "remark == '\ud800'",
}


@pytest.mark.parametrize("text", TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_too_much_is_refused_and_never_crashes(text):
    with pytest.raises(ExpressionError):
        parse(text)


def test_a_long_flat_condition_is_allowed():
    assert len(parse(" or ".join(f"age == {i}" for i in range(120))).root.parts) == 120


@given(
    st.text(
        alphabet=st.characters(codec="utf-8") | st.sampled_from("()[]'\"=<>!&| andornot0123age"), max_size=60
    )
)
def test_any_text_is_parsed_or_refused(text):
    try:
        check(parse(text), VARIABLES)
    except ExpressionError as error:
        assert error.problems


def test_precedence_is_the_usual_one():
    assert parse("bilobar or smoker and not age > 3").root == Or(
        (Name("bilobar"), And((Name("smoker"), Not(Comparison(">", Name("age"), Number(3))))))
    )
    assert parse("metastases - lesions in [0, -1]").root == Membership(
        Arithmetic("-", Name("metastases"), Name("lesions")), (Number(0), Number(-1))
    )


def test_a_chain_is_all_of_its_steps():
    assert parse("1 < age <= 3").root == And(
        (Comparison("<", Number(1), Name("age")), Comparison("<=", Name("age"), Number(3)))
    )


def test_either_quote_and_line_breaks_will_do():
    assert parse('  side\n==\t"left"\n').root == Comparison("==", Name("side"), Text("left"))


def test_a_variable_may_be_called_like_a_function():
    assert parse("points(points > 3)").root == Call("points", (Comparison(">", Name("points"), Number(3)),))


def test_the_names_are_those_of_variables():
    assert names(parse("known(age) and side == 'left' or 1 < cea < 3")) == {"age", "side", "cea"}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("age > 3 and agee > 3", "agee"),
        ("remark == 'é😀' and agee > 3", "agee"),
        ("  (bilobar\n and agee)", "agee"),
        ("side == 'lefft'", "'lefft'"),
        ("age = 3", "="),
        ("known(age) AND bilobar", "AND"),
        ("sqrt(age) > 3", "sqrt"),
    ],
)
def test_a_fault_points_at_the_word(text, word):
    with pytest.raises(ExpressionError) as raised:
        check(parse(text), VARIABLES)
    at = raised.value.faults[0].at
    assert text[at : at + len(word)] == word


def test_all_faults_are_found_at_once_in_the_order_written():
    with pytest.raises(ExpressionError) as raised:
        check(parse("agee > 3 and side == 'lefft' and not cea"), VARIABLES)
    assert [fault.code for fault in raised.value.faults] == [
        "expression-name",
        "expression-level",
        "expression-type",
    ]


def test_a_fault_becomes_a_problem_with_the_place_in_the_protocol():
    with pytest.raises(ProtocolError) as raised:
        check(parse("agee > 3"), VARIABLES)
    (problem,) = raised.value.problems_at(Place(file="study.toml", line=12, key="derived.expression"))
    assert str(problem).startswith(
        "study.toml:12, [derived.expression]: in `agee > 3`, character 1: there is no"
    )
    assert raised.value.exit_code == 3
