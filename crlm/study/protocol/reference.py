"""Writes docs/reference/protocol.md from the schema: `python -m crlm.study.protocol.reference`.

Tests check that the committed page is current, that the examples together are a protocol without problems, and that
the smallest one loads.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from crlm.study.protocol.schema import protocol_schema

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "protocol.md"

SMALLEST = """\
[study]
id = "my-study"
title = "Survival after resection of colorectal liver metastases"

[data]
identifier = "patient"

[[column]]
name = "months"
label = "Survival time"
type = "number"
unit = "months"

[[column]]
name = "status"
label = "Vital status"
type = "category"
levels = [{ code = 0, name = "alive" }, { code = 1, name = "dead" }]

[[endpoint]]
id = "os"
label = "Overall survival"
time = "months"
status = "status"
event = ["dead"]
censor = ["alive"]
"""

SECTIONS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    (
        "study",
        "Study",
        (),
        """\
[study]
id = "size-and-survival"
title = "Tumour size and survival after resection of colorectal liver metastases"
question = "Is a large metastasis associated with shorter overall survival?"
design = "Retrospective single-centre cohort"
""",
    ),
    (
        "data",
        "Data",
        ("MissingCode",),
        """\
[data]
identifier = "Patient-ID"
missing = [{ code = -999, reason = "not available" }]
""",
    ),
    (
        "column",
        "Variable",
        ("Level",),
        """\
[[column]]
name = "age"
label = "Age at operation"
type = "number"
unit = "years"
range = [0, 120]
plausible = [18, 95]

[[column]]
name = "sex"
label = "Sex"
type = "category"
levels = [{ code = 1, name = "male", label = "Male" }, { code = 2, name = "female", label = "Female" }]

[[column]]
name = "bilobar"
header = "bilobar_disease"
label = "Bilobar disease"
type = "yes_no"

[[column]]
name = "size"
header = "max_tumor_size"
label = "Largest tumour"
type = "number"
unit = "cm"

[[column]]
name = "months"
label = "Survival time"
type = "number"
unit = "months"

[[column]]
name = "status"
label = "Vital status"
type = "category"
levels = [{ code = 0, name = "alive", label = "Alive" }, { code = 1, name = "dead", label = "Dead" }]
""",
    ),
    (
        "relabel",
        "Relabel",
        (),
        """\
[[relabel]]
name = "sex"
reference = "male"
""",
    ),
    (
        "derived",
        "Derived",
        (),
        """\
[[derived]]
name = "large"
label = "Largest tumour above 5 cm"
type = "yes_no"
expression = "size > 5"

[[derived]]
name = "age_class"
label = "Age"
type = "category"
ordered = true
levels = [{ name = "under_60", label = "Under 60" }, { name = "from_60", label = "60 or older" }]
expression = "cut(age, [60], ['under_60', 'from_60'], side='left')"
""",
    ),
    (
        "check",
        "Check",
        (),
        """\
[[check]]
id = "size-positive"
expect = "size > 0"
sentence = "The largest tumour is recorded as 0 cm."
""",
    ),
    (
        "population",
        "Population",
        ("Criterion",),
        """\
[population]
description = "Patients after resection of colorectal liver metastases."

[[population.criteria]]
label = "Survival time and vital status recorded"
include = "known(months) and known(status)"

[[population.criteria]]
label = "Tumour of 20 cm or more"
exclude = "size >= 20"
unknown = "include"
""",
    ),
    (
        "comparison",
        "Comparison",
        (),
        """\
[comparison]
variable = "large"
reference = "no"
unknown = "exclude"
""",
    ),
    (
        "endpoint",
        "Endpoint",
        ("Dates",),
        """\
[[endpoint]]
id = "os"
label = "Overall survival"
time = "months"
status = "status"
event = ["dead"]
censor = ["alive"]
time_zero = "liver resection"
definition = "Death from any cause."
landmarks = [12, 36, 60]
""",
    ),
    (
        "baseline",
        "Baseline",
        ("Block", "Row"),
        """\
[[baseline]]
title = "Characteristics by tumour size"
category_test = "fisher"

[[baseline.blocks]]
title = "Patient"
rows = ["sex", { variable = "age", summary = "mean_sd", test = "t" }]

[[baseline.blocks]]
title = "Liver metastases"
rows = ["bilobar"]
""",
    ),
    (
        "paired",
        "Paired",
        ("PairedRow",),
        """\
[[paired]]
title = "Before and after chemotherapy"
before = "Before chemotherapy"
after = "Before resection"
rows = [
    { before = "size", after = "size_at_resection" },
    { before = "bilobar", after = "bilobar_at_resection" },
    { before = "sex" },
]
""",
    ),
    (
        "model",
        "Model",
        ("Candidate", "Keep", "Confounder"),
        """\
[[model]]
id = "cox-os"
endpoint = "os"
candidates = [{ variable = "age", per = 10 }, "sex", "bilobar", "large"]
always = ["large"]
keep = { univariable_p = 0.10 }
""",
    ),
    (
        "subgroups",
        "Subgroups",
        (),
        """\
