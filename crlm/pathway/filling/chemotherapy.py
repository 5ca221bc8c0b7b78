"""Systemic therapy for the episode, up to the day before the decision."""

from __future__ import annotations

from decimal import Decimal

from crlm.pathway.conditions.values import Span, Value
from crlm.pathway.filling.answers import Answer, Asked, Clash, Found, Left, Origin, fills, origin, yes_no
from crlm.pathway.filling.dates import When, days_from, earlier, months, newest, no_later
from crlm.pathway.filling.episode import placed, procedures, therapies
from crlm.pathway.filling.history import Row

NO_ROW = "systemic_therapy has one row per line or course; no row, in a registry that has such rows, is none"
NOT_CHEMOTHERAPY = ("immunotherapy",)
UNNAMED = (None, "other")
"""Regimens of which it is not known what they contain."""
BEST = ("CR", "PR", "SD", "PD")


def preoperative(case: Asked) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Therapies for the episode that began before its first local treatment, where that was done; and those in doubt.

    Adjuvant therapy is none of them. Of a therapy without a start, the recorded `given_before_local_treatment` decides
    once the treatment was done.
    """
    sure, unsure = therapies(case)
    done = [row.dates["date_procedure"] for row in procedures(case) if "date_procedure" in row.dates]
    first = min(done, key=lambda one: one.last, default=None)
    before: list[Row] = []
    doubtful = [row for row in unsure if row["intent"] != "adjuvant"]
    for row in sure:
        if row["intent"] == "adjuvant":
            continue
        start = row.when("date_start")
        answer = (
            True if first is None else earlier(start, first) if start else row["given_before_local_treatment"]
        )
        if answer:
            before.append(row)
        elif answer is None:
            doubtful.append(row)
    return tuple(before), tuple(doubtful)


def is_chemotherapy(row: Row) -> bool | None:
    """Whether a therapy is chemotherapy: unknown when its regimen is not recorded or another one."""
    if row["regimen"] in UNNAMED:
        return None
    return row["regimen"] not in NOT_CHEMOTHERAPY


def chemotherapies(case: Asked) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """The preoperative chemotherapies of the episode, and what may be one."""
    before, doubtful = preoperative(case)
    sure = tuple(row for row in before if is_chemotherapy(row))
    maybe = tuple(
        row for row in (*before, *doubtful) if is_chemotherapy(row) is not False and row not in sure
    )
    return sure, maybe


def _given(case: Asked, sure: tuple[Row, ...], maybe: tuple[Row, ...], what: str) -> Answer:
    """Yes with a certain row, no without any row in a registry that records them, else unknown."""
    if sure:
        return Found("yes", tuple(_regimen(row) for row in sure), f"{what} began before the decision")
    if maybe:
        named = ", ".join(row.key for row in maybe)
        return Left(
            f"Whether it was given by then cannot be told from {named} (date, episode or regimen missing)."
        )
    if "systemic_therapy" not in case.history.recorded:
        return Left("The registry has no systemic therapies at all.")
    return Found("no", (), NO_ROW)


def _regimen(row: Row) -> Origin:
    return origin(row, "regimen" if row["regimen"] else "intent")


@fills("prior_chemo", "systemic_therapy.date_start", "systemic_therapy.intent", "systemic_therapy.regimen",
       "local_treatment.date_procedure", absence=NO_ROW)  # fmt: skip
def prior_chemo(case: Asked) -> Answer:
    """Chemotherapy for this episode that began before the decision, and before the episode's first local treatment."""
    return _given(case, *chemotherapies(case), "preoperative chemotherapy for this episode")


@fills("prior_chemo_for_recurrence", "crlm_episode.episode_number", "systemic_therapy.date_start",
       "systemic_therapy.regimen", absence=NO_ROW)  # fmt: skip
def prior_chemo_for_recurrence(case: Asked) -> Answer:
    """Of an episode from the second: any chemotherapy for it that began before the decision."""
    if (case.number or 1) < 2:
        return Left("The episode is not recorded as a recurrence.")
    sure, unsure = therapies(case)
    given = tuple(row for row in sure if is_chemotherapy(row))
    maybe = tuple(row for row in (*sure, *unsure) if is_chemotherapy(row) is not False and row not in given)
    return _given(case, given, maybe, "chemotherapy for this recurrence")


