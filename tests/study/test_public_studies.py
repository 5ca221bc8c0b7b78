"""Public data through `crlm study run`, with R's numbers for everything that results.json says.

Each protocol in tests/study/protocols is run from the command line on a table in the formats that public_tables.py
names; tests/golden/studies.R selects, derives, chooses and fits again, and made the numbers.
"""

import json
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from scipy.stats import norm

from crlm.cli import main
from tests.golden import golden
from tests.study.public_tables import STUDIES, gbsg2, lung, write_study_table

PROTOCOLS = Path(__file__).parent / "protocols"
GOLDEN = golden("studies")["studies"]
EXACT = 1e-8


def close(ours, theirs):
    """Equal to R; a number that R does not have is none here as well. R's scalars are vectors of one."""
    if isinstance(theirs, list):
        for one, other in zip(ours if isinstance(ours, list) else [ours], theirs, strict=True):
            close(one, other)
    elif theirs is None:
        assert ours is None
    else:
        assert ours == pytest.approx(theirs, rel=EXACT, abs=1e-13)


def same_test(ours, theirs):
    if theirs["statistic"] != [None]:
        close(abs(ours["statistic"]), [abs(theirs["statistic"][0])])
    if theirs["df"] != [None]:
        close(ours["df"], theirs["df"])
    close(ours["p"], theirs["p"])


def interval_of(found):
    return [found["value"], found["lower"], found["upper"]]


@cache
def results_of(study, suffix):
    """results.json of a run; of the first format with every rendering, of the others with one."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        table, out = Path(folder) / f"table{suffix}", Path(folder) / "report"
        write_study_table(study, table)
        arguments = ["crlm", "study", "run", str(PROTOCOLS / f"{study}.toml"), "--data", str(table)]
        renderings = [] if suffix == STUDIES[study][2][0] else ["--formats", "html"]
        patch.setattr(sys, "argv", [*arguments, "--out", str(out), "--quiet", *renderings])
        with pytest.raises(SystemExit) as stopped:
            main()
        assert stopped.value.code in (0, None)
        wanted = {"results.json", "report.html", "tables", "figures"}
        if not renderings:
            wanted |= {"report.docx", "report.pdf"}
        assert {entry.name for entry in out.iterdir()} == wanted
        return json.loads((out / "results.json").read_text(encoding="utf-8"))


@pytest.fixture(params=list(STUDIES))
def study(request):
    """What a run says, and what R says."""
    name = request.param
    return results_of(name, STUDIES[name][2][0]), GOLDEN[name]


def named(entries, identifier):
    return next(entry for entry in entries if entry["id"] == identifier)


def test_the_flow(study):
    results, golden = study
    flow = results["flow"]
    assert flow["final"] == golden["final"][0]
    assert len(flow["steps"]) == len(golden["steps"])
    for step, expected in zip(flow["steps"], golden["steps"], strict=True):
        assert [step[key] for key in expected] == [value[0] for value in expected.values()]
        assert step["met"] + step["not_met"] + step["unknown"] == step["before"]
    counts = {group["level"]: group["n"] for group in flow["groups"]}
    expected = {level: n[0] for level, n in golden["groups"].items()} if golden["groups"] else {}
    assert {level: n for level, n in counts.items() if n} == expected


def same_curve(curve, expected):
    assert (curve["n"], curve["events"]) == (expected["n"][0], expected["events"][0])
    close(interval_of(curve["median"]), expected["median"])
    close(interval_of(curve["follow_up"]), expected["follow_up"])
    assert (curve["survivors"] is None) == ("survivors" not in expected)
    for key, value in expected.get("survivors", {}).items():
        close(curve["survivors"][key], value)
    reached = [at for at in curve["landmarks"] if at["time"] <= curve["last_time"]]
    for at in curve["landmarks"][
        len(reached) :
    ]:  # a curve that has fallen to 0 stays there; others say nothing
        assert (
            at["survival"]["value"] == (0 if curve["survival"][-1] == 0 else None)
            and at["survival"]["reason"]
        )
    close([at["survival"]["value"] for at in reached], expected["survival"])
    assert [at["at_risk"] for at in reached] == expected["at_risk"]
    for at, lower, upper in zip(reached, expected["lower"], expected["upper"], strict=True):
        if at["survival"]["lower"] is not None:
            close([at["survival"]["lower"], at["survival"]["upper"]], [lower, upper])
        else:  # nobody, or everybody, has had the event
            assert at["survival"]["value"] in (0, 1) and at["survival"]["reason"]


def same_incidence(found, expected):
    """Cumulative incidence at the landmarks, and Gray's test."""
    curves = {curve["group"]: curve for curve in found["groups"]}
    assert set(curves) == set(expected["groups"])
    for curve, theirs in [
        (found["overall"], expected["overall"]),
        *((curve, expected["groups"][group]) for group, curve in curves.items()),
    ]:
        assert [curve["n"], curve["events"], curve["competing"]] == [
            theirs[key][0] for key in ("n", "events", "competing")
        ]
        assert sum(curve["competing_at"]) == curve["competing"]
        close([at["incidence"]["value"] for at in curve["landmarks"]], theirs["incidence"])
        close([at["incidence"]["lower"] for at in curve["landmarks"]], theirs["lower"])
        close([at["incidence"]["upper"] for at in curve["landmarks"]], theirs["upper"])
    same_test(found["gray"], expected["gray"])


