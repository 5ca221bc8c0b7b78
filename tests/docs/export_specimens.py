"""The problems of export, made to happen."""

from dataclasses import replace
from pathlib import Path

import polars as pl

from crlm.dictionary.registry import registry_dictionary
from crlm.output import staged_file
from crlm.problems import CrlmError
from crlm.registry.export import export_registry
from crlm.registry.export.limits import refuse_many_rows
from crlm.registry.importing import read_registry
from tests.registry import small_registry


def _raised(action):
    try:
        action()
    except CrlmError as error:
        return error.problems
    raise AssertionError("nothing was raised")


def _registry(ethnicity=None):
    registry = read_registry(small_registry.folder(Path("registry")))
    patient = registry.tables["patient"]
    frame = patient.frame.with_columns(pl.lit(ethnicity, pl.String).alias("ethnicity"))
    return replace(registry, tables={**registry.tables, "patient": replace(patient, frame=frame)})


def _existing_file():
    Path("registry.xlsx").touch()
    with staged_file(Path("registry.xlsx")):
        pass


EXPORT_SPECIMENS = {
    "output-exists": lambda: _raised(_existing_file),
    "export-format": lambda: _raised(lambda: export_registry(_registry(), "sas", "out")),
    "export-text-too-long": lambda: _raised(lambda: export_registry(_registry("x" * 32_768), "sav", "out")),
    "export-too-large": lambda: _raised(
        lambda: refuse_many_rows(
            registry_dictionary().table("patient"), _registry().tables["patient"], 1, "Excel"
        )
    ),
    "export-null-character": lambda: _raised(lambda: export_registry(_registry("a\0b"), "csv", "out")),
}
"""By the code of the problem."""
