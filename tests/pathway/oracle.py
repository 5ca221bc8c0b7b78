"""The catalogue's entries again, by hand and by another route: each as plain Python over one case, slow and obvious.

Truth is a number: 1 true, 0 false, a half unknown; and is the smallest, or the largest, not is one minus. This
module reads neither the rule files nor the language: it was written from the catalogue alone, entry by entry, so that
a slip in either shows as a difference. `oracle(case)` takes a dict of input name to level or number (absent or None:
unknown; exact values only) and returns the result of every entry.
"""

from fractions import Fraction

HALF = Fraction(1, 2)
SHOW = "show"


def three_and(*parts):
    return min(parts)


def three_or(*parts):
    return max(parts)


def three_not(part):
    return 1 - part


class Patient:
    """Answers questions about one case."""

    def __init__(self, case):
        self.case = {
            key: Fraction(str(value)) if isinstance(value, int | float) else value
            for key, value in case.items()
        }

    def get(self, name):
        return self.case.get(name)

    def unknown(self, name):
        return self.get(name) is None

    def all_known(self, *names):
        return not any(self.unknown(name) for name in names)

    def says(self, name, *levels):
        value = self.get(name)
        return HALF if value is None else int(value in levels)

    def yes(self, name):
        return self.says(name, "yes")

    def no(self, name):
        return self.says(name, "no")

    def below(self, name, limit):
        value = self.get(name)
        return HALF if value is None else int(value < limit)

    def at_most(self, name, limit):
        value = self.get(name)
        return HALF if value is None else int(value <= limit)

    def above(self, name, limit):
        return three_not(self.at_most(name, limit))

    def at_least(self, name, limit):
        return three_not(self.below(name, limit))

    def recorded(self, name):
        return HALF if self.unknown(name) else 1

    def unrecorded_two_valued(self, name):
        return int(self.unknown(name))


# --- resectability -------------------------------------------------------------------------------------------------
def res04(p):
    return p.above("liver_involvement_pct", 70)


def res05(p):
    return p.above("segments_involved", 6)


def res06(p):
    return p.says("portal_vein_invasion", "both")


def res07(p):
    return p.says("hepatic_vein_invasion", "all")


def unresectable(p):
    return any(rule(p) == 1 for rule in (res04, res05, res06, res07))


def der02(p):
    if p.unknown("flr_pct"):
        return HALF
    needed = {"normal": 20, "chemo_injury": 30, "fibrosis_cirrhosis": 40}
    if not p.unknown("parenchyma_status"):
        return p.at_least("flr_pct", needed[p.get("parenchyma_status")])
    answers = {p.at_least("flr_pct", limit) for limit in needed.values()}
    return answers.pop() if len(answers) == 1 else HALF


KEPT = (
    "two_contiguous_segments_preserved",
    "inflow_preservable",
    "outflow_preservable",
    "biliary_preservable",
)


def res01(p):
    return three_and(p.yes("r0_expected"), *(p.yes(name) for name in KEPT), der02(p))


BOARD = "borderline_or_unresectable (MDT judgement)"


def technical(p):
    if unresectable(p):
        return "unresectable"
    if p.get("r0_expected") == "no":
        return BOARD
    if p.get("r0_expected") == "possible" or der02(p) == 0 or any(p.get(name) == "no" for name in KEPT):
        return "borderline"
    return "resectable" if res01(p) == 1 else "undetermined"


def der01(p):
    flags = []
    if p.get("response_category") == "PD" or p.get("new_hepatic_lesions_on_chemo") == "yes":
        flags.append("progression")
    if p.get("extrahepatic_disease") in ("yes", "possible"):
        flags.append("extrahepatic")
    if p.get("numerous_metastases_judgement") == "yes":
        flags.append("numerous")
    return f"{technical(p)} | biology: {', '.join(flags)}" if flags else technical(p)


def class_in(p, *classes):
    return HALF if technical(p) == "undetermined" else int(technical(p) in classes)


def unres(p):
    return class_in(p, "unresectable", BOARD)


def borderline(p):
    return class_in(p, "borderline")


