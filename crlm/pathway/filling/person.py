"""The patient and the primary tumour: age, the interval free of disease, whether the primary is there, RAS."""

from __future__ import annotations

from decimal import Decimal

from crlm.pathway.derived import FOLLOWING
from crlm.pathway.filling.answers import Answer, Asked, Clash, Found, Left, agreed, fills, origin, yes_no
from crlm.pathway.filling.dates import completed_years, days_from, months
from crlm.pathway.filling.history import Row
from crlm.pathway.filling.sources import undated_primary


@fills("age_years", "patient.date_of_birth")
def age(case: Asked) -> Answer:
    """Completed years on the day of the decision; of a birth date known to the month or year, the limits."""
    (row,) = case.rows("patient")
    born = row.when("date_of_birth")
    if born is None:
        return Left("The date of birth is not recorded.")
    how = f"completed years on {case.history.date}"
    return Found(completed_years(born, case.history.date), (origin(row, "date_of_birth"),), how)


@fills("primary_in_situ", "primary_tumour.date_primary_resection", "primary_tumour.primary_resected",
       absence="primary_resected = no says that the primary was never resected")  # fmt: skip
def primary_in_situ(case: Asked) -> Answer:
    """No once every primary had been resected; yes when one is recorded as never resected."""
    answers: list[tuple[bool | None, Row, str]] = []
    if case.unsure("primary_tumour"):
        return undated_primary(case)
    for row in case.rows("primary_tumour"):
        resected = row.when("date_primary_resection") is not None
        if resected and row["primary_resected"] is False:
            says = "The primary is recorded as never resected, and its resection has a date."
            return Clash(says, (origin(row, "primary_resected"), origin(row, "date_primary_resection")))
        if resected:
            answers.append((False, row, "date_primary_resection"))
        elif row["primary_resected"] is False:
            answers.append((True, row, "primary_resected"))
        else:
            answers.append((None, row, "primary_resected"))
    there = [one for one in answers if one[0]]
    deciding = there[:1] or answers
    if not deciding or any(one[0] is None for one in deciding):
        return Left("No resection of the primary is recorded by then, and nothing says that there was none.")
    origins = tuple(origin(row, variable) for _, row, variable in deciding)
    return Found(yes_no(bool(there)), origins, "the primary was resected before, or never")


@fills("disease_free_interval_months", "primary_tumour.date_primary_resection",
       "crlm_episode.date_crlm_diagnosis", "crlm_episode.crlm_timing_recorded")  # fmt: skip
def disease_free_interval(case: Asked) -> Answer:
    """Months from the resection of the primary to the diagnosis of the first liver episode, 0 when that came first.

    Without the two dates it is 0 where the first episode is recorded as synchronous, by the input's definition.
    """
    first = [row for row in case.rows("crlm_episode") if row["episode_number"] == 1]
    if len(first) != 1:
        return Left("The first liver episode is not known.")
    found, primaries = first[0].when("date_crlm_diagnosis"), case.rows("primary_tumour")
    resected = [row for row in primaries if row.when("date_primary_resection")]
    label, synchronous = (
        origin(first[0], "crlm_timing_recorded"),
        first[0]["crlm_timing_recorded"] == "synchronous",
    )
    if found is None or not resected or len(resected) != len(primaries):
        if synchronous:
            return Found(Decimal(0), (label,), "0, because they are recorded as synchronous")
        return Left(
            "The resection of the primary or the diagnosis of the first liver episode has no date by then."
        )
    origins = (
        *(origin(row, "date_primary_resection") for row in resected),
        origin(first[0], "date_crlm_diagnosis"),
    )
    if len(resected) > 1:
        return Clash(
            "There are several primaries: which one the metastases came from is not recorded.", origins
        )
    start = resected[0].dates["date_primary_resection"]
    least, most = days_from(start, found)
    value = Found(
        months(least, most), origins, "days between the two dates / 30.44, 0 when the liver came first"
    )
    if synchronous and least > 0:
        says = (
            f"The metastases are recorded as synchronous, and were found {least} days after the resection of the "
            "primary. Both stand as recorded."
        )
        return Clash(says, (*origins, label), value)
    return value


@fills("ras_status", "primary_tumour.kras_status", "primary_tumour.nras_status", "primary_tumour.kras_g12c")
def ras(case: Asked) -> Answer:
    """KRAS mutant, else NRAS mutant, else wild type only when both are; a G12C mutation with KRAS wild type is a
    contradiction.
    """
    rows = case.rows("primary_tumour")
    if case.unsure("primary_tumour"):
        return undated_primary(case)
    for row in rows:
        if row["kras_g12c"] is True and row["kras_status"] == "wild_type":
            says = "KRAS is wild type, and KRAS G12C is present."
            return Clash(says, (origin(row, "kras_status"), origin(row, "kras_g12c")))
    how, clash = "from KRAS and NRAS", "The primaries differ in RAS."
    each = []
    for row in rows:
        given = {name: row[name] for name in ("kras_status", "nras_status")}
        status = FOLLOWING["ras_status"](given)
        if status is None:
            return Left("KRAS, NRAS or both are not recorded, and neither is known to be mutant.")
        each += [(status, origin(row, name)) for name in given if row[name] is not None]
    return agreed(each, how, clash) or Left("No primary is recorded by then.")
