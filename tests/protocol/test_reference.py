"""The reference page is current, and every example on it works."""

import re

from crlm.study.protocol.check import check_protocol
from crlm.study.protocol.model import Protocol
from crlm.study.protocol.reference import PAGE, SECTIONS, complete_example, page
from crlm.study.protocol.schema import protocol_schema
from tests.protocol.samples import loaded

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_is_current():
    assert page() == TEXT, "run python -m crlm.study.protocol.reference"


def test_every_section_and_every_key_is_on_the_page():
    assert [key for key, *_ in SECTIONS] == list(Protocol.model_fields)
    for table in protocol_schema()["$defs"].values():
        for key in (table["anyOf"][0] if "anyOf" in table else table)["properties"]:
            assert f"| `{key}` |" in TEXT


def test_the_examples_marked_complete_are_protocols_without_problems(tmp_path):
    examples = re.findall(r"```toml complete\n(.*?)```", TEXT, flags=re.DOTALL)
    assert examples
    for example in examples:
        assert check_protocol(loaded(tmp_path, example)) == ()


def test_the_other_examples_together_are_a_protocol_without_problems(tmp_path):
    examples = re.findall(r"```toml\n(.*?)```", TEXT, flags=re.DOTALL)
    assert "\n".join(examples) == complete_example()
    assert check_protocol(loaded(tmp_path, "\n".join(examples))) == ()
