"""The checks of effects: silent on small consistent papers, and what they say of planted errors."""

from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from crlm.evidence.audit.checks import (
    copied_rows,
    group_order,
    interval_symmetry,
    level_sizes,
    odds_ratio_tables,
    overall_factor,
    p_against_interval,
    precision,
    precision_in_table,
    repeated_effects,
    selection_rule,
    subgroup_sizes,
    survival_curves,
    unit_scale,
)
from tests.evidence.audit.small_papers import ALL, TWO, found, paper, row, table

Z = 1.959963984540054
ARMS = (
    ALL,
    {"id": "a", "n": 40, "level": "A", "variable": "arm"},
    {"id": "b", "n": 60, "level": "B", "variable": "arm"},
)


def effect(number, estimate, interval, p="", **cells):
    """A row of effects "0.92 (0.70-1.21) p 0.55": univariable, of two levels, unless said otherwise."""
    plain = {"endpoint": "OS", "population": "all", "unit_of_analysis": "patient", "model": "univariable",
             "term": "sex", "level": "Male", "reference": "Female", "measure": "HR", "p_kind": "wald",
             "term_type": "binary"}  # fmt: skip
    sign = p[:1] if p[:1] in "<>" and p else "="
    return row(
        "effects",
        number,
        est_printed=estimate,
        ci_printed=interval,
        p_printed=p,
        p_op=sign,
        **{**plain, **cells},
    )


def wald(number, value, error, decimals=2, **cells):
    """A consistent row: everything rounded from one estimate and standard error."""
    low, high = exp(value - Z * error), exp(value + Z * error)
    p = 2 * stats.norm.sf(abs(value) / error)
    interval = f"{low:.{decimals}f}-{high:.{decimals}f}"
    return effect(number, f"{exp(value):.{decimals}f}", interval, f"{p:.3f}", **cells)


def kinds(findings):
    return [one.severity for one in findings], [each.kind for one in findings for each in one.explanations]


CONSISTENT = [wald(number, 0.3 - 0.1 * number, 0.2, term=f"v{number}") for number in range(8)]


@pytest.mark.parametrize("check", [interval_symmetry.CHECK, p_against_interval.CHECK])
def test_consistent_ratios_are_silent(check):
    result = check.function(paper(effects=CONSISTENT))
    assert (result.tested, result.findings, result.not_run) == (8, (), ())


@pytest.mark.parametrize(
    ("estimate", "interval", "p", "severity", "kind", "said"),
    [
        ("1.79", "1.17-2.27", "0.007", "impossible", "misprint", "2.72"),
        ("1.24", "1.08-1.45", "0.003", "doubtful", "truncation", "1.24"),
        ("0.69", "0.61-2.13", "0.69", "impossible", "misprint", "repeats the p"),
    ],
)
def test_an_estimate_outside_the_middle_of_its_interval(estimate, interval, p, severity, kind, said):
    (one,) = found(interval_symmetry.CHECK, paper(effects=[*CONSISTENT, effect(9, estimate, interval, p)]))
    assert one.severity == severity
    assert (one.explanations[0].kind, said in one.explanations[0].sentence) == (kind, True)


def test_a_table_of_profile_intervals_is_not_judged_by_symmetry():
    rows = [effect(n, "1.50", "0.60-4.90", term=f"v{n}") for n in range(6)]
    result = interval_symmetry.CHECK.function(paper(effects=rows))
    assert (result.tested, result.findings, len(result.not_run)) == (0, (), 1)


@pytest.mark.parametrize(
    ("estimate", "interval", "title"),
    [
        ("1.45", "1.52-2.28", "outside"),
        ("2.35", "1.52-2.28", "outside"),
        ("1.21", "1.52-0.97", "outside"),  # limits exchanged
        ("1.52", "1.52-2.28", "middle"),  # on the limit: rounding may have put it there
    ],
)
def test_an_estimate_outside_its_interval_is_impossible_even_alone(estimate, interval, title):
    for others in ([], [effect(n, "1.50", "0.60-4.90", term=f"v{n}") for n in range(6)]):
        findings = found(interval_symmetry.CHECK, paper(effects=[*others, effect(9, estimate, interval)]))
        if title == "outside":
            assert [(one.severity, one.title) for one in findings] == [
                ("impossible", f"The estimate {estimate} lies outside its interval")
            ]
        else:
            assert not any("outside" in one.title for one in findings)


