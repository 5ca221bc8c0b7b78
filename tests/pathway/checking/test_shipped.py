"""The shipped rules under the checks: nothing new, everything that comes out shown by a vignette, and the proofs."""

import json
import re
import shutil
import time
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

from crlm.cli import app
from crlm.pathway.case import Case, changed, read_case
from crlm.pathway.checking.findings import Check, read_checks
from crlm.pathway.checking.report import check_rule_set
from crlm.pathway.contradictions import contradictions_in
from crlm.pathway.evaluate import evaluate, result_of
from crlm.pathway.facts import CaseFacts
from crlm.pathway.load import SHIPPED, shipped_rules
from tests.pathway import test_vignettes
from tests.pathway.checking.page import PAGE, page
from tests.pathway.oracle import oracle
from tests.pathway.rules_data import test_own_vignettes
from tests.pathway.test_oracle import NEVER, drawn
from tests.pathway.test_properties import BY_THE_CATALOGUE, UNDECIDED

RULES = shipped_rules()
SECONDS = 60


@pytest.fixture(scope="module")
def declared():
    return read_checks(SHIPPED, RULES)


@pytest.fixture(scope="module")
def report(declared):
    began = time.process_time()
    found = check_rule_set(RULES, declared)
    assert time.process_time() - began < SECONDS
    return found


def test_nothing_new_is_found(report):
    """What is found and stands has its reason in checks.toml; and nothing is declared there that is not found."""
    assert [(one.check, one.subject, one.says) for one in report.new] == []


def test_what_cannot_come_out_is_what_was_read_in_the_catalogue(report):
    """The solver against a list that was read by hand for the test on random cases."""
    never = defaultdict(set)
    for id_, results in report.reached.items():
        for result, case in results.items():
            if case is None:
                never[id_].add(result)
    labels = never.pop("SYN-01")
    assert labels == {"conflict (label synchronous, DFI >=12)"}  # a case that contradicts itself
    assert dict(never) == NEVER


def test_every_case_is_one(report):
    """Each case shows what it is said to show, and is no contradiction."""
    for id_, results in report.reached.items():
        for result, values in results.items():
            if values is None:
                continue
            evaluation = evaluate(RULES, Case(values))
            assert not evaluation.contradictions, (id_, result)
            if result.startswith("flag: "):
                assert result.removeprefix("flag: ") in evaluation.results[id_].flags
            else:
                assert evaluation.result(id_).split(" | ")[0] == result


def test_the_oracle_agrees_with_every_case(report):
    """The cases are well-aimed: the evaluator and the plain Python of the catalogue once more, on all of them."""
    for id_, results in report.reached.items():
        for values in results.values():
            if values is not None:
                assert oracle(as_plain(values))[id_] == result_of(CaseFacts(RULES, values), id_)


def as_plain(values):
    return {
        name: value if isinstance(value, str) else float(value) if hasattr(value, "sqrt") else str(value)
        for name, value in values.items()
    }


# --- what knowing more can do ---------------------------------------------------------------------------------------
def test_answers_turn_in_the_declared_rules_and_in_no_other(report):
    turning = {id_ for id_, one in report.turning.items() if one is not None}
    assert BY_THE_CATALOGUE <= turning <= RULES.two_valued
    assert RULES.two_valued - turning == {"RES-19"}  # reads the class, but only whether it is determined


def test_every_turn_is_one(report):
    for id_, one in report.turning.items():
        if one is not None:
            before = result_of(CaseFacts(RULES, one.first), id_)
            after = result_of(CaseFacts(RULES, changed(Case(one.first), one.then).values), id_)
            assert (before, after) == (one.before, one.after)
            assert before not in UNDECIDED and before != after
            assert one.first.items() <= one.then.items()


# --- every result by a vignette -------------------------------------------------------------------------------------
def vignettes():
    """Every vignette: what is recorded, and the results that it expects."""
    for recorded, expected in test_vignettes.CASES.values():
        yield {**test_vignettes.BASELINE, **recorded}, expected
    for recorded, wanted in test_own_vignettes.VIGNETTES.values():
        yield recorded, wanted["expected"]


def test_every_result_that_can_come_out_is_expected_by_a_vignette(report):
    """Gates, conditions, labels and flags: what the solver reaches, a vignette has written down."""
    expected = defaultdict(set)
    for _, wanted in vignettes():
        for id_, result in wanted.items():
            label, *flags = result.split(" | ")
            expected[id_].add(label)
            if flags:
                expected[id_] |= {f"flag: {flag}" for flag in flags[0].split(": ")[1].split(", ")}
    left = {
        id_: {result for result, case in results.items() if case is not None} - expected[id_]
        for id_, results in report.reached.items()
    }
    assert {id_: results for id_, results in left.items() if results} == {}