def test_endpoints(study):
    results, golden = study
    assert [one["id"] for one in results["endpoints"]] == list(golden["endpoints"])
    for identifier, expected in golden["endpoints"].items():
        found = named(results["endpoints"], identifier)
        assert (found["n"], found["events"]) == (expected["n"][0], expected["events"][0])
        assert found["censored"] + found["competing"] + found["events"] == found["n"]
        assert found["n"] + sum(left["n"] for left in found["excluded"]) == results["flow"]["final"]
        same_curve(found["overall"], expected["overall"])
        assert (found["incidence"] is None) == ("incidence" not in expected)
        if "incidence" in expected:
            same_incidence(found["incidence"], expected["incidence"])
        groups = expected.get("groups", {})
        assert sorted(curve["group"] for curve in found["groups"]) == sorted(groups)
        for curve in found["groups"]:
            same_curve(curve, groups[curve["group"]])
        if not groups:
            assert found["log_rank"] is None
            continue
        same_test(found["log_rank"], expected["log_rank"])
        rows = {row["group"]: row for row in found["observed_expected"]}
        for place, group in enumerate(groups):
            assert rows[group]["observed"] == expected["log_rank"]["observed"][place]
            close(rows[group]["expected"], expected["log_rank"]["expected"][place])
        assert all(row["n"] == 0 for group, row in rows.items() if group not in groups)


def test_tables_of_characteristics(study):
    results, golden = study
    tables = golden.get("baseline", {})
    assert [table["id"] for table in results["baseline"]] == list(tables)
    for table in results["baseline"]:
        expected = tables[table["id"]]
        rows = {row["variable"]: row for block in table["blocks"] for row in block["rows"]}
        assert set(rows) == set(expected)
        columns = {column["id"]: column["n"] for column in table["columns"]}
        for name, theirs in expected.items():
            same_row(rows[name], theirs, columns)


def same_row(row, expected, columns):
    for column, missing in expected["missing"].items():
        assert row["missing"][column] == missing[0]
    shown = set(expected["missing"])
    assert all(columns[column] == 0 for column in set(columns) - shown)
    for column, summary in expected.get("numbers", {}).items():
        for key, value in summary.items():
            close(row["numbers"][column][key], value)
    for column, counts in expected.get("levels", {}).items():
        found = {level["level"]: level["cells"][column]["n"] for level in row["levels"]}
        assert {level: n for level, n in found.items() if n} == {
            level: n[0] for level, n in counts.items() if n[0]
        }
    if "test" in expected:
        same_test(row["test"], expected["test"])
    else:
        assert row["test"] is None
    if "smd" in expected:
        close(row["smd"]["value"], expected["smd"])


