"""Cumulative incidence: the event in the presence of competing events, and the comparison of groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crlm.statistics.curve_readings import at_risk_at
from crlm.study import results as document
from crlm.study.analysis import wording
from crlm.study.analysis.scope import group_words

if TYPE_CHECKING:
    from crlm.study.analysis.endpoints import AnalysedEndpoint

EVENT, COMPETING = 1, 2


def incidence_result(analysed: AnalysedEndpoint, *, level: float) -> document.CumulativeIncidence | None:
    """Curves of everyone and of each group with somebody in it, and Gray's test; None when not asked for."""
    if not analysed.protocol.cumulative_incidence:
        return None
    data, groups = analysed.data, analysed.groups
    cause = np.where(data.event, EVENT, np.where(data.competing, COMPETING, 0))
    everyone = np.ones(cause.size, dtype=bool)
    overall = _curve(analysed, cause, everyone, None, f"All {analysed.words.many}", level)
    curves = [
        _curve(analysed, cause, mask, one.level, one.label, level)
        for position, one in enumerate(groups.levels if groups else ())
        if (mask := analysed.group == position).any()
    ]
    gray = _gray(analysed, cause) if groups is not None else None
    return document.CumulativeIncidence(overall=overall, groups=tuple(curves), gray=gray)


def _curve(
    analysed: AnalysedEndpoint,
    cause: np.ndarray,
    mask: np.ndarray,
    group: str | None,
    label: str,
    level: float,
) -> document.IncidenceCurve:
    from crlm.statistics.competing_risks import cumulative_incidence, incidence_at

    endpoint, time = analysed.protocol, analysed.data.time[mask]
    curves = cumulative_incidence(
        time, cause[mask], causes=(EVENT, COMPETING), level=level, interval=endpoint.interval
    )
    row, other = curves.row(EVENT), curves.row(COMPETING)
    exists = curves.has_interval[row].tolist()
    landmarks = endpoint.landmarks
    return document.IncidenceCurve(
        group=group,
        label=label,
        n=int(time.size),
        events=int((cause[mask] == EVENT).sum()),
        competing=int((cause[mask] == COMPETING).sum()),
        time=tuple(curves.time.tolist()),
        at_risk=_whole(curves.event_free.at_risk),
        events_at=_whole(curves.events[row]),
        competing_at=_whole(curves.events[other]),
        censored_at=_whole(curves.event_free.censored),
        incidence=tuple(curves.incidence[row].tolist()),
        lower=_where(exists, curves.lower[row].tolist()),
        upper=_where(exists, curves.upper[row].tolist()),
        landmarks=tuple(
            document.IncidenceLandmark(time=at, incidence=wording.interval(estimate), at_risk=count)
            for at, estimate, count in zip(
                landmarks,
                incidence_at(curves, EVENT, landmarks),
                _whole(at_risk_at(curves.event_free, landmarks)),
                strict=True,
            )
        ),
        last_time=float(time.max()),
    )


def _whole(counts: np.ndarray) -> tuple[int, ...]:
    return tuple(int(count) for count in counts)


def _where(exists: list[bool], bounds: list[float]) -> tuple[float | None, ...]:
    return tuple(bound if there else None for there, bound in zip(exists, bounds, strict=True))


def _gray(analysed: AnalysedEndpoint, cause: np.ndarray) -> document.Test:
    from crlm.statistics.competing_risks import gray_test

    assert analysed.groups is not None
    words = group_words(analysed.groups)
    known = analysed.group >= 0
    labels = [words[place] for place in analysed.group[known]]
    return wording.test(gray_test(analysed.data.time[known], cause[known], EVENT, labels, levels=words).test)
