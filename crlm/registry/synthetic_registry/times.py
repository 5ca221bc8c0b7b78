"""Times from declared hazards: inverse cumulative hazards, so that the declared hazard ratio is exact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from crlm.registry.synthetic_registry.draws import Floats

DAYS_PER_MONTH = 30.4375


@dataclass(frozen=True)
class Hazard:
    """A piecewise constant hazard per month: `rates[k]` from `starts[k]` months on; `starts[0]` is 0.

    A rate of 0 at the end means that the event never happens after that time.
    """

    starts: tuple[float, ...]
    rates: tuple[float, ...]

    def cumulative(self, months: Floats) -> Floats:
        """The cumulative hazard at these months."""
        knots = np.asarray(self.starts)
        reached = np.concatenate([[0.0], np.cumsum(np.diff(knots) * np.asarray(self.rates)[:-1])])
        piece = np.clip(np.searchsorted(knots, months, side="right") - 1, 0, None)
        return np.asarray(reached[piece] + np.asarray(self.rates)[piece] * (months - knots[piece]))

    def months(self, cumulative: Floats) -> Floats:
        """The month at which the cumulative hazard is reached; infinite where it never is."""
        knots, rates = np.asarray(self.starts), np.asarray(self.rates)
        reached = np.concatenate([[0.0], np.cumsum(np.diff(knots) * rates[:-1])])
        piece = np.clip(np.searchsorted(reached, cumulative, side="left") - 1, 0, None)
        with np.errstate(divide="ignore", invalid="ignore"):
            beyond = np.where(rates[piece] > 0, (cumulative - reached[piece]) / rates[piece], np.inf)
        return np.asarray(knots[piece] + beyond)


def event_months(exponential: Floats, log_ratio: Floats, hazard: Hazard) -> Floats:
    """Months to an event whose hazard is `hazard` times exp(log_ratio): proportional hazards, exactly."""
    return hazard.months(exponential * np.exp(-log_ratio))


Survival = Callable[[Floats], Floats]
"""Survival per patient at a month per patient."""


def partner_months(
    uniform: Floats,
    survival_first: Floats,
    dependence: float,
    either: Survival,
    first: Survival,
    horizon: float,
) -> Floats:
    """Months to a second event, so that the time to the earlier of the two has the survival function `either`.

    `first(t)` is the survival function of the first event per patient, `survival_first` its value at the patient's own
    time (a uniform number); the two times share a gamma frailty (Clayton's copula of their survival functions with
    parameter `dependence`), and survival of both to t is (S1^-d + S2^-d - 1)^(-1/d). The second survival function
    follows from it; it is inverted by bisection. Infinite beyond `horizon`. `either` must fall at least so fast that
    a second event is possible: the tests check it on every model.
    """
    d = dependence
    # u | v of Clayton's copula: u^-d = v^-d (w^(-d/(1+d)) - 1) + 1
    wanted = survival_first**-d * (uniform ** (-d / (1 + d)) - 1)  # = u^-d - 1
    low, high = np.zeros_like(uniform), np.full_like(uniform, horizon)
    never = excess(either, first, d, high) < wanted
    for _ in range(45):
        middle = (low + high) / 2
        before = excess(either, first, d, middle) < wanted
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    return np.where(never, np.inf, high)


def excess(either: Survival, first: Survival, d: float, t: Floats) -> Floats:
    """S2(t)^-d - 1 of the second event: 0 at first and never falling, or there is no such event."""
    return np.asarray(either(t) ** -d - first(t) ** -d)


def days_after(months: Floats) -> Floats:
    """Whole days, at least one: rounded up, so that nothing happens on the day it is counted from."""
    return np.asarray(np.maximum(np.ceil(months * DAYS_PER_MONTH), 1.0))