def same_effects(term, key, expected):
    """Coefficients of a covariate against R's; a level that nobody has, has none and says why."""
    for level in term["levels"]:
        if level["reference"]:
            assert level[key] is None
            continue
        name = term["variable"] if level["level"] is None else f"{term['variable']}={level['level']}"
        effect = level[key]
        if name not in expected:
            assert level["n"] == 0 and effect["coefficient"] is None and effect["hazard_ratio"]["reason"]
            continue
        theirs = expected[name]
        close(effect["coefficient"], theirs["coefficient"])
        close(effect["standard_error"], theirs["standard_error"])
        assert (effect["hazard_ratio"] is None) == (effect["odds_ratio"] is not None)
        close(interval_of(effect["hazard_ratio"] or effect["odds_ratio"]), theirs["hazard_ratio"])
        close(effect["p"]["p"], theirs["p"])
        assert (effect["robust"] is None) == ("robust" not in theirs)
        if "robust" in theirs:
            close(effect["robust"]["standard_error"], theirs["robust"]["standard_error"])
            close(interval_of(effect["robust"]["ratio"]), theirs["robust"]["ratio"])
            close(effect["robust"]["p"]["p"], theirs["robust"]["p"])


def test_univariable_models(study):
    results, golden = study
    assert [one["id"] for one in results["models"]] == list(golden["models"])
    for model in results["models"]:
        expected = golden["models"][model["id"]]["univariable"]
        assert [term["variable"] for term in model["terms"]] == list(expected)
        for term in model["terms"]:
            theirs = expected[term["variable"]]
            assert (term["n"], term["events"]) == (theirs["n"][0], theirs["events"][0])
            same_effects(term, "univariable", theirs["effects"])
            same_test(term["univariable"], theirs["terms"][term["variable"]])
            same_hazards(term["univariable_proportional_hazards"], theirs, term["variable"])


def test_multivariable_models(study):
    results, golden = study
    for model in results["models"]:
        expected = golden["models"][model["id"]]
        if "chosen" not in expected:
            assert model["multivariable"] is None and model["multivariable_reason"]
            continue
        entered = [term for term in model["terms"] if term["entered"]]
        assert [term["variable"] for term in entered] == expected["chosen"]
        dropped = [
            step["variable"]
            for step in model["selection"]
            if step["stage"] == "elimination" and step["action"] == "dropped"
        ]
        assert dropped == expected["dropped"]
        fit, theirs = model["multivariable"], expected["multivariable"]
        assert (fit["n"], fit["events"]) == (theirs["n"][0], theirs["events"][0])
        assert fit["n"] + fit["dropped_missing"] == model["n"]
        assert model["n"] + sum(left["n"] for left in model["excluded"]) == results["flow"]["final"]
        if model["where"] is None and model["endpoint"] is not None:
            assert model["n"] == named(results["endpoints"], model["endpoint"])["n"]
        for term in entered:
            same_effects(term, "multivariable", theirs["effects"])
            same_test(term["multivariable"], theirs["terms"][term["variable"]])
            same_hazards(term["proportional_hazards"], theirs, term["variable"])
        if "zph" in theirs:
            same_test(fit["proportional_hazards"], theirs["zph_overall"])
        else:
            assert fit["proportional_hazards"] is None
        close([fit["log_likelihood_null"], fit["log_likelihood"]], theirs["log_likelihood"])
        for test in ("likelihood_ratio", "score", "wald"):
            if test in theirs:
                same_test(fit[test], theirs[test])
            else:
                assert fit[test]["p"] is None and fit[test]["reason"]
        if "area" in theirs:
            close(fit["concordance"]["value"], theirs["area"])
        if "concordance" not in theirs:
            continue
        value, error = theirs["concordance"]
        reach = norm.ppf((1 + fit["concordance"]["level"]) / 2) * error
        close(interval_of(fit["concordance"]), [value, value - reach, value + reach])


def same_hazards(found, expected, name):
    """The test of proportional hazards of a covariate, which only Cox's model has."""
    if "zph" in expected:
        same_test(found, expected["zph"][name])
    else:
        assert found is None


def test_exposures(study):
    """The effect in question in each model, the change by adjustment, and the confounders by the declared rule."""
    results, golden = study
    for model in results["models"]:
        expected = golden["models"][model["id"]].get("exposure")
        if expected is None:
            assert model["exposure"] is None or model["exposure"]["rule"] is None
            continue
        found = model["exposure"]
        assert [one["role"] for one in found["models"]] == ["crude", "full", "adjusted", "final"]
        for one in found["models"]:
            theirs = expected[one["role"]]
            assert (one["n"], one["events"]) == (theirs["n"][0], theirs["events"][0])
            assert one["adjusted_for"] == theirs["adjusted_for"]
            close(one["effects"][0]["effect"]["coefficient"], theirs["coefficient"])
        close(found["change"]["value"], expected["change"])
        assert found["confounders"] == expected["confounders"]
        judged = [step for step in model["selection"] if step["stage"] == "change-in-estimate"]
        assert [step["variable"] for step in judged] == expected["adjusted"]["adjusted_for"]
        kept = [step["variable"] for step in judged if step["action"] == "kept"]
        assert kept == expected["confounders"]
        for step in judged:
            close(step["change"], expected["change"])


