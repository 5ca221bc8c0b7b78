"""One set of documents for all tests of the report."""

from __future__ import annotations

import pytest

from crlm.rendering.tree import Document
from crlm.study.report import build_document

from .sample import sample_results
from .sample_more import rich_results


@pytest.fixture(scope="session", params=[0, 1, 2, 3, 6], ids=lambda groups: f"{groups} groups")
def document(request: pytest.FixtureRequest) -> Document:
    """The report of a study with so many groups; 0 is a study without a comparison, 2 one with every part."""
    if request.param == 2:
        return build_document(rich_results())
    return build_document(sample_results(groups=request.param, small=True))


@pytest.fixture(scope="session")
def two_groups() -> Document:
    """The report of a study that compares two groups."""
    return build_document(sample_results(groups=2))
