"""The pages of the audits are what the software says today."""

import pytest

from tests.evidence.audit_pages import FOLDER, pages


@pytest.fixture(scope="module")
def expected():
    return pages()


def test_pages_are_up_to_date(expected):
    """When this fails: python -m tests.evidence.audit_pages."""
    written = {one.name: one.read_text(encoding="utf-8") for one in FOLDER.glob("*.md")}
    assert sorted(written) == sorted(expected)
    stale = [name for name, text in expected.items() if written[name] != text]
    assert not stale
