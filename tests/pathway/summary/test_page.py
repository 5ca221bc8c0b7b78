"""`page.toml` against the rules and the inputs: every id exists and belongs where it stands."""

from crlm.pathway.load import shipped_rules
from crlm.pathway.summary.content import shipped_page

RULES = shipped_rules()
PAGE = shipped_page()


def test_inputs_exist():
    for group in PAGE.known:
        assert set(group.inputs) <= set(RULES.inputs)
        assert group.only_if is None or group.only_if in RULES.inputs
    shown = {name for group in PAGE.known for name in group.inputs}
    assert set(PAGE.short) == shown and all("{}" in words for words in PAGE.short.values())
    assert set(PAGE.absent) <= shown and set(PAGE.quiet.inputs) <= shown


def test_rules_exist_and_no_option_has_one_twice():
    named = [id_ for one in PAGE.factors for id_ in (*one.criteria, *one.speaks_for, *one.against)]
    named += [one.when for one in PAGE.factors if one.when] + list(PAGE.prompts.rules)
    named += [id_ for one in PAGE.option for id_ in (*one.conditions, *one.always, *one.applies)]
    assert set(named) <= set(RULES.rules)
    for one in PAGE.option:
        both = [*one.conditions, *one.always]
        assert len(both) == len(set(both)), one.title
        deciding = one.applies or one.conditions
        assert all(RULES.rules[id_].applies_when for id_ in deciding) or not one.applies
        assert any(RULES.rules[id_].applies_when for id_ in deciding), f"{one.title} is always there"


def test_factors_are_those_that_the_deck_puts_side_by_side():
    """DER-03 names the factors that it reads; the page adds the judgements that it only lists."""
    group = next(one for one in PAGE.factors if one.when == "DER-03")
    der = " ".join(one.when or "" for one in RULES.rules["DER-03"].labels)
    read = {id_ for id_ in (*group.speaks_for, *group.against) if f"'{id_}'" in der}
    judged = {id_ for id_ in RULES.rules if id_ in ("UPF-04", "PER-06", "PER-07")}
    only_one_slide = {"UPF-07"}
    assert {*group.speaks_for, *group.against} == read | judged | only_one_slide
    assert all(f"'{id_}'" not in der for id_ in judged)


def test_prompts_only_ask_for_something():
    assert all("missing(" in (RULES.rules[id_].condition or "") for id_ in PAGE.prompts.rules)
