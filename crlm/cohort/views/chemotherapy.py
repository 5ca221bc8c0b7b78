"""Systemic therapy around an episode's index procedure, and hepatic artery infusion.

A registry records every line of therapy, so an episode without a row had none, if the registry has the
table at all.
"""

from __future__ import annotations

import polars as pl

from crlm.cohort.endpoints import DAYS_PER_MONTH
from crlm.cohort.views.derivations import date_of_episode, helper_of_episode, of_episode
from crlm.cohort.views.episodes import EPISODE, PATIENT, EpisodeView
from crlm.cohort.views.rows import any_row, therapies
from crlm.dictionary.registry.load import registry_dictionary

BEFORE = ("neoadjuvant", "perioperative")
NAC_REGIMENS = ("CAPOX", "capecitabine", "irinotecan", "FOLFOX", "CAPIRI", "FOLFIRI")
TRIPLETS = ("FOLFOXIRI", "FOLFIRINOX")
DOUBLETS = ("FOLFOX", "CAPOX", "FOLFIRI", "CAPIRI")
ANTI_VEGF, ANTI_EGFR = ("bevacizumab",), ("cetuximab", "panitumumab")
SIX_MONTHS = 6 * DAYS_PER_MONTH


def neoadjuvant_rows(view: EpisodeView) -> pl.DataFrame:
    """Neoadjuvant (or perioperative) therapies of an episode, `before` telling whether each preceded the procedure.

    By its date of start, else as recorded: started on or after the diagnosis of the episode and before its index
    procedure.
    """
    rows = view.with_variables(
        view.once(therapies).filter(pl.col("intent").is_in(BEFORE)),
        "date_procedure",
        "date_crlm_diagnosis",
    )
    start = pl.col("date_start")
    in_time = (start >= pl.col("date_crlm_diagnosis")) & (start < pl.col("date_procedure"))
    return rows.with_columns(
        pl.when(start.is_not_null())
        .then(in_time)
        .otherwise(pl.col("given_before_local_treatment"))
        .alias("before")
    ).sort("date_start", "therapy_id", nulls_last=True)


def _neoadjuvant(view: EpisodeView) -> pl.Series:
    return any_row(view, view.once(neoadjuvant_rows), pl.col("before"), "systemic_therapy")


@of_episode
def treatment_strategy(view: EpisodeView) -> pl.Series:
    """Local treatment at once, local treatment after neoadjuvant chemotherapy, or systemic therapy alone.

    At once: no systemic therapy of any intent started between the diagnosis of the episode and its index procedure;
    after induction (or any other than neoadjuvant) therapy it is none of the three: unknown. Systemic therapy alone:
    some therapy for the episode and no local treatment with curative intent.
    """
    treated = view["index_procedure_id"].is_not_null()
    rows = view.once(therapies)
    any_therapy = any_row(view, rows, pl.lit(True), "systemic_therapy")
    start = pl.col("date_start")
    between = (
        pl.when(start.is_not_null())
        .then((start >= pl.col("date_crlm_diagnosis")) & (start < pl.col("date_procedure")))
        .otherwise(pl.col("given_before_local_treatment"))
    )
    before = any_row(
        view,
        view.with_variables(rows, "date_crlm_diagnosis", "date_procedure"),
        between,
        "systemic_therapy",
    )
    return pl.select(
        pl.when(treated & pl.lit(_neoadjuvant(view)))
        .then(pl.lit("nac_then_repeat_local"))
        .when(treated & ~pl.lit(before))
        .then(pl.lit("upfront_repeat_local"))
        .when(~treated & pl.lit(any_therapy))
        .then(pl.lit("systemic_only"))
    ).to_series()


@of_episode
def nac_regimen(view: EpisodeView) -> pl.Series:
    """Regimen of the first neoadjuvant chemotherapy, among those of Dijkstra's table; any other is unknown here."""
    regimen = view["nac_regimen_recorded"]
    return regimen.set(~regimen.is_in(NAC_REGIMENS).fill_null(True), None)


@helper_of_episode(
    "Regimen of neoadjuvant chemotherapy, as recorded",
    "category",
    levels=[
        (level.name, level.label or level.name)
        for level in registry_dictionary().table("systemic_therapy").variable("regimen").levels
    ],
    known_at="date_procedure",
)
def nac_regimen_recorded(view: EpisodeView) -> pl.Series:
    """Regimen of the first neoadjuvant chemotherapy of the episode, whichever it is."""
    return _first_neoadjuvant(view, "regimen")


@helper_of_episode("Cycles of neoadjuvant chemotherapy", "integer", unit="cycles", known_at="date_procedure")
def nac_n_cycles(view: EpisodeView) -> pl.Series:
    """Cycles of the first neoadjuvant chemotherapy of the episode."""
    return _first_neoadjuvant(view, "n_cycles")


@of_episode
def nac_monoclonal_antibody(view: EpisodeView) -> pl.Series:
    """Antibodies given with the neoadjuvant chemotherapy, bevacizumab and panitumumab; an empty list when none."""
    agents = _first_neoadjuvant(view, "targeted_agent")
    return agents.list.set_intersection(["bevacizumab", "panitumumab"])


@date_of_episode("Start of neoadjuvant chemotherapy")
def date_nac_start(view: EpisodeView) -> pl.Series:
    """First dose of the neoadjuvant chemotherapy of the episode."""
    return _first_neoadjuvant(view, "date_start")


