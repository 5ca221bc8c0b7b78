"""The metastases now and before treatment, CEA, and what has disappeared, from tiny registries."""

import pytest

from tests.pathway.filling.small import FIRST, SECOND, case, values

SCANS = (
    "imaging_id | patient_id | episode_id | timepoint | date_imaging | n_lesions | max_lesion_diameter_mm"
    " | bilobar\n"
)
PROCEDURES = "procedure_id | patient_id | episode_id | date_procedure | procedure_modalities\n"
THERAPY = """
    therapy_id | patient_id | episode_id | intent      | regimen | date_start
    C1         | P1         | E1         | neoadjuvant | FOLFOX  | {}
"""
NOW = ("n_crlm", "max_diameter_mm", "distribution")
AFTER = "I1 | P1 | E1 | pre_surgery | 2015-05-20 | 2 | 30 | no\n"


@pytest.mark.parametrize(
    ("scans", "therapy", "expected"),
    [
        ("", None, ["3", "42.5", None]),
        (AFTER, None, ["2", "30", "unilobar"]),
        (AFTER, "2015-02-01", ["2", "30", "unilobar"]),
        # chemotherapy since the diagnosis, and no scan since
        ("", "2015-02-01", [None, None, None]),
        # it began on the day of the scan, so the scan is from before
        (AFTER, "2015-05-20", [None, None, None]),
        # it begins on the day of the decision
        (AFTER, "2015-06-01", ["2", "30", "unilobar"]),
        # its start is not known: it may have been since
        (AFTER, "-", [None, None, None]),
        (AFTER.replace("2015-05-20", "2015-06-02"), None, ["3", "42.5", None]),
        (AFTER.replace("2015-05-20", "2015-06-01"), None, ["2", "30", "unilobar"]),
        (AFTER.replace("2015-05-20", "2015-06"), None, ["3", "42.5", None]),
        (AFTER.replace("2015-05-20", "2015-05"), None, ["2", "30", "unilobar"]),
        (
            AFTER.replace("2015-05-20", "2015-01"),
            None,
            [None, None, "unilobar"],
        ),  # which is newer is not known
        # two scans on one day
        (
            AFTER + AFTER.replace("I1", "I2").replace(" 2 | 30", " 4 | 30"),
            None,
            ["conflict", "30", "unilobar"],
        ),
        # none is seen any more: there is nothing to measure
        (AFTER.replace(" 2 | 30 ", " 0 | 0 "), "2015-02-01", ["0", None, "unilobar"]),
        # nothing on the last scan: the last record counts, when nothing was done since
        (AFTER + "I2 | P1 | E1 | pre_surgery | 2015-05-25 | - | - | -\n", None, ["2", "30", "unilobar"]),
        # an intraoperative scan is not what is decided on
        (AFTER.replace("pre_surgery", "intraoperative"), None, ["3", "42.5", None]),
    ],
)
def test_the_disease_now(scans, therapy, expected):
    tables = {"imaging": SCANS + scans}
    if therapy:
        tables["systemic_therapy"] = THERAPY.format(therapy)
    assert values("2015-06-01", *NOW, **tables) == expected


def test_what_was_seen_before_an_operation_is_not_how_it_is_now():
    operated = PROCEDURES + "O1 | P1 | E1 | 2015-06-15 | {}"
    for what in ("resection", "pve"):
        tables = {"imaging": SCANS + AFTER, "local_treatment": operated.format(what)}
        assert values("2015-06-15", *NOW, **tables) == ["2", "30", "unilobar"]
        filled = case("2015-06-16", **tables)
        assert not set(NOW) & set(filled.given)
        assert "O1 (2015-06-15)" in filled.left["n_crlm"]


def test_a_recurrence_has_its_own_disease():
    names = ("n_crlm", "max_diameter_mm", "recurrent_max_diameter_mm")
    assert values("2016-02-02", *names, crlm_episode=SECOND) == ["1", "18", "18"]
    assert values("2016-02-02", *names, crlm_episode=SECOND, episode=1) == ["3", "42.5", None]
    assert values("2016-01-31", *names, crlm_episode=SECOND) == ["3", "42.5", None]


