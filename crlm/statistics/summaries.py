"""What describes a sample: mean, quantiles, proportions, and how far two groups lie apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.results import Estimate, interval_multiplier
from crlm.statistics.times import FloatArray

Definition = Literal["r7", "spss"]

_NUMPY_METHOD = {"r7": "linear", "spss": "weibull"}


@dataclass(frozen=True, slots=True)
class MeanAndSpread:
    """Mean, standard deviation (n - 1 in the denominator) and range; `reason` says what `None` stands for."""

    n: int
    mean: float | None
    sd: float | None
    minimum: float | None
    maximum: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class StandardisedDifference:
    """The distance between groups in standard deviations, never negative; `None` with a reason if undefined.

    With more than two groups it is the largest of all pairs, and `pair` holds the positions of those two.
    """

    value: float | None
    pair: tuple[int, int] | None = None
    reason: str | None = None


def mean_and_spread(values: ArrayLike) -> MeanAndSpread:
    """Mean, standard deviation and range of known values: shape (n,), n >= 0. `ValueError` for NaN."""
    sample = _sample(values)
    n = len(sample)
    if n == 0:
        return MeanAndSpread(0, None, None, None, None, "there are no values")
    sd = float(sample.std(ddof=1)) if n > 1 else None
    reason = None if n > 1 else "one value has no standard deviation"
    return MeanAndSpread(n, float(sample.mean()), sd, float(sample.min()), float(sample.max()), reason)


def quantiles(
    values: ArrayLike, probabilities: Sequence[float], *, definition: Definition
) -> tuple[float | None, ...]:
    """The values below which these fractions (0 to 1) of the sample lie; all `None` for an empty sample.

    `definition`: "r7" interpolates between the values at (n - 1) p + 1 (R's default, Excel's QUARTILE.INC);
    "spss" at (n + 1) p, cut to the range (SPSS's default HAVERAGE, R type 6). For quartiles of few patients
    they differ visibly. Source: Hyndman & Fan 1996. Checked against: R `quantile`.
    """
    if definition not in _NUMPY_METHOD:
        raise ValueError(f'definition was {definition!r}; it is "r7" or "spss"')
    wanted = np.asarray(probabilities, dtype=np.float64)
    if not np.all((wanted >= 0.0) & (wanted <= 1.0)):
        raise ValueError(f"probabilities were {tuple(probabilities)!r}; each lies between 0 and 1")
    sample = _sample(values)
    if not len(sample):
        return (None,) * len(wanted)
    found = np.quantile(sample, wanted, method=_NUMPY_METHOD[definition])  # type: ignore[call-overload]
    return tuple(float(value) for value in found)


def proportion(
    count: int, total: int, *, level: float = 0.95, interval: Literal["wilson", "exact"] = "wilson"
) -> Estimate:
    """A share of patients with its interval: Wilson's score interval, or Clopper and Pearson's exact one.

    `total` 0: `None` with a reason. `ValueError` unless 0 <= count <= total. Sources: Wilson 1927; Clopper &
    Pearson 1934. Checked against: R `prop.test(correct = FALSE)` and `binom.test`.
    """
    from scipy import special

    if not 0 <= count <= total:
        raise ValueError(f"count was {count} of {total}; it lies between 0 and the total")
    if interval not in ("wilson", "exact"):
        raise ValueError(f'interval was {interval!r}; it is "wilson" or "exact"')
    z = interval_multiplier(level)
    if total == 0:
        return Estimate(None, None, None, level, None, "there are no patients")
    share = count / total
    if interval == "exact":
        tail = (1.0 - level) / 2.0
        lower = float(special.betaincinv(count, total - count + 1, tail)) if count else 0.0
        upper = float(special.betainccinv(count + 1, total - count, tail)) if count < total else 1.0
    else:
        centre = (count + z * z / 2.0) / (total + z * z)
        reach = z * np.sqrt(count * (total - count) / total + z * z / 4.0) / (total + z * z)
        lower = float(centre - reach) if count else 0.0
        upper = float(centre + reach) if count < total else 1.0
    return Estimate(share, lower, upper, level, float(np.sqrt(share * (1.0 - share) / total)))


def standardised_difference(samples: Sequence[ArrayLike]) -> StandardisedDifference:
    """Distance between the means of two groups of numbers, in units of the root mean of their variances.

    |mean - mean| / sqrt((variance + variance) / 2). `samples`: two or more arrays of known values. Groups with
    fewer than two values, or without variation: `None` with a reason, also when that is so for one pair among
    many. Source: Austin 2009. Checked by hand.
    """
    groups = [_sample(values) for values in samples]
    return _largest([_difference_of_means(a, b) for a, b in combinations(groups, 2)], len(groups))


def standardised_difference_of_counts(tables: Sequence[ArrayLike]) -> StandardisedDifference:
    """Distance between two groups in a variable with k levels: Mahalanobis, in the levels' mean covariance.

    `tables`: for each of two or more groups its k counts, in the same order of levels. With two levels this is
    |p - q| / sqrt((p(1 - p) + q(1 - q)) / 2). Levels that neither group has take no part. Two groups without a
    common level lie infinitely far apart, and two groups in the same single level have no spread to measure
    by: `None` with a reason. Source: Yang & Dalton 2012. Checked against: the formula in R, with `solve`.
    """
    groups = [_counts(table) for table in tables]
    if len({len(group) for group in groups}) > 1:
        raise ValueError("every group needs a count for each level, in the same order")
    return _largest([_distance_of_counts(a, b) for a, b in combinations(groups, 2)], len(groups))


def _largest(found: list[float | str], groups: int) -> StandardisedDifference:
    """The largest of the pairs; the reason of the first pair that has none."""
    if groups < 2:
        return StandardisedDifference(None, None, "a difference needs two groups")
    pairs = list(combinations(range(groups), 2))
    for pair, value in zip(pairs, found, strict=True):
        if isinstance(value, str):
            return StandardisedDifference(None, pair, value)
    largest, pair = max(
        (value, pair) for value, pair in zip(found, pairs, strict=True) if not isinstance(value, str)
    )
    return StandardisedDifference(largest, pair)


def _difference_of_means(a: FloatArray, b: FloatArray) -> float | str:
    if min(len(a), len(b)) < 2:
        return "a group has fewer than two values"
    centre = np.concatenate((a, b)).mean()
    spread = np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2.0)
    if spread <= 10.0 * np.finfo(np.float64).eps * np.abs(np.concatenate((a, b))).max():
        return "the values do not vary within the groups"
    return float(abs((a - centre).mean() - (b - centre).mean()) / spread)


def _distance_of_counts(a: FloatArray, b: FloatArray) -> float | str:
    if not (a.any() and b.any()):
        return "a group has no values"
    if not np.any((a > 0) & (b > 0)):
        return "infinitely different: the groups have no level in common"
    present = (a > 0) | (b > 0)
    if present.sum() == 1:
        return "all patients of both groups have the same value"
    p, q = a[present] / a.sum(), b[present] / b.sum()
    covariance = (np.diag(p + q) - np.outer(p, p) - np.outer(q, q)) / 2.0
    # The shares add up to 1, so one level follows from the others; a common level leaves the rest invertible.
    rest = np.arange(len(p)) != np.argmax(np.minimum(p, q))
    gap = (p - q)[rest]
    return float(np.sqrt(max(gap @ np.linalg.solve(covariance[np.ix_(rest, rest)], gap), 0.0)))


def _sample(values: ArrayLike) -> FloatArray:
    sample = np.asarray(values, dtype=np.float64)
    if sample.ndim != 1 or not np.all(np.isfinite(sample)):
        raise ValueError("a sample must be one column of finite numbers; leave out what is missing")
    return sample


def _counts(values: ArrayLike) -> FloatArray:
    counts = _sample(values)
    if np.any(counts < 0) or np.any(counts != np.floor(counts)):
        raise ValueError("counts must be whole numbers of 0 or more")
    return counts
