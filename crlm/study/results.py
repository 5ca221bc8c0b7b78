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

    name: str = Field(description="The file's name, without its folder.")
    format: str = Field(description="Its extension: csv, xlsx, sav, dta, parquet ...")
    sha256: str = Field(description="SHA-256 of the file.")
    rows: int = Field(description="Records in the file; blank rows are not counted.")
    columns: int = Field(description="Columns in the file, whether the study uses them or not.")
    synthetic: bool = Field(
        description="Whether the data are synthetic; then every page of a report says so."
    )
    sheet: str | None = Field(default=None, description="The worksheet, for a workbook.")
    notes: tuple[str, ...] = Field(
        default=(),
        description="How the file was read, where that was found by looking: delimiter, decimal sign, encoding.",
    )


class Provenance(Frozen):
    """What was run on what, when and with which software."""

    protocol: str = Field(description="The protocol's file name or id.")
    protocol_sha256: str = Field(description="SHA-256 of the protocol.")
    data: DataReference = Field(description="Which data.")
    software: dict[str, str] = Field(description="Versions of crlm, Python and the numerical libraries.")
    created: str = Field(description="When, ISO 8601 in UTC.")
    seed: int = Field(description="Seed of everything random.")


class StudyInformation(Frozen):
    """The head of the report, from the protocol."""

    id: str = Field(description="The protocol's id.")
    title: str = Field(description="The title of the report.")
    version: str = Field(description="The protocol's own version.")
    question: str | None = Field(default=None, description="The objective, in a sentence.")
    design: str | None = Field(default=None, description="The design, in words.")
    source: str | None = Field(
        default=None, description="The publication or data set that the protocol follows."
    )
    authors: tuple[str, ...] = Field(default=(), description="Who is responsible for the protocol.")
    level: float = Field(description="Confidence level of every interval.")


class Finding(Frozen):
    """Something noticed in the data."""

    rule: str = Field(
        description="The stable id of the rule (docs/reference/problems.md), or the id of one of the protocol's checks."
    )
    severity: Literal["error", "warning", "info"] = Field(
        description="How much it matters; an error would have stopped the run."
    )
    sentence: str = Field(description="What was noticed, in words.")
    column: str | None = Field(
        default=None, description="The header of the column concerned, when it is one."
    )
    count: int = Field(default=0, description="How many records, values or headers it concerns.")
    rows: tuple[int, ...] = Field(
        default=(), description="The first rows concerned, as a spreadsheet counts."
    )


class Removed(Frozen):
    """Records that left, with the reason."""

    label: str = Field(description="Why they left.")
    n: int = Field(description="How many.")


class FlowStep(Frozen):
    """One criterion of the population, applied to those who were left."""

    label: str = Field(description="The words in the flow chart.")
    kind: Literal["include", "exclude"] = Field(
        description="Whether those who meet the expression stay or leave."
    )
    expression: str = Field(description="The criterion, as the protocol has it.")
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

    level: str = Field(description="The level of the compared variable.")
    label: str = Field(description="The words in tables and figures.")
    n: int = Field(description="Records of the population in this group.")


class Flow(Frozen):
    """From rows read to patients analysed; computed by the population expressions themselves."""

    read: int = Field(description="Rows read from the file.")
    unusable: tuple[Removed, ...] = Field(
        default=(), description="Rows that could not enter the first box, and why."
    )
    first: int = Field(description="Records in the first box.")
    steps: tuple[FlowStep, ...] = Field(
        description="The criteria in their order. When the comparison leaves out the unknown, that is the last step."
    )
    final: int = Field(description="Records in the study.")
    groups: tuple[Group, ...] = Field(default=(), description="The final groups, when there is a comparison.")


class Comparison(Frozen):
    """What is compared."""

    variable: str = Field(description="The variable whose levels are the groups.")
    label: str = Field(description="What the groups are, in words.")
    reference: str = Field(description="The level of the reference group.")
    groups: tuple[Group, ...] = Field(description="The groups, in table order.")


class NumberSummary(Frozen):
    """A numeric variable in one column of a table."""

    n: int = Field(description="Records with a known value: the denominator.")
    mean: float | None = Field(default=None, description="Arithmetic mean.")
    sd: float | None = Field(default=None, description="Standard deviation of the sample (n - 1).")
    median: float | None = Field(default=None, description="Median.")
    q1: float | None = Field(
        default=None, description="First quartile, as the table's `quartiles` defines it."
    )
    q3: float | None = Field(default=None, description="Third quartile.")
    minimum: float | None = Field(default=None, description="Smallest value.")
    maximum: float | None = Field(default=None, description="Largest value.")
    reason: str | None = Field(default=None, description="Why one of these is absent.")