@pytest.mark.parametrize(
    ("estimate", "interval", "p", "severity"),
    [
        ("0.92", "0.70-1.21", "0.92", "impossible"),
        ("1.02", "0.86-1.22", "0.77", "doubtful"),  # cut off
        ("2.64", "1.58-4.40", "<0.0001", "doubtful"),  # near: as a log-rank test may be
    ],
)
def test_a_p_that_does_not_follow_from_its_interval(estimate, interval, p, severity):
    (one,) = found(p_against_interval.CHECK, paper(effects=[*CONSISTENT, effect(9, estimate, interval, p)]))
    assert one.severity == severity


def test_one_wrong_row_in_two_places_is_one_finding():
    rows = [effect(1, "0.92", "0.70-1.21", "0.92"), effect(2, "0.92", "0.70–1.21", "0.92", locator="text")]
    assert len(found(p_against_interval.CHECK, paper(effects=rows))) == 1


@settings(max_examples=60)
@given(st.floats(-1.5, 1.5), st.floats(0.02, 0.9), st.sampled_from([2, 3]))
def test_rounded_ratios_never_give_a_finding(value, error, decimals):
    made = paper(effects=[wald(1, value, error, decimals)])
    assert not found(interval_symmetry.CHECK, made) and not found(p_against_interval.CHECK, made)


def factor(overall, *levels, model="univariable"):
    same = {"term": "asa", "reference": "1", "term_type": "categorical", "model": model}
    rows = [effect(n, one, ci, level=str(n), **same) for n, (one, ci) in enumerate(levels, 2)]
    return [*rows, effect(9, "", "", overall, level="(overall)", **{**same, "p_kind": "overall_factor"})]


@pytest.mark.parametrize(("overall", "findings"), [("0.030", 0), ("0.003", 1), ("0.200", 1)])
def test_the_overall_p_of_a_factor(overall, findings):
    rows = factor(overall, ("0.359", "0.168-0.766"), ("0.428", "0.056-3.273"))
    assert len(found(overall_factor.CHECK, paper(effects=rows))) == findings


def test_in_a_multivariable_model_only_too_large_an_overall_p_is_named():
    levels = ("0.359", "0.168-0.766"), ("0.428", "0.056-3.273")
    for overall, findings in (("0.0001", 0), ("0.200", 1)):
        rows = factor(overall, *levels, model="multivariable")
        assert len(found(overall_factor.CHECK, paper(effects=rows))) == findings


def test_an_interval_narrower_than_its_events_allow():
    events = [
        {"endpoint": "OS", "group": group, "n": n, "place": "text"} for group, n in (("a", 5), ("b", 24))
    ]
    least = sqrt(1 / 5 + 1 / 24)
    for error, findings in ((least * 1.01, 0), (least * 0.9, 1)):
        one = wald(1, 0.2, error, 3, term="arm", level="A", reference="B")
        assert len(found(precision.CHECK, paper(groups=ARMS, events=events, effects=[one]))) == findings


def sized(number, value, error, n1=50, n0=50, **cells):
    same = {"term": f"v{number}", **cells}
    return [
        wald(number, value, error, 3, n=n1, **same),
        effect(f"{number}r", "Reference", "", n=n0, **{**same, "level": "Female"}),
    ]


def test_widths_of_one_table_share_their_events():
    rows = [each for n in range(8) for each in sized(n, 0.05 * n, 0.28)]
    assert not found(precision_in_table.CHECK, paper(effects=rows))
    (one,) = found(precision_in_table.CHECK, paper(effects=[*rows, *sized(9, 0.1, 0.22)]))
    assert one.severity == "doubtful" and "narrower" in one.title


def odds(number, a, n1, c, n0, **cells):
    value = log(a * (n0 - c) / (c * (n1 - a)))
    error = sqrt(1 / a + 1 / (n1 - a) + 1 / c + 1 / (n0 - c))
    same = {"measure": "OR", "endpoint": "relapse", "term": f"v{number}"}
    made = wald(number, value, error, **{**same, "n": n1, **cells})
    return [made, effect(f"{number}r", "Reference", "", n=n0, **{**same, "level": "Female"})]


FACTORS = [(20, 40, 15, 60), (9, 30, 26, 70), (25, 50, 10, 50), (30, 80, 5, 20), (14, 45, 21, 55)]


def test_odds_ratios_of_one_total_of_events_are_silent():
    rows = [each for n, four in enumerate(FACTORS) for each in odds(n, *four)]
    result = odds_ratio_tables.CHECK.function(paper(effects=rows))
    assert (result.tested, result.findings) == (5, ())