def test_every_input_is_used_by_a_vignette_or_displayed_only():
    recorded = {name for values, _ in vignettes() for name in values}
    used = frozenset().union(*RULES.support.values())
    assert used <= recorded
    assert {name for name, one in RULES.inputs.items() if one.display_only} == set(RULES.inputs) - used == {
        "bevacizumab_last_dose_date", "cea_current_ng_ml", "ct_visible", "flr_augmentation_done", "flr_denominator",
        "hepatic_burden_judgement", "kras_status", "mri_visible", "nras_status", "periop_chemo_total_months",
        "planned_surgery_date", "primary_pn_positive", "steatosis_present",
    }  # fmt: skip


# --- propositions ---------------------------------------------------------------------------------------------------
def test_no_random_case_has_opposites_that_the_solver_excludes(report, declared):
    """The pairs that were proved apart, searched for the slow way with the oracle."""
    found = {one.subject for one in report.findings if one.check == "opposites"}
    apart = {
        (a, b)
        for one in declared.proposition
        for a in one.says_so
        for b in one.says_not
        if f"{one.name}: {a} / {b}" not in found
    }
    assert len(apart) > 40
    together = 0
    for seed in range(500):
        case = drawn(seed, RULES.inputs)
        facts = CaseFacts(RULES, read_case(case, RULES.inputs).values)
        if next(contradictions_in(facts), None) is not None:
            continue
        together += 1
        results = {f"{id_} {result.split(' | ')[0]}" for id_, result in oracle(case).items()}
        assert not [pair for pair in apart if results >= set(pair)], seed
    assert together > 20


def test_every_opposite_has_its_case(report):
    for one in report.findings:
        if one.check == "opposites":
            a, b = one.subject.split(": ", 1)[1].split(" / ")
            evaluation = evaluate(RULES, Case(one.case))
            assert not evaluation.contradictions
            for said in (a, b):
                id_, result = said.split(" ", 1)
                assert evaluation.result(id_).split(" | ")[0] == result
            for conflict in re.findall(r"\((AMB-\d\d)\)$", one.reason):
                assert conflict in {shown.conflict.id for shown in evaluation.conflicts}


# --- the command ----------------------------------------------------------------------------------------------------
def test_a_folder_with_a_fault(tmp_path):
    """In a copy of the shipped rules the boundary at 4 metastases is moved: a new finding, exit code 3."""
    shutil.copytree(SHIPPED / "rules", tmp_path / "rules")
    for path in SHIPPED.glob("*.toml"):
        shutil.copy(path, tmp_path)
    changed_file = tmp_path / "rules" / "05-upfront-or-perioperative.toml"
    text = changed_file.read_text(encoding="utf-8")
    changed_file.write_text(
        text.replace('condition = "n_crlm < 5"', 'condition = "n_crlm < 6"'), encoding="utf-8"
    )
    run = CliRunner().invoke(app, ["pathway", "check", str(tmp_path), "--json"])
    assert run.exit_code == 3
    document = json.loads(run.stdout)
    subjects = {(one["check"], one["subject"]) for one in document["new"]}
    assert ("opposites", "operate_first: UPF-03 met / PER-03 met") in subjects
    assert ("thresholds", "n_crlm: 3 | 4; 4 | 5; 5 | 6") in subjects
    assert ("declared-for-nothing", "thresholds: n_crlm: 3 | 4; 4 | 5") in subjects
    (case,) = [
        one["case"] for one in document["new"] if one["subject"] == "operate_first: UPF-03 met / PER-03 met"
    ]
    assert case == {"n_crlm": 5}
    assert document["counts"]["new"] == len(document["new"])


def test_checks_toml_says_nothing_twice():
    content = tomllib.loads((Path(SHIPPED) / "checks.toml").read_text(encoding="utf-8"))
    subjects = [(one["check"], subject) for one in content["known"] for subject in one["subjects"]]
    assert len(subjects) == len(set(subjects))
    names = [one["name"] for one in content["proposition"]]
    assert len(names) == len(set(names))


def test_the_page_says_what_is_found(report):
    """`python -m tests.pathway.checking.page` writes it. Which of many cases shows a pair is left to the solver."""
    assert without_cases(PAGE.read_text(encoding="utf-8")) == without_cases(page(report))


def without_cases(text):
    return re.sub(r"\*\* on .*?(?=<br>| \|)", "**", text)


def test_the_page_explains_every_check():
    explained = set(
        re.findall(r"`([a-z-]+)`", PAGE.read_text(encoding="utf-8").split("**Propositions.**")[0])
    )
    assert set(get_args(Check)) <= explained
