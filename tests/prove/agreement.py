"""`make prove`: how far we are from R, number by number (writes docs/validation/agreement.md).

Run: python -m tests.prove.agreement. Runs the tests that compare with tests/golden/*.json and tabulates what they
compared; exit code 1 when a test fails, a difference is above its limit, or a JSON is compared with by no test.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from tests.data.public import public_data
from tests.data.public_sources import SOURCES
from tests.golden import FOLDER, golden
from tests.prove.agreement_rows import PROMISED, WORDS, Looser, Rule, looser_of, rule_of
from tests.prove.provenance import made_by
from tests.prove.recorder import NEAR_ZERO, Comparison, Recorder
from tests.shared import CLINICAL

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "validation" / "agreement.md"
BASE = {"base", "stats"}  # of R's own version
UNNAMED = "Without a row in tests/prove/agreement_rows.py"
PARTS = {
    "statistic",
    "p",
    "df",
    "test",
    "value",
    "lower",
    "upper",
    "standard_error",
    "survival",
    "log_likelihood",
}
PARENTS = {
    "likelihood_ratio",
    "score",
    "wald",
    "term_wald",
    "term_likelihood_ratio",
    "clustered_wald",
    "lost",
}
PARENTS |= {
    "kruskal_wallis",
    "anova",
    "pooled",
    "welch",
    "mann_whitney",
    "chi_square",
    "km",
    "rank",
    "identity",
}
PARENTS |= {"log", "firth", "predicted"}
_Key = TypeVar("_Key", bound=Hashable)


def main() -> None:
    """Write the page, also when a limit is passed; it says so."""
    recorder = Recorder()
    failed = pytest.main(["-q", "--no-header", "-p", "no:cacheprovider", *modules()], plugins=[recorder])
    if failed not in (0, 1):
        sys.exit("the tests did not run to their end: the page stays as it was")
    broken = ["a test fails"] if failed else []
    text = page(recorder.comparisons, broken)
    PAGE.write_text(text, encoding="utf-8")
    print(
        f"{PAGE.name}: {len(recorder.comparisons):,} numbers; {'; '.join(broken) or 'all within their limits'}"
    )
    sys.exit(bool(broken))


def modules() -> list[str]:
    """The test files that read numbers of R."""
    files = (
        one for room in ("statistics", "study") for one in sorted((ROOT / "tests" / room).glob("test_*.py"))
    )
    return [str(one) for one in files if "golden" in one.read_text(encoding="utf-8")]


def files() -> list[str]:
    """The names of tests/golden/*.json."""
    return sorted(one.stem for one in FOLDER.glob("*.json"))


def keys_of(one: Comparison) -> str:
    """The place without the numbers of lists."""
    return "/".join(key for key in one.place.path if isinstance(key, str))


def exception(one: Comparison) -> Looser | None:
    return looser_of(one.place.file, one.place.data_set, "/".join(map(str, one.place.path)))


def limit_of(one: Comparison) -> float:
    looser = exception(one)
    return PROMISED if looser is None else looser.limit


def rule_for(one: Comparison) -> Rule:
    return rule_of(one.place.file, keys_of(one)) or Rule("", UNNAMED, ())


def quantity(keys: Sequence[str]) -> str:
    """What a number is called: its last key, with the one before it where that says which test it is of."""
    last = keys[-1]
    named = [last]
    if last in PARTS and len(keys) > 1 and keys[-2] in PARENTS:
        named = [keys[-2], last]
    plain = " ".join(named).replace("_", " ")
    return WORDS.get(plain, plain)


def page(comparisons: Sequence[Comparison], broken: list[str]) -> str:
    """The page; what is wrong is added to `broken`."""
    tables = [
        *by_estimator(comparisons, broken),
        *by_data_set(comparisons),
        *by_file(comparisons, broken),
        *by_quantity(comparisons),
    ]
    plain = [one for one in comparisons if exception(one) is None]
    worst = max((one.difference for one in plain if not one.near_zero), default=0)
    absolute = max((one.difference for one in comparisons if one.near_zero), default=0)
    data_sets = {one.place.data_set for one in comparisons}
    verdict = "All are within their limits." if not broken else "Broken: " + "; ".join(broken) + "."
    opening = f"""# Agreement with R

Every number below was computed twice: by R when `tests/golden/*.json` was made, by crlm when this page was. The command
runs the tests that compare with R and notes each comparison; nothing is compared for the page alone.

{made_by("python -m tests.prove.agreement")}
**{len(comparisons):,} numbers on {len(data_sets & set(SOURCES))} public data sets and on generated ones; the largest
relative difference is {power(worst)}, the limit {power(PROMISED)}.** {verdict}
Exceptions, where R's own number has fewer digits, are listed with their reasons.
The study of 197 patients {tcia_state(comparisons)}.

"Data sets" counts generated ones too.

- *Largest difference*: |ours - R's| / |R's|. Below {power(NEAR_ZERO)} in size (far tails of p, zeros reached by
  iteration), the absolute difference is taken instead; the largest of all those is {power(absolute)}.
- Counts, degrees of freedom, refusals and order must be equal; the tests hold them, and they are not counted here. Nor
  are numbers of fewer than six digits.
- R converges to 1e-12 (`coxph.control(eps = 1e-12)` and the like), because its default stops at 1e-9.
- What differs from R on purpose stands on the page of the estimator: Fine and Gray's weights are those of
  `cmprsk::crr`, an infinite coefficient is named and not a large number, Uno's C counts the estimated weights.
"""
    return "\n".join([opening, *tables]) + "\n"


def tcia_state(comparisons: Sequence[Comparison]) -> str:
    if any(one.place.file == "tcia" for one in comparisons):
        return "was compared too: its table lay beside the project"
    return f"was not compared: its table is not part of the project and {CLINICAL.name} did not lie beside it"


def grouped(
    comparisons: Sequence[Comparison], key: Callable[[Comparison], _Key]
) -> dict[_Key, list[Comparison]]:
    found: dict[_Key, list[Comparison]] = defaultdict(list)
    for one in comparisons:
        found[key(one)].append(one)
    return found


def largest(comparisons: Sequence[Comparison]) -> str:
    """The largest relative difference; absolute, and said so, where all are near zero."""
    relative = [one.difference for one in comparisons if not one.near_zero]
    if relative:
        return power(max(relative))
    return f"{power(max(one.difference for one in comparisons))} (absolute)"


def power(number: float) -> str:
    """1.2e-9; 0 where nothing differs."""
    digits, _, exponent = f"{number:.1e}".partition("e")
    return "0" if number == 0 else f"{digits.removesuffix('.0')}e{int(exponent)}"


def by_estimator(comparisons: Sequence[Comparison], broken: list[str]) -> Iterator[str]:
    plain = [one for one in comparisons if exception(one) is None]
    yield "## By estimator\n"
    yield "| estimator | data sets | numbers | largest difference | R |"
    yield "|---|---|---|---|---|"
    for estimator, found in sorted(grouped(plain, lambda one: rule_for(one).estimator).items()):
        functions = list(dict.fromkeys(name for one in found for name in rule_for(one).functions))
        sets = len({one.place.data_set for one in found})
        yield f"| {estimator} | {sets} | {len(found):,} | {largest(found)} | {versions(functions, found)} |"
        if estimator == UNNAMED:
            broken.append(f"no row for {sorted({one.place.file for one in found})}")
    yield "\n## Where R's number has fewer digits\n"
    yield "| numbers | of | largest difference | limit | why |"
    yield "|---|---|---|---|---|"
    for looser, found in grouped(comparisons, exception).items():
        if looser is not None:
            which = " and ".join(sorted({rule_for(one).estimator for one in found}))
            yield f"| {len(found)} | {which} | {largest(found)} | {power(looser.limit)} | {looser.reason} |"
    for one in comparisons:
        if one.difference > limit_of(one):
            broken.append(
                f"{rule_for(one).estimator}, {one.place.data_set}: {one.ours!r} is not {one.theirs!r}"
            )


def by_quantity(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """The largest differences first within an estimator; the numbers of `LOOSER` are above."""

    def row_of(one: Comparison) -> tuple[str, str, tuple[str, ...]]:
        rule = rule_for(one)
        return rule.estimator, rule.quantity or quantity(keys_of(one).split("/")), rule.functions

    rows = grouped([one for one in comparisons if exception(one) is None], row_of)
    yield "\n## By quantity\n"
    yield f"The limit is {power(PROMISED)} everywhere; the largest differences come first within an estimator.\n"
    yield "| estimator | quantity | data sets | numbers | largest difference | R |"
    yield "|---|---|---|---|---|---|"
    for row in sorted(rows, key=lambda row: (row[0], -max(one.difference for one in rows[row]), row[1:])):
        found = rows[row]
        sets = len({one.place.data_set for one in found})
        of_r = ", ".join(f"`{name}`" for name in row[2])
        yield f"| {row[0]} | {row[1]} | {sets} | {len(found):,} | {largest(found)} | {of_r} |"


def versions(functions: Sequence[str], found: Sequence[Comparison]) -> str:
    """The functions of R with the versions of their packages, as the JSONs say them."""
    said: dict[str, set[str]] = defaultdict(set)
    for file in {one.place.file for one in found}:
        for package, version in made_with(file).items():
            said[package].add(re.sub(r"R version (\S+).*", r"\1", version))
    parts = []
    for package, names in _by_package(functions).items():
        version = "/".join(sorted(said.get("R" if package in BASE else package, ())))
        parts.append(f"{package} {version}".strip() + (f": {', '.join(names)}" if names else ""))
    return "; ".join(parts)


def _by_package(functions: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for function in functions:
        package, _, name = function.partition("::")
        found[package] += [f"`{name}`"] if name else []
    return found


def made_with(file: str) -> dict[str, str]:
    """R and its packages with their versions, as a JSON says them."""
    said = golden(file).get("made_with") or {
        {"r": "R"}.get(key, key): value for key, value in golden(file).items() if key in ("r", "survival")
    }
    return {name: value[0] if isinstance(value, list) else value for name, value in said.items()}


def by_data_set(comparisons: Sequence[Comparison]) -> Iterator[str]:
    found = grouped(comparisons, lambda one: one.place.data_set)
    yield "\n## By public data set\n"
    yield "The publications are named in [tests/data](../../tests/data/README.md).\n"
    yield "| data set | rows | kind | numbers | largest difference | estimators |"
    yield "|---|---|---|---|---|---|"
    for name, source in SOURCES.items():
        here = [one for one in found.get(name, ()) if exception(one) is None]
        data = public_data(name)
        kinds = [
            word
            for word, has in (
                ("survival", source.time),
                ("delayed entry", source.entry),
                ("competing risks", source.causes),
                ("repeated", source.identifier),
            )
            if has
        ]
        estimators = sorted({rule_for(one).estimator for one in here})
        yield (
            f"| {name.replace('_', ' ')} | {data.frame.height:,} | {', '.join(kinds) or 'no survival'} | "
            f"{len(here):,} | {largest(here) if here else ''} | {'; '.join(estimators)} |"
        )


def by_file(comparisons: Sequence[Comparison], broken: list[str]) -> Iterator[str]:
    found = grouped(comparisons, lambda one: one.place.file)
    yield "\n## By file\n"
    yield "| numbers of R | made with | compared |"
    yield "|---|---|---|"
    for file in files():
        here = found.get(file, [])
        by = ", ".join(re.sub(r"R version (\S+).*", r"\1", f"{k} {v}") for k, v in made_with(file).items())
        yield f"| [{file}.json](../../tests/golden/{file}.R) | {by} | {len(here):,} |"
        if not here and (file != "tcia" or CLINICAL.exists()):
            broken.append(f"{file}.json: no test compares with it")


if __name__ == "__main__":
    main()
