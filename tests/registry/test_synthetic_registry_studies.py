"""The shipped protocols select the cohort that a synthetic registry declares, and fit what plain joins fit to it."""

import pytest

from crlm.registry.synthetic_registry import STUDIES, make_registry
from tests.prove.synthetic_registries import ANALYSES, PATIENTS, estimates
from tests.registry.synthetic_fits import cohort_frames, fit_effect


def test_every_study_is_proved_at_its_own_size():
    assert {study: size for study, (_, size) in STUDIES.items()} == PATIENTS
    assert set(ANALYSES) == set(STUDIES)


@pytest.mark.parametrize("study", list(ANALYSES))
def test_the_protocol_and_plain_joins_agree_on_every_named_analysis(study):
    """Two selections of the cohort, two derivations of every variable, one estimate."""
    patients, seed = PATIENTS[study], 21
    by_protocol = estimates(study, patients, seed)
    tables, truth = make_registry(study, patients, seed)
    frames, columns = cohort_frames(study, tables)
    for named, (value, lower, upper) in zip(ANALYSES[study], by_protocol, strict=True):
        effect = truth.effect(named.effect)
        plain, error = fit_effect(effect, frames[effect.unit], columns)
        assert value == pytest.approx(plain, abs=1e-6), named.effect
        assert upper - lower == pytest.approx(2 * 1.959964 * error, rel=1e-5), named.effect
