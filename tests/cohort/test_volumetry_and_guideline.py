"""The future liver remnant and the guideline's thresholds: episodes in, answers out."""

import pytest

from tests.cohort.registry_tables import registry, seen

PROCEDURE = """
    procedure_id | patient_id | episode_id | date_procedure | treatment_intent | procedure_modalities
    O1           | P1         | E1         | 2015-06-01     | curative         | resection
"""


def volumes(*rows: str, fibrosis="-", injury=None):
    table = "\n".join(f"V{place} | E1 | {row}" for place, row in enumerate(rows, 1))
    pathology = {} if injury is None else {
        "pathology_liver": f"procedure_id | chemotherapy_associated_liver_injury\nO1 | {injury}"
    }  # fmt: skip
    return registry(
        patient=f"patient_id | cirrhosis_or_fibrosis\nP1 | {fibrosis}",
        crlm_episode="episode_id | patient_id | episode_number\nE1 | P1 | 1",
        local_treatment=PROCEDURE,
        liver_volumetry=f"""
            volumetry_id | episode_id | date_volumetry | volumetry_phase | total_liver_volume_ml | flr_volume_ml
            {table}
        """,
        **pathology,
    )


def test_the_last_measurement_before_the_procedure_counts():
    here = volumes(
        "2015-03-01 | baseline | 1500 | 300",
        "2015-03-31 | post_pve | 1500 | 450",
        "2015-07-01 | postoperative | 1500 | 900",
    )
    assert seen(here, "flr_pct", "flr_growth_rate_ml_day") == [(30.0, 5.0)]  # 150 mL in 30 days
    assert seen(here, "flr_hypertrophy_pct") == [pytest.approx(50.0)]


def test_growth_needs_a_baseline_and_a_later_day():
    assert seen(volumes("2015-03-01 | baseline | 1500 | 300"), "flr_growth_rate_ml_day") == [None]
    here = volumes("2015-03-01 | post_pve | 1500 | 300", "2015-03-31 | post_stage1 | 1500 | 450")
    assert seen(here, "flr_pct", "flr_growth_rate_ml_day", "flr_hypertrophy_pct") == [(30.0, None, None)]


@pytest.mark.parametrize(
    ("share", "fibrosis", "injury", "expected"),
    [
        (20, "none", "none", True),  # limits are inclusive
        (19, "none", "none", False),
        (30, "none", "steatosis", True),
        (29, "none", "steatosis", False),
        (40, "cirrhosis", None, True),
        (39, "fibrosis", "none", False),
        (40, "-", None, True),  # enough for any liver
        (19, "-", None, False),  # enough for none
        (35, "-", None, None),
        (35, "none", None, True),  # 20 or 30 %, not 40
        (25, "none", None, None),
        (35, "-", "none", None),
        (25, "-", "steatosis;sinusoidal_dilation", False),
    ],
)
def test_adequate_for_the_state_of_the_liver_as_far_as_it_is_known(share, fibrosis, injury, expected):
    here = volumes(f"2015-03-01 | baseline | 1000 | {10 * share}", fibrosis=fibrosis, injury=injury)
    assert seen(here, "flr_adequate") == [expected]


def episode(columns: str, cells: str, **tables: str):
    return registry(
        patient="patient_id | cirrhosis_or_fibrosis\nP1 | none",
        primary_tumour="""
            primary_id | patient_id | date_primary_diagnosis | date_primary_resection
            T1         | P1         | 2013-01-01             | 2013-02-01
        """,
        crlm_episode=f"episode_id | patient_id | episode_number | {columns}\nE1 | P1 | 1 | {cells}",
        local_treatment=PROCEDURE,
        **tables,
    )


BOX = (
    "liver_involvement_pct | n_segments_involved | vascular_invasion_unresectable | r0_achievable "
    "| adequate_inflow_outflow_biliary"
)


@pytest.mark.parametrize(
    ("cells", "share", "expected"),
    [
        ("30 | 3 | no | yes | yes", 40, "resectable"),
        ("70 | 6 | no | yes | yes", 40, "resectable"),  # exactly 70 % and 6 segments are not beyond
        ("71 | 3 | no | yes | yes", 40, "unresectable"),
        ("30 | 7 | no | yes | yes", 40, "unresectable"),
        ("30 | 3 | yes | yes | yes", 40, "unresectable"),
        ("- | 7 | - | - | -", 40, "unresectable"),
        ("30 | 3 | no | no | yes", 40, None),  # borderline or unresectable: the document leaves it open
        ("30 | 3 | no | yes | no", 40, "borderline"),
        ("30 | 3 | no | yes | yes", 10, "borderline"),
        ("30 | 3 | no | - | yes", 40, None),
        ("- | - | - | yes | yes", 40, "resectable"),  # an unknown burden does not stand in the way
    ],
)
def test_resectability(cells, share, expected):
    volumetry = f"""
        volumetry_id | episode_id | date_volumetry | volumetry_phase | total_liver_volume_ml | flr_volume_ml
        V1           | E1         | 2015-03-01     | baseline        | 1000                  | {10 * share}
    """
    assert seen(episode(BOX, cells, liver_volumetry=volumetry), "resectability_guideline") == [expected]


