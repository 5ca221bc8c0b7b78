"""Compiled: the maximum of Cox's likelihood with one covariate, for screens and simulated trials.

Everything is kept by event and not by event time: event e of the D has the risk set of its time, less f = 0, 1/d, ...
of the d who die at that time (Efron; f = 0 for Breslow). With S_q[e] = sum r x^q - f sum_dying r x^q, r = exp(b x),
the log-likelihood is b observed - sum log S_0[e], and its derivatives are sums of the moments S_q[e] / S_0[e]. A
covariate with few values is summed from counts, one with two values needs no sums at all.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crlm.statistics.batch.compiled import compiled, compiled_in_order
from crlm.statistics.batch.exponential_kernel import exponentials
from crlm.statistics.times import FloatArray

IntArray = NDArray[Any]

FITTED, UNDECIDED = 0, 1
MAX_ITERATIONS = 20
MAX_HALVINGS = 10
FARTHEST = 300.0  # the largest b x, so that no risk and no sum of risks overflows
TOLERANCE = (
    1e-11  # squared length in standard errors of the last step; its third power is the error that remains
)
PIVOT_TOLERANCE = float(np.finfo(np.float64).eps ** 0.75)
MOST_VALUES = 16


@compiled
def sums_by_value(b: float, values: FloatArray, V: int, counts: FloatArray, D: int, S: FloatArray) -> None:
    """S (4, D) from counts (V, D): at risk with each value, less f times those dying with it."""
    for q in range(4):
        for e in range(D):
            S[q, e] = 0.0
    for v in range(V):
        x = values[v]
        r = np.exp(b * x)
        rx, rxx, rxxx = r * x, r * x * x, r * x * x * x
        for e in range(D):
            number = counts[v, e]
            S[0, e] += number * r
            S[1, e] += number * rx
            S[2, e] += number * rxx
            S[3, e] += number * rxxx


@compiled_in_order  # a sum with all its steps kept is slower where it may be reordered
def sums_by_patient(
    b: float,
    x: FloatArray,
    m: int,
    first: IntArray,
    after: IntArray,
    f: FloatArray,
    D: int,
    exponents: IntArray,
    risk: FloatArray,
    work: FloatArray,
    S: FloatArray,
) -> None:
    """S (4, D) from the covariate of each patient, in the order of `Ordering`.

    first, after: (D,) the first patient at risk at the event and the first behind those who die with it. risk: (m,);
    work: (m + 1, 4), the sums from one patient to the last.
    """
    for i in range(m):
        risk[i] = b * x[i]
    exponentials(risk, m, exponents, risk)
    s0, s1, s2, s3 = 0.0, 0.0, 0.0, 0.0
    work[m, 0], work[m, 1], work[m, 2], work[m, 3] = s0, s1, s2, s3
    for i in range(m - 1, -1, -1):
        r, value = risk[i], x[i]
        square = value * value
        s0 += r
        s1 += r * value
        s2 += r * square
        s3 += r * (square * value)
        work[i, 0], work[i, 1], work[i, 2], work[i, 3] = s0, s1, s2, s3
    for e in range(D):
        share, here, behind = f[e], work[first[e]], work[after[e]]
        for q in range(4):
            S[q, e] = (1.0 - share) * here[q] + share * behind[q]


@compiled
def moments(S: FloatArray, at_zero: FloatArray, D: int, together: int, result: FloatArray) -> None:
    """Sums over the events of log S_0 / S_0(0), mean, variance and third central moment, into result."""
    log, expected, information, third = 0.0, 0.0, 0.0, 0.0
    for begin in range(0, D, together):
        product = 1.0
        for e in range(begin, min(begin + together, D)):
            inverse = 1.0 / S[0, e]
            product *= S[0, e] * at_zero[e]
            one, two, three = S[1, e] * inverse, S[2, e] * inverse, S[3, e] * inverse
            expected += one
            information += two - one * one
            third += three - 3.0 * one * two + 2.0 * one * one * one
        log += np.log(product)
    result[0], result[1], result[2], result[3] = log, expected, information, third


@compiled
def two_values(
    b: float,
    ones: FloatArray,
    all_at_zero: FloatArray,
    at_zero: FloatArray,
    D: int,
    together: int,
    result: FloatArray,
) -> None:
    """The same of a covariate that is 0 or 1, from `ones`, the part of S_0(0) = all_at_zero with the value 1."""
    rise = np.expm1(b)
    ratio = rise + 1.0
    log, expected, information, third = 0.0, 0.0, 0.0, 0.0
    for begin in range(0, D, together):
        product = 1.0
        for e in range(begin, min(begin + together, D)):
            whole = all_at_zero[e] + ones[e] * rise
            product *= whole * at_zero[e]
            share = ones[e] * ratio / whole
            spread = share * (1.0 - share)
            expected += share
            information += spread
            third += spread * (1.0 - 2.0 * share)
        log += np.log(product)
    result[0], result[1], result[2], result[3] = log, expected, information, third


@compiled
def evaluate(
    b: float,
    x: FloatArray,
    m: int,
    reach: float,
    values: FloatArray,
    V: int,
    counts: FloatArray,
    first: IntArray,
    after: IntArray,
    f: FloatArray,
    all_at_zero: FloatArray,
    at_zero: FloatArray,
    D: int,
    exponents: IntArray,
    risk: FloatArray,
    work: FloatArray,
    S: FloatArray,
    result: FloatArray,
) -> bool:
    """`moments` at b by the shortest way; False when b x is too large to compute with. reach: the largest |x|."""
    farthest = abs(b) * reach
    if not farthest <= FARTHEST:
        return False
    together = max(min(int(FARTHEST / max(farthest, 1.0)), 32), 1)  # products that cannot overflow
    if V == 2:
        two_values(b, counts[1], all_at_zero, at_zero, D, together, result)
        return True
    if V > 0:
        sums_by_value(b, values, V, counts, D, S)
    else:
        sums_by_patient(b, x, m, first, after, f, D, exponents, risk, work, S)
    moments(S, at_zero, D, together, result)
    return True


@compiled
def maximise(
    x: FloatArray,
    m: int,
    reach: float,
    values: FloatArray,
    V: int,
    counts: FloatArray,
    first: IntArray,
    after: IntArray,
    f: FloatArray,
    all_at_zero: FloatArray,
    at_zero: FloatArray,
    D: int,
    observed: float,
    size: float,
    exponents: IntArray,
    risk: FloatArray,
    work: FloatArray,
    S: FloatArray,
    result: FloatArray,
) -> int:
    """Halley's method from 0. V = 2: x is 0 or 1, V > 2: by value, V = 0: by patient.

    result: coefficient, standard error, log-likelihood above that at 0. observed: sum of x over the events. size:
    information beside which a vanishing one is rounding. Halley's step uses the third derivative, which costs next to
    nothing here, and the last step also corrects the information by it.
    """
    at = np.empty(4)
    b, here = 0.0, 0.0
    if not evaluate(
        b,
        x,
        m,
        reach,
        values,
        V,
        counts,
        first,
        after,
        f,
        all_at_zero,
        at_zero,
        D,
        exponents,
        risk,
        work,
        S,
        at,
    ):
        return UNDECIDED
    for _ in range(MAX_ITERATIONS):
        score, information, third = observed - at[1], at[2], at[3]
        if not information > PIVOT_TOLERANCE * size:
            return UNDECIDED
        step = score / information
        length = score * step
        curved = 1.0 + 0.5 * step * third / information
        if 0.5 < curved < 2.0:
            step /= curved
        # Where the likelihood rises for ever both shrink together, and the step does not become small beside them.
        if length <= TOLERANCE and abs(step * third) <= 1e-3 * information:
            result[0], result[1] = b + step, 1.0 / np.sqrt(information + third * step)
            result[2] = here + step * (score - 0.5 * step * information)
            return FITTED
        for halving in range(MAX_HALVINGS):
            trial = b + step
            there = -np.inf
            if evaluate(
                trial, x, m, reach, values, V, counts, first, after, f, all_at_zero, at_zero, D, exponents, risk, work,
                S, at,
            ):  # fmt: skip
                there = trial * observed - at[0]
            if there >= here - 1e-9 * D:
                break
            if halving == MAX_HALVINGS - 1:
                return UNDECIDED
            step /= 2.0
        b, here = trial, there
    return UNDECIDED


@compiled
def events_of(
    starts: IntArray,
    death_ends: IntArray,
    efron: bool,
    first: IntArray,
    after: IntArray,
    f: FloatArray,
    all_at_zero: FloatArray,
    at_zero: FloatArray,
) -> int:
    """Per event: the places of `sums_by_patient`, f, S_0(0) and its inverse; returns their number D."""
    m, D = starts[len(starts) - 1], 0
    for k in range(len(death_ends)):
        d = death_ends[k] - starts[k]
        for drawn in range(d):
            first[D], after[D], f[D] = starts[k], death_ends[k], drawn / d if efron else 0.0
            all_at_zero[D] = (m - starts[k]) - f[D] * d
            at_zero[D] = 1.0 / all_at_zero[D]
            D += 1
    return D


@compiled
def encode(X: FloatArray, values: FloatArray, codes: IntArray, different: IntArray) -> None:
    """The different values of each row of X (p, n) and the code of each entry; `different` is 0 for too many."""
    p, n = X.shape
    most = min(values.shape[1], n // 8)
    for j in range(p):
        V = 0
        for i in range(n):
            v = 0
            while v < V and values[j, v] != X[j, i]:
                v += 1
            if v == V:
                if v == most:
                    V = 0
                    break
                values[j, v] = X[j, i]
                V += 1
            codes[j, i] = v
        different[j] = V


@compiled
def count_ones(
    code: IntArray, rows: IntArray, starts: IntArray, death_ends: IntArray, efron: bool, ones: FloatArray
) -> None:
    """Per event the number at risk with code 1, less f times those dying with it."""
    at_risk, place = 0, len(ones)
    for k in range(len(death_ends) - 1, -1, -1):
        dying = 0
        for i in range(starts[k], death_ends[k]):
            dying += code[rows[i]]
        for i in range(death_ends[k], starts[k + 1]):
            at_risk += code[rows[i]]
        d = death_ends[k] - starts[k]
        place -= d
        at_risk += dying
        if d == 1:
            ones[place] = at_risk
            continue
        share = dying / d if efron else 0.0
        for drawn in range(d):
            ones[place + drawn] = at_risk - share * drawn


@compiled
def count_values(
    code: IntArray, rows: IntArray, starts: IntArray, death_ends: IntArray, efron: bool, counts: FloatArray
) -> None:
    """The same for each code, into the rows of counts (V, D)."""
    V, place = counts.shape
    at_risk, dying = np.zeros(V), np.zeros(V)
    for k in range(len(death_ends) - 1, -1, -1):
        for i in range(starts[k], death_ends[k]):
            dying[code[rows[i]]] += 1.0
        for i in range(death_ends[k], starts[k + 1]):
            at_risk[code[rows[i]]] += 1.0
        d = death_ends[k] - starts[k]
        place -= d
        for v in range(V):
            at_risk[v] += dying[v]
            share = dying[v] / d if efron else 0.0
            dying[v] = 0.0
            for drawn in range(d):
                counts[v, place + drawn] = at_risk[v] - share * drawn


@compiled
def screen(
    X: FloatArray,
    values: FloatArray,
    codes: IntArray,
    different: IntArray,
    rows: IntArray,
    starts: IntArray,
    death_ends: IntArray,
    efron: bool,
    status: IntArray,
    result: FloatArray,
) -> None:
    """Each row of X (p, n) alone, as `encode` left it; status: (p,), result: (p, 3) as in `maximise` are written."""
    p, m = len(X), len(rows)
    first, after, exponents = np.empty(m, np.int64), np.empty(m, np.int64), np.empty(m + 1, np.int64)
    f, all_at_zero, at_zero = np.empty(m), np.empty(m), np.empty(m)
    D = events_of(starts, death_ends, efron, first, after, f, all_at_zero, at_zero)
    x, risk, work, S = np.empty(m), np.empty(m), np.empty((m + 1, 4)), np.empty((4, D))
    counts, centred = np.empty((MOST_VALUES, D)), np.empty(MOST_VALUES)
    for j in range(p):
        V, column, code, own = different[j], X[j], codes[j], values[j]
        middle, scale, reach, square, observed = 0.0, 1.0, 1.0, 0.0, 0.0
        if V == 2:
            scale, high = own[1] - own[0], 0
            for i in range(m):
                high += code[rows[i]]
            for k in range(len(death_ends)):
                for i in range(starts[k], death_ends[k]):
                    observed += code[rows[i]]
            square = high * (m - high) / m
        else:
            for i in range(m):
                x[i] = column[rows[i]]
            for i in range(m):
                middle += x[i]
            middle /= m
            reach = 0.0
            for i in range(m):
                x[i] -= middle
                square += x[i] * x[i]
                reach = max(reach, abs(x[i]))
            for k in range(len(death_ends)):
                for i in range(starts[k], death_ends[k]):
                    observed += x[i]
        if V == 2:
            count_ones(code, rows, starts, death_ends, efron, counts[1])
        elif V > 0:
            count_values(code, rows, starts, death_ends, efron, counts[:V])
            for v in range(V):
                centred[v] = own[v] - middle
        status[j] = maximise(
            x, m, reach, centred, V, counts, first, after, f, all_at_zero, at_zero, D, observed, square / m * D,
            exponents, risk, work, S, result[j],
        )  # fmt: skip
        result[j, 0] /= scale
        result[j, 1] /= abs(scale)
