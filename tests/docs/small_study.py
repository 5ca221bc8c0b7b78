"""A small study without any problem, for the tests to put one into: its protocol, its table, and what is found."""

from pathlib import Path

from crlm.cli.flow import read_records
from crlm.problems import CrlmError
from crlm.study.protocol.check import check_protocol
from crlm.study.protocol.load import find_protocol, load_protocol
from crlm.study.run import run_study

PROTOCOL = """\
[study]
id = "small"
title = "Nodal status and survival"

[data]
identifier = "id"
missing = [{ code = -999, reason = "not available" }]

[[column]]
name = "age"
label = "Age"
type = "integer"
unit = "years"
range = [0, 120]
plausible = [18, 95]

[[column]]
name = "cea"
label = "CEA"
type = "number"
unit = "µg/L"

[[column]]
name = "nodes"
label = "Nodes"
type = "category"
levels = [{ code = 0, name = "negative" }, { code = 1, name = "positive" }]

[[column]]
name = "operated"
label = "Date of operation"
type = "date"

[[column]]
name = "months"
label = "Follow-up"
type = "number"
unit = "months"

[[column]]
name = "status"
label = "Status"
type = "category"
levels = [{ code = 0, name = "alive" }, { code = 1, name = "dead" }]

[[derived]]
name = "older"
label = "65 or older"
type = "yes_no"
expression = "age >= 65"

[[check]]
id = "follow-up-is-short"
expect = "months <= 240"
sentence = "Follow-up is longer than 20 years."

[[population.criteria]]
label = "Adults"
include = "age >= 18"

[comparison]
variable = "nodes"
reference = "negative"

[[endpoint]]
id = "os"
label = "Overall survival"
time = "months"
status = "status"
event = ["dead"]
censor = ["alive"]
landmarks = [12, 36]

[[baseline]]
[[baseline.blocks]]
rows = ["age", "older"]

[[model]]
id = "cox-os"
endpoint = "os"
candidates = ["nodes", "age"]
keep = { all = true }

[[subgroups]]
id = "subgroups-os"
endpoint = "os"
variables = ["older"]
"""

HEADER = ["id", "age", "cea", "nodes", "operated", "months", "status"]
ROWS = [
    [f"P{n:02d}", 40 + 3 * n, 2.5 * n, n % 2, f"2015-{1 + n % 12:02d}-{10 + n}", 5.5 * n, (n // 2) % 2]
    for n in range(1, 15)
]
"""The table, row 2 of the file first; row numbers below count as a spreadsheet does."""


def table(*changes, header=HEADER, delimiter=","):
    """The table as text, with some cells changed: (row, column, value)."""
    lines = [list(header), *([*row] for row in ROWS)]
    for row, column, value in changes:
        lines[row - 1][HEADER.index(column)] = value
    return (
        "\n".join(delimiter.join("" if cell is None else str(cell) for cell in line) for line in lines) + "\n"
    )


def changed(old, new):
    """The protocol with one place changed; the place must be there once."""
    assert PROTOCOL.count(old) == 1, old
    return PROTOCOL.replace(old, new)


def protocol_problems(text, name="small.toml"):
    """What `crlm study check` finds in a protocol."""
    Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        return check_protocol(find_protocol(name))
    except CrlmError as error:
        return error.problems


def data_problems(data, protocol=PROTOCOL, name="patients.csv"):
    """What a run of a protocol on a table's text or bytes ends with: its problems, or else its findings."""
    Path("small.toml").write_text(protocol, encoding="utf-8")
    loaded = load_protocol(Path("small.toml"))
    if data is not None:
        Path(name).write_bytes(data if isinstance(data, bytes) else data.encode())
    try:
        records = read_records(loaded.protocol, Path(name))
        run_study(loaded, records)
    except CrlmError as error:
        return error.problems
    return records.findings
