"""Five data sets that the package `survival` (PyPI, MIT) hands out, as text in columns: R's of the same names.

Only the functions that load them are called. Columns get words for codes and plain names; an empty cell is unknown.
"""

from collections.abc import Callable
from functools import cache

Cells = dict[str, list[str]]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


@cache
def _loaded(name: str) -> Cells:
    from survival import datasets

    columns = getattr(datasets, f"load_{name}")()
    return {column: [_text(value) for value in values] for column, values in columns.items()}


def _worded(cells: list[str], words: dict[str, str]) -> list[str]:
    return [words[cell] for cell in cells]


def veteran() -> Cells:
    """137 veterans with inoperable lung cancer, one row each."""
    raw = _loaded("veteran")
    return {
        "treatment": _worded(raw["trt"], {"1": "standard", "2": "test"}),
        "cell_type": raw["celltype"],
        "time": raw["time"],
        "died": raw["status"],
        "karnofsky": raw["karno"],
        "months_from_diagnosis": raw["diagtime"],
        "age": raw["age"],
        "prior_therapy": _worded(raw["prior"], {"0": "no", "10": "yes"}),
    }


def mgus2() -> Cells:
    """1384 patients with monoclonal gammopathy: `months` to the first of a plasma cell malignancy (`end` is 1), death
    without one (2) and the end of follow-up (0). Nine died in the month of the
    malignancy, which counts."""
    raw = _loaded("mgus2")
    ends = zip(raw["pstat"], raw["ptime"], raw["death"], raw["futime"], strict=True)
    first = [
        (ptime, "1") if pstat == "1" else (futime, "2" if death == "1" else "0")
        for pstat, ptime, death, futime in ends
    ]
    return {
        **{name: raw[name] for name in ("age", "sex", "hgb", "creat", "mspike")},
        "year": raw["dxyr"],
        "months": [months for months, _ in first],
        "end": [end for _, end in first],
    }


def pbc() -> Cells:
    """418 patients with primary biliary cirrhosis, one row each; the last 106 were not randomised."""
    raw = _loaded("pbc")
    renamed = {
        "bili": "bilirubin",
        "chol": "cholesterol",
        "alk.phos": "alkaline_phosphatase",
        "protime": "prothrombin_time",
    }
    return {renamed.get(name, name): cells for name, cells in raw.items() if name != "id"}


def colon() -> Cells:
    """929 patients after resection of a colon cancer, one row each. The package has two, one for the recurrence
    (`etype` 1) and one for the death (2); here both are columns."""
    raw = _loaded("colon")
    rows = {
        (person, etype): place
        for place, (person, etype) in enumerate(zip(raw["id"], raw["etype"], strict=True))
    }
    people = list(dict.fromkeys(raw["id"]))
    recurrence = [rows[person, "1"] for person in people]
    death = [rows[person, "2"] for person in people]
    same = [name for name in raw if name not in ("id", "study", "status", "time", "etype")]
    return {
        **{name: [raw[name][place] for place in death] for name in same},
        "recurrence_days": [raw["time"][place] for place in recurrence],
        "recurred": [raw["status"][place] for place in recurrence],
        "days": [raw["time"][place] for place in death],
        "died": [raw["status"][place] for place in death],
    }


def leukaemia_maintenance() -> Cells:
    """23 patients with acute myelogenous leukaemia in remission, with and without maintenance; `aml` of the package."""
    raw = _loaded("aml")
    return {
        "time": raw["time"],
        "relapsed": raw["status"],
        "maintained": _worded(raw["x"], {"Maintained": "yes", "Nonmaintained": "no"}),
    }


TABLES: dict[str, Callable[[], Cells]] = {
    "veteran": veteran,
    "mgus2": mgus2,
    "pbc": pbc,
    "colon": colon,
    "leukaemia_maintenance": leukaemia_maintenance,
}
"""By the name of the data set."""
