"""What has been done to the liver in this episode by the day before: remnant, stages, margins."""

from __future__ import annotations

from decimal import Decimal

from crlm.pathway.conditions.values import OneOf, Value
from crlm.pathway.filling.answers import (
    Answer,
    Asked,
    Clash,
    Found,
    Left,
    Origin,
    agreed,
    fills,
    number,
    origin,
    yes_no,
)
from crlm.pathway.filling.dates import When, days_from, earlier, newest, quotient
from crlm.pathway.filling.episode import earlier_procedures, previous_episodes, procedures
from crlm.pathway.filling.history import Row, of_episode

NO_ROW = (
    "local_treatment has one row per session in which the liver was treated; no row, in a registry that has such rows, "
    "is none"
)
STAGED = ("two_stage", "alpps", "fast_track_two_stage")
AUGMENTED = {"pve": "PVE", "pvl": "PVL", "liver_venous_deprivation": "LVD"}
MARGINS = {"R0": "R0", "R1_parenchymal": "R1par", "R1_vascular": "R1vasc", "R2": "R2"}


def _undated(case: Asked) -> tuple[Row, ...]:
    """Procedures of the episode of which it is not known whether they came before."""
    return of_episode(case.unsure("local_treatment"), case.episode.key)


def _none_done(case: Asked) -> Answer | None:
    """An answer where no procedure of the episode is known: unknown when that is not certain, else None."""
    if _undated(case):
        return Left(f"Whether {_undated(case)[0].key} came before the decision is not known.")
    if "local_treatment" not in case.history.recorded:
        return Left("The registry has no local treatments at all.")
    return None


def _volumetry(case: Asked) -> Found | Left | Clash:
    """The newest measurement of the episode that is not postoperative, when nothing was done to the liver since."""
    rows = [
        row
        for row in of_episode(case.rows("liver_volumetry"), case.episode.key)
        if row["volumetry_phase"] != "postoperative"
        and (row["total_liver_volume_ml"] or 0) > 0
        and row["flr_volume_ml"] is not None
    ]
    last = newest([row.dates["date_volumetry"] for row in rows])
    if last is None:
        return Left("No volume measurement with both volumes is dated by then, or the newest cannot be told.")
    if _undated(case):
        return Left(f"Whether {_undated(case)[0].key} came after the measurement of {last} is not known.")
    for row in procedures(case, clearing=False):
        if earlier(row.dates["date_procedure"], last) is not True:
            when = row.dates["date_procedure"]
            return Left(
                f"The last measurement is of {last}, and {row.key} ({when}) came on that day or later."
            )
    today = [row for row in rows if row.dates["date_volumetry"] == last]
    each: list[tuple[Value, Origin]] = []
    for row in today:
        share = quotient(100 * number(row["flr_volume_ml"]), number(row["total_liver_volume_ml"]))
        each += [(share, origin(row, name)) for name in ("flr_volume_ml", "total_liver_volume_ml")]
    found = agreed(each, "100 x remnant / total volume", f"The measurements of {last} differ.")
    assert found is not None
    return found


@fills("flr_pct", "liver_volumetry.flr_volume_ml", "liver_volumetry.total_liver_volume_ml",
       "liver_volumetry.date_volumetry", "liver_volumetry.volumetry_phase",
       "local_treatment.date_procedure")  # fmt: skip
def flr(case: Asked) -> Answer:
    """100 x remnant / total volume of the newest measurement, when nothing was done to the liver on that day or
    since.
    """
    return _volumetry(case)


@fills("flr_denominator", "liver_volumetry.total_liver_volume_ml")
def flr_denominator(case: Asked) -> Answer:
    """With flr_pct: the total is estimated or standardised, as the data dictionary defines the variable."""
    found = _volumetry(case)
    if not isinstance(found, Found):
        return Left("There is no remnant to name it for.")
    where = tuple(one for one in found.origins if one.variable == "total_liver_volume_ml")
    return Found(
        "estimated_total_standardised", where, "so the data dictionary defines total_liver_volume_ml"
    )


@fills("flr_augmentation_done", "local_treatment.flr_augmentation", "local_treatment.procedure_modalities",
       "local_treatment.hepatectomy_strategy", "local_treatment.stage_number", absence=NO_ROW)  # fmt: skip
