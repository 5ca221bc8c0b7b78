"""The methods section of a paper, written from the protocol alone: past tense, exact, short.

It says only what the software does when it runs the protocol. What was found in the data (how many, which test was
exact) stands with the results; expressions that a paper would not print stand in `protocol_in_words`.
"""

from __future__ import annotations

from crlm.study.protocol import phrases
from crlm.study.protocol.methods.models import models, subgroups
from crlm.study.protocol.methods.outcomes import curves, endpoints
from crlm.study.protocol.methods.population import comparison, design, population
from crlm.study.protocol.methods.tables import paired, tables
from crlm.study.protocol.methods.variables import derived, missing_codes
from crlm.study.protocol.model import Protocol


def methods_paragraphs(protocol: Protocol) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The methods of a paper as titled paragraphs, in the order of a paper, a sentence each; none is empty.

    For a protocol that `check_protocol` found without errors. The name of the software is given, its version is not:
    that belongs to the run.
    """
    found = (
        ("Study population", [*design(protocol), *population(protocol), *comparison(protocol)]),
        ("Variables", [*missing_codes(protocol), *derived(protocol)]),
        ("Characteristics", [*tables(protocol), *paired(protocol)]),
        ("Outcomes", [*endpoints(protocol), *curves(protocol)]),
        ("Regression models", [*models(protocol), *subgroups(protocol)]),
        ("All analyses", _closing(protocol)),
    )
    return tuple((title, tuple(map(_closed, sentences))) for title, sentences in found if sentences)


def methods_sentences(protocol: Protocol) -> tuple[str, ...]:
    """The sentences of `methods_paragraphs`, one after another."""
    return tuple(sentence for _, sentences in methods_paragraphs(protocol) for sentence in sentences)


def _closed(sentence: str) -> str:
    return sentence if sentence.endswith(".") else f"{sentence}."


def _closing(protocol: Protocol) -> list[str]:
    study = protocol.study
    return [
        f"Tests were two-sided, confidence intervals are at the {phrases.percent(study.level)} level, and no "
        "correction was made for the number of tests",
        f"All analyses were made with the software crlm from the study protocol {study.id}, version {study.version}",
    ]
