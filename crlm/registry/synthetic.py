"""Synthetic tables: the shape of a real one, no patient in it, and a declared truth to test against."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from crlm.output import staged_folder
from crlm.problems import ArgumentError, Problem, did_you_mean
from crlm.registry.synthetic_model import DeclaredModel, describe, simulate

KINDS = ("resected-crlm-public",)
"""The shipped protocols for which a synthetic table can be made."""

DEFAULT_PATIENTS = 197

TABLE_NAME = "clinical.csv"
README_NAME = "README.md"


@dataclass(frozen=True)
class SyntheticTable:
    """`frame`: one row per synthetic patient, a column `synthetic` that is 1 in all; `truth`: the model in words."""

    frame: pl.DataFrame
    truth: tuple[str, ...]
    model: DeclaredModel

    def csv(self) -> bytes:
        """The table as a CSV file's bytes (UTF-8, commas, decimal points): the same seed, the same bytes."""
        return self.frame.write_csv().encode("utf-8")


def synthetic_table(kind: str, patients: int, seed: int) -> SyntheticTable:
    """A synthetic table of the shape that a shipped protocol reads.

    `patients` is at least 1; `seed` at least 0; the same seed gives the same table, and a longer table begins with
    the shorter one. No value comes from a real table. ArgumentError for an unknown kind or a number out of bounds.
    """
    if kind not in KINDS:
        from crlm.registry.synthetic_registry import STUDIES

        every = (*KINDS, *STUDIES)
        raise ArgumentError(
            Problem(
                "synthetic-kind-unknown",
                f'there is no synthetic table for "{kind}".',
                ", ".join(every) + ".",
                did_you_mean(kind, every),
            )
        )
    if patients < 1 or seed < 0:
        raise ArgumentError(
            Problem(
                "synthetic-numbers",
                f"{patients} patients and seed {seed}.",
                "at least 1 patient, and a seed of 0 or more.",
                "give other numbers to --patients and --seed.",
            )
        )
    model = DeclaredModel()
    return SyntheticTable(simulate(model, patients, seed), describe(model), model)


def write_synthetic(kind: str, patients: int, seed: int, directory: Path | str) -> Path:
    """Write the table and a README that says what is true in it; the path of the table.

    The folder appears complete or not at all; an earlier one of ours is replaced, any other is an OutputError.
    """
    table = synthetic_table(kind, patients, seed)
    data = table.csv()
    directory = Path(directory)
    with staged_folder(directory, ours=(TABLE_NAME, README_NAME)) as folder:
        (folder / TABLE_NAME).write_bytes(data)
        (folder / README_NAME).write_text(_readme(kind, patients, seed, data, table.truth), encoding="utf-8")
    return directory / TABLE_NAME


def _readme(kind: str, patients: int, seed: int, data: bytes, truth: tuple[str, ...]) -> str:
    sentences = "\n".join(f"- {sentence}" for sentence in truth)
    return f"""# SYNTHETIC data: no patient is in this table

`{TABLE_NAME}` holds {patients} synthetic patients in the shape that the protocol `{kind}` reads. It was drawn from the
model below; nothing in it was recorded in a hospital, and nothing clinical can be learnt from it. The column
`synthetic` is 1 in every row, and every report on this table says that it is synthetic.

Made by: `crlm data synth {kind} --patients {patients} --seed {seed} --out DIR`.
SHA-256 of the table: `{hashlib.sha256(data).hexdigest()}`.

## What is true in it

{sentences}
"""
