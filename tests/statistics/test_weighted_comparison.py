import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crlm.statistics.comparison import log_rank
from crlm.statistics.results import chi_square_p
from crlm.statistics.weighted_comparison import log_rank_trend, weighted_log_rank
from tests.data import published, survival_set
from tests.golden import golden
from tests.oracles import survival as oracle

GOLDEN = golden("comparison")
SETS = list(GOLDEN["results"])
SURVMISC = {
    "n": {"weight": "gehan"},
    "sqrtN": {"weight": "tarone-ware"},
    "S1": {"weight": "peto"},
    "S2": {"weight": "modified-peto"},
    "1": {"weight": "fleming-harrington"},
    "FH_p=1_q=0": {"weight": "fleming-harrington", "rho": 1},
    "FH_p=0_q=1": {"weight": "fleming-harrington", "gamma": 1},
    "FH_p=1_q=1": {"weight": "fleming-harrington", "rho": 1, "gamma": 1},
    "FH_p=0.5_q=2": {"weight": "fleming-harrington", "rho": 0.5, "gamma": 2},
}


def data(name):
    """Time, event, group and stratum of a golden data set."""
    if name == "colon":
        table = published(name)
        strata = list(zip(table["sex"], table["adhere"], strict=True))
        died = [int(cell) for cell in table["died"]]
        return [float(days) for days in table["days"]], died, table["rx"], strata
    if name in GOLDEN["sets"]:
        stored = GOLDEN["sets"][name]
        return stored["time"], stored["event"], stored["group"], stored["stratum"]
    stored = survival_set(name)
    strata = published(name)["prior_therapy"] if name == "veteran" else ["all"] * len(stored["time"])
    return stored["time"], stored["event"], stored["group"], strata


def same(test, expected):
    assert [test.statistic, test.df, test.p] == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("name", SETS)
def test_weights_and_strata_are_those_of_survdiff(name):
    time, event, group, strata = data(name)
    expected = GOLDEN["results"][name]
    levels = expected["levels"]
    for within, key in ((None, "rho"), (strata, "strata_rho")):
        for case in expected[key]:
            found = weighted_log_rank(
                time,
                event,
                group,
                weight="fleming-harrington",
                rho=case["rho"][0],
                levels=levels,
                strata=within,
            )
            same(found.test, case["test"])
        same(log_rank(time, event, group, levels=levels, strata=within).test, expected[key][0]["test"])
    counted = log_rank(time, event, group, levels=levels, strata=strata).groups
    assert [one.observed for one in counted] == expected["observed"]
    assert [one.expected for one in counted] == pytest.approx(expected["expected"], rel=1e-12)


@pytest.mark.parametrize("name", [name for name in SETS if GOLDEN["results"][name]["more"]])
def test_other_weights_are_those_of_survmisc(name):
    time, event, group, _ = data(name)
    expected = GOLDEN["results"][name]
    for key, weight in SURVMISC.items():
        found = weighted_log_rank(time, event, group, levels=expected["levels"], **weight)
        same(found.test, expected["more"][key])
        assert found.test.method == weight["weight"]


@pytest.mark.parametrize("name", SETS)
def test_the_trend_is_made_of_what_survdiff_counts(name):
    time, event, group, strata = data(name)
    expected = GOLDEN["results"][name]
    levels = expected["levels"]
    same(log_rank_trend(time, event, group, levels=levels), expected["trend"])
    same(log_rank_trend(time, event, group, levels=levels, strata=strata), expected["strata_trend"])
    odd = log_rank_trend(time, event, group, levels=levels, scores=expected["trend_scores"])
    same(odd, expected["odd_trend"])


patients = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 1), st.sampled_from("abc"), st.integers(0, 2)),
    min_size=1,
    max_size=24,
)
weights = st.sampled_from(
    [
        {"weight": "gehan"},
        {"weight": "peto"},
        {"weight": "modified-peto"},
        *({"weight": "fleming-harrington", "rho": r, "gamma": g} for r in (0, 1) for g in (0, 1, 2)),
    ]
)


@given(patients, weights)
def test_the_weighted_test_is_the_definition(rows, weight):
    time, event, group, strata = (list(column) for column in zip(*rows, strict=True))
    levels = sorted(set(group))
    found = weighted_log_rank(time, event, group, levels=levels, strata=strata, **weight).test
    score, covariance = oracle.weighted_log_rank(time, event, group, strata, **weight)
    # With strata a group may have no variance, though it was at risk beside another.
    left_out = {note.split(":")[0] for note in found.notes if note.endswith("left out of the test")}
    kept = [g for g in levels if g not in left_out][1:]
    solution = oracle.solve([[covariance[g, h] for h in kept] for g in kept], [score[g] for g in kept])
    if not kept or solution is None:
        assert found.p is None
        assert found.reason
    else:
        statistic = float(sum(score[g] * x for g, x in zip(kept, solution, strict=True)))
        assert found.df == len(kept)
        assert found.statistic == pytest.approx(statistic, rel=1e-9, abs=1e-12)
        assert found.p == pytest.approx(chi_square_p(statistic, len(kept)), rel=1e-9)


