"""The text and the abstract say again what tables say."""

from __future__ import annotations

import numpy as np

from tests.evidence.simulated_papers.effects import TREATMENT
from tests.evidence.simulated_papers.rows import Tables


def restate(tables: Tables, make: np.random.Generator) -> None:
    """Numbers once more, word for word, at another place; some counts as a percentage only."""
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
            if table == "counts" and cells["percent_as_printed"] and make.random() < 0.3:
                cells |= {
                    "n_printed": "",
                    "n": "",
                    "n_best": "",
                    "as_printed": f"{cells['percent_as_printed']}%",
                }
            tables.add(table, **(cells | {"locator": place}))