class Count(Frozen):
    """A level of a category in one column of a table."""

    n: int = Field(description="Records at this level.")
    denominator: int = Field(description="Records with a known value.")
    percent: float | None = Field(description="100 n / denominator; null when the denominator is 0.")


class BaselineLevel(Frozen):
    """One level of a category, in every column."""

    level: str = Field(description="The level's name.")
    label: str = Field(description="The words in the table.")
    cells: dict[str, Count] = Field(description="By column id.")


class BaselineRow(Frozen):
    """One variable of a baseline table."""

    variable: str = Field(description="The variable's name.")
    label: str = Field(description="With its unit.")
    summary: Literal["mean_sd", "median_iqr", "median_range", "count"] = Field(
        description="How a report shows it; `numbers` hold every statistic in any case."
    )
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

    title: str | None = Field(description="The words above the rows; null when there are none.")
    rows: tuple[BaselineRow, ...] = Field(description="The rows, in order.")


class BaselineColumn(Frozen):
    """A column: everyone ("all") or a group."""

    id: str = Field(description='"all", or the level of a group.')
    label: str = Field(description="The words above the column.")
    n: int = Field(description="Records in the column, with and without known values.")


class BaselineTable(Frozen):
    """A table of characteristics."""

    id: str = Field(description="The table's id in the protocol.")
    title: str = Field(description="The table's title.")
    columns: tuple[BaselineColumn, ...] = Field(
        description="Everyone first, unless the protocol leaves that column out, then the groups."
    )
    blocks: tuple[BaselineBlock, ...] = Field(description="The rows, in titled groups.")
    quartiles: str = Field(description="Definition of the quartiles, in words.")
    notes: tuple[str, ...] = Field(default=(), description="Footnotes.")


class Landmark(Frozen):
    """Survival at a stated time."""

    time: float = Field(description="The time.")
    survival: Interval = Field(description="The probability of being free of the event beyond that time.")
    at_risk: int = Field(description="Patients at risk just before that time.")


class Curve(Frozen):
    """A Kaplan-Meier curve as data, with what is read off it."""

    group: str | None = Field(description="The level of the comparison; null for everyone.")
    label: str = Field(description="The words in tables and figures.")
    n: int = Field(description="Patients.")
    events: int = Field(description="Events.")
    time: tuple[float, ...] = Field(description="Distinct times of events and censorings, ascending.")
    at_risk: tuple[int, ...] = Field(description="Patients at risk just before each time.")
    events_at: tuple[int, ...] = Field(description="Events at each time.")
    censored_at: tuple[int, ...] = Field(description="Follow-up that ended without the event at each time.")
    survival: tuple[float, ...] = Field(
        description="Survival from each time until the next; before the first time it is 1."
    )
    lower: tuple[float | None, ...] = Field(
        description="Lower bound of `survival`; null where the interval does not exist (survival 0 or 1)."
    )
    upper: tuple[float | None, ...] = Field(description="As `lower`.")
    median: Interval = Field(description="Median time to the event.")
    landmarks: tuple[Landmark, ...] = Field(description="Survival at the times that the protocol names.")
    follow_up: Interval = Field(description="Median follow-up, reverse Kaplan-Meier.")
    last_time: float = Field(description="The longest follow-up.")


class RiskRow(Frozen):
    """Numbers under the curves, at the times of the axis: at each, the three counts add up to the patients."""

    group: str | None = Field(description="The level of the comparison; null for everyone.")
    label: str = Field(description="The words beside the row.")
    at_risk: tuple[int, ...] = Field(description="Patients at risk just before each time.")
    events: tuple[int, ...] = Field(description="Cumulative events before each time.")
    censored: tuple[int, ...] = Field(description="Cumulative censorings before each time.")


class RiskTable(Frozen):
    """The number-at-risk table; its times are the ticks of the figure's axis."""

    times: tuple[float, ...] = Field(description="The times.")
    overall: RiskRow = Field(description="Everyone.")
    groups: tuple[RiskRow, ...] = Field(description="The groups of the comparison.")


class ObservedExpected(Frozen):
    """A group in the log-rank test."""

    group: str = Field(description="The level of the comparison.")
    label: str = Field(description="The words in tables.")
    n: int = Field(description="Patients.")
    observed: int = Field(description="Events observed.")
    expected: float = Field(description="Events expected if the groups did not differ.")


