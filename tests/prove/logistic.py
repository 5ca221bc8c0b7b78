"""2,000 simulated studies with logistic models and propensity weights: bias, coverage, uniform p-values.

Run: python -m tests.prove.logistic [STUDIES]. Prints a section in Markdown; exit code 1 when a promise is broken.
"""

import numpy as np
from scipy import special

from crlm.statistics.logistic import (
    logistic,
    multinomial_logistic,
    predict,
    profile_coefficients,
    proportional_odds,
    term_likelihood_ratio_test,
    with_robust_variance,
)
from crlm.statistics.weighting import propensity_weights, weighted_cox, weighted_difference
from tests.prove.simulation import STUDIES, Row, Scenario, row, run, simulated_section

SEED = 20240503


def binary_study(seed):
    make = np.random.default_rng(seed)
    n = 600
    X = np.column_stack((make.normal(size=n), make.integers(0, 2, n), make.normal(size=n)))
    event = make.random(n) < special.expit(-0.4 + X @ [0.5, -0.5, 0.0])
    fit = logistic(event, X, ["a", "b", "c"])
    wald = [row(one, test.p) for one, test in zip(fit.coefficients, fit.wald_tests, strict=True)]
    ratio = term_likelihood_ratio_test(fit, "c").p
    profile = profile_coefficients(fit)
    predicted = predict(fit, [[0.5, 1, 0]])[0]
    log_odds = (special.logit(one) for one in (predicted.value, predicted.lower, predicted.upper))
    value, lower, upper = log_odds
    return [
        *wald,
        row(profile[0]),
        row(profile[2], ratio),
        Row(value, predicted.standard_error, lower, upper),
    ]


def firth_study(seed):
    """70 patients, a third with the event, a rare marker that is now and then separated."""
    make = np.random.default_rng(seed)
    n = 70
    X = np.column_stack((make.normal(size=n), np.arange(n) < 8, make.normal(size=n)))
    event = make.random(n) < special.expit(-0.8 + X @ [0.5, 0.5, 0.0])
    fit = logistic(event, X, ["a", "marker", "c"], method="firth")
    limits = profile_coefficients(fit)
    return [row(limits[0]), row(limits[1]), row(limits[2], term_likelihood_ratio_test(fit, "c").p)]


def categories_study(seed):
    make = np.random.default_rng(seed)
    n = 600
    X = np.column_stack((make.normal(size=n), make.normal(size=n)))
    odds = np.exp(np.column_stack((np.zeros(n), 0.2 + 0.5 * X[:, 0], -0.3 - 0.5 * X[:, 0])))
    below = np.cumsum(odds / odds.sum(axis=1, keepdims=True), axis=1)
    outcome = (make.random(n)[:, None] > below[:, :2]).sum(axis=1).tolist()
    fit = multinomial_logistic(outcome, X, ["a", "c"], levels=[0, 1, 2])
    ranked = np.searchsorted([-0.7, 0.4, 1.5], 0.5 * X[:, 0] + make.logistic(size=n)).tolist()
    ordered = proportional_odds(ranked, X, ["a", "c"], levels=[0, 1, 2, 3])
    # p of c: of both equations together in the multinomial model
    together = term_likelihood_ratio_test(fit, "c").p
    one, null, two, _ = fit.coefficients
    return [
        row(one),
        row(two),
        row(null, together),
        *map(row, ordered.coefficients, [float("nan"), ordered.wald_tests[1].p]),
    ]


def clustered_study(seed):
    """Tumours within patients who share a risk; the treatment is given to patients and does nothing."""
    make = np.random.default_rng(seed)
    patients = 250
    tumours = make.integers(1, 6, patients)
    patient = np.repeat(np.arange(patients), tumours)
    treated = make.integers(0, 2, patients)[patient]
    event = make.random(len(patient)) < special.expit(-0.5 + make.normal(0, 1.2, patients)[patient])
    fit = with_robust_variance(logistic(event, treated[:, None], ["treated"]), cluster=patient)
    return [row(fit.coefficients[0], fit.wald_tests[0].p)]


def weighted_study(seed):
    """Treatment by covariates that also decide the outcome; its effect is 0.5 in everybody, and none on survival."""
    make = np.random.default_rng(seed)
    n = 600
    X = np.column_stack((make.normal(size=n), make.integers(0, 2, n)))
    treated = make.random(n) < special.expit(-0.3 + X @ [0.6, 0.6])
    risk = X @ [0.7, -0.5]
    y = risk + 0.5 * treated + make.normal(size=n)
    time = make.exponential(np.exp(-risk))
    censored = make.uniform(0.5, 4, n)
    rows = []
    fit = logistic(treated, X, ["a", "b"])
    for estimand in ("ATE", "ATT", "overlap"):
        rows.append(row(weighted_difference(y, propensity_weights(fit, estimand)).difference))
    weighting = propensity_weights(fit, "ATE", stabilised=True)
    hazard = weighted_cox(np.minimum(time, censored), time <= censored, weighting)
    return [*rows, row(hazard.coefficients[0], hazard.wald_tests[0].p)]


SCENARIOS = (
    Scenario(
        "Logistic regression",
        "600 patients, about 35 % with the event; log odds ratios 0.5 per unit of a, -0.5 for b, 0 for c. Wald and "
        "profile intervals, the likelihood-ratio test of c, and the prediction for one patient.",
        binary_study,
        {
            "a": 0.5,
            "b": -0.5,
            "c": 0.0,
            "a, profile": 0.5,
            "c, profile": 0.0,
            "log odds of one patient": -0.4 + 0.25 - 0.5,
        },
    ),
    Scenario(
        "Firth's method in a small study",
        "70 patients, 8 of them with a marker; log odds ratios 0.5 per unit of a, 0.5 for the marker, 0 for c. Now and "
        "then the marker is separated: maximum likelihood has no estimate then. Profile intervals and tests of the "
        "penalised likelihood.",
        firth_study,
        {"a": 0.5, "marker": 0.5, "c": 0.0},
    ),
    Scenario(
        "Outcomes with several categories",
        "600 patients. Multinomial, three categories: log odds ratios 0.5 and -0.5 per unit of a against the "
        "reference, none of c. Proportional odds, four categories: 0.5 per unit of a, 0 for c.",
        categories_study,
        {"second: a": 0.5, "third: a": -0.5, "second: c": 0.0, "ordered: a": 0.5, "ordered: c": 0.0},
    ),
    Scenario(
        "Tumours within patients",
        "250 patients with one to five tumours, which share the patient's risk; a treatment of patients that does "
        "nothing. Robust variance by patient.",
        clustered_study,
        {"treated": 0.0},
    ),
    Scenario(
        "Propensity weights",
        "600 patients, treated according to two covariates that decide the outcome too; without weights the difference "
        "is off by about 0.3. The effect on the mean is 0.5, the marginal log hazard ratio 0. The sandwich counts that "
        "the scores are estimated.",
        weighted_study,
        {"ATE": 0.5, "ATT": 0.5, "overlap": 0.5, "log hazard ratio, ATE": 0.0},
    ),
)


def section(studies: int = STUDIES) -> tuple[str, list[str]]:
    """The section of the page of proofs, and the promises that were broken."""
    return simulated_section("Logistic models and propensity weights", SCENARIOS, seed=SEED, studies=studies)


if __name__ == "__main__":
    run(section)
