"""The endpoints of the four studies, as a registry defines them: patients in, days and status out.

Every endpoint is said in dates: where time starts, which dates are the event, which prevent it (competing), and until
when the rest was followed. How death is treated shows in where `date_of_death` stands: it is the event or part of it,
it competes, or (censored) it is not named and follow-up ends with the last assessment. Beside each endpoint in which
death is censored stands its competing-risk version. Tables give days; endpoints are in months of 30.4375 days.
"""

from dataclasses import dataclass

import pytest

from crlm.cohort.endpoints import DAYS_PER_MONTH, dated
from crlm.cohort.population import Criterion, select
from crlm.cohort.views import unit_records
from tests.cohort.registry_tables import registry, registry_of, seen


@dataclass(frozen=True)
class Dates:
    start: str
    event: tuple[str, ...]
    until: str
    competing: tuple[str, ...] = ()
    unit: str = "episode"


DEATH, ALIVE, ASSESSED = "date_of_death", "date_last_vital_status", "date_last_disease_assessment"
OS_FROM_RECURRENCE = Dates("date_crlm_diagnosis", (DEATH,), ALIVE)  # Dijkstra, Hellingman
OS_FROM_TREATMENT = Dates("date_procedure", (DEATH,), ALIVE)  # Moretto, Buisman
LTPFS = Dates("date_procedure", ("date_ltp",), ASSESSED, unit="lesion")  # Dijkstra: death is censored
LTPFS_COMPETING = Dates("date_procedure", ("date_ltp",), ASSESSED, (DEATH,), unit="lesion")
DPFS = Dates("date_procedure", ("date_first_distant_progression",), ASSESSED)  # Dijkstra: death is censored
DPFS_COMPETING = Dates("date_procedure", ("date_first_distant_progression",), ASSESSED, (DEATH,))
DFS = Dates("date_procedure", ("date_first_relapse", DEATH), ASSESSED)  # Moretto
DFS_COMPETING = Dates("date_procedure", ("date_first_relapse",), ASSESSED, (DEATH,))
HDFS = Dates("date_procedure", ("date_first_liver_recurrence", DEATH), ASSESSED)  # Buisman
HDFS_DEATH_CENSORED = Dates("date_procedure", ("date_first_liver_recurrence",), ASSESSED)
HDFS_COMPETING = Dates(
    "date_procedure",
    ("date_first_liver_recurrence",),
    ASSESSED,
    ("date_first_extrahepatic_recurrence", DEATH),
)
PFS = Dates(
    "date_crlm_diagnosis", ("date_first_progression", DEATH), ASSESSED
)  # Hellingman (not defined there)
PFS_COMPETING = Dates("date_crlm_diagnosis", ("date_first_progression",), ASSESSED, (DEATH,))
POST_RELAPSE_OS = Dates("date_first_relapse", (DEATH,), ALIVE)  # Moretto, the relapsed only
TREATMENT_FAILURE = Dates(
    "date_procedure", ("date_first_local_progression", "date_first_distant_progression", DEATH), ASSESSED
)


def outcome(registry, dates: Dates):
    """Days and status of each unit, in order of its key."""
    names = {dates.start, *dates.event, *dates.competing, dates.until}
    key = "treated_lesion_id" if dates.unit == "lesion" else "episode_id"
    frame = unit_records(registry, dates.unit, [key, *sorted(names)]).frame.sort(key)
    time, status = dated(frame, dates.start, dates.event, dates.competing, dates.until)
    days = [None if one is None else round(one * DAYS_PER_MONTH) for one in time]
    return list(zip(days, status, strict=True))


KINDS = {
    "local": "local_tumour_progression",
    "liver": "intrahepatic_recurrence",
    "outside": "extrahepatic_recurrence",
}


