# ruff: noqa: E501 - tables with one case per line
"""Logistic and Fine-Gray models, exposures, confounders, pairs, restrictions: what is refused, and what is said."""

import tomllib

import jsonschema
import pytest

from crlm.problems import ProtocolError
from crlm.study.protocol.check import check_protocol
from crlm.study.protocol.schema import protocol_schema
from crlm.study.protocol.words import methods_sentences, protocol_in_words
from tests.protocol.samples import changed, loaded

VALIDATOR = jsonschema.Draft202012Validator(protocol_schema())
ENDPOINT = 'endpoint = "os"\ncandidates'
LOGISTIC = 'type = "logistic"\noutcome = "bilobar"\ncandidates'
CANDIDATES = '[{ variable = "age", per = 10 }, "sex", "bilobar", "large"]'
FEWER = '[{ variable = "age", per = 10 }, "sex", "large"]'
CONFOUNDER = 'exposure = "large"\nkeep = { univariable_p = 0.10, confounder = { p = 0.05, change_in_estimate = 0.10 } }'
KEEP = "keep = { univariable_p = 0.10 }"
COMPETING = [
    ('{ code = 1, name = "dead", label = "Dead" }]', '{ code = 1, name = "dead" }, { code = 2, name = "other", label = "Other death" }]'),
    ('censor = ["alive"]', 'censor = ["alive"]\ncompeting = ["other"]'),
]  # fmt: skip

REFUSED = [
    ([(ENDPOINT, 'type = "logistic"\ncandidates')], 'needs "outcome"'),
    ([(ENDPOINT, "candidates")], 'needs "endpoint"'),
    ([(ENDPOINT, f'endpoint = "os"\n{LOGISTIC}')], 'has no key "endpoint"'),
    ([(ENDPOINT, LOGISTIC), (KEEP, f'{KEEP}\nties = "efron"')], 'has no key "ties"'),
    ([(ENDPOINT, f'outcome = "bilobar"\n{ENDPOINT}')], 'has no key "outcome"'),
    ([(KEEP, CONFOUNDER.partition("\n")[2])], "needs an exposure"),
    ([(KEEP, 'exposure = "large"\nkeep = { all = true, backward_p = 0.1, confounder = { p = 0.05, change_in_estimate = 0.1 } }')], "not both"),
    ([*COMPETING, (KEEP, f'{KEEP}\ncompeting = "fine-gray"\nties = "efron"')], 'a Fine-Gray model has no key "ties"'),
    ([*COMPETING, (KEEP, f'{KEEP}\ncompeting = "fine-gray"\np = "likelihood-ratio"')], "are wald"),
    ([(KEEP, f'{KEEP}\ncluster = "sex"\np = "likelihood-ratio"')], "with cluster, p is wald"),
    ([("landmarks =", "cumulative_incidence = true\nlandmarks =")], "is for an endpoint with competing events"),
    ([("[[model]]", "[[paired]]\nrows = [{ label = 'Nothing' }]\n\n[[model]]")], "a row needs before, after or both"),
    ([("[[model]]", "[[paired]]\nrows = [{ before = 'age', test = 'wilcoxon' }]\n\n[[model]]")], "one of them is absent"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "words"), REFUSED, ids=[one[1] for one in REFUSED])
def test_what_contradicts_itself_is_refused_by_loader_and_schema(tmp_path, changes, words):
    text = changed(*changes)
    with pytest.raises(ProtocolError) as raised:
        loaded(tmp_path, text)
    assert [words in problem.given for problem in raised.value.problems] == [True]
    if "not both" not in words and "one of them" not in words:  # a schema does not compare these
        assert list(VALIDATOR.iter_errors(tomllib.loads(text)))


