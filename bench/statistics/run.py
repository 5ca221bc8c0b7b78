"""Time the statistics beside their peers, task by task, and write the page.

    python bench/statistics/run.py PAGE.md [--again] [--quick] [TASK ...]

Each task and package is a process of its own. What was timed is kept in build/bench-statistics under a name made from
the source of crlm.statistics and of this benchmark: after a change everything is timed again, and the page never shows
times of other code. --again times what is asked once more. --quick is for trying the benchmark out: one call each,
small sizes, and a page in build/bench-statistics/quick.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from data import write
from page import write_page
from tasks import OWN_PYTHON, PARTS, R_PEERS, TASKS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build" / "bench-statistics"
LIMIT = 150  # seconds a peer may take
PROGRAMS = ("data.py", "peers.py", "peers.R", "machine.py", "cold.py", "scaling.py")
PINS = ("requirements/bench.txt", "requirements/comprisk.txt")
SOURCES = ("crlm/statistics", *PINS, *(f"bench/statistics/{one}" for one in PROGRAMS))
PRESENT = (
    "for (p in c('survival','cmprsk','jsonlite')) if (!requireNamespace(p, quietly=TRUE)) quit(status=1)"
)


def r_is_here() -> bool:
    """Whether R with its packages is on this machine."""
    if shutil.which("Rscript") is None:
        return False
    return subprocess.run(["Rscript", "-e", PRESENT], capture_output=True, check=False).returncode == 0


def source_hash() -> str:
    """Changes when anything does that the times depend on and that is ours."""
    found = hashlib.sha256()
    for source in SOURCES:
        path = ROOT / source
        for one in sorted([path] if path.is_file() else path.rglob("*")):
            if one.suffix in (".py", ".R", ".txt"):
                found.update(str(one.relative_to(ROOT)).encode() + b"\0" + one.read_bytes())
    return found.hexdigest()[:12]


def git(*words: str) -> str:
    """What git says; nothing where there is no git."""
    return subprocess.run(
        ["git", *words], capture_output=True, text=True, check=False, cwd=ROOT
    ).stdout.strip()


def commit() -> str:
    """The last commit of what the times depend on, and whether the files differ from it."""
    changed = " with changes that were not committed" if git("status", "--porcelain", *SOURCES) else ""
    return (git("log", "-1", "--format=%h", "--", *SOURCES) or "unknown") + changed


def busy() -> float:
    """Core-seconds that the machine has worked, for whom ever; 0 where it does not say."""
    try:
        words = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:9]
    except OSError:
        return 0.0
    user, nice, system, _, _, irq, softirq, steal = map(int, words)
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def own() -> float:
    """Core-seconds of this process and of those it has waited for."""
    return sum(os.times()[:4])


def timed(name: str, command: list[str], folder: Path, given: argparse.Namespace) -> None:
    """One process that writes its findings; its failure is a finding that the page shows."""
    target = folder / f"{name}.json"
    if target.exists() and not given.again:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    partial = target.with_suffix(".partial")
    wall, busy_before, own_before = time.perf_counter(), busy(), own()
    try:
        done = subprocess.run(
            [*command, *(["--quick"] if given.quick else [])],
            capture_output=True, text=True, check=False, env=environment,
            timeout=None if name in PARTS else LIMIT, cwd=BUILD,
        )  # fmt: skip
        error = (done.stderr.strip().splitlines() or ["no message"])[-1] if done.returncode else ""
    except subprocess.TimeoutExpired:
        error = f"stopped after {LIMIT} s"
    wall = time.perf_counter() - wall
    if not given.quick and source_hash() != folder.name:
        partial.unlink(missing_ok=True)
        sys.exit(f"the source changed while {name} was timed: run it again when nobody edits it")
    found = {"error": error} if error else json.loads(partial.read_text())
    partial.unlink(missing_ok=True)
    for key in ("first", "share", "memory", "parts"):  # R writes vectors
        if key in found:
            found[key] = float(np.ravel(found[key])[0])
    others = (busy() - busy_before - (own() - own_before)) / wall if busy_before else None
    stamp = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "wall": wall,
        "others": others,
        "commit": commit(),
    }
    target.write_text(json.dumps(found | stamp))
    print(f"{name:24s} {wall:6.1f} s {error}", flush=True)


def command(task: str, peer: str, folder: Path, partial: Path) -> list[str] | None:
    """How the process of a peer is started; None where it cannot run here."""
    arguments = [peer, task, str(folder), str(partial)]
    if peer in R_PEERS:
        return ["Rscript", str(HERE / "peers.R"), *arguments]
    python = ROOT / OWN_PYTHON[peer] if peer in OWN_PYTHON else Path(sys.executable)
    return [str(python), str(HERE / "peers.py"), *arguments] if python.exists() else None


def main() -> None:
    """Run what is asked, and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("page", type=Path)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("tasks", nargs="*", metavar="TASK", help=", ".join([*TASKS, *PARTS]))
    given = parser.parse_intermixed_args()
    if unknown := [one for one in given.tasks if one not in TASKS and one not in PARTS]:
        parser.error(f"there is no task {unknown[0]}; there are {', '.join([*TASKS, *PARTS])}")
    begun, wanted, with_r = time.perf_counter(), given.tasks or [*TASKS, *PARTS], r_is_here()
    data, folder = BUILD / "data", BUILD / ("quick" if given.quick else "results") / source_hash()
    for task in (one for one in TASKS if one in wanted):
        for peer in ("crlm", *TASKS[task][1]):
            partial = folder / f"{task}.{peer}.partial"
            line = command(task, peer, data / task, partial)
            if line is not None and (with_r or peer not in R_PEERS):
                write(task, data)
                timed(f"{task}.{peer}", line, folder, given)
    for part in (one for one in PARTS if one in wanted):
        line = [sys.executable, str(HERE / f"{part}.py"), str(folder / f"{part}.partial")]
        if part == "cold":
            for task in ("fit_374", "bootstrap", "fit_1000000"):
                write(task, data)
            line.append(str(data))
        timed(part, line, folder, given)
    page = BUILD / "quick" / given.page.name if given.quick else given.page
    write_page(page, folder, commit(), quick=given.quick, with_r=with_r)
    print(f"{page} written after {(time.perf_counter() - begun) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
