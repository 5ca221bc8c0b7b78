"""Evidence cards: what is known about a clinical question, shown to a person."""

from crlm.evidence.cards.build import evidence_cards, questions
from crlm.evidence.cards.model import EvidenceCard, SeriesCard
from crlm.evidence.cards.series import series_cards

__all__ = ["EvidenceCard", "SeriesCard", "evidence_cards", "questions", "series_cards"]
