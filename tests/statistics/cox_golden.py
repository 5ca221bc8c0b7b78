"""The data sets and cases of tests/golden/cox.json as arrays."""

from typing import Any

import numpy as np

from crlm.statistics.cox import CoxFit, Term, cox
from tests.data import published
from tests.golden import golden

GOLDEN = golden("cox")


def _veteran() -> dict[str, np.ndarray]:
    table = published("veteran")
    numbers = {
        name: np.array(table[name], float) for name in ("time", "karnofsky", "months_from_diagnosis", "age")
    }
    cell = np.array(table["cell_type"])
    return numbers | {
        "event": np.array(table["died"], float),
        "test": np.array(table["treatment"]) == "test",
        "prior": np.array(table["prior_therapy"]) == "yes",
        "cell": cell,
        "cellsmallcell": cell == "smallcell",
        "celladeno": cell == "adeno",
        "celllarge": cell == "large",
    }


def _freireich() -> dict[str, np.ndarray]:
    table = published("freireich")
    return {
        "time": np.array(table["weeks"], float),
        "event": np.array(table["relapsed"], float),
        "placebo": np.array(table["treatment"]) == "placebo",
    }


def _generated(columns: dict[str, list]) -> dict[str, np.ndarray]:
    # R names the columns of a factor by its name and the level: stage, B -> stageB.
    return {name.replace("stage_", "stage"): np.array(values) for name, values in columns.items()}


SETS = {name: _generated(columns) for name, columns in GOLDEN["sets"].items()} | {
    "veteran": _veteran(),
    "freireich": _freireich(),
}


def scalar(value: Any) -> Any:
    """R has no scalars: everything is a vector."""
    return value[0] if isinstance(value, list) else value


def name_of(case: dict[str, Any]) -> str:
    parts = [
        scalar(case[key]) for key in ("set", "right", "ties", "strata", "weights", "entry") if case.get(key)
    ]
    return " ".join(parts)


def fit_case(case: dict[str, Any]) -> CoxFit:
    data = SETS[scalar(case["set"])]
    terms = [Term(name, tuple(_list(case["columns"][name]))) for name in case["terms"]]
    names = [column for term in terms for column in term.columns]
    chosen = {key: data[scalar(case[key])] for key in ("strata", "weights", "entry") if case.get(key)}
    return cox(
        data["time"],
        data["event"],
        np.column_stack([data[name].astype(float) for name in names]),
        names,
        ties=scalar(case["ties"]),
        terms=terms,
        **chosen,
    )


def _list(value: Any) -> list:
    return value if isinstance(value, list) else [value]