LESIONS = (
    "lesion_id | episode_id | patient_id | lesion_number | segments | lobe | diameter_baseline_mm"
    " | vascular_relation\n"
)


@pytest.mark.parametrize(
    ("lesions", "expected"),
    [
        # (distribution, segments, smallest); three metastases were counted
        ("1 | 2 | - | 20 \n2 | 4a;4b | - | 12.5 \n3 | 3 | - | 42.5", ["unilobar", "3", "12.5"]),
        ("1 | 2 | - | 20 \n2 | 8 | - | 12.5 \n3 | 3 | - | 42.5", ["bilobar", "3", "12.5"]),
        # two of three: bilobar is certain, unilobar and the number of segments are not; the smallest at most
        ("1 | 2 | - | 20 \n2 | 8 | - | 12.5", ["bilobar", None, {"at_most": "12.5"}]),
        ("1 | 2 | - | 20 \n2 | 3 | - | 12.5", [None, None, {"at_most": "12.5"}]),
        # the caudate lobe belongs to neither
        ("1 | 1 | - | 20 \n2 | 8 | - | 12.5 \n3 | 7 | - | 42.5", ["unilobar", "3", "12.5"]),
        ("1 | - | left | 20 \n2 | - | both | - \n3 | 3 | - | 42.5", ["bilobar", None, {"at_most": "20"}]),
        ("1 | - | left | - \n2 | - | - | - \n3 | 3 | - | -", [None, None, None]),
        ("1 | 4 | - | 20 \n2 | 4b | - | 20 \n3 | 4a | - | 42.5", ["unilobar", "1", "20"]),
    ],
)
def test_lobes_and_segments_of_the_metastases(lesions, expected):
    rows = "".join(
        f"L{number} | E1 | P1 | {number} | {rest} | -\n"
        for number, rest in (line.strip().split(" | ", 1) for line in lesions.splitlines())
    )
    names = ("distribution", "segments_involved", "min_diameter_mm_baseline")
    assert values("2015-06-01", *names, metastasis=LESIONS + rows) == expected


def test_lobes_of_the_metastases_and_of_the_episode_that_differ():
    episode = FIRST.replace("n_crlm", "bilobar_at_diagnosis | n_crlm").replace("| 3 ", "| no | 3 ")
    rows = "L1 | E1 | P1 | 1 | 2 | - | 20 | -\nL2 | E1 | P1 | 2 | 8 | - | 20 | -\n"
    filled = case("2015-06-01", crlm_episode=episode, metastasis=LESIONS + rows)
    assert {one.table for one in filled.conflicts["distribution"].origins} == {"crlm_episode", "metastasis"}


@pytest.mark.parametrize(
    ("relations", "expected"),
    [
        ("none contact none", "none"),
        ("none contact infiltration", None),
        ("none contact -", None),
        ("none none", None),
    ],
)
def test_no_vessel_is_invaded_when_no_metastasis_infiltrates_its_nearest(relations, expected):
    rows = "".join(
        f"L{n} | E1 | P1 | {n} | 2 | - | 20 | {one}\n" for n, one in enumerate(relations.split(), 1)
    )
    names = ("portal_vein_invasion", "hepatic_vein_invasion")
    assert values("2015-06-01", *names, metastasis=LESIONS + rows) == [expected, expected]
    filled = case("2015-06-01", metastasis=LESIONS + rows)
    assert "vascular_infiltration" in filled.asked and filled.asked["vascular_infiltration"].noted


BASELINE = "I1 | P1 | E1 | baseline | 2015-01-20 | {} | - | -\n"


@pytest.mark.parametrize(
    ("scans", "therapy", "expected"),
    [
        ("", "2015-02-01", "3"),
        (BASELINE.format(3), "2015-02-01", "3"),
        (BASELINE.format(4), "2015-02-01", "conflict"),
        (BASELINE.format(4), "2015-01-19", "3"),  # that scan is not from before
        ("", "2015-01-09", None),
        ("", "-", None),
    ],
)
def test_the_number_before_treatment(scans, therapy, expected):
    tables = {"imaging": SCANS + scans, "systemic_therapy": THERAPY.format(therapy)}
    assert values("2015-06-01", "n_crlm_baseline", **tables) == expected


