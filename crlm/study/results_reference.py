"""Writes docs/reference/results.md from the schema: `python -m crlm.study.results_reference`.

A test checks that the committed page is current; its example runs with the other code blocks of the documentation.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crlm.study.results import SCHEMA_VERSION
from crlm.study.results_schema import Schema, results_schema

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "results.md"

OPENING = f"""\
<!-- Written by `python -m crlm.study.results_reference` from the models in crlm/study/results/. Change those, not
this page. -->

# The results document

A run writes one `results.json`. It has every number of the study, unrounded, with its denominator, its method and where
it came from. Tables, figures and reports are renderings of it and compute nothing: what you read there is here.
`crlm schema results` prints its JSON Schema.

## How to read it

Any software that reads JSON will do. Here is a run on synthetic data, and a median and a hazard ratio from it:

```console
$ crlm data synth resected-crlm-public --out synthetic
$ crlm study run resected-crlm-public --data synthetic/clinical.csv --out report --formats html
```

```python
import json
from pathlib import Path


def shown(estimate):
    numbers = [estimate["value"], estimate["lower"], estimate["upper"]]
    value, lower, upper = ("none" if one is None else f"{{one:.2f}}" for one in numbers)
    return f"{{value}} ({{lower}} to {{upper}}), {{estimate['reason'] or 'complete'}}"


results = json.loads(Path("report/results.json").read_text(encoding="utf-8"))
survival = next(one for one in results["endpoints"] if one["id"] == "os")
print("Median survival,", survival["time_unit"] + ":", shown(survival["overall"]["median"]))
model = next(one for one in results["models"] if one["endpoint"] == "os")
term = next(one for one in model["terms"] if one["variable"] == "node_positive_primary")
row = next(one for one in term["levels"] if not one["reference"])
print("Hazard ratio,", row["label"] + ":", shown(row["univariable"]["hazard_ratio"]))
```

```output
Median survival, months: 93.10 (76.70 to 110.00), complete
Hazard ratio, Node-positive: 1.83 (1.21 to 2.78), complete
```

What holds everywhere:

- **An estimate, bound or p that does not exist is `null` beside a `reason` in words** (a coefficient's reason stands
  with its hazard ratio). There is no NaN and no infinity. Read the `reason` before concluding anything from a `null`.
- Every key is always there. A key without a value is `null`, an empty list or an empty object.
- Percentages run from 0 to 100 and stand beside their numerator and denominator. Survival is a probability, 0 to 1.
- Times are in the unit that their endpoint names. Hazard ratios are on the ratio scale, p values are two-sided.
- Nothing is rounded: rounding belongs to the renderings.
- Endpoints, models and tables are found by their `id`, variables and levels by their name in the protocol. Labels and
  sentences are for people; their words may change.

## What is promised

`schema_version` is `"{SCHEMA_VERSION}"` here. Its second number rises when keys are added: software that ignores keys
that it does not know reads the new document as it read the old one. Its first number rises when a key is removed or
renamed or changes its meaning; [the changelog](../../CHANGELOG.md) then says what to do. Ids of methods and rules are
as stable as keys.

The schema is strict: it refuses keys that it does not know. So check a document against the schema of its own version,
which stands at the end of the schema's `$id`: `urn:crlm:schema:results:{SCHEMA_VERSION}`.

## The whole document
"""

EVERYWHERE = ("Number", "Interval", "Test")
"""What occurs everywhere is explained first."""


def page() -> str:
    """The page: the opening, the document's own keys, then every part in the order in which it is met."""
    schema = results_schema()
    parts = schema["$defs"]
    sections = [OPENING, *_table(schema), "\n## Its parts"]
    for name in (*EVERYWHERE, *(one for one in _met(schema, parts) if one not in EVERYWHERE)):
        sections += [f"\n### {name}\n", f"{_one_line(parts[name]['description'])}\n", *_table(parts[name])]
    return "\n".join(sections) + "\n"


def _table(part: Schema) -> Iterator[str]:
    yield "| key | what | meaning |"
    yield "| --- | --- | --- |"
    for name, field in part["properties"].items():
        meaning = _one_line(field["description"]).replace("|", "\\|")
        yield f"| `{name}` | {_in_words(field)} | {meaning} |"


def _met(part: Schema, parts: dict[str, Schema]) -> list[str]:
    """The names of the parts in the order in which a reader of the document meets them, each once."""
    names: list[str] = []
    for field in part["properties"].values():
        for name in _references(field):
            if name not in names:
                names += [one for one in (name, *_met(parts[name], parts)) if one not in names]
    return names


def _references(field: Any) -> Iterator[str]:
    if isinstance(field, list):
        for one in field:
            yield from _references(one)
    elif isinstance(field, dict):
        for key, value in field.items():
            if key == "$ref":
                yield value.rsplit("/", 1)[1]
            else:
                yield from _references(value)


def _in_words(field: Schema) -> str:
    """The kind of a value, with a link where it is a part of its own."""
    if "$ref" in field:
        name = field["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in field:
        choices = [_in_words(one) for one in field["anyOf"]]
        return " or ".join(choices)
    if "const" in field:
        return f'`"{field["const"]}"`'
    if "enum" in field:
        return ", ".join(f'`"{one}"`' for one in field["enum"])
    if field["type"] == "array":
        if "prefixItems" in field:
            return f"list of {len(field['prefixItems'])}: {_in_words(field['prefixItems'][0])}"
        return f"list: {_in_words(field['items'])}"
    if field["type"] == "object":
        return f"object: {_in_words(field['additionalProperties'])}"
    return {
        "string": "text",
        "number": "number",
        "integer": "whole number",
        "boolean": "true or false",
        "null": "null",
    }[field["type"]]


def _one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
