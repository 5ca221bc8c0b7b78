"""The results document: every number of a study, with its denominator, its method and where it came from.

A run writes one of these as `results.json`; tables, figures and reports are renderings of it and compute nothing.
The models are the published JSON Schema (`crlm schema results`). Rules that hold everywhere:

- a number that does not exist is `null` beside a `reason` in words; there is no NaN and no infinity;
- percentages are 0 to 100 and stand beside their numerator and denominator; survival is a probability, 0 to 1;
- times are in the unit that their endpoint names; ratios (hazard ratios) are on the ratio scale;
- nothing is rounded: rounding belongs to the renderings.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from crlm.dictionary.variables import Frozen
from crlm.study.protocol.model import Reporting

SCHEMA_VERSION: Literal["1.0"] = "1.0"


class Number(Frozen):
    """One number, or the reason why there is none."""

    value: float | None = Field(description="The number.")
    reason: str | None = Field(default=None, description="Why there is no number.")

    @model_validator(mode="after")
    def _reason_when_absent(self) -> Self:
        if self.value is None and not self.reason:
            raise ValueError("a number that is absent needs a reason")
        return self


class Interval(Frozen):
    """An estimate with its confidence interval; whatever of the three is absent has a reason."""

    value: float | None = Field(description="The estimate.")
    lower: float | None = Field(description="Lower bound.")
    upper: float | None = Field(description="Upper bound.")
    level: float = Field(description="Confidence level.")
    reason: str | None = Field(default=None, description="Why the estimate or a bound is absent.")

    @model_validator(mode="after")
    def _reason_when_absent(self) -> Self:
        if None in (self.value, self.lower, self.upper) and not self.reason:
            raise ValueError("an estimate or bound that is absent needs a reason")
        return self


class Test(Frozen):
    """A hypothesis test: which one, on how many, and its p, or the reason why there is none."""

    __test__ = False  # not for pytest to collect

    method: str = Field(description="Stable id of the method: log-rank, fisher, wald ...")
    words: str = Field(description="The method in words, as a footnote would have it.")
    statistic: float | None = Field(default=None, description="The test statistic.")
    df: float | None = Field(default=None, description="Degrees of freedom.")
    p: float | None = Field(description="The p value, two-sided.")
    n: int = Field(description="Records the test was made on.")
    reason: str | None = Field(default=None, description="Why there is no p.")
    notes: tuple[str, ...] = Field(default=(), description="What a reader of the p should know.")

    @model_validator(mode="after")
    def _reason_when_absent(self) -> Self:
        if self.p is None and not self.reason:
            raise ValueError("a p that is absent needs a reason")
        return self


class DataReference(Frozen):
    """Which data the numbers come from."""

    name: str
    format: str
    sha256: str
    rows: int
    columns: int
    synthetic: bool
    sheet: str | None = None
    notes: tuple[str, ...] = ()


class Provenance(Frozen):
    """What was run on what, when and with which software."""

    protocol: str = Field(description="The protocol's file name or id.")
    protocol_sha256: str = Field(description="SHA-256 of the protocol.")
    data: DataReference
    software: dict[str, str] = Field(description="Versions of crlm, Python and the numerical libraries.")
    created: str = Field(description="When, ISO 8601 in UTC.")
    seed: int = Field(description="Seed of everything random.")


class StudyInformation(Frozen):
    """The head of the report, from the protocol."""

    id: str
    title: str
    version: str
    question: str | None = None
    design: str | None = None
    source: str | None = None
    authors: tuple[str, ...] = ()
    level: float = Field(description="Confidence level of every interval.")


class Finding(Frozen):
    """Something noticed in the data."""

    rule: str
    severity: Literal["error", "warning", "info"]
    sentence: str
    column: str | None = None
    count: int = 0
    rows: tuple[int, ...] = Field(
        default=(), description="The first rows concerned, as a spreadsheet counts."
    )


class Removed(Frozen):
    """Records that left, with the reason."""

    label: str
    n: int


class FlowStep(Frozen):
    """One criterion of the population, applied to those who were left."""

    label: str
    kind: Literal["include", "exclude"]
    expression: str
    before: int = Field(description="Records before the step.")
    met: int = Field(description="Records for which the expression holds.")
    not_met: int = Field(description="Records for which it does not hold.")
    unknown: int = Field(description="Records for which it is unknown.")
    unknown_policy: Literal["include", "exclude"] | None = Field(
        description="What the protocol says about the unknown."
    )
    removed: int = Field(description="Records that left, the unknown among them when the policy is exclude.")
    after: int = Field(description="Records after the step.")


class Group(Frozen):
    """A group of the comparison."""

    level: str
    label: str
    n: int


class Flow(Frozen):
    """From rows read to patients analysed; computed by the population expressions themselves."""

    read: int = Field(description="Rows read from the file.")
    unusable: tuple[Removed, ...] = Field(
        default=(), description="Rows that could not enter the first box, and why."
    )
    first: int = Field(description="Records in the first box.")
    steps: tuple[FlowStep, ...]
    final: int = Field(description="Records in the study.")
    groups: tuple[Group, ...] = Field(default=(), description="The final groups, when there is a comparison.")


class Comparison(Frozen):
    """What is compared."""

    variable: str
    label: str
    reference: str
    groups: tuple[Group, ...]


class NumberSummary(Frozen):
    """A numeric variable in one column of a table."""

    n: int = Field(description="Records with a known value: the denominator.")
    mean: float | None = None
    sd: float | None = None
    median: float | None = None
    q1: float | None = None
    q3: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    reason: str | None = None


class Count(Frozen):
    """A level of a category in one column of a table."""

    n: int
    denominator: int = Field(description="Records with a known value.")
    percent: float | None = Field(description="100 n / denominator; null when the denominator is 0.")


class BaselineLevel(Frozen):
    """One level of a category, in every column."""

    level: str
    label: str
    cells: dict[str, Count] = Field(description="By column id.")


class BaselineRow(Frozen):
    """One variable of a baseline table."""

    variable: str
    label: str = Field(description="With its unit.")
    summary: Literal["mean_sd", "median_iqr", "median_range", "count"]
    numbers: dict[str, NumberSummary] = Field(default_factory=dict, description="By column id, for a number.")
    levels: tuple[BaselineLevel, ...] = Field(default=(), description="For a category.")
    missing: dict[str, int] = Field(description="Records without a value, by column id.")
    missing_reasons: dict[str, int] = Field(
        default_factory=dict, description="Why values are missing, over all."
    )
    test: Test | None = Field(
        default=None, description="Comparison of the groups; null when none was asked for."
    )
    smd: Number | None = Field(
        default=None, description="Standardised mean difference (largest pair when several)."
    )


class BaselineBlock(Frozen):
    """A titled group of rows."""

    title: str | None
    rows: tuple[BaselineRow, ...]


class BaselineColumn(Frozen):
    """A column: everyone ("all") or a group."""

    id: str
    label: str
    n: int


class BaselineTable(Frozen):
    """A table of characteristics."""

    id: str
    title: str
    columns: tuple[BaselineColumn, ...]
    blocks: tuple[BaselineBlock, ...]
    quartiles: str = Field(description="Definition of the quartiles, in words.")
    notes: tuple[str, ...] = ()


class Landmark(Frozen):
    """Survival at a stated time."""

    time: float
    survival: Interval
    at_risk: int


class Curve(Frozen):
    """A Kaplan-Meier curve as data, with what is read off it."""

    group: str | None = Field(description="The level of the comparison; null for everyone.")
    label: str
    n: int
    events: int
    time: tuple[float, ...] = Field(description="Distinct times of events and censorings, ascending.")
    at_risk: tuple[int, ...]
    events_at: tuple[int, ...]
    censored_at: tuple[int, ...]
    survival: tuple[float, ...]
    lower: tuple[float | None, ...] = Field(
        description="Null where the interval does not exist (survival 0 or 1)."
    )
    upper: tuple[float | None, ...]
    median: Interval
    landmarks: tuple[Landmark, ...]
    follow_up: Interval = Field(description="Median follow-up, reverse Kaplan-Meier.")
    last_time: float


class RiskRow(Frozen):
    """Numbers under the curves, at the times of the axis: at each, the three counts add up to the patients."""

    group: str | None
    label: str
    at_risk: tuple[int, ...]
    events: tuple[int, ...] = Field(description="Cumulative events before each time.")
    censored: tuple[int, ...] = Field(description="Cumulative censorings before each time.")


class RiskTable(Frozen):
    """The number-at-risk table; its times are the ticks of the figure's axis."""

    times: tuple[float, ...]
    overall: RiskRow
    groups: tuple[RiskRow, ...]


