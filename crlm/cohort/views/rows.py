"""Rows of other tables, per episode: which episode they belong to, and whether one of them says yes."""

from __future__ import annotations

import polars as pl

from crlm.cohort.views.episodes import EPISODE, PATIENT, EpisodeView


def any_row(
    view: EpisodeView, rows: pl.DataFrame, condition: pl.Expr, table: str, key: str = EPISODE
) -> pl.Series:
    """Whether a condition holds for one of an episode's rows: unknown only when no row says yes and one is unknown.

    Without a row it is "no", provided that the registry has such a table at all; else it is unknown.
    """
    found = (
        rows.with_columns(condition.alias("holds"))
        .group_by(key)
        .agg(pl.col("holds").any(ignore_nulls=False).alias("any"))
        .with_columns(pl.lit(True).alias("there"))
    )
    values, there = view.joined(found, key, "any"), view.joined(found, key, "there")
    if not view.is_recorded(table):
        return pl.Series([None] * values.len(), dtype=pl.Boolean)
    return pl.select(pl.when(there).then(values).otherwise(False)).to_series()


def therapies(view: EpisodeView) -> pl.DataFrame:
    """Systemic therapies with their episode.

    One that names none belongs to the patient's latest episode diagnosed on or before its start; without a start, or
    when it started before every episode (for the primary tumour), to none.
    """
    rows = view.table("systemic_therapy")
    named, unnamed = rows.filter(pl.col(EPISODE).is_not_null()), rows.filter(pl.col(EPISODE).is_null())
    if unnamed.height == 0:
        return named
    diagnosed = (
        view.frame(EPISODE, PATIENT, "date_crlm_diagnosis")
        .drop_nulls("date_crlm_diagnosis")
        .sort("date_crlm_diagnosis", EPISODE)
    )
    placed = (
        unnamed.drop(EPISODE)
        .filter(pl.col("date_start").is_not_null())
        .sort("date_start")
        .join_asof(
            diagnosed,
            left_on="date_start",
            right_on="date_crlm_diagnosis",
            by=PATIENT,
            strategy="backward",
            check_sortedness=False,
        )
        .filter(pl.col(EPISODE).is_not_null())
    )
    return pl.concat([named, placed.select(named.columns)])


def windows(view: EpisodeView) -> pl.DataFrame:
    """The days that precede the treatment of each episode: `after` one day, exclusive, `through` another, inclusive."""
    ordered = view.frame(EPISODE, PATIENT, "episode_number", "date_procedure", "date_crlm_diagnosis").sort(
        PATIENT, "episode_number", EPISODE
    )
    bound = pl.coalesce("date_procedure", "date_crlm_diagnosis")
    patient = pl.col(PATIENT)
    return ordered.select(
        EPISODE,
        PATIENT,
        bound.shift(1).alias("after"),
        bound.alias("through"),
        (patient != patient.shift(1)).fill_null(True).alias("is_first"),
        (patient != patient.shift(-1)).fill_null(True).alias("is_last"),
    )


def preoperative_rows(view: EpisodeView, table: str, date: str) -> pl.DataFrame:
    """Rows about the time before an episode's treatment, each with the episode it belongs to.

    A row belongs to the episode that it names. Otherwise its date decides: after the index procedure of the patient's
    previous episode, and not after this one's (without a procedure the diagnosis of the episode stands for it). A row
    without a date belongs to the patient's only episode, or to none.
    """
    rows = view.table(table)
    if EPISODE in rows.columns:
        named, rows = rows.filter(pl.col(EPISODE).is_not_null()), rows.filter(pl.col(EPISODE).is_null())
    else:
        named = rows.clear().with_columns(pl.lit(None, dtype=pl.String).alias(EPISODE))
    if rows.height == 0:
        return named
    placed = (
        rows.drop(EPISODE, strict=False)
        .join(view.once(windows), on=PATIENT, how="inner", maintain_order="left")
        .filter(
            (pl.col("is_first") | (pl.col(date) > pl.col("after")))
            & (pl.col("is_last") | (pl.col(date) <= pl.col("through")))
        )
    )
    return pl.concat([named, placed.select(named.columns)])


def last_known(rows: pl.DataFrame, keys: list[str], columns: list[str], order: list[str]) -> pl.DataFrame:
    """Of each column the last known value per key, in the given order (unknown dates first)."""
    return (
        rows.sort(order, nulls_last=False)
        .group_by(keys, maintain_order=True)
        .agg(pl.col(column).drop_nulls().last() for column in columns)
    )