@fills("preop_chemo_months", "systemic_therapy.date_start", "systemic_therapy.date_end")
def preop_chemo_months(case: Asked) -> Answer:
    """Months (30.44 days) from the first to the last dose of each preoperative chemotherapy, added up.

    Of one that had not ended, or has no last dose, only limits are known: it lasted no longer than until the decision.
    """
    sure, maybe = chemotherapies(case)
    if maybe or not sure:
        return Left(_none(maybe))
    low, high = 0, 0
    for row in sure:
        start, end = row.when("date_start"), row.when("date_end")
        if start is None:
            return Left(f"{row.key} has no date of first dose.")
        least, most = days_from(start, end or case.today)
        if most < 0:
            return Left(f"{row.key} ends before it begins.")
        low, high = low + (max(least, 0) if end else 0), high + max(most, 0)
    overlap = [(a, b) for a in sure for b in sure if a is not b and _overlap(a, b, case.today)]
    if overlap:
        names = ", ".join(dict.fromkeys(row.key for pair in overlap for row in pair))
        return Left(f"{names} overlap, or their order cannot be told.")
    origins = tuple(origin(row, name) for row in sure for name in ("date_start", "date_end") if row[name])
    return Found(months(low, high), origins, "days from first to last dose / 30.44")


def _overlap(one: Row, other: Row, today: When) -> bool:
    start, end = one.dates["date_start"], one.when("date_end") or today
    other_start, other_end = other.dates["date_start"], other.when("date_end") or today
    return not (no_later(end, other_start) or no_later(other_end, start))


def _none(maybe: tuple[Row, ...]) -> str:
    if maybe:
        return f"Which courses were given by then cannot be told ({', '.join(row.key for row in maybe)})."
    return "No preoperative chemotherapy for this episode is known by then."


@fills("chemo_cycles", "systemic_therapy.n_cycles", "systemic_therapy.date_end")
def chemo_cycles(case: Asked) -> Answer:
    """Cycles of the preoperative chemotherapies that had ended, added up; at least that many when one had not."""
    sure, maybe = chemotherapies(case)
    if not sure:
        return Left(_none(maybe))
    known = [row for row in sure if row["n_cycles"] is not None]
    total = sum(row["n_cycles"] for row in known)
    open_ended = len(sure) - len(known)
    # One that was begun had a first cycle.
    value: Value = Decimal(total) if not (open_ended or maybe) else Span(Decimal(total + open_ended), None)
    origins = tuple(origin(row, "n_cycles") for row in known) or tuple(_regimen(row) for row in sure)
    return Found(
        value, origins, "cycles of the courses that had ended, added up; one that was begun has at least one"
    )


@fills("response_category", "systemic_therapy.best_response", "systemic_therapy.date_end",
       "imaging.recist_response", "imaging.date_imaging")  # fmt: skip
def response(case: Asked) -> Answer:
    """Best of the responses on scans and of courses that had ended, when nothing says progression after a better one.

    Not evaluable (NE) is neither a response nor "not assessed", and is not used.
    """
    given, maybe = preoperative(case)
    if not given:
        return Left(_none(maybe))
    found = [
        (row["best_response"], origin(row, "best_response")) for row in given if row["best_response"] in BEST
    ]
    found += [
        (row["recist_response"], origin(row, "recist_response"))
        for row in on_therapy(case, "recist_response")
    ]
    found = [(level, where) for level, where in found if level in BEST]
    if not found:
        return Left("No response in the categories of RECIST is recorded by then.")
    best = min((level for level, _ in found), key=BEST.index)
    if best != "PD" and any(level == "PD" for level, _ in found):
        says = f"A response ({best}) and progression (PD) are both recorded: which counts is for the board."
        return Clash(says, tuple(where for _, where in found))
    return Found(best, tuple(where for level, where in found if level == best), "the best that is recorded")


def on_therapy(case: Asked, variable: str) -> tuple[Row, ...]:
    """Scans of the episode, with a value, made after its preoperative therapy began and before its first treatment."""
    given, _ = preoperative(case)
    starts = [row.dates["date_start"] for row in given if "date_start" in row.dates]
    if not starts:
        return ()
    first = min(starts, key=lambda one: one.first)
    done = [row.dates["date_procedure"] for row in procedures(case) if "date_procedure" in row.dates]
    scans, _ = placed(case, case.rows("imaging"), "date_imaging")
    return tuple(
        row
        for row in scans
        if row[variable] is not None
        and earlier(first, row.dates["date_imaging"])
        and all(no_later(row.dates["date_imaging"], one) for one in done)
    )


