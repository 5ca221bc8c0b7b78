"""Which covariates stay in a model, by a rule stated beforehand, with every decision on record.

Pure functions: they are given p-values, or a function that fits a model, and return what was chosen
together with the trail of what was entered, dropped and kept, and why. That such rules make the p-values
and intervals of the final model look better than they are (Harrell 2015, Regression Modeling Strategies,
section 4.3) is for the report to say.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from crlm.statistics.results import Estimate, TestResult

Action = Literal["entered", "not entered", "dropped", "kept", "forced"]
Scale = Literal["log", "ratio"]


@dataclass(frozen=True, slots=True)
class Step:
    """One decision. `p` is the p-value it rests on, `change` the relative change of the estimate, if any."""

    action: Action
    variable: str
    p: float | None
    why: str
    change: float | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """What was chosen, in the order of the candidates, and every step towards it.

    apart: candidates on which the rule could not decide, with the reason; they are not chosen.
    """

    chosen: tuple[str, ...]
    steps: tuple[Step, ...]
    apart: Mapping[str, str]


def univariable_screen(
    candidates: Sequence[str],
    tests: Mapping[str, TestResult],
    threshold: float,
    *,
    inclusive: bool,
    always: Sequence[str] = (),
) -> Selection:
    """Enter each candidate whose univariable p is below the threshold, or at it when `inclusive`.

    tests: one per candidate (a factor has one overall test). always: candidates that enter whatever their
    p. A candidate without a p is set apart with the reason of its test, unless it is in `always`.
    """
    _check(candidates, always, threshold)
    steps: list[Step] = []
    apart: dict[str, str] = {}
    for name in candidates:
        test = tests[name]
        if name in always:
            steps.append(Step("forced", name, test.p, "in the model whatever its p"))
        elif test.p is None:
            apart[name] = _reason(test)
            steps.append(Step("not entered", name, None, f"no univariable p: {apart[name]}"))
        elif _passes(test.p, threshold, inclusive):
            steps.append(Step("entered", name, test.p, _rule(threshold, inclusive)))
        else:
            steps.append(Step("not entered", name, test.p, f"not {_rule(threshold, inclusive)}"))
    chosen = tuple(step.variable for step in steps if step.action in ("entered", "forced"))
    return Selection(chosen, tuple(steps), apart)


def backward_elimination(
    fit: Callable[[tuple[str, ...]], Mapping[str, TestResult]],
    candidates: Sequence[str],
    threshold: float,
    *,
    inclusive: bool,
    always: Sequence[str] = (),
) -> Selection:
    """Start with all candidates; drop the one with the largest p and refit, until every p passes.

    fit: given variables, the test of each in the model of them all; it is called once per model. A p passes
    below the threshold, or at it when `inclusive`. always: candidates that are never dropped. A candidate
    without a p in the current model goes first, the last listed one before the others, because the model
    may identify the rest without it; it is set apart with the reason. Of equal p-values the last listed
    goes.
    """
    _check(candidates, always, threshold)
    model = list(candidates)
    steps: list[Step] = []
    apart: dict[str, str] = {}
    tests: Mapping[str, TestResult] = fit(tuple(model)) if model else {}
    while free := [name for name in model if name not in always]:
        undefined = [name for name in free if tests[name].p is None]
        if undefined:
            worst = undefined[-1]
            apart[worst] = _reason(tests[worst])
            steps.append(Step("dropped", worst, None, f"no p in the model: {apart[worst]}"))
        else:
            p_of = {name: p for name in free if (p := tests[name].p) is not None}
            worst = max(reversed(free), key=p_of.__getitem__)
            if _passes(p_of[worst], threshold, inclusive):
                break
            why = f"largest p of {len(free)}, not {_rule(threshold, inclusive)}"
            steps.append(Step("dropped", worst, p_of[worst], why))
        model.remove(worst)
        tests = fit(tuple(model)) if model else {}
    for name in model:
        if name in always:
            steps.append(Step("forced", name, tests[name].p, "in the model whatever its p"))
        else:
            steps.append(
                Step("kept", name, tests[name].p, f"{_rule(threshold, inclusive)} in the final model")
            )
    return Selection(tuple(model), tuple(steps), apart)


def relative_change(crude: Estimate, adjusted: Estimate, scale: Scale) -> float | str:
    """How much adjustment changes an effect, relative to the crude effect, or why that cannot be told.

    Both are log ratios (coefficients). "log": |b_adjusted - b_crude| / |b_crude|; "ratio": the same of
    exp(b). Near a crude ratio of 1 the two differ without bound: a change from 1.01 to 1.02 is 99 % on the
    log scale and 1 % on the other. Papers that say "10 % change" often do not say which they mean.
    """
    for name, one in (("crude", crude), ("adjusted", adjusted)):
        if one.value is None:
            return f"no {name} estimate: {one.reason or 'no reason given'}"
    before, after = float(crude.value or 0.0), float(adjusted.value or 0.0)
    if scale == "log":
        return abs(after - before) / abs(before) if before else "the crude coefficient is exactly 0"
    if scale == "ratio":
        return abs(math.expm1(after - before)) if abs(after - before) < 700 else "the ratio is beyond numbers"
    raise ValueError(f"scale was {scale!r}; it is 'log' or 'ratio'")


def change_in_estimate(
    effect: Callable[[tuple[str, ...]], Estimate],
    candidates: Sequence[str],
    threshold: float,
    *,
    scale: Scale,
    together: bool,
) -> Selection:
    """Keep candidate confounders that change the effect of interest by more than the threshold (0.10: 10 %).

    effect: given covariates, the coefficient (log ratio) of the exposure adjusted for them; `effect(())` is
    crude. together: all candidates are judged as one set against the crude effect, and all stay or all go.
    Otherwise one at a time: of those left, the one that changes the current estimate most enters if that is
    more than the threshold, and so on (forward). A change of exactly the threshold is not enough. A
    candidate with which the effect has no estimate is set apart with the reason.
    """
    _check(candidates, (), None)
    crude = effect(())
    if together:
        return _judged_together(crude, effect, tuple(candidates), threshold, scale)
    model: list[str] = []
    steps: list[Step] = []
    current = crude
    left = list(candidates)
    while left:
        adjusted = {name: effect((*model, name)) for name in left}
        changes = {name: relative_change(current, adjusted[name], scale) for name in left}
        known = {name: change for name, change in changes.items() if not isinstance(change, str)}
        best = max(known, key=known.__getitem__, default=None)
        if best is None or not known[best] > threshold:
            break
        steps.append(Step("entered", best, None, _changes(known[best], threshold, scale), known[best]))
        current = adjusted[best]
        model.append(best)
        left.remove(best)
    apart = {}
    for name in left:
        change = changes[name]
        if isinstance(change, str):
            apart[name] = change
            steps.append(Step("not entered", name, None, change))
        else:
            steps.append(Step("not entered", name, None, _changes(change, threshold, scale), change))
    return Selection(tuple(name for name in candidates if name in model), tuple(steps), apart)


def _judged_together(
    crude: Estimate,
    effect: Callable[[tuple[str, ...]], Estimate],
    candidates: tuple[str, ...],
    threshold: float,
    scale: Scale,
) -> Selection:
    if not candidates:
        return Selection((), (), {})
    change = relative_change(crude, effect(candidates), scale)
    if isinstance(change, str):
        steps = tuple(Step("not entered", name, None, change) for name in candidates)
        return Selection((), steps, dict.fromkeys(candidates, change))
    action: Action = "entered" if change > threshold else "not entered"
    why = f"together with the others: {_changes(change, threshold, scale)}"
    steps = tuple(Step(action, name, None, why, change) for name in candidates)
    return Selection(candidates if change > threshold else (), steps, {})


def _check(candidates: Sequence[str], always: Sequence[str], threshold: float | None) -> None:
    if len(set(candidates)) != len(candidates):
        raise ValueError(f"candidates must differ; they were {list(candidates)}")
    if unknown := [name for name in always if name not in candidates]:
        raise ValueError(f"always names {unknown}, which are not among the candidates {list(candidates)}")
    if threshold is not None and not 0.0 <= threshold <= 1.0:
        raise ValueError(f"threshold was {threshold!r}; a p-value lies between 0 and 1, for example 0.10")


def _passes(p: float, threshold: float, inclusive: bool) -> bool:
    return p <= threshold if inclusive else p < threshold


def _rule(threshold: float, inclusive: bool) -> str:
    return f"p {'≤' if inclusive else '<'} {threshold:g}"


def _changes(change: float, threshold: float, scale: Scale) -> str:
    beyond = "more than" if change > threshold else "not more than"
    of = "coefficient" if scale == "log" else "ratio"
    return f"changes the {of} by {100 * change:.4g} %, {beyond} {100 * threshold:g} %"


def _reason(test: TestResult) -> str:
    return test.reason or "no reason given"
