# ruff: noqa: E501 - sentences as they are printed
"""A protocol in plain English: hand-written expectations, because the words go into papers."""

import pytest

from crlm.study.protocol.check import check_protocol
from crlm.study.protocol.load import find_protocol, shipped_protocols
from crlm.study.protocol.reference import SMALLEST
from crlm.study.protocol.words import methods_sentences, protocol_in_words
from tests.protocol.samples import COMPLETE, changed, loaded

METHODS = """\
This was a retrospective single-centre cohort.
The study population consisted of patients after resection of colorectal liver metastases.
These criteria were applied in order: (1) Survival time and vital status recorded (included if survival time is known \
and vital status is known); (2) Tumour of 20 cm or more (excluded if largest tumour is at least 20 cm; patients for \
whom this was unknown were included).
Patients were compared by largest tumour above 5 cm: “Yes” against “No” (reference); patients whose group was unknown \
were excluded.
Values recorded as -999 (not available) were treated as missing.
Age was grouped as < 60 and ≥ 60 years.
Largest tumour above 5 cm was defined as: largest tumour is above 5 cm.
Continuous variables are summarised as mean (standard deviation) and were compared between groups with Student's t \
test (equal variances).
Categorical variables are summarised as number (percentage of patients with a known value) and were compared between \
groups with Fisher's exact test.
Missing values were counted per group and took no part in summaries and tests.
Overall survival was measured in months from liver resection; the event was death from any cause.
Survival was estimated by the Kaplan-Meier method with Greenwood's variance; 95 % confidence intervals were computed \
on the log(-log) scale, and those of medians were read off them (Brookmeyer and Crowley).
Survival is reported at 12, 36 and 60 months.
Median follow-up was estimated by the reverse Kaplan-Meier method.
Survival of the groups was compared with the log-rank test.
Factors associated with overall survival were analysed by Cox proportional hazards regression with Efron's \
approximation for tied times.
Candidates were age at operation, sex, bilobar disease and largest tumour above 5 cm; each candidate was analysed \
alone.
Continuous covariates were entered as continuous; hazard ratios are given for age at operation per 10 years.
Candidates with a univariable Wald p of at most 0.1 entered the multivariable model, and largest tumour above 5 cm \
entered whatever the p.
Covariates were tested with the Wald test.
Each model was fitted to the patients with known values of all its covariates (complete cases).
Proportional hazards were examined with the score test based on scaled Schoenfeld residuals, against Kaplan-Meier \
transformed time.
Discrimination of the multivariable model is given as Harrell's concordance.
The hazard ratio of largest tumour above 5 cm for overall survival was estimated by Cox regression (Efron's \
approximation for tied times) within the levels of sex, bilobar disease and age; no estimate is given for a subgroup \
with fewer than 5 events.
Interactions were tested by likelihood-ratio tests between the models with and without the product terms.
Tests were two-sided, confidence intervals are at the 95 % level, and no correction was made for the number of tests.
All analyses were made with the software crlm from the study protocol size-and-survival, version 1.
"""


def methods(tmp_path, *changes):
    return "\n".join(methods_sentences(loaded(tmp_path, changed(*changes)).protocol)) + "\n"


def test_the_methods_paragraph_of_the_complete_protocol(tmp_path):
    assert methods(tmp_path) == METHODS


