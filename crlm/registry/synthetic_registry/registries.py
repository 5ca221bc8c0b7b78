"""Synthetic registries: related tables of the shape of the dictionary, and the truth that they follow."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import polars as pl

from crlm.output import staged_folder
from crlm.problems import ArgumentError, Problem, did_you_mean
from crlm.registry.synthetic_registry import buisman, dijkstra, hellingman, moretto
from crlm.registry.synthetic_registry.truth import Truth

Maker = Callable[[int, int], tuple[dict[str, pl.DataFrame], Truth]]
Format = Literal["csv", "parquet"]

STUDIES: dict[str, tuple[Maker, int]] = {
    dijkstra.STUDY: (dijkstra.make, 152),
    moretto.STUDY: (moretto.make, 268),
    buisman.STUDY: (buisman.make, 374),
    hellingman.STUDY: (hellingman.make, 135),
}
"""The studies for which a registry can be made: the maker, and how many patients the paper's cohort had."""

TABLES = (
    "centre", "follow_up_schedule", "patient", "primary_tumour", "crlm_episode", "imaging", "metastasis",
    "lesion_imaging", "systemic_therapy", "haip", "local_treatment", "treated_lesion", "complication", "lab",
    "followup_event", "post_relapse_treatment",
)  # fmt: skip
README_NAME, TRUTH_NAME = "README.md", "truth.json"


def make_registry(study_id: str, patients: int, seed: int) -> tuple[dict[str, pl.DataFrame], Truth]:
    """A synthetic registry whose cohort, after the study's selection, has `patients` patients.

    The tables are keyed by their name in the dictionary and are in patient order; the same seed gives the same tables,
    and those of a larger registry begin with those of a smaller one. A table without rows is there too: it says that
    nobody had such a thing. ArgumentError for an unknown study, for fewer
    than one patient or a negative seed.
    """
    if study_id not in STUDIES:
        raise ArgumentError(
            Problem(
                "synthetic-kind-unknown",
                f'there is no synthetic registry for "{study_id}".',
                ", ".join(STUDIES) + ".",
                did_you_mean(study_id, tuple(STUDIES)),
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
    tables, truth = STUDIES[study_id][0](patients, seed)
    return {name: tables[name] for name in TABLES if name in tables}, truth


def write_registry(
    study_id: str, patients: int, seed: int, directory: Path | str, file_format: Format = "csv"
) -> dict[str, int]:
    """Write one file per table, README.md and truth.json into a folder; the number of rows of each table.

    The folder appears complete or not at all; an earlier one of ours is replaced, any other is an OutputError.
    """
    directory = Path(directory)
    ours = tuple(f"{name}.{suffix}" for name in TABLES for suffix in ("csv", "parquet"))
    with staged_folder(directory, ours=(*ours, README_NAME, TRUTH_NAME)) as folder:
        tables, truth = make_registry(study_id, patients, seed)
        rows = {}
        for name in list(tables):
            frame = tables.pop(name)
            rows[name] = frame.height
            if file_format == "csv":
                frame.write_csv(folder / f"{name}.csv")
            else:
                frame.write_parquet(folder / f"{name}.parquet")
        (folder / TRUTH_NAME).write_text(json.dumps(truth.as_json(), indent=1) + "\n", encoding="utf-8")
        (folder / README_NAME).write_text(_readme(truth, rows, file_format), encoding="utf-8")
    return rows


def _readme(truth: Truth, rows: dict[str, int], file_format: Format) -> str:
    flag = "" if file_format == "csv" else f" --format {file_format}"
    tables = "\n".join(f"| `{name}` | {count} |" for name, count in rows.items())
    statements = "\n".join(f"- {one}" for one in truth.statements)
    excluded = "\n".join(f"| {name} | {count} |" for name, count in truth.excluded.items())
    effects = "\n".join(
        f"| {one.name} | {one.value:.4f} | {one.log_value:+.4f} | {', '.join(one.adjust) or 'none'} "
        f"| {one.kind if one.kind == 'exact' else f'simulated, standard error {one.standard_error:.4f}'} |"
        for one in truth.effects
    )
    return f"""# SYNTHETIC registry: no patient is in these tables

These tables hold {truth.registered} synthetic patients, of whom {truth.patients} belong to the cohort of
`{truth.study}` after its selection. They were drawn from the model below, whose margins resemble the published
ones; nothing in them was recorded in a hospital, they reproduce no patient of the paper, and nothing clinical can be
learnt from them. The column `synthetic` of the table `patient` is 1 in every row.

Made by: `crlm data synth {truth.study} --patients {truth.patients} --seed {truth.seed}{flag} --out DIR`.

| table | rows |
|---|---|
{tables}

## What is true in it

{statements}

| effect | ratio | its logarithm | adjusted for | how it is known |
|---|---|---|---|---|
{effects}

| patients that the selection must exclude | number |
|---|---|
{excluded}

`truth.json` holds these numbers, the declared margins and every figure of the model.
"""
