"""`crlm schema`: the JSON Schemas of what goes in and what comes out."""

from __future__ import annotations

import typer

from crlm.cli.terminal import print_json

app = typer.Typer(
    help="JSON Schemas of protocol, results, registry and papers, for other software.",
    no_args_is_help=True,
)


@app.command()
def protocol() -> None:
    """Print the JSON Schema of a protocol."""
    from crlm.study.protocol.schema import protocol_schema

    print_json(protocol_schema())


@app.command()
def results() -> None:
    """Print the JSON Schema of results.json."""
    from crlm.study.results_schema import results_schema

    print_json(results_schema())


@app.command()
def registry() -> None:
    """Print the JSON Schema of a registry: all tables of the data dictionary as lists of records."""
    from crlm.dictionary.registry import registry_dictionary
    from crlm.dictionary.registry.schema import registry_schema

    print_json(registry_schema(registry_dictionary()))


@app.command()
def paper() -> None:
    """Print the JSON Schema of a paper: its paper.toml, and the rows of its tables."""
    from crlm.evidence.document import paper_schema

    print_json(paper_schema())


@app.command()
def audit() -> None:
    """Print the JSON Schema of the audit of papers."""
    from crlm.evidence.audit.document import audit_schema

    print_json(audit_schema())


@app.command()
def card() -> None:
    """Print the JSON Schema of evidence cards."""
    from crlm.evidence.cards.document import cards_schema

    print_json(cards_schema())


@app.command()
def pool() -> None:
    """Print the JSON Schema of a pooling of published effects."""
    from crlm.evidence.pooling.document import pooling_schema

    print_json(pooling_schema())


@app.command()
def curve() -> None:
    """Print the JSON Schema of a reconstructed survival curve."""
    from crlm.evidence.curves.document import curve_schema

    print_json(curve_schema())


@app.command()
def robustness() -> None:
    """Print the JSON Schema of an assessment of a published effect."""
    from crlm.evidence.robustness.document import robustness_schema

    print_json(robustness_schema())


@app.command()
def case() -> None:
    """Print the JSON Schema of a case: the pathway's inputs."""
    from crlm.pathway.load import shipped_rules
    from crlm.pathway.schema import case_schema

    print_json(case_schema(shipped_rules()))


@app.command()
def pathway() -> None:
    """Print the JSON Schema of what `crlm pathway evaluate` prints."""
    from crlm.pathway.load import shipped_rules
    from crlm.pathway.schema import evaluation_schema

    print_json(evaluation_schema(shipped_rules()))


@app.command()
def explanation() -> None:
    """Print the JSON Schema of what `crlm pathway explain --json` prints."""
    from crlm.pathway.explanation.schema import explanation_schema
    from crlm.pathway.load import shipped_rules

    print_json(explanation_schema(shipped_rules()))


@app.command()
def summary() -> None:
    """Print the JSON Schema of the summary for a tumour board."""
    from crlm.pathway.load import shipped_rules
    from crlm.pathway.summary.document import summary_schema

    print_json(summary_schema(shipped_rules()))


@app.command()
def cds() -> None:
    """Print the JSON Schema of the CDS Hooks cards of a summary."""
    from crlm.pathway.summary.cds import cds_schema

    print_json(cds_schema())
