import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crlm.statistics.imputation import Variable, impute, survival_outcome


def squared(data):
    return data["x"] ** 2


def table(seed=1, n=60, share=0.25):
    rng = np.random.default_rng(seed)
    x, flag = rng.normal(size=n), rng.integers(2, size=n)
    grade = rng.integers(3, size=n)
    site = np.array(["colon", "rectum", "both"])[rng.integers(3, size=n)]
    time, event = rng.exponential(np.exp(-x)), (rng.random(n) < 0.7).astype(int)

    def holes(column):
        return [
            None if hole else value
            for value, hole in zip(column.tolist(), rng.random(n) < share, strict=True)
        ]

    outcome, columns = survival_outcome("os", time, event)
    x = holes(x)
    variables = [
        Variable("x", "number"),
        Variable("flag", "binary"),
        Variable("grade", "ordered", levels=(0, 1, 2)),
        Variable("site", "categorical", levels=("colon", "rectum", "both")),
        Variable("x squared", "number", "passive", of=("x",), compute=squared),
        *outcome,
    ]
    data = {
        "x": x,
        "flag": holes(flag),
        "grade": holes(grade),
        "site": holes(site),
        "x squared": [None] * n,
        **columns,
    }
    return data, variables


def same(one, other):
    return all(
        np.array_equal(a.codes(name), b.codes(name))
        for a, b in zip(one.data_sets, other.data_sets, strict=True)
        for name in a
    )


@settings(max_examples=15, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from([0.05, 0.3, 0.6]),
    st.sampled_from(["predictive-mean-matching", "normal"]),
    st.integers(50, 80),  # so that some six in ten unknown never leave too few known for the regression
)
def test_known_values_stay_and_imputed_ones_are_possible(seed, share, method, n):
    data, variables = table(seed, n, share)
    variables[0] = Variable("x", "number", method)
    found = impute(data, variables, m=2, iterations=2, seed=seed)
    assert found.reason is None
    for one in found.data_sets:
        assert list(one) == [variable.name for variable in variables]
        assert len(one) == n
        for variable in variables:
            name = variable.name
            values = one[name].tolist()
            missing = one.was_missing(name)
            known = {given for given in data[name] if given is not None}
            if variable.imputed_by != "passive":
                assert missing.tolist() == [given is None for given in data[name]]
            assert all(
                value == given for value, given in zip(values, data[name], strict=True) if given is not None
            )
            if variable.kind != "number" or (name == "x" and method == "predictive-mean-matching"):
                assert set(values) <= known
            assert np.all(np.isfinite(one.codes(name)))
        assert np.array_equal(one["x squared"], one["x"] ** 2)
        assert one.indicators("site").tolist() == [
            [float(site == "rectum"), float(site == "both")] for site in one["site"]
        ]
        assert one.indicators("flag").shape == (n, 1)


def test_the_result_depends_on_the_seed_and_on_nothing_else():
    data, variables = table()
    first = impute(data, variables, m=3, iterations=2, seed=5)
    assert same(first, impute(data, variables, m=3, iterations=2, seed=5, workers=2))
    assert not same(first, impute(data, variables, m=3, iterations=2, seed=6))
    more = impute(data, variables, m=4, iterations=2, seed=5)
    assert all(np.array_equal(a["x"], b["x"]) for a, b in zip(first.data_sets, more.data_sets, strict=False))
    assert not np.array_equal(first.data_sets[0]["x"], first.data_sets[1]["x"])
    for here, there in zip(
        first.traces, impute(data, variables, m=3, iterations=2, seed=5, workers=3).traces, strict=True
    ):
        assert np.array_equal(here.mean, there.mean)


