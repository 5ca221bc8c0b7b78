"""2,000 simulated studies with competing risks: are estimates unbiased, intervals honest, p-values uniform?

Run: python -m tests.prove.competing_risks [STUDIES]. Prints a section in Markdown; exit code 1 when a promise is
broken.
"""

import math

import numpy as np

from crlm.statistics.competing_risks import (
    cumulative_incidence,
    fine_gray,
    gray_test,
    incidence_at,
    predicted_incidence,
    restricted_time_lost,
)
from crlm.statistics.restricted_mean import compare_restricted_means
from tests.prove.simulation import STUDIES, Row, Scenario, row, run, simulated_section

SEED = 20240502

SHARE, A_EFFECT, B_EFFECT = 0.5, 0.5, -0.5


def incidence(t, ratio):
    """The true incidence of cause 1 in the Fine-Gray studies."""
    return 1 - (1 - SHARE * (1 - np.exp(-t))) ** ratio


def subdistribution_times(make, ratio):
    """Times and causes with subdistribution hazard ratio `ratio` for cause 1 (Fine and Gray 1999, section 6)."""
    n = len(ratio)
    chance = incidence(math.inf, ratio)
    u = make.random(n)
    first = -np.log(1 - (1 - (1 - u * chance) ** (1 / ratio)) / SHARE)
    cause = np.where(make.random(n) < chance, 1, 2)
    return np.where(cause == 1, first, make.exponential(1.0, n)), cause


def observed(time, cause, censored):
    return np.minimum(time, censored), np.where(time <= censored, cause, 0)


def fine_gray_study(seed):
    make = np.random.default_rng(seed)
    n = 500
    a, b, c = make.normal(size=n), make.integers(0, 2, n), make.normal(size=n)
    time, cause = subdistribution_times(make, np.exp(A_EFFECT * a + B_EFFECT * b))
    time, cause = observed(time, cause, make.uniform(0.2, 2.5, n))
    fit = fine_gray(time, cause, 1, np.column_stack([a, b, c]), ["a", "b", "c"])
    predicted = predicted_incidence(fit, [[0.5, 0, 0]], [0.75])[0][0]
    return [
        *(row(one, test.p) for one, test in zip(fit.coefficients, fit.wald_tests, strict=True)),
        row(predicted),
    ]


def grouped_censoring_study(seed):
    """Treatment decides how long patients are followed: the weights need censoring groups."""
    make = np.random.default_rng(seed)
    n = 500
    b = make.integers(0, 2, n)
    time, cause = subdistribution_times(make, np.exp(B_EFFECT * b))
    time, cause = observed(time, cause, make.exponential(np.where(b == 1, 0.6, 3.0)))
    fit = fine_gray(time, cause, 1, b[:, None], ["b"], censoring_groups=b.tolist())
    return [row(fit.coefficients[0])]


def incidence_study(seed):
    make = np.random.default_rng(seed)
    n = 150
    time, cause = subdistribution_times(make, np.ones(n))
    time, cause = observed(np.ceil(time * 20) / 20, cause, np.ceil(make.uniform(0.2, 2.5, n) * 20) / 20)
    rows = []
    for variance in ("delta", "aalen"):
        curves = cumulative_incidence(time, cause, variance=variance)
        rows += [row(one) for one in incidence_at(curves, 1, [0.25, 1.0])]
    return [*rows, row(restricted_time_lost(time, cause, 1, 1.0))]


def gray_study(seed):
    """The same incidence of cause 1 in three groups; the other cause comes earlier in one, censoring in another."""
    make = np.random.default_rng(seed)
    n = 240
    group = make.integers(0, 3, n)
    time, cause = subdistribution_times(make, np.ones(n))
    time = np.where((cause == 2) & (group == 1), time / 3, time)
    time, cause = observed(time, cause, make.exponential(np.where(group == 2, 1.0, 3.0)))
    labels = group.tolist()
    centre = make.integers(0, 2, n).tolist()
    return [
        Row(p=gray_test(time, cause, 1, labels).test.p),
        Row(p=gray_test(time, cause, 1, labels, rho=1.0).test.p),
        Row(p=gray_test(time, cause, 1, labels, strata=centre).test.p),
    ]


def restricted_mean_study(seed):
    make = np.random.default_rng(seed)
    n, tau = 200, 1.5
    group = make.integers(0, 3, n)
    time = make.exponential(np.where(group == 2, 1 / 0.6, 1.0))
    censored = make.uniform(0.5, 4.0, n)
    event, time = time <= censored, np.minimum(time, censored)

    def compared(levels):
        inside = np.isin(group, levels)
        return compare_restricted_means(
            time[inside], event[inside], group[inside].tolist(), tau, levels=levels
        )

    same, other = compared((0, 1)), compared((0, 2))
    ratio = math.log(other.ratio.value)
    reach = math.log(other.ratio.upper) - ratio
    return [
        row(other.means[0]),
        row(other.difference),
        Row(ratio, other.ratio.standard_error, ratio - reach, ratio + reach),
        row(same.difference, same.difference_test.p),
    ]


SLOW, FAST = ((1 - math.exp(-rate * 1.5)) / rate for rate in (0.6, 1.0))
STEP = np.arange(1, 21) / 20
SCENARIOS = (
    Scenario(
        "Fine-Gray model",
        "500 patients, 3 covariates, about a quarter censored; log subdistribution hazard ratios 0.5 per unit of a, "
        "-0.5 for b = 1, none for c; the incidence is predicted for a = 0.5, b = c = 0 at time 0.75.",
        fine_gray_study,
        {"a": A_EFFECT, "b": B_EFFECT, "c": 0.0, "predicted": incidence(0.75, math.exp(A_EFFECT * 0.5))},
    ),
    Scenario(
        "Fine-Gray model with two censoring groups",
        "500 patients, one binary covariate with log ratio -0.5, which also makes censoring five times as frequent.",
        grouped_censoring_study,
        {"b": B_EFFECT},
    ),
    Scenario(
        "Cumulative incidence",
        "150 patients, times in twentieths so that most are tied; incidence at 0.25 and 1 with either variance on the "
        "log-log scale, and the mean time lost to the cause before 1.",
        incidence_study,
        {
            "delta, at 0.25": incidence(0.25, 1.0),
            "delta, at 1": incidence(1.0, 1.0),
            "Aalen, at 0.25": incidence(0.25, 1.0),
            "Aalen, at 1": incidence(1.0, 1.0),
            "time lost": float(np.sum(incidence(STEP[:-1], 1.0)) / 20),
        },
    ),
    Scenario(
        "Gray's test",
        "240 patients in three groups with the same incidence of the cause; in one group the other cause comes three "
        "times as early, in another censoring is three times as frequent.",
        gray_study,
        {"rho = 0": None, "rho = 1": None, "in two strata": None},
    ),
    Scenario(
        "Restricted mean survival time",
        "200 patients in three groups, exponential times with rates 1, 1 and 0.6, up to 1.5; the last row compares the "
        "two that are alike.",
        restricted_mean_study,
        {"mean": FAST, "difference": SLOW - FAST, "log ratio": math.log(SLOW / FAST), "no difference": 0.0},
    ),
)


def section(studies: int = STUDIES) -> tuple[str, list[str]]:
    """The section of the page of proofs, and the promises that were broken."""
    return simulated_section("Competing risks and restricted means", SCENARIOS, seed=SEED, studies=studies)


if __name__ == "__main__":
    run(section)
