"""One set of documents for all tests of the report."""

from __future__ import annotations

import pytest

from crlm.study.report import build_document
from crlm.study.report.tree import Document

from .sample import sample_results


@pytest.fixture(scope="session", params=[0, 1, 2, 3, 6], ids=lambda groups: f"{groups} groups")
def document(request: pytest.FixtureRequest) -> Document:
    """The report of a study with so many groups; 0 is a study without a comparison."""
    return build_document(sample_results(groups=request.param, small=request.param != 2))


@pytest.fixture(scope="session")
def two_groups() -> Document:
    """The report of a study that compares two groups."""
    return build_document(sample_results(groups=2))
