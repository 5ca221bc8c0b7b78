"""Made-up Cox models and subgroup analyses for the tests of the report."""

from __future__ import annotations

import math
import random

from crlm.study.results import (
    Effect,
    Fit,
    Group,
    Interval,
    ModelResult,
    Number,
    SelectionStep,
    SubgroupGroup,
    SubgroupLevel,
    SubgroupResult,
    SubgroupVariable,
    Term,
    TermLevel,
    Test,
)

_NUMBERS = (
    ("age", "Age at operation", "years", 10.0, 0.12),
    ("cea", "Carcinoembryonic antigen", "ng/mL", None, 0.0004),
    ("size", "Largest tumour", "cm", None, 0.09),
    ("bmi", "Body mass index", "kg/m²", None, 0.01),
)
_FACTORS = (
    ("sex", "Sex", ("Male", "Female")),
    (
        "location",
        "Location of the primary tumour",
        (
            "Right colon, from caecum to transverse colon",
            "Left colon, from splenic flexure to rectosigmoid junction",
            "Rectum",
        ),
    ),
    ("complete", "Portal vein embolisation before resection", ("No", "Yes")),
    ("node", "Lymph node metastases of the primary", ("No", "Yes")),
    ("bilobar", "Bilobar disease", ("No", "Yes")),
    ("chemotherapy", "Chemotherapy before liver resection", ("No", "Yes")),
    ("rare", "Extrahepatic disease", ("No", "Yes")),
    ("synchronous", "Synchronous liver metastases", ("No", "Yes")),
    ("asa", "ASA class", ("I", "II", "III", "IV")),
    ("multiple", "Multiple liver metastases", ("No", "Yes")),
    ("steatosis", "Steatosis", ("No", "Yes")),
    ("dilatation", "Sinusoidal dilatation", ("No", "Yes")),
    ("nash", "Steatohepatitis", ("No", "Yes")),
    ("mutation", "RAS mutation", ("Wild type", "Mutated")),
    ("margin", "Margin", ("R0", "R1")),
)


def _test(
    p: float | None, n: int = 190, method: str = "wald", reason: str | None = None, df: int = 1
) -> Test:
    return Test(
        method=method,
        words="Wald test",
        statistic=1.0 if p is not None else None,
        df=df,
        p=p,
        n=n,
        reason=reason,
    )


def _effect(beta: float, error: float) -> Effect:
    z = abs(beta / error)
    p = math.erfc(z / math.sqrt(2))
    return Effect(
        hazard_ratio=Interval(
            value=math.exp(beta),
            lower=math.exp(beta - 1.96 * error),
            upper=math.exp(beta + 1.96 * error),
            level=0.95,
        ),
        coefficient=beta,
        standard_error=error,
        p=_test(p),
    )


def _no_effect(reason: str) -> Effect:
    return Effect(
        hazard_ratio=Interval(value=None, lower=None, upper=None, level=0.95, reason=reason),
        coefficient=None,
        standard_error=None,
        p=_test(None, reason=reason),
    )


SEPARATED = "no events among patients with this value, so the hazard ratio has no finite estimate"


def _level(
    label: str, reference: bool, n: int, events: int, univariable: Effect | None, multivariable: Effect | None
) -> TermLevel:
    return TermLevel(
        level=label,
        label=label,
        reference=reference,
        n=n,
        events=events,
        univariable=univariable,
        multivariable=multivariable,
    )


