"""How good predictions are: discrimination, overall error, calibration, clinical use, and optimism.

Everything takes predicted risks as arrays, whatever model they come from.
"""

from crlm.statistics.performance.binary_calibration import (
    BinaryCalibration,
    binary_auc,
    binary_brier,
    binary_calibration,
)
from crlm.statistics.performance.brier import BrierScore, brier, integrated_brier
from crlm.statistics.performance.calibration_curve import (
    CalibrationCurve,
    binary_calibration_curve,
    survival_calibration_curve,
)
from crlm.statistics.performance.discrimination import TimeDependentAuc, time_dependent_auc, uno_concordance
from crlm.statistics.performance.net_benefit import NetBenefit, net_benefit, survival_net_benefit
from crlm.statistics.performance.optimism import Optimism, optimism
from crlm.statistics.performance.resampling import FailedReplicate, bootstrap_intervals
from crlm.statistics.performance.royston import RoystonD, royston_d
from crlm.statistics.performance.survival_calibration import (
    SurvivalCalibration,
    pseudo_observations,
    survival_calibration,
)

__all__ = [
    "BinaryCalibration",
    "BrierScore",
    "CalibrationCurve",
    "FailedReplicate",
    "NetBenefit",
    "Optimism",
    "RoystonD",
    "SurvivalCalibration",
    "TimeDependentAuc",
    "binary_auc",
    "binary_brier",
    "binary_calibration",
    "binary_calibration_curve",
    "bootstrap_intervals",
    "brier",
    "integrated_brier",
    "net_benefit",
    "optimism",
    "pseudo_observations",
    "royston_d",
    "survival_calibration",
    "survival_calibration_curve",
    "survival_net_benefit",
    "time_dependent_auc",
    "uno_concordance",
]
