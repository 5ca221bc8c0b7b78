"""Estimates pooled, or not and why; with everything that the pooled number rests on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from crlm.evidence.pooling.estimate import Estimate, LeftOut, inverted
from crlm.evidence.pooling.find import Found
from crlm.evidence.pooling.moderators import Moderation, moderation, value_of
from crlm.evidence.pooling.overlap import overlaps
from crlm.statistics.meta_analysis import (
    Asymmetry,
    Influence,
    Pooled,
    Subgroups,
    TrimAndFill,
    begg,
    cumulative,
    egger,
    influence,
    leave_one_out,
    mantel_haenszel,
    peto,
    pool,
    subgroups,
    trim_and_fill,
)
from crlm.statistics.meta_analysis.effect_sizes import CountMeasure
from crlm.statistics.meta_analysis.heterogeneity import Method
from crlm.statistics.meta_analysis.pooled import Interval
from crlm.statistics.results import TestResult

FEW_TO_POOL, FEW_TO_KNOW = 2, 5
SIDE_BY_SIDE: tuple[tuple[str, Method, Interval], ...] = (
    ("Fixed effect, inverse variance", "fixed", "normal"),
    ("Random effects, DerSimonian-Laird", "DL", "normal"),
    ("Random effects, REML", "REML", "normal"),
    ("Random effects, REML, Hartung-Knapp", "REML", "knapp-hartung"),
    ("Random effects, Paule-Mandel", "PM", "normal"),
    ("Random effects, Paule-Mandel, Hartung-Knapp", "PM", "knapp-hartung"),
)


@dataclass(frozen=True)
class Refusal:
    """A reason not to pool: a stable kind, the sentence, and what would allow it, where something would."""

    kind: str
    sentence: str
    fix: str = ""


@dataclass(frozen=True)
class Named:
    """A pooled effect under the name of its method."""

    name: str
    pooled: Pooled


@dataclass(frozen=True)
class Pooling:
    """The whole answer.

    pooled is None when there are `refusals`; else the effect on the logarithmic scale by the `method` asked for, and
    the rest beside it. left_out: what could not be used. dropped: what the user left out because of an overlap.
    """

    question: str
    measure: str
    level: float
    method: str
    interval: str
    estimates: tuple[Estimate, ...]
    left_out: tuple[LeftOut, ...]
    dropped: tuple[str, ...]
    refusals: tuple[Refusal, ...]
    warnings: tuple[str, ...]
    pooled: Pooled | None = None
    side_by_side: tuple[Named, ...] = ()
    without: tuple[Pooled, ...] = ()
    so_far: tuple[Named, ...] = ()
    influence: tuple[Influence, ...] = ()
    by: str = "group"
    groups: Subgroups | None = None
    moderation: Moderation | None = None
    egger: Asymmetry | None = None
    begg: TestResult | None = None
    trim_and_fill: TrimAndFill | str | None = None


def pool_estimates(
    found: Found,
    *,
    question: str,
    method: Method = "REML",
    interval: Interval = "normal",
    level: float = 0.95,
    keep: Collection[str] = (),
    apart: Collection[str] = (),
    reverse: bool = False,
    by: str = "group",
    moderators: Sequence[str] = (),
    doubts: Sequence[str] = (),
) -> Pooling:
    """Pool what was found, or refuse with the reasons.

    Refused: fewer than two studies; different measures, endpoints, comparisons or units; studies that may hold the same
    patients, unless `keep` names one of each such pair (the other is dropped, and listed) or `apart` names one that is
    known to share none (a warning then says so). Warned of, not refused: different populations, adjusted beside
    unadjusted effects, a standard error from a p, and `doubts` (sentences of the audit). `reverse` turns every effect
    round. `by` is what makes the subgroups, `moderators` what the effects are regressed on (`moderators.value_of`).
    Sources of every method: `crlm.statistics.meta_analysis`.
    """
    estimates, dropped, taken_apart, refusals = _without_overlap(found.estimates, keep, apart)
    if reverse:
        estimates = tuple(inverted(one, "as asked for") for one in estimates)
    refusals += _refusals(estimates)
    answer = Pooling(
        question=question,
        measure=estimates[0].measure if estimates else "",
        level=level,
        method=method,
        interval=interval,
        estimates=estimates,
        left_out=found.left_out,
        dropped=dropped,
        refusals=refusals,
        warnings=(*taken_apart, *_warnings(estimates, by), *doubts),
        by=by,
    )
    if refusals:
        return answer
    answer = _computed(answer, method, interval)
    if not moderators:
        return answer
    found_ = moderation(estimates, moderators, method=method, interval=interval, level=level)
    return replace(answer, moderation=found_)


def _computed(answer: Pooling, method: Method, interval: Interval) -> Pooling:
    y = [one.value for one in answer.estimates]
    v = [one.standard_error**2 for one in answer.estimates]
    level = answer.level
    side = [
        Named(name, pool(y, v, method=way, interval=width, level=level)) for name, way, width in SIDE_BY_SIDE
    ]
    counts = [one.counts for one in answer.estimates if one.counts is not None]
    if len(counts) == len(y):
        a, n, c, m = (list(column) for column in zip(*counts, strict=True))
        kind: CountMeasure = "RR" if answer.measure == "RR" else "OR"
        side.append(
            Named("Fixed effect, Mantel-Haenszel", mantel_haenszel(a, n, c, m, measure=kind, level=level))
        )
        if kind == "OR":
            side.append(Named("Fixed effect, Peto", peto(a, n, c, m, level=level)))
    by_year = sorted(range(len(y)), key=lambda i: (answer.estimates[i].year or 0, i))
    dated = all(one.year is not None for one in answer.estimates)
    so_far = cumulative(
        [y[i] for i in by_year], [v[i] for i in by_year], method=method, interval=interval, level=level
    )
    tags = [value_of(one, answer.by) for one in answer.estimates]
    grouped = len(set(tags)) > 1 and all(tags)
    return replace(
        answer,
        pooled=pool(y, v, method=method, interval=interval, level=level),
        side_by_side=tuple(side),
        without=leave_one_out(y, v, method=method, interval=interval, level=level) if len(y) > 2 else (),
        so_far=tuple(Named(answer.estimates[i].label, one) for i, one in zip(by_year, so_far, strict=True))
        if dated
        else (),
        influence=influence(y, v, method=method) if len(y) > 2 else (),
        groups=subgroups(y, v, tags, method=method, interval=interval, level=level) if grouped else None,
        egger=egger(y, v, level=level),
        begg=begg(y, v),
        trim_and_fill=trim_and_fill(y, v, method=method, interval=interval, level=level),
    )


def _without_overlap(
    estimates: tuple[Estimate, ...], keep: Collection[str], apart: Collection[str]
) -> tuple[tuple[Estimate, ...], tuple[str, ...], tuple[str, ...], tuple[Refusal, ...]]:
    """What is left, what was dropped, what was taken to be apart, and a refusal for each overlap left undecided."""
    pairs = overlaps(estimates)
    kept, known = {*keep}, {*apart}
    away: set[str] = set()
    dropped: list[str] = []
    for pair in pairs:
        if pair.first != pair.second and (pair.first in kept) != (pair.second in kept):
            out = pair.second if pair.first in kept else pair.first
            if not {pair.first, pair.second} & known:
                away.add(out)
                dropped.append(f"{out}: left out, since {pair.sentence}")
    refusals: list[Refusal] = []
    taken_apart: list[str] = []
    for pair in pairs:
        both = {pair.first, pair.second}
        if both & away:
            continue
        if len(both) == 1:
            refusals.append(Refusal("overlap", pair.sentence, "ask for one endpoint, or name one row"))
        elif both & known:
            taken_apart.append(f"{pair.sentence}: taken not to, as asked for")
        else:
            fix = (
                f"--keep {pair.first} or --keep {pair.second} uses one of them; "
                f"--apart {pair.first} uses both, if you know that they do not"
            )
            refusals.append(Refusal("overlap" if pair.named else "possible-overlap", pair.sentence, fix))
    left = tuple(one for one in estimates if one.id not in away)
    return left, tuple(dropped), tuple(taken_apart), tuple(dict.fromkeys(refusals))


def _refusals(estimates: Sequence[Estimate]) -> tuple[Refusal, ...]:
    found = []
    if len(estimates) < FEW_TO_POOL:
        number = f"only one study, {estimates[0].label}, has" if estimates else "no study has"
        found.append(Refusal("too-few", f"{number} an effect that fits: there is nothing to pool"))
    for kind, name, values in (
        ("different-measures", "measures", [one.measure for one in estimates]),
        ("different-endpoints", "endpoints", [one.endpoint for one in estimates]),
        ("different-comparisons", "comparisons", [one.comparison for one in estimates]),
        ("different-units", "units", [one.unit for one in estimates]),
    ):
        distinct = list(dict.fromkeys(values))
        if len(distinct) > 1:
            listed = ", ".join(f'"{one}"' if one else "none said" for one in distinct)
            found.append(Refusal(kind, f"the studies have different {name}: {listed}"))
    return tuple(found)


def _warnings(estimates: Sequence[Estimate], by: str) -> tuple[str, ...]:
    found = []
    populations = list(dict.fromkeys(one.population for one in estimates if one.population))
    if len(populations) > 1:
        found.append(f"the studies are of different populations: {', '.join(populations)}")
    if len({one.adjusted for one in estimates if one.adjusted is not None}) > 1:
        bare = ", ".join(one.label for one in estimates if one.adjusted is False)
        found.append(f"adjusted effects stand beside unadjusted ones ({bare})")
    unsaid = [one.label for one in estimates if not one.cohorts]
    if unsaid and len(estimates) >= FEW_TO_POOL:
        of = "any study" if len(unsaid) == len(estimates) else ", ".join(unsaid)
        found.append(f"where the patients come from is not said of {of}: shared patients would not be seen")
    for one in estimates:
        found += one.cautions
    untagged = [one.label for one in estimates if not value_of(one, by)]
    if untagged and len(untagged) < len(estimates):
        found.append(f"there are no subgroups: nothing is said of the {by} of {', '.join(untagged)}")
    if FEW_TO_POOL <= len(estimates) < FEW_TO_KNOW:
        found.append(
            f"{len(estimates)} studies say little about how much studies differ: tau2 and its interval are rough"
        )
    return tuple(found)
