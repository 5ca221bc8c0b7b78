"""CDS Hooks cards: the published fields, stable ids, and which indicator for what."""

import random
import uuid

import jsonschema
import pytest

from crlm.pathway.load import shipped_rules
from crlm.pathway.summary.cds import cds_document, cds_schema, shortened
from crlm.pathway.summary.document import summary_document, summary_schema

from ..random_cases import random_case
from .cases import NAMES, changed, given, summed_up, vignette

RULES = shipped_rules()
PUBLISHED = {
    "uuid", "summary", "detail", "indicator", "source", "suggestions", "selectionBehavior", "overrideReasons", "links",
}  # fmt: skip


def cards(values, **more):
    """The cards of some values."""
    evaluation, summary = summed_up(values, **more)
    return cds_document(RULES, evaluation, summary)["cards"]


@pytest.mark.parametrize("name", NAMES)
def test_cards_have_the_published_fields(name):
    evaluation, summary = summed_up(given(name))
    document = cds_document(RULES, evaluation, summary)
    jsonschema.validate(document, cds_schema(), format_checker=jsonschema.FormatChecker())
    for card in document["cards"]:
        assert set(card) <= PUBLISHED
        assert 0 < len(card["summary"]) < 140 and "\n" not in card["summary"]
        assert card["source"]["label"] and set(card["source"]) <= {"label", "url", "icon", "topic"}
        assert set(card["source"]["topic"]) <= {"system", "code", "display", "version"}
        assert not {"links", "suggestions"} & set(card), "nothing is ordered"
        uuid.UUID(card["uuid"])


@pytest.mark.parametrize("seed", range(8))
def test_any_case_gives_valid_cards(seed):
    document = {"cards": cards(random_case(random.Random(seed), RULES.inputs))}
    jsonschema.validate(document, cds_schema())
    ids = [one["uuid"] for one in document["cards"]]
    assert len(ids) == len(set(ids))


def test_ids_are_stable_and_belong_to_one_case():
    def ids(values, **more):
        return {one["source"]["topic"]["code"]: one["uuid"] for one in cards(values, **more)}

    first = ids(given("upfront"), patient_label="A")
    assert first == ids(given("upfront"), patient_label="A")
    assert not set(first.values()) & set(ids(given("upfront"), patient_label="B").values())
    other = ids(changed(given("upfront"), age_years=63), patient_label="A")
    assert not set(first.values()) & set(other.values())


def test_indicators():
    """critical: contradictions only; warning: unwelcome or prompts, disagreements about values; info: the rest."""
    for name in NAMES:
        _, summary = summed_up(given(name))
        for card in cards(given(name)):
            code = card["source"]["topic"]["code"]
            if code in {one.id for one in summary.contradictions}:
                assert card["indicator"] == "critical"
            elif code in RULES.rules and code not in ("DER-01", "DER-04"):
                assert card["indicator"] == ("warning" if RULES.rules[code].fires else "info")
            else:
                assert card["indicator"] != "critical"


def test_contradictions_and_what_is_missing_come_first():
    codes = [one["source"]["topic"]["code"] for one in cards(given("recurrence"))]
    assert codes[:3] == ["metachronous-without-interval", "DER-04", "DER-01"]


def test_only_what_is_met_or_listed_makes_a_card():
    evaluation, _ = summed_up(given("bilobar"))
    codes = {one["source"]["topic"]["code"] for one in cards(given("bilobar"))} & set(RULES.rules)
    assert not {evaluation.result(one) for one in codes} & {"not_met", "unknown", "gate_unknown", "na"}


def test_synthetic_is_said_on_every_card():
    assert all(one["summary"].startswith("SYNTHETIC") for one in cards(given("upfront"), synthetic=True))


def test_a_summary_is_cut_between_words_and_says_so():
    long = " ".join(["words"] * 40)
    assert len(shortened(long)) < 140 and shortened(long).endswith("words\u2026")
    assert shortened("two\nlines") == "two lines"


@pytest.mark.parametrize("name", NAMES)
def test_the_summary_is_as_its_schema_says(name):
    evaluation, summary = summed_up(given(name), question="What now?")
    document = summary_document(RULES, evaluation, summary)
    jsonschema.validate({"exit_code": 0, **document}, summary_schema(RULES))
    assert document["evaluation"]["missing"] and document["summary"]["question"] == "What now?"


def test_a_class_that_could_still_change_says_so():
    """C01 without the share of the liver: resectable by what is known, and more than 70 % would change it."""
    by_code = {one["source"]["topic"]["code"]: one for one in cards(vignette("C01"))}
    assert by_code["DER-01"]["summary"] == "Technical class: Resectable"
    without = changed(vignette("C01"), liver_involvement_pct=None)
    by_code = {one["source"]["topic"]["code"]: one for one in cards(without)}
    assert by_code["DER-01"]["summary"] == (
        "Technical class: Resectable (something missing could still change it)"
    )
    assert "**share of the liver involved**: blocks the technical class" in by_code["DER-04"]["detail"]


def test_an_abbreviation_keeps_its_letters():
    summaries = [
        one["summary"]
        for one in cards(vignette("C01") | {"mmr_status": "dMMR_MSIH", "immunotherapy_candidate": "yes"})
    ]
    assert any("dMMR, MSI-high" in one for one in summaries) and not any("DMMR" in one for one in summaries)
