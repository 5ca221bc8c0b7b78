"""The text and the abstract say again what tables say."""

from __future__ import annotations

import numpy as np

from tests.evidence.simulated_papers.effects import TREATMENT
from tests.evidence.simulated_papers.patients import Cohort
from tests.evidence.simulated_papers.printing import Style
from tests.evidence.simulated_papers.rows import Tables


def restate(tables: Tables, cohort: Cohort, style: Style, make: np.random.Generator) -> None:
    """Counts, ratios, medians and p values once more, word for word, at another place."""
    for table, wanted, place, share in (
        (
            "counts",
            lambda row: row["is_missing_row"] == 0 or row["is_missing_row"] == "0",
            "text Results",
            0.1,
        ),
        ("summaries", lambda row: True, "text Results", 0.3),
        ("tests", lambda row: True, "text Results", 0.15),
        ("effects", lambda row: row["term"] == TREATMENT and row["est"], "Abstract", 0.8),
        ("survival", lambda row: True, "Abstract", 0.4),
    ):
        for row in [one for one in tables.rows[table] if wanted(one)]:
            if row.get("subgroup_variable") or make.random() > share:
                continue
            cells = {name: cell for name, cell in row.items() if name not in ("row_id", "status")}
            tables.add(table, **(cells | {"locator": place}))
