"""The lines of evidence on the page: held to the library and its audit, and read without either."""

import json
import subprocess
import sys
from functools import cache

import pytest

from crlm.evidence import paper
from crlm.evidence.audit import audit
from crlm.pathway.load import shipped_rules
from crlm.pathway.summary.content import shipped_page
from crlm.pathway.summary.evidence_lines import FILE, evidence_lines, key_of
from crlm.pathway.summary.evidence_made import DECK, made
from crlm.pathway.summary.wording import evidence_words

RULES = shipped_rules()
audited = cache(lambda name: audit(paper(name)))
PAGE = shipped_page()
LINES = [(option.title, one) for option in PAGE.option for one in option.evidence]


def choice_of(rule):
    """The only choice of evidence for a rule."""
    (found,) = [one for _, one in LINES if one.rule == rule]
    return found


def test_what_was_gathered_is_what_the_library_says_today():
    assert json.loads(FILE.read_text(encoding="utf-8")) == made(), (
        "run python -m crlm.pathway.summary.evidence_made"
    )


@pytest.mark.parametrize(("title", "choice"), LINES, ids=[f"{title} {one.rule}" for title, one in LINES])
def test_evidence_is_that_of_its_rule(title, choice):
    rule = RULES.rules[choice.rule]
    assert bool(choice.statements) != bool(choice.paper)
    if choice.paper is None:
        assert set(choice.statements) <= set(rule.evidence)
        rows = {row.row_id: row for row in paper(DECK).numbers.statements}
        assert all(choice.rule in rows[one].rule_ids for one in choice.statements)
    else:
        assert choice.paper in {source.paper for source in rule.source}
    lines = evidence_lines(RULES, [choice], 2026)
    assert all(line.numbers and line.age and line.place for line in lines), title


def test_a_line_of_the_deck_has_the_printed_numbers():
    """JCOG0603 on slide S18: five-year disease-free survival 38.7 and 49.8 %, p = 0.006."""
    (line,) = evidence_lines(RULES, [choice_of("UPF-11")], 2026)
    assert line.study == "JCOG0603 (Kanemitsu)" and line.design == "RCT II/III"
    assert "38.7 % (hepatectomy alone), 49.8 % (hepatectomy + mFOLFOX6), p = 0.006" in line.numbers
    assert line.age == "year not given" and line.rows == ("D0048", "D0049", "D0050")


def test_a_line_of_a_paper_has_its_effect_and_its_age():
    """Hellingman 2021: adjusted HR 0.42 (0.25-0.72), n = 135."""
    (line,) = evidence_lines(RULES, [choice_of("REP-06")], 2026)
    assert "HR 0.42 (0.25-0.72) for OS" in line.numbers and line.numbers.endswith("adjusted")
    assert (line.n, line.age) == ("135", "2021, 5 years old")


@pytest.mark.parametrize(
    ("year", "said"), [(2021, "2021, 0 years old"), (2022, "2021, 1 year old"), (2011, "2021, later than the board")]
)  # fmt: skip
def test_evidence_is_never_younger_than_nothing(year, said):
    (line,) = evidence_lines(RULES, [choice_of("REP-06")], year)
    assert line.age == said


def test_an_error_of_the_deck_is_named_in_the_line():
    (line,) = evidence_lines(RULES, [choice_of("TSH-02")], 2026)
    assert "COR-05" in line.corrections


def test_what_the_audit_finds_of_a_number_is_said_beside_it():
    """Memeo 2016: 0.2 % of 691 is no whole number of patients; 1/691 = 0.14 %, 2/691 = 0.29 %."""
    (line,) = evidence_lines(RULES, [choice_of("OSH-02")], 2026)
    (found,) = line.findings
    assert "0.2%: 1/691 = 0.14%, 2/691 = 0.29%" in found and "Sakamoto" not in found
    assert f"printed numbers disagree: {found}" in evidence_words(line, in_full=True)
    assert "printed numbers disagree: see next pages" in evidence_words(line, in_full=False)


def test_every_finding_about_a_shown_number_is_said():
    for _, choice in LINES:
        for line in evidence_lines(RULES, [choice], 2026):
            about = [
                one
                for one in audited(line.paper).findings
                if set(line.rows) & {*one.rows, *(at.row_id for at in one.printed)}
            ]
            assert len(line.findings) == len(about), key_of(choice)


def test_a_page_reads_no_paper_and_audits_nothing():
    slow = "('crlm.evidence', 'numpy')"
    code = f"import sys, crlm.pathway.summary.build; print([m for m in sys.modules if m.startswith({slow})])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
