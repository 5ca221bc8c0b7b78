"""Nasty inputs by estimators: each outcome must be of the kind that this table says.

E an estimate; P some coefficients, and a reason for each other; N no estimate, with reasons; R refused (ValueError);
= the very same numbers as for the ordinary input.
"""

from pathlib import Path

import numpy as np
import pytest

from tests.prove.refusals import CASES, COMBINATIONS, ESTIMATORS, combination, outcome, page

PAGE = Path(__file__).parents[2] / "docs" / "validation" / "refusals.md"
KINDS = {"E": "estimate", "P": "part", "N": "none", "R": "refused", "=": "estimate"}
#                                 KM  LR  Cox Firth FG  Log  t  Fisher
EXPECTED = """
ordinary                          =   =   =   =   =   =   =   =
level without events              N   E   P   E   P   P   =   E
column in the order of the times  =   =   P   N   E   E   =   =
column equal to the outcome       =   =   P   E   P   N   =   =
single event                      N   E   P   E   P   P   =   E
constant column                   =   =   P   P   P   P   =   =
duplicate column                  =   =   P   P   P   P   =   =
nearly the same column            =   =   P   P   P   P   =   =
no event                          N   N   N   N   N   N   =   N
all tied                          E   N   E   E   E   N   =   N
more columns than patients        E   E   N   P   N   N   E   E
missing covariate                 =   =   R   R   R   R   R   =
infinite covariate                =   =   R   R   R   R   R   =
missing time                      R   R   R   R   R   =   =   =
infinite time                     R   R   R   R   R   =   =   =
negative time                     R   R   R   R   R   =   =   =
time zero                         E   E   E   E   E   =   =   =
event code 3                      R   R   R   R   E   R   =   E
ties but for rounding             =   =   =   =   =   =   =   =
weight of zero                    R   =   R   =   =   R   =   =
one group                         =   N   P   P   P   P   N   N
one patient                       N   N   N   N   N   N   N   N
nobody                            N   N   N   N   N   N   N   N
"""
TABLE = {line[:34].strip(): line[34:].split() for line in EXPECTED.strip().splitlines()}


def test_the_table_has_every_input_and_estimator():
    assert list(TABLE) == list(CASES)
    assert all(len(row) == len(ESTIMATORS) for row in TABLE.values())


@pytest.mark.parametrize("case", CASES)
def test_each_outcome_is_of_its_kind(case):
    for estimator, kind in zip(ESTIMATORS, TABLE[case], strict=True):
        found = outcome(estimator, case)
        assert found.kind == KINDS[kind], (estimator, found)
        assert found.words
        assert np.all(np.isfinite(found.numbers))
        assert (found.numbers != ()) == (kind in "EP=")
        assert all(abs(number) < 200 for number in found.numbers), "the end of an iteration, not an estimate"
        if kind == "=":
            ordinary = outcome(estimator, "ordinary")
            assert found.numbers == pytest.approx(ordinary.numbers, rel=1e-9)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("level without events", "no events when treated = 1 (the hazard ratio tends to 0)"),
        ("column in the order of the times", "order separates"),
        ("constant column", "constant is 3 in every row"),
        ("duplicate column", "aliased with treated"),
        ("nearly the same column", "aliased with age"),
        ("no event", "no events"),
        ("missing covariate", "X[3, 0] is nan"),
        ("missing time", "time[3] is nan"),
        ("negative time", "time[3] is -1"),
        ("weight of zero", "weights[3] is 0"),
    ],
)
def test_cox_names_the_column_or_the_row(case, words):
    assert words in outcome("cox", case).words


@pytest.mark.parametrize("name", COMBINATIONS)
def test_options_that_do_not_go_together_say_so(name):
    found = combination(name)
    assert found.kind in ("none", "refused") and found.words and not found.numbers


def test_the_page_is_what_the_script_prints():
    """Print it again with: python -m tests.prove.refusals > docs/validation/refusals.md"""
    assert PAGE.read_text(encoding="utf-8") == page()
