"""Simulated studies: make many, analyse each, and tabulate bias, coverage and the p-values of true hypotheses.

A scenario is a function from a seed to the estimates of one study. The seeds of a run are spawned from one, so that the
page does not depend on how many processes make it.
"""

import math
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

STUDIES = 2_000
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
    """One kind of study: how it is made, the names of its estimates and their truth (None: only a p-value).

    largest_bias: what is promised beside three Monte-Carlo standard errors. shown: estimates whose bias is shown and
    not promised. covered: shares promised instead of 94 to 96 %. times: more (or fewer) studies than the others.
    """

    title: str
    text: str
    study: Callable[[np.random.SeedSequence], list[Row]]
    truth: dict[str, float | None]
    largest_bias: float = LARGEST_BIAS
    shown: frozenset[str] = frozenset()
    covered: dict[str, tuple[float, float]] = field(default_factory=dict)
    times: float = 1.0


def row(estimate, p=math.nan):
    if estimate.standard_error is None:
        raise ValueError(estimate.reason)
    return Row(estimate.value, estimate.standard_error, estimate.lower, estimate.upper, p)


def one_study(task):
    """The estimates of one study as plain numbers."""
    study, seed = task
    return [(r.value, r.error, r.lower, r.upper, r.p) for r in study(seed)]


def simulated_section(
    title: str, scenarios: Sequence[Scenario], *, seed: int, studies: int = STUDIES
) -> tuple[str, list[str]]:
    """A section of the page of proofs, and the promises that were broken."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read by the processes started below
    lines = [
        f"## {title}",
        "",
        f"{studies:,} studies per table where it does not say otherwise, seed {seed}. Bias and coverage of the 95 % "
        "interval are followed by their Monte-Carlo standard errors; *SE ratio* is the mean standard error over the "
        "standard deviation of the estimates; the last columns are the percentages of p-values of true hypotheses "
        "below 1, 5, 10 and 50 %.",
    ]
    broken: list[str] = []
    with multiprocessing.get_context("spawn").Pool(min(2, os.cpu_count() or 1)) as pool:
        for number, scenario in enumerate(scenarios):
            seeds = np.random.SeedSequence([seed, number]).spawn(max(round(studies * scenario.times), 20))
            found = np.array(
                pool.map(one_study, [(scenario.study, one) for one in seeds], chunksize=20), dtype=float
            )
            lines += ["", f"### {scenario.title}", "", scenario.text, "", *_table(scenario, found, broken)]
    promise = (
        f"Promised: bias below {LARGEST_BIAS} or three Monte-Carlo standard errors, coverage of 94 % to 96 % and 5 % "
        "of p-values of true hypotheses below 0.05, both give or take three standard errors; a table that promises "
        "something else says so."
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
            if name not in scenario.shown and abs(bias) > max(scenario.largest_bias, 3 * bias_error):
                broken.append(f"{scenario.title}: {name} is biased by {bias:+.4f}")
            least, most = scenario.covered.get(name, (0.94, 0.96))
            chance = max(coverage_error, math.sqrt(0.95 * 0.05 / studies))
            if not least - 3 * chance <= coverage <= most + 3 * chance:
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


def run(section: Callable[[int], tuple[str, list[str]]]) -> None:
    """Print a section; the number of studies may stand on the command line; exit code 1 when a promise is broken."""
    text, failures = section(int(sys.argv[1]) if len(sys.argv) > 1 else STUDIES)
    print(text)
    sys.exit(bool(failures))
