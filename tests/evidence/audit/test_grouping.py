"""The whole audit: findings of one cause together, and nothing read of what a digitiser noted."""

from dataclasses import fields, replace

import pytest

from crlm.evidence import paper as shipped
from crlm.evidence import papers
from crlm.evidence.audit import Finding, Quoted, audit, grouped
from crlm.evidence.audit.checks import CHECKS
from crlm.evidence.paper import Paper

JUDGED = {
    "status": "",
    "n_best": None,
    "pct_best": None,
    "est_best": None,
    "ci_low_best": None,
    "ci_high_best": None,
}
JUDGED |= {"p_best": None, "note": ""}

DESCRIBED = ("group:", "events:", "rule")
"""How the ids begin of what stands in the paper's description, not in its tables."""


def finding(*rows, severity="doubtful", suspects=()):
    quoted = tuple(Quoted(one, "Table 1", "count", "7") for one in rows)
    return Finding("check", severity, " ".join(rows), quoted, "7 is not 8", suspects=suspects)


def test_findings_that_share_a_row_directly_or_through_others_are_one_group():
    first, second, third = finding("A", "B"), finding("C"), finding("B", "D")
    fourth = finding("D", "C", severity="impossible")
    assert [one.findings for one in grouped([first, second, third])] == [(first, third), (second,)]
    (one,) = grouped([first, second, third, fourth])
    assert one.findings[0] is fourth
    assert set(one.rows) == {"A", "B", "C", "D"}


def test_rows_quoted_for_context_do_not_group():
    groups = grouped([finding("A", "size", suspects=("A",)), finding("B", "size", suspects=("B",))])
    assert len(groups) == 2


def test_every_check_says_what_it_does_under_an_id_of_its_own():
    assert len({one.id for one in CHECKS}) == len(CHECKS)
    assert all(one.title and one.words.endswith(".") for one in CHECKS)


@pytest.mark.parametrize("paper_id", papers())
def test_the_audit_never_reads_what_a_digitiser_noted(paper_id):
    one = shipped(paper_id)
    parts = {
        part.name: tuple(_unjudged(row) for row in getattr(one.numbers, part.name))
        for part in fields(one.numbers)
        if part.name != "study"
    }
    blind = Paper(one.description, replace(one.numbers, **parts), one.folder)
    assert audit(blind) == audit(one)


def _unjudged(row):
    return replace(row, **{name: value for name, value in JUDGED.items() if hasattr(row, name)})


@pytest.mark.parametrize("paper_id", papers())
def test_every_finding_quotes_rows_of_the_paper_and_its_arithmetic(paper_id):
    one = shipped(paper_id)
    known = {row.row_id: row for row in one.numbers.every_row()}
    for each in audit(one).findings:
        assert each.arithmetic and each.printed and each.title
        for quote in each.printed:
            assert quote.row_id in known or quote.row_id.startswith(DESCRIBED)
