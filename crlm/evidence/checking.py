"""Whether a folder is a paper in the format: everything that is wrong with it at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from crlm.dictionary.toml_lines import lines_of
from crlm.evidence.description import Description
from crlm.evidence.description_problems import description_problems
from crlm.evidence.loading import DESCRIPTION, description_json
from crlm.evidence.numbers import ROWS
from crlm.evidence.question_problems import question_problems
from crlm.evidence.table_problems import ReadTable, read_table
from crlm.problems import Place, Problem, did_you_mean

CURVES = "curves"
EVERYBODY = "all"


def check_paper(folder: Path) -> tuple[Problem, ...]:
    """Every problem of a paper's folder, paper.toml first, then table by table and row by row; none when it is one.

    Errors keep the paper from being read; warnings are worth a look. What the numbers say of each other is not asked
    here: that is the audit's.
    """
    if not folder.is_dir():
        given = "there is no such folder" if not folder.exists() else "this is a file"
        return (
            Problem(
                "evidence-folder",
                given,
                "a folder with a paper.toml.",
                "name the paper's folder.",
                Place(str(folder)),
            ),
        )
    description, found = _description(folder)
    tables = [read_table(path) for path in sorted(folder.glob("*.csv")) if path.stem in ROWS]
    found += [*_strange_files(folder), *(problem for table in tables for problem in table.problems)]
    if not tables and not list(folder.glob(f"{CURVES}/*.csv")):
        names = ", ".join(f"{name}.csv" for name in ROWS if name != "two_by_two")
        found.append(
            Problem(
                "evidence-folder",
                "the paper has no table",
                f"at least one of {names}.",
                None,
                Place(str(folder)),
            )
        )
    found += _repeated_ids(tables)
    if description is not None:
        found += _unlike_folder(description, folder)
        found += _unknown_groups(description, tables)
        found += _unknown_rows(description, tables)
        found += question_problems(description, _effects(tables))
        found += _description_references(description)
        found += _scores(description, tables)
        found += _unused_words(description, tables)
    return tuple(found)


def _description(folder: Path) -> tuple[Description | None, list[Problem]]:
    path = folder / DESCRIPTION
    file = f"{folder.name}/{DESCRIPTION}"
    place = Place(file=file)
    if not path.is_file():
        fix = f"write a {DESCRIPTION}; docs/evidence/adding-a-paper.md shows one."
        return None, [Problem("evidence-folder", f"the folder has no {DESCRIPTION}", None, fix, place)]
    try:
        text = path.read_text(encoding="utf-8")
        given = tomllib.loads(text)
    except UnicodeDecodeError:
        return None, [
            Problem("evidence-folder", "the file is not UTF-8", "UTF-8.", "save it as UTF-8.", place)
        ]
    except tomllib.TOMLDecodeError as error:
        return None, [
            Problem("evidence-folder", f"the file is not TOML: {error}", None, "mend that line.", place)
        ]
    as_json = description_json(given)
    problems = description_problems(as_json, file, lines_of(text))
    return (None, list(problems)) if problems else (Description.model_validate_json(as_json), [])


def _strange_files(folder: Path) -> Iterator[Problem]:
    names = [f"{name}.csv" for name in ROWS]
    for path in sorted(folder.iterdir()):
        known = path.name == DESCRIPTION or path.name in names or path.name == CURVES or path.suffix == ".md"
        if not known and not path.name.startswith("."):
            yield Problem(
                "evidence-folder",
                f'"{path.name}" is no file of a paper and is not read',
                f"{DESCRIPTION}, {', '.join(names)}, {CURVES}/.",
                did_you_mean(path.name, names),
                Place(file=f"{folder.name}/{path.name}"),
                "warning",
            )


def _at(description: Description, key: str) -> Place:
    return Place(file=f"{description.paper.id}/{DESCRIPTION}", key=key)


def _cells(tables: Iterable[ReadTable], column: str) -> Iterator[tuple[str, Place]]:
    for table in tables:
        for row in table.rows:
            if column in row.cells:
                yield row.cells[column], Place(file=table.file, row=row.number, column=column)


def _repeated_ids(tables: Iterable[ReadTable]) -> Iterator[Problem]:
    seen: dict[str, Place] = {}
    for row_id, place in _cells(tables, "row_id"):
        if row_id and row_id in seen:
            given = f'"{row_id}" is the id of another row too ({seen[row_id].file}, row {seen[row_id].row})'
            yield Problem(
                "evidence-reference", given, "an id that no other row of the paper has.", None, place
            )
        seen.setdefault(row_id, place)


def _unlike_folder(description: Description, folder: Path) -> Iterator[Problem]:
    name = folder.resolve().name
    if description.paper.id != name:
        given = f'the paper\'s id is "{description.paper.id}", its folder is "{name}"'
        fix = f'write id = "{name}", or rename the folder.'
        yield Problem("evidence-reference", given, "the same.", fix, _at(description, "paper.id"))


def _unknown_groups(description: Description, tables: Iterable[ReadTable]) -> Iterator[Problem]:
    known = [*dict.fromkeys(one.id for one in description.group)]
    known += [EVERYBODY] if EVERYBODY not in known else []
    for table in tables:
        if table.name not in ("counts", "summaries", "survival"):
            continue
        for given, place in _cells([table], "group"):
            if given and given not in known and " vs " not in given:
                yield Problem(
                    "evidence-reference",
                    f'"{given}" is no group of paper.toml',
                    f"{', '.join(known)}.",
                    did_you_mean(given, known),
                    place,
                )


def _unknown_rows(description: Description, tables: Iterable[ReadTable]) -> Iterator[Problem]:
    for name in ("effects", "statements"):
        known = [one for one, _ in _cells([table for table in tables if table.name == name], "row_id")]
        for number, question in enumerate(description.question, start=1):
            for row_id in getattr(question, name):
                if row_id not in known:
                    yield Problem(
                        "evidence-reference",
                        f'"{row_id}" is no row of {name}.csv',
                        f"the row ids of {name}.csv.",
                        did_you_mean(row_id, known),
                        _at(description, f"question[{number}].{name}"),
                    )


def _effects(tables: Iterable[ReadTable]) -> dict[str, Mapping[str, str]]:
    rows = (row for table in tables if table.name == "effects" for row in table.rows)
    return {row.cells["row_id"]: row.cells for row in rows if row.cells.get("row_id")}


def _description_references(description: Description) -> Iterator[Problem]:
    known = [*dict.fromkeys([EVERYBODY, *(one.id for one in description.group)])]
    named = [
        *((f"group[{index}].of", one.of) for index, one in enumerate(description.group, start=1)),
        *((f"events[{index}].group", one.group) for index, one in enumerate(description.events, start=1)),
    ]
    for key, given in named:
        if given and given not in known:
            yield Problem(
                "evidence-reference",
                f'"{given}" is no group of paper.toml',
                f"{', '.join(known)}.",
                did_you_mean(given, known),
                _at(description, key),
            )
    for index, one in enumerate(description.cohort, start=1):
        if one.start and one.end and one.end < one.start[: len(one.end)]:
            yield Problem(
                "evidence-reference",
                f"the inclusion ends ({one.end}) before it begins ({one.start})",
                None,
                "look at the two dates again.",
                _at(description, f"cohort[{index}].to"),
            )
    sizes = [(one.id, one.unit) for one in description.group]
    for index, size in enumerate(sizes, start=1):
        if size in sizes[: index - 1]:
            given = f'the group "{size[0]}" stands twice for the unit {size[1]}'
            yield Problem(
                "evidence-reference",
                given,
                "once for each unit.",
                None,
                _at(description, f"group[{index}].id"),
            )


def _scores(description: Description, tables: Iterable[ReadTable]) -> Iterator[Problem]:
    """The levels of scores and items are rows of counts.csv, and no more items are asked for than there are."""
    rows = [row.cells for table in tables if table.name == "counts" for row in table.rows]
    levels: dict[str, list[str]] = {}
    for row in rows:
        levels.setdefault(row.get("variable", ""), []).append(row.get("level", ""))
    for index, score in enumerate(description.score, start=1):
        named = [("", score.variable, score.level)]
        named += [(f"items[{at}].", one.variable, one.level) for at, one in enumerate(score.items, start=1)]
        for where, variable, level in named:
            known, given, key = [*levels], variable, "variable"
            if variable in levels:
                known, given, key = levels[variable], level, "level"
            if given not in known:
                yield Problem(
                    "evidence-reference",
                    f'"{given}" is no {key} of counts.csv',
                    f"{', '.join(dict.fromkeys(known))}."
                    if key == "level"
                    else "the variables of counts.csv.",
                    did_you_mean(given, known),
                    _at(description, f"score[{index}].{where}{key}"),
                )
        several = len({one.variable for one in score.items})
        if score.at_least > several:
            yield Problem(
                "evidence-reference",
                f"{score.at_least} items are needed and {several} are named",
                "no more than the variables of its items.",
                None,
                _at(description, f"score[{index}].at_least"),
            )


NAMED = (
    "variable",
    "group",
    "term",
    "endpoint",
    "level",
    "reference",
    "population",
    "subgroup_variable",
    "node",
    "outcome",
    "unit",
)
"""The columns whose names a report may put in words."""


def _unused_words(description: Description, tables: Iterable[ReadTable]) -> Iterator[Problem]:
    if not description.words:
        return
    seen = {row.cells.get(column, "") for table in tables for row in table.rows for column in NAMED}
    seen |= {one.id for one in description.group} | {one.comparison for one in description.question}
    for name in description.words:
        if name not in seen:
            yield Problem(
                "evidence-reference",
                f'no table has the name "{name}", which [words] puts in words',
                "a variable, group, endpoint or level of the tables.",
                did_you_mean(name, sorted(seen - {""})),
                _at(description, f"words.{name}"),
                "warning",
            )
