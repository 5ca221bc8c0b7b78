"""Tiny rule sets, written to a folder and checked: what the tests plant their faults in."""

from crlm.pathway.checking.findings import read_checks
from crlm.pathway.checking.report import check_rule_set
from crlm.pathway.load import load_rules

INPUTS = """
[[input]]
name = "number"
topic = "t"
type = "integer"
range = { at_least = 0, at_most = 20 }
definition = "d"
[[input]]
name = "size"
topic = "t"
type = "number"
range = { more_than = 0 }
definition = "d"
[[input]]
name = "lobe"
topic = "t"
type = "category"
levels = ["left", "right", "both"]
definition = "d"
"""


def rule(id_, *lines):
    """One rule with the lines that matter; inputs are all three."""
    return f"""
[[rule]]
id = "{id_}"
title = "t"
kind = "computable"
origin = "software"
inputs = ["number", "size", "lobe"]
conclusion = "c"
{chr(10).join(lines)}
"""


EVERY_INPUT = rule("ALL-01", "condition = \"recorded(number) and recorded(size) and lobe == 'left'\"")
"""Uses every input, so that none is unused, and draws no line."""


def labels(*lines):
    """The labels of a rule from pairs of label and condition; the last condition is None."""
    shown = [f'{{ label = "{label}"' + (f", when = '{when}' }}" if when else " }") for label, when in lines]
    return f"labels = [{', '.join(shown)}]"


def written(folder, *rules, inputs=INPUTS, **files):
    """The rule set in a folder; other files by their names (`checks`, `conflicts`, `contradictions`)."""
    (folder / "rules").mkdir(parents=True)
    (folder / "inputs.toml").write_text(inputs, encoding="utf-8")
    head = 'topic = "t"\ntitle = "T"\nnumber = 1\nversion = 1\nreview_date = 2030-01-01\n'
    (folder / "rules" / "01-t.toml").write_text(head + "".join([EVERY_INPUT, *rules]), encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def checked(folder, *rules, **files):
    """The report on a tiny rule set."""
    written(folder, *rules, **files)
    loaded = load_rules(folder)
    return check_rule_set(loaded, read_checks(folder, loaded))


def found(report, check=None):
    """The subjects of new findings: of one check, or every one as (check, subject)."""
    if check is None:
        return [(one.check, one.subject) for one in report.new]
    return [one.subject for one in report.new if one.check == check]
