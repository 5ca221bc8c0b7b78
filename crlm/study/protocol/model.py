"""The protocol as frozen models: everything a study does is stated here before it runs.

These models are the published JSON Schema (`crlm schema protocol`); field descriptions are the reference manual.
Cross-references (does this endpoint's time column exist?) are checked in `check.py`, where they can name a line.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from crlm.dictionary.variables import Frozen, Level, MissingCode, Name, Variable, VariableType

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=64)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Probability = Annotated[float, Field(gt=0, lt=1)]
Unknown = Literal["include", "exclude"]


class Study(Frozen):
    """What the study is: the head of its report."""

    id: Identifier = Field(description="A short stable name: lower-case letters, digits, dots and hyphens.")
    title: str = Field(min_length=1, description="The title of the report.")
    question: str | None = Field(default=None, description="The objective, in a sentence.")
    design: str | None = Field(
        default=None, description="The design, for example: retrospective single-centre cohort."
    )
    source: str | None = Field(
        default=None, description="The publication or data set that the protocol follows."
    )
    authors: tuple[str, ...] = Field(default=(), description="Who is responsible for the protocol.")
    version: str = Field(default="1", description="The protocol's own version.")
    seed: int = Field(default=1, ge=0, description="Seed of everything random in the run.")
    level: Probability = Field(default=0.95, description="Confidence level of every interval.")


class Data(Frozen):
    """How the table is read. Everything is optional but the identifier; what is absent is detected and reported."""

    identifier: str = Field(description="Header of the column that identifies a patient; it must be unique.")
    sheet: str | None = Field(
        default=None, description="Worksheet of an Excel workbook; needed when there are several."
    )
    header_row: int = Field(
        default=1, ge=1, description="Row that holds the headers, as a spreadsheet counts."
    )
    delimiter: Literal[",", ";", "\t", "|"] | None = Field(
        default=None, description="Delimiter of a text file."
    )
    decimal: Literal[".", ","] | None = Field(default=None, description="Decimal sign of a text file.")
    encoding: Literal["utf-8", "windows-1252", "utf-16"] | None = Field(
        default=None, description="Encoding of a text file."
    )
    missing: tuple[MissingCode, ...] = Field(
        default=(), description="Codes that mean missing in every column, for example -999."
    )
    synthetic: bool = Field(
        default=False, description="Whether the data are synthetic; then every page says so."
    )


class Derived(Frozen):
    """A variable computed from others by an expression."""

    name: Name = Field(description="The new variable's name.")
    expression: Expression = Field(description="The expression; unknown inputs give an unknown result.")
    label: str = Field(min_length=1, description="The words in tables and figures.")
    type: VariableType = Field(description="The type of the result.")
    unit: str | None = Field(default=None, description="The unit of a number.")
    levels: tuple[Level, ...] = Field(
        default=(), description="For a category: the results allowed, in table order."
    )
    reference: Name | None = Field(default=None, description="The reference level in models.")
    ordered: bool = Field(default=False, description="Whether the levels have an order.")
    definition: str | None = Field(default=None, description="What exactly the variable means.")
    source: str | None = Field(default=None, description="Where the definition comes from.")

    @model_validator(mode="after")
    def _is_a_variable(self) -> Self:
        try:
            self.variable()
        except ValidationError as error:
            raise ValueError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
        return self

    def variable(self) -> Variable:
        """The derived variable as the rest of the software sees it."""
        return Variable(**self.model_dump(exclude={"expression"}))


class Check(Frozen):
    """An expectation about each record; records that break it are listed in the data report, never changed."""

    id: Identifier = Field(description="A stable id, shown with every finding.")
    expect: Expression = Field(
        description="What should hold. Unknown is not a violation and is counted apart."
    )
    sentence: str = Field(min_length=1, description="What it means when it does not hold.")
    severity: Literal["error", "warning", "info"] = Field(
        default="warning", description="An error stops the run."
    )
    source: str | None = Field(default=None, description="Where the rule comes from.")


class Criterion(Frozen):
    """One step of the selection, applied in the order written."""

    label: str = Field(min_length=1, description="The words in the flow chart.")
    include: Expression | None = Field(default=None, description="Who stays (give this or exclude).")
    exclude: Expression | None = Field(default=None, description="Who leaves (give this or include).")
    unknown: Unknown | None = Field(
        default=None,
        description="What happens to records for which the expression is unknown: include or exclude. "
        "It must be said as soon as one record is unknown.",
    )

    @model_validator(mode="after")
    def _one_expression(self) -> Self:
        if (self.include is None) == (self.exclude is None):
            raise ValueError("a criterion has exactly one of include and exclude")
        return self

    @property
    def expression(self) -> str:
        """The expression, whichever side it is on."""
        return self.include if self.include is not None else self.exclude or ""


class Population(Frozen):
    """Who is studied."""

    unit: Literal["patient"] = Field(default="patient", description="What one row is.")
    description: str | None = Field(default=None, description="The population in words.")
    criteria: tuple[Criterion, ...] = Field(default=(), description="The selection, in order.")


class Comparison(Frozen):
    """The groups that are compared."""

    variable: Name = Field(description="A category or yes_no; its levels are the groups.")
    reference: Name | None = Field(
        default=None,
        description="The reference group, in models too unless the column declares its own; "
        "the variable's reference when absent.",
    )
    label: str | None = Field(default=None, description="What the groups are, in words.")
    unknown: Literal["exclude"] | None = Field(
        default=None,
        description='Records whose group is unknown: "exclude" takes them out of the population, as a step of the '
        "flow. When absent, an unknown group is an error.",
    )


class Endpoint(Frozen):
    """A time-to-event outcome: columns, codes, time zero and how death is treated, all explicit."""

    id: Identifier = Field(description="A short name: os, dfs.")
    label: str = Field(min_length=1, description="The words in tables and figures.")
    time: Name = Field(description="The column with the time from time zero to event or censoring.")
    status: Name = Field(description="The category or yes_no that says how follow-up ended.")
    event: tuple[Name, ...] = Field(min_length=1, description="Levels of status that are the event.")
    censor: tuple[Name, ...] = Field(description="Levels of status that are censoring.")
    competing: tuple[Name, ...] = Field(
        default=(),
        description="Levels of status that prevent the event; censored in the cause-specific analyses here.",
    )
    unknown: Literal["exclude"] | None = Field(
        default=None,
        description='Patients without a known time or status: "exclude" leaves them out of this endpoint, '
        "counted. When absent, one such patient is an error.",
    )
    time_zero: str | None = Field(default=None, description="From when time counts, in words.")
    definition: str | None = Field(
        default=None, description="What counts as the event and how death is treated, in words."
    )
    landmarks: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        default=(), description="Times at which survival is reported."
    )
    horizon: float | None = Field(
        default=None,
        gt=0,
        description="End of follow-up for this endpoint: whatever comes later is censored there.",
    )
    axis_until: float | None = Field(default=None, gt=0, description="Where the figure's time axis ends.")
    axis_step: float | None = Field(
        default=None, gt=0, description="Distance between ticks of the time axis."
    )
    interval: Literal["log-log", "log", "plain"] = Field(
        default="log-log", description="Transformation of the interval of the Kaplan-Meier curve."
    )
    by_group: bool = Field(default=True, description="Whether the comparison's groups are also analysed.")

    @model_validator(mode="after")
    def _codes_are_distinct(self) -> Self:
        codes = [*self.event, *self.censor, *self.competing]
        repeated = sorted({code for code in codes if codes.count(code) > 1})
        if repeated:
            raise ValueError(f'"{repeated[0]}" stands twice among event, censor and competing')
        return self


NumberSummary = Literal["mean_sd", "median_iqr", "median_range"]
Summary = Literal["mean_sd", "median_iqr", "median_range", "count"]
TestName = Literal["t", "welch", "anova", "mann-whitney", "kruskal-wallis", "fisher", "chi-square", "none"]


class Row(Frozen):
    """One variable of a baseline table, with its own summary and test."""

    variable: Name = Field(description="The variable.")
    summary: Summary | None = Field(
        default=None, description="How it is summarised; the table's default when absent."
    )
    test: TestName | None = Field(
        default=None, description="How groups are compared; the table's default when absent."
    )
    label: str | None = Field(default=None, description="Other words than the variable's label.")


class Block(Frozen):
    """A titled group of rows in a baseline table."""

    title: str | None = Field(default=None, description="The words above the rows.")
    rows: tuple[Row, ...] = Field(
        min_length=1, description="The rows; a bare name stands for a row with the defaults."
    )

    @model_validator(mode="before")
    @classmethod
    def _bare_names(cls, given: object) -> object:
        if isinstance(given, dict) and isinstance(given.get("rows"), list):
            return {
                **given,
                "rows": [{"variable": row} if isinstance(row, str) else row for row in given["rows"]],
            }
        return given


class Baseline(Frozen):
    """A table of characteristics, overall and per group."""

    id: Identifier = Field(default="baseline", description="A short name; the file name of the table.")
    title: str = Field(default="Baseline characteristics", description="The table's title.")
    number_summary: NumberSummary = Field(default="median_iqr", description="Default summary of numbers.")
    number_test: Literal["t", "welch", "anova", "mann-whitney", "kruskal-wallis", "none"] = Field(
        default="mann-whitney",
        description="Default test of numbers (two groups: t, welch, mann-whitney; any: anova, kruskal-wallis).",
    )
    category_test: Literal["fisher", "chi-square", "none"] = Field(
        default="chi-square", description="Default test of categories."
    )
    quartiles: Literal["r7", "spss"] = Field(
        default="r7", description="Definition of quartiles: R's type 7 or SPSS's weighted average."
    )
    smd: bool = Field(default=False, description="Whether standardised mean differences are shown.")
    overall: bool = Field(default=True, description="Whether a column for all patients is shown.")
    blocks: tuple[Block, ...] = Field(min_length=1, description="The rows, in titled blocks.")


class Candidate(Frozen):
    """A covariate of a model."""

    variable: Name = Field(description="The variable.")
    per: float | None = Field(
        default=None, gt=0, description="For a number: the hazard ratio is per this many units."
    )


class Keep(Frozen):
    """Which candidates of the univariable analyses enter the multivariable model: exactly one rule."""

    univariable_p: Probability | None = Field(
        default=None, description="Those with a univariable p at or below this."
    )
    strictly_below: bool = Field(default=False, description="Whether p must be strictly below univariable_p.")
    backward_p: Probability | None = Field(
        default=None, description="After entering, drop the largest p above this, one at a time."
    )
    all: bool = Field(default=False, description="All candidates enter.")
    variables: tuple[Name, ...] = Field(default=(), description="Exactly these enter.")

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        rules = (self.univariable_p is not None) + self.all + bool(self.variables)
        if rules != 1:
            raise ValueError("keep has exactly one of univariable_p, all and variables")
        return self


class Model(Frozen):
    """A Cox model: univariable for each candidate, then multivariable by the declared rule."""

    id: Identifier = Field(description="A short name; the file name of its table.")
    endpoint: Identifier = Field(description="The endpoint's id.")
    type: Literal["cox"] = Field(default="cox", description="The kind of model.")
    title: str | None = Field(default=None, description="The table's title.")
    candidates: tuple[Candidate, ...] = Field(
        min_length=1, description="The covariates; a bare name stands for a candidate without options."
    )
    always: tuple[Name, ...] = Field(
        default=(), description="Candidates that enter the multivariable model whatever their p."
    )
    keep: Keep | None = Field(
        default=None, description="The rule for the multivariable model; absent: univariable only."
    )
    p: Literal["wald", "likelihood-ratio"] = Field(
        default="wald", description="Which p the rule looks at, and the table prints."
    )
    ties: Literal["efron", "breslow"] = Field(
        default="efron", description="Approximation for tied event times (R: efron; SPSS: breslow)."
    )
    missing: Literal["complete-case"] = Field(
        default="complete-case", description="How missing covariates are treated, per model."
    )
    proportional_hazards: Literal["km", "rank", "identity"] = Field(
        default="km", description="Time transformation of the test of proportional hazards."
    )

    @model_validator(mode="before")
    @classmethod
    def _bare_names(cls, given: object) -> object:
        if isinstance(given, dict) and isinstance(given.get("candidates"), list):
            named = [{"variable": one} if isinstance(one, str) else one for one in given["candidates"]]
            return {**given, "candidates": named}
        return given


class Subgroups(Frozen):
    """The comparison's effect within each level of other variables, with a test of interaction."""

    id: Identifier = Field(
        default="subgroups", description="A short name; the file name of its table and figure."
    )
    endpoint: Identifier = Field(description="The endpoint's id.")
    title: str | None = Field(default=None, description="The figure's title.")
    variables: tuple[Name, ...] = Field(
        min_length=1, description="Categories or yes_no whose levels are the subgroups."
    )
    ties: Literal["efron", "breslow"] = Field(
        default="efron", description="Approximation for tied event times."
    )
    minimum_events: int = Field(
        default=5, ge=1, description="Fewer events than this in a subgroup: no estimate, and said so."
    )


