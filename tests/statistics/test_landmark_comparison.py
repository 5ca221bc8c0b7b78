import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crlm.statistics.curve_readings import survival_at
from crlm.statistics.landmark_comparison import compare_survival_at
from crlm.statistics.survival_curve import kaplan_meier
from tests.data import published
from tests.golden import golden

GOLDEN = golden("landmark")
CASES = [(name, case) for name in ("freireich", "veteran", "veteran_weighted") for case in GOLDEN[name]]


@pytest.mark.parametrize(("name", "case"), CASES, ids=lambda x: x if isinstance(x, str) else str(x["at"][0]))
def test_the_comparison_is_kleins_with_survfit(name, case):
    table = published(name.split("_", maxsplit=1)[0])
    time = [float(t) for t in table["weeks" if name == "freireich" else "time"]]
    event = [int(e) for e in table["relapsed" if name == "freireich" else "died"]]
    weights = [float(age) / 50 for age in table["age"]] if name == "veteran_weighted" else None
    found = compare_survival_at(
        time,
        event,
        table["treatment"],
        case["at"][0],
        levels=tuple(case["levels"]),
        level=0.9,
        weights=weights,
    )
    assert [one.value for one in found.survival] == pytest.approx(case["survival"], rel=1e-12)
    assert [one.standard_error for one in found.survival] == pytest.approx(case["errors"], rel=1e-12)
    for one, test, expected in (
        (found.difference, found.difference_test, case["difference"]),
        (found.ratio, found.ratio_test, case["ratio"]),
        (found.hazard_ratio, found.test, case["hazard_ratio"]),
    ):
        ours = [one.value, one.lower, one.upper, one.standard_error, test.statistic, test.p]
        assert ours == pytest.approx(expected, rel=1e-10)
        assert (one.level, one.reason, test.reason, test.n) == (0.9, None, None, len(time))


rows = st.lists(
    st.tuples(st.integers(1, 9), st.integers(0, 1), st.sampled_from("ab")), min_size=1, max_size=25
)


@given(rows, st.integers(1, 9))
def test_turning_the_groups_round_turns_the_comparison_round(data, at):
    columns = [list(column) for column in zip(*data, strict=True)]
    one = compare_survival_at(*columns, at, levels=("a", "b"))
    other = compare_survival_at(*columns, at, levels=("b", "a"))
    assert one.survival == other.survival[::-1]
    assert (one.test.p is None) == (one.test.reason is not None)
    assert (one.test.p is None) == (other.test.p is None)
    if one.test.p is not None:
        assert one.test.p == pytest.approx(other.test.p, rel=1e-12)
        assert one.difference.value == -other.difference.value
        assert one.hazard_ratio.lower == pytest.approx(1 / other.hazard_ratio.upper, rel=1e-12)
        # An interval holds no difference exactly when its test has p >= 0.05.
        for estimate, test, none in (
            (one.ratio, one.ratio_test, 1.0),
            (one.hazard_ratio, one.test, 1.0),
            (one.difference, one.difference_test, 0.0),
        ):
            if abs(test.p - 0.05) > 1e-9:
                assert (estimate.lower <= none <= estimate.upper) == (test.p >= 0.05)
    for at_group, label in zip(one.survival, "ab", strict=True):
        inside = [i for i, g in enumerate(columns[2]) if g == label]
        curve = kaplan_meier([columns[0][i] for i in inside], [columns[1][i] for i in inside])
        assert at_group == survival_at(curve, [at])[0]


def test_delayed_entry_is_taken_into_account():
    time, event, entry = [3, 5, 6, 8, 4, 6, 7, 9], [1, 1, 0, 1, 1, 0, 1, 1], [0, 1, 4, 0, 0, 0, 5, 2]
    found = compare_survival_at(time, event, list("aaaabbbb"), 6, levels=("a", "b"), entry=entry)
    # a: at 3 of 3 at risk, at 5 of 3; b: at 4 of 3
    assert found.survival[0].value == pytest.approx(2 / 3 * 2 / 3)
    assert found.survival[1].value == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("time", "event", "at", "reason"),
    [
        ([1, 2, 9, 3, 4, 9], [0, 0, 0, 1, 0, 1], 5, "a: no interval: no event up to 5"),
        ([1, 2, 2, 3, 4, 9], [1, 0, 0, 1, 0, 1], 5, "a: follow-up ends at 2"),
        (
            [1, 2, 2, 3, 4, 4],
            [1, 1, 1, 1, 1, 1],
            5,
            "a: no interval: everybody still at risk has had the event",
        ),
    ],
)
def test_what_cannot_be_compared_says_why(time, event, at, reason):
    found = compare_survival_at(time, event, list("aaabbb"), at, levels=("a", "b"))
    assert found.test.p is None
    assert found.test.reason.startswith(reason)
    assert found.hazard_ratio.value is None
    assert (found.difference.value is None) == (found.survival[0].value is None)
    assert found.difference_test.p is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"at": 0}, "above 0"),
        ({"at": np.inf}, "above 0"),
        ({"levels": ("a", "a")}, "two different groups"),
        ({"levels": ("a", "c")}, "not one of the levels"),
    ],
)
def test_a_wrong_argument_is_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        compare_survival_at([1, 2], [1, 0], ["a", "b"], **{"at": 1, "levels": ("a", "b"), **arguments})
