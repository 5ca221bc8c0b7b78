"""A snapshot: the same records have the same id, nothing in it changes unnoticed, and it is whole or not there."""

import hashlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time

import pytest
from polars.testing import assert_frame_equal

from crlm.dictionary.records import ROW
from crlm.problems import DataError, OutputError
from crlm.registry.importing import check_registry, read_registry
from crlm.registry.snapshot import (
    Only,
    keep_checked,
    open_registry,
    read_manifest,
    read_snapshot,
    write_snapshot,
)
from tests.registry.small_registry import TABLES, changed, folder


def identity(path, tables=None):
    checked = check_registry(folder(path / "registry", tables))
    return keep_checked(checked, path / "snapshot")


def test_it_comes_back_as_it_was(tmp_path):
    registry = read_registry(folder(tmp_path / "registry"))
    found = write_snapshot(registry, tmp_path / "snapshot")
    again = read_snapshot(tmp_path / "snapshot", thorough=True)
    for name, records in registry.tables.items():
        assert_frame_equal(records.frame.drop(ROW), again.table(name).frame.drop(ROW))
        assert_frame_equal(records.reasons.drop(ROW), again.table(name).reasons.drop(ROW))
        assert again.table(name).frame[ROW].to_list() == list(range(2, records.frame.height + 2))
    assert again.snapshot == found == again.source.sha256
    assert again.source.format == "snapshot"
    assert write_snapshot(again, tmp_path / "other") == found
    assert open_registry(tmp_path / "snapshot").snapshot == found
    assert open_registry(tmp_path / "registry").snapshot is None


def test_a_part_of_it_is_read_and_all_of_it_verified(tmp_path):
    write_snapshot(read_registry(folder(tmp_path / "registry")), tmp_path / "snapshot")
    whole = read_snapshot(tmp_path / "snapshot")
    wanted = Only(
        {"crlm_episode": {"episode_id", "date_crlm_diagnosis"}, "patient": {"sex"}}, {"crlm_episode"}
    )
    part = read_snapshot(tmp_path / "snapshot", only=wanted)
    assert part.snapshot == whole.snapshot and part.findings == whole.findings
    for name, records in whole.tables.items():
        some = part.table(name)
        kept = [
            one
            for one in records.frame.columns
            if one.removesuffix("__precision") in wanted.columns.get(name, ()) or one == ROW
        ]
        assert_frame_equal(some.frame, records.frame.select(kept))
        of = [one for one in records.reasons.columns if one in kept] if name == "crlm_episode" else [ROW]
        assert_frame_equal(some.reasons, records.reasons.select(of))
    assert part.table("patient").frame.columns == [ROW, "sex"]
    with pytest.raises(ValueError, match="all of them"):
        read_snapshot(tmp_path / "snapshot", thorough=True, only=wanted)
    unread = next((tmp_path / "snapshot" / "tables").glob("metastasis.parquet"))
    unread.chmod(0o644)
    unread.write_bytes(unread.read_bytes()[:-1] + b"?")
    with pytest.raises(DataError):
        read_snapshot(tmp_path / "snapshot", only=wanted)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_columns_and_the_format_of_files_do_not_change_the_id(tmp_path, seed):
    shuffle = random.Random(seed)
    tables = {}
    for name, text in TABLES.items():
        header, *rows = (line.split(",") for line in text.splitlines())
        order = list(range(len(header)))
        shuffle.shuffle(order)
        shuffle.shuffle(rows)
        separator = shuffle.choice(",;\t|" if "|" not in text and ";" not in text else ",\t")
        end = shuffle.choice(["\n", "\r\n"])
        tables[name] = end.join(separator.join(line[place] for place in order) for line in [header, *rows])
    first = tmp_path / "first"
    assert identity(tmp_path / "second", tables) == identity(first)


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("crlm_episode", "82.5", "82.50001"),
        ("patient", "1960", "1960-07-01"),  # the same day, known better
        ("crlm_episode", "unknown", "refused"),  # missing for another reason
        ("metastasis", "5;6", "5"),
        ("followup_event", "V1", "V2"),
        ("treated_lesion", "X2,O1,L2,mwa,\n", ""),
    ],
)
def test_any_change_of_the_records_changes_the_id(tmp_path, table, old, new):
    assert identity(tmp_path / "changed", changed(table, old, new)) != identity(tmp_path / "first")


def test_the_id_is_what_this_page_of_the_standard_says(tmp_path):
    """The smallest registry's id, made by hand from the description in `table_content` and `snapshot_id`."""
    identity_ = identity(tmp_path, {"patient": "patient_id,sex\nP2,female\nP1,male\n"})
    registry = read_snapshot(tmp_path / "snapshot")
    contents = {}
    for name, records in registry.tables.items():
        digest = hashlib.sha256(json.dumps([name, records.frame.height]).encode())
        if name == "patient":
            for variable, one in records.variables.items():
                form = {"text": "String", "category": "String", "date": "Date", "yes_no": "Boolean"}[one.type]
                digest.update(f"\n{variable} {form}\n".encode())
                values = {"patient_id": ["P1", "P2"], "sex": ["male", "female"]}.get(variable)
                if values is None:
                    digest.update(b"missing: not in the source")
                else:
                    digest.update(b"".join(len(one).to_bytes(4, "little") for one in values))
                    digest.update("".join(values).encode())
        contents[name] = digest.hexdigest()
    stated = {"dictionary": registry.dictionary_version, "synthetic": False, "tables": contents}
    assert hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest() == identity_


