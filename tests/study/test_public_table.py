"""The shipped study on the 197 real patients of the public table: R's numbers, to the last digits.

The data stay outside the project; without them these tests say so. tests/golden/tcia.R made the numbers.
"""

import pytest

from crlm.cli.flow import checked_protocol, read_records
from crlm.study.run import run_study
from tests.golden import golden
from tests.shared import CLINICAL, needs

pytestmark = needs(CLINICAL)
GOLDEN = golden("tcia")
ENDPOINTS = list(GOLDEN["endpoints"])
CLOSE = 1e-8


def close(value, expected):
    if expected is None:
        assert value is None
    else:
        assert value == pytest.approx(expected, rel=CLOSE, abs=1e-12)


@pytest.fixture(scope="module")
def results():
    loaded = checked_protocol("resected-crlm-public", quiet=True)
    return run_study(loaded, read_records(loaded.protocol, CLINICAL))


@pytest.fixture(params=ENDPOINTS)
def endpoint(request, results):
    return next(one for one in results.endpoints if one.id == request.param), GOLDEN["endpoints"][
        request.param
    ]


@pytest.fixture(params=ENDPOINTS)
def model(request, results):
    return next(one for one in results.models if one.endpoint == request.param), GOLDEN["endpoints"][
        request.param
    ]


def test_the_numbers_of_the_public_readme(results):
    """The figures that come with the data set's description: events, medians, intervals, survival, follow-up."""
    printed = {
        "os": (107, (76.0, 66.1, 98.9), (0.970, 0.781, 0.627, 0.366), 102.4),
        "dfs": (138, (22.3, 17.4, 32.4), (0.706, 0.414, 0.327, 0.283), 96.9),
        "liver-dfs": (122, (53.5, 34.7, 68.1), (0.807, 0.571, 0.473, 0.342), 97.9),
    }
    for one in results.endpoints:
        events, median, survival, follow_up = printed[one.id]
        assert (one.n, one.events) == (197, events)
        found = one.overall.median
        assert (round(found.value, 1), round(found.lower, 1), round(found.upper, 1)) == median
        assert tuple(round(at.survival.value, 3) for at in one.overall.landmarks) == survival
        assert round(one.overall.follow_up.value, 1) == follow_up


def test_curves(endpoint):
    result, golden = endpoint
    for curve, expected in zip(
        (result.overall, *result.groups),
        (golden["overall"], golden["groups"]["no"], golden["groups"]["yes"]),
        strict=True,
    ):
        assert (curve.n, curve.events) == (expected["n"], expected["events"])
        for found, reference in (
            (curve.median, expected["median"]),
            (curve.follow_up, expected["follow_up"]),
        ):
            for value, number in zip((found.value, found.lower, found.upper), reference, strict=True):
                close(value, number)
        for place, at in enumerate(curve.landmarks):
            close(at.survival.value, expected["survival"][place])
            close(at.survival.lower, expected["lower"][place])
            close(at.survival.upper, expected["upper"][place])
            assert at.at_risk == expected["at_risk"][place]


def test_log_rank(endpoint):
    result, golden = endpoint
    assert result.log_rank.statistic == pytest.approx(golden["log_rank"]["chisq"], rel=1e-7)
    close(result.log_rank.p, golden["log_rank"]["p"])
    for place, group in enumerate(result.observed_expected):
        assert group.observed == golden["log_rank"]["observed"][place]
        close(group.expected, golden["log_rank"]["expected"][place])


def test_univariable_models(model):
    result, golden = model
    assert {term.variable for term in result.terms} == set(golden["univariable"])
    for term in result.terms:
        expected = golden["univariable"][term.variable]
        row = next(level for level in term.levels if not level.reference)
        close(row.univariable.coefficient, expected["coef"])
        close(row.univariable.standard_error, expected["se"])
        close(term.univariable.p, expected["p"])
        close(term.univariable_proportional_hazards.p, expected["zph"])
        assert (term.n, term.events) == (expected["n"], expected["events"])


def test_multivariable_models(model):
    result, golden = model
    expected = golden["multivariable"]
    entered = [term for term in result.terms if term.entered]
    assert [term.variable for term in entered] == expected["chosen"]
    fit = result.multivariable
    assert (fit.n, fit.events, fit.dropped_missing) == (
        expected["n"],
        expected["events"],
        197 - expected["n"],
    )
    for place, term in enumerate(entered):
        row = next(level for level in term.levels if not level.reference)
        close(row.multivariable.coefficient, expected["coef"][place])
        close(row.multivariable.standard_error, expected["se"][place])
        close(row.multivariable.p.p, expected["p"][place])
        close(term.proportional_hazards.p, expected["zph"][place])
    close(fit.proportional_hazards.p, expected["zph"][-1])
    close(fit.log_likelihood_null, expected["loglik"][0])
    close(fit.log_likelihood, expected["loglik"][1])
    for test, reference in ((fit.likelihood_ratio, "lr"), (fit.score, "score")):
        close(test.statistic, expected[reference][0])
        close(test.p, expected[reference][2])
    # R prints its overall Wald statistic rounded to two decimals.
    assert round(fit.wald.statistic, 2) == expected["wald"][0]
    close(fit.concordance.value, expected["concordance"][0])


def test_baseline(results):
    table, golden = results.baseline[0], GOLDEN["baseline"]
    rows = {row.variable: row for block in table.blocks for row in block.rows}
    for name, expected in golden["number"].items():
        summary = rows[name].numbers["all"]
        for value, number in zip((summary.q1, summary.median, summary.q3), expected["all"], strict=True):
            close(value, number)
        close(summary.mean, expected["mean"][0])
        close(summary.sd, expected["mean"][1])
        close(rows[name].test.p, expected["t" if name in ("age", "body_mass_index") else "mann_whitney"])
    for name, p in {**golden["fisher"], **golden["chi_square"]}.items():
        close(rows[name].test.p, p)
    assert rows["cea"].missing == {"all": 29, "no": 18, "yes": 11} or sum(rows["cea"].missing.values()) == 58


def test_the_quirks_of_the_table_are_reported(results):
    """What the data set's description says an import report must notice."""
    by_rule = {finding.rule: finding for finding in results.findings}
    assert by_rule["risk-score-matches-parts"].count == 31  # -1 in 4 patients and 2 in 27
    assert by_rule["bilobar-needs-several"].count == 20
    assert by_rule["tumour-size-positive"].count == 2
    together = [finding for finding in results.findings if finding.count == 29 and "29" in finding.sentence]
    assert together, "three columns are missing in the same 29 patients"
