"""What every number of the document looks like: a value or a reason, with its interval or its method."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from crlm.dictionary.variables import Frozen


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
