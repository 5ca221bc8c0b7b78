"""The sentences about a pooling: the report and the terminal say the same."""

from __future__ import annotations

from crlm.evidence.pooling.document import ratio
from crlm.evidence.pooling.pooling import Pooling
from crlm.rendering import numbers

MEASURES = {"HR": "Hazard ratio", "OR": "Odds ratio", "RR": "Risk ratio"}
_TAU2 = {
    "DL": "DerSimonian and Laird",
    "REML": "restricted maximum likelihood",
    "PM": "Paule and Mandel",
    "ML": "maximum likelihood",
    "EB": "empirical Bayes",
    "HE": "Hedges and Olkin",
    "HS": "Hunter and Schmidt",
    "SJ": "Sidik and Jonkman",
}


def measure_words(answer: Pooling) -> str:
    """The measure in words; one that is not known stays as it was printed."""
    return MEASURES.get(answer.measure, answer.measure)


def answer_words(answer: Pooling) -> str:
    """The pooled effect in a sentence."""
    if answer.pooled is None:
        return "Not pooled: " + "; ".join(one.sentence for one in answer.refusals) + "."
    found = answer.pooled
    p = "" if found.test.p is None else f", {numbers.p_words(found.test.p)}"
    kind = (
        "fixed effect"
        if answer.method == "fixed"
        else f"random effects, \u03c4\u00b2 by {_TAU2[answer.method]}"
    )
    level = numbers.level_words(answer.level)
    return (
        f"{measure_words(answer)} of {found.k} studies, {kind}: {numbers.ratio_interval(ratio(found.estimate))} "
        f"({level} confidence interval){p}."
    )


def differ_words(answer: Pooling) -> str:
    """How much the studies differ, and where a new one would lie."""
    if answer.pooled is None:
        return ""
    found = answer.pooled.heterogeneity
    words = []
    q = found.q
    if q.statistic is not None and q.p is not None:
        words.append(f"Q = {numbers.rounded(q.statistic, 2)} on {q.df:g} df ({numbers.p_words(q.p)})")
    if found.i2.value is not None:
        words.append(f"I\u00b2 {_share(found.i2.value, found.i2.lower, found.i2.upper)}")
    if found.tau2.value is not None:
        limits = ""
        if found.tau2.lower is not None and found.tau2.upper is not None:
            limits = f" ({numbers.rounded(found.tau2.lower, 3)} to {numbers.rounded(found.tau2.upper, 3)})"
        words.append(f"\u03c4\u00b2 {numbers.rounded(found.tau2.value, 3)}{limits}")
    said = f"Differences between the studies: {', '.join(words)}." if words else ""
    prediction = answer.pooled.prediction
    if prediction.lower is not None:
        said += (
            f" In a new study of the kind the ratio would lie, {numbers.level_words(answer.level)} of the time, "
            f"between {_limits(prediction)}."
        )
    elif prediction.reason:
        said += f" No prediction interval: {prediction.reason}."
    return said + "".join(f" Note: {one}." for one in answer.pooled.notes)


def method_words(answer: Pooling) -> str:
    """What was done, for a paper's methods section."""
    if answer.method == "fixed":
        weights = "Effects were weighted by their inverse variances (fixed effect)."
    else:
        weights = (
            "Effects were weighted by the inverse of their variance and the variance between studies (random effects), "
            f"which was estimated by {_TAU2[answer.method]}."
        )
    widths = {
        "normal": "Confidence intervals are normal.",
        "knapp-hartung": "Confidence intervals are those of Hartung and Knapp.",
        "knapp-hartung-never-narrower": "Confidence intervals are those of Hartung and Knapp, the factor at least 1.",
    }
    return (
        f"{weights} {widths[answer.interval]} Ratios were pooled as logarithms; standard errors are those of the "
        "printed intervals, of the p values where no interval is printed, or of the counts, with 1/2 added to tables "
        "that have a 0. Intervals of \u03c4\u00b2 and I\u00b2 are Q-profile intervals; the prediction interval uses "
        "Student's t on k \u2212 2 degrees of freedom. Studies that may hold the same patients are not pooled together."
    )


def _share(value: float, lower: float | None, upper: float | None) -> str:
    words = f"{numbers.rounded(value, 0)}%"
    if lower is None or upper is None:
        return words
    return f"{words} ({numbers.rounded(lower, 0)}% to {numbers.rounded(upper, 0)}%)"


def _limits(prediction: object) -> str:
    one = ratio(prediction)  # type: ignore[arg-type]
    return numbers.ratio_interval(one).partition("(")[2].rstrip(")").replace(" to ", " and ")