def test_tables_of_pairs(study):
    results, golden = study
    tables = golden.get("paired", {})
    assert [table["id"] for table in results["paired"]] == list(tables)
    for table in results["paired"]:
        for row, expected in zip(table["rows"], tables[table["id"]], strict=True):
            if not expected:
                assert None in (row["before"], row["after"]) and row["pairs"] is None and row["test"] is None
                continue
            assert row["pairs"] == expected["pairs"][0]
            sides = [row["before"], row["after"]]
            assert [side["missing"] for side in sides] == expected["missing"]
            for side, numbers in zip(sides, expected.get("numbers", ()), strict=False):
                for key, value in numbers.items():
                    close(side["number"][key], value)
            for side, levels in zip(sides, expected.get("levels", ()), strict=False):
                counts = [count["n"] for count in side["levels"]]
                names = [level["level"] for level in row["levels"]]
                assert dict(zip(names, counts, strict=True)) == {name: n[0] for name, n in levels.items()}
            if "test" in expected:
                close(
                    [row["test"]["statistic"], row["test"]["p"]],
                    [one[0] for one in expected["test"].values()],
                )
            else:
                assert row["test"] is None


def test_subgroups(study):
    results, golden = study
    expected = golden.get("subgroups", {})
    assert [one["id"] for one in results["subgroups"]] == list(expected)
    for found in results["subgroups"]:
        theirs = expected[found["id"]]
        same_subgroup(found["overall"], theirs["overall"])
        assert [row["variable"] for row in found["variables"]] == list(theirs["variables"])
        for row in found["variables"]:
            one = theirs["variables"][row["variable"]]
            assert {level["level"] for level in row["levels"]} == set(one["levels"])
            for level in row["levels"]:
                same_subgroup(level, one["levels"][level["level"]])
            same_test(row["interaction"], one["interaction"])


def same_subgroup(found, expected):
    assert (found["n"], found["events"]) == (expected["n"][0], expected["events"][0])
    assert sum(group["events"] for group in found["groups"]) == found["events"]
    if "hazard_ratio" in expected:
        close(interval_of(found["hazard_ratio"]), expected["hazard_ratio"])
        close(found["p"]["p"], expected["p"])
    else:
        assert found["hazard_ratio"]["value"] is None and found["hazard_ratio"]["reason"]


@pytest.mark.parametrize(
    ("name", "suffix"),
    [(name, suffix) for name, (_, _, formats) in STUDIES.items() for suffix in formats[1:]],
)
def test_every_format_gives_the_same_numbers(name, suffix):
    first, other = results_of(name, STUDIES[name][2][0]), results_of(name, suffix)
    assert other["provenance"]["data"]["format"] == suffix.removeprefix(".")
    assert {key: value for key, value in other.items() if key != "provenance"} == {
        key: value for key, value in first.items() if key != "provenance"
    }


def test_what_is_found_in_the_tables():
    """Findings of the declared checks, counted again from the tables."""
    counts = {
        (name, finding["rule"]): finding["count"]
        for name, (_, _, formats) in STUDIES.items()
        for finding in results_of(name, formats[0])["findings"]
    }
    women, patients = gbsg2(), lung()
    old = (pl.col("menostat") == "Pre") & (pl.col("age") > 55)
    assert counts["gbsg2", "premenopausal-age"] == women.filter(old).height
    neither = (pl.col("progrec") < 20) & (pl.col("estrec") < 20)
    assert counts["gbsg2", "no-receptor"] == women.filter(neither).height
    scored = patients.filter((pl.col("ph_karno") != 999) & (pl.col("pat_karno") != 999))
    apart = (pl.col("ph_karno") - pl.col("pat_karno")).abs() > 30
    assert counts["lung", "scores-agree"] == scored.filter(apart).height
    assert not [rule for name, rule in counts if name == "lymph-node"]
