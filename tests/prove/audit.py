"""Thousands of simulated tables, and one planted error at a time: is the audit silent, and does it find?

Run: python -m tests.prove.audit [PAPERS [SPOILT]]. Writes docs/validation/audit.md; exit code 1 when a promise breaks.
"""

import math
import multiprocessing
import os
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.prove.provenance import made_by

PAGE = Path(__file__).parents[2] / "docs" / "validation" / "audit.md"
PAPERS, SPOILT = 600, 60
SEED = 20_263_000
MOST = 0.01
"""The promise: each check raises a false alarm in fewer papers than this."""

OPENING = """# The audit: is it silent on consistent papers, and does it find errors?

Every paper here is invented (`tests/evidence/simulated_papers`): patients are drawn, every number of the paper is
computed from them by `crlm.statistics`, and printed once in a style that is drawn too: zero to two decimals; halves up,
to even, or as binary floats fall; thousands separators, raised decimal points; p values in four ways; percentages of
those known or of everybody; chi-square with and without correction, Fisher, Student, Welch, Wald and likelihood-ratio
tests; Efron and Breslow; quartiles of R or of SPSS; two rules of selection. Such a paper is consistent: whatever the
audit says about it is a false alarm.
"""
SILENCE = """## Silence

{papers:,} papers with {total:,} tables, figures and passages. *Papers* are those in which the check had something to
test. A false alarm is a finding of any severity; the rate is that of papers with at least one, with its exact 95 %
interval. Promised: fewer than 1 % of papers for every check (of single tables it is fewer still)."""
POWER = """
## Power

One error at a time in {papers} other papers, wherever they offer a place for it. *Found*: a finding that was not there
before and quotes a row that was touched. No audit can find an error that leaves everything consistent: a count with no
percentage, total or test beside it, or a digit that rounding hides."""


@dataclass
class Silence:
    """What one check did over consistent papers."""

    tested: int = 0
    papers: int = 0
    findings: int = 0
    false_papers: int = 0
    severities: Counter = field(default_factory=Counter)
    reasons: Counter = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)


@dataclass
class Power:
    """How often one kind of error was found."""

    planted: int = 0
    found: int = 0
    by: Counter = field(default_factory=Counter)


def audited(tables, folder):
    """The audit of a simulated paper, through its files as of any paper."""
    from crlm.evidence import load_paper
    from crlm.evidence.audit import audit

    return audit(load_paper(tables.write(Path(folder))))


def consistent(seed):
    """One consistent paper: its number of tables; per check what was tested, what was found, why not."""
    from tests.evidence.simulated_papers import simulated_paper

    tables = simulated_paper(seed)
    with tempfile.TemporaryDirectory() as folder:
        found = audited(tables, folder)
    places = {row["locator"] for rows in tables.rows.values() for row in rows}
    return len(places), [
        (
            one.check,
            one.tested,
            [(f.severity, f"{tables.paper_id}: {f.title} [{f.arithmetic}]") for f in one.findings],
            len(one.not_run),
        )
        for one in found.results
    ]


def spoilt(seed):
    """One paper spoilt in every way, one at a time: per kind of error the checks that found it (None: no place)."""
    from tests.evidence.simulated_papers import simulated_paper
    from tests.evidence.simulated_papers.errors import ERRORS

    tables = simulated_paper(seed)
    answers = []
    with tempfile.TemporaryDirectory() as folder:
        before = {(one.check, one.title) for one in audited(tables, folder).findings}
        for number, plant in enumerate(ERRORS):
            worse = tables.copy()
            touched = plant(worse, np.random.default_rng([seed, number]))
            if touched is None:
                answers.append((plant.__name__, None))
                continue
            after = audited(worse, Path(folder) / str(number))
            rows = set(touched)
            answers.append(
                (
                    plant.__name__,
                    sorted(
                        {
                            one.check
                            for one in after.findings
                            if (one.check, one.title) not in before
                            and rows & {*one.rows, *(quoted.row_id for quoted in one.printed)}
                        }
                    ),
                )
            )
    return answers


