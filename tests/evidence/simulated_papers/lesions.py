"""A table whose unit is the tumour: each patient has one or several."""

from __future__ import annotations

import numpy as np

from tests.evidence.simulated_papers.characteristics import (
    PLACE_OF_TUMOURS,
    columns_of,
    factor_rows,
    factor_test,
)
from tests.evidence.simulated_papers.patients import MISSING, Cohort, Factor
from tests.evidence.simulated_papers.printing import Style
from tests.evidence.simulated_papers.rows import Tables


def lesions(tables: Tables, cohort: Cohort, style: Style, make: np.random.Generator) -> np.ndarray:
    """The tumours' table; returns the group of every tumour."""
    each = 1 + make.poisson(make.uniform(0.3, 1.5), cohort.n)
    group = np.repeat(cohort.group, each)
    n = len(group)
    for name, levels in (("tumour_size", ("<30 mm", "30-50 mm", ">50 mm")), ("near_vessel", ("No", "Yes"))):
        codes = make.choice(len(levels), n, p=make.dirichlet(np.full(len(levels), 4.0)))
        if make.random() < 0.5:
            codes = np.where(make.random(n) < 0.06, MISSING, codes)
        factor = Factor(name, levels, codes, "Tumours")
        factor_rows(
            tables, style, factor, columns_of(group, cohort.groups, style), PLACE_OF_TUMOURS, "tumour"
        )
        factor_test(tables, style, factor, group, cohort.groups, PLACE_OF_TUMOURS, "tumour")
    return group
