"""From a published Kaplan-Meier curve back to data that draw it: pseudo-individual survival times, not patients."""

from crlm.statistics.curve_reconstruction.points import Cleaning, DigitisedCurve, clean_points, join_landmarks
from crlm.statistics.curve_reconstruction.reconstruct import (
    AtRisk,
    ReconstructedArm,
    Support,
    distance_from_points,
    reconstruct,
)

__all__ = [
    "AtRisk",
    "Cleaning",
    "DigitisedCurve",
    "ReconstructedArm",
    "Support",
    "clean_points",
    "distance_from_points",
    "join_landmarks",
    "reconstruct",
]