def test_one_incomplete_variable_follows_the_formulas_to_the_letter():
    rng = np.random.default_rng(3)
    x, y = rng.normal(10, 4, 12), rng.normal(size=12)
    given = y.copy()
    given[8:] = np.nan
    found = impute(
        {"y": given, "x": x},
        [Variable("y", "number", "normal"), Variable("x", "number", "complete")],
        m=2,
        iterations=3,
        seed=9,
    )
    for child, data in zip(np.random.SeedSequence(9).spawn(2), found.data_sets, strict=True):
        g = np.random.default_rng(child)
        g.integers(8, size=4)  # the starting values
        for _ in range(3):
            b, a = np.polyfit(x[:8], y[:8], 1)
            ssr = np.sum((y[:8] - a - b * x[:8]) ** 2)
            sigma = math.sqrt(ssr / g.chisquare(6))
            z = g.standard_normal(2)
            centre = x[:8].mean()
            spread = math.sqrt(np.sum((x[:8] - centre) ** 2))
            mean = y[:8].mean() + sigma * z[0] / math.sqrt(8) + (b + sigma * z[1] / spread) * (x[8:] - centre)
            expected = mean + sigma * g.standard_normal(4)
        assert data["y"][8:] == pytest.approx(expected, rel=1e-9)
        assert data["y"][:8].tolist() == y[:8].tolist()


def test_the_report_says_what_was_done():
    data, variables = table()
    data["site again"] = data["site"]
    data["same"] = [3.0] * 60
    variables = [
        *variables,
        Variable(
            "site again", "categorical", levels=("colon", "rectum", "both", "anus"), predictors=("x", "site")
        ),
        Variable("same", "number"),
    ]
    found = impute(data, variables, m=2, iterations=3, seed=1)
    report = {one.name: one for one in found.report}
    assert list(report) == ["x", "flag", "grade", "site", "x squared", "site again"]
    assert report["x"].method == "predictive-mean-matching"
    assert "x squared" not in report["x"].predictors
    assert report["x"].n_known + report["x"].n_missing == 60
    assert report["site again"].predictors == ("x", "site")
    assert report["site again"].notes == ("anus: not among the known values, so never imputed",)
    assert report["x squared"].predictors == ("x",)
    constant = next(one for one in report["flag"].left_out if one.column == "same")
    assert (constant.reason, constant.visits, constant.of_visits) == ("constant", 6, 6)
    collinear = {one.column for one in report["grade"].left_out if one.reason == "collinear"}
    assert collinear <= {"site: rectum", "site: both", "site again: rectum", "site again: both"}


def test_traces_follow_the_imputed_values():
    data, variables = table()
    found = impute(data, variables, m=3, iterations=4, seed=1)
    traces = {(one.name, one.level): one for one in found.traces}
    assert list(traces) == [
        ("x", None), ("flag", "1"), ("grade", "0"), ("grade", "1"), ("grade", "2"),
        ("site", "colon"), ("site", "rectum"), ("site", "both"),
    ]  # fmt: skip
    last = found.data_sets[1]
    missing = last.was_missing("x")
    assert traces["x", None].mean.shape == (4, 3)
    assert traces["x", None].mean[3, 1] == last["x"][missing].mean()
    assert traces["x", None].sd[3, 1] == last["x"][missing].std(ddof=1)
    assert traces["flag", "1"].sd is None
    assert traces["site", "both"].mean[3, 1] == np.mean(last["site"][last.was_missing("site")] == "both")
    data["x"] = [1.5, None, *range(58)]
    single = next(t for t in impute(data, variables, m=2, iterations=2, seed=1).traces if t.name == "x")
    assert single.sd is None


def test_the_order_of_visits():
    data, variables = table()
    counts = {name: sum(value is None for value in data[name]) for name in ("x", "flag", "grade", "site")}
    assert impute(data, variables, m=1, seed=1).visit == ("x", "flag", "grade", "site")
    found = impute(data, variables, m=1, seed=1, visit="fewest-missing-first")
    assert [counts[name] for name in found.visit] == sorted(counts.values())
    assert impute(data, variables, m=1, seed=1, visit=["site", "grade", "flag", "x"]).visit[0] == "site"