class EndpointResult(Frozen):
    """An endpoint: who was analysed and how they fared."""

    id: str = Field(description="The endpoint's id in the protocol.")
    label: str = Field(description="The words in tables and figures.")
    time_unit: str = Field(description="The unit of every time of this endpoint.")
    time_zero: str | None = Field(description="From when time counts, in words.")
    definition: str | None = Field(description="What counts as the event, in words.")
    n: int = Field(description="Patients analysed.")
    events: int = Field(description="Events.")
    censored: int = Field(description="Follow-up that ended without the event and without a competing event.")
    competing: int = Field(description="Follow-up ended by a competing event; censored in these analyses.")
    excluded: tuple[Removed, ...] = Field(
        description="Records of the population that could not be analysed, and why."
    )
    horizon: float | None = Field(
        description="End of follow-up as declared: what came later is censored there."
    )
    interval: str = Field(description="The interval's transformation.")
    axis_until: float = Field(description="Where the time axis of the figures ends.")
    overall: Curve = Field(description="Everyone.")
    groups: tuple[Curve, ...] = Field(
        description="The groups of the comparison; one without a patient is left out, and a note says so."
    )
    log_rank: Test | None = Field(
        description="Comparison of the groups; null when the protocol compares none."
    )
    observed_expected: tuple[ObservedExpected, ...] = Field(
        default=(), description="The groups in the log-rank test."
    )
    risk_table: RiskTable = Field(description="Numbers at risk under the figures.")
    notes: tuple[str, ...] = Field(default=(), description="What a reader should know or doubt.")


class Effect(Frozen):
    """A coefficient of a Cox model."""

    hazard_ratio: Interval = Field(
        description="The hazard ratio, against the reference level or per so many units."
    )
    coefficient: float | None = Field(
        description="Its natural logarithm, the model's coefficient; null when not estimable."
    )
    standard_error: float | None = Field(description="Standard error of the coefficient.")
    p: Test = Field(description="Wald test of this coefficient.")


class TermLevel(Frozen):
    """A row of a Cox table: a level of a category, or a number's single row."""

    level: str | None = Field(description="The level's name; null for a number.")
    label: str = Field(description="The words in the table.")
    reference: bool = Field(description="Whether it is the reference level.")
    n: int = Field(description="Records of this level in the univariable analysis.")
    events: int = Field(description="Events among these records.")
    univariable: Effect | None = Field(description="Null for the reference level.")
    multivariable: Effect | None = Field(
        description="Null for the reference level and for what did not enter."
    )


class Term(Frozen):
    """A covariate: its rows, its overall tests and why it is or is not in the multivariable model."""

    variable: str = Field(description="The variable's name.")
    label: str = Field(description="The words in the table.")
    per: float | None = Field(description="The hazard ratio of a number is per this many units.")
    unit: str | None = Field(description="The variable's unit.")
    n: int = Field(description="Records in the univariable analysis.")
    events: int = Field(description="Events in the univariable analysis.")
    missing: int = Field(description="Records of the endpoint without a value of this covariate.")
    levels: tuple[TermLevel, ...] = Field(
        description="The rows: one for a number, one per level of a category, the reference among them."
    )
    univariable: Test = Field(description="Overall test of the covariate alone.")
    univariable_proportional_hazards: Test = Field(
        description="Test of proportional hazards of the covariate alone."
    )
    multivariable: Test | None = Field(description="Overall test in the multivariable model.")
    proportional_hazards: Test | None = Field(description="Of this term in the multivariable model.")
    entered: bool = Field(description="Whether it is in the multivariable model.")
    why: str = Field(description="Why it entered or not, in words.")
    notes: tuple[str, ...] = Field(default=(), description="What belongs under its univariable analysis.")


class Fit(Frozen):
    """The multivariable model as a whole."""

    n: int = Field(description="Records in the model.")
    events: int = Field(description="Events in the model.")
    dropped_missing: int = Field(description="Records left out because a covariate is missing.")
    parameters: int = Field(description="Coefficients that could be estimated.")
    events_per_parameter: Number = Field(description="Events divided by `parameters`.")
    log_likelihood: float | None = Field(description="Partial log-likelihood of the model.")
    log_likelihood_null: float | None = Field(description="The same without covariates.")
    likelihood_ratio: Test = Field(description="Overall likelihood-ratio test.")
    wald: Test = Field(description="Overall Wald test.")
    score: Test = Field(description="Overall score test.")
    concordance: Interval = Field(
        description="Harrell's C on the same records (apparent: not corrected for optimism)."
    )
    proportional_hazards: Test = Field(description="Global test of proportional hazards.")


class SelectionStep(Frozen):
    """One decision on the way to the multivariable model."""

    action: Literal["entered", "not entered", "dropped", "kept", "forced"] = Field(
        description="What was decided."
    )
    variable: str = Field(description="About which candidate.")
    p: float | None = Field(description="The p that the decision rests on; null when it rests on none.")
    why: str = Field(description="Why, in words.")


