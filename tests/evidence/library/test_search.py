"""What a surgeon asks, and the row of the library that answers it; the pairs are written by hand from the papers."""

import pytest

from crlm.evidence import paper, papers
from crlm.evidence.search import NO_NUMBER, search
from crlm.evidence.synonyms import IGNORED, NARROWER, NUMBERS, SAME, SPELLING
from crlm.evidence.wording import printed, what

EVERY = [paper(name) for name in papers()]
ASKED = [
    ("overall survival ablation", "buisman-2020", "S0073", 3),
    ("5-year OS", "dijkstra-2021", "S0003", 70),
    ("five year survival", "dijkstra-2021", "S0003", 90),
    ("90-day mortality", "ligro", "C5", 3),
    ("90 day death ALPPS", "ligro", "C5", 3),
    ("median OS", "dijkstra-2021", "S0028", 1),
    ("RAS mutant OS", "moretto-2024", "E0507", 3),
    ("RAS wild type overall survival", "moretto-2024", "E0507", 3),
    ("microwave", "dijkstra-2021", "C0144", 1),
    ("radiofrequency margin", "buisman-2020", "C0388", 1),
    ("future liver remnant growth", "deck-2024", "D0308", 1),
    ("FLR hypertrophy ALPPS", "deck-2024", "D0309", 1),
    ("complications two-stage hepatectomy", "deck-2024", "D0070", 2),
    ("node positive primary", "buisman-2020", "C0337", 6),
    ("right-sided OS", "buisman-2020", "E0550", 4),
    ("OS at 3 years neoadjuvant", "dijkstra-2021", "S0005", 1),
    ("hazard ratio for overall survival, NAC versus upfront", "dijkstra-2021", "E0134", 4),
    ("HAIP overall survival", "buisman-2020", "S0062", 1),
    ("no HAIP overall survival", "buisman-2020", "S0063", 1),
    ("gender", "buisman-2020", "C0306", 1),
    ("p value sex", "dijkstra-2021", "E0006", 4),
    ("odds ratio early recurrence ras", "moretto-2024", "E0353", 2),
    ("vanished lesions DFS", "moretto-2024", "E0476", 4),
]


@pytest.mark.parametrize(("question", "paper_id", "row", "most"), ASKED, ids=[one[0] for one in ASKED])
def test_the_row_is_among_the_first(question, paper_id, row, most):
    found = [(hit.paper.id, hit.row.row_id) for hit in search(question, EVERY).hits]
    assert (paper_id, row) in found[:most]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5-year OS", "overall survival at 60 months"),
        ("five years survival", "5y survival"),
        ("tumor size", "tumour diameter"),
        ("RFA", "radiofrequency ablation"),
        ("mutated ras", "RAS mutation"),
        ("number of lesions", "number of metastases"),
        ("relapse 6 months", "recurrence 6 mo"),
    ],
)
def test_other_words_for_the_same_find_the_same(one, other):
    first, second = (
        {(hit.paper.id, hit.row.row_id) for hit in search(words, EVERY).hits} for words in (one, other)
    )
    assert first == second != set()


def test_what_is_wider_finds_what_is_narrower_and_not_the_other_way_round():
    ablated = {hit.row.row_id for hit in search("ablation", EVERY).hits}
    microwave = {hit.row.row_id for hit in search("microwave", EVERY).hits}
    assert microwave < ablated
    assert not search("KRAS", EVERY).hits and search("KRAS", EVERY).instead == ("ras",)


def test_rows_that_print_no_number_come_after_those_that_do():
    hits = search("RAS status DFS", EVERY).hits
    reference = next(k for k, hit in enumerate(hits) if printed(hit.row) == "Reference")
    assert reference > 0 and NO_NUMBER < 1
    assert any(character.isdigit() for character in printed(hits[0].row)), what(hits[0].row)


def test_the_tables_of_words_are_in_small_letters_and_do_not_contradict_each_other():
    groups = [{*one} for one in SAME]
    for k, one in enumerate(groups):
        assert all(word == word.casefold() for word in one)
        assert not any(one & other for other in groups[:k])
    for words in (*NARROWER, *NARROWER.values(), IGNORED, [*NUMBERS], [*SPELLING]):
        assert str(words) == str(words).casefold()
    for one, narrower in NARROWER.items():
        assert not any({one, other} <= group for other in narrower for group in groups)
