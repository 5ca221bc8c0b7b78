"""Cox's proportional hazards model: `cox` fits it, `CoxFit` holds it, terms are tested as a whole."""

from crlm.statistics.cox.fit import cox
from crlm.statistics.cox.model import CoxFit, Term
from crlm.statistics.cox.terms import term_likelihood_ratio_test, term_wald_test

__all__ = ["CoxFit", "Term", "cox", "term_likelihood_ratio_test", "term_wald_test"]
