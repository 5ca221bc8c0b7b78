"""Made-up results for the tests of the report: every kind of row, and every nasty case, in one small study.

The survival curves are computed here from simulated times so that figures look like figures; everything else is
drawn from a seeded generator. Nothing here is a result of anything, and everything says that it is synthetic.
"""

from __future__ import annotations

import math
import random

from crlm.study.protocol.model import Reporting
from crlm.study.results import (
    BaselineBlock,
    BaselineColumn,
    BaselineLevel,
    BaselineRow,
    BaselineTable,
    ChecklistItem,
    Comparison,
    Count,
    Curve,
    DataReference,
    EndpointResult,
    Finding,
    Flow,
    FlowStep,
    Group,
    Interval,
    Landmark,
    Number,
    NumberSummary,
    ObservedExpected,
    Provenance,
    Removed,
    Results,
    RiskRow,
    RiskTable,
    StudyInformation,
    Test,
    WordsSection,
)

from .sample_models import cox_model, subgroup_result

GROUP_LABELS = (
    "Node-negative primary",
    "Node-positive primary",
    "Nodal status of the primary not assessed at the referring hospital",
    *(f"N{k}" for k in range(4, 13)),
)
TEST = Test(method="mann-whitney", words="Mann-Whitney U test", p=0.0312, n=190)


def sample_results(*, groups: int = 2, seed: int = 1, synthetic: bool = True, small: bool = False) -> Results:
    """A whole results document; `groups` 0 is a study without a comparison, `small` leaves out most candidates."""
    draw = random.Random(seed)
    compared = tuple(
        Group(level=f"g{k}", label=GROUP_LABELS[k], n=n) for k, n in enumerate(_split(194, groups, draw))
    )
    return Results(
        study=_study(),
        provenance=_provenance(synthetic),
        findings=_findings(),
        flow=_flow(compared),
        comparison=Comparison(
            variable="node_status",
            label="Nodal status of the primary tumour",
            reference="g0",
            groups=compared,
        )
        if compared
        else None,
        baseline=(_baseline(compared, draw),),
        endpoints=tuple(_endpoint(k, compared, draw) for k in range(1 if small else 3)),
        models=tuple(
            cox_model(
                identifier,
                endpoint,
                title,
                draw,
                candidates=4 if small else 19,
                multivariable=identifier != "cox-liver-dfs",
            )
            for identifier, endpoint, title in (
                ("cox-os", "os", "Factors associated with overall survival"),
                ("cox-dfs", "dfs", "Factors associated with disease-free survival"),
                ("cox-liver-dfs", "liver-dfs", "Factors associated with liver disease-free survival"),
            )[: 1 if small else 3]
        ),
        subgroups=(subgroup_result(compared, draw),) if groups == 2 else (),
        protocol=_protocol(),
        methods=(WordsSection(title="All analyses", sentences=_METHODS),),
        reporting=Reporting(
            background="Colorectal liver metastases recur in most patients after local treatment.",
            setting="A made-up hospital; this study is an example of what the software writes.",
            limitations="The data are synthetic: nothing can be concluded from them.",
            funding="None.",
        ),
        strobe=_strobe(),
    )