def resectable(p):
    return class_in(p, "resectable")


def res03(p):
    if p.unknown("response_category"):
        progression = 0 if p.get("prior_chemo") == "no" else HALF
    else:
        progression = p.says("response_category", "PD")
    return three_or(
        p.yes("numerous_metastases_judgement"), progression, p.says("extrahepatic_disease", "yes", "possible")
    )


def res12(p):
    if p.unknown("n_extrahepatic_sites"):
        return 1 if p.get("extrahepatic_disease") == "no" else HALF
    return p.at_most("n_extrahepatic_sites", 1)


# --- labels --------------------------------------------------------------------------------------------------------
def syn01(p):
    label, interval = p.get("presentation"), p.get("disease_free_interval_months")
    if label is None and interval is None:
        return "unknown"
    if label is None:
        return "synchronous (by DFI)" if interval < 12 else "metachronous (by DFI)"
    if interval is not None and label == "metachronous" and interval < 12:
        return "conflict (label metachronous, DFI <12)"
    if interval is not None and label == "synchronous" and interval >= 12:
        return "conflict (label synchronous, DFI >=12)"
    return label


def der03(p):
    if p.get("prior_chemo") == "yes":
        return "na (chemotherapy already given)"
    if technical(p) == "undetermined":
        return "incomplete"
    if technical(p) != "resectable":
        return "na"
    for_surgery = [CONDITIONS[f"UPF-0{n}"](p) for n in (1, 2, 3, 5, 6)]
    for_chemo = [CONDITIONS[f"PER-0{n}"](p) for n in (1, 2, 3, 4, 5, 8)]
    if p.unknown("prior_chemo") or HALF in for_surgery or HALF in for_chemo:
        return "incomplete"
    if all(for_surgery) and not any(for_chemo):
        return "upfront: all listed factors agree"
    if not any(for_surgery[:4]) and any(for_chemo):
        return "perioperative: all listed factors agree"
    if not any(for_chemo):
        return "gap: no perioperative factor fires but an upfront factor fails"
    return "mixed"


RIGHT = ("caecum", "ascending", "hepatic_flexure")
LEFT = ("splenic_flexure", "descending", "sigmoid", "rectosigmoid", "rectum")


def der05(p):
    if (
        p.get("primary_site") in RIGHT
        or p.get("ras_status") in ("kras_mutant", "nras_mutant")
        or p.get("braf_status") == "V600E"
    ):
        return "not_supported"
    if not p.all_known("primary_site", "ras_status", "braf_status"):
        return "unknown"
    return "evidence_lacking" if p.get("primary_site") == "transverse" else "supported"


LABELS = {"SYN-01": syn01, "DER-01": der01, "DER-03": der03, "DER-05": der05}


# --- gates ---------------------------------------------------------------------------------------------------------
def chemo_given(p):
    return p.yes("prior_chemo")


def given_or_planned(p):
    return three_or(p.yes("prior_chemo"), p.yes("neoadjuvant_planned"))


def recurrence(p):
    return p.yes("recurrence")


def dlm(p):
    return p.yes("dlm_present")


def systemic_or_unres(p):
    return three_or(p.yes("systemic_therapy_considered"), unres(p))


def naive_resectable(p):
    return three_and(p.no("prior_chemo"), resectable(p))


def margin(p):
    return three_or(p.recorded("margin_mm"), p.recorded("margin_type"))


def deficient(p):
    return three_or(p.says("mmr_status", "dMMR_MSIH"), p.says("pole_pold1_status", "mutant"))


def nccn_page(p):
    return three_and(
        p.says("presentation", "synchronous"),
        three_or(p.says("mmr_status", "pMMR_MSS"), three_and(deficient(p), p.no("immunotherapy_candidate"))),
        three_or(p.no("extrahepatic_disease"), p.says("ehd_sites", "lung_only")),
        resectable(p),
    )


def trials(p):
    return three_and(p.no("prior_chemo"), int(technical(p) in ("resectable", "undetermined")))


def gate(test, *rules):
    return dict.fromkeys(rules, test)


