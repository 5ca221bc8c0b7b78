"""The codebook: docs/reference/dictionary/, written by `python -m crlm.dictionary.registry.codebook`.

Tests check that the committed pages are current.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from crlm.dictionary.registry.codebook_html import codebook_html
from crlm.dictionary.registry.load import registry_dictionary
from crlm.dictionary.registry.model import DerivedDefinition, RecordedVariable, RegistryDictionary, Table
from crlm.dictionary.registry.words import (
    bounds_in_words,
    codes_in_words,
    kind_in_words,
    levels_of,
    links_in_words,
    users_in_words,
)

FOLDER = Path(__file__).parents[3] / "docs" / "reference" / "dictionary"
WRITTEN = (
    "<!-- Written by `python -m crlm.dictionary.registry.codebook` from crlm/dictionary/registry/. Change the TOML "
    "files there, not this page. -->"
)

MISSING = """\
## Missing values

A value that is not there is never a level and never a zero. An empty cell is missing, and so are these texts in every
column; the reason is kept beside the value.

| in the file | reason |
|---|---|
| (empty) | empty |
"""

DATES = """\
## Dates and numbers

A date is written as `2019-05-31`. Where the day is not known, `2019-05` or `2019` says what is: the precision is kept,
and calculations use the middle of the period. A number has the unit that the dictionary says; one outside its possible
range is an error, one outside its plausible range a warning. Several levels at once are joined by `;`: `resection;rfa`.
"""

SYNTAX = """\
## How a check is written

A check is an [expression](../expressions.md) over the columns of its table that must be true of every row, with two
additions. Where a value that decides is missing the check is unknown, and unknown is no violation: it is counted apart.
A partial date may be any day of its period, and only what is wrong on every one of them is a violation.

**A dotted name** is a column of a row that this row belongs to, by one link or by several:

| in a check of | written | means |
|---|---|---|
| `imaging` | `patient.date_of_death` | of the scan's patient |
| `liver_volumetry` | `crlm_episode.patient.date_of_death` | of the patient of its episode |
| `treated_lesion` | `local_treatment.patient.date_of_death` | of the patient of its procedure |
| `crlm_episode` | `previous.date_crlm_diagnosis` | of the patient's episode before this one |

`patient.date_of_death` in a table that is linked to patients only through other tables takes the shortest way.

**An aggregate** is one value for all rows of another table that belong to this row. What stands inside is about that
table. A path before the table's name starts from a row that this row belongs to:
`count(patient.haip)` in a check of `systemic_therapy` counts the pumps of the therapy's patient.

| aggregate | gives |
|---|---|
| `count(metastasis)` | how many rows there are; 0 when there are none |
| `count(local_treatment, stage_number == 2)` | how many rows meet a condition |
| `any(metastasis, lobe == 'left')` | yes when some row meets it; no when there are no rows |
| `every(metastasis, known(segments))` | yes when all rows meet it; yes when there are no rows |
| `lowest(local_treatment, date_procedure)` | the smallest or first value; unknown when there are no rows |
| `highest(metastasis, diameter_baseline_mm)` | the largest or last value; unknown when there are no rows |
| `distinct(metastasis, lesion_number)` | how many different values there are |

