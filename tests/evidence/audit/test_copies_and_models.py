"""Rows copied within a table, effects quoted of another model, and explanations that the counts exclude."""

from math import log, sqrt

import pytest
from scipy import stats

from crlm.evidence.audit.checks import copied_rows, odds_ratio_tables, p_against_interval, repeated_effects
from crlm.evidence.audit.checks.behind_counts import Counts
from crlm.evidence.audit.ratio import changed, ratios
from tests.evidence.audit.small_papers import found, paper
from tests.evidence.audit.test_effects import effect, wald


def column(copied=None, decimals=2, sizes=None):
    """Twelve terms; `copied` takes the numbers of the term above it."""
    rows = []
    for n in range(12):
        source = n - 1 if n == copied else n
        rows.append(
            wald(n, 0.5 - 0.09 * source, 0.2 + 0.01 * source, decimals, term=f"v{n}", level="Yes", n=sizes)
        )
    return paper(effects=rows)


def test_a_row_that_repeats_the_one_above_it_is_found():
    assert not found(copied_rows.CHECK, column())
    (one,) = found(copied_rows.CHECK, column(copied=6, decimals=3))
    assert one.rows == ("R5", "R6")
    assert one.severity == "doubtful"
    assert "the table has 11 pairs of neighbours" in one.arithmetic


def test_digits_that_tell_few_rows_apart_say_nothing():
    coarse = [effect(n, "1.00", "0.99-1.01", "0.90", term=f"v{n}", level="per mm") for n in range(6)]
    assert not found(copied_rows.CHECK, paper(effects=coarse))


def test_equal_numbers_of_equally_many_people_say_nothing():
    """Moretto's age and backbone both split 112 and 156, and have the same events: nothing was copied."""
    assert not found(copied_rows.CHECK, column(copied=6, decimals=3, sizes=112))


def test_one_effect_in_two_tables_is_no_copy():
    same = [wald(n, 0.3, 0.2, 3) for n in range(2)]
    assert not found(copied_rows.CHECK, paper(effects=same))


MULTIVARIABLE = {"model": "multivariable"}


def quoted_in_the_discussion(model, number="1.20", with_column=True):
    table = [wald(f"u{n}", 0.1 * n, 0.2, term=f"v{n}") for n in range(4)]
    table += [effect("u9", "1.20", "0.89-1.61", "0.24", term="chemotherapy")]
    if with_column:
        table += [wald(f"m{n}", 0.1 * n, 0.25, term=f"v{n}", **MULTIVARIABLE) for n in range(3)]
    said = effect("d", number, "", "0.24", term="chemotherapy", model=model, locator="Discussion")
    return found(repeated_effects.CHECK, paper(effects=[*table, said]))


def test_a_univariable_effect_that_is_quoted_as_multivariable():
    (one,) = quoted_in_the_discussion("multivariable")
    assert one.rows == ("Rd",)
    assert "called multivariable in Discussion, printed as univariable in Table 1" in one.title


@pytest.mark.parametrize(
    "case",
    [
        {"model": "univariable"},
        {"model": "multivariable", "number": "1.30"},
        {"model": "multivariable", "with_column": False},
    ],
)
def test_other_quotations_are_silent(case):
    assert not quoted_in_the_discussion(**case)


def test_numbers_of_another_model_explain_two_places_and_which_side_they_are_on():
    rows = [
        effect(1, "1.486", "0.594-3.714", "0.397", model="final", locator="Table 7 caption"),
        effect(2, "0.662", "0.249-1.756", "0.407", model="final", locator="Abstract"),
        effect(3, "0.662", "0.249-1.756", "0.407", model="multivariable", locator="Table 7"),
    ]
    (one,) = found(repeated_effects.CHECK, paper(effects=rows))
    assert one.title.endswith("printed differently in 2 places, above 1 and below")
    (said,) = one.explanations
    assert said.sentence == "The numbers of Abstract are those of the multivariable column of Table 7."


def odds(number, level, of_level, reference, of_reference, p=None):
    """Both rows of a factor: its odds ratio (Woolf) and its reference, with sizes."""
    a, c = level, reference
    value = log(a * (of_reference - c) / ((of_level - a) * c))
    error = sqrt(1 / a + 1 / (of_level - a) + 1 / c + 1 / (of_reference - c))
    same = {"measure": "OR", "term": f"v{number}", "reference": "No", "endpoint": "relapse"}
    first = wald(f"o{number}", value, error, level="Yes", n=of_level, **same)
    if p:
        first = effect(f"o{number}", first.est_printed, first.ci_printed, p, level="Yes", n=of_level, **same)
    return first, effect(f"r{number}", "Reference", "", level="No", n=of_reference, **same)


def six_factors(p=None):
    sizes = [(20 + 3 * n, 60 + 4 * n) for n in range(6)]
    rows = []
    for n, (events, of) in enumerate(sizes):
        rows += odds(n, events, of, 60 - events, 160 - of, p if n == 5 else None)
    return paper(effects=rows, n=160)


def test_a_p_that_no_test_of_the_counts_gives_is_not_explained_by_another_test():
    assert not found(p_against_interval.CHECK, six_factors())
    (row,) = (one for one in ratios(six_factors().numbers.effects) if one.row.row_id == "Ro5")
    wrong = f"{float(row.row.p_printed) + 0.02:.3f}"
    (one,) = found(p_against_interval.CHECK, six_factors(wrong))
    assert one.severity == "impossible"
    assert [each.kind for each in one.explanations] == ["misprint"]
    assert found(odds_ratio_tables.CHECK, six_factors(wrong))


def test_counts_know_the_p_of_their_own_row():
    chi_square = stats.chi2_contingency([[35, 45], [25, 55]], correction=False).pvalue
    for p, given in ((f"{chi_square:.3f}", True), (f"{chi_square + 0.05:.3f}", False)):
        one = six_factors(p)
        counts = Counts(one)
        rows = {each.row.row_id: each for each in ratios(one.numbers.effects)}
        assert all(counts.allow(changed(each, "p", None)) for each in rows.values())
        assert counts.gives_p(rows["Ro5"]) is given
