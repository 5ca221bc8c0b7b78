"""FHIR bundles: shaped as R4 and the mCODE profiles ask, and a reader gets everything back that is said to be kept."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from crlm.dictionary.records import Registry
from crlm.dictionary.registry import registry_dictionary
from crlm.registry.export import export_registry
from crlm.registry.export.fhir import KEPT, patient_bundles
from crlm.registry.importing import read_registry
from crlm.registry.synthetic_registry import STUDIES, write_registry
from tests.registry.small_registries import registries

Element = dict[str, Any]
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
PROFILES = "http://hl7.org/fhir/us/mcode/StructureDefinition/"

REQUIRED = {
    "Patient": {"identifier", "name", "gender"},
    "Condition": {"code", "subject", "category"},
    "BodyStructure": {"patient", "location", "identifier", "morphology"},
    "Observation": {"status", "code", "subject"},
    "Procedure": {"status", "code", "subject"},
    "MedicationStatement": {"status", "medicationCodeableConcept", "subject"},
}
"""Elements that R4, US Core's Patient and Condition, or mCODE's Tumor require."""
ALLOWED = {
    "Patient": {"birthDate", "deceasedDateTime", "deceasedBoolean"},
    "Condition": {"extension", "bodySite"},
    "BodyStructure": set(),
    "Observation": {"category", "focus", "component", "effectiveDateTime", "valueQuantity", "valueInteger",
                    "valueCodeableConcept"},
    "Procedure": {"performedDateTime", "reasonReference", "bodySite"},
    "MedicationStatement": {"effectivePeriod", "reasonReference", "dosage"},
}  # fmt: skip


def check_shape(bundle: Element, synthetic: bool) -> None:
    """The structure of R4 and of the profiles that are claimed, as far as it can be said here."""
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    resources = [entry["resource"] for entry in bundle["entry"]]
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(urls)) == len(urls)
    assert [one["resourceType"] for one in resources].count("Patient") == 1
    for url, one in zip(urls, resources, strict=True):
        kind = one["resourceType"]
        assert url == f"urn:uuid:{one['id']}"
        assert ID.fullmatch(one["id"])
        assert REQUIRED[kind] <= set(one)
        assert set(one) <= REQUIRED[kind] | ALLOWED[kind] | {"resourceType", "id", "meta", "identifier"}
        tagged = [tag["code"] for tag in one.get("meta", {}).get("tag", [])] == ["HTEST"]
        assert tagged == synthetic
        profile = one.get("meta", {}).get("profile", [""])[0].removeprefix(PROFILES)
        if profile == "mcode-tumor-size":
            assert len(one["focus"]) == 1
            assert one["code"]["coding"][0]["code"] == "21889-1"
            assert one["component"][0]["code"]["coding"][0]["code"] == "33728-7"
            assert one["component"][0]["valueQuantity"]["code"] == "mm"
        if profile == "mcode-ecog-performance-status":
            assert one["code"]["coding"][0]["code"] == "89247-1"
            assert one["category"][0]["coding"][0]["code"] == "survey"
            assert isinstance(one["valueInteger"], int)
        if profile == "mcode-tumor-marker-test":
            assert one["category"][0]["coding"][0]["code"] == "laboratory"
    known_codes = {
        one.code
        for table in registry_dictionary().tables
        for variable in table.variables
        for one in variable.codes
    }
    fixed = {"363346000", "128462008", "10200004", "367651003", "21889-1", "33728-7", "HTEST", "BodyStructure",
             "encounter-diagnosis", "survey", "laboratory", "vital-signs"}  # fmt: skip
    for path, value in _leaves(bundle):
        assert value not in (None, "", [], {}), path
        if path[-1] == "reference":
            assert value in urls, path
        if path[-1] in (
            "birthDate",
            "deceasedDateTime",
            "effectiveDateTime",
            "performedDateTime",
            "valueDateTime",
        ):
            assert DATE.fullmatch(value), path
        if path[-1] == "code" and isinstance(value, str) and "valueQuantity" not in path:
            assert value in known_codes | fixed, path


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Any:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list) and value:
        for inner in value:
            yield from _leaves(inner, path)
    else:
        yield path, value


def read_back(bundles: list[Element]) -> dict[tuple[str, str], dict[str, Any]]:
    """What a bundle's reader finds: for each kept variable, its values by the key of their row."""
    found: dict[tuple[str, str], dict[str, Any]] = {(one.table, one.variable): {} for one in KEPT}

    def keep(table: str, name: str, key: str, value: Any) -> None:
        if value is not None:
            found[table, name][key] = value

    for bundle in bundles:
        by_url = {entry["fullUrl"]: entry["resource"] for entry in bundle["entry"]}

        def key_of(reference: Element, by_url: dict[str, Element] = by_url) -> str:
            return str(by_url[reference["reference"]]["identifier"][0]["value"])

        for one in by_url.values():
            table = one["identifier"][0]["system"].removeprefix("urn:crlm:")
            key = one["identifier"][0]["value"]
            _read(one, table, key, key_of, keep)
    return found


