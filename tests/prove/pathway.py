"""`python -m tests.prove.pathway`: 100,000 random cases, the evaluator beside the oracle; writes their page.

Also: knowing less, the order of the rules, what the solver proves, and the time that a case and its explanation take.
The exit code is 1 when a promise is broken anywhere.
"""

import dataclasses
import random
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

from crlm.pathway.case import changed, read_case
from crlm.pathway.checking.findings import read_checks
from crlm.pathway.checking.report import check_rule_set, counts
from crlm.pathway.evaluate import evaluate, result_of
from crlm.pathway.explanation import explain
from crlm.pathway.explanation.prepared import prepared
from crlm.pathway.facts import CaseFacts
from crlm.pathway.load import SHIPPED, shipped_rules
from tests.pathway.explanation.cases import VIGNETTES, full, sparse
from tests.pathway.oracle import oracle
from tests.pathway.random_cases import random_case
from tests.pathway.rules_data.test_own_vignettes import VIGNETTES as OWN_PATIENTS
from tests.pathway.test_oracle import drawn
from tests.pathway.test_properties import UNDECIDED, without_some
from tests.prove.provenance import made_by

PAGE = Path(__file__).parents[2] / "docs" / "validation" / "pathway.md"
CASES, TOGETHER = 100_000, 2_000
TIMED = 300
"""Random cases that are timed."""
ORDERED = 10
"""Every tenth case is evaluated in another order too."""
WORKERS = 2
FIRST = 1_000_000
"""Seeds that no test has used."""


@dataclasses.dataclass
class Found:
    """Of some cases: results by kind, differences from the oracle and from the rules in another order, answers that
    turned although they promise not to, and by rule the answers of the declared exceptions that turned.
    """

    kinds: Counter = dataclasses.field(default_factory=Counter)
    different: list = dataclasses.field(default_factory=list)
    by_order: list = dataclasses.field(default_factory=list)
    turned: list = dataclasses.field(default_factory=list)
    exceptions: Counter = dataclasses.field(default_factory=Counter)

    def add(self, other):
        """Take in what was found elsewhere."""
        for one in dataclasses.fields(self):
            getattr(self, one.name).__iadd__(getattr(other, one.name))

    @property
    def broken(self):
        """Whether any promise is broken."""
        return bool(self.different or self.by_order or self.turned)


def mixed(mapping, rng):
    """A mapping in a random order."""
    return dict(rng.sample(list(mapping.items()), len(mapping)))


@cache
def shuffled(seed):
    """The same rules, inputs and definitions in a random order."""
    rules, rng = shipped_rules(), random.Random(seed)
    return dataclasses.replace(
        rules,
        rules=mixed(rules.rules, rng),
        inputs=mixed(rules.inputs, rng),
        definitions=mixed(rules.definitions, rng),
        _answers={},
        _tracers={},
    )


def results(values, rules):
    """The result of every rule, asked in the order of the rule set."""
    facts = CaseFacts(rules, values)
    return {id_: result_of(facts, id_) for id_ in rules.rules}


def compared(first):
    """What is found in the cases from one seed on."""
    rules, found = shipped_rules(), Found()
    labels = {id_ for id_, rule in rules.rules.items() if rule.labels}
    for seed in range(first, first + TOGETHER):
        case, rng = drawn(seed, rules.inputs), random.Random(seed)
        values = read_case(case, rules.inputs).values
        answers, expected = results(values, rules), oracle(case)
        found.kinds.update("label" if id_ in labels else result for id_, result in answers.items())
        found.different += [(seed, id_) for id_ in answers if answers[id_] != expected[id_]]
        if seed % ORDERED == 0 and results(mixed(values, rng), shuffled(first)) != answers:
            found.by_order.append(seed)
        less = results(without_some(rng, values), rules)
        turned = [id_ for id_ in answers if less[id_] not in UNDECIDED and less[id_] != answers[id_]]
        found.turned += [(seed, id_) for id_ in turned if id_ not in rules.two_valued]
        found.exceptions.update(id_ for id_ in turned if id_ in rules.two_valued)
    return found


def timed_cases():
    """The vignettes, each complete and with only what it says itself; our own patients; random cases, many unknown."""
    inputs = shipped_rules().inputs
    vignettes = [one for number in range(len(VIGNETTES)) for one in (full(number), sparse(number))]
    own = [read_case(given, inputs) for given, _ in OWN_PATIENTS.values()]
    rng = random.Random(FIRST)
    unknown = [random_case(rng, inputs, unknown=rng.uniform(0.3, 1.0)) for _ in range(TIMED)]
    return {
        "the 18 vignettes, complete and sparse": vignettes,
        "our own patients": own,
        "random cases, many inputs unknown": [read_case(given, inputs) for given in unknown],
    }


def speed():
    """Milliseconds of processor time by kind of case: evaluation, explanation, and after one more answer both again."""
    rules, rng, found = shipped_rules(), random.Random(FIRST), {}
    ready = prepared(rules)
    for kind, cases in timed_cases().items():
        for case in cases[:20]:
            explain(rules, evaluate(rules, case))
        times = []
        for case in cases:
            ready.told.clear()  # as if nothing had been explained before
            name = rng.choice(
                [one for one in rules.inputs.values() if one.levels and not one.per_lesion]
            ).name
            answered = changed(case, {name: rng.choice(rules.inputs[name].levels)})
            began = time.process_time()
            evaluation = evaluate(rules, case)
            evaluated = time.process_time()
            explain(rules, evaluation)
            explained = time.process_time()
            explain(rules, evaluate(rules, answered))
            again = time.process_time()
            times.append((evaluated - began, explained - evaluated, again - explained))
        found[kind] = [sorted(1000 * one for one in column) for column in zip(*times, strict=True)]
    return found


