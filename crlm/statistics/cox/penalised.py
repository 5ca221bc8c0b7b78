"""Cox models with shrunken coefficients: ridge, lasso and what lies between them.

    maximise  log-likelihood / n - lambda [ alpha sum_j s_j |b_j| + (1 - alpha)/2 sum_j (s_j b_j)^2 ]

n is the sum of the weights and s_j the standard deviation of column j (divisor n), so that the unit of a covariate
does not matter. alpha = 1 is the lasso, 0 is ridge. R's `ridge(theta)` is lambda = theta/(n - 1) here, without weights.
Newton steps with the full information, each solved exactly by its active columns. Coefficients are biased on purpose,
so there are no standard errors, intervals or p-values: choose lambda by validation and judge the predictions.
References: Verweij & van Houwelingen 1994 (Stat Med 13:2427); Tibshirani 1997 (Stat Med 16:385); Simon, Friedman,
Hastie & Tibshirani 2011 (J Stat Softw 39(5); the path and its conventions).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.cox.estimability import dependence
from crlm.statistics.cox.fit import risk_sets_of
from crlm.statistics.cox.likelihood import Moments, moments
from crlm.statistics.cox.model import Ties
from crlm.statistics.cox.newton import LONGEST_STEP, maximise
from crlm.statistics.cox.risk_sets import RiskSets
from crlm.statistics.cox.validation import validate_data, validate_names
from crlm.statistics.newton import MAX_HALVINGS
from crlm.statistics.times import FloatArray

MAX_ITERATIONS = 200
MAX_CHANGES = 20
# What the conditions of a maximum may be off, per event.
CONVERGED = 1e-12
NOT_CONVERGED = "no estimate: the penalty is too weak, or unpenalised columns separate the events"


@dataclass(frozen=True, eq=False)
class PenalisedFit:
    """One point of a path: coefficients (p,) on the scale of the columns, None with a reason where there are none.

    effective_df: the trace of I (I + penalty)^-1 over the columns that are not 0; for the lasso their number.
    penalised_log_likelihood: what is maximised, times n.
    """

    names: tuple[str, ...]
    penalty: float
    alpha: float
    coefficients: tuple[float, ...] | None
    effective_df: float | None
    log_likelihood: float | None
    penalised_log_likelihood: float | None
    reason: str | None = None


def penalised_cox(
    time: ArrayLike,
    event: ArrayLike,
    X: ArrayLike,
    names: Sequence[str],
    *,
    penalties: Sequence[float] | None = None,
    alpha: float = 1.0,
    factors: ArrayLike | None = None,
    ties: Ties = "efron",
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    offset: ArrayLike | None = None,
) -> tuple[PenalisedFit, ...]:
    """Fit Cox's model at each penalty lambda, in the order given: one fit each.

    Arguments as for `cox`. penalties: > 0; by default 50 of them from `largest_penalty` (the smallest that makes all
    coefficients 0; alpha > 0 is needed for it) down to a thousandth of it, evenly on the log scale. factors: (p,) >= 0,
    multiplies each column's penalty; 0 leaves a column unpenalised. A constant column has the coefficient 0. A
    penalty at which the iterations do not converge (unpenalised columns that separate) has a reason. Raises
    `ValueError`.

    Checked against: R glmnet (Breslow's ties) and survival `ridge` (tests/golden/penalised.json), the conditions of
    the maximum, and by hand (docs/validation/penalised.md).
    """
    if ties not in ("efron", "breslow"):
        raise ValueError(f"ties was {ties!r}; it is 'efron' or 'breslow' in penalised models")
    if not 0.0 <= alpha <= 1.0:
        raise ValueError(f"alpha was {alpha}; it lies between 0 (ridge) and 1 (lasso)")
    data = validate_data(
        time, event, X, strata=strata, weights=weights, entry=entry, offset=offset, patient=None
    )
    columns, _ = validate_names(names, None, data.X.shape[1])
    multiples = np.ones(len(columns)) if factors is None else np.asarray(factors, dtype=np.float64)
    if multiples.shape != (len(columns),) or not np.all(np.isfinite(multiples) & (multiples >= 0.0)):
        raise ValueError(f"factors must be {len(columns)} numbers of 0 or more, one per column")
    chosen = None if penalties is None else [float(one) for one in penalties]
    if chosen is not None and not all(np.isfinite(one) and one > 0.0 for one in chosen):
        raise ValueError(f"penalties were {chosen}; they are finite numbers above 0")
    if not data.event.any():
        reason = "no events" if len(data.time) else "no patients"
        return tuple(
            PenalisedFit(columns, one, alpha, None, None, None, None, reason) for one in chosen or ()
        )

    sets = risk_sets_of(data, ties)
    case = np.ones(len(data.time)) if data.weights is None else data.weights
    n = float(case.sum())
    centred = data.X - case @ data.X / n
    deviation = np.sqrt(case @ centred**2 / n)
    varies = np.flatnonzero(sets.X.any(axis=1) & (deviation > 0.0))
    problem = _Problem(sets.with_columns(varies), deviation[varies], multiples[varies], n, alpha)
    refusal = _separated(problem)
    if refusal is not None:
        return tuple(
            PenalisedFit(columns, one, alpha, None, None, None, None, refusal) for one in chosen or (np.inf,)
        )
    if chosen is None:
        top = problem.largest_penalty()
        chosen = np.geomspace(top, top / 1000.0, 50).tolist()
    # From strong to weak, each starting from the one before: a weak penalty alone has a longer way.
    found: dict[float, PenalisedFit] = {}
    start = np.zeros(len(varies))
    for penalty in sorted(set(chosen), reverse=True):
        beta = problem.solve(penalty, start)
        if beta is None:
            found[penalty] = PenalisedFit(columns, penalty, alpha, None, None, None, None, NOT_CONVERGED)
            continue
        start = beta
        full = np.zeros(len(columns))
        full[varies] = beta / problem.deviation
        at = moments(problem.sets, beta)
        found[penalty] = PenalisedFit(
            names=columns,
            penalty=penalty,
            alpha=alpha,
            coefficients=tuple(full.tolist()),
            effective_df=problem.effective_df(at, penalty, beta),
            log_likelihood=at.log_likelihood,
            penalised_log_likelihood=at.log_likelihood - n * problem.cost(penalty, beta),
        )
    return tuple(found[penalty] for penalty in chosen)


def _separated(problem: _Problem) -> str | None:
    """Why the unpenalised columns have no estimate among themselves, or None: a penalty on others does not help."""
    free = np.flatnonzero(problem.factors == 0.0)
    if not len(free):
        return None
    null = moments(problem.sets.with_columns(free), np.zeros(len(free)))
    found = dependence(null.information, np.diagonal(null.information))
    if len(found.dropped):
        return "no estimate: the unpenalised columns determine each other"
    best = maximise(null, np.ones(len(free)))
    return None if best.converged else NOT_CONVERGED


class _Problem:
    """The penalised likelihood of standardised columns."""

    def __init__(
        self, sets: RiskSets, deviation: FloatArray, factors: FloatArray, n: float, alpha: float
    ) -> None:
        self.deviation = deviation
        self.sets = replace(sets, X=sets.X / deviation[:, None])
        self.factors, self.n, self.alpha = factors, n, alpha

    def largest_penalty(self) -> float:
        """The smallest penalty at which all penalised coefficients are 0, beside the unpenalised ones."""
        if not self.alpha > 0.0 or not self.factors.any():
            raise ValueError(
                "give the penalties: with alpha = 0 or no penalised column there is no largest one"
            )
        held = self.factors > 0.0
        beta = np.zeros(len(held))
        if not held.all():
            none = np.zeros(int((~held).sum()))
            free = _Problem(self.sets.with_columns(np.flatnonzero(~held)), none + 1.0, none, self.n, 1.0)
            found = free.solve(1.0, none)
            assert found is not None  # `_separated` has looked
            beta[~held] = found
        score = moments(self.sets, beta).score
        return float((np.abs(score[held]) / self.factors[held]).max() / (self.n * self.alpha))

    def cost(self, penalty: float, beta: FloatArray) -> float:
        size = self.alpha * np.abs(beta) + (1.0 - self.alpha) / 2.0 * beta**2
        return penalty * float(self.factors @ size)

    def solve(self, penalty: float, start: FloatArray) -> FloatArray | None:
        """The maximum: Newton steps, each the maximum of the quadratic approximation with the penalty as it is."""
        l1 = self.n * penalty * self.alpha * self.factors
        l2 = self.n * penalty * (1.0 - self.alpha) * self.factors
        exact = CONVERGED * float(self.sets.death_weight.sum())
        beta, here = start, moments(self.sets, start)
        before = np.inf
        for _ in range(MAX_ITERATIONS):
            off = _off(here.score, beta, l1, l2)
            if off <= exact or (off <= 100.0 * exact and off >= before):
                return beta
            before = off
            step = _quadratic_step(here.information, here.score, beta, l1, l2, exact / 10.0)
            if step is None:
                return None
            reach = float(np.abs(step @ self.sets.X).max(initial=0.0))
            there = self._upwards(penalty, beta, step * min(1.0, LONGEST_STEP / max(reach, 1e-300)), here)
            if there is None:
                return None
            beta, here = there
        return None

    def _upwards(
        self, penalty: float, beta: FloatArray, step: FloatArray, here: Moments
    ) -> tuple[FloatArray, Moments] | None:
        lowest = here.log_likelihood - self.n * self.cost(penalty, beta)
        lowest -= 1e-9 * abs(lowest)
        for _ in range(MAX_HALVINGS):
            there = moments(self.sets, beta + step)
            if there.log_likelihood - self.n * self.cost(penalty, beta + step) >= lowest:
                return beta + step, there
            step = step / 2.0
        return None

    def effective_df(self, at: Moments, penalty: float, beta: FloatArray) -> float:
        active = np.flatnonzero((beta != 0.0) | (self.alpha * self.factors == 0.0))
        within = at.information[np.ix_(active, active)]
        ridge = np.diag(self.n * penalty * (1.0 - self.alpha) * self.factors[active])
        return float(np.trace(np.linalg.lstsq(within + ridge, within, rcond=None)[0]))


def _off(score: FloatArray, beta: FloatArray, l1: FloatArray, l2: FloatArray) -> float:
    """How far the conditions of a maximum are from being met."""
    slope = score - l2 * beta
    active = np.abs(slope - l1 * np.sign(beta))
    resting = np.maximum(np.abs(slope) - l1, 0.0)
    return float(np.where(beta != 0.0, active, resting).max(initial=0.0))


def _quadratic_step(
    information: FloatArray,
    score: FloatArray,
    beta: FloatArray,
    l1: FloatArray,
    l2: FloatArray,
    margin: float,
) -> FloatArray | None:
    """Maximise score'd - d'I d/2 less the penalty of beta + d, by active columns: d, or None where I is singular.

    With the signs of the active coefficients known the problem is linear. The way there stops where a coefficient
    reaches 0, which then leaves; at its end the column that violates its condition most enters.
    """
    new, sign = beta.copy(), np.sign(beta)
    active = (beta != 0.0) | (l1 == 0.0)
    for _ in range(MAX_CHANGES * (len(beta) + 1)):
        place = np.flatnonzero(active)
        aim = score[place] + information[place] @ beta - l1[place] * sign[place]
        try:
            exact = np.linalg.solve(information[np.ix_(place, place)] + np.diag(l2[place]), aim)
        except np.linalg.LinAlgError:
            return None
        crossed = (sign[place] * exact < 0.0) & (l1[place] > 0.0)
        if crossed.any():
            part = np.where(crossed, new[place] / np.where(crossed, new[place] - exact, 1.0), np.inf)
            first = int(part.argmin())
            new[place] += float(part[first]) * (exact - new[place])
            new[place[first]], active[place[first]], sign[place[first]] = 0.0, False, 0.0
            continue
        new[place] = exact
        slope = score - information @ (new - beta) - l2 * new
        beyond = np.where(active, 0.0, np.abs(slope) - l1)
        worst = int(beyond.argmax()) if len(beyond) else 0
        if not len(beyond) or beyond[worst] <= margin:
            return np.asarray(new - beta)
        active[worst], sign[worst] = True, np.sign(slope[worst])
    return None
