"""The shipped rules beside the catalogue they were written from, which lies beside the project."""

import csv
import re
import tomllib
from collections import Counter
from functools import cache

import pytest

from crlm.pathway.load import SHIPPED, shipped_rules
from tests.shared import SHARED, needs

SPEC = SHARED / "spec" / "pathway"
DECK = SHARED / "seeds"
pytestmark = needs(SPEC)

KINDS = {"a": "computable", "b": "judgement", "c": "evidence"}
ORIGINS = {
    "deck": "deck",
    "paper (not deck)": "paper",
    "software convention (not deck)": "software",
    "consequence of deck rules": "consequence",
    "inference from deck": "inference",
}
PAPERS = {"000": "dijkstra-2021", "001": "moretto-2024", "002": "buisman-2020", "003": "hellingman-2021"}
ENTRIES = 195


@cache
def catalogue():
    """Each entry of the catalogue: its lines by name, and its topic."""
    text = (SPEC / "rules.md").read_text(encoding="utf-8")
    found, topic = {}, 0
    for block in re.split(r"\n(?=###)", text[text.index("\n## Rules") :]):
        if heading := re.match(r"### (\d+)\. ", block):
            topic = int(heading[1])
        elif heading := re.match(r"#### (\S+)", block):
            lines = dict(re.findall(r"^- ([a-z /]+?): ?(.*)$", block, re.M))
            found[heading[1]] = lines | {"topic": topic, "all": block}
    return found


