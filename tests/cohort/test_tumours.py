"""What is counted over metastases: those treated, their size, those that disappeared, their lobes and margins."""

import pytest

from tests.cohort.registry_tables import registry, seen

PATIENT = "patient_id\nP1"
EPISODE = "episode_id | patient_id | episode_number | n_crlm\nE1 | P1 | 2 | 2"
PROCEDURE = """
    procedure_id | patient_id | episode_id | date_procedure | treatment_intent | procedure_modalities
    O1           | P1         | E1         | 2015-06-01     | curative         | resection;mwa
"""


def of(metastasis: str, **tables: str):
    return registry(
        patient=PATIENT,
        crlm_episode=EPISODE,
        local_treatment=PROCEDURE,
        metastasis=metastasis,
        **tables,
    )


def lesions(*cells: str, columns: str):
    rows = "\n".join(f"L{place} | E1 | P1 | {cell}" for place, cell in enumerate(cells, 1))
    return f"lesion_id | episode_id | patient_id | {columns}\n{rows}"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (("yes", "yes"), 2),
        (("yes", "no"), 1),
        (("no", "no"), 0),
        (("yes", "-"), None),  # one metastasis of unknown fate: the number is not known
    ],
)
def test_the_number_treated_is_what_was_found_or_ablated(found, expected):
    here = of(lesions(*found, columns="found_in_specimen_or_ablated"))
    assert seen(here, "n_crlm_treated", "n_crlm_recurrent") == [(expected, expected)]


def test_an_ablated_metastasis_counts_and_none_recorded_is_unknown():
    treated = """
        treated_lesion_id | procedure_id | lesion_id | modality
        A1                | O1           | L1        | mwa
        A2                | O1           | L2        | resection
    """
    here = of(lesions("-", "yes", columns="found_in_specimen_or_ablated"), treated_lesion=treated)
    assert seen(here, "n_crlm_treated") == [2]
    empty = of("lesion_id | episode_id | patient_id\nL9 | E9 | P9")
    assert seen(empty, "n_crlm_treated", "n_vanished_crlm", "size_largest_pathology_mm") == [
        (None, None, None)
    ]


def test_the_number_of_recurrent_metastases_is_of_recurrent_episodes():
    first = "episode_id | patient_id | episode_number\nE1 | P1 | 1"
    here = registry(
        patient=PATIENT,
        crlm_episode=first,
        metastasis=lesions("yes", columns="found_in_specimen_or_ablated"),
    )
    assert seen(here, "n_crlm_treated", "n_crlm_recurrent") == [(1, None)]


def test_the_size_at_pathology_needs_every_metastasis_that_was_in_the_specimen():
    columns = "found_in_specimen_or_ablated | pathology_diameter_mm"
    ablated = "treated_lesion_id | procedure_id | lesion_id | modality\nA1 | O1 | L2 | rfa"

    def size(*cells: str, **tables: str):
        return seen(of(lesions(*cells, columns=columns), **tables), "size_largest_pathology_mm")

    assert size("yes | 31", "yes | 12") == [31.0]
    assert size("yes | 31", "yes | -") == [None]
    assert size("yes | 31", "yes | -", treated_lesion=ablated) == [31.0]
    assert size("yes | 31", "no | -") == [31.0]
    assert size("no | -", "no | -") == [None]


IMAGING = """
    imaging_id | patient_id | episode_id | timepoint   | date_imaging | modality
    I1         | P1         | E1         | baseline    | 2015-01-10   | ceCT
    I2         | P1         | E1         | pre_surgery | 2015-05-20   | ceCT
    I3         | P1         | E1         | pre_surgery | 2015-05-21   | ceMRI
    I4         | P1         | E1         | pre_surgery | 2015-05-21   | IOUS
    I5         | P1         | E1         | pre_surgery | 2015-05-22   | -
"""


