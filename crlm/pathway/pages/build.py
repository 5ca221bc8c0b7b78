"""Every page of the rules by the name of its file, and their writing."""

from __future__ import annotations

from pathlib import Path

from crlm.pathway.load import shipped_rules
from crlm.pathway.pages.lists import changes_page, conflicts_page, errors_page, gaps_page, inputs_page
from crlm.pathway.pages.markdown import WRITTEN
from crlm.pathway.pages.opening import opening_page
from crlm.pathway.pages.topic import topic_page
from crlm.pathway.ruleset import RuleSet

FOLDER = Path(__file__).parents[3] / "docs" / "pathway"


def pathway_pages(rules: RuleSet) -> dict[str, str]:
    """The pages: README.md, one a topic, inputs, conflicts, errors of the deck, gaps and changes."""
    lists = {
        "README.md": opening_page(rules),
        "inputs.md": inputs_page(rules),
        "conflicts.md": conflicts_page(rules),
        "errors-of-the-deck.md": errors_page(rules),
        "gaps.md": gaps_page(rules),
        "changes.md": changes_page(rules),
    }
    return {**lists, **{f"{one.topic}.md": topic_page(rules, one) for one in rules.topics}}


def write_pages(folder: Path) -> None:
    """Write every page, and remove those of topics that are gone; pages written by hand are left alone."""
    pages = pathway_pages(shipped_rules())
    for old in folder.glob("*.md"):
        if old.name not in pages and old.read_text(encoding="utf-8").startswith(WRITTEN):
            old.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
