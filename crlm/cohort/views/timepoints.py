"""What scans and samples show at the timepoints of an episode: at baseline, before surgery, at recurrence.

The role that the registry gives a scan or a sample (its timepoint) says which it is. Of several with the same role the
last one on which a value is recorded counts, for each value by itself; on the same day MRI comes before other scans.
"""

from __future__ import annotations

import polars as pl

from crlm.cohort.views.derivations import helper_of_episode, of_episode
from crlm.cohort.views.episodes import EPISODE, EpisodeView
from crlm.cohort.views.rows import last_known, preoperative_rows

BASELINE, PRE_SURGERY = "baseline", "pre_surgery"
MRI = ("ceMRI", "ceMRI_liver_specific", "MRI_DWI")
WITH_GADOLINIUM = ("ceMRI", "ceMRI_liver_specific")
GADOLINIUM = ("gadolinium_extracellular", "gadoxetic_acid")
ON_SCANS = [
    "n_lesions",
    "max_lesion_diameter_mm",
    "n_segments_involved",
    "bilobar",
    "n_lesions_major_vessel_contact",
    "recist_response",
]
NG_PER_ML = ("ng_per_mL", "ug_per_L")
"""The two units of CEA, which are the same; a value in another unit, or in none, is not used."""


def scans(view: EpisodeView) -> pl.DataFrame:
    """What is known of each episode at each role of a scan, and whether one of those scans was MRI with gadolinium.

    MRI is judged as: contrast-enhanced MRI, or any scan with a gadolinium agent. Diffusion-weighted MRI without a
    recorded agent, and a scan of unknown modality, are unknown.
    """
    modality, agent = pl.col("modality"), pl.col("contrast_agent")
    gadolinium = (
        pl.when(agent.is_in(GADOLINIUM) | modality.is_in(WITH_GADOLINIUM))
        .then(True)
        .when(agent.is_not_null() | (modality != "MRI_DWI"))
        .then(False)
    )
    rows = preoperative_rows(view, "imaging", "date_imaging").with_columns(
        gadolinium.alias("gadolinium"), modality.is_in(MRI).fill_null(False).alias("is_mri")
    )
    keys = [EPISODE, "timepoint"]
    values = last_known(rows, keys, ON_SCANS, ["date_imaging", "is_mri", "imaging_id"])
    any_mri = rows.group_by(keys).agg(pl.col("gadolinium").any(ignore_nulls=False))
    return values.join(any_mri, on=keys, how="left")


def samples(view: EpisodeView) -> pl.DataFrame:
    """The last CEA (ng/mL, which is µg/L) of each episode in each role of a sample.

    A value below the detection limit counts as that limit. A laboratory value names a patient, not an episode; its date
    decides (`preoperative_rows`).
    """
    rows = preoperative_rows(view, "lab", "date_sample").filter(
        (pl.col("analyte") == "CEA") & pl.col("unit").is_in(NG_PER_ML)
    )
    return last_known(rows, [EPISODE, "timepoint"], ["value"], ["date_sample", "lab_id"])


def _on_scan(view: EpisodeView, role: str, column: str) -> pl.Series:
    return view.joined(view.once(scans).filter(pl.col("timepoint") == role), EPISODE, column)


def _cea(view: EpisodeView, role: str) -> pl.Series:
    return view.joined(view.once(samples).filter(pl.col("timepoint") == role), EPISODE, "value")


def _lobes(view: EpisodeView, role: str) -> pl.Series:
    both = pl.lit(_on_scan(view, role, "bilobar"))
    return pl.select(pl.when(both).then(pl.lit("bilobar")).when(~both).then(pl.lit("unilobar"))).to_series()


@of_episode
def baseline_cea(view: EpisodeView) -> pl.Series:
    """CEA in the sample with the role "baseline", in ng/mL."""
    return _cea(view, BASELINE)


@of_episode
def pre_surgery_cea(view: EpisodeView) -> pl.Series:
    """CEA in the sample with the role "before surgery", in ng/mL."""
    return _cea(view, PRE_SURGERY)


@of_episode
def cea_at_recurrence(view: EpisodeView) -> pl.Series:
    """CEA in the sample with the role "at recurrence" of a recurrent episode (number 2 and later), in µg/L."""
    cea = _cea(view, "at_recurrence")
    return view.compute(pl.when(pl.col("episode_number") >= 2).then(pl.lit(cea)), "episode_number")