GATES = {
    **gate(lambda p: p.yes("systemic_therapy_considered"), "EVAL-07"),
    **gate(lambda p: three_and(p.says("presentation", "synchronous"), p.yes("primary_in_situ")), "SYN-02"),
    **gate(
        lambda p: three_and(
            p.yes("simultaneous_primary_resection"), p.says("planned_hepatectomy_extent", "minor")
        ),
        "SYN-03",
    ),
    **gate(
        lambda p: three_and(
            p.yes("simultaneous_primary_resection"), p.says("planned_hepatectomy_extent", "major")
        ),
        "SYN-04",
    ),
    **gate(nccn_page, "SYN-05", "SYN-06", "SYN-08"),
    **gate(lambda p: three_and(nccn_page(p), p.yes("primary_in_situ")), "SYN-07"),
    **gate(lambda p: p.says("presentation", "synchronous"), "SYN-09"),
    **gate(lambda p: int(not unresectable(p)), "RES-02"),
    **gate(lambda p: p.yes("extrahepatic_disease"), "RES-10"),
    **gate(
        chemo_given,
        *("RES-13", "RES-14", "MAR-05", "PTM-02", "PTM-03", "PTM-04", "CLI-01", "CLI-02", "CLI-03", "CLI-04"),
        "DLI-02",
    ),
    **gate(lambda p: class_in(p, "resectable", "borderline"), "RES-18"),
    **gate(lambda p: HALF if technical(p) == "undetermined" else 1, "RES-19"),
    **gate(lambda p: int(p.get("parenchyma_status") == "normal"), "FLR-01"),
    **gate(lambda p: int(p.get("parenchyma_status") == "chemo_injury"), "FLR-02"),
    **gate(lambda p: int(p.get("parenchyma_status") == "fibrosis_cirrhosis"), "FLR-03"),
    **gate(lambda p: three_not(der02(p)), "FLR-05"),
    **gate(lambda p: three_or(p.yes("prior_chemo"), p.below("flr_pct", 40)), "FLR-06"),
    **gate(naive_resectable, "UPF-09", "PER-09"),
    **gate(trials, "UPF-10", "UPF-11"),
    **gate(
        borderline,
        *("TEC-01", "TSH-02", "TSH-03", "TSH-04", "TSH-05", "TSH-09", "EGF-08"),
        *(f"ALP-0{n}" for n in (1, 3, 4, 5, 6, 7)),
    ),
    **gate(lambda p: p.says("distribution", "bilobar"), "TEC-02", "OSH-01", "OSH-02", "TSH-01"),
    **gate(lambda p: p.recorded("n_crlm"), "OSH-03"),
    **gate(lambda p: p.recorded("tsh_variant"), "TSH-06"),
    **gate(lambda p: p.yes("tsh_stage1_done"), "TSH-07", "TSH-08"),
    **gate(lambda p: p.recorded("pve_failed"), "ALP-02"),
    **gate(lambda p: int(technical(p) == "unresectable"), "TEC-03"),
    **gate(
        unres,
        *("HAI-01", "HAI-02", "HAI-03", "HAI-04", "HAI-05", "HAI-07", "ABL-04", "ABL-07"),
        *(f"UNR-0{n}" for n in range(1, 8)),
    ),
    **gate(lambda p: three_or(p.yes("hai_considered"), unres(p)), "HAI-06"),
    **gate(lambda p: p.yes("hai_considered"), "HAI-08", "HAI-10"),
    **gate(recurrence, "HAI-09", *(f"REP-0{n}" for n in (1, 2, 4, 5, 6, 7, 8)), "ABL-01", "ABL-02", "ABL-03"),
    **gate(lambda p: three_and(p.yes("recurrence"), p.yes("extrahepatic_disease")), "REP-03"),
    **gate(lambda p: three_or(p.yes("recurrence"), p.yes("initially_unresectable")), "REP-09"),
    **gate(lambda p: p.says("ehd_sites", "lung_only"), "ABL-05"),
    **gate(margin, "MAR-01", "MAR-02", "MAR-06", "MAR-07", "MAR-08", "MAR-09", "MAR-13"),
    **gate(lambda p: p.recorded("planned_gross_margin_mm"), "MAR-03"),
    **gate(lambda p: three_and(p.recorded("ras_status"), p.recorded("tp53_status")), "MAR-10"),
    **gate(lambda p: p.recorded("vulnerable_patient_judgement"), "MAR-11"),
    **gate(lambda p: three_and(p.recorded("n_crlm"), p.recorded("max_diameter_mm")), "MAR-12"),
    **gate(lambda p: three_and(unres(p), p.yes("prior_chemo")), "UNR-08"),
    **gate(lambda p: three_and(p.below("min_diameter_mm_baseline", 20), given_or_planned(p)), "PTM-01"),
    **gate(lambda p: p.recorded("postop_chemo_planned_months"), "PTM-05", "PTM-06"),
    **gate(lambda p: p.yes("upfront_resectable"), "PTM-07"),
    **gate(lambda p: three_and(p.yes("prior_chemo"), p.says("presentation", "synchronous")), "PTM-08"),
    **gate(lambda p: p.yes("biologic_adjuvant_planned"), "PTM-09"),
    **gate(lambda p: p.yes("bevacizumab_received"), "BEV-01"),
    **gate(lambda p: p.recorded("bevacizumab_restart_days_postop"), "BEV-02"),
    **gate(
        lambda p: three_or(p.yes("bevacizumab_received"), p.says("targeted_agent_planned", "bevacizumab")),
        "BEV-03",
    ),
    **gate(systemic_or_unres, *(f"EGF-0{n}" for n in range(1, 7))),
    **gate(lambda p: p.yes("kras_g12c"), "EGF-07"),
    **gate(lambda p: int(systemic_or_unres(p) != 0), "DER-05"),
    **gate(deficient, "MSI-01", "MSI-02"),
    **gate(given_or_planned, *(f"DLP-{n:02}" for n in range(1, 11)), "FID-02"),
    **gate(dlm, "DLI-03", "DLI-04", "DLI-05", *(f"DLM-0{n}" for n in range(1, 8)), "FID-03"),
    **gate(lambda p: p.yes("neoadjuvant_planned"), "FID-01"),
    **gate(lambda p: p.yes("completion_ablation_considered"), "CAB-01", "CAB-02", "CAB-03"),
    **gate(lambda p: p.says("her2_status", "amplified"), "NCC-01"),
}


