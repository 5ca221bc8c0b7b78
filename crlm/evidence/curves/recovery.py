"""How well a reconstruction gives back what was printed: numbers at risk, events, medians, landmarks, hazard ratios."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from crlm.evidence.curves.printed import NOTHING, PrintedNumber, PrintedOutcome, refused
from crlm.evidence.curves.reading import CurvePoints, ReadCurve
from crlm.statistics.comparison import log_rank
from crlm.statistics.cox import cox
from crlm.statistics.curve_readings import median, survival_at
from crlm.statistics.curve_reconstruction import (
    AtRisk,
    Cleaning,
    ReconstructedArm,
    clean_points,
    distance_from_points,
    join_landmarks,
    reconstruct,
)
from crlm.statistics.results import Estimate
from crlm.statistics.survival_curve import kaplan_meier

NOT_PATIENTS = "reconstructed from a published curve: not patients"
JOINED = (
    "between the printed landmarks the hazard is taken as constant: the print shows no shape there, and after the last "
    "landmark there is no follow-up"
)


@dataclass(frozen=True)
class Beside:
    """A number of the reconstruction beside the printed one, which is None when the paper prints none.

    `used`: the printed number went into the reconstruction, so that its coming back proves little.
    """

    recovered: Estimate
    printed: PrintedNumber | None
    used: bool = False


@dataclass(frozen=True)
class ArmRecovery:
    """One arm: what was used, what was assumed, and what came back; distances are of survival, 0 to 1."""

    arm: str
    label: str
    n: int
    events_recovered: int
    events_printed: int | None
    at_risk: tuple[AtRisk, ...]
    root_mean_square: float
    largest_distance: float
    cleaning: Cleaning
    support: str
    assumptions: tuple[str, ...]
    places: tuple[str, ...]
    median: Beside
    landmarks: tuple[tuple[float, Beside], ...]


@dataclass(frozen=True)
class Comparison:
    """An arm against the reference, by Cox's model on the reconstructed data."""

    arm: str
    reference: str
    hazard_ratio: Beside


@dataclass(frozen=True, eq=False)
class Recovery:
    """A reconstructed curve: its arms, how they compare, and the pseudo-individual data themselves."""

    id: str
    title: str
    time_unit: str
    coarse: bool
    arms: tuple[ArmRecovery, ...]
    comparisons: tuple[Comparison, ...]
    log_rank_p: Beside
    read: tuple[CurvePoints, ...]
    data: tuple[ReconstructedArm, ...]


def recover(curve: ReadCurve, printed: PrintedOutcome = NOTHING, *, title: str = "") -> Recovery:
    """Reconstruct every arm of a curve and hold it against what is printed.

    Medians have the log-log limits of the reconstructed data, the hazard ratio those of Cox's model (Efron's ties);
    both take the pseudo-data for patients, and so say nothing of what reading the figure adds to the uncertainty.
    Raises `DataError` for a curve that cannot be reconstructed, with the reason.
    """
    data = tuple(_reconstructed(one, curve) for one in curve.arms)
    arms = tuple(_arm(given, arm, printed) for given, arm in zip(curve.arms, data, strict=True))
    comparisons = tuple(
        Comparison(
            given.arm,
            curve.arms[0].arm,
            Beside(_hazard_ratio(data[0], arm), printed.hazard_ratios.get(given.arm)),
        )
        for given, arm in zip(curve.arms[1:], data[1:], strict=True)
    )
    return Recovery(
        id=curve.id,
        title=title or curve.title,
        time_unit=curve.time_unit,
        coarse=any(one.landmarks for one in curve.arms),
        arms=arms,
        comparisons=comparisons,
        log_rank_p=Beside(_log_rank(data, [one.arm for one in curve.arms]), printed.log_rank_p),
        read=curve.arms,
        data=data,
    )


def as_json(recovery: Recovery) -> dict[str, object]:
    """The report as JSON: everything but the pseudo-individual data."""
    parts = {name: [asdict(one) for one in getattr(recovery, name)] for name in ("arms", "comparisons")}
    for arm in parts["arms"]:
        arm["landmarks"] = [{"time": at, **beside} for at, beside in arm["landmarks"]]
    return {
        "warning": NOT_PATIENTS,
        "id": recovery.id,
        "title": recovery.title,
        "time_unit": recovery.time_unit,
        "coarse": recovery.coarse,
        **parts,
        "log_rank_p": asdict(recovery.log_rank_p),
    }


def pseudo_patients(recovery: Recovery) -> str:
    """The pseudo-individual data as CSV; the last column of every row says what they are."""
    lines = ["arm,number,time,event,origin"]
    for about, arm in zip(recovery.arms, recovery.data, strict=True):
        name = f'"{about.arm}"' if set(about.arm) & set(',"\n') else about.arm
        lines += [
            f"{name},{number},{time:.10g},{int(event)},{NOT_PATIENTS}"
            for number, (time, event) in enumerate(zip(arm.time, arm.event, strict=True), start=1)
        ]
    return "\n".join(lines) + "\n"


def _reconstructed(given: CurvePoints, curve: ReadCurve) -> ReconstructedArm:
    try:
        points = clean_points(given.time, given.survival, slip=curve.slip)
        if given.landmarks:
            points = join_landmarks(points)
        return reconstruct(points, given.at_risk_time, given.at_risk, events=given.events)
    except ValueError as error:
        raise refused(error, given.arm, given.places[0] if given.places else curve.id) from None


def _arm(given: CurvePoints, arm: ReconstructedArm, printed: PrintedOutcome) -> ArmRecovery:
    curve = kaplan_meier(arm.time, arm.event)
    rms, largest = distance_from_points(arm)
    known = printed.landmarks.get(given.arm, ())
    times = [at for at, _ in known]
    return ArmRecovery(
        arm=given.arm,
        label=given.label,
        n=arm.n,
        events_recovered=arm.events_recovered,
        events_printed=arm.events_given,
        at_risk=arm.at_risk,
        root_mean_square=rms,
        largest_distance=largest,
        cleaning=arm.curve.cleaning,
        support=arm.support,
        assumptions=(JOINED, *arm.assumptions) if given.landmarks else arm.assumptions,
        places=given.places,
        median=Beside(median(curve), printed.medians.get(given.arm)),
        landmarks=tuple(
            (at, Beside(found, number, used=given.landmarks))
            for (at, number), found in zip(known, survival_at(curve, times), strict=True)
        ),
    )


def _hazard_ratio(reference: ReconstructedArm, arm: ReconstructedArm) -> Estimate:
    time = np.concatenate((reference.time, arm.time))
    event = np.concatenate((reference.event, arm.event))
    second = np.repeat([0.0, 1.0], [reference.n, arm.n])
    one = cox(time, event, second[:, None], ["arm"]).coefficients[0]
    value, lower, upper = (None if x is None else float(np.exp(x)) for x in (one.value, one.lower, one.upper))
    return Estimate(value, lower, upper, one.level, None, one.reason)


def _log_rank(data: tuple[ReconstructedArm, ...], names: list[str]) -> Estimate:
    if len(data) < 2:
        return Estimate(None, None, None, reason="there is one arm only")
    time = np.concatenate([one.time for one in data])
    event = np.concatenate([one.event for one in data])
    group = [name for name, one in zip(names, data, strict=True) for _ in range(one.n)]
    test = log_rank(time, event, group).test
    return Estimate(test.p, None, None, reason=test.reason)
