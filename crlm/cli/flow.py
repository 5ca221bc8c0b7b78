"""What several commands do first: load and check a protocol, read and type its table."""

from __future__ import annotations

from pathlib import Path

from crlm.cli import terminal
from crlm.dictionary.records import Records
from crlm.problems import ProtocolError
from crlm.study.protocol.check import check_protocol
from crlm.study.protocol.load import LoadedProtocol, find_protocol
from crlm.study.protocol.model import Protocol


def load(name: str) -> LoadedProtocol:
    """The protocol at a path, or the shipped one of that id."""
    return find_protocol(name)


def checked_protocol(name: str, *, quiet: bool) -> LoadedProtocol:
    """A protocol without errors; its warnings are printed, its errors are raised all at once."""
    loaded = load(name)
    problems = check_protocol(loaded)
    if any(problem.severity == "error" for problem in problems):
        raise ProtocolError(problems)
    terminal.print_warnings(problems, quiet=quiet)
    return loaded


def read_records(protocol: Protocol, path: Path) -> Records:
    """The table as typed records, with derived variables and with what the checks found."""
    from crlm.registry.findings import DeclaredCheck, with_findings
    from crlm.registry.reading import ReadOptions, read_table
    from crlm.registry.typed import typed_records
    from crlm.study.units import base_records

    declared = protocol.data
    raw = read_table(
        path,
        ReadOptions(
            sheet=declared.sheet,
            header_row=declared.header_row,
            delimiter=declared.delimiter,
            decimal=declared.decimal,
            encoding=declared.encoding,
        ),
    )
    records = typed_records(
        raw,
        protocol.column,
        identifier=declared.identifier,
        missing_codes=declared.missing,
        synthetic=declared.synthetic,
    )
    checks = [DeclaredCheck(one.id, one.expect, one.sentence, one.severity) for one in protocol.check]
    return with_findings(base_records(protocol, records), checks)
