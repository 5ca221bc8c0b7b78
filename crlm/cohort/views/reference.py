"""Writes docs/reference/registry-variables.md from the functions: `python -m crlm.cohort.views.reference`.

A test checks that the committed page is current.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

from crlm.cohort.views import known_at
from crlm.cohort.views.derivations import OF_EPISODES, OF_LESIONS, Derivation, LesionDerivation
from crlm.dictionary.variables import Variable

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "registry-variables.md"

OPENING = """\
<!-- Written by `python -m crlm.cohort.views.reference` from the functions in crlm/cohort/views/. Change those, not
this page. -->

# Variables of a registry

A study on a registry sees it from one unit: the patient (by the first liver episode), the episode, or the treated
lesion. Each has one row with everything that is known of it, and a protocol names what it needs. Treated lesions are
those of the index procedure (see below): a lesion treated in an earlier stage only is not among them, and a later
treatment of the same lesion is no row of its own.

- **Recorded variables** under the names of the [data dictionary](dictionary/README.md): those of the episode, its
  patient, the patient's first primary tumour, the centre, and the episode's *index procedure*: the first local
  treatment with curative intent, in its last stage. A lesion also has what is recorded of itself and of its treatment.
- **`initial_...` and `previous_...`**: the same variable of the patient's episode 1, or of the episode before this one,
  such as `initial_n_crlm` or `previous_date_procedure`. Episodes, procedures and derived variables have them.
- **Derived variables**, below: what each function computes, and what was chosen where a definition leaves room.

Unknown is never no. A table that the registry does not hold says nothing; a table that it holds says, by having no row,
that there was none only where this page says so. A value is *known at* a date when something that happens then decides
it: a group made by such a variable is not known at an earlier time zero (`crlm/cohort/time_zero.py` counts for how
many records).
"""


def page() -> str:
    """The page, a section for each module and an entry for each function, in the order of the source."""
    parts = [OPENING]
    for module, functions in _by_module().items():
        heading, _, rest = (inspect.getdoc(sys.modules[module]) or "").partition("\n")
        parts.append("\n\n".join(part for part in (f"## {heading.rstrip('.')}", rest.strip()) if part) + "\n")
        parts.append("\n".join(_entry(one) for one in functions) + "\n")
    return "\n".join(parts)


def _by_module() -> dict[str, list[Derivation | LesionDerivation]]:
    found: dict[str, list[Derivation | LesionDerivation]] = {}
    every: list[Derivation | LesionDerivation] = [*OF_EPISODES.values(), *OF_LESIONS.values()]
    for one in sorted(
        every, key=lambda one: (one.function.__module__, inspect.getsourcelines(one.function)[1])
    ):
        found.setdefault(one.function.__module__, []).append(one)
    return found


def _entry(one: Derivation | LesionDerivation) -> str:
    variable = one.variable
    text = " ".join((inspect.getdoc(one.function) or "").split())
    lesion = ["of a lesion"] if variable.name in OF_LESIONS else []
    moment = known_at(variable.name)
    known = [f"known at `{moment}`"] if moment and moment != variable.name else []
    facts = ", ".join([_kind(variable), *lesion, *known])
    return f"- **`{variable.name}`** {variable.label} ({facts}). {text}"


def _kind(variable: Variable) -> str:
    if variable.levels and variable.type != "yes_no":
        levels = ", ".join(f"`{name}`" for name in variable.level_names)
        return f"several of {levels}" if variable.type == "several" else f"one of {levels}"
    words = {"yes_no": "yes or no", "integer": "whole number"}.get(variable.type, variable.type)
    return f"{words}, {variable.unit}" if variable.unit else words


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
