"""Reading a case: what is refused, what is reported beside the results, what is unknown."""

import json
from decimal import Decimal

import pytest

from crlm.pathway.case import CaseError, read_case, read_case_bytes, read_case_file, read_case_text
from crlm.pathway.conditions import OneOf, Span
from crlm.pathway.evaluate import evaluate
from crlm.pathway.load import shipped_rules

INPUTS = shipped_rules().inputs


def value(name, given):
    return read_case({name: given}, INPUTS).values.get(name)


def findings(**given):
    return evaluate(shipped_rules(), read_case(given, INPUTS)).contradictions


@pytest.mark.parametrize("given", [None, "", "unknown", "uncertain", " "])
@pytest.mark.parametrize(
    "name", ["flr_pct", "hai_considered", "planned_surgery_date", "mri_visible", "n_crlm"]
)
def test_unknown_in_every_spelling(name, given):
    assert value(name, given) is None
    assert not read_case({name: given}, INPUTS).findings


def test_uncertain_is_an_answer_for_postoperative_chemotherapy_alone():
    with_level = [one.name for one in INPUTS.values() if "uncertain" in one.levels]
    assert with_level == ["postop_chemo_feasible"]
    assert value("postop_chemo_feasible", "uncertain") == "uncertain"
    assert value("postop_chemo_feasible", "unknown") is None


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (35, Decimal(35)),
        (35.0, Decimal("35.0")),
        ("35", Decimal(35)),
        (19.9, Decimal("19.9")),
        ({"at_least": 30}, Span(Decimal(30), Decimal(100))),
        ({"more_than": 30, "less_than": 40}, Span(Decimal(30), Decimal(40), True, True)),
        (">= 30", Span(Decimal(30), Decimal(100))),
        ("<40", Span(Decimal(0), Decimal(40), False, True)),
        ("30 to 40", Span(Decimal(30), Decimal(40))),
        ({"at_least": 30, "at_most": 30}, Decimal(30)),
        (">= 100", Decimal(100)),
    ],
)
def test_a_number(given, read):
    assert value("flr_pct", given) == read


def test_whole_numbers_are_between_whole_numbers():
    assert value("n_crlm", {"more_than": 3, "less_than": 5}) == Decimal(4)
    assert value("n_crlm", {"more_than": 3.5}) == Span(Decimal(4), Decimal(99))
    assert value("n_crlm", 4.0) == 4


def test_a_category_known_in_part():
    assert value("portal_vein_thrombosis", {"one_of": ["partial", "complete"]}) == OneOf(
        frozenset({"partial", "complete"})
    )
    assert value("portal_vein_thrombosis", {"one_of": ["partial"]}) == "partial"


def test_per_lesion():
    assert value("ct_visible", ["yes", "unknown", "not_done"]) == ("yes", "unknown", "not_done")
    assert value("ct_visible", "no") == ("no",)
    assert value("ct_visible", ["unknown"]) is None


@pytest.mark.parametrize(
    ("given", "fix"),
    [
        ({"flr_percent": 30}, '"flr_pct"'),
        ({"primary_site": "sigmoid colon"}, '"sigmoid"'),
        ({"primary_site": "Sigmoid"}, '"sigmoid"'),
        ({"recurrence": True}, '"yes"'),
        ({"recurrence": "possible"}, "yes"),
        ({"distribution": 3}, "unilobar"),
        ({"distribution": ["unilobar"]}, "unilobar"),
        ({"distribution": {"one_of": ["unilobar", "bilobr"]}}, '"bilobar"'),
        ({"flr_pct": {"at_leest": 3}}, '"at_least"'),
        ({"flr_pct": {"at_least": 3, "more_than": 2}}, "one"),
        ({"mri_visible": ["yes", "perhaps"]}, "yes"),
        ({"primary_pt_stage": "T3"}, '"3"'),
        ({"primary_pt_stage": 5}, '"4"'),
        ({"primary_pt_stage": {"more_than": 4}}, "0, 1, 2, 3, 4, unknown"),
    ],
)
def test_what_is_refused_names_the_nearest(given, fix):
    with pytest.raises(CaseError) as error:
        read_case(given, INPUTS)
    assert fix in str(error.value)


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("n_clrm", 'did you mean "n_crlm"?'),
        ("FLR_pct", 'did you mean "flr_pct"?'),
        ("kras", 'did you mean "kras_status" or "kras_g12c"?'),
        ("future_liver_remnant", 'did you mean "flr_pct"?'),
        ("largest_mm", 'did you mean "max_diameter_mm" or '),
        ("number_of_metastases", 'did you mean "n_crlm" or '),
        ("sidedness", "the nearest is "),
        ("", "the nearest is "),
    ],
)
def test_an_unknown_name_always_gets_the_nearest_input(name, fix):
    with pytest.raises(CaseError) as error:
        read_case({name: 1}, INPUTS)
    assert error.value.problems[0].fix.startswith(fix)
    assert any(f'"{one}"' in error.value.problems[0].fix for one in INPUTS)


