"""Generate the data of every task once, the same for all peers: arrays for Python, and raw numbers for R."""

import json
import sys
from pathlib import Path

import numpy as np

SEED = 20240607


def covariates(rng, n, p):
    """Half 0/1 covariates of various frequency, a third continuous to two digits, the rest counts."""
    common = rng.normal(size=(n, 1))
    z = 0.4 * common + np.sqrt(1 - 0.16) * rng.normal(size=(n, p))
    X = np.round(z, 2)
    for j in range(0, p, 2):
        X[:, j] = z[:, j] > np.quantile(z[:, j], 0.85 - 0.05 * (j % 9))
    for j in range(5, p, 6):
        X[:, j] = np.minimum(np.floor(np.exp(0.5 * z[:, j] + 0.5)), 12)
    return X


def follow_up(rng, X, beta, median=35.0):
    """Months to one digit, about half of them with the event: many ties."""
    n = len(X)
    hazard = np.log(2) * np.exp((X - X.mean(axis=0)) @ beta)
    time = (rng.exponential(size=n) / hazard) ** (1 / 1.1) * median
    censoring = rng.uniform(6, 120, size=n)
    return np.maximum(np.round(np.minimum(time, censoring), 1), 0.1), (time <= censoring).astype(np.int32)


def counts(rng, n, replicates):
    """How often each patient is drawn."""
    return np.array(
        [np.bincount(rng.integers(0, n, n), minlength=n) for _ in range(replicates)], dtype=np.int32
    )


def make(task):  # noqa: PLR0911
    """The arrays of one task by name."""
    rng = np.random.default_rng(SEED)
    if task == "fit_374":
        X = covariates(rng, 374, 10)
        time, event = follow_up(rng, X, rng.normal(scale=0.25, size=10))
        return {"X": X, "time": time, "event": event}
    if task == "fit_1000000":
        X = covariates(rng, 1_000_000, 20)
        time, event = follow_up(rng, X, rng.normal(scale=0.25, size=20))
        return {"X": X, "time": time, "event": event}
    if task == "screen":
        X = covariates(rng, 374, 30)
        ends = [follow_up(rng, X, rng.normal(scale=0.2, size=30), median) for median in (45.0, 20.0, 28.0)]
        return {"X": X, "time": np.array([t for t, _ in ends]), "event": np.array([e for _, e in ends])}
    if task == "bootstrap":
        X = covariates(rng, 374, 10)
        time, event = follow_up(rng, X, rng.normal(scale=0.25, size=10))
        return {"X": X, "time": time, "event": event, "counts": counts(rng, 374, 1000)}
    if task == "elimination":
        X = covariates(rng, 374, 15)
        time, event = follow_up(rng, X, np.where(np.arange(15) < 6, rng.normal(scale=0.35, size=15), 0.0))
        return {"X": X, "time": time, "event": event, "counts": counts(rng, 374, 200)}
    if task == "curves":
        group = rng.integers(0, 3, size=1_000_000).astype(np.int32)
        time, event = follow_up(rng, group[:, None].astype(float), np.array([0.3]))
        return {"time": time, "event": event, "group": group}
    if task == "fine_gray":
        X = covariates(rng, 6025, 5)
        first, _ = follow_up(rng, X, rng.normal(scale=0.3, size=5))
        second, _ = follow_up(rng, X, rng.normal(scale=0.3, size=5), 70.0)
        censoring = np.round(rng.uniform(6, 120, size=6025), 1)
        time = np.minimum(np.minimum(first, second), censoring)
        cause = np.where(time == censoring, 0, np.where(first <= second, 1, 2)).astype(np.int32)
        return {"X": X, "time": time, "event": cause}
    if task == "trials":
        arm = (np.arange(360) % 2).astype(np.int32)
        time = rng.exponential(size=(1000, 360)) * 30 / np.log(2) / np.where(arm == 1, 0.75, 1.0)
        censoring = rng.uniform(12, 60, size=(1000, 360))
        observed = np.maximum(np.round(np.minimum(time, censoring), 1), 0.1)
        return {"time": observed, "event": (time <= censoring).astype(np.int32), "group": arm}
    if task == "logistic":
        X = covariates(rng, 268, 10)
        chance = 1 / (1 + np.exp(0.8 - (X - X.mean(axis=0)) @ rng.normal(scale=0.5, size=10)))
        return {
            "X": X,
            "event": (rng.uniform(size=268) < chance).astype(np.int32),
            "counts": counts(rng, 268, 1000),
        }
    raise ValueError(f"task was {task!r}")


def write(task, folder):
    """Write the arrays of a task into folder/task, unless they are there."""
    target = Path(folder) / task
    if (target / "meta.json").exists():
        return target
    target.mkdir(parents=True, exist_ok=True)
    shapes = {}
    for name, array in make(task).items():
        whole = array.dtype.kind == "i"
        np.save(target / f"{name}.npy", array)
        np.asfortranarray(array).ravel(order="F").tofile(target / f"{name}.bin")
        shapes[name] = {"shape": list(array.shape), "whole": whole}
    (target / "meta.json").write_text(json.dumps(shapes))
    return target


if __name__ == "__main__":
    write(sys.argv[1], sys.argv[2])
