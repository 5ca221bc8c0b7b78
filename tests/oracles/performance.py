"""Measures of prediction from their definitions: double loops over patients with weights, in plain Python."""

from collections.abc import Callable, Sequence


def censoring_before(time: Sequence[float], event: Sequence[int], w: Sequence[float], at: float) -> float:
    """The probability of being uncensored just before a time; events of a time leave before its censorings."""
    curve = 1.0
    for s in sorted({t for t, e in zip(time, event, strict=True) if not e and t < at}):
        rows = list(zip(time, event, w, strict=True))
        at_risk = sum(v for t, e, v in rows if t > s or (t == s and not e))
        curve *= 1.0 - sum(v for t, e, v in rows if t == s and not e) / at_risk
    return curve


def censoring_at(time: Sequence[float], event: Sequence[int], w: Sequence[float], at: float) -> float:
    return censoring_before(time, event, w, at + 1e-9)


def incidence(time: Sequence[float], event: Sequence[int], w: Sequence[float], at: float) -> float:
    curve = 1.0
    rows = list(zip(time, event, w, strict=True))
    for s in sorted({t for t, e in zip(time, event, strict=True) if e and t <= at}):
        at_risk = sum(v for t, _, v in rows if t >= s)
        dead = sum(v for t, e, v in rows if t == s and e)
        curve *= 0.0 if all(e and t == s for t, e, _ in rows if t >= s) else 1.0 - dead / at_risk
    return 1.0 - curve


def score_of_pair(first: float, second: float) -> float:
    return 1.0 if first > second else 0.5 if first == second else 0.0


def uno(time, event, risk, w, tau) -> float | None:
    above = below = 0.0
    for i in range(len(time)):
        if not event[i] or time[i] > tau:
            continue
        g = censoring_before(time, event, w, time[i])
        for j in range(len(time)):
            if time[i] < time[j] or (time[i] == time[j] and not event[j]):
                above += w[i] * w[j] / g**2 * score_of_pair(risk[i], risk[j])
                below += w[i] * w[j] / g**2
    return above / below if below else None


def auc(time, event, risk, w, horizon) -> float | None:
    above = below = 0.0
    for i in range(len(time)):
        if not event[i] or time[i] > horizon:
            continue
        g = censoring_before(time, event, w, time[i])
        for j in range(len(time)):
            if time[j] > horizon:
                above += w[i] * w[j] / g * score_of_pair(risk[i], risk[j])
                below += w[i] * w[j] / g
    return above / below if below else None


def brier(time, event, risk, w, horizon) -> float:
    total = 0.0
    for t, e, r, v in zip(time, event, risk, w, strict=True):
        if t > horizon:
            total += v * r**2 / censoring_at(time, event, w, horizon)
        elif e:
            total += v * (1 - r) ** 2 / censoring_before(time, event, w, t)
    return total / sum(w)


def net_benefit(time, event, risk, w, horizon, threshold) -> float | None:
    chosen = [k for k in range(len(time)) if risk[k] >= threshold]
    if not chosen:
        return 0.0
    known = incidence(*([column[k] for k in chosen] for column in (time, event, w)), horizon)
    share = sum(w[k] for k in chosen) / sum(w)
    return share * (known - (1 - known) * threshold / (1 - threshold))


def jackknife(statistic: Callable[[Sequence[float]], float], n: int) -> float:
    """The infinitesimal jackknife: the squared change of a statistic per unit of each weight, by differences."""
    step, total = 1e-4, 0.0
    for k in range(n):
        up, down = ([1.0 + (sign * step if i == k else 0.0) for i in range(n)] for sign in (1, -1))
        total += ((statistic(up) - statistic(down)) / (2 * step)) ** 2
    return total**0.5
