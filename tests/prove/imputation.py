"""2,000 simulated studies with values missing at random: is what `impute` and `fit_and_pool` give right?

Run: python -m tests.prove.imputation [STUDIES]. Prints a section in Markdown; exit code 1 when a promise is broken.
"""

import math
import multiprocessing
import os
import sys
from dataclasses import dataclass

import numpy as np
from scipy import special

from crlm.statistics.cox import cox
from crlm.statistics.imputation import (
    Variable,
    fit_and_pool,
    fitted_coefficients,
    impute,
    pooled_term_test,
    survival_outcome,
)
from crlm.statistics.results import f_p

STUDIES = 2_000
SEED = 20240501
M = 5
LARGEST_BIAS = 0.03  # of coefficients of 0.5, where the bias of the complete cases is up to 0.08


@dataclass(frozen=True)
class Scenario:
    """One kind of study: how it is made and analysed, and which coefficients are true."""

    title: str
    text: str
    names: tuple[str, ...]
    truth: tuple[float, ...]


LINEAR = Scenario(
    "Linear regression, normal imputation",
    "y = 0.5 x + 0.5 z + noise; 200 patients; x is missing in about 40 %, the more often the larger y. The "
    "imputation model is exactly right. What bias remains is that of drawn residual variances in small samples: it "
    "falls as 1/n, and mice has it too.",
    ("x", "z"),
    (0.5, 0.5),
)
SURVIVAL = Scenario(
    "Cox regression, predictive mean matching and logistic imputation",
    "Log hazard ratios 0.5 per unit of x and 0.5 for z = 1; 300 patients, about 35 % censored; x is missing in "
    "about 30 % and z in about 25 %, x the more often in patients with an event and z in those with a large w, a "
    "covariate without effect that is correlated with both. Event and cumulative hazard are in the imputation "
    "models, which are approximations: a small bias towards 0 is expected (White & Royston 2009).",
    ("x", "z", "w"),
    (0.5, 0.5, 0.0),
)
FACTOR = Scenario(
    "A factor without effect, multinomial imputation",
    "y = 0.5 z + noise; 200 patients; a factor with three levels that depends on z and is missing in about 40 %, the "
    "more often the larger y. D1 tests the factor; its p-values should be uniform.",
    ("B", "C", "z"),
    (0.0, 0.0, 0.5),
)


def least_squares(names, X, y):
    """Coefficients without the intercept, their covariance, residual degrees of freedom."""
    full = np.column_stack([np.ones(len(y)), X])
    inverse = np.linalg.inv(full.T @ full)
    b = inverse @ full.T @ y
    df = len(y) - full.shape[1]
    covariance = inverse * np.sum((y - full @ b) ** 2) / df
    return fitted_coefficients(names, b[1:], covariance[1:, 1:], len(y)), df


def rows_of(fit, df):
    """Per coefficient (estimate, standard error, half-width of the interval) of one analysis."""
    times = special.stdtrit(df, 0.975)
    errors = np.sqrt(np.diag(fit.covariance))
    return [(one.value, se, times * se) for one, se in zip(fit.coefficients, errors, strict=True)]


def pooled_rows(pooled):
    if pooled.reason is not None:
        raise ValueError(pooled.reason)
    return [(one.value, one.standard_error, one.upper - one.value) for one in pooled.estimates]


def linear_study(seed):
    make, child = np.random.default_rng(seed), int(seed.generate_state(1)[0])
    n = 200
    z = make.normal(size=n)
    x = 0.5 * z + make.normal(size=n)
    y = 0.5 * x + 0.5 * z + make.normal(size=n)
    missing = make.random(n) < special.expit(-0.5 + 1.0 * y)
    full, df = least_squares(LINEAR.names, np.column_stack([x, z]), y)
    known = ~missing
    complete, complete_df = least_squares(LINEAR.names, np.column_stack([x, z])[known], y[known])
    variables = [
        Variable("x", "number", "normal"),
        Variable("z", "number"),
        Variable("y", "number", "complete"),
    ]
    # One incomplete variable: its first imputation is already from the right distribution.
    sets = impute(
        {"x": np.where(missing, np.nan, x), "z": z, "y": y}, variables, m=M, iterations=1, seed=child
    )

    def fit(data):
        return least_squares(LINEAR.names, np.column_stack([data["x"], data["z"]]), data["y"])[0]

    pooled = fit_and_pool(sets, fit, complete_df=df)
    return rows_of(full, df), rows_of(complete, complete_df), pooled_rows(pooled), (math.nan, math.nan)