def courses(text: str):
    """A registry of patients with one recurrent episode each, from a row per patient.

    `diagnosis`, `procedure`, then the first recurrence at the treated site (`local`), elsewhere in the `liver` and
    `outside` it, `death`, and the days on which the patient was last known `alive` and last `assessed`.
    """
    header, *rows = ([cell.strip() for cell in line.split("|")] for line in text.strip().splitlines())
    patients = [dict(zip(header, row, strict=True)) for row in rows]
    tables = {name: [] for name in ("patient", "crlm_episode", "local_treatment", "followup_event")}
    for one in patients:
        who = one["patient"]
        tables["patient"].append(
            {"patient_id": who, DEATH: one["death"], ALIVE: one["alive"], ASSESSED: one["assessed"]}
        )
        tables["crlm_episode"].append(
            {
                "episode_id": who,
                "patient_id": who,
                "episode_number": "1",
                "date_crlm_diagnosis": one["diagnosis"],
            }
        )
        if one["procedure"] != "-":
            tables["local_treatment"].append(
                {
                    "procedure_id": who,
                    "patient_id": who,
                    "episode_id": who,
                    "date_procedure": one["procedure"],
                    "treatment_intent": "curative",
                    "procedure_modalities": "mwa",
                }
            )
        for name, kind in KINDS.items():
            if one[name] != "-":
                tables["followup_event"].append(
                    {
                        "event_id": who + name,
                        "patient_id": who,
                        "date_event": one[name],
                        "event_type": kind,
                        "sites": {"local": "liver_local", "liver": "liver_distant", "outside": "lung"}[name],
                    }
                )
    return registry_of(tables)


#  A: nothing happened. B: relapse outside the liver, then in the liver, then death. C: local progression, then alive.
#  D: death without relapse. E: relapse in the liver on the day of death. F: never treated locally, progressed.
COURSES = courses("""
    patient | diagnosis  | procedure  | local      | liver      | outside    | death      | alive      | assessed
    A       | 2015-01-01 | 2015-01-31 | -          | -          | -          | -          | 2016-01-31 | 2015-12-31
    B       | 2015-01-01 | 2015-01-31 | -          | 2015-06-01 | 2015-05-01 | 2015-12-01 | 2015-12-01 | 2015-11-01
    C       | 2015-01-01 | 2015-01-31 | 2015-04-01 | -          | -          | -          | 2016-01-31 | 2015-12-31
    D       | 2015-01-01 | 2015-01-31 | -          | -          | -          | 2015-10-01 | 2015-10-01 | 2015-09-01
    E       | 2015-01-01 | 2015-01-31 | -          | 2015-08-01 | -          | 2015-08-01 | 2015-08-01 | 2015-08-01
    F       | 2015-01-01 | -          | -          | 2015-03-02 | -          | 2015-07-01 | 2015-07-01 | 2015-06-01
""")
NOT_TREATED = (None, None)


def test_overall_survival_from_the_diagnosis_of_the_recurrence():
    """Death is the event; the others are followed until their vital status was last known. F counts as well."""
    assert outcome(COURSES, OS_FROM_RECURRENCE) == [
        (395, "censored"),
        (334, "event"),
        (395, "censored"),
        (273, "event"),
        (212, "event"),
        (181, "event"),
    ]


def test_overall_survival_from_treatment():
    """30 days less for each; F was never treated and has no such time, which is not the same as a short one."""
    assert outcome(COURSES, OS_FROM_TREATMENT) == [
        (365, "censored"),
        (304, "event"),
        (365, "censored"),
        (243, "event"),
        (182, "event"),
        NOT_TREATED,
    ]


def test_disease_free_survival_has_relapse_anywhere_or_death():
    assert outcome(COURSES, DFS) == [
        (334, "censored"),  # until the disease was last assessed, not until last known alive
        (90, "event"),  # outside the liver
        (60, "event"),  # at the treated site
        (243, "event"),  # death
        (182, "event"),
        NOT_TREATED,
    ]
    assert outcome(COURSES, DFS_COMPETING)[3:5] == [
        (243, "competing"),
        (182, "event"),  # relapse and death on one day: the relapse
    ]


def test_distant_progression_leaves_out_the_treated_site_and_censors_death():
    assert outcome(COURSES, DPFS) == [
        (334, "censored"),
        (90, "event"),
        (334, "censored"),  # local progression is not distant
        (213, "censored"),  # death: followed until the last assessment
        (182, "event"),
        NOT_TREATED,
    ]
    assert outcome(COURSES, DPFS_COMPETING)[3] == (243, "competing")


