"""Doing a protocol once: typed records in, the results document out."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from crlm import __version__
from crlm.cohort.groups import Groups, known_group
from crlm.cohort.population import Criterion, Population, select
from crlm.dictionary.records import Finding, Records, Registry
from crlm.study import results as document
from crlm.study.analysis.baseline import baseline_table
from crlm.study.analysis.endpoints import AnalysedEndpoint, analysed_endpoint, endpoint_result
from crlm.study.analysis.models import model_result
from crlm.study.analysis.models.outcome import of_endpoint, of_yes_no
from crlm.study.analysis.paired import paired_table
from crlm.study.analysis.scope import groups_for
from crlm.study.analysis.strobe import Evidence, checklist
from crlm.study.analysis.subgroups import subgroup_result
from crlm.study.protocol.load import LoadedProtocol
from crlm.study.protocol.model import Comparison, Protocol
from crlm.study.protocol.usage import dates_of_groups
from crlm.study.protocol.words import methods_paragraphs, protocol_in_words
from crlm.study.units import Units, base_records, units_of


def run_study(
    loaded: LoadedProtocol,
    source: Records | Registry,
    *,
    now: datetime | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> document.Results:
    """Run a checked protocol on records and return the results document.

    `source` holds the protocol's columns, or is a registry (`base_records` adds what is derived); `now` is the time
    that the document carries, `tell` is called with the name of each stage. Raises DataError when the data cannot
    answer the protocol.
    """
    protocol = loaded.protocol
    tell("Selecting the population")
    records = base_records(protocol, source)
    population = population_of(protocol, records)
    # What is not needed any more is forgotten at once: of a large registry it is most of the memory.
    records = replace(records, frame=records.frame.clear(), reasons=records.reasons.clear())
    units = units_of(protocol, source, population)
    del source
    comparison = protocol.comparison
    groups = groups_for(population.records, comparison, None)
    level = protocol.study.level

    tell("Summarising characteristics")
    tables = tuple(baseline_table(units, comparison, table) for table in protocol.baseline)
    pairs = tuple(paired_table(units, table) for table in protocol.paired)
    tell("Estimating survival")
    analysed = {one.id: analysed_endpoint(units, comparison, one) for one in protocol.endpoint}
    endpoints = tuple(
        endpoint_result(one, level=level, known_at=dates_of_groups(protocol, one.protocol))
        for one in analysed.values()
    )
    tell("Fitting models")
    among = partial(_among, units, comparison, protocol, analysed)
    models = tuple(
        model_result(
            of_yes_no(units, one)
            if one.endpoint is None
            else of_endpoint(among(one.endpoint, one.where), one),
            comparison,
            one,
            level=level,
        )
        for one in protocol.model
    )
    subgroups = tuple(
        subgroup_result(its_endpoint, its_groups, one, level=level)
        for one in protocol.subgroups
        for its_endpoint in (among(one.endpoint, one.where),)
        if (its_groups := groups_for(its_endpoint.records, comparison, None)) is not None
    )
    flow = _flow(records, population, groups, units)
    return document.Results(
        study=document.StudyInformation(
            **protocol.study.model_dump(
                include={"id", "title", "version", "question", "design", "source", "authors", "level"}
            )
        ),
        provenance=_provenance(loaded, records, now or datetime.now(UTC)),
        findings=tuple(_finding(finding) for finding in records.findings),
        flow=flow,
        comparison=_comparison(groups),
        baseline=tables,
        paired=pairs,
        endpoints=endpoints,
        models=models,
        subgroups=subgroups,
        protocol=_titled(protocol_in_words(protocol)),
        methods=_titled(methods_paragraphs(protocol)),
        reporting=protocol.reporting,
        strobe=checklist(Evidence(protocol, flow, endpoints, models, subgroups)),
    )


def _among(
    units: Units,
    comparison: Comparison | None,
    protocol: Protocol,
    analysed: Mapping[str, AnalysedEndpoint],
    endpoint: str,
    where: str | None,
) -> AnalysedEndpoint:
    """An endpoint of those whom a model or its subgroups are about: everybody, or those for whom a condition holds."""
    if where is None:
        return analysed[endpoint]
    return analysed_endpoint(units, comparison, protocol.endpoint_named(endpoint), where=where)


def _titled(sections: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[document.WordsSection, ...]:
    return tuple(document.WordsSection(title=title, sentences=sentences) for title, sentences in sections)


def population_of(protocol: Protocol, records: Records) -> Population:
    """The protocol's population, its last step being a known group when there is a comparison."""
    criteria = [
        Criterion(
            label=one.label,
            kind=one.kind,
            expression=one.expression,
            unknown=one.unknown,
        )
        for one in protocol.population.criteria
    ]
    population = select(records, criteria)
    if protocol.comparison is None:
        return population
    return known_group(population, protocol.comparison.variable, protocol.comparison.unknown)


def _flow(records: Records, population: Population, groups: Groups | None, units: Units) -> document.Flow:
    unusable = tuple(document.Removed(label=label, n=n) for label, n in records.unusable)
    return document.Flow(
        read=population.first + sum(one.n for one in unusable),
        unusable=unusable,
        first=population.first,
        steps=tuple(
            document.FlowStep(
                label=step.criterion.label,
                kind=step.criterion.kind,
                expression=step.criterion.expression,
                before=step.before,
                met=step.met,
                not_met=step.not_met,
                unknown=step.unknown,
                unknown_policy=step.criterion.unknown,
                removed=step.removed,
                after=step.after,
            )
            for step in population.steps
        ),
        final=population.n,
        unit="patient" if units.patients else "episode",
        groups=_document_groups(groups),
    )


def _document_groups(groups: Groups | None) -> tuple[document.Group, ...]:
    if groups is None:
        return ()
    return tuple(document.Group(level=one.level, label=one.label, n=one.n) for one in groups.levels)


def _comparison(groups: Groups | None) -> document.Comparison | None:
    if groups is None:
        return None
    return document.Comparison(
        variable=groups.variable.name,
        label=groups.label,
        reference=groups.reference,
        groups=_document_groups(groups),
    )


def _finding(finding: Finding) -> document.Finding:
    return document.Finding(
        rule=finding.rule,
        severity=finding.severity,
        sentence=finding.sentence,
        column=finding.column,
        count=finding.count,
        rows=finding.rows,
    )


def _provenance(loaded: LoadedProtocol, records: Records, now: datetime) -> document.Provenance:
    import numpy
    import polars
    import scipy

    source = records.source
    return document.Provenance(
        protocol=loaded.name,
        protocol_sha256=loaded.sha256,
        data=document.DataReference(
            name=source.name,
            format=source.format,
            sha256=source.sha256,
            rows=source.rows,
            columns=source.columns,
            synthetic=source.synthetic or loaded.protocol.data.synthetic,
            sheet=source.sheet,
            snapshot=source.sha256 if source.format == "snapshot" else None,
            notes=source.notes,
        ),
        software={
            "crlm": __version__,
            "python": platform.python_version(),
            "numpy": numpy.__version__,
            "scipy": scipy.__version__,
            "polars": polars.__version__,
        },
        created=now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        seed=loaded.protocol.study.seed,
    )