def silence(papers, workers=2):
    """How often each check speaks without reason; and how many tables that were."""
    total, checks = 0, defaultdict(Silence)
    for tables, results in _mapped(consistent, range(SEED, SEED + papers), workers):
        total += tables
        for check, tested, findings, not_run in results:
            one = checks[check]
            one.tested += tested
            one.papers += tested > 0
            one.findings += len(findings)
            one.false_papers += bool(findings)
            one.reasons["not run"] += not_run
            for severity, words in findings:
                one.severities[severity] += 1
                one.examples.append(words)
    return total, dict(checks)


def power(papers, workers=2):
    """How often each planted error is found, and by which checks."""
    kinds = defaultdict(Power)
    start = SEED + 1_000_000
    for answers in _mapped(spoilt, range(start, start + papers), workers):
        for kind, found in answers:
            one = kinds[kind]
            if found is None:
                continue
            one.planted += 1
            one.found += bool(found)
            one.by.update(found)
    return dict(kinds)


def _mapped(function, seeds, workers):
    if workers == 1:
        yield from map(function, seeds)
        return
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read by the processes started below
    with multiprocessing.get_context("spawn").Pool(workers, maxtasksperchild=200) as pool:
        yield from pool.imap_unordered(function, seeds, chunksize=5)


def interval(events, n):
    """The exact 95 % interval of a proportion (Clopper and Pearson 1934)."""
    from scipy.special import betaincinv

    low = 0.0 if events == 0 else float(betaincinv(events, n - events + 1, 0.025))
    high = 1.0 if events == n else float(betaincinv(events + 1, n - events, 0.975))
    return low, high


def page(papers, total, checks, kinds, tested_papers):
    """The page in Markdown, and the promises that were broken."""
    from crlm.evidence.audit.checks import CHECKS

    titles = {one.id: one.title for one in CHECKS}
    broken = []
    lines = [
        OPENING,
        made_by(f"python -m tests.prove.audit {papers} {tested_papers}"),
        SILENCE.format(papers=papers, total=total),
        "",
    ]
    lines += [
        "| check | numbers tested | papers | false alarms | papers with one | rate % | 95 % interval |",
        "|---|---|---|---|---|---|---|",
    ]
    for check, title in titles.items():
        one = checks.get(check, Silence())
        rate = one.false_papers / one.papers if one.papers else math.nan
        if one.papers:
            low, high = interval(one.false_papers, one.papers)
            words = f"{100 * rate:.2f} | {100 * low:.2f} to {100 * high:.2f}"
            if rate >= MOST:
                broken.append(f"{check}: false alarms in {100 * rate:.2f} % of papers")
        else:
            words = "\u2013 | \u2013"
        lines.append(
            f"| {title} (`{check}`) | {one.tested:,} | {one.papers:,} | {one.findings} | {one.false_papers} | {words} |"
        )
    lines += [POWER.format(papers=tested_papers), ""]
    lines += ["| error | planted | found | % | by |", "|---|---|---|---|---|"]
    for kind, one in kinds.items():
        by = ", ".join(f"`{check}` {count}" for check, count in one.by.most_common(4)) or "\u2013"
        share = f"{100 * one.found / one.planted:.0f}" if one.planted else "\u2013"
        lines.append(f"| {kind.replace('_', ' ')} | {one.planted} | {one.found} | {share} | {by} |")
    kept = "All promises kept." if not broken else "Broken: " + "; ".join(broken) + "."
    return "\n".join([*lines, "", kept]) + "\n", broken


def main():
    """Write the page; exit code 1 when a check speaks too often without reason."""
    papers, errors = (int(one) for one in [*sys.argv[1:3], *(PAPERS, SPOILT)[len(sys.argv[1:3]) :]])
    total, checks = silence(papers)
    kinds = power(errors)
    text, broken = page(papers, total, checks, kinds, errors)
    PAGE.write_text(text, encoding="utf-8")
    print(f"{PAGE.name}: {'all promises kept' if not broken else '; '.join(broken)}")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
