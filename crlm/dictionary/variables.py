"""A variable is described once: name, type, unit, levels, ranges, missing codes, definition and source."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=64)]
"""A name usable in expressions: a letter, then letters, digits or underscores."""

VariableType = Literal["number", "integer", "category", "several", "yes_no", "text", "date"]
Code = bool | int | float | str


class Frozen(BaseModel):
    """The base of everything that is read from a file: immutable, strict about unknown keys, finite numbers only."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)


class MissingCode(Frozen):
    """A recorded code that means "not known", with its reason: -999 = "not available"."""

    code: Code = Field(description="The value in the file that stands for missing.")
    reason: str = Field(min_length=1, description="Why the value is missing, in words.")


class Level(Frozen):
    """One value of a category: the code in the file, the name in expressions, the label in tables.

    A level without a code is recorded by its name, and a bare text stands for such a level.
    """

    code: Code = Field(description="The value in the file; the name when absent.")
    name: Name = Field(description="The name used in expressions and results.")
    label: str | None = Field(
        default=None, description="The words in tables and figures; the name when absent."
    )

    @model_validator(mode="before")
    @classmethod
    def _recorded_by_name(cls, given: Any) -> Any:
        if isinstance(given, str):
            return {"code": given, "name": given}
        if isinstance(given, dict) and "name" in given and "code" not in given:
            return {**given, "code": given["name"]}
        return given

    @property
    def words(self) -> str:
        """The label, or the name when there is none."""
        return self.label if self.label is not None else self.name.replace("_", " ")


class Variable(Frozen):
    """One column of the analysis table.

    In a typed frame a `number` is Float64, an `integer` Int64, a `category` a String holding the level's *name*,
    `several` levels at once a List(String) of level names in level order (an empty list: recorded as none of them),
    a `yes_no` a Boolean, a `text` a String and a `date` a Date. Missing is null in all of them; its reason is kept
    beside the value, never in it.
    """

    name: Name = Field(description="The name used in expressions and results.")
    header: str | None = Field(
        default=None, description="The column's header in the file; the name when absent."
    )
    label: str = Field(min_length=1, description="The words in tables and figures.")
    type: VariableType = Field(description="number, integer, category, several, yes_no, text or date.")
    unit: str | None = Field(default=None, description="The unit of a number, printed after the label.")
    levels: tuple[Level, ...] = Field(
        default=(), description="The values of a category, several or yes_no, in table order."
    )
    reference: Name | None = Field(
        default=None, description="The reference level in models; the first level when absent (yes_no: no)."
    )
    ordered: bool = Field(default=False, description="Whether the levels of a category have an order.")
    range: tuple[float, float] | None = Field(
        default=None, description="Lowest and highest possible value; anything outside is an error."
    )
    plausible: tuple[float, float] | None = Field(
        default=None, description="Lowest and highest plausible value; anything outside is a warning."
    )
    missing: tuple[MissingCode, ...] = Field(
        default=(), description="Codes that mean missing, each with a reason."
    )
    definition: str | None = Field(default=None, description="What exactly the variable means.")
    source: str | None = Field(default=None, description="Where the definition comes from.")

    @model_validator(mode="before")
    @classmethod
    def _yes_no_has_its_levels(cls, given: Any) -> Any:
        """A yes_no without levels is coded 1 = yes, 0 = no: the commonest coding, and it is written down here."""
        if isinstance(given, dict) and given.get("type") == "yes_no" and not given.get("levels"):
            return {
                **given,
                "levels": [
                    {"code": 0, "name": "no", "label": "No"},
                    {"code": 1, "name": "yes", "label": "Yes"},
                ],
            }
        return given

    @model_validator(mode="after")
    def _levels_fit_the_type(self) -> Variable:
        if self.type in ("category", "several", "yes_no"):
            if len(self.levels) < 2:
                raise ValueError(f'"{self.name}" is a {self.type} and needs at least two levels')
            for what, given in (
                ("name", [level.name for level in self.levels]),
                ("code", [str(level.code) for level in self.levels]),
            ):
                repeated = sorted({one for one in given if given.count(one) > 1})
                if repeated:
                    raise ValueError(f'two levels of "{self.name}" share the {what} {repeated[0]!r}')
            if self.type == "yes_no" and {level.name for level in self.levels} != {"yes", "no"}:
                raise ValueError(f'the levels of the yes_no "{self.name}" must be named "yes" and "no"')
        elif self.levels:
            raise ValueError(
                f'"{self.name}" is a {self.type}; only a category, several or a yes_no has levels'
            )
        if self.reference is not None and self.reference not in self.level_names:
            raise ValueError(
                f'reference "{self.reference}" is not a level of "{self.name}": '
                f"{', '.join(self.level_names) or 'it has none'}"
            )
        for what, bounds in (("range", self.range), ("plausible", self.plausible)):
            if bounds is not None and (self.type not in ("number", "integer") or bounds[0] > bounds[1]):
                raise ValueError(f'{what} of "{self.name}" must be [lowest, highest] of a number')
        return self

    @property
    def level_names(self) -> tuple[str, ...]:
        """The names of the levels in table order."""
        return tuple(level.name for level in self.levels)

    @property
    def reference_level(self) -> str | None:
        """The reference level in models: as declared, else "no" for a yes_no, else the first level."""
        if self.reference is not None or not self.levels:
            return self.reference
        return "no" if self.type == "yes_no" else self.levels[0].name

    @property
    def is_numeric(self) -> bool:
        """Whether the values are numbers."""
        return self.type in ("number", "integer")

    @property
    def is_categorical(self) -> bool:
        """Whether the values are one of declared levels."""
        return self.type in ("category", "yes_no")

    @property
    def label_with_unit(self) -> str:
        """The label, with the unit after a comma when there is one: `Age, years`."""
        return f"{self.label}, {self.unit}" if self.unit else self.label

    def level(self, name: str) -> Level:
        """The level of that name; a KeyError when there is none."""
        for level in self.levels:
            if level.name == name:
                return level
        raise KeyError(name)
