"""2,000 simulated studies with competing risks: are estimates unbiased, intervals honest, p-values uniform?

Run: python -m tests.prove.competing_risks [STUDIES]. Prints a section in Markdown; exit code 1 when a promise is
broken.
"""

import math
import multiprocessing
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

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

STUDIES = 2_000
SEED = 20240502
LARGEST_BIAS = 0.01  # of log ratios of 0.5; the maximum of any likelihood has a bias of this order


@dataclass(frozen=True)
class Row:
    """One estimate of one study: value, standard error, limits, p-value of a true hypothesis; NaN where none."""

    value: float = math.nan
    error: float = math.nan
    lower: float = math.nan
    upper: float = math.nan
    p: float = math.nan


@dataclass(frozen=True)
class Scenario:
    """One kind of study: how it is made, the names of its estimates and their truth (None: only a p-value)."""

    title: str
    text: str
    study: Callable[[np.random.SeedSequence], list[Row]]
    truth: dict[str, float | None]


def row(estimate, p=math.nan):
    if estimate.standard_error is None:
        raise ValueError(estimate.reason)
    return Row(estimate.value, estimate.standard_error, estimate.lower, estimate.upper, p)


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


def one_study(task):
    number, seed = task
    return [(r.value, r.error, r.lower, r.upper, r.p) for r in SCENARIOS[number].study(seed)]


def section(studies: int = STUDIES) -> tuple[str, list[str]]:
    """The section of the page of proofs, and the promises that were broken."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read by the processes started below
    lines = [
        "## Competing risks and restricted means",
        "",
        f"{studies:,} studies per table, seed {SEED}. Bias and coverage of the 95 % interval are followed by their "
        "Monte-Carlo standard errors; *SE ratio* is the mean standard error over the standard deviation of the "
        "estimates; the last columns are the shares of p-values of true hypotheses below 1, 5, 10 and 50 %.",
    ]
    broken: list[str] = []
    with multiprocessing.get_context("spawn").Pool(min(2, os.cpu_count() or 1)) as pool:
        for number, scenario in enumerate(SCENARIOS):
            seeds = np.random.SeedSequence([SEED, number]).spawn(studies)
            found = np.array(
                pool.map(one_study, [(number, seed) for seed in seeds], chunksize=20), dtype=float
            )
            lines += ["", f"### {scenario.title}", "", scenario.text, "", *_table(scenario, found, broken)]
    promise = (
        f"Promised: bias below {LARGEST_BIAS} or three Monte-Carlo standard errors, coverage of 94 % to 96 % and 5 % "
        "of p-values of true hypotheses below 0.05, both give or take three standard errors."
    )
    kept = "All promises kept." if not broken else "Broken: " + "; ".join(broken) + "."
    lines += ["", f"{promise} {kept}"]
    return "\n".join(lines) + "\n", broken


def _table(scenario, found, broken):
    yield "| estimate | truth | bias | coverage % | SE ratio | p < 0.01 | p < 0.05 | p < 0.10 | p < 0.50 |"
    yield "|---|---|---|---|---|---|---|---|---|"
    studies = len(found)
    for j, (name, truth) in enumerate(scenario.truth.items()):
        value, error, lower, upper, p = found[:, j].T
        cells = ["", "", "", ""]
        if truth is not None:
            bias, spread = value.mean() - truth, value.std(ddof=1)
            bias_error = spread / math.sqrt(studies)
            coverage = np.mean((lower <= truth) & (truth <= upper))
            coverage_error = math.sqrt(coverage * (1 - coverage) / studies)
            cells = [
                f"{truth:.4g}",
                f"{bias:+.4f} ({bias_error:.4f})",
                f"{100 * coverage:.1f} ({100 * coverage_error:.1f})",
                f"{error.mean() / spread:.3f}",
            ]
            if abs(bias) > max(LARGEST_BIAS, 3 * bias_error):
                broken.append(f"{scenario.title}: {name} is biased by {bias:+.4f}")
            if not 0.94 - 3 * coverage_error <= coverage <= 0.96 + 3 * coverage_error:
                broken.append(f"{scenario.title}: {name} is covered in {100 * coverage:.1f} %")
        true_hypothesis = truth in (None, 0.0) and np.all(np.isfinite(p))
        shares = [float(np.mean(p < limit)) for limit in (0.01, 0.05, 0.1, 0.5)] if true_hypothesis else []
        yield (
            f"| {name} | "
            + " | ".join([*cells, *(f"{100 * s:.1f}" for s in shares or [math.nan] * 4)]).replace("nan", "")
            + " |"
        )
        if shares and abs(shares[1] - 0.05) > 3 * math.sqrt(0.05 * 0.95 / studies):
            broken.append(f"{scenario.title}: {name} is rejected in {100 * shares[1]:.1f} % at 5 %")


if __name__ == "__main__":
    text, failures = section(int(sys.argv[1]) if len(sys.argv) > 1 else STUDIES)
    print(text)
    sys.exit(bool(failures))
