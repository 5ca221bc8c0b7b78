"""Each check finds the fault that is planted in a tiny rule set, and nothing in one without."""

import dataclasses

import pytest

from crlm.pathway.check import RuleSetError
from crlm.pathway.checking.report import check_rule_set
from crlm.pathway.evaluate import result_of
from crlm.pathway.facts import CaseFacts
from tests.pathway.checking.tiny import checked, found, labels, rule


def test_nothing_is_found_where_nothing_is_wrong(tmp_path):
    report = checked(
        tmp_path / "r", rule("ONE-01", "applies_when = \"lobe == 'both'\"", 'condition = "number >= 3"')
    )
    assert found(report) == []
    assert all(case is not None for results in report.reached.values() for case in results.values())


# --- results that cannot come out -----------------------------------------------------------------------------------
def test_a_condition_that_can_never_be_true(tmp_path):
    report = checked(tmp_path / "r", rule("ONE-01", 'condition = "number < 3 and number > 2"'))
    assert found(report, "unreachable") == ["ONE-01 met"]


def test_whole_numbers_are_not_fractions(tmp_path):
    """Of a size between 2 and 3 there are many, of a number none."""
    report = checked(tmp_path / "r", rule("ONE-01", 'condition = "size < 3 and size > 2"'))
    assert found(report, "unreachable") == []


def test_a_limit_of_the_input_counts(tmp_path):
    report = checked(
        tmp_path / "r",
        rule("ONE-01", 'condition = "number <= 20"'),
        rule("ONE-02", 'condition = "size <= 0"'),
    )
    assert found(report, "unreachable") == ["ONE-01 not_met", "ONE-02 met"]


def test_a_condition_that_its_own_gate_excludes(tmp_path):
    report = checked(
        tmp_path / "r", rule("ONE-01", 'applies_when = "number > 5"', 'condition = "number == 5"')
    )
    assert found(report, "unreachable") == ["ONE-01 met"]
    assert found(report, "never-unknown") == ["ONE-01 unknown"]


def test_a_rule_that_is_shown_to_nobody(tmp_path):
    report = checked(
        tmp_path / "r", rule("ONE-01", "applies_when = \"lobe == 'left' and lobe == 'right'\"", "show = true")
    )
    assert found(report, "unreachable") == ["ONE-01 show"]


def test_a_label_behind_another(tmp_path):
    lines = labels(("many", "number > 3"), ("more", "number > 5"), ("few", None))
    report = checked(tmp_path / "r", rule("ONE-01", 'two_valued = "w"', lines))
    assert found(report, "unreachable") == ["ONE-01 more"]


def test_a_line_of_labels_that_never_decides(tmp_path):
    lines = labels(("many", "number > 3"), ("few", "number < 2"), ("many", "number > 5"), ("few", None))
    report = checked(tmp_path / "r", rule("ONE-01", 'two_valued = "w"', lines))
    assert found(report, "unreachable") == ["ONE-01 line 3: many"]


def test_a_flag_that_is_never_raised(tmp_path):
    report = checked(
        tmp_path / "r",
        rule(
            "ONE-01",
            'two_valued = "w"',
            'labels = [{ label = "many", when = "number > 3" }, { label = "few" }]',
            'flags_heading = "f"',
            "flags = [{ flag = \"odd\", when = \"lobe == 'left' and lobe == 'both'\" }]",
        ),
    )
    assert found(report, "unreachable") == ["ONE-01 flag: odd"]


def test_a_rule_that_is_never_unknown(tmp_path):
    report = checked(tmp_path / "r", rule("ONE-01", 'two_valued = "w"', 'condition = "missing(size)"'))
    assert found(report, "never-unknown") == ["ONE-01 unknown"]


def test_a_gate_that_is_never_false(tmp_path):
    report = checked(
        tmp_path / "r", rule("ONE-01", 'applies_when = "recorded(size)"', 'condition = "number > 2"')
    )
    assert found(report, "always-applies") == ["ONE-01 na"]


NOT_BOTH = """
[[contradiction]]
id = "single-in-both"
when = "number == 1 and lobe == 'both'"
says = "s"
"""


def test_what_only_a_contradictory_case_reaches(tmp_path):
    report = checked(
        tmp_path / "r",
        rule("ONE-01", "condition = \"number == 1 and lobe == 'both'\""),
        contradictions=NOT_BOTH,
    )
    (finding,) = [one for one in report.new if one.check == "only-contradictory"]
    assert finding.subject == "ONE-01 met"
    assert finding.case == {"number": 1, "lobe": "both"}


