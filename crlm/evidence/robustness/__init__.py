"""How robust a published effect is: to a confounder that nobody measured, and to a few other outcomes."""

from crlm.evidence.robustness.assessment import (
    ArrayCell,
    Robustness,
    TippingPoint,
    as_json,
    assess,
    nearer_limit,
    tipping_effect,
)
from crlm.evidence.robustness.effect import Confounder, Effect, KnownEffect, effect_of, ras_mutation

__all__ = [
    "ArrayCell",
    "Confounder",
    "Effect",
    "KnownEffect",
    "Robustness",
    "TippingPoint",
    "as_json",
    "assess",
    "effect_of",
    "nearer_limit",
    "ras_mutation",
    "tipping_effect",
]
