"""Whole processes of crlm, from the start of Python to its end: imports, one fit, compiled kernels with an empty cache.

    python bench/statistics/cold.py RESULT.json DATA_FOLDER [--quick]

DATA_FOLDER holds the tasks fit_374, bootstrap and fit_1000000, as `data.write` makes them.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
REPEATS = 9

FIT = """
import numpy as np
from crlm.statistics.cox import cox
X, time, event = (np.load(f"fit_374/{name}.npy") for name in ("X", "time", "event"))
assert cox(time, event, X, [f"x{j}" for j in range(X.shape[1])]).reason is None
"""
BOOTSTRAP = """
import numpy as np
from crlm.statistics.batch.cox_bootstrap import bootstrap_cox
X, time, event, counts = (np.load(f"bootstrap/{name}.npy") for name in ("X", "time", "event", "counts"))
assert bootstrap_cox(time, event, X, [f"x{j}" for j in range(X.shape[1])], counts=counts).engine == "numba"
"""
LARGE = """
import json, resource, sys
import numpy as np
from crlm.statistics.batch.large_cox import large_cox
X, time, event = (np.load(f"fit_1000000/{name}.npy") for name in ("X", "time", "event"))
found = large_cox(time, event, X, [f"x{j}" for j in range(X.shape[1])])
try:
    status = open("/proc/self/status").read().split("VmHWM:")[1].split()[0]
    peak = int(status) * 1024
except (OSError, IndexError):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
given = X.nbytes + time.nbytes + event.nbytes
print(json.dumps({"peak": peak, "given": given, "iterations": found.iterations}))
"""
LOADED = FIT + "import sys; print(*sorted({'numba', 'scipy.stats', 'scipy.optimize'} & set(sys.modules)))"
PROGRAMS = {
    "python": ("Python alone", "pass"),
    "numpy": ("import numpy", "import numpy"),
    "statistics": ("import crlm.statistics", "import crlm.statistics"),
    "cox": ("import crlm.statistics.cox", "import crlm.statistics.cox"),
    "fit": ("one Cox model, 374 patients, 10 covariates (numpy)", FIT),
    "warm": ("1,000 bootstrap refits, compiled kernels from the cache on disk", BOOTSTRAP),
}


def run(program, folder, cache):
    """Seconds of one process, and what it printed."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": cache}
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    return time.perf_counter() - begun, done.stdout.strip()


def main():
    """Time each program in turns, so that a disturbance does not fall on one alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("result", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    cache = tempfile.mkdtemp()
    try:
        cold = [run(BOOTSTRAP, given.folder, cache)[0]]
        for _, program in PROGRAMS.values():
            run(program, given.folder, cache)
        seconds = {key: [] for key in PROGRAMS}
        for _ in range(2 if given.quick else REPEATS):
            for key, (_, program) in PROGRAMS.items():
                seconds[key].append(run(program, given.folder, cache)[0])
        loaded = run(LOADED, given.folder, cache)[1]
        run(LARGE, given.folder, cache)  # compiles: the peak of a compiler is not that of a fit
        large = json.loads(run(LARGE, given.folder, cache)[1])
    finally:
        shutil.rmtree(cache, ignore_errors=True)
    rows = [{"what": PROGRAMS[key][0], "key": key, "seconds": taken} for key, taken in seconds.items()]
    rows.append(
        {"what": "the same with an empty cache: kernels are compiled", "key": "cold", "seconds": cold}
    )
    given.result.write_text(json.dumps({"rows": rows, "loaded": loaded, "large": large}))


if __name__ == "__main__":
    main()
