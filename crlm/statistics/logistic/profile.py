"""Intervals from the profile likelihood: the values that a likelihood-ratio test does not reject."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from crlm.statistics.logistic.firth import maximise_penalised
from crlm.statistics.logistic.model import LogisticFit
from crlm.statistics.logistic.newton import maximise
from crlm.statistics.logistic.solve import solve
from crlm.statistics.profile import LEVEL, Point, ProfileSearch
from crlm.statistics.regression import exponential
from crlm.statistics.results import Estimate, interval_multiplier
from crlm.statistics.times import FloatArray


def profile_coefficients(fit: LogisticFit) -> tuple[Estimate, ...]:
    """Log odds ratio per column with the interval of its profile likelihood.

    The limits are the two values b at which twice the log-likelihood, maximised over all other parameters, lies
    the chi-square quantile on 1 df below its maximum, found to twelve digits (R's `confint` interpolates
    between points of the profile and is exact to about three). With Firth's method the likelihood is the
    penalised one, with the penalty of the full model. A coefficient without a finite estimate may still have
    one limit: the data exclude what lies beyond it. Needs a fit without robust variance (`ValueError`).

    Checked against: roots of the profile found in R (tests/golden/logistic.json). References: Venzon & Moolgavkar
    1988 (Appl Stat 37:87); Heinze & Schemper 2002 (Stat Med 21:2409).
    """
    if fit.solution is not None and fit.solution.robust is not None:
        raise ValueError("the fit has a robust variance; profile intervals need the likelihood's own")
    return tuple(
        _with_limits(fit, int(where), one) for where, one in zip(fit.place, fit.coefficients, strict=True)
    )


def profile_odds_ratios(fit: LogisticFit) -> tuple[Estimate, ...]:
    """Odds ratio per column with the interval of its profile likelihood: see `profile_coefficients`."""
    return tuple(exponential(one) for one in profile_coefficients(fit))


def _with_limits(fit: LogisticFit, where: int, one: Estimate) -> Estimate:
    if fit.design is None or fit.solution is None or where < 0:
        return one
    return _Profile(fit, where).with_limits(one)


class _Profile(ProfileSearch):
    """The profile likelihood of one parameter."""

    def __init__(self, fit: LogisticFit, where: int) -> None:
        assert fit.design is not None and fit.solution is not None
        self.multiplier = interval_multiplier(fit.level)
        self.reason: str | None = None
        self._where = where
        self._model = fit.design.model
        self._maximum = fit.solution.maximum
        self._target = self._maximum - self.multiplier**2 / 2.0
        self.exact = max(1e-11, 1e-15 * abs(self._maximum))
        self._column = self._model.A[:, where]
        self.unit = 1.0 / float(np.sqrt(np.mean(self._column**2)))
        self._others = np.delete(np.arange(len(fit.design.start)), where)
        self._start = fit.design.start[self._others]
        self._firth = fit.method == "firth"
        if self._firth:
            self._warm = fit.solution.theta[self._others]
            return
        # What the other parameters separate is the same whatever the value at which this one is held.
        rest = solve(self._model.with_fixed(where, 0.0), self._start)
        self._rest = rest.model.with_columns(rest.kept)
        self._start = self._start[rest.kept]
        self._warm = self._start if rest.separated else fit.solution.theta[self._others][rest.kept]

    def at(self, b: float) -> Point | None:
        if self._firth:
            return self._penalised(b)
        moved = (b * self._column).reshape(self._rest.offset.shape)
        model = replace(self._rest, offset=self._rest.offset + moved)
        found = maximise(model, self._warm)
        if not found.converged:
            found = maximise(model, self._start)
        value = found.moments.log_likelihood
        if found.converged:
            self._warm = found.theta
        elif value < self._maximum - LEVEL:
            return None
        lost = (found.moments.lost * self._rest.weights[:, None]).ravel()
        return Point(b, value - self._target, float(lost @ self._column))

    def _penalised(self, b: float) -> Point | None:
        held: FloatArray = np.insert(self._warm, self._where, b)
        best, _ = maximise_penalised(self._model, held, self._others)
        if best is None:
            held = np.insert(self._start, self._where, b)
            best, _ = maximise_penalised(self._model, held, self._others)
        if best is None:
            return None
        self._warm = best.theta[self._others]
        return Point(b, best.value - self._target, float(best.score[self._where]))
