"""All or nothing: a folder appears complete or not at all, and nobody's files are lost."""

import os

import pytest

from crlm.output import staged_folder
from crlm.problems import OutputError

OURS = ("results.json", "tables")


def left_over(parent):
    return sorted(entry.name for entry in parent.iterdir())


def test_the_folder_appears_when_the_block_ends(tmp_path):
    with staged_folder(tmp_path / "new" / "report", ours=OURS) as folder:
        (folder / "results.json").write_text("1")
        assert not (tmp_path / "new" / "report").exists()
    assert (tmp_path / "new" / "report" / "results.json").read_text() == "1"
    assert left_over(tmp_path / "new") == ["report"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_nothing_is_left_when_the_block_fails(tmp_path, error):
    with pytest.raises(error), staged_folder(tmp_path / "report", ours=OURS) as folder:
        (folder / "results.json").write_text("half")
        raise error
    assert left_over(tmp_path) == []


def test_an_earlier_output_is_replaced_as_a_whole_and_stays_when_the_new_one_fails(tmp_path):
    target = tmp_path / "report"
    for text in ("first", "second"):
        with staged_folder(target, ours=OURS) as folder:
            (folder / ("results.json" if text == "second" else "tables")).write_text(text)
    assert left_over(target) == ["results.json"]
    with pytest.raises(ValueError), staged_folder(target, ours=OURS):
        raise ValueError
    assert (target / "results.json").read_text() == "second"
    assert left_over(tmp_path) == ["report"]


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(OutputError) as error, staged_folder(tmp_path, ours=OURS):
        pytest.fail("must not start")
    assert error.value.problems[0].code == "output-not-ours" and "thesis.docx" in str(error.value)


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "report").write_text("")
    with pytest.raises(OutputError) as error, staged_folder(tmp_path / "report", ours=OURS):
        pytest.fail("must not start")
    assert error.value.problems[0].code == "output-is-a-file"


def test_a_place_that_cannot_be_written_is_an_answer(tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("")
    with pytest.raises(OutputError) as error, staged_folder(blocker / "report", ours=OURS):
        pytest.fail("must not start")
    assert error.value.problems[0].code == "output-not-writable"


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere"
)
def test_a_folder_without_permission_is_an_answer(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError), staged_folder(tmp_path / "report", ours=OURS):
        pytest.fail("must not start")
