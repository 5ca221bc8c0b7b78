"""From a patient's records to a case: only what was known at a date, each value with the records it came from."""

from crlm.pathway.filling.document import filled_document
from crlm.pathway.filling.fill import FilledCase, case_from_registry

__all__ = ["FilledCase", "case_from_registry", "filled_document"]
