"""Published survival curves: digitised points or printed landmarks, reconstructed and held against the print."""

from crlm.evidence.curves.printed import PrintedNumber, PrintedOutcome, curve_of, endpoints, printed_of
from crlm.evidence.curves.reading import CurvePoints, ReadCurve, read_curve
from crlm.evidence.curves.recovery import (
    NOT_PATIENTS,
    ArmRecovery,
    Beside,
    Comparison,
    Recovery,
    as_json,
    pseudo_patients,
    recover,
)

__all__ = [
    "NOT_PATIENTS",
    "ArmRecovery",
    "Beside",
    "Comparison",
    "CurvePoints",
    "PrintedNumber",
    "PrintedOutcome",
    "ReadCurve",
    "Recovery",
    "as_json",
    "curve_of",
    "endpoints",
    "printed_of",
    "pseudo_patients",
    "read_curve",
    "recover",
]
