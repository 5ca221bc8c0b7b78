"""`python -m tests.pathway.checking.page` writes what the checks find in the shipped rules (docs/pathway/checks.md)."""

from itertools import groupby
from pathlib import Path

from crlm.pathway.checking.findings import read_checks
from crlm.pathway.checking.report import check_rule_set, counts, plain
from crlm.pathway.load import SHIPPED, shipped_rules

PAGE = Path(__file__).parents[3] / "docs" / "pathway" / "checks.md"
MARK = "<!-- found: written by python -m tests.pathway.checking.page -->\n"
HEADINGS = {
    "opposites": "Opposites",
    "gap": "Gaps",
    "thresholds": "Thresholds that differ",
    "unreachable": "Results that never come out",
    "only-contradictory": "Results that only a contradictory case has",
    "never-unknown": "Never unknown",
    "always-applies": "Gates that are never false",
}


def found(report):
    """The part of the page that the checks write."""
    numbers = counts(report)
    apart = numbers["pairs_of_opposites"] - sum(one.check == "opposites" for one in report.findings)
    turning = [id_ for id_, one in report.turning.items() if one is not None]
    direct = [id_ for id_ in turning if report.rules.rules[id_].two_valued]
    lines = [
        "## What they find in the shipped rules",
        "",
        f"Version {report.rules.version} of the rules: {numbers['rules']} rules, {numbers['known']} findings, "
        f"{'all of them known' if not numbers['new'] else str(numbers['new']) + ' of them NEW'}.",
        "",
        f"- Of {numbers['results']} results that the rules could have by their form, {numbers['results_reached']} come "
        "out of some possible case; the others are listed below. Each one that comes out is expected by a vignette.",
        f"- Of {numbers['rules_whose_answers_never_turn']} rules it is proved that no answer ever turns into another "
        "when more becomes known.",
        f'- Of {len(turning)} an answer can turn: {len(direct)} read "not known" as an answer because the catalogue '
        f"does ({', '.join(direct)}), and {len(turning) - len(direct)} ask for one of those.",
        f"- {numbers['pairs_of_opposites']} pairs of opposite statements were held against each other: {apart} can "
        "never come out together.",
        "",
    ]
    known = [one for one in report.findings if one.check in HEADINGS]
    assert {one.check for one in report.findings} <= set(HEADINGS)
    for check, heading in HEADINGS.items():
        of_check = [one for one in known if one.check == check]
        if not of_check:
            continue
        lines += [f"### {heading}", "", "| | why it stands |", "|---|---|"]
        for reason, group in groupby(sorted(of_check, key=first_of(of_check)), key=lambda one: one.reason):
            subjects = "<br>".join(shown(one) for one in group)
            lines.append(f"| {subjects} | {reason or 'NEW'} |")
        lines.append("")
    return "\n".join(lines)


def first_of(findings):
    """Findings with the same reason stand together, at the place of the first."""
    order = list(dict.fromkeys(one.reason for one in findings))
    return lambda one: order.index(one.reason)


def shown(one):
    subject = one.subject.replace("|", "\\|")
    if one.check != "opposites":
        return subject
    case = ", ".join(f"`{name}` {plain(value)}" for name, value in one.case.items())
    return f"**{subject}** on {case}"


def page(report):
    """The whole page."""
    return PAGE.read_text(encoding="utf-8").split(MARK)[0] + MARK + "\n" + found(report)


if __name__ == "__main__":
    rules = shipped_rules()
    PAGE.write_text(page(check_rule_set(rules, read_checks(SHIPPED, rules))), encoding="utf-8")
