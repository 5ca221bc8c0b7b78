"""The page on the command line names every command, option, default, exit code and JSON key, and nothing else."""

import json
import re
import sys
from pathlib import Path

import pytest
import typer

from crlm import problems
from crlm.cli import app, main
from crlm.evidence.loading import SHIPPED
from crlm.output import staged_folder
from crlm.problems import CrlmError, Place, Problem
from tests.registry import small_registry

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (crlm[^\n]*)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
INHERITED = {"--help"}
"""Options that every command has, said once in words."""


def commands(found, path=("crlm",)):
    """Every command with options or without subcommands, by its words."""
    inner = getattr(found, "commands", None)
    if not inner or path == ("crlm",):
        yield " ".join(path), found
    for name, command in (inner or {}).items():
        yield from commands(command, (*path, name))


COMMANDS = dict(commands(typer.main.get_command(app)))


def tables(section):
    """The tables of a section as lists of rows, each a list of cells; the header first."""
    for lines in re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in lines.splitlines()]
        yield [rows[0], *rows[2:]]


def table(section, first):
    """The rows below the header of the table whose first column is called so; none when there is no such table."""
    return next((rows[1:] for rows in tables(section) if rows[0][0] == first), [])


def test_every_command_has_a_section_and_every_section_a_command():
    assert set(SECTIONS) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_options_and_their_defaults(command):
    documented = {}
    for name, words, default in table(SECTIONS[command], "option"):
        names = tuple(part.split()[0] for part in re.findall(r"`([^`]+)`", name))
        documented[names] = default
        assert words
    found = {}
    for parameter in COMMANDS[command].params:
        if parameter.param_type_name == "argument":
            names = (parameter.metavar,)
        else:
            names = tuple(sorted(parameter.opts, key=len, reverse=True))
        if INHERITED.isdisjoint(names):
            found[names] = default_in_words(parameter)
    assert documented == found


def default_in_words(parameter):
    if parameter.required:
        return "required"
    if parameter.name == "formats":
        assert parameter.default is None  # what that means is tested below
        return "all three"
    if isinstance(parameter.default, bool):
        return "on" if parameter.default else "off"
    return "none" if parameter.default is None else str(parameter.default)