def test_hepatic_disease_free_survival_does_not_see_relapse_outside_the_liver():
    assert outcome(COURSES, HDFS) == [
        (334, "censored"),
        (121, "event"),  # in the liver, a month after the lung
        (60, "event"),  # at the treated site: in the liver
        (243, "event"),
        (182, "event"),
        NOT_TREATED,
    ]
    assert outcome(COURSES, HDFS_DEATH_CENSORED)[3] == (213, "censored")
    assert outcome(COURSES, HDFS_COMPETING)[1] == (90, "competing")  # here the lung came first
    assert outcome(COURSES, HDFS_COMPETING)[3] == (243, "competing")


def test_progression_free_survival_counts_from_the_diagnosis_whatever_the_treatment():
    assert outcome(COURSES, PFS) == [
        (364, "censored"),
        (120, "event"),
        (90, "event"),
        (273, "event"),
        (212, "event"),
        (60, "event"),  # progression under systemic therapy alone
    ]
    assert outcome(COURSES, PFS_COMPETING)[3] == (273, "competing")


def test_survival_after_relapse_is_of_the_relapsed_and_from_their_relapse():
    """Whoever did not relapse has no time zero; a study leaves them out by `known(date_first_relapse)`."""
    assert outcome(COURSES, POST_RELAPSE_OS) == [
        (None, None),
        (214, "event"),
        (305, "censored"),
        (None, None),
        (0, "event"),
        NOT_TREATED,
    ]


def test_time_to_treatment_failure_is_whatever_ends_the_success_of_the_procedure():
    assert outcome(COURSES, TREATMENT_FAILURE) == outcome(COURSES, DFS)


def test_relapse_or_death_within_6_and_12_months_and_early_among_the_relapsed():
    """The outcome of the logistic models counts deaths; the descriptive one splits those who relapsed."""
    names = ("relapse_or_death_6mo", "relapse_or_death_12mo", "early_recurrence_6mo", "early_recurrence_12mo")
    assert seen(COURSES, *names) == [
        (False, None, None, None),  # assessed for 334 days: nothing within 6 months; 12 months are not known
        (True, True, True, True),
        (True, True, True, True),
        (False, True, None, None),  # died after 8 months without relapse: no relapse to call early
        (True, True, True, True),  # 182 days are 5.98 months of 30.4375 days
        (None, None, None, None),
    ]


LIMITS = courses("""
    patient | diagnosis  | procedure  | local | liver      | outside | death | alive      | assessed
    A       | 2015-01-01 | 2015-01-01 | -     | 2015-07-02 | -       | -     | 2017-01-01 | 2017-01-01
    B       | 2015-01-01 | 2015-01-01 | -     | 2015-07-03 | -       | -     | 2017-01-01 | 2017-01-01
    C       | 2015-01-01 | 2015-01-01 | -     | -          | -       | -     | 2015-07-02 | 2015-07-02
    D       | 2015-01-01 | 2015-01-01 | -     | -          | -       | -     | 2015-07-03 | 2015-07-03
    E       | 2015-01-01 | 2015-01-01 | -     | 2015-01-01 | -       | -     | 2017-01-01 | 2017-01-01
""")


def test_the_limit_of_6_months_is_182_days_and_a_fraction():
    """6 x 30.4375 = 182.6 days: day 182 is within, day 183 is not, and "no" needs an assessment on day 183 or later.

    A recurrence on the day of the procedure is the disease that was treated (E), not a relapse.
    """
    assert seen(LIMITS, "relapse_or_death_6mo") == [True, False, None, False, False]
    assert seen(LIMITS, "relapse") == [True, True, False, False, False]


# --- per tumour -----------------------------------------------------------------------------------------------------

TUMOURS = registry(
    patient="""
        patient_id | date_of_death | date_last_vital_status | date_last_disease_assessment
        P1         | -             | 2016-01-31             | 2015-12-31
        P2         | 2015-10-01    | 2015-10-01             | 2015-09-01
    """,
    crlm_episode="""
        episode_id | patient_id | episode_number | date_crlm_diagnosis
        E1         | P1         | 1              | 2015-01-01
        E2         | P2         | 1              | 2015-01-01
    """,
    local_treatment="""
        procedure_id | patient_id | episode_id | date_procedure | treatment_intent | procedure_modalities
        O1           | P1         | E1         | 2015-01-31     | curative         | mwa
        O2           | P2         | E2         | 2015-01-31     | curative         | mwa
        O3           | P1         | E1         | 2015-06-01     | curative         | mwa
    """,
    treated_lesion="""
        treated_lesion_id | procedure_id | lesion_id | modality | ltp | date_ltp
        T1                | O1           | L1        | mwa      | yes | 2015-04-01
        T2                | O1           | L2        | mwa      | no  | -
        T3                | O2           | L3        | mwa      | no  | -
        T4                | O3           | L1        | mwa      | no  | -
    """,
    followup_event="""
        event_id | patient_id | date_event | event_type              | sites
        V1       | P1         | 2015-03-01 | intrahepatic_recurrence | liver_distant
    """,
)