def test_the_manifest_says_where_it_came_from(tmp_path):
    identity(tmp_path, {**TABLES, "notes": "a,b\n1,2\n"})
    manifest = read_manifest(tmp_path / "snapshot")
    files = {one.name: one for one in manifest.sources}
    assert set(files) == {f"{name}.csv" for name in TABLES}
    assert files["patient.csv"].sha256 == hashlib.sha256(TABLES["patient"].encode()).hexdigest()
    assert [one.rule for one in manifest.findings] == ["table-unknown"]
    assert (
        manifest.tables["crlm_episode"].rows == 3 and not manifest.synthetic and not manifest.accepted_errors
    )


def test_findings_name_the_rows_of_the_snapshot(tmp_path):
    lines = TABLES["crlm_episode"].splitlines()
    reversed_rows = "\n".join([lines[0], *reversed(lines[1:])]).replace("82.5", "heavy")
    checked = check_registry(folder(tmp_path / "registry", {**TABLES, "crlm_episode": reversed_rows}))
    assert checked.errors[0].rows.to_list() == [4]
    keep_checked(checked, tmp_path / "snapshot")
    found = read_snapshot(tmp_path / "snapshot").findings
    assert [one.rows for one in found if one.severity == "error"] == [(2,)]
    assert read_manifest(tmp_path / "snapshot").accepted_errors


def flip(path):
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_no_file_of_it_changes_unnoticed(tmp_path):
    identity(tmp_path)
    for path in sorted((tmp_path / "snapshot").rglob("*.*")):
        kept = path.read_bytes()
        flip(path)
        with pytest.raises(DataError):
            read_snapshot(tmp_path / "snapshot")
        path.unlink()
        with pytest.raises(DataError):
            read_snapshot(tmp_path / "snapshot")
        path.write_bytes(kept)
    read_snapshot(tmp_path / "snapshot")


def test_a_manifest_made_to_fit_a_changed_table_is_noticed_by_a_thorough_reading(tmp_path):
    from crlm.registry.snapshot.manifest import checksum, manifest_text

    identity(tmp_path)
    other = tmp_path / "other"
    identity(other, changed("crlm_episode", "82.5", "60"))
    path, forged = tmp_path / "snapshot", other / "snapshot" / "tables" / "crlm_episode.parquet"
    target = path / "tables" / "crlm_episode.parquet"
    target.chmod(0o644)
    target.write_bytes(forged.read_bytes())
    manifest = read_manifest(path)
    table = manifest.tables["crlm_episode"].model_copy(
        update={"sha256": hashlib.sha256(forged.read_bytes()).hexdigest()}
    )
    manifest = manifest.model_copy(update={"tables": {**manifest.tables, "crlm_episode": table}})
    manifest = manifest.model_copy(update={"checksum": checksum(manifest)})
    (path / "manifest.json").chmod(0o644)
    (path / "manifest.json").write_text(manifest_text(manifest))
    with pytest.raises(DataError, match="not those that were written"):
        read_snapshot(path, thorough=True)


def test_it_is_never_written_over(tmp_path):
    first = identity(tmp_path)
    before = {path: path.read_bytes() for path in (tmp_path / "snapshot").rglob("*.*")}
    assert identity(tmp_path) == first  # the same again is no change
    with pytest.raises(OutputError):
        identity(tmp_path, changed("crlm_episode", "82.5", "82"))
    assert {path: path.read_bytes() for path in (tmp_path / "snapshot").rglob("*.*")} == before


def test_half_a_snapshot_is_no_registry(tmp_path):
    identity(tmp_path)
    (tmp_path / "snapshot" / "manifest.json").unlink()
    with pytest.raises(DataError):
        open_registry(tmp_path / "snapshot")


COMMAND = (
    "import sys; from crlm.cli import main; sys.argv[:1] = ['crlm', 'data', 'import', '--quiet']; main()"
)


def start(path, **options):
    arguments = [sys.executable, "-c", COMMAND, str(path / "registry"), "--out", str(path / "snapshot")]
    return subprocess.Popen(arguments, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **options)


def whole_or_absent(path):
    if not (path / "snapshot").exists():
        return False
    read_snapshot(path / "snapshot", thorough=True)
    return True


def test_kill_9_leaves_a_whole_snapshot_or_none(tmp_path):
    folder(tmp_path / "registry")
    wait = random.Random(1)
    began = time.perf_counter()
    start(tmp_path).wait()
    usual = time.perf_counter() - began
    for path in (tmp_path / "snapshot" / "tables").iterdir():
        path.unlink()
    (tmp_path / "snapshot" / "tables").rmdir()
    (tmp_path / "snapshot" / "manifest.json").unlink()
    (tmp_path / "snapshot").rmdir()
    for _ in range(5):
        process = start(tmp_path)
        time.sleep(wait.uniform(0.5, 1.0) * usual)
        process.send_signal(signal.SIGKILL)
        process.wait()
        whole_or_absent(tmp_path)
    assert start(tmp_path).wait() == 0 and whole_or_absent(tmp_path)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits of a process are set before it starts")
@pytest.mark.parametrize("limit", [0, 500, 2_000])
def test_a_full_disk_leaves_none(tmp_path, limit):
    folder(tmp_path / "registry")

    def full():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    process = start(tmp_path, preexec_fn=full)
    assert process.wait() == 5
    assert [path.name for path in tmp_path.iterdir()] == ["registry"]
