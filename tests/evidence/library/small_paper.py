"""A small paper in the format, and copies of it with one thing changed."""

from __future__ import annotations

from pathlib import Path

TOML = """
[paper]
id = "small-2024"
kind = "cohort"
title = "An Invented Cohort of Ablation & Resection"
authors = ["Example, Erika", "Sample, Sam"]
journal = "Journal of Examples"
year = 2024
n = 120

[[cohort]]
source = "Example Hospital"
from = "2015-01"
to = "2020-12"

[[group]]
id = "ablation"
n = 40
level = "Ablation"

[[group]]
id = "resection"
n = 80
level = "Resection"

[[events]]
endpoint = "OS"
n = 45
place = "Results"

[[question]]
comparison = "ablation-versus-resection"
population = "small-crlm"
endpoint = "OS"
effects = ["E1"]
"""
COUNTS = """\
row_id,locator,variable,level,group,unit,as_printed,n_printed,percent_as_printed,n,pct
C1,Table 1,sex,Male,ablation,patient,26 (65.0),26,65.0,26,65.0
C2,Table 1,sex,Female,ablation,patient,14 (35.0),14,35.0,14,35.0
"""
EFFECTS = """\
row_id,locator,endpoint,model,term,term_type,level,reference,measure,est_printed,ci_printed,p_printed
E1,Table 2,OS,multivariable,treatment_group,binary,Ablation,Resection,HR,"0,84",0.50–1.41,<0.001
"""
FILES = {"paper.toml": TOML, "counts.csv": COUNTS, "effects.csv": EFFECTS}


def written(folder: Path, name: str = "small-2024", **changes: tuple[str, str]) -> Path:
    """The small paper in a folder of that name; `counts=(old, new)` changes one text of counts.csv."""
    path = folder / name
    path.mkdir(parents=True)
    for file, text in FILES.items():
        old, new = changes.get(file.partition(".")[0], ("", ""))
        assert old in text
        (path / file).write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
    return path
