"""R's numbers on public data sets, one after the other: curves, log-rank tests, Cox models, tests between groups."""

import numpy as np
import pytest

from crlm.statistics.comparison import log_rank
from crlm.statistics.concordance import model_concordance
from crlm.statistics.contingency import chi_square, fisher
from crlm.statistics.cox import cox, term_likelihood_ratio_test, term_wald_test
from crlm.statistics.curve_readings import at_risk_at, median, quantile, survival_at
from crlm.statistics.group_tests import anova, kruskal_wallis, mann_whitney, t_test
from crlm.statistics.proportional_hazards import proportional_hazards_test
from crlm.statistics.summaries import (
    mean_and_spread,
    quantiles,
    standardised_difference,
    standardised_difference_of_counts,
)
from crlm.statistics.survival_curve import kaplan_meier, reverse_kaplan_meier
from tests.data.public import names, public_data
from tests.golden import golden

GOLDEN = golden("public")["sets"]
SURVIVAL = names()
RIGHT_CENSORED = names(entry=False)
COMPARED = [name for name in [*names(), *names(survival=False)] if public_data(name).source.compared]
COX_SETS = [name for name in SURVIVAL if public_data(name).covariates]
SEVERAL = [name for name in COX_SETS if len(public_data(name).covariates) > 1]
EXACT = 1e-8


def close(ours, theirs, rel=EXACT):
    """Equal to R; a number that R does not have is none here as well. R's scalars are vectors of one."""
    if isinstance(theirs, list):
        for one, other in zip(ours if isinstance(ours, list) else [ours], theirs, strict=True):
            close(one, other, rel)
    elif theirs is None:
        assert ours is None
    else:
        assert ours == pytest.approx(theirs, rel=rel, abs=1e-13)


def same_test(ours, theirs, rel=EXACT):
    close(ours.statistic, theirs["statistic"], rel)
    close(ours.df, theirs["df"])
    close(ours.p, theirs["p"], rel)


def test_there_are_public_data_sets_enough():
    assert len(SURVIVAL) >= 12
    assert set(GOLDEN) == {*SURVIVAL, *names(survival=False)}


def parts(name):
    """Everybody, then each group of the comparison, with what R says of them."""
    data, expected = public_data(name), GOLDEN[name]
    yield np.arange(len(data.time)), expected["everyone"]
    compared = data.source.compared
    for level, one in zip(data.levels.get(compared, ()), expected.get("groups", ()), strict=True):
        yield np.flatnonzero((data.frame[compared] == level).fill_null(False)), one


@pytest.mark.parametrize("name", SURVIVAL)
def test_curves(name):
    data = public_data(name)
    for rows, expected in parts(name):
        time, event = data.time[rows], data.event[rows]
        entry = None if data.entry is None else data.entry[rows]
        assert (len(rows), int(event.sum())) == (expected["n"][0], expected["events"][0])
        at = expected["landmarks"]
        for interval, theirs in expected["intervals"].items():
            curve = kaplan_meier(time, event, entry=entry, interval=interval)
            found = median(curve)
            close([found.value, found.lower, found.upper], theirs["median"])
            for one, lower, upper in zip(
                survival_at(curve, at), theirs["lower"], theirs["upper"], strict=True
            ):
                if one.lower is not None:
                    close([one.lower, one.upper], [lower, upper])
                else:  # no interval where nobody or everybody is left; R has none either, or the curve itself
                    assert one.value in (0, 1) and {lower, upper} <= {None, one.value}
        assert at_risk_at(curve, at).tolist() == expected["at_risk"]
        close([one.value for one in survival_at(curve, at)], expected["survival"])
        for one, theirs in zip(survival_at(curve, at), expected["standard_error"], strict=True):
            close(one.standard_error if one.standard_error is not None else 0.0, theirs or 0.0)
        for p, theirs in zip((0.25, 0.5, 0.75), expected["quartiles"], strict=True):
            # R's quantile() puts a flat that lasts to the end at the middle of that flat; its print does not.
            if abs(curve.survival[-1] - (1 - p)) > EXACT:
                close(quantile(curve, p).value, theirs)
        dropped = curve.events > 0
        assert int(dropped.sum()) == expected["steps"][0]
        close(float(curve.survival[dropped].sum()), expected["sum_survival"])
        finite = dropped & (curve.survival > 0)
        close(float(curve.standard_error[finite].sum()), expected["sum_standard_error"])
        ninety = median(kaplan_meier(time, event, entry=entry, level=0.9))
        close([ninety.value, ninety.lower, ninety.upper], expected["ninety"])


@pytest.mark.parametrize("name", RIGHT_CENSORED)
def test_follow_up(name):
    data = public_data(name)
    for rows, expected in parts(name):
        found = median(reverse_kaplan_meier(data.time[rows], data.event[rows]))
        close([found.value, found.lower, found.upper], expected["follow_up"])