def test_something_else_than_a_case_is_told_in_few_words():
    with pytest.raises(CaseError) as error:
        read_case({**{f"column {number}": number for number in range(2000)}, "x" * 9999: 1}, INPUTS)
    assert len(error.value.problems) == 26
    assert error.value.problems[-1].given == "1976 more names are no inputs"
    with pytest.raises(CaseError) as error:
        read_case({"x" * 200_000: 1}, INPUTS)
    assert len(str(error.value)) < 400


def test_numbers_given_as_text_are_used_and_named():
    case = read_case({"n_crlm": "4", "flr_pct": " 22.50 ", "age_years": ">= 60", "margin_mm": 1}, INPUTS)
    assert (case.values["n_crlm"], case.values["flr_pct"]) == (4, Decimal("22.5"))
    assert (case.as_text, case.findings) == (("n_crlm", "flr_pct"), ())


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"n_crlm": -1}, "n_crlm is -1: 0 to 99 is possible"),
        ({"flr_pct": 140}, "flr_pct is 140 %: 0 to 100 % is possible"),
        ({"flr_pct": "40 to 30"}, "flr_pct is 40 to 30 %, which no number is"),
        ({"n_crlm": {"more_than": 3, "less_than": 4}}, "which no whole number is"),
        ({"flr_pct": "1e99999999999999999999"}, "more than 40 digits"),
    ],
)
def test_what_an_impossible_value_is_told(given, says):
    assert says in read_case(given, INPUTS).findings[0].says


def test_everything_that_is_wrong_is_said_at_once_with_its_line():
    with pytest.raises(CaseError) as error:
        read_case_text(
            '{"flr_percent": 30,\n "recurrence": "maybe",\n "n_crlm": 1, "n_crlm": 2}', INPUTS, "c.json"
        )
    assert [(one.code, one.place.line) for one in error.value.problems] == [
        ("case-file", 3),
        ("case-input", 1),
        ("case-value", 2),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "3", '"x"', "{", '{"a" 1}', "null", "[" * 5000,
        '{"n_crlm": ' + '{"a": ' * 600 + "1" + "}" * 601,
        '{"distribution": ' + "[" * 700 + "]" * 700 + "}",
        '{"n_crlm": 1e99999999999999999999}',
        '{"n_crlm": 4}' + " " * 1_000_000,
    ],
)  # fmt: skip
def test_what_is_no_case(text):
    with pytest.raises(CaseError):
        read_case_bytes(text.encode(), INPUTS)


def test_files(tmp_path):
    path = tmp_path / "case.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps({"flr_pct": 19.9}).encode())
    assert read_case_file(path, INPUTS).values == {"flr_pct": Decimal("19.9")}
    with pytest.raises(CaseError, match=r"case\.json"):
        read_case_file(tmp_path / "cas.json", INPUTS)
    with pytest.raises(CaseError):
        read_case_file(tmp_path, INPUTS)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(CaseError, match="UTF-8"):
        read_case_file(path, INPUTS)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"flr_pct": 140}, "impossible-value"),
        ({"flr_pct": -1}, "impossible-value"),
        ({"flr_pct": {"more_than": 100}}, "impossible-value"),
        ({"flr_pct": {"at_least": 50, "at_most": 40}}, "impossible-value"),
        ({"max_diameter_mm": 0}, "impossible-value"),
        ({"max_diameter_mm": "-3"}, "impossible-value"),
        ({"n_crlm": 2.5}, "impossible-value"),
        ({"segments_involved": 9}, "impossible-value"),
        ({"age_years": 17}, "impossible-value"),
        ({"preop_chemo_months": 1e300}, "impossible-value"),
        ({"planned_surgery_date": "2026-02-30"}, "impossible-value"),
        ({"planned_surgery_date": "30.1.2026"}, "wrong-type"),
        ({"planned_surgery_date": 20260130}, "wrong-type"),
        ({"n_crlm": "three"}, "wrong-type"),
        ({"n_crlm": True}, "wrong-type"),
        ({"n_crlm": [3]}, "wrong-type"),
        ({"flr_pct": float("nan")}, "wrong-type"),
        ({"flr_pct": "4,5"}, "wrong-type"),
        ({"flr_pct": {"at_least": "many"}}, "wrong-type"),
    ],
)
def test_impossible_values_are_reported_and_unknown(given, kind):
    case = read_case(given, INPUTS)
    (name,) = given
    assert case.values == {}
    assert [(one.id, one.inputs, one.used) for one in case.findings] == [(kind, (name,), False)]
    assert name in case.findings[0].says
    assert findings(**given) == case.findings


