"""Time the public study as a cold process, beside an R and a Python script that do the same work without a report.

    python bench/study/run.py CRLM_PYTHON TABLE.csv PAGE.md

Every command is a fresh process; the commands take turns, so that a drift of the machine hits all of them alike.
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
RUNS = 7


def commands(crlm_python: str, table: str, out: Path) -> dict[str, list[str]]:
    """The commands by name; a peer that is not installed here is left out and said so on the page."""
    study = [crlm_python, "-m", "crlm", "study", "run", "resected-crlm-public", "--data", table, "--quiet"]
    found = {
        "crlm: JSON, tables, figures, HTML": [*study, "--out", str(out / "html"), "--formats", "html"],
        "crlm: all renderings (+ Word, PDF)": [*study, "--out", str(out / "all")],
        "Python: lifelines, tableone, matplotlib": [
            sys.executable,
            str(HERE / "peer.py"),
            table,
            str(out / "python"),
        ],
    }
    if has_r_peers():
        found["R: survival, survminer, arsenal"] = ["Rscript", str(HERE / "peer.R"), table, str(out / "r")]
    return found


def has_r_peers() -> bool:
    """Whether R with the three packages is on this machine."""
    if shutil.which("Rscript") is None:
        return False
    wanted = "for (p in c('survival','survminer','arsenal')) if (!requireNamespace(p, quietly=TRUE)) quit(status=1)"
    return subprocess.run(["Rscript", "-e", wanted], capture_output=True, check=False).returncode == 0


def timed(command: list[str]) -> float:
    """Seconds of one run; a command that fails stops the benchmark."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - begun


def main() -> None:
    """Run, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("crlm_python")
    parser.add_argument("table")
    parser.add_argument("page", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        todo = commands(given.crlm_python, given.table, Path(folder))
        version = [given.crlm_python, "-m", "crlm", "--version"]
        seconds: dict[str, list[float]] = {name: [] for name in ("crlm --version", *todo)}
        for turn in range(RUNS + 1):  # the first turn warms the disk and is not counted
            for name, command in [("crlm --version", version), *todo.items()]:
                took = timed(command)
                if turn:
                    seconds[name].append(took)
    given.page.parent.mkdir(parents=True, exist_ok=True)
    given.page.write_text(page(seconds, Path(given.table).name), encoding="utf-8")
    print(given.page.read_text(encoding="utf-8"))


def page(seconds: dict[str, list[float]], table: str) -> str:
    """The page: medians, ranges, and ratios to the fastest whole study of crlm."""
    ours = statistics.median(seconds["crlm: all renderings (+ Word, PDF)"])
    rows = [
        f"| {name} | {statistics.median(one):.2f} | {min(one):.2f} to {max(one):.2f} "
        f"| {statistics.median(one) / ours:.1f} |"
        for name, one in seconds.items()
    ]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    missing = (
        ""
        if has_r_peers()
        else "\nR with survival, survminer and arsenal was not on this machine, so it has no row.\n"
    )
    return f"""# The whole study, cold: crlm beside scripts that make no report

Made by `make bench` on {datetime.now(UTC):%Y-%m-%d}, commit {commit}, on {cores()} cores ({processor()}),
Python {platform.python_version()}.
Each figure is the median of {RUNS} fresh processes in turns; the table is `{table}`: 3 endpoints, 19 candidates each,
Kaplan-Meier curves, log-rank tests, univariable and multivariable Cox models with tests of proportional hazards, and a
baseline table with tests. The scripts are in `bench/study/`; they save one figure per endpoint in three formats and
text, no report. crlm also makes the report.

| what | seconds | range | ratio to all renderings |
|---|---|---|---|
{chr(10).join(rows)}
{missing}"""


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processor() -> str:
    """The processor's name, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


if __name__ == "__main__":
    main()