def test_a_contradiction_that_can_never_be_true(tmp_path):
    never = NOT_BOTH.replace("number == 1", "number > 20")
    assert found(checked(tmp_path / "r", contradictions=never)) == [("never-contradicts", "single-in-both")]


CONFLICT = """
[[conflict]]
id = "AMB-01"
subject = "s"
sides = [{ says = "a", source = { paper = "p" } }, { says = "b", source = { paper = "q" } }]
bites = "number == 4"
where = "four"
rules = ["ONE-01", "ONE-02"]
behaviour = "b"
"""


def test_a_conflict_that_never_bites(tmp_path):
    rules = [rule("ONE-01", 'condition = "number > 3"'), rule("ONE-02", 'condition = "number > 3"')]
    nowhere = CONFLICT.replace("number == 4", "number == 3 and number > 3")
    assert found(checked(tmp_path / "r", *rules, conflicts=nowhere), "never-bites") == ["AMB-01"]


# --- rules against each other ---------------------------------------------------------------------------------------
FEW = rule("ONE-01", 'condition = "number < 5"')
MANY = rule("ONE-02", 'condition = "number > 3"')


def speaking(*lines):
    return '[[proposition]]\nname = "few"\nmeans = "they are few"\n' + "\n".join(lines) + "\n"


OPPOSITE = speaking('says_so = ["ONE-01 met"]', 'says_not = ["ONE-02 met"]')


def test_two_rules_that_say_the_opposite(tmp_path):
    report = checked(tmp_path / "r", FEW, MANY, checks=OPPOSITE)
    (finding,) = [one for one in report.new if one.check == "opposites"]
    assert finding.subject == "few: ONE-01 met / ONE-02 met"
    assert finding.case == {"number": 4}
    facts = CaseFacts(report.rules, finding.case)
    assert result_of(facts, "ONE-01") == result_of(facts, "ONE-02") == "met"


def test_rules_that_exclude_each_other_are_no_opposites(tmp_path):
    report = checked(tmp_path / "r", FEW, rule("ONE-02", 'condition = "number >= 5"'), checks=OPPOSITE)
    assert found(report, "opposites") == []
    assert report.pairs == 1


def test_a_contradictory_case_is_no_proof_of_opposites(tmp_path):
    never_four = NOT_BOTH.replace("number == 1 and lobe == 'both'", "number == 4")
    assert (
        found(checked(tmp_path / "r", FEW, MANY, checks=OPPOSITE, contradictions=never_four), "opposites")
        == []
    )


def test_a_conflict_explains_opposites(tmp_path):
    report = checked(tmp_path / "r", FEW, MANY, checks=OPPOSITE, conflicts=CONFLICT)
    assert found(report, "opposites") == []
    (known,) = [one for one in report.findings if one.check == "opposites"]
    assert "AMB-01" in known.reason


def test_a_conflict_that_is_silent_on_some_case_explains_nothing(tmp_path):
    """From 3 to 5 both rules are met; the conflict bites at 4 only."""
    report = checked(
        tmp_path / "r",
        rule("ONE-01", 'condition = "number < 6"'),
        rule("ONE-02", 'condition = "number > 2"'),
        checks=OPPOSITE,
        conflicts=CONFLICT,
    )
    (finding,) = [one for one in report.new if one.check == "opposites"]
    assert finding.case in ({"number": 3}, {"number": 5})
    assert "AMB-01 is not shown there" in finding.says


def test_a_conflict_that_names_other_rules_must_be_declared(tmp_path):
    other = CONFLICT.replace('"ONE-01", "ONE-02"', '"ALL-01"')
    declared = OPPOSITE + (
        '[[known]]\ncheck = "opposites"\nsubjects = ["few: ONE-01 met / ONE-02 met"]\n'
        'reason = "Four."\nshown_by = ["AMB-01"]\n'
    )
    assert found(checked(tmp_path / "a", FEW, MANY, checks=OPPOSITE, conflicts=other), "opposites")
    assert not found(checked(tmp_path / "b", FEW, MANY, checks=declared, conflicts=other), "opposites")
    silent = other.replace("number == 4", "number == 3")
    assert found(checked(tmp_path / "c", FEW, MANY, checks=declared, conflicts=silent), "opposites")


