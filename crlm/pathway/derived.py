"""Inputs that follow from others, filled in where a case is put together; the evaluation itself fills in nothing."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from crlm.pathway.case import Case
from crlm.pathway.conditions.values import Span, Value, plus
from crlm.pathway.model import Input


def with_derived_inputs(case: Case, inputs: Mapping[str, Input]) -> Case:
    """The case with `ras_status`, `periop_chemo_total_months` and `bevacizumab_interval_days` where they follow.

    A value that is recorded is kept, whatever would follow (a difference is a contradiction, and reported); what does
    not follow stays unknown. `origins` says from what each was derived. A negative interval is left out: it cannot be.
    """
    values, origins = dict(case.values), dict(case.origins)
    for name, follow in FOLLOWING.items():
        if values.get(name) is None and (found := follow(case.values)) is not None:
            values[name] = found
            origins[name] = f"derived: {inputs[name].derived}"
    ordered = {name: values[name] for name in inputs if name in values}
    return replace(case, values=ordered, origins=origins)


def _ras(values: Mapping[str, Value]) -> str | None:
    kras, nras = values.get("kras_status"), values.get("nras_status")
    if kras == "mutant":
        return "kras_mutant"
    if nras == "mutant":
        return "nras_mutant"
    return "wild_type" if kras == nras == "wild_type" else None


def _total_months(values: Mapping[str, Value]) -> Value:
    before, after = values.get("preop_chemo_months"), values.get("postop_chemo_planned_months")
    if isinstance(before, Decimal | Span) and isinstance(after, Decimal | Span):
        return plus(before, after)
    return None


def _interval(values: Mapping[str, Value]) -> Decimal | None:
    last, surgery = values.get("bevacizumab_last_dose_date"), values.get("planned_surgery_date")
    if not isinstance(last, datetime.date) or not isinstance(surgery, datetime.date) or surgery < last:
        return None
    return Decimal((surgery - last).days)


FOLLOWING: dict[str, Callable[[Mapping[str, Value]], Value]] = {
    "ras_status": _ras,
    "periop_chemo_total_months": _total_months,
    "bevacizumab_interval_days": _interval,
}
"""The inputs that are derived, as the list of inputs defines them."""
