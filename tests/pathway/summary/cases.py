"""Three SYNTHETIC patients of the tests and of the picture in the documentation, and summaries of any case."""

import datetime
import json
import tomllib
from pathlib import Path

from crlm.pathway.case import read_case
from crlm.pathway.evaluate import evaluate
from crlm.pathway.load import shipped_rules
from crlm.pathway.summary.build import summarise
from crlm.pathway.summary.document import summary_report

FOLDER = Path(__file__).parent / "cases"
NAMES = ("upfront", "bilobar", "recurrence")
VIGNETTES = Path(__file__).parents[1] / "vignettes"
BASELINE = tomllib.loads((VIGNETTES / "baseline.toml").read_text(encoding="utf-8"))
BOARD = datetime.date(2026, 11, 24)
CREATED = "2026-11-22T10:00:00Z"


def given(name):
    """What one of the three patients has recorded."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def vignette(name):
    """What a vignette of the catalogue has recorded."""
    found = tomllib.loads((VIGNETTES / f"{name}.toml").read_text(encoding="utf-8"))
    return {**BASELINE, **found["inputs"]}


def summed_up(values, **more):
    """The evaluation and the summary of some values."""
    rules = shipped_rules()
    evaluation = evaluate(rules, read_case(values, rules.inputs))
    return evaluation, summarise(rules, evaluation, date=BOARD, **more)


def report(values, **more):
    """The document of some values."""
    evaluation, summary = summed_up(values, **more)
    return summary_report(shipped_rules(), evaluation, summary, CREATED)


def changed(values, **new):
    """The values with some changed; None makes one unknown."""
    return {name: value for name, value in {**values, **new}.items() if value is not None}
