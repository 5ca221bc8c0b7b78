"""The rules as pages, docs/pathway/, written by `python -m crlm.pathway.pages`; tests check that they are current."""

from crlm.pathway.pages.build import FOLDER, pathway_pages, write_pages

__all__ = ["FOLDER", "pathway_pages", "write_pages"]
