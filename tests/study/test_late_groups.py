"""Groups that are known only after time zero are named in the results of a study; the numbers are worked by hand."""

import pytest

from crlm.cli.flow import checked_protocol
from crlm.study.run import run_study
from tests.cohort.test_time_zero import STRATEGY

PROTOCOL = """
[study]
id = "late"
title = "Neoadjuvant chemotherapy and survival from diagnosis"

[data]
registry = true

[population]
unit = "episode"

[comparison]
variable = "treatment_strategy"
unknown = "exclude"

[[endpoint]]
id = "os"
label = "Overall survival"
dates = { start = "START", event = ["date_of_death"], until = "date_last_vital_status", death = "event" }
unknown = "exclude"
"""


@pytest.fixture
def endpoint(tmp_path):
    """The endpoint counted from a date."""

    def run(start, where=None):
        path = tmp_path / "late.toml"
        text = PROTOCOL.replace("START", start) + (f'where = "{where}"\n' if where else "")
        path.write_text(text, encoding="utf-8")
        return run_study(checked_protocol(str(path), quiet=True), STRATEGY).endpoints[0]

    return run


def test_groups_made_by_later_treatment_are_named(endpoint):
    """Two were operated on 30 and 181 days after diagnosis, two never."""
    found = endpoint("date_crlm_diagnosis")
    assert found.late_group in found.notes
    assert "known only after time zero" in found.late_group
    assert "in 2 of 4 episodes, a median of 3.5 and at most 5.9 months later" in found.late_group


def test_from_the_treatment_on_they_are_known(endpoint):
    found = endpoint("date_procedure")
    assert found.late_group is None


def test_a_landmark_after_the_last_group_was_known_is_a_landmark(endpoint):
    """P1 lived 12.0 months, P2 35.9; both were operated on by month 5.9, so nobody had to live to be in a group."""
    found = endpoint("date_crlm_diagnosis", where="date_procedure - date_crlm_diagnosis <= 182")
    assert found.late_group is None
    assert "landmark analysis" in found.notes[0] and "at least 12.0 months" in found.notes[0]


def test_a_landmark_before_the_last_group_was_known_is_none(endpoint):
    """All four are compared, P4 followed for less than a month: living to be in a group still counts."""
    found = endpoint("date_crlm_diagnosis", where="date_last_vital_status >= date_crlm_diagnosis")
    assert found.late_group is not None and "landmark" not in found.late_group
