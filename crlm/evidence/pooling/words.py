"""The sentences about a pooling: the report and the terminal say the same."""

from __future__ import annotations

from crlm.evidence.pooling.document import ratio, study_interval
from crlm.evidence.pooling.moderators import Moderation
from crlm.evidence.pooling.pooling import Pooling, Refusal
from crlm.rendering import numbers
from crlm.rendering.numbering import listed
from crlm.statistics.meta_analysis import Pooled
from crlm.statistics.results import TestResult

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


def refusal_words(one: Refusal) -> str:
    """A reason not to pool, and what would allow it."""
    return f"{one.sentence}. To pool: {one.fix}." if one.fix else f"{one.sentence}."


def chi_square_words(test: TestResult) -> str:
    """A chi-square or F test in words: Q = 1.77, 2 df, p = 0.41; or why there is none."""
    if test.statistic is None or test.p is None:
        return test.reason or "not defined"
    name = "F" if test.method.endswith("-f") else "Q"
    return f"{name} = {numbers.rounded(test.statistic, 2)}, {test.df:g} df, {numbers.p_words(test.p)}"


def moderation_words(found: Moderation) -> str:
    """What the effects were regressed on, and what the moderators tell together."""
    model = found.model
    on = [
        one.name if one.is_number else f"{one.name} (reference: {one.levels[0]})" for one in found.moderators
    ]
    said = f"Meta-regression on {listed(on)}, {model.k} studies: "
    if model.reason is not None:
        said += f"not fitted, since {model.reason}."
    else:
        they = "it accounts" if len(on) == 1 else "they account"
        share = "" if model.r2 is None else f"{they} for {numbers.rounded(model.r2, 0)}% of \u03c4\u00b2"
        r2 = share or model.r2_reason
        said += f"{chi_square_words(model.moderators)}; {r2}."
    if found.without:
        said += f" Left out, since a value is not known: {listed(list(found.without))}."
    return said


def _share(value: float, lower: float | None, upper: float | None) -> str:
    words = f"{numbers.rounded(value, 0)}%"
    if lower is None or upper is None:
        return words
    return f"{words} ({numbers.rounded(lower, 0)}% to {numbers.rounded(upper, 0)}%)"


def _limits(prediction: object) -> str:
    one = ratio(prediction)  # type: ignore[arg-type]
    return numbers.ratio_interval(one).partition("(")[2].rstrip(")").replace(" to ", " and ")


def in_short(answer: Pooling) -> list[str]:
    """The whole answer in lines for a terminal: the studies, the effect or the refusals, and what it rests on."""
    lines = [answer.question]
    weights = answer.pooled.weights if answer.pooled is not None else ()
    for k, one in enumerate(answer.estimates):
        share = f"   weight {numbers.rounded(weights[k], 1)}%" if weights else ""
        where = "; ".join(f"{place.paper} {place.row}, {place.place}" for place in one.sources)
        words = numbers.ratio_interval(study_interval(one, answer.level))
        lines.append(f"  {one.label}: {answer.measure} {words}{share}   [{where}]")
        lines += [f"    {done}" for done in one.done]
    lines += [f"  {left.label} is not used: {left.reason}" for left in answer.left_out]
    lines += [f"  {dropped}" for dropped in answer.dropped]
    if answer.pooled is None:
        lines += ["Not pooled:", *(f"  {refusal_words(one)}" for one in answer.refusals)]
    else:
        lines += [answer_words(answer), differ_words(answer)]
        lines += [f"  {one.name}: {_ratio(one.pooled)}" for one in answer.side_by_side]
        lines += _rests_on(answer)
    return lines + [f"  to know: {warning}." for warning in answer.warnings]


def _rests_on(answer: Pooling) -> list[str]:
    lines = []
    if answer.without:
        known = [
            (one.estimate.value, study.label, one)
            for study, one in zip(answer.estimates, answer.without, strict=True)
            if one.estimate.value is not None
        ]
        for which, (_, label, one) in (
            (("least", min(known, key=lambda each: each[0])), ("most", max(known, key=lambda each: each[0])))
            if known
            else ()
        ):
            lines.append(f"  Without one study, {which}: {_ratio(one)} (without {label})")
    if answer.groups is not None:
        for name, one in zip(answer.groups.levels, answer.groups.pooled, strict=True):
            lines.append(f"  {answer.by} {name}: {_ratio(one)}, {one.k} studies")
        lines.append(f"  Difference between the groups: {chi_square_words(answer.groups.test)}")
    if answer.moderation is not None:
        model = answer.moderation.model
        lines.append(f"  {moderation_words(answer.moderation)}")
        for name, number, test in zip(model.names, model.coefficients, model.tests, strict=False):
            p = "" if test.p is None else f", {numbers.p_words(test.p)}"
            lines.append(f"    {name}: ratio {numbers.ratio_interval(ratio(number))}{p}")
    if answer.egger is not None:
        test = answer.egger.test
        words = test.reason or "not defined" if test.p is None else numbers.p_words(test.p)
        lines.append(f"  Do small studies differ? Egger's regression: {words}")
    return lines


def _ratio(one: Pooled) -> str:
    return one.estimate.reason or "" if one.k < 2 else numbers.ratio_interval(ratio(one.estimate))
