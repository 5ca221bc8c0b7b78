"""A paper of one's own is data: found, shown, searched, cited and checked without a change of the software."""

import json
import sys

import jsonschema
import pytest

from crlm.cli import main
from crlm.evidence import load_paper, paper, papers
from crlm.evidence.checking import check_paper
from crlm.evidence.document import paper_document, paper_schema
from crlm.problems import DataError
from tests.evidence.library.small_paper import written


def run(monkeypatch, capsys, *arguments):
    """Exit code and standard output of `crlm evidence ...`."""
    monkeypatch.setattr(sys, "argv", ["crlm", "evidence", *arguments])
    with pytest.raises(SystemExit) as stop:
        main()
    return stop.value.code or 0, capsys.readouterr().out


def test_numbers_are_read_from_what_is_printed(tmp_path):
    """Columns that are left out: a decimal comma, an interval with an en dash, a p with its sign."""
    found = load_paper(written(tmp_path))
    effect = found.row("E1")
    assert (effect.est, effect.ci_low, effect.ci_high, effect.p, effect.p_op) == (
        0.84,
        0.50,
        1.41,
        0.001,
        "<",
    )
    assert effect.study == "small-2024" and effect.status == ""
    assert (found.row("C1").n, found.row("C1").pct) == (26, 65.0)


def test_it_joins_the_shipped_papers(tmp_path, monkeypatch, capsys):
    folder = written(tmp_path)
    assert set(papers(tmp_path)) == {*papers(), "small-2024"}
    assert paper("small-2024", tmp_path).about.n == 120
    code, printed = run(monkeypatch, capsys, "list", "--library", str(tmp_path), "--json")
    listed = {one["id"]: one for one in json.loads(printed)["papers"]}
    assert code == 0 and listed["small-2024"]["rows"] == {"counts": 2, "effects": 1}
    code, printed = run(
        monkeypatch, capsys, "show", "small-2024", "--library", str(tmp_path), "--table", "effects"
    )
    assert code == 0 and "HR 0,84 (0.50–1.41), p <0.001  [Table 2]" in printed
    code, printed = run(monkeypatch, capsys, "show", str(folder), "--row", "C2", "--json")
    assert json.loads(printed)["row"]["pct"] == 35.0
    monkeypatch.setenv("CRLM_LIBRARY", str(tmp_path))
    code, printed = run(monkeypatch, capsys, "search", "ablation", "female")
    assert code == 0 and printed.startswith("small-2024  C2")
    code, printed = run(monkeypatch, capsys, "check", str(folder))
    assert code == 0 and "no problem" in printed


def test_ones_own_paper_comes_before_a_shipped_one(tmp_path):
    folder = written(tmp_path, "ligro", paper=('id = "small-2024"', 'id = "ligro"'))
    assert paper("ligro", tmp_path).folder == folder.resolve()
    assert paper("ligro").about.n == 97


def test_a_changed_file_is_read_again(tmp_path):
    folder = written(tmp_path)
    assert load_paper(folder).about.n == 120
    text = (folder / "paper.toml").read_text(encoding="utf-8")
    (folder / "paper.toml").write_text(text.replace("n = 120", "n = 121"), encoding="utf-8")
    assert load_paper(folder).about.n == 121


def test_a_broken_paper_does_not_hide_the_others(tmp_path, monkeypatch, capsys):
    written(tmp_path, counts=("65.0,26,65.0", "65.0,27,65.0"))
    with pytest.raises(DataError):
        paper("small-2024", tmp_path)
    code, printed = run(monkeypatch, capsys, "list", "--library", str(tmp_path))
    assert code == 0 and "small-2024: cannot be read, 1 problems" in printed and "ligro: trial" in printed
    code, printed = run(monkeypatch, capsys, "check", str(tmp_path / "small-2024"))
    assert code == 4 and "small-2024/counts.csv, row 2" in printed


def test_every_paper_fits_the_schema(tmp_path):
    schema = paper_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for one in [load_paper(written(tmp_path)), *(paper(name) for name in papers())]:
        jsonschema.validate(json.loads(json.dumps(paper_document(one))), schema)
    wrong = paper_document(one)
    wrong["tables"]["effects"][0]["measure"] = "XX"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(json.dumps(wrong)), schema)


def _scored(variable, at_least):
    return (
        f'[[score]]\nvariable = "sex"\nlevel = "Male"\nat_least = {at_least}\nplace = "Methods"\n'
        f'items = [{{ variable = "{variable}", level = "Female" }}]\n\n'
    )


