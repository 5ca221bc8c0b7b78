"""Drugs that the patient has had by the date, for whatever it was given."""

from __future__ import annotations

from crlm.pathway.filling.answers import Answer, Asked, Found, Left, fills, origin
from crlm.pathway.filling.chemotherapy import UNNAMED
from crlm.pathway.filling.dates import earlier
from crlm.pathway.filling.history import Row

FLUOROPYRIMIDINE, OXALIPLATIN, IRINOTECAN = "fluoropyrimidine", "oxaliplatin", "irinotecan"
DRUGS: dict[str, frozenset[str]] = {
    "CAPOX": frozenset({FLUOROPYRIMIDINE, OXALIPLATIN}),
    "FOLFOX": frozenset({FLUOROPYRIMIDINE, OXALIPLATIN}),
    "FOLFIRI": frozenset({FLUOROPYRIMIDINE, IRINOTECAN}),
    "CAPIRI": frozenset({FLUOROPYRIMIDINE, IRINOTECAN}),
    "FOLFOXIRI": frozenset({FLUOROPYRIMIDINE, OXALIPLATIN, IRINOTECAN}),
    "FOLFIRINOX": frozenset({FLUOROPYRIMIDINE, OXALIPLATIN, IRINOTECAN}),
    "capecitabine": frozenset({FLUOROPYRIMIDINE}),
    "fluorouracil_leucovorin": frozenset({FLUOROPYRIMIDINE}),
    "irinotecan": frozenset({IRINOTECAN}),
    "oxaliplatin": frozenset({OXALIPLATIN}),
    "FUDR": frozenset(),
    "mitomycin": frozenset(),
    "raltitrexed": frozenset(),
    "immunotherapy": frozenset(),
}
"""What each regimen contains of the three; floxuridine (FUDR) is neither 5-FU nor capecitabine."""
PUMP: dict[str, frozenset[str]] = {
    "fluorouracil": frozenset({FLUOROPYRIMIDINE}),
    "oxaliplatin": frozenset({OXALIPLATIN}),
    "irinotecan": frozenset({IRINOTECAN}),
}
ABSENCE = (
    "systemic_therapy has one row per line or course: no, when none of them contains it, and no other therapy for "
    "the primary is recorded"
)
HAI_ABSENCE = (
    "haip has one row per pump and systemic_therapy one per course: no, when no course went into the artery"
)


def _exposure(case: Asked, drug: str) -> Answer:
    """Yes when a course or a pump by then contained the drug; no when all are known and none did."""
    courses, pumps = case.rows("systemic_therapy"), _infused(case)
    with_it = [origin(row, "regimen") for row in courses if drug in DRUGS.get(row["regimen"] or "", ())]
    with_it += [origin(row, "haip_drug") for row in pumps if drug in PUMP.get(row["haip_drug"] or "", ())]
    if with_it:
        return Found("yes", tuple(with_it), f"contains {drug}")
    unclear = [row.key for row in courses if row["regimen"] in UNNAMED]
    unclear += [row.key for row in pumps if row["haip_drug"] is None]
    unclear += [row.key for row in (*case.unsure("systemic_therapy"), *case.unsure("haip"))]
    return _no(case, unclear)


def _infused(case: Asked) -> list[Row]:
    """Pumps through which a drug had been given."""
    return [row for row in case.rows("haip") if row.when("date_haip_start")]


def _no(case: Asked, unclear: list[str]) -> Answer:
    """No, unless something is in doubt."""
    if unclear:
        return Left(f"What was given, or whether it was by then, is not recorded of {', '.join(unclear)}.")
    if "systemic_therapy" not in case.history.recorded:
        return Left("The registry has no systemic therapies at all.")
    for row in case.rows("primary_tumour"):
        if row["adjuvant_chemotherapy_after_primary"] is not False and not _explained(case):
            return Left("Whether, and with what, the primary was treated by chemotherapy is not recorded.")
    origins = tuple(
        origin(row, "adjuvant_chemotherapy_after_primary")
        for row in case.rows("primary_tumour")
        if row["adjuvant_chemotherapy_after_primary"] is False
    )
    return Found("no", origins, ABSENCE)


def _explained(case: Asked) -> bool:
    """Whether a course is recorded that began before the first liver episode: the one for the primary."""
    firsts = [
        row.when("date_crlm_diagnosis") for row in case.rows("crlm_episode") if row["episode_number"] == 1
    ]
    starts = [row.when("date_start") for row in case.rows("systemic_therapy")]
    return any(first and start and earlier(start, first) for first in firsts for start in starts)


READS = (
    "systemic_therapy.regimen", "systemic_therapy.date_start", "haip.haip_drug", "haip.date_haip_start",
    "primary_tumour.adjuvant_chemotherapy_after_primary",
)  # fmt: skip


@fills("fluoropyrimidine_exposure", *READS, absence=ABSENCE)
def fluoropyrimidine(case: Asked) -> Answer:
    """5-FU or capecitabine in any course by then, for the primary too, or through a pump."""
    return _exposure(case, FLUOROPYRIMIDINE)


@fills("oxaliplatin_exposure", *READS, absence=ABSENCE)
def oxaliplatin(case: Asked) -> Answer:
    """Oxaliplatin in any course by then, for the primary too, or through a pump."""
    return _exposure(case, OXALIPLATIN)


@fills("irinotecan_exposure", *READS, absence=ABSENCE)
def irinotecan(case: Asked) -> Answer:
    """Irinotecan in any course by then, for the primary too, or through a pump."""
    return _exposure(case, IRINOTECAN)


@fills("bevacizumab_received", "systemic_therapy.targeted_agent", "systemic_therapy.date_start",
       "primary_tumour.adjuvant_chemotherapy_after_primary", absence=ABSENCE)  # fmt: skip
def bevacizumab(case: Asked) -> Answer:
    """Bevacizumab in any course by then; no needs the targeted agents of every course."""
    courses = case.rows("systemic_therapy")
    with_it = [row for row in courses if "bevacizumab" in (row["targeted_agent"] or ())]
    if with_it:
        return Found(
            "yes", tuple(origin(row, "targeted_agent") for row in with_it), "bevacizumab is recorded"
        )
    unclear = [row.key for row in courses if not row["targeted_agent"] or "other" in row["targeted_agent"]]
    return _no(case, unclear + [row.key for row in case.unsure("systemic_therapy")])


@fills("hai_received", "haip.date_haip_start", "systemic_therapy.route", "systemic_therapy.date_start",
       absence=HAI_ABSENCE)  # fmt: skip
def hai(case: Asked) -> Answer:
    """Chemotherapy into the hepatic artery by then: a pump in use, or a course by that route."""
    courses = case.rows("systemic_therapy")
    found = [origin(row, "date_haip_start") for row in _infused(case)]
    found += [origin(row, "route") for row in courses if row["route"] == "hepatic_arterial_infusion"]
    if found:
        return Found("yes", tuple(found), "an infusion into the hepatic artery began")
    unclear = [row.key for row in case.rows("haip")] + [row.key for row in case.unsure("haip")]
    unclear += [row.key for row in courses if row["route"] is None]
    unclear += [row.key for row in case.unsure("systemic_therapy") if row["route"] != "intravenous_oral"]
    if unclear:
        return Left(f"Whether it was given by then is not recorded of {', '.join(unclear)}.")
    if not {"haip", "systemic_therapy"} <= case.history.recorded:
        return Left("The registry has no pumps, or no systemic therapies, at all.")
    return Found("no", (), HAI_ABSENCE)
