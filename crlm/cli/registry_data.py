"""What `crlm data check` and `crlm data import` do with a registry."""

from __future__ import annotations

from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from crlm.cli import terminal
from crlm.problems import ArgumentError, DataError, Problem

if TYPE_CHECKING:
    from crlm.registry.importing import Checked, Issue

REPORT_ENTRIES = ("report.html", "report.json", "findings.csv", "annotated")
MOST_SHOWN = 40
"""So many findings are printed; the report has them all."""


def check(source: str, mapping: Path | None, out: Path | None, *, json: bool) -> None:
    """Dry run: print what was noticed, write the report where it is asked for; exit code 4 when there is an error."""
    from crlm.registry.importing import check_registry
    from crlm.registry.importing.report import counts, report_document
    from crlm.registry.snapshot import is_snapshot, read_snapshot

    if is_snapshot(Path(source)):
        registry = read_snapshot(source, thorough=True)
        _print_snapshot(Path(source).name, registry.snapshot or "", registry.source.rows, json=json)
        return
    with terminal.progress(quiet=json) as tell:
        checked = check_registry(source, mapping, progress=tell)
        written = _write_report(checked, source, out) if out is not None else ()
    exit_code = DataError.exit_code if checked.errors else 0
    if json:
        terminal.print_json({"exit_code": exit_code, **report_document(checked)})
    else:
        _print_issues(checked)
        number = counts(checked)
        typer.echo(f"{number['error']} errors, {number['warning']} warnings, {number['info']} remarks.")
        if out is not None:
            typer.echo(f"Written to {out}: {', '.join(written)}")
    if exit_code:
        raise typer.Exit(exit_code)


def make_snapshot(
    source: str, mapping: Path | None, out: Path, *, accept_errors: bool, quiet: bool, json: bool
) -> None:
    """Check a registry and write its snapshot."""
    from crlm.registry.importing import check_registry, refuse_errors
    from crlm.registry.importing.report import counts
    from crlm.registry.snapshot import keep_checked

    with terminal.progress(quiet=quiet or json) as tell:
        checked = check_registry(source, mapping, progress=tell)
        refuse_errors(checked, accept_errors=accept_errors)
        identity = keep_checked(checked, out, progress=tell)
    registry, number = checked.registry, counts(checked)
    tables = {name: records.frame.height for name, records in registry.tables.items()}
    if json:
        terminal.print_json(
            {
                "exit_code": 0,
                "folder": str(out),
                "snapshot": identity,
                "synthetic": registry.source.synthetic,
                "tables": [{"name": name, "rows": rows} for name, rows in tables.items()],
                **number,
            }
        )
    elif not quiet:
        synthetic = "SYNTHETIC " if registry.source.synthetic else ""
        typer.echo(
            f"{tables['patient']} {synthetic}patients, {registry.source.rows} rows in "
            f"{sum(map(bool, tables.values()))} tables."
        )
        typer.echo(f"{number['error']} errors, {number['warning']} warnings, {number['info']} remarks.")
        typer.echo(f"Snapshot {identity[:12]} written to {out}")


def refuse_registry_options(mapping: Path | None, out: Path | None) -> None:
    """A table that a protocol declares has no mapping and no report of its own."""
    given = "--mapping" if mapping is not None else "--out" if out is not None else None
    if given is not None:
        raise ArgumentError(
            Problem(
                "mapping-without-registry",
                f"{given} is for registries, and this protocol reads one table, whose columns it declares itself.",
                "protocols with [data] registry = true.",
                f"leave out {given}.",
            )
        )


def _write_report(checked: Checked, source: str, out: Path) -> tuple[str, ...]:
    from crlm.output import staged_folder
    from crlm.registry.importing.annotate import annotated_files, findings_csv
    from crlm.registry.importing.report import report_document, report_html

    with staged_folder(out, ours=REPORT_ENTRIES) as folder:
        (folder / "annotated").mkdir()
        copies = annotated_files(checked, Path(source), folder / "annotated")
        if not copies:
            (folder / "annotated").rmdir()
        (folder / "report.html").write_text(report_html(checked, copies), "utf-8", "backslashreplace")
        document = dumps(report_document(checked), indent=1, ensure_ascii=True)
        (folder / "report.json").write_text(document + "\n", encoding="utf-8")
        (folder / "findings.csv").write_text(
            findings_csv(checked), "utf-8-sig", "backslashreplace", newline=""
        )
        return tuple(sorted(one.name for one in folder.iterdir()))


def _print_issues(checked: Checked) -> None:
    registry = checked.registry
    synthetic = ", SYNTHETIC" if registry.source.synthetic else ""
    typer.echo(
        f"{registry.source.name}: {registry.source.rows} rows{synthetic}. SHA-256 {registry.source.sha256}"
    )
    for name, records in registry.tables.items():
        if records.frame.height:
            typer.echo(f"  {name}: {records.frame.height}")
    typer.echo("\nFindings" if checked.issues else "\nNo findings.")
    for issue in checked.issues[:MOST_SHOWN]:
        typer.echo(f"  {_in_words(issue)}")
    if len(checked.issues) > MOST_SHOWN:
        typer.echo(f"  ... and {len(checked.issues) - MOST_SHOWN} more: the report has them all (--out DIR).")


def _in_words(issue: Issue) -> str:
    from crlm.registry.wording import listed_rows

    where = ", ".join(one for one in (issue.table or issue.file, issue.header or issue.column) if one)
    rows = f" ({listed_rows(issue.rows)})" if issue.rows.len() else ""
    return f"{issue.severity}: {f'{where}: ' if where else ''}{issue.sentence}{rows} [{issue.rule}]"


def _print_snapshot(name: str, identity: str, rows: int, *, json: bool) -> None:
    if json:
        terminal.print_json({"exit_code": 0, "snapshot": identity, "rows": rows})
    else:
        typer.echo(
            f"{name}: snapshot {identity}, {rows} rows. Every file and every record is as it was written."
        )


def export(source: str, mapping: Path | None, form: str, out: Path, *, quiet: bool, json: bool) -> None:
    """Write a registry in another format, and print what that format loses of it."""
    from crlm.registry.export import export_registry
    from crlm.registry.snapshot import open_registry

    with terminal.progress(quiet=quiet or json) as tell:
        registry = open_registry(source, mapping, progress=tell)
        tell("Writing")
        written = export_registry(registry, form, out)
    if json:
        terminal.print_json(
            {
                "exit_code": 0,
                "out": str(out),
                "format": form,
                "snapshot": registry.snapshot,
                "tables": [{"name": name, "rows": rows} for name, rows in written.rows.items()],
                "synthetic": written.synthetic,
                "lost": list(written.lost),
            }
        )
    elif not quiet:
        mark = "SYNTHETIC records" if written.synthetic else "records"
        typer.echo(f"{sum(written.rows.values())} {mark} in {len(written.rows)} tables written to {out}")
        for sentence in written.lost:
            typer.echo(f"  {sentence}")
