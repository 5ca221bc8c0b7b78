"""R's tests of proportional hazards and its concordance, for the Cox models on public data sets."""

import pytest

from crlm.statistics.concordance import model_concordance
from crlm.statistics.proportional_hazards import proportional_hazards_test
from tests.data.public import public_data
from tests.statistics.test_public import COX_SETS, GOLDEN, SEVERAL, close, fitted, same_test

TIES = ["efron", "breslow"]


def same_diagnostics(fit, expected):
    for transform, theirs in expected["zph"].items():
        found = proportional_hazards_test(fit, transform=transform)
        ours = [found.terms[term.name] for term in fit.terms]
        if len(theirs["df"]) > len(ours):
            ours.append(found.overall)
        for place, one in enumerate(ours):
            same_test(one, {key: column[place] for key, column in theirs.items()})
        same_test(found.overall, {key: column[-1] for key, column in theirs.items()})
    found = model_concordance(fit).estimate
    close([found.value, found.standard_error], expected["concordance"])


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("name", COX_SETS)
def test_models_of_one_covariate(name, ties):
    data = public_data(name)
    for covariate in data.covariates:
        same_diagnostics(fitted(data, [covariate], ties), GOLDEN[name]["univariable"][covariate][ties])


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("name", SEVERAL)
def test_models_of_all_covariates(name, ties):
    data = public_data(name)
    same_diagnostics(fitted(data, data.covariates, ties), GOLDEN[name]["multivariable"][ties])