def _label(table: str, name: str, words: str) -> str:
    return next(
        one.name for one in registry_dictionary().table(table).variable(name).levels if one.words == words
    )


def _extension(one: Element, url: str) -> Any:
    return next(
        (each["valueDateTime"] for each in one.get("extension", []) if each["url"].endswith(url)), None
    )


def _read(one: Element, table: str, key: str, key_of: Any, keep: Any) -> None:
    kind = one["resourceType"]
    if kind == "Patient":
        keep(table, "patient_id", key, key)
        keep(table, "sex", key, None if one["gender"] == "unknown" else one["gender"])
        keep(table, "date_of_birth", key, one.get("birthDate"))
        keep(table, "date_of_death", key, one.get("deceasedDateTime"))
    elif kind == "Condition":
        keep(table, "primary_id" if table == "primary_tumour" else "lesion_id", key, key)
        keep(table, "patient_id", key, key_of(one["subject"]))
        name = "date_primary_diagnosis" if table == "primary_tumour" else "date_first_seen"
        keep(table, name, key, _extension(one, "assertedDate"))
        if table == "primary_tumour" and "bodySite" in one:
            keep(table, "primary_subsite", key, _label(table, "primary_subsite", one["bodySite"][0]["text"]))
        if table == "metastasis" and ": " in one["bodySite"][0]["text"]:
            words = one["bodySite"][0]["text"].partition(": ")[2].split("; ")
            keep(table, "segments", key, [_label(table, "segments", each) for each in words])
    elif kind == "Observation":
        _read_observation(one, table, key, key_of, keep)
    elif kind == "Procedure":
        keep(table, "procedure_id", key, key)
        keep(table, "patient_id", key, key_of(one["subject"]))
        keep(table, "date_procedure", key, one.get("performedDateTime"))
        if one["code"]["text"] != "Local treatment of the liver":
            words = one["code"]["text"].split("; ")
            keep(
                table,
                "procedure_modalities",
                key,
                [_label(table, "procedure_modalities", each) for each in words],
            )
        for reason in one.get("reasonReference", []):
            keep("treated_lesion", "lesion_id", f"{key}|{key_of(reason)}", key_of(reason))
            keep("treated_lesion", "procedure_id", f"{key}|{key_of(reason)}", key)
    elif kind == "MedicationStatement":
        keep(table, "therapy_id", key, key)
        keep(table, "patient_id", key, key_of(one["subject"]))
        keep(table, "date_start", key, one.get("effectivePeriod", {}).get("start"))
        keep(table, "date_end", key, one.get("effectivePeriod", {}).get("end"))
        keep(table, "dose", key, one.get("dosage", [{}])[0].get("text"))
        regimen, _, agents = one["medicationCodeableConcept"]["text"].partition(" with ")
        whole = one["medicationCodeableConcept"]["text"]
        labels = {level.words for level in registry_dictionary().table(table).variable("regimen").levels}
        known = next((each for each in sorted(labels, key=len, reverse=True) if whole.startswith(each)), None)
        if known is not None:
            regimen, agents = known, whole.removeprefix(known).removeprefix(" with ")
            keep(table, "regimen", key, _label(table, "regimen", regimen))
        if agents:
            keep(
                table,
                "targeted_agent",
                key,
                [_label(table, "targeted_agent", each) for each in agents.split("; ")],
            )


def _read_observation(one: Element, table: str, key: str, key_of: Any, keep: Any) -> None:
    date = one.get("effectiveDateTime")
    if table == "patient":
        keep(table, "vital_status", key, _label(table, "vital_status", one["valueCodeableConcept"]["text"]))
        keep(table, "date_last_vital_status", key, date)
    elif table == "crlm_episode":
        keep(table, "episode_id", key, key)
        keep(table, "patient_id", key, key_of(one["subject"]))
        keep(table, "date_crlm_diagnosis", key, date)
        name = {"89247-1": "ecog_ps", "8302-2": "height_cm", "29463-7": "weight_kg"}[
            one["code"]["coding"][0]["code"]
        ]
        keep(table, name, key, one.get("valueInteger", one.get("valueQuantity", {}).get("value")))
    elif table == "metastasis":
        keep(table, "diameter_baseline_mm", key, one["component"][0]["valueQuantity"]["value"])
    elif table == "lesion_imaging":
        lesion, _, scan = key.partition("|")
        assert key_of(one["focus"][0]) == lesion
        keep(table, "lesion_id", key, lesion)
        keep(table, "imaging_id", key, scan)
        keep(table, "diameter_mm", key, one["component"][0]["valueQuantity"]["value"])
        keep("imaging", "date_imaging", scan, date)
    elif table == "lab":
        measured = one["valueQuantity"]
        keep(table, "lab_id", key, key)
        keep(table, "patient_id", key, key_of(one["subject"]))
        keep(table, "date_sample", key, date)
        keep(table, "analyte", key, _label(table, "analyte", one["code"]["text"]))
        keep(table, "value", key, measured["value"])
        keep(table, "unit", key, _label(table, "unit", measured["unit"]) if "unit" in measured else None)
        keep(table, "below_detection", key, True if measured.get("comparator") == "<" else None)