def cox_model(
    identifier: str, endpoint: str, title: str, draw: random.Random, *, candidates: int, multivariable: bool
) -> ModelResult:
    """A Cox table with numbers, factors of 2 to 4 levels, a separated covariate and one wide interval."""
    terms = []
    for k, (name, label, unit, per, beta) in enumerate(_NUMBERS[:candidates]):
        entered = multivariable and k != 3
        both = [_effect(beta * draw.uniform(0.8, 1.2), max(abs(beta) / 2.2, 0.0001)) for _ in range(2)]
        terms.append(
            _term(
                name,
                label,
                unit,
                per,
                (
                    TermLevel(
                        level=None,
                        label=label,
                        reference=False,
                        n=194 - 29 * (k == 1),
                        events=107,
                        univariable=both[0],
                        multivariable=both[1] if entered else None,
                    ),
                ),
                entered,
                missing=29 * (k == 1),
            )
        )
    for k, (name, label, levels) in enumerate(_FACTORS[: max(0, candidates - 4)]):
        entered = multivariable and k in (1, 3, 6)
        rows = []
        for j, words in enumerate(levels):
            n = 194 // len(levels) + (j * 7)
            if j == 0:
                rows.append(_level(words, True, n, n // 2, None, None))
            elif name == "complete":
                rows.append(_level(words, False, 9, 0, _no_effect(SEPARATED), None))
            else:
                beta, error = draw.gauss(0.2, 0.35), draw.uniform(0.15, 0.3) if name != "rare" else 1.35
                rows.append(
                    _level(
                        words,
                        False,
                        n,
                        n // 2 + 3,
                        _effect(beta, error),
                        _effect(beta * 0.8, error * 1.1) if entered else None,
                    )
                )
        terms.append(_term(name, label, None, None, tuple(rows), entered, separated=name == "complete"))
    return ModelResult(
        id=identifier,
        endpoint=endpoint,
        title=title,
        type="cox",
        ties="efron",
        rule="candidates with a univariable p below 0.10 entered the multivariable model",
        terms=tuple(terms),
        multivariable=_fit() if multivariable else None,
        multivariable_reason=None if multivariable else "no candidate has a univariable p below 0.10",
        selection=tuple(
            SelectionStep(
                action="entered" if term.entered else "not entered",
                variable=term.variable,
                p=term.univariable.p,
                why=term.why,
            )
            for term in terms
        ),
        notes=("Two candidates measure nearly the same: clinical risk score and its class.",)
        if endpoint == "os"
        else (),
    )


def _term(
    name: str,
    label: str,
    unit: str | None,
    per: float | None,
    levels: tuple[TermLevel, ...],
    entered: bool,
    missing: int = 0,
    separated: bool = False,
) -> Term:
    df = max(1, len(levels) - 1)
    return Term(
        variable=name,
        label=label,
        per=per,
        unit=unit,
        n=194 - missing,
        events=107 - missing // 2,
        missing=missing,
        levels=levels,
        univariable=_test(None, reason=SEPARATED) if separated else _test(0.0312 if entered else 0.41, df=df),
        univariable_proportional_hazards=_test(0.21, method="scaled-schoenfeld"),
        multivariable=_test(0.047, df=df) if entered else None,
        proportional_hazards=_test(0.012 if name == "cea" else 0.38, method="scaled-schoenfeld")
        if entered
        else None,
        entered=entered,
        why="univariable p 0.031 is below 0.10"
        if entered
        else SEPARATED
        if separated
        else "univariable p 0.41 is not below 0.10",
        notes=("The effect wanes with time (p = 0.012).",) if name == "cea" else (),
    )


def _fit() -> Fit:
    return Fit(
        n=165,
        events=92,
        dropped_missing=29,
        parameters=11,
        events_per_parameter=Number(value=92 / 11),
        log_likelihood=-401.2,
        log_likelihood_null=-420.9,
        likelihood_ratio=_test(0.00001, n=165, method="likelihood-ratio", df=11),
        wald=_test(0.00002, n=165, df=11),
        score=_test(0.00002, n=165, method="score", df=11),
        concordance=Interval(value=0.663, lower=0.608, upper=0.718, level=0.95),
        proportional_hazards=_test(0.18, n=165, method="scaled-schoenfeld", df=11),
    )


def subgroup_result(groups: tuple[Group, ...], draw: random.Random) -> SubgroupResult:
    """A subgroup analysis with a subgroup that is too small and one with a very wide interval."""

    def level(name: str, label: str, n: int, beta: float | None, error: float = 0.3) -> SubgroupLevel:
        effect = (
            _effect(beta, error) if beta is not None else _no_effect("fewer than 5 events in the subgroup")
        )
        return SubgroupLevel(
            level=name,
            label=label,
            n=n,
            events=n // 2 if beta is not None else 2,
            groups=tuple(SubgroupGroup(group=g.level, n=n // 2, events=n // 4) for g in groups),
            hazard_ratio=effect.hazard_ratio,
            p=effect.p,
        )

    return SubgroupResult(
        id="subgroups",
        endpoint="os",
        title="Overall survival by nodal status in subgroups",
        contrast="node-positive against node-negative primary",
        favours=("Node-positive better", "Node-negative better"),
        overall=level("all", "All patients", 194, 0.38, 0.2),
        variables=(
            SubgroupVariable(
                variable="sex",
                label="Sex",
                missing=0,
                levels=(level("male", "Male", 115, 0.31), level("female", "Female", 79, 0.5)),
                interaction=_test(0.61),
            ),
            SubgroupVariable(
                variable="location",
                label="Location of the primary tumour",
                missing=3,
                levels=(
                    level("right", "Right colon, from caecum to transverse colon", 60, -0.6, 0.5),
                    level("left", "Left colon", 90, 0.8),
                    level("rectum", "Rectum", 41, 0.4, 1.7),
                ),
                interaction=_test(0.043),
            ),
            SubgroupVariable(
                variable="extrahepatic",
                label="Extrahepatic disease",
                missing=0,
                levels=(level("no", "No", 188, 0.4), level("yes", "Yes", 6, None)),
                interaction=_test(None, reason="a subgroup has no estimate"),
            ),
        ),
        notes=("Subgroups were not adjusted for multiplicity.",),
    )