class Reporting(Frozen):
    """What a computer cannot know: sentences for the report and the STROBE checklist. Absent is "not answered"."""

    background: str | None = Field(
        default=None, description="Scientific background and rationale (STROBE 2)."
    )
    setting: str | None = Field(default=None, description="Setting, locations and relevant dates (STROBE 5).")
    participants: str | None = Field(
        default=None, description="Sources and methods of selection and follow-up (STROBE 6)."
    )
    data_sources: str | None = Field(
        default=None, description="Sources of data and methods of assessment (STROBE 8)."
    )
    bias: str | None = Field(
        default=None, description="Efforts to address potential sources of bias (STROBE 9)."
    )
    study_size: str | None = Field(default=None, description="How the study size was arrived at (STROBE 10).")
    limitations: str | None = Field(default=None, description="Limitations (STROBE 19).")
    interpretation: str | None = Field(
        default=None, description="Cautious overall interpretation (STROBE 20)."
    )
    generalisability: str | None = Field(default=None, description="External validity (STROBE 21).")
    funding: str | None = Field(
        default=None, description="Source of funding and role of funders (STROBE 22)."
    )
    ethics: str | None = Field(default=None, description="Approval and consent.")


class Protocol(Frozen):
    """A whole study protocol: what one TOML file says."""

    study: Study = Field(description="What the study is.")
    data: Data = Field(description="How the table is read.")
    column: tuple[Variable, ...] = Field(
        min_length=1, description="The columns of the table that the study uses."
    )
    derived: tuple[Derived, ...] = Field(default=(), description="Variables computed from columns, in order.")
    check: tuple[Check, ...] = Field(default=(), description="Expectations about the data.")
    population: Population = Field(default_factory=Population, description="Who is studied.")
    comparison: Comparison | None = Field(default=None, description="The groups that are compared.")
    endpoint: tuple[Endpoint, ...] = Field(min_length=1, description="The outcomes.")
    baseline: tuple[Baseline, ...] = Field(default=(), description="Tables of characteristics.")
    model: tuple[Model, ...] = Field(default=(), description="Regression models.")
    subgroups: tuple[Subgroups, ...] = Field(default=(), description="Subgroup analyses of the comparison.")
    reporting: Reporting = Field(
        default_factory=Reporting, description="Sentences for the report and the checklist."
    )

    def variables(self) -> dict[str, Variable]:
        """Every variable by name, columns first, then derived ones in order."""
        return {
            variable.name: variable for variable in (*self.column, *(one.variable() for one in self.derived))
        }

    def endpoint_named(self, identifier: str) -> Endpoint:
        """The endpoint of that id; a KeyError when there is none."""
        for endpoint in self.endpoint:
            if endpoint.id == identifier:
                return endpoint
        raise KeyError(identifier)
