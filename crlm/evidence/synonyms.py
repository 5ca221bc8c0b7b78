"""Words that readers look for and words that papers print, where these differ: small tables, written by hand."""

from __future__ import annotations

SAME = (
    ("mortality", "death", "deaths", "died"),
    ("recurrence", "recurrences", "recurrent", "recurred", "relapse", "relapses", "relapsed"),
    ("mutation", "mutations", "mutated", "mutant", "mut"),
    ("wild type", "wildtype", "wt"),
    ("complication", "complications", "morbidity"),
    ("metastasis", "metastases", "mets", "lesion", "lesions"),
    ("liver", "hepatic"),
    ("hepatectomy", "hepatectomies", "liver resection", "hepatic resection"),
    ("disappearing", "disappeared", "vanished", "vanishing"),
    ("unresectable", "irresectable", "inoperable"),
    ("resected", "resection", "resections"),
    ("sided", "side", "sidedness"),
    ("node", "nodes", "nodal"),
    ("positive", "+"),
    ("size", "diameter"),
    ("chemotherapy", "chemo"),
    ("neoadjuvant", "preoperative"),
    ("followup", "follow up"),
    ("upfront", "up front"),
    ("locoregional", "lrt"),
    ("hypertrophy", "growth"),
    ("stay", "hospitalisation"),
    ("sex", "gender"),
)
"""Whoever looks for one of a row finds the others."""
NARROWER = {
    "ablation": ("rfa", "mwa", "radiofrequency", "microwave", "electroporation", "ire"),
    "chemotherapy": ("nac", "folfox", "folfiri", "folfoxiri", "capox", "xelox", "oxaliplatin", "irinotecan"),
    "bevacizumab": ("bev",),
    "ras": ("kras", "nras"),
    "radiotherapy": ("sbrt",),
    "antibody": ("bevacizumab", "cetuximab", "panitumumab"),
    "survival": ("os", "dfs", "hdfs", "dpfs", "ltpfs", "pfs", "rfs", "css"),
    "radiofrequency": ("rfa",),
    "microwave": ("mwa",),
    "electroporation": ("ire",),
    "pump": ("hai", "haip"),
}  # fmt: skip
"""Whoever looks for the first finds the second too, and not the other way round: KRAS is not all of RAS."""
SPELLING = {
    "tumor": "tumour",
    "tumors": "tumours",
    "embolization": "embolisation",
    "center": "centre",
    "univariate": "univariable",
    "multivariate": "multivariable",
    "hospitalization": "hospitalisation",
    "randomized": "randomised",
    "esophageal": "oesophageal",
    "anemia": "anaemia",
}
"""American spelling, and what statisticians no longer say."""
IGNORED = frozenset(
    (
        "a",
        "an",
        "and",
        "at",
        "by",
        "for",
        "in",
        "is",
        "of",
        "on",
        "the",
        "to",
        "versus",
        "vs",
        "was",
        "what",
        "which",
        "with",
    )
)
"""Words that a question has and a row need not."""
NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10}
