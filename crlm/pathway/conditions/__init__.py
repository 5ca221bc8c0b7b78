"""Conditions over the inputs of a case: parsed, checked, evaluated in three-valued logic (docs/pathway/language.md)."""

from crlm.pathway.conditions.compiled import compiled
from crlm.pathway.conditions.kinds import Names, check
from crlm.pathway.conditions.language import TWO_VALUED, parse
from crlm.pathway.conditions.trace import traced
from crlm.pathway.conditions.values import OneOf, Span, Value

__all__ = ["TWO_VALUED", "Names", "OneOf", "Span", "Value", "check", "compiled", "parse", "traced"]
