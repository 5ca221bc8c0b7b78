"""The liver metastases as they are at the date: the newest scan or the diagnosis, unless something was done since."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from crlm.pathway.conditions.values import Value
from crlm.pathway.filling.answers import (
    FILLINGS,
    Answer,
    Asked,
    Found,
    Left,
    Origin,
    agreed,
    fills,
    number,
    origin,
    yes_no,
)
from crlm.pathway.filling.dates import When, earlier, newest
from crlm.pathway.filling.episode import placed, previous_episodes, procedures, therapies
from crlm.pathway.filling.history import Row, of_episode

NOT_NOW = ("intraoperative", "post_ablation_1_6wk")
"""Roles of scans that do not show the disease that is decided on."""
LEFT_LOBE = frozenset({"segment_2", "segment_3", "segment_4", "segment_4a", "segment_4b"})
RIGHT_LOBE = frozenset({"segment_5", "segment_6", "segment_7", "segment_8"})
"""Couinaud's segments by lobe; segment 1 (the caudate lobe) belongs to neither."""

Observation = tuple[When, Value, Origin]


def changed_since(case: Asked, seen: When) -> str | None:
    """What was done to the liver on or after a day, so that what was seen then is no longer how it is."""
    sure, unsure = therapies(case)
    done = [(row, row.dates["date_procedure"]) for row in procedures(case, clearing=False)]
    done += [(row, row.dates["date_start"]) for row in sure if "date_start" in row.dates]
    for row, when in done:
        if earlier(when, seen) is not True:
            return f"{row.table} {row.key} ({when}) came"
    undated = [row.key for row in case.unsure("local_treatment") if row["episode_id"] == case.episode.key]
    undated += [row.key for row in (*sure, *unsure) if "date_start" not in row.dates]
    return f"{undated[0]}, whose date is not known, may have come" if undated else None


def _now(case: Asked, seen: list[Observation], what: str) -> Answer:
    """The newest of some observations, when nothing has been done since and those of that day agree."""
    if not seen:
        return Left(f"No scan and no diagnosis by then records {what}.")
    last = newest([when for when, _, _ in seen])
    if last is None:
        return Left(f"Which record of {what} is the newest cannot be told from their dates.")
    since = changed_since(case, last)
    if since is not None:
        return Left(f"The last record of {what} is of {last}, and {since} on that day or later.")
    of_the_day = [(value, where) for when, value, where in seen if when == last]
    origins = ", ".join(str(where) for _, where in of_the_day)
    found = agreed(of_the_day, f"the newest record, of {last}", f"The records of {last} differ: {origins}.")
    assert found is not None
    return found


def _scans(case: Asked) -> tuple[Row, ...]:
    found, _ = placed(case, case.rows("imaging"), "date_imaging")
    return tuple(row for row in found if row["timepoint"] not in NOT_NOW)


def _observed(
    case: Asked, on_scan: str, at_diagnosis: str, read: Callable[[Any], Value]
) -> list[Observation]:
    """A variable of every scan, and the one of the diagnosis."""
    seen = [
        (row.dates["date_imaging"], read(row[on_scan]), origin(row, on_scan))
        for row in _scans(case)
        if row[on_scan] is not None
    ]
    diagnosed = case.episode.when("date_crlm_diagnosis")
    if diagnosed is not None and case.episode[at_diagnosis] is not None:
        seen.append((diagnosed, read(case.episode[at_diagnosis]), origin(case.episode, at_diagnosis)))
    return seen


def lesions(case: Asked) -> tuple[Row, ...] | None:
    """The metastases of the episode; None when not every one of those counted at the diagnosis is recorded."""
    rows = of_episode(case.rows("metastasis"), case.episode.key)
    complete = case.episode["n_crlm"] is not None and len(rows) >= case.episode["n_crlm"]
    doubtful = of_episode(case.unsure("metastasis"), case.episode.key)
    return rows if rows and complete and not doubtful else None


def _of_diagnosis(case: Asked, value: Value, rows: tuple[Row, ...], variable: str) -> list[Observation]:
    """What all metastases of the episode say together, as an observation of the day of diagnosis."""
    diagnosed = case.episode.when("date_crlm_diagnosis")
    if diagnosed is None or value is None:
        return []
    return [(diagnosed, value, origin(row, variable)) for row in rows if row[variable] is not None]


@fills(
    "n_crlm",
    "imaging.n_lesions",
    "imaging.date_imaging",
    "crlm_episode.n_crlm",
    "crlm_episode.date_crlm_diagnosis",
)
def n_crlm(case: Asked) -> Answer:
    """Lesions on the newest scan of the episode, or at its diagnosis when that is newer."""
    return _now(case, _observed(case, "n_lesions", "n_crlm", number), "their number")


@fills("max_diameter_mm", "imaging.max_lesion_diameter_mm", "imaging.date_imaging",
       "crlm_episode.size_largest_crlm_mm", "crlm_episode.date_crlm_diagnosis")  # fmt: skip
def max_diameter(case: Asked) -> Answer:
    """Largest diameter on the newest scan of the episode, or at its diagnosis when that is newer; none where none
    is seen.
    """
    seen = _observed(case, "max_lesion_diameter_mm", "size_largest_crlm_mm", number)
    found = _now(case, seen, "the largest diameter")
    if isinstance(found, Found) and found.value == 0:
        return Left(f"No metastasis is seen any more ({found.origins[0]}): there is none to measure.")
    return found


