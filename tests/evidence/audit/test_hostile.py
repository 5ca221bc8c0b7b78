"""No paper, however wrong its numbers, stops the audit: what cannot be tested is passed over, or said."""

import random
from dataclasses import fields, replace

import numpy as np
import pytest

from crlm.evidence import paper, papers
from crlm.evidence.audit import audit
from crlm.evidence.audit.checks import CHECKS
from crlm.evidence.audit.finding import Check

NUMBERS = (None, 0, 0.0, 1, -1, 2, 7, 0.5, 1e-12, 99999)
TEXTS = (
    "",
    "0",
    "1",
    "0.0",
    "<0.001",
    ">0.99",
    "0.000",
    "1.00",
    "-3",
    "100%",
    "0 (0.0)",
    "1.00-1.00",
    "0.00–0.00",
    "NR",
)


def spoilt(row, chance):
    """A row with some of its printed and parsed cells replaced by others that a table may hold."""
    changes = {}
    for one in fields(row):
        wanted = str(one.type)
        if chance.random() < 0.25:
            if "None" in wanted:
                value = chance.choice(NUMBERS)
                whole = wanted.startswith("int") and value is not None
                changes[one.name] = int(value) if whole else value
            elif one.name.endswith("printed"):
                changes[one.name] = chance.choice(TEXTS)
    return replace(row, **changes)


def spoilt_paper(name, seed):
    """A shipped paper of which a fifth of the rows is spoilt, and the sizes of some groups are gone or 0."""
    chance = random.Random(seed)
    whole = paper(name)
    tables = {
        one.name: tuple(
            spoilt(row, chance) if chance.random() < 0.2 else row for row in getattr(whole.numbers, one.name)
        )
        for one in fields(whole.numbers)
        if one.name not in ("study", "two_by_two")
    }
    sizes = (None, 0, 1, 5)
    groups = tuple(
        one.model_copy(update={"n": chance.choice(sizes)}) if chance.random() < 0.3 else one
        for one in whole.groups
    )
    events = tuple(
        one.model_copy(update={"n": chance.choice((0, 1, 500))}) if chance.random() < 0.3 else one
        for one in whole.events
    )
    description = whole.description.model_copy(update={"group": groups, "events": events})
    return replace(whole, numbers=replace(whole.numbers, **tables), description=description)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", papers())
def test_no_numbers_stop_a_check(name, seed):
    one = spoilt_paper(name, seed)
    for check in CHECKS:
        with np.errstate(all="ignore"):
            result = check.function(one)
        assert result.tested >= 0
        for finding in result.findings:
            assert finding.arithmetic and finding.printed
            assert "nan" not in finding.arithmetic.split()


def test_a_check_that_stops_is_said_and_the_others_go_on():
    def stops(_):
        raise ZeroDivisionError

    checks = (Check("stops", "Stops", "It stops.", stops), CHECKS[0])
    found = audit(paper("hellingman-2021"), checks)
    assert "ZeroDivisionError" in found.results[0].not_run[0].reason
    assert found.results[1].check == CHECKS[0].id
