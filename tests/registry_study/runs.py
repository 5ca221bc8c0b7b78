"""The shipped protocols run on small synthetic registries, once for all tests that ask."""

from __future__ import annotations

from functools import cache

import polars as pl

from crlm.registry.synthetic_registry import make_registry, write_registry
from crlm.study.protocol.load import find_protocol
from crlm.study.results import Results
from crlm.study.run import run_study

SIZES = {"dijkstra-2021": 152, "moretto-2024": 268, "buisman-2020": 374, "hellingman-2021": 135}
"""The cohorts of the papers."""
SEED = 11


def tables(study: str) -> dict[str, pl.DataFrame]:
    """The tables that the run of a study is about."""
    return make_registry(study, SIZES[study], SEED)[0]


@cache
def results(study: str) -> Results:
    """A study's protocol on its synthetic registry, written to files and read like anybody's."""
    import tempfile
    from pathlib import Path

    from crlm.registry.snapshot import open_registry

    with tempfile.TemporaryDirectory() as folder:
        write_registry(study, SIZES[study], SEED, Path(folder) / "registry")
        registry = open_registry(Path(folder) / "registry")
    return run_study(find_protocol(study), registry)
