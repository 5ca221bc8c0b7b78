"""Expressions in plain English: hand-written, because people will rely on the words and not on the code."""

import pytest

from crlm.dictionary.expressions import in_words, parse
from crlm.dictionary.variables import Variable
from crlm.dictionary.wording import as_sentence, in_sentence, listed, number, with_unit
from tests.expressions.samples import VARIABLES

WORDS = {
    "age >= 70": "Age at operation is at least 70 years",
    "70 < age": "Age at operation is above 70 years",
    "age == 1": "Age at operation is 1 year",
    "18 <= age < 80": "Age at operation is at least 18 and below 80 years",
    "between(age, 18, 80)": "Age at operation is from 18 to 80 years",
    "not between(age, 18, 80)": "Age at operation is not from 18 to 80 years",
    "not age > 70": "Age at operation is at most 70 years",
    "not (age > 70 or bilobar)": "It is not so that (age at operation is above 70 years or bilobar disease is yes)",
    "cea > 200 and not bilobar": "CEA is above 200 ng/mL and bilobar disease is no",
    "(bilobar or smoker) and known(cea)": "(bilobar disease is yes or smoker is yes) and CEA is known",
    "bilobar or smoker and known(cea)": "Bilobar disease is yes or (smoker is yes and CEA is known)",
    "bilobar == 'no'": "Bilobar disease is no",
    "bilobar != 'no'": "Bilobar disease is yes",
    "side == 'left'": "Side of the primary is left",
    "side in ['left', 'rectum']": "Side of the primary is left or rectum",
    "side not in ['left', 'rectum']": "Side of the primary is none of left and rectum",
    "not side not in ['left', 'rectum']": "Side of the primary is left or rectum",
    "stage >= 't3'": "T stage is at least t3",
    "metastases in [0, 1]": "Number of metastases is 0 or 1",
    "bilobar == (metastases > 1)": "(bilobar disease is yes) exactly when (number of metastases is above 1)",
    "bilobar != smoker": "Either (bilobar disease is yes) or (smoker is yes), and not both",
    "operated >= '2020-01-01'": "Date of operation is on or after 2020-01-01",
    "operated - diagnosed > 30": "The number of days from date of diagnosis to date of operation is above 30 days",
    "missing(cea)": "CEA is not known",
    "known(cea > 5)": "Whether CEA is above 5 ng/mL is known",
    "points(bilobar) + points(size > 5) >= 2": "The number of these that hold (bilobar disease is yes; largest tumour "
    "is above 5 cm) is at least 2",
    "points(bilobar) + 1": "(1 if bilobar disease is yes, otherwise 0) plus 1",
    "2 * (size - 1)": "2 times (largest tumour minus 1)",
    "size - lesions - 1": "Largest tumour minus lesions on the scan minus 1",
    "max(metastases, lesions) > 3": "The largest of number of metastases and lesions on the scan is above 3",
    "when(age >= 70, 'old', 'young')": "Old if age at operation is at least 70 years, otherwise young",
    "when(bilobar, size)": "Largest tumour if bilobar disease is yes, otherwise unknown",
    "when(bilobar, age > 70)": "If bilobar disease is yes, then age at operation is above 70 years; otherwise unknown",
    "when(bilobar, age > 70, smoker)": "If bilobar disease is yes, then age at operation is above 70 years; otherwise "
    "smoker is yes",
    "cut(size, [3, 5], ['a', 'b', 'c'], side='left')": "Largest tumour in classes: a (below 3 cm), b (at least 3 and "
    "below 5 cm), c (at least 5 cm)",
    "true": "Always",
}


@pytest.mark.parametrize(("text", "words"), WORDS.items(), ids=WORDS.keys())
def test_words(text, words):
    assert in_words(parse(text), VARIABLES) == words


def test_a_label_with_a_comma_or_an_and_is_set_off():
    variables = {
        "score": Variable(
            name="score", label="Clinical risk score, as recorded", type="integer", unit="points"
        )
    }
    assert in_words(parse("score > 2"), variables) == "“Clinical risk score, as recorded” is above 2 points"


@pytest.mark.parametrize(
    ("label", "inside"),
    [
        ("Age at operation", "age at operation"),
        ("CEA", "CEA"),
        ("T stage", "T stage"),
        ("pN stage", "pN stage"),
        ("RAS mutation", "RAS mutation"),
        ("Fong score", "Fong score"),
        ("Clavien-Dindo grade", "Clavien-Dindo grade"),
        ("Crohn's disease", "Crohn's disease"),
        ("Disease-free survival", "disease-free survival"),
        ("X-ray", "X-ray"),
        ("5-year survival", "5-year survival"),
    ],
)
def test_a_label_inside_a_sentence(label, inside):
    assert in_sentence(label) == inside


def test_small_wording():
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"], "or") == "a, b or c"
    assert number(70.0) == "70"
    assert number(0.1) == "0.1"
    assert with_unit(40, "%") == "40 %"
    assert with_unit(0.4, "fraction") == "0.4"
    assert with_unit(1, "months") == "1 month"
    assert as_sentence("disease-free") == "Disease-free"
    assert as_sentence("pN0 disease") == "pN0 disease"
