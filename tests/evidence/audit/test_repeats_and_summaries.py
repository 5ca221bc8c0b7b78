"""The same number in several places, and means, medians and their spread."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.evidence.audit.checks import repeated, summaries
from crlm.evidence.audit.checks.granularity import mean_possible, sd_possible
from crlm.evidence.audit.checks.pooled_summaries import pooled_mean, pooled_sd
from crlm.evidence.audit.printed import printed
from tests.evidence.audit.small_papers import TWO, count, found, paper, row


def mean(number, group, text, n=None, **cells):
    centre, sd = (float(one) for one in text.rstrip(")").split(" ("))
    same = {"variable": "age", "unit": "years", "statistic": "mean_sd", "as_printed": text}
    return row("summaries", number, group=group, n_available=n, centre=centre, sd=sd, **(same | cells))


def median(number, group, text, **cells):
    centre, low, high = (float(one) for one in text.rstrip(")").replace(" (", "-").split("-"))
    same = {"variable": "size", "unit": "cm", "statistic": "median_iqr", "as_printed": text}
    return row("summaries", number, group=group, centre=centre, q1=low, q3=high, **(same | cells))


def p_value(number, text, **cells):
    return row("tests", number, variable="age", groups_compared="a vs b", p_printed=text, **cells)


@pytest.mark.parametrize(
    ("first", "second", "severity"),
    [
        ("0.917", "0.92", None),
        ("<0.001", "<0.0001", None),
        ("<0.001", "0.0004", None),
        ("0.917", "0.600", "contradiction"),
        ("<0.001", "0.002", "contradiction"),
        ("0.92", "0.93", "doubtful"),
        ("0.05", "NS", None),
    ],
)
def test_two_places_agree_when_one_true_value_prints_as_both(first, second, severity):
    rows = [p_value(1, first, locator="Table 1"), p_value(2, second, locator="Abstract")]
    result = repeated.CHECK.function(paper(tests=rows))
    assert [one.severity for one in result.findings] == ([severity] if severity else [])
    assert result.tested == (0 if second == "NS" else 1)
    assert bool(result.not_run) == (second == "NS")


def test_whole_numbers_have_no_rounding_to_hide_behind():
    rows = [
        count(1, "sex", "Male", "all", "55 (55)"),
        count(2, "sex", "Male", "all", "56", locator="Abstract"),
    ]
    (one,) = found(repeated.CHECK, paper(counts=rows))
    assert one.severity == "contradiction"
    assert "differ by one digit" in one.explanations[0].sentence


def test_a_box_of_the_flow_chart_is_matched_by_its_name():
    cells = [count(1, "centre", "Erasmus MC", "a", "23 (57.5)")]
    flow = [
        row("flow", 2, step="1", node="included", n_printed="100", n=100),
        row("flow", 3, step="2", node="a_emc", n_printed="25", n=25),
    ]
    (one,) = found(repeated.CHECK, paper(counts=cells, flow=flow))
    assert one.arithmetic == "23 (57.5) (Table 1) is not 25 (Table 1)"


def test_survival_differs_in_value_or_interval_of_the_same_kind_only():
    def quoted(number, text, low, high, kind, place):
        cells = {"endpoint": "OS", "population": "all", "group": "a", "statistic": "median", "unit": "months"}
        cells |= {"locator": place}
        return row(
            "survival",
            number,
            value_printed=text,
            ci_low=low,
            ci_high=high,
            interval_kind=kind,
            **cells,
        )

    alike = [quoted(1, "65", 32, 118, "IQR", "Abstract"), quoted(2, "65", 57, 73, "95% CI", "Results")]
    assert found(repeated.CHECK, paper(survival=alike)) == ()
    apart = [quoted(1, "89", 52, 126, "95% CI", "Abstract"), quoted(2, "92", 64, 120, "95% CI", "Results")]
    assert len(found(repeated.CHECK, paper(survival=apart))) == 1


def test_consistent_summaries_are_silent():
    rows = [
        mean(1, "all", "65.3 (11.0)", 100),
        mean(2, "a", "63.9 (10.8)", 40),
        mean(3, "b", "66.3 (11.1)", 60),
    ]
    rows += [
        median(4, "all", "2.1 (1.5-3.0)"),
        median(5, "a", "2.0 (1.5-2.9)"),
        median(6, "b", "2.2 (1.5-3.1)"),
    ]
    result = summaries.CHECK.function(paper(summaries=rows))
    assert result.findings == ()
    assert result.tested == 8


@pytest.mark.parametrize(
    ("rows", "severity", "words"),
    [
        ([median(1, "a", "2.1 (2.4-3.0)")], "impossible", "lower quartile is above the median"),
        ([median(1, "a", "2.1 (1.5-1.9)")], "impossible", "median is above the upper quartile"),
        ([median(1, "a", "2.1 (1.5-2.1)")], "doubtful", "upper quartile repeats the median"),
        ([median(1, "a", "3.2 (2-5)", unit="count")], "doubtful", "no median of whole numbers"),
        ([mean(1, "a", "3.34 (1.00)", 20, unit="count")], "impossible", "no mean of 20 whole numbers"),
        ([mean(1, "a", "3.00 (0.11)", 20, unit="count")], "impossible", "no SD of 20 whole numbers"),
        (
            [
                mean(1, "all", "68.3 (11.0)", 100),
                mean(2, "a", "63.9 (10.8)", 40),
                mean(3, "b", "66.3 (11.1)", 60),
            ],
            "impossible",
            "not between those of its groups",
        ),
        (
            [
                mean(1, "all", "65.9 (11.0)", 100),
                mean(2, "a", "63.9 (10.8)", 40),
                mean(3, "b", "66.3 (11.1)", 60),
            ],
            "contradiction",
            "mean is not that of its groups together",
        ),
        (
            [
                mean(1, "all", "65.3 (12.0)", 100),
                mean(2, "a", "63.9 (10.8)", 40),
                mean(3, "b", "66.3 (11.1)", 60),
            ],
            "contradiction",
            "SD is not that of its groups together",
        ),
        (
            [
                median(1, "all", "2.5 (1.5-3.5)"),
                median(2, "a", "2.1 (1.5-3.5)"),
                median(3, "b", "2.2 (1.5-3.5)"),
            ],
            "impossible",
            "median is not between",
        ),
    ],
)
def test_a_planted_error_in_a_summary_is_found(rows, severity, words):
    findings = found(summaries.CHECK, paper(summaries=rows))
    assert [one.severity for one in findings if words in one.title] == [severity]


@pytest.mark.parametrize(
    ("text", "words"),
    [("95.0 (5.0)", "outside the range"), ("60.0 (40.0)", "larger than"), ("60.0 (2.0)", "smaller than")],
)
def test_mean_and_sd_are_held_against_a_range_printed_elsewhere(text, words):
    ends = row(
        "summaries",
        2,
        variable="age",
        unit="years",
        group="all",
        statistic="range",
        as_printed="27 to 87",
        range_low=27.0,
        range_high=87.0,
    )
    assert found(summaries.CHECK, paper(summaries=[mean(1, "all", "60.0 (11.0)", 100), ends])) == ()
    (one,) = found(summaries.CHECK, paper(summaries=[mean(1, "all", text, 100), ends]))
    assert words in one.title


def test_a_summary_whose_text_cannot_be_read_is_not_run():
    odd = row(
        "summaries", 1, variable="age", group="a", statistic="mean_sd", as_printed="about sixty", centre=60.0
    )
    result = summaries.CHECK.function(paper(summaries=[odd]))
    assert result.tested == 0
    assert "could not be read" in result.not_run[0].reason


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 2), st.booleans())
def test_summaries_of_true_numbers_are_silent(seed, decimals, whole):
    make = np.random.default_rng(seed)
    groups = {one["id"]: make.normal(make.uniform(0, 60), make.uniform(0.5, 15), one["n"]) for one in TWO[1:]}
    if whole:
        groups = {name: np.round(values / 5) for name, values in groups.items()}
    groups["all"] = np.concatenate(list(groups.values()))
    rows = []
    for number, (name, values) in enumerate(groups.items()):
        if values.min() < 0:
            return
        unit = "count" if whole else "years"
        text = f"{values.mean():.{decimals}f} ({values.std(ddof=1):.{decimals}f})"
        rows.append(mean(f"m{number}", name, text, len(values), unit=unit))
        q1, centre, q3 = (f"{one:.{decimals}f}" for one in np.quantile(values, (0.25, 0.5, 0.75)))
        if not whole or decimals:
            rows.append(median(f"q{number}", name, f"{centre} ({q1}-{q3})", variable="other", unit=unit))
    assert [one for one in found(summaries.CHECK, paper(summaries=rows)) if one.severity != "doubtful"] == []


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 30), st.integers(0, 3))
def test_whole_numbers_are_possible_and_a_search_agrees(seed, n, decimals):
    values = np.random.default_rng(seed).integers(0, 9, n)
    one, sd = printed(f"{values.mean():.{decimals}f}"), printed(f"{values.std(ddof=1):.{decimals}f}")
    assert mean_possible(one, n)
    assert sd_possible(one, sd, n)


def test_small_samples_of_whole_numbers_by_complete_search():
    from itertools import combinations_with_replacement

    possible = set()
    for values in combinations_with_replacement(range(7), 4):
        possible.add((f"{np.mean(values):.2f}", f"{np.std(values, ddof=1):.2f}"))
    for centre in ("1.25", "2.00", "1.10", "1.33"):
        for sd in ("0.50", "0.96", "1.26", "0.40", "1.00", "1.71"):
            claims = mean_possible(printed(centre), 4) and sd_possible(printed(centre), printed(sd), 4)
            assert claims or (centre, sd) not in possible


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 4), st.integers(0, 2))
def test_pooled_mean_and_sd_hold_the_true_ones(seed, groups, decimals):
    make = np.random.default_rng(seed)
    values = [
        make.normal(make.uniform(-5, 5), make.uniform(0.2, 4), make.integers(2, 40)) for _ in range(groups)
    ]
    together = np.concatenate(values)
    means = [printed(f"{one.mean():.{decimals}f}") for one in values]
    sds = [printed(f"{one.std(ddof=1):.{decimals}f}") for one in values]
    sizes = [len(one) for one in values]
    low, high = pooled_mean(means, sizes)
    assert float(low) - 1e-9 <= together.mean() <= float(high) + 1e-9
    least, most = pooled_sd(means, sds, sizes)
    assert least <= together.std(ddof=1) <= most
