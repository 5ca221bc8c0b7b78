"""Time zero: which groups are made by what happened after it, and times counted from when a group was known.

Who is in a group because of something later must have lived, and been followed, until then. Compared from the earlier
day, such a group has time in which nobody of it could die (immortal time). Counting from the day on which the group was
known has no such time, and answers another question: what follows from then on, among those still at risk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from crlm.cohort.endpoints import DAYS_PER_MONTH, dated
from crlm.dictionary.records import Records
from crlm.dictionary.wording import counted, in_sentence

ORIGIN = "__known"


@dataclass(frozen=True)
class LateKnowledge:
    """When the value of a variable became known, against an endpoint's time zero.

    `records` have a known value and a known time zero. `late` of them became known after it (`median_months` and
    `longest_months` later; None when there are none), and for `undated` the registry has no date of it.
    """

    label: str
    start: str
    records: int
    late: int
    undated: int
    median_months: float | None
    longest_months: float | None

    noun: str = "record"
    """What a record is called: a patient, a tumour."""

    @property
    def sentence(self) -> str:
        """What it means, in words."""
        said = self._late() if self.late else self._in_time()
        if 0 < self.undated < self.records:
            return f"{said}; in {self.undated} the registry has no date of it."
        return f"{said}."

    def landmark_sentence(self, earliest: float) -> str:
        """What it means where all who are compared were followed for `earliest` months or more: no time is immortal."""
        return (
            f"{self._when()}. Only records followed for at least {earliest:.1f} months without the event are compared, "
            "when every group was known: a landmark analysis, whose times say what follows for those still at risk."
        )

    def known_by(self, earliest: float) -> bool:
        """Whether nobody's group became known later than `earliest` months after time zero, and no date is missing."""
        return self.undated == 0 and self.longest_months is not None and self.longest_months <= earliest

    def _late(self) -> str:
        return (
            f"{self._when()}. Whoever had the event or left before then could not be counted "
            "there, so times from time zero favour the groups that take longest to be recognised"
        )

    def _when(self) -> str:
        return (
            f"{self.label} became known only after time zero ({in_sentence(self.start)}) in {self.late} of "
            f"{counted(self.records, self.noun)}, a median of {self.median_months:.1f} and at most "
            f"{self.longest_months:.1f} months later"
        )

    def _in_time(self) -> str:
        if self.undated == self.records:
            return f"The registry has no date at which {in_sentence(self.label)} became known"
        known = counted(self.records - self.undated, self.noun)
        return f"{self.label} was known at time zero ({in_sentence(self.start)}) in {known}"


@dataclass(frozen=True)
class FromKnown:
    """An endpoint counted from the day on which a variable was known: `time` in months and `status`, null if left out.

    `left_out` says how many records were, and why.
    """

    time: pl.Series
    status: pl.Series
    left_out: tuple[tuple[str, int], ...]


def late_knowledge(
    records: Records, variable: str, known_at: Sequence[str], start: str, noun: str = "record"
) -> LateKnowledge:
    """When a variable became known, against the time zero `start` of an endpoint.

    `known_at` are date variables: the latest of them counts (`crlm.cohort.views.dates_known` of the variable, or of
    those that it is computed from). A record in which one of them is missing is late when another is, and undated
    otherwise.
    """
    missing = pl.any_horizontal(pl.col(name).is_null() for name in known_at) if known_at else pl.lit(True)
    days = (_latest(known_at) - pl.col(start)).dt.total_days()
    late = (days > 0).fill_null(False)
    counts = (
        records.frame.filter(pl.col(variable).is_not_null() & pl.col(start).is_not_null())
        .select(days.alias("days"), late.alias("late"), (missing & ~late).alias("undated"))
        .select(
            pl.len().alias("records"),
            pl.col("late").sum(),
            pl.col("undated").sum(),
            (pl.col("days").filter("late").median() / DAYS_PER_MONTH).alias("median"),
            (pl.col("days").filter("late").max() / DAYS_PER_MONTH).alias("longest"),
        )
        .row(0, named=True)
    )
    return LateKnowledge(
        label=records.variables[variable].label,
        start=records.variables[start].label,
        records=counts["records"],
        late=counts["late"],
        undated=counts["undated"],
        median_months=counts["median"],
        longest_months=counts["longest"],
        noun=noun,
    )


def counted_from_known(
    records: Records,
    known_at: Sequence[str],
    start: str,
    event: Sequence[str],
    competing: Sequence[str],
    until: str,
) -> FromKnown:
    """An endpoint's times counted from the later of time zero and the last date at which a group was known.

    The other arguments are those of `endpoints.dated`. A record whose event, competing event or follow-up ended before
    that day is left out, and so is one of which a date is missing; both are counted. An event on that day has time 0.
    """
    origin = pl.max_horizontal(start, *known_at)
    missing = pl.any_horizontal(pl.col(name).is_null() for name in (start, *known_at))
    frame = records.frame.with_columns(pl.when(~missing).then(origin).alias(ORIGIN))
    time, status = dated(frame, ORIGIN, event, competing, until)
    undated = frame[ORIGIN].is_null()
    before = (time < 0).fill_null(False)
    unfinished = time.is_null() & ~undated
    reasons = (
        ("no date on which the group was known", undated),
        ("the event, or the end of follow-up, came before the group was known", before),
        ("no end of follow-up", unfinished),
    )
    kept = ~(undated | before | unfinished)
    both = pl.DataFrame({"time": time, "status": status, "kept": kept}).select(
        pl.when("kept").then("time").alias("time"), pl.when("kept").then("status").alias("status")
    )
    left_out = tuple((reason, int(mask.sum())) for reason, mask in reasons if mask.any())
    return FromKnown(both["time"], both["status"], left_out)


def _latest(dates: Sequence[str]) -> pl.Expr:
    return pl.max_horizontal(*dates) if dates else pl.lit(None, dtype=pl.Date)
