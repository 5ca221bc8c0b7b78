"""What the commands of `crlm evidence` share: the user's library, and papers by id or folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crlm.problems import ArgumentError, Place, Problem, did_you_mean

if TYPE_CHECKING:
    from crlm.evidence import Paper

Library = Annotated[
    Path | None,
    typer.Option(
        "--library",
        metavar="FOLDER",
        envvar="CRLM_LIBRARY",
        help="A folder of your own papers, each in its folder; they join those of crlm.",
    ),
]

Endpoint = Annotated[
    str | None, typer.Option("--endpoint", metavar="WORD", help="Only this endpoint: OS, DFS, ...")
]
Population = Annotated[
    str | None, typer.Option("--population", metavar="WORD", help="Only studies of this population.")
]


def meant(given: str, known: Iterable[str]) -> str | None:
    """The fix for a name that is not known: the one name that it is a part of, else the nearest."""
    names = list(known)
    whole = [one for one in names if given and given.casefold() in one.casefold()]
    return f'did you mean "{whole[0]}"?' if len(whole) == 1 else did_you_mean(given, names)


def known_papers(library: Path | None) -> tuple[str, ...]:
    """The ids of all papers; an ArgumentError when the library is no folder."""
    from crlm.evidence import papers

    if library is not None and not library.is_dir():
        given = "there is no such folder" if not library.exists() else "this is a file"
        fix = "give the folder that holds the papers' folders."
        raise ArgumentError(Problem("evidence-library", given, "a folder.", fix, Place(str(library))))
    return papers(library)


def find_paper(name: str, library: Path | None = None) -> Paper:
    """A paper by its id, or by the path of its folder; an ArgumentError names the ids that there are."""
    from crlm.evidence import load_paper, paper

    known = known_papers(library)
    if name in known:
        return paper(name, library)
    folder = Path(name)
    if folder.is_dir():
        return load_paper(folder)
    allowed = f"{', '.join(known)}, or a paper's folder."
    raise ArgumentError(Problem("evidence-paper", f'there is no paper "{name}"', allowed, meant(name, known)))