FOUND = [
    ([(ENDPOINT, LOGISTIC.replace("bilobar", "sex")), (CANDIDATES, '["bilobar", "large"]')], "protocol-model-yes-no", "a logistic model is of what is yes or no"),
    ([(ENDPOINT, LOGISTIC)], "protocol-model-outcome", '"bilobar" is the outcome of the model itself'),
    ([(KEEP, f'{KEEP}\nexposure = "size"')], "protocol-model-not-candidate", '"size" is not a candidate'),
    ([(KEEP, f'{KEEP}\ncompeting = "fine-gray"')], "protocol-model-competing", "has no competing events"),
    ([(KEEP, f'{KEEP}\ncluster = "centre"')], "protocol-unknown-variable", 'no variable "centre"'),
    ([(KEEP, f'{KEEP}\nwhere = "age"')], "protocol-condition", "the expression gives a number"),
    ([(KEEP, f'{KEEP}\nwhere = "sex == \'men\'"')], "expression-level", "men"),
    ([("[[model]]", "[[paired]]\nrows = [{ before = 'age', after = 'size' }]\n\n[[model]]")], "protocol-paired-type", "is in years"),
    ([("[[model]]", "[[paired]]\nrows = [{ before = 'sex', after = 'bilobar' }]\n\n[[model]]")], "protocol-paired-type", "have not the same values"),
    ([("[[model]]", "[[paired]]\nrows = [{ before = 'bilobar', after = 'large', test = 'wilcoxon' }]\n\n[[model]]")], "protocol-paired-test", "cannot be compared"),
    ([("[[model]]", "[[paired]]\nrows = [{ before = 'bilobar', after = 'large', summary = 'mean_sd' }]\n\n[[model]]")], "protocol-baseline-summary", "cannot be summarised"),
    ([("[[model]]", "[[paired]]\nunit = 'lesion'\nrows = ['x']\n\n[[model]]".replace("['x']", "[{ before = 'age' }]"))], "protocol-unit", "a table has patients only"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code", "words"), FOUND, ids=[f"{one[1]}-{one[2][:20]}" for one in FOUND]
)
def test_what_does_not_fit_is_found(tmp_path, changes, code, words):
    problems = [one for one in check_protocol(loaded(tmp_path, changed(*changes))) if one.severity == "error"]
    assert [(one.code, words in one.given) for one in problems] == [(code, True)]
    assert problems[0].place.line is not None


SAID = [
    ([(ENDPOINT, LOGISTIC), (CANDIDATES, FEWER)], "Factors associated with bilobar disease were analysed by logistic regression."),
    ([(ENDPOINT, LOGISTIC), (CANDIDATES, FEWER)], "odds ratios are given for age at operation per 10 years."),
    ([(ENDPOINT, LOGISTIC), (CANDIDATES, FEWER)], "is given as the area under the ROC curve."),
    ([(ENDPOINT, LOGISTIC), (CANDIDATES, FEWER), (KEEP, f'{KEEP}\ninterval = "profile"')], "Intervals of odds ratios are those of the profile likelihood."),
    ([(KEEP, CONFOUNDER)], "Covariates with a Wald p of at most 0.05 in the multivariable model were potential confounders of largest tumour above 5 cm; its effect was corrected for them when adjustment for them together changed the crude coefficient of largest tumour above 5 cm by more than 10 %, and otherwise the crude effect was kept."),
    ([(KEEP, CONFOUNDER.replace("0.10 } }", '0.10, scale = "ratio" } }'))], "changed the crude hazard ratio of"),
    ([(KEEP, f'{KEEP}\nwhere = "age >= 60"')], "These analyses included only patients of whom this is known to hold: age at operation is at least 60 years."),
    ([(KEEP, f'{KEEP}\ncluster = "sex"')], "Because records with the same sex are not independent, intervals and p were also computed with a robust (sandwich) variance over clusters."),
    ([*COMPETING, (KEEP, f'{KEEP}\ncompeting = "fine-gray"')], "Fine and Gray's proportional hazards regression of the subdistribution"),
    ([*COMPETING, ("landmarks =", "cumulative_incidence = true\nlandmarks =")], "was estimated by the Aalen-Johansen method for overall survival, and compared between groups with Gray's test."),
    ([("landmarks =", 'follow_up = ["reverse-kaplan-meier", "survivors"]\nlandmarks =')], "Follow-up is given as the median of the reverse Kaplan-Meier curve and the median (interquartile range) of the times of those who were censored."),
    ([("landmarks =", 'median_interval = "spss"\nlandmarks =')], "and those of medians were computed as the median plus and minus a multiple of its standard error (Collett)."),
    ([("landmarks =", 'where = "age < 80"\nlandmarks =')], "only patients of whom this is known to hold: age at operation is below 80 years."),
    ([("landmarks =", 'group = "sex"\nlandmarks =')], "For overall survival the groups were those of sex."),
    ([("[[model]]", "[[paired]]\nrows = [{ before = 'bilobar', after = 'large', label = 'Spread' }]\n\n[[model]]")], "pairs were compared: spread with McNemar's test with continuity correction."),
    ([('variables = ["sex", "bilobar"', 'where = "age < 80"\nvariables = ["sex", "bilobar"')], "fewer than 5 events; only patients of whom this is known to hold: age at operation is below 80 years."),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "words"), SAID, ids=[one[1][:40] for one in SAID])
def test_the_methods_say_it(tmp_path, changes, words):
    found = loaded(tmp_path, changed(*changes))
    assert [one for one in check_protocol(found) if one.severity == "error"] == []
    VALIDATOR.validate(tomllib.loads(found.text))
    assert words in "\n".join(methods_sentences(found.protocol))
    sentences = [one for _, lines in protocol_in_words(found.protocol) for one in lines]
    for sentence in (*sentences, *methods_sentences(found.protocol)):
        assert sentence.endswith((".", "?")) and ".." not in sentence and "  " not in sentence


def test_a_logistic_model_says_nothing_of_hazards(tmp_path):
    text = changed((ENDPOINT, LOGISTIC), (CANDIDATES, FEWER))
    words = dict(protocol_in_words(loaded(tmp_path, text).protocol))["Models"][0]
    assert "logistic regression of bilobar disease" in words
    assert "hazard" not in words and "tied" not in words
