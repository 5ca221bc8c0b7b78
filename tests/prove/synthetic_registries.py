"""500 synthetic registries of each study, analysed by its own protocol: are the declared effects recovered?

The population, the endpoints and the variables are those of the shipped protocol; only its models are replaced, by one
per declared effect of the study's comparison, with the covariates that the truth names. Two sizes: that of the study's
cohort, for the coverage of the intervals; and twenty times that, because the maximum of a likelihood is biased away
from 0 when events are few (a log hazard ratio of -0.87 by -0.05 with 90 deaths and 7 coefficients), whatever made the
data.
"""

import math
import multiprocessing
import os
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tests.prove.provenance import made_by

PAGE = Path(__file__).parents[2] / "docs" / "validation" / "synthetic-registries.md"
REGISTRIES, LARGE, TIMES = 500, 100, 20
SEED = 20_260_500


@dataclass(frozen=True)
class Named:
    """The analysis that a declared effect belongs to, in the words of its protocol; the exposure comes first."""

    effect: str
    outcome: str
    candidates: tuple[str, ...]
    level: str
    where: str | None = None

    def declared(self, number: int) -> dict[str, object]:
        """Its `[[model]]`: everything enters."""
        logistic = self.outcome.startswith("relapse")
        return {
            "id": f"truth-{number}",
            "candidates": list(self.candidates),
            "exposure": self.candidates[0],
            "keep": {"all": True},
            **({"type": "logistic", "outcome": self.outcome} if logistic else {"endpoint": self.outcome}),
            **({"where": self.where} if self.where else {}),
        }


NAC, LOCAL, PUMP = "treatment_group=nac", "treatment_group=repeat_local", "adjuvant_haip=yes"
RESECTED, LOBE = "primary_resected_at_diagnosis", "baseline_lobe_involvement"
WITHIN_6, WITHIN_12 = "relapse_or_death_6mo", "relapse_or_death_12mo"
LIVER, LIVER_12 = ("baseline_n_lesions",), ("baseline_n_lesions", "n_vanished_crlm")
INITIAL = ("crlm_timing_initial", "interval_initial_to_recurrence")
RECURRENT = ("n_tumours_recurrent", "size_largest_recurrent")
EARLY = "interval_initial_to_recurrence <= 4 and treatment_group == 'repeat_local'"
STRATEGY = "PFS treatment_strategy=nac_then_repeat_local, interval at most 4 months, adjusted"
HAIP = ("adjuvant_haip", "margin_r1", "cea_at_recurrence")
GROUP = ("treatment_group",)

ANALYSES: dict[str, tuple[Named, ...]] = {
    "dijkstra-2021": (
        Named(
            f"OS {NAC}, adjusted", "os", (*GROUP, "comorbidity_category", "primary_tumour_location"), "nac"
        ),
        Named(f"OS {NAC}, crude", "os", GROUP, "nac"),
        Named(f"LTPFS {NAC}, adjusted", "ltpfs", (*GROUP, *INITIAL), "nac"),
        Named(f"LTPFS {NAC}, crude", "ltpfs", GROUP, "nac"),
        Named(f"DPFS {NAC}, adjusted", "dpfs", (*GROUP, *INITIAL, *RECURRENT), "nac"),
        Named(f"DPFS {NAC}, crude", "dpfs", GROUP, "nac"),
    ),
    "moretto-2024": (
        Named(f"{WITHIN_6} {RESECTED}=yes, adjusted", WITHIN_6, (RESECTED, LOBE, *LIVER), "yes"),
        Named(f"{WITHIN_6} {LOBE}=unilobar, adjusted", WITHIN_6, (LOBE, RESECTED, *LIVER), "unilobar"),
        Named(f"{WITHIN_12} {RESECTED}=yes, adjusted", WITHIN_12, (RESECTED, LOBE, *LIVER_12), "yes"),
        Named(f"{WITHIN_12} {LOBE}=unilobar, adjusted", WITHIN_12, (LOBE, RESECTED, *LIVER_12), "unilobar"),
        Named(f"{WITHIN_6} {RESECTED}, crude", WITHIN_6, (RESECTED,), "yes"),
        Named(f"{WITHIN_12} {LOBE}, crude", WITHIN_12, (LOBE,), "unilobar"),
    ),
    "buisman-2020": (
        Named(f"OS {PUMP}, adjusted", "os", HAIP, "yes"),
        Named(f"OS {PUMP}, crude", "os", HAIP[:1], "yes"),
        Named(
            f"hDFS {PUMP}, adjusted", "hdfs", (*HAIP, "n_crlm_recurrent", "ablation_only_procedure"), "yes"
        ),
        Named(f"hDFS {PUMP}, crude", "hdfs", HAIP[:1], "yes"),
    ),
    "hellingman-2021": (
        Named(f"OS {LOCAL}, adjusted", "os", (*GROUP, *RECURRENT, "comorbidity_category"), "repeat_local"),
        Named(f"OS {LOCAL}, crude", "os", GROUP, "repeat_local"),
        Named(
            STRATEGY,
            "pfs",
            ("treatment_strategy", *RECURRENT, "comorbidity_category"),
            "nac_then_repeat_local",
            EARLY,
        ),
    ),
}
PATIENTS = {"dijkstra-2021": 152, "moretto-2024": 268, "buisman-2020": 374, "hellingman-2021": 135}


