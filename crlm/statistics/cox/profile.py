"""Intervals from the profile likelihood of a Cox model: the values that a likelihood-ratio test does not reject."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from crlm.statistics.cox.estimability import Dependence
from crlm.statistics.cox.firth import maximise_penalised
from crlm.statistics.cox.fit import risk_sets_of, typical_deviation
from crlm.statistics.cox.likelihood import moments
from crlm.statistics.cox.model import CoxFit
from crlm.statistics.cox.risk_sets import RiskSets
from crlm.statistics.cox.solve import solve
from crlm.statistics.profile import Point, ProfileSearch
from crlm.statistics.regression import exponential
from crlm.statistics.results import Estimate, interval_multiplier
from crlm.statistics.times import FloatArray


def profile_coefficients(fit: CoxFit) -> tuple[Estimate, ...]:
    """Log hazard ratio per column with the interval of its profile likelihood.

    The limits are the two values b at which twice the log-likelihood, maximised over all other coefficients, lies
    the chi-square quantile on 1 df below its maximum. With Firth's method the likelihood is the penalised one, with
    the penalty of the full model. A coefficient without a finite estimate may still have one limit: the data
    exclude what lies beyond it. Not with a robust variance or exact ties (`ValueError`).

    Checked against: roots of the profile found in R (tests/golden/cox_more.json), the definition for Firth's method.
    References: Venzon & Moolgavkar 1988 (Appl Stat 37:87); Heinze & Schemper 2001 (Biometrics 57:114).
    """
    if fit.n_clusters is not None:
        raise ValueError("the fit has a robust variance; profile intervals need the likelihood's own")
    if fit.ties == "exact":
        raise ValueError("profile intervals are there for Efron's and Breslow's ties")
    if fit.solution is None:
        return fit.coefficients
    sets = risk_sets_of(fit.data, fit.ties)
    found = []
    for j, one in enumerate(fit.coefficients):
        dropped = one.value is None and not fit.solution.lost[j]
        found.append(one if dropped else _Profile(fit, sets, j).with_limits(one))
    return tuple(found)


def profile_hazard_ratios(fit: CoxFit) -> tuple[Estimate, ...]:
    """Hazard ratio per column with the interval of its profile likelihood: see `profile_coefficients`."""
    return tuple(exponential(one) for one in profile_coefficients(fit))


class _Profile(ProfileSearch):
    """The profile likelihood of the coefficient of column j."""

    def __init__(self, fit: CoxFit, sets: RiskSets, j: int) -> None:
        assert fit.solution is not None
        self.multiplier = interval_multiplier(fit.level)
        self.reason: str | None = None
        kept = [k for k in range(len(fit.names)) if k in fit.solution.kept or fit.solution.lost[k]]
        self._where, others = kept.index(j), [k for k in kept if k != j]
        self._all = sets.with_columns(np.array(kept))
        self._others = sets.with_columns(np.array(others, dtype=np.intp))
        self._column = sets.X[j]
        self._of_row = np.zeros(fit.n)
        self._of_row[sets.rows] = self._column
        spread = typical_deviation(sets)
        self._spread, self.unit = spread[others], 1.0 / float(spread[j])
        self._ties = fit.ties
        maximum = fit.solution.log_likelihood if fit.solution.penalised is None else fit.solution.penalised
        self._target = maximum - self.multiplier**2 / 2.0
        self.exact = max(1e-11, 1e-15 * abs(maximum))
        self._firth = fit.method == "firth"
        self._warm: FloatArray = np.zeros(len(others))

    def at(self, b: float) -> Point | None:
        if self._firth:
            held = np.insert(self._warm, self._where, b)
            free = np.delete(np.arange(len(held)), self._where)
            best, _ = maximise_penalised(self._all, held, free)
            if best is None:
                return None
            self._warm = best.beta[free]
            return Point(b, best.value - self._target, float(best.score[self._where]))
        known = b * self._column if self._others.offset is None else self._others.offset + b * self._column
        sets = replace(self._others, offset=known)
        q = len(self._spread)
        independent = Dependence(np.arange(q), np.zeros(0, dtype=np.intp), np.zeros((0, q)))
        found = solve(moments(sets, np.zeros(q)), independent, self._spread, efron=self._ties == "efron")
        if not found.converged:
            return None
        # The slope is the score of the column held, beside the others at their maximum (or their limit).
        column = self._of_row[found.sets.rows]
        beside = replace(found.sets, X=np.concatenate((found.sets.X, column[None])))
        slope = float(moments(beside, np.append(found.beta, 0.0)).score[-1])
        return Point(b, found.log_likelihood - self._target, slope)
