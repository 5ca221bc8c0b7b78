"""Odds ratios that counts of events determine, and Wald tests that a ratio with its interval determines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from math import log

from crlm.evidence import PublishedEffect, TwoByTwo
from crlm.statistics.logistic.fit import logistic
from crlm.statistics.results import interval_multiplier, normal_p
from crlm.study.compare.cells import quantities
from crlm.study.compare.printed import printed, rounded
from crlm.study.compare.recomputation import Recomputation, is_within, p_shown

LEVEL = 0.95


def odds_ratios(tables: Iterable[TwoByTwo]) -> Iterator[Recomputation]:
    """Each odds ratio with Woolf's interval, and the p of its Wald test, from the counts behind it."""
    for one in tables:
        swapped = one.orientation == "group_sizes_swapped"
        event, exposed, weights = [], [], []
        for level, n, events in ((1, one.n_level, one.events_level), (0, one.n_ref, one.events_ref)):
            for happened, many in ((1, events), (0, n - events)):
                if many:
                    event.append(happened)
                    exposed.append([level])
                    weights.append(float(many))
        fit = logistic(event, exposed, [one.term], weights=weights, level=LEVEL)
        ratio, p = fit.odds_ratios[0], fit.wald_tests[0].p
        if ratio.value is None or ratio.lower is None or ratio.upper is None or p is None:
            continue
        counts = f"{one.events_level} of {one.n_level} against {one.events_ref} of {one.n_ref}"
        what = f"{one.locator}: {one.endpoint}, {one.term}, {one.level} against {one.reference}"
        note = "the sizes of the two levels are exchanged in the table" if swapped else None
        texts = (one.or_printed, *one.ci_printed.split("-"))
        shown = [number for text in texts if (number := printed(text)) is not None]
        values = (ratio.value, ratio.lower, ratio.upper)
        found = [rounded(value, number.decimals) for number, value in zip(shown, values, strict=True)]
        yield Recomputation(
            (one.row_id,),
            "odds ratio",
            what,
            f"logistic regression of {counts}",
            f"{one.or_printed} ({one.ci_printed})",
            f"{found[0]} ({found[1]}-{found[2]})",
            all(number.agrees(value) for number, value in zip(shown, values, strict=True)),
            note,
        )
        limit = printed(one.p_printed, "<" if one.p_printed.startswith("<") else "=")
        if limit is not None:
            yield Recomputation(
                (one.row_id,),
                "wald",
                what,
                f"Wald test in the logistic regression of {counts}",
                one.p_printed,
                p_shown(p, limit),
                limit.agrees(p),
                note,
            )


def wald_tests(effects: Iterable[PublishedEffect]) -> Iterator[Recomputation]:
    """The p that an estimate and its interval imply, over everything that rounding of the three allows."""
    multiplier = interval_multiplier(LEVEL)
    for row in effects:
        numbers = {one.name: one.printed for one in quantities(row)}
        if not {"estimate", "lower", "upper", "p"} <= set(numbers) or row.p_kind != "wald":
            continue
        estimates, lows, highs = (numbers[name].range for name in ("estimate", "lower", "upper"))
        ps = [
            normal_p(log(estimate) * 2 * multiplier / (log(high) - log(low)))
            for estimate, low, high in product(estimates, lows, highs)
            if 0 < low < high and estimate > 0
        ]
        if not ps:
            continue
        least, most = min(ps), max(ps)
        if estimates[0] <= 1 <= estimates[1]:
            most = 1.0
        yield Recomputation(
            (row.row_id,),
            "wald",
            f"{row.locator}: {row.endpoint}, {row.term}, {row.level}, {row.model}",
            f"Wald test from {row.est_printed} ({row.ci_printed})",
            f"{'<' if row.p_op == '<' else ''}{row.p_printed.lstrip('<')}",
            f"{rounded(least, numbers['p'].decimals)} to {rounded(most, numbers['p'].decimals)}",
            is_within(numbers["p"], least, most),
            "the range that rounding of the ratio and its interval allows",
        )