@helper_of_episode("CEA before the operation", "number", unit="ng/mL", known_at="date_procedure")
def preoperative_cea(view: EpisodeView) -> pl.Series:
    """CEA at presentation: in the sample with the role "before the index operation", else in the baseline sample.

    A sample taken after chemotherapy (role "before surgery") does not stand in for it, for the clinical risk score
    describes the disease as it was found.
    """
    return pl.select(pl.coalesce(_cea(view, "index_preoperative"), _cea(view, BASELINE))).to_series()


@of_episode
def baseline_lobe_involvement(view: EpisodeView) -> pl.Series:
    """One lobe or both on the baseline scan."""
    return _lobes(view, BASELINE)


@of_episode
def pre_surgery_lobe_involvement(view: EpisodeView) -> pl.Series:
    """One lobe or both on the scan before surgery."""
    return _lobes(view, PRE_SURGERY)


@of_episode
def baseline_n_segments(view: EpisodeView) -> pl.Series:
    """Segments involved on the baseline scan."""
    return _on_scan(view, BASELINE, "n_segments_involved")


@of_episode
def pre_surgery_n_segments(view: EpisodeView) -> pl.Series:
    """Segments involved on the scan before surgery."""
    return _on_scan(view, PRE_SURGERY, "n_segments_involved")


@of_episode
def baseline_n_lesions(view: EpisodeView) -> pl.Series:
    """Liver lesions on the baseline scan."""
    return _on_scan(view, BASELINE, "n_lesions")


@of_episode
def pre_surgery_n_lesions(view: EpisodeView) -> pl.Series:
    """Liver lesions on the scan before surgery; 0 where none is visible."""
    return _on_scan(view, PRE_SURGERY, "n_lesions")


@of_episode
def baseline_max_diameter_mm(view: EpisodeView) -> pl.Series:
    """Diameter of the largest lesion on the baseline scan, in mm."""
    return _on_scan(view, BASELINE, "max_lesion_diameter_mm")


@of_episode
def pre_surgery_max_diameter_mm(view: EpisodeView) -> pl.Series:
    """Diameter of the largest lesion on the scan before surgery, in mm; 0 where none is visible."""
    return _on_scan(view, PRE_SURGERY, "max_lesion_diameter_mm")


@of_episode
def baseline_n_lesions_vessel_contact(view: EpisodeView) -> pl.Series:
    """Lesions in contact with a major hepatic vessel on the baseline scan."""
    return _on_scan(view, BASELINE, "n_lesions_major_vessel_contact")


@of_episode
def pre_surgery_n_lesions_vessel_contact(view: EpisodeView) -> pl.Series:
    """Lesions in contact with a major hepatic vessel on the scan before surgery."""
    return _on_scan(view, PRE_SURGERY, "n_lesions_major_vessel_contact")


@of_episode
def baseline_vessel_contact(view: EpisodeView) -> pl.Series:
    """Whether at least one lesion touches a major hepatic vessel on the baseline scan."""
    return view["baseline_n_lesions_vessel_contact"] >= 1


@of_episode
def pre_surgery_vessel_contact(view: EpisodeView) -> pl.Series:
    """Whether at least one lesion touches a major hepatic vessel on the scan before surgery."""
    return view["pre_surgery_n_lesions_vessel_contact"] >= 1


@helper_of_episode("MRI with gadolinium at baseline", "yes_no", known_at="date_crlm_diagnosis")
def baseline_mri(view: EpisodeView) -> pl.Series:
    """Whether a baseline scan was MRI with gadolinium; unknown when no baseline scan is recorded."""
    return _on_scan(view, BASELINE, "gadolinium")


@helper_of_episode("MRI with gadolinium before surgery", "yes_no", known_at="date_procedure")
def pre_surgery_mri(view: EpisodeView) -> pl.Series:
    """Whether a scan before surgery was MRI with gadolinium; unknown when no such scan is recorded."""
    return _on_scan(view, PRE_SURGERY, "gadolinium")


@of_episode
def any_preoperative_mri(view: EpisodeView) -> pl.Series:
    """MRI with gadolinium at baseline or before surgery: "no" needs scans of both roles, neither of them MRI."""
    return view["baseline_mri"] | view["pre_surgery_mri"]


@of_episode
def objective_response(view: EpisodeView) -> pl.Series:
    """Complete or partial response (RECIST) on the last scan before surgery; "not evaluable" is unknown."""
    response = pl.lit(_on_scan(view, PRE_SURGERY, "recist_response"))
    return pl.select(
        pl.when(response.is_in(["CR", "PR"])).then(True).when(response.is_in(["SD", "PD"])).then(False)
    ).to_series()