def test_the_synopsis_names_every_command():
    lines = re.search(r"^```text\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL).group(1).splitlines()
    named = {
        f"{group} {name}"
        for line in lines
        for group, names in re.findall(r"^(crlm \w+) (.+)$", line)
        for name in names.split(" | ")
    }
    assert named == set(COMMANDS) - {"crlm"}


def test_exit_codes():
    documented = {int(code) for code, _ in table(PAGE, "code")}
    ours = {
        one.exit_code
        for one in vars(problems).values()
        if isinstance(one, type) and issubclass(one, CrlmError)
    }
    assert documented == {0, 130, *ours}


def test_help_names_the_exit_codes(capsys, monkeypatch):
    assert run(monkeypatch, "--help") == 0
    assert set(re.findall(r"(\d+) [a-z]", capsys.readouterr().out.split("Exit codes:")[1])) == set(
        "012345"
    ) | {"130"}


def test_keys_of_a_problem():
    documented = {name.strip("`"): words for name, words in table(PAGE, "key of a problem")}
    assert set(documented) == set(Problem.__dataclass_fields__)
    assert set(re.findall(r"`(\w+)`", documented["place"].split(";")[0])) == set(Place.__dataclass_fields__)


def run(monkeypatch, *arguments):
    """The exit code of a command line."""
    monkeypatch.setattr(sys, "argv", ["crlm", *arguments])
    with pytest.raises(SystemExit) as stop:
        main()
    return stop.value.code or 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a small synthetic table."""
    from crlm.registry.synthetic import write_synthetic

    path = tmp_path_factory.mktemp("command-line")
    write_synthetic("resected-crlm-public", patients=60, seed=1, directory=path / "table")
    small_registry.folder(path / "registry")
    return path


TABLE = ("--data", "table/clinical.csv")


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("crlm study run", ("resected-crlm-public", *TABLE, "--out", "report", "--formats", "html")),
        ("crlm study check", ("resected-crlm-public",)),
        ("crlm study list", ()),
        ("crlm study compare", ("hellingman-2021",)),
        ("crlm evidence audit", ("hellingman-2021",)),
        ("crlm data check", ("resected-crlm-public", *TABLE)),
        ("crlm data import", ("registry", "--out", "snapshot")),
        ("crlm data export", ("registry", "--format", "csv", "--out", "exported")),
        ("crlm data synth", ("resected-crlm-public", "--out", "other", "--patients", "3")),
        ("crlm evidence list", ()),
        ("crlm evidence search", ("haip",)),
        ("crlm evidence cite", ("ligro",)),
        ("crlm evidence check", (str(SHIPPED / "ligro"),)),
        ("crlm pathway rules", ("DER-01",)),
    ],
)
def test_json_keys(folder, capsys, monkeypatch, command, arguments):
    monkeypatch.chdir(folder)
    assert run(monkeypatch, *command.split()[1:], *arguments, "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    documented = {name.strip("`"): words for name, words in table(SECTIONS[command], "JSON key")}
    first = printed[0] if isinstance(printed, list) else printed
    assert set(documented) == set(first)
    for key, words in documented.items():
        inner = first[key][0] if isinstance(first[key], list) and first[key] else first[key]
        if isinstance(inner, dict):
            assert set(re.findall(r"`(\w+)`", words)) == set(inner)


def test_entries_of_a_report(folder, monkeypatch):
    monkeypatch.chdir(folder)
    documented = {name.strip("`") for name, _ in table(SECTIONS["crlm study run"], "entry")}
    assert run(monkeypatch, "study", "run", "resected-crlm-public", *TABLE, "--out", "all", "--quiet") == 0
    assert {entry.name for entry in (folder / "all").iterdir()} == documented


def test_json_keys_of_a_registry(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    assert run(monkeypatch, "data", "check", "registry", "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    documented = {
        name
        for keys, _ in table(SECTIONS["crlm data check"], "JSON key of a registry")
        for name in re.findall(r"`(\w+)`", keys)
    }
    assert documented == set(printed)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("study", "run", "resected-crlm-public"), "--data"),
        (("study", "run", "x.toml", "--data", "x.csv", "--out", "x", "--formats", "odt"), "odt"),
        (("study", "chek"), "check"),
        (("data", "synth", "resected-crlm-public", "--out", "x", "--patients", "0"), "--patients"),
    ],
)
def test_wrong_arguments(capsys, monkeypatch, arguments, words):
    assert run(monkeypatch, *arguments) == 2
    printed = capsys.readouterr()
    assert words in printed.err and "Try 'crlm" in printed.err and not printed.out
    assert run(monkeypatch, *arguments, "--json") == 2
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert document["exit_code"] == 2 and not printed.err
    assert words in document["problems"][0]["given"] and "--help" in document["problems"][0]["fix"]


def test_json_is_not_remembered(capsys, monkeypatch):
    assert run(monkeypatch, "study", "check", "nothing.toml", "--json") == 3
    capsys.readouterr()
    assert run(monkeypatch, "study", "check", "nothing.toml") == 3
    printed = capsys.readouterr()
    assert not printed.out and "no such file" in printed.err


def test_an_interrupted_run_leaves_nothing(folder, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.chdir(folder)
    monkeypatch.setattr("crlm.study.report.write_report", interrupted)
    arguments = ("study", "run", "resected-crlm-public", *TABLE, "--out", "stopped", "--quiet")
    assert run(monkeypatch, *arguments) == 130
    assert not [entry for entry in folder.iterdir() if "stopped" in entry.name]


def test_an_earlier_report_survives_an_interruption(folder, monkeypatch):
    with staged_folder(folder / "kept", ours=()) as staged:
        (staged / "results.json").write_text("{}", encoding="utf-8")

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.chdir(folder)
    monkeypatch.setattr("crlm.study.report.write_report", interrupted)
    assert run(monkeypatch, "study", "run", "resected-crlm-public", *TABLE, "--out", "kept", "--quiet") == 130
    assert (folder / "kept" / "results.json").read_text(encoding="utf-8") == "{}"