def test_local_progression_free_survival_is_of_each_tumour_of_the_index_procedure():
    """T4, a treatment of the progression, is no tumour of the index procedure; a distant relapse ends nothing."""
    assert outcome(TUMOURS, LTPFS) == [(60, "event"), (334, "censored"), (213, "censored")]
    assert outcome(TUMOURS, LTPFS_COMPETING) == [(60, "event"), (334, "censored"), (243, "competing")]


def test_the_patient_has_the_first_local_progression_of_any_tumour():
    assert outcome(TUMOURS, Dates("date_procedure", ("date_first_local_progression",), ASSESSED)) == [
        (60, "event"),
        (213, "censored"),
    ]
    assert outcome(TUMOURS, DFS)[0] == (29, "event")  # the distant relapse came first


# --- staged procedures, and which episode ---------------------------------------------------------------------------


def staged(*sessions: str):
    return registry(
        patient="""
            patient_id | date_last_vital_status | date_last_disease_assessment
            P1         | 2016-01-01             | 2016-01-01
        """,
        crlm_episode="episode_id | patient_id | episode_number | date_crlm_diagnosis\nE1 | P1 | 1 | 2015-01-01",
        local_treatment="\n".join(
            [
                "procedure_id | patient_id | episode_id | date_procedure | treatment_intent | procedure_modalities "
                "| planned_stages | stage_number",
                *(f"O{place} | P1 | E1 | {session}" for place, session in enumerate(sessions, 1)),
            ]
        ),
    )


@pytest.mark.parametrize(
    ("sessions", "index", "days"),
    [
        (["2015-02-01 | curative | resection | 1 | 1"], "O1", 334),
        # two stages: time counts from the second
        (
            ["2015-02-01 | curative | resection | 2 | 1", "2015-04-01 | curative | resection | 2 | 2"],
            "O2",
            275,
        ),
        # the second stage was never done: from the first
        (["2015-02-01 | curative | resection | 2 | 1"], "O1", 334),
        # an embolisation between the stages treats no metastasis
        (
            [
                "2015-02-01 | curative | resection | 2 | 1",
                "2015-03-01 | curative | pve | 2 | -",
                "2015-04-01 | curative | resection | 2 | 2",
            ],
            "O3",
            275,
        ),
        # a later ablation of the same episode is another course, and not its last stage
        (["2015-02-01 | curative | resection | 1 | 1", "2015-09-01 | curative | mwa | 1 | 1"], "O1", 334),
        # a palliative session does not begin a course
        (["2015-02-01 | palliative | mwa | 1 | 1", "2015-04-01 | curative | resection | 1 | 1"], "O2", 275),
        # only exploration: no local treatment
        (["2015-02-01 | curative | exploration_only | 1 | 1"], None, None),
        # the order of the rows does not matter
        (
            ["2015-04-01 | curative | resection | 2 | 2", "2015-02-01 | curative | resection | 2 | 1"],
            "O1",
            275,
        ),
        # stage 1 and 2 recorded on one day
        (["2015-02-01 | curative | mwa | 2 | 2", "2015-02-01 | curative | resection | 2 | 1"], "O1", 334),
    ],
)
def test_a_staged_procedure_counts_from_its_last_stage(sessions, index, days):
    here = staged(*sessions)
    assert seen(here, "index_procedure_id") == [index]
    assert outcome(here, OS_FROM_TREATMENT) == [(days, None if days is None else "censored")]


