"""What every estimator makes of inputs that have no answer, or only look as if they had one.

Run: python -m tests.prove.refusals. Prints docs/validation/refusals.md; tests/statistics/test_refusals.py holds each
outcome to what it must be, and the page to this script.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from crlm.statistics.comparison import log_rank
from crlm.statistics.competing_risks import fine_gray
from crlm.statistics.contingency import fisher
from crlm.statistics.cox import CoxFit, cox, with_robust_variance
from crlm.statistics.cox.penalised import penalised_cox
from crlm.statistics.cox.profile import profile_coefficients
from crlm.statistics.cox.residuals import dfbeta_residuals, schoenfeld_residuals, score_residuals
from crlm.statistics.curve_readings import median
from crlm.statistics.group_tests import t_test
from crlm.statistics.logistic import logistic
from crlm.statistics.proportional_hazards import proportional_hazards_test
from crlm.statistics.survival_curve import kaplan_meier


@dataclass(frozen=True, eq=False)
class Patients:
    """A small study: months, death (or another cause, 2), treatment, age; `columns` enter the models."""

    time: np.ndarray
    event: np.ndarray
    treated: np.ndarray
    age: np.ndarray
    columns: dict[str, np.ndarray]
    weights: np.ndarray | None = None

    @property
    def cause(self):
        """The last third of those who were censored died of something else."""
        censored = np.flatnonzero(self.event == 0)
        cause = np.array(self.event, dtype=float)
        cause[censored[: len(censored) // 3]] = 2
        return cause

    @property
    def matrix(self):
        return np.column_stack(list(self.columns.values()))


@dataclass(frozen=True)
class Outcome:
    """`kind`: "estimate", "part" (some coefficients), "none" (with reasons) or "refused"; `words` for the page."""

    kind: str
    words: str
    numbers: tuple[float, ...] = field(default=())


def patients(n: int = 60) -> Patients:
    make = np.random.default_rng(7)
    treated, age = make.integers(0, 2, n).astype(float), np.round(make.normal(63, 9, n))
    death = make.exponential(30 * np.exp(0.5 * treated - 0.02 * (age - 63)))
    end = make.uniform(6, 60, n)
    time, event = np.maximum(np.round(np.minimum(death, end), 1), 0.1), (death <= end).astype(float)
    return Patients(time, event, treated, age, {"treated": treated, "age": age})


def changed(array: np.ndarray, at: int, value: float) -> np.ndarray:
    other = np.array(array, dtype=float)
    other[at] = value
    return other


def with_column(name: str, values: np.ndarray) -> Patients:
    return replace(BASE, columns={**BASE.columns, name: values})


def first(n: int, columns: dict[str, np.ndarray] | None = None) -> Patients:
    chosen = {name: column[:n] for name, column in (columns or BASE.columns).items()}
    return Patients(BASE.time[:n], BASE.event[:n], BASE.treated[:n], BASE.age[:n], chosen)


def noisy() -> Patients:
    """The same months, computed so that equal times differ in the last digit."""
    time = BASE.time.copy()
    time[::2] = time[::2] * 3 / 3 + 4 * np.spacing(time[::2])
    return replace(BASE, time=time)


BASE = patients()
N = len(BASE.time)
LAST_EVENT = int(np.flatnonzero(BASE.event)[np.argmin(BASE.time[BASE.event == 1])])
NOISE = np.random.default_rng(8).normal(size=(N, 15))
CASES: dict[str, tuple[str, Patients]] = {
    "ordinary": ("60 patients, a treatment and an age: nothing is wrong.", BASE),
    "level without events": (
        "Nobody who was treated has the event.",
        replace(BASE, event=BASE.event * (1 - BASE.treated)),
    ),
    "column in the order of the times": (
        "A third column falls with the time: at every event the patient with the event has the highest value.",
        with_column("order", -BASE.time),
    ),
    "column equal to the outcome": (
        "A third column is the event itself.",
        with_column("outcome", BASE.event),
    ),
    "single event": (
        "Only the earliest event is left.",
        replace(BASE, event=changed(np.zeros(N), LAST_EVENT, 1)),
    ),
    "constant column": ("A third column is 3 for everybody.", with_column("constant", np.full(N, 3.0))),
    "duplicate column": ("A third column repeats the treatment.", with_column("again", BASE.treated)),
    "nearly the same column": (
        "A third column is the age plus noise of 1e-9.",
        with_column("nearly", BASE.age + 1e-9 * NOISE[:, 0]),
    ),
    "no event": ("Everybody is censored.", replace(BASE, event=np.zeros(N))),
    "all tied": (
        "Everybody has the event, at the same time.",
        replace(BASE, time=np.full(N, 12.0), event=np.ones(N)),
    ),
    "more columns than patients": (
        "12 patients and 15 columns of noise.",
        first(12, {f"x{j + 1}": NOISE[:, j] for j in range(15)}),
    ),
    "missing covariate": (
        "One age is NaN.",
        replace(BASE, age=changed(BASE.age, 3, np.nan), columns={"age": changed(BASE.age, 3, np.nan)}),
    ),
    "infinite covariate": (
        "One age is infinite.",
        replace(BASE, age=changed(BASE.age, 3, np.inf), columns={"age": changed(BASE.age, 3, np.inf)}),
    ),
    "missing time": ("One time is NaN.", replace(BASE, time=changed(BASE.time, 3, np.nan))),
    "infinite time": ("One time is infinite.", replace(BASE, time=changed(BASE.time, 3, np.inf))),
    "negative time": ("One time is -1.", replace(BASE, time=changed(BASE.time, 3, -1))),
    "time zero": (
        "One patient has the event at time 0.",
        replace(BASE, time=changed(BASE.time, LAST_EVENT, 0)),
    ),
    "event code 3": (
        "One event is coded 3, which is another cause to a Fine-Gray model.",
        replace(BASE, event=changed(BASE.event, 3, 3)),
    ),
    "ties but for rounding": (
        "Half of the times were computed so that they differ in the last digits. Nothing may change.",
        noisy(),
    ),
    "weight of zero": ("One weight is 0.", replace(BASE, weights=changed(np.ones(N), 3, 0))),
    "one group": (
        "Everybody was treated.",
        replace(BASE, treated=np.ones(N), columns={"treated": np.ones(N), "age": BASE.age}),
    ),
    "one patient": ("A single patient.", first(1)),
    "nobody": ("No patients.", first(0)),
}
"""Inputs by name: what is wrong with them, and the data."""


def of_curve(data: Patients) -> Outcome:
    found = median(kaplan_meier(data.time, data.event, weights=data.weights))
    return of_estimate("median", found)


def of_estimate(name, found) -> Outcome:
    if found.value is None:
        return Outcome("none", found.reason)
    limits = tuple(x for x in (found.lower, found.upper) if x is not None)
    words = f"{name} {found.value:.3g}" + (f" ({found.reason})" if found.reason else "")
    return Outcome("estimate", words, (found.value, *limits))


def of_test(found) -> Outcome:
    notes = f" ({'; '.join(found.notes)})" if found.notes else ""
    if found.p is None:
        return Outcome("none", found.reason)
    return Outcome("estimate", f"p = {found.p:.3g}{notes}", (found.p,))


def of_model(fit) -> Outcome:
    if fit.reason is not None:
        return Outcome("none", fit.reason)
    words, numbers = [], []
    for name, one in zip(fit.names, fit.coefficients, strict=True):
        if one.value is None:
            if one.reason not in words:
                words.append(one.reason)
        else:
            words.append(f"{name} {one.value if abs(one.value) > 1e-12 else 0.0:.3g}")
            numbers += [one.value, *(x for x in (one.lower, one.upper) if x is not None)]
    missing = sum(one.value is None for one in fit.coefficients)
    kind = "estimate" if not missing else "none" if missing == len(fit.names) else "part"
    return Outcome(kind, "; ".join(words), tuple(numbers))


def of_log_rank(data: Patients) -> Outcome:
    return of_test(log_rank(data.time, data.event, data.treated.tolist(), levels=[0.0, 1.0]).test)


def of_cox(data: Patients) -> Outcome:
    names = list(data.columns)
    return of_model(cox(data.time, data.event, data.matrix, names, weights=data.weights))


def of_firth_cox(data: Patients) -> Outcome:
    names = list(data.columns)
    return of_model(cox(data.time, data.event, data.matrix, names, method="firth"))


def of_logistic(data: Patients) -> Outcome:
    return of_model(logistic(data.event, data.matrix, list(data.columns), weights=data.weights))


def of_fine_gray(data: Patients) -> Outcome:
    return of_model(fine_gray(data.time, data.cause, 1, data.matrix, list(data.columns)))


def of_t(data: Patients) -> Outcome:
    groups = (data.age[data.treated == level] for level in (0, 1))
    return of_test(t_test(*groups, variances="welch"))


def of_fisher(data: Patients) -> Outcome:
    table = [
        [np.sum((data.event == e) & (data.treated == g)) for g in (0, 1)] for e in sorted({0, 1, *data.event})
    ]
    return of_test(fisher(table))


ESTIMATORS: dict[str, Callable[[Patients], Outcome]] = {
    "kaplan_meier": of_curve,
    "log_rank": of_log_rank,
    "cox": of_cox,
    "cox (Firth)": of_firth_cox,
    "fine_gray": of_fine_gray,
    "logistic": of_logistic,
    "t_test": of_t,
    "fisher": of_fisher,
}

# Cox models of the peers on such inputs, measured with 120 patients and two or three columns.
PEERS = {
    "level without events": "R, lifelines and scikit-survival give -18, statsmodels -25. R, lifelines and statsmodels "
    "warn; surpyval says that there is no finite maximum; scikit-survival, coxdev and the array interface of survival "
    "say nothing.",
    "column in the order of the times": "With a covariate that separates, R gives 21, lifelines 22 and statsmodels 28, "
    "each with a warning, and surpyval warns; scikit-survival, coxdev and the array interface of survival say nothing.",
    "single event": "R gives 21, lifelines 17 and statsmodels 23, each with a warning, and surpyval warns; "
    "scikit-survival, coxdev and the array interface of survival say nothing.",
    "constant column": "R marks it as aliased; surpyval gives NaN and names it; lifelines, scikit-survival and coxdev "
    "stop; statsmodels gives 2e-5 with a standard error that is NaN; survival gives NaN.",
    "duplicate column": "R marks it as aliased; surpyval gives NaN and names it; survival gives NaN; lifelines and "
    "coxdev stop; statsmodels gives half of the effect to each, with standard errors of 2e7 and no warning; "
    "scikit-survival gives 4e17 with a warning from the linear algebra.",
    "nearly the same column": "R marks it as aliased; survival and surpyval give NaN; lifelines gives -7e5 with a "
    "warning, statsmodels -800 with a standard error that is NaN, scikit-survival -5e6 with a warning, and coxdev "
    "-5e6 without a word.",
    "no event": "R gives NA without a word; the array interface of survival gives 0 with a standard error of 0; "
    "lifelines stops and blames collinearity; statsmodels stops with an IndexError; coxdev stops at a singular "
    "matrix; scikit-survival and surpyval say what is wrong.",
    "more columns than patients": "R, statsmodels and surpyval warn, and surpyval names columns; scikit-survival "
    "gives meaningless numbers with ten warnings, the array interface of survival without one; lifelines stops; the "
    "standard errors of statsmodels and coxdev are NaN.",
    "missing covariate": "R, statsmodels and surpyval drop the patient, statsmodels without a word; lifelines, "
    "scikit-survival and the array interface of survival stop; coxdev gives NaN.",
    "infinite covariate": "All stop but two: surpyval drops the patient as if the value were missing, with a warning, "
    "and coxdev gives NaN.",
    "missing time": "R and statsmodels drop the patient, statsmodels without a word; coxdev gives a wrong coefficient "
    "without a word; lifelines, scikit-survival, surpyval and the array interface of survival stop.",
    "negative time": "statsmodels and scikit-survival stop; R, lifelines, survival, coxdev and surpyval accept it.",
    "time zero": "All accept it, as here.",
    "ties but for rounding": "R ties such times, and so does the formula interface of survival; the others take them "
    "for different times, and the coefficient moves in the third digit.",
}

HEADER = """# Inputs without an answer

