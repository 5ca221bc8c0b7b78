"""The disease before any treatment: what was found, and CEA then and now."""

from __future__ import annotations

from decimal import Decimal

from crlm.pathway.conditions.values import Span, Value
from crlm.pathway.filling.answers import (
    Answer,
    Asked,
    Found,
    Left,
    Origin,
    agreed,
    fills,
    number,
    origin,
    shown,
)
from crlm.pathway.filling.dates import When, newest, no_later
from crlm.pathway.filling.episode import placed, procedures, therapies
from crlm.pathway.filling.history import Row, of_episode
from crlm.pathway.filling.liver_now import lesions

NG_PER_ML = ("ng_per_mL", "ug_per_L")


def treatment_began(case: Asked) -> tuple[When | None, list[str]]:
    """When the first therapy or procedure for the episode began, and those whose date is not known."""
    sure, unsure = therapies(case)
    dates = [row.dates["date_start"] for row in sure if "date_start" in row.dates]
    dates += [row.dates["date_procedure"] for row in procedures(case, clearing=False)]
    undated = [row.key for row in (*sure, *unsure) if "date_start" not in row.dates]
    undated += [row.key for row in case.unsure("local_treatment") if row["episode_id"] == case.episode.key]
    return min(dates, key=lambda one: one.first, default=None), undated


def before_treatment(case: Asked, rows: tuple[Row, ...], date: str) -> tuple[Row, ...]:
    """The rows that date from before the episode's treatment, or from the day on which it began."""
    began, undated = treatment_began(case)
    if undated:
        return ()
    return tuple(row for row in rows if began is None or no_later(row.dates[date], began))


@fills(
    "n_crlm_baseline",
    "crlm_episode.n_crlm",
    "imaging.n_lesions",
    "imaging.timepoint",
    "systemic_therapy.date_start",
)
def n_crlm_baseline(case: Asked) -> Answer:
    """Number at the diagnosis of the episode, and on the newest scan with the role baseline before its treatment;
    they have to agree.
    """
    each: list[tuple[Value, Origin]] = []
    began, undated = treatment_began(case)
    diagnosed = case.episode.when("date_crlm_diagnosis")
    first = diagnosed is not None and not undated and (began is None or no_later(diagnosed, began))
    if case.episode["n_crlm"] is not None and first:
        each.append((number(case.episode["n_crlm"]), origin(case.episode, "n_crlm")))
    scans, _ = placed(case, case.rows("imaging"), "date_imaging")
    counted = tuple(row for row in scans if row["timepoint"] == "baseline" and row["n_lesions"] is not None)
    before = before_treatment(case, counted, "date_imaging")
    last = newest([row.dates["date_imaging"] for row in before])
    each += [
        (number(row["n_lesions"]), origin(row, "n_lesions"))
        for row in before
        if row.dates["date_imaging"] == last
    ]
    clash = "The number at the diagnosis and the number on the baseline scan differ."
    return agreed(each, "before any treatment of this episode", clash) or Left(
        "No number from before the treatment of this episode is recorded, or it cannot be told that it is from before."
    )


@fills("min_diameter_mm_baseline", "metastasis.diameter_baseline_mm", "crlm_episode.n_crlm")
def min_diameter(case: Asked) -> Answer:
    """Smallest diameter at diagnosis of the episode's metastases; when not all are measured, at most the smallest
    measured.
    """
    rows = of_episode(case.rows("metastasis"), case.episode.key)
    measured = [row for row in rows if row["diameter_baseline_mm"] is not None]
    if not measured:
        single = case.episode["n_crlm"] == 1 and case.episode["size_largest_crlm_mm"] is not None
        if single and case.episode.when("date_crlm_diagnosis"):
            only = number(case.episode["size_largest_crlm_mm"])
            return Found(
                only, (origin(case.episode, "size_largest_crlm_mm"),), "the only metastasis is the smallest"
            )
        return Left("No metastasis has a recorded diameter at diagnosis.")
    smallest = min(measured, key=lambda row: row["diameter_baseline_mm"])
    value = number(smallest["diameter_baseline_mm"])
    where = (origin(smallest, "diameter_baseline_mm"),)
    if lesions(case) is not None and len(measured) == len(rows):
        return Found(value, where, f"the smallest of {len(measured)}")
    return Found(
        Span(None, value, low_open=False), where, "not all are measured: the smallest is no larger than this"
    )


def _cea(case: Asked) -> tuple[Row, ...]:
    return tuple(row for row in case.rows("lab") if row["analyte"] == "CEA" and row["value"] is not None)


def _level(row: Row) -> Value:
    value = number(row["value"])
    if not row["below_detection"]:
        return value
    return Span(Decimal(0), value, high_open=True) if value > 0 else None


def _of_last_day(rows: tuple[Row, ...], how: str, none: str) -> Answer:
    last = newest([row.dates["date_sample"] for row in rows])
    newest_rows = [row for row in rows if row.dates["date_sample"] == last]
    for row in newest_rows:
        if row["unit"] not in NG_PER_ML:
            return Left(
                f"The unit of {row.key} is {shown(row['unit'])}: it is not used, and neither is an older one."
            )
    each = [(_level(row), origin(row, "value")) for row in newest_rows]
    each = [(value, where) for value, where in each if value is not None]
    return agreed(each, how, f"There are different CEA values of {last}.") or Left(none)


@fills(
    "cea_baseline_ng_ml", "lab.value", "lab.unit", "lab.timepoint", "lab.below_detection", "lab.date_sample"
)
def cea_baseline(case: Asked) -> Answer:
    """CEA with the role baseline (of a recurrence also: at recurrence) from before the treatment of the episode;
    the newest, in ng/mL.

    Below the detection limit it is known to be lower than that limit.
    """
    roles = ("baseline", "at_recurrence") if (case.number or 1) > 1 else ("baseline",)
    rows, _ = placed(case, tuple(row for row in _cea(case) if row["timepoint"] in roles), "date_sample")
    return _of_last_day(
        before_treatment(case, rows, "date_sample"),
        "the newest before the treatment of the episode",
        "No CEA with that role is dated before the treatment of this episode.",
    )


@fills("cea_current_ng_ml", "lab.value", "lab.unit", "lab.below_detection", "lab.date_sample")
def cea_current(case: Asked) -> Answer:
    """The newest CEA by then, whatever its role, in ng/mL."""
    return _of_last_day(
        _cea(case), "the newest by then", "No CEA is recorded by then, or the newest cannot be told."
    )
