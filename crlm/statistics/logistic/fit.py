"""Logistic regression of a binary outcome, and of outcomes with more than two categories."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.logistic.design import Kind
from crlm.statistics.logistic.estimation import fit_data
from crlm.statistics.logistic.model import LogisticData, LogisticFit, Method
from crlm.statistics.logistic.validation import (
    validate_covariates,
    validate_event,
    validate_names,
    validate_offset,
    validate_outcome,
    validate_weights,
)
from crlm.statistics.regression import Term
from crlm.statistics.results import interval_multiplier


def logistic(
    event: ArrayLike,
    X: ArrayLike,
    names: Sequence[str],
    *,
    method: Method = "maximum likelihood",
    terms: Sequence[Term] | None = None,
    weights: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    level: float = 0.95,
) -> LogisticFit:
    """Logistic regression of a binary outcome: logit P(event) = intercept + x'beta + offset.

    event: (n,) 1 or 0. X: (n, p) covariates without a column for the intercept, factors already coded in
    columns; p = 0 is the model with an intercept only. names: p different names. method: "maximum likelihood"
    or "firth" (penalised by Jeffreys' prior: finite under separation, less biased when events are few; its
    tests are penalised likelihood-ratio tests, its intervals of choice `profile_coefficients`). terms: which
    columns form one factor; by default each column is a term of its own. weights: (n,) case weights > 0
    (frequencies: the standard errors are those of a likelihood with each patient counted so often; for other
    weights see `with_robust_variance`). offset: (n,) log odds that are known. Missing values are refused, not
    dropped: choose the rows before. Raises `ValueError` for input of the wrong shape or content.

    A column that is constant, or that earlier columns determine, is left out and has a reason, as in R. A
    column with no finite estimate (separation) has a reason instead of a number, and the other coefficients,
    the log-likelihood and the tests are those of the limit, to which R's output tends as its iterations go on.

    Checked against: R `glm` and brglm2 (tests/golden/logistic.json), the definition in plain Python
    (tests/oracles/logistic.py) and by hand (docs/validation/logistic.md). References: Albert & Anderson 1984
    (Biometrika 71:1); Firth 1993 (Biometrika 80:27); Heinze & Schemper 2002 (Stat Med 21:2409).
    """
    if method not in ("maximum likelihood", "firth"):
        raise ValueError(f"method was {method!r}; it is 'maximum likelihood' or 'firth'")
    interval_multiplier(level)  # refuses a level that is none
    events = validate_event(event)
    n = len(events)
    covariates = validate_covariates(X, n)
    columns, grouped = validate_names(names, terms, covariates.shape[1])
    data = LogisticData(
        kind="binary",
        outcome=events.astype(np.intp),
        levels=(False, True),
        X=covariates,
        columns=columns,
        terms=grouped,
        weights=validate_weights(weights, n),
        offset=validate_offset(offset, n),
    )
    return fit_data(data, method, level)


def multinomial_logistic(
    outcome: Sequence[Hashable],
    X: ArrayLike,
    names: Sequence[str],
    *,
    levels: Sequence[Hashable],
    terms: Sequence[Term] | None = None,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> LogisticFit:
    """Multinomial logistic regression: log odds of each category against the reference, each with its own slopes.

    outcome: n labels without order. levels: all labels, the reference first; those without patients are left
    out with a note. The other arguments, and what happens under separation, are those of `logistic`.
    Coefficients are named "category: column". A term's test has one df per column and category.

    Checked against: R nnet `multinom`, iterated to the end by Newton steps (tests/golden/logistic.json).
    Reference: Agresti 2013, Categorical Data Analysis, section 8.1.
    """
    return _categorical("multinomial", outcome, levels, X, names, terms, weights, level)


def proportional_odds(
    outcome: Sequence[Hashable],
    X: ArrayLike,
    names: Sequence[str],
    *,
    levels: Sequence[Hashable],
    terms: Sequence[Term] | None = None,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> LogisticFit:
    """Ordinal logistic regression with proportional odds: logit P(outcome <= k) = zeta_k - x'beta.

    outcome: n labels. levels: all labels from lowest to highest; those without patients are left out with a
    note. An odds ratio above 1 moves towards the higher levels. The other arguments, and what happens under
    separation, are those of `logistic`.

    Checked against: R MASS `polr`, iterated to the end by Newton steps (tests/golden/logistic.json).
    Reference: McCullagh 1980 (J R Stat Soc B 42:109).
    """
    return _categorical("proportional odds", outcome, levels, X, names, terms, weights, level)


def _categorical(
    kind: Kind,
    outcome: Sequence[Hashable],
    levels: Sequence[Hashable],
    X: ArrayLike,
    names: Sequence[str],
    terms: Sequence[Term] | None,
    weights: ArrayLike | None,
    level: float,
) -> LogisticFit:
    interval_multiplier(level)
    codes = validate_outcome(outcome, levels)
    n = len(codes)
    covariates = validate_covariates(X, n)
    columns, grouped = validate_names(names, terms, covariates.shape[1])
    data = LogisticData(
        kind=kind,
        outcome=codes,
        levels=tuple(levels),
        X=covariates,
        columns=columns,
        terms=grouped,
        weights=validate_weights(weights, n),
        offset=None,
    )
    return fit_data(data, "maximum likelihood", level)