def test_exchanged_sizes_of_an_odds_ratio_are_recognised():
    rows = [each for n, four in enumerate(FACTORS) for each in odds(n, *four)]
    swapped = [
        odds(8, 12, 38, 23, 62, n=62)[0],
        effect("8r", "Reference", "", n=38, measure="OR", endpoint="relapse", term="v8", level="Female"),
    ]
    (one,) = found(odds_ratio_tables.CHECK, paper(effects=[*rows, *swapped]))
    assert kinds([one]) == (["impossible"], ["swapped-labels"])


def test_another_total_of_events_than_the_printed_one():
    rows = [each for n, four in enumerate(FACTORS) for each in odds(n, *four)]
    events = [{"endpoint": "relapse", "n": 30, "place": "text", "population": "all"}]
    (one,) = found(odds_ratio_tables.CHECK, paper(effects=rows, events=events))
    assert one.severity == "contradiction" and "35 events, 30 are printed" in one.title


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_odds_ratios_of_real_counts_never_give_a_finding(seed):
    make = np.random.default_rng(seed)
    event = make.random(120) < 0.4
    rows = []
    for n in range(5):
        level = make.random(120) < make.uniform(0.2, 0.8)
        four = (event[level].sum(), level.sum(), event[~level].sum(), (~level).sum())
        if 0 < four[0] < four[1] and 0 < four[2] < four[3]:
            rows += odds(n, *map(int, four))
    assert not found(odds_ratio_tables.CHECK, paper(n=120, effects=rows))


def test_sizes_of_levels_add_up_and_are_the_same_in_every_table():
    def made(n0, other):
        rows = [
            *sized(1, 0.1, 0.3, 40, n0),
            *sized(1, 0.1, 0.3, 40, other, locator="Table 2", endpoint="DFS"),
        ]
        return paper(effects=[*rows[:2], *rows[2:]])

    assert not found(level_sizes.CHECK, made(60, 60))
    assert "differ between tables" in found(level_sizes.CHECK, made(60, 59))[0].title
    assert "do not add up" in found(level_sizes.CHECK, made(66, 66))[0].title


RULE = {"univariable_p": 0.1, "op": "<", "method": "enter", "place": "Methods", "model": "multivariable"}


def selected(inside, **rule):
    ps = {"age": "0.03", "sex": "0.40", "size": "0.102", "cea": "0.10", "asa": "0.01"}
    rows = [effect(f"u{term}", "1.20", "", p, term=term) for term, p in ps.items()]
    rows += [effect(f"m{term}", "1.10", "", "0.04", term=term, model="multivariable") for term in inside]
    made = paper(effects=rows)
    described = made.description.model_copy(
        update={"selection": (type_of_selection().model_validate({**RULE, **rule}),)}
    )
    return type(made)(described, made.numbers, made.folder)


def type_of_selection():
    from crlm.evidence import Selection

    return Selection


@pytest.mark.parametrize(
    ("inside", "titles"),
    [
        (("age", "asa"), []),
        (("age", "asa", "cea"), []),  # 0.10 may be just below 0.1
        (("age", "asa", "size"), ["size"]),
        (("age", "cea"), ["asa"]),
    ],
)
def test_the_rule_of_selection(inside, titles):
    assert [one.title.split(",")[0] for one in found(selection_rule.CHECK, selected(inside))] == titles


def test_after_elimination_a_variable_may_be_missing():
    assert not found(selection_rule.CHECK, selected(("age", "cea"), method="backward"))


@pytest.mark.parametrize(
    ("second", "severity"),
    [
        ("0.59", None),
        ("0.592", None),
        ("0.60", "doubtful"),
        ("0.599", "contradiction"),
        ("0.51", "contradiction"),
    ],
)
def test_an_effect_in_two_places(second, severity):
    rows = [
        effect(1, "0.59", "0.38-0.93", "0.02"),
        effect(2, second, "0.38-0.93", "0.02", locator="Abstract"),
    ]
    findings = found(repeated_effects.CHECK, paper(effects=rows))
    assert [one.severity for one in findings] == ([severity] if severity else [])


