"""The tables of an invented paper as rows of text, in the columns of the library's format."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

COLUMNS = {
    "counts": "row_id,locator,section,variable,level,group,unit,as_printed,n_printed,percent_as_printed,n,pct,"
    "denominator,denominator_basis,is_missing_row,n_best,pct_best,status",
    "summaries": "row_id,locator,section,variable,unit,group,n_available,statistic,centre,sd,q1,q3,range_low,"
    "range_high,as_printed,status",
    "tests": "row_id,locator,section,variable,groups_compared,unit,test,test_basis,p_printed,p_op,p,status",
    "effects": "row_id,locator,population,endpoint,unit_of_analysis,model,subgroup_variable,subgroup_level,term,"
    "term_type,level,reference,measure,est_printed,ci_printed,p_printed,est,ci_low,ci_high,p_op,p,p_kind,n,est_best,"
    "ci_low_best,ci_high_best,p_best,status",
    "survival": "row_id,locator,endpoint,population,group,statistic,time_months,value_printed,value,unit,ci_low,"
    "ci_high,interval_kind,test,p_printed,p,status",
    "flow": "row_id,locator,step,node,description,n_printed,n,pct_printed,pct,denominator,status",
    "statements": "row_id,locator,series,year,design,n_printed,n,context,arm,outcome,timepoint,value_printed,value_op,"
    "value,range_low,range_high,numerator,denominator,unit,p_printed,p_op,p,rule_ids,note,status",
}
LETTERS = {
    "counts": "C",
    "summaries": "K",
    "tests": "T",
    "effects": "E",
    "survival": "S",
    "flow": "F",
    "statements": "D",
}

Row = dict[str, str]


@dataclass
class Tables:
    """The tables of one paper while they are written, and the text of its paper.toml."""

    paper_id: str
    about: str = ""
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in COLUMNS})

    def add(self, table: str, **cells: object) -> Row:
        """A new row; cells that are not named are empty."""
        row = dict.fromkeys(COLUMNS[table].split(","), "")
        unknown = set(cells) - set(row)
        assert not unknown, unknown
        row |= {name: "" if value is None else str(value) for name, value in cells.items()}
        row["row_id"] = f"{LETTERS[table]}{len(self.rows[table]) + 1:04d}"
        row["status"] = "ok"
        self.rows[table].append(row)
        return row

    def copy(self) -> Tables:
        """The same paper again, to be spoilt."""
        return Tables(
            self.paper_id, self.about, {name: [dict(one) for one in rows] for name, rows in self.rows.items()}
        )

    def write(self, folder: Path) -> Path:
        """The paper as a folder of the library."""
        target = folder / self.paper_id
        target.mkdir(parents=True, exist_ok=True)
        (target / "paper.toml").write_text(self.about, encoding="utf-8")
        for name, rows in self.rows.items():
            if rows:
                (target / f"{name}.csv").write_text(_csv(name, rows), encoding="utf-8", newline="")
        return target


def _csv(table: str, rows: list[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS[table].split(","), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
