"""The JSON of curves and robustness fits its published schema, which allows nothing else."""

import json
import sys

import jsonschema
import pytest

from crlm.cli import main
from tests.evidence.curves.test_curve_command import FREIREICH


def printed(monkeypatch, capsys, *arguments):
    """What a command prints, as JSON."""
    monkeypatch.setattr(sys, "argv", ["crlm", *arguments])
    with pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("curve", ("dijkstra-2021", "--endpoint", "OS")),
        ("curve", (FREIREICH, "--reference", "placebo")),
        ("robustness", ("hellingman-2021", "E0589")),
        ("robustness", ("--estimate", "0.3", "--measure", "OR", "--table", "3/50,12/50", "--outcome-rare")),
        ("robustness", ("--estimate", "2", "--measure", "RR", "--confounder", "frailty", "--confounder-effect", "3",
                        "--prevalence", "0.2")),
        ("card", ("nac-then-local-versus-upfront-local",)),
        ("pool", ("--comparison", "nac-then-local-versus-upfront-local")),
    ],
)  # fmt: skip
def test_what_is_printed_fits_the_schema(monkeypatch, capsys, name, arguments):
    schema = printed(monkeypatch, capsys, "schema", name)
    jsonschema.Draft202012Validator.check_schema(schema)
    document = printed(monkeypatch, capsys, "evidence", name, *arguments, "--json")
    jsonschema.validate(document, schema)
    assert document["exit_code"] == 0
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "more": 1}, schema)
    for key in schema["required"]:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({one: value for one, value in document.items() if one != key}, schema)
