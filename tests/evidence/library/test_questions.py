"""Questions of a paper.toml: the groups and levels they name, and rows that do not answer them."""

import pytest

from crlm.evidence import load_paper
from crlm.evidence.asked import sides_of
from crlm.evidence.checking import check_paper
from crlm.evidence.pooling import by_question
from tests.evidence.library.small_paper import TOML, written

ASKED = 'endpoint = "OS"\neffects = ["E1"]'


def problems(folder, question, caution=""):
    """What is said of the small paper with another question."""
    assert ASKED in TOML
    path = written(folder)
    (path / "paper.toml").write_text(TOML.replace(ASKED, question) + caution, encoding="utf-8")
    return check_paper(path)


@pytest.mark.parametrize(
    ("treatment", "control"),
    [
        ("ablation", "resection"),
        ("Ablation", "Resection"),
        ("resection", "ablation"),
        ("Resection", "ablation"),
    ],
)
def test_a_side_is_a_group_or_a_level(tmp_path, treatment, control):
    asked = f'endpoint = "OS"\ntreatment = "{treatment}"\ncontrol = "{control}"\neffects = ["E1"]'
    assert problems(tmp_path, asked) == ()
    one = load_paper(tmp_path / "small-2024")
    first, second = sides_of(one, one.questions[0])
    assert (first.level, second.level) == (treatment.title(), control.title())
    assert first.group.id == treatment.lower() and second.words == control.lower()
    (found,) = by_question([one], "ablation-versus-resection").estimates
    assert bool(found.done) is (treatment.lower() == "resection")


@pytest.mark.parametrize(
    ("asked", "words", "fix"),
    [
        ('endpoint = "DFS"\neffects = ["E1"]', 'E1 is of the endpoint "OS"', 'endpoint = "OS"'),
        (
            'endpoint = "OS"\ntreatment = "Ablation"\ncontrol = "Nothing"\neffects = ["E1"]',
            'E1 compares "Ablation" with "Resection"',
            'control = "Resection"',
        ),
        (
            'endpoint = "OS"\ntreatment = "Ablation"\neffects = ["E1"]',
            "the question has no control",
            "add control",
        ),
        (
            'endpoint = "OS"\ncontrol = "Ablation"\neffects = ["E1"]',
            "the question has no treatment",
            "add treatment",
        ),
    ],
)
def test_a_row_that_does_not_answer_its_question_is_an_error(tmp_path, asked, words, fix):
    (found,) = problems(tmp_path, asked)
    assert (found.code, found.severity) == ("evidence-reference", "error")
    assert words in found.given and fix in found.fix and found.allowed
    assert found.place.file == "small-2024/paper.toml" and found.place.key.startswith("question[1]")


def test_a_caution_names_questions_that_there_are(tmp_path):
    caution = '\n[[caution]]\nkind = "selection"\nsentence = "S."\nplace = "P"\norigin = "reader"\nquestions = ["{}"]\n'
    (found,) = problems(tmp_path, ASKED, caution.format("ablation-versus-resection/DFS"))
    assert "is no question" in found.given and 'mean "ablation-versus-resection/OS"' in found.fix
    assert found.place.key == "caution[1].questions"
    assert problems(tmp_path / "other", ASKED, caution.format("ablation-versus-resection")) == ()
