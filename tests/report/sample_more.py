"""More made-up results: a logistic model with its exposure and clusters, pairs, cumulative incidence, tumours."""

from __future__ import annotations

from crlm.study.results import (
    Clusters,
    ConfounderRule,
    Count,
    CumulativeIncidence,
    Curve,
    Effect,
    EndpointResult,
    Exposure,
    ExposureEffect,
    ExposureModel,
    IncidenceCurve,
    IncidenceLandmark,
    Interval,
    ModelResult,
    Number,
    NumberSummary,
    PairedLevel,
    PairedRow,
    PairedTable,
    PairedValues,
    Removed,
    Results,
    RobustEffect,
    SelectionStep,
    Test,
)

from .sample import sample_results

LATE = "Nodal status became known only after time zero (liver resection) in 3 of 194 patients."


def rich_results() -> Results:
    """Two groups and every part that a document may have."""
    results = sample_results(groups=2)
    first, second, *others = results.endpoints
    models = (*results.models, logistic(results.models[0]), fine_gray(results.models[1]))
    return results.model_copy(
        update={
            "endpoints": (tumours(first), with_incidence(second), *others),
            "models": models,
            "paired": (pairs(),),
        }
    )


def tumours(endpoint: EndpointResult) -> EndpointResult:
    """An endpoint of tumours, with the follow-up of survivors and groups that are known late."""

    def followed(curve: Curve) -> Curve:
        survivors = NumberSummary(n=20, median=40.5, q1=20.25, q3=60.0)
        return curve.model_copy(update={"survivors": survivors})

    return endpoint.model_copy(
        update={
            "unit": "tumour",
            "follow_up": ("survivors",),
            "median_interval": "spss",
            "overall": followed(endpoint.overall),
            "groups": tuple(followed(curve) for curve in endpoint.groups),
            "late_group": LATE,
            "notes": (LATE, *endpoint.notes),
        }
    )


def with_incidence(endpoint: EndpointResult) -> EndpointResult:
    """The endpoint with curves that are one minus survival, which is all that drawing needs."""

    def curve(one: Curve) -> IncidenceCurve:
        return IncidenceCurve(
            group=one.group,
            label=one.label,
            n=one.n,
            events=one.events,
            competing=3,
            time=one.time,
            at_risk=one.at_risk,
            events_at=one.events_at,
            competing_at=tuple(0 for _ in one.time),
            censored_at=one.censored_at,
            incidence=tuple(1 - value for value in one.survival),
            lower=tuple(None if bound is None else 1 - bound for bound in one.upper),
            upper=tuple(None if bound is None else 1 - bound for bound in one.lower),
            landmarks=tuple(
                IncidenceLandmark(
                    time=at.time,
                    incidence=Interval(value=0.25, lower=0.2, upper=0.3, level=0.95)
                    if k
                    else Interval(value=0.0, lower=None, upper=None, level=0.95, reason="no event up to 12"),
                    at_risk=at.at_risk,
                )
                for k, at in enumerate(one.landmarks)
            ),
            last_time=one.last_time,
        )

    gray = Test(method="gray", words="Gray's test", statistic=4.5, df=1, p=0.034, n=194)
    incidence = CumulativeIncidence(
        overall=curve(endpoint.overall), groups=tuple(curve(one) for one in endpoint.groups), gray=gray
    )
    return endpoint.model_copy(update={"incidence": incidence, "competing": 6})


def as_odds(effect: Effect | None) -> Effect | None:
    """The effect as an odds ratio, with a robust one beside it."""
    if effect is None:
        return None
    robust = RobustEffect(ratio=effect.ratio, standard_error=effect.standard_error, p=effect.p)
    return effect.model_copy(
        update={"odds_ratio": effect.ratio, "hazard_ratio": None, "robust": robust},
    )


