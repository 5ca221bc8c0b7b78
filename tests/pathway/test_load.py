"""The loader: a rule set with problems is refused with all of them, each with its file and line."""

import shutil

import pytest

from crlm.dictionary.expressions.syntax import names
from crlm.pathway.check import RuleSetError
from crlm.pathway.load import SHIPPED, load_rules, shipped_rules

RES = "rules/03-resectability.toml"
DEFINITIONS = "rules/definitions.toml"
FLR = "rules/04-future-liver-remnant.toml"


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(SHIPPED / "rules", tmp_path / "rules")
    for path in SHIPPED.glob("*.toml"):
        shutil.copy(path, tmp_path)
    return tmp_path


def change(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def problems(folder):
    with pytest.raises(RuleSetError) as error:
        load_rules(folder)
    return error.value.problems


def test_the_shipped_rules_load(folder):
    rules = load_rules(folder)
    assert rules.sha256 == shipped_rules().sha256
    assert len(rules.rules) == 195 and len(rules.inputs) == 116 and len(rules.topics) == 21
    kinds = [rule.kind for rule in rules.rules.values()]
    assert [kinds.count(kind) for kind in ("computable", "judgement", "evidence")] == [98, 40, 57]
    origins = [rule.origin for rule in rules.rules.values()]
    assert [origins.count(one) for one in ("deck", "paper", "software", "consequence", "inference")] == [
        177, 7, 5, 5, 1,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("liver_involvement_pct > 70", "liver_involvment_pct > 70", 'did you mean "liver_involvement_pct"?'),
        ("portal_vein_invasion == 'both'", "portal_vein_invasion == 'bth'", "both"),
        ("segments_involved > 6", "segments_involved > 'six'", "compare it with a number"),
        ("segments_involved > 6", "segments_involved", "compare it: segments_involved > 0"),
        ("segments_involved > 6", "segments_involved / 2 > 3", "does not divide"),
        ("segments_involved > 6", "sqrt(segments_involved) > 3", "square roots"),
        ("segments_involved > 6", "segments_involved > 6 and", "stops in the middle"),
        ("segments_involved > 6", "segments_involved > 6 or met('RES-40')", "there is no rule RES-40"),
        ("segments_involved > 6", "segments_involved > 6 or met('DER-01')", "label('DER-01')"),
        ("segments_involved > 6", "segments_involved > 6 or label('RES-04') == 'a'", "met('RES-04')"),
        ("segments_involved > 6", "segments_involved > 6 or recorded(unres)", "undecided(...)"),
        ("segments_involved > 6", "segments_involved > 6 or unres == 'yes'", "write it alone"),
        ("segments_involved > 6", "segments_involved > 6 or mri_visible == 'yes'", "per lesion"),
        ("segments_involved > 6", "segments_involved > 6 or isnull(flr_pct)", "missing(x)"),
        ("segments_involved > 6", "technical_class == 'resectble'", '"resectable"'),
        ("segments_involved > 6", "fit_major_surgery == 'uncertain'", "not a level"),
    ],
)
def test_a_wrong_condition_is_refused_at_its_line(folder, old, new, said):
    line = change(folder, RES, old, new)
    found = problems(folder)
    assert [(one.place.file, one.place.line) for one in found] == [(RES, line)]
    assert said in str(found[0])


def test_everything_at_once(folder):
    first = change(folder, RES, "liver_involvement_pct > 70", "liver_involvement > 70")
    second = change(folder, FLR, "flr_pct >= 20", "flr_pct >= 20 %")
    third = change(folder, "conflicts.toml", 'bites = "n_crlm == 4"', 'bites = "n_crlm = 4"')
    assert {(one.place.file, one.place.line) for one in problems(folder)} == {
        (RES, first),
        (FLR, second),
        ("conflicts.toml", third),
    }


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (RES, 'id = "RES-04"', 'id = "RES-4"', "`id`"),
        (RES, 'id = "RES-05"', 'id = "RES-04"', "RES-04 stands twice"),
        (RES, "fires = true", 'fires = "yes"', "`fires`"),
        (RES, "fires = true", "firse = true", 'did you mean "fires"?'),
        (RES, 'origin = "deck"', 'origin = "slides"', "`origin`"),
        (RES, 'condition = "segments_involved > 6"', "show = true\ncondition = 'segments_involved > 6'", "exactly one"),
        (RES, 'inputs = ["segments_involved"]', 'inputs = ["segments_involvd", "segments_involved"]', "did you mean"),
        (RES, 'inputs = ["segments_involved"]', "inputs = []", "not among its inputs"),
        (RES, 'slide = "S13"', 'slide = "S99"', "there is no slide S99"),
        (RES, '"AMB-04"', '"AMB-44"', "there is no conflict AMB-44"),
        (RES, "two_valued = ", "# two_valued = ", "makes an answer of"),
        (FLR, 'condition = "missing(flr_pct)"', 'condition = "flr_pct < 5"', "nothing in it"),
        (DEFINITIONS, "primary_site in ['cae", "known(primary_site) and primary_site in ['cae", "uses known"),
        (DEFINITIONS, "primary_site in ['cae", "right_sided or primary_site in ['cae", "depends on itself"),
        ("inputs.toml", 'levels = ["unilobar", "bilobar"]', "levels = []", "a category has levels"),
        ("inputs.toml", "display_only = true\n", "", "no rule's result depends on"),
    ],
)  # fmt: skip
def test_what_else_is_refused(folder, name, old, new, said):
    change(folder, name, old, new)
    found = problems(folder)
    assert any(said in str(one) for one in found), [str(one) for one in found]


def test_missing_and_broken_files(folder):
    (folder / "inputs.toml").unlink()
    (folder / RES).write_bytes(b"\xff")
    (folder / FLR).write_text("[[rule]\n", encoding="utf-8")
    assert {one.place.file for one in problems(folder)} == {"inputs.toml", RES, FLR}
    assert problems(folder / "nowhere")


def test_every_input_is_used_or_only_displayed():
    rules = shipped_rules()
    used = frozenset().union(*rules.support.values())
    assert {name for name, one in rules.inputs.items() if one.display_only} == set(rules.inputs) - used
    contradicted = {name for expr in rules.cannot_be.values() for name in names(expr)}
    assert contradicted <= set(rules.inputs)


def test_judgements_are_asked():
    for one in shipped_rules().inputs.values():
        assert (one.question is not None) == one.judgement, one.name
