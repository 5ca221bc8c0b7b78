"""Simulated studies: do the intervals of the measures of prediction cover, and does the bootstrap remove optimism?

Run: python -m tests.prove.performance [STUDIES] [OPTIMISM_STUDIES]. Prints a section in Markdown; exit code 1 when a
promise is broken.
"""

import sys

import numpy as np

from crlm.statistics.concordance import concordance
from crlm.statistics.cox import cox
from crlm.statistics.performance.brier import brier
from crlm.statistics.performance.discrimination import time_dependent_auc, uno_concordance
from crlm.statistics.performance.net_benefit import survival_net_benefit
from crlm.statistics.performance.optimism import optimism
from crlm.statistics.performance.royston import royston_d
from crlm.statistics.performance.survival_calibration import survival_calibration

STUDIES, OPTIMISM_STUDIES, REPLICATES = 2_000, 200, 100
SEED = 20240601
PATIENTS, HORIZON, TAU, THRESHOLD = 300, 1.0, 1.5, 0.4
BETA, PREDICTED_BETA = 1.0, 1.3  # the predictions are too extreme
# Intervals known to be cautious (the mean predicted risk taken as known) or too narrow (the spread of the risks).
PROMISED = {"O/E": (92.0, 100.0), "D": (89.0, 97.0), "R²_D": (89.0, 97.0)}
NAMES = tuple(f"x{j}" for j in range(10))


def study(rng, n, *, censored):
    x = rng.normal(size=n)
    time = rng.exponential(np.exp(-BETA * x)) / 0.7
    end = rng.uniform(0.2, 3.0, n) if censored else np.full(n, np.inf)
    risk = 1.0 - np.exp(-0.6 * np.exp(PREDICTED_BETA * x))
    risk = np.clip(risk, 1e-9, 1 - 1e-9)
    return np.minimum(time, end), time <= end, risk


def measures(time, event, risk):
    score = brier(time, event, risk, HORIZON)
    curve = survival_net_benefit(time, event, risk, HORIZON, [THRESHOLD])[0]
    fit = survival_calibration(time, event, risk, HORIZON)
    d = royston_d(time, event, risk)
    return {
        "Uno's C": uno_concordance(time, event, risk, tau=TAU),
        "AUC(t)": time_dependent_auc(time, event, risk, HORIZON).estimate,
        "Brier score": score.estimate,
        "scaled Brier score": score.scaled,
        "net benefit": curve.by_prediction,
        "net benefit, versus all": curve.versus_all,
        "O/E": fit.ratio,
        "calibration intercept": fit.intercept,
        "calibration slope (Cox)": fit.slope,
        "calibration slope (pseudo-observations)": fit.pseudo_slope,
        "D": d.d,
        "R²_D": d.r_squared,
    }


def intervals(studies):
    """Rows (measure, truth, mean, Monte-Carlo error of the mean, coverage in percent)."""
    rng = np.random.default_rng(SEED)
    truth = {name: one.value for name, one in measures(*study(rng, 400_000, censored=False)).items()}
    truth["D"] = BETA * np.sqrt(8.0 / np.pi)
    truth["R²_D"] = BETA**2 / (np.pi**2 / 6.0 + BETA**2)
    found = {name: [] for name in truth}
    for _ in range(studies):
        for name, one in measures(*study(rng, PATIENTS, censored=True)).items():
            found[name].append((one.value, one.lower <= truth[name] <= one.upper))
    return [
        (
            name,
            truth[name],
            float(np.mean([v for v, _ in rows])),
            float(np.std([v for v, _ in rows]) / np.sqrt(studies)),
            100.0 * float(np.mean([c for _, c in rows])),
        )
        for name, rows in found.items()
    ]


def noisy(rng, n):
    X = rng.normal(size=(n, len(NAMES)))
    time = rng.exponential(np.exp(-0.5 * X[:, 0] - 0.25 * X[:, 1]))
    end = rng.uniform(0.2, 3.0, n)
    columns = dict(zip(NAMES, X.T, strict=True))
    return {"time": np.minimum(time, end), "event": time <= end, **columns}


