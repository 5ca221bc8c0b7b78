"""What papers printed: their numbers as data, each with the place where it stands."""

from crlm.evidence.description import (
    About,
    Caution,
    CohortSource,
    Description,
    Events,
    Group,
    Question,
    Selection,
    StatedTest,
)
from crlm.evidence.loading import load_paper, paper, papers, published_numbers, published_studies
from crlm.evidence.numbers import (
    Published,
    PublishedCount,
    PublishedEffect,
    PublishedFlow,
    PublishedRow,
    PublishedStatement,
    PublishedSummary,
    PublishedSurvival,
    PublishedTest,
    TwoByTwo,
)
from crlm.evidence.paper import Paper

__all__ = [
    "About",
    "Caution",
    "CohortSource",
    "Description",
    "Events",
    "Group",
    "Paper",
    "Published",
    "PublishedCount",
    "PublishedEffect",
    "PublishedFlow",
    "PublishedRow",
    "PublishedStatement",
    "PublishedSummary",
    "PublishedSurvival",
    "PublishedTest",
    "Question",
    "Selection",
    "StatedTest",
    "TwoByTwo",
    "load_paper",
    "paper",
    "papers",
    "published_numbers",
    "published_studies",
]
