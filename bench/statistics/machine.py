"""What this machine allows for one Cox model of 1,000,000 patients and 20 covariates, measured with all cores.

    python bench/statistics/machine.py RESULT.json

A Newton pass has to read the covariates once (160 MB), do n p (p + 1) multiplications and additions for the information
matrix, and take n exponentials. Reading and multiplying can overlap; so no program takes less than the larger of the
two, and the exponentials, per pass.
"""

import json
import os
import sys
import time
from pathlib import Path

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = str(CORES)

import numpy as np  # noqa: E402
from numba import njit, prange  # noqa: E402

N, P = 1_000_000, 20


@njit(parallel=True, fastmath=True)
def total(x):
    """Read everything once."""
    s = 0.0
    for i in prange(x.shape[0]):
        s += x[i]
    return s


@njit(parallel=True, fastmath=True)
def exponentials(x, y):
    """The fastest exponential that numba makes."""
    for i in prange(x.shape[0]):
        y[i] = np.exp(x[i])


def best(call, times):
    """The least seconds of some calls after a first one: a limit, not a habit."""
    call()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        call()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def main():
    """Measure, and write seconds and rates."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N, P))
    read = best(lambda: total(X.reshape(-1)), 15)
    x, y = X[:, 0].copy(), np.empty(N)
    exponential = best(lambda: exponentials(x, y), 15)
    square = rng.normal(size=(1500, 1500))
    rate = 2 * 1500**3 / best(lambda: square @ square, 9)
    order = np.argsort(rng.integers(0, 1200, N), kind="stable")
    gather = best(lambda: X[order], 3)
    flops = N * P * (P + 1) / rate
    Path(sys.argv[1]).write_text(
        json.dumps(
            {
                "cores": CORES,
                "read": read,
                "bandwidth": X.nbytes / read,
                "multiply": flops,
                "rate": rate,
                "exponential": exponential,
                "gather": gather,
                "per_pass": max(read, flops) + exponential,
            }
        )
    )


if __name__ == "__main__":
    main()
