"""A paper with known slips, small enough to be worked by hand, and the same paper without them."""

from pathlib import Path

from tests.evidence.simulated_papers.rows import Tables

ABOUT = """[paper]
id = "by-hand"
kind = "cohort"
title = "A paper of one table"
authors = ["First, A.", "Second, B."]
journal = "None"
year = 2020
n = 40

[[group]]
id = "all"
n = 40
variable = ""
of = ""
place = "Table 1"

[[question]]
comparison = "treated-versus-not"
population = "everybody"
endpoint = "OS"
treatment = "Yes"
control = "No"
effects = ["E0001"]
"""


def by_hand(folder: Path, *, wrong: bool) -> Path:
    """Two counts of 40 and a ratio; wrong: 15 of 40 are not 32.5 %, and 1.79 is not in the middle of 1.17 and 2.27."""
    tables = Tables("by-hand", ABOUT)
    for level, n, percent in (("Male", 25, "62.5"), ("Female", 15, "32.5" if wrong else "37.5")):
        tables.add(
            "counts",
            locator="Table 1",
            section="Patients",
            variable="sex",
            level=level,
            group="all",
            unit="patient",
            as_printed=f"{n} ({percent})",
            n_printed=n,
            percent_as_printed=percent,
            n=n,
            pct=percent,
            is_missing_row=0,
        )
    high = "2.27" if wrong else "2.73"
    tables.add(
        "effects",
        locator="Abstract",
        population="all",
        endpoint="OS",
        unit_of_analysis="patient",
        model="univariable",
        term="treated",
        term_type="binary",
        level="Yes",
        reference="No",
        measure="HR",
        est_printed="1.79",
        ci_printed=f"1.17-{high}",
        p_printed="0.007",
        est="1.79",
        ci_low="1.17",
        ci_high=high,
        p_op="=",
        p="0.007",
        p_kind="wald",
    )
    return tables.write(folder)