@pytest.mark.parametrize("name", [name for name in RIGHT_CENSORED if name in COMPARED])
def test_log_rank(name):
    data, expected = public_data(name), GOLDEN[name]["log_rank"]
    compared = data.source.compared
    rows = data.known([compared])
    result = log_rank(
        data.time[rows], data.event[rows], data.frame[compared][rows].to_list(), levels=data.levels[compared]
    )
    same_test(result.test, expected)
    assert [group.n for group in result.groups] == expected["n"]
    assert [group.observed for group in result.groups] == expected["observed"]
    close([group.expected for group in result.groups], expected["expected"])


def fitted(data, covariates, ties):
    rows = data.known(covariates)
    matrix, columns, terms = data.design(covariates)
    entry = None if data.entry is None else data.entry[rows]
    return cox(data.time[rows], data.event[rows], matrix[rows], columns, terms=terms, ties=ties, entry=entry)


def same_fit(fit, expected):
    assert (fit.n, fit.n_events) == (expected["n"][0], expected["events"][0])
    assert list(fit.names) == expected["names"]
    close([one.value for one in fit.coefficients], expected["coefficients"])
    close([one.standard_error for one in fit.coefficients], expected["standard_errors"])
    close([one.p for one in fit.wald_tests], expected["p"])
    close([fit.log_likelihood_null, fit.log_likelihood], expected["log_likelihood"])
    same_test(fit.likelihood_ratio_test, expected["likelihood_ratio"])
    same_test(fit.score_test, expected["score"])
    same_test(fit.wald_test, expected["wald"])
    for term, theirs in zip(fit.terms, expected["term_wald"], strict=True):
        same_test(term_wald_test(fit, term.name), theirs)
    concordance = model_concordance(fit).estimate
    close([concordance.value, concordance.standard_error], expected["concordance"])
    for transform, theirs in expected["zph"].items():
        found = proportional_hazards_test(fit, transform)
        ours = [*found.terms.values(), found.overall]
        close([test.statistic for test in ours], theirs["statistic"])
        close([test.df for test in ours], theirs["df"])
        close([test.p for test in ours], theirs["p"])


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("name", COX_SETS)
def test_models_of_one_covariate(name, ties):
    data = public_data(name)
    for covariate in data.covariates:
        same_fit(fitted(data, [covariate], ties), GOLDEN[name]["univariable"][covariate][ties])


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("name", SEVERAL)
def test_models_of_all_covariates(name, ties):
    data, expected = public_data(name), GOLDEN[name]["multivariable"][ties]
    fit = fitted(data, data.covariates, ties)
    same_fit(fit, expected)
    for term, theirs in zip(fit.terms, expected["term_likelihood_ratio"], strict=True):
        same_test(term_likelihood_ratio_test(fit, term.name), theirs)


@pytest.mark.parametrize("name", COMPARED)
def test_numbers_between_groups(name):
    data = public_data(name)
    compared = data.source.compared
    for number in data.numbers:
        expected = GOLDEN[name]["numbers"][number]
        samples = data.samples(number, compared)
        assert [len(sample) for sample in samples] == expected["n"]
        for place, sample in enumerate(samples):
            summary = mean_and_spread(sample)
            close([summary.mean, summary.sd], [expected["mean"][place], expected["sd"][place]])
            for definition in ("r7", "spss"):
                found = quantiles(sample, (0.25, 0.5, 0.75), definition=definition)
                close(list(found), expected[definition][place])
        same_test(kruskal_wallis(samples), expected["kruskal_wallis"])
        close(anova(samples).statistic, expected["anova"]["statistic"])
        close(anova(samples).p, expected["anova"]["p"])
        if len(samples) == 2:
            same_test(t_test(*samples, variances="pooled"), expected["pooled"])
            same_test(t_test(*samples, variances="welch"), expected["welch"])
            close(mann_whitney(*samples).p, expected["mann_whitney"]["p"])
            close(mann_whitney(*samples, convention="spss").p, expected["mann_whitney"]["spss"])
            close(standardised_difference(samples).value, expected["smd"])


@pytest.mark.parametrize("name", COMPARED)
def test_factors_between_groups(name):
    data = public_data(name)
    compared = data.source.compared
    for factor, expected in GOLDEN[name]["factors"].items():
        counts = data.counts(factor, compared)
        assert counts[counts.sum(axis=1) > 0].tolist() == expected["counts"]
        same_test(chi_square(counts), expected["chi_square"])
        if "fisher" in expected:
            close(fisher(counts).p, expected["fisher"])
        if "smd" in expected:
            close(standardised_difference_of_counts(list(counts.T)).value, expected["smd"])


def test_the_oldest_table_by_hand():
    """Six-mercaptopurine against placebo: 9 and 21 relapses, 19.25 and 10.75 expected (Cox and Oakes 1984)."""
    data = public_data("freireich")
    result = log_rank(data.time, data.event, data.frame["placebo"].to_list(), levels=("no", "yes"))
    assert [group.observed for group in result.groups] == [9, 21]
    assert [round(group.expected, 2) for group in result.groups] == [19.25, 10.75]
