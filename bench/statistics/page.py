"""The page: every target with what was found, then the tables. What was missed or not timed is said first."""

import json
import os
import platform
import statistics
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import numpy as np
from parts import cold_section, floor_section, scaling_section
from tasks import OWN_PYTHON, PARTS, R_PEERS, SHOWN, TASKS
from verdicts import Verdict, milliseconds

LIBRARIES = ("numpy", "scipy", "numba", "lifelines", "statsmodels", "survival")
R_VERSIONS = (
    "cat(format(getRversion()), format(packageVersion('survival')), format(packageVersion('cmprsk')))"
)
ROOT = Path(__file__).resolve().parent.parent.parent
EXPLANATION = """Medians of calls after the first, from unsorted arrays to the result, in one process per package; a
peer whose first call takes over 5 s is timed once. crlm uses all cores where a function has `threads`; the peers run as
they come, with one thread for BLAS. Peers build other things beside what is compared here (summaries, baselines),
except the R and Rust functions that are named after their internals. Tasks and data are in `bench/statistics/`. The
largest difference is that of the numbers both compute; the peers stop their iterations at their default tolerance.
"""
QUIET = 0.1  # cores that other programs may use while something is timed


def read(folder: Path, name: str) -> dict | None:
    """What was timed, if it was."""
    target = folder / f"{name}.json"
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


def shown(peer: str) -> str:
    """The name of a peer on the page."""
    return SHOWN.get(peer, f"R {peer}" if peer in R_PEERS else peer)


def task_section(task: str, folder: Path) -> tuple[list[str], list[Verdict]]:
    """The table of one task, and what became of its targets."""
    title, peers = TASKS[task]
    ours = read(folder, f"{task}.crlm")
    if ours is None or "error" in ours:
        why = "not timed" if ours is None else f"crlm failed: {ours['error'][:100]}"
        wanted = [
            Verdict(title, f"{asked} x {shown(peer)}", why, None) for peer, asked in peers.items() if asked
        ]
        return [f"## {title}", "", f"{why[0].upper()}{why[1:]}.", ""], wanted
    mine, verdicts = statistics.median(ours["seconds"]), []
    lines = [
        f"## {title}", "",
        f"First call in a process: {milliseconds(ours['first'])} ms (reads kernels from disk where it needs them).", "",
        "| | median ms | least to most | ratio | asked | largest difference |", "|---|---|---|---|---|---|",
        f"| crlm | {milliseconds(mine)} | {spread(ours)} | 1 | | |",
    ]  # fmt: skip
    for peer, asked in peers.items():
        theirs = read(folder, f"{task}.{peer}")
        if theirs is None or "error" in theirs:
            why = "not timed" if theirs is None else theirs["error"].replace("|", "/")[:80]
            lines.append(f"| {shown(peer)} | {why} | | | {asked or ''} | |")
            if asked:
                verdicts.append(Verdict(title, f"{asked} x {shown(peer)}", why, None))
            continue
        median = statistics.median(theirs["seconds"])
        note = "" if theirs["share"] == 1 else f" ({theirs['share']:.0%} of the replicates, scaled)"
        note += " (one run)" if len(theirs["seconds"]) == 1 else ""
        ratio = median / mine
        met = asked is not None and ratio >= asked
        if asked is not None:
            verdicts.append(Verdict(title, f"{asked} x {shown(peer)}", f"{ratio:.3g} x", met))
        word = "" if asked is None else f"{asked}: {'met' if met else 'missed'}"
        lines.append(
            f"| {shown(peer)}{note} | {milliseconds(median)} | {spread(theirs)} | {ratio:.3g} | {word} "
            f"| {agreement(task, ours, theirs)} |"
        )
    return [*lines, ""], verdicts


def spread(found: dict) -> str:
    """The range of the calls in milliseconds."""
    return f"{milliseconds(min(found['seconds']))} to {milliseconds(max(found['seconds']))}"


