"""Remnant, stages, margins, recurrence and disease outside the liver, from tiny registries."""

import pytest

from tests.pathway.filling.small import FIRST, PRIMARY, SECOND, case, values

VOLUMES = (
    "volumetry_id | episode_id | date_volumetry | total_liver_volume_ml | flr_volume_ml | volumetry_phase\n"
)
HEADER = (
    "procedure_id | patient_id | episode_id | date_procedure | procedure_modalities | planned_stages | stage_number"
    " | hepatectomy_strategy | flr_augmentation | residual_disease | resection_margin_mm\n"
    "OX | P2 | EX | - | - | - | - | - | - | - | -\n"
)
ONE = "V1 | E1 | 2015-05-01 | 1500 | 450 | baseline\n"
PVE = "O1 | P1 | E1 | {} | pve | - | - | - | pve | - | -\n"
RESECTION = "O2 | P1 | E1 | 2015-06-15 | resection | 1 | 1 | one_stage | none | R1 | 0.5\n"


@pytest.mark.parametrize(
    ("volumes", "procedures", "expected"),
    [
        (ONE, "", "30"),
        (ONE.replace("450", "449.9"), "", "29.9933333333"),
        (ONE + "V2 | E1 | 2015-05-20 | 1500 | 525 | post_pve\n", PVE.format("2015-05-02"), "35"),
        # embolised on the day of the last measurement or since: the remnant is another now
        (ONE, PVE.format("2015-05-02"), None),
        (ONE, PVE.format("2015-05-01"), None),
        (ONE, PVE.format("2015-04-30"), "30"),
        (ONE, PVE.format("2015-06-01"), "30"),  # it is being decided
        (ONE, PVE.format("-"), None),
        (ONE + ONE.replace("V1", "V2").replace("450", "500"), "", "conflict"),
        (ONE + ONE.replace("V1", "V2"), "", "30"),
        (ONE.replace("2015-05-01", "2015-06"), "", None),
        (ONE.replace("2015-05-01", "2015-05"), "", "30"),
        (ONE.replace("2015-05-01", "2015-06-02"), "", None),
        (ONE.replace("2015-05-01", "-"), "", None),
        (ONE.replace("baseline", "postoperative"), "", None),
        (ONE.replace("450", "-"), "", None),
        (ONE.replace("1500", "-"), "", None),
    ],
)
def test_the_future_liver_remnant_and_its_denominator(volumes, procedures, expected):
    tables = {"liver_volumetry": VOLUMES + volumes, "local_treatment": HEADER + procedures}
    denominator = "estimated_total_standardised" if expected not in (None, "conflict") else None
    assert values("2015-06-01", "flr_pct", "flr_denominator", **tables) == [expected, denominator]


@pytest.mark.parametrize(
    ("procedures", "augmentation", "stage"),
    [
        ("", "none", "no"),
        (PVE.format("2015-05-02"), "PVE", "no"),
        (PVE.format("2015-06-01"), "none", "no"),
        (PVE.format("-"), None, None),
        (
            PVE.format("2015-05-02").replace("| pve | - | -\n", "| - | - | -\n"),
            "PVE",
            "no",
        ),  # by its modality
        (
            PVE.format("2015-05-02").replace("| - | pve |", "| - | liver_venous_deprivation |"),
            "conflict",
            "no",
        ),
        (RESECTION.replace("06-15", "05-15"), "none", "no"),
        (RESECTION.replace("06-15", "05-15").replace("| none |", "| - |"), None, "no"),
        (
            RESECTION.replace("06-15", "05-15").replace("| 1 | 1 | one_stage", "| 2 | 1 | two_stage"),
            "none",
            "yes",
        ),
        (
            RESECTION.replace("06-15", "05-15").replace(
                "1 | 1 | one_stage | none", "2 | 1 | alpps | liver_partition"
            ),
            "ALPPS_stage1",
            "yes",
        ),
        (RESECTION.replace("06-15", "05-15").replace("| 1 | 1 | one_stage", "| - | - | -"), "none", None),
    ],
)
def test_augmentation_and_the_first_stage(procedures, augmentation, stage):
    names = ("flr_augmentation_done", "tsh_stage1_done")
    assert values("2015-06-01", *names, local_treatment=HEADER + procedures) == [augmentation, stage]


def test_without_any_local_treatments_in_the_registry_nothing_says_no():
    names = ("flr_augmentation_done", "tsh_stage1_done", "prior_tsh")
    assert values("2015-06-01", *names, local_treatment="procedure_id | patient_id") == [None] * 3


STAGES = (
    "O1 | P1 | E1 | 2015-02-01 | resection | 2 | 1 | two_stage | none | R0 | -\n"
    "O2 | P1 | E1 | 2015-03-08 | resection | 2 | 2 | two_stage | none | R0 | 2\n"
)


