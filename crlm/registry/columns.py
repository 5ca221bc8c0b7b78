"""Which column of a file is which variable: by header, exactly, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crlm.dictionary.records import Finding
from crlm.dictionary.variables import Variable
from crlm.problems import DataError, Place, Problem, did_you_mean
from crlm.registry.reading import RawColumn, RawTable


@dataclass(frozen=True)
class FoundColumns:
    """The identifier's column, the column of each variable by name, and what was noticed about headers."""

    identifier: RawColumn
    by_variable: dict[str, RawColumn]
    findings: tuple[Finding, ...]


def find_columns(raw: RawTable, variables: Sequence[Variable], identifier: str) -> FoundColumns:
    """The columns that the protocol names.

    A header must be the same as declared, first with and then without blanks around it. Everything else
    (another case, another spelling, two columns with the same header) is a DataError: all absent columns
    together, each with the nearest header, or, when they stand in another row, that row.
    """
    wanted = [identifier, *(variable.header or variable.name for variable in variables)]
    matches = [_matching(raw, header) for header in wanted]
    absent = [header for header, columns in zip(wanted, matches, strict=True) if not columns]
    if absent:
        raise DataError(_absent(raw, wanted, absent))
    repeated = {header: columns for header, columns in zip(wanted, matches, strict=True) if len(columns) > 1}
    if repeated:
        raise DataError([_repeated(raw, header, columns) for header, columns in repeated.items()])
    found = [raw.columns[columns[0]] for columns in matches]
    by_variable = {variable.name: column for variable, column in zip(variables, found[1:], strict=True)}
    return FoundColumns(found[0], by_variable, _header_findings(raw, found))


def _matching(raw: RawTable, header: str) -> list[int]:
    exact = [position for position, column in enumerate(raw.columns) if column.written == header]
    if exact:
        return exact
    return [position for position, column in enumerate(raw.columns) if column.header == header.strip()]


def _absent(raw: RawTable, wanted: Sequence[str], absent: Sequence[str]) -> list[Problem]:
    elsewhere = _other_header_row(raw, wanted, absent)
    if elsewhere is not None:
        return [elsewhere]
    named = {header.strip() for header in wanted}
    free = [header for header in raw.headers if header and header not in named]
    return [
        Problem(
            code="column-not-found",
            given=f'there is no column "{header}".',
            allowed="a header exactly as the protocol declares it.",
            fix=_fix_for(header, free or list(raw.headers)),
            place=Place(
                file=raw.name, sheet=raw.sheet, row=raw.header_row if raw.top else None, column=header
            ),
        )
        for header in dict.fromkeys(absent)
    ]


def _fix_for(header: str, known: Sequence[str]) -> str:
    close = did_you_mean(header, known)
    return f"{close} Then set header to it in that [[column]] (or identifier in [data])."


def _other_header_row(raw: RawTable, wanted: Sequence[str], absent: Sequence[str]) -> Problem | None:
    """The problem when most declared headers stand in another row, or are split over two rows."""
    names = {header.strip() for header in wanted}
    counts = [len(names & {cell.strip() for cell in row}) for row in raw.top]
    if not counts:
        return None
    here = len(names) - len(set(absent))
    others = [row for row in range(len(counts)) if row + 1 != raw.header_row]
    best = max(others, key=lambda row: counts[row], default=None)
    if best is None or not counts[best]:
        return None
    merged = f" Merged cells: {', '.join(raw.merged_headers[:5])}." if raw.merged_headers else ""
    place = Place(file=raw.name, sheet=raw.sheet, row=raw.header_row)
    together = names & {cell.strip() for cell in (*raw.top[best], *raw.headers)}
    adjacent = abs(best + 1 - raw.header_row) == 1
    split = adjacent and here > 0 and counts[best] < len(names) and together == names
    if split:
        return Problem(
            code="headers-in-two-rows",
            given=f"the declared headers are split over rows {min(raw.header_row, best + 1)} and "
            f"{max(raw.header_row, best + 1)}.{merged}",
            allowed="all headers in one row.",
            fix=f"unmerge the cells and write every header in row {max(best + 1, raw.header_row)}.",
            place=place,
        )
    if counts[best] <= here or 2 * counts[best] < len(names):
        return None
    return Problem(
        code="header-row-elsewhere",
        given=f"row {raw.header_row} holds {here} of the {len(names)} declared headers, row {best + 1} holds "
        f"{counts[best]}.{merged}",
        allowed="the row that holds the headers.",
        fix=f"set [data] header_row = {best + 1}.",
        place=place,
    )


def _repeated(raw: RawTable, header: str, columns: Sequence[int]) -> Problem:
    places = ", ".join(str(position + 1) for position in columns)
    return Problem(
        code="header-repeated",
        given=f'{len(columns)} columns have the header "{header}" (columns {places} of the table).',
        allowed="one column per header.",
        fix="rename or remove the others.",
        place=Place(file=raw.name, sheet=raw.sheet, row=raw.header_row, column=header),
    )


def _header_findings(raw: RawTable, used: Sequence[RawColumn]) -> tuple[Finding, ...]:
    findings = []
    trimmed = [column.header for column in raw.columns if column.header != column.written]
    if trimmed:
        listed = ", ".join(f'"{header}"' for header in trimmed[:10]) + (" ..." if len(trimmed) > 10 else "")
        sentence = f"Blanks around headers were ignored: {listed}."
        findings.append(Finding("headers-with-blanks", "info", sentence, count=len(trimmed)))
    for column in used:
        alike = [one for one in raw.columns if one.header == column.header]
        if len(alike) > 1:
            sentence = f'Another column has the header "{column.header}" but for blanks; the one as declared is used.'
            findings.append(Finding("header-almost-repeated", "warning", sentence, column=column.header))
    return tuple(findings)
