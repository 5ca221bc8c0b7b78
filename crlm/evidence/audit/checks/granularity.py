"""Whether whole numbers can have a printed mean and SD (GRIM, GRIMMER).

Sources: Brown and Heathers, Soc Psychol Personal Sci 2017;8:363 (GRIM); Anaya, PeerJ Preprints 2016;4:e2400 (GRIMMER).
The sum of n whole numbers is whole; the sum of their squares is whole, has the parity of their sum, and is at least the
square of the sum divided by n.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from crlm.evidence.audit.printed import Printed

WHOLE_UNITS = frozenset(
    {"count", "counts", "n", "number", "lesions", "tumours", "metastases", "cycles", "nodes"}
)
"""Units of numbers that are whole for each patient."""


def sums_for(mean: Printed, n: int) -> range:
    """The sums of n whole numbers whose mean prints so."""
    assert mean.low is not None and mean.high is not None
    return range(ceil(mean.low * n), floor(mean.high * n) + 1)


def mean_possible(mean: Printed, n: int) -> bool:
    """Whether n whole numbers can have this mean; True when the bounds of the mean are open."""
    return mean.low is None or mean.high is None or len(sums_for(mean, n)) > 0


def sd_possible(mean: Printed, sd: Printed, n: int) -> bool:
    """Whether n whole numbers can have this mean and this SD (divided by n - 1)."""
    if n < 2 or None in (mean.low, mean.high, sd.low, sd.high):
        return True
    assert sd.low is not None and sd.high is not None
    low, high = max(sd.low, Fraction(0)) ** 2 * (n - 1), sd.high**2 * (n - 1)
    for total in sums_for(mean, n):
        base = Fraction(total * total, n)
        first = ceil(max(low + base, base))
        first += (first - total) % 2
        if first <= floor(high + base):
            return True
    return False
