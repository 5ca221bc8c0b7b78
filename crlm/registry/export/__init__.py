"""Export: a registry in the formats that other software reads, and what each of them cannot hold."""

from crlm.registry.export.exporting import WRITERS, Exported, export_registry
from crlm.registry.export.lost import LOST

__all__ = ["LOST", "WRITERS", "Exported", "export_registry"]