What each estimator gives for inputs that have no answer, or only look as if they had one. Three things can happen,
and never a fourth: an estimate; no estimate (of one coefficient, or at all) with the reason in words; or a refusal, a
`ValueError` that says what is wrong, for what cannot be data. There is no NaN, no infinity, and no number that only
shows where an iteration stopped.

This page is printed by `python -m tests.prove.refusals`; the tests hold it to that, and each outcome to what it must
be. Coefficients are log hazard ratios and log odds ratios. The Cox models of the peers were measured with R survival
3.5-3, lifelines 0.30.3, statsmodels 0.15.0, scikit-survival 0.28.0, survival 2.0.0 (the Rust package), coxdev 0.4.1
and surpyval 0.25, on inputs of the same kinds.
"""

TOGETHER = """## Options that do not go together

What Cox's model does not give, although the ordinary input has an estimate. The reasons are on
[its page](cox.md)."""


def _fit(**options) -> CoxFit:
    return cox(BASE.time, BASE.event, BASE.matrix, list(BASE.columns), **options)


COMBINATIONS: dict[str, Callable[[], object]] = {
    "Firth's method, robust variance": lambda: with_robust_variance(_fit(method="firth")),
    "Firth's method, test of proportional hazards": lambda: (
        proportional_hazards_test(_fit(method="firth")).overall
    ),
    "Firth's method, score test": lambda: _fit(method="firth").score_test,
    "Firth's method, exact ties": lambda: _fit(method="firth", ties="exact"),
    "exact ties, case weights": lambda: _fit(ties="exact", weights=np.ones(N)),
    "exact ties, robust variance": lambda: with_robust_variance(_fit(ties="exact")),
    "exact ties, profile intervals": lambda: profile_coefficients(_fit(ties="exact")),
    "exact ties, score residuals": lambda: score_residuals(_fit(ties="exact")),
    "exact ties, dfbeta residuals": lambda: dfbeta_residuals(_fit(ties="exact")),
    "exact ties, Schoenfeld residuals": lambda: schoenfeld_residuals(_fit(ties="exact")),
    "exact ties, test of proportional hazards": lambda: proportional_hazards_test(_fit(ties="exact")).overall,
    "exact ties, penalties": lambda: penalised_cox(
        BASE.time, BASE.event, BASE.matrix, list(BASE.columns), ties="exact"
    ),
    "robust variance, likelihood-ratio test": lambda: with_robust_variance(_fit()).likelihood_ratio_test,
    "robust variance, profile intervals": lambda: profile_coefficients(with_robust_variance(_fit())),
}
"""Options of Cox's model that do not go together: each gives a test without value, or is refused."""