class ObservedExpected(Frozen):
    """A group in the log-rank test."""

    group: str
    label: str
    n: int
    observed: int
    expected: float


class EndpointResult(Frozen):
    """An endpoint: who was analysed and how they fared."""

    id: str
    label: str
    time_unit: str
    time_zero: str | None
    definition: str | None
    n: int
    events: int
    censored: int
    competing: int = Field(description="Follow-up ended by a competing event; censored in these analyses.")
    excluded: tuple[Removed, ...] = Field(
        description="Records of the population that could not be analysed, and why."
    )
    horizon: float | None
    interval: str = Field(description="The interval's transformation.")
    axis_until: float
    overall: Curve
    groups: tuple[Curve, ...]
    log_rank: Test | None
    observed_expected: tuple[ObservedExpected, ...] = ()
    risk_table: RiskTable
    notes: tuple[str, ...] = ()


class Effect(Frozen):
    """A coefficient of a Cox model."""

    hazard_ratio: Interval
    coefficient: float | None
    standard_error: float | None
    p: Test


class TermLevel(Frozen):
    """A row of a Cox table: a level of a category, or a number's single row."""

    level: str | None
    label: str
    reference: bool
    n: int = Field(description="Records of this level in the univariable analysis.")
    events: int
    univariable: Effect | None = Field(description="Null for the reference level.")
    multivariable: Effect | None = Field(
        description="Null for the reference level and for what did not enter."
    )