def times_table(found):
    """Of each kind of case the median, the 95th of 100 and the longest time."""
    steps = ("evaluation", "explanation", "both again after one more answer")
    return "\n".join(
        f"| {kind} ({len(times):,}) | {step} | {times[len(times) // 2]:.1f} | {times[len(times) * 95 // 100]:.1f} | "
        f"{times[-1]:.1f} |"
        for kind, columns in found.items()
        for step, times in zip(steps, columns, strict=True)
    )


def main():
    """Run all and write the page; exit code 1 when a promise is broken."""
    made = made_by("python -m tests.prove.pathway")  # before the run: the commit may move on while it lasts
    found, began = Found(), time.perf_counter()
    with ProcessPoolExecutor(WORKERS) as pool:
        for one in pool.map(compared, range(FIRST, FIRST + CASES, TOGETHER)):
            found.add(one)
    minutes = (time.perf_counter() - began) / 60
    rules = shipped_rules()
    began = time.perf_counter()
    report = check_rule_set(rules, read_checks(SHIPPED, rules))
    seconds = time.perf_counter() - began
    PAGE.write_text(page(made, found, report, speed(), minutes, seconds), encoding="utf-8")
    print(
        f"{PAGE.name}: {len(found.different)} differences, {len(found.by_order)} by the order of the rules, "
        f"{len(found.turned)} answers turned, {len(report.new)} new findings of the solver"
    )
    idle = {id_ for id_, rule in rules.rules.items() if rule.two_valued} - set(found.exceptions)
    return 1 if found.broken or report.new or idle else 0


def page(made, found, report, times, minutes, seconds):
    """What the run found, as Markdown."""
    rules, numbers = report.rules, counts(report)
    declared = [id_ for id_, rule in rules.rules.items() if rule.two_valued]
    others = len(rules.two_valued) - len(declared)
    promise = len(rules.rules) - len(rules.two_valued)
    steady, reached = numbers["rules_whose_answers_never_turn"], numbers["results_reached"]
    rows = "\n".join(f"| `{kind}` | {count:,} |" for kind, count in found.kinds.most_common())
    turns = "\n".join(
        f"| {id_} | {rules.rules[id_].two_valued} | {found.exceptions[id_]:,} |" for id_ in declared
    )
    through = sum(count for id_, count in found.exceptions.items() if id_ not in declared)
    return f"""# The pathway's evaluator beside an oracle, and what a solver proves

{made}
The 195 entries of the catalogue were written down twice: as rules (`crlm/pathway/rules`), which the evaluator reads,
and as plain Python (`tests/pathway/oracle.py`), which knows neither the rule files nor their language. Both are given
the same random cases: half of them random in every input, half a plausible patient with some inputs changed or
unknown, with every threshold of the catalogue from both sides and exactly on it.

{CASES:,} cases, {sum(found.kinds.values()):,} results, **{len(found.different):,} differences**.

| result | times |
|---|---|
{rows}

**Order.** Every tenth case was evaluated again with its values, and with rules, inputs and definitions, in a random
order: **{len(found.by_order):,}** of {CASES // ORDERED:,} came out differently.

## Knowing less

The logic is Kleene's: each comparison with an unknown value is unknown, and what follows is worked out from that. It is
not the logic of all completions, which would call `x < 5 or x >= 5` true for an unknown `x`. Its promise is one-sided:
what it answers stays true whatever the unknown values turn out to be. In the same cases a random part of what was known
was made unknown; **{len(found.turned):,}** answers of the {promise} rules that promise this turned into other answers.

{len(declared)} rules do not promise it, because the catalogue reads "not known" as an answer in them, and {others} ask
for the results of those. How often their answers turned in the same cases:

| rule | what the catalogue reads so | times |
|---|---|---|
{turns}
| the {others} that ask for one of them | | {through:,} |

## What a solver proves

Random cases can miss a corner; z3 does not. [The checks of the rule set](../pathway/checks.md) write every condition as
formulas, apart from the evaluator, and ask for a case:

- Of {steady} rules no two cases, one of which knows more than the other, have different answers. These are the
  {promise} above and {steady - promise} of the others.
- Of {numbers["results"]} results that the rules could have by their form, {reached} come out of a case that contradicts
  nothing, and the evaluator confirms each; the other {numbers["results"] - reached} come out of none, and the reasons
  are listed.
- {numbers["known"]} findings are known, {numbers["new"]} are new.

## Time

Milliseconds of processor time for one case: the whole evaluation, with what each result hangs on, and the whole
explanation, with what would change each result and what each missing input would settle, as if no case had been
explained before. Asked for are less than 50 ms. The longest times contain Python's own clearing of memory.

| cases | what | median | 95 of 100 within | longest |
|---|---|---|---|---|
{times_table(times)}

`tests/pathway/explanation/test_work.py` holds the work itself, counted in calls. The random cases of the first table
took {minutes:.0f} minutes, the solver {seconds:.0f} seconds.
"""


if __name__ == "__main__":
    sys.exit(main())
