"""Types that several parts of a protocol share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=64)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Probability = Annotated[float, Field(gt=0, lt=1)]
Unknown = Literal["include", "exclude"]
Unit = Literal["patient", "episode", "lesion"]
"""What one record of an analysis is; a lesion is a treated one, with its episode's variables repeated."""
