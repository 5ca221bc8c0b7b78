"""The manifest of a snapshot: what is in it, from which files it was made, and what was noticed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from crlm.dictionary.records import Finding
from crlm.problems import DataError, Place, Problem, Severity

MANIFEST = "manifest.json"
TABLES = "tables"
"""The folder of the Parquet files in a snapshot: apart, so that half a snapshot is never read as a folder of files."""
FORMAT = "crlm snapshot"
SCHEMA_VERSION = "1.0"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StoredTable(_Part):
    """One table of a snapshot. `content` is the hash of its records, the other hashes are of its files."""

    rows: int
    content: str
    file: str | None = None
    sha256: str | None = None
    reasons_file: str | None = None
    reasons_sha256: str | None = None
    missing: dict[str, str] = Field(default_factory=dict)
    """Variables without any value, each with the one reason of all rows; they are not in the files."""


class Source(_Part):
    """A file, sheet or database table from which the snapshot was made."""

    name: str
    format: str
    sha256: str
    rows: int
    table: str | None = None
    sheet: str | None = None


class UsedMapping(_Part):
    """The mapping under which the sources were read."""

    name: str
    sha256: str


class StoredFinding(_Part):
    """A finding; `rows` count the snapshot's table as a spreadsheet does, the first record being row 2."""

    rule: str
    severity: Severity
    sentence: str
    table: str | None = None
    column: str | None = None
    count: int = 0
    rows: tuple[int, ...] = ()
    unknown: int = 0

    def finding(self) -> Finding:
        """The finding as registries carry it."""
        return Finding(
            self.rule,
            self.severity,
            self.sentence,
            self.column,
            self.count,
            self.rows,
            self.table,
            self.unknown,
        )


class Manifest(_Part):
    """Everything about a snapshot but its records. `checksum` is the SHA-256 of all else in the manifest."""

    format: Literal["crlm snapshot"] = FORMAT  # type: ignore[assignment]
    schema_version: str = SCHEMA_VERSION
    id: str
    dictionary_version: str
    synthetic: bool
    rows: int
    source: str
    """The name of the folder, workbook or database that it was made from."""
    sources: tuple[Source, ...] = ()
    mapping: UsedMapping | None = None
    accepted_errors: bool = False
    """Whether somebody chose to go on in spite of errors; these stand among the findings."""
    tables: dict[str, StoredTable]
    findings: tuple[StoredFinding, ...] = ()
    checksum: str = ""


def checksum(manifest: Manifest) -> str:
    """The SHA-256 of a manifest without its checksum."""
    given: dict[str, Any] = manifest.model_dump(mode="json", exclude={"checksum"})
    return hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()


def manifest_text(manifest: Manifest) -> str:
    """The manifest as it is written."""
    return json.dumps(manifest.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"


def is_snapshot(path: Path) -> bool:
    """Whether a folder says of itself that it is a snapshot."""
    try:
        return path.is_dir() and f'"{FORMAT}"' in (path / MANIFEST).read_text("utf-8", "replace")[:200]
    except OSError:
        return False


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a snapshot; a DataError when it is none, was changed, or is of another version."""
    place = Place(file=f"{folder.name}/{MANIFEST}")
    try:
        given = json.loads((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise DataError(
            Problem(
                "snapshot-not-one",
                "there is no manifest: this is no snapshot, or not a whole one.",
                "a folder that `crlm data import` wrote.",
                "import the registry again.",
                Place(file=folder.name),
            )
        ) from None
    except (OSError, ValueError):
        raise tampered("the manifest cannot be read.", place) from None
    version = given.get("schema_version") if isinstance(given, dict) else None
    if version != SCHEMA_VERSION:
        raise DataError(
            Problem(
                "snapshot-version",
                f"this snapshot is of version {version}.",
                f"version {SCHEMA_VERSION}.",
                "import the registry again with this version of crlm.",
                place,
            )
        )
    try:
        manifest = Manifest.model_validate(given)
    except ValidationError:
        raise tampered("the manifest is not of the form that it was written in.", place) from None
    if manifest.checksum != checksum(manifest):
        raise tampered("the manifest was changed after it was written.", place)
    return manifest


def tampered(given: str, place: Place) -> DataError:
    """The error for a snapshot that is not what it was when it was written."""
    return DataError(
        Problem(
            "snapshot-changed",
            given,
            "a snapshot as it was written: nothing in it is ever changed.",
            "import the registry again, or fetch the snapshot from where it came.",
            place,
        )
    )