@pytest.mark.parametrize(
    ("visible", "expected"),
    [
        ({"I1": "yes", "I2": "no"}, True),
        ({"I1": "yes", "I2": "no", "I3": "yes"}, False),  # seen on one of two scans before surgery
        ({"I1": "yes", "I2": "no", "I3": "-"}, None),
        (
            {"I1": "yes", "I2": "no", "I4": "yes"},
            True,
        ),  # ultrasound during surgery is no cross-sectional scan
        ({"I1": "yes", "I4": "no"}, None),
        ({"I1": "yes", "I5": "no"}, None),  # on a scan of unknown modality nothing is known
        ({"I1": "no", "I2": "no"}, False),  # never seen, so it cannot have disappeared
        ({"I1": "yes"}, None),
        ({"I2": "yes"}, False),
        ({"I2": "no"}, None),
    ],
)
def test_disappearance_of_a_metastasis(visible, expected):
    rows = "\n".join(f"L1 | {scan} | {cell}" for scan, cell in visible.items())
    here = of(
        lesions("-", columns="found_in_specimen_or_ablated"),
        imaging=IMAGING,
        lesion_imaging=f"lesion_id | imaging_id | visible\n{rows}",
        treated_lesion="treated_lesion_id | procedure_id | lesion_id | modality\nA1 | O1 | L1 | resection",
    )
    assert seen(here, "disappeared", unit="lesion") == [expected]
    assert seen(here, "n_vanished_crlm") == [None if expected is None else int(expected)]
    assert seen(here, "any_crlm_disappeared") == [expected]


def test_one_that_disappeared_is_enough_to_say_that_any_did():
    here = of(
        lesions("-", "-", columns="found_in_specimen_or_ablated"),
        imaging=IMAGING,
        lesion_imaging="lesion_id | imaging_id | visible\nL1 | I1 | yes\nL1 | I2 | no",
    )
    assert seen(here, "n_vanished_crlm", "any_crlm_disappeared") == [(None, True)]


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        (("2;3 | -", "7 | -"), True),
        (("4a;5 | -", "- | -"), True),  # one metastasis across both lobes
        (("6 | -", "8 | -"), False),
        (("6 | -", "1 | -"), False),  # the caudate lobe belongs to neither
        (("6 | -", "- | -"), None),
        (("- | left", "- | right"), True),
        (("- | both", "- | -"), True),
        (("6 | -",), None),  # two metastases at diagnosis, one recorded
    ],
)
def test_bilobar_from_segments(places, expected):
    assert seen(of(lesions(*places, columns="segments | lobe")), "bilobar_from_segments") == [expected]


def margins(*cells: str, residual="-", recorded="-"):
    rows = "\n".join(f"A{place} | O1 | L{place} | {cell}" for place, cell in enumerate(cells, 1))
    here = registry(
        patient=PATIENT,
        crlm_episode=EPISODE,
        local_treatment=f"""
            procedure_id | episode_id | treatment_intent | procedure_modalities | residual_disease | resection_margin_mm
            O1           | E1         | curative         | resection            | {residual}       | {recorded}
        """,
        treated_lesion=f"""
            treated_lesion_id | procedure_id | lesion_id | modality | margin_mm | margin_type
            {rows}
        """,
    )
    return seen(here, "resection_status_1mm", "resection_status_0mm", "resection_status_parenchymal")[0]


def test_residual_disease_under_each_definition():
    assert margins("resection | 4 | R0", "resection | 1 | R0") == ("R0", "R0", "R0")  # exactly 1 mm is clear
    assert margins("resection | 4 | R0", "resection | 0.5 | R1_parenchymal") == ("R1", "R0", "R1")
    assert margins("resection | 0 | R1_vascular") == ("R1", "R1", "R0")
    assert margins("resection | 0.5 | -") == ("R1", "R0", None)  # which kind of R1 is not recorded
    assert margins("resection | - | -", "resection | 3 | -") == (None, None, None)
    assert margins("resection | - | -", "resection | 0 | -") == ("R1", "R1", None)
    assert margins("resection | - | -", recorded="2") == ("R0", "R0", None)
    assert margins("mwa | 0 | A1") == (None, None, None)  # an ablation has no resection margin
    assert margins("resection | 4 | R0", residual="R2") == (None, None, None)
