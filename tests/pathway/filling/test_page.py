"""The page on filling is current; every input has one source; what is read exists and is dated as cohorts date it."""

from collections import Counter

from crlm.cohort.views import known_at
from crlm.cohort.views.tumours import LEFT, RIGHT
from crlm.dictionary.registry import registry_dictionary
from crlm.pathway.filling.agents import DRUGS, PUMP
from crlm.pathway.filling.answers import FILLINGS
from crlm.pathway.filling.chemotherapy import UNNAMED
from crlm.pathway.filling.known import NEEDS_NO_DATE, ROWS, VALUES
from crlm.pathway.filling.liver_now import LEFT_LOBE, RIGHT_LOBE
from crlm.pathway.filling.page import PAGE, generated, page_with
from crlm.pathway.filling.sources import sources
from crlm.pathway.load import shipped_rules

INPUTS = shipped_rules().inputs
TABLES = registry_dictionary().by_name


def test_the_page_is_current():
    page = PAGE.read_text(encoding="utf-8")
    assert page == page_with(generated(), page), "python -m crlm.pathway.filling.page"


def test_every_input_has_exactly_one_source():
    judgements = [name for name, one in INPUTS.items() if one.judgement]
    found = Counter([*FILLINGS, *sources().copies, *sources().not_filled, *judgements])
    assert set(found) == set(INPUTS)
    assert set(found.values()) == {1}
    assert set(sources().noted) <= set(judgements)


def read():
    """Every `(table, variable)` that is copied, computed from or shown."""
    named = {tuple(name.split(".")) for one in FILLINGS.values() for name in one.reads}
    copies = {(one.table, one.variable) for one in sources().copies.values()}
    return named | copies | {pair for pairs in sources().noted.values() for pair in pairs}


def test_what_is_read_is_in_the_dictionary():
    for table, variable in read() | set(VALUES) | set(NEEDS_NO_DATE):
        assert variable in TABLES[table].by_name
        assert table in ROWS
    for table, moments in ROWS.items():
        for one in moments:
            assert TABLES[one.table or table].variable(one.date).type == "date"
            assert one.column is None or one.column in TABLES[table].by_name


def test_levels_are_those_of_the_dictionary_and_of_the_inputs():
    for copy in sources().copies.values():
        recorded = {level.name for level in TABLES[copy.table].variable(copy.variable).levels}
        given = copy.levels or {level: level for level in recorded}
        assert set(given) <= recorded
        assert set(given) == recorded or copy.left
        allowed = INPUTS[copy.name]
        assert {str(value) for value in given.values()} <= set(allowed.levels) or allowed.type == "integer"
    regimens = {level.name for level in TABLES["systemic_therapy"].variable("regimen").levels}
    assert set(DRUGS) == regimens - set(UNNAMED)
    assert set(PUMP) <= {level.name for level in TABLES["haip"].variable("haip_drug").levels}


LATER_THAN_COHORTS_SAY = {
    # cohorts know the extent of disease outside the liver with the episode; here also not before it was documented
    ("crlm_episode", "extrahepatic_disease"),
    ("crlm_episode", "extrahepatic_disease_sites"),
}


def test_records_are_known_when_cohorts_know_them():
    for table, variable in sorted(read()):
        if table not in ("primary_tumour", "crlm_episode", "local_treatment", "treated_lesion"):
            continue
        here = VALUES.get((table, variable), ROWS[table][0])
        if (table, variable) in LATER_THAN_COHORTS_SAY:
            assert here.date == "date_extrahepatic_first" and not here.required
        elif (table, variable) in NEEDS_NO_DATE:
            assert known_at(variable) in (None, "date_primary_resection")
        else:
            assert known_at(variable) == here.date, variable


def test_lobes_are_those_of_cohorts():
    assert set(LEFT) == LEFT_LOBE
    assert set(RIGHT) == RIGHT_LOBE
