"""A table of complications by grade, and how many had any in the text: of patients, or of procedures."""

from __future__ import annotations

import numpy as np

from tests.evidence.simulated_papers.characteristics import columns_of, factor_rows, factor_test
from tests.evidence.simulated_papers.patients import MISSING, Cohort, Factor
from tests.evidence.simulated_papers.printing import Style
from tests.evidence.simulated_papers.rows import Tables

PLACE = "Table 6"
GRADES = ("None", "Grade 1", "Grade 2", "Grade 3", "Grade 4")


def complications(tables: Tables, cohort: Cohort, style: Style, make: np.random.Generator) -> None:
    """Grades by group; in the text those with any, half of the time counted in procedures with their denominator."""
    codes = make.choice(len(GRADES), cohort.n, p=make.dirichlet((8.0, 2.0, 2.0, 1.5, 0.7)))
    if make.random() < 0.5:
        codes = np.where(make.random(cohort.n) < 0.05, MISSING, codes)
    factor = Factor("periprocedural_grade", GRADES, codes, "Complications")
    columns = columns_of(cohort.group, cohort.groups, style)
    factor_rows(tables, style, factor, columns, PLACE)
    factor_test(tables, style, factor, cohort.group, cohort.groups, PLACE)
    procedures = 1 + make.poisson(0.2, cohort.n) if make.random() < 0.5 else None
    for name, inside in columns.items():
        known = inside & (codes != MISSING)
        any_grade = known & (codes > 0)
        if procedures is None:
            n, of, unit = int(any_grade.sum()), int(known.sum()), "patient"
        else:
            # each complicated patient has had one complicated procedure at least, some a second one
            second = any_grade & (procedures > 1) & (make.random(cohort.n) < 0.3)
            n, of, unit = int(any_grade.sum() + second.sum()), int(procedures[inside].sum()), "procedure"
        if not of:
            continue
        percent = style.number(100 * n / of, style.percent_decimals)
        tables.add(
            "counts",
            locator="text 3.3",
            section="Complications",
            variable="periprocedural_any",
            level="Yes",
            group=name,
            unit=unit,
            as_printed=f"{style.count(n)} ({percent})",
            n_printed=style.count(n),
            percent_as_printed=percent,
            n=n,
            pct=percent.replace(style.decimal_mark, "."),
            denominator=of,
            denominator_basis="printed",
            is_missing_row=0,
            n_best=n,
            pct_best=percent.replace(style.decimal_mark, "."),
        )