LAB = "lab_id | patient_id | date_sample | analyte | value | unit | timepoint | below_detection\n"
AT_START = "B1 | P1 | 2015-01-12 | CEA | 30.0 | ng/mL | baseline | -\n"


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (AT_START, ["30", "30"]),
        (AT_START + "B2 | P1 | 2015-05-12 | CEA | 8.25 | ug/L | pre_surgery | -\n", ["30", "8.25"]),
        # two values on one day are shown and not resolved
        (AT_START + AT_START.replace("B1", "B2").replace("30.0", "31"), ["conflict", "conflict"]),
        (AT_START + AT_START.replace("B1", "B2"), ["30", "30"]),
        (AT_START.replace("ng/mL", "g/L"), [None, None]),
        (AT_START.replace("ng/mL", "-"), [None, None]),
        (AT_START.replace("CEA", "INR"), [None, None]),
        # the newest is in another unit: an older one is not the newest
        (AT_START + "B2 | P1 | 2015-05-12 | CEA | 8 | g/L | pre_surgery | -\n", ["30", None]),
        (AT_START.replace("| -", "| yes").replace("30.0", "1"), [{"at_least": "0", "less_than": "1"}] * 2),
        (AT_START.replace("2015-01-12", "-"), [None, None]),
        (AT_START.replace("2015-01-12", "2015-06-02"), [None, None]),
        (AT_START.replace("2015-01-12", "2015-02-02"), [None, "30"]),  # after the therapy began
        (AT_START.replace("baseline", "follow_up"), [None, "30"]),
        (AT_START.replace("2015-01-12", "2015-01") + AT_START.replace("B1", "B2"), [None, None]),
    ],
)
def test_cea(samples, expected):
    tables = {"lab": LAB + samples, "systemic_therapy": THERAPY.format("2015-02-01")}
    assert values("2015-06-01", "cea_baseline_ng_ml", "cea_current_ng_ml", **tables) == expected


def test_cea_of_a_recurrence():
    samples = AT_START + "B2 | P1 | 2016-01-30 | CEA | 12 | ng/mL | at_recurrence | -\n"
    operated = PROCEDURES + "O1 | P1 | E1 | 2015-06-15 | mwa"
    tables = {"lab": LAB + samples, "crlm_episode": SECOND, "local_treatment": operated}
    assert values("2016-02-02", "cea_baseline_ng_ml", **tables) == "12"
    assert values("2015-06-02", "cea_baseline_ng_ml", **tables) == "30"


SEEN = """
    imaging_id | patient_id | episode_id | timepoint       | date_imaging | modality | contrast_agent
    I1         | P1         | E1         | baseline        | 2015-01-15   | ceMRI    | -
    I2         | P1         | E1         | pre_surgery     | 2015-05-20   | ceCT     | iodinated
    I3         | P1         | E1         | pre_surgery     | 2015-05-20   | {mri}    | -
    I4         | P1         | E1         | pre_surgery     | 2015-05-25   | US       | none
"""
COURSE = """
    therapy_id | patient_id | episode_id | intent      | regimen | date_start | date_end
    C1         | P1         | E1         | neoadjuvant | FOLFOX  | 2015-02-01 | 2015-05-03
"""
TWO = FIRST.replace("| 3 ", "| 2 ")


