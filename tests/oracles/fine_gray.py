"""The Fine-Gray model straight from its definition: one weight per patient and event time, slow and obvious."""

from collections.abc import Sequence

import numpy as np


def uncensored_before(
    time: Sequence[float], cause: Sequence[int], at: float, copies: Sequence[float] | None = None
) -> float:
    """Kaplan-Meier of censoring just before a time; who fails at a censoring's time is at risk of it."""
    copies = [1] * len(time) if copies is None else copies
    product = 1.0
    for u in sorted({t for t, c in zip(time, cause, strict=True) if c == 0 and t < at}):
        at_risk = sum(w for t, w in zip(time, copies, strict=True) if t >= u)
        leaving = sum(w for t, c, w in zip(time, cause, copies, strict=True) if t == u and c == 0)
        product *= 1 - leaving / at_risk
    return product


def weights(
    time: Sequence[float],
    cause: Sequence[int],
    of: int,
    groups: Sequence[int] | None = None,
    copies: Sequence[float] | None = None,
) -> tuple[list[float], np.ndarray]:
    """The event times of the cause, and the weight of each patient at each of them: shape (n, K)."""
    n = len(time)
    groups = groups or [0] * n
    copies = [1] * n if copies is None else copies
    members = {g: [i for i in range(n) if groups[i] == g] for g in set(groups)}

    def G(g: int, at: float) -> float:
        return uncensored_before(
            *([values[i] for i in members[g]] for values in (time, cause)),
            at,
            [copies[i] for i in members[g]],
        )

    events = sorted({t for t, c in zip(time, cause, strict=True) if c == of})
    W = np.zeros((n, len(events)))
    for i in range(n):
        last = max(time[j] for j in members[groups[i]])
        for k, t in enumerate(events):
            if time[i] >= t:
                W[i, k] = 1.0
            elif cause[i] not in (0, of) and t <= last:
                W[i, k] = G(groups[i], t) / G(groups[i], time[i])
    return events, W


def log_likelihood(time, cause, of, X, beta, groups=None, strata=None, copies=None) -> float:
    """The logarithm of the pseudo-likelihood, event by event; in a stratum only its own patients are compared."""
    strata, copies = strata or [0] * len(time), np.ones(len(time)) if copies is None else np.asarray(copies)
    events, W = weights(time, cause, of, groups, copies)
    risk = np.exp(np.asarray(X) @ np.asarray(beta))
    total = 0.0
    for i, (t, c) in enumerate(zip(time, cause, strict=True)):
        if c == of:
            same = np.array(strata) == strata[i]
            total += copies[i] * (np.log(risk[i]) - np.log((W[:, events.index(t)] * same * copies) @ risk))
    return float(total)


def maximum(time, cause, of, X, W, events, copies, strata=None) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and the baseline hazard at each event time of each stratum, each patient counted `copies` times."""
    strata = strata or [0] * len(time)
    X, copies = np.asarray(X, dtype=float), np.asarray(copies, dtype=float)
    beta = np.zeros(X.shape[1])
    for _ in range(40):
        score, information, hazard = np.zeros(len(beta)), np.zeros((len(beta), len(beta))), []
        risk = copies * np.exp(X @ beta)
        for s, k, t in [(s, k, t) for s in sorted(set(strata)) for k, t in enumerate(events)]:
            r = W[:, k] * risk * (np.array(strata) == s)
            failing = [i for i in range(len(time)) if time[i] == t and cause[i] == of and strata[i] == s]
            if not failing:
                hazard.append(0.0)
                continue
            mean = r @ X / r.sum()
            second = (X * r[:, None]).T @ X / r.sum()
            d = sum(copies[i] for i in failing)
            score += sum(copies[i] * (X[i] - mean) for i in failing)
            information += d * (second - np.outer(mean, mean))
            hazard.append(d / r.sum())
        step = np.linalg.solve(information, score)
        beta = beta + step
        if np.abs(step).max() < 1e-14:
            break
    return beta, np.array(hazard)


def jackknife(
    time, cause, of, X, groups=None, rows=(), times=(), present=None, strata=None, copies=None, step=1e-5
):
    """The derivative of the coefficients, and of log cumulative hazards for rows at times, by each patient's weight.

    A patient's weight acts in every sum and in the hazard of censoring. That acts on the weights w through
    exp(-cumulative hazard of censoring), after X and up to and including t: as in the formulas of Fine and Gray,
    to first order the product of the Kaplan-Meier factors. Shapes (n, p) and (n, rows, times). `present` (n,) is 0
    for patients who are in no risk set, but tell of censoring. With case weights `copies` each derivative is multiplied
    by the patient's own. Hazards are those of the first stratum.
    """
    n = len(time)
    groups = groups or [0] * n
    ones = np.ones(n) if copies is None else np.asarray(copies, dtype=float)
    events, W = weights(time, cause, of, groups, ones)
    if present is not None:
        W = W * np.asarray(present)[:, None]

    def hazard_of_censoring(copies):
        """Per patient and event time: the hazard of censoring of the own group after X up to t."""
        H = np.zeros(W.shape)
        for g in set(groups):
            members = [i for i in range(n) if groups[i] == g]
            for u in {time[i] for i in members if cause[i] == 0}:
                at_risk = sum(copies[i] for i in members if time[i] >= u)
                rate = sum(copies[i] for i in members if time[i] == u and cause[i] == 0) / at_risk
                for i in members:
                    for k, t in enumerate(events):
                        if time[i] < u <= t:
                            H[i, k] += rate
        return H

    H = hazard_of_censoring(ones)

    def estimates(copies):
        moved = W * np.exp(
            -np.where(np.asarray(time)[:, None] < np.asarray(events), hazard_of_censoring(copies) - H, 0)
        )
        beta, hazard = maximum(time, cause, of, X, moved, events, copies, strata)
        cumulative = [sum(h for t, h in zip(events, hazard, strict=False) if t <= at) for at in times]
        logs = [[np.asarray(x) @ beta + np.log(c) for c in cumulative] for x in rows]
        return beta, np.array(logs).reshape(len(rows), len(times))

    by_beta, by_hazard = [], []
    for i in range(n):
        up, down = ones.copy(), ones.copy()
        up[i] += step
        down[i] -= step
        (b1, h1), (b0, h0) = estimates(up), estimates(down)
        by_beta.append(ones[i] * (b1 - b0) / (2 * step))
        by_hazard.append(ones[i] * (h1 - h0) / (2 * step))
    return np.array(by_beta), np.array(by_hazard)
