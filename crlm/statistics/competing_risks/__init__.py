"""Several causes that can end follow-up: incidence of each, comparison of groups, regression."""

from crlm.statistics.competing_risks.causes import cause_specific
from crlm.statistics.competing_risks.fine_gray import fine_gray
from crlm.statistics.competing_risks.fine_gray_model import FineGrayFit
from crlm.statistics.competing_risks.fine_gray_prediction import (
    predicted_incidence,
    predicted_incidence_curves,
)
from crlm.statistics.competing_risks.gray import Gray, gray_test
from crlm.statistics.competing_risks.incidence import CumulativeIncidence, cumulative_incidence
from crlm.statistics.competing_risks.incidence_readings import incidence_at, restricted_time_lost

__all__ = [
    "CumulativeIncidence",
    "FineGrayFit",
    "Gray",
    "cause_specific",
    "cumulative_incidence",
    "fine_gray",
    "gray_test",
    "incidence_at",
    "predicted_incidence",
    "predicted_incidence_curves",
    "restricted_time_lost",
]