def screen_and_fit(data, _rng):
    X = np.column_stack([data[name] for name in NAMES])
    single = cox_p(data, X)
    chosen = [j for j in range(len(NAMES)) if single[j] < 0.2] or [int(np.argmin(single))]
    fit = cox(data["time"], data["event"], X[:, chosen], [NAMES[j] for j in chosen])
    beta = np.zeros(len(NAMES))
    beta[chosen] = [one.value for one in fit.coefficients]
    return beta


def cox_p(data, X):
    return [cox(data["time"], data["event"], X[:, [j]], ("x",)).wald_tests[0].p for j in range(X.shape[1])]


def index_measures(beta, data):
    index = np.column_stack([data[name] for name in NAMES]) @ beta
    slope = cox(data["time"], data["event"], index[:, None], ("index",)).coefficients[0]
    return {"C": concordance(data["time"], data["event"], index).estimate, "slope": slope}


def corrections(studies):
    """Rows (measure, mean apparent, corrected, on new patients, coverage of the value on new patients)."""
    rng = np.random.default_rng(SEED + 1)
    found = {"C": [], "slope": []}
    failed = 0
    new = noisy(rng, 20_000)
    for i in range(studies):
        data = noisy(rng, 120)
        real = {k: v.value for k, v in index_measures(screen_and_fit(data, rng), new).items()}
        for name, one in optimism(
            screen_and_fit, data, index_measures, replicates=REPLICATES, seed=SEED + i, workers=2
        ).items():
            failed += len(one.failed)
            known = one.corrected.lower is not None
            covers = known and one.corrected.lower <= real[name] <= one.corrected.upper
            found[name].append((one.apparent, one.corrected.value, real[name], covers))
    return [(name, *np.mean(rows, axis=0).tolist()) for name, rows in found.items()], failed


def section(studies, optimism_studies):
    rows = intervals(studies)
    lines = [
        f"{studies} studies of {PATIENTS} patients, one covariate with hazard ratio e, censoring uniform on 0.2 to 3",
        "(about 40 %), predictions that are too extreme. The truth is the same measure on 400,000 uncensored patients.",
        "",
        "| measure | truth | mean estimate | Monte-Carlo error | 95 % interval covers |",
        "|---|---|---|---|---|",
        *(f"| {n} | {t:.4f} | {m:.4f} | {e:.4f} | {c:.1f} % |" for n, t, m, e, c in rows),
    ]
    if optimism_studies:
        corrected, failed = corrections(optimism_studies)
        lines += [
            "",
            f"{optimism_studies} studies of 120 patients, ten covariates of which two count; screen at p < 0.2 and",
            f"a Cox model are repeated in each of {REPLICATES} resamples ({failed} failed). Last columns: that model",
            "on 20,000 new patients, and how often the location-shifted interval covers that.",
            "",
            "| measure | apparent | corrected | on new patients | 95 % interval covers |",
            "|---|---|---|---|---|",
            *(
                f"| {n} | {a:.3f} | {c:.3f} | {r:.3f} | {'no interval' if n == 'slope' else f'{100 * k:.0f} %'} |"
                for n, a, c, r, k in corrected
            ),
        ]
        good = all(abs(c - r) < abs(a - r) / 3 for _, a, c, r, _ in corrected)
    else:
        good = True
    covered = all(low <= c <= high for n, *_, c in rows for low, high in [PROMISED.get(n, (92.0, 97.0))])
    return "\n".join(lines), covered and good


if __name__ == "__main__":
    sizes = [int(one) for one in sys.argv[1:]]
    text, kept = section(*(sizes + [STUDIES, OPTIMISM_STUDIES][len(sizes) :]))
    print(text)
    sys.exit(0 if kept else 1)
