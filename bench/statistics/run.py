"""Time the statistics beside their peers, task by task, and write the page.

    python bench/statistics/run.py PAGE.md [--again] [TASK ...]

Each task and package is a process of its own; what has been timed for this commit is kept in build/bench-statistics
and not timed again unless asked with --again. The page is made from whatever is there.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import numpy as np
from data import write

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FOLDER = ROOT / "build" / "bench-statistics"
LIMIT = 150  # seconds a peer may take

# Task: what it is, and for each peer the ratio to reach (None: only shown).
TASKS = {
    "fit_374": (
        "One Cox model, 374 patients, 10 covariates",
        {"coxph.fit": 1, "coxph": 10, "lifelines": 100, "survival": None},
    ),
    "screen": (
        "30 univariable Cox models x 3 endpoints, 374 patients",
        {"survival": 4, "coxph": 100, "lifelines": 1000, "coxph.fit": None},
    ),
    "bootstrap": (
        "1,000 bootstrap refits, 374 patients, 10 covariates",
        {"survival": 5, "coxph": 50, "lifelines": 500, "coxph.fit": None},
    ),
    "elimination": (
        "200 bootstraps with backward elimination, 15 covariates",
        {"survival": 5, "coxph": 50, "lifelines": 500, "coxph.fit": None},
    ),
    "fit_1000000": (
        "One Cox model, 1,000,000 patients, 20 covariates",
        {"survival": 6, "coxph.fit": 6, "lifelines": 6},
    ),
    "curves": (
        "Kaplan-Meier and log-rank, 1,000,000 patients, 3 groups",
        {"statsmodels": 8, "survfit": 100, "lifelines": None, "survival": None},
    ),
    "fine_gray": ("Fine-Gray, 6,025 patients, 5 covariates", {"finegray": 1000, "crr": None}),
    "trials": (
        "1,000 simulated trials of 360: log-rank and Cox",
        {"survival": 10, "coxph": 100, "lifelines": 1000, "coxph.fit": None},
    ),
    "logistic": ("1,000 logistic bootstraps, 268 patients, 10 covariates", {"glm.fit": 8, "statsmodels": 12}),
}
R_PEERS = {"coxph.fit", "coxph", "survfit", "finegray", "crr", "glm.fit"}
R_SHOWN = {"survfit": "R survfit + survdiff", "finegray": "R finegray + coxph", "coxph": "R coxph()"}


def r_peers_here() -> bool:
    """Whether R with its packages is on this machine."""
    if shutil.which("Rscript") is None:
        return False
    wanted = (
        "for (p in c('survival','cmprsk','jsonlite')) if (!requireNamespace(p, quietly=TRUE)) quit(status=1)"
    )
    return subprocess.run(["Rscript", "-e", wanted], capture_output=True, check=False).returncode == 0


def commit() -> str:
    """The commit, with a mark when crlm/statistics or bench/ differ from it."""
    short = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    dirty = subprocess.run(
        ["git", "status", "--porcelain", "crlm/statistics", "bench"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    return short.stdout.strip() + ("+" if dirty.stdout.strip() else "")


def time_one(task: str, peer: str, version: str, again: bool) -> None:
    """One process; its failure is a finding that the page shows."""
    target = FOLDER / "results" / f"{task}.{peer}.json"
    if target.exists() and not again and json.loads(target.read_text()).get("commit") == version:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = write(task, FOLDER / "data")
    script = (
        ["Rscript", str(HERE / "peers.R")] if peer in R_PEERS else [sys.executable, str(HERE / "peers.py")]
    )
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    partial = target.with_suffix(".partial")
    try:
        done = subprocess.run(
            [*script, peer, task, str(folder), str(partial)],
            capture_output=True, text=True, check=False, env=environment, timeout=LIMIT, cwd=FOLDER,
        )  # fmt: skip
        error = (done.stderr.strip().splitlines() or ["no message"])[-1] if done.returncode else ""
    except subprocess.TimeoutExpired:
        error = f"stopped after {LIMIT} s"
    if error:
        found = {"error": error}
    else:
        found = json.loads(partial.read_text())
        for name in ("first", "share", "memory", "parts"):
            found[name] = float(np.ravel(found[name])[0])
    partial.unlink(missing_ok=True)
    target.write_text(json.dumps(found | {"commit": version}))
    shown = (
        found.get("error")
        or f"{statistics.median(found['seconds']) * 1e3:.2f} ms, first {found['first'] * 1e3:.0f} ms"
    )
    print(f"{task:12s} {peer:12s} {shown}", flush=True)


def read(task: str, peer: str) -> dict | None:
    """What was timed, if it was."""
    target = FOLDER / "results" / f"{task}.{peer}.json"
    return json.loads(target.read_text()) if target.exists() else None


def agreement(task: str, ours: dict, theirs: dict) -> str:
    """The largest difference between the numbers both computed."""
    parts = int(ours["parts"])
    x = np.array(ours["values"]).reshape(parts, -1)
    y = np.array(theirs["values"], dtype=float)
    y = y.reshape(parts, -1) if len(y) % parts == 0 else y[None]
    size = min(x.shape[1], y.shape[1])
    x, y = x[:, :size], y[:, :size]
    if parts == 2 and not y[0].any():
        x, y = x[1:], y[1:]
    if task == "elimination":
        return f"{int((x != y).sum())} of {x.size} decisions differ"
    return f"{np.abs(x - y).max():.0e}"


def section(task: str) -> list[str]:
    """The table of one task."""
    title, peers = TASKS[task]
    ours = read(task, "crlm")
    if ours is None:
        return []
    if "error" in ours:
        return [f"## {title}", "", f"crlm failed: {ours['error']}", ""]
    mine = statistics.median(ours["seconds"])
    memory = f", peak memory of the process {ours['memory']:.2f} GB" if task.endswith("000000") else ""
    lines = [
        f"## {title}", "",
        f"First call in a process: {ours['first'] * 1e3:.0f} ms (kernels read from the cache on disk){memory}.", "",
        "| | median ms | range | ratio | asked | largest difference |", "|---|---|---|---|---|---|",
        f"| crlm | {mine * 1e3:.2f} | {min(ours['seconds']) * 1e3:.2f} to {max(ours['seconds']) * 1e3:.2f} | 1 | | |",
    ]  # fmt: skip
    for peer, asked in peers.items():
        theirs = read(task, peer)
        name = R_SHOWN.get(peer, f"R {peer}" if peer in R_PEERS else peer)
        if theirs is None:
            continue
        if "error" in theirs:
            lines.append(f"| {name} | {theirs['error'][:80]} | | | {asked or ''} | |")
            continue
        median = statistics.median(theirs["seconds"])
        note = "" if theirs["share"] == 1 else f" ({theirs['share']:.0%} of the replicates, scaled)"
        note += " (one run)" if len(theirs["seconds"]) == 1 else ""
        met = "" if asked is None else f"{asked}: {'met' if median / mine >= asked else 'NOT met'}"
        spread = f"{min(theirs['seconds']) * 1e3:.4g} to {max(theirs['seconds']) * 1e3:.4g}"
        difference = agreement(task, ours, theirs)
        lines.append(
            f"| {name}{note} | {median * 1e3:.4g} | {spread} | {median / mine:.3g} | {met} | {difference} |"
        )
    return [*lines, ""]


def page(version: str) -> str:
    """The whole page from what has been timed."""
    import lifelines
    import numba
    import statsmodels

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        processor = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        processor = platform.machine()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    head = f"""# The statistics beside their peers