def rows(name):
    with (SPEC / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_ids_in_the_order_of_the_catalogue():
    assert list(shipped_rules().rules) == list(catalogue())
    assert len(catalogue()) == ENTRIES


def test_kinds_origins_and_topics():
    entries, topics = (
        catalogue(),
        {rule.id: one.number for one in shipped_rules().topics for rule in one.rule},
    )
    for id_, rule in shipped_rules().rules.items():
        kind, origin = re.match(r"\((.)\).*; origin: (.*)$", entries[id_]["kind"]).groups()
        assert (rule.kind, rule.origin, topics[id_]) == (
            KINDS[kind],
            ORIGINS[origin],
            entries[id_]["topic"],
        ), id_


def test_counts_of_the_table():
    text = (SPEC / "rules.md").read_text(encoding="utf-8")
    for number, *counts in re.findall(
        r"^\| (\d+)\. [^|]*\| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", text, re.M
    ):
        topic = next(one for one in shipped_rules().topics if one.number == int(number))
        kinds = Counter(rule.kind for rule in topic.rule)
        assert [*(kinds[kind] for kind in KINDS.values()), len(topic.rule)] == [int(one) for one in counts]


def test_inputs():
    for id_, rule in shipped_rules().rules.items():
        assert list(rule.inputs) == re.findall(r"`(\w+)`", catalogue()[id_]["inputs"]), id_
    for row in rows("inputs.csv"):
        using = [id_ for id_, rule in shipped_rules().rules.items() if row["name"] in rule.inputs]
        assert sorted(using) == sorted(filter(None, row["rules"].split(";"))), row["name"]


def test_places():
    for id_, rule in shipped_rules().rules.items():
        locator = catalogue()[id_]["locator"]
        if paper := re.match(r"Paper seed (\d+)", locator):
            assert [one.paper for one in rule.source] == [PAPERS[paper[1]]], id_
        elif span := re.match(r"S(\d+)-S(\d+)", locator):
            wanted = [f"S{one:02d}" for one in range(int(span[1]), int(span[2]) + 1)]
            assert [one.slide for one in rule.source] == wanted, id_
        else:
            assert [one.slide for one in rule.source] == re.findall(r"S\d\d", locator), id_


def test_slides():
    text = (SPEC / "rules.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (S\d\d) \| (.*?) \| (\d+)-(\d+) \| ?(.*?) ?\|$", text, re.M)
    assert [(one.id, one.heading, *map(str, one.lines)) for one in shipped_rules().slides.values()] == [
        row[:4] for row in listed
    ]
    missing = {id_ for id_, *_, note in listed if re.search(r"not captured|picture only", note, re.I)}
    assert {one.id for one in shipped_rules().slides.values() if one.captured != "text"} == missing
    gaps = tomllib.loads((SHIPPED / "gaps.toml").read_text(encoding="utf-8"))["gap"]
    assert [one["slide"] for one in gaps] == sorted(missing)


NUMBER = r"(?<![\w.-])\d+(?:\.\d+)?(?![\w-])"


def test_every_threshold_stands_in_the_condition_and_no_other():
    """Numbers of the catalogue's gate and condition, without those that its words only show or explain."""
    shown = {
        "DER-01",  # steps are numbered
        "DER-02",  # the same thresholds, told case by case
        "RES-12",  # one organ
        "TSH-06",  # months beside the days that are tested
        "MAR-05",  # a margin that is not tested
        "MAR-12",  # the formula
        "OSH-03",  # a band to show
        "PTM-05",  # the regimen
        "BEV-02",  # the printed window
        "DER-03",
        "SYN-01",
        *(f"DLP-0{one}" for one in (1, 2, 6, 7, 9)),  # cut-offs of single studies, not tested
    }
    for id_, rule in shipped_rules().rules.items():
        entry = catalogue()[id_]
        said = f"{entry.get('applies when', '')} {entry.get('condition', '')}"
        said = re.sub(r"\b(?:[A-Z]{3}-\d\d(?:[.,/]+\d+)*|[SR]\d+(?:\.\.\d+)?)", "", said)
        own = " ".join(_conditions(rule))
        wanted, found = set(re.findall(NUMBER, said)), set(re.findall(NUMBER, re.sub(r"'[^']*'", "", own)))
        if id_ in shown:
            assert found <= wanted | {"0.01", "30", "60"}, id_
        else:
            assert found == wanted, id_


SIGNS = {
    "RES-04": "> 70", "RES-05": "> 6", "RES-12": "<= 1", "FLR-01": ">= 20", "FLR-02": ">= 30", "FLR-03": ">= 40",
    "UPF-01": "< 50", "UPF-03": "< 5", "UPF-07": "<= 3", "PER-01": "> 50", "PER-03": "> 4", "PER-05": "< 12",
    "PER-08": "> 3", "REP-06": "<= 12", "REP-07": "<= 4", "ABL-01": "<= 20", "MAR-01": ">= 1", "MAR-02": "< 1",
    "MAR-03": ">= 10", "PTM-01": "<= 2", "PTM-03": "> 4", "BEV-01": ">= 42", "BEV-02": ">= 42", "BEV-03": ">= 65",
    "DLP-01": "< 20", "DLP-02": ">= 3", "DLP-06": "<= 60", "DLP-07": "<= 30", "FID-01": "< 20",
}  # fmt: skip


@pytest.mark.parametrize("id_", SIGNS)
def test_signs(id_):
    """Catalogue, condition and this table, written from the slides, agree on the comparison."""
    assert SIGNS[id_] in catalogue()[id_]["condition"]
    assert SIGNS[id_] in shipped_rules().rules[id_].condition


def test_evidence():
    """Statements exist, belong to the rule, and each is attached to at least one."""
    statements = {
        row["evidence_id"].replace("E", "D"): set(row["rule_ids"].split(";")) for row in rows("evidence.csv")
    }
    used = Counter()
    for id_, rule in shipped_rules().rules.items():
        for one in rule.evidence:
            used[one] += 1
            elsewhere = (id_, one) == (
                "DLM-05",
                "D0707",
            )  # the odds ratio that its entry quotes from another slide
            assert id_ in statements[one] or elsewhere, (id_, one)
    assert set(used) == set(statements)


def test_conflicts():
    text = (SPEC / "rules.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (AMB-\d\d) \|.*\| (.*?) \| .*? \|$", text, re.M)
    conflicts = {one.id: one for one in shipped_rules().conflicts}
    assert list(conflicts) == [id_ for id_, _ in listed]
    for id_, where in listed:
        assert (conflicts[id_].bites is None) == (where == "-"), id_
    for id_, entry in catalogue().items():
        assert set(re.findall(r"AMB-\d\d", entry["all"])) <= set(shipped_rules().rules[id_].amb), id_


def test_errors_of_the_deck():
    text = (SPEC / "rules.md").read_text(encoding="utf-8")
    errors = text[text.index("## Errors inside the deck") : text.index("## Not captured")]
    listed = {slide for line in re.findall(r"^- (S.*?):", errors, re.M) for slide in line.split("/")}
    corrections = tomllib.loads((SHIPPED / "corrections.toml").read_text(encoding="utf-8"))["correction"]
    assert {slide for one in corrections for slide in one["slides"]} == listed


def test_sentences_are_our_own():
    """No ten words in a row, numbers aside, stand in the catalogue or in a seed."""
    length = 10
    sources = [*SPEC.glob("*.md"), *DECK.glob("00*.txt")]
    taken = {run for path in sources for run in _runs(path.read_text(encoding="utf-8"), length)}
    for path in sorted([*SHIPPED.glob("*.toml"), *(SHIPPED / "rules").glob("*.toml")]):
        if path.name != "slides.toml":  # headings are places
            for text in _texts(tomllib.loads(path.read_text(encoding="utf-8"))):
                shared = [run for run in _runs(text, length) if run in taken]
                assert not shared, (path.name, " ".join(shared[0]))


def _conditions(rule):
    yield from (rule.applies_when or "", rule.condition or "")
    yield from (one.when or "" for one in rule.labels)
    yield from (definition.condition for name, definition in shipped_rules().definitions.items()
                if re.search(rf"\b{name}\b", f"{rule.applies_when} {rule.condition}"))  # fmt: skip


def _runs(text, length):
    words = re.findall(r"[a-z]+", text.lower())
    return zip(*(words[start:] for start in range(length)), strict=False)


CODE = {
    "condition",
    "applies_when",
    "when",
    "bites",
    "inputs",
    "evidence",
    "rules",
    "computed",
    "labels",
    "id",
}


def _texts(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in CODE:
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value