def combination(name: str) -> Outcome:
    try:
        return of_test(COMBINATIONS[name]())
    except ValueError as refusal:
        return Outcome("refused", f"refused: {refusal}")


def outcome(estimator: str, case: str) -> Outcome:
    try:
        return ESTIMATORS[estimator](CASES[case][1])
    except ValueError as refusal:
        return Outcome("refused", f"refused: {refusal}")


def page() -> str:
    parts = [HEADER]
    ordinary = {estimator: outcome(estimator, "ordinary").words for estimator in ESTIMATORS}
    for name, (what, _) in CASES.items():
        words = {estimator: outcome(estimator, name).words for estimator in ESTIMATORS}
        other = {key: text for key, text in words.items() if name == "ordinary" or text != ordinary[key]}
        parts.append(f"## {name.capitalize()}\n\n{what}")
        if other:
            rows = [f"| `{key}` | {text} |" for key, text in other.items()]
            parts.append("\n".join(["| estimator | gives |", "|---|---|", *rows]))
        if len(other) < len(ESTIMATORS):
            same = ", ".join(f"`{key}`" for key in ESTIMATORS if key not in other)
            parts.append(f"As for the ordinary input: {same if other else 'all'}.")
        if name in PEERS:
            parts.append(f"Peers: {PEERS[name]}")
    rows = [f"| {name} | {combination(name).words} |" for name in COMBINATIONS]
    parts.append(f"{TOGETHER}\n\n" + "\n".join(["| asked for | gives |", "|---|---|", *rows]))
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


if __name__ == "__main__":
    print(page(), end="")