# --- conditions ----------------------------------------------------------------------------------------------------
def tumour_burden(p):
    if not p.all_known("n_crlm", "max_diameter_mm"):
        return HALF
    return int((p.get("max_diameter_mm") / 10) ** 2 + p.get("n_crlm") ** 2 >= Fraction(9, 2) ** 2)


def interstage(p):
    if p.unknown("tsh_variant"):
        return HALF
    low, high = {"classical": (60, 124), "hybrid": (None, 28), "alpps": (7, 14)}[p.get("tsh_variant")]
    inside = p.at_most("tsh_interstage_days", high)
    return inside if low is None else three_and(p.at_least("tsh_interstage_days", low), inside)


def total_months(p):
    if not p.all_known("preop_chemo_months", "postop_chemo_planned_months"):
        return HALF
    return int(p.get("preop_chemo_months") + p.get("postop_chemo_planned_months") <= 6)


def not_pd(p):
    return p.says("response_category", "CR", "PR", "SD", "not_assessed")


def between(p, name, low, high):
    return three_and(p.at_least(name, low), p.at_most(name, high))


CONDITIONS = {
    "EVAL-01": lambda p: three_and(
        p.recorded("fit_major_surgery"),
        p.recorded("r0_expected"),
        three_or(p.recorded("ras_status"), p.recorded("extrahepatic_disease")),
    ),
    "EVAL-02": lambda p: min(p.recorded(one) for one in ("n_crlm", "max_diameter_mm", "distribution")),
    "EVAL-03": lambda p: min(
        p.recorded(one)
        for one in (
            *("extrahepatic_disease", "presentation", "primary_site"),
            *("ras_status", "braf_status", "mmr_status"),
        )
    ),
    "EVAL-04": lambda p: min(p.yes(one) for one in KEPT[1:]),
    "EVAL-07": lambda p: max(
        p.unrecorded_two_valued(one) for one in ("ras_status", "braf_status", "mmr_status")
    ),
    "SYN-02": lambda p: p.recorded("planned_hepatectomy_extent"),
    "RES-01": res01,
    "RES-02": lambda p: three_or(p.says("r0_expected", "possible"), three_not(der02(p))),
    "RES-03": res03,
    "RES-04": res04,
    "RES-05": res05,
    "RES-06": res06,
    "RES-07": res07,
    "RES-08": lambda p: p.yes("r0_expected"),
    "RES-09": lambda p: min(p.yes(one) for one in KEPT),
    "RES-10": lambda p: three_and(p.yes("ehd_limited"), p.yes("ehd_resectable")),
    "RES-11": lambda p: p.no("portal_lymphadenopathy"),
    "RES-12": res12,
    "RES-13": lambda p: three_or(not_pd(p), p.says("progression_extent", "limited")),
    "RES-14": lambda p: p.no("new_hepatic_lesions_on_chemo"),
    "RES-15": lambda p: p.yes("fit_major_surgery"),
    "RES-16": lambda p: p.no("vascular_infiltration"),
    "FLR-01": lambda p: p.at_least("flr_pct", 20),
    "FLR-02": lambda p: p.at_least("flr_pct", 30),
    "FLR-03": lambda p: p.at_least("flr_pct", 40),
    "DER-02": der02,
    "FLR-04": lambda p: p.unrecorded_two_valued("flr_pct"),
    "UPF-01": lambda p: p.below("max_diameter_mm", 50),
    "UPF-02": lambda p: p.says("distribution", "unilobar"),
    "UPF-03": lambda p: p.below("n_crlm", 5),
    "UPF-04": lambda p: p.yes("minor_hepatectomy_feasible"),
    "UPF-05": lambda p: p.says("presentation", "metachronous"),
    "UPF-06": lambda p: p.no("extrahepatic_disease"),
    "UPF-07": lambda p: p.at_most("n_crlm", 3),
    "UPF-08": lambda p: min(CONDITIONS[f"UPF-0{n}"](p) for n in range(1, 6)),
    "UPF-09": lambda p: three_and(
        p.says("presentation", "metachronous"),
        p.at_most("n_crlm", 3),
        p.says("distribution", "unilobar"),
        p.no("extrahepatic_disease"),
    ),
    "PER-01": lambda p: p.above("max_diameter_mm", 50),
    "PER-02": lambda p: p.says("distribution", "bilobar"),
    "PER-03": lambda p: p.above("n_crlm", 4),
    "PER-04": lambda p: p.yes("extrahepatic_disease"),
    "PER-05": lambda p: three_or(
        p.says("presentation", "synchronous"), p.below("disease_free_interval_months", 12)
    ),
    "PER-06": lambda p: p.yes("response_may_change_surgery"),
    "PER-07": lambda p: p.says("postop_chemo_feasible", "no", "uncertain"),
    "PER-08": lambda p: p.above("n_crlm", 3),
    "PER-09": lambda p: three_and(
        three_or(
            p.says("presentation", "synchronous"),
            p.above("n_crlm", 3),
            p.says("distribution", "bilobar"),
            three_and(p.yes("extrahepatic_disease"), p.yes("ehd_limited")),
        ),
        p.no("vascular_infiltration"),
    ),
    "TEC-02": lambda p: p.yes("one_stage_feasible"),
    "OSH-01": lambda p: three_and(p.says("planned_hepatectomy_extent", "major"), p.no("glissonean_invasion")),
    "TSH-01": lambda p: three_and(p.no("one_stage_feasible"), p.says("response_category", "CR", "PR", "SD")),
    "TSH-06": interstage,
    "TSH-08": lambda p: three_or(p.says("response_category", "PD"), three_not(der02(p))),
    "ALP-02": lambda p: p.yes("pve_failed"),
    "HAI-06": lambda p: p.yes("centre_hai_expertise"),
    "HAI-08": lambda p: three_or(
        p.says("hepatic_artery_anatomy", "completely_replaced_both"),
        p.says("portal_vein_thrombosis", "partial", "complete"),
        p.yes("extrahepatic_disease"),
    ),
    "HAI-10": lambda p: p.yes("hai_logistics_ok"),
    "REP-01": lambda p: three_and(
        p.yes("all_macroscopic_disease_resectable"),
        p.yes("fit_major_surgery"),
        three_or(p.no("prior_chemo_for_recurrence"), p.says("response_category", "CR", "PR", "SD")),
    ),
    "REP-03": lambda p: p.yes("ehd_controlled_on_systemic"),
    "REP-05": lambda p: p.yes("prior_tsh"),
    "REP-06": lambda p: p.at_most("recurrence_interval_months", 12),
    "REP-07": lambda p: p.at_most("recurrence_interval_months", 4),
    "ABL-01": lambda p: p.at_most("recurrent_max_diameter_mm", 20),
    "ABL-02": lambda p: p.says("recurrent_lesion_depth", "deep"),
    "MAR-01": lambda p: p.at_least("margin_mm", 1),
    "MAR-02": lambda p: three_or(p.below("margin_mm", 1), p.says("margin_type", "R1vasc")),
    "MAR-03": lambda p: p.at_least("planned_gross_margin_mm", 10),
    "MAR-05": lambda p: three_or(
        p.says("pathologic_response", "major"), p.says("response_category", "CR", "PR")
    ),
    "MAR-06": lambda p: p.says("margin_type", "R1vasc"),
    "MAR-07": lambda p: p.says("margin_type", "R1par"),
    "MAR-10": lambda p: three_and(
        p.says("ras_status", "kras_mutant", "nras_mutant"), p.says("tp53_status", "mutant")
    ),
    "MAR-11": lambda p: p.yes("vulnerable_patient_judgement"),
    "MAR-12": tumour_burden,
    "PTM-01": lambda p: p.at_most("preop_chemo_months", 2),
    "PTM-02": lambda p: three_and(between(p, "preop_chemo_months", 2, 4), not_pd(p)),
    "PTM-03": lambda p: p.above("preop_chemo_months", 4),
    "PTM-04": lambda p: p.says("response_category", "PD"),
    "PTM-05": lambda p: between(p, "postop_chemo_planned_months", 6, 6),
    "PTM-06": total_months,
    "PTM-07": lambda p: p.says("targeted_agent_planned", "bevacizumab", "anti_EGFR"),
    "PTM-08": lambda p: between(p, "preop_chemo_months", 2, 3),
    "PTM-09": lambda p: three_and(
        p.yes("biologic_used_in_conversion"), p.says("response_category", "CR", "PR")
    ),
    "BEV-01": lambda p: p.at_least("bevacizumab_interval_days", 42),
    "BEV-02": lambda p: p.at_least("bevacizumab_restart_days_postop", 42),
    "BEV-03": lambda p: p.at_least("age_years", 65),
    "EGF-01": lambda p: p.says("primary_site", *LEFT),
    "EGF-02": lambda p: p.says("primary_site", *RIGHT),
    "EGF-03": lambda p: p.says("primary_site", "transverse"),
    "EGF-04": lambda p: p.says("ras_status", "wild_type"),
    "EGF-05": lambda p: p.says("braf_status", "non_V600E"),
    "EGF-06": lambda p: p.says("braf_status", "V600E"),
    "EGF-07": lambda p: p.yes("egfr_inhibitor_intolerant"),
    "MSI-01": lambda p: p.yes("immunotherapy_candidate"),
    "MSI-02": lambda p: p.no("immunotherapy_candidate"),
    "MSI-03": lambda p: p.unrecorded_two_valued("mmr_status"),
    "CLI-01": lambda p: max(
        p.yes(f"{drug}_exposure") for drug in ("fluoropyrimidine", "irinotecan", "oxaliplatin")
    ),
    "CLI-02": lambda p: p.yes("irinotecan_exposure"),
    "CLI-03": lambda p: p.yes("oxaliplatin_exposure"),
    "CLI-04": lambda p: p.unrecorded_two_valued("parenchyma_status"),
    "DLP-01": lambda p: p.below("min_diameter_mm_baseline", 20),
    "DLP-02": lambda p: p.at_least("n_crlm_baseline", 3),
    "DLP-03": lambda p: p.says("presentation", "synchronous"),
    "DLP-04": lambda p: p.recorded("chemo_cycles"),
    "DLP-05": lambda p: p.yes("oxaliplatin_exposure"),
    "DLP-06": lambda p: p.at_most("age_years", 60),
    "DLP-07": lambda p: p.at_most("cea_baseline_ng_ml", 30),
    "DLP-08": lambda p: p.yes("hai_received"),
    "DLP-09": lambda p: three_or(
        HALF if p.unknown("primary_pt_stage") else int(p.get("primary_pt_stage") in (1, 2)),
        p.says("primary_site", *RIGHT),
    ),
    "DLI-01": lambda p: p.yes("mri_baseline_done"),
    "DLI-02": lambda p: p.yes("mri_preop_done"),
    "DLI-03": lambda p: p.yes("mri_preop_done"),
    "DLI-05": lambda p: p.yes("ious_planned"),
    "DLM-01": lambda p: p.yes("dlm_sites_resectable"),
    "DLM-05": lambda p: three_or(
        p.yes("hai_received"),
        three_and(p.below("age_years", 60), p.at_most("cea_baseline_ng_ml", 30)),
        p.no("mri_visible_dlm"),
    ),
    "FID-01": lambda p: p.below("min_diameter_mm_baseline", 20),
    "FID-03": lambda p: p.yes("fiducial_placed"),
    "CAB-01": lambda p: three_and(
        p.at_most("n_lesions_for_ablation", 5), p.below("max_ablation_diameter_mm", 30)
    ),
    "CAB-02": lambda p: p.says("lesion_depth", "deep"),
    "NCC-01": lambda p: p.yes("interstitial_lung_disease"),
}

