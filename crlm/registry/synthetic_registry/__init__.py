"""Synthetic registries of related tables, drawn from a declared causal model with a known truth."""

from crlm.registry.synthetic_registry.registries import STUDIES, make_registry, write_registry
from crlm.registry.synthetic_registry.truth import Margin, TrueEffect, Truth

__all__ = ["STUDIES", "Margin", "TrueEffect", "Truth", "make_registry", "write_registry"]
