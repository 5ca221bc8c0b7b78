"""The page of agreement with R: complete, and made by a recorder that notes what a test compares."""

import pytest

from tests.golden import golden
from tests.prove.agreement import PAGE, files, modules, power
from tests.prove.agreement_rows import rule_of
from tests.prove.recorder import Recorder


@pytest.mark.parametrize("file", files())
def test_every_golden_is_on_the_page(file):
    assert f"[{file}.json]" in PAGE.read_text(encoding="utf-8")
    assert rule_of(file, "") is not None or any(rule_of(file, key) is not None for key in golden(file))


def test_the_page_has_no_broken_promise():
    text = PAGE.read_text(encoding="utf-8")
    assert "All are within their limits." in text and "Broken" not in text


def test_a_test_that_compares_is_noted(tmp_path):
    # One number off by 1e-9, which the test tolerates and the page would show.
    file = tmp_path / "test_it.py"
    file.write_text(
        "import pytest\n"
        "from tests.golden import golden\n"
        "CASE = golden('cox')['cases'][0]\n"
        "def test_it():\n"
        "    ours = [one * (1 + 1e-9) for one in CASE['coefficients']]\n"
        "    assert ours == pytest.approx(CASE['coefficients'], rel=1e-8)\n"
    )
    recorder = Recorder()
    assert pytest.main(["-q", "-p", "no:cacheprovider", str(file)], plugins=[recorder]) == 0
    assert [one.theirs for one in recorder.comparisons] == golden("cox")["cases"][0]["coefficients"]
    for one in recorder.comparisons:
        assert (one.place.file, one.place.path[:3]) == ("cox", ("cases", 0, "coefficients"))
        assert one.place.data_set == golden("cox")["cases"][0]["set"][0]
        assert one.difference == pytest.approx(1e-9, rel=1e-6)


def test_the_modules_that_compare_are_found():
    assert any(one.endswith("test_cox.py") for one in modules())
    assert any(one.endswith("test_public_studies.py") for one in modules())


def test_powers_are_short():
    assert [power(0.0), power(1e-8), power(1.24e-12)] == ["0", "1e-8", "1.2e-12"]
