"""The first page: what the pathway is and is not, its topics, how to read it, how it was checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from crlm.dictionary.expressions.syntax import names
from crlm.pathway.conditions.language import parse
from crlm.pathway.conditions.words import ConditionWords
from crlm.pathway.description import KINDS
from crlm.pathway.explanation.words import ORIGINS
from crlm.pathway.pages.markdown import clause_after, code, escape, page, rule_links, table
from crlm.pathway.ruleset import RuleSet

IS = """\
The pathway is what one hepatobiliary unit teaches about the management of colorectal liver metastases, as rules
that a computer can evaluate for one patient: the slides of 26 March 2024, and four papers where they add something.
It was made for the tumour board's table: it says what the rules say of a patient, why, what is missing, and where
the sources disagree.

**It is not a decision.** It ranks no options, adds no factors up, and gives no dose. It knows only what it is told.
**It is not a guideline:** it is one unit's slides, read entry by entry by people who are not clinicians; no
clinician has reviewed the rules yet, and each topic has a date by which one should. It is not a medical device and
must not be used as one.

Three promises hold on every page and in every result:

- **Unknown is an answer.** What is not recorded is never read as no. Where a rule of the deck itself reads "not
  known" as an answer, its page says so.
- **Nothing is resolved behind your back.** Where sources disagree, all sides are shown ([conflicts](conflicts.md)).
  What the deck prints wrongly stands as printed, with a note beside it ([errors of the
  deck](errors-of-the-deck.md)). No rule is made up for a picture that could not be read ([missing
  pictures](gaps.md)).
- **What is not in the deck says so,** in capitals above the rule.
"""

READING = """\
## How to read a rule

| on a page | means |
|---|---|
| **Applies when** | otherwise the rule is silent about this patient |
| **Met when** | what the rule asks for. A list is all or at least one of its items, as it says |
| **Met, as a warning or a prompt, when** | met is unwelcome here, or a reminder; never good news |
| **The first of these that is certain** | a rule that gives labels; one whose condition is unknown is passed over |
| "is recorded" | true when a value is there, unknown when it is not |
| "is known", "is not known", "it is certain that" | true or false, also when nothing is recorded |
| **Says** | what follows when it is met, or what it shows |
| *Decided by*, *Shown beside it* | the inputs that its result rests on, and those that only stand beside it |
| *Source* | the slide with its heading, and the lines in the text that was read from it |
| *To note* | how something ambiguous was read |
| *As code* | the condition as it stands in `crlm/pathway/rules/` ([the language](language.md)) |

Comparisons are exactly those of the slides, and nothing is rounded: 50 mm is not below 50 mm.

## How to read a result

| result | means |
|---|---|
| `met`, `not_met` | the rule applies, and what it asks for is so, or is not so |
| `unknown` | the rule applies, and what is known does not decide it; the inputs that would are named |
| `na` | the rule does not apply to this patient |
| `gate_unknown` | what is known does not say whether it applies |
| `show` | the rule applies; there is nothing to decide and something to show |
| anything else | the label of DER-01 (technical class and biology), DER-03, DER-05 or SYN-01 |

