"""FHIR R4: one mCODE patient bundle per patient, and the table of what such a bundle keeps."""

from crlm.registry.export.fhir.kept import KEPT, Kept
from crlm.registry.export.fhir.writing import BUNDLES, patient_bundles, write_fhir

__all__ = ["BUNDLES", "KEPT", "Kept", "patient_bundles", "write_fhir"]
