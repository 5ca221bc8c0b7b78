"""A hazard ratio against a reference that is not there would be against another level: it must not be shown."""

import polars as pl
import pytest

from crlm.cli.flow import checked_protocol, read_records
from crlm.study.run import run_study
from tests.study.public_tables import veteran
from tests.study.test_public_studies import PROTOCOLS

WITHOUT_LARGE = """
[[population.criteria]]
label = "Large cell"
exclude = "cell_type == 'large'"
"""


@pytest.fixture
def cell_type(tmp_path):
    """The rows of the cell type, whose reference is "large", in the model of everything."""

    def run(frame, change=lambda protocol: protocol):
        table, protocol = tmp_path / "veteran.csv", tmp_path / "veteran.toml"
        frame.write_csv(table)
        protocol.write_text(
            change((PROTOCOLS / "veteran.toml").read_text(encoding="utf-8")), encoding="utf-8"
        )
        loaded = checked_protocol(str(protocol), quiet=True)
        results = run_study(loaded, read_records(loaded.protocol, table))
        return next(term for term in results.models[0].terms if term.variable == "cell_type")

    return run


def refused(term, side, *words):
    for level in term.levels:
        effect = getattr(level, side)
        if level.reference:
            assert effect is None
            continue
        assert effect.coefficient is None and effect.standard_error is None
        assert effect.hazard_ratio.value is None and effect.p.p is None
        for word in words:
            assert word in effect.hazard_ratio.reason and word in effect.p.reason


def test_a_reference_that_the_selection_left_out(cell_type):
    term = cell_type(veteran(), lambda protocol: protocol + WITHOUT_LARGE)
    refused(term, "univariable", 'the reference level "large"', "choose another")
    refused(term, "multivariable", 'the reference level "large"', "choose another")
    # Whether the other three differ does not depend on a reference.
    other = cell_type(
        veteran(),
        lambda protocol: protocol.replace('reference = "large"', 'reference = "adeno"') + WITHOUT_LARGE,
    )
    for side in ("univariable", "multivariable"):
        ours, theirs = getattr(term, side), getattr(other, side)
        assert (ours.df, ours.p) == (2, pytest.approx(theirs.p, rel=1e-9))
    empty = next(level for level in other.levels if level.level == "large")
    assert empty.univariable.hazard_ratio.reason == "no patient of this analysis has this level"
    assert next(level for level in other.levels if level.level == "squamous").univariable.coefficient < 0


def test_a_reference_that_only_complete_cases_lack(cell_type):
    age = pl.when(pl.col("cell_type") != "large").then(pl.col("age")).alias("age")
    term = cell_type(veteran().with_columns(age))
    assert all(level.reference or level.univariable.coefficient is not None for level in term.levels)
    refused(term, "multivariable", 'the reference level "large"')


def test_a_reference_that_leaves_before_the_first_event(cell_type):
    large = pl.col("cell_type") == "large"
    early = veteran().with_columns(
        time=pl.when(large).then(0.5).otherwise(pl.col("time")),
        died=pl.when(large).then(0).otherwise(pl.col("died")),
    )
    term = cell_type(early)
    refused(term, "univariable", 'the reference level "large"', "first event")
    refused(term, "multivariable", 'the reference level "large"', "first event")
