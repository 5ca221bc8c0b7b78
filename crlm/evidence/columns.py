"""The columns of the tables of a paper: what each holds, whether it is needed, what is allowed, what it is read from.

A column that is read from another need not be in the file: it is then read from what is printed. When it is there, it
must say the same as the printed text.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache

from crlm.evidence.numbers import ROWS, PublishedRow

SIGNS = ("=", "<", ">", "<=", ">=")
MEASURES = ("HR", "OR", "RR", "RD", "MD", "SMD", "SHR")
MODELS = (
    "univariable",
    "multivariable",
    "multivariable_final",
    "subgroup_univariable",
    "multivariable_subgroup",
    "(missing)",
)
TESTS = (
    "pearson_chi2",
    "chi2_yates",
    "fisher_exact",
    "mcnemar",
    "t_test_independent",
    "t_test_paired",
    "welch_t_test",
    "anova",
    "mann_whitney_u",
    "wilcoxon_paired",
    "kruskal_wallis",
    "trend",
    "logrank",
    "not_stated",
)


@dataclass(frozen=True)
class Column:
    """A column of a table: `kind` is text, number, whole number or yes/no (1 or 0); `read_from` is a printed column."""

    name: str
    kind: str
    words: str
    needed: bool = False
    allowed: tuple[str, ...] = ()
    read_from: str = ""


@dataclass(frozen=True)
class TableColumns:
    """A table: what one row is, and its columns in order."""

    name: str
    row: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        """A column by its name."""
        return next((one for one in self.columns if one.name == name), None)


ROW_IS = {
    "counts": "a number of patients (tumours, procedures), usually with a percentage",
    "summaries": "a mean, a median or a range of a number",
    "tests": "the p value of a comparison of groups",
    "effects": "a ratio of a model, its reference row, the overall p of a factor, or a row of missing values",
    "survival": "a survival probability, a median, a follow-up, or the p of a log-rank test",
    "flow": "a box of a flow chart",
    "statements": "a number that the source quotes of another series, or of itself outside its results",
    "two_by_two": "counts behind a printed odds ratio: derived, never printed",
}

EVERY: dict[str, str] = {
    "row_id": "The row's id, unique in the paper; others refer to it.",
    "locator": "Where it is printed: Table 2; text 3.4; Abstract; caption of Figure 3.",
    "section": "The heading over the row in the table, if any.",
    "unit": "What is counted, or the unit of the number.",
    "status": "A word by whoever entered it: ok, restated (it stands elsewhere too), or what seems wrong; or empty.",
    "n_best": "The count with an evident misprint mended.",
    "pct_best": "The percentage with an evident misprint mended.",
    "est_best": "The estimate with an evident misprint mended.",
    "ci_low_best": "The lower limit with an evident misprint mended.",
    "ci_high_best": "The upper limit with an evident misprint mended.",
    "p_best": "The p value with an evident misprint mended.",
    "p_printed": "The p value as printed, with its sign: 0.03, <0.001.",
    "p_op": "The sign of p.",
    "p": "The p value as a number.",
    "variable": "The variable, in small letters with underscores; the same word wherever the paper means the same.",
    "group": "The group, by its id in paper.toml; all for everybody.",
    "endpoint": "The endpoint, the same word everywhere: OS, DFS.",
    "population": "In whom: all, or the subpopulation in words.",
}

OF_TABLE: dict[str, dict[str, str]] = {
    "counts": {
        "level": "The level that is counted.",
        "as_printed": "The cell as printed: 26 (81.3).",
        "n_printed": "The count as printed, empty when only a percentage is.",
        "percent_as_printed": "The percentage as printed, empty when only a count is.",
        "n": "The count.",
        "pct": "The percentage.",
        "denominator": "What the percentage is of, where it is printed or known.",
        "denominator_basis": "How the denominator is known.",
        "is_missing_row": "1 for a row of missing or not applicable values, which is outside the percentages.",
        "unit": "What is counted: patient, tumour, procedure.",
    },
    "summaries": {
        "n_available": "How many values the summary is of, where known.",
        "statistic": "What is summarised.",
        "centre": "The mean or median.",
        "sd": "The standard deviation.",
        "q1": "The lower quartile.",
        "q3": "The upper quartile.",
        "range_low": "The smallest value.",
        "range_high": "The largest value.",
        "as_printed": "The cell as printed: 6.8 (4.0-13.0).",
        "unit": "The unit of the number.",
    },
    "tests": {
        "groups_compared": "The groups: a vs b, by their ids in paper.toml; (paired) behind them for before and after.",
        "test": "The test, where the paper names it.",
        "test_basis": "Where it names it: printed (with the table), methods, or not_stated.",
        "unit": "What is counted.",
    },
    "effects": {
        "unit_of_analysis": "What is analysed: patient, tumour.",
        "model": "Which column or model it is of; (missing) for a row that counts missing values.",
        "subgroup_variable": "The variable of a subgroup analysis.",
        "subgroup_level": "Its level.",
        "term": "The variable in the model.",
        "term_type": "What sort of variable it is.",
        "level": "The level; per unit for a number; (overall) for the p of the whole factor.",
        "reference": "The level it is compared with.",
        "measure": "What the estimate is.",
        "est_printed": "The estimate as printed; Reference in a reference row.",
        "ci_printed": "The interval as printed, both limits: 0.38-0.93.",
        "est": "The estimate.",
        "ci_low": "The lower limit.",
        "ci_high": "The upper limit.",
        "p_kind": "What the p tests: one estimate (wald), or the whole factor (overall_factor).",
        "n": "How many are in the level or the model, where printed.",
    },
    "survival": {
        "statistic": "What is printed.",
        "time_months": "At how many months, for a survival probability.",
        "value_printed": "The value as printed.",
        "value": "The value.",
        "unit": "% or months; p for a test.",
        "ci_low": "The lower limit.",
        "ci_high": "The upper limit.",
        "interval_kind": "What the limits are: 95% CI, IQR, range.",
        "test": "The test of a p value.",
        "group": "The group, by its id in paper.toml; a vs b for a test.",
    },
    "flow": {
        "step": "The order of the boxes: 0, 1, 2.",
        "node": "A short name of the box.",
        "description": "What it counts, in our words.",
        "n_printed": "The count as printed.",
        "n": "The count.",
        "pct_printed": "The percentage as printed.",
        "pct": "The percentage.",
        "denominator": "What the percentage is of.",
    },
    "statements": {
        "series": "Whom the number is about: a first author, a trial; empty when none is named.",
        "year": "Year, or years, as printed beside it.",
        "design": "The design as far as it is said.",
        "n_printed": "Size as printed.",
        "n": "Size, when it is one number; arms may have been added up.",
        "context": "Which patients, in our words.",
        "arm": "Which group of them.",
        "outcome": "What was counted or measured.",
        "timepoint": "When: 5y, 90d; empty when it is in the outcome.",
        "value_printed": "The value as printed; for the unit qualitative, what was said, in our words.",
        "value_op": "The sign before the value.",
        "value": "The value, when it is one number.",
        "range_low": "The lower end of a printed range, or limit of an interval.",
        "range_high": "The upper end.",
        "numerator": "The count behind a percentage, where printed.",
        "denominator": "What it is of, where printed.",
        "unit": "The unit: %, months, n, n/N, HR.",
        "p_op": "The sign of p; ns when only not significant is printed.",
        "rule_ids": "Ids of pathway rules that rest on it.",
        "note": "Anything else, in our words.",
    },
    "two_by_two": {
        "endpoint": "The endpoint of the odds ratio.",
        "events_total": "All events of the endpoint.",
        "term": "The variable.",
        "level": "The level.",
        "reference": "The reference level.",
        "n_level": "Patients in the level.",
        "events_level": "Events in the level.",
        "n_ref": "Patients in the reference.",
        "events_ref": "Events in the reference.",
        "or_printed": "The odds ratio as printed.",
        "ci_printed": "Its interval as printed.",
        "p_printed": "Its p as printed.",
        "orientation": "as_printed, or whether level and reference are exchanged.",
    },
}

NEEDED: dict[str, tuple[str, ...]] = {
    "counts": ("variable", "level", "group", "as_printed"),
    "summaries": ("variable", "group", "statistic", "as_printed"),
    "tests": ("variable", "groups_compared", "p_printed"),
    "effects": ("endpoint", "model", "term", "measure"),
    "survival": ("endpoint", "group", "statistic", "value_printed"),
    "flow": ("node",),
    "statements": ("outcome",),
    "two_by_two": ("endpoint", "term", "level"),
}

ALLOWED: dict[tuple[str, str], tuple[str, ...]] = {
    ("counts", "denominator_basis"): ("non_missing", "group_total", "printed", "inferred"),
    ("summaries", "statistic"): (
        "mean_sd",
        "mean",
        "median",
        "median_iqr",
        "median_iqr_range",
        "median_range",
        "range",
    ),
    ("tests", "test"): TESTS,
    ("tests", "test_basis"): ("printed", "methods", "not_stated"),
    ("tests", "p_op"): SIGNS,
    ("effects", "model"): MODELS,
    ("effects", "term_type"): ("binary", "categorical", "continuous"),
    ("effects", "measure"): MEASURES,
    ("effects", "p_op"): SIGNS,
    ("effects", "p_kind"): ("wald", "overall_factor"),
    ("survival", "statistic"): (
        "survival_rate",
        "median",
        "median_lower_bound",
        "median_follow_up",
        "median_time_to_distant_progression",
        "logrank_p",
    ),
    ("survival", "interval_kind"): ("95% CI", "IQR", "range"),
    ("statements", "value_op"): SIGNS,
    ("statements", "p_op"): (*SIGNS, "ns"),
}

READ_FROM: dict[tuple[str, str], str] = {
    ("counts", "n"): "n_printed",
    ("counts", "pct"): "percent_as_printed",
    ("summaries", "centre"): "as_printed",
    ("summaries", "sd"): "as_printed",
    ("summaries", "q1"): "as_printed",
    ("summaries", "q3"): "as_printed",
    ("summaries", "range_low"): "as_printed",
    ("summaries", "range_high"): "as_printed",
    ("tests", "p_op"): "p_printed",
    ("tests", "p"): "p_printed",
    ("effects", "est"): "est_printed",
    ("effects", "ci_low"): "ci_printed",
    ("effects", "ci_high"): "ci_printed",
    ("effects", "p_op"): "p_printed",
    ("effects", "p"): "p_printed",
    ("survival", "value"): "value_printed",
    ("survival", "p"): "p_printed",
    ("flow", "n"): "n_printed",
    ("flow", "pct"): "pct_printed",
    ("statements", "value_op"): "value_printed",
    ("statements", "value"): "value_printed",
    ("statements", "p_op"): "p_printed",
    ("statements", "p"): "p_printed",
}

KINDS = {"str": "text", "bool": "yes/no", "int": "whole number", "float": "number"}


@cache
def table_columns(name: str) -> TableColumns:
    """The columns of a table by its name; a KeyError when there is no such table."""
    first = [one.name for one in fields(PublishedRow) if one.name not in ("study", "status")]
    names = [
        *first,
        *(one.name for one in fields(ROWS[name]) if one.name not in (*first, "study", "status")),
        "status",
    ]
    kinds = {one.name: KINDS[str(one.type).split(" ")[0]] for one in fields(ROWS[name])}
    if name == "two_by_two":
        names = [one for one in names if one != "status"]
    return TableColumns(
        name,
        ROW_IS[name],
        tuple(
            Column(
                one,
                kinds[one],
                OF_TABLE[name].get(one) or EVERY[one],
                one in ("row_id", "locator", *NEEDED[name]),
                ALLOWED.get((name, one), ()),
                READ_FROM.get((name, one), ""),
            )
            for one in names
        ),
    )
