"""The page on problems explains every code and rule of the software, no other, and shows what is really said."""

import ast
import re
from pathlib import Path

import pytest

import crlm
from crlm.problems import Problem
from tests.docs.small_study import PROTOCOL, data_problems, protocol_problems, table
from tests.docs.specimens import SPECIMENS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "problems.md").read_text(encoding="utf-8")
ENTRIES = {
    code: (words, example)
    for code, words, example in re.findall(
        r"^\*\*`([a-z0-9-]+)`\*\* (.*?)\n\n> ([^\n]*)\n", PAGE, re.MULTILINE | re.DOTALL
    )
}
LOOKS_LIKE_A_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
NOT_A_CODE = {
    *("chi-square", "kruskal-wallis", "mann-whitney", "likelihood-ratio", "log-log", "complete-case"),
    *(
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "windows-1252",
        "user-missing",
        "resected-crlm-public",
        "strobe-checklist",
        "fine-gray",
        "knapp-hartung",
        "knapp-hartung-never-narrower",
        "tumour-board",
    ),
}
"""Texts with a hyphen that name something else: tests, encodings, a reason, a protocol. A new one is added here."""
ELSEWHERE = {
    Path(crlm.__file__).parent / "evidence" / "audit",
    Path(crlm.__file__).parent / "pathway" / "checking",
}
"""Findings about papers and rules, not a user's input: docs/evidence/audit.md, docs/pathway/checks.md."""
CARRIES_A_CODE = {"Problem", "Fault", "Finding", "Issue", "refuse"}
"""Whose first argument, or argument `code`, is a code or a rule."""


def codes_in_the_source():
    """Every code and rule in the modules that make problems or findings.

    A text that looks like a code is one, whatever helper it is given to, unless it is named in NOT_A_CODE.
    """
    found = set()
    for path in Path(crlm.__file__).parent.rglob("*.py"):
        if not ELSEWHERE.isdisjoint(path.parents):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        imported = {
            one.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for one in node.names
        }
        makes_them = not CARRIES_A_CODE.isdisjoint(names | imported) or "Checking" in names | imported
        for node in ast.walk(tree) if makes_them else ():
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if LOOKS_LIKE_A_CODE.fullmatch(node.value):
                    found.add(node.value)
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in CARRIES_A_CODE:
                given = [*node.args[:1], *(one.value for one in node.keywords if one.arg in ("code", "rule"))]
                found |= {
                    one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)
                }
    return found - NOT_A_CODE


def test_the_collector_sees_helpers():
    """Codes that reach a Problem through a helper, a tuple, a default and a loop are found."""
    assert {
        "cell-is-a-date",
        "endpoint-unknown",
        "expression-syntax",
        "protocol-model-rule",
        "arguments",
    } <= (codes_in_the_source())


def test_every_code_is_explained_and_every_explained_code_exists():
    assert set(ENTRIES) == codes_in_the_source()


def test_nothing_on_the_page_escapes_the_form():
    assert PAGE.count("\n> ") == PAGE.count("\n**`") == len(ENTRIES)


def test_every_entry_has_a_specimen():
    assert set(SPECIMENS) == set(ENTRIES)


def test_the_small_study_has_no_problem(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert not protocol_problems(PROTOCOL)
    assert not data_problems(table())


@pytest.mark.parametrize("code", SPECIMENS)
def test_the_example_is_what_is_said(code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = [one for one in SPECIMENS[code]() if code in (getattr(one, "code", ""), getattr(one, "rule", ""))]
    assert found, f"the specimen of {code} does not show it"
    words, example = ENTRIES[code]
    said = found[0].given if isinstance(found[0], Problem) else found[0].sentence
    assert said.startswith(example) and (said == example or len(example) > 30)
    marked = re.match(r"\*(Warning|Info)\.\*", words)
    assert found[0].severity == (marked.group(1).lower() if marked else "error")


def test_an_error_has_a_fix(tmp_path, monkeypatch):
    """What is refused comes with what to do; a count of more of the same has nothing to add."""
    monkeypatch.chdir(tmp_path)
    without = set()
    for code, specimen in SPECIMENS.items():
        folder = tmp_path / code
        folder.mkdir()
        monkeypatch.chdir(folder)
        for one in specimen():
            if isinstance(one, Problem) and one.severity == "error" and not (one.fix or one.allowed):
                without.add(one.code)
    assert without == {"cells-more", "values-more"}
