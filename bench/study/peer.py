"""The public CRLM study as a Python user would script it today: lifelines, tableone, matplotlib. No report is made.

python bench/study/peer.py CLINICAL.csv OUT
"""

import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import pandas as pd
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.plotting import add_at_risk_counts
from lifelines.statistics import logrank_test, proportional_hazard_test
from lifelines.utils import median_survival_times
from tableone import TableOne

ENDPOINTS = {
    "os": ("overall_survival_months", "vital_status"),
    "dfs": ("months_to_DFS_progression", "vital_status_DFS"),
    "liver-dfs": ("months_to_liver_DFS_progression", "vital_status_liver_DFS"),
}
CANDIDATES = [
    "age",
    "sex",
    "major_comorbidity",
    "body_mass_index",
    "node_positive_primary",
    "synchronous_crlm",
    "multiple_metastases",
    "clinrisk_score",
    "clinrisk_stratified",
    "carcinoembryonic_antigen",
    "max_tumor_size",
    "bilobar_disease",
    "extrahep_disease",
    "chemo_before_liver_resection",
    "preoperative_pve",
    "steatosis_yesno",
    "presence_sinusoidal_dilata",
    "NASH_score",
    "NASH_yesno",
]
NUMBERS = [
    "age",
    "body_mass_index",
    "clinrisk_score",
    "carcinoembryonic_antigen",
    "max_tumor_size",
    "NASH_score",
]


def main(path: str, out: str) -> None:
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    table = pd.read_csv(path).replace(-999, float("nan"))
    categories = [name for name in CANDIDATES if name not in NUMBERS and name != "node_positive_primary"]
    baseline = TableOne(
        table,
        columns=[name for name in CANDIDATES if name != "node_positive_primary"],
        categorical=categories,
        nonnormal=["carcinoembryonic_antigen"],
        groupby="node_positive_primary",
        pval=True,
        smd=True,
    )
    baseline.to_csv(folder / "baseline.csv")
    for name, (time, event) in ENDPOINTS.items():
        curves(table, name, time, event, folder)
        models(table, name, time, event, folder)


def curves(table, name, time, event, folder):
    overall = KaplanMeierFitter().fit(table[time], table[event])
    lines = [
        f"median {overall.median_survival_time_} {median_survival_times(overall.confidence_interval_).values}"
    ]
    lines.append(str(overall.predict([12, 36, 60, 120])))
    figure, axes = plt.subplots(figsize=(6.5, 5))
    fitters = []
    for level in (0, 1):
        part = table[table.node_positive_primary == level]
        fitters.append(KaplanMeierFitter(label=f"node {level}").fit(part[time], part[event]))
        fitters[-1].plot_survival_function(ax=axes, show_censors=True)
    add_at_risk_counts(*fitters, ax=axes)
    figure.tight_layout()
    for suffix in ("svg", "pdf", "png"):
        figure.savefig(folder / f"{name}.{suffix}", dpi=300)
    plt.close(figure)
    node = table.node_positive_primary == 1
    lines.append(
        str(
            logrank_test(
                table[time][node], table[time][~node], table[event][node], table[event][~node]
            ).p_value
        )
    )
    (folder / f"{name}.txt").write_text("\n".join(lines))


def models(table, name, time, event, folder):
    rows = []
    for candidate in CANDIDATES:
        complete = table[[time, event, candidate]].dropna()
        fit = CoxPHFitter().fit(complete, time, event)
        hazards = proportional_hazard_test(fit, complete, time_transform="km")
        rows.append(
            {**fit.summary.iloc[0].to_dict(), "candidate": candidate, "zph": float(hazards.p_value[0])}
        )
    univariable = pd.DataFrame(rows)
    univariable.to_csv(folder / f"{name}-univariable.csv")
    chosen = univariable.candidate[univariable.p < 0.10].tolist()
    complete = table[[time, event, *chosen]].dropna()
    fit = CoxPHFitter().fit(complete, time, event)
    fit.summary.to_csv(folder / f"{name}-multivariable.csv")
    proportional_hazard_test(fit, complete, time_transform="km")


if __name__ == "__main__":
    main(*sys.argv[1:3])
