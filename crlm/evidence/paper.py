"""A paper: what it is, and the numbers that it printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from crlm.evidence.description import (
    About,
    Caution,
    CohortSource,
    Description,
    Events,
    Group,
    Question,
    Score,
    Selection,
    StatedTest,
)
from crlm.evidence.numbers import Published, PublishedRow


@dataclass(frozen=True)
class Paper:
    """One paper's folder, read: its description and its tables; `folder` is where it was read from."""

    description: Description
    numbers: Published
    folder: Path

    @property
    def id(self) -> str:
        """The paper's id."""
        return self.description.paper.id

    @property
    def about(self) -> About:
        """What was published, by whom, where."""
        return self.description.paper

    @property
    def cohorts(self) -> tuple[CohortSource, ...]:
        """Where its patients came from."""
        return self.description.cohort

    @property
    def groups(self) -> tuple[Group, ...]:
        """Its groups and their printed sizes."""
        return self.description.group

    @property
    def events(self) -> tuple[Events, ...]:
        """Printed totals of events."""
        return self.description.events

    @property
    def selections(self) -> tuple[Selection, ...]:
        """Stated rules of variable selection."""
        return self.description.selection

    @property
    def stated_tests(self) -> tuple[StatedTest, ...]:
        """Tests that the paper names."""
        return self.description.stated_test

    @property
    def scores(self) -> tuple[Score, ...]:
        """Levels of scores with the items that they need."""
        return self.description.score

    @property
    def words(self) -> Mapping[str, str]:
        """How reports name its variables, groups and endpoints."""
        return self.description.words

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """Reasons to read its numbers with care."""
        return self.description.caution

    @property
    def questions(self) -> tuple[Question, ...]:
        """Clinical questions that its rows answer."""
        return self.description.question

    def group(self, group_id: str) -> Group | None:
        """A group by the word of the tables; None when paper.toml does not name it."""
        return next((one for one in self.groups if one.id == group_id), None)

    def row(self, row_id: str) -> PublishedRow:
        """A row by its id; a KeyError when there is none."""
        for one in self.numbers.every_row():
            if one.row_id == row_id:
                return one
        raise KeyError(row_id)
