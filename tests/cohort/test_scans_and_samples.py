"""Which scan and which sample stand for a timepoint, and what they show: scans in, values out."""

import pytest

from tests.cohort.registry_tables import registry, seen

PATIENT = "patient_id | date_of_birth\nP1 | 1950-01-01"
ONE = """
    episode_id | patient_id | episode_number | date_crlm_diagnosis
    E1         | P1         | 1              | 2015-01-10
"""
TREATED = """
    procedure_id | patient_id | episode_id | date_procedure | treatment_intent | procedure_modalities
    O1           | P1         | E1         | 2015-06-01     | curative         | resection
"""


def scans(text: str, **more: str):
    return registry(patient=PATIENT, crlm_episode=ONE, local_treatment=TREATED, imaging=text, **more)


def test_of_several_scans_the_last_on_which_a_value_is_recorded_counts():
    here = scans("""
        imaging_id | patient_id | episode_id | timepoint   | date_imaging | n_lesions | bilobar | max_lesion_diameter_mm
        I1         | P1         | E1         | baseline    | 2015-01-10   | 5         | yes     | 40
        I2         | P1         | E1         | baseline    | 2015-01-20   | 6         | -       | -
        I3         | P1         | E1         | baseline    | -            | 9         | no      | 99
        I4         | P1         | E1         | pre_surgery | 2015-05-20   | 0         | no      | 0
    """)
    assert seen(here, "baseline_n_lesions", "baseline_lobe_involvement", "baseline_max_diameter_mm") == [
        (
            6,
            "bilobar",
            40.0,
        )  # the number from the second scan, the rest from the first: undated scans come first
    ]
    assert seen(here, "pre_surgery_n_lesions", "pre_surgery_lobe_involvement") == [(0, "unilobar")]


def test_on_one_day_mri_comes_before_ct_in_any_order_of_the_rows():
    rows = [
        "I1 | P1 | E1 | baseline | 2015-01-10 | ceMRI | 7",
        "I2 | P1 | E1 | baseline | 2015-01-10 | ceCT  | 5",
    ]
    header = "imaging_id | patient_id | episode_id | timepoint | date_imaging | modality | n_lesions"
    for order in (rows, rows[::-1]):
        assert seen(scans("\n".join([header, *order])), "baseline_n_lesions") == [7]


def test_a_scan_without_an_episode_belongs_to_the_one_whose_treatment_it_precedes():
    here = registry(
        patient=PATIENT,
        crlm_episode="""
            episode_id | patient_id | episode_number | date_crlm_diagnosis
            E1         | P1         | 1              | 2015-01-10
            E2         | P1         | 2              | 2016-02-01
        """,
        local_treatment=TREATED,
        imaging="""
            imaging_id | patient_id | timepoint | date_imaging | n_lesions
            I1         | P1         | baseline  | 2015-01-09   | 3
            I2         | P1         | baseline  | 2015-06-01   | 4
            I3         | P1         | baseline  | 2016-01-30   | 1
            I4         | P1         | baseline  | -            | 8
        """,
    )
    assert seen(here, "baseline_n_lesions") == [
        4,
        1,
    ]  # on the day of surgery is before it; undated is nobody's


@pytest.mark.parametrize(
    ("modality", "agent", "expected"),
    [
        ("ceMRI", "-", True),
        ("ceMRI_liver_specific", "gadoxetic_acid", True),
        ("MRI_DWI", "gadolinium_extracellular", True),
        ("MRI_DWI", "none", False),
        ("MRI_DWI", "-", None),
        ("ceCT", "-", False),
        ("-", "iodinated", False),
        ("-", "-", None),
    ],
)
def test_mri_with_gadolinium(modality, agent, expected):
    here = scans(
        f"""
        imaging_id | patient_id | episode_id | timepoint   | date_imaging | modality   | contrast_agent
        I1         | P1         | E1         | pre_surgery | 2015-05-20   | {modality} | {agent}
        """
    )
    assert seen(here, "baseline_mri", "pre_surgery_mri") == [(None, expected)]
    assert seen(here, "any_preoperative_mri") == [
        True if expected else None
    ]  # the baseline scan is not recorded


