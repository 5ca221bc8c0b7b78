"""What an evidence card holds: finished facts with their places, ready to be shown; nothing is computed from it."""

from __future__ import annotations

from pydantic import Field

from crlm.dictionary.variables import Frozen

CAPITALS = frozenset(("alpps", "cea", "crlm", "haip", "hai", "nac", "pve", "ras", "sbrt", "tsh"))
"""Parts of identifiers that are written in capitals."""


class CardDoubt(Frozen):
    """Something that the audit finds about a number on the card."""

    severity: str = Field(description="impossible, contradiction or doubtful.")
    title: str = Field(description="What does not fit.")
    rows: tuple[str, ...] = Field(description="The rows that it hangs on.")


class CardEffect(Frozen):
    """A printed effect that answers the card's question."""

    rows: tuple[str, ...] = Field(description="The ids of the rows that print it.")
    place: str = Field(description="Where it is printed.")
    endpoint: str = Field(description="The endpoint, in the word of the tables.")
    measure: str = Field(description="HR or OR.")
    printed: str = Field(description="The estimate, its interval and p as printed.")
    estimate: float | None = Field(
        description="The ratio as printed, in the direction that is printed; None where none is."
    )
    lower: float | None = Field(description="Lower limit as printed.")
    upper: float | None = Field(description="Upper limit as printed.")
    turned: bool = Field(
        description="Whether it is printed the other way round than the card's question: its ratio is then turned."
    )
    ratio: float | None = Field(description="The ratio in the direction of the card.")
    ratio_lower: float | None = Field(description="Its lower limit.")
    ratio_upper: float | None = Field(description="Its upper limit.")
    level: str = Field(description="The level whose ratio it is.")
    reference: str = Field(description="The level it is compared with.")
    adjusted: bool = Field(description="Whether it is adjusted for other variables.")
    model: str = Field(description="The column of the table that it stands in.")
    population: str = Field(description="In whom, where the study's effects on this card differ in that.")


class CardAudit(Frozen):
    """What the audit says of the paper, and of the rows that the card shows."""

    tested: int = Field(description="Numbers and comparisons of the paper that were tested.")
    findings: int = Field(description="Findings in the whole paper.")
    doubts: tuple[CardDoubt, ...] = Field(description="Findings that touch the effects on this card.")

    @property
    def words(self) -> str:
        """The status in one phrase."""
        if self.doubts:
            return "; ".join(f"{one.title} ({one.severity})" for one in self.doubts)
        return (
            f"no finding on these rows ({self.findings} elsewhere in the paper)"
            if self.tested
            else "nothing could be tested"
        )


class CardCaution(Frozen):
    """A reason to read a study with care."""

    kind: str = Field(description="immortal-time, confounding-by-indication, missing-ras ...")
    sentence: str = Field(description="The caution.")
    place: str = Field(description="Where the facts behind it stand.")
    origin: str = Field(description='"paper": the authors say so; "reader": whoever entered it does.')


class CardStudy(Frozen):
    """A study on a card."""

    paper: str = Field(description="The paper's id.")
    label: str = Field(description="First author and year.")
    title: str = Field(description="The title as printed.")
    kind: str = Field(description="cohort, trial, abstract ...")
    design: str = Field(description="The design in words.")
    setting: str = Field(description="Who was studied.")
    population: str = Field(description="The population of the question.")
    year: int | None = Field(description="Year of publication.")
    age_years: int | None = Field(description="Years between publication and the day the card was made.")
    inclusion: str = Field(description="When its patients were included, where that is printed.")
    n: int | None = Field(description="Patients analysed, as printed.")
    groups: tuple[str, ...] = Field(description="Group sizes as printed.")
    events: tuple[str, ...] = Field(description="Totals of events as printed.")
    effects: tuple[CardEffect, ...] = Field(description="Its effects, the adjusted first.")
    cautions: tuple[CardCaution, ...] = Field(
        description="Risk of bias and other cautions about this question, the usual biases of such studies first."
    )
    not_noted: tuple[str, ...] = Field(
        description="Of the usual biases (immortal-time, confounding-by-indication, missing-ras) those of which "
        "nothing is noted (nobody has looked, or they are absent); nothing of a randomised trial."
    )
    audit: CardAudit = Field(description="What the audit says.")
    note: str = Field(description="What to know before it is compared with others.")


