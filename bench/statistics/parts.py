"""The sections without peers: the hardware's floor and the memory, cold starts, and growth."""

import statistics
from pathlib import Path

from picture import draw
from tasks import FLOOR, GIGABYTES, IMPORT
from verdicts import Verdict, milliseconds

NAMES = {
    "cox": "Cox model: `cox` (numpy)",
    "large_cox": "Cox model: `large_cox` (compiled)",
    "curves": "Kaplan-Meier and log-rank: `kaplan_meier`, `log_rank` (numpy)",
    "large_curves": "Kaplan-Meier and log-rank: `grouped_curves` (compiled)",
}
PASSES = 5
STEEPEST = {"patients": 1.2, "covariates": 2.1}
"""The slopes that count as n log n (1.08 between ten thousand and ten million) and as p squared, with some room."""


def missing(title: str, found: dict | None, wanted: list[Verdict]) -> tuple[list[str], list[Verdict]]:
    """A section that has nothing to show."""
    why = "Not timed." if found is None else f"Failed: {found['error'][:100]}"
    return [f"## {title}", "", why, ""], wanted


def floor_section(
    machine: dict | None, cold: dict | None, large: dict | None
) -> tuple[list[str], list[Verdict]]:
    """The fit of a million patients beside what the hardware allows."""
    title = "The hardware's floor: 1,000,000 patients, 20 covariates"
    what = "One Cox model, 1,000,000 patients, 20 covariates"
    strict, loose = (
        f"within {FLOOR} x the floor of the passes",
        f"within {FLOOR} x the floor with the rows put in order",
    )
    verdicts = [
        Verdict(what, strict, "not timed", None),
        Verdict(what, loose, "not timed", None),
        Verdict(what, f"peak memory under {GIGABYTES} GB", "not measured", None),
    ]
    if cold is not None and "error" not in cold:
        peak = cold["large"]["peak"] / 1e9
        verdicts[2] = Verdict(what, f"peak memory under {GIGABYTES} GB", f"{peak:.2f} GB", peak < GIGABYTES)
    if any(one is None or "error" in one for one in (machine, cold, large)):
        failed = next((one for one in (machine, cold, large) if one is not None and "error" in one), None)
        return missing(title, failed, verdicts)
    given = cold["large"]["given"] / 1e9
    ours = statistics.median(large["seconds"])
    floor = PASSES * machine["per_pass"]
    with_order = floor + machine["gather"]
    for place, (asked, limit) in enumerate(((strict, floor), (loose, with_order))):
        verdicts[place] = Verdict(what, asked, f"{ours / limit:.1f} x", ours <= FLOOR * limit)
    table = [
        ("reading the covariates once (160 MB)", f"{machine['bandwidth'] / 1e9:.0f} GB/s", machine["read"]),
        ("n p (p + 1) operations, as in dgemm", f"{machine['rate'] / 1e9:.0f} GFLOP/s", machine["multiply"]),
        ("n exponentials", "", machine["exponential"]),
        ("floor of one pass: the larger of the first two, and the third", "", machine["per_pass"]),
        (f"floor of {PASSES} passes, which Newton's method takes", "", floor),
        ("putting the rows in order of time once", "", machine["gather"]),
        ("floor with the rows put in order", "", with_order),
        ("crlm, from unsorted arrays", "", ours),
    ]
    lines = [
        f"## {title}",
        "",
        f"Measured with {machine['cores']} cores in the same run; the least of several calls.",
        "",
        "| what | rate | ms |",
        "|---|---|---|",
        *(f"| {what} | {rate} | {milliseconds(seconds)} |" for what, rate, seconds in table),
        "",
        f"crlm takes {ours / floor:.1f} times the floor of the passes and {ours / with_order:.1f} times that with the",
        "rows put in order, which crlm does without where times are on a grid.",
        f"It makes {cold['large']['iterations'] + 1} passes. A fresh process that loads the data and fits once holds",
        f"{peak:.2f} GB at its peak, {given:.2f} GB of it the data.",
        "",
    ]
    return lines, verdicts


def cold_section(cold: dict | None) -> tuple[list[str], list[Verdict]]:
    """Whole processes from start to end."""
    title = "Cold starts: whole processes"
    asked = f"under {IMPORT} s"
    if cold is None or "error" in cold:
        return missing(title, cold, [Verdict("`import crlm.statistics`", asked, "not timed", None)])
    lines = [f"## {title}", "", "| what | median s | least to most |", "|---|---|---|"]
    for row in cold["rows"]:
        taken = row["seconds"]
        lines.append(
            f"| {row['what']} | {statistics.median(taken):.2f} | {min(taken):.2f} to {max(taken):.2f}"
            f"{' (one run)' if len(taken) == 1 else ''} |"
        )
    median = {row["key"]: statistics.median(row["seconds"]) for row in cold["rows"]}
    heavy = cold["loaded"] or "none of numba, scipy.stats and scipy.optimize"
    lines += [
        "",
        f"The process with one Cox model imports {heavy}. All times include the start of Python.",
        "",
    ]
    verdicts = [
        Verdict(f"`{row['what']}`", asked, f"{median[row['key']]:.2f} s", median[row["key"]] < IMPORT)
        for row in cold["rows"]
        if row["key"] in ("statistics", "cox")
    ]
    small = Verdict(
        "One Cox model of 374 patients", "no compilation", f"imports {heavy}", "numba" not in cold["loaded"]
    )
    return lines, [*verdicts, small]


def scaling_section(scaling: dict | None, page: Path) -> tuple[list[str], list[Verdict]]:
    """The picture, the slopes and the table."""
    title = "Growth with patients and covariates"
    asked = {"patients": "n log n in patients", "covariates": "at most p² in covariates"}
    if scaling is None or "error" in scaling:
        wanted = [Verdict(NAMES["large_cox"], one, "not timed", None) for one in asked.values()]
        return missing(title, scaling, wanted)
    picture = page.with_name(f"{page.stem}-growth.svg")
    draw(scaling, picture)
    fixed = {
        "patients": f"n patients, {scaling['covariates']} covariates or 3 groups",
        "covariates": f"p covariates, {scaling['patients']:,} patients",
    }
    lines, verdicts = (
        [f"## {title}", "", f"![Time against patients and against covariates]({picture.name})", ""],
        [],
    )
    for along, letter in (("patients", "n"), ("covariates", "p")):
        chosen = [one for one in scaling["lines"] if one["along"] == along]
        sizes = sorted({point["size"] for one in chosen for point in one["points"]})
        lines += [
            f"Median ms, {fixed[along]}; the last column is a of time ~ {letter}^a, fitted from "
            f"{letter} = {scaling['from'][along]:,} on.", "",
            "| | " + " | ".join(f"{size:,}" for size in sizes) + " | a |", "|---" * (len(sizes) + 2) + "|",
        ]  # fmt: skip
        for one in chosen:
            found = {point["size"]: milliseconds(point["median"]) for point in one["points"]}
            slope = one["slope"]
            cells = " | ".join(found.get(size, "") for size in sizes)
            lines.append(f"| {NAMES[one['what']]} | {cells} | {'' if slope is None else f'{slope:.2f}'} |")
            word = "not fitted" if slope is None else f"{letter}^{slope:.2f}"
            met = None if slope is None else slope <= STEEPEST[along]
            verdicts.append(Verdict(NAMES[one["what"]], asked[along], word, met))
        lines.append("")
    lines += [
        "n log n itself has a slope of 1.08 between ten thousand and ten million; a slope of "
        f"{STEEPEST['patients']} counts as met, and one of {STEEPEST['covariates']} for p².",
        "",
    ]
    return lines, verdicts
