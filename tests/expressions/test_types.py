"""What kind of result an expression has, and which combinations are refused."""

import pytest

from crlm.dictionary.expressions import ExpressionError, Kind, check, evaluate, parse
from crlm.dictionary.variables import Variable
from tests.expressions.samples import VARIABLES, category, frame_of

KINDS = {
    "age": Kind("number"),
    "metastases": Kind("number", whole=True),
    "metastases + 1": Kind("number", whole=True),
    "metastases / 1": Kind("number"),
    "metastases + 1.0": Kind("number"),
    "-metastases * abs(lesions)": Kind("number", whole=True),
    "max(metastases, age)": Kind("number"),
    "points(bilobar)": Kind("number", whole=True),
    "when(bilobar, 1, 2)": Kind("number", whole=True),
    "when(bilobar, 1)": Kind("number", whole=True),
    "when(bilobar, 1, 2.5)": Kind("number"),
    "operated - diagnosed": Kind("number", whole=True),
    "min(operated, diagnosed)": Kind("date"),
    "when(bilobar, operated, '2020-01-01')": Kind("date"),
    "when(bilobar, remark, 'none')": Kind("text"),
    "bilobar": Kind("boolean"),
    "when(bilobar, smoker, age > 3)": Kind("boolean"),
    "known(remark)": Kind("boolean"),
    "side": Kind("category", levels=("right", "left", "rectum")),
    "stage": Kind("category", levels=("t1", "t2", "t3", "t4"), ordered=True),
    "when(bilobar, 'a', when(smoker, 'b', 'a'))": Kind("category", levels=("a", "b")),
    "when(bilobar, side, 'colon')": Kind("category", levels=("right", "left", "rectum", "colon")),
    "cut(age, [70], ['young', 'old'], side='left')": Kind("category", levels=("young", "old"), ordered=True),
}


@pytest.mark.parametrize(("text", "kind"), KINDS.items(), ids=KINDS.keys())
def test_the_kind_of_a_result(text, kind):
    assert check(parse(text), VARIABLES) == kind


REFUSED = {
    "age == side": "a number is compared with a category",
    "side == sex": "no level in common",
    "when(bilobar, 'a', 'b') == 'c'": "'c' is not a level of the expression",
    "side in ['left', 'colon']": "'colon' is not a level",
    "bilobar == 'maybe'": "'maybe' is not a level",
    "bilobar in [1]": "is yes or no and 1 is a number",
    "remark > 'a'": "which has no smaller or larger",
    "bilobar < smoker": "which has no smaller or larger",
    "remark == 3": "is a text and is compared with something else",
    "operated == 3": "is a date and is compared with something else",
    "operated + diagnosed": "`+` needs numbers, and this is a date",
    "operated - 3": "`-` needs numbers, and this is a date",
    "operated > '2020-02-30'": "'2020-02-30' is not a date",
    "min(operated, age)": "min compares dates here",
    "abs(side)": "abs needs a number",
    "-bilobar": "`-` needs a number",
    "when(age, 1, 2)": "yes or no is needed here",
    "when(bilobar, 1, 'a')": "when gives a number in one case and a category in the other",
    "between(side, 'left', 'right')": "between needs a number or a date",
    "between(age, bilobar, 3)": "the limit of between must be a number",
    "cut(side, [1], ['a', 'b'], side='left')": "cut needs a number",
    "points(age)": "yes or no is needed here",
    "not 'yes'": "yes or no is needed here",
}


@pytest.mark.parametrize(("text", "given"), REFUSED.items(), ids=REFUSED.keys())
def test_what_does_not_fit_is_refused(text, given):
    with pytest.raises(ExpressionError) as raised:
        check(parse(text), VARIABLES)
    assert given in raised.value.faults[0].given


def test_a_header_is_answered_with_the_name():
    variables = {"size": Variable(name="size", header="max_tumor_size", label="Size", type="number")}
    with pytest.raises(ExpressionError, match='the name of the variable is "size"'):
        check(parse("max_tumor_size > 5"), variables)


@pytest.mark.parametrize(
    ("code", "fix"), [(1, "write `x` alone."), (2, "write `not x`."), (0, "write `x` or `not x`.")]
)
def test_a_code_of_a_yes_no_is_answered_with_its_own_meaning(code, fix):
    levels = [{"code": 1, "name": "yes"}, {"code": 2, "name": "no"}]
    variables = {"x": Variable(name="x", label="X", type="yes_no", levels=levels)}
    with pytest.raises(ExpressionError) as raised:
        check(parse(f"x == {code}"), variables)
    assert raised.value.faults[0].fix == fix


def test_two_ordered_categories_compare_only_in_the_same_order():
    variables = {**VARIABLES, "later": category("later", "Later", ["t4", "t3", "t2", "t1"], ordered=True)}
    assert check(parse("stage == later"), variables) == Kind("boolean")
    with pytest.raises(ExpressionError, match="different orders"):
        check(parse("stage < later"), variables)


def test_a_constant_fills_every_row_also_of_an_empty_table():
    assert evaluate(frame_of([{}, {}]), "1 + 1", VARIABLES).to_list() == [2, 2]
    assert evaluate(frame_of([]), "age > 3 or true", VARIABLES).to_list() == []