def test_nothing_missing_gives_copies():
    found = impute({"x": [1, 2, 3]}, [Variable("x", "number")], m=2, seed=1, workers=2)
    assert [one["x"].tolist() for one in found.data_sets] == [[1, 2, 3], [1, 2, 3]]
    assert (found.report, found.traces) == ((), ())
    with pytest.raises(ValueError, match="read-only"):
        found.data_sets[0]["x"][0] = 5
    with pytest.raises(KeyError, match="one of x"):
        found.data_sets[0]["y"]


def test_values_that_are_all_the_same_are_imputed_as_such():
    data = {"flag": [1, 1, None, 1], "x": [2.0, None, 2.0, 2.0], "z": [1, 2, 3, 4]}
    variables = [Variable("flag", "binary"), Variable("x", "number"), Variable("z", "number")]
    found = impute(data, variables, m=2, seed=1)
    assert found.data_sets[0]["flag"].tolist() == [1, 1, 1, 1]
    assert found.data_sets[1]["x"].tolist() == [2, 2, 2, 2]
    assert all("all known values are the same" in one.notes[0] for one in found.report)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"x": [None] * 4, "z": [1, 2, 3, 4]}, "x: no value is known"),
        ({"x": [1, 2, None, None], "z": [1, 2, 3, 4]}, "x: 2 known values and 1 predictor columns"),
    ],
)
def test_what_cannot_be_imputed_is_a_result_with_a_reason(data, reason):
    found = impute(data, [Variable("x", "number"), Variable("z", "number")], m=2, seed=1)
    assert found.data_sets == ()
    assert reason in found.reason


def test_few_donors_are_noted():
    data = {"x": [1, 2, 4, 5, None], "z": [1, 2, 3, 4, 5]}
    found = impute(data, [Variable("x", "number"), Variable("z", "number")], m=1, seed=1)
    assert "4 known values for 5 donors" in found.report[0].notes[0]


# ----------------------------------------------------------------------------------------- passive variables


def test_passive_variables_follow_what_they_are_computed_from():
    rng = np.random.default_rng(1)
    weight = [None if i % 5 == 0 else float(w) for i, w in enumerate(rng.normal(80, 10, 40))]
    height = [None if i % 7 == 0 else float(h) for i, h in enumerate(rng.normal(1.75, 0.1, 40))]
    bmi = [
        None if i % 3 else w / h**2 if w and h else None
        for i, (w, h) in enumerate(zip(weight, height, strict=True))
    ]
    bmi[5] = 31.0  # recorded although the weight is not

    def body_mass_index(data):
        return data["weight"] / data["height"] ** 2

    variables = [
        Variable(
            "obese",
            "binary",
            "passive",
            levels=("no", "yes"),
            of=("bmi",),
            compute=lambda d: np.where(d["bmi"] > 30, "yes", "no"),
        ),
        Variable("bmi", "number", "passive", of=("weight", "height"), compute=body_mass_index),
        Variable("weight", "number"),
        Variable("height", "number"),
        Variable("z", "number"),
    ]
    data = {"obese": [None] * 40, "bmi": bmi, "weight": weight, "height": height, "z": rng.normal(size=40)}
    found = impute(data, variables, m=2, iterations=2, seed=1)
    for one in found.data_sets:
        expected = one["weight"] / one["height"] ** 2
        expected[5] = 31.0
        assert one["bmi"] == pytest.approx(expected, rel=1e-14)
        assert (one["obese"] == "yes").tolist() == (one["bmi"] > 30).tolist()
        # Known inputs are no imputation; here weight and height decide.
        assert not one.was_missing("bmi")[1]
        assert one.was_missing("bmi")[0]
    assert next(r for r in found.report if r.name == "weight").predictors == ("height", "z")
    with pytest.raises(ValueError, match="stand in a module"):
        impute(data, variables, m=2, iterations=2, seed=1, workers=2)
    data["bmi"][6] = 20.0
    with pytest.raises(ValueError, match=r"bmi\[6\] is 20, and computed from weight, height"):
        impute(data, variables, m=2, seed=1)