def two_endpoints(copied):
    rows = []
    for n in range(7):
        rows.append(wald(f"d{n}", 0.3 - 0.1 * n, 0.15, 3, term=f"v{n}", endpoint="DFS"))
        same = copied and n == 3
        value, error = (0.3 - 0.1 * n, 0.15) if same else (0.2 - 0.07 * n, 0.2)
        rows.append(wald(f"o{n}", value, error, 3, term=f"v{n}"))
    return paper(effects=rows)


def test_a_row_copied_from_another_endpoint():
    assert not found(copied_rows.CHECK, two_endpoints(copied=False))
    (one,) = found(copied_rows.CHECK, two_endpoints(copied=True))
    assert one.rows == ("Rd3", "Ro3")


@pytest.mark.parametrize(("scale", "findings"), [(1.5, 0), (12.0, 1), (3.0, 0)])
def test_a_ratio_per_another_unit(scale, findings):
    same = {"term": "diameter", "term_type": "continuous", "reference": "", "level": "per mm"}
    rows = [wald(1, 0.01, 0.005, 3, **same), wald(2, 0.08, 0.005 * scale, 3, model="multivariable", **same)]
    assert len(found(unit_scale.CHECK, paper(effects=rows))) == findings


def point(number, group, statistic, value, time=None):
    return row(
        "survival", number, endpoint="OS", population="all", group=group, statistic=statistic, time_months=time,
        value_printed=value,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("points", "severities"),
    [
        ([("survival_rate", "72.5", 36.0), ("survival_rate", "47.7", 60.0), ("median", "56.3", None)], []),
        ([("survival_rate", "72.5", 36.0), ("survival_rate", "74.7", 60.0)], ["impossible"]),
        ([("survival_rate", "47.7", 36.0), ("median", "56.3", None)], ["impossible"]),
        ([("survival_rate", "50", 36.0), ("median", "36", None)], []),
        ([("survival_rate", "52.5", 60.0), ("median", "56.3", None)], ["impossible"]),
    ],
)
def test_points_of_one_curve(points, severities):
    rows = [point(n, "a", statistic, value, time) for n, (statistic, value, time) in enumerate(points)]
    assert [one.severity for one in found(survival_curves.CHECK, paper(survival=rows))] == severities


def test_everybody_lies_between_the_groups():
    def made(value):
        values = (("all", value), ("a", "60.0"), ("b", "70.0"))
        return paper(groups=TWO, survival=[point(g, g, "survival_rate", value, 12.0) for g, value in values])

    assert not found(survival_curves.CHECK, made("66.0"))
    assert [one.severity for one in found(survival_curves.CHECK, made("72.0"))] == ["doubtful"]


@pytest.mark.parametrize(("ratio", "findings"), [(0.5, 0), (0.95, 0), (2.0, 1)])
def test_a_ratio_and_the_survival_of_its_groups_point_the_same_way(ratio, findings):
    rows = [wald(1, log(ratio), 0.2, term="arm", level="A", reference="B")]
    survival = [point("a", "a", "median", "60"), point("b", "b", "median", "40")]
    made = paper(groups=ARMS, effects=rows, survival=survival)
    assert len(found(group_order.CHECK, made)) == findings


SIZES = {
    "sex": {"Male": 55, "Female": 45},
    "asa": {"1": 20, "2": 50, "3": 30},
    "side": {"Left": 70, "Right": 30},
}


def subgroups(**other):
    counts = [
        one
        for variable, levels in SIZES.items()
        for one in table(variable, {(level, "all"): str(n) for level, n in levels.items()})
    ]
    effects = [
        effect(f"{variable}-{level}", "1.10", "0.70-1.73", model="subgroup_univariable", term="arm", level="A",
               reference="B", n=other.get(f"{variable}_{level}", n - other.get("fewer", 0)),
               subgroup_variable=variable, subgroup_level=level, locator="Figure 5")
        for variable, levels in SIZES.items()
        for level, n in levels.items()
    ]  # fmt: skip
    return paper(counts=counts, effects=effects)


def test_subgroups_have_the_sizes_of_their_levels():
    assert not found(subgroup_sizes.CHECK, subgroups())
    (one,) = found(subgroup_sizes.CHECK, subgroups(asa_2=40))
    assert kinds([one]) == (["contradiction"], ["misprint"])


def test_subgroups_that_are_smaller_throughout_have_to_add_up_to_the_same_people():
    (one,) = found(subgroup_sizes.CHECK, subgroups(fewer=5))
    assert one.severity == "doubtful" and "sex: 50 + 40 = 90; asa: 15 + 45 + 25 = 85" in one.arithmetic