@given(patients, st.lists(st.sampled_from([0, 1, 2.5, -3]), min_size=3, max_size=3))
def test_the_trend_is_the_definition(rows, scores):
    time, event, group, strata = (list(column) for column in zip(*rows, strict=True))
    found = log_rank_trend(time, event, group, levels="abc", scores=scores, strata=strata)
    score, covariance = oracle.weighted_log_rank(time, event, group, strata, "fleming-harrington")
    value = dict(zip("abc", map(oracle.Fraction, scores), strict=True))
    variance = sum(value[g] * value[h] * v for (g, h), v in covariance.items())
    if variance == 0:
        assert found.p is None
        assert found.reason
    else:
        statistic = float(sum(value[g] * x for g, x in score.items()) ** 2 / variance)
        assert (found.statistic, found.df) == (pytest.approx(statistic, rel=1e-9, abs=1e-12), 1)


@given(patients)
def test_two_groups_have_the_trend_of_their_difference(rows):
    time, event, group, strata = (list(column) for column in zip(*rows, strict=True))
    group = ["a" if label == "c" else label for label in group]
    difference = log_rank(time, event, group, levels="ab", strata=strata).test
    trend = log_rank_trend(time, event, group, levels="ab", strata=strata)
    assert (difference.p is None) == (trend.p is None)
    if trend.p is not None:
        assert trend.p == pytest.approx(difference.p, rel=1e-9)


def test_what_has_no_answer_says_why():
    time, event = [1, 2, 3, 4], [1, 1, 1, 0]
    alone = log_rank(time, event, list("abab"), strata=["s", "t", "s", "t"]).test
    assert alone.reason == "at every event only one group was still at risk"
    assert alone.notes == ("compared within 2 strata",)
    apart = log_rank(
        [1, 2, 3, 4] * 2, [1, 1, 1, 0] * 2, list("abab" + "cdcd"), strata=["s"] * 4 + ["t"] * 4
    ).test
    assert apart.reason == "the strata do not connect the groups: some are never at risk together"
    late = weighted_log_rank([1, 1, 2, 2], [1, 1, 0, 0], list("abab"), weight="fleming-harrington", gamma=1)
    assert late.test.reason == "the events that could tell the groups apart have no weight"
    flat = log_rank_trend(time, event, list("abab"), levels="ab", scores=[2, 2])
    assert flat.reason == "all groups at risk have the same score"
    tied = log_rank_trend([3, 3], [1, 1], list("ab"), levels="ab")
    assert tied.reason == "at the events that could show a trend, everybody at risk had the event"


def test_a_group_always_alone_in_its_stratum_is_left_out_and_named():
    time, event = [1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1]
    found = log_rank(time, event, list("ababcc"), strata=[0, 0, 0, 0, 1, 1])
    assert found.test.notes[0] == "c: alone in its strata at every event, left out of the test"
    assert found.test.p == log_rank(time[:4], event[:4], list("abab")).test.p
    late = weighted_log_rank(
        [1, 1, 1, 2, 3, 4, 5], [1, 0, 0, 1, 1, 0, 1], list("abcabab"), weight="fleming-harrington", gamma=1
    )
    assert late.test.notes == ("c: at risk only at events without weight, left out of the test",)
    assert late.test.df == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"weight": "wilcoxon"}, "one of fleming-harrington"),
        ({"weight": "gehan", "rho": 1}, "belong to the weight"),
        ({"weight": "fleming-harrington", "gamma": -1}, "0 or more"),
        ({"weight": "fleming-harrington", "rho": np.nan}, "finite"),
        ({"weight": "gehan", "strata": [1]}, "strata has 1 labels"),
        ({"weight": "gehan", "strata": [1, None]}, "strata has a missing label"),
    ],
)
def test_a_wrong_argument_is_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        weighted_log_rank([1, 2], [1, 0], ["a", "b"], **arguments)


@pytest.mark.parametrize("scores", [[1], [1, np.inf]])
def test_wrong_scores_are_refused(scores):
    with pytest.raises(ValueError, match="one finite number"):
        log_rank_trend([1, 2], [1, 0], ["a", "b"], levels="ab", scores=scores)


@pytest.mark.parametrize("levels", [None, [7, 5, 9]])
def test_labels_may_be_any_sort_of_array(levels):
    time, event, group = [1, 2, 3, 4, 5], [1, 1, 0, 1, 1], [5, 9, 5, 7, 9]
    expected = log_rank(time, event, group, levels=levels)
    for labels in (np.array(group), np.array(group, dtype=np.int8), np.array(group, dtype=object)):
        assert log_rank(time, event, labels, levels=levels) == expected
    far = np.array(group) * 1_000_000
    times = None if levels is None else [level * 1_000_000 for level in levels]
    assert log_rank(time, event, far, levels=times).test == expected.test


def test_missing_and_unknown_labels_are_refused():
    for labels in (["a", None], np.array([1.0, np.nan]), [float("nan"), 1]):
        with pytest.raises(ValueError, match="missing label"):
            log_rank([1, 2], [1, 0], labels)
    with pytest.raises(ValueError, match="not one of the levels"):
        log_rank([1, 2], [1, 0], np.array([1, 2]), levels=[1, 3])
    with pytest.raises(ValueError, match="2 dimensions"):
        log_rank([1, 2], [1, 0], np.ones((2, 2)))