Made by `make bench` on {datetime.now(UTC):%Y-%m-%d}, commit {version}, on {cores} cores ({processor}),
load {load:.1f} at the end. Python {platform.python_version()}, numpy {np.__version__}, numba {numba.__version__},
lifelines {lifelines.__version__}, statsmodels {statsmodels.__version__},
survival {metadata.version("survival")} (Rust).

Medians of calls after the first, from unsorted arrays to the result, in one process per package; a peer whose first
call takes over 5 s is timed once. crlm uses all cores where a function has `threads`; the peers run as they come, with
one thread for BLAS. Peers build other things beside what is compared here (summaries, baselines), except the R and Rust
functions that are named after their internals. Tasks and data are in `bench/statistics/`. The largest difference is
that of the numbers both compute; the peers stop their iterations at their default tolerance.

"""
    missing = "" if r_peers_here() else "R with survival, cmprsk and jsonlite was not on this machine.\n\n"
    out = head + missing + "\n".join(line for task in TASKS for line in section(task))
    return (
        out
        + "comprisk (Fine-Gray) is not timed: it needs a version of numba that cannot be installed beside the others.\n"
    )


def main() -> None:
    """Run what is asked, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("tasks", nargs="*", choices=[*TASKS, []])
    given = parser.parse_args()
    version, with_r = commit(), r_peers_here()
    for task in given.tasks or TASKS:
        for peer in ("crlm", *TASKS[task][1]):
            if with_r or peer not in R_PEERS:
                time_one(task, peer, version, given.again)
    given.page.parent.mkdir(parents=True, exist_ok=True)
    given.page.write_text(page(version), encoding="utf-8")
    print(f"{given.page} written")


if __name__ == "__main__":
    main()
