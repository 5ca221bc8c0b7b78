"""Disease outside the liver: at the diagnosis of the episode, and found since."""

from __future__ import annotations

from decimal import Decimal

from crlm.pathway.conditions.values import Span, Value
from crlm.pathway.filling.answers import Answer, Asked, Clash, Found, Left, Origin, fills, origin
from crlm.pathway.filling.dates import no_later
from crlm.pathway.filling.episode import placed
from crlm.pathway.filling.history import Row

ORGAN = {"lung": "lung_only", "peritoneum": "peritoneum", "lymph_node": "nodes", "portal_lymph_node": "nodes"}
"""The input's level for disease in one organ; any other organ is `other`."""
IN_THE_LIVER = ("liver_local", "liver_distant")
SEEN = ("extrahepatic", "combined")


def _since(case: Asked) -> tuple[list[Row], list[Row]]:
    """Events and scans since the diagnosis of the episode that show extrahepatic disease, and those that may."""
    diagnosed = case.episode.when("date_crlm_diagnosis")
    scans, _ = placed(case, case.rows("imaging"), "date_imaging")
    found = [(row, row.dates["date_event"]) for row in case.rows("followup_event") if _is_extrahepatic(row)]
    found += [(row, row.dates["date_imaging"]) for row in scans if row["evidence_of_recurrence"] in SEEN]
    doubtful = [row for row in case.unsure("followup_event") if _is_extrahepatic(row)]
    doubtful += [row for row in scans if row["evidence_of_recurrence"] == "equivocal"]
    if diagnosed is None:
        return [], [row for row, _ in found] + doubtful
    sure = [row for row, when in found if no_later(diagnosed, when)]
    doubtful += [row for row, when in found if no_later(diagnosed, when) is None]
    return sure, doubtful


def _is_extrahepatic(row: Row) -> bool:
    return row["event_type"] == "extrahepatic_recurrence" or bool(_outside(row["sites"]))


def _outside(sites: list[str] | None) -> set[str]:
    return set(sites or ()) - set(IN_THE_LIVER)


def _shown_by(row: Row) -> Origin:
    return origin(row, "event_type" if row.table == "followup_event" else "evidence_of_recurrence")


@fills("extrahepatic_disease", "crlm_episode.extrahepatic_disease", "crlm_episode.date_extrahepatic_first",
       "followup_event.event_type", "followup_event.date_event", "imaging.evidence_of_recurrence")  # fmt: skip
def extrahepatic(case: Asked) -> Answer:
    """Yes or no as recorded of the episode; yes when an event or a scan since its diagnosis shows some. "Possible"
    is not recorded.
    """
    since, doubtful = _since(case)
    own = case.episode["extrahepatic_disease"]
    where = [origin(case.episode, "extrahepatic_disease")] if own else []
    if own or since:
        return Found(
            "yes", (*where, *(_shown_by(row) for row in since)), "recorded of the episode, or found since"
        )
    if own is None:
        return Left("It is not recorded of the episode by then.")
    if case.episode["extrahepatic_disease_sites"]:
        both = (
            origin(case.episode, "extrahepatic_disease"),
            origin(case.episode, "extrahepatic_disease_sites"),
        )
        return Clash("There is no extrahepatic disease, and its sites are recorded.", both)
    if doubtful:
        return Left(
            f"{doubtful[0].table} {doubtful[0].key} may show some: it is equivocal, or its date does not tell."
        )
    return Found(
        "no", (origin(case.episode, "extrahepatic_disease"),), "recorded of the episode, and none found since"
    )


def _organs(case: Asked) -> tuple[set[str], tuple[Origin, ...]] | Left:
    """The organs with disease, nodes as one; Left when they are not known."""
    answer = extrahepatic(case)
    if not isinstance(answer, Found):
        return Left("Whether there is extrahepatic disease is not known by then.")
    if answer.value == "no":
        return set(), answer.origins
    sites: set[str] = set()
    where: list[Origin] = []
    since, doubtful = _since(case)
    rows = [(row, row["sites"]) for row in since]
    if case.episode["extrahepatic_disease"]:
        rows.append((case.episode, case.episode["extrahepatic_disease_sites"]))
    for row, named in rows:
        outside = _outside(named)
        if not outside:
            return Left(f"{row.table} {row.key} does not say where it is.")
        sites |= outside
        where.append(origin(row, "sites" if row.table == "followup_event" else "extrahepatic_disease_sites"))
    if doubtful:
        return Left(f"{doubtful[0].table} {doubtful[0].key} may show more.")
    return sites, tuple(where)


def _counted(sites: set[str]) -> set[str]:
    return {"nodes" if ORGAN.get(one) == "nodes" else one for one in sites}


READS = (
    "crlm_episode.extrahepatic_disease", "crlm_episode.extrahepatic_disease_sites", "followup_event.sites",
    "followup_event.date_event",
)  # fmt: skip


@fills("ehd_sites", *READS)
def ehd_sites(case: Asked) -> Answer:
    """None without extrahepatic disease; one organ by its name, several as multiple; all lymph nodes are one."""
    found = _organs(case)
    if isinstance(found, Left):
        return found
    sites, where = found
    organs = _counted(sites)
    level = "none" if not sites else "multiple" if len(organs) > 1 else ORGAN.get(next(iter(sites)), "other")
    return Found(level, where, "the organs that are recorded")


@fills("n_extrahepatic_sites", *READS)
def n_sites(case: Asked) -> Answer:
    """Organs outside the liver, all lymph nodes as one; at least that many when one of them is `other`."""
    found = _organs(case)
    if isinstance(found, Left):
        return found
    sites, where = found
    count = Decimal(len(_counted(sites)))
    value: Value = Span(count, None) if "other" in sites else count
    return Found(value, where, "the organs that are recorded, counted")


@fills("portal_lymphadenopathy", *READS)
def portal_nodes(case: Asked) -> Answer:
    """Yes when portal nodes are among the sites; no when all sites are known and none are lymph nodes."""
    sites = case.episode["extrahepatic_disease_sites"] or []
    if "portal_lymph_node" in sites:
        return Found(
            "yes", (origin(case.episode, "extrahepatic_disease_sites"),), "among the sites of the episode"
        )
    found = _organs(case)
    if isinstance(found, Left):
        return found
    if "lymph_node" in found[0]:
        return Left("Lymph nodes are recorded; whether portal ones is not.")
    return Found("no", found[1], "not among the sites")
