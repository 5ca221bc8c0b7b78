"""Sizes in tables of effects against the table of characteristics."""

import pytest

from crlm.evidence.audit.checks import sizes_of_table
from tests.evidence.audit.small_papers import found, paper, row, table

SEX = {("Male", "all"): "55 (55)", ("Female", "all"): "45 (45)"}


def level(number, name, n, term="sex", **cells):
    same = {"endpoint": "OS", "population": "overall", "model": "univariable", "term_type": "binary"}
    return row("effects", number, term=term, level=name, n=n, est_printed="1.20", **(same | cells))


def sizes(*rows, cells=SEX, variable="sex"):
    return found(sizes_of_table.CHECK, paper(effects=rows, counts=table(variable, cells)))


def test_sizes_that_fit_are_silent():
    assert sizes(level(1, "Male", 55), level(2, "Female", 45)) == ()


def test_a_size_that_is_not_that_of_the_table_is_found():
    (one,) = sizes(level(1, "Male", 54), level(2, "Female", 45))
    assert one.arithmetic == "54 is not 55"
    assert "differ by one digit" in one.explanations[0].sentence


def test_exchanged_labels_are_named():
    cells = {("Yes", "all"): "49 (49)", ("No", "all"): "51 (51)"}
    rows = [level(1, "Bilobar", 51, term="lobes"), level(2, "Unilobar", 49, term="lobes")]
    (one,) = sizes(*rows, cells=cells, variable="bilobar")
    assert one.explanations[0].kind == "swapped-labels"


@pytest.mark.parametrize(("n", "findings"), [(55, 0), (50, 0), (56, 1)])
def test_a_subgroup_is_no_larger_than_its_level(n, findings):
    subgroup = level(1, "treated", n, term="group", subgroup_variable="sex", subgroup_level="Male")
    assert len(sizes(subgroup)) == findings


def test_a_factor_that_no_table_counts_is_not_run():
    result = sizes_of_table.CHECK.function(paper(effects=[level(1, "Male", 55)]))
    assert result.tested == 0
    assert "no table" in result.not_run[0].reason
