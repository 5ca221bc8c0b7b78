"""What papers printed: their numbers as data, each with the place where it stands."""

from crlm.evidence.numbers import (
    Published,
    PublishedCount,
    PublishedEffect,
    PublishedFlow,
    PublishedRow,
    PublishedSummary,
    PublishedSurvival,
    PublishedTest,
    TwoByTwo,
    published_numbers,
    published_studies,
)

__all__ = [
    "Published",
    "PublishedCount",
    "PublishedEffect",
    "PublishedFlow",
    "PublishedRow",
    "PublishedSummary",
    "PublishedSurvival",
    "PublishedTest",
    "TwoByTwo",
    "published_numbers",
    "published_studies",
]
