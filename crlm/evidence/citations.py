"""Citing a paper: BibTeX and CSL-JSON, from what its paper.toml has and nothing else."""

from __future__ import annotations

from typing import Any

from crlm.evidence.description import About

SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
CSL_TYPE = {"deck": "speech"}
BIBTEX_TYPE = {"deck": "misc"}


def bibtex(about: About) -> str:
    """A BibTeX entry under the paper's id, in UTF-8 with TeX's special characters escaped; capitals are kept."""
    kind = BIBTEX_TYPE.get(about.kind, "article" if about.journal else "misc")
    in_what = "journal" if kind == "article" else "howpublished"
    fields = {
        "title": f"{{{escaped(about.title)}}}",
        "author": " and ".join(escaped(one) for one in about.authors),
        in_what: escaped(about.journal),
        "year": "" if about.year is None else str(about.year),
        "volume": escaped(about.volume),
        "number": escaped(about.issue),
        "pages": escaped(about.pages.replace("-", "--")),
        "doi": about.doi,
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{about.id},", *lines, "}"])


def escaped(text: str) -> str:
    """A text with the characters that TeX takes for commands made plain."""
    return "".join(SPECIAL.get(one, one) for one in text)


def csl(about: About) -> dict[str, Any]:
    """A CSL-JSON item; keys that are not known are absent."""
    names = [one.partition(", ") for one in about.authors]
    authors = [
        {"family": family, "given": given} if given else {"literal": family} for family, _, given in names
    ]
    item = {
        "id": about.id,
        "type": CSL_TYPE.get(about.kind, "article-journal" if about.journal else "document"),
        "title": about.title,
        "author": authors,
        "container-title": about.journal,
        "issued": {"date-parts": [[about.year]]} if about.year is not None else None,
        "volume": about.volume,
        "issue": about.issue,
        "page": about.pages,
        "DOI": about.doi,
    }
    return {key: value for key, value in item.items() if value}


def short(about: About) -> str:
    """First author and year, or the id where these are not known: "Dijkstra 2021"."""
    if not about.authors:
        return about.id
    family = about.authors[0].partition(",")[0]
    return family if about.year is None else f"{family} {about.year}"
