"""A pooling as a document for other software: every number with the rows it came from; None has its reason."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from crlm.evidence.pooling.estimate import Estimate
from crlm.evidence.pooling.model import PoolingDocument
from crlm.evidence.pooling.moderators import Moderation
from crlm.evidence.pooling.pooling import Pooling
from crlm.statistics.meta_analysis import Asymmetry, Pooled
from crlm.statistics.results import Estimate as Number
from crlm.statistics.results import TestResult

VERSION = "1"


def pooling_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:crlm:schema:pool:{VERSION}",
        **PoolingDocument.model_json_schema(mode="serialization"),
        "title": "crlm evidence pool",
    }


def pooling_document(answer: Pooling) -> dict[str, Any]:
    """The document; ratios on their own scale, `log` beside them, tau2 on the scale of logarithms."""
    return PoolingDocument.model_validate(_content(answer)).model_dump(mode="json")


def _content(answer: Pooling) -> dict[str, Any]:
    return {
        "document": "crlm evidence pool",
        "version": VERSION,
        "question": answer.question,
        "measure": answer.measure,
        "level": answer.level,
        "method": answer.method,
        "interval": answer.interval,
        "studies": [
            {
                **_study(one, answer.level),
                "weight": None if answer.pooled is None else answer.pooled.weights[i],
            }
            for i, one in enumerate(answer.estimates)
        ],
        "left_out": [asdict(one) for one in answer.left_out],
        "dropped": list(answer.dropped),
        "refusals": [asdict(one) for one in answer.refusals],
        "warnings": list(answer.warnings),
        "pooled": None if answer.pooled is None else _pooled(answer.pooled),
        "side_by_side": [{"name": one.name, **_pooled(one.pooled)} for one in answer.side_by_side],
        "leave_one_out": [
            {"without": one.label, **_pooled(found)}
            for one, found in zip(answer.estimates, answer.without, strict=False)
        ],
        "influence": [
            {"study": one.label, **asdict(found)}
            for one, found in zip(answer.estimates, answer.influence, strict=False)
        ],
        "cumulative": [{"up_to": one.name, **_pooled(one.pooled)} for one in answer.so_far],
        "subgroups": None
        if answer.groups is None
        else {
            "by": answer.by,
            "groups": [
                {"group": name, **_pooled(found)}
                for name, found in zip(answer.groups.levels, answer.groups.pooled, strict=True)
            ],
            "test": _test(answer.groups.test),
        },
        "meta_regression": None if answer.moderation is None else _regression(answer.moderation),
        "small_studies": None if answer.egger is None else _small(answer),
    }


def ratio(number: Number) -> Number:
    """The estimate and its limits of a ratio, from those of its logarithm; the standard error stays."""
    value, lower, upper = (
        None if one is None else _exp(one) for one in (number.value, number.lower, number.upper)
    )
    return Number(value, lower, upper, number.level, number.standard_error, number.reason)


def study_interval(one: Estimate, level: float) -> Number:
    """A study's ratio with the interval that its standard error gives."""
    from crlm.statistics.results import interval_multiplier

    reach = interval_multiplier(level) * one.standard_error
    return ratio(Number(one.value, one.value - reach, one.value + reach, level, one.standard_error))


def _exp(value: float) -> float | None:
    found = math.exp(value) if value < 700.0 else math.inf
    return found if math.isfinite(found) else None


def _study(one: Estimate, level: float) -> dict[str, Any]:
    interval = study_interval(one, level)
    return {
        "id": one.id,
        "label": one.label,
        "printed": one.printed,
        "estimate": interval.value,
        "lower": interval.lower,
        "upper": interval.upper,
        "log": one.value,
        "standard_error": one.standard_error,
        "obtained_from": one.obtained,
        "sources": [asdict(source) for source in one.sources],
        **{key: getattr(one, key) for key in ("endpoint", "comparison", "reference", "population", "unit")},
        **{key: getattr(one, key) for key in ("adjusted", "year", "group")},
        "more": dict(one.more),
        "done": list(one.done),
        "cautions": list(one.cautions),
        "counts": None
        if one.counts is None
        else dict(zip(("events", "n", "events_reference", "n_reference"), one.counts, strict=True)),
    }


def _pooled(one: Pooled) -> dict[str, Any]:
    differ = one.heterogeneity
    return {
        "method": one.method,
        "interval": one.interval,
        "k": one.k,
        "estimate": _number(ratio(one.estimate)),
        "log": _number(one.estimate),
        "test": _test(one.test),
        "prediction": _number(ratio(one.prediction)),
        "q": _test(differ.q),
        **{name: _number(getattr(differ, name)) for name in ("tau2", "i2", "h2")},
        "notes": list(one.notes),
    }


def _number(one: Number) -> dict[str, Any]:
    keys = ("value", "lower", "upper", "standard_error", "reason")
    return {key: getattr(one, key) for key in keys}


def _test(one: TestResult) -> dict[str, Any]:
    return {
        **{key: getattr(one, key) for key in ("method", "statistic", "df", "p", "reason")},
        "notes": list(one.notes),
    }


def _regression(found: Moderation) -> dict[str, Any]:
    model, left = found.model, found.model.heterogeneity
    return {
        "moderators": [
            {"name": one.name, "kind": "number" if one.is_number else "category", "levels": one.levels}
            for one in found.moderators
        ],
        "k": model.k,
        "without": found.without,
        "terms": [
            {"term": name, "ratio": _number(ratio(number)), "log": _number(number), "test": _test(test)}
            for name, number, test in zip(model.names, model.coefficients, model.tests, strict=False)
        ],
        "test": _test(model.moderators),
        "residual_q": None if left is None else _test(left.q),
        "tau2": None if left is None else _number(left.tau2),
        "i2": None if left is None else _number(left.i2),
        **{key: getattr(model, key) for key in ("r2", "r2_reason", "reason", "notes")},
    }


def _asymmetry(one: Asymmetry) -> dict[str, Any]:
    return {"test": _test(one.test), "slope": _number(one.slope), "limit": _number(ratio(one.limit))}


def _small(answer: Pooling) -> dict[str, Any]:
    filled = answer.trim_and_fill
    return {
        "egger": None if answer.egger is None else _asymmetry(answer.egger),
        "begg": None if answer.begg is None else _test(answer.begg),
        "trim_and_fill": {"reason": filled}
        if isinstance(filled, str) or filled is None
        else {"side": filled.side, "missing": filled.missing, **_pooled(filled.pooled)},
    }