`lowest`, `highest` and `distinct` take a condition as a third argument, which chooses the rows. `any` and `every`
follow the rules of `or` and `and`; the others are unknown as soon as one value or condition that they need is unknown.
"""


def codebook_pages(dictionary: RegistryDictionary) -> dict[str, str]:
    """The pages of the codebook by file name: Markdown, and one HTML page with everything."""
    return {
        "README.md": _opening(dictionary),
        "tables.md": _recorded(dictionary),
        "derived.md": _derived(dictionary),
        "checks.md": _checks(dictionary),
        "codebook.html": codebook_html(dictionary),
    }


def codebook_markdown(dictionary: RegistryDictionary) -> str:
    """The whole codebook as one Markdown document."""
    pages = codebook_pages(dictionary)
    return "\n".join(pages[name] for name in ("README.md", "tables.md", "derived.md", "checks.md"))


def _opening(dictionary: RegistryDictionary) -> str:
    recorded = sum(len(table.variables) for table in dictionary.tables)
    lines = [
        WRITTEN,
        "",
        "# Data dictionary",
        "",
        f"What a registry can hold, version {dictionary.version}: {len(dictionary.tables)} tables with {recorded} "
        f"[recorded variables](tables.md), {len(dictionary.derived)} [derived variables](derived.md) that are",
        f"computed from them, and {len(dictionary.checks)} [checks](checks.md) across columns and tables.",
        "The same on one page: [codebook.html](codebook.html).",
        "",
        "| table | one row per | belongs to | variables |",
        "|---|---|---|---|",
    ]
    for table in dictionary.tables:
        parents = ", ".join(f"`{link.table}`" for link in table.links) or "–"
        row = table.row.removeprefix("one row per ")
        lines.append(
            f"| [`{table.name}`](tables.md#{table.name}) | {row} | {parents} | {len(table.variables)} |"
        )
    missing = "".join(f"| `{one.code}` | {one.reason} |\n" for one in dictionary.missing)
    return "\n".join([*lines, "", MISSING + missing, DATES])


def _recorded(dictionary: RegistryDictionary) -> str:
    lines = [WRITTEN, "", "# Recorded variables", ""]
    for table in dictionary.tables:
        lines += [*_table(table), ""]
    return "\n".join(lines)


def _table(table: Table) -> Iterator[str]:
    yield f"## {table.name}"
    yield ""
    key = " and ".join(f"`{column}`" for column in table.key)
    links = links_in_words(table)
    yield f"**{table.label}**: {table.row}. Rows are told apart by {key}." + (f" {links}." if links else "")
    if table.definition:
        yield f"{table.definition}"
    yield ""
    yield "| variable | meaning | values | needed by |"
    yield "|---|---|---|---|"
    for variable in table.variables:
        yield _row(variable, _meaning(variable), _values(variable), users_in_words(variable))


def _row(variable: RecordedVariable, *cells: str) -> str:
    return f"| `{variable.name}` | {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _meaning(variable: RecordedVariable) -> str:
    parts = [f"**{variable.label}.** {variable.definition or ''}".rstrip(), f"Source: {variable.source}."]
    codes = codes_in_words(variable)
    return "<br>".join(parts + ([f"Codes: {'; '.join(codes)}."] if codes else []))


def _values(variable: RecordedVariable) -> str:
    parts = [kind_in_words(variable), *bounds_in_words(variable)]
    parts += [
        f"`{one.code}`" + (f" = `{one.name}`" if str(one.code) != one.name else "") + f": {one.words}"
        for one in levels_of(variable)
    ]
    return "<br>".join(parts)


def _derived(dictionary: RegistryDictionary) -> str:
    lines = [
        WRITTEN,
        "",
        "# Derived variables",
        "",
        "Computed from [recorded variables](tables.md), never typed in. *Cohort*: one function of the software",
        "computes it for every study. *Protocol*: each study states its own cut-offs, groups or timepoints in its",
        "protocol. *Known at* is the date at which the value becomes known: a group that becomes known after time zero",
        "is a bias, and reports say so.",
        "",
    ]
    for unit in ("patient", "episode", "procedure", "lesion"):
        of_unit = [one for one in dictionary.derived if one.unit == unit]
        lines += [f"## Of a {unit}" if unit != "episode" else "## Of an episode", ""]
        lines += ["| variable | meaning | values | computed | needed by |", "|---|---|---|---|---|"]
        lines += [_derived_row(one) for one in of_unit]
        lines.append("")
    return "\n".join(lines)


def _derived_row(one: DerivedDefinition) -> str:
    known = f"<br>known at `{one.known_at}`" if one.known_at else ""
    what = "an endpoint of the protocol" if one.endpoint else one.computed_in
    computed = f"{what}, from {one.derived_from}"
    words = _cell(computed) + known
    cells = (_meaning(one.variable), _values(one.variable))
    return f"{_row(one.variable, *cells)[:-2]} | {words} | {users_in_words(one.variable)} |"


def _checks(dictionary: RegistryDictionary) -> str:
    lines = [
        WRITTEN,
        "",
        "# Checks",
        "",
        "What must be true of every row of a registry. An *error* is impossible, a *warning* is probably a mistake, an",
        "*info* is worth a look. The id is stable.",
        "",
        SYNTAX,
    ]
    for table in dictionary.tables:
        checks = [one for one in dictionary.checks if one.table == table.name]
        if checks:
            lines += [f"## {table.name}", "", "| id | severity | a row that breaks it | must be true |"]
            lines.append("|---|---|---|---|")
        for one in checks:
            expect = " ".join(one.expect.split()).replace("|", "\\|")
            source = f" Source: {one.source}." if one.source else ""
            lines.append(f"| `{one.id}` | {one.severity} | {one.sentence}{source} | `{expect}` |")
        if checks:
            lines.append("")
    return "\n".join(lines)


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in codebook_pages(registry_dictionary()).items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
