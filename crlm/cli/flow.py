"""What several commands do first: load and check a protocol, read and type its table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crlm.cli import terminal
from crlm.dictionary.records import Records, Registry
from crlm.problems import ArgumentError, Problem, ProtocolError
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


def read_source(
    protocol: Protocol, path: Path, mapping: Path | None, tell: Callable[[str], None]
) -> Records | Registry:
    """What a protocol runs on: a registry (a snapshot, or a source read on the fly) or one table."""
    if not protocol.data.registry:
        if mapping is not None:
            raise ArgumentError(
                Problem(
                    "mapping-without-registry",
                    "this protocol reads one table, whose columns it declares itself.",
                    "--mapping for protocols with [data] registry = true.",
                    "leave out --mapping.",
                )
            )
        tell("Reading the table")
        return read_records(protocol, path)
    from crlm.cohort.views.columns import REASONS, needed_columns
    from crlm.registry.snapshot import Only, open_registry
    from crlm.study.protocol.usage import to_read

    only = Only(needed_columns(to_read(protocol)), REASONS)
    return open_registry(path, mapping, progress=tell, only=only)


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