def flr_augmentation(case: Asked) -> Answer:
    """What the procedures of the episode did for the remnant; none when there was no procedure, or each records
    none.
    """
    done: list[tuple[Value, Origin]] = []
    unclear: list[str] = []
    for row in procedures(case, clearing=False):
        means = {*(row["flr_augmentation"] or ()), *(row["procedure_modalities"] or ())}
        named = {AUGMENTED[one] for one in means if one in AUGMENTED}
        variable = "flr_augmentation" if row["flr_augmentation"] else "procedure_modalities"
        if row["hepatectomy_strategy"] == "alpps" and row["stage_number"] == 1:
            named, variable = {"ALPPS_stage1"}, "hepatectomy_strategy"
        elif "liver_partition" in means or not (named or row["flr_augmentation"]):
            unclear.append(row.key)
        done += [(level, origin(row, variable)) for level in sorted(named)]
    if done:
        return agreed(done, "as recorded", "More than one kind of augmentation is recorded.") or Left("")
    if unclear:
        return Left(f"What {', '.join(unclear)} did for the remnant is not recorded.")
    where = tuple(origin(row, "flr_augmentation") for row in procedures(case, clearing=False))
    return _none_done(case) or Found("none", where, "recorded as none" if where else NO_ROW)


def _stage(case: Asked, which: int) -> tuple[Row, ...]:
    return tuple(
        row
        for row in procedures(case, clearing=False)
        if row["stage_number"] == which
        and (row["planned_stages"] == 2 or row["hepatectomy_strategy"] in STAGED)
    )


@fills("tsh_variant", "local_treatment.hepatectomy_strategy", "local_treatment.date_procedure")
def tsh_variant(case: Asked) -> Answer:
    """ALPPS, or of a two-stage hepatectomy one of classical and hybrid: the registry does not tell them apart."""
    staged = [
        row
        for row in procedures(case, clearing=False)
        if row["hepatectomy_strategy"] in ("two_stage", "alpps")
    ]
    each = [
        ("alpps" if row["hepatectomy_strategy"] == "alpps" else OneOf(frozenset({"classical", "hybrid"})),
         origin(row, "hepatectomy_strategy"))
        for row in staged
    ]  # fmt: skip
    return agreed(each, "the strategy of the session", "The stages name different strategies.") or Left(
        "No stage of a two-stage hepatectomy is known by then."
    )


@fills("tsh_stage1_done", "local_treatment.stage_number", "local_treatment.planned_stages",
       "local_treatment.hepatectomy_strategy", "local_treatment.date_procedure", absence=NO_ROW)  # fmt: skip
def tsh_stage1(case: Asked) -> Answer:
    """Yes when stage 1 of two had been done in this episode; no when nothing had been done, or only procedures of
    one stage.
    """
    first = _stage(case, 1)
    if first:
        return Found("yes", tuple(origin(row, "stage_number") for row in first), "stage 1 of two")
    done = procedures(case)
    unclear = [row for row in done if row["planned_stages"] != 1]
    if unclear:
        return Left(
            f"How many stages were planned with {unclear[0].key} is not recorded, or its stage is not."
        )
    where = tuple(origin(row, "planned_stages") for row in done)
    return _none_done(case) or Found("no", where, "one stage only" if where else NO_ROW)


@fills("tsh_interstage_days", "local_treatment.stage_number", "local_treatment.date_procedure")
def tsh_interstage(case: Asked) -> Answer:
    """Days between the two stages of the episode, once both had been done."""
    stages = _stage(case, 1), _stage(case, 2)
    if any(len(rows) != 1 for rows in stages):
        return Left("One stage 1 and one stage 2 are not both known by then.")
    (one,), (two,) = stages
    least, most = days_from(one.dates["date_procedure"], two.dates["date_procedure"])
    if least != most or least < 0:
        return Left("The stages are not dated to the day, or the second came first.")
    return Found(
        Decimal(least), (origin(one, "date_procedure"), origin(two, "date_procedure")), "days between them"
    )


@fills("prior_tsh", "local_treatment.hepatectomy_strategy", "local_treatment.planned_stages",
       "local_treatment.stage_number", "crlm_episode.episode_number", absence=NO_ROW)  # fmt: skip
def prior_tsh(case: Asked) -> Answer:
    """Yes when an earlier episode had a stage of a two-stage hepatectomy; no when there was none, or each was of
    one stage.
    """
    done = earlier_procedures(case)
    staged = [row for row in done if row["hepatectomy_strategy"] in STAGED or row["planned_stages"] == 2]
    if staged:
        return Found(
            "yes", tuple(origin(row, "planned_stages") for row in staged), "an earlier episode was staged"
        )
    episodes = {row.key for row in previous_episodes(case)}
    doubtful = [row.key for row in case.unsure("local_treatment") if row["episode_id"] in (None, *episodes)]
    unclear = doubtful + [row.key for row in done if row["planned_stages"] != 1]
    unclear += [row.key for row in case.rows("local_treatment") if row["episode_id"] is None]
    if unclear or case.number is None:
        return Left(f"The stages of {', '.join(unclear) or 'earlier episodes'} are not recorded.")
    if len(episodes) != case.number - 1:
        return Left("Not every earlier episode is known by then.")
    if "local_treatment" not in case.history.recorded:
        return Left("The registry has no local treatments at all.")
    where = tuple(origin(row, "planned_stages") for row in done)
    return Found("no", where, "one stage each" if where else NO_ROW)


