"""What the pages of the rules share: text as itself in Markdown, links to rules, conditions as lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from crlm.pathway.conditions.words import Clause
from crlm.pathway.description import clause_lines
from crlm.pathway.ruleset import RuleSet

WRITTEN = (
    "<!-- Written by `python -m crlm.pathway.pages` from crlm/pathway/. "
    "Change the TOML files there, not this page. -->"
)
SPECIAL = re.compile(r"([\\`*\[\]|<>#~])")
RULE = re.compile(r"\b[A-Z]{2,4}-\d\d\b")


def escape(text: str) -> str:
    """A text as itself in Markdown, on one line."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def linked(rules: RuleSet, text: str) -> str:
    """A text with links at the ids of rules and conflicts in it."""

    def link(found: re.Match[str]) -> str:
        id_ = found.group()
        if id_ in rules.rules:
            return rule_link(rules, id_)
        return f"[{id_}](conflicts.md#{id_.lower()})" if id_.startswith("AMB-") else id_

    return RULE.sub(link, escape(text))


def rule_link(rules: RuleSet, id_: str) -> str:
    """A link to a rule on the page of its topic."""
    return f"[{id_}]({rules.rules[id_].topic}.md#{id_.lower()})"


def rule_links(rules: RuleSet, ids: Iterable[str]) -> str:
    """Links to several rules."""
    return ", ".join(rule_link(rules, one) for one in ids)


def code(text: str) -> str:
    """A condition as it is written in the file, on one line; in a table, bars would need escaping, and it has none."""
    return f"`{' '.join(text.split())}`"


def clause_after(rules: RuleSet, lead: str, clause: Clause, indent: str = "") -> Iterator[str]:
    """A clause after the words that lead to it: on their line when it is one statement, else as a list below them."""
    lead_line, *items = clause_lines(lead, clause, lambda words: linked(rules, words), indent)
    yield lead_line
    yield from ("", *items) if items and not indent else items


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """A table; its cells are Markdown already."""
    names = list(heads)
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def page(title: str, lines: Iterable[str]) -> str:
    """A page with its title, no two empty lines in a row."""
    text = "\n".join([WRITTEN, "", f"# {title}", "", *lines])
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"
