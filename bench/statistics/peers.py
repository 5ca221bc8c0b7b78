"""One task by one package, timed inside the process: imports, reading the data and the first call are not counted.

    python bench/statistics/peers.py PACKAGE TASK DATA_FOLDER RESULT.json [--quick]

A peer that would take minutes does a part of the replicates; the time is scaled and `share` says so.
"""

import json
import os
import sys
import time
import warnings
from pathlib import Path

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np  # noqa: E402

warnings.filterwarnings("ignore")
CRITICAL = 1.2815515655446004  # |z| at p = 0.20
BUDGET, LEAST, LONG = 2.0, 5, 5.0


def load(folder):
    """The arrays of the task."""
    return {one.stem: np.load(one) for one in sorted(Path(folder).glob("*.npy"))}


def crlm(task, a):  # noqa: PLR0911
    """Ours: the functions that a user would call."""
    from crlm.statistics.batch.cox_bootstrap import bootstrap_backward_elimination, bootstrap_cox
    from crlm.statistics.batch.large_cox import large_cox
    from crlm.statistics.batch.large_curves import grouped_curves
    from crlm.statistics.batch.large_fine_gray import large_fine_gray
    from crlm.statistics.batch.logistic_bootstrap import bootstrap_logistic
    from crlm.statistics.batch.screen import screen_cox
    from crlm.statistics.batch.trials import analyse_trials
    from crlm.statistics.cox.fit import cox

    names = [f"x{j}" for j in range(a["X"].shape[1])] if "X" in a else []
    if task == "fit_374":
        return lambda: [one.value for one in cox(a["time"], a["event"], a["X"], names).coefficients]
    if task == "fit_1000000":
        return lambda: [one.value for one in large_cox(a["time"], a["event"], a["X"], names).coefficients]
    if task == "screen":
        ends = list(zip(a["time"], a["event"], strict=True))
        return lambda: screen_cox(ends, a["X"], names).coefficients.ravel()
    if task == "bootstrap":
        return lambda: bootstrap_cox(
            a["time"], a["event"], a["X"], names, counts=a["counts"]
        ).coefficients.ravel()
    if task == "elimination":
        return lambda: bootstrap_backward_elimination(
            a["time"], a["event"], a["X"], names, counts=a["counts"], threshold=0.2
        ).selected.ravel()
    if task == "curves":
        return lambda: [grouped_curves(a["time"], a["event"], a["group"], "abc").log_rank.test.statistic]
    if task == "fine_gray":
        return lambda: [
            one.value for one in large_fine_gray(a["time"], a["event"], 1, a["X"], names).coefficients
        ]
    if task == "trials":

        def trials():
            found = analyse_trials(a["time"], a["event"], a["group"])
            return np.concatenate((found.chi_square, found.coefficient))

        return trials
    return lambda: bootstrap_logistic(a["event"], a["X"], names, counts=a["counts"]).coefficients.ravel()


def with_fit(task, a, fit, share):
    """The tasks that are loops around fit(X, time, event) -> (coefficients, standard errors)."""
    if task.startswith("fit_"):
        return lambda: fit(a["X"], a["time"], a["event"])[0]
    if task == "screen":
        return lambda: [
            fit(a["X"][:, [j]], t, e)[0][0]
            for t, e in zip(a["time"], a["event"], strict=True)
            for j in range(a["X"].shape[1])
        ]
    drawn = [np.repeat(np.arange(len(one)), one) for one in a["counts"][: int(len(a["counts"]) * share)]]
    if task == "bootstrap":
        return lambda: np.concatenate([fit(a["X"][i], a["time"][i], a["event"][i])[0] for i in drawn])

    def elimination():
        kept = np.zeros((len(drawn), a["X"].shape[1]))
        for row, i in zip(kept, drawn, strict=True):
            columns = np.arange(a["X"].shape[1])
            X, t, e = a["X"][i], a["time"][i], a["event"][i]
            while len(columns):
                b, se = fit(X[:, columns], t, e)
                z = np.abs(b / se)
                if z.min() > CRITICAL:
                    break
                columns = np.delete(columns, z.argmin())
            row[columns] = 1
        return kept.ravel()

    return elimination