class ModelResult(Frozen):
    """A Cox model: univariable and multivariable side by side."""

    id: str = Field(description="The model's id in the protocol.")
    endpoint: str = Field(description="The id of its endpoint.")
    title: str = Field(description="The table's title.")
    type: Literal["cox"] = Field(description="The kind of model.")
    ties: Literal["efron", "breslow"] = Field(description="How tied event times are treated.")
    rule: str = Field(description="The rule for the multivariable model, in words.")
    terms: tuple[Term, ...] = Field(description="Every candidate, in the order of the protocol.")
    multivariable: Fit | None = Field(
        description="The multivariable model as a whole; null when there is none."
    )
    multivariable_reason: str | None = Field(default=None, description="Why there is no multivariable model.")
    selection: tuple[SelectionStep, ...] = Field(
        default=(), description="Every decision that led to the multivariable model, in order."
    )
    notes: tuple[str, ...] = Field(default=(), description="What belongs under the table.")


class SubgroupGroup(Frozen):
    """One group of the comparison inside one subgroup."""

    group: str = Field(description="The level of the comparison.")
    n: int = Field(description="Patients.")
    events: int = Field(description="Events.")


class SubgroupLevel(Frozen):
    """The comparison's effect within one subgroup."""

    level: str = Field(description='The level\'s name; "all" for everyone.')
    label: str = Field(description="The words in the figure.")
    n: int = Field(description="Patients.")
    events: int = Field(description="Events.")
    groups: tuple[SubgroupGroup, ...] = Field(
        description="The groups of the comparison inside this subgroup."
    )
    hazard_ratio: Interval = Field(description="The comparison's hazard ratio in this subgroup.")
    p: Test = Field(description="Wald test of that hazard ratio.")


class SubgroupVariable(Frozen):
    """A variable, its subgroups and the test of interaction."""

    variable: str = Field(description="The variable's name.")
    label: str = Field(description="The words in the figure.")
    missing: int = Field(description="Patients of the endpoint without a value; they are in no subgroup.")
    levels: tuple[SubgroupLevel, ...] = Field(description="The subgroups.")
    interaction: Test = Field(
        description="Test of whether the comparison's effect differs between the subgroups."
    )


class SubgroupResult(Frozen):
    """A subgroup analysis, drawn as a forest plot."""

    id: str = Field(description="The analysis's id in the protocol.")
    endpoint: str = Field(description="The id of its endpoint.")
    title: str = Field(description="The figure's title.")
    contrast: str = Field(description="Which group against which, in words.")
    favours: tuple[str, str] = Field(description="Words for the left and the right of 1.")
    overall: SubgroupLevel = Field(description="Everyone.")
    variables: tuple[SubgroupVariable, ...] = Field(description="The variables that make subgroups.")
    notes: tuple[str, ...] = Field(default=(), description="What belongs under the figure.")


class ChecklistItem(Frozen):
    """An item of the STROBE checklist and where the report answers it."""

    item: str = Field(description="Number, with its letter.")
    section: str = Field(description="The section of the checklist.")
    topic: str = Field(description="What the item asks, in our words.")
    status: Literal["answered", "partly answered", "not answered", "not applicable"] = Field(
        description="Whether the report answers it."
    )
    where: str | None = Field(description="The section of the report that answers it.")
    anchor: str | None = Field(default=None, description="Id of that section.")
    comment: str | None = Field(default=None, description="What a reader of the checklist should know.")


class WordsSection(Frozen):
    """A titled list of sentences."""

    title: str = Field(description="The section's title.")
    sentences: tuple[str, ...] = Field(description="Its sentences.")


class Results(Frozen):
    """The whole document."""

    schema_version: Literal["1.0"] = Field(
        default=SCHEMA_VERSION,
        description="Version of this document's schema: the second number rises when keys are added, the first when "
        "one is removed, renamed or changes its meaning.",
    )
    study: StudyInformation = Field(description="Which study.")
    provenance: Provenance = Field(description="Where the numbers come from.")
    findings: tuple[Finding, ...] = Field(description="What was noticed in the data.")
    flow: Flow = Field(description="From rows read to patients analysed.")
    comparison: Comparison | None = Field(description="What is compared; null when nothing is.")
    baseline: tuple[BaselineTable, ...] = Field(description="The tables of characteristics.")
    endpoints: tuple[EndpointResult, ...] = Field(description="The outcomes.")
    models: tuple[ModelResult, ...] = Field(description="The Cox models.")
    subgroups: tuple[SubgroupResult, ...] = Field(description="The subgroup analyses.")
    protocol: tuple[WordsSection, ...] = Field(description="The protocol in words.")
    methods: tuple[WordsSection, ...] = Field(description="The methods of a paper, in titled paragraphs.")
    reporting: Reporting = Field(description="Sentences of the protocol that only a person can write.")
    strobe: tuple[ChecklistItem, ...] = Field(description="The STROBE checklist for cohort studies.")