class SeriesNumber(Frozen):
    """One quoted number of a series."""

    row: str = Field(description="The statement's id.")
    context: str = Field(description="Of whom.")
    arm: str = Field(description="Of which arm.")
    outcome: str = Field(description="What was counted.")
    timepoint: str = Field(description="When, where that is said.")
    printed: str = Field(description="The value as printed, with its unit.")
    p: str = Field(description="Its p as printed.")
    place: str = Field(description="Where it is printed.")
    note: str = Field(description="What seemed odd when it was entered.")


class SeriesCard(Frozen):
    """A series as another source quotes it: not the paper itself."""

    quoted_by: str = Field(description="The source that quotes it.")
    series: str = Field(description="The series as the source names it; empty where it names none.")
    year: str = Field(description="Its year or years as quoted.")
    design: str = Field(description="Its design as quoted.")
    n: tuple[str, ...] = Field(description="Its sizes as quoted.")
    age_years: int | None = Field(description="Years since the last year that is quoted.")
    numbers: tuple[SeriesNumber, ...] = Field(description="Its quoted numbers.")

    @property
    def label(self) -> str:
        """The series with its year."""
        return " ".join(one for one in (self.series or "series not named", self.year) if one)


class CardPooled(Frozen):
    """The pooled effect, or the reasons why there is none."""

    measure: str | None = Field(description="HR or OR; None when nothing is pooled.")
    method: str | None = Field(description="How the effects were pooled.")
    estimate: float | None = Field(description="The pooled ratio.")
    lower: float | None = Field(description="Lower limit of its 95 % interval.")
    upper: float | None = Field(description="Upper limit.")
    prediction: tuple[float, float] | None = Field(description="95 % prediction interval of another study.")
    i2: float | None = Field(description="I2 in per cent.")
    studies: tuple[str, ...] = Field(description="The papers that went in.")
    refusals: tuple[str, ...] = Field(description="Why nothing is pooled; empty when it is.")
    warnings: tuple[str, ...] = Field(description="What to know of the pooled effect.")


class EvidenceCard(Frozen):
    """What is known about one clinical question: a comparison and an endpoint, in a population or in several."""

    id: str = Field(description="comparison/endpoint, and /population where one was asked for.")
    title: str = Field(description="The question in words.")
    comparison: str = Field(description="What is compared.")
    endpoint: str = Field(description="The endpoint, in the word of the tables.")
    populations: tuple[str, ...] = Field(description="In whom, as the studies define it.")
    direction: str = Field(description="What a ratio below 1 means.")
    studies: tuple[CardStudy, ...] = Field(description="The studies, the largest first.")
    series: tuple[SeriesCard, ...] = Field(description="Series quoted by other sources that bear on it.")
    pooled: CardPooled = Field(description="The pooled effect, or why there is none.")
    related: tuple[str, ...] = Field(description="Papers with the same comparison and another endpoint.")
    overlaps: tuple[str, ...] = Field(
        description="Studies of this comparison, with any endpoint, that may hold the same patients."
    )
    as_of: str = Field(description="The day on which ages were counted, ISO 8601.")


def words(identifier: str) -> str:
    """An identifier as words: adjuvant-haip-versus-none is "Adjuvant HAIP versus none"."""
    parts = identifier.replace("-", " ").replace("_", " ").split()
    return capitalised(" ".join(one.upper() if one in CAPITALS else one for one in parts))


def capitalised(text: str) -> str:
    """The text with a capital in front; the rest as it is."""
    return f"{text[:1].upper()}{text[1:]}"
