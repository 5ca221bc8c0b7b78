"""The checks of tests of groups: every p that the printed counts or means allow is silent, another is named."""

from dataclasses import replace

import pytest
from scipy import stats

from crlm.evidence.audit.checks import group_tests, paired_tests
from tests.evidence.audit.small_papers import ALL, found, paper, row, table

SEX = {
    ("Male", "a"): "25 (62.5)",
    ("Male", "b"): "30 (50.0)",
    ("Female", "a"): "15 (37.5)",
    ("Female", "b"): "30 (50.0)",
}


def of_groups(p, test="pearson_chi2", variable="sex", groups="a vs b"):
    return row("tests", 1, variable=variable, groups_compared=groups, test=test, p_printed=p, p_op="=")


@pytest.mark.parametrize(
    ("p", "test"),
    [("0.22", "pearson_chi2"), ("0.305", "pearson_chi2"), ("0.305", "fisher_exact"), ("0.3", "not_stated")],
)
def test_the_p_of_a_table_of_counts(p, test):
    made = paper(counts=table("sex", SEX), tests=[of_groups(p, test)])
    assert group_tests.CHECK.function(made).tested == 1
    assert not found(group_tests.CHECK, made)


def test_the_p_of_another_test_than_the_named_one_is_doubtful():
    (one,) = found(
        group_tests.CHECK, paper(counts=table("sex", SEX), tests=[of_groups("0.22", "fisher_exact")])
    )
    assert one.severity == "doubtful"
    assert {each.kind for each in one.explanations} == {"other-test"}


def test_a_misprinted_count_is_the_cause_of_a_wrong_p():
    cells = {**SEX, ("Male", "a"): "35 (62.5)"}
    counts = [
        one
        for group, size in (("a", 40), ("b", 60))
        for one in table(
            "sex", {key: text for key, text in cells.items() if key[1] == group}, denominator=size
        )
    ]
    (one,) = found(group_tests.CHECK, paper(counts=counts, tests=[of_groups("0.22")]))
    assert one.explanations[0].kind == "misprint" and "25 and 30" in one.explanations[0].sentence
    assert one.suspects == ("R1", "Rsex-Male-a")


def test_a_percentage_alone_stands_for_every_count_that_prints_so():
    counts = table("sex", {("Yes", "a"): "62%", ("Yes", "b"): "50%"}, denominator=None)
    made = paper(counts=counts, tests=[of_groups("0.22", "not_stated")])
    assert not found(group_tests.CHECK, made) and group_tests.CHECK.function(made).tested == 1


def test_a_text_that_repeats_some_levels_repeats_the_p_of_the_whole_table():
    sides = {"Right": (20, 23), "Left": (85, 87), "Rectum": (31, 26)}
    cells = {
        (side, group): str(n) for side, both in sides.items() for group, n in zip("ab", both, strict=True)
    }
    repeated = {key: text for key, text in cells.items() if key[0] != "Rectum"}
    p = stats.chi2_contingency(list(sides.values())).pvalue
    test = row("tests", 1, locator="text", variable="side", groups_compared="a vs b", test="pearson_chi2",
               p_printed=f"{p:.3f}", p_op="=")  # fmt: skip
    text = [replace(one, row_id=f"T{one.row_id}", locator="text") for one in table("side", repeated)]
    assert not found(group_tests.CHECK, paper(counts=[*table("side", cells), *text], tests=[test]))
    wrong = replace(test, p_printed="0.300")
    assert len(found(group_tests.CHECK, paper(counts=[*table("side", cells), *text], tests=[wrong]))) == 1


def test_rank_tests_are_not_run_and_say_why():
    (one,) = group_tests.CHECK.function(paper(tests=[of_groups("0.22", "mann_whitney_u")])).not_run
    assert "rank test" in one.reason


@pytest.mark.parametrize(("p", "findings"), [("0.399", 0), ("0.300", 1)])
def test_the_p_of_means(p, findings):
    summaries = [
        row("summaries", n, variable="age", group=group, n_available=size, statistic="mean_sd", centre=1.0, sd=1.0,
            as_printed=text)
        for n, group, size, text in ((2, "a", 32, "63.9 (10.8)"), (3, "b", 120, "65.7 (11.0)"))
    ]  # fmt: skip
    made = paper(summaries=summaries, tests=[of_groups(p, "t_test_independent", "age")])
    assert len(found(group_tests.CHECK, made)) == findings


@pytest.mark.parametrize(
    ("p", "findings"), [("0.9", 0), ("0.04", 0), ("0.015", 0), ("0.003", 1), ("<0.001", 1)]
)
def test_a_t_test_of_at_most_so_many(p, findings):
    """63.9 (10.8) of at most 40 and 68.7 (9.1) of at most 60: Student's p of all is 0.018, of fewer it is more."""
    summaries = [
        row("summaries", n, variable="age", group=group, statistic="mean_sd", as_printed=text)
        for n, (group, text) in enumerate([("a", "63.9 (10.8)"), ("b", "68.7 (9.1)")])
    ]
    made = paper(summaries=summaries, tests=[of_groups(p, "t_test_independent", "age")])
    assert len(found(group_tests.CHECK, made)) == findings


READINGS = (ALL, {"id": "a", "n": 100, "variable": "time"}, {"id": "b", "n": 100, "variable": "time"})
BEFORE = {("Yes", "a"): "30", ("Yes", "b"): "20", ("No", "a"): "70", ("No", "b"): "80"}


@pytest.mark.parametrize(
    ("p", "findings"), [("0.002", 0), ("0.04", 0), ("0.2", 0), ("0.9", 1), ("0.0000", 1)]
)
def test_mcnemar_from_its_margins(p, findings):
    made = paper(
        groups=READINGS,
        counts=table("big", BEFORE),
        tests=[of_groups(p, "mcnemar", "big", "a vs b (paired)")],
    )
    assert len(found(paired_tests.CHECK, made)) == findings


def test_a_paired_test_that_is_not_named_is_taken_as_mcnemars():
    made = paper(
        groups=READINGS,
        counts=table("big", BEFORE),
        tests=[of_groups("0.04", "not_stated", "big", "a vs b (paired)")],
    )
    assert group_tests.CHECK.function(made).tested == 0 and paired_tests.CHECK.function(made).tested == 1


def test_mcnemar_is_not_run_where_somebody_is_missing_at_a_reading():
    cells = {**BEFORE, ("No", "a"): "65", ("No", "b"): "75"}
    tests = [of_groups("0.9", "mcnemar", "big", "a vs b (paired)")]
    result = paired_tests.CHECK.function(paper(groups=READINGS, counts=table("big", cells), tests=tests))
    assert (result.tested, len(result.not_run)) == (0, 1)
