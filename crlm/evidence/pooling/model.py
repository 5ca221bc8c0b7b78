"""The document of a pooling: every field of what `crlm evidence pool --json` prints, described."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from crlm.dictionary.variables import Frozen


class PooledNumber(Frozen):
    """A number with its limits; what is not defined is null, and has a reason."""

    value: float | None = Field(description="The number.")
    lower: float | None = Field(description="Lower limit, at the document's level.")
    upper: float | None = Field(description="Upper limit.")
    standard_error: float | None = Field(description="Standard error; of a ratio, that of its logarithm.")
    reason: str | None = Field(description="Why it, or its limits, are not defined.")


class PooledTest(Frozen):
    """A test."""

    method: str = Field(description="z, t, cochran-q, q-between, wald, wald-f, kendall ...")
    statistic: float | None = Field(description="Its statistic.")
    df: float | None = Field(description="Its degrees of freedom; null where it has none.")
    p: float | None = Field(description="Its two-sided p.")
    reason: str | None = Field(description="Why it is not defined.")
    notes: tuple[str, ...] = Field(description="What to know of it.")


class PooledEffect(Frozen):
    """Studies pooled in one way."""

    method: str = Field(description="How the variance between studies is estimated; fixed for none.")
    interval: str = Field(description="normal, knapp-hartung or knapp-hartung-never-narrower.")
    k: int = Field(description="How many studies.")
    estimate: PooledNumber = Field(description="The pooled ratio.")
    log: PooledNumber = Field(description="The same on the scale of logarithms.")
    test: PooledTest = Field(description="Its test against a ratio of 1.")
    prediction: PooledNumber = Field(description="Where the ratio of a new study would lie.")
    q: PooledTest = Field(description="Cochran's Q.")
    tau2: PooledNumber = Field(description="Variance between the studies, of the logarithm.")
    i2: PooledNumber = Field(description="I2 in per cent.")
    h2: PooledNumber = Field(description="H2.")
    notes: tuple[str, ...] = Field(description="What to know of it.")


class NamedEffect(PooledEffect):
    """Studies pooled, under a name."""

    name: str = Field(description="The method.")


class WithoutEffect(PooledEffect):
    """All studies but one."""

    without: str = Field(description="The study that is left out.")


class UpToEffect(PooledEffect):
    """The studies up to one, in the order of their years."""

    up_to: str = Field(description="The last study that is in.")


class GroupEffect(PooledEffect):
    """The studies of a subgroup."""

    group: str = Field(description="The group.")


class FilledEffect(PooledEffect):
    """Trim and fill (L0)."""

    side: Literal["left", "right"] = Field(
        description="On which side studies are missing: left has smaller ratios."
    )
    missing: int = Field(description="How many were filled in.")


class NoEffect(Frozen):
    """Nothing, and why."""

    reason: str | None = Field(description="Why there is none.")


class PooledSource(Frozen):
    """Where a number stands."""

    paper: str = Field(description="The paper's id, or the name of the table.")
    row: str = Field(description="The row's id, or its number in the table.")
    place: str = Field(description="The place in the paper.")


class PooledCounts(Frozen):
    """Counts of two groups."""

    events: int = Field(description="Events of the group.")
    n: int = Field(description="Its patients.")
    events_reference: int = Field(description="Events of the reference.")
    n_reference: int = Field(description="Its patients.")


class PooledStudy(Frozen):
    """A study, as printed and as used."""

    id: str = Field(description="The paper's id, or the study's name in the table.")
    label: str = Field(description="First author and year.")
    printed: str = Field(description="The words of the source.")
    estimate: float | None = Field(description="The ratio as used.")
    lower: float | None = Field(description="Lower limit that the standard error gives.")
    upper: float | None = Field(description="Upper limit.")
    log: float = Field(description="Logarithm of the ratio.")
    standard_error: float = Field(description="Of the logarithm.")
    obtained_from: Literal["interval", "p", "counts"] = Field(
        description="What the standard error was made from."
    )
    sources: tuple[PooledSource, ...] = Field(description="Where the numbers stand.")
    endpoint: str = Field(description="The endpoint; empty where none is said.")
    comparison: str = Field(description="What is compared.")
    reference: str = Field(description="With what.")
    population: str = Field(description="In whom.")
    unit: str = Field(description="The amount of a number: per cm.")
    adjusted: bool | None = Field(
        description="Whether it is adjusted for other variables; null where it is not said."
    )
    year: int | None = Field(description="Year of publication.")
    group: str = Field(description="Its subgroup.")
    more: dict[str, str] = Field(description="Further columns of the table that were asked for, as written.")
    done: tuple[str, ...] = Field(description="What was changed before pooling.")
    cautions: tuple[str, ...] = Field(description="What to know of it.")
    counts: PooledCounts | None = Field(description="The counts behind it, where it comes from them.")
    weight: float | None = Field(description="Its weight in per cent; null when nothing is pooled.")


class NotUsed(Frozen):
    """A study or row that could not be used."""

    id: str = Field(description="The paper's id, or the study's name.")
    label: str = Field(description="First author and year.")
    reason: str = Field(description="Why not.")


class NotPooled(Frozen):
    """A reason not to pool."""

    kind: Literal[
        "too-few",
        "overlap",
        "possible-overlap",
        "different-measures",
        "different-endpoints",
        "different-comparisons",
        "different-units",
    ] = Field(description="The kind of reason.")
    sentence: str = Field(description="The reason.")
    fix: str = Field(description="What would allow it; empty where nothing would.")


class StudyInfluence(Frozen):
    """What one study does to the pooled effect (Viechtbauer and Cheung 2010); null where the rest cannot be pooled."""

    study: str = Field(description="The study.")
    residual: float | None = Field(description="Externally standardised residual.")
    dffits: float | None = Field(description="Change of the pooled logarithm, in standard errors.")
    cook: float | None = Field(description="Cook's distance.")
    variance_ratio: float | None = Field(
        description="Variance of the pooled logarithm without over with the study."
    )
    tau2: float | None = Field(description="tau2 without the study.")
    q: float | None = Field(description="Q without the study.")
    hat: float = Field(description="Its leverage.")


class PooledGroups(Frozen):
    """The studies by group."""

    by: str = Field(description="The column that says the group.")
    groups: tuple[GroupEffect, ...] = Field(description="Each group pooled by itself.")
    test: PooledTest = Field(description="Whether the groups differ.")


class RegressionTerm(Frozen):
    """A coefficient of a meta-regression."""

    term: str = Field(description="intercept, a number's name, or a level against its reference.")
    ratio: PooledNumber = Field(
        description="The ratio of ratios for one more, or of the level to its reference; of the intercept the ratio "
        "where every number is 0 and every category its reference."
    )
    log: PooledNumber = Field(description="The coefficient.")
    test: PooledTest = Field(description="Its test against no difference.")


class RegressedOn(Frozen):
    """A moderator."""

    name: str = Field(description="The column, or year.")
    kind: Literal["number", "category"] = Field(description="What its values are.")
    levels: tuple[str, ...] = Field(description="The levels of a category, the reference first.")


class Regression(Frozen):
    """A meta-regression."""

    moderators: tuple[RegressedOn, ...] = Field(description="What the effects are regressed on.")
    k: int = Field(description="How many studies are in.")
    without: tuple[str, ...] = Field(description="Studies that are left out, since a value is not known.")
    terms: tuple[RegressionTerm, ...] = Field(description="The coefficients.")
    test: PooledTest = Field(description="All moderators together.")
    residual_q: PooledTest | None = Field(description="Q about the model.")
    tau2: PooledNumber | None = Field(description="Variance between studies that is left.")
    i2: PooledNumber | None = Field(description="I2 that is left.")
    r2: float | None = Field(description="Per cent of tau2 that the moderators account for.")
    r2_reason: str | None = Field(description="Why there is no such share.")
    reason: str | None = Field(description="Why the model cannot be fitted.")
    notes: tuple[str, ...] = Field(description="What to know of it.")


class AsymmetryTest(Frozen):
    """Egger's regression."""

    test: PooledTest = Field(description="Whether small studies differ.")
    slope: PooledNumber = Field(description="Change of the logarithm for each unit of standard error.")
    limit: PooledNumber = Field(description="The ratio of an infinitely large study.")


