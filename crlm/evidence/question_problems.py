"""Whether the questions of a paper.toml are answered by the rows that they name, and cautions name its questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crlm.evidence.description import Description, Question
from crlm.evidence.loading import DESCRIPTION
from crlm.problems import Place, Problem, did_you_mean

CODE = "evidence-reference"
PATIENT = "patient"


def question_problems(
    description: Description, effects: Mapping[str, Mapping[str, str]]
) -> Iterator[Problem]:
    """What is wrong; `effects`: the cells of effects.csv by row id. Rows that do not exist are reported elsewhere."""
    for number, question in enumerate(description.question, start=1):
        if bool(question.treatment) != bool(question.control):
            absent = "control" if question.treatment else "treatment"
            yield Problem(
                CODE,
                f"the question has no {absent}",
                "treatment and control, or neither.",
                f'add {absent} = "...", the other side of the comparison.',
                _at(description, f"question[{number}]"),
            )
        for row_id in question.effects:
            if row_id in effects:
                yield from _row(description, number, question, row_id, effects[row_id])
    yield from _cautions(description)


def _row(
    description: Description, number: int, question: Question, row_id: str, row: Mapping[str, str]
) -> Iterator[Problem]:
    place = _at(description, f"question[{number}].effects")
    endpoint = row.get("endpoint", "")
    if endpoint != question.endpoint:
        yield Problem(
            CODE,
            f'row {row_id} is of the endpoint "{endpoint}", the question of "{question.endpoint}"',
            "rows of the question's endpoint.",
            f'write endpoint = "{endpoint}", or name another row.',
            place,
        )
    if not question.treatment or not question.control:
        return
    unit = row.get("unit_of_analysis") or PATIENT
    asked = {_level(description, name, unit) for name in (question.treatment, question.control)}
    printed = [row.get("level", ""), row.get("reference", "")]
    if {*printed} != asked:
        groups = [one.id for one in description.group if one.unit == unit and one.level in printed]
        yield Problem(
            CODE,
            f'row {row_id} compares "{printed[0]}" with "{printed[1]}", '
            f'the question "{question.treatment}" with "{question.control}"',
            f"{', '.join(dict.fromkeys(one for one in (*groups, *printed) if one))}.",
            f'write treatment = "{printed[0]}" and control = "{printed[1]}", or the other way round, or name another '
            "row.",
            place,
        )


def _level(description: Description, name: str, unit: str) -> str:
    """How the tables of effects print a side: by the group's id, or as it stands."""
    group = next((one for one in description.group if one.id == name and one.unit == unit), None)
    return name if group is None else group.level or group.id


def _cautions(description: Description) -> Iterator[Problem]:
    known = [*dict.fromkeys(one.comparison for one in description.question)]
    known += [*dict.fromkeys(f"{one.comparison}/{one.endpoint}" for one in description.question)]
    for number, caution in enumerate(description.caution, start=1):
        for name in caution.questions:
            if name not in known:
                yield Problem(
                    CODE,
                    f'"{name}" is no question of paper.toml',
                    f"{', '.join(known)}." if known else "a [[question]] of its own.",
                    did_you_mean(name, known),
                    _at(description, f"caution[{number}].questions"),
                )


def _at(description: Description, key: str) -> Place:
    return Place(file=f"{description.paper.id}/{DESCRIPTION}", key=key)
