"""`python -m tests.prove.registry_import`: hostile rows and files, kill -9 and full disks; writes their page.

The exit code is 1 when a promise is broken.
"""

import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from crlm.problems import CrlmError
from crlm.registry.importing import check_registry, refuse_errors
from crlm.registry.snapshot import keep_checked, read_snapshot
from crlm.registry.synthetic_registry import write_registry
from tests.prove.provenance import made_by
from tests.registry.hostile import malformed_registry
from tests.registry.small_registry import TABLES, folder
from tests.registry.test_import_hostile import source_of

PAGE = Path(__file__).parents[2] / "docs" / "validation" / "registry-import.md"
ROWS, ROWS_TOGETHER, FILES, KILLS = 10_000, 250, 500, 200
GOOD = {
    *("refused", "kept whole", "no snapshot", "whole snapshot"),
    *("no snapshot, exit code 5", "whole snapshot, exit code 0"),
}
"""How an import may end."""
COMMAND = (
    "import sys; from crlm.cli import main; sys.argv[:1] = ['crlm', 'data', 'import', '--quiet']; main()"
)


def outcome(source, snapshot):
    """What became of a source: refused with named errors, kept whole, or what went wrong."""
    try:
        checked = check_registry(source)
        refuse_errors(checked)
        keep_checked(checked, snapshot)
    except CrlmError:
        return "refused" if not snapshot.exists() else "refused, and something was written"
    except Exception as error:  # every other exception is what this looks for
        return f"crash: {type(error).__name__}"
    read_snapshot(snapshot, thorough=True)
    return "kept whole"


def malformed_rows(path):
    """Rows, how many an issue names, and how the imports ended."""
    named, ends = 0, Counter()
    own = {name: text.count("\n") for name, text in TABLES.items()}
    for batch in range(ROWS // ROWS_TOGETHER):
        source = folder(path / f"rows-{batch}", malformed_registry(batch, ROWS_TOGETHER))
        issues = check_registry(source).issues
        rows = {(one.table, row) for one in issues if one.table for row in one.rows}
        named += sum(row > own[table] for table, row in rows)
        ends[outcome(source, path / f"rows-{batch}-snapshot")] += 1
    return named, ends


def broken_files(path):
    """For each kind of fault how often each end was met."""
    ends = {}
    for seed in range(FILES):
        here = path / f"file-{seed}"
        here.mkdir()
        source, kind = source_of(here, seed)
        ends.setdefault(kind, Counter())[outcome(source, here / "snapshot")] += 1
        shutil.rmtree(here)
    return ends


def imported(path, **options):
    arguments = [sys.executable, "-c", COMMAND, str(path / "registry"), "--out", str(path / "snapshot")]
    return subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)


def left(path):
    """What stands where the snapshot should be."""
    if not (path / "snapshot").exists():
        return "no snapshot"
    try:
        read_snapshot(path / "snapshot", thorough=True)
    except CrlmError:
        return "corrupt snapshot"
    finally:
        shutil.rmtree(path / "snapshot")
    return "whole snapshot"


def killed(path):
    """Imports killed at a moment drawn over their usual time, most of them late, when files are written."""
    chance = random.Random(1)
    began = time.perf_counter()
    imported(path).wait()
    usual = time.perf_counter() - began
    left(path)
    ends = Counter()
    for attempt in range(KILLS):
        process = imported(path)
        time.sleep(usual * (chance.uniform(0.6, 1.1) if attempt % 4 else chance.uniform(0, 1)))
        process.send_signal(signal.SIGKILL)
        process.wait()
        ends[left(path)] += 1
        for part in path.glob(".snapshot.*"):
            shutil.rmtree(part)
    return ends


def full_disks(path):
    """Imports that may write files of a limited size only, as on a disk that fills up."""
    ends = Counter()
    for limit in (0, 100, 1_000, 2_000, 4_000, 6_000, 8_000, 10_000, 11_000):

        def full(bytes_=limit):
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_))

        code = imported(path, preexec_fn=full).wait()
        ends[f"{left(path)}, exit code {code}"] += 1
    return ends


def main():
    """Run all and write the page; exit code 1 when something crashed or half a snapshot was left."""
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary)
        named, rows = malformed_rows(path)
        files = broken_files(path)
        write_registry("dijkstra-2021", 152, 1, path / "registry")
        kills, disks = killed(path), full_disks(path)
    text = page(named, rows, files, kills, disks)
    PAGE.write_text(text, encoding="utf-8")
    ends = {end for one in (rows, *files.values(), kills, disks) for end in one}
    bad = sorted(end for end in ends if end not in GOOD)
    print(f"{PAGE.name}: {'all promises kept' if not bad else '; '.join(bad)}")
    sys.exit(bool(bad))


def counted(ends):
    return "; ".join(f"{end} {number}" for end, number in sorted(ends.items()))


def page(named, rows, files, kills, disks):
    """The page."""
    table = "\n".join(f"| {kind} | {sum(ends.values())} | {counted(ends)} |" for kind, ends in files.items())
    return f"""# Importing hostile data

A registry comes from spreadsheets, exports and databases of many hands. Whatever is in them, an import ends in one of
two ways: a whole snapshot, or named errors and nothing written. Here it is tried on rows and files made to break it.
Each is made from a seed (`tests/registry/hostile.py`), so that any can be made again; the normal tests try some.

{made_by("python -m tests.prove.registry_import")}
| what was tried | how often | how it ended |
|---|---|---|
| malformed rows, {ROWS_TOGETHER} to a registry | {ROWS:,} rows | {counted(rows)} |
| `kill -9` during an import of 152 synthetic patients | {sum(kills.values())} | {counted(kills)} |
| files limited in size, as on a full disk | {sum(disks.values())} | {counted(disks)} |

Of the {ROWS:,} rows, {named:,} are named by an issue with their row. In the others what is hostile is valid where it
stands: a text in a column of free text, a blank around a value, a missing code.

## Broken files

One file of a small registry is broken; "kept whole" means that what was left was a valid registry.

| what was done | files | how it ended |
|---|---|---|
{table}
"""


if __name__ == "__main__":
    main()
