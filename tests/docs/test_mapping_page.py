"""The page on mappings names every key of a mapping, and its example is one."""

import re
from pathlib import Path

from crlm.dictionary.registry import registry_dictionary
from crlm.registry.importing import mapping
from crlm.registry.importing.mapping_file import SHIPPED, load_mapping

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "mapping.md").read_text(encoding="utf-8")


def keys(section):
    text = re.search(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL).group(1)
    return {
        re.sub(r"[\[\]]", "", one).split(".")[-1]
        for one in re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)
    }


def test_every_key_is_on_the_page():
    assert keys("The file") == set(mapping.Mapping.model_fields)
    assert keys("`[data]`") == set(mapping.Reading.model_fields)
    assert keys("`[[table]]`") == set(mapping.TableSource.model_fields)
    assert keys("A column") == set(mapping.ColumnSource.model_fields)


def test_the_example_is_a_mapping(tmp_path):
    (tmp_path / "example.toml").write_text(re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL).group(1))
    assert len(load_mapping(tmp_path / "example.toml", registry_dictionary()).mapping.table) == 2


def test_every_shipped_mapping_is_on_the_page():
    assert keys("Shipped mappings") == {path.stem for path in SHIPPED.glob("*.toml")}