CHANGES = [
    # what the protocol says instead, and what the methods then say
    ([("univariable_p = 0.10", "univariable_p = 0.05, strictly_below = true")], "a univariable Wald p below 0.05 entered"),
    ([("univariable_p = 0.10", "all = true")], "All candidates entered the multivariable model."),
    ([("univariable_p = 0.10", 'variables = ["sex"]')], "had the covariates sex and largest tumour above 5 cm, as declared"),
    ([("univariable_p = 0.10", "all = true, backward_p = 0.05")], "the covariate with the largest Wald p above 0.05 was then removed, one at a time (never largest tumour above 5 cm)."),
    ([("univariable_p = 0.10", "all = true, backward_p = 0.05")], "the multivariable model to those with known values of all covariates that entered (complete cases)."),
    ([("always =", 'p = "likelihood-ratio"\nalways =')], "a univariable likelihood-ratio p of at most 0.1"),
    ([("always =", 'ties = "breslow"\nalways =')], "Cox proportional hazards regression with Breslow's approximation"),
    ([("always =", 'proportional_hazards = "rank"\nalways =')], "against the rank of time."),
    ([("{ variable = \"age\", per = 10 }", '"age"')], "entered as continuous, with hazard ratios per unit."),
    ([('"sex", "bilobar", "large"]', '"sex", "size", "large"]')], "for age at operation per 10 years; those of other continuous covariates are per unit."),
    ([("landmarks =", 'interval = "plain"\nlandmarks =')], "computed on the scale of survival itself"),
    ([("landmarks =", "horizon = 60\nlandmarks =")], "follow-up beyond 60 months was censored at 60 months."),
    ([("landmarks =", 'unknown = "exclude"\nlandmarks =')], "Patients without a known time or status were left out of the endpoint."),
    ([('definition = "Death from any cause."\n', "")], "the event was vital status “Dead”."),
    ([('time_zero = "liver resection"\n', "")], "Overall survival was measured in months;"),
    ([("landmarks = [12, 36, 60]", "landmarks = [12]")], "Survival is reported at 12 months."),
    ([('question = "', 'level = 0.9\nquestion = "')], "90 % confidence intervals were computed on the log(-log) scale"),
    ([('test = "t"', 'test = "welch"')], "Welch's t test (unequal variances)."),
    ([('test = "t"', 'test = "none"')], "Continuous variables are summarised as mean (standard deviation).\n"),
    ([(', summary = "mean_sd", test = "t"', "")], "compared between groups with the Mann-Whitney U test (exact when both groups have fewer than 50 values and none are tied, otherwise a normal approximation corrected for ties and continuity).\nCategorical"),
    ([(', summary = "mean_sd", test = "t"', "")], "Quartiles were computed by linear interpolation (R's type 7)."),
    ([(', summary = "mean_sd", test = "t"', ""), ("category_test", 'quartiles = "spss"\ncategory_test')], "Quartiles were computed by weighted average (SPSS's default, R's type 6)."),
    ([('rows = ["bilobar"]', 'rows = ["bilobar", "size"]')], "largest tumour is summarised as median (interquartile range) and was compared between groups with the Mann-Whitney U test"),
    ([('rows = ["bilobar"]', 'rows = [{ variable = "bilobar", test = "chi-square" }]')], "with Fisher's exact test; bilobar disease was compared between groups with Pearson's chi-square test without continuity correction."),
    ([("category_test", "smd = true\ncategory_test")], "Standardised mean differences between the groups are given."),
    ([('unknown = "exclude"\n', "")], "“Yes” against “No” (reference).\n"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "words"), CHANGES, ids=[one[1][:40] for one in CHANGES])
def test_the_methods_say_what_the_protocol_says(tmp_path, changes, words):
    assert check_protocol(loaded(tmp_path, changed(*changes))) == ()
    assert words in methods(tmp_path, *changes)


def test_a_protocol_without_groups_compares_nothing(tmp_path):
    text = "\n".join(methods_sentences(loaded(tmp_path, SMALLEST).protocol))
    assert "Kaplan-Meier" in text
    for absent in ("compared", "log-rank", "Cox", "hazard", "multivariable", "missing", "groups"):
        assert absent not in text


def test_models_that_differ_only_in_their_endpoint_are_told_together():
    text = " ".join(methods_sentences(find_protocol("resected-crlm-public").protocol))
    together = (
        "Factors associated with overall survival, disease-free survival and liver disease-free survival were"
    )
    assert text.count("Cox proportional hazards regression") == 1
    assert together in text


def test_two_endpoints_that_differ_are_told_apart(tmp_path):
    second = """
[[endpoint]]
id = "dss"
label = "Disease-specific survival"
time = "months"
status = "status"
event = ["dead"]
censor = ["alive"]
interval = "log"
by_group = false
landmarks = [24]
"""
    text = methods(tmp_path, ("[[baseline]]", f"{second}\n[[baseline]]"))
    assert "on the log(-log) scale (overall survival) and the log scale (disease-specific survival)" in text
    assert (
        "reported at 12, 36 and 60 months (overall survival) and 24 months (disease-specific survival)"
        in text
        or (
            "reported at 12, 36 and 60 months (overall survival); and 24 months (disease-specific survival)"
            in text
        )
    )
    assert "compared with the log-rank test for overall survival." in text


