"""The paper.toml of an invented paper."""

from __future__ import annotations

import json

import numpy as np

from tests.evidence.simulated_papers.characteristics import AFTER, BEFORE
from tests.evidence.simulated_papers.effects import TREATMENT, Outcome, Rule
from tests.evidence.simulated_papers.patients import Cohort
from tests.evidence.simulated_papers.printing import Style


def description(
    paper_id: str,
    cohort: Cohort,
    style: Style,
    outcomes: tuple[Outcome, ...],
    rules: dict[str, Rule],
    tumours: np.ndarray,
) -> str:
    """What the paper says of itself: groups, totals of events, the rule of selection, the tests."""
    parts: list[tuple[str, dict[str, object]]] = [
        (
            "[paper]",
            {
                "id": paper_id,
                "kind": "cohort",
                "title": "An invented cohort",
                "journal": "None",
                "design": "invented",
                "n": cohort.n,
                "read_from": "computed",
            },
        )
    ]
    for code, name in enumerate(cohort.groups):
        n = int((cohort.group == code).sum())
        parts.append(("[[group]]", {"id": name, "label": name, "level": name, "n": n, "place": "Table 1"}))
    parts.append(("[[group]]", {"id": "all", "n": cohort.n, "variable": "", "place": "Table 1"}))
    for name in (BEFORE, AFTER):
        parts.append(
            ("[[group]]", {"id": name, "n": cohort.n, "variable": "time_point", "of": "", "place": "Table 2"})
        )
    for code, name in enumerate(cohort.groups):
        n = int((tumours == code).sum())
        parts.append(("[[group]]", {"id": name, "level": name, "n": n, "unit": "tumour", "place": "Table 5"}))
    everything = {
        "id": "all",
        "n": len(tumours),
        "unit": "tumour",
        "variable": "",
        "of": "",
        "place": "Table 5",
    }
    parts.append(("[[group]]", everything))
    for outcome in outcomes:
        events = {"endpoint": outcome.endpoint, "n": int(outcome.event.sum()), "place": "text Results"}
        parts.append(("[[events]]", events))
        if not style.survival_intervals:
            continue
        for code, name in enumerate(cohort.groups):
            n = int(outcome.event[cohort.group == code].sum())
            parts.append(("[[events]]", events | {"group": name, "n": n}))
    for endpoint, rule in rules.items():
        selection: dict[str, object] = {
            "endpoint": endpoint,
            "univariable_p": rule.p,
            "op": "<=" if rule.inclusive else "<",
            "method": rule.method,
            "always": [TREATMENT],
            "place": "Methods",
        }
        if rule.keep_p is not None:
            selection["keep_p"] = rule.keep_p
        parts.append(("[[selection]]", selection))
    levels = {one.name: one.levels[1] for one in cohort.factors}
    score: dict[str, object] = {
        "variable": cohort.score.factor.name,
        "level": cohort.score.factor.levels[1],
        "at_least": cohort.score.at_least,
        "items": [{"variable": name, "level": levels[name]} for name in cohort.score.items],
        "place": "Methods",
    }
    parts.append(("[[score]]", score))
    if style.test_basis == "methods":
        small = "fisher_exact" if style.two_by_two_test == "fisher_exact" else "pearson_chi2"
        parts += [
            ("[[stated_test]]", {"test": small, "kind": "dichotomous", "place": "Methods"}),
            ("[[stated_test]]", {"test": "pearson_chi2", "kind": "categorical", "place": "Methods"}),
        ]
    return "\n".join(
        f"{head}\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in cells.items())
        for head, cells in parts
    )


def _toml(value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        tables = (", ".join(f"{key} = {_toml(cell)}" for key, cell in one.items()) for one in value)
        return f"[{', '.join(f'{{ {one} }}' for one in tables)}]"
    return json.dumps(value)