def expected(registry: Registry) -> dict[tuple[str, str], dict[str, Any]]:
    """What is kept of a registry, straight from its tables and the notes of KEPT."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    lesions, procedures = (
        dict(registry.tables[table].frame.select(key, "patient_id").iter_rows())
        for table, key in (("metastasis", "lesion_id"), ("local_treatment", "procedure_id"))
    )  # a procedure names metastases of its own patient only
    measured = registry.tables["lesion_imaging"].frame.filter(pl.col("diameter_mm").is_not_null())
    for kept in KEPT:
        frame = registry.tables[kept.table].frame
        if kept.table == "crlm_episode":
            frame = frame.filter(pl.any_horizontal(pl.col("ecog_ps", "height_cm", "weight_kg").is_not_null()))
        if kept.table == "lesion_imaging":
            frame = measured
        if kept.table == "imaging":
            frame = frame.filter(pl.col("imaging_id").is_in(measured["imaging_id"].implode()))
        if kept.table == "lab":
            frame = frame.filter(pl.col("analyte").is_not_null() & pl.col("value").is_not_null())
        if kept.variable == "date_last_vital_status":
            frame = frame.filter(pl.col("vital_status").is_not_null())
        found[kept.table, kept.variable] = {
            _key(kept.table, row): value
            for row in frame.to_dicts()
            if (value := _value(kept.table, kept.variable, row)) is not None
            and (
                kept.table != "treated_lesion"
                or lesions.get(row["lesion_id"]) == procedures[row["procedure_id"]]
            )
        }
    return found


def _key(table: str, row: Element) -> str:
    names = {"treated_lesion": ("procedure_id", "lesion_id")}.get(
        table, registry_dictionary().table(table).key
    )
    return "|".join(str(row[name]) for name in names)


def _value(table: str, name: str, row: Element) -> Any:
    value = row[name]
    if isinstance(value, datetime.date):
        end = {"month": 7, "year": 4}.get(row.get(f"{name}__precision") or "day", 10)
        return value.isoformat()[:end]
    if isinstance(value, list):
        value = [one for one in value if not (name == "targeted_agent" and one == "none")]
        return value or None
    if name == "below_detection":
        return value or None
    return value


@pytest.mark.parametrize("study", STUDIES)
def test_what_is_kept_comes_back(study: str, tmp_path: Path) -> None:
    write_registry(study, 10, 5, tmp_path / "raw", "csv")
    registry = read_registry(tmp_path / "raw")
    export_registry(registry, "fhir", tmp_path / "out")
    bundles = [json.loads(path.read_text("utf-8")) for path in (tmp_path / "out" / "bundles").glob("*.json")]
    assert len(bundles) == registry.tables["patient"].frame.height
    for bundle in bundles:
        check_shape(bundle, synthetic=True)
    assert read_back(bundles) == expected(registry)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
@given(registries())
def test_any_tiny_registry_becomes_well_formed_bundles(registry: Registry) -> None:
    bundles = list(patient_bundles(registry))
    for bundle in bundles:
        check_shape(json.loads(json.dumps(bundle)), registry.source.synthetic)
    assert read_back(bundles) == expected(registry)


def test_the_same_registry_gives_the_same_ids_and_another_gives_others(tmp_path: Path) -> None:
    write_registry("moretto-2024", 3, 1, tmp_path / "one", "csv")
    write_registry("moretto-2024", 3, 2, tmp_path / "two", "csv")
    one, two = read_registry(tmp_path / "one"), read_registry(tmp_path / "two")
    ids = [bundle["id"] for bundle in patient_bundles(one)]
    assert ids == [bundle["id"] for bundle in patient_bundles(one)]
    assert not set(ids) & {bundle["id"] for bundle in patient_bundles(two)}


def test_everything_kept_is_a_variable_of_the_dictionary() -> None:
    for kept in KEPT:
        assert kept.variable in registry_dictionary().table(kept.table).by_name
    assert len({(one.table, one.variable) for one in KEPT}) == len(KEPT)
