"""The pages of the studies: their generated part is what the software says today."""

import pytest

from crlm.study.compare.mapping import mapped_studies
from tests.study_compare.pages import BEGIN, FOLDER, decisions, generated


@pytest.mark.parametrize("study", mapped_studies())
def test_the_generated_part_is_up_to_date(study):
    """When this fails: python -m tests.study_compare.pages."""
    written, _, made = (FOLDER / f"{study}.md").read_text(encoding="utf-8").partition(BEGIN)
    assert written.startswith(f"# `{study}`")
    assert BEGIN + made == generated(study)


def test_decisions_are_comments_of_the_protocol():
    comments = [
        "# A note.",
        "x = 1",
        "# The paper is silent. Decided: one row per",
        "# patient.",
        "# Decided: years.",
        "y = 2",
    ]
    assert decisions("\n".join([*comments, "# No."])) == ["One row per patient.", "Years."]
