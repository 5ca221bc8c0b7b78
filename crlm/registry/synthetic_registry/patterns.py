"""Which kinds of patients follow each other in a registry: of the cohort, and those that the selection excludes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crlm.registry.synthetic_registry.draws import Integers


def registered(pattern: Sequence[int], cohort: int) -> Integers:
    """The kind of each registered patient, the pattern repeated; kind 0 is the cohort.

    There are so many that `cohort` of them are of kind 0, and the last one is: a longer registry begins with a shorter.
    """
    kinds = np.asarray(pattern)
    kinds = np.tile(kinds, cohort // int((kinds == 0).sum()) + 1)
    last = np.flatnonzero(kinds == 0)[cohort - 1]
    return np.asarray(kinds[: last + 1])