def test_no_preoperative_mri_needs_scans_of_both_roles():
    here = scans("""
        imaging_id | patient_id | episode_id | timepoint   | date_imaging | modality
        I1         | P1         | E1         | baseline    | 2015-01-10   | ceCT
        I2         | P1         | E1         | pre_surgery | 2015-05-20   | PET_CT
    """)
    assert seen(here, "any_preoperative_mri") == [False]


@pytest.mark.parametrize(
    ("response", "expected"),
    [("CR", True), ("PR", True), ("SD", False), ("PD", False), ("NE", None), ("-", None)],
)
def test_objective_response(response, expected):
    here = scans(f"""
        imaging_id | patient_id | episode_id | timepoint   | date_imaging | recist_response
        I1         | P1         | E1         | pre_surgery | 2015-05-20   | {response}
    """)
    assert seen(here, "objective_response") == [expected]


def test_contact_with_vessels_is_at_least_one_lesion():
    here = scans("""
        imaging_id | patient_id | episode_id | timepoint   | date_imaging | n_lesions_major_vessel_contact
        I1         | P1         | E1         | baseline    | 2015-01-10   | 1
        I2         | P1         | E1         | pre_surgery | 2015-05-20   | 0
    """)
    assert seen(here, "baseline_vessel_contact", "pre_surgery_vessel_contact") == [(True, False)]


def test_cea_in_its_role_of_its_episode_in_its_unit():
    here = registry(
        patient=PATIENT,
        crlm_episode="""
            episode_id | patient_id | episode_number | date_crlm_diagnosis
            E1         | P1         | 1              | 2015-01-10
            E2         | P1         | 2              | 2016-02-01
        """,
        local_treatment=TREATED,
        lab="""
            lab_id | patient_id | date_sample | analyte | value | unit  | timepoint
            B1     | P1         | 2015-01-12  | CEA     | 20    | ng/mL | baseline
            B2     | P1         | 2015-02-01  | CEA     | 25    | ug/L  | baseline
            B3     | P1         | 2015-02-02  | CEA     | 3     | U/L   | baseline
            B4     | P1         | 2015-02-03  | ALT     | 99    | U/L   | baseline
            B5     | P1         | 2015-05-20  | CEA     | 7     | ng/mL | pre_surgery
            B6     | P1         | 2016-01-20  | CEA     | 11    | ng/mL | at_recurrence
            B7     | P1         | 2016-01-20  | CEA     | 12    | -     | baseline
        """,
    )
    assert seen(here, "baseline_cea", "pre_surgery_cea", "cea_at_recurrence") == [
        (25.0, 7.0, None),  # µg/L is ng/mL; another unit, or none, is not CEA in ng/mL
        (None, None, 11.0),
    ]
    assert seen(here, "preoperative_cea", "initial_preoperative_cea") == [(25.0, 25.0), (None, 25.0)]


def test_preoperative_cea_is_that_before_the_index_operation_and_not_that_after_chemotherapy():
    def preoperative(*roles: str):
        rows = "\n".join(
            f"B{place} | P1 | 2015-02-0{place} | CEA | {place}0 | ng/mL | {role}"
            for place, role in enumerate(roles, 1)
        )
        lab = f"lab_id | patient_id | date_sample | analyte | value | unit | timepoint\n{rows}"
        return seen(
            registry(patient=PATIENT, crlm_episode=ONE, local_treatment=TREATED, lab=lab), "preoperative_cea"
        )

    assert preoperative("index_preoperative", "baseline", "pre_surgery") == [10.0]
    assert preoperative("pre_surgery", "baseline") == [20.0]
    assert preoperative("pre_surgery") == [None]
