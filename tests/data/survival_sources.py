"""What the columns of tests/data/survival_package.py mean."""

from tests.data.source import Factor, Source, as_named, same, yes_no

SURVIVAL_SOURCES: dict[str, Source] = {
    "veteran": Source(
        what="137 veterans with inoperable lung cancer: days to death, four cell types",
        printed="Prentice RL. Biometrika 1973;60:279-288",
        file="survival/veteran",
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
    "mgus2": Source(
        what="1384 patients with monoclonal gammopathy: months to a plasma cell malignancy or to death without one",
        printed="Kyle RA et al. N Engl J Med 2002;346:564-569",
        file="survival/mgus2",
        time="months",
        event=("end", ("1", "2")),
        causes=Factor("end", {"0": "censored", "1": "malignancy", "2": "death"}),
        numbers={"age": "age", "haemoglobin": "hgb", "creatinine": "creat", "m_spike": "mspike"},
        factors={"sex": Factor("sex", {"F": "female", "M": "male"})},
        compared="sex",
        landmarks=(60, 120, 300),
    ),
    "pbc": Source(
        what="418 patients with primary biliary cirrhosis: days to death or transplantation",
        printed="Dickson ER et al. Hepatology 1989;10:1-7; Fleming TR, Harrington DP. Counting Processes and "
        "Survival Analysis. Wiley 1991, appendix D",
        file="survival/pbc",
        time="time",
        event=("status", ("2",)),
        causes=Factor("status", {"0": "censored", "1": "transplant", "2": "death"}),
        numbers=same("age", "bilirubin", "albumin", "copper", "platelet", "prothrombin_time"),
        factors={
            "oedema": Factor("edema", {"0": "none", "0.5": "some", "1": "severe"}),
            "stage": Factor("stage", {"1": "I", "2": "II", "3": "III", "4": "IV"}),
            "placebo": yes_no("trt", "2", "1"),
            "male": yes_no("sex", "m", "f"),
        },
        compared="oedema",
        landmarks=(365, 1826, 3652),
    ),
    "colon": Source(
        what="929 patients after resection of a colon cancer, three arms: days to death",
        printed="Moertel CG et al. N Engl J Med 1990;322:352-358; Lin DY. Stat Med 1994;13:2233-2247",
        file="survival/colon",
        time="days",
        event=("died", ("1",)),
        numbers=same("age", "nodes"),
        factors={
            "arm": Factor("rx", {"Obs": "observation", "Lev": "levamisole", "Lev+5FU": "with_fluorouracil"}),
            "differentiation": Factor("differ", {"1": "well", "2": "moderate", "3": "poor"}),
            "extent": Factor("extent", {"3": "serosa", "1": "submucosa", "2": "muscle", "4": "beyond"}),
            "male": yes_no("sex"),
            "obstructed": yes_no("obstruct"),
            "adherent": yes_no("adhere"),
        },
        compared="arm",
        landmarks=(365, 1826, 2922),
    ),
}