@pytest.mark.parametrize(
    ("sessions", "approach"),
    [
        (["2015-02-01 | robotic | 1 | 1"], "laparoscopic"),
        (["2015-02-01 | open | 2 | 1", "2015-04-01 | percutaneous | 2 | 2"], "open"),
        (
            ["2015-02-01 | percutaneous | 1 | 1", "2015-04-01 | open | 1 | 1"],
            "percutaneous",
        ),  # a later course
        (["2015-02-01 | - | 2 | 1", "2015-04-01 | percutaneous | 2 | 2"], None),
        (["2015-02-01 | - | 2 | 1", "2015-04-01 | open | 2 | 2"], "open"),
    ],
)
def test_the_approach_is_the_most_invasive_of_the_sessions_up_to_the_index_procedure(sessions, approach):
    rows = "\n".join(f"O{place} | E1 | curative | resection | {row}" for place, row in enumerate(sessions))
    here = registry(
        patient="patient_id\nP1",
        crlm_episode="episode_id | patient_id | episode_number\nE1 | P1 | 1",
        local_treatment="procedure_id | episode_id | treatment_intent | procedure_modalities | date_procedure "
        f"| approach | planned_stages | stage_number\n{rows}",
    )
    assert seen(here, "approach_derived") == [approach]


EPISODES = registry(
    patient="""
        patient_id | date_last_vital_status | date_last_disease_assessment
        P1         | 2018-01-01             | 2018-01-01
        P2         | 2018-01-01             | 2018-01-01
    """,
    crlm_episode="""
        episode_id | patient_id | episode_number | date_crlm_diagnosis | upfront_locally_treatable
        E11        | P1         | 1              | 2014-01-01          | yes
        E12        | P1         | 2              | 2015-01-01          | no
        E13        | P1         | 3              | 2016-01-01          | yes
        E14        | P1         | 4              | 2017-01-01          | yes
        E21        | P2         | 1              | 2014-01-01          | yes
        E22        | P2         | 2              | 2015-01-01          | yes
    """,
    local_treatment="""
        procedure_id | patient_id | episode_id | date_procedure | treatment_intent | procedure_modalities
        O11          | P1         | E11        | 2014-02-01     | curative         | resection
        O12          | P1         | E12        | 2015-07-01     | curative         | resection
        O13          | P1         | E13        | 2016-02-01     | curative         | mwa
        O21          | P2         | E21        | 2014-02-01     | curative         | mwa
        O22          | P2         | E22        | 2015-02-01     | curative         | mwa
    """,
)


def test_a_patient_enters_with_the_first_episode_that_satisfies_the_criteria_before():
    names = ["upfront_locally_treatable", "episode_number", "index_procedure_id"]
    population = select(
        unit_records(EPISODES, "episode", names),
        [
            Criterion("Recurrent", "include", "episode_number >= 2"),
            Criterion("Upfront locally treatable", "include", "upfront_locally_treatable"),
            Criterion("Treated with curative intent", "include", "known(index_procedure_id)"),
            Criterion("First such episode", "first", "episode_number"),
        ],
    )
    assert population.records.frame["episode_id"].sort().to_list() == ["E13", "E22"]
    assert [step.after for step in population.steps] == [4, 3, 2, 2]


def test_a_patient_is_the_first_recorded_episode_and_one_without_any_is_counted():
    here = registry(
        patient="patient_id\nP1\nP2\nP3",
        crlm_episode="""
            episode_id | patient_id | episode_number
            E13        | P1         | 3
            E12        | P1         | 2
            E21        | P2         | 1
            E22        | P2         | 2
        """,
    )
    records = unit_records(here, "patient", ["episode_number"])
    assert sorted(records.frame["episode_id"]) == ["E12", "E21"]
    assert records.unusable == (("patient without a liver episode", 1),)


def test_earlier_episodes_are_seen_from_a_later_one():
    assert seen(EPISODES, "initial_date_procedure", "previous_index_procedure_id", "initial_procedure_type")[
        3
    ] == (
        seen(EPISODES, "date_procedure")[0],
        "O13",
        "resection",
    )
    months = seen(EPISODES, "interval_initial_to_recurrence")
    assert months[0] is None and months[2] == pytest.approx(
        699 / 30.4375
    )  # 1 February 2014 to 1 January 2016


