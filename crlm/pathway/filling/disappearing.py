"""Which metastases are seen on which scans, whether some have disappeared, and whether MRI was done."""

from __future__ import annotations

from crlm.pathway.filling.answers import Answer, Asked, Found, Left, Origin, fills, origin
from crlm.pathway.filling.baseline import before_treatment
from crlm.pathway.filling.chemotherapy import chemotherapies, on_therapy
from crlm.pathway.filling.dates import newest, no_later
from crlm.pathway.filling.episode import placed, procedures
from crlm.pathway.filling.history import Row, of_episode
from crlm.pathway.filling.liver_now import changed_since, lesions

WITH_GADOLINIUM = ("ceMRI", "ceMRI_liver_specific")
GADOLINIUM = ("gadolinium_extracellular", "gadoxetic_acid")
MRI = (*WITH_GADOLINIUM, "MRI_DWI")
ULTRASOUND = ("US", "CEUS", "IOUS", "CE_IOUS")


def _with_gadolinium(row: Row) -> bool:
    return row["modality"] in WITH_GADOLINIUM or row["contrast_agent"] in GADOLINIUM


def _scans(case: Asked) -> tuple[Row, ...]:
    return placed(case, case.rows("imaging"), "date_imaging")[0]


@fills(
    "mri_baseline_done",
    "imaging.modality",
    "imaging.contrast_agent",
    "imaging.date_imaging",
    "systemic_therapy.date_start",
)
def mri_baseline(case: Asked) -> Answer:
    """Yes when an MRI with gadolinium for the episode dates from before its treatment; never no: a scan may have
    been made elsewhere.
    """
    found = [row for row in before_treatment(case, _scans(case), "date_imaging") if _with_gadolinium(row)]
    if found:
        where = tuple(origin(row, "modality") for row in found)
        return Found("yes", where, "an MRI with gadolinium before the treatment of the episode")
    return Left("No such MRI is recorded by then; that there is no record does not say that it was not done.")


@fills(
    "mri_preop_done",
    "imaging.modality",
    "imaging.contrast_agent",
    "imaging.date_imaging",
    "systemic_therapy.date_end",
)
def mri_preop(case: Asked) -> Answer:
    """Yes when an MRI with gadolinium dates from after the last preoperative chemotherapy and before the operation;
    never no.
    """
    found = _after_chemotherapy(case)
    if found:
        where = tuple(origin(row, "modality") for row in found)
        return Found("yes", where, "an MRI with gadolinium after the last dose")
    return Left("No such MRI is recorded by then; that there is no record does not say that it was not done.")


def _after_chemotherapy(case: Asked) -> list[Row]:
    given, _ = chemotherapies(case)
    ends = [row.when("date_end") for row in given]
    done = [row.dates["date_procedure"] for row in procedures(case)]
    return [
        row
        for row in _scans(case)
        if given
        and _with_gadolinium(row)
        and all(end is not None and no_later(end, row.dates["date_imaging"]) for end in ends)
        and all(no_later(row.dates["date_imaging"], one) for one in done)
    ]


def _disappeared(case: Asked, lesion: Row) -> tuple[bool | None, list[Origin]]:
    """Whether a metastasis was seen at baseline and on none of the newest scans since the therapy began.

    Ultrasound does not count, and a scan of unknown modality says nothing. A metastasis never seen did not disappear.
    """
    seen_before: list[bool | None] = []
    since: list[tuple[Row, Row]] = []
    on_it = {row.key for row in on_therapy(case, "date_imaging")}
    for row in case.rows("lesion_imaging"):
        scan = case.history.parent(row, "imaging_id", "imaging")
        if row["lesion_id"] != lesion.key or scan is None or scan["modality"] in (None, *ULTRASOUND):
            continue
        if scan["timepoint"] == "baseline":
            seen_before.append(row["visible"])
        elif scan.key in on_it:
            since.append((row, scan))
    last = newest([scan.dates["date_imaging"] for _, scan in since])
    newest_rows = [(row, scan) for row, scan in since if scan.dates["date_imaging"] == last]
    where = [origin(row, "visible", scan.dates["date_imaging"]) for row, scan in newest_rows]
    if seen_before and all(one is False for one in seen_before):
        return False, where
    now = [row["visible"] for row, _ in newest_rows]
    if True in now:
        return False, where
    if True not in seen_before or not now or None in now:
        return None, where
    return True, where


