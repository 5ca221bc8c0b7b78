"""What printed numbers determine: the printed p values and percentages are the answer, their misprints are named."""

import pytest

from crlm.study.compare.doubts import doubts_of
from crlm.study.compare.mapping import mapped_studies
from crlm.study.compare.printed import printed, rounded
from crlm.study.compare.printed_once import printed_once
from crlm.study.compare.recompute import recomputations

MISPRINTED = {
    ("dijkstra-2021", "test"): {"T0010"},
    ("buisman-2020", "test"): {"T0056"},
    ("moretto-2024", "test"): {"T0043", "T0044"},
}
"""Tests that the printed counts contradict: a count lost a digit, groups do not add up, two p values are exchanged."""


@pytest.mark.parametrize("study", mapped_studies())
def test_every_printed_p_that_counts_determine_is_reproduced(study):
    tests = [one for one in recomputations(study) if one.kind == "test"]
    wrong = {one.rows[0] for one in tests if not one.agrees}
    assert wrong == MISPRINTED.get((study, "test"), set())


def test_the_tests_of_dijkstra_are_all_there():
    """Fisher's and Pearson's tests of Tables 1, 2, 3 and 5, and two t tests."""
    tests = [one for one in recomputations("dijkstra-2021") if one.kind == "test"]
    methods = [one.method.split()[0] for one in tests]
    assert (methods.count("Fisher's"), methods.count("Pearson's"), methods.count("Student's")) == (3, 13, 2)


def test_paired_tests_have_a_range():
    """By hand: 170 and 158 of 268 differ by 12, so 12 and nobody changed at least: exact p 2 / 2^12 = 0.00049."""
    (one,) = [each for each in recomputations("moretto-2024") if each.rows[0] == "T0032"]
    assert one.agrees and one.recomputed.startswith("0.00049 to ") and one.method.startswith("exact McNemar")


def test_a_lost_digit_is_found():
    """Table 1 has 6 where 26 was meant: with it, Fisher's p is the printed one."""
    (found,) = [one for one in recomputations("dijkstra-2021") if one.rows[0] == "T0010"]
    assert (found.printed, found.recomputed, found.agrees) == ("0.125", "0.0010", False)
    assert found.explanations == (
        "With the counts that the percentages stand for (26 and 99, 5 and 6) Fisher's exact test gives the printed p.",
    )


def test_a_ratio_outside_its_interval_has_no_p():
    """0.69 (0.61-2.13): the middle of the interval is sqrt(0.61 x 2.13) = 1.14."""
    (found,) = [one for one in recomputations("moretto-2024") if one.rows[0] == "E0527"]
    assert (found.recomputed, found.agrees) == ("no p", False)


@pytest.mark.parametrize("study", mapped_studies())
def test_a_comparison_and_the_audit_say_the_same_of_a_printed_p(study):
    """Whatever p the audit finds wrong is wrong here, and the other way round; a repeated row is computed once."""
    found = recomputations(study)
    for kind, checks in (
        ("test", {"group-tests", "paired-tests"}),
        ("wald", {"p-against-interval", "interval-symmetry"}),
    ):
        own = {one.rows[0] for one in found if one.kind == kind and one.rows[0][0] in "TE"}
        wrong = {one.rows[0] for one in found if one.kind == kind and not one.agrees} & own
        doubted = {row for row, all_of in doubts_of(study).items() if {one.check for one in all_of} & checks}
        assert wrong == doubted & own


@pytest.mark.parametrize("study", mapped_studies())
def test_what_disagrees_among_percentages_and_sums_is_known_to_be_doubtful(study):
    """Every percentage or sum that does not follow is one whose status says so."""
    published = printed_once(study)
    status = {one.row_id: one.status for one in published.counts}
    for one in recomputations(study):
        if one.kind in ("percentage", "sum") and not one.agrees:
            assert any(status[row] != "ok" for row in one.rows), one


def test_percentages_are_recomputed():
    """115 of 152 is 75.7 %: by hand."""
    again = recomputations("dijkstra-2021")
    found = {one.rows[0]: one for one in again if one.kind == "percentage"}
    assert (found["C0003"].recomputed, found["C0003"].agrees) == ("75.7", True)


def test_odds_ratios_follow_from_the_counts_behind_them():
    """Woolf's interval by hand: 45 of 154 against 51 of 114 is 0.51 (0.31 to 0.85)."""
    found = [one for one in recomputations("moretto-2024") if one.kind == "odds ratio"]
    (one,) = [each for each in found if "within 6 months, primary resected at diagnosis" in each.what]
    assert (one.recomputed, one.agrees) == ("0.51 (0.31-0.85)", True)
    assert (sum(each.agrees for each in found), len(found)) == (37, 45)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(0.125, 2, "0.13"), (2.5, 0, "3"), (75.65, 1, "75.7"), (-0.04, 1, "0.0"), (-0.06, 1, "-0.1")],
)
def test_rounding_is_half_up(value, decimals, text):
    assert rounded(value, decimals) == text


def test_printed_numbers():
    assert printed("0.041").agrees(0.0405) and not printed("0.041").agrees(0.0415)
    assert printed("0.001", "<").agrees(0.0003) and not printed("0.001", "<").agrees(0.001)
    assert printed("*") is None and printed("46.7%") is None
