"""The records of each unit that a study analyses: a flat table has patients, a registry episodes and lesions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from crlm.cohort.derived import DerivedVariable, add_derived
from crlm.cohort.endpoints import dated
from crlm.cohort.population import PATIENT, Population
from crlm.dictionary.records import Records, Registry
from crlm.study.protocol.model import Endpoint, Protocol, Unit
from crlm.study.protocol.usage import to_read
from crlm.study.unit_words import EPISODES, PATIENTS, TUMOURS, UnitWords, is_patients

__all__ = ["KEYS", "UnitWords", "Units", "base_records", "units_of", "with_computed"]

KEYS = {"patient": PATIENT, "episode": "episode_id", "lesion": "treated_lesion_id"}
"""The column that identifies a record of each unit."""


@dataclass(frozen=True)
class Units:
    """The population's records by unit; `base` is the unit that was selected, `patients` whether each is a patient."""

    base: Unit
    by_unit: Mapping[Unit, Records]
    patients: bool = True

    def words(self, unit: Unit | None) -> UnitWords:
        """What the records of a unit are called."""
        if (unit or self.base) == "lesion":
            return TUMOURS
        return PATIENTS if self.patients else EPISODES

    def of(self, unit: Unit | None) -> Records:
        """The records of a unit, or of the population's own."""
        return self.by_unit[unit or self.base]


def base_records(protocol: Protocol, source: Records | Registry) -> Records:
    """The records that the population is selected from: the table's, or the registry's seen from its unit."""
    if isinstance(source, Records):
        return with_computed(protocol, source, lesions=False)
    names = to_read(protocol) - protocol.lesion_variables
    return with_computed(protocol, _seen(protocol, source, protocol.population.unit, names), lesions=False)


def units_of(protocol: Protocol, source: Records | Registry, population: Population) -> Units:
    """The selected records, and their lesions when an analysis is of lesions."""
    base = protocol.population.unit
    by_unit: dict[Unit, Records] = {base: population.records}
    parts = (protocol.endpoint, protocol.baseline, protocol.paired, protocol.model)
    wanted = {one.unit for part in parts for one in part}
    if isinstance(source, Registry) and "lesion" in wanted:
        by_unit["lesion"] = _lesions(protocol, source, population)
    return Units(base, by_unit, is_patients(protocol))


def _lesions(protocol: Protocol, registry: Registry, population: Population) -> Records:
    """The treated lesions of the selected records, with every variable of their episode, the derived ones too."""
    key = KEYS[protocol.population.unit]
    own = to_read(protocol) & protocol.lesion_variables
    lesions = _seen(protocol, registry, "lesion", own)
    selected = population.records.frame
    shared = [name for name in selected.columns if name not in lesions.frame.columns]
    frame = lesions.frame.join(selected.select(key, *shared), on=key, how="inner", maintain_order="left")
    reasons = lesions.reasons.filter(lesions.frame[key].is_in(selected[key].implode()))
    variables = {**{name: population.records.variables[name] for name in shared}, **lesions.variables}
    return with_computed(
        protocol, replace(lesions, frame=frame, variables=variables, reasons=reasons), lesions=True
    )


def _seen(protocol: Protocol, registry: Registry, unit: Unit, names: set[str]) -> Records:
    """A registry's view in the words of this study."""
    from crlm.cohort.views import unit_records

    records = unit_records(registry, unit, sorted(names))
    words = protocol.recorded()
    return replace(records, variables={name: words.get(name, one) for name, one in records.variables.items()})


def with_computed(protocol: Protocol, records: Records, *, lesions: bool) -> Records:
    """The records with what the protocol computes for their unit: dates of endpoints, then derived variables."""
    mine = protocol.lesion_variables
    for endpoint in protocol.endpoint:
        if endpoint.dates is not None and (endpoint.time in mine) == lesions:
            records = _with_dates(records, endpoint)
    return add_derived(
        records,
        [
            DerivedVariable(one.variable(), one.expression)
            for one in protocol.derived
            if (one.name in mine) == lesions
        ],
    )


def _with_dates(records: Records, endpoint: Endpoint) -> Records:
    dates = endpoint.dates
    if dates is None:
        return records
    time, status = dated(records.frame, dates.start, dates.event, dates.competing, dates.until)
    frame = records.frame.with_columns(time.alias(endpoint.time), status.alias(endpoint.status))
    return records.with_columns(frame, {variable.name: variable for variable in endpoint.variables()})