def test_a_function_that_fails_on_imputed_values_is_a_reason():
    variables = [
        Variable("x", "number", "normal"),
        Variable(
            "root", "number", "passive", of=("x",), compute=lambda d: np.where(d["x"] < 1e6, np.inf, 1.0)
        ),
    ]
    found = impute({"x": [1e7, 2e7, None], "root": [None, None, None]}, variables, m=1, seed=1)
    assert found.data_sets == ()
    found = impute({"x": [1.0, 2.0, 5.0, None], "root": [None] * 4}, variables, m=1, seed=1)
    assert "root: its function gave a missing value" in found.reason


# ------------------------------------------------------------------------------------------- what is refused

X = Variable("x", "number")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"name": "a", "kind": "date"}, "kind was 'date'"),
        ({"name": "a", "kind": "number", "method": "logistic"}, "a number variable has"),
        ({"name": "a", "kind": "number", "levels": (1, 2)}, "no levels"),
        ({"name": "a", "kind": "categorical"}, "two or more different"),
        ({"name": "a", "kind": "categorical", "levels": ("b", "b")}, "two or more different"),
        ({"name": "a", "kind": "binary", "levels": (1, 2, 3)}, "has two"),
        ({"name": "a", "kind": "number", "donors": 0}, "donors was 0"),
        ({"name": "a", "kind": "number", "method": "passive"}, "belong together"),
        ({"name": "a", "kind": "number", "of": ("b",)}, "belong together"),
        ({"name": "a", "kind": "number", "compute": squared}, "belong together"),
        ({"name": "a", "kind": "number", "predictors": ("a",)}, "from itself"),
    ],
)
def test_a_variable_that_makes_no_sense_is_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        Variable(**arguments)


@pytest.mark.parametrize(
    ("data", "variables", "options", "sentence"),
    [
        ({"x": [1, math.inf]}, [X], {}, r"x\[1\] is inf"),
        ({"x": [1, "2"]}, [X], {}, r"x\[1\] is '2'; x is said to be a number"),
        ({"x": [1, [2]]}, [X], {}, "said to be a number"),
        ({"x": [1, None]}, [Variable("x", "number", "complete")], {}, 'said to be "complete"'),
        ({"x": [1, 2]}, [Variable("x", "binary")], {}, r"x\[1\] is 2; its levels are \(0, 1\)"),
        ({"x": [1, 2], "y": [1, 2]}, [X], {}, "the columns of the data"),
        ({"x": [1]}, [X, X], {}, "each once"),
        ({"x": [1, 2], "y": [1]}, [X, Variable("y", "number")], {}, "same number of rows"),
        ({"x": []}, [X], {}, "one or more"),
        ({"x": [1]}, [Variable("x", "number", predictors=("z",))], {}, "names 'z'"),
        ({"x": [1, None]}, [X], {"visit": ["y"]}, "visit must name"),
        ({"x": [1, None]}, [X], {"m": 0}, "1 or more"),
        ({"x": [1, None]}, [X], {"iterations": 0}, "1 or more"),
        (
            {"x": [1, None], "y": [1, None]},
            [
                Variable("x", "number", "passive", of=("y",), compute=squared),
                Variable("y", "number", "passive", of=("x",), compute=squared),
            ],
            {},
            "computed from each other",
        ),
        (
            {"x": [1, 2], "y": [None, None]},
            [X, Variable("y", "number", "passive", of=("x",), compute=lambda d: 3.0)],
            {},
            r"compute gave shape \(\)",
        ),
    ],
)
def test_data_that_do_not_fit_are_refused(data, variables, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        impute(data, variables, **({"m": 2, "seed": 1} | options))
