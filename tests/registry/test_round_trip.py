"""The same small table in five formats gives the same records."""

import datetime

import polars as pl
import pytest

from crlm.dictionary.records import ROW
from crlm.registry.reading import ReadOptions, read_table
from tests.registry.tables import SMALL_VARIABLES, WRITERS, records, write_csv

EXPECTED = pl.DataFrame(
    {
        ROW: [2, 3, 4, 5],
        "age": [61.5, 48.0, None, 70.0],
        "months": [39.8333333333333, 0.1, 12.0, None],
        "nodes": [0, 3, None, 12],
        "sex": ["male", "female", "female", "male"],
        "bilobar": [True, False, None, True],
        "operated": [
            datetime.date(2020, 2, 29),
            None,
            datetime.date(1999, 12, 31),
            datetime.date(2021, 1, 1),
        ],
        "remark": ["no complication", "Ménière", None, "12"],
    }
)
REASONS = pl.DataFrame(
    {
        ROW: [2, 3, 4, 5],
        "age": [None, None, "not available", None],
        "months": [None, None, None, "empty"],
        "nodes": [None, None, "empty", None],
        "bilobar": [None, None, "empty", None],
        "operated": [None, "empty", None, None],
        "remark": [None, None, "empty", None],
    }
)


@pytest.mark.parametrize("extension", WRITERS)
def test_every_format(tmp_path, extension):
    path = tmp_path / f"patients{extension}"
    WRITERS[extension](path)
    typed = records(read_table(path), *SMALL_VARIABLES)
    assert typed.frame.equals(EXPECTED) and typed.frame.schema == EXPECTED.schema
    assert typed.reasons.equals(REASONS) and typed.reasons.schema == REASONS.schema
    assert list(typed.variables) == [variable.name for variable in SMALL_VARIABLES]
    assert typed.source.rows == 4 and typed.source.columns == 8


def test_the_export_of_a_dutch_excel(tmp_path):
    """Semicolons, decimal commas, windows-1252: only the encoding must be declared."""
    path = tmp_path / "patients.csv"
    write_csv(path, delimiter=";", decimal=",", encoding="windows-1252")
    typed = records(read_table(path, ReadOptions(encoding="windows-1252")), *SMALL_VARIABLES)
    assert typed.frame.equals(EXPECTED) and typed.reasons.equals(REASONS)
    notes = " ".join(typed.source.notes)
    assert (
        "Delimiter: semicolon" in notes
        and 'Decimal sign: comma (found: "61,5" in row 2, column "age"' in notes
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(("delimiter", "decimal"), [(";", ","), ("\t", ","), ("|", "."), (",", ".")])
def test_every_way_to_write_text(tmp_path, delimiter, decimal, encoding):
    path = tmp_path / "patients.txt"
    write_csv(path, delimiter=delimiter, decimal=decimal, encoding=encoding)
    typed = records(read_table(path), *SMALL_VARIABLES)
    assert typed.frame.equals(EXPECTED) and typed.reasons.equals(REASONS)
