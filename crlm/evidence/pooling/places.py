"""Whether two names of registries or hospitals may be of one place: spelling, accents, abbreviations, known names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher

KNOWN_NAMES = {
    "amcore": "amsterdam colorectal liver met registry",
    "vumc": "vrije universiteit medical center amsterdam",
    "emc": "erasmus medical center rotterdam",
    "erasmus": "erasmus rotterdam",
    "msk": "memorial sloan kettering cancer center",
    "mda": "md anderson cancer center houston",
    "umc": "university medical center",
    "mc": "medical center",
    "vu": "vrije universiteit amsterdam",
    "amc": "amc amsterdam",
    "st": "saint",
    "roma": "rome",
    "milano": "milan",
    "torino": "turin",
    "napoli": "naples",
    "firenze": "florence",
    "genova": "genoa",
    "venezia": "venice",
    "padova": "padua",
    "pisana": "pisa",
    "wien": "vienna",
    "munchen": "munich",
    "koln": "cologne",
    "nurnberg": "nuremberg",
    "hannover": "hanover",
    "zuerich": "zurich",
    "muenchen": "munich",
    "koeln": "cologne",
    "basle": "basel",
    "geneve": "geneva",
    "bruxelles": "brussels",
    "brussel": "brussels",
    "antwerpen": "antwerp",
    "gent": "ghent",
    "leuven": "louvain",
    "luttich": "liege",
    "kobenhavn": "copenhagen",
    "kobenhavns": "copenhagen",
    "goteborg": "gothenburg",
    "praha": "prague",
    "warszawa": "warsaw",
    "krakow": "cracow",
    "lisboa": "lisbon",
    "sevilla": "seville",
    "athina": "athens",
    "moskva": "moscow",
    "beograd": "belgrade",
}
"""Words in small letters and without accents, and what they stand for: cities in English, hospitals spelt out."""
_SPELLING = {
    "centre": "center", "centres": "center", "centers": "center", "hospitals": "hospital", "registries": "registry",
    "universities": "university", "universitair": "university", "universitario": "university",
    "universitaria": "university", "universitat": "university", "univ": "university", "hosp": "hospital",
    "medisch": "medical", "centrum": "center", "centro": "center", "inst": "institute",
}  # fmt: skip
_USUAL = """
a academic and anonymous at audit azienda based biliary cancer care cases center centro city clinic clinical clinico
cliniques cohort collaborative college colorectal combined community consecutive data database dataset de dei del
della department des di division du e east en et five fondazione for foundation four from general group health
healthcare hepatic hepato hepatobiliary het hopital hospital hpb i in institute institutes institutional instituto
international irccs istituto klinikum la le les liver local los medical medicine memorial met metastases metastasis
multicenter multicentre my national nazionale new north of oncological oncology one ospedale ospedaliero our out
patients policlinico prospective records referral regional register registry research resected resection resections
retrospective royal saint san santa school science sciences series service shared single six south state study
surgery surgical tertiary the their three treated tumori two unit united universiteit university van veneto von
vrije west with y years
"""
_SAYS_NOTHING = frozenset(_USUAL.split())
"""Words that many registries and hospitals have in their names."""
ALIKE = 0.84
"""How alike two words of five letters or more are that may be one word misspelt (difflib's ratio)."""


def plain(name: str) -> str:
    """A name in small letters, without accents and punctuation, hospitals' usual words in one spelling."""
    return " ".join(_words(name))


def shared_name(one: str, other: str) -> str | None:
    """What may make two names one place, in words; None where nothing does.

    The same words; an abbreviation of the other's words ("MSKCC"); a word that few names have ("Amsterdam"), also
    misspelt by a letter or two ("Amsterdm"). Two hospitals of one city are not told apart: that is for the reader.
    """
    mine, theirs = _words(one), _words(other)
    if mine == theirs:
        return "the same name"
    for short, long in ((mine, theirs), (theirs, mine)):
        for word in short:
            if len(word) > 2 and word in _initials(long):
                return f'"{word.upper()}" may be short for it'
    common = [one for one in mine if one in theirs and one not in _SAYS_NOTHING]
    if common:
        words = " ".join(one.capitalize() for one in dict.fromkeys(common))
        return f'both are of "{words}"'
    for word in mine:
        for its in theirs:
            if {word, its} & _SAYS_NOTHING or min(len(word), len(its)) < 5:
                continue
            if SequenceMatcher(None, word, its).ratio() >= ALIKE:
                return f'"{word.capitalize()}" may be "{its.capitalize()}"'
    return None


def says_where(names: Iterable[str]) -> bool:
    """Whether some name has a word that tells it from others: "two university hospitals" has none, "centre B" has."""
    return any(
        word not in _SAYS_NOTHING or (len(word) == 1 and place > 0) or len(words) == 1
        for words in map(_words, names)
        for place, word in enumerate(words)
    )


def _words(name: str) -> tuple[str, ...]:
    bare = "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one))
    bare = (
        bare.casefold()
        .replace("ø", "o")
        .replace("æ", "ae")
        .replace("ł", "l")
        .replace(".", "")
        .replace("'", "")
    )
    spelt = " ".join(KNOWN_NAMES.get(one, one) for one in re.findall(r"\w+", bare.replace("_", " ")))
    return tuple(_SPELLING.get(one, one) for one in spelt.split())


def _initials(words: tuple[str, ...]) -> frozenset[str]:
    """The initials of every run of three words or more."""
    letters = "".join(one[0] for one in words)
    runs = range(3, len(letters) + 1)
    return frozenset(
        letters[start : start + length] for length in runs for start in range(len(letters) - length + 1)
    )
