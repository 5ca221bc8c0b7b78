"""What is called impossible, and what is only doubtful because a method that the paper does not exclude allows it."""

from math import exp, sqrt

import pytest

from crlm.evidence.audit.checks import interval_symmetry, p_against_interval, paired_tests, precision
from tests.evidence.audit.small_papers import found, paper, table
from tests.evidence.audit.test_effects import ARMS, CONSISTENT, Z, effect, wald
from tests.evidence.audit.test_group_tests import BEFORE, READINGS, of_groups

NARROW = sqrt(1 / 5 + 1 / 24) * 0.9


def too_narrow(unit="patient", **about):
    groups = [{**one, "unit": unit} for one in ARMS]
    events = [
        {"endpoint": "OS", "group": group, "n": n, "unit": unit, "place": "text"}
        for group, n in (("a", 5), ("b", 24))
    ]
    one = wald(1, 0.2, NARROW, 3, term="arm", level="A", reference="B", unit_of_analysis=unit)
    return found(precision.CHECK, paper(groups=groups, events=events, effects=[one], about=about))


def test_an_interval_narrower_than_independent_patients_allow_is_impossible():
    (one,) = too_narrow()
    assert (one.severity, one.explanations) == ("impossible", ())


@pytest.mark.parametrize(
    ("given", "said"),
    [({"unit": "tumour"}, "several tumours of one patient"), ({"standard_errors": "robust"}, "robust")],
)
def test_a_robust_standard_error_would_allow_it(given, said):
    (one,) = too_narrow(**given)
    assert one.severity == "doubtful"
    assert said in one.explanations[-1].sentence


def test_a_robust_standard_error_can_be_smaller_than_the_models_own():
    """Two tumours a patient, one with the event and one without: their residuals cancel within the patient."""
    share, clusters = 0.5, 10
    models_own = 1 / (2 * clusters * share * (1 - share))
    residuals = [(1 - share) + (0 - share)] * clusters
    robust = models_own**2 * sum(one**2 for one in residuals)
    assert robust < models_own


@pytest.mark.parametrize(("others", "severity"), [(CONSISTENT, "impossible"), (CONSISTENT[:3], "doubtful")])
def test_few_rows_do_not_show_how_a_table_was_made(others, severity):
    middle = [*others, effect(9, "1.79", "1.17-2.27")]
    p = [*others, effect(9, "0.92", "0.70-1.21", "0.92")]
    (off,) = found(interval_symmetry.CHECK, paper(effects=middle))
    (other,) = found(p_against_interval.CHECK, paper(effects=p))
    assert (off.severity, other.severity) == (severity, severity)
    kinds = {each.kind for one in (off, other) for each in one.explanations}
    assert ("other-test" in kinds) == (severity == "doubtful")


def test_a_coefficient_that_was_rounded_first_is_doubtful_only():
    coefficient, error = 1.1494, 0.7320
    interval = "-".join(f"{exp(coefficient + sign * Z * error):.3f}" for sign in (-1, 1))
    exact, early, wrong = (
        f"{exp(one):.3f}" for one in (coefficient, round(coefficient, 3), coefficient - 0.002)
    )
    severities = []
    for printed in (exact, early, wrong):
        ratio = paper(effects=[*CONSISTENT, effect(9, printed, interval)])
        severities.append([one.severity for one in found(interval_symmetry.CHECK, ratio)])
    assert severities == [[], ["doubtful"], ["impossible"]]


@pytest.mark.parametrize(("test", "severity"), [("mcnemar", "impossible"), ("not_stated", "doubtful")])
def test_a_paired_test_without_a_name_may_be_another(test, severity):
    made = paper(
        groups=READINGS,
        counts=table("big", BEFORE),
        tests=[of_groups("0.90", test, "big", "a vs b (paired)")],
    )
    (one,) = found(paired_tests.CHECK, made)
    assert one.severity == severity
    assert bool([each for each in one.explanations if each.kind == "other-test"]) == (severity == "doubtful")