@fills("recurrent_max_diameter_mm", *FILLINGS["max_diameter_mm"].reads, "crlm_episode.episode_number")
def recurrent_max_diameter(case: Asked) -> Answer:
    """Of an episode from the second, its largest diameter now."""
    if not previous_episodes(case) and (case.number or 1) < 2:
        return Left("The episode is not recorded as a recurrence.")
    return max_diameter(case)


@fills(
    "segments_involved",
    "imaging.n_segments_involved",
    "crlm_episode.n_segments_involved",
    "metastasis.segments",
)
def segments(case: Asked) -> Answer:
    """Segments on the newest scan or at the diagnosis; at the diagnosis also from the metastases, when all are
    recorded (4a and 4b are one).
    """
    seen = _observed(case, "n_segments_involved", "n_segments_involved", number)
    rows = lesions(case)
    if rows and all(row["segments"] for row in rows):
        involved = {name.removesuffix("a").removesuffix("b") for row in rows for name in row["segments"]}
        seen += _of_diagnosis(case, Decimal(len(involved)), rows, "segments")
    return _now(case, seen, "the segments")


@fills(
    "distribution",
    "imaging.bilobar",
    "crlm_episode.bilobar_at_diagnosis",
    "metastasis.segments",
    "metastasis.lobe",
)
def distribution(case: Asked) -> Answer:
    """One lobe or both on the newest scan or at the diagnosis; at the diagnosis also from the metastases' segments
    (left 2 to 4, right 5 to 8), else their lobes.

    The caudate lobe (segment 1) belongs to neither. Unilobar from the metastases needs all of them.
    """
    seen = _observed(case, "bilobar", "bilobar_at_diagnosis", lambda both: "bilobar" if both else "unilobar")
    known = of_episode(case.rows("metastasis"), case.episode.key)
    sides = [_sides(row) for row in known]
    both = {"left", "right"} <= {side for one in sides for side in one or ()}
    complete = lesions(case) is not None and None not in sides
    if both or complete:
        level = "bilobar" if both else "unilobar"
        for variable in ("segments", "lobe"):
            rows = tuple(row for row in known if variable == ("segments" if row["segments"] else "lobe"))
            seen += _of_diagnosis(case, level, rows, variable)
    return _now(case, seen, "the lobes")


def _sides(row: Row) -> frozenset[str] | None:
    """The lobes that a metastasis lies in; None when that is not recorded."""
    if row["segments"]:
        lies = set(row["segments"])
        return frozenset(side for side, lobe in (("left", LEFT_LOBE), ("right", RIGHT_LOBE)) if lies & lobe)
    named: dict[str | None, frozenset[str]] = {
        "left": frozenset({"left"}), "right": frozenset({"right"}),
        "both": frozenset({"left", "right"}), "caudate": frozenset(),
    }  # fmt: skip
    return named.get(row["lobe"])


@fills("liver_involvement_pct", "crlm_episode.liver_involvement_pct", "crlm_episode.date_crlm_diagnosis")
def involvement(case: Asked) -> Answer:
    """Share of the liver at the diagnosis of the episode, unless something was done since."""
    diagnosed = case.episode.when("date_crlm_diagnosis")
    value = case.episode["liver_involvement_pct"]
    if diagnosed is None or value is None:
        return Left("It is not recorded at the diagnosis.")
    where = origin(case.episode, "liver_involvement_pct")
    return _now(case, [(diagnosed, number(value), where)], "the share of the liver")


def _invasion(case: Asked) -> Answer:
    """None when no metastasis of the episode infiltrates its nearest major vessel; which vessel is infiltrated is
    not recorded.
    """
    rows = lesions(case)
    if rows is None or any(row["vascular_relation"] is None for row in rows):
        return Left("The relation to the nearest major vessel is not recorded of every metastasis.")
    invading = [row for row in rows if row["vascular_relation"] == "infiltration"]
    if invading:
        return Left(f"Metastasis {invading[0].key} infiltrates a major vessel; which one is not recorded.")
    return _now(case, _of_diagnosis(case, "none", rows, "vascular_relation"), "the invasion of vessels")


@fills("portal_vein_invasion", "metastasis.vascular_relation", "crlm_episode.n_crlm")
def portal_vein_invasion(case: Asked) -> Answer:
    """None when no metastasis of the episode infiltrates its nearest major vessel; nothing else can be said of the
    portal veins.
    """
    return _invasion(case)


@fills("hepatic_vein_invasion", "metastasis.vascular_relation", "crlm_episode.n_crlm")
def hepatic_vein_invasion(case: Asked) -> Answer:
    """None when no metastasis of the episode infiltrates its nearest major vessel; nothing else can be said of the
    hepatic veins.
    """
    return _invasion(case)


@fills("steatosis_present", "imaging.steatosis_on_imaging", "imaging.date_imaging")
def steatosis(case: Asked) -> Answer:
    """What the newest scan that mentions it says."""
    seen = [row for row in _scans(case) if row["steatosis_on_imaging"] is not None]
    last = newest([row.dates["date_imaging"] for row in seen])
    each = [
        (yes_no(row["steatosis_on_imaging"]), origin(row, "steatosis_on_imaging"))
        for row in seen
        if row.dates["date_imaging"] == last
    ]
    return agreed(each, "the newest scan that says so", f"The scans of {last} differ.") or Left(
        "No scan by then mentions it, or their order cannot be told."
    )