def survival_study(seed):
    make, child = np.random.default_rng(seed), int(seed.generate_state(1)[0])
    n = 300
    w = make.normal(size=n)
    x = 0.4 * w + math.sqrt(1 - 0.16) * make.normal(size=n)
    z = (make.random(n) < special.expit(-0.4 + 0.5 * w + 0.3 * x)).astype(float)
    time = make.exponential(np.exp(-0.5 * x - 0.5 * z))
    censored = make.uniform(0, 3, n)
    event, time = (time <= censored).astype(int), np.minimum(time, censored)
    no_x = make.random(n) < special.expit(-1.6 + 1.2 * event)
    no_z = make.random(n) < special.expit(-1.3 + 0.8 * w)

    def fit_to(x, z, w, keep):
        return cox(time[keep], event[keep], np.column_stack([x, z, w])[keep], list(SURVIVAL.names))

    everybody = np.full(n, True)
    known = ~(no_x | no_z)
    full, complete = fit_to(x, z, w, everybody), fit_to(x, z, w, known)
    outcome, columns = survival_outcome("death", time, event)
    data = {
        "x": np.where(no_x, np.nan, x),
        "z": [None if hole else int(one) for one, hole in zip(z, no_z, strict=True)],
        "w": w,
        **columns,
    }
    variables = [Variable("x", "number"), Variable("z", "binary"), Variable("w", "number"), *outcome]
    sets = impute(data, variables, m=M, iterations=5, seed=child)
    pooled = fit_and_pool(
        sets, lambda d: fit_to(d["x"], d["z"], d["w"], everybody), complete_df=int(event.sum()) - 3
    )
    infinite = math.inf
    return rows_of(full, infinite), rows_of(complete, infinite), pooled_rows(pooled), (math.nan, math.nan)


def factor_study(seed):
    make, child = np.random.default_rng(seed), int(seed.generate_state(1)[0])
    n, levels = 200, np.array(["A", "B", "C"])
    z = make.normal(size=n)
    utility = np.column_stack([np.zeros(n), 0.6 * z, -0.3 - 0.4 * z]) + make.gumbel(size=(n, 3))
    code = utility.argmax(axis=1)
    y = 0.5 * z + make.normal(size=n)
    missing = make.random(n) < special.expit(-0.5 + 1.0 * y)

    def design(code, z):
        return np.column_stack([code == 1, code == 2, z]).astype(float)

    def test(fit, df):
        b = np.array([one.value for one in fit.coefficients])[:2]
        return f_p(float(b @ np.linalg.solve(fit.covariance[:2, :2], b)) / 2, 2, df)

    full, df = least_squares(FACTOR.names, design(code, z), y)
    known = ~missing
    complete, complete_df = least_squares(FACTOR.names, design(code, z)[known], y[known])
    given = [None if hole else str(levels[one]) for one, hole in zip(code, missing, strict=True)]
    variables = [
        Variable("f", "categorical", levels=("A", "B", "C")),
        Variable("z", "number"),
        Variable("y", "number", "complete"),
    ]
    sets = impute({"f": given, "z": z, "y": y}, variables, m=M, iterations=1, seed=child)
    pooled = fit_and_pool(
        sets,
        lambda d: least_squares(FACTOR.names, design(d.codes("f"), d["z"]), d["y"])[0],
        complete_df=df,
    )
    p = pooled_term_test(pooled, ["B", "C"]).p
    return (
        rows_of(full, df),
        rows_of(complete, complete_df),
        pooled_rows(pooled),
        (test(complete, complete_df), p),
    )


SCENARIOS = ((LINEAR, linear_study), (SURVIVAL, survival_study), (FACTOR, factor_study))