def test_a_competing_event_is_said_to_be_censored(tmp_path):
    changes = [
        ('{ code = 1, name = "dead", label = "Dead" }]', '{ code = 1, name = "dead" }, { code = 2, name = "other", label = "Other death" }]'),
        ('censor = ["alive"]', 'censor = ["alive"]\ncompeting = ["other"]'),
    ]  # fmt: skip
    assert "“Other death” was treated as censoring (cause-specific analysis)" in methods(tmp_path, *changes)
    words = dict(protocol_in_words(loaded(tmp_path, changed(*changes)).protocol))
    assert "“Other death” prevents the event and is censored here (cause-specific)" in words["Endpoints"][0]


SECTIONS = {
    "Study": "Design: Retrospective single-centre cohort.",
    "Data": 'One row is one patient, identified by the column "Patient-ID"; 6 columns are used.',
    "Derived variables": "Largest tumour above 5 cm: largest tumour is above 5 cm.",
    "Checks of the data": "Expected: largest tumour is above 0 cm. Otherwise a warning: the largest tumour is recorded as 0 cm.",
    "Population": "Step 2, Tumour of 20 cm or more: excluded if largest tumour is at least 20 cm. Patients for whom this is unknown are included.",
    "Groups": "A patient whose group is unknown leaves the population, as the last step of the flow.",
    "Endpoints": "Overall survival: time from liver resection, in months (months). In “Vital status” (status), “Dead” is the event and “Alive” is censored. Death from any cause. Survival is reported at 12, 36 and 60 months. Intervals of the curve are computed on the log(-log) scale. The run stops at a patient without a known time or status.",
    "Tables of characteristics": "Characteristics by tumour size (baseline). Number (percentage), Fisher's exact test: sex and bilobar disease. Mean (standard deviation), Student's t test: age at operation.",
    "Models": "Overall survival (cox-os): Cox regression of overall survival, Efron's approximation for tied times. Each candidate alone: age at operation per 10 years, sex, bilobar disease and largest tumour above 5 cm. Candidates with a univariable Wald p of at most 0.1 enter the multivariable model, and largest tumour above 5 cm enters whatever the p. Each model is fitted to the patients with known values of all its covariates (complete cases). Proportional hazards are tested with Kaplan-Meier transformed time.",
    "Subgroups": "Overall survival (subgroups): the effect of the groups on overall survival within the levels of sex, bilobar disease and age, by Cox regression with Efron's approximation for tied times. A subgroup with fewer than 5 events has no estimate. Each interaction is tested by the likelihood ratio.",
}  # fmt: skip


def test_every_section_says_in_words_what_the_protocol_does(tmp_path):
    words = dict(protocol_in_words(loaded(tmp_path, changed()).protocol))
    assert list(words) == list(SECTIONS)
    for title, sentence in SECTIONS.items():
        assert sentence in words[title]


@pytest.mark.parametrize("shipped", shipped_protocols(), ids=lambda one: one.name)
def test_the_words_of_shipped_protocols_are_clean_sentences(shipped):
    sentences = [one for _, lines in protocol_in_words(shipped.protocol) for one in lines]
    for sentence in (*sentences, *methods_sentences(shipped.protocol)):
        assert sentence.endswith((".", "?"))
        assert (
            "None" not in sentence and ".." not in sentence and "  " not in sentence and " ." not in sentence
        )
        assert sentence[0] == sentence[0].upper() or sentence[1].isupper()  # pT is a symbol
        assert sentence.count("(") == sentence.count(")") and sentence.count("“") == sentence.count("”")


AGE_CUTS = "cut(age, [60], ['under_60', 'from_60'], side='left')"


def test_cut_offs_say_to_which_side_a_value_belongs(tmp_path):
    assert AGE_CUTS in COMPLETE
    turned = AGE_CUTS.replace("'left'", "'right'")
    assert "Age was grouped as ≤ 60 and > 60 years." in methods(tmp_path, (AGE_CUTS, turned))


def test_models_that_share_their_rules_are_told_together_and_exceptions_are_named():
    text = " ".join(methods_sentences(find_protocol("dijkstra-2021").protocol))
    assert text.count("with a univariable Wald p") == 1 and text.count("scaled Schoenfeld residuals") == 1
    assert "(in the model of local tumour progression-free survival (Cox))" in text  # the one with clusters
    assert text.count("Mann-Whitney U test") == 1 and "age and body mass index are summarised as mean" in text
    assert "any complication of the repeat treatment were not tested" in text
    assert len(text.split()) < 1300
