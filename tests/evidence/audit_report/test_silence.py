"""A short version of `python -m tests.prove.audit`: consistent papers, and single errors that must not be missed."""

import pytest

from crlm.evidence import load_paper
from crlm.evidence.audit import audit
from tests.evidence.simulated_papers import simulated_paper
from tests.prove.audit import SEED, spoilt

MUST_FIND = {
    "misprinted_count",
    "misprinted_percentage",
    "exchanged_groups",
    "lost_decimal_point",
    "misprinted_missing",
}
"""Errors that a table with percentages, groups and totals always gives away."""


@pytest.mark.parametrize("seed", range(SEED, SEED + 12))
def test_nothing_is_found_in_a_consistent_paper(seed, tmp_path):
    found = audit(load_paper(simulated_paper(seed).write(tmp_path)))
    assert [f"{one.check}: {one.title}: {one.arithmetic}" for one in found.findings] == []
    assert sum(one.tested for one in found.results) > 200


def test_gross_errors_are_found():
    answers = {}
    for seed in (SEED + 1, SEED + 2):
        for kind, found in spoilt(seed):
            answers.setdefault(kind, []).append(found)
    missed = [kind for kind in MUST_FIND if not any(found for found in answers[kind] if found is not None)]
    assert not missed


def test_the_same_seed_gives_the_same_paper():
    assert simulated_paper(3).rows == simulated_paper(3).rows