BURDEN = "date_crlm_diagnosis | n_crlm | size_largest_crlm_mm | bilobar_at_diagnosis | extrahepatic_disease"


@pytest.mark.parametrize(
    ("cells", "unfavourable", "indicated", "ablation"),
    [
        ("2015-01-01 | 3 | 29 | no | no", False, False, True),
        ("2015-01-01 | 4 | 30 | no | no", True, False, False),  # > 3 and > 4 are both the document's
        ("2015-01-01 | 5 | 51 | no | no", True, True, False),
        ("2015-01-01 | 1 | 50 | no | no", False, False, False),
        ("2015-01-01 | 1 | 20 | yes | no", True, True, True),
        ("2015-01-01 | 1 | 20 | no | yes", True, True, True),
        ("2013-06-01 | 1 | 20 | no | no", True, True, True),  # synchronous
        ("2013-12-01 | 1 | 20 | no | no", False, True, True),  # 10 months after resection of the primary
        ("2015-01-01 | - | 20 | no | no", None, None, None),
        ("2015-01-01 | - | 60 | no | no", None, True, False),
        ("2015-01-01 | 6 | - | - | -", True, True, False),
    ],
)
def test_oncological_risk_perioperative_chemotherapy_and_ablation(cells, unfavourable, indicated, ablation):
    here = episode(BURDEN, cells)
    assert seen(
        here, "oncological_risk_guideline", "perioperative_chemo_indicated", "ablation_eligible_guideline"
    ) == [(unfavourable, indicated, ablation)]


def therapy(*rows: str):
    table = "\n".join(f"C{place} | P1 | E1 | {row}" for place, row in enumerate(rows, 1))
    columns = "intent | regimen | targeted_agent | date_start | date_end"
    return f"therapy_id | patient_id | episode_id | {columns}\n{table}"


def test_risk_factors_for_disappearing_metastases():
    metastases = """
        lesion_id | episode_id | patient_id | diameter_baseline_mm
        L1        | E1         | P1         | 19
        L2        | E1         | P1         | 40
        L3        | E1         | P1         | -
    """
    folfox = therapy("induction_conversion | FOLFOX | none | 2015-02-01 | 2015-05-01")
    after = therapy("adjuvant | FOLFOX | none | 2015-08-01 | 2015-12-01")
    cells = "2015-01-01 | 3 | 40 | no | no"

    def factors(tables):
        return seen(episode(BURDEN, cells, metastasis=metastases, **tables), "dlm_risk_factors")

    assert factors({"systemic_therapy": folfox}) == [3]  # below 2 cm, three, oxaliplatin; not synchronous
    assert factors({"systemic_therapy": after}) == [2]
    assert factors({}) == [None]  # a registry without systemic therapies does not say that there was none


def test_months_on_chemotherapy_and_weeks_since_bevacizumab():
    def of(*rows: str):
        here = episode(BURDEN, "2015-01-01 | 3 | 40 | no | no", systemic_therapy=therapy(*rows))
        return seen(here, "surgery_timing_months_on_chemo", "bevacizumab_interval_weeks")[0]

    months, weeks = of("neoadjuvant | CAPOX | bevacizumab | 2015-01-15 | 2015-04-20")
    assert months == pytest.approx(95 / 30.4375) and weeks == 6.0  # 20 April to 1 June are 42 days
    months, weeks = of(
        "neoadjuvant | CAPOX | bevacizumab | 2015-01-15 | 2015-03-01",
        "neoadjuvant | CAPOX | none        | 2015-03-02 | 2015-04-20",
    )
    assert months == pytest.approx(95 / 30.4375) and weeks == pytest.approx(92 / 7)
    months, weeks = of("perioperative | CAPOX | bevacizumab | 2015-04-02 | 2015-10-01")
    assert months == pytest.approx(60 / 30.4375) and weeks is None
    assert of("neoadjuvant | CAPOX | bevacizumab | 2015-01-15 | -") == (None, None)
    assert of("adjuvant | CAPOX | bevacizumab | 2015-08-01 | 2015-12-01") == (None, None)
