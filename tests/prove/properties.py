"""`python -m tests.prove.properties [SEEDS]`: try every property of the tests on new random examples.

`make test` tries the same examples each time; this looks for others, so many times over. Writes
docs/validation/properties.md; exit code 1 when an example was found that breaks a property (pytest prints it).
"""

import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.prove.provenance import made_by

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "validation" / "properties.md"
SEEDS = 5
FIRST_SEED = 20261122
EXAMPLES = re.compile(r"(\d+) passing, \d+ failing")


@dataclass
class Search:
    """What the runs saw: properties a folder of tests, examples that held, properties that broke."""

    properties: Counter[str]
    examples: int
    broken: tuple[str, ...]


def main(seeds: int) -> int:
    properties: Counter[str] = Counter()
    examples, broken = 0, set()
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        found = search(seed)
        properties = found.properties
        examples += found.examples
        broken.update(found.broken)
    PAGE.write_text(page(seeds, Search(properties, examples, tuple(sorted(broken)))), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {examples} examples, {len(broken)} properties broken")
    return int(bool(broken))


def search(seed: int) -> Search:
    """Run the properties once with examples of this seed; what pytest prints of a failure is passed on."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        new = [
            "--hypothesis-profile=new examples",
            f"--hypothesis-seed={seed}",
            "--hypothesis-show-statistics",
        ]
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-m",
            "hypothesis",
            "-n",
            "2",
            "-p",
            "no:cacheprovider",
        ]
        run = subprocess.run(
            [*command, *new, f"--junitxml={report}", "tests"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode:
            print(run.stdout)
        if not report.exists():
            raise SystemExit(f"pytest did not run:\n{run.stderr}")
        cases = list(ElementTree.parse(report).iter("testcase"))
    ran = [case for case in cases if case.find("skipped") is None]
    return Search(
        Counter(folder_of(case) for case in ran),
        sum(int(many) for many in EXAMPLES.findall(run.stdout)),
        tuple(
            name(case) for case in ran if case.find("failure") is not None or case.find("error") is not None
        ),
    )


def folder_of(case: ElementTree.Element) -> str:
    return "/".join(case.get("classname", "").split(".")[:2])


def name(case: ElementTree.Element) -> str:
    return f"{case.get('classname')}.{case.get('name')}"


def page(seeds: int, found: Search) -> str:
    rows = "".join(f"| `{folder}` | {many} |\n" for folder, many in sorted(found.properties.items()))
    broken = "".join(f"- `{one}`\n" for one in found.broken) or "None.\n"
    return f"""# Properties on new examples

{made_by("python -m tests.prove.properties")}
A property test says what must hold for every input and lets Hypothesis draw inputs that might break it. `make test`
draws the same examples each time, so that its verdict belongs to the commit; here each property is tried on new ones,
with {seeds} other seeds: {found.examples:,} examples in all.

| tests | properties |
|---|---|
{rows}| together | {sum(found.properties.values())} |

Properties that an example broke:

{broken}"""


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS))
