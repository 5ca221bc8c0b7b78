"""Import of a registry: its tables in whatever form they come, typed, checked and linked."""

from crlm.registry.importing.checked import Checked, refuse_errors
from crlm.registry.importing.issues import Issue
from crlm.registry.importing.read import check_registry, read_registry

__all__ = ["Checked", "Issue", "check_registry", "read_registry", "refuse_errors"]
