"""Tiny registries for the tests of filling: one patient, one or two episodes, and what a test adds."""

import datetime
from dataclasses import replace

import polars as pl

from crlm.dictionary.registry.frames import precision_column
from crlm.pathway.filling import case_from_registry
from tests.cohort.registry_tables import registry

PATIENT = "patient_id | date_of_birth\nP1 | 1950-03-15\nP2 | 1960-01-01"
PRIMARY = """
    primary_id | patient_id | date_primary_diagnosis | date_primary_resection | primary_resected
    T1         | P1         | 2013-12-01             | 2014-01-10             | yes
"""
FIRST = """
    episode_id | patient_id | episode_number | date_crlm_diagnosis | n_crlm | size_largest_crlm_mm
    E1         | P1         | 1              | 2015-01-10          | 3      | 42.5
"""
SECOND = (
    FIRST
    + """
    E2         | P1         | 2              | 2016-02-01          | 1      | 18
"""
)
OTHERS = {
    "systemic_therapy": "therapy_id | patient_id | episode_id\nCX | P2 | EX",
    "local_treatment": "procedure_id | patient_id | episode_id\nOX | P2 | EX",
    "haip": "haip_id | patient_id | episode_id\nHX | P2 | EX",
}
"""Rows of another patient: the registry records such things."""


def small(**tables):
    """A registry of the given tables; patients and the first episode are there unless given."""
    given = {"patient": PATIENT, "crlm_episode": FIRST, **OTHERS, **tables}
    return partly(registry(**{name: _whole(text) for name, text in given.items()}), given)


def case(date, episode=None, /, **tables):
    """The filled case of patient P1 on a day."""
    return case_from_registry(small(**tables), "P1", datetime.date.fromisoformat(date), episode)


def values(date, *names, episode=None, **tables):
    """Values of a case, numbers as written; "asked", "conflict" or None where there is none."""
    filled = case(date, episode, **tables)
    found = [_value(filled, name) for name in names]
    return found[0] if len(names) == 1 else found


def _value(filled, name):
    if name in filled.given:
        value = filled.given[name]
        return {key: str(one) for key, one in value.items()} if _limits(value) else _text(value)
    return "conflict" if name in filled.conflicts else "asked" if name in filled.asked else None


def _limits(value):
    return isinstance(value, dict) and "one_of" not in value


def _text(value):
    return value if isinstance(value, str | list | dict) else str(value)


def _cells(text):
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines() if line.strip()]
    return lines[0], lines[1:]


def _whole(text):
    """The table with partial dates at the middle of their month or year."""
    header, rows = _cells(text)
    whole = [
        [_middle(cell) if name.startswith("date_") else cell for name, cell in zip(header, row, strict=True)]
        for row in rows
    ]
    return "\n".join(" | ".join(row) for row in [header, *whole])


def _middle(cell):
    return cell + {4: "-07-01", 7: "-15"}.get(len(cell), "")


def partly(typed, given):
    """The registry with the precision of dates beside them, where one is known to the month or the year only."""
    tables = dict(typed.tables)
    for table, text in given.items():
        header, rows = _cells(text)
        for place, name in enumerate(header):
            lengths = [len(row[place]) for row in rows]
            if name.startswith("date_") and {4, 7} & set(lengths):
                precision = [{4: "year", 7: "month", 10: "day"}.get(one) for one in lengths]
                frame = tables[table].frame.with_columns(
                    pl.Series(precision_column(name), precision, dtype=pl.String)
                )
                tables[table] = replace(tables[table], frame=frame)
    return replace(typed, tables=tables)
