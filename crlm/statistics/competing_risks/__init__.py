"""Several causes that can end follow-up: incidence of each, comparison of groups, regression."""

from crlm.statistics.competing_risks.causes import cause_specific
from crlm.statistics.competing_risks.gray import Gray, gray_test
from crlm.statistics.competing_risks.incidence import CumulativeIncidence, cumulative_incidence
from crlm.statistics.competing_risks.incidence_readings import incidence_at, restricted_time_lost

__all__ = [
    "CumulativeIncidence",
    "Gray",
    "cause_specific",
    "cumulative_incidence",
    "gray_test",
    "incidence_at",
    "restricted_time_lost",
]
