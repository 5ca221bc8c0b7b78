"""Regression models: each candidate alone, then together by the declared rule, every decision on record."""

from crlm.study.analysis.models.result import model_result, rule_in_words

__all__ = ["model_result", "rule_in_words"]
