"""2,000 simulated comparisons of groups: are p-values uniform, survival at a time unbiased, its intervals honest?

Run: python -m tests.prove.comparisons [STUDIES]. Prints a section in Markdown; exit code 1 when a promise is broken.
"""

import math

import numpy as np

from crlm.statistics.comparison import log_rank
from crlm.statistics.landmark_comparison import compare_survival_at
from crlm.statistics.paired_tests import mcnemar, wilcoxon_signed_rank
from crlm.statistics.weighted_comparison import log_rank_trend, weighted_log_rank
from tests.prove.simulation import STUDIES, Row, Scenario, row, run, simulated_section

SEED = 20240504
AT, SLOW = 1.0, 0.6


def observed(make, rate, group):
    """Exponential times in twentieths, so that most are tied; group 2 is followed for half as long."""
    n = len(group)
    death = make.exponential(1.0 / rate)
    end = make.uniform(0.4, 3.0, n) / np.where(group == 2, 2.0, 1.0)
    time = np.ceil(np.minimum(death, end) * 20) / 20
    return time, death <= end


def alike_study(seed):
    """Three groups with the same hazard within two hospitals whose hazards differ fourfold."""
    make = np.random.default_rng(seed)
    n = 200
    group, hospital = make.integers(0, 3, n), make.integers(0, 2, n)
    time, event = observed(make, np.ones(n), group)
    of_hospital, died = observed(make, np.where(hospital == 1, 4.0, 1.0), group)
    tests = [
        log_rank(time, event, group).test,
        weighted_log_rank(time, event, group, weight="gehan").test,
        weighted_log_rank(time, event, group, weight="peto").test,
        weighted_log_rank(time, event, group, weight="fleming-harrington", gamma=1.0).test,
        log_rank_trend(time, event, group, levels=(0, 1, 2)),
        log_rank(of_hospital, died, group, strata=hospital).test,
    ]
    return [Row(p=test.p) for test in tests]


def landmark_study(seed):
    make = np.random.default_rng(seed)
    n = 240
    group = make.integers(0, 3, n)
    time, event = observed(make, np.where(group == 1, SLOW, 1.0), np.where(group == 2, 0, group))

    def compared(levels):
        inside = np.isin(group, levels)
        return compare_survival_at(time[inside], event[inside], group[inside], AT, levels=levels)

    same, other = compared((0, 2)), compared((0, 1))
    ratios = []
    for one in (other.ratio, other.hazard_ratio):
        ratios.append(Row(math.log(one.value), one.standard_error, math.log(one.lower), math.log(one.upper)))
    return [
        row(other.difference),
        *ratios,
        row(same.difference, same.difference_test.p),
        Row(p=same.test.p),
    ]


def pairs_study(seed):
    make = np.random.default_rng(seed)
    before, after = make.poisson(6, 60), make.poisson(6, 60)
    differ = make.binomial(60, 0.5)
    return [
        Row(p=wilcoxon_signed_rank(before, after, convention="spss").p),
        Row(p=mcnemar([[70, differ], [60 - differ, 70]], method="asymptotic").p),
    ]


SCENARIOS = (
    Scenario(
        "Log-rank tests of three groups that are alike",
        "200 patients, times in twentieths, one group followed for half as long; the last row has two hospitals with "
        "hazards of 1 and 4 as strata.",
        alike_study,
        {
            "log-rank": None,
            "Gehan": None,
            "Peto": None,
            "Fleming-Harrington (0, 1)": None,
            "trend": None,
            "in two strata": None,
        },
    ),
    Scenario(
        "Survival at a time",
        "240 patients in three groups with hazards 1, 0.6 and 1, compared at 1; the last rows compare the two that are "
        "alike.",
        landmark_study,
        {
            "difference": math.exp(-SLOW) - math.exp(-1.0),
            "log ratio": 1.0 - SLOW,
            "log hazard ratio": math.log(SLOW),
            "no difference": 0.0,
            "complementary log-log": None,
        },
    ),
    Scenario(
        "Pairs that are alike",
        "60 pairs of counts for signed ranks; 60 scans of 200 read differently, either way as likely.",
        pairs_study,
        {"signed ranks": None, "McNemar": None},
    ),
)


def section(studies: int = STUDIES) -> tuple[str, list[str]]:
    """The section of the page of proofs, and the promises that were broken."""
    return simulated_section("Comparisons of groups", SCENARIOS, seed=SEED, studies=studies)


if __name__ == "__main__":
    run(section)
