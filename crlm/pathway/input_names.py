"""Which input was meant by a name that is none: by spelling, else by the words that it shares with an input."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from crlm.pathway.model import Input
from crlm.problems import nearest

CLOSE_SPELLING = 0.8
MOST = 3
UNITS = frozenset({"mm", "pct", "ng", "ml", "of", "the", "to", "at", "in", "on"})
"""Words that say nothing about which input was meant."""


def fix_for_name(word: str, inputs: Mapping[str, Input]) -> str:
    """A fix for an unknown name that always names the nearest input: a misspelt one, the inputs whose name or label
    has the same words, else the one that is spelt most alike.
    """
    close = nearest(word, inputs)
    if close is not None and _alike(word, close) >= CLOSE_SPELLING:
        return f'did you mean "{close}"?'
    words, own = _words(word), {name: _words(name) | _words(one.called) for name, one in inputs.items()}
    shared = {name: _shared(words, each) for name, each in own.items()}
    most = max(shared.values())
    if most:
        same = [name for name in shared if shared[name] == most]
        same.sort(key=lambda name: (len(own[name]), -_alike(word, name)))
        listed = " or ".join(f'"{name}"' for name in same[:MOST])
        return f"did you mean {listed}?"
    most_alike = max(inputs, key=lambda name: _alike(word, name))
    return f'the nearest is "{most_alike}"; crlm schema case lists all {len(inputs)}.'


def _alike(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one.casefold(), other.casefold()).ratio()


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]{2,}", text.casefold())) - UNITS


def _shared(words: set[str], own: set[str]) -> int:
    """How many words have a word among an input's own that is the same, or of which one begins the other."""
    return sum(any(word == each or _begins(word, each) for each in own) for word in words)


def _begins(one: str, other: str) -> bool:
    return min(len(one), len(other)) > 2 and (one.startswith(other) or other.startswith(one))