MISTAKES = [
    ({"paper": ("kind =", "kid =")}, "evidence-key", 'has no key "kid"', "paper.toml:4"),
    ({"paper": ('"cohort"', '"kohort"')}, "evidence-key", '"kohort" is not allowed', "paper.toml:4"),
    ({"paper": ("n = 120", 'n = "120"')}, "evidence-key", "is not a whole number", "paper.toml:9"),
    ({"paper": ("2015-01", "01-2015")}, "evidence-key", "has not the right form", "paper.toml:13"),
    ({"paper": ("2020-12", "2014")}, "evidence-reference", "ends (2014) before it begins", "cohort[1].to"),
    (
        {"paper": ('effects = ["E1"]', 'effects = ["E2"]')},
        "evidence-reference",
        '"E2" is no row',
        "question[1]",
    ),
    (
        {"paper": ('id = "resection"', 'id = "ablation"')},
        "evidence-reference",
        "stands twice",
        "group[2].id",
    ),
    ({"paper": ("[[group]]\n", "[[group]\n")}, "evidence-folder", "is not TOML", "paper.toml"),
    ({"counts": ("C2,", "C1,")}, "evidence-reference", "is the id of another row too", "row 3"),
    ({"counts": ("C2,Table 1", "C2,")}, "evidence-cell", "the cell is empty", 'row 3, column "locator"'),
    (
        {"counts": (",14,35.0\n", ",14.5,35.0\n")},
        "evidence-cell",
        "14.5 is not a whole number",
        'column "n"',
    ),
    ({"counts": (",14,35.0\n", ",,35.0\n")}, "evidence-printed", 'empty, and "14" is printed', 'column "n"'),
    ({"counts": ("14,35.0\n", "14,nan\n")}, "evidence-cell", '"nan" is not a number', 'column "pct"'),
    ({"counts": ("14 (35.0)", "14 (35,0)")}, "evidence-table", "the row has 12 cells", "row 3"),
    ({"counts": ("n,pct\n", "n,n\n")}, "evidence-column", "stands twice", "counts.csv, row 1"),
    ({"counts": ("locator,", "")}, "evidence-column", 'the column "locator" is missing', "counts.csv"),
    (
        {"paper": ("[[question]]", _scored("sexx", 1) + "[[question]]")},
        "evidence-reference",
        '"sexx" is no variable of counts.csv',
        "score[1].items[1].variable",
    ),
    (
        {"paper": ("[[question]]", _scored("sex", 2) + "[[question]]")},
        "evidence-reference",
        "2 items are needed and 1 are named",
        "score[1].at_least",
    ),
    (
        {"paper": ("[[cohort]]", '[words]\nsexx = "sex"\n\n[[cohort]]')},
        "evidence-reference",
        'no table has the name "sexx"',
        "words.sexx",
    ),
    ({"effects": (",HR,", ",Hazard,")}, "evidence-cell", '"Hazard" is not allowed', 'column "measure"'),
]


@pytest.mark.parametrize(("change", "code", "words", "where"), MISTAKES)
def test_a_mistake_is_named_with_its_place(tmp_path, change, code, words, where):
    found = [
        one for one in check_paper(written(tmp_path, **change)) if one.code == code and words in one.given
    ]
    assert found and where in str(found[0].place)
    assert found[0].allowed or found[0].fix


def test_all_mistakes_are_named_at_once(tmp_path):
    folder = written(
        tmp_path,
        paper=('effects = ["E1"]', 'effects = ["E7"]'),
        counts=("Male,ablation,patient,26 (65.0),26,65.0,26", "Male,ablaton,patient,26 (65.0),26,65.0,62"),
        effects=(",HR,", ",H,"),
    )
    (folder / "count.csv").write_text("", encoding="utf-8")
    found = check_paper(folder)
    assert {one.code for one in found} == {
        "evidence-folder",
        "evidence-printed",
        "evidence-reference",
        "evidence-cell",
    }
    assert [one.severity for one in found if "count.csv" in str(one.place)] == ["warning"]


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"", b"row_id;locator\n", b'row_id,locator\n"open\n', b"\x00\n"]
)
def test_no_file_is_a_traceback(tmp_path, content):
    folder = written(tmp_path)
    (folder / "tests.csv").write_bytes(content)
    assert any(one.place.file == "small-2024/tests.csv" for one in check_paper(folder))
    (folder / "paper.toml").write_bytes(content)
    assert check_paper(folder)
    with pytest.raises(DataError):
        load_paper(folder)


def test_a_folder_that_is_none(tmp_path):
    for path in (tmp_path / "nothing", written(tmp_path) / "counts.csv"):
        (problem,) = check_paper(path)
        assert problem.code == "evidence-folder"
    (tmp_path / "empty").mkdir()
    assert {one.given for one in check_paper(tmp_path / "empty")} == {
        "the folder has no paper.toml",
        "the paper has no table",
    }