@pytest.mark.parametrize(
    ("given", "contradiction"),
    [
        (
            {"presentation": "metachronous", "disease_free_interval_months": 0},
            "metachronous-without-interval",
        ),
        ({"ras_status": "wild_type", "kras_status": "mutant"}, "ras-wild-type-with-kras-mutant"),
        ({"ras_status": "nras_mutant", "kras_status": "mutant"}, "ras-nras-mutant-with-kras-mutant"),
        ({"n_crlm": 1, "distribution": "bilobar"}, "bilobar-single"),
        (
            {"bevacizumab_last_dose_date": "2026-03-02", "planned_surgery_date": "2026-03-01"},
            "bevacizumab-after-surgery",
        ),
        (
            {
                "bevacizumab_last_dose_date": "2026-02-01",
                "planned_surgery_date": "2026-03-01",
                "bevacizumab_interval_days": 27,
            },
            "bevacizumab-interval-differs",
        ),
        (
            {"preop_chemo_months": 2.7, "postop_chemo_planned_months": 3.3, "periop_chemo_total_months": 6.1},
            "total-months-differ",
        ),
        ({"extrahepatic_disease": "no", "n_extrahepatic_sites": 2}, "extrahepatic-no-with-count"),
        ({"flr_pct": 60, "liver_involvement_pct": 41}, "remnant-beyond-tumour"),
    ],
)
def test_contradictory_inputs_are_reported_and_used(given, contradiction):
    found = findings(**given)
    assert [(one.id, one.used) for one in found] == [(contradiction, True)]
    assert set(found[0].inputs) == set(given)


@pytest.mark.parametrize(
    "given",
    [
        {
            "bevacizumab_last_dose_date": "2026-02-01",
            "planned_surgery_date": "2026-03-01",
            "bevacizumab_interval_days": 28,
        },
        {"preop_chemo_months": 2.7, "postop_chemo_planned_months": 3.3, "periop_chemo_total_months": 6},
        {"n_crlm": {"at_least": 1}, "distribution": "bilobar"},
        {"flr_pct": 60, "liver_involvement_pct": 40},
        {"presentation": "metachronous", "disease_free_interval_months": 3},
    ],
)
def test_what_is_possible_is_no_contradiction(given):
    assert not findings(**given)


def test_every_contradiction_can_be_found():
    """Each is true of some values of its own inputs and false of others."""
    import itertools

    from crlm.dictionary.expressions.syntax import names
    from crlm.pathway.facts import CaseFacts
    from tests.pathway.random_cases import values_of

    rules = shipped_rules()
    extra = {"n_crlm": [0, 1], "segments_involved": [0, 1], "liver_involvement_pct": [0, 60], "flr_pct": [60]}
    zero = ("disease_free_interval_months", "preop_chemo_months", "chemo_cycles", "n_extrahepatic_sites")
    extra |= {name: [0, 1] for name in (*zero, "n_lesions_for_ablation")}
    for one in rules.contradictions:
        expr = rules.cannot_be[one.id]
        used = sorted(names(expr))
        domains = [[None, *values_of(rules.inputs[name]), *extra.get(name, [])] for name in used]
        answers = set()
        for values in itertools.product(*domains):
            case = {name: value for name, value in zip(used, values, strict=True) if value is not None}
            answers.add(CaseFacts(rules, read_case(case, INPUTS).values).answer(expr))
            if {True, False} <= answers:
                break
        assert {True, False} <= answers, one.id
