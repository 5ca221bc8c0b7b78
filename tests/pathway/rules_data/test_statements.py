"""The rules' statements beside the library: every id is a row of the deck there, which names the same rules."""

import re

from crlm.evidence import paper
from crlm.pathway.load import SHIPPED, shipped_rules

DECK = "deck-2024"
# The odds ratio that DLM-05 quotes from the slide of another rule.
FROM_ELSEWHERE = {("DLM-05", "D0707")}


def test_statements_of_rules_and_corrections_are_rows_of_the_deck_in_the_library():
    rules = shipped_rules()
    known = {row.row_id for row in paper(DECK).numbers.every_row()}
    named = {id_ for rule in rules.rules.values() for id_ in rule.evidence}
    corrected = {id_ for one in rules.corrections for id_ in one.evidence}
    assert named | corrected == known & (named | corrected)
    assert named == known  # and no statement is left without a rule


def test_the_library_names_the_same_rules():
    library = {
        (rule, row.row_id)
        for row in paper(DECK).numbers.every_row()
        for rule in filter(None, re.split(r"[; ]+", row.rule_ids))
    }
    own = {(rule.id, id_) for rule in shipped_rules().rules.values() for id_ in rule.evidence}
    assert own - library == FROM_ELSEWHERE


def test_no_other_kind_of_statement_id_is_left():
    for path in [*SHIPPED.glob("*.toml"), *(SHIPPED / "rules").glob("*.toml")]:
        assert not re.findall(r"\bE\d{4}\b", path.read_text(encoding="utf-8")), path.name