def survival(task, a, share=1.0):
    """The Rust package of that name."""
    import survival as package
    from survival._survival import coxph_fit_raw

    def fit(X, t, e):
        found = coxph_fit_raw(t, e, np.ascontiguousarray(X), method="efron", resid=False)
        return np.asarray(found.coefficients), np.sqrt(np.diag(np.asarray(found.var)))

    if task == "curves":

        def curves():
            y = package.Surv(a["time"], a["event"])
            package.survfit(y, group=a["group"])
            return [package.survdiff(y, group=a["group"]).chisq]

        return curves
    if task == "trials":
        X = a["group"][:, None].astype(float)

        def trials():
            found = [
                (package.survdiff(package.Surv(t, e), group=a["group"]).chisq, fit(X, t, e)[0][0])
                for t, e in zip(a["time"], a["event"], strict=True)
            ]
            return np.array(found).T.ravel()

        return trials
    return with_fit(task, a, fit, share)


def lifelines(task, a, share):
    """lifelines, through its own classes."""
    import pandas as pd
    from lifelines import CoxPHFitter, KaplanMeierFitter
    from lifelines.statistics import logrank_test, multivariate_logrank_test

    def fit(X, t, e):
        frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(X.shape[1])])
        frame["T"], frame["E"] = t, e
        model = CoxPHFitter().fit(frame, "T", "E")
        return model.params_.values, model.standard_errors_.values

    if task == "curves":

        def curves():
            for g in range(3):
                KaplanMeierFitter().fit(a["time"][a["group"] == g], a["event"][a["group"] == g])
            return [multivariate_logrank_test(a["time"], a["group"], a["event"]).test_statistic]

        return curves
    if task == "trials":
        one = a["group"] == 1
        size = int(len(a["time"]) * share)

        def trials():
            found = [
                (
                    logrank_test(t[one], t[~one], e[one], e[~one]).test_statistic,
                    fit(a["group"][:, None], t, e)[0][0],
                )
                for t, e in zip(a["time"][:size], a["event"][:size], strict=True)
            ]
            return np.array(found).T.ravel()

        return trials
    return with_fit(task, a, fit, share)


def statsmodels(task, a, share=1.0):
    """statsmodels: curves and logistic regression."""
    import statsmodels.api as sm
    from statsmodels.duration.survfunc import SurvfuncRight, survdiff

    if task == "curves":

        def curves():
            for g in range(3):
                SurvfuncRight(a["time"][a["group"] == g], a["event"][a["group"] == g])
            return [survdiff(a["time"], a["event"], a["group"])[0]]

        return curves
    drawn = [np.repeat(np.arange(len(one)), one) for one in a["counts"]]

    def logistic():
        found = [
            sm.Logit(a["event"][i], sm.add_constant(a["X"][i], has_constant="add"))
            .fit(disp=0, method="newton")
            .params
            for i in drawn
        ]
        return np.array(found)[:, 1:].ravel()

    return logistic


def comprisk(task, a, share=1.0):
    """comprisk: Fine-Gray with the sandwich variance."""
    from comprisk import FineGrayRegression

    return lambda: FineGrayRegression(robust_se=True).fit(a["X"], time=a["time"], event=a["event"]).coef_


SHARES = {"bootstrap": 0.05, "elimination": 0.05, "trials": 0.05}


def main():
    """Time the task and write what was found."""
    package, task, folder, target = sys.argv[1:5]
    quick = "--quick" in sys.argv
    arrays = load(folder)
    share = SHARES.get(task, 1.0) if package == "lifelines" else 1.0
    work = crlm(task, arrays) if package == "crlm" else globals()[package](task, arrays, share)
    begun = time.perf_counter()
    values = work()
    first = time.perf_counter() - begun
    seconds = [first] if first > LONG and package != "crlm" else []
    begun = time.perf_counter()
    while not seconds or (
        (first <= LONG or package == "crlm")
        and not (quick and seconds)
        and (len(seconds) < LEAST or (time.perf_counter() - begun < BUDGET and len(seconds) < 300))
    ):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    found = {
        "seconds": [one / share for one in seconds],
        "first": first / share,
        "share": share,
        "values": np.ma.filled(np.ma.asarray(values, dtype=float), 0.0).ravel().tolist()[:20000],
        "parts": 2 if task == "trials" else 1,
    }
    Path(target).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