def summary(verdicts: list[Verdict]) -> list[str]:
    """All targets in one table; the count, with what is missed, before it."""
    met = sum(one.met is True for one in verdicts)
    missed = sum(one.met is False for one in verdicts)
    unknown = len(verdicts) - met - missed
    counts = f"Of {len(verdicts)} targets {met} are met and {missed} missed"
    lines = ["## Targets", "", counts + (f"; {unknown} could not be judged." if unknown else "."), ""]
    lines += ["| what | asked | found | |", "|---|---|---|---|"]
    words = {True: "met", False: "**missed**", None: "not judged"}
    order = sorted(verdicts, key=lambda one: {False: 0, None: 1, True: 2}[one.met])
    return lines + [f"| {one.what} | {one.asked} | {one.found} | {words[one.met]} |" for one in order] + [""]


def processor() -> str:
    """The processor and the memory, as the system names them."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (OSError, StopIteration, ValueError):
        return platform.machine()
    return f"{name}, {memory:.0f} GB"


def versions(*, with_r: bool) -> str:
    """Python, R and the packages."""
    words = [f"Python {platform.python_version()}"]
    words += [f"{name} {metadata.version(name)}" + " (Rust)" * (name == "survival") for name in LIBRARIES]
    for name, python in OWN_PYTHON.items():
        if (ROOT / python).exists():
            ask = f"from importlib.metadata import version; print({name!r}, version({name!r}))"
            answer = subprocess.run([ROOT / python, "-c", ask], capture_output=True, text=True, check=False)
            words.append(answer.stdout.strip() or name)
    if with_r:
        out = subprocess.run(
            ["Rscript", "-e", R_VERSIONS], capture_output=True, text=True, check=False
        ).stdout.split()
        words += [f"{name} {one}" for name, one in zip(("R", "survival", "cmprsk"), out, strict=False)]
    return ", ".join(words)


def disturbance(timings: list[dict]) -> str:
    """Whether other programs used the machine meanwhile."""
    known = [
        (one["others"], one["wall"]) for one in timings if one.get("others") is not None and one["wall"] > 1
    ]
    if not known:
        return "This system does not say whether other programs were at work meanwhile."
    mean = sum(share * wall for share, wall in known) / sum(wall for _, wall in known)
    worst = max(share for share, _ in known)
    said = (
        f"Other programs took {max(mean, 0):.2f} cores on average meanwhile and {max(worst, 0):.2f} at worst."
    )
    return said if worst <= QUIET else f"{said} **The machine was not quiet: read the times with care.**"


def write_page(target: Path, folder: Path, commit: str, *, quick: bool, with_r: bool) -> None:
    """The page from what was timed for this source; the picture beside it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    timings = [json.loads(one.read_text()) for one in sorted(folder.glob("*.json"))]
    sections, verdicts = [], []
    for task in TASKS:
        lines, found = task_section(task, folder)
        sections, verdicts = sections + lines, verdicts + found
    large = read(folder, "fit_1000000.crlm")
    parts = {name: read(folder, name) for name in PARTS}
    for lines, found in (
        floor_section(parts["machine"], parts["cold"], large),
        cold_section(parts["cold"]),
        scaling_section(parts["scaling"], target),
    ):
        sections, verdicts = sections + lines, verdicts + found
    days = sorted({one["at"][:10] for one in timings}) or [f"{datetime.now(UTC):%Y-%m-%d}"]
    commits = sorted({one["commit"] for one in timings}) or [commit]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    minutes = sum(one["wall"] for one in timings) / 60
    head = [
        "# The statistics beside their peers",
        "",
        *(["**A quick try-out with one call each: not a benchmark.**", ""] if quick else []),
        f"Made by `make bench` on {' and '.join(days)}, commit {' and '.join(commits)},",
        f"on {cores} cores ({processor()}).",
        f"{versions(with_r=with_r)}.",
        f"It took {minutes:.0f} minutes. {disturbance(timings)}",
        "",
        EXPLANATION,
        *([] if with_r else ["R with survival, cmprsk and jsonlite was not on this machine.", ""]),
    ]
    target.write_text("\n".join([*head, *summary(verdicts), *sections]).rstrip() + "\n", encoding="utf-8")
