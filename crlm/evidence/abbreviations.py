"""Abbreviations that the tables use, spelt out."""

from __future__ import annotations

import re
from collections.abc import Mapping

from crlm.evidence.wording import in_words

ABBREVIATIONS = {
    "os": "overall survival",
    "dfs": "disease-free survival",
    "hdfs": "hepatic disease-free survival",
    "dpfs": "distant progression-free survival",
    "ltpfs": "local tumour progression-free survival",
    "pfs": "progression-free survival",
    "rfs": "recurrence-free survival",
    "css": "cancer-specific survival",
    "nac": "neoadjuvant chemotherapy",
    "haip": "hepatic arterial infusion pump",
    "hai": "hepatic arterial infusion",
    "tsh": "two-stage hepatectomy",
    "osh": "one-stage hepatectomy",
    "alpps": "associating liver partition and portal vein ligation for staged hepatectomy",
    "psr": "parenchyma-sparing resection",
    "flr": "future liver remnant",
    "tbs": "tumour burden score",
    "dlm": "disappearing liver metastases",
    "clm": "colorectal liver metastases",
    "crlm": "colorectal liver metastases",
    "crc": "colorectal cancer",
    "pve": "portal vein embolisation",
    "lrt": "locoregional treatment",
    "bmi": "body mass index",
    "rfa": "radiofrequency ablation",
    "mwa": "microwave ablation",
    "sbrt": "stereotactic body radiotherapy",
    "ire": "irreversible electroporation",
    "cea": "carcinoembryonic antigen",
    "msi": "microsatellite instability",
    "hr": "hazard ratio",
    "or": "odds ratio",
    "mut": "mutation",
    "wt": "wild type",
}
"""Small letters to words: one reading of each, as the papers of the library use it."""

_SURVIVAL = re.compile(r"\bsurvival\b|\b\w*(OS|FS)\b")


def endpoint_words(endpoint: str, words: Mapping[str, str]) -> str:
    """An endpoint in the paper's words ([words]); else spelt out with its abbreviation; else without underscores."""
    if endpoint in words:
        return words[endpoint]
    spelt = ABBREVIATIONS.get(endpoint.casefold())
    return f"{spelt} ({endpoint})" if spelt else in_words(endpoint)


def is_survival(words: str) -> bool:
    """Whether an endpoint's words are of a survival: of living on without the event."""
    return _SURVIVAL.search(words) is not None