def logistic(cox: ModelResult) -> ModelResult:
    """A Cox model's numbers as a logistic model with an exposure, a trail to its confounders, and clusters."""
    terms = tuple(
        term.model_copy(
            update={
                "levels": tuple(
                    level.model_copy(
                        update={
                            "univariable": as_odds(level.univariable),
                            "multivariable": as_odds(level.multivariable),
                        }
                    )
                    for level in term.levels
                ),
                "univariable_proportional_hazards": None,
                "proportional_hazards": None,
            }
        )
        for term in cox.terms
    )
    exposed = next(term for term in terms if term.entered and len(term.levels) == 2)
    other = next(term for term in terms if term.entered and term is not exposed)
    effect = next(level.univariable for level in exposed.levels if not level.reference)
    assert effect is not None
    fit = cox.multivariable
    assert fit is not None

    def of(role: str, names: tuple[str, ...], n: int) -> ExposureModel:
        shown = ExposureEffect(level="Yes", label="Yes against no", effect=effect)
        return ExposureModel(role=role, adjusted_for=names, n=n, events=90, effects=(shown,))  # type: ignore[arg-type]

    name = other.variable
    judged = SelectionStep(
        stage="change-in-estimate",
        action="kept",
        variable=name,
        p=None,
        change=0.13,
        why="changes it by 13 %",
    )
    potential = SelectionStep(
        stage="multivariable", action="kept", variable=name, p=0.03, why="p is small enough"
    )
    return cox.model_copy(
        update={
            "id": "logistic-early",
            "endpoint": None,
            "outcome": "early",
            "outcome_label": "Early recurrence",
            "title": "Factors associated with early recurrence",
            "type": "logistic",
            "ratio": "odds ratio",
            "interval": "profile",
            "ties": None,
            "unit": "tumour",
            "where": "age at operation is above 60 years",
            "n": 190,
            "events": 92,
            "excluded": (Removed(label="Early recurrence unknown", n=4),),
            "terms": terms,
            "multivariable": fit.model_copy(update={"proportional_hazards": None}),
            "selection": (*cox.selection, potential, judged),
            "exposure": Exposure(
                variable=exposed.variable,
                label=exposed.label,
                models=(
                    of("crude", (), 190),
                    of("full", (name,), 165),
                    of("adjusted", (name,), 180),
                    of("final", (name,), 180),
                ),
                rule=ConfounderRule(p=0.05, change_in_estimate=0.1, scale="coefficient"),
                change=Number(value=0.13),
                confounders=(name,),
                sentence="Adjustment changes the coefficient by 13 %, more than 10 %.",
            ),
            "clusters": Clusters(variable="patient_id", label="Patient", n=150),
        }
    )


def fine_gray(cox: ModelResult) -> ModelResult:
    """A Cox model's numbers as a Fine-Gray model."""
    fit = cox.multivariable
    none = {"univariable_proportional_hazards": None, "proportional_hazards": None}
    return cox.model_copy(
        update={
            "id": "fine-gray",
            "title": "Factors associated with the incidence of recurrence",
            "ratio": "subdistribution hazard ratio",
            "ties": None,
            "terms": tuple(term.model_copy(update=none) for term in cox.terms),
            "multivariable": fit.model_copy(update={"proportional_hazards": None}) if fit else None,
        }
    )


def pairs() -> PairedTable:
    """A table of pairs with every kind of row."""

    def numbers(median: float, missing: int) -> PairedValues:
        summary = NumberSummary(n=100 - missing, median=median, q1=median - 2, q3=median + 2)
        return PairedValues(variable="cea", number=summary, missing=missing)

    def counts(*given: int) -> PairedValues:
        total = sum(given)
        levels = tuple(Count(n=n, denominator=total, percent=100 * n / total) for n in given)
        return PairedValues(variable="lobe", levels=levels, missing=100 - total)

    yes_no = (PairedLevel(level="no", label="No"), PairedLevel(level="yes", label="Yes"))
    lobes = (PairedLevel(level="one", label="Unilobar"), PairedLevel(level="both", label="Bilobar"))
    wilcoxon = Test(
        method="wilcoxon-signed-rank",
        words="Wilcoxon signed-rank test",
        p=0.002,
        n=80,
        notes=("3 equal pairs left out of the test",),
    )
    mcnemar = Test(
        method="mcnemar-asymptotic", words="McNemar's test", p=None, n=90, reason="no pair differs"
    )
    return PairedTable(
        id="before-after",
        title="Before and after chemotherapy",
        n=100,
        before="Baseline",
        after="Before resection",
        rows=(
            PairedRow(
                label="CEA, ng/mL",
                summary="median_iqr",
                before=numbers(12, 5),
                after=numbers(7, 20),
                pairs=80,
                test=wilcoxon,
            ),
            PairedRow(
                label="Vessels touched",
                summary="count",
                levels=yes_no,
                before=counts(60, 40),
                after=counts(70, 20),
                pairs=90,
                test=mcnemar,
            ),
            PairedRow(
                label="Lobes",
                summary="count",
                levels=lobes,
                before=counts(30, 70),
                after=None,
                pairs=None,
                test=None,
            ),
        ),
        quartiles="quartiles by linear interpolation",
        excluded=(Removed(label="condition not met", n=94),),
    )
