"""Numbers in printed text: "1,102" is 1102, "0,84" a decimal, "<0.001" has the sign <, "0.38–0.93" is two."""

from __future__ import annotations

import re

DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
NUMBER = re.compile(r"-?(?:[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,\u00b7]\d+)?|[.\u00b7]\d+)")
SIGN = re.compile(r"^\s*(?:p\s*)?(<=|>=|<|>|=|\u2264|\u2265)?")
SAME_SIGN = {"\u2264": "<=", "\u2265": ">="}


def numbers(text: str) -> tuple[float, ...]:
    """Every number of a printed text, in order; a dash between two numbers is a range, not a minus."""
    plain = text.translate({ord(one): "-" for one in DASHES})
    plain = re.sub(r"(?<=[\d%)])\s*-\s*(?=[\d.])", " to ", plain)
    return tuple(_value(found) for found in NUMBER.findall(plain))


def number(text: str) -> float | None:
    """The number of a printed text; None when it prints none, or more than one."""
    found = numbers(text)
    return found[0] if len(found) == 1 else None


def sign(text: str) -> str:
    """The sign before a printed number: =, <, >, <= or >=; empty when no number is printed."""
    if not numbers(text):
        return ""
    found = SIGN.match(text)
    given = (found.group(1) if found else None) or "="
    return SAME_SIGN.get(given, given)


def _value(found: str) -> float:
    if re.fullmatch(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", found):
        return float(found.replace(",", ""))
    return float(found.replace(",", ".").replace("\u00b7", "."))


def read_cell(name: str, table: str, printed: str, statistic: str = "") -> str:
    """What a column says when it is read from the printed text beside it; empty when that does not say it."""
    if name.endswith("_op"):
        return sign(printed)
    if table == "summaries":
        return _of_summary(name, printed, statistic)
    found = numbers(printed)
    if name in ("ci_low", "ci_high"):
        return f"{found[name == 'ci_high']:.15g}" if len(found) == 2 else ""
    return f"{found[0]:.15g}" if len(found) == 1 else ""


ORDER = {
    "mean_sd": ("centre", "sd"),
    "mean": ("centre",),
    "median": ("centre",),
    "median_iqr": ("centre", "q1", "q3"),
    "median_range": ("centre", "range_low", "range_high"),
    "median_iqr_range": ("centre", "q1", "q3", "range_low", "range_high"),
    "range": ("range_low", "range_high"),
}


def _of_summary(name: str, printed: str, statistic: str) -> str:
    found, order = numbers(printed), ORDER.get(statistic, ())
    if name not in order or len(found) != len(order):
        return ""
    return f"{found[order.index(name)]:.15g}"
