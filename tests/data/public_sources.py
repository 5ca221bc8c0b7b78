"""Where each public data set comes from and what its columns mean.

None of these files is part of the project, except those typed into this folder: `lifelines` and `statsmodels` bring
the others with the test requirements. An empty cell and "NA" are unknown. R's numbers for all of them are in
tests/golden/public.json.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Code = str


@dataclass(frozen=True)
class Factor:
    """A category: its column, and the level that each code stands for, in order; the first level is the reference.

    `column` may name several 0/1 columns; then `levels` has the level of each, and "" is the level of all zeros. A code
    that is not among `levels` is `otherwise`, or an error.
    """

    column: str | tuple[str, ...]
    levels: Mapping[Code, str]
    otherwise: str | None = None


@dataclass(frozen=True)
class Source:
    """One data set. `event` says which codes of a column are the event; `causes` names codes when there are several."""

    what: str
    printed: str
    file: str
    numbers: Mapping[str, str]
    factors: Mapping[str, Factor] = field(default_factory=dict)
    time: str | None = None
    entry: str | None = None
    event: tuple[str, tuple[Code, ...]] | None = None
    causes: Factor | None = None
    identifier: str | None = None
    compared: str | None = None
    landmarks: tuple[float, ...] = ()
    separator: str = ","


def same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


def yes_no(column: str, yes: str = "1", no: str = "0") -> Factor:
    return Factor(column, {no: "no", yes: "yes"})


def as_named(column: str, *levels: str) -> Factor:
    return Factor(column, same(*levels))


GERMAN_BREAST = (
    "Schumacher M et al. J Clin Oncol 1994;12:2086-2093; "
    "Sauerbrei W, Royston P. J R Stat Soc A 1999;162:71-94"
)

SOURCES: dict[str, Source] = {
    "gbsg2": Source(
        what="686 women with node-positive breast cancer: days to recurrence or death",
        printed=GERMAN_BREAST,
        file="lifelines/datasets/gbsg2.csv",
        time="time",
        event=("cens", ("1",)),
        numbers={
            "age": "age",
            "size": "tsize",
            "nodes": "pnodes",
            "progesterone": "progrec",
            "oestrogen": "estrec",
        },
        factors={
            "hormone": yes_no("horTh", "yes", "no"),
            "menopause": as_named("menostat", "Pre", "Post"),
            "grade": as_named("tgrade", "I", "II", "III"),
        },
        compared="grade",
        landmarks=(365, 730, 1826),
    ),
    "lymph_node": Source(
        what="The same 686 women: days to death",
        printed=f"{GERMAN_BREAST}; Schmoor C et al. J Clin Oncol 2000;18:1696-1708",
        file="lifelines/datasets/lymph_node.csv",
        time="survtime",
        event=("censdead", ("1",)),
        numbers={"age": "age", "size": "size", "nodes": "nodes"},
        factors={
            "hormone": Factor("hormone", {"1": "no", "2": "yes"}),
            "menopause": Factor("menopause", {"1": "no", "2": "yes"}),
            "grade": Factor("grade", {"1": "I", "2": "II", "3": "III"}),
        },
        compared="hormone",
        landmarks=(365, 1096, 1826),
    ),
    "rossi": Source(
        what="432 men released from prison: weeks to arrest, all others censored at 52 weeks",
        printed="Rossi PH, Berk RA, Lenihan KJ. Money, Work, and Crime. Academic Press 1980",
        file="lifelines/datasets/rossi.csv",
        time="week",
        event=("arrest", ("1",)),
        numbers={"age": "age", "convictions": "prio"},
        factors={
            "aid": yes_no("fin"),
            "black": yes_no("race"),
            "work": yes_no("wexp"),
            "married": yes_no("mar"),
            "parole": yes_no("paro"),
        },
        compared="aid",
        landmarks=(13, 26, 52),
    ),
    "lung": Source(
        what="228 patients with advanced lung cancer: days to death; values are missing in six columns",
        printed="Loprinzi CL et al. J Clin Oncol 1994;12:601-607",
        file="lifelines/datasets/lung.csv",
        time="time",
        event=("status", ("1",)),
        numbers={
            "age": "age",
            "karnofsky": "ph.karno",
            "own_karnofsky": "pat.karno",
            "calories": "meal.cal",
            "weight_loss": "wt.loss",
        },
        factors={
            "sex": Factor("sex", {"1": "male", "2": "female"}),
            "ecog": Factor("ph.ecog", {"0.0": "zero", "1.0": "one", "2.0": "two", "3.0": "three"}),
        },
        compared="ecog",
        landmarks=(100, 200, 365),
    ),
    "larynx": Source(
        what="90 men with cancer of the larynx: years to death, four stages",
        printed="Kardaun O. Stat Neerl 1983;37:103-125; Klein JP, Moeschberger ML. Survival Analysis. Springer 1997",
        file="lifelines/datasets/larynx.csv",
        time="time",
        event=("death", ("1",)),
        numbers=same("age"),
        factors={
            "stage": Factor(
                ("Stage_II", "Stage_III", "Stage_IV"),
                {"": "I", "Stage_II": "II", "Stage_III": "III", "Stage_IV": "IV"},
            )
        },
        compared="stage",
        landmarks=(1, 3, 5),
    ),
    "kidney": Source(
        what="863 kidney transplants: days to death, four groups by sex and race",
        printed="Klein JP, Moeschberger ML. Survival Analysis. Springer 1997, table D.3",
        file="lifelines/datasets/kidney_transplant.csv",
        time="time",
        event=("death", ("1",)),
        numbers=same("age"),
        factors={
            "group": Factor(
                ("white_male", "black_male", "black_female"),
                {
                    "": "white_female",
                    "white_male": "white_male",
                    "black_male": "black_male",
                    "black_female": "black_female",
                },
            )
        },
        compared="group",
        landmarks=(365, 1826, 3000),
    ),
    "lymphoma": Source(
        what="80 patients with diffuse histiocytic lymphoma: days to death, two stages",
        printed="McKelvey EM et al. Cancer 1976;38:1484-1493",
        file="lifelines/datasets/lymphoma.csv",
        time="Time",
        event=("Censor", ("1",)),
        numbers={},
        factors={"stage": Factor("Stage_group", {"1": "III", "2": "IV"})},
        compared="stage",
        landmarks=(30, 180),
    ),
    "leukaemia": Source(
        what="42 children with acute leukaemia in remission: weeks to relapse, with sex and white cells",
        printed="Freireich EJ et al. Blood 1963;21:699-716; Kleinbaum DG, Klein M. Survival Analysis. Springer 2005",
        file="lifelines/datasets/anderson.csv",
        time="t",
        event=("status", ("1",)),
        numbers={"log_white_cells": "logWBC"},
        factors={"sex": Factor("sex", {"0": "female", "1": "male"}), "placebo": yes_no("Rx")},
        compared="placebo",
        landmarks=(5, 10, 20),
        separator=" ",
    ),
    "actg175": Source(
        what="2139 adults with HIV, four treatments: days to a fall in CD4 cells, AIDS or death",
        printed="Hammer SM et al. N Engl J Med 1996;335:1081-1090",
        file="lifelines/datasets/ACTG175.csv",
        time="days",
        event=("cens", ("1",)),
        numbers={"age": "age", "weight": "wtkg", "karnofsky": "karnof", "cd4": "cd40", "cd8": "cd80"},
        factors={
            "arm": Factor(
                "arms",
                {"0": "zidovudine", "1": "with_didanosine", "2": "with_zalcitabine", "3": "didanosine"},
            ),
            "history": Factor("strat", {"1": "naive", "2": "short", "3": "long"}),
            "symptoms": yes_no("symptom"),
            "male": yes_no("gender"),
        },
        compared="arm",
        landmarks=(365, 730, 1000),
    ),
    "waltons": Source(
        what="163 fruit flies of two genotypes: days to death, most of them on few days",
        printed="lifelines, Davidson-Pilon C. J Open Source Softw 2019;4:1317",
        file="lifelines/datasets/waltons_dataset.csv",
        time="T",
        event=("E", ("1",)),
        numbers={},
        factors={"genotype": Factor("group", {"control": "control", "miR-137": "miR_137"})},
        compared="genotype",
        landmarks=(20, 40, 60),
    ),
    "regimes": Source(
        what="1808 governments of 202 countries, six kinds of regime: whole years to the end of the government",
        printed="Cheibub JA, Gandhi J, Vreeland JR. Public Choice 2010;143:67-101",
        file="lifelines/datasets/dd.csv",
        time="duration",
        event=("observed", ("1",)),
        numbers={"since": "start_year"},
        factors={
            "regime": Factor(
                "regime",
                {
                    "Parliamentary Dem": "parliamentary",
                    "Mixed Dem": "mixed",
                    "Presidential Dem": "presidential",
                    "Civilian Dict": "civilian",
                    "Military Dict": "military",
                    "Monarchy": "monarchy",
                },
            ),
            "continent": as_named("un_continent_name", "Africa", "Americas", "Asia", "Europe", "Oceania"),
        },
        compared="regime",
        landmarks=(1, 4, 10, 30),
    ),
    "senators": Source(
        what="933 senators of Canada, who hold office for life or to 75: days to death, retirement or resignation",
        printed="lifelines, Davidson-Pilon C. J Open Source Softw 2019;4:1317",
        file="lifelines/datasets/canadian_senators.csv",
        time="diff_days",
        event=("reason", ("Death",)),
        causes=Factor(
            "reason",
            {
                "": "censored",
                "Death": "death",
                "Retirement": "retirement",
                "Resignation": "resignation",
                "Appointment declined": "resignation",
            },
        ),
        numbers={},
        factors={
            "party": Factor(
                "Political Affiliation at Appointment",
                {
                    "Liberal Party of Canada": "liberal",
                    "Conservative (1867-1942)": "conservative_before_1942",
                    "Progressive Conservative Party": "progressive_conservative",
                    "Conservative Party of Canada": "conservative",
                },
                otherwise="other",
            )
        },
        compared="party",
        landmarks=(1826, 3652, 9131),
    ),
    "divorce": Source(
        what="3371 marriages: years to divorce",
        printed="Lillard LA, Panis CWA. aML Multilevel Multiprocess Statistical Software. EconWare 2000",
        file="lifelines/datasets/divorce.dat",
        time="years",
        event=("div", ("Yes",)),
        numbers={},
        factors={
            "education": Factor("heduc", {"< 12 years": "low", "12-15 years": "middle", "16+ years": "high"}),
            "black": yes_no("heblack", "Yes", "No"),
            "mixed": yes_no("mixed", "Yes", "No"),
        },
        compared="education",
        landmarks=(5, 10, 40),
        separator="  ",
    ),
    "glioma": Source(
        what="17 patients with anaplastic glioma, radioimmunotherapy or not: months to death",
        printed="Grana C et al. Br J Cancer 2002;86:207-212",
        file="lifelines/datasets/g3.csv",
        time="time",
        event=("event", ("True",)),
        numbers=same("age"),
        factors={
            "sex": Factor("sex", {"Female": "female", "Male": "male"}),
            "treated": yes_no("group", "RIT", "Control"),
        },
        compared="treated",
        landmarks=(12, 30),
    ),
    "lupus": Source(
        what="99 patients with systemic lupus erythematosus: years to death, three of them at time 0",
        printed="Merrell M, Shulman LE. J Chronic Dis 1955;1:12-32",
        file="lifelines/datasets/merrell1955.csv",
        time="time_between_diagnosis_and_last_observation_(years)",
        event=("dead", ("True",)),
        numbers={
            "age": "age_at_diagnosis",
            "months_before": "time_elapsed_between_estimated_onset_and_diagnosis_(months)",
        },
        factors={"male": yes_no("is_male", "True", "False"), "white": yes_no("is_white", "True", "False")},
        compared="white",
        landmarks=(0.5, 1, 3),
    ),
    "invented": Source(
        what="200 invented times without a tie",
        printed="lifelines, Davidson-Pilon C. J Open Source Softw 2019;4:1317",
        file="lifelines/datasets/regression.csv",
        time="T",
        event=("E", ("1",)),
        numbers=same("var1", "var2", "var3"),
        landmarks=(5, 10, 15),
    ),
    "stanford": Source(
        what="69 heart transplants: days to death",
        printed="Miller RG. Biometrika 1976;63:449-464",
        file="statsmodels/datasets/heart/heart.csv",
        time="survival",
        event=("censors", ("1.000000",)),
        numbers=same("age"),
        landmarks=(30, 365),
    ),
    "veteran": Source(
        what="137 veterans with inoperable lung cancer: days to death, four cell types",
        printed="Prentice RL. Biometrika 1973;60:279-288",
        file="tests/data/veteran.csv",
        time="time",
        event=("died", ("1",)),
        numbers=same("karnofsky", "months_from_diagnosis", "age"),
        factors={
            "treatment": as_named("treatment", "standard", "test"),
            "cell_type": as_named("cell_type", "squamous", "smallcell", "adeno", "large"),
            "prior_therapy": yes_no("prior_therapy", "yes", "no"),
        },
        compared="cell_type",
        landmarks=(30, 90, 365),
    ),
    "bone_marrow": Source(
        what="137 patients after bone marrow transplantation: days to relapse or death in remission",
        printed="Copelan EA et al. Blood 1991;78:838-843",
        file="tests/data/bone_marrow.csv",
        time="days",
        event=("end", ("1", "2")),
        causes=Factor("end", {"0": "censored", "1": "relapse", "2": "death"}),
        numbers=same("age", "donor_age", "waiting_days"),
        factors={
            "disease": Factor(
                "disease", {"ALL": "ALL", "AML low risk": "AML_low", "AML high risk": "AML_high"}
            ),
            "male": yes_no("male"),
            "fab": yes_no("fab"),
            "methotrexate": yes_no("methotrexate"),
        },
        compared="disease",
        landmarks=(100, 365, 1000),
    ),
    "freireich": Source(
        what="42 children with acute leukaemia in remission: weeks to relapse",
        printed="Freireich EJ et al. Blood 1963;21:699-716; Gehan EA. Biometrika 1965;52:203-223",
        file="tests/data/freireich.csv",
        time="weeks",
        event=("relapsed", ("1",)),
        numbers={},
        factors={"placebo": yes_no("treatment", "placebo", "6-mercaptopurine")},
        compared="placebo",
        landmarks=(5, 10, 20),
    ),
    "maintenance": Source(
        what="23 patients with acute myelogenous leukaemia: weeks to relapse",
        printed="Miller RG. Survival Analysis. Wiley 1981, p. 49",
        file="tests/data/leukaemia_maintenance.csv",
        time="time",
        event=("relapsed", ("1",)),
        numbers={},
        factors={"maintained": yes_no("maintained", "yes", "no")},
        compared="maintained",
        landmarks=(10, 30),
    ),
    "heart": Source(
        what="103 candidates for a heart transplant in 172 intervals: days to death, transplanted in time or not",
        printed="Crowley J, Hu M. J Am Stat Assoc 1977;72:27-36",
        file="lifelines/datasets/stanford_heart.csv",
        time="stop",
        entry="start",
        event=("event", ("1",)),
        identifier="id",
        numbers=same("age", "year"),
        factors={"surgery": yes_no("surgery"), "transplanted": yes_no("transplant")},
        compared="transplanted",
        landmarks=(30, 365),
    ),
    "soreness": Source(
        what="400 patients in 1296 intervals: days to each of up to four episodes of soreness",
        printed="Hosmer DW, Lemeshow S, May S. Applied Survival Analysis. Wiley 2008",
        file="lifelines/datasets/recur.csv",
        time="TIME1",
        entry="TIME0",
        event=("CENSOR", ("1",)),
        identifier="ID",
        numbers={"age": "AGE"},
        factors={
            "old_treatment": yes_no("TREAT"),
            "episode": Factor("EVENT", {"1": "first", "2": "second", "3": "third", "4": "fourth"}),
        },
        compared="old_treatment",
        landmarks=(30, 100),
    ),
    "aids": Source(
        what="78 men with AIDS who entered a cohort some time after the diagnosis: years from diagnosis to death",
        printed="Cole SR, Hudgens MG. AIDS 2010;24:2423-2431",
        file="lifelines/datasets/multicenter_aids_cohort.tsv",
        time="T",
        entry="W",
        event=("D", ("1",)),
        numbers={"diagnosed": "AIDSY"},
        landmarks=(1, 3),
        separator="\t",
    ),
    "grades": Source(
        what="32 students, taught in one of two ways, and whether their grade improved",
        printed="Spector LC, Mazzeo M. J Econ Educ 1980;11:37-44",
        file="statsmodels/datasets/spector/spector.csv",
        numbers={"average": "GPA", "score": "TUCE", "improved": "GRADE"},
        factors={"taught": Factor("PSI", {"0": "old", "1": "new"})},
        compared="taught",
        separator=" ",
    ),
    "voters": Source(
        what="944 voters: which of two candidates, and what they think and earn",
        printed="American National Election Study 1996",
        file="statsmodels/datasets/anes96/anes96.csv",
        numbers=same("popul", "age", "income", "vote"),
        factors={
            "party": Factor(
                "PID",
                {
                    "0": "strong_a",
                    "1": "weak_a",
                    "2": "leaning_a",
                    "3": "none",
                    "4": "leaning_b",
                    "5": "weak_b",
                    "6": "strong_b",
                },
            ),
            "education": Factor(
                "educ",
                {"1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "7": "seven"},
            ),
        },
        compared="party",
        separator="\t",
    ),
}
"""Every data set by name. A set without a time serves tests of groups and logistic models."""
