"""Which covariates enter a model: declared rules as pure functions that return every decision and its reason.

Selection by p values makes the p values and intervals of the chosen model too optimistic; the rules are here because
published studies use them, and a study that uses one must be able to show exactly what it did.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Action = Literal["entered", "not entered", "dropped", "kept", "forced"]


@dataclass(frozen=True, slots=True)
class Step:
    """One decision about one covariate: what was done, at which p (or change), and why, in words."""

    action: Action
    variable: str
    p: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Selection:
    """The covariates chosen, in the order of the candidates, and all steps that led there."""

    chosen: tuple[str, ...]
    steps: tuple[Step, ...]


def univariable_screen(
    p_values: Mapping[str, float | None],
    *,
    threshold: float,
    inclusive: bool,
    always: Sequence[str] = (),
    reasons: Mapping[str, str] | None = None,
) -> Selection:
    """Enter the candidates whose univariable p is at or below (`inclusive`), or strictly below, the threshold.

    `p_values`: candidate to p, in order; None when there is no p, with its reason in `reasons`: such a candidate does
    not enter. `always`: candidates that enter whatever their p. Nothing is rounded before comparing.
    """
    _known(always, list(p_values))
    sign = "at or below" if inclusive else "below"
    chosen, steps = [], []
    for name, p in p_values.items():
        if name in always:
            step = Step("forced", name, p, "declared to enter whatever its p")
        elif p is None:
            step = Step(
                "not entered", name, None, f"no univariable p: {(reasons or {}).get(name, 'not estimable')}"
            )
        elif p < threshold or (inclusive and p == threshold):
            step = Step("entered", name, p, f"univariable p = {_shown(p)}, {sign} {threshold:g}")
        else:
            step = Step("not entered", name, p, f"univariable p = {_shown(p)}, not {sign} {threshold:g}")
        steps.append(step)
        if step.action in ("forced", "entered"):
            chosen.append(name)
    return Selection(tuple(chosen), tuple(steps))


def backward_elimination(
    candidates: Sequence[str],
    p_values: Callable[[Sequence[str]], Mapping[str, float | None]],
    *,
    threshold: float,
    always: Sequence[str] = (),
) -> Selection:
    """Drop the covariate with the largest p above the threshold, refit, and go on until none is above it.

    `p_values` fits a model with the given covariates and returns the p of each. A covariate without a p (not
    estimable) is dropped first: it explains nothing. Of equal p values the later candidate goes. `always` stays.
    """
    _known(always, candidates)
    left, steps = list(candidates), []
    while left:
        p = p_values(tuple(left))
        free = [name for name in left if name not in always]
        without = [name for name in free if p[name] is None]
        if without:
            worst = without[-1]
            steps.append(Step("dropped", worst, None, f"no p in the model of {len(left)}: not estimable"))
        else:
            above = [
                (p[name], place)
                for place, name in enumerate(left)
                if name in free and _above(p[name], threshold)
            ]
            if not above:
                steps.extend(_kept(name, p[name], threshold, name in always) for name in left)
                break
            worst = left[max(above)[1]]
            steps.append(
                Step(
                    "dropped",
                    worst,
                    p[worst],
                    f"largest p of the model of {len(left)}: {_shown(p[worst])} > {threshold:g}",
                )
            )
        left.remove(worst)
    return Selection(tuple(left), tuple(steps))


def _above(p: float | None, threshold: float) -> bool:
    return p is not None and p > threshold


def _kept(name: str, p: float | None, threshold: float, forced: bool) -> Step:
    if forced:
        return Step("forced", name, p, "declared to stay whatever its p")
    return Step("kept", name, p, f"p = {_shown(p)} in the last model, not above {threshold:g}")


def change_in_estimate(
    crude: float,
    adjusted: float,
    *,
    threshold: float,
    scale: Literal["log", "ratio"],
) -> tuple[bool, float]:
    """Whether adjustment changes a hazard (or odds) ratio by more than `threshold`, and the change as a fraction.

    `crude`, `adjusted`: coefficients (log ratios). On the "log" scale the change is |adjusted - crude| / |crude|; on
    the "ratio" scale it is |exp(adjusted) - exp(crude)| / exp(crude). Papers say "more than 10 %" and mean one of the
    two; they can disagree completely, so it must be stated which. A crude coefficient of 0 has no relative change on
    the log scale: any other adjusted one counts as infinite change.
    """
    if scale == "ratio":
        change = abs(math.expm1(adjusted - crude))
    elif crude == 0.0:
        change = 0.0 if adjusted == 0.0 else math.inf
    else:
        change = abs(adjusted - crude) / abs(crude)
    return change > threshold, change


def _known(names: Sequence[str], candidates: Sequence[str]) -> None:
    unknown = [name for name in names if name not in candidates]
    if unknown:
        raise ValueError(
            f"{unknown[0]!r} is always in the model but is not a candidate: {', '.join(candidates)}"
        )


def _shown(p: float | None) -> str:
    """A p for a sentence, never rounded across a threshold: three significant digits, more when they are needed."""
    if p is None:
        return "none"
    return f"{p:.3g}" if p >= 0.0001 else "< 0.0001"