@fills(
    "dlm_present", "lesion_imaging.visible", "imaging.timepoint", "imaging.modality", "imaging.date_imaging"
)
def dlm_present(case: Asked) -> Answer:
    """Yes when a metastasis was seen at baseline and on none of the newest scans since the therapy began
    (ultrasound does not count); no when that is known not to be so of every metastasis.
    """
    rows = of_episode(case.rows("metastasis"), case.episode.key)
    answers = [_disappeared(case, row) for row in rows]
    gone = [where for answer, where in answers if answer]
    if gone:
        return Found("yes", tuple(one for where in gone for one in where), "seen at baseline, and not since")
    if lesions(case) is not None and all(answer is False for answer, _ in answers):
        where = tuple(one for _, each in answers for one in each)
        return Found("no", where, "every metastasis is still seen, or never was")
    return Left("It is not recorded of every metastasis that it is still seen since the therapy began.")


@fills("mri_visible_dlm", "lesion_imaging.visible", "imaging.modality", "imaging.date_imaging")
def mri_visible_dlm(case: Asked) -> Answer:
    """No when the metastases that disappeared are not seen on an MRI with gadolinium after the last chemotherapy;
    one seen there has not disappeared.
    """
    gone = {
        row.key for row in of_episode(case.rows("metastasis"), case.episode.key) if _disappeared(case, row)[0]
    }
    scans = {row.key: row for row in _after_chemotherapy(case)}
    last = newest([row.dates["date_imaging"] for row in scans.values()])
    rows = [
        row
        for row in case.rows("lesion_imaging")
        if row["lesion_id"] in gone
        and row["imaging_id"] in scans
        and scans[row["imaging_id"]].dates["date_imaging"] == last
    ]
    if gone and {row["lesion_id"] for row in rows if row["visible"] is False} == gone:
        return Found(
            "no", tuple(origin(row, "visible", last) for row in rows), "none of them is seen on that MRI"
        )
    return Left("No metastasis is known to have disappeared, or the MRI does not say so of each.")


def _seen_on(case: Asked, modalities: tuple[str, ...]) -> Answer:
    """For each metastasis by its number, whether the newest such scan of the episode shows it."""
    rows = of_episode(case.rows("metastasis"), case.episode.key)
    scans = [row for row in _scans(case) if row["modality"] in modalities]
    last = newest([row.dates["date_imaging"] for row in scans])
    today = [row for row in scans if row.dates["date_imaging"] == last]
    if len(today) != 1 or not rows or any(row["lesion_number"] is None for row in rows):
        return Left(
            "There is no such scan by then, or not one that is the newest, or no metastasis is recorded."
        )
    since = changed_since(case, today[0].dates["date_imaging"])
    if since is not None:
        return Left(f"The newest such scan is of {last}, and {since} on that day or later.")
    shown = {
        row["lesion_id"]: row for row in case.rows("lesion_imaging") if row["imaging_id"] == today[0].key
    }
    levels, where = [], []
    for row in sorted(rows, key=lambda one: one["lesion_number"]):
        found = shown.get(row.key)
        visible = found["visible"] if found else None
        levels.append("unknown" if visible is None else "yes" if visible else "no")
        if found is not None and visible is not None:
            where.append(origin(found, "visible", last))
    if not where:
        return Left("The scan says of no metastasis whether it is seen.")
    return Found(tuple(levels), tuple(where), "by the number of the metastasis")


@fills(
    "ct_visible",
    "lesion_imaging.visible",
    "imaging.modality",
    "imaging.date_imaging",
    "metastasis.lesion_number",
)
def ct_visible(case: Asked) -> Answer:
    """For each metastasis by its number, whether the newest contrast-enhanced CT of the episode shows it."""
    return _seen_on(case, ("ceCT",))


@fills(
    "mri_visible",
    "lesion_imaging.visible",
    "imaging.modality",
    "imaging.date_imaging",
    "metastasis.lesion_number",
)
def mri_visible(case: Asked) -> Answer:
    """For each metastasis by its number, whether the newest MRI of the episode shows it."""
    return _seen_on(case, MRI)


@fills("fiducial_placed", "metastasis.fiducial_placed", "metastasis.date_fiducial")
def fiducial(case: Asked) -> Answer:
    """Yes when a marker was placed in a metastasis before the treatment of the episode; no when it is recorded of every
    one that none was.
    """
    rows = of_episode(case.rows("metastasis"), case.episode.key)
    marked = tuple(row for row in rows if row["fiducial_placed"] and row.when("date_fiducial"))
    placed_in = before_treatment(case, marked, "date_fiducial")
    if placed_in:
        where = tuple(origin(row, "fiducial_placed", row.when("date_fiducial")) for row in placed_in)
        return Found("yes", where, "a marker was placed before the treatment of the episode")
    if lesions(case) is not None and all(row["fiducial_placed"] is False for row in rows):
        return Found(
            "no", tuple(origin(row, "fiducial_placed") for row in rows), "recorded of every metastasis"
        )
    return Left(
        "No marker with a date before the treatment is recorded, and not of every metastasis that there is none."
    )
