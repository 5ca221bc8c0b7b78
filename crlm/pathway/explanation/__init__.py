"""Why each result is what it is, what would change it, and which missing input would settle most."""

from crlm.pathway.explanation.explain import explain
from crlm.pathway.explanation.model import (
    Change,
    Explanation,
    Missing,
    Reason,
    Resolve,
    RuleExplanation,
    Step,
)

__all__ = ["Change", "Explanation", "Missing", "Reason", "Resolve", "RuleExplanation", "Step", "explain"]