def test_a_later_liver_episode_is_a_relapse_of_the_earlier_one_even_without_an_event_of_its_own():
    """No follow-up event is recorded here: that the liver metastases came back says so itself."""
    assert outcome(EPISODES, DFS) == [
        (334, "event"),  # E11: 1 February 2014 to the diagnosis of E12
        (184, "event"),
        (335, "event"),
        (None, None),  # E14 was not treated
        (334, "event"),
        (1065, "censored"),
    ]
    assert seen(EPISODES, "relapse_pattern")[0] == "hepatic_only"


def test_a_later_episode_that_a_local_progression_explains_is_no_distant_progression():
    tables = {
        "patient": "patient_id | date_last_disease_assessment\nP1 | 2018-01-01",
        "crlm_episode": """
            episode_id | patient_id | episode_number | date_crlm_diagnosis
            E1         | P1         | 1              | 2014-01-01
            E2         | P1         | 2              | 2015-01-01
        """,
        "local_treatment": """
            procedure_id | patient_id | episode_id | date_procedure | treatment_intent | procedure_modalities
            O1           | P1         | E1         | 2014-02-01     | curative         | mwa
        """,
    }
    treated = (
        "treated_lesion_id | procedure_id | lesion_id | modality | date_ltp\nT1 | O1 | L1 | mwa | 2014-12-20"
    )
    assert outcome(registry(**tables), DPFS)[0] == (334, "event")
    explained = registry(**tables, treated_lesion=treated)
    assert outcome(explained, DPFS)[0] == (1430, "censored")
    assert outcome(explained, DFS)[0] == (322, "event")


# --- pattern and treatment of the relapse ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "pattern"),
    [
        (["2015-06-01 | intrahepatic_recurrence | liver_distant"], "hepatic_only"),
        (["2015-06-01 | local_tumour_progression | liver_local"], "hepatic_only"),
        (["2015-06-01 | extrahepatic_recurrence | lung"], "extrahepatic_single_organ"),
        (["2015-06-01 | extrahepatic_recurrence | lung;bone"], "multiorgan"),
        (["2015-06-01 | extrahepatic_recurrence | lung;liver_distant"], "multiorgan"),
        (["2015-06-01 | extrahepatic_recurrence | -"], None),
        (["2015-06-01 | extrahepatic_recurrence | lung", "2015-06-01 | extrahepatic_recurrence | -"], None),
        (
            [
                "2015-06-01 | intrahepatic_recurrence | liver_distant",
                "2015-06-01 | extrahepatic_recurrence | lung",
            ],
            "multiorgan",
        ),
        # what comes later does not change the pattern of the first relapse
        (
            [
                "2015-06-01 | intrahepatic_recurrence | liver_distant",
                "2015-06-02 | extrahepatic_recurrence | lung",
            ],
            "hepatic_only",
        ),
    ],
)
def test_the_pattern_is_that_of_the_first_relapse(events, pattern):
    rows = "\n".join(f"V{place} | P1 | {event}" for place, event in enumerate(events))
    here = registry(
        patient="patient_id\nP1",
        crlm_episode="episode_id | patient_id | episode_number\nE1 | P1 | 1",
        local_treatment="""
            procedure_id | patient_id | episode_id | date_procedure | treatment_intent | procedure_modalities
            O1           | P1         | E1         | 2015-02-01     | curative         | resection
        """,
        followup_event=f"event_id | patient_id | date_event | event_type | sites\n{rows}",
    )
    assert seen(here, "relapse_pattern") == [pattern]


def test_locoregional_treatment_counts_after_the_relapse_and_with_curative_intent():
    rows = """
        prt_id | patient_id | prt_type              | date_start | curative_intent
        R1     | A          | liver_surgery         | 2015-09-01 | yes
        R2     | B          | liver_surgery         | 2015-04-01 | yes
        R3     | B          | lung_surgery          | 2015-08-01 | no
        R4     | B          | liver_nonsurgical_lrt | 2015-09-01 | yes
        R5     | B          | lung_surgery          | 2015-10-01 | yes
    """
    here = COURSES
    tables = dict(here.tables) | {"post_relapse_treatment": registry(post_relapse_treatment=rows).tables[
        "post_relapse_treatment"]}  # fmt: skip
    here = type(here)(tables, here.source, None, here.dictionary_version)
    assert seen(here, "any_lrt_after_relapse", "more_than_one_lrt", "lrt_type", "lrt_site") == [
        (None, None, None, None),  # A did not relapse: a treatment is not one of a relapse
        (True, True, "liver_nonsurgical", "liver"),
        (False, False, None, None),  # C relapsed and had none
        (None, None, None, None),
        (False, False, None, None),
        (None, None, None, None),
    ]
    assert (
        seen(COURSES, "any_lrt_after_relapse") == [None] * 6
    )  # a registry without such a table does not say


