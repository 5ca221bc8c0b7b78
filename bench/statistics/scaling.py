"""How the time of crlm grows with patients and with covariates, in plain numpy and with the compiled kernels.

    python bench/statistics/scaling.py RESULT.json [--quick]

Each point is the median of repeated calls after a first one, from unsorted arrays to the result; a call that takes over
4 s is timed once.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import numpy as np
from data import SEED, covariates, follow_up

BUDGET, LEAST, MOST, LONG = 0.8, 3, 200, 4.0
COVARIATES, PATIENTS = 10, 100_000  # what is fixed while the other grows
GROUPS = "abc"
SIZES = {
    "cox": (100, 1_000, 10_000, 100_000, 1_000_000),
    "large_cox": (100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000),
    "curves": (10, 100, 1_000, 10_000, 100_000, 1_000_000),
    "large_curves": (10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000),
}
WIDTHS = (2, 5, 10, 20, 40)
STEEP = {"patients": 10_000, "covariates": 5}  # slopes are fitted from here on: below it, fixed costs rule


def patients(n, p):
    """Covariates, times, events and groups; the effects together are equally strong whatever p."""
    rng = np.random.default_rng(SEED)
    X = covariates(rng, n, p)
    time_, event = follow_up(rng, X, rng.normal(scale=0.8 / np.sqrt(p), size=p))
    return X, time_, event, rng.integers(0, len(GROUPS), n)


def work(what, X, time_, event, group):
    """One call of what is timed."""
    from crlm.statistics.batch.large_cox import large_cox
    from crlm.statistics.batch.large_curves import grouped_curves
    from crlm.statistics.comparison import log_rank
    from crlm.statistics.cox.fit import cox
    from crlm.statistics.survival_curve import kaplan_meier

    names = [f"x{j}" for j in range(X.shape[1])]
    if what == "cox":
        return cox(time_, event, X, names)
    if what == "large_cox":
        return large_cox(time_, event, X, names)
    if what == "curves":
        curves = [kaplan_meier(time_[group == g], event[group == g]) for g in range(len(GROUPS))]
        return curves, log_rank(time_, event, group)
    return grouped_curves(time_, event, group, GROUPS)


def seconds_of(call, quick):
    """The seconds of each call after the first; of the first too when it takes long."""
    begun = time.perf_counter()
    call()
    taken = [time.perf_counter() - begun]
    if taken[0] > LONG:
        return taken
    taken, begun = [], time.perf_counter()
    while len(taken) < (1 if quick else LEAST) or (
        not quick and time.perf_counter() - begun < BUDGET and len(taken) < MOST
    ):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return taken


def slope(points, begin):
    """a of time ~ size^a by least squares on logarithms, for the points from `begin` on; None with fewer than three."""
    used = [(one["size"], one["median"]) for one in points if one["size"] >= begin]
    if len(used) < 3:
        return None
    x, y = np.log(np.array(used)).T
    return float(np.polyfit(x, y, 1)[0])


def timed(what, size, data, quick):
    """One point of a line."""
    taken = seconds_of(lambda: work(what, *data), quick)
    point = {"size": size, "median": statistics.median(taken), "least": min(taken), "most": max(taken)}
    print(f"{what:13s} {size:9d} {point['median'] * 1e3:10.3f} ms", flush=True)
    return point | {"calls": len(taken)}


def main():
    """Time every point, fit the slopes, write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("result", type=Path)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    lines = {("patients", what): [] for what in SIZES} | {
        ("covariates", what): [] for what in ("cox", "large_cox")
    }
    warm = patients(1_000, COVARIATES)
    for what in SIZES:  # reads or compiles the kernels
        work(what, *warm)
    for size in sorted({size for sizes in SIZES.values() for size in sizes}):
        if given.quick and size > 10_000:
            continue
        data = patients(size, COVARIATES)
        for what, sizes in SIZES.items():
            if size in sizes:
                lines["patients", what].append(timed(what, size, data, given.quick))
    size_fixed = 10_000 if given.quick else PATIENTS
    for width in WIDTHS:
        data = patients(size_fixed, width)
        for what in ("cox", "large_cox"):
            lines["covariates", what].append(timed(what, width, data, given.quick))
    found = [
        {"along": along, "what": what, "points": points, "slope": slope(points, STEEP[along])}
        for (along, what), points in lines.items()
    ]
    given.result.write_text(
        json.dumps({"lines": found, "covariates": COVARIATES, "patients": size_fixed, "from": STEEP})
    )


if __name__ == "__main__":
    main()