@fills("new_hepatic_lesions_on_chemo", "imaging.new_hepatic_lesions", "imaging.date_imaging",
       "systemic_therapy.date_start")  # fmt: skip
def new_lesions(case: Asked) -> Answer:
    """Yes when a scan after the start of preoperative therapy shows new liver lesions; no when all that say
    something say no.
    """
    given, maybe = preoperative(case)
    if not given:
        return Left(_none(maybe))
    scans = on_therapy(case, "new_hepatic_lesions")
    if not scans:
        return Left("No scan since the start of the therapy says whether there are new lesions.")
    new = [row for row in scans if row["new_hepatic_lesions"]]
    origins = tuple(origin(row, "new_hepatic_lesions") for row in (new or scans))
    return Found(yes_no(bool(new)), origins, "what the scans since the start of the therapy say")


@fills("pathologic_response", "systemic_therapy.pathological_response", "local_treatment.date_procedure")
def pathologic_response(case: Asked) -> Answer:
    """The graded response of the episode's preoperative therapy, once a resection has been done; complete counts as
    major.
    """
    if not any("resection" in row["procedure_modalities"] for row in procedures(case)):
        return Left("No resection of this episode had been done: there was no specimen.")
    given, _ = preoperative(case)
    graded = [
        (row["pathological_response"], row) for row in given if row["pathological_response"] is not None
    ]
    if not graded:
        return Left("No pathological response is recorded.")
    origins = tuple(origin(row, "pathological_response") for _, row in graded)
    levels = {{"complete": "major", "major": "major", "minor": "minor"}.get(level) for level, _ in graded}
    if len(levels) > 1:
        return Clash("The pathological responses differ.", origins)
    level = levels.pop()
    if level is None:
        return Left("The recorded response is none, and the rules know major and minor only.")
    return Found(level, origins, "as graded; a complete response is at least a major one")


@fills("biologic_used_in_conversion", "systemic_therapy.intent", "systemic_therapy.targeted_agent")
def biologic_in_conversion(case: Asked) -> Answer:
    """Whether a targeted agent was part of the induction or conversion therapy for this episode."""
    sure, _ = therapies(case)
    rows = [row for row in sure if row["intent"] == "induction_conversion"]
    if not rows:
        return Left("No induction or conversion therapy for this episode is known by then.")
    agents = {row.key: set(row["targeted_agent"] or ()) for row in rows}
    if any(one - {"none", "other"} for one in agents.values()):
        used = [row for row in rows if agents[row.key] - {"none", "other"}]
        return Found("yes", tuple(origin(row, "targeted_agent") for row in used), "an agent is recorded")
    if all(one == {"none"} for one in agents.values()):
        return Found(
            "no", tuple(origin(row, "targeted_agent") for row in rows), "none is recorded with each course"
        )
    return Left("The targeted agents of the conversion therapy are not recorded.")


@fills("bevacizumab_last_dose_date", "systemic_therapy.targeted_agent", "systemic_therapy.date_end")
def bevacizumab_last_dose(case: Asked) -> Answer:
    """Last dose of the last course with bevacizumab; none while a course with it had not ended."""
    rows = [row for row in case.rows("systemic_therapy") if "bevacizumab" in (row["targeted_agent"] or ())]
    doubtful = [
        row for row in case.unsure("systemic_therapy") if "bevacizumab" in (row["targeted_agent"] or ())
    ]
    if not rows:
        return Left("No course with bevacizumab is known by then.")
    ends = [row.when("date_end") for row in rows]
    last = None if None in ends or doubtful else newest([one for one in ends if one is not None])
    if last is None or last.day is None:
        return Left("A course with bevacizumab had not ended, or its last dose is not dated to the day.")
    for row in (*case.rows("systemic_therapy"), *case.unsure("systemic_therapy")):
        end, agents = row.when("date_end"), row["targeted_agent"]
        if (not agents or "other" in agents) and (end is None or not no_later(end, last)):
            return Left(
                f"Whether {row.key}, which ended later or not at all, had bevacizumab is not recorded."
            )
    where = tuple(origin(row, "date_end") for row in rows if row.when("date_end") == last)
    return Found(
        last.day, where, "last dose of the course; the antibody may have been stopped before the rest of it"
    )