def _split(total: int, parts: int, draw: random.Random) -> list[int]:
    if not parts:
        return []
    sizes = [total // parts + draw.randint(-5, 5) for _ in range(parts - 1)]
    return [*sizes, total - sum(sizes)]


def _study() -> StudyInformation:
    return StudyInformation(
        id="sample-study",
        title="Prognostic factors for survival and recurrence after resection of colorectal liver metastases",
        version="1",
        question="Which characteristics are associated with survival & recurrence after resection, and do outcomes "
        "differ by the nodal status of the primary tumour?",
        design="Retrospective single-centre cohort",
        source="Made up for the tests of the report <no publication>",
        authors=("The crlm contributors",),
        level=0.95,
    )


def _provenance(synthetic: bool) -> Provenance:
    return Provenance(
        protocol="sample-study",
        protocol_sha256="3b1f" * 16,
        data=DataReference(
            name="clinical.csv",
            format="csv",
            sha256="9c0ade" * 10 + "9c0a",
            rows=203,
            columns=33,
            synthetic=synthetic,
            notes=(
                "Delimiter: comma. Decimal sign: point. Encoding: UTF-8.",
                "-999 means not available in every column.",
            ),
        ),
        software={"crlm": "0.1.0", "python": "3.11.2", "numpy": "2.2.0", "polars": "1.30.0"},
        created="2026-11-22T09:30:00Z",
        seed=1,
    )


def _findings() -> tuple[Finding, ...]:
    return (
        Finding(
            rule="risk-score-matches-parts",
            severity="warning",
            sentence="The recorded clinical risk score cannot be the sum of its recorded parts, whatever the "
            "disease-free interval was.",
            column="clinical_risk_score",
            count=31,
            rows=(4, 9, 17, 22, 31, 40, 41, 55),
        ),
        Finding(
            rule="missing-together",
            severity="info",
            sentence="These columns are missing in the same 29 rows: clinrisk_score, clinrisk_stratified, "
            "carcinoembryonic_antigen.",
            count=29,
        ),
        Finding(
            rule="identifier",
            severity="error",
            sentence="An identifier is repeated.",
            column="Patient-ID",
            count=2,
            rows=(3, 8),
        ),
    )


def _flow(groups: tuple[Group, ...]) -> Flow:
    return Flow(
        read=203,
        unusable=(
            Removed(label="Identifier missing", n=1),
            Removed(label="Survival time or vital status not recorded", n=2),
        ),
        first=200,
        steps=(
            FlowStep(
                label="Aged 18 years or older",
                kind="include",
                expression="age >= 18",
                before=200,
                met=199,
                not_met=0,
                unknown=1,
                unknown_policy="include",
                removed=0,
                after=200,
            ),
            FlowStep(
                label="Any treatment of liver metastases before the index operation, including ablation, radiotherapy "
                "and hepatic arterial infusion pump chemotherapy",
                kind="exclude",
                expression="previous_local_treatment",
                before=200,
                met=4,
                not_met=194,
                unknown=2,
                unknown_policy="exclude",
                removed=6,
                after=194,
            ),
        ),
        final=194,
        groups=groups,
    )


def _columns(groups: tuple[Group, ...]) -> tuple[BaselineColumn, ...]:
    return (
        BaselineColumn(id="all", label="All", n=194),
        *(BaselineColumn(id=g.level, label=g.label, n=g.n) for g in groups),
    )


def _baseline(groups: tuple[Group, ...], draw: random.Random) -> BaselineTable:
    columns = _columns(groups)
    tested = len(groups) > 1

    def numeric(
        name: str, label: str, middle: float, summary: str, missing: int, test: Test | None, decimals: int = 1
    ) -> BaselineRow:
        numbers = {}
        for column in columns:
            m = round(middle * draw.uniform(0.93, 1.07), decimals)
            numbers[column.id] = NumberSummary(
                n=column.n - missing,
                mean=m,
                sd=m * 0.21,
                median=m,
                q1=round(m * 0.8, decimals),
                q3=round(m * 1.3, decimals),
                minimum=0.0,
                maximum=m * 4,
            )
        return BaselineRow(
            variable=name,
            label=label,
            summary=summary,
            numbers=numbers,
            missing={column.id: missing for column in columns},
            missing_reasons={"not available": missing} if missing else {},
            test=test if tested else None,
            smd=Number(value=draw.uniform(0, 0.4)) if tested else None,
        )

    def category(
        name: str,
        label: str,
        levels: list[tuple[str, str]],
        test: Test | None,
        smd: Number | None = None,
        missing: int = 0,
    ) -> BaselineRow:
        shares = [draw.uniform(0.5, 1.5) for _ in levels]
        rows = []
        for (level, words), share in zip(levels, shares, strict=True):
            cells = {}
            for column in columns:
                n = round((column.n - missing) * share / sum(shares))
                cells[column.id] = Count(
                    n=n, denominator=column.n - missing, percent=100 * n / (column.n - missing)
                )
            rows.append(BaselineLevel(level=level, label=words, cells=cells))
        return BaselineRow(
            variable=name,
            label=label,
            summary="count",
            levels=tuple(rows),
            missing={column.id: missing for column in columns},
            test=test if tested else None,
            smd=(smd or Number(value=draw.uniform(0, 0.4))) if tested else None,
        )

    yes_no = [("no", "No"), ("yes", "Yes")]
    fisher = Test(method="fisher", words="Fisher's exact test", p=0.2451, n=194)
    none = Test(
        method="chi-square",
        words="Pearson's chi-square test without correction",
        p=None,
        n=194,
        reason="one level has no patients",
    )
    return BaselineTable(
        id="baseline",
        title="Baseline characteristics by nodal status of the primary tumour",
        columns=columns,
        blocks=(
            BaselineBlock(
                title="Patient",
                rows=(
                    numeric(
                        "age",
                        "Age at operation, years",
                        61.4,
                        "mean_sd",
                        0,
                        Test(method="t", words="Student's t test", p=0.00004, n=194),
                    ),
                    category("sex", "Sex", [("male", "Male"), ("female", "Female")], fisher),
                    category(
                        "asa",
                        "ASA class",
                        [("i", "I"), ("ii", "II"), ("iii", "III"), ("iv", "IV")],
                        none,
                        Number(value=None, reason="a level without patients in both groups"),
                        3,
                    ),
                    category("major_comorbidity", "Major comorbidity", yes_no, fisher),
                ),
            ),
            BaselineBlock(
                title="Liver metastases",
                rows=(
                    numeric("cea", "Carcinoembryonic antigen, ng/mL", 14.2, "median_iqr", 29, TEST),
                    numeric("count", "Number of metastases", 2.0, "median_range", 0, TEST, 0),
                    category(
                        "location",
                        "Location of the primary tumour",
                        [
                            ("right", "Right colon, from caecum to transverse colon"),
                            ("left", "Left colon, from splenic flexure to rectosigmoid junction"),
                            ("rectum", "Rectum"),
                        ],
                        fisher,
                        missing=1,
                    ),
                    numeric("necrosis", "Necrosis, fraction", 0.35, "median_iqr", 2, TEST, 2),
                ),
            ),
        ),
        quartiles="quartiles by linear interpolation (R type 7)",
        notes=(),
    )


_ENDPOINTS = (
    ("os", "Overall survival", 0.0093, "Death from any cause."),
    ("dfs", "Disease-free survival", 0.028, "Any recurrence or death from any cause, whichever came first."),
    (
        "liver-dfs",
        "Liver disease-free survival",
        0.0004,
        "Liver recurrence or death from any cause, whichever came first.",
    ),
)


def _endpoint(k: int, groups: tuple[Group, ...], draw: random.Random) -> EndpointResult:
    identifier, label, rate, definition = _ENDPOINTS[k]
    ticks = tuple(float(t) for t in range(0, 145, 12))
    by_group = [
        (group, [_patient(rate * (1 + 0.6 * j), draw) for _ in range(group.n)])
        for j, group in enumerate(groups)
    ]
    everyone = [pair for _, pairs in by_group for pair in pairs] or [_patient(rate, draw) for _ in range(194)]
    if k == 2 and by_group:  # a group without any event
        by_group[0] = (by_group[0][0], [(time, False) for time, _ in by_group[0][1]])
    overall = _curve(None, "All patients", everyone)
    curves = tuple(_curve(group.level, group.label, pairs) for group, pairs in by_group)
    test = Test(method="log-rank", words="log-rank test", statistic=6.31, df=len(groups) - 1, p=0.0120, n=194)
    return EndpointResult(
        id=identifier,
        label=label,
        time_unit="months",
        time_zero="liver resection",
        definition=definition,
        n=len(everyone),
        events=overall.events,
        censored=len(everyone) - overall.events,
        competing=3 if k else 0,
        excluded=(Removed(label="Follow-up time is missing", n=1),) if k else (),
        horizon=None,
        interval="log-log",
        axis_until=144.0,
        overall=overall,
        groups=curves,
        log_rank=test if len(curves) > 1 else None,
        observed_expected=tuple(
            ObservedExpected(
                group=c.group or "", label=c.label, n=c.n, observed=c.events, expected=c.events * 1.07
            )
            for c in curves
        ),
        risk_table=RiskTable(
            times=ticks,
            overall=_risk_row(None, "All patients", everyone, ticks),
            groups=tuple(_risk_row(group.level, group.label, pairs, ticks) for group, pairs in by_group),
        ),
        notes=("Times are tied at a tenth of a month; ties are exact.",) if k == 0 else (),
    )


def _patient(rate: float, draw: random.Random) -> tuple[float, bool]:
    event, censoring = draw.expovariate(rate), draw.uniform(20, 180)
    return max(0.1, round(min(event, censoring), 1)), event <= censoring


def _risk_row(
    group: str | None, label: str, pairs: list[tuple[float, bool]], ticks: tuple[float, ...]
) -> RiskRow:
    return RiskRow(
        group=group,
        label=label,
        at_risk=tuple(sum(time >= tick for time, _ in pairs) for tick in ticks),
        events=tuple(sum(time <= tick and event for time, event in pairs) for tick in ticks),
        censored=tuple(sum(time < tick and not event for time, event in pairs) for tick in ticks),
    )


def _curve(group: str | None, label: str, pairs: list[tuple[float, bool]]) -> Curve:
    times = sorted({time for time, _ in pairs})
    at_risk, events, censored, survival, lower, upper = [], [], [], [], [], []
    s, variance = 1.0, 0.0
    for t in times:
        n = sum(time >= t for time, _ in pairs)
        d = sum(time == t and event for time, event in pairs)
        at_risk.append(n)
        events.append(d)
        censored.append(sum(time == t and not event for time, event in pairs))
        s *= 1 - d / n
        variance += d / (n * (n - d)) if n > d else 0.0
        survival.append(s)
        if 0 < s < 1 and variance:
            half = 1.96 * math.sqrt(variance) / abs(math.log(s))
            lower.append(s ** math.exp(half))
            upper.append(s ** math.exp(-half))
        else:
            lower.append(None)
            upper.append(None)

    def first(curve: list[float | None]) -> float | None:
        return next(
            (t for t, value in zip(times, curve, strict=True) if value is not None and value <= 0.5), None
        )

    median = Interval(
        value=first(survival),
        lower=first(lower),
        upper=first(upper),
        level=0.95,
        reason=None
        if None not in (first(survival), first(lower), first(upper))
        else "survival or its upper bound stays above 50% until the end of follow-up",
    )
    landmarks = []
    for at in (12.0, 36.0, 60.0, 120.0):
        k = sum(t <= at for t in times) - 1
        known = k >= 0 and times[-1] >= at and lower[k] is not None
        interval = (
            Interval(value=survival[k], lower=lower[k], upper=upper[k], level=0.95)
            if known
            else Interval(
                value=survival[k],
                lower=None,
                upper=None,
                level=0.95,
                reason="no interval exists while survival is 100%",
            )
            if k >= 0 and times[-1] >= at
            else Interval(
                value=None,
                lower=None,
                upper=None,
                level=0.95,
                reason="beyond the last follow-up of this group",
            )
        )
        landmarks.append(Landmark(time=at, survival=interval, at_risk=sum(time >= at for time, _ in pairs)))
    return Curve(
        group=group,
        label=label,
        n=len(pairs),
        events=sum(event for _, event in pairs),
        time=tuple(times),
        at_risk=tuple(at_risk),
        events_at=tuple(events),
        censored_at=tuple(censored),
        survival=tuple(survival),
        lower=tuple(lower),
        upper=tuple(upper),
        median=median,
        landmarks=tuple(landmarks),
        follow_up=Interval(value=102.4, lower=96.1, upper=110.0, level=0.95),
        last_time=times[-1],
    )


_METHODS = (
    "Continuous variables are summarised as mean (standard deviation) or median (interquartile range), categories as "
    "number and percentage of those with a known value.",
    "Survival was estimated with the Kaplan-Meier method; 95% confidence intervals are log-log transformed, with "
    "Greenwood's variance.",
    "Groups were compared with the log-rank test, and follow-up is the median of the reverse Kaplan-Meier curve.",
    "Hazard ratios come from Cox models with Efron's approximation for ties; candidates with a univariable p below "
    "0.10 entered the multivariable model, on complete cases.",
    "Proportional hazards were tested with scaled Schoenfeld residuals.",
)


def _protocol() -> tuple[WordsSection, ...]:
    return (
        WordsSection(
            title="Population",
            sentences=(
                "One row is a patient.",
                "Included: aged 18 years or older (age >= 18); unknown values are included.",
            ),
        ),
        WordsSection(
            title="Endpoints", sentences=("Overall survival: from liver resection to death from any cause.",)
        ),
    )


def _strobe() -> tuple[ChecklistItem, ...]:
    return (
        ChecklistItem(
            item="1a",
            section="Title and abstract",
            topic="The design is named in the title or the abstract",
            status="answered",
            where="Summary",
            anchor="summary",
        ),
        ChecklistItem(
            item="2",
            section="Introduction",
            topic="Scientific background and rationale",
            status="answered",
            where="Background",
            anchor="background",
        ),
        ChecklistItem(
            item="9",
            section="Methods",
            topic="Efforts against potential sources of bias",
            status="not answered",
            where=None,
            comment="Add [reporting] bias to the protocol.",
        ),
        ChecklistItem(
            item="12c",
            section="Methods",
            topic="How missing data were handled",
            status="partly answered",
            where="Methods",
            anchor="methods",
            comment="Complete cases; no sensitivity analysis.",
        ),
        ChecklistItem(
            item="13c",
            section="Results",
            topic="A flow diagram",
            status="answered",
            where="Participants",
            anchor="participants",
        ),
        ChecklistItem(
            item="16c",
            section="Results",
            topic="Relative risks translated into absolute risks",
            status="not applicable",
            where=None,
        ),
        ChecklistItem(
            item="22",
            section="Other information",
            topic="Source of funding and role of the funders",
            status="answered",
            where="Other information",
            anchor="other-information",
        ),
    )
