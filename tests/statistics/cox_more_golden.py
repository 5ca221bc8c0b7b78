"""The cases of tests/golden/cox_more.json: public data with weights, offsets and clusters made from row numbers."""

from typing import Any

import numpy as np
import pytest

from crlm.statistics.cox import CoxFit, cox
from tests.data.public import PublicData, public_data
from tests.golden import golden
from tests.statistics.cox_golden import scalar

CASES = golden("cox_more")["cases"]


def name_of(case: dict[str, Any]) -> str:
    options = [
        scalar(case["set"]),
        scalar(case["ties"]),
        *(name for name in ("weights", "offset") if scalar(case[name])),
    ]
    return " ".join([*options, *(case["strata"] or [])])


def chosen(case: dict[str, Any]) -> tuple[dict[str, Any], list[str], np.ndarray]:
    """The arguments of `cox`, the strata of the rows (or None), and the clusters."""
    data = public_data(scalar(case["set"]))
    covariates = [scalar(one) for one in case["covariates"]]
    needed = covariates + (case["strata"] or [])
    rows = data.known(needed)
    number = np.arange(len(rows))
    matrix, columns, terms = data.design(covariates)
    cluster = number // 3
    if scalar(case["cluster"]) == "identifier":
        cluster = data.frame["identifier"].to_numpy()[rows]
    arguments = {
        "time": data.time[rows],
        "event": data.event[rows],
        "X": matrix[rows],
        "names": columns,
        "terms": terms,
        "ties": scalar(case["ties"]),
        "entry": None if data.entry is None else data.entry[rows],
        "weights": 1 + number % 3 / 2 if scalar(case["weights"]) else None,
        "offset": (number % 5 - 2) / 4 if scalar(case["offset"]) else None,
        "strata": strata_of(data, case["strata"], rows),
        "patient": cluster if scalar(case["cluster"]) == "identifier" else None,
    }
    return arguments, columns, cluster


def strata_of(data: PublicData, names: list[str] | None, rows: np.ndarray) -> np.ndarray | None:
    """The place of the stratum among the levels, because R orders strata so."""
    if not names:
        return None
    return np.array([data.levels[names[0]].index(one) for one in data.frame[names[0]].to_list()])[rows]


def fitted(case: dict[str, Any]) -> CoxFit:
    return cox(**chosen(case)[0])


def close(ours: Any, theirs: Any, rel: float = 1e-8, abs: float = 1e-10) -> None:
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    assert ours.ravel() == pytest.approx(theirs.ravel(), rel=rel, abs=abs)