[[subgroups]]
endpoint = "os"
variables = ["sex", "bilobar", "age_class"]
""",
    ),
    (
        "reporting",
        "Reporting",
        (),
        """\
[reporting]
setting = "One university hospital; operations from 2010 to 2020."
limitations = "One centre; RAS status was not recorded."
""",
    ),
)
"""Key of the protocol, its table in the schema, tables inside it, and an example.

The examples make one protocol of a table, but for those of APART.
"""

APART = {"relabel": "registry", "paired": "apart"}
"""Examples that are not part of the one protocol, and the mark of their blocks."""

INSIDE = {
    "MissingCode": "A missing code",
    "Level": "A level",
    "Dates": "`dates`",
    "Criterion": "`[[population.criteria]]`",
    "Block": "`[[baseline.blocks]]`",
    "Row": "A row of a block",
    "Candidate": "A candidate",
    "Keep": "`keep`",
    "Confounder": "`keep.confounder`",
    "PairedRow": "A row of pairs",
}
"""What the tables inside others are called."""

OPENING = """\
<!-- Written by `python -m crlm.study.protocol.reference` from the models in crlm/study/protocol/model/. Change
those, not this page. -->

# The protocol

A protocol is a [TOML](https://toml.io) file that states a study before it runs. `crlm study check FILE` says in words
what it will do and lists every problem with its line; `crlm schema protocol` prints its JSON Schema, which editors
use to complete and check keys. A key that is not listed here is refused. Criteria, derived variables and checks are
[expressions](expressions.md).

Names of variables and levels are a letter, then letters, digits or underscores. Ids are small letters, digits, dots,
underscores and hyphens.
"""


def complete_example() -> str:
    """The examples of all sections, which together are one protocol."""
    return "\n".join(example for key, *_, example in SECTIONS if key not in APART)


def page() -> str:
    """The reference page."""
    schema = protocol_schema()
    parts = [OPENING, "## The smallest protocol\n", f"```toml complete\n{SMALLEST}```\n"]
    for key, table, inside, example in SECTIONS:
        field = schema["properties"][key]
        heading = f"[[{key}]]" if field.get("type") == "array" else f"[{key}]"
        need = "Required. " if key in schema["required"] else ""
        parts.append(f"## `{heading}`\n\n{need}{_description(schema, table)}\n")
        parts.append(_keys(schema, table))
        for name in inside:
            parts.append(f"### {INSIDE[name]}\n\n{_description(schema, name)}\n")
            parts.append(_keys(schema, name))
        mark = f" {APART[key]}" if key in APART else ""
        parts.append(f"```toml{mark}\n{example}```\n")
    return "\n".join(parts)


def _table(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """A table's own schema, without the bare text that may stand for it."""
    table: dict[str, Any] = schema["$defs"][name]
    return table["anyOf"][0] if "anyOf" in table else table


def _description(schema: dict[str, Any], name: str) -> str:
    bare = " A bare text stands for a table with that name only." if "anyOf" in schema["$defs"][name] else ""
    return f"{_table(schema, name)['description']}{bare}"


def _keys(schema: dict[str, Any], name: str) -> str:
    table = _table(schema, name)
    lines = ["| key | what | default | meaning |", "| --- | --- | --- | --- |"]
    for key, field in table["properties"].items():
        default = "**required**" if key in table.get("required", ()) else _default(field)
        meaning = field.get("description", "").replace("|", "\\|")
        lines.append(f"| `{key}` | {_what(schema, field)} | {default} | {meaning} |")
    return "\n".join(lines) + "\n"


def _default(field: dict[str, Any]) -> str:
    given = field.get("default")
    return "" if given in (None, [], {}) or isinstance(given, dict) else f"`{json.dumps(given)}`"


def _what(schema: dict[str, Any], field: dict[str, Any]) -> str:
    """The kind of a value in words."""
    if "$ref" in field:
        return INSIDE.get(field["$ref"].rsplit("/", 1)[1], "table").lower().removeprefix("a ")
    if "anyOf" in field:
        return ", ".join(dict.fromkeys(_what(schema, one) for one in field["anyOf"]))
    if "enum" in field or "const" in field:
        values = field.get("enum", [field.get("const")])
        return " ".join(f"`{json.dumps(one)}`" for one in values).replace("|", "\\|")
    if field["type"] == "array":
        return "[lowest, highest]" if "prefixItems" in field else f"list: {_what(schema, field['items'])}"
    if field["type"] == "string":
        return {"^[A-Z": "name", "^[a-z": "id"}.get(field.get("pattern", "")[:5], "text")
    words = {"boolean": "true, false", "integer": "whole number", "number": "number"}
    return f"{words[field['type']]}{_bounds(field)}"


def _bounds(field: dict[str, Any]) -> str:
    words = {
        "exclusiveMinimum": "above",
        "minimum": "at least",
        "exclusiveMaximum": "below",
        "maximum": "at most",
    }
    said = [f"{word} {field[key]:g}" for key, word in words.items() if key in field]
    return f" {', '.join(said)}" if said else ""


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
