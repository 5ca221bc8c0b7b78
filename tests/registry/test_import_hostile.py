"""Hostile rows and files: named errors, never a crash or a partial snapshot; `make prove` does the large numbers."""

import pytest

from crlm.problems import CrlmError
from crlm.registry.importing import check_registry, refuse_errors
from crlm.registry.snapshot import keep_checked, read_snapshot
from tests.registry.hostile import broken_file, malformed_registry
from tests.registry.small_registry import TABLES, folder


def outcome(source, snapshot):
    """ "refused" with named errors, or "kept" as a snapshot that is whole; anything else raises."""
    try:
        checked = check_registry(source)
        assert all(issue.rule and issue.sentence for issue in checked.issues)
        refuse_errors(checked)
        keep_checked(checked, snapshot)
    except CrlmError as error:
        assert error.problems and all(problem.code and problem.given for problem in error.problems)
        assert not snapshot.exists()
        return "refused"
    read_snapshot(snapshot, thorough=True)
    return "kept"


def source_of(path, seed):
    """A registry with one broken file in place of its own, or a broken workbook or database."""
    name, content, kind = broken_file(seed)
    if name.startswith("registry."):
        (path / name).write_bytes(content)
        return path / name, kind
    kept = {table: text for table, text in TABLES.items() if table != name.split(".")[0]}
    return folder(path / "registry", {**kept, name: content}), kind


@pytest.mark.parametrize("seed", range(6))
def test_malformed_rows(tmp_path, seed):
    source = folder(tmp_path / "registry", malformed_registry(seed, 60))
    assert outcome(source, tmp_path / "snapshot") == "refused"


@pytest.mark.parametrize("seed", range(54))
def test_broken_files(tmp_path, seed):
    source, _ = source_of(tmp_path, seed)
    outcome(source, tmp_path / "snapshot")
