"""Variables, frames and typed expressions for the tests of the language."""

import datetime

import polars as pl
from hypothesis import strategies as st

from crlm.dictionary.variables import Variable


def category(name, label, levels, **more):
    coded = [{"code": code, "name": level} for code, level in enumerate(levels, start=1)]
    return Variable(name=name, label=label, type="category", levels=coded, **more)


VARIABLES = {
    variable.name: variable
    for variable in (
        Variable(name="age", label="Age at operation", type="number", unit="years"),
        Variable(name="cea", label="CEA", type="number", unit="ng/mL"),
        Variable(name="size", label="Largest tumour", type="number", unit="cm"),
        Variable(name="metastases", label="Number of metastases", type="integer"),
        Variable(name="lesions", label="Lesions on the scan", type="integer"),
        category("sex", "Sex", ["male", "female"]),
        category("side", "Side of the primary", ["right", "left", "rectum"]),
        category("stage", "T stage", ["t1", "t2", "t3", "t4"], ordered=True),
        Variable(
            name="sites", label="Sites of recurrence", type="several", levels=["liver", "lung", "lymph_node"]
        ),
        Variable(name="bilobar", label="Bilobar disease", type="yes_no"),
        Variable(name="smoker", label="Smoker", type="yes_no"),
        Variable(name="operated", label="Date of operation", type="date"),
        Variable(name="diagnosed", label="Date of diagnosis", type="date"),
        Variable(name="remark", label="Remark", type="text"),
    )
}

SCHEMA = {
    "number": pl.Float64,
    "integer": pl.Int64,
    "category": pl.String,
    "several": pl.List(pl.String),
    "yes_no": pl.Boolean,
    "date": pl.Date,
    "text": pl.String,
}


def frame_of(rows):
    """A typed frame of the sample variables from rows that may leave variables out."""
    schema = {name: SCHEMA[variable.type] for name, variable in VARIABLES.items()}
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


DATES = st.sampled_from([datetime.date(2019, 12, 31), datetime.date(2020, 1, 1), datetime.date(2020, 2, 29)])
VALUES = {
    "number": st.sampled_from(
        [-1.0, 0.0, 0.1, 1.0, 2.5, 3.0, 70.0, 1e200, 1e308, float("nan"), float("inf")]
    ),
    "integer": st.integers(-2, 4),
    "yes_no": st.booleans(),
    "date": DATES,
    "text": st.sampled_from(["", "a", "yes", "b c"]),
}


def _of(variable):
    if variable.type == "several":
        values = st.lists(st.sampled_from(variable.level_names), unique=True)
    elif variable.type == "category":
        values = st.sampled_from(variable.level_names)
    else:
        values = VALUES[variable.type]
    return st.none() | values


ROWS = st.lists(st.fixed_dictionaries({name: _of(one) for name, one in VARIABLES.items()}), max_size=12)


@st.composite
def _joined(draw, *parts):
    return "".join(part if isinstance(part, str) else draw(part) for part in parts)


def _named(*types):
    return st.sampled_from([name for name, one in VARIABLES.items() if one.type in types])


DATE_TEXT = DATES.map(lambda date: f"'{date.isoformat()}'")
NUMBER_TEXT = st.sampled_from(["0", "1", "2", "3", "70", "0.1", "2.5", "1e3", "-1", "1e200"])
SIGN = st.sampled_from([" == ", " != ", " < ", " <= ", " > ", " >= "])
EQUAL = st.sampled_from([" == ", " != "])

NUMBERS = st.deferred(
    lambda: (
        _named("number", "integer")
        | _named("number", "integer")
        | NUMBER_TEXT
        | _joined("(", NUMBERS, st.sampled_from([" + ", " - ", " * ", " / "]), NUMBERS, ")")
        | _joined("-", NUMBERS)
        | _joined("abs(", NUMBERS, ")")
        | _joined("points(", CONDITIONS, ")")
        | _joined(st.sampled_from(["min(", "max("]), NUMBERS, ", ", NUMBERS, ", ", NUMBERS, ")")
        | _joined("when(", CONDITIONS, ", ", NUMBERS, ", ", NUMBERS, ")")
        | _joined("when(", CONDITIONS, ", ", NUMBERS, ")")
        | _joined("(", _named("date"), " - ", _named("date"), ")")
    )
)
CATEGORIES = st.deferred(
    lambda: (
        _named("category")
        | _joined("when(", CONDITIONS, ", 'male', ", CATEGORIES, ")")
        | _joined("when(", CONDITIONS, ", ", CATEGORIES, ")")
        | _joined("cut(", NUMBERS, ", [0, 2.5], ['t1', 'male', 'left'], side='right')")
        | _joined("cut(", NUMBERS, ", [-1, 1], ['t1', 't2', 't3'], side='left')")
    )
)
CONDITIONS = st.deferred(
    lambda: (
        _named("yes_no")
        | st.sampled_from(["true", "false"])
        | _joined("(", NUMBERS, SIGN, NUMBERS, ")")
        | _joined("(", _named("number", "integer"), " <= ", _named("number", "integer"), " < ", NUMBERS, ")")
        | _joined("(", NUMBERS, st.sampled_from([" in ", " not in "]), "[0, 1, -1, 2.5])")
        | _joined("(", _named("date"), SIGN, _named("date") | DATE_TEXT, ")")
        | _joined("(", DATE_TEXT, SIGN, _named("date"), ")")
        | _joined("(sex", EQUAL, st.sampled_from(["'male'", "'female'"]), ")")
        | st.sampled_from(["includes(sites, 'lung')", "includes(sites, 'liver', 'lymph_node')"])
        | _joined(st.sampled_from(["known(", "missing("]), "sites)")
        | _joined("(side", st.sampled_from([" in ", " not in "]), "['left', 'rectum'])")
        | _joined("(stage", SIGN, st.sampled_from(["'t1'", "'t3'", "stage"]), ")")
        | _joined("('t2'", SIGN, "stage)")
        | _joined("(", _named("yes_no"), EQUAL, st.sampled_from(["'yes'", "'no'", "true", "smoker"]), ")")
        | _joined("(", CONDITIONS, EQUAL, CONDITIONS, ")")
        | _joined("(remark", EQUAL, st.sampled_from(["'a'", "''"]), ")")
        | _joined("(not ", CONDITIONS, ")")
        | _joined("(", CONDITIONS, st.sampled_from([" and ", " or "]), CONDITIONS, ")")
        | _joined("(", CONDITIONS, " and ", CONDITIONS, " or ", CONDITIONS, ")")
        | _joined(st.sampled_from(["known(", "missing("]), NUMBERS | CONDITIONS | CATEGORIES, ")")
        | _joined("between(", NUMBERS, ", ", NUMBERS, ", ", NUMBERS, ")")
        | _joined("between(", _named("date"), ", ", _named("date") | DATE_TEXT, ", ", DATE_TEXT, ")")
        | _joined("when(", CONDITIONS, ", ", CONDITIONS, ", ", CONDITIONS, ")")
        | _joined("when(", CONDITIONS, ", ", CONDITIONS, ")")
    )
)
DATED = _named("date") | _joined("min(", _named("date"), ", ", _named("date"), ")")
EXPRESSIONS = (CONDITIONS | NUMBERS | CATEGORIES | DATED).filter(lambda text: len(text) < 800)
