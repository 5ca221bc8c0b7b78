from fractions import Fraction
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crlm.statistics.cumulative_hazard import cumulative_hazard, hazard_at, nelson_aalen_of_each
from tests.data import survival_set
from tests.golden import golden
from tests.oracles import competing_risks as oracle

GOLDEN = golden("restricted_mean")


def assert_like_survfit(found, expected):
    assert found.time.tolist() == pytest.approx(expected["time"], rel=1e-12)
    assert found.hazard.tolist() == pytest.approx(expected["hazard"], rel=1e-12)
    assert found.standard_error.tolist() == pytest.approx(expected["standard_error"], rel=1e-11)


@pytest.mark.parametrize("name", GOLDEN["hazards"])
@pytest.mark.parametrize("method", ["nelson-aalen", "fleming-harrington"])
def test_hazard_is_survfit(name, method):
    values = GOLDEN["sets"].get(name) or survival_set(name)
    found = cumulative_hazard(values["time"], values["event"], method=method)
    assert_like_survfit(found, GOLDEN["hazards"][name][method.replace("-", "_")])


def test_weights_and_delayed_entry():
    values = GOLDEN["sets"]["months"]
    for name in ("whole", "sampling"):
        found = cumulative_hazard(
            values["time"], values["event"], weights=GOLDEN["weighted"][name]["weights"]
        )
        assert_like_survfit(found, GOLDEN["hazards_weighted"][name])
    rows = GOLDEN["weighted"]["late"]["rows"]
    found = cumulative_hazard(rows["time"], rows["event"], entry=rows["entry"])
    assert_like_survfit(found, GOLDEN["hazards_weighted"]["late"])


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 1)), min_size=1, max_size=25))
def test_hazard_is_the_definition(rows):
    time, event = (list(column) for column in zip(*rows, strict=True))
    aalen = cumulative_hazard(time, event)
    fleming = cumulative_hazard(time, event, method="fleming-harrington")
    sums = [Fraction(0)] * 4
    for row, t in enumerate(sorted(set(time))):
        n = sum(x >= t for x in time)
        d = sum(x == t and e == 1 for x, e in rows)
        one_by_one = [Fraction(1, n - j) for j in range(d)]
        added = (Fraction(d, n), Fraction(d, n * n), sum(one_by_one), sum(x * x for x in one_by_one))
        sums = [a + b for a, b in zip(sums, added, strict=True)]
        assert aalen.hazard[row] == pytest.approx(float(sums[0]), rel=1e-12)
        assert aalen.standard_error[row] ** 2 == pytest.approx(float(sums[1]), rel=1e-12)
        assert fleming.hazard[row] == pytest.approx(float(sums[2]), rel=1e-12)
        assert fleming.standard_error[row] ** 2 == pytest.approx(float(sums[3]), rel=1e-12)
    each = nelson_aalen_of_each(time, event)
    assert each.tolist() == [aalen.hazard[sorted(set(time)).index(t)] for t in time]


@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 1), st.sampled_from([0.5, 1.0, 2.25])),
        min_size=1,
        max_size=12,
    )
)
def test_the_robust_variance_is_the_jackknife(rows):
    time, event, weights = (list(column) for column in zip(*[*rows, (9, 0, 0.75)], strict=True))

    def hazard(w):
        return sum(
            sum(v for x, e, v in zip(time, event, w, strict=True) if x == t and e)
            / sum(v for x, v in zip(time, w, strict=True) if x >= t)
            for t in set(time)
        )

    found = cumulative_hazard(time, event, weights=weights)
    assert found.hazard[-1] == pytest.approx(hazard(weights), rel=1e-12)
    assert found.standard_error[-1] ** 2 == pytest.approx(
        oracle.jackknife_variance(hazard, weights), rel=1e-5, abs=1e-10
    )


def test_intervals_by_hand():
    z = 1.959963984540054
    # One event among four: H = 1/4, SE = 1/4
    log, plain = (cumulative_hazard([1, 2, 3, 4], [1, 0, 0, 0], interval=i) for i in ("log", "plain"))
    at = hazard_at(log, [2])[0]
    assert (at.value, at.standard_error) == (0.25, 0.25)
    assert (at.lower, at.upper) == pytest.approx((0.25 * exp(-z), 0.25 * exp(z)))
    assert (plain.lower[0], plain.upper[0]) == pytest.approx((0.0, 0.25 + z * 0.25))


def test_what_is_not_known_has_a_reason():
    curve = cumulative_hazard([1, 2, 3], [0, 1, 0])
    before, at, after = hazard_at(curve, [1, 2, 4])
    assert (before.value, before.lower, before.reason) == (0.0, None, "no interval: no event up to 1")
    assert at.reason is None
    assert (after.value, after.reason) == (None, "follow-up ends at 3")
    assert hazard_at(cumulative_hazard([], []), [1])[0].reason == "there are no patients"
    assert not curve.hazard.flags.writeable


def test_times_that_differ_by_rounding_share_their_hazard():
    each = nelson_aalen_of_each([0.1 + 0.2, 0.3, 1.0], [1, 1, 0])
    assert each.tolist() == [2 / 3] * 3
    assert np.ptp(each) == 0


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"method": "breslow"}, "method was"),
        ({"interval": "log-log"}, "interval was"),
        ({"level": 0}, "level was"),
        ({"method": "fleming-harrington", "weights": [1, 1]}, "takes no weights"),
    ],
)
def test_wrong_options_are_refused(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        cumulative_hazard([1, 2], [1, 0], **options)


def test_a_wrong_time_is_refused():
    with pytest.raises(ValueError, match="times were"):
        hazard_at(cumulative_hazard([1], [1]), [-1])
