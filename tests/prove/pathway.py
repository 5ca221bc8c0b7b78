"""`python -m tests.prove.pathway`: 100,000 random cases, the evaluator beside the oracle; writes their page.

The exit code is 1 when the two differ anywhere, or when knowing less turned an answer into another.
"""

import random
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from crlm.pathway.case import read_case
from crlm.pathway.evaluate import evaluate
from crlm.pathway.load import shipped_rules
from tests.pathway.oracle import oracle
from tests.pathway.test_oracle import drawn
from tests.pathway.test_properties import UNDECIDED, results, without_some
from tests.prove.provenance import made_by

PAGE = Path(__file__).parents[2] / "docs" / "validation" / "pathway.md"
CASES, TOGETHER = 100_000, 2_000
FIRST = 1_000_000
"""Seeds that no test has used."""


def compared(first):
    """Of some cases: results by kind, differences from the oracle, and answers that turned into others."""
    rules, kinds, different, turned = shipped_rules(), Counter(), [], []
    labels = {id_ for id_, rule in rules.rules.items() if rule.labels}
    for seed in range(first, first + TOGETHER):
        case = drawn(seed, rules.inputs)
        found, expected = results(case), oracle(case)
        kinds.update("label" if id_ in labels else result for id_, result in found.items())
        different += [(seed, id_) for id_ in found if found[id_] != expected[id_]]
        if case:
            less = results(without_some(random.Random(seed), case))
            turned += [
                (seed, id_)
                for id_ in found
                if id_ not in rules.two_valued and less[id_] not in UNDECIDED and less[id_] != found[id_]
            ]
    return kinds, different, turned


def speed():
    """Milliseconds for the whole evaluation of one case, the median of 300."""
    rules, times = shipped_rules(), []
    for seed in range(300):
        case = read_case(drawn(seed, rules.inputs), rules.inputs)
        began = time.perf_counter()
        evaluate(rules, case)
        times.append(1000 * (time.perf_counter() - began))
    return sorted(times)[len(times) // 2]


def main():
    """Run all and write the page; exit code 1 when a promise is broken."""
    kinds, different, turned = Counter(), [], []
    with ProcessPoolExecutor(2) as pool:
        for one in pool.map(compared, range(FIRST, FIRST + CASES, TOGETHER)):
            kinds += one[0]
            different += one[1]
            turned += one[2]
    PAGE.write_text(page(kinds, different, turned, speed()), encoding="utf-8")
    print(f"{PAGE.name}: {len(different)} differences, {len(turned)} answers turned")
    return 1 if different or turned else 0


def page(kinds, different, turned, milliseconds):
    """What the run found, as Markdown."""
    rules = shipped_rules()
    declared = sum(rule.two_valued is not None for rule in rules.rules.values())
    rows = "\n".join(f"| `{kind}` | {count:,} |" for kind, count in kinds.most_common())
    return f"""# The pathway's evaluator beside an oracle

{made_by("python -m tests.prove.pathway")}
The 195 entries of the catalogue were written down twice: as rules (`crlm/pathway/rules`), which the evaluator reads,
and as plain Python (`tests/pathway/oracle.py`), which knows neither the rule files nor their language. Both are given the
same random cases: half of them random in every input, half a plausible patient with some inputs changed or unknown,
with every threshold of the catalogue from both sides and exactly on it.

{CASES:,} cases, {sum(kinds.values()):,} results, **{len(different):,} differences**.

| result | times |
|---|---|
{rows}

The logic is Kleene's: each comparison with an unknown value is unknown, and what follows is worked out from that. It is
not the logic of all completions, which would call `x < 5 or x >= 5` true for an unknown `x`. Its promise is one-sided:
what it answers stays true whatever the unknown values turn out to be. In the same cases a random part of what was known
was made unknown; **{len(turned):,}** answers of the {len(rules.rules) - len(rules.two_valued)} rules that promise this
turned into other answers. {declared} rules do not promise it, because the catalogue reads "not known" as an answer in
them (`two_valued` says where), and {len(rules.two_valued) - declared} depend on one of those.

The whole evaluation of a case, with what each result hangs on, took {milliseconds:.1f} ms (median of 300).
"""


if __name__ == "__main__":
    sys.exit(main())
