"""The data report: what each column holds, and which records break the protocol's declared checks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from crlm.dictionary.expressions import evaluate
from crlm.dictionary.records import ROW, Finding, Records
from crlm.dictionary.variables import Variable
from crlm.dictionary.wording import counted
from crlm.problems import DataError, Place, Problem, Severity

MOST_ROWS = 10
"""So many rows are named with a finding."""

NOT_COMPUTABLE = "not computable: an input is unknown"
"""The reason of a derived variable's missing value."""


@dataclass(frozen=True)
class DeclaredCheck:
    """An expectation about each record: `expect` should hold, `sentence` says what it means when it does not."""

    id: str
    expect: str
    sentence: str
    severity: Severity = "warning"


@dataclass(frozen=True)
class ColumnSummary:
    """What one column holds. Numbers have lowest, median (midpoint of the two middle values) and highest; dates the
    same as ISO text, without a median; categories their levels' counts in table order, those with 0 too.
    """

    name: str
    header: str
    label: str
    type: str
    known: int
    missing: tuple[tuple[str, int], ...]
    """Reason and count, the commonest first."""
    distinct: int
    lowest: float | str | None = None
    median: float | None = None
    highest: float | str | None = None
    levels: tuple[tuple[str, int], ...] = ()

    def in_words(self) -> str:
        """One line: `age: 197 known; median 61, from 30 to 88`."""
        parts = [f"{self.known} known"]
        if self.missing:
            count = sum(number for _, number in self.missing)
            why = ", ".join(f"{reason} {number}" for reason, number in self.missing)
            parts[0] += f", {count} missing ({why})"
        if self.levels:
            parts.append(", ".join(f"{name} {count}" for name, count in self.levels))
        elif self.median is not None:
            parts.append(f"median {self.median:.6g}, from {self.lowest:.6g} to {self.highest:.6g}")
        elif self.lowest is not None:
            parts.append(f"from {self.lowest} to {self.highest}")
        elif self.known:
            parts.append(f"{self.distinct} different")
        return f"{self.name}: {'; '.join(parts)}"


def column_summaries(records: Records) -> tuple[ColumnSummary, ...]:
    """A summary of every variable of the records, recorded and derived, in their order."""
    return tuple(_summary(records, variable) for variable in records.variables.values())


def _summary(records: Records, variable: Variable) -> ColumnSummary:
    values = records.frame[variable.name]
    known = values.drop_nulls()
    lowest: float | str | None = None
    highest: float | str | None = None
    median: float | None = None
    levels: tuple[tuple[str, int], ...] = ()
    if variable.is_categorical:
        counts = dict(known.value_counts().iter_rows())
        if variable.type == "yes_no":
            counts = {"yes": counts.get(True, 0), "no": counts.get(False, 0)}
        levels = tuple((level, counts.get(level, 0)) for level in variable.level_names)
    elif known.len() and variable.is_numeric:
        lowest, highest, median = float(known.min()), float(known.max()), float(known.median())  # type: ignore[arg-type]
    elif known.len() and variable.type == "date":
        lowest, highest = str(known.min()), str(known.max())
    return ColumnSummary(
        name=variable.name,
        header=variable.header or variable.name,
        label=variable.label,
        type=variable.type,
        known=known.len(),
        missing=_missing(records, variable, values.null_count()),
        distinct=known.n_unique(),
        lowest=lowest,
        median=median,
        highest=highest,
        levels=levels,
    )


def _missing(records: Records, variable: Variable, missing: int) -> tuple[tuple[str, int], ...]:
    if not missing:
        return ()
    if variable.name not in records.reasons.columns:
        return ((NOT_COMPUTABLE, missing),)
    counted = records.reasons[variable.name].drop_nulls().value_counts().rows()
    return tuple(sorted(counted, key=lambda one: (-one[1], one[0])))


def with_findings(records: Records, checks: Iterable[DeclaredCheck]) -> Records:
    """The records with a finding for each declared check that some record breaks or that cannot be judged everywhere.

    The checks may use derived variables, so these must be there. Unknown is not a violation; it is counted in the
    sentence. A broken check of severity "error" is a DataError, all of them together.
    """
    found = [finding for check in checks for finding in check_findings(records, check)]
    errors = [finding for finding in found if finding.severity == "error"]
    if errors:
        raise DataError([_problem(records, finding) for finding in errors])
    return replace(records, findings=(*records.findings, *found))


def check_findings(records: Records, check: DeclaredCheck) -> tuple[Finding, ...]:
    """What one check finds: nothing when it holds for every record."""
    holds = evaluate(records.frame, check.expect, records.variables)
    rows = records.frame[ROW].filter((~holds).fill_null(False))
    unknown = holds.null_count()
    judged = holds.len() - unknown
    if rows.len():
        sentence = check.sentence
        if unknown:
            sentence += f" ({counted(judged, 'record')} could be judged, {unknown} could not.)"
        return (Finding(check.id, check.severity, sentence, None, rows.len(), tuple(rows.head(MOST_ROWS))),)
    if unknown:
        where = records.frame[ROW].filter(holds.is_null())
        sentence = (
            f"The check {check.expect} holds in all {counted(judged, 'record')} that can be judged; "
            f"in {unknown} an input is unknown."
        )
        return (Finding(check.id, "info", sentence, None, unknown, tuple(where.head(MOST_ROWS))),)
    return ()


def _problem(records: Records, finding: Finding) -> Problem:
    words = ", ".join(f"row {row}" for row in finding.rows[:5]) + (" ..." if finding.count > 5 else "")
    return Problem(
        code="check-broken",
        given=f"{finding.sentence} {counted(finding.count, 'record')} ({words}).",
        allowed=f'records for which the check "{finding.rule}" holds.',
        fix='correct the records, or give the check severity = "warning".',
        place=Place(file=records.source.name, sheet=records.source.sheet, row=finding.rows[0]),
    )
