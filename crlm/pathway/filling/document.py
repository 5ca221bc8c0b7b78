"""A filled case as JSON: the case itself, and where everything came from."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from crlm.pathway.filling.answers import Origin
from crlm.pathway.filling.fill import FilledCase


def case_json(filled: FilledCase) -> dict[str, Any]:
    """The case alone, as `crlm pathway evaluate` reads it."""
    return {name: as_json(value) for name, value in filled.given.items()}


def filled_document(filled: FilledCase) -> dict[str, Any]:
    """Everything about a filled case.

    `unused` counts, per table and reason, the records that were not used; `unused_records` lists those that have no
    date, or one that does not decide.
    """
    return {
        "schema_version": 1,
        "patient": filled.patient,
        "episode": filled.episode,
        "episode_number": filled.episode_number,
        "date": filled.date.isoformat(),
        "source": filled.source,
        "snapshot": filled.snapshot,
        "synthetic": filled.synthetic,
        "case": case_json(filled),
        "provenance": {
            name: {"how": one.how, "records": [_origin(where) for where in one.origins]}
            for name, one in filled.provenance.items()
        },
        "asked": {
            name: {"question": one.question, "noted": [_origin(where) for where in one.noted]}
            for name, one in filled.asked.items()
        },
        "conflicts": {
            name: {
                "says": one.says,
                "filled": one.filled,
                "records": [_origin(where) for where in one.origins],
            }
            for name, one in filled.conflicts.items()
        },
        "left": dict(filled.left),
        "undated": list(filled.undated),
        "unused": [{"table": table, "why": why, "count": n} for table, why, n in unused_counts(filled)],
        "unused_records": [asdict(one) for one in filled.unused if one.why != "later"],
    }


def unused_counts(filled: FilledCase) -> list[tuple[str, str, int]]:
    """How many records (a value that became known later than its record counts with it) were not used, per table
    and reason.
    """
    records = {(one.table, one.why, one.key) for one in filled.unused}
    counts = Counter((table, why) for table, why, _ in records)
    return [(table, why, count) for (table, why), count in sorted(counts.items())]


def _origin(one: Origin) -> dict[str, Any]:
    return asdict(one)


def as_json(value: Any) -> Any:
    """A value of a case as JSON: exact decimals become numbers, which write the same digits."""
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case dict():
            return {key: as_json(one) for key, one in value.items()}
        case list():
            return [as_json(one) for one in value]
        case _:
            return value