def test_not_met_can_be_a_statement(tmp_path):
    checks = speaking('says_so = ["ONE-01 met"]', 'says_not = ["ONE-02 not_met"]')
    report = checked(tmp_path / "r", rule("ONE-01", 'condition = "number < 5"'), MANY, checks=checks)
    assert found(report, "opposites") == ["few: ONE-01 met / ONE-02 not_met"]


FACTORS = speaking('speaks_for = ["ONE-01 met"]', 'speaks_against = ["ONE-02 met"]')


def test_factors_from_different_inputs_may_stand_side_by_side(tmp_path):
    report = checked(tmp_path / "r", FEW, rule("ONE-02", 'condition = "size > 50"'), checks=FACTORS)
    assert found(report, "opposites") == []


def test_factors_from_the_same_input_may_not(tmp_path):
    assert found(checked(tmp_path / "r", FEW, MANY, checks=FACTORS), "opposites") == [
        "few: ONE-01 met / ONE-02 met"
    ]


def test_a_value_that_belongs_to_neither_side(tmp_path):
    rules = [rule("ONE-01", 'condition = "size < 50"'), rule("ONE-02", 'condition = "size > 50"')]
    report = checked(tmp_path / "r", *rules, checks=FACTORS)
    (finding,) = [one for one in report.new if one.check == "gap"]
    assert finding.subject == "few: size = 50"
    assert finding.case == {"size": 50}


def test_a_level_that_belongs_to_neither_side(tmp_path):
    rules = [
        rule("ONE-01", "condition = \"lobe == 'left'\""),
        rule("ONE-02", "condition = \"lobe == 'right'\""),
    ]
    assert found(checked(tmp_path / "r", *rules, checks=FACTORS), "gap") == ["few: lobe = both"]


def test_no_gap_where_both_sides_meet(tmp_path):
    rules = [rule("ONE-01", 'condition = "size < 50"'), rule("ONE-02", 'condition = "size >= 50"')]
    assert found(checked(tmp_path / "r", *rules, checks=FACTORS), "gap") == []


def test_a_gap_of_whole_numbers_and_none(tmp_path):
    apart = [rule("ONE-01", 'condition = "number < 4"'), rule("ONE-02", 'condition = "number > 4"')]
    touching = [rule("ONE-01", 'condition = "number < 4"'), rule("ONE-02", 'condition = "number > 3"')]
    assert found(checked(tmp_path / "a", *apart, checks=FACTORS), "gap") == ["few: number = 4"]
    assert found(checked(tmp_path / "b", *touching, checks=FACTORS), "gap") == []


def test_a_stretch_of_whole_numbers_that_belongs_to_neither_side(tmp_path):
    rules = [rule("ONE-01", 'condition = "number < 4"'), rule("ONE-02", 'condition = "number > 7"')]
    gaps = [one for one in checked(tmp_path / "r", *rules, checks=FACTORS).new if one.check == "gap"]
    assert [one.subject for one in gaps] == [
        "few: number = 4",
        "few: number between 4 and 7",
        "few: number = 7",
    ]
    assert gaps[1].case["number"] in (5, 6)


def test_a_promise_of_an_answer_that_is_not_kept(tmp_path):
    rules = [
        rule("ONE-01", "condition = \"number < 4 and lobe == 'left'\""),
        rule("ONE-02", 'condition = "number >= 4"'),
    ]
    report = checked(tmp_path / "r", *rules, checks=OPPOSITE + "complete = true\n")
    (finding,) = [one for one in report.new if one.check == "gap"]
    assert finding.subject == "few: everything known"
    assert finding.case["number"] < 4 and finding.case["lobe"] != "left"


def test_a_class_for_which_there_is_no_rule(tmp_path):
    lines = labels(("small", "size < 3"), ("large", "size >= 3"), ("open", None))
    classes = rule("ONE-01", 'two_valued = "w"', 'name = "extent"', 'unknown_labels = ["open"]', lines)
    report = checked(tmp_path / "r", classes, rule("ONE-02", "condition = \"extent == 'small'\""))
    assert found(report, "class-without-rule") == ["ONE-01 large", "ONE-01 open"]


def test_thresholds_that_differ(tmp_path):
    rules = [rule("ONE-01", 'condition = "size <= 60"'), rule("ONE-02", 'condition = "60 > size"')]
    (finding,) = [one for one in checked(tmp_path / "r", *rules).new if one.check == "thresholds"]
    assert finding.subject == "size: < 60 | >= 60; <= 60 | > 60"
    assert "ONE-01" in finding.says and "ONE-02" in finding.says


