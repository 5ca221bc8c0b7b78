"""From a registry to one FHIR bundle per patient, a few hundred patients at a time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from crlm.dictionary.records import Registry
from crlm.registry.export.fhir import resources
from crlm.registry.export.fhir.elements import MCODE, TEST_DATA, Element, Identity, Row, date_of

BUNDLES = "bundles"
AT_A_TIME = 500
"""Patients whose records are taken out of the tables together: more need memory, fewer time."""


def write_fhir(registry: Registry, folder: Path) -> None:
    """A file `bundles/<id of the patient's resource>.json` per patient."""
    (folder / BUNDLES).mkdir()
    for bundle in patient_bundles(registry):
        path = folder / BUNDLES / f"{bundle['id']}.json"
        path.write_text(json.dumps(bundle, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def patient_bundles(registry: Registry) -> Iterator[Element]:
    """A bundle of type collection per patient, in the order of the patient table.

    Missing values are left out, partial dates are as partial as they are; no date is changed and nothing is coded
    that the dictionary or the profiles do not code.
    """
    identity = Identity(registry.source.sha256, registry.source.synthetic)
    patients = registry.tables["patient"].frame["patient_id"]
    for start in range(0, patients.len(), AT_A_TIME):
        some = _Records(registry, patients.slice(start, AT_A_TIME))
        for row in some.patients:
            yield _bundle(identity, row["patient_id"], _resources(identity, row, some))


class _Records:
    """The records of some patients by what they belong to."""

    def __init__(self, registry: Registry, patients: pl.Series) -> None:
        frames = {name: records.frame for name, records in registry.tables.items()}

        def belonging(table: str, column: str, keys: pl.Series) -> Sequence[Row]:
            return frames[table].filter(pl.col(column).is_in(keys.implode())).to_dicts()

        self.patients = belonging("patient", "patient_id", patients)
        self.primaries = _by(belonging("primary_tumour", "patient_id", patients), "patient_id")
        self.episodes = _by(belonging("crlm_episode", "patient_id", patients), "patient_id")
        lesions = belonging("metastasis", "patient_id", patients)
        self.lesions = _by(lesions, "patient_id")
        self.lesions_of_episode = _by(lesions, "episode_id")
        keys = pl.Series([row["lesion_id"] for row in lesions], dtype=pl.String)
        measured = belonging("lesion_imaging", "lesion_id", keys)
        self.measured = _by(measured, "lesion_id")
        scans = pl.Series([row["imaging_id"] for row in measured], dtype=pl.String).unique()
        self.scans = {row["imaging_id"]: row for row in belonging("imaging", "imaging_id", scans)}
        self.labs = _by(belonging("lab", "patient_id", patients), "patient_id")
        self.procedures = _by(belonging("local_treatment", "patient_id", patients), "patient_id")
        self.treated = _by(belonging("treated_lesion", "lesion_id", keys), "procedure_id")
        self.therapies = _by(belonging("systemic_therapy", "patient_id", patients), "patient_id")


def _by(rows: Sequence[Row], column: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def _resources(identity: Identity, row: Row, some: _Records) -> Iterator[Element]:
    key = row["patient_id"]
    yield from resources.patient(identity, row)
    primaries = some.primaries.get(key, [])
    for one in primaries:
        yield resources.primary_cancer(identity, one)
    first = _first(primaries)
    own = [lesion["lesion_id"] for lesion in some.lesions.get(key, [])]
    for one in some.lesions.get(key, []):
        yield from resources.metastasis(identity, one, first)
        for scan in some.measured.get(one["lesion_id"], []):
            date = (
                date_of(some.scans[scan["imaging_id"]], "date_imaging")
                if scan["imaging_id"] in some.scans
                else None
            )
            yield from resources.measurement(identity, scan, key, date)
    for one in some.episodes.get(key, []):
        yield from resources.episode(identity, one)
    for one in some.labs.get(key, []):
        yield from resources.laboratory_value(identity, one)
    for one in some.procedures.get(key, []):
        treated = {lesion["lesion_id"] for lesion in some.treated.get(one["procedure_id"], [])}
        yield resources.procedure(identity, one, [lesion for lesion in own if lesion in treated])
    for one in some.therapies.get(key, []):
        of_episode = some.lesions_of_episode.get(one["episode_id"], []) if one["episode_id"] else []
        reasons = {lesion["lesion_id"] for lesion in of_episode}
        yield resources.systemic_therapy(identity, one, [lesion for lesion in own if lesion in reasons])


def _first(primaries: Sequence[Row]) -> str | None:
    """The first primary tumour by date of diagnosis, as analyses take it; the first by key where none has a date."""
    if not primaries:
        return None
    last = max(
        (row["date_primary_diagnosis"] for row in primaries if row["date_primary_diagnosis"]), default=None
    )
    return str(
        min(
            primaries,
            key=lambda row: (
                row["date_primary_diagnosis"] is None,
                row["date_primary_diagnosis"] or last,
                row["primary_id"],
            ),
        )["primary_id"]
    )


def _bundle(identity: Identity, key: str, entries: Iterator[Element]) -> Element:
    meta: Element = {"profile": [f"{MCODE}mcode-patient-bundle"]}
    if identity.synthetic:
        meta["tag"] = [TEST_DATA]
    return {
        "resourceType": "Bundle",
        "id": identity.of("patient", key, "bundle"),
        "meta": meta,
        "type": "collection",
        "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in entries],
    }