def test_two_stages():
    names = ("tsh_stage1_done", "tsh_variant", "tsh_interstage_days", "prior_tsh")
    tables = {"local_treatment": HEADER + STAGES, "crlm_episode": SECOND}
    hybrid = {"one_of": ["classical", "hybrid"]}
    assert values("2015-02-01", *names, **tables) == ["no", None, None, "no"]
    assert values("2015-02-02", *names, **tables) == ["yes", hybrid, None, "no"]
    assert values("2015-03-09", *names, **tables) == ["yes", hybrid, "35", "no"]
    assert values("2016-03-01", *names, **tables) == ["no", None, None, "yes"]
    one = {**tables, "local_treatment": HEADER + RESECTION}
    assert values("2016-03-01", "prior_tsh", **one) == "no"
    undated = {**tables, "local_treatment": HEADER + RESECTION.replace("2015-06-15", "-")}
    assert values("2016-03-01", "prior_tsh", **undated) is None


LESIONS = "treated_lesion_id | procedure_id | modality | margin_mm | margin_type\n"


@pytest.mark.parametrize(
    ("session", "lesions", "margin", "kind"),
    [
        ("R1 | 0.5", "", "0.5", {"one_of": ["R1par", "R1vasc"]}),
        ("R0 | 3", "A1 | O2 | resection | 3 | R0\nA2 | O2 | resection | 8 | R0\n", "3", "R0"),
        ("R1 | 0", "A1 | O2 | resection | 0 | R1_vascular\n", "0", "R1vasc"),
        ("R1 | 0", "A1 | O2 | resection | 0 | R1_vascular\nA2 | O2 | resection | 5 | R0\n", "0", None),
        ("R0 | 3", "A1 | O2 | resection | 2 | R1_parenchymal\n", "conflict", "conflict"),
        ("R0 | 3", "A1 | O2 | resection | - | -\n", "3", "R0"),
        ("- | -", "A1 | O2 | resection | 2 | R1_parenchymal\nA2 | O2 | mwa | 1 | A0\n", "2", "R1par"),
        ("- | -", "", None, None),
        ("R2 | -", "", None, "R2"),
    ],
)
def test_margins(session, lesions, margin, kind):
    tables = {
        "local_treatment": HEADER + RESECTION.replace("R1 | 0.5", session), "treated_lesion": LESIONS + lesions,
    }  # fmt: skip
    assert values("2015-06-15", "margin_mm", "margin_type", **tables) == [None, None]
    assert values("2015-06-16", "margin_mm", "margin_type", **tables) == [margin, kind]


def test_the_margins_of_an_earlier_episode_are_not_those_of_this_one():
    tables = {"local_treatment": HEADER + RESECTION, "crlm_episode": SECOND}
    assert values("2016-03-01", "margin_mm", "margin_type", **tables) == [None, None]
    assert values("2016-03-01", "margin_mm", episode=1, **tables) == "0.5"


@pytest.mark.parametrize(
    ("primary", "expected"),
    [("2014-01-10", "no"), ("2015-06-15", "yes"), ("2015-06", None), ("2015-07-01", None)],
)
def test_primary_and_liver_in_one_operation(primary, expected):
    tables = {"primary_tumour": PRIMARY.replace("2014-01-10", primary), "local_treatment": HEADER + RESECTION}
    assert values("2015-06-20", "simultaneous_primary_resection", **tables) == expected


EVENTS = "event_id | patient_id | date_event | event_type | sites\n"


def test_recurrence_is_the_second_episode_or_an_event_in_the_liver():
    names = ("recurrence", "recurrence_interval_months")
    tables = {"local_treatment": HEADER + RESECTION, "crlm_episode": SECOND}
    # 15 June 2015 to 1 February 2016: 231 days / 30.44
    assert values("2016-02-01", *names, **tables) == ["yes", "7.5886990802"]
    assert values("2016-01-31", *names, **tables) == ["no", None]
    event = EVENTS + "V1 | P1 | 2015-12-24 | intrahepatic_recurrence | liver_distant\n"
    # 15 June to 24 December: 192 days / 30.44
    assert values("2016-01-31", *names, followup_event=event, **tables) == ["yes", "6.3074901445"]
    assert values("2015-12-23", *names, followup_event=event, **tables) == ["no", None]
    assert (
        values("2016-01-31", "recurrence", followup_event=event.replace("2015-12-24", "-"), **tables) is None
    )
    # a case about the first episode when the second is known: its metastases have come back, and are not this episode's
    assert values("2016-03-01", "recurrence", episode=1, **tables) is None
    outside = event.replace("intrahepatic_recurrence | liver_distant", "extrahepatic_recurrence | lung")
    assert values("2016-01-31", "recurrence", followup_event=outside, **tables) == "no"


