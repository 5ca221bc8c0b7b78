"""What the text says of survival: landmarks, medians, follow-up and log-rank tests."""

from __future__ import annotations

import numpy as np

from crlm.statistics.comparison import log_rank
from crlm.statistics.curve_readings import median, survival_at
from crlm.statistics.survival_curve import kaplan_meier, reverse_kaplan_meier
from tests.evidence.simulated_papers.patients import Cohort, Times
from tests.evidence.simulated_papers.printing import Style
from tests.evidence.simulated_papers.rows import Tables

LANDMARKS = (12, 36, 60)


def survival(tables: Tables, cohort: Cohort, style: Style, times: Times, place: str) -> None:
    """Survival at one, three and five years, medians and the log-rank test of one endpoint."""
    everybody = np.ones(cohort.n, bool)
    columns = {name: cohort.group == code for code, name in enumerate(cohort.groups)}
    for name, inside in {"all": everybody, **columns}.items():
        curve = kaplan_meier(times.time[inside], times.event[inside])
        until = float(times.time[inside].max())
        for month, reading in zip(LANDMARKS, survival_at(curve, LANDMARKS), strict=True):
            if reading.value is None or month > until:
                continue
            _row(tables, style, times.endpoint, place, name, "survival_rate", month, reading, 100.0)
        found = median(curve)
        if found.value is not None:
            _row(tables, style, times.endpoint, place, name, "median", None, found, 1.0)
    found_test = log_rank(times.time, times.event, cohort.group.tolist()).test
    if found_test.p is not None:
        text, _, parsed = style.p(found_test.p)
        tables.add(
            "survival",
            locator=place,
            endpoint=times.endpoint,
            population="all",
            group=f"{cohort.groups[1]} vs {cohort.groups[0]}",
            statistic="logrank_p",
            value_printed=text,
            value=parsed,
            unit="p",
            test="log-rank",
            p_printed=text,
            p=parsed,
        )


def follow_up(tables: Tables, cohort: Cohort, style: Style) -> None:
    """The median follow-up, by the reverse Kaplan-Meier method."""
    times = cohort.endpoints[0]
    columns = {name: cohort.group == code for code, name in enumerate(cohort.groups)}
    for name, inside in {"all": np.ones(cohort.n, bool), **columns}.items():
        found = median(reverse_kaplan_meier(times.time[inside], times.event[inside]))
        if found.value is not None:
            _row(tables, style, "follow_up", "text 3.1", name, "median_follow_up", None, found, 1.0)


def _row(
    tables: Tables,
    style: Style,
    endpoint: str,
    place: str,
    group: str,
    statistic: str,
    month: int | None,
    reading,
    scale: float,
) -> None:
    decimals = style.survival_decimals
    limits = style.survival_intervals and reading.lower is not None and reading.upper is not None
    tables.add(
        "survival",
        locator=place,
        endpoint=endpoint,
        population="all",
        group=group,
        statistic=statistic,
        time_months=month,
        value_printed=style.number(scale * reading.value, decimals),
        value=style.parsed(scale * reading.value, decimals),
        unit="%" if month is not None else "months",
        ci_low=style.parsed(scale * reading.lower, decimals) if limits else "",
        ci_high=style.parsed(scale * reading.upper, decimals) if limits else "",
        interval_kind="95% CI" if limits else "",
    )
