"""Time the whole of dijkstra-2021 as a cold process on synthetic registries from its own size to a million patients.

    python bench/registry/run.py CRLM_PYTHON PAGE.md [PATIENTS ...]

Each size is made, imported and studied by the commands that users have, each a fresh process. Seconds are of the clock
and of the processor (all cores together); memory is the largest the process ever had. Up to 10,000 patients the study
is run five times and the median shown, beyond that once.
"""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from picture import draw

SIZES = (152, 1_000, 10_000, 100_000, 1_000_000)
REPEATED, RUNS = 10_000, 5
STUDY = "dijkstra-2021"


@dataclass(frozen=True)
class Took:
    """What one process took: seconds of the clock, seconds of the processor, megabytes."""

    seconds: float
    processor: float
    megabytes: float


def took(command: list[str]) -> Took:
    """Run a command to its end; one that fails stops the benchmark."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"failed: {' '.join(command)}")
    return Took(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def of_size(crlm: list[str], patients: int, folder: Path) -> tuple[Took, Took]:
    """What import and study of so many patients took."""
    raw, snapshot, out = (str(folder / name) for name in ("raw", "snapshot", "out"))
    made = ["--patients", str(patients), "--seed", "1", "--format", "parquet", "--out", raw]
    took([*crlm, "data", "synth", STUDY, *made])
    # Among a million made patients a few contradict a check by chance; they stay as they are.
    imported = took([*crlm, "data", "import", raw, "--accept-errors", "--out", snapshot, "--quiet"])
    study = [*crlm, "study", "run", STUDY, "--data", snapshot, "--out", out, "--formats", "html", "--quiet"]
    runs = [took(study) for _ in range(RUNS if patients <= REPEATED else 1)]
    return imported, Took(
        statistics.median(one.seconds for one in runs),
        statistics.median(one.processor for one in runs),
        max(one.megabytes for one in runs),
    )


def main() -> None:
    """Run, draw, and write the page."""
    crlm, page = [sys.argv[1], "-m", "crlm"], Path(sys.argv[2])
    sizes = [int(one) for one in sys.argv[3:]] or SIZES
    found = {}
    for patients in sizes:
        with tempfile.TemporaryDirectory() as folder:
            found[patients] = of_size(crlm, patients, Path(folder))
        print(patients, *found[patients], flush=True)
    page.parent.mkdir(parents=True, exist_ok=True)
    lines = {
        "import": [(n, imported.seconds) for n, (imported, _) in found.items()],
        "study": [(n, study.seconds) for n, (_, study) in found.items()],
    }
    page.with_name("registry-growth.svg").write_text(draw(lines), encoding="utf-8")
    page.write_text(text(found), encoding="utf-8")


def text(found: dict[int, tuple[Took, Took]]) -> str:
    """The page."""
    rows = [
        f"| {patients:,} | {imported.seconds:.1f} | {imported.processor:.1f} | {imported.megabytes:,.0f} "
        f"| {study.seconds:.1f} | {study.processor:.1f} | {study.megabytes:,.0f} |"
        for patients, (imported, study) in found.items()
    ]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"""# A registry as it grows

Made by `make bench` on {datetime.now(UTC):%Y-%m-%d}, commit {commit}, on {cores} cores,
Python {platform.python_version()}. Synthetic registries of `{STUDY}` (seed 1, Parquet); patients are those in the
cohort, the registry holds a third more. *Import* reads, checks and keeps them as a snapshot; *study* runs every table,
figure and subgroup of `{STUDY}` from that snapshot to JSON, HTML, figures and CSV. Each is a fresh process; up to
{REPEATED:,} patients the study is the median of {RUNS}. Aimed at: a study of 152 patients in 3 seconds, of 1,000,000 in
60 seconds and 4,000 MB. A size that is not in the table was not run.

| patients | import, s | processor, s | MB | study, s | processor, s | MB |
|---|---|---|---|---|---|---|
{chr(10).join(rows)}

![Seconds against patients, both axes logarithmic](registry-growth.svg)
"""


if __name__ == "__main__":
    main()
