"""The data dictionary of a registry: tables, variables, links, derived variables and checks, as data."""

from crlm.dictionary.registry.load import registry_dictionary
from crlm.dictionary.registry.model import (
    EMPTY,
    MISSING_CODES,
    DerivedDefinition,
    ExternalCode,
    Link,
    RecordCheck,
    RecordedVariable,
    RegistryDictionary,
    Table,
    Unit,
)

__all__ = [
    "EMPTY",
    "MISSING_CODES",
    "DerivedDefinition",
    "ExternalCode",
    "Link",
    "RecordCheck",
    "RecordedVariable",
    "RegistryDictionary",
    "Table",
    "Unit",
    "registry_dictionary",
]
