"""The pages of the rules: current, complete, and honest about what is not in the deck."""

import re

import pytest

from crlm.pathway.load import shipped_rules
from crlm.pathway.pages import FOLDER, pathway_pages
from crlm.pathway.pages.markdown import WRITTEN, escape

RULES = shipped_rules()


@pytest.fixture(scope="module")
def pages():
    return pathway_pages(RULES)


@pytest.fixture(scope="module")
def sections(pages):
    """The text of every section of every page by its heading: one a rule, a conflict, a correction, a gap."""
    found = {}
    for text in pages.values():
        for heading, body in re.findall(r"^## ([A-Z]{2,4}-\d\d)\n(.*?)(?=^## |\Z)", text, re.M | re.S):
            assert heading not in found
            found[heading] = body
    return found


def test_the_pages_are_current(pages):
    """When this fails: python -m crlm.pathway.pages."""
    stale = [name for name, text in pages.items() if (FOLDER / name).read_text("utf-8") != text]
    assert not stale


def test_no_page_of_a_topic_that_is_gone_is_left(pages):
    written = {one.name for one in FOLDER.glob("*.md") if one.read_text("utf-8").startswith(WRITTEN)}
    assert written == set(pages)


def test_there_is_a_section_for_everything(sections):
    named = (RULES.conflicts, RULES.corrections, RULES.gaps)
    assert set(sections) == {*RULES.rules, *(one.id for group in named for one in group)}


@pytest.mark.parametrize("id_", RULES.rules)
def test_a_rule_says_all_that_its_file_says(sections, id_):
    rule, section = RULES.rules[id_], unlinked(sections[id_])
    for said in (rule.title, rule.conclusion, rule.strength, rule.ambiguity, rule.two_valued):
        assert said is None or escape(said).rstrip(".") in section
    for code in (rule.applies_when, rule.condition, *(one.when for one in (*rule.labels, *rule.flags))):
        assert code is None or f"`{' '.join(code.split())}`" in section
    for one in rule.source:
        assert (one.slide or one.paper) in section and (one.at is None or escape(one.at) in section)
    assert all(f"`{name}`" in section for name in rule.inputs)
    assert all(amb in section for amb in rule.amb)
    assert f"*Version* {rule.version}" in section
    assert f"by {rule.review_date.day} {rule.review_date:%B %Y}" in section


def test_what_is_not_in_the_deck_says_so_above_the_rule(sections):
    for id_, rule in RULES.rules.items():
        loud = re.findall(r"^> \*\*([A-Z:;,' ]+)\.\*\*$", sections[id_], re.M)
        assert len(loud) == (rule.origin != "deck"), id_
        if loud:
            assert "DECK" in loud[0] and sections[id_].index(loud[0]) < sections[id_].index("**Says:**")


def test_a_warning_is_not_shown_as_good_news(sections):
    for id_, rule in RULES.rules.items():
        assert ("Met, as a warning or a prompt" in sections[id_]) == rule.fires, id_


def test_every_number_of_a_rule_is_on_its_page(pages, sections):
    for id_, rule in RULES.rules.items():
        page = pages[f"{rule.topic}.md"]
        for row in rule.evidence:
            assert re.search(rf"\b{row}\b", page), (id_, row)
        if rule.evidence:
            assert "The numbers, as the slides quote them" in sections[id_]


def test_a_number_of_the_deck_that_is_wrong_has_its_note_beside_it(pages, sections):
    for error in RULES.corrections:
        assert escape(error.prints) in sections[error.id] and escape(error.note) in sections[error.id]
        for id_, rule in RULES.rules.items():
            if id_ in error.rules or {*rule.evidence} & {*error.evidence}:
                section = sections[id_]
                assert escape(error.prints) in section and escape(error.note) in section, (id_, error.id)
        for row in error.evidence:
            for text in pages.values():
                for line in text.splitlines():
                    if re.search(rf"\({row}\b|\| {row} \|", line) and line.startswith("|"):
                        assert error.id in line, row


def test_every_missing_picture_is_named_where_it_is_missed(sections):
    for gap in RULES.gaps:
        for id_ in gap.rules:
            assert escape(gap.missing) in sections[id_] and gap.id in sections[id_]


def test_every_side_of_a_conflict_is_shown(sections):
    for conflict in RULES.conflicts:
        for side in conflict.sides:
            assert escape(side.says) in sections[conflict.id]
        assert escape(conflict.behaviour) in unlinked(sections[conflict.id])


@pytest.mark.parametrize(
    ("id_", "lines"),
    [
        (
            "FLR-02",
            [
                "**Applies when:** It is certain that background liver is injured by chemotherapy",
                "**Met when:** Future liver remnant is at least 30 %",
            ],
        ),
        (
            "RES-04",
            [
                "**Applies** always.",
                "**Met, as a warning or a prompt, when:** Share of the liver involved is above 70 %",
            ],
        ),
        (
            "RES-13",
            [
                "**Applies when:** Preoperative chemotherapy given: yes",
                "**Met when:** at least one of these:",
                "- Response to chemotherapy is not PD",
                "- Extent of progression is limited",
            ],
        ),
        ("TSH-06", ["  - Interval between the stages is at least 60 and at most 124 days"]),
        (
            "DER-05",
            ["1. `not_supported` when: at least one of these:", "4. `supported` when none of them is"],
        ),
    ],
)
def test_conditions_in_words(sections, id_, lines):
    for line in lines:
        assert line in sections[id_].splitlines()


def test_the_index_names_every_topic(pages):
    for topic in RULES.topics:
        assert f"[{escape(topic.title)}]({topic.topic}.md)" in pages["README.md"]


def test_the_page_of_inputs_has_them_all(pages):
    for one in RULES.inputs.values():
        line = next(line for line in pages["inputs.md"].splitlines() if line.startswith(f"| `{one.name}` |"))
        assert escape(one.definition) in line
        assert all(f"`{level}`" in line for level in one.levels)
        assert one.question is None or escape(one.question) in line


def unlinked(text):
    """The text with links as their words."""
    return re.sub(r"(?<!\\)\[([^\]\\]+)\]\([^)]+\)", r"\1", text)