class Term(Frozen):
    """A covariate: its rows, its overall tests and why it is or is not in the multivariable model."""

    variable: str
    label: str
    per: float | None = Field(description="The hazard ratio of a number is per this many units.")
    unit: str | None
    n: int = Field(description="Records in the univariable analysis.")
    events: int
    missing: int
    levels: tuple[TermLevel, ...]
    univariable: Test = Field(description="Overall test of the covariate alone.")
    univariable_proportional_hazards: Test
    multivariable: Test | None = Field(description="Overall test in the multivariable model.")
    proportional_hazards: Test | None = Field(description="Of this term in the multivariable model.")
    entered: bool
    why: str = Field(description="Why it entered or not, in words.")
    notes: tuple[str, ...] = ()


class Fit(Frozen):
    """The multivariable model as a whole."""

    n: int
    events: int
    dropped_missing: int = Field(description="Records left out because a covariate is missing.")
    parameters: int
    events_per_parameter: Number
    log_likelihood: float | None
    log_likelihood_null: float | None
    likelihood_ratio: Test
    wald: Test
    score: Test
    concordance: Interval
    proportional_hazards: Test


class SelectionStep(Frozen):
    """One decision on the way to the multivariable model."""

    action: Literal["entered", "not entered", "dropped", "kept", "forced"]
    variable: str
    p: float | None
    why: str


class ModelResult(Frozen):
    """A Cox model: univariable and multivariable side by side."""

    id: str
    endpoint: str
    title: str
    type: Literal["cox"]
    ties: Literal["efron", "breslow"]
    rule: str = Field(description="The rule for the multivariable model, in words.")
    terms: tuple[Term, ...]
    multivariable: Fit | None
    multivariable_reason: str | None = Field(default=None, description="Why there is no multivariable model.")
    selection: tuple[SelectionStep, ...] = ()
    notes: tuple[str, ...] = ()


class SubgroupGroup(Frozen):
    """One group of the comparison inside one subgroup."""

    group: str
    n: int
    events: int


class SubgroupLevel(Frozen):
    """The comparison's effect within one subgroup."""

    level: str
    label: str
    n: int
    events: int
    groups: tuple[SubgroupGroup, ...]
    hazard_ratio: Interval
    p: Test


class SubgroupVariable(Frozen):
    """A variable, its subgroups and the test of interaction."""

    variable: str
    label: str
    missing: int
    levels: tuple[SubgroupLevel, ...]
    interaction: Test


class SubgroupResult(Frozen):
    """A subgroup analysis, drawn as a forest plot."""

    id: str
    endpoint: str
    title: str
    contrast: str = Field(description="Which group against which, in words.")
    favours: tuple[str, str] = Field(description="Words for the left and the right of 1.")
    overall: SubgroupLevel
    variables: tuple[SubgroupVariable, ...]
    notes: tuple[str, ...] = ()


class ChecklistItem(Frozen):
    """An item of the STROBE checklist and where the report answers it."""

    item: str = Field(description="Number, with its letter.")
    section: str
    topic: str = Field(description="What the item asks, in our words.")
    status: Literal["answered", "partly answered", "not answered", "not applicable"]
    where: str | None = Field(description="The section of the report that answers it.")
    anchor: str | None = Field(default=None, description="Id of that section.")
    comment: str | None = None


class WordsSection(Frozen):
    """A titled list of sentences."""

    title: str
    sentences: tuple[str, ...]


class Results(Frozen):
    """The whole document."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    study: StudyInformation
    provenance: Provenance
    findings: tuple[Finding, ...]
    flow: Flow
    comparison: Comparison | None
    baseline: tuple[BaselineTable, ...]
    endpoints: tuple[EndpointResult, ...]
    models: tuple[ModelResult, ...]
    subgroups: tuple[SubgroupResult, ...]
    protocol: tuple[WordsSection, ...] = Field(description="The protocol in words.")
    methods: tuple[str, ...] = Field(description="The methods paragraph, a sentence each.")
    reporting: Reporting
    strobe: tuple[ChecklistItem, ...]
