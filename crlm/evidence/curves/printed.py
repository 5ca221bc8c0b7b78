"""What a paper prints of its curves: landmarks to reconstruct them from, and what a reconstruction is held against."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

from crlm.evidence.curves.reading import AT_RISK, CurvePoints, ReadCurve, read_curve
from crlm.evidence.numbers import PublishedSurvival
from crlm.evidence.paper import Paper
from crlm.problems import ArgumentError, DataError, Place, Problem, did_you_mean

FOLDER = "curves"
SURVIVAL = "survival_rate"


@dataclass(frozen=True)
class PrintedNumber:
    """A number that a paper prints, with its interval where it has one, and where it stands."""

    value: float
    lower: float | None
    upper: float | None
    place: str
    row_id: str


@dataclass(frozen=True)
class PrintedOutcome:
    """What is printed of an endpoint: by arm the medians and (time, survival) landmarks; of the comparison HR and p."""

    medians: dict[str, PrintedNumber]
    landmarks: dict[str, tuple[tuple[float, PrintedNumber], ...]]
    hazard_ratios: dict[str, PrintedNumber]
    """By arm, against the reference; of the univariable model, which is what a curve shows."""
    log_rank_p: PrintedNumber | None


NOTHING = PrintedOutcome({}, {}, {}, None)


def endpoints(paper: Paper) -> tuple[str, ...]:
    """The endpoints that can be reconstructed: those with digitised curves, and those with landmarks by group."""
    return tuple(dict.fromkeys([*_digitised(paper), *_with_landmarks(paper)]))


def curve_of(
    paper: Paper, endpoint: str, *, reference: str | None = None
) -> tuple[ReadCurve, PrintedOutcome]:
    """The digitised curve of an endpoint, or its printed landmarks as a coarse one, and what is printed beside it.

    The reference is the arm named, or the one that the paper's hazard ratio refers to, or the first. Raises
    `ArgumentError` for an endpoint or a reference that is not there.
    """
    known = endpoints(paper)
    if endpoint not in known:
        raise ArgumentError(
            Problem(
                "curve-endpoint",
                f'"{paper.id}" has no curve of "{endpoint}".',
                f"{', '.join(known) or 'none: neither digitised curves nor survival at landmarks by group'}.",
                did_you_mean(endpoint, known) if known else "digitise the figure (docs/evidence/curves.md).",
            )
        )
    path = _digitised(paper).get(endpoint)
    if path is not None:
        sizes = {one.id: one.n for one in paper.groups if one.n is not None and one.unit == "patient"}
        arms = _arm_names(path)
        beside = path.with_name(f"{path.stem}{AT_RISK}")
        curve = read_curve(
            path,
            patients={} if beside.is_file() else {arm: sizes[arm] for arm in arms if arm in sizes},
            events={arm: n for arm in arms if (n := _events(paper, endpoint, arm)) is not None},
            time_unit="months",
        )
        curve = ReadCurve(endpoint, endpoint, curve.arms, curve.time_unit, curve.slip)
    else:
        curve = _coarse(paper, endpoint)
    curve = _in_order(paper, endpoint, curve, reference)
    return curve, printed_of(paper, endpoint, [one.arm for one in curve.arms])


def printed_of(paper: Paper, endpoint: str, arms: list[str]) -> PrintedOutcome:
    """What the paper prints of an endpoint and these arms, the first of them the reference."""
    rows = [one for one in paper.numbers.survival if one.endpoint == endpoint]
    medians, landmarks = {}, {}
    for arm in arms:
        own = [one for one in rows if one.group == arm and one.value is not None]
        middle = next((one for one in own if one.statistic == "median"), None)
        if middle is not None:
            medians[arm] = _number(middle)
        landmarks[arm] = tuple(
            (one.time_months, _number(one, 100.0))
            for one in _once(own)
            if one.statistic == SURVIVAL and one.time_months is not None
        )
    populations = {one.population for one in rows if one.statistic == SURVIVAL}
    tests = [one for one in rows if one.statistic == "logrank_p" and one.population in populations]
    p = tests[0] if len({one.p for one in tests}) == 1 else None
    return PrintedOutcome(
        medians,
        landmarks,
        {
            arm: found
            for arm in arms[1:]
            if (found := _hazard_ratio(paper, endpoint, arms[0], arm)) is not None
        },
        None if p is None or p.p is None else PrintedNumber(p.p, None, None, p.locator, p.row_id),
    )


def _coarse(paper: Paper, endpoint: str) -> ReadCurve:
    arms = []
    for arm, rows in _with_landmarks(paper)[endpoint].items():
        group = _group(paper, rows[0], arm)
        points = sorted(
            (one.time_months, one.value) for one in rows if one.time_months and one.value is not None
        )
        events = _events(paper, endpoint, arm)
        places = [*(one.locator for one in rows), *([group[2]] if group[2] else [])]
        arms.append(
            CurvePoints(
                arm=arm,
                label=group[0],
                time=(0.0, *(at for at, _ in points)),
                survival=(1.0, *(value / 100.0 for _, value in points)),
                at_risk_time=(0.0,),
                at_risk=(group[1],),
                events=events,
                landmarks=True,
                places=tuple(dict.fromkeys(places)),
            )
        )
    return ReadCurve(endpoint, endpoint, tuple(arms), "months")


def _in_order(paper: Paper, endpoint: str, curve: ReadCurve, reference: str | None) -> ReadCurve:
    arms = [one.arm for one in curve.arms]
    first = reference
    if first is None:
        first = next(
            (a for a in arms if all(_hazard_ratio(paper, endpoint, a, b) for b in arms if b != a)), arms[0]
        )
    elif first not in arms:
        raise ArgumentError(
            Problem(
                "curve-arm-unknown",
                f'--reference names the arm "{first}", of which there is no curve.',
                f"{', '.join(arms)}.",
                did_you_mean(first, arms),
            )
        )
    order = sorted(curve.arms, key=lambda one: one.arm != first)
    labelled = tuple(_labelled(paper, one) for one in order)
    return ReadCurve(curve.id, curve.title, labelled, curve.time_unit, curve.slip)


def _labelled(paper: Paper, arm: CurvePoints) -> CurvePoints:
    if arm.label != arm.arm:
        return arm
    group = paper.group(arm.arm)
    return replace(arm, label=group.label or arm.arm) if group else arm


def _digitised(paper: Paper) -> dict[str, Path]:
    folder = paper.folder / FOLDER
    return {one.stem: one for one in sorted(folder.glob("*.csv")) if not one.name.endswith(AT_RISK)}


def _arm_names(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(dict.fromkeys((row.get("arm") or "").strip() for row in csv.DictReader(file)))
    except (OSError, UnicodeDecodeError):
        return []  # read_curve says what is wrong with the file


def _with_landmarks(paper: Paper) -> dict[str, dict[str, list[PublishedSurvival]]]:
    """By endpoint and group the landmarks, of endpoints with known sizes of two groups or of one alone."""
    found: dict[str, dict[str, list[PublishedSurvival]]] = {}
    for one in _once(paper.numbers.survival):
        printed = one.statistic == SURVIVAL and one.time_months and one.value is not None
        if printed and one.endpoint and _group(paper, one, one.group)[1]:
            found.setdefault(one.endpoint, {}).setdefault(one.group, []).append(one)
    for arms in found.values():
        if len(arms) > 1:
            arms.pop("all", None)
            arms.pop("overall", None)
    return {name: arms for name, arms in found.items() if all(_falls(rows) for rows in arms.values())}


def _falls(rows: list[PublishedSurvival]) -> bool:
    """Whether the landmarks are those of one curve that ends below 1."""
    points = sorted((one.time_months or 0.0, one.value or 0.0) for one in rows)
    times = [at for at, _ in points]
    return len(set(times)) == len(times) and points[-1][1] < 100.0


def _once(rows: tuple[PublishedSurvival, ...] | list[PublishedSurvival]) -> list[PublishedSurvival]:
    """Each number once: the abstract repeats what the text says."""
    kept: dict[tuple[object, ...], PublishedSurvival] = {}
    for one in rows:
        kept.setdefault(
            (one.endpoint, one.population, one.group, one.statistic, one.time_months, one.value), one
        )
    return list(kept.values())


def _group(paper: Paper, row: PublishedSurvival, arm: str) -> tuple[str, int, str]:
    """Label, size and place of a group; of tumours when the row is of tumours. A size of 0 when none is printed."""
    units = {one.unit for one in paper.groups}
    wants = next((unit for unit in sorted(units) if unit != "patient" and unit in row.population), "patient")
    for one in paper.groups:
        if one.id == arm and one.unit == wants and one.n:
            return one.label or arm, one.n, one.place
    return arm, 0, ""


def _events(paper: Paper, endpoint: str, arm: str) -> int | None:
    return next((one.n for one in paper.events if one.endpoint == endpoint and one.group == arm), None)


def _number(row: PublishedSurvival, scale: float = 1.0) -> PrintedNumber:
    value = row.value or 0.0
    low, high = (None if one is None else one / scale for one in (row.ci_low, row.ci_high))
    return PrintedNumber(value / scale, low, high, row.locator, row.row_id)


def _hazard_ratio(paper: Paper, endpoint: str, reference: str, arm: str) -> PrintedNumber | None:
    """The crude hazard ratio of two groups: of the variable that makes them, in everyone."""
    first, second = paper.group(reference), paper.group(arm)
    if first is None or second is None or first.variable != second.variable:
        return None
    for one in paper.numbers.effects:
        if one.endpoint != endpoint or one.model != "univariable" or one.measure != "HR" or one.est is None:
            continue
        if one.subgroup_variable or one.term != second.variable:
            continue
        if _same(one.level, second.level) and _same(one.reference, first.level):
            return PrintedNumber(one.est, one.ci_low, one.ci_high, one.locator, one.row_id)
    return None


def _same(one: str, other: str) -> bool:
    return bool(one) and one.casefold() == other.casefold()


def refused(error: ValueError, arm: str, path: str) -> DataError:
    """What the statistics refuse, as a problem of the curve."""
    return DataError(
        Problem(
            "curve-refused",
            f'the curve of "{arm}" cannot be reconstructed: {error}.',
            "points that start at survival 1, never rise and reach the end of the numbers at risk.",
            "mend the points; docs/evidence/curves.md shows how they are read.",
            Place(file=path),
        )
    )
