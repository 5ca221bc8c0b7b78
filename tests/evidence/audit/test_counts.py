"""Percentages, totals, sizes of groups and the flow of patients: silent when consistent, found when planted."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.evidence.audit.checks import counts_of_total, flow_arithmetic, group_sizes, percent_of_count
from tests.evidence.audit.small_papers import TWO, found, paper, row, table

SEX = {
    ("Male", "all"): "55 (55.0)",
    ("Male", "a"): "25 (62.5)",
    ("Male", "b"): "30 (50.0)",
    ("Female", "all"): "45 (45.0)",
    ("Female", "a"): "15 (37.5)",
    ("Female", "b"): "30 (50.0)",
}
GRADE = {
    ("1", "all"): "50 (55.6)",
    ("1", "a"): "18 (51.4)",
    ("1", "b"): "32 (58.2)",
    ("2", "all"): "40 (44.4)",
    ("2", "a"): "17 (48.6)",
    ("2", "b"): "23 (41.8)",
    ("Missing", "all"): "10",
    ("Missing", "a"): "5",
    ("Missing", "b"): "5",
}


def small(cells, variable="sex", **more):
    return paper(counts=table(variable, cells), **more)


@pytest.mark.parametrize("cells", [SEX, GRADE])
@pytest.mark.parametrize("check", [percent_of_count.CHECK, counts_of_total.CHECK])
def test_a_consistent_table_is_silent(check, cells):
    result = check.function(small(cells))
    assert result.findings == ()
    assert result.tested >= 5


def test_percentages_of_everybody_are_silent_too():
    of_all = {**GRADE, ("1", "all"): "50 (50.0)", ("1", "a"): "18 (45.0)", ("1", "b"): "32 (53.3)"}
    of_all |= {("2", "all"): "40 (40.0)", ("2", "a"): "17 (42.5)", ("2", "b"): "23 (38.3)"}
    assert found(percent_of_count.CHECK, small(of_all)) == ()


def test_percentages_of_everybody_in_one_group_only_are_doubtful():
    mixed = {**GRADE, ("1", "a"): "18 (45.0)", ("2", "a"): "17 (42.5)"}
    (one,) = found(percent_of_count.CHECK, small(mixed))
    assert one.severity == "doubtful"
    assert one.explanations[0].kind == "other-denominator"


@pytest.mark.parametrize(
    ("cell", "text", "severity", "kind", "words"),
    [
        (("1", "all"), "51 (55.6)", "impossible", "misprint", "50 instead of 51"),
        (("1", "all"), "50 (56.6)", "impossible", "misprint", "55.6% instead of 56.6%"),
        (("1", "a"), "8 (51.4)", "impossible", "lost-sign-or-digit", "18 instead of 8"),
        (("2", "b"), "23 (418)", "impossible", "lost-sign-or-digit", "41.8% instead of 418%"),
        (("1", "all"), "50 (55.5)", "doubtful", "truncation", "cut off"),
        (("1", "all"), "18 (51.4)", "contradiction", "misprint", "repeated"),
    ],
)
def test_a_planted_error_is_found_with_what_repairs_it(cell, text, severity, kind, words):
    findings = found(percent_of_count.CHECK, small({**GRADE, cell: text}))
    one = next(each for each in findings if any(quote.text == text for quote in each.printed))
    assert one.severity == severity
    assert [each.kind for each in one.explanations if words in each.sentence] == [kind]


def test_exchanged_percentages_are_named_as_exchanged():
    findings = found(
        percent_of_count.CHECK, small({**GRADE, ("2", "a"): "17 (41.8)", ("2", "b"): "23 (48.6)"})
    )
    assert {one.explanations[0].kind for one in findings} == {"swapped-labels"}
    assert findings[0].rows and set(findings[0].rows) == set(findings[1].rows)


def test_percentages_raised_to_make_100_are_doubtful():
    cells = {("x", "all"): "175 (66)", ("y", "all"): "68 (25)", ("z", "all"): "25 (9)"}
    groups = ({"id": "all", "n": 268, "variable": "", "of": ""},)
    (one,) = found(percent_of_count.CHECK, small(cells, groups=groups, n=268))
    assert one.severity == "doubtful"
    assert "do not add up to 100" in one.explanations[0].sentence


def test_no_denominator_is_not_run_with_its_reason():
    result = percent_of_count.CHECK.function(small({("x", "elsewhere"): "7 (70.0)"}))
    assert result.tested == 0
    assert "no denominator" in result.not_run[0].reason


@pytest.mark.parametrize(("text", "findings"), [("45.0%", 0), ("45%", 0), ("46%", 1)])
def test_a_percentage_without_count_must_be_that_of_a_whole_number(text, findings):
    assert len(found(percent_of_count.CHECK, small({("x", "a"): text}))) == findings


def test_a_printed_denominator_that_does_not_fit_names_the_one_that_does():
    rows = [
        *table("done", {("Yes", "all"): "24 (18.8)"}, denominator=124, denominator_basis="printed"),
        *table("done", {("Yes", "a"): "6 (20.0)"}, denominator=30, denominator_basis="printed"),
        *table("done", {("Yes", "b"): "18 (18.4)"}, denominator=98, denominator_basis="printed"),
    ]
    (one,) = found(percent_of_count.CHECK, paper(counts=rows))
    assert one.explanations[0].kind == "other-denominator"
    assert "24/128" in one.explanations[0].sentence


def test_levels_that_do_not_make_up_the_group_are_found_and_repaired():
    (one, _) = found(counts_of_total.CHECK, small({**GRADE, ("1", "a"): "13 (51.4)"}))
    assert "13 + 17 + 5 = 35, but a has 40" in one.arithmetic
    assert one.explanations[0].sentence.startswith("18 instead of 13")


def test_groups_that_do_not_add_up_are_found_and_an_exchange_named():
    exchanged = {**SEX, ("Male", "a"): "15 (37.5)", ("Female", "a"): "25 (62.5)"}
    (one,) = found(counts_of_total.CHECK, small(exchanged))
    assert one.arithmetic == "Male: 15 + 30 = 45, printed 55; Female: 25 + 30 = 55, printed 45"
    assert [each.kind for each in one.explanations] == ["swapped-labels"]


def test_missing_printed_for_everybody_only_is_held_against_what_the_groups_leave():
    cells = {key: text for key, text in GRADE.items() if key[0] != "Missing" or key[1] == "all"}
    assert found(counts_of_total.CHECK, small(cells)) == ()
    fewer = {**cells, ("1", "b"): "30 (56.6)", ("1", "all"): "48 (54.5)", ("Missing", "all"): "10"}
    assert any("missing: " in one.arithmetic for one in found(counts_of_total.CHECK, small(fewer)))


def test_levels_that_may_hold_together_are_silent():
    cells = {("liver", "all"): "80 (80)", ("lung", "all"): "50 (50)", ("bone", "all"): "10 (10)"}
    assert found(counts_of_total.CHECK, small(cells)) == ()


def test_whole_numbers_behind_percentages_must_add_up():
    groups = ({"id": "all", "n": 92, "variable": "", "of": ""},)
    cells = {("liver", "all"): "76%", ("lung", "all"): "16%", ("one", "all"): "4%", ("more", "all"): "4%"}
    (one,) = found(counts_of_total.CHECK, small(cells, groups=groups, n=92))
    assert one.severity == "doubtful"
    assert "70 + 15 + 4 + 4, together 93, not 92" in one.arithmetic
    assert found(counts_of_total.CHECK, small({**cells, ("liver", "all"): "75%"}, groups=groups, n=92)) == ()


def test_percentages_alone_need_not_add_up_where_another_place_has_missing_values():
    """195 and 149 of 347 are 56 % and 43 %, and 3 are missing: no whole numbers that print so make 347."""
    groups = ({"id": "all", "n": 347, "variable": "", "of": ""},)
    text = [
        replace(one, row_id=f"T{one.row_id}", locator="text")
        for one in table("ras", {("wild", "all"): "56%", ("mutated", "all"): "43%"})
    ]
    cells = {("wild", "all"): "195 (56)", ("mutated", "all"): "149 (43)", ("Missing", "all"): "3"}
    assert len(found(counts_of_total.CHECK, paper(groups=groups, n=347, counts=text))) == 1
    result = counts_of_total.CHECK.function(paper(groups=groups, n=347, counts=[*table("ras", cells), *text]))
    assert (result.findings, len(result.not_run)) == ((), 1)


def test_group_sizes_and_events_must_make_up_the_whole():
    counted = (("all", 30), ("a", 12), ("b", 18))
    events = tuple({"endpoint": "OS", "group": one, "n": n, "place": "text"} for one, n in counted)
    assert found(group_sizes.CHECK, paper(events=events)) == ()
    (one,) = found(group_sizes.CHECK, paper(groups=(TWO[0], TWO[1], {"id": "b", "n": 50})))
    assert "60 instead of 50 (b) fits." in [each.sentence for each in one.explanations]
    (other,) = found(group_sizes.CHECK, paper(events=({**events[0], "n": 31}, *events[1:])))
    assert "12 + 18 = 30, printed 31" in other.arithmetic
    result = group_sizes.CHECK.function(paper(groups=(TWO[0], {"id": "a"}, {"id": "b"})))
    assert "not printed" in result.not_run[0].reason


def box(number, step, node, n, percent=""):
    return row("flow", number, step=step, node=node, n_printed=n, n=int(n), pct_printed=percent)


FLOW = [
    box(1, "0", "screened", "250"),
    box(2, "1", "excluded_total", "150"),
    box(3, "1", "excl_age", "90", "36.0"),
    box(4, "1", "excl_other", "60", "24.0"),
    box(5, "2", "included", "100"),
    box(6, "3", "a", "40", "40"),
    box(7, "3", "b", "60", "60"),
    box(8, "4", "b_north", "20"),
    box(9, "4", "b_south", "40"),
]


def test_a_consistent_flow_is_silent():
    result = flow_arithmetic.CHECK.function(paper(flow=FLOW))
    assert result.findings == ()
    assert result.tested >= 7


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (box(2, "1", "excluded_total", "140"), "250 - 140 = 110, printed 100"),
        (box(3, "1", "excl_age", "95", "38.0"), "95 + 60 = 155, printed 150"),
        (box(3, "1", "excl_age", "90", "37.0"), "90/250 (screened) = 36.00%, printed 37.0"),
        (box(8, "4", "b_north", "23"), "23 + 40 = 63, printed 60"),
    ],
)
def test_a_flow_that_does_not_add_up_is_found(changed, words):
    flow = [changed if one.row_id == changed.row_id else one for one in FLOW]
    assert any(words in one.arithmetic for one in found(flow_arithmetic.CHECK, paper(flow=flow)))


def test_a_lost_flow_chart_is_not_run():
    result = flow_arithmetic.CHECK.function(paper(flow=[row("flow", 1, node="flow chart")]))
    assert result.tested == 0
    assert "not captured" in result.not_run[0].reason


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(2, 5),
    st.integers(0, 2),
    st.sampled_from(["up", "even", "binary"]),
    st.booleans(),
    st.booleans(),
)
def test_true_tables_rounded_in_any_common_way_are_silent(
    seed, levels, decimals, rounding, of_known, show_missing
):
    make = np.random.default_rng(seed)
    sizes = {"a": int(make.integers(3, 400)), "b": int(make.integers(3, 400))}
    shares = make.dirichlet(np.ones(levels + 1))
    drawn = {group: make.multinomial(n, shares) for group, n in sizes.items()}
    drawn["all"] = drawn["a"] + drawn["b"]
    cells = {}
    for group, counts in drawn.items():
        known = int(counts[:-1].sum())
        n = known if of_known or not show_missing else int(counts.sum())
        for level in range(levels):
            if n:
                cells[(f"level {level}", group)] = (
                    f"{counts[level]} ({_printed(int(counts[level]), n, decimals, rounding)})"
                )
        if show_missing:
            cells[("Missing", group)] = str(counts[-1])
    groups = (
        {"id": "all", "n": sum(sizes.values()), "variable": "", "of": ""},
        *({"id": k, "n": n} for k, n in sizes.items()),
    )
    one = small(cells, groups=groups, n=sum(sizes.values()))
    for check in (percent_of_count.CHECK, counts_of_total.CHECK, group_sizes.CHECK):
        assert found(check, one) == ()


def _printed(count, n, decimals, rounding):
    from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

    if rounding == "binary":
        return f"{100 * count / n:.{decimals}f}"
    mode = ROUND_HALF_UP if rounding == "up" else ROUND_HALF_EVEN
    return str((Decimal(100 * count) / Decimal(n)).quantize(Decimal(1).scaleb(-decimals), mode))
