"""Time the import of a registry: 100,000 synthetic patients from CSV files to a checked snapshot, and write the page.

    python bench/registry/run.py PYTHON docs/benchmarks/registry.md

Each import is a process of PYTHON's own, timed from its start to its end, with the most memory that it ever held.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

SIZES = (1_000, 10_000, 76_900)
"""Patients of the cohort; the registry holds others besides: 1.3 times as many."""
PROMISE_SECONDS, PROMISE_GIGABYTES = 15.0, 2.0


def measured(*arguments):
    """Seconds, gigabytes and standard output of a process."""
    began = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE)
    printed = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(map(str, arguments))} ended with {status}")
    return time.perf_counter() - began, used.ru_maxrss / 1e6, printed


def row(python, folder, patients):
    """One line of the table."""
    crlm = (python, "-m", "crlm")
    source = folder / f"registry-{patients}"
    made = (
        *crlm,
        "data",
        "synth",
        "dijkstra-2021",
        "--patients",
        str(patients),
        "--seed",
        "1",
        "--out",
        source,
        "--json",
    )
    tables = json.loads(measured(*made)[2])["tables"]
    size = sum(path.stat().st_size for path in source.iterdir()) / 1e6
    check = measured(*crlm, "data", "check", source)
    snapshot = folder / f"snapshot-{patients}"
    kept = measured(*crlm, "data", "import", source, "--out", snapshot, "--quiet")
    verified = measured(*crlm, "data", "check", snapshot)
    stored = sum(path.stat().st_size for path in snapshot.rglob("*.*")) / 1e6
    shutil.rmtree(source)
    shutil.rmtree(snapshot)
    return tables["patient"], sum(tables.values()), size, stored, check, kept, verified


def page(rows):
    """The page."""
    lines = "\n".join(
        f"| {patients:,} | {count:,} | {size:,.1f} MB | {check[0]:.1f} s | {kept[0]:.1f} s, {kept[1]:.2f} GB | "
        f"{verified[0]:.1f} s | {stored:,.1f} MB |"
        for patients, count, size, stored, check, kept, verified in rows
    )
    count, kept = rows[-1][1], rows[-1][5]
    met = "kept" if kept[0] < PROMISE_SECONDS and kept[1] < PROMISE_GIGABYTES else "NOT kept"
    return f"""# How fast a registry becomes a snapshot

Synthetic registries of `dijkstra-2021` as CSV files. *check* reads and checks them (types, keys, links and every rule
of the dictionary); *import* does the same and writes the snapshot; *verify* reads the snapshot back and hashes every
record. Whole processes are timed, from the start of Python to its end, with the most memory held.

Made by `make bench` on {datetime.now(UTC):%Y-%m-%d}, on {os.cpu_count()} cores ({platform.machine()}), Python
{platform.python_version()}.

| patients | rows | CSV | check | import | verify | snapshot |
|---|---|---|---|---|---|---|
{lines}

The promise, {PROMISE_SECONDS:.0f} seconds and {PROMISE_GIGABYTES:.0f} GB for 100,000 patients and 1.7 million rows
on 2 cores, is **{met}**: {count:,} rows in {kept[0]:.1f} s and {kept[1]:.2f} GB.
"""


def main():
    python, target = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as temporary:
        rows = [row(Path(python).absolute(), Path(temporary), patients) for patients in SIZES]
    Path(target).write_text(page(rows), encoding="utf-8")
    print(page(rows))


if __name__ == "__main__":
    main()
