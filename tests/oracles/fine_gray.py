"""The Fine-Gray model straight from its definition: one weight per patient and event time, slow and obvious."""

from collections.abc import Sequence

import numpy as np


def uncensored_before(time: Sequence[float], cause: Sequence[int], at: float) -> float:
    """Kaplan-Meier of censoring just before a time; who fails at a censoring's time is at risk of it."""
    product = 1.0
    for u in sorted({t for t, c in zip(time, cause, strict=True) if c == 0 and t < at}):
        at_risk = sum(t >= u for t in time)
        product *= 1 - sum(t == u and c == 0 for t, c in zip(time, cause, strict=True)) / at_risk
    return product


def weights(
    time: Sequence[float], cause: Sequence[int], of: int, groups: Sequence[int] | None = None
) -> tuple[list[float], np.ndarray]:
    """The event times of the cause, and the weight of each patient at each of them: shape (n, K)."""
    n = len(time)
    groups = groups or [0] * n
    members = {g: [i for i in range(n) if groups[i] == g] for g in set(groups)}

    def G(g: int, at: float) -> float:
        return uncensored_before([time[i] for i in members[g]], [cause[i] for i in members[g]], at)

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


def log_likelihood(time, cause, of, X, beta, groups=None) -> float:
    """The logarithm of the pseudo-likelihood, event by event."""
    events, W = weights(time, cause, of, groups)
    risk = np.exp(np.asarray(X) @ np.asarray(beta))
    total = 0.0
    for i, (t, c) in enumerate(zip(time, cause, strict=True)):
        if c == of:
            total += np.log(risk[i]) - np.log(W[:, events.index(t)] @ risk)
    return float(total)


def maximum(time, cause, of, X, W, events, copies) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and the baseline hazard at each event time, each patient counted `copies` times."""
    X, copies = np.asarray(X, dtype=float), np.asarray(copies, dtype=float)
    beta = np.zeros(X.shape[1])
    for _ in range(40):
        score, information, hazard = np.zeros(len(beta)), np.zeros((len(beta), len(beta))), []
        risk = copies * np.exp(X @ beta)
        for k, t in enumerate(events):
            r = W[:, k] * risk
            mean = r @ X / r.sum()
            second = (X * r[:, None]).T @ X / r.sum()
            failing = [i for i in range(len(time)) if time[i] == t and cause[i] == of]
            d = sum(copies[i] for i in failing)
            score += sum(copies[i] * (X[i] - mean) for i in failing)
            information += d * (second - np.outer(mean, mean))
            hazard.append(d / r.sum())
        step = np.linalg.solve(information, score)
        beta = beta + step
        if np.abs(step).max() < 1e-14:
            break
    return beta, np.array(hazard)


def jackknife(time, cause, of, X, groups=None, rows=(), times=(), present=None, step=1e-5):
    """The derivative of the coefficients, and of log cumulative hazards for rows at times, by each patient's weight.

    A patient's weight acts in every sum and in the hazard of censoring. That acts on the weights w through
    exp(-cumulative hazard of censoring), after X and up to and including t: as in the formulas of Fine and Gray,
    to first order the product of the Kaplan-Meier factors. Shapes (n, p) and (n, rows, times). `present` (n,) is 0
    for patients who are in no risk set, but tell of censoring.
    """
    n = len(time)
    groups = groups or [0] * n
    events, W = weights(time, cause, of, groups)
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

    ones = np.ones(n)
    H = hazard_of_censoring(ones)

    def estimates(copies):
        moved = W * np.exp(
            -np.where(np.asarray(time)[:, None] < np.asarray(events), hazard_of_censoring(copies) - H, 0)
        )
        beta, hazard = maximum(time, cause, of, X, moved, events, copies)
        cumulative = [sum(h for t, h in zip(events, hazard, strict=True) if t <= at) for at in times]
        logs = [[np.asarray(x) @ beta + np.log(c) for c in cumulative] for x in rows]
        return beta, np.array(logs).reshape(len(rows), len(times))

    by_beta, by_hazard = [], []
    for i in range(n):
        up, down = ones.copy(), ones.copy()
        up[i] += step
        down[i] -= step
        (b1, h1), (b0, h0) = estimates(up), estimates(down)
        by_beta.append((b1 - b0) / (2 * step))
        by_hazard.append((h1 - h0) / (2 * step))
    return np.array(by_beta), np.array(by_hazard)
