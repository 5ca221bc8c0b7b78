"""Inputs that follow from others: filled in when asked, never over what is recorded."""

from decimal import Decimal

import pytest

from crlm.pathway.case import read_case
from crlm.pathway.conditions import Span
from crlm.pathway.derived import FOLLOWING, with_derived_inputs
from crlm.pathway.evaluate import evaluate
from crlm.pathway.load import shipped_rules

RULES = shipped_rules()


def derived(name, **given):
    case = with_derived_inputs(read_case(given, RULES.inputs), RULES.inputs)
    assert (name in case.origins) == (name in case.values and name not in given)
    return case.values.get(name)


def test_every_derived_input_follows_from_something():
    assert set(FOLLOWING) == {one.name for one in RULES.inputs.values() if one.derived}


@pytest.mark.parametrize(
    ("kras", "nras", "ras"),
    [
        ("wild_type", "wild_type", "wild_type"),
        ("mutant", "wild_type", "kras_mutant"),
        ("mutant", "mutant", "kras_mutant"),
        ("mutant", None, "kras_mutant"),
        ("wild_type", "mutant", "nras_mutant"),
        (None, "mutant", "nras_mutant"),
        ("wild_type", None, None),
        (None, "wild_type", None),
        (None, None, None),
    ],
)
def test_ras(kras, nras, ras):
    assert derived("ras_status", kras_status=kras, nras_status=nras) == ras


def test_months_and_days():
    total = "periop_chemo_total_months"
    assert derived(total, preop_chemo_months=2.7, postop_chemo_planned_months=3.3) == 6
    assert derived(total, preop_chemo_months=">= 2", postop_chemo_planned_months=3) == Span(Decimal(5), None)
    assert derived(total, preop_chemo_months=2) is None
    dates = {"bevacizumab_last_dose_date": "2026-02-01", "planned_surgery_date": "2026-03-15"}
    assert derived("bevacizumab_interval_days", **dates) == 42
    dates["planned_surgery_date"] = "2026-01-15"
    assert derived("bevacizumab_interval_days", **dates) is None


def test_what_is_recorded_stays_and_nothing_is_filled_in_unasked():
    given = {"kras_status": "mutant", "ras_status": "wild_type", "systemic_therapy_considered": "yes"}
    assert derived("ras_status", **given) == "wild_type"
    del given["ras_status"]
    case = read_case(given, RULES.inputs)
    assert evaluate(RULES, case).result("EGF-04") == "unknown"
    assert evaluate(RULES, with_derived_inputs(case, RULES.inputs)).result("EGF-04") == "not_met"
