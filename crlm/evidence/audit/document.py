"""Audits as one JSON document: what `crlm evidence audit --format json` prints, and its schema."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from crlm import __version__
from crlm.evidence.audit.checks import CHECKS
from crlm.evidence.audit.finding import ExplanationKind, Finding, Severity
from crlm.evidence.audit.report.entries import Entry, entries
from crlm.evidence.audit.report.headlines import headlines

if TYPE_CHECKING:
    from crlm.evidence.audit.run import Audit
    from crlm.evidence.paper import Paper

SCHEMA_VERSION = "1"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class QuotedNumber(_Part):
    """A printed number that a finding rests on."""

    row_id: str = Field(description="The row of the paper's tables; empty when it stands in paper.toml only.")
    place: str = Field(description="Where it is printed.")
    what: str = Field(description="What it is.")
    text: str = Field(description="As it is printed.")


class PossibleExplanation(_Part):
    """What would make the numbers agree; it was tried out."""

    kind: ExplanationKind = Field(description="What sort of slip.")
    sentence: str = Field(description="In words, with the numbers.")


class OneFinding(_Part):
    """One thing that does not fit."""

    check: str = Field(description="The id of the check that found it.")
    severity: Severity = Field(
        description="impossible: no true value gives what is printed; contradiction: two places disagree; "
        "doubtful: possible only under an unusual assumption."
    )
    title: str = Field(description="The finding in one line.")
    printed: tuple[QuotedNumber, ...] = Field(description="The numbers that do not fit together.")
    arithmetic: str = Field(description="One line that can be redone by hand.")
    explanations: tuple[PossibleExplanation, ...] = Field(
        description="Those that were tried and work; may be none."
    )
    affects: tuple[str, ...] = Field(description="Ids of rows, or sentences, that depend on these numbers.")


class OneEntry(_Part):
    """Findings that hang on the same rows: one place to look at."""

    number: int = Field(description="Its number in the report, from 1, the gravest first.")
    severity: Severity = Field(description="That of its gravest finding.")
    title: str = Field(description="That of its gravest finding, with its subject.")
    place: str = Field(description="Where its first number is printed.")
    rows: tuple[str, ...] = Field(description="The rows that it doubts.")
    findings: tuple[OneFinding, ...] = Field(description="Its findings.")


class OneHeadline(_Part):
    """A result that the paper is quoted for."""

    subject: str = Field(description="What it is about.")
    result: str = Field(description="As it is printed.")
    place: str = Field(description="Where.")
    in_doubt: tuple[int, ...] = Field(description="Numbers of the entries that doubt it itself.")
    depends_on: tuple[int, ...] = Field(
        description="Numbers of the entries that it rests on or that repeat it."
    )


class Untested(_Part):
    """What a check could not look at."""

    subject: str = Field(description="Of what.")
    reason: str = Field(description="Why not.")


class OneCheck(_Part):
    """What one check did."""

    id: str = Field(description="Its id.")
    title: str = Field(description="Its title.")
    words: str = Field(description="What it does, and when it is silent.")
    tested: int = Field(description="How many numbers or comparisons it tested.")
    findings: int = Field(description="How many findings it made, of any severity.")
    not_run: tuple[Untested, ...] = Field(description="What it could not look at, and why.")


class OnePaper(_Part):
    """Which paper."""

    id: str = Field(description="Its id in the library.")
    title: str = Field(description="Its title.")
    journal: str = Field(description="Where it was published; may be empty.")
    year: int | None = Field(description="When; null when it is not known.")
    doi: str = Field(description="Its DOI; may be empty.")
    rows: int = Field(description="How many printed rows of it are known.")


class OneAudit(_Part):
    """The audit of one paper."""

    paper: OnePaper = Field(description="Which paper.")
    headlines: tuple[OneHeadline, ...] = Field(
        description="Results that it is quoted for, with what is in doubt."
    )
    entries: tuple[OneEntry, ...] = Field(
        description="What was found, the gravest first, in the order of the paper."
    )
    checks: tuple[OneCheck, ...] = Field(description="What every check did.")


class Audits(_Part):
    """What the command prints."""

    exit_code: int = Field(default=0, description="0.")
    schema_version: str = Field(default=SCHEMA_VERSION, description="Version of this document's form.")
    crlm_version: str = Field(default=__version__, description="Version of crlm.")
    audit_version: str = Field(description="Version of the set of checks.")
    audits: tuple[OneAudit, ...] = Field(description="One for each paper.")


def audits_document(audited: Iterable[tuple[Paper, Audit]], *, least: Severity = "doubtful") -> Audits:
    """Audits as a document; `least` is the mildest severity of the entries (checks count all findings)."""
    pairs = tuple(audited)
    version = pairs[0][1].version if pairs else ""
    return Audits(audit_version=version, audits=tuple(_audit(paper, audit, least) for paper, audit in pairs))


def audit_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the document."""
    schema = Audits.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:crlm:schema:audit:{SCHEMA_VERSION}",
        **schema,
        "title": "crlm evidence audit",
        "description": "What does not fit among the printed numbers of papers, and what was tested.",
    }


def _audit(paper: Paper, audit: Audit, least: Severity) -> OneAudit:
    found = entries(audit, least)
    about = paper.about
    return OneAudit(
        paper=OnePaper(
            id=paper.id,
            title=about.title,
            journal=about.journal,
            year=about.year,
            doi=about.doi,
            rows=sum(1 for _ in paper.numbers.every_row()),
        ),
        headlines=tuple(
            OneHeadline(
                subject=one.subject,
                result=one.result,
                place=one.place,
                in_doubt=tuple(found[place].number for place in one.direct),
                depends_on=tuple(found[place].number for place in one.indirect),
            )
            for one in headlines(paper, [one.group for one in found])
        ),
        entries=tuple(_entry(one) for one in found),
        checks=_checks(audit),
    )


def _entry(entry: Entry) -> OneEntry:
    return OneEntry(
        number=entry.number,
        severity=entry.severity,
        title=entry.title,
        place=entry.place,
        rows=entry.group.rows,
        findings=tuple(_finding(one) for one in entry.findings),
    )


def _finding(finding: Finding) -> OneFinding:
    return OneFinding(
        check=finding.check,
        severity=finding.severity,
        title=finding.title,
        printed=tuple(
            QuotedNumber(row_id=one.row_id, place=one.place, what=one.what, text=one.text)
            for one in finding.printed
        ),
        arithmetic=finding.arithmetic,
        explanations=tuple(
            PossibleExplanation(kind=one.kind, sentence=one.sentence) for one in finding.explanations
        ),
        affects=finding.affects,
    )


def _checks(audit: Audit) -> tuple[OneCheck, ...]:
    about = {one.id: one for one in CHECKS}
    return tuple(
        OneCheck(
            id=one.check,
            title=about[one.check].title,
            words=about[one.check].words,
            tested=one.tested,
            findings=len(one.findings),
            not_run=tuple(Untested(subject=each.subject, reason=each.reason) for each in one.not_run),
        )
        for one in audit.results
    )