def test_the_interval_runs_from_the_last_treatment_of_the_metastases():
    rows = RESECTION + "O3 | P1 | E1 | 2015-08-01 | mwa | 1 | 1 | - | - | R0 | -\n"
    rows += "O4 | P1 | E1 | 2015-09-01 | hai_pump | - | - | - | - | - | -\n"
    name = "recurrence_interval_months"
    # 1 August 2015 to 1 February 2016: 184 days / 30.44; the pump does not clear anything
    assert values("2016-03-01", name, local_treatment=HEADER + rows, crlm_episode=SECOND) == "6.0446780552"
    undated = HEADER + rows.replace("2015-08-01", "-")
    assert values("2016-03-01", name, local_treatment=undated, crlm_episode=SECOND) is None
    vague = HEADER + rows.replace("2015-08-01", "2015-08")
    # 1 or 31 August to 1 February: 184 to 154 days
    assert values("2016-03-01", name, local_treatment=vague, crlm_episode=SECOND) == {
        "at_least": "5.0591327201",
        "at_most": "6.0446780552",
    }


OUTSIDE = """
    episode_id | patient_id | episode_number | date_crlm_diagnosis | extrahepatic_disease | extrahepatic_disease_sites | date_extrahepatic_first
    E1         | P1         | 1              | 2015-01-10          | {}                   | {}                         | {}
"""  # noqa: E501
NAMES = ("extrahepatic_disease", "ehd_sites", "n_extrahepatic_sites", "portal_lymphadenopathy")


@pytest.mark.parametrize(
    ("own", "sites", "first", "expected"),
    [
        ("no", "-", "-", ["no", "none", "0", "no"]),
        ("yes", "lung", "-", ["yes", "lung_only", "1", "no"]),
        ("yes", "lymph_node", "-", ["yes", "nodes", "1", None]),
        ("yes", "portal_lymph_node", "-", ["yes", "nodes", "1", "yes"]),
        ("yes", "portal_lymph_node;lymph_node", "-", ["yes", "nodes", "1", "yes"]),
        ("yes", "lung;peritoneum", "-", ["yes", "multiple", "2", "no"]),
        ("yes", "bone", "-", ["yes", "other", "1", "no"]),
        ("yes", "other", "-", ["yes", "other", {"at_least": "1"}, "no"]),
        ("yes", "-", "-", ["yes", None, None, None]),
        ("-", "-", "-", [None, None, None, None]),
        ("no", "lung", "-", ["conflict", None, None, None]),
        # first documented later than the decision: not known then
        ("yes", "lung", "2015-06-02", [None, None, None, None]),
        ("yes", "lung", "2015-06-01", ["yes", "lung_only", "1", "no"]),
        ("yes", "lung", "2015", [None, None, None, None]),
    ],
)
def test_disease_outside_the_liver(own, sites, first, expected):
    assert values("2015-06-01", *NAMES, crlm_episode=OUTSIDE.format(own, sites, first)) == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("V1 | P1 | 2015-05-01 | extrahepatic_recurrence | lung", ["yes", "lung_only", "1", "no"]),
        ("V1 | P1 | 2015-05-01 | extrahepatic_recurrence | -", ["yes", None, None, None]),
        ("V1 | P1 | 2015-05-01 | intrahepatic_recurrence | liver_distant;bone", ["yes", "other", "1", "no"]),
        ("V1 | P1 | 2015-06-02 | extrahepatic_recurrence | lung", ["no", "none", "0", "no"]),
        ("V1 | P1 | - | extrahepatic_recurrence | lung", [None, None, None, None]),
        (
            "V1 | P1 | 2014-05-01 | extrahepatic_recurrence | lung",
            ["no", "none", "0", "no"],
        ),  # before the episode
        ("V1 | P1 | 2015-01 | extrahepatic_recurrence | lung", [None, None, None, None]),
    ],
)
def test_disease_outside_the_liver_found_since(event, expected):
    tables = {"crlm_episode": OUTSIDE.format("no", "-", "-"), "followup_event": EVENTS + event}
    assert values("2015-06-01", *NAMES, **tables) == expected


def test_an_equivocal_scan_leaves_it_open():
    scans = "imaging_id | patient_id | episode_id | date_imaging | evidence_of_recurrence\n"
    scans += "I1 | P1 | E1 | 2015-05-01 | {}"
    for seen, expected in (("none", "no"), ("extrahepatic", "yes"), ("equivocal", None), ("local", "no")):
        tables = {"crlm_episode": OUTSIDE.format("no", "-", "-"), "imaging": scans.format(seen)}
        assert values("2015-06-01", "extrahepatic_disease", **tables) == expected


def test_initial_resectability():
    for recorded, expected in (
        ("unresectable", "yes"),
        ("resectable", "no"),
        ("borderline", None),
        ("-", None),
    ):
        episode = FIRST.replace("n_crlm", "resectability_class | n_crlm").replace(
            "| 3 ", f"| {recorded} | 3 "
        )
        filled = case("2015-06-01", crlm_episode=episode)
        assert filled.given.get("initially_unresectable") == expected
        assert "upfront_resectable" in filled.asked
