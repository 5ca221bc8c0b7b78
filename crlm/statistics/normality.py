"""Do values come from a normal distribution?"""

import numpy as np
from numpy.typing import ArrayLike

from crlm.statistics.results import TestResult

# Royston's approximation of the p-value was made for samples of these sizes.
_FEWEST, _MOST = 3, 5_000


def shapiro_wilk(values: ArrayLike) -> TestResult:
    """Shapiro and Wilk's W: 1 for values as a normal sample has them, smaller the less they look like one.

    `values`: shape (n,), known values. Fewer than 3 or more than 5000, or values that do not vary: `p` is `None` with
    a reason. A large p does not show that values are normal. Raises `ValueError` for NaN. It takes a second at its
    first use, to load scipy.stats. Source: Royston 1995 (Appl Stat 44:547). Checked against: R `shapiro.test`.
    """
    sample = np.asarray(values, dtype=np.float64)
    if sample.ndim != 1 or not np.all(np.isfinite(sample)):
        raise ValueError("a sample must be one column of finite numbers; leave out what is missing")
    n = len(sample)
    reason = None
    if n < _FEWEST:
        reason = f"{n} value{'' if n == 1 else 's'}: the test needs 3"
    elif n > _MOST:
        reason = f"{n} values: the test is made for up to 5000"
    elif np.ptp(sample) <= 10.0 * np.finfo(np.float64).eps * np.abs(sample).max():
        reason = "all values are equal"
    if reason is not None:
        return TestResult("shapiro-wilk", None, None, None, n, reason)
    from scipy import stats

    w, p = stats.shapiro(sample)
    return TestResult("shapiro-wilk", float(w), None, float(p), n)
