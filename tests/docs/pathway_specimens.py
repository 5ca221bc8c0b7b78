"""The problems of the pathway, made to happen."""

import datetime
import json
import shutil
import sys
from pathlib import Path
from unittest import mock

from crlm.cli import pathway_check, pathway_rules
from crlm.pathway.case import read_case_text
from crlm.pathway.filling import case_from_registry
from crlm.pathway.load import SHIPPED, load_rules, shipped_rules
from crlm.problems import CrlmError
from tests.cohort.registry_tables import registry


def _raised(action):
    try:
        action()
    except CrlmError as error:
        return error.problems
    raise AssertionError("nothing was raised")


def _case(text):
    return lambda: _raised(lambda: read_case_text(text, shipped_rules().inputs, "case.json"))


def _rules(old, new, name="03-resectability.toml"):
    """A problem of the shipped rules with one place of one file changed."""

    def problems():
        folder = Path("rules-changed")
        shutil.copytree(SHIPPED / "rules", folder / "rules")
        for path in SHIPPED.glob("*.toml"):
            shutil.copy(path, folder)
        path = folder / "rules" / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return _raised(lambda: load_rules(folder))

    return problems


def _filled(patient):
    """A problem of filling a case from a registry of one patient, before anything was known."""
    one = registry(
        patient="patient_id | date_of_birth\nA1 | 1950-01-31",
        crlm_episode="episode_id | patient_id | episode_number | date_crlm_diagnosis\nE1 | A1 | 1 | 2015-01-10",
    )
    return lambda: _raised(lambda: case_from_registry(one, patient, datetime.date(2010, 1, 1)))


def _without_z3():
    with mock.patch.dict(sys.modules, {"z3": None}):
        return _raised(pathway_check.check)


PATHWAY_SPECIMENS = {
    "case-file": _case('{"flr_pct": 40,}'),
    "case-input": _case(json.dumps({"flr_percent": 40})),
    "case-value": _case(json.dumps({"primary_site": "sigmoid colon"})),
    "case-patient": _filled("P1"),
    "case-episode": _filled("A1"),
    "rules-file": _rules("[[rule]]\n", "[[rule]]\nweight = 2\n"),
    "rules-cycle": _rules(
        'condition = "liver_involvement_pct > 70"', "condition = \"met('RES-01') or met('RES-04')\""
    ),
    "rules-reference": _rules('inputs = ["liver_involvement_pct"]', "inputs = []"),
    "rules-two-valued": _rules(
        'condition = "liver_involvement_pct > 70"',
        'condition = "known(liver_involvement_pct) and liver_involvement_pct > 70"',
    ),
    "pathway-rule": lambda: _raised(lambda: pathway_rules.rules("RES-99")),
    "z3-not-installed": _without_z3,
}
"""By the code of the problem."""