@fills(
    "simultaneous_primary_resection",
    "primary_tumour.date_primary_resection",
    "local_treatment.date_procedure",
)
def simultaneous(case: Asked) -> Answer:
    """Once both had been done, in the first episode: whether the primary and the liver were resected on one day."""
    liver = [row for row in procedures(case) if "resection" in row["procedure_modalities"]]
    primaries = [row for row in case.rows("primary_tumour") if row.when("date_primary_resection")]
    if case.number != 1 or not liver or len(primaries) != 1:
        return Left(
            "The resections of one primary and of the liver in the first episode are not both known by then."
        )
    day, days = primaries[0].dates["date_primary_resection"], [row.dates["date_procedure"] for row in liver]
    if any(one.day is None for one in (day, *days)):
        return Left("They are not dated to the day.")
    where = (
        origin(primaries[0], "date_primary_resection"),
        *(origin(row, "date_procedure") for row in liver),
    )
    return Found(yes_no(day in days), where, "whether the dates are the same")


def _last_resection(case: Asked) -> Row | None:
    """The last resection of the episode; None when there is none, or it cannot be told which is the last."""
    done = [row for row in procedures(case) if "resection" in row["procedure_modalities"]]
    last: When | None = newest([row.dates["date_procedure"] for row in done])
    rows = [row for row in done if row.dates["date_procedure"] == last]
    return rows[0] if len(rows) == 1 and not _undated(case) else None


def _areas(case: Asked, resection: Row) -> tuple[Row, ...]:
    return tuple(
        row
        for row in case.rows("treated_lesion")
        if row["procedure_id"] == resection.key and row["modality"] == "resection"
    )


@fills(
    "margin_mm", "local_treatment.resection_margin_mm", "treated_lesion.margin_mm", "treated_lesion.modality"
)
def margin(case: Asked) -> Answer:
    """Smallest margin of the last resection of the episode, and of its lesions when every one has one; they have to
    agree.
    """
    resection = _last_resection(case)
    if resection is None:
        return Left("No resection of this episode is known by then, or it cannot be told which was the last.")
    each: list[tuple[Value, Origin]] = []
    if resection["resection_margin_mm"] is not None:
        each.append((number(resection["resection_margin_mm"]), origin(resection, "resection_margin_mm")))
    areas = _areas(case, resection)
    if areas and all(row["margin_mm"] is not None for row in areas):
        least = min(areas, key=lambda row: row["margin_mm"])
        where = origin(least, "margin_mm", resection.when("date_procedure"))
        each.append((number(least["margin_mm"]), where))
    return agreed(
        each, "the smallest of the resection", "The margin of the session and its lesions differ."
    ) or Left("The width of its margin is not recorded.")


@fills(
    "margin_type", "local_treatment.residual_disease", "treated_lesion.margin_type", "treated_lesion.modality"
)
def margin_type(case: Asked) -> Answer:
    """Type of the last resection's margins when all lesions have the same; else from the session: R0, R2, and of R1
    one of R1par and R1vasc.
    """
    resection = _last_resection(case)
    if resection is None:
        return Left("No resection of this episode is known by then, or it cannot be told which was the last.")
    areas, when = _areas(case, resection), resection.when("date_procedure")
    types = [MARGINS.get(row["margin_type"] or "") for row in areas]
    session, of_session = resection["residual_disease"], origin(resection, "residual_disease")
    if areas and None not in types:
        where = tuple(origin(row, "margin_type", when) for row in areas)
        if session is not None and session not in {str(one)[:2] for one in types}:
            return Clash("The lesions and the session differ in their margins.", (*where, of_session))
        if len(set(types)) == 1:
            return Found(types[0], where, "the same for every lesion")
        return Left("The lesions have different margins, and the rules know one.")
    if session is None:
        return Left("Its margins are not recorded.")
    value: Value = OneOf(frozenset({"R1par", "R1vasc"})) if session == "R1" else session
    return Found(value, (of_session,), "the whole session; R1 does not say at parenchyma or vessel")