@pytest.mark.parametrize(
    ("visible", "mri", "expected"),
    [
        # metastasis 1 and 2 at baseline, on CT, on MRI: (disappeared, seen on MRI, CT, MRI)
        ("yy nn yn", "ceMRI", ["yes", "no", ["no", "no"], ["yes", "no"]]),
        ("yy yn yn", "ceMRI", ["yes", "no", ["yes", "no"], ["yes", "no"]]),
        ("yy yy yy", "ceMRI", ["no", None, ["yes", "yes"], ["yes", "yes"]]),
        ("yy yn y-", "ceMRI", [None, None, ["yes", "no"], ["yes", "unknown"]]),
        ("y- yn yn", "ceMRI", [None, None, ["yes", "no"], ["yes", "no"]]),  # not known to have been there
        ("yn yn yn", "ceMRI", ["no", None, ["yes", "no"], ["yes", "no"]]),  # never seen: it did not disappear
        ("yy yn yn", "US", ["yes", None, ["yes", "no"], None]),  # ultrasound does not count
    ],
)
def test_disappearing_metastases(visible, mri, expected):
    seen = dict(zip(("I1", "I2", "I3"), visible.split(), strict=True))
    words = {"y": "yes", "n": "no", "-": "-"}
    rows = "lesion_id | imaging_id | visible\n" + "".join(
        f"L{number} | {scan} | {words[one]}\n"
        for scan, both in seen.items()
        for number, one in enumerate(both, 1)
    )
    lesions = LESIONS + "L1 | E1 | P1 | 1 | 2 | - | 20 | -\nL2 | E1 | P1 | 2 | 8 | - | 20 | -\n"
    tables = {
        "crlm_episode": TWO, "metastasis": lesions, "imaging": SEEN.format(mri=mri), "lesion_imaging": rows,
        "systemic_therapy": COURSE,
    }  # fmt: skip
    names = ("dlm_present", "mri_visible_dlm", "ct_visible", "mri_visible")
    assert values("2015-06-01", *names, **tables) == expected
    done = values("2015-06-01", "mri_baseline_done", "mri_preop_done", **tables)
    assert done == ["yes", "yes" if mri == "ceMRI" else None]
    assert values("2015-05-19", "dlm_present", "mri_preop_done", **tables) == [None, None]


@pytest.mark.parametrize(
    ("placed", "expected"),
    [
        ("yes | 2015-01-30", "yes"),
        ("yes | 2015-06-01", None),
        ("yes | -", None),
        ("no | -", "no"),
        ("- | -", None),
    ],
)
def test_a_marker(placed, expected):
    rows = (
        "lesion_id | episode_id | patient_id | fiducial_placed | date_fiducial\n"
        + f"L1 | E1 | P1 | {placed}\n"
    )
    episode = FIRST.replace("| 3 ", "| 1 ")
    assert values("2015-06-01", "fiducial_placed", crlm_episode=episode, metastasis=rows) == expected


def test_a_marker_that_was_placed_after_the_treatment_began():
    rows = "lesion_id | episode_id | patient_id | fiducial_placed | date_fiducial\nL1 | E1 | P1 | yes | 2015-03-01\n"
    for began, expected in (("2015-03-01", "yes"), ("2015-02-28", None), ("-", None)):
        tables = {"metastasis": rows, "systemic_therapy": THERAPY.format(began)}
        assert values("2015-06-01", "fiducial_placed", **tables) == expected


def test_a_scan_that_may_belong_to_either_episode_is_named():
    scans = "imaging_id | patient_id | episode_id | timepoint | date_imaging | n_lesions\n"
    scans += "I1 | P1 | - | baseline | 2015 | 9\n"
    tables = {
        "crlm_episode": SECOND, "imaging": scans, "local_treatment": PROCEDURES + "O1 | P1 | E1 | 2015-06-15 | mwa",
    }  # fmt: skip
    filled = case("2016-03-01", **tables)
    assert filled.given["n_crlm"] == 1
    (named,) = (one for one in filled.unused if one.table == "imaging")
    assert (named.key, named.why, named.date) == ("I1", "undecided", "2015")


def test_steatosis_is_what_the_newest_scan_says():
    scans = """
        imaging_id | patient_id | episode_id | date_imaging | steatosis_on_imaging
        I1         | P1         | E1         | 2015-01-15   | no
        I2         | P1         | E1         | 2015-05-20   | yes
        I3         | P1         | E1         | 2015-05-21   | -
    """
    assert values("2015-06-01", "steatosis_present", imaging=scans) == "yes"
    assert values("2015-05-01", "steatosis_present", imaging=scans) == "no"
    assert values("2015-01-14", "steatosis_present", imaging=scans) is None
