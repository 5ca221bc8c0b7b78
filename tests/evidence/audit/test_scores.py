"""Scores against their items: the bound against every way of dealing the items out, and what is said of it."""

from itertools import combinations, product

import pytest

from crlm.evidence.audit.checks.score_from_items import CHECK
from tests.evidence.audit import small_papers
from tests.evidence.audit.small_papers import TWO, found, table

ITEMS = ("node", "interval", "number")


def score(at_least=2, items=ITEMS):
    return {
        "variable": "risk",
        "level": "High",
        "at_least": at_least,
        "items": tuple({"variable": one, "level": "Yes"} for one in items),
        "place": "Methods",
    }


def paper(high, present, unknown=(0, 0, 0), size=40, **of_score):
    """Group a of so many patients: those of high risk, and of each item how many have it and are not known."""
    rows = table("risk", {("High", "a"): str(high), ("Low", "a"): str(size - high)})
    for name, n, gap in zip(ITEMS, present, unknown, strict=True):
        rows += table(name, {("Yes", "a"): str(n), ("No", "a"): str(size - n - gap)})
    groups = ({**TWO[0], "n": size + 60}, {"id": "a", "n": size}, TWO[2])
    return small_papers.paper(groups, n=size + 60, scores=(score(**of_score),), counts=rows)


def possible(patients, at_least, counts):
    """Whether the items can be dealt out, by trying every set of items for every patient."""
    sets = list(combinations(range(len(counts)), at_least))
    return any(
        all(sum(item in one for one in dealt) <= n for item, n in enumerate(counts))
        for dealt in product(sets, repeat=patients)
    )


@pytest.mark.parametrize("at_least", [1, 2, 3])
@pytest.mark.parametrize("patients", [1, 2, 3, 4])
def test_the_bound_is_that_of_every_way_to_deal_the_items(patients, at_least):
    for counts in product(range(5), repeat=3):
        said = found(CHECK, paper(patients, counts, at_least=at_least))
        assert bool(said) != possible(patients, at_least, counts), counts


def test_too_few_items_contradict_the_score():
    (one,) = found(CHECK, paper(20, (20, 10, 5)))
    assert one.severity == "contradiction"
    assert "2 x 20 = 40" in one.arithmetic
    assert "20 + 10 + 5 = 35, enough for 15" in one.arithmetic


def test_unknown_values_that_would_have_to_count_as_present_are_named():
    (one,) = found(CHECK, paper(20, (20, 10, 5), (0, 0, 10)))
    assert one.severity == "doubtful"
    assert "5 of the 10 unknown values of number would have to count as present" in one.arithmetic
    assert "as 5 of the 30 known ones do" in one.arithmetic


def test_not_even_the_unknown_values_are_enough():
    (one,) = found(CHECK, paper(20, (20, 10, 5), (0, 0, 4)))
    assert one.severity == "contradiction"
    assert "with every unknown value among them 39" in one.arithmetic


def test_exchanged_labels_are_tried():
    (one,) = found(CHECK, paper(20, (20, 5, 10)))
    assert [each.kind for each in one.explanations] == ["swapped-labels"]
    sentence = one.explanations[0].sentence
    assert "interval (Yes with No)" in sentence
    assert "number (Yes with No)" in sentence
    assert "node" not in sentence


def test_only_the_items_that_bind_are_in_doubt():
    (one,) = found(CHECK, paper(20, (25, 10, 5)))
    assert one.rows == ("Rrisk-High-a", "Rinterval-Yes-a", "Rnumber-Yes-a")


def test_levels_of_one_variable_are_one_item():
    rows = table("risk", {("High", "a"): "10", ("Low", "a"): "30"})
    rows += table("number", {("1", "a"): "20", ("2", "a"): "10", (">2", "a"): "10"})
    rows += table("node", {("Yes", "a"): "10", ("No", "a"): "30"})
    rule = score() | {
        "items": (
            {"variable": "number", "level": "2"},
            {"variable": "number", "level": ">2"},
            {"variable": "node", "level": "Yes"},
        )
    }
    assert not found(CHECK, small_papers.paper(scores=(rule,), counts=rows))
    rows[0] = table("risk", {("High", "a"): "11"})[0]
    (one,) = found(CHECK, small_papers.paper(scores=(rule,), counts=rows))
    assert "2 of 2 items need 2 x 11 = 22" in one.arithmetic
    assert "11 + 10 = 21, enough for 10" in one.arithmetic


def test_an_item_that_is_not_printed_for_a_group_is_said():
    rows = table("risk", {("High", "a"): "10", ("Low", "a"): "30"})
    result = CHECK.function(small_papers.paper(scores=(score(),), counts=rows))
    assert (result.tested, result.findings) == (0, ())
    assert "node is not printed for this group" in result.not_run[0].reason


def test_without_a_score_nothing_is_tested():
    assert CHECK.function(small_papers.paper()).tested == 0
