"""Odds ratios that counts of events determine, and Wald tests that a ratio with its interval determines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from crlm.evidence import PublishedEffect, TwoByTwo
from crlm.evidence.audit.checks.p_against_interval import p_words
from crlm.evidence.audit.ratio import fits, p_of, possible, ratios, z_range
from crlm.evidence.wording import in_words
from crlm.statistics.logistic.fit import logistic
from crlm.study.compare.printed import printed, rounded
from crlm.study.compare.recomputation import Recomputation, in_place, p_shown

LEVEL = 0.95


def odds_ratios(tables: Iterable[TwoByTwo], words: Mapping[str, str]) -> Iterator[Recomputation]:
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
        what = in_words(f"{one.locator}: {one.endpoint}, {one.term}, {one.level} vs {one.reference}", words)
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
                p_shown(p, limit.decimals),
                limit.agrees(p),
                note,
            )


def wald_tests(effects: Iterable[PublishedEffect], words: Mapping[str, str]) -> Iterator[Recomputation]:
    """The p that an estimate and its interval imply, over every true ratio and standard error that print like them."""
    for one in ratios([row for row in effects if row.p_kind == "wald"]):
        if one.p is None or not one.has_interval:
            continue
        regions = possible(*one.logs)
        row = one.row
        yield Recomputation(
            (row.row_id,),
            "wald",
            in_place(row, words),
            f"Wald test from {row.est_printed} ({row.ci_printed})",
            one.p.text,
            p_words(*p_of(z_range(regions))) if regions else "no p",
            fits(one),
            "the range that rounding of the ratio and its interval allows"
            if regions
            else "no true ratio prints like this with this interval",
        )
