"""Small words that messages and findings share."""

from __future__ import annotations

import polars as pl


def listed_rows(rows: pl.Series, most: int = 5) -> str:
    """Rows for a sentence, the first ones: `row 4`, `rows 4, 9, 12 ...`."""
    listed = ", ".join(map(str, rows.head(most))) + (" ..." if rows.len() > most else "")
    return f"row {listed}" if rows.len() == 1 else f"rows {listed}"
