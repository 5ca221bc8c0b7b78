"""`paper.toml`: what a paper is, in typed models; every field's description is its documentation."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["cohort", "trial", "review", "abstract", "deck"]
CautionKind = Literal[
    "immortal-time",
    "confounding-by-indication",
    "missing-ras",
    "selection",
    "small-sample",
    "multiple-testing",
    "missing-data",
    "measurement",
    "long-inclusion",
    "other",
]
Origin = Literal["paper", "reader"]

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=80)]
PartialDate = Annotated[str, Field(pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")]
Share = Annotated[float, Field(gt=0, le=1)]
Size = Annotated[int, Field(ge=0)]
Words = Annotated[str, Field(min_length=1)]


class Part(BaseModel):
    """A table of paper.toml: frozen; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, strict=True)


class About(Part):
    """What was published, by whom, where, and what it studied."""

    id: Identifier = Field(description="The paper's id, the name of its folder: usually author-year.")
    kind: Kind = Field(description="What sort of source it is.")
    title: Words = Field(description="The title as printed.")
    authors: tuple[Words, ...] = Field(default=(), description='Names in order, each "Family, Given".')
    journal: str = Field(default="", description="The journal, or what published it.")
    year: int | None = Field(default=None, description="Year of publication.")
    volume: str = Field(default="", description="Volume.")
    issue: str = Field(default="", description="Issue.")
    pages: str = Field(default="", description="Pages, or the article's number.")
    doi: str = Field(
        default="",
        pattern=r"^(10\.\d{4,9}/\S+)?$",
        description="The DOI, only where it stands in the source that was read.",
    )
    design: str = Field(
        default="", description="The design, in our words: retrospective cohort, two centres."
    )
    setting: str = Field(default="", description="Who was studied, in our words.")
    n: Size | None = Field(default=None, description="How many were analysed, as printed.")
    unit: str = Field(default="patient", description="What one of n is.")
    standard_errors: Literal["", "robust", "clustered", "weighted", "penalised"] = Field(
        default="",
        description="How the intervals of its models were made, where it states that they are not the model's own.",
    )
    read_from: str = Field(
        default="", description="What was read: the full text, an abstract, slides; what was lost."
    )
    note: str = Field(default="", description="Anything a reader of the numbers must know.")


class CohortSource(Part):
    """Where patients came from, to see whether two papers may hold the same ones."""

    source: Words = Field(description="The registry or database, or the centre where none is named.")
    centres: tuple[Words, ...] = Field(default=(), description="The hospitals.")
    start: PartialDate | None = Field(
        default=None, alias="from", description="First date of inclusion: YYYY, YYYY-MM or YYYY-MM-DD."
    )
    end: PartialDate | None = Field(
        default=None, alias="to", description="Last date of inclusion: YYYY, YYYY-MM or YYYY-MM-DD."
    )
    population: str = Field(default="", description="Who was included, in our words.")
    place: str = Field(default="", description="Where the paper says so.")


class Group(Part):
    """A group that the tables name, with its size as printed."""

    id: Words = Field(description="The word that the tables' `group` column uses.")
    label: str = Field(default="", description="The group in words.")
    n: Size | None = Field(default=None, description="Its size as printed; absent where none is printed.")
    unit: str = Field(default="patient", description="What one of n is.")
    variable: str = Field(
        default="treatment_group",
        description="The variable whose level this group is; groups of one variable exclude each other.",
    )
    level: str = Field(default="", description="How the tables of effects print this group.")
    of: str = Field(
        default="all", description="The group that this group and the others of its variable make up."
    )
    place: str = Field(default="", description="Where the size is printed.")


class Events(Part):
    """How many had the event of an endpoint, where that is printed."""

    endpoint: Words = Field(description="The endpoint, in the word of the tables.")
    population: str = Field(default="all", description="Of whom.")
    group: str = Field(default="all", description="Of which group.")
    n: Size = Field(description="Events as printed.")
    of: Size | None = Field(default=None, description="The number at risk of it that is printed beside it.")
    unit: str = Field(default="patient", description="What one of n is.")
    place: Words = Field(description="Where it is printed.")
    note: str = Field(
        default="", description="What counts as the event here, where that is not the endpoint's own."
    )