SHOWN = (
    *("EVAL-05", "EVAL-06", "EVAL-08", "SYN-03", "SYN-04", "SYN-05", "SYN-06", "SYN-07", "SYN-08", "SYN-09"),
    *("RES-17", "RES-18", "RES-19", "DER-04", "FLR-05", "FLR-06", "UPF-10", "UPF-11", "TEC-01", "TEC-03"),
    *("OSH-02", "OSH-03", "TSH-02", "TSH-03", "TSH-04", "TSH-05", "TSH-07", "TSH-09"),
    *(f"ALP-0{n}" for n in (1, 3, 4, 5, 6, 7)),
    *("HAI-01", "HAI-02", "HAI-03", "HAI-04", "HAI-05", "HAI-07", "HAI-09", "REP-02", "REP-04", "REP-08"),
    *("REP-09", "ABL-03", "ABL-04", "ABL-05", "ABL-06", "ABL-07", "MAR-04", "MAR-08", "MAR-09", "MAR-13"),
    *(f"UNR-0{n}" for n in range(1, 9)),
    *("EGF-08", "DLP-10", "DLI-04", "DLM-02", "DLM-03", "DLM-04", "DLM-06", "DLM-07", "FID-02", "CAB-03"),
    *("NCC-02", "NCC-03", "NCC-04"),
)
ENTRIES = (*LABELS, *CONDITIONS, *SHOWN)


def oracle(case):
    """The result of every entry for one case."""
    p = Patient(case)
    found = {}
    for entry in ENTRIES:
        applies = GATES[entry](p) if entry in GATES else 1
        if applies != 1:
            found[entry] = "na" if applies == 0 else "gate_unknown"
        elif entry in LABELS:
            found[entry] = LABELS[entry](p)
        elif entry in CONDITIONS:
            found[entry] = {1: "met", 0: "not_met", HALF: "unknown"}[CONDITIONS[entry](p)]
        else:
            found[entry] = SHOW
    return found