def test_the_same_line_written_in_two_ways_is_one(tmp_path):
    """Of whole numbers `> 1`, `>= 2` and `not < 2` draw one line."""
    rules = [rule("ONE-01", 'condition = "number >= 2"'), rule("ONE-02", 'condition = "not 2 > number"')]
    assert found(checked(tmp_path / "r", *rules), "thresholds") == []


# --- knowing more ---------------------------------------------------------------------------------------------------
def test_an_answer_that_turns_through_another_rule(tmp_path):
    """The class is passed over while the number is unknown: who reads it turns, and is counted among the exceptions."""
    lines = labels(("many", "number > 3"), ("left", 'lobe == "left"'), ("open", None))
    classes = rule("ONE-01", 'two_valued = "w"', 'name = "extent"', 'unknown_labels = ["open"]', lines)
    report = checked(tmp_path / "r", classes, rule("ONE-02", "condition = \"extent == 'left'\""))
    turn = report.turning["ONE-02"]
    assert (turn.before, turn.after) == ("met", "not_met")
    assert turn.first == {"lobe": "left"} and set(turn.then) == {"lobe", "number"}
    assert report.turning["ALL-01"] is None
    assert found(report, "answer-turns") == []


def test_an_answer_that_turns_undeclared(tmp_path):
    """The loader looks for functions; the proof looks at answers. Here a declaration is taken away after loading."""
    report = checked(tmp_path / "r", rule("ONE-01", 'two_valued = "w"', 'condition = "missing(size)"'))
    assert report.turning["ONE-01"] is not None
    undeclared = {id_: one.model_copy(update={"two_valued": None}) for id_, one in report.rules.rules.items()}
    bare = dataclasses.replace(report.rules, rules=undeclared, _answers={}, _tracers={})
    assert "ONE-01" in found(check_rule_set(bare), "answer-turns")


def test_two_valued_for_nothing(tmp_path):
    report = checked(
        tmp_path / "r", rule("ONE-01", 'two_valued = "w"', 'condition = "certainly(size > 3) and size > 3"')
    )
    assert (
        found(report, "two-valued-for-nothing") == []
    )  # unknown beside false is false: it turns when size is learnt
    report = checked(
        tmp_path / "s",
        rule("ONE-01", 'two_valued = "w"', 'condition = "size > 3 or (known(size) and size > 3)"'),
    )
    assert found(report, "two-valued-for-nothing") == ["ONE-01"]


def test_an_input_that_changes_nothing(tmp_path):
    report = checked(tmp_path / "r", rule("ONE-01", 'condition = "number > 1 or (number > 1 and size > 2)"'))
    assert found(report, "idle-input") == ["ONE-01 size"]


def test_an_input_that_matters_in_one_corner_is_not_idle(tmp_path):
    report = checked(
        tmp_path / "r", rule("ONE-01", 'condition = "number > 19 or (number > 18 and size == 2)"')
    )
    assert found(report, "idle-input") == []


# --- what is declared -----------------------------------------------------------------------------------------------
def test_a_declared_finding_is_known_and_a_stale_one_is_found(tmp_path):
    checks = """
[[known]]
check = "unreachable"
subjects = ["ONE-01 met", "ONE-01 not_met"]
reason = "It is so."
"""
    report = checked(tmp_path / "r", rule("ONE-01", 'condition = "number < 3 and number > 2"'), checks=checks)
    assert found(report) == [("declared-for-nothing", "unreachable: ONE-01 not_met")]
    (known,) = [one for one in report.findings if one.reason is not None]
    assert (known.subject, known.reason) == ("ONE-01 met", "It is so.")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[proposition", "not TOML"),
        (speaking('says_so = ["ONE-99 met"]'), "no such rule"),
        (speaking('says_so = ["ALL-01 show"]'), "does not have"),
        (speaking('says_so = ["ALL-01"]'), "says_so"),
        ('[[known]]\ncheck = "nonsense"\nsubjects = ["a"]\nreason = "r"\n', "check"),
        ("[[knwon]]\n", "knwon"),
        (
            '[[known]]\ncheck = "opposites"\nsubjects = ["a"]\nreason = "r"\nshown_by = ["AMB-99"]\n',
            "no such conflict",
        ),
    ],
)
def test_a_broken_checks_file_is_refused_with_its_place(tmp_path, text, says):
    with pytest.raises(RuleSetError) as refused:
        checked(tmp_path / "r", checks=text)
    (problem, *_) = refused.value.problems
    assert says in str(problem)
    assert problem.place.file == "checks.toml"