def simulate(pool, study, seeds):
    """Arrays: (studies, 3 analyses, coefficients, 3 numbers) and p-values (studies, 2)."""
    found = pool.map(study, seeds, chunksize=20)
    return np.array([row[:3] for row in found], dtype=float), np.array([row[3] for row in found], dtype=float)


def section(studies: int = STUDIES) -> tuple[str, list[str]]:
    """The section of the page of proofs, and the promises that were broken."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read by the processes started below
    lines = [
        "## Multiple imputation",
        "",
        f"{studies:,} studies per table, {M} imputations each, seed {SEED}. *All data*: before values were removed. "
        "*Complete case*: patients with a missing value left out. Bias and coverage of the 95 % interval are followed "
        "by their Monte-Carlo standard errors; *SE ratio* is the mean standard error over the standard deviation of "
        "the estimates.",
    ]
    broken: list[str] = []
    with multiprocessing.get_context("spawn").Pool(min(2, os.cpu_count() or 1)) as pool:
        for number, (scenario, study) in enumerate(SCENARIOS):
            seeds = np.random.SeedSequence([SEED, number]).spawn(studies)
            numbers, p_values = simulate(pool, study, seeds)
            lines += ["", f"### {scenario.title}", "", scenario.text, "", *_table(scenario, numbers, broken)]
            if np.all(np.isfinite(p_values)):
                lines += ["", *_uniform(scenario, p_values, broken)]
    kept = "All promises kept." if not broken else "Broken: " + "; ".join(broken) + "."
    promise = (
        f"Promised of multiple imputation: bias below {LARGEST_BIAS} and coverage of 94 % to 96 %, give or "
        "take a Monte-Carlo standard error; D1 rejects a true hypothesis in 5 %, give or take three of them."
    )
    lines += ["", f"{promise} {kept}"]
    return "\n".join(lines) + "\n", broken


def _table(scenario, numbers, broken):
    yield "| coefficient | truth | analysis | bias | coverage % | SE ratio |"
    yield "|---|---|---|---|---|---|"
    studies = len(numbers)
    for j, (name, truth) in enumerate(zip(scenario.names, scenario.truth, strict=True)):
        for a, analysis in enumerate(("all data", "complete case", "multiple imputation")):
            value, error, reach = numbers[:, a, j].T
            bias, spread = value.mean() - truth, value.std(ddof=1)
            bias_error = spread / math.sqrt(studies)
            coverage = np.mean(np.abs(value - truth) <= reach)
            coverage_error = math.sqrt(coverage * (1 - coverage) / studies)
            yield (
                f"| {name} | {truth:g} | {analysis} | {bias:+.4f} ({bias_error:.4f}) | "
                f"{100 * coverage:.1f} ({100 * coverage_error:.1f}) | {error.mean() / spread:.3f} |"
            )
            if analysis != "multiple imputation":
                continue
            if abs(bias) > LARGEST_BIAS + bias_error:
                broken.append(f"{scenario.title}: {name} is biased by {bias:+.4f}")
            if not 0.94 - coverage_error <= coverage <= 0.96 + coverage_error:
                broken.append(f"{scenario.title}: {name} is covered in {100 * coverage:.1f} %")


def _uniform(scenario, p_values, broken):
    yield "| test | p < 0.01 % | p < 0.05 % | p < 0.10 % | p < 0.50 % |"
    yield "|---|---|---|---|---|"
    for column, name in ((0, "complete case"), (1, "multiple imputation (D1)")):
        p = p_values[:, column]
        shares = [float(np.mean(p < limit)) for limit in (0.01, 0.05, 0.1, 0.5)]
        yield f"| {name} | " + " | ".join(f"{100 * share:.1f}" for share in shares) + " |"
    at_5 = float(np.mean(p_values[:, 1] < 0.05))
    if abs(at_5 - 0.05) > 3.0 * math.sqrt(0.05 * 0.95 / len(p_values)):
        broken.append(f"{scenario.title}: D1 rejects in {100 * at_5:.1f} % at 5 %")


if __name__ == "__main__":
    text, failures = section(int(sys.argv[1]) if len(sys.argv) > 1 else STUDIES)
    print(text)
    sys.exit(bool(failures))
