"""What is timed, beside which peers, and what is asked for."""

# Task: what it is, and for each peer the ratio to reach (None: only shown).
TASKS = {
    "fit_374": (
        "One Cox model, 374 patients, 10 covariates",
        {"coxph.fit": 1, "coxph": 10, "lifelines": 100, "survival": None},
    ),
    "screen": (
        "30 univariable Cox models x 3 endpoints, 374 patients",
        {"survival": 4, "coxph": 100, "lifelines": 1000, "coxph.fit": None},
    ),
    "bootstrap": (
        "1,000 bootstrap refits, 374 patients, 10 covariates",
        {"survival": 5, "coxph": 50, "lifelines": 500, "coxph.fit": None},
    ),
    "elimination": (
        "200 bootstraps with backward elimination, 15 covariates",
        {"survival": 5, "coxph": 50, "lifelines": 500, "coxph.fit": None},
    ),
    "fit_1000000": (
        "One Cox model, 1,000,000 patients, 20 covariates",
        {"survival": 6, "coxph.fit": 6, "lifelines": 6},
    ),
    "curves": (
        "Kaplan-Meier and log-rank, 1,000,000 patients, 3 groups",
        {"statsmodels": 8, "survfit": 100, "lifelines": None, "survival": None},
    ),
    "fine_gray": (
        "Fine-Gray, 6,025 patients, 5 covariates",
        {"comprisk": 8, "finegray": 1000, "crr": None},
    ),
    "trials": (
        "1,000 simulated trials of 360: log-rank and Cox",
        {"survival": 10, "coxph": 100, "lifelines": 1000, "coxph.fit": None},
    ),
    "logistic": ("1,000 logistic bootstraps, 268 patients, 10 covariates", {"glm.fit": 8, "statsmodels": 12}),
}
PARTS = ("machine", "cold", "scaling")
"""What is measured without a peer; each is a program of that name."""

R_PEERS = {"coxph.fit", "coxph", "survfit", "finegray", "crr", "glm.fit"}
SHOWN = {
    "survfit": "R survfit + survdiff",
    "finegray": "R finegray + coxph",
    "coxph": "R coxph()",
    "survival": "survival (Rust)",
}
OWN_PYTHON = {"comprisk": ".venv-comprisk/bin/python"}
"""Peers whose requirements contradict those of the others, and their interpreters below the project's folder."""

FLOOR = 5  # times the hardware's floor that the large fit may take
GIGABYTES = 1.2  # what it may take at its peak
IMPORT = 0.3  # seconds for importing crlm.statistics