def _first_neoadjuvant(view: EpisodeView, column: str) -> pl.Series:
    rows = view.once(neoadjuvant_rows).filter(pl.col("before"))
    return view.joined(rows.unique(EPISODE, keep="first", maintain_order=True), EPISODE, column)


def first_lines(view: EpisodeView) -> pl.DataFrame:
    """The first line of therapy of each episode: line 1, else the earliest. Adjuvant therapy is no line."""
    rows = view.once(therapies).filter((pl.col("intent") != "adjuvant").fill_null(True))
    ordered = rows.sort("line", "date_start", "therapy_id", nulls_last=True)
    return ordered.unique(EPISODE, keep="first", maintain_order=True)


def _first_line(view: EpisodeView, column: str) -> pl.Series:
    return view.joined(view.once(first_lines), EPISODE, column)


@date_of_episode("Start of first-line therapy")
def date_first_line_start(view: EpisodeView) -> pl.Series:
    """First dose of the first line of systemic therapy of the episode."""
    return _first_line(view, "date_start")


@of_episode
def first_line_backbone(view: EpisodeView) -> pl.Series:
    """Triplet or doublet; single agents and others are unknown."""
    regimen = pl.lit(_first_line(view, "regimen"))
    return pl.select(
        pl.when(regimen.is_in(TRIPLETS))
        .then(pl.lit("triplet"))
        .when(regimen.is_in(DOUBLETS))
        .then(pl.lit("doublet"))
    ).to_series()


@of_episode
def first_line_targeted_therapy(view: EpisodeView) -> pl.Series:
    """Anti-VEGF, anti-EGFR or none with the first line; any other agent is unknown."""
    agents = pl.lit(_first_line(view, "targeted_agent"))

    def has(some: tuple[str, ...]) -> pl.Expr:
        return pl.any_horizontal(agents.list.contains(one) for one in some)

    return pl.select(
        pl.when(has(ANTI_VEGF))
        .then(pl.lit("anti_vegf"))
        .when(has(ANTI_EGFR))
        .then(pl.lit("anti_egfr"))
        .when(has(("none",)))
        .then(pl.lit("none"))
    ).to_series()


@of_episode
def any_biologic(view: EpisodeView) -> pl.Series:
    """Whether the first line had a targeted agent."""
    return view["first_line_targeted_therapy"] != "none"


@of_episode
def first_line_duration(view: EpisodeView) -> pl.Series:
    """Months from the first to the last dose of the first line."""
    days = (_first_line(view, "date_end") - _first_line(view, "date_start")).dt.total_days()
    return days.cast(pl.Float64) / DAYS_PER_MONTH


@of_episode
def chemotherapy_before_initial_treatment(view: EpisodeView) -> pl.Series:
    """Whether systemic therapy for episode 1 started before its index procedure."""
    rows = view.with_variables(view.once(therapies), "date_procedure", "episode_number")
    before = (
        pl.when(pl.col("date_start").is_not_null())
        .then(pl.col("date_start") < pl.col("date_procedure"))
        .otherwise(pl.col("given_before_local_treatment"))
    )
    of_first = rows.filter(pl.col("episode_number") == 1)
    return any_row(view, of_first, before, "systemic_therapy", key=PATIENT)


@of_episode
def postoperative_chemotherapy(view: EpisodeView) -> pl.Series:
    """Whether adjuvant therapy was given for the episode."""
    return any_row(view, view.once(therapies), pl.col("intent") == "adjuvant", "systemic_therapy")


@date_of_episode("Start of postoperative chemotherapy")
def date_first_postoperative_chemotherapy(view: EpisodeView) -> pl.Series:
    """First dose of the adjuvant therapy of the episode."""
    rows = view.once(therapies).filter(pl.col("intent") == "adjuvant")
    return view.per_episode(rows, pl.col("date_start").min())


def _perioperative(view: EpisodeView, procedure: str) -> pl.Series:
    """Whether the patient had systemic therapy within six months before or after a procedure.

    A therapy that began earlier and has no recorded end may have reached into them: unknown.
    """
    rows = view.table("systemic_therapy").filter(
        pl.col("route").is_null() | (pl.col("route") == "intravenous_oral")
    )
    pairs = view.frame(EPISODE, PATIENT, procedure).join(rows, on=PATIENT, how="inner", suffix="_of_therapy")
    to_start, to_end = (
        (pl.col(day) - pl.col(procedure)).dt.total_days() for day in ("date_start", "date_end")
    )
    not_over = pl.when(to_start >= -SIX_MONTHS).then(True).otherwise(to_end >= -SIX_MONTHS)
    near = (to_start <= SIX_MONTHS) & not_over
    return any_row(view, pairs, near, "systemic_therapy")


@of_episode
def perioperative_sys_index(view: EpisodeView) -> pl.Series:
    """Systemic chemotherapy within 6 months before or after the index procedure of episode 1."""
    return _perioperative(view, "initial_date_procedure")


@of_episode
def perioperative_sys_recurrence(view: EpisodeView) -> pl.Series:
    """Systemic chemotherapy within 6 months before or after the index procedure of this episode."""
    return _perioperative(view, "date_procedure")


@of_episode
def adjuvant_haip(view: EpisodeView) -> pl.Series:
    """Whether a hepatic artery infusion pump was used as adjuvant treatment of this episode."""
    return any_row(view, view.table("haip"), pl.col("haip_setting") == "adjuvant", "haip")


@date_of_episode("Start of hepatic artery infusion")
def date_haip_start(view: EpisodeView) -> pl.Series:
    """First infusion through the pump for this episode."""
    return view.per_episode(view.table("haip"), pl.col("date_haip_start").min())