[A case, and what the rules say of it](case.md) has the details. `crlm pathway rules RES-13` prints one rule, and
`crlm pathway evaluate` evaluates all of them.
"""

CHECKED = (
    (
        "the rules are those of the catalogue that was made from the deck",
        "ids, kinds, inputs, places, thresholds and signs of all rules are compared with it, file against file",
        "`tests/pathway/rules_data`",
    ),
    (
        "they say what was meant",
        "18 worked vignettes, and every threshold from both sides and exactly on it",
        "`tests/pathway/vignettes`",
    ),
    (
        "the evaluator is right",
        "a second evaluator, slow and written apart from it, agrees on 100,000 random cases",
        "`make prove`, `tests/prove/pathway.py`",
    ),
    (
        "nothing is unreachable or contradicts unseen",
        "a solver looks for rules that cannot be met, contradictions, gaps and differing thresholds",
        "[the checks](checks.md)",
    ),
    (
        "unknown stays honest",
        "making a known value unknown never gives another definite answer, except where a rule says so",
        "`tests/pathway/test_properties.py`",
    ),
    (
        "the words on these pages are the conditions",
        "they are made from the same parsed conditions; definitions and negations that they write out give the same "
        "answers as the originals in random cases",
        "`tests/pathway/test_condition_words.py`",
    ),
    (
        "the numbers are those of the library",
        "every id of a statement is a row of `deck-2024`, which names the same rule",
        "`tests/pathway/rules_data`",
    ),
)
NOT_DONE = (
    "What was not done: no clinician has read the rules, and they were not held against what a board decided."
)


def opening_page(rules: RuleSet) -> str:
    """README.md of the folder."""
    every = list(rules.rules.values())
    kinds, origins = Counter(one.kind for one in every), Counter(one.origin for one in every)
    lines = [
        IS,
        "## The topics",
        "",
        f"{len(every)} rules, version {rules.version}: {kinds['computable']} are computed from recorded values, "
        f"{kinds['judgement']} rest on a clinician's judgement, {kinds['evidence']} show evidence and decide nothing. "
        f"{origins['deck']} stand in the deck; the others are listed below.",
        "",
        *_topics(rules),
        "",
        *table(("besides", ""), _besides(rules)),
        "",
        "## What is not in the deck",
        "",
        *table(
            ("rules", "where they come from"),
            (
                (rule_links(rules, [rule.id for rule in every if rule.origin == origin]), words)
                for origin, words in ORIGINS.items()
                if words
            ),
        ),
        "",
        READING,
        *_definitions(rules),
        "",
        "## How it was checked",
        "",
        *table(("what", "how", "where"), CHECKED),
        "",
        NOT_DONE,
    ]
    return page("The pathway: what the tumour board's rules say", lines)


def _besides(rules: RuleSet) -> Iterator[tuple[str, str]]:
    yield "[Inputs](inputs.md)", "what a case can hold, and what the board is asked"
    yield (
        "[What the sources disagree about](conflicts.md)",
        f"{len(rules.conflicts)} conflicts, with every side",
    )
    said = f"{len(rules.corrections)} places where it contradicts itself or is wrong"
    yield "[Errors of the deck](errors-of-the-deck.md)", said
    yield "[Missing pictures](gaps.md)", f"{len(rules.gaps)} slides that could not be read in full"
    yield "[Changes of the rules](changes.md)", "what each version changed"
    yield "[A case](case.md)", "what goes in and what comes out"
    yield (
        "[One page for the board](summary.md)",
        "the case on A4, with room for the decision; cards for other software",
    )
    yield (
        "[Explanations](explanation.md)",
        "why a result is what it is, what would change it, what is missing most",
    )
    yield (
        "[A case from a registry](filling.md)",
        "which inputs a patient's records can fill, as known on a day",
    )
    yield "[The rule files](language.md)", "how a rule is written"
    yield (
        "[The checks](checks.md)",
        "what can and cannot come out of the rules, and where they contradict each other",
    )


def _topics(rules: RuleSet) -> Iterator[str]:
    rows = []
    for one in rules.topics:
        kinds = Counter(rule.kind for rule in one.rule)
        counts = (str(kinds[kind] or "") for kind in KINDS)
        rows.append((str(one.number), f"[{escape(one.title)}]({one.topic}.md)", str(len(one.rule)), *counts))
    yield from table(("", "topic", "rules", "computable", "judgement", "evidence only"), rows)


def _definitions(rules: RuleSet) -> Iterator[str]:
    """What several rules share; the pages of the topics write it out."""
    words = ConditionWords(rules)
    yield from ("## What several rules share", "")
    yield from (
        "In a rule's code these names stand for a condition; its words on the page are the condition itself.",
        "",
    )
    for name, one in rules.definitions.items():
        yield from (f"**`{name}`**: {escape(one.means)}", "")
        yield from (*clause_after(rules, "True when:", words.clauses(parse(one.condition))), "")
        yield f"- *As code:* {code(one.condition)}"
        using = [id_ for id_, rule in rules.rules.items() if _names(name, rules, id_)]
        yield from (f"- *Rules:* {rule_links(rules, using)}", "") if using else ("",)


def _names(definition: str, rules: RuleSet, rule: str) -> bool:
    return any(definition in names(expr) for expr in rules.programs[rule].expressions())
