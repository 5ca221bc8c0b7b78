"""Endpoints: curves, medians, landmark survival, follow-up and the comparison of groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from crlm.cohort.endpoints import EndpointDefinition, SurvivalData, survival_data
from crlm.cohort.groups import Groups, level_indices
from crlm.dictionary.records import Records
from crlm.statistics.comparison import log_rank
from crlm.statistics.curve_readings import (
    at_risk_at,
    censored_before,
    collett_median,
    events_before,
    median,
    survival_at,
)
from crlm.statistics.survival_curve import kaplan_meier, reverse_kaplan_meier
from crlm.study import results as document
from crlm.study.analysis import wording
from crlm.study.analysis.baseline import number_summary
from crlm.study.analysis.incidence import incidence_result
from crlm.study.analysis.scope import group_words, groups_for, restricted
from crlm.study.protocol.model import Comparison, Endpoint
from crlm.study.units import Units, UnitWords

INTERVAL_IN_WORDS = {
    "log-log": "log(-log) transformation",
    "log": "log transformation",
    "plain": "no transformation",
}

MANY = 20_000
"""From so many records on, those of an endpoint are put in the order of their times once."""


@dataclass(frozen=True)
class AnalysedEndpoint:
    """An endpoint's records and arrays, with the group of each record (index into the groups' levels; -1 without one).

    `records` are the population's of the endpoint's unit, after its restriction; `groups` are those of its curves,
    or None when it compares none; `left_out` counts what the restriction left out, and why.
    """

    protocol: Endpoint
    records: Records
    groups: Groups | None
    data: SurvivalData
    group: np.ndarray
    words: UnitWords
    left_out: tuple[tuple[str, int], ...] = ()


def analysed_endpoint(
    units: Units, comparison: Comparison | None, endpoint: Endpoint, *, where: str | None = None
) -> AnalysedEndpoint:
    """The endpoint's arrays for the population; raises DataError for what cannot be true.

    `where` restricts the records beyond the endpoint's own restriction: a model may look at some of them only.
    """
    records = units.of(endpoint.unit)
    left_out: list[tuple[str, int]] = []
    for condition in (endpoint.where, where):
        records, counts = restricted(records, condition)
        left_out += counts
    groups = groups_for(records, comparison, endpoint.group) if endpoint.by_group else None
    data = _by_time(
        survival_data(
            records,
            EndpointDefinition(
                label=endpoint.label,
                time=endpoint.time,
                status=endpoint.status,
                event=endpoint.event,
                censor=endpoint.censor,
                competing=endpoint.competing,
                horizon=endpoint.horizon,
                unknown=endpoint.unknown,
            ),
        )
    )
    group = np.full(data.rows.size, -1)
    if groups is not None:
        group = level_indices(records.frame, groups.variable)[data.rows]
    return AnalysedEndpoint(
        endpoint, records, groups, data, group, units.words(endpoint.unit), tuple(left_out)
    )


def _by_time(data: SurvivalData) -> SurvivalData:
    """The same records, in the order of their times where they are many: what each estimator sorts is then sorted."""
    if data.time.size < MANY:
        return data
    order = np.lexsort((~data.event, data.time))
    return replace(
        data,
        rows=data.rows[order],
        time=data.time[order],
        event=data.event[order],
        competing=data.competing[order],
    )


def endpoint_result(
    analysed: AnalysedEndpoint, *, level: float, known_at: Sequence[str] = ()
) -> document.EndpointResult:
    """Everything the document holds about an endpoint; `known_at` are the dates at which its groups are known."""
    late, landmark = _late_group(analysed, known_at)
    endpoint, data, records = analysed.protocol, analysed.data, analysed.records
    shown = analysed.groups
    until, ticks = time_axis(endpoint, float(data.time.max()))
    overall, overall_row = _curve(
        analysed, np.ones(data.time.size, dtype=bool), None, f"All {analysed.words.many}", ticks, level
    )
    curves, risk_rows, empty = [], [], []
    for position, one in enumerate(shown.levels if shown else ()):
        mask = analysed.group == position
        if not mask.any():
            empty.append(one.label)
            continue
        curve, row = _curve(analysed, mask, one.level, one.label, ticks, level)
        curves.append(curve)
        risk_rows.append(row)
    test, observed_expected = _compare(analysed, shown) if shown else (None, ())
    return document.EndpointResult(
        id=endpoint.id,
        label=endpoint.label,
        time_unit=records.variables[endpoint.time].unit or "unit of the time column",
        time_zero=endpoint.time_zero,
        definition=endpoint.definition,
        n=int(data.time.size),
        events=int(data.event.sum()),
        censored=int((~data.event & ~data.competing).sum()),
        competing=int(data.competing.sum()),
        excluded=tuple(
            document.Removed(label=label, n=n) for label, n in (*analysed.left_out, *data.excluded)
        ),
        unit=analysed.words.unit,
        horizon=endpoint.horizon,
        interval=INTERVAL_IN_WORDS[endpoint.interval],
        median_interval=endpoint.median_interval,
        follow_up=endpoint.follow_up,
        axis_until=until,
        overall=overall,
        groups=tuple(curves),
        log_rank=test,
        observed_expected=observed_expected,
        risk_table=document.RiskTable(times=ticks, overall=overall_row, groups=tuple(risk_rows)),
        incidence=incidence_result(analysed, level=level),
        late_group=late,
        notes=(*(one for one in (late, landmark) if one), *data.notes, *_notes(analysed, curves, empty)),
    )


def _late_group(analysed: AnalysedEndpoint, known_at: Sequence[str]) -> tuple[str | None, str | None]:
    """That groups were known only after time zero, when dates say so of anybody: as a warning, or as a landmark's note.

    An endpoint restricted to records that are all followed beyond the day on which the last group was known compares
    those still at risk: nobody is in a group by having lived until then.
    """
    dates = analysed.protocol.dates
    if dates is None or analysed.groups is None or not known_at:
        return None, None
    from crlm.cohort.time_zero import late_knowledge

    variable = analysed.groups.variable.name
    found = late_knowledge(analysed.records, variable, known_at, dates.start, analysed.words.one)
    if not found.late:
        return None, None
    earliest = float(analysed.data.time.min())
    if analysed.protocol.where is not None and found.known_by(earliest):
        return None, found.landmark_sentence(earliest)
    return found.sentence, None


def time_axis(endpoint: Endpoint, longest: float) -> tuple[float, tuple[float, ...]]:
    """Where the time axis ends and where its ticks are, which are also the times of the number-at-risk table.

    As declared; otherwise steps of 1, 2, 3, 5, 6, 10, 12, 20, 24 ... chosen so that there are at most 12 of them.
    """
    step = endpoint.axis_step
    until = endpoint.axis_until if endpoint.axis_until is not None else longest
    if step is None or until / step > 60:
        step = _comfortable_step(until)
    count = max(1, math.ceil(until / step - 1e-9))
    if endpoint.axis_until is None:
        until = count * step
    ticks = tuple(round(index * step, 10) for index in range(math.floor(until / step + 1e-9) + 1))
    return until, ticks


def _comfortable_step(until: float) -> float:
    for magnitude in (10.0**power for power in range(-6, 12)):
        for base in (1.0, 1.2, 2.0, 2.4, 3.0, 5.0, 6.0):
            if until / (base * magnitude) <= 12:
                return base * magnitude
    return until


def _curve(
    analysed: AnalysedEndpoint,
    mask: np.ndarray,
    group: str | None,
    label: str,
    ticks: tuple[float, ...],
    level: float,
) -> tuple[document.Curve, document.RiskRow]:
    endpoint, data = analysed.protocol, analysed.data
    time, event = data.time[mask], data.event[mask]
    curve = kaplan_meier(time, event, level=level, interval=endpoint.interval)
    estimates = survival_at(curve, endpoint.landmarks)
    described = document.Curve(
        group=group,
        label=label,
        n=int(time.size),
        events=int(event.sum()),
        time=tuple(curve.time.tolist()),
        at_risk=_whole(curve.at_risk),
        events_at=_whole(curve.events),
        censored_at=_whole(curve.censored),
        survival=tuple(curve.survival.tolist()),
        lower=_where(curve.has_interval, curve.lower),
        upper=_where(curve.has_interval, curve.upper),
        median=wording.interval(
            collett_median(curve) if endpoint.median_interval == "spss" else median(curve)
        ),
        landmarks=tuple(
            document.Landmark(time=at, survival=wording.interval(estimate), at_risk=count)
            for at, estimate, count in zip(
                endpoint.landmarks, estimates, _whole(at_risk_at(curve, endpoint.landmarks)), strict=True
            )
        ),
        follow_up=wording.interval(
            median(reverse_kaplan_meier(time, event, level=level, interval=endpoint.interval))
        ),
        survivors=number_summary(time[~event & ~data.competing[mask]], "r7")
        if "survivors" in endpoint.follow_up
        else None,
        last_time=float(time.max()),
    )
    risk_row = document.RiskRow(
        group=group,
        label=label,
        at_risk=_whole(at_risk_at(curve, ticks)),
        events=_whole(events_before(curve, ticks)),
        censored=_whole(censored_before(curve, ticks)),
    )
    return described, risk_row


def _whole(counts: np.ndarray) -> tuple[int, ...]:
    return tuple(int(count) for count in counts)


def _where(exists: np.ndarray, bounds: np.ndarray) -> tuple[float | None, ...]:
    return tuple(float(bound) if there else None for there, bound in zip(exists, bounds, strict=True))


def _compare(
    analysed: AnalysedEndpoint, groups: Groups
) -> tuple[document.Test, tuple[document.ObservedExpected, ...]]:
    data = analysed.data
    words = group_words(groups)
    known = analysed.group >= 0
    labels = [words[place] for place in analysed.group[known]]
    result = log_rank(data.time[known], data.event[known], labels, levels=words)
    return wording.test(result.test), tuple(
        document.ObservedExpected(
            group=level.level, label=level.label, n=one.n, observed=one.observed, expected=one.expected
        )
        for level, one in zip(groups.levels, result.groups, strict=True)
    )


def _notes(analysed: AnalysedEndpoint, curves: list[document.Curve], empty: list[str]) -> tuple[str, ...]:
    notes, data, words = [], analysed.data, analysed.words
    if excluded := (*analysed.left_out, *data.excluded):
        listed = "; ".join(f"{label}: {n}" for label, n in excluded)
        notes.append(f"{words.many.capitalize()} left out of this endpoint: {listed}.")
    if analysed.groups is not None and (unknown := int((analysed.group < 0).sum())):
        notes.append(
            f"{analysed.groups.variable.label} unknown, so in no group's curve: {unknown} {words.many}."
        )
    if not data.event.any():
        notes.append(
            f"No event was observed: every {words.one} is censored, and nothing but follow-up can be estimated."
        )
    notes.extend(
        f'No event in the group "{curve.label}".'
        for curve in curves
        if curve.events == 0 and data.event.any()
    )
    notes.extend(f'The group "{label}" has no {words.one}.' for label in empty)
    if data.competing.any():
        notes.append(
            f"{int(data.competing.sum())} competing events are censored here: the curve is not the probability of "
            "staying free of the event in their presence."
        )
    return tuple(notes)
