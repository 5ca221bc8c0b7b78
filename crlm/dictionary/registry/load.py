"""The dictionary as shipped: read once from its TOML files."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from crlm.dictionary.registry.model import RegistryDictionary, Table

VERSION = "1.0"
"""The version of the dictionary; a snapshot says under which it was made."""

ORDER = (
    "centre", "patient", "primary_tumour", "crlm_episode", "metastasis", "lesion_imaging", "imaging",
    "liver_volumetry", "systemic_therapy", "haip", "local_treatment", "treated_lesion", "pathology_liver",
    "complication", "lab", "followup_event", "post_relapse_treatment", "follow_up_schedule",
)  # fmt: skip
"""The tables in the order of the patient's path; each has a file of its name in `tables/`."""


@cache
def registry_dictionary() -> RegistryDictionary:
    """The dictionary that this version of the software ships: all tables, derived variables and checks."""
    return RegistryDictionary(
        version=VERSION,
        tables=tuple(Table.model_validate(_toml(f"tables/{name}.toml")) for name in ORDER),
        derived=_toml("derived.toml")["derived"],
        checks=_toml("checks.toml")["check"],
    )


def _toml(path: str) -> dict[str, Any]:
    resource = files("crlm.dictionary.registry").joinpath(path)
    return tomllib.loads(resource.read_text(encoding="utf-8"))