class Selection(Part):
    """The stated rule by which variables came into a multivariable table."""

    endpoint: str = Field(default="", description="The endpoint; empty for all.")
    model: str = Field(default="", description="The column of the table; empty for every multivariable one.")
    univariable_p: Share | None = Field(default=None, description="The p that lets a variable in.")
    op: Literal["<", "<="] = Field(default="<", description="Whether the p itself is let in.")
    method: Literal["enter", "backward", "forward", "stepwise", "change-in-estimate", "not-stated"] = Field(
        default="not-stated", description="What happened after that."
    )
    keep_p: Share | None = Field(
        default=None, description="The p that keeps a variable in, where there is one."
    )
    always: tuple[Words, ...] = Field(default=(), description="Variables that are in whatever their p.")
    excluded: tuple[Words, ...] = Field(default=(), description="Variables kept out, as the paper says.")
    place: Words = Field(description="Where the rule is stated.")


class StatedTest(Part):
    """A test that the paper names for some of its variables."""

    test: Words = Field(description="The test, in the word of the `tests` table.")
    kind: Literal[
        "dichotomous",
        "categorical",
        "mean",
        "median",
        "continuous",
        "paired-dichotomous",
        "paired-continuous",
        "time-to-event",
        "all",
    ] = Field(default="all", description="For which kind of variable.")
    variables: tuple[Words, ...] = Field(
        default=(), description="For which variables, when named one by one."
    )
    place: Words = Field(description="Where it is stated.")


class ScoreItem(Part):
    """One item of a score: the levels of a variable that give its point."""

    variable: Words = Field(description="The variable, in the word of `counts.csv`.")
    level: Words = Field(
        description="The level that gives the point; for several levels of a variable, an item each. It may be wider "
        "than the item (a printed <=12 months for an item of fewer than 12), never narrower."
    )


class Score(Part):
    """A group of a score that takes at least so many of its items, one point each."""

    variable: Words = Field(description="The score, in the word of `counts.csv`.")
    level: Words = Field(description="Its level, as printed.")
    at_least: int = Field(ge=1, description="How many of the items a patient of this level has at least.")
    items: tuple[ScoreItem, ...] = Field(description="The items, as the paper defines the score.")
    place: Words = Field(description="Where the score is defined.")


class Caution(Part):
    """A reason to read the paper's numbers with care."""

    kind: CautionKind = Field(description="What sort of caution.")
    sentence: Words = Field(description="The caution, in our words.")
    place: Words = Field(description="Where in the paper the facts behind it stand.")
    origin: Origin = Field(description='"paper" when the authors say so, "reader" when we do.')
    questions: tuple[Words, ...] = Field(
        default=(),
        description="The questions that it is about, as comparison or comparison/endpoint; empty for every number.",
    )

    def is_about(self, comparison: str, endpoint: str) -> bool:
        """Whether it has to be read with the answer to this question."""
        return not self.questions or bool({comparison, f"{comparison}/{endpoint}"} & {*self.questions})


class Question(Part):
    """A clinical question that rows of the tables answer."""

    comparison: Identifier = Field(description="What is compared: treatment-versus-control.")
    population: Identifier = Field(description="In whom.")
    endpoint: Words = Field(description="The endpoint, in the word of the tables.")
    treatment: str = Field(
        default="", description="The first side: a group's id, or a level as the tables of effects print it."
    )
    control: str = Field(default="", description="The side that it is compared with.")
    effects: tuple[Words, ...] = Field(
        default=(), description="Row ids that answer it, the adjusted one first."
    )
    statements: tuple[Words, ...] = Field(
        default=(), description="Ids of statements about other series that bear on it."
    )
    note: str = Field(default="", description="What to know before it is pooled with others.")


class Description(Part):
    """A whole paper.toml."""

    paper: About = Field(description="What was published.")
    cohort: tuple[CohortSource, ...] = Field(default=(), description="Where the patients came from.")
    group: tuple[Group, ...] = Field(default=(), description="Groups and their sizes.")
    events: tuple[Events, ...] = Field(default=(), description="Totals of events.")
    selection: tuple[Selection, ...] = Field(default=(), description="Stated rules of variable selection.")
    stated_test: tuple[StatedTest, ...] = Field(default=(), description="Stated tests.")
    score: tuple[Score, ...] = Field(
        default=(), description="Scores that are counts of items, with the levels that need so many of them."
    )
    caution: tuple[Caution, ...] = Field(default=(), description="Cautions.")
    question: tuple[Question, ...] = Field(default=(), description="Questions that its numbers answer.")
    words: dict[str, Words] = Field(
        default={},
        description="How reports name a variable, group or endpoint of the tables: `size_largest_recurrent = "
        '"largest recurrent metastasis"`. A name without words is printed with blanks for its underscores.',
    )

    def __hash__(self) -> int:
        """Papers are keys of caches; a dict cannot be hashed, so its pairs are."""
        parts = (getattr(self, name) for name in type(self).model_fields if name != "words")
        return hash((*parts, *self.words.items()))