def estimates(study: str, patients: int, seed: int) -> list[tuple[float, float, float]]:
    """Per analysis: the estimate of the study's protocol and its limits; NaN where there is none."""
    from crlm.registry.snapshot import open_registry
    from crlm.registry.synthetic_registry import write_registry
    from crlm.study.protocol.load import find_protocol
    from crlm.study.protocol.model import Model
    from crlm.study.protocol.usage import used_in_analyses
    from crlm.study.run import run_study

    loaded = find_protocol(study)
    models = tuple(Model.model_validate(one.declared(number)) for number, one in enumerate(ANALYSES[study]))
    asked = {one.outcome for one in ANALYSES[study]}
    protocol = loaded.protocol.model_copy(
        update={
            "model": models,
            "baseline": (),
            "paired": (),
            "subgroups": (),
            "check": (),
            "endpoint": tuple(one for one in loaded.protocol.endpoint if one.id in asked),
        }
    )
    used = used_in_analyses(protocol)
    protocol = protocol.model_copy(
        update={"derived": tuple(one for one in protocol.derived if one.name in used)}
    )
    with tempfile.TemporaryDirectory() as folder:
        write_registry(study, patients, seed, Path(folder) / "registry")
        results = run_study(replace(loaded, protocol=protocol), open_registry(Path(folder) / "registry"))
    assert results.flow.final == patients
    found = []
    for named, model in zip(ANALYSES[study], results.models, strict=True):
        term = next(one for one in model.terms if one.variable == named.candidates[0])
        effect = next(one for one in term.levels if one.level == named.level).multivariable
        value = math.nan if effect is None or effect.coefficient is None else effect.coefficient
        error = math.nan if effect is None or effect.standard_error is None else effect.standard_error
        found.append((value, value - 1.959964 * error, value + 1.959964 * error))
    return found


def _one(task: tuple[str, int, int]) -> list[tuple[float, float, float]]:
    return estimates(*task)


def section(registries: int = REGISTRIES, large: int = LARGE) -> tuple[str, list[str]]:
    """The section of the page, and the promises that were broken."""
    from crlm.registry.synthetic_registry import make_registry

    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["POLARS_MAX_THREADS"] = (
        "1"  # read by the processes started below
    )
    lines = [
        "## Synthetic registries through the protocols of the four studies",
        "",
        f"{registries} registries of each study as large as its cohort, and {large} of {TIMES} times as many patients. "
        "*Distance* is the mean estimate minus the truth in Monte-Carlo standard errors. The maximum of a likelihood "
        "is biased away from 0 when events are few: that is the distance at the size of the cohort, and at the larger "
        "size it is gone. Crude truths are themselves simulated, and their standard error is part of the distance.",
    ]
    broken: list[str] = []
    for study, analyses in ANALYSES.items():
        lines += ["", f"### `{study}`", ""]
        lines += [
            f"| effect | truth (log) | mean | distance | coverage % | none | {TIMES} x: mean | distance | coverage % |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        with multiprocessing.get_context("spawn").Pool(min(2, os.cpu_count() or 1)) as pool:
            small, big = (
                np.array(
                    pool.map(_one, [(study, size, SEED + k) for k in range(count)], chunksize=5), dtype=float
                )
                for size, count in ((PATIENTS[study], registries), (TIMES * PATIENTS[study], large))
            )
        truth = make_registry(study, 1, 0)[1]
        for k, named in enumerate(analyses):
            lines.append(_line(study, truth.effect(named.effect), small[:, k], big[:, k], broken))
    promise = (
        f"Promised: at the size of the cohort a coverage of 93 to 97 %, and at {TIMES} times that a mean within 2 "
        "Monte-Carlo standard errors of the truth where it is exact and 3 where it is simulated; the coverage give or "
        "take two standard errors."
    )
    kept = "All promises kept." if not broken else "Broken: " + "; ".join(broken) + "."
    return "\n".join([*lines, "", f"{promise} {kept}"]) + "\n", broken


def _line(study, effect, small, big, broken):
    mean, distance, coverage, without = _summary(effect, small)
    big_mean, big_distance, big_coverage, _ = _summary(effect, big)
    chance = 2 * math.sqrt(0.95 * 0.05 / len(small))
    if abs(big_distance) > (2 if effect.kind == "exact" else 3):
        broken.append(f"{study}: {effect.name} is {big_distance:+.1f} standard errors from the truth")
    if not 0.93 - chance <= coverage <= 0.97 + chance:
        broken.append(f"{study}: {effect.name} is covered in {100 * coverage:.1f} %")
    return (
        f"| {effect.name} | {effect.log_value:+.4f} | {mean:+.4f} | {distance:+.2f} | {100 * coverage:.1f} | {without} "
        f"| {big_mean:+.4f} | {big_distance:+.2f} | {100 * big_coverage:.1f} |"
    )


def _summary(effect, found):
    """The mean, its distance from the truth, the coverage, and in how many registries there was no estimate."""
    value, lower, upper = found[np.isfinite(found[:, 0])].T
    error = math.hypot(value.std(ddof=1) / math.sqrt(value.size), effect.standard_error)
    covered = np.mean((lower <= effect.log_value) & (effect.log_value <= upper))
    return value.mean(), (value.mean() - effect.log_value) / error, float(covered), len(found) - value.size


def page(text: str) -> str:
    """The page: what it is, when and where it was made, and the section."""
    return f"""# Synthetic registries: do the protocols recover what was put in?

Each registry is SYNTHETIC and made from a declared causal model. The shipped protocol of its study runs on it, and its
estimates are held against the truth that the generator declares.

{made_by("python -m tests.prove.synthetic_registries")}
{text}"""


if __name__ == "__main__":
    found, failures = section(*(int(one) for one in sys.argv[1:3]))
    PAGE.write_text(page(found), encoding="utf-8")
    print(f"{PAGE.name}: {'all promises kept' if not failures else '; '.join(failures)}")
    sys.exit(bool(failures))
