"""What ratios, kinds of models and covariates are called."""

from __future__ import annotations

from crlm.rendering import numbers
from crlm.study.results import Ratio, Term

ABBREVIATIONS: dict[Ratio, str] = {
    "hazard ratio": "HR",
    "subdistribution hazard ratio": "SHR",
    "odds ratio": "OR",
}
KINDS: dict[Ratio, str] = {
    "hazard ratio": "Cox models",
    "subdistribution hazard ratio": "Fine-Gray models",
    "odds ratio": "logistic models",
}
FAVOURS: dict[Ratio, tuple[str, str]] = {
    "hazard ratio": ("Lower hazard", "Higher hazard"),
    "subdistribution hazard ratio": ("Lower incidence", "Higher incidence"),
    "odds ratio": ("Lower odds", "Higher odds"),
}


def term_words(term: Term) -> str:
    """A covariate as a row's first cell: a number with its unit, or with what the ratio is per."""
    if len(term.levels) != 1 or term.levels[0].level is not None:
        return term.label
    if term.per is None or term.per == 1:
        return f"{term.label}, {term.unit}" if term.unit else term.label
    return f"{term.label}, per {numbers.number(term.per)} {term.unit or 'units'}"