class SmallStudies(Frozen):
    """Do small studies report other effects?"""

    egger: AsymmetryTest | None = Field(description="Egger's regression.")
    begg: PooledTest | None = Field(description="Begg and Mazumdar's rank correlation.")
    trim_and_fill: FilledEffect | NoEffect = Field(description="Trim and fill, or why it is not done.")


class PoolingDocument(Frozen):
    """Published effects pooled, or the reasons why not."""

    exit_code: Literal[0] = Field(default=0, description="0: a refusal is an answer.")
    document: Literal["crlm evidence pool"] = Field(description="What this is.")
    version: Literal["1"] = Field(description="Of the form of this document.")
    question: str = Field(description="The question in words.")
    measure: str = Field(description="HR, OR or RR; empty without a study.")
    level: float = Field(description="The level of intervals.")
    method: str = Field(description="How the variance between studies is estimated; fixed for none.")
    interval: str = Field(description="normal, knapp-hartung or knapp-hartung-never-narrower.")
    studies: tuple[PooledStudy, ...] = Field(description="The studies.")
    left_out: tuple[NotUsed, ...] = Field(description="What could not be used.")
    dropped: tuple[str, ...] = Field(description="What was left out so that no patient counts twice.")
    refusals: tuple[NotPooled, ...] = Field(description="Why nothing is pooled; empty when it is.")
    warnings: tuple[str, ...] = Field(description="What to know before it is used.")
    pooled: PooledEffect | None = Field(description="The answer; null when it is refused.")
    side_by_side: tuple[NamedEffect, ...] = Field(description="The same studies by other methods.")
    leave_one_out: tuple[WithoutEffect, ...] = Field(description="Without each study in turn; from three on.")
    influence: tuple[StudyInfluence, ...] = Field(description="What each study does; from three on.")
    cumulative: tuple[UpToEffect, ...] = Field(
        description="As the studies appeared; when every study has a year."
    )
    subgroups: PooledGroups | None = Field(
        description="By group; null unless every study has one and they differ."
    )
    meta_regression: Regression | None = Field(description="On moderators; null unless it was asked for.")
    small_studies: SmallStudies | None = Field(
        description="Tests for small studies; null when nothing is pooled."
    )
