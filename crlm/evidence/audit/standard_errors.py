"""Whether a ratio's standard error may be other than the one that its model gives for independent people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crlm.evidence.audit.finding import Explanation

if TYPE_CHECKING:
    from crlm.evidence import Paper, PublishedEffect


def not_the_models_own(paper: Paper, row: PublishedEffect) -> Explanation | None:
    """Why a standard error may be smaller than independent people allow, as the paper says; None when nothing does.

    A robust (clustered) standard error adds up the residuals of a cluster before it squares them: where those of one
    patient's tumours have opposite signs it is smaller than the model's own.
    """
    stated = paper.about.standard_errors
    if stated:
        return Explanation(
            "other-test", f"Possible if it comes of the {stated} standard errors that the paper states."
        )
    unit = row.unit_of_analysis
    if unit not in ("", "patient"):
        return Explanation(
            "other-test",
            f"Possible only with a standard error that is not the model's own: the rows are of {unit}s, and a robust "
            f"one, which allows for several {unit}s of one patient, can be smaller.",
        )
    return None
