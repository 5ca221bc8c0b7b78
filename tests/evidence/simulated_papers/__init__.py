"""Invented papers whose numbers all come from the same invented patients, printed as papers print them.

Real patients are not in them. Every number is computed by `crlm.statistics` from one cohort, and then rounded once in
the style of the paper: an audit that finds anything in such a paper raises a false alarm. `errors.py` plants one error.
"""

from __future__ import annotations

import numpy as np

from tests.evidence.simulated_papers.characteristics import before_and_after, characteristics, flow
from tests.evidence.simulated_papers.complications import complications
from tests.evidence.simulated_papers.description import description
from tests.evidence.simulated_papers.effects import Outcome, drawn_rule, effect_table, subgroups
from tests.evidence.simulated_papers.lesions import lesions
from tests.evidence.simulated_papers.patients import invented_cohort
from tests.evidence.simulated_papers.printing import drawn_style
from tests.evidence.simulated_papers.restated import restate
from tests.evidence.simulated_papers.rows import Tables
from tests.evidence.simulated_papers.statements import statements
from tests.evidence.simulated_papers.survival import follow_up, survival


def simulated_paper(seed: int) -> Tables:
    """One paper: a flow chart, seven tables, a forest plot of subgroups, survival, text and abstract."""
    make = np.random.default_rng(seed)
    cohort = invented_cohort(make)
    style = drawn_style(make)
    tables = Tables(f"simulated-{seed}")
    overall, relapse = cohort.endpoints
    first = Outcome(overall.endpoint, overall.time, overall.event)
    second = (
        Outcome("early_recurrence", None, cohort.early)
        if style.logistic
        else Outcome(relapse.endpoint, relapse.time, relapse.event)
    )
    rules = {first.endpoint: drawn_rule(make), second.endpoint: drawn_rule(make)}
    flow(tables, cohort, style, make)
    characteristics(tables, cohort, style)
    before_and_after(tables, cohort, style)
    effect_table(tables, cohort, style, first, "Table 3", rules[first.endpoint])
    beside = "Table 3" if style.side_by_side else "Table 4"
    effect_table(tables, cohort, style, second, beside, rules[second.endpoint])
    subgroups(tables, cohort, style, first, "Figure 4")
    for times, place in zip(cohort.endpoints, ("Figure 2", "Figure 3"), strict=True):
        survival(tables, cohort, style, times, place)
    follow_up(tables, cohort, style)
    complications(tables, cohort, style, np.random.default_rng([seed, 6]))
    tumours = lesions(tables, cohort, style, make)
    statements(tables, style, make)
    tables.about = description(tables.paper_id, cohort, style, (first, second), rules, tumours)
    restate(tables, make)
    return tables
