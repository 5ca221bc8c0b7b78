"""Which engine does the work, and how it is spread over threads."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Literal

Engine = Literal["numba", "numpy"]


@cache
def has_numba() -> bool:
    """Whether the compiled kernels can be used here."""
    return importlib.util.find_spec("numba") is not None


def choose_engine(wanted: Engine | None) -> Engine:
    """The engine asked for, or the compiled one where it is installed; `ValueError` where it cannot be had."""
    if wanted not in (None, "numba", "numpy"):
        raise ValueError(
            f"engine was {wanted!r}; it is 'numba', 'numpy' or None for the faster one that is installed"
        )
    if wanted == "numba" and not has_numba():
        raise ValueError("engine was 'numba', which is not installed; install crlm[batch], or use 'numpy'")
    if wanted is not None:
        return wanted
    return "numba" if has_numba() else "numpy"


def thread_count(wanted: int | None) -> int:
    """The number of threads asked for, or one per processor that this process may use."""
    if wanted is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if wanted < 1:
        raise ValueError(f"threads was {wanted}; it is 1 or more")
    return wanted


def spread(work: Callable[[int, int], object], size: int, threads: int, least: int = 1) -> None:
    """Call `work(begin, end)` so that 0 ... size - 1 are covered, in parts of at least `least`.

    Parts write to places of their own, so how many there are makes no difference to the result.
    """
    parts = max(1, min(4 * threads if threads > 1 else 1, size // least))
    edges = [size * part // parts for part in range(parts + 1)]
    if parts == 1:
        work(0, size)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, edges[:-1], edges[1:]))
