"""A way to make every problem of papers happen."""

from pathlib import Path

import typer

from crlm.cli import evidence as command
from crlm.cli import evidence_card, evidence_pool
from crlm.cli.evidence_papers import find_paper, known_papers
from crlm.evidence.checking import check_paper
from crlm.evidence.pooling import read_table
from crlm.problems import CrlmError
from tests.evidence.library.small_paper import COUNTS, written

HEADER = COUNTS.partition("\n")[0]


def refused(call):
    """The problems of a refusal."""
    try:
        call()
    except CrlmError as error:
        return error.problems
    except typer.Exit:
        return ()
    return ()


def in_paper(**changes):
    """A problem of the small paper with one text changed."""
    return lambda: check_paper(written(Path(), **changes))


def without_description():
    folder = written(Path())
    (folder / "paper.toml").unlink()
    return check_paper(folder)


def of_studies(text):
    """What is said of a table of studies to pool."""

    def call():
        Path("studies.csv").write_text(text, encoding="utf-8")
        read_table(Path("studies.csv"), measure="OR")

    return lambda: refused(call)


EVIDENCE_SPECIMENS = {
    "pool-argument": lambda: refused(lambda: evidence_pool.pool(comparison="nac-versus-upfront")),
    "pool-table": of_studies("study,events,n,events_control,n_reference\nA,1,20,2,20\n"),
    "evidence-paper": lambda: refused(lambda: find_paper("buisman")),
    "evidence-library": lambda: refused(lambda: known_papers(Path("nowhere"))),
    "evidence-question": lambda: refused(lambda: evidence_card.card("nac-versus-upfront")),
    "evidence-row": lambda: refused(lambda: command.show("ligro", row="E9")),
    "evidence-format": lambda: refused(lambda: command.cite(["ligro"], format_="ris")),
    "evidence-folder": without_description,
    "evidence-key": in_paper(paper=("title =", "titel =")),
    "evidence-table": in_paper(counts=(HEADER, HEADER.replace(",", ";"))),
    "evidence-column": in_paper(counts=("level", "levl")),
    "evidence-cell": in_paper(counts=("65.0,26,65.0", "65.0,many,65.0")),
    "evidence-printed": in_paper(counts=("65.0,26,65.0", "65.0,27,65.0")),
    "evidence-reference": in_paper(counts=("Male,ablation", "Male,ablaton")),
}
"""By code."""