@pytest.mark.parametrize(
    ("rows", "any_one", "several", "kind"),
    [
        (
            ["liver_surgery | 2015-09-01 | yes", "lung_surgery | 2015-10-01 | yes"],
            True,
            True,
            "liver_surgery",
        ),
        (["liver_surgery | 2015-09-01 | -"], None, False, None),  # the intent is not recorded
        (["liver_surgery | - | yes"], None, False, None),  # it may have been before the relapse
        (["- | 2015-09-01 | yes"], None, False, None),
        (["systemic | 2015-09-01 | yes"], False, False, None),
        (["liver_surgery | 2015-09-01 | yes", "lung_surgery | 2015-08-01 | -"], True, None, None),
        (["liver_surgery | 2015-09-01 | yes", "lung_surgery | 2015-10-01 | -"], True, None, "liver_surgery"),
    ],
)
def test_a_treatment_that_may_be_locoregional_is_neither_counted_nor_denied(rows, any_one, several, kind):
    table = "\n".join(f"R{place} | B | {row}" for place, row in enumerate(rows))
    treatments = registry(
        post_relapse_treatment=f"prt_id | patient_id | prt_type | date_start | curative_intent\n{table}"
    ).tables["post_relapse_treatment"]
    here = type(COURSES)(
        {**COURSES.tables, "post_relapse_treatment": treatments},
        COURSES.source,
        None,
        COURSES.dictionary_version,
    )
    assert seen(here, "any_lrt_after_relapse", "more_than_one_lrt", "lrt_type")[1] == (any_one, several, kind)


@pytest.mark.parametrize(
    ("event", "relapse"),
    [
        ("2015-06-01 | intrahepatic_recurrence", True),
        ("-          | intrahepatic_recurrence", None),  # a recurrence of unknown date is not "no relapse"
        ("2015-06-01 | -                      ", None),
        ("2015-06-01 | last_follow_up         ", False),
    ],
)
def test_a_recurrence_without_a_date_is_never_no_relapse(event, relapse):
    here = registry(
        patient="patient_id | date_last_disease_assessment\nP1 | 2018-01-01",
        crlm_episode="episode_id | patient_id | episode_number\nE1 | P1 | 1",
        local_treatment="""
            procedure_id | patient_id | episode_id | date_procedure | treatment_intent | procedure_modalities
            O1           | P1         | E1         | 2015-02-01     | curative         | resection
        """,
        followup_event=f"event_id | patient_id | date_event | event_type\nV1 | P1 | {event}",
    )
    assert seen(here, "relapse", "recurrence_uncertain") == [(relapse, relapse is None)]
    assert seen(here, "relapse_or_death_12mo") == [relapse]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2014-12-01", "2015-02-01", True),
        ("2014-06-01", "2014-07-01", False),  # over 7 months before
        ("2014-06-01", "2014-12-15", True),  # reached into the 6 months before
        ("2014-06-01", "-", None),  # it may have
        ("2015-08-15", "-", True),
        ("2015-10-01", "2015-12-01", False),
        ("-", "2015-02-01", None),
    ],
)
def test_perioperative_chemotherapy_is_within_6_months_of_the_procedure(start, end, expected):
    here = registry(
        patient="patient_id\nP1",
        crlm_episode="episode_id | patient_id | episode_number | date_crlm_diagnosis\nE1 | P1 | 1 | 2015-01-01",
        local_treatment="""
            procedure_id | patient_id | episode_id | date_procedure | treatment_intent | procedure_modalities
            O1           | P1         | E1         | 2015-03-01     | curative         | resection
        """,
        systemic_therapy=f"therapy_id | patient_id | date_start | date_end\nC1 | P1 | {start} | {end}",
    )
    assert seen(here, "perioperative_sys_index") == [expected]
